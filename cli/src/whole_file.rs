//! Files that appear as a whole or not at all: their content is on the disk before they get their name.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// A file that does not have its name yet; removed on drop.
pub struct WholeFile {
    path: PathBuf,
    // Only its owner can read it, as with all temporary files.
    partial: NamedTempFile,
}

impl WholeFile {
    /// Begins a file that will be at `path`.
    ///
    /// # Errors
    /// The folder is missing, or no files can be made in it.
    pub fn begin(path: &Path) -> Result<Self> {
        let partial = NamedTempFile::new_in(folder_of(path));
        Ok(Self {
            path: path.into(),
            partial: partial.map_err(|error| Error::file("write", path, &error))?,
        })
    }

    /// The file to write the content to.
    pub fn content(&mut self) -> &mut File {
        self.partial.as_file_mut()
    }

    /// Writes a document as JSON.
    ///
    /// # Errors
    /// The document cannot be written.
    pub fn write_json(&mut self, document: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(document).map_err(Error::other)?;
        writeln!(self.content(), "{text}").map_err(|error| Error::file("write", &self.path, &error))
    }

    /// Puts the file in place of what is there, readable only by its owner. It is on the disk when this returns, unless
    /// the folder cannot be synced, as on some network shares.
    ///
    /// # Errors
    /// The file cannot be put there.
    pub fn replace_for_owner(self) -> Result<()> {
        self.place(|partial, path| {
            partial.persist(path)?;
            // The file is there; only a power cut could bring the old one back.
            let _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
            Ok(())
        })
    }

    /// Puts the file there, readable only by its owner, unless something is there already, which stays. It is on the
    /// disk when this returns.
    ///
    /// # Errors
    /// The file cannot be put there.
    pub fn create_for_owner(self) -> Result<()> {
        self.place(|partial, path| {
            match partial.persist_noclobber(path) {
                Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(error.into());
                }
                _ => {}
            }
            File::open(folder_of(path))?.sync_all()
        })
    }

    /// Puts the file in place of what is there, readable only by its owner. It is on the disk when this returns.
    ///
    /// # Errors
    /// The file cannot be put there, or the folder cannot be synced.
    pub fn overwrite_for_owner(self) -> Result<()> {
        self.place(|partial, path| {
            partial.persist(path)?;
            File::open(folder_of(path))?.sync_all()
        })
    }

    /// Puts the file in place of what is there, with the mode that any file of a program gets. The user chose the
    /// folder, which may be one that cannot be synced.
    ///
    /// # Errors
    /// The file cannot be put there.
    pub fn replace_for_all(self) -> Result<()> {
        self.place(|partial, path| {
            make_readable(&partial)?;
            partial.persist(path)?;
            Ok(())
        })
    }

    /// Puts the file there, readable by everybody, unless something is there already.
    ///
    /// # Errors
    /// Something is there already, or the file cannot be put there.
    pub fn create_for_all(self) -> Result<()> {
        self.place(|partial, path| {
            make_readable(&partial)?;
            partial.persist_noclobber(path)?;
            Ok(())
        })
    }

    fn place(self, put: impl FnOnce(NamedTempFile, &Path) -> io::Result<()>) -> Result<()> {
        let Self { path, partial } = self;
        let synced = partial.as_file().sync_all();
        let placed = synced.and_then(|()| put(partial, &path));
        placed.map_err(|error| Error::file("write", &path, &error))
    }
}

fn make_readable(partial: &NamedTempFile) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let readable = std::fs::Permissions::from_mode(0o644);
        partial.as_file().set_permissions(readable)?;
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(path: &Path, content: &str) -> WholeFile {
        let mut file = WholeFile::begin(path).unwrap();
        file.content().write_all(content.as_bytes()).unwrap();
        file
    }

    #[test]
    fn a_file_appears_as_a_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let entries = || std::fs::read_dir(dir.path()).unwrap().count();
        let content = || std::fs::read_to_string(&path).unwrap();
        drop(begun(&path, "broken off"));
        assert_eq!(entries(), 0);

        let first = begun(&path, "first");
        assert!(!path.exists());
        first.create_for_owner().unwrap();
        assert_eq!(content(), "first");
        begun(&path, "second").create_for_owner().unwrap();
        assert_eq!(content(), "first");
        let third = begun(&path, "third");
        assert_eq!(content(), "first");
        third.replace_for_owner().unwrap();
        assert_eq!(content(), "third");
        begun(&path, "over it").overwrite_for_owner().unwrap();
        assert_eq!(content(), "over it");
        begun(&path, "fourth").replace_for_all().unwrap();
        assert_eq!(content(), "fourth");
        let error = begun(&path, "fifth").create_for_all().unwrap_err();
        assert!(error.message.contains("exists already"), "{error}");
        assert_eq!(content(), "fourth");
        assert_eq!(entries(), 1);
    }

    #[test]
    fn a_document_is_a_text_with_lines() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut file = WholeFile::begin(&path).unwrap();
        file.write_json(&["a"]).unwrap();
        file.replace_for_owner().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[\n  \"a\"\n]\n");
    }

    #[cfg(unix)]
    #[test]
    fn it_is_for_whom_it_is_said() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        begun(&path, "first").create_for_owner().unwrap();
        assert_eq!(mode(), 0o600);
        begun(&path, "second").replace_for_all().unwrap();
        assert_eq!(mode(), 0o644);
        begun(&path, "third").replace_for_owner().unwrap();
        assert_eq!(mode(), 0o600);
        begun(&path, "for all").replace_for_all().unwrap();
        begun(&path, "over it").overwrite_for_owner().unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::remove_file(&path).unwrap();
        begun(&path, "fourth").create_for_all().unwrap();
        assert_eq!(mode(), 0o644);
    }

    /// Regression: on a network share without sync of folders, nothing could be uploaded, because it could not be
    /// noted.
    #[cfg(unix)]
    #[test]
    fn what_is_replaced_may_be_in_a_folder_that_cannot_be_synced() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("folder");
        std::fs::create_dir(&folder).unwrap();
        let set_mode = |mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&folder, mode).unwrap();
        };
        // Only root can open it then.
        set_mode(0o300);
        let path = folder.join("file");
        for content in ["first", "second"] {
            begun(&path, content).replace_for_owner().unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
        let created = begun(&folder.join("other"), "first").create_for_owner();
        assert_eq!(created.is_ok(), File::open(&folder).is_ok());
        let overwritten = begun(&path, "third").overwrite_for_owner();
        assert_eq!(overwritten.is_ok(), File::open(&folder).is_ok());
        set_mode(0o700);
    }

    #[test]
    fn a_file_that_cannot_be_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("none").join("file");
        let error = WholeFile::begin(&path).err().unwrap();
        assert!(
            error.message.contains(&path.display().to_string()),
            "{error}"
        );
        // A folder has the name already.
        let error = begun(dir.path(), "content").replace_for_all().unwrap_err();
        let name = dir.path().display().to_string();
        assert!(error.message.contains(&name), "{error}");
        assert_eq!(folder_of(Path::new("file")), Path::new("."));
    }
}
