//! What this user has a node keep, and what for, so that it can be let go again.
//!
//! A node keeps what is added to it or pinned until it is unpinned, and does not know why it keeps
//! it. So there is a note, a small file, for each reason: a task, an upload that has no task yet, or
//! that the user asked for it. Content is unpinned with the last note of the user's that names it.
//!
//! Somebody who uploads holds the folder's lock together with others who do; somebody who lets go
//! holds it alone: so that nothing is let go between its upload and its note. Who notes something first, and has the
//! node fetch it after that, need not hold it meanwhile: what a note names that is not over stays.

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

/// The version of a note.
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
    /// The notes there. Without a place for them nothing is noted, and nothing let go.
    pub fn open(&self) -> Pins {
        let folder = self.pins.clone();
        Pins {
            folder: folder.or_else(|| Some(user_data_folder()?.join("aicpw").join("pins"))),
        }
    }
}

/// Why something is kept.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is what a task's providers fetch.
    Task {
        /// The chain: the hash of its block 0.
        genesis: String,
        /// The task.
        task: TaskId,
    },
    /// It was uploaded for this manifest, which is not submitted yet.
    Upload(ContentId),
    /// The user said so.
    Asked(ContentId),
}

impl Reason {
    /// A task of the chain whose block 0 has this hash.
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
    /// The node: its peer id.
    pub node: String,
    /// Why.
    pub reason: Reason,
    /// Milliseconds since the Unix epoch.
    pub created: u64,
    /// What.
    pub pins: BTreeSet<ContentId>,
}

impl Note {
    /// From now on.
    pub fn new(node: &str, reason: Reason, pins: BTreeSet<ContentId>) -> Self {
        Self {
            version: VERSION.into(),
            node: node.into(),
            reason,
            created: unix_ms(),
            pins,
        }
    }

    /// One file for each reason and node.
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
    /// What it says.
    pub note: Note,
}

/// Held while something is uploaded and noted, or let go.
#[derive(Debug)]
pub struct Lock {
    // Ends with the file.
    _file: Option<File>,
}

/// The notes of a user.
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

    /// Together with others, to upload something and to note it. Waits for whoever lets go.
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

    /// Alone, to let something go; `None` while somebody uploads.
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

    /// Notes that a node keeps something, besides what is noted for this reason already.
    ///
    /// # Errors
    /// It cannot be written.
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

    /// Notes that a node keeps something no more, whatever it was kept for.
    ///
    /// # Errors
    /// A note cannot be read, or written.
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

    /// Removes the notes on what other nodes kept for tasks, or for uploads, before `created`: such a node was not
    /// asked for anything since, and nobody can ask about the task. Returns how many.
    ///
    /// # Errors
    /// A note cannot be read, or removed.
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

    /// Whether there is a note for a reason.
    pub fn has(&self, node: &str, reason: &Reason) -> bool {
        let note = Note::new(node, reason.clone(), BTreeSet::new());
        let folder = self.folder.as_ref();
        folder.is_some_and(|folder| folder.join(note.file_name()).exists())
    }

    /// Removes the note for a reason, if there is one.
    ///
    /// # Errors
    /// It cannot be removed.
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
    /// One cannot be read: what it names is not known, so nothing may be let go.
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
    /// It cannot be removed.
    pub fn remove(self) -> Result<()> {
        forget(&self.path)
    }
}

/// Held alone while a note is read, changed and written: those who hold the folder together may write the same one.
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

/// Also where the folder cannot be synced. A note that is lost in a power cut then costs room at the node; only where
/// another note names the same, and is over first, is something let go that is still needed.
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

/// What is let go with each of the notes of a node that are over: what no other note names.
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
