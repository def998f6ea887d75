//! Remembers what this user has nodes keep, and why, so that it can be released again.
//!
//! A node keeps what is added to it or pinned until it is unpinned, and does not know why it keeps it. So there is a
//! note, a small file, for each reason: a task, an upload that has no task yet, or a request of the user. Content is
//! unpinned together with the last of the user's notes that names it.
//!
//! A program that uploads something shares the folder's lock with others that upload; a program that releases something
//! holds the lock alone. So nothing is released between its upload and its note. A program that first notes something
//! and then has the node fetch it need not hold the lock in the meantime: what a note names stays until the note is
//! over.

use std::{
    collections::BTreeSet,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use aicpw_protocol::{hashing::Hash, ContentId, TaskId};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    hash::show_hash,
    user_data::{make_private, unix_ms, user_data_folder},
    whole_file::WholeFile,
};

/// The version in a note.
const VERSION: &str = "aicpw.pins/v1";

/// Where the notes are.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct PinsArgs {
    /// Folder with the notes on what nodes keep for tasks [default: aicpw/pins in the user's data
    /// folder, ~/.local/share]
    #[arg(
        long,
        global = true,
        env = "AICPW_PINS",
        value_name = "DIR",
        help_heading = "General"
    )]
    pub pins: Option<PathBuf>,
}

impl PinsArgs {
    /// Opens the folder of notes. If no place for it is known, nothing is noted and nothing released.
    pub fn open(&self) -> Pins {
        let folder = self.pins.clone();
        Pins {
            folder: folder.or_else(|| Some(user_data_folder()?.join("aicpw").join("pins"))),
        }
    }
}

/// Why a node keeps something.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A task's providers fetch it.
    Task {
        /// The chain: the hash of its block 0.
        genesis: String,
        /// The task.
        task: TaskId,
    },
    /// It was uploaded for this manifest, which is not submitted yet.
    Upload(ContentId),
    /// The user asked for it.
    Asked(ContentId),
}

impl Reason {
    /// The reason for a task of the chain whose block 0 has this hash.
    pub fn task(genesis: &Hash, task: TaskId) -> Self {
        Self::Task {
            genesis: show_hash(genesis),
            task,
        }
    }
}

/// What a node keeps for one reason.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct Note {
    version: String,
    /// The node's peer id.
    pub node: String,
    /// The reason.
    pub reason: Reason,
    /// When it was noted, in milliseconds since the Unix epoch.
    pub created: u64,
    /// The content that the node keeps.
    pub pins: BTreeSet<ContentId>,
}

impl Note {
    /// Makes a note that begins now.
    pub fn new(node: &str, reason: Reason, pins: BTreeSet<ContentId>) -> Self {
        Self {
            version: VERSION.into(),
            node: node.into(),
            reason,
            created: unix_ms(),
            pins,
        }
    }

    /// The name of the note's file: there is one for each reason and node.
    fn file_name(&self) -> String {
        let reason = match &self.reason {
            Reason::Task { genesis, task } => format!("task-{genesis}-{task}"),
            Reason::Upload(manifest) => format!("upload-{manifest}"),
            Reason::Asked(cid) => format!("asked-{cid}"),
        };
        format!("{}-{reason}.json", self.node)
    }
}

/// A note that is on the disk.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    /// The note.
    pub note: Note,
}

/// A lock that is held while something is uploaded and noted, or released.
#[derive(Debug)]
pub struct Lock {
    // The lock ends when the file is closed.
    _file: Option<File>,
}

/// The folder with a user's notes.
#[derive(Clone, Debug)]
pub struct Pins {
    folder: Option<PathBuf>,
}

impl Pins {
    fn lock_file(&self) -> Result<Option<(PathBuf, File)>> {
        let Some(folder) = &self.folder else {
            return Ok(None);
        };
        make_private(folder).map_err(|error| Error {
            hint: Some("name another folder with --pins or AICPW_PINS".into()),
            ..Error::file("make the folder", folder, &error)
        })?;
        let path = folder.join("lock");
        let file = File::options().create(true).append(true).open(&path);
        let file = file.map_err(|error| Error::file("open", &path, &error))?;
        Ok(Some((path, file)))
    }

    /// Locks the folder together with others, to upload something and note it. Waits while somebody releases something.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub async fn together(&self) -> Result<Lock> {
        let Some((path, file)) = self.lock_file()? else {
            return Ok(Lock { _file: None });
        };
        let locking = tokio::task::spawn_blocking(move || file.lock_shared().map(|()| file));
        let file = locking.await.map_err(Error::other)?;
        let file = file.map_err(|error| Error::file("lock", &path, &error))?;
        Ok(Lock { _file: Some(file) })
    }

    /// Locks the folder alone, to release something; `None` while somebody uploads.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn alone(&self) -> Result<Option<Lock>> {
        let Some((path, file)) = self.lock_file()? else {
            return Ok(Some(Lock { _file: None }));
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::file("lock", &path, &error)),
        }
    }

    /// Notes that a node keeps something, in addition to what is already noted for the same reason.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn add(&self, _held: &Lock, mut note: Note) -> Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let _writing = writing(folder)?;
        let path = folder.join(note.file_name());
        if let Ok(earlier) = read(&path) {
            note.pins.extend(earlier.pins);
        }
        write(&path, &note)
    }

    /// Notes that a node no longer keeps something, whatever the reason was.
    ///
    /// # Errors
    /// A note cannot be read or written.
    pub fn take_back(&self, _held: &Lock, node: &str, cid: &ContentId) -> Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let _writing = writing(folder)?;
        for mut kept in self.of_node(node)? {
            match kept.note.pins.remove(cid) {
                true if kept.note.pins.is_empty() => kept.remove()?,
                true => write(&kept.path, &kept.note)?,
                false => {}
            }
        }
        Ok(())
    }

    /// Removes those notes about other nodes that were made before `created` for tasks or uploads. Since then, such a
    /// node was not asked for anything, and nobody can ask about the task. Returns how many notes were removed.
    ///
    /// # Errors
    /// A note cannot be read or removed.
    pub fn forget_others(&self, _held: &Lock, node: &str, created: u64) -> Result<usize> {
        let mut forgotten = 0;
        for kept in self.all()? {
            let of_task = !matches!(kept.note.reason, Reason::Asked(_));
            if of_task && kept.note.node != node && kept.note.created < created {
                kept.remove()?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// Whether there is a note for this reason.
    pub fn has(&self, node: &str, reason: &Reason) -> bool {
        let note = Note::new(node, reason.clone(), BTreeSet::new());
        let folder = self.folder.as_ref();
        folder.is_some_and(|folder| folder.join(note.file_name()).exists())
    }

    /// Removes the note for this reason, if there is one.
    ///
    /// # Errors
    /// The note cannot be removed.
    pub fn remove(&self, node: &str, reason: Reason) -> Result<()> {
        match &self.folder {
            Some(folder) => {
                let name = Note::new(node, reason, BTreeSet::new()).file_name();
                forget(&folder.join(name))
            }
            None => Ok(()),
        }
    }

    /// All notes about a node.
    ///
    /// # Errors
    /// A note cannot be read: then it is unknown what it names, so nothing may be released.
    pub fn of_node(&self, node: &str) -> Result<Vec<Kept>> {
        let mut all = self.all()?;
        all.retain(|kept| kept.note.node == node);
        Ok(all)
    }

    fn all(&self) -> Result<Vec<Kept>> {
        let Some(folder) = &self.folder else {
            return Ok(Vec::new());
        };
        let failed = |error: std::io::Error| Error::file("read", folder, &error);
        let mut all = Vec::new();
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(all),
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|ext| ext == "json") {
                let note = read(&path)?;
                all.push(Kept { path, note });
            }
        }
        Ok(all)
    }
}

impl Kept {
    /// Removes the note.
    ///
    /// # Errors
    /// The note cannot be removed.
    pub fn remove(self) -> Result<()> {
        forget(&self.path)
    }
}

/// Takes the lock for reading, changing and writing a note: those who hold the folder together may write the same note.
fn writing(folder: &Path) -> Result<File> {
    let path = folder.join("writing");
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(|error| Error::file("open", &path, &error))?;
    file.lock()
        .map_err(|error| Error::file("lock", &path, &error))?;
    Ok(file)
}

fn forget(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("remove", path, &error))
        }
        _ => Ok(()),
    }
}

/// Writes a note, even if the folder cannot be synced. If a power cut then loses the note, that usually costs only
/// space at the node. Something that is still needed is released only if another note names it too, and that note is
/// over first.
fn write(path: &Path, note: &Note) -> Result<()> {
    let mut file = WholeFile::begin(path)?;
    file.write_json(note)?;
    file.replace_for_owner()
}

fn read(path: &Path) -> Result<Note> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::file("read", path, &error))?;
    match serde_json::from_str::<Note>(&text) {
        Ok(note) if note.version == VERSION => Ok(note),
        _ => Err(Error::other(format!(
            "{} is not a note of what a node keeps, of version {VERSION}",
            path.display()
        ))
        .hint("move it away; what it named stays at the node until `aicpw ipfs unpin`")),
    }
}

/// For each note of a node that is over, what to release with it: what no other note names.
pub fn releases(
    mut notes: Vec<Kept>,
    is_over: impl Fn(&Note) -> bool,
) -> Vec<(Kept, Vec<ContentId>)> {
    let mut released = Vec::new();
    while let Some(index) = notes.iter().position(|kept| is_over(&kept.note)) {
        let over = notes.swap_remove(index);
        let needed = |cid: &ContentId| notes.iter().any(|kept| kept.note.pins.contains(cid));
        let free = over.note.pins.iter().filter(|cid| !needed(cid));
        let free = free.cloned().collect();
        released.push((over, free));
    }
    released
}

#[cfg(test)]
#[path = "pins_tests.rs"]
pub mod tests;
