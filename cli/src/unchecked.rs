//! Holds the outputs of a result while its root is unchecked. They are in files without a name, so that nobody takes
//! them for a result, and nothing is left of them however the program ends. If the file system has no such files, they
//! are in a hidden folder, which stays if the program is killed.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    error::{Error, Result},
    unnamed_file,
};

/// The outputs of a result whose root is not checked yet. They are removed on drop.
pub enum Unchecked {
    /// Files on the file system of this folder, without their future names.
    Unnamed {
        /// The folder.
        place: PathBuf,
        /// The written files, with the names that they will get.
        files: Vec<(String, File)>,
    },
    /// Files in this folder, with their names.
    Hidden(TempDir),
}

impl Unchecked {
    /// Uses files without a name, on the file system of a folder; `None` if that has no such files.
    ///
    /// # Errors
    /// No files can be made there.
    pub fn unnamed(place: &Path) -> io::Result<Option<Self>> {
        let tried = unnamed_file::create_in(place)?;
        Ok(tried.map(|_| Self::Unnamed {
            place: place.into(),
            files: Vec::new(),
        }))
    }

    /// Uses a hidden folder, which is made in this one.
    ///
    /// # Errors
    /// No folders can be made there.
    pub fn hidden(place: &Path) -> io::Result<Self> {
        make_hidden(place).map(Self::Hidden)
    }

    /// Makes a new file for the output with this name.
    ///
    /// # Errors
    /// No file can be made.
    pub fn create(&self, name: &str) -> io::Result<File> {
        match self {
            Self::Unnamed { place, .. } => {
                let file = unnamed_file::create_in(place)?;
                // Such files could be made at first, so the folder must be gone.
                file.ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            Self::Hidden(folder) => File::create(folder.path().join(name)),
        }
    }

    /// Keeps the file with that name, once it is written.
    pub fn keep(&mut self, name: String, file: File) {
        // A file in a hidden folder already has its name.
        if let Self::Unnamed { files, .. } = self {
            files.push((name, file));
        }
    }

    /// Returns a hidden folder that has all files by their names, for use once they are checked. If they had no names,
    /// the folder is made in `place`.
    ///
    /// # Errors
    /// The files cannot be put there.
    pub fn named(self, place: &Path) -> Result<TempDir> {
        let files = match self {
            Self::Unnamed { files, .. } => files,
            Self::Hidden(folder) => return Ok(folder),
        };
        let folder = make_hidden(place).map_err(|error| Error::file("write to", place, &error))?;
        for (name, mut file) in files {
            unnamed_file::give_name(&mut file, &folder.path().join(&name))
                .map_err(|error| Error::file("write", &place.join(&name), &error))?;
        }
        Ok(folder)
    }
}

/// Makes a hidden folder in this one.
///
/// # Errors
/// The folder cannot be made.
pub fn make_hidden(place: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix(".aicpw-result.")
        .suffix(".partial")
        .tempdir_in(place)
}

#[cfg(test)]
mod tests {
    use std::{io::Write, os::unix::fs::PermissionsExt};

    use aicpw_stand_in::unnamed;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    /// Adds two files, each of which has its name as its content.
    fn filled(mut unchecked: Unchecked) -> Unchecked {
        for name in ["image.bin", "log.bin"] {
            let mut file = unchecked.create(name).unwrap();
            file.write_all(name.as_bytes()).unwrap();
            unchecked.keep(name.into(), file);
        }
        unchecked
    }

    /// Gives the files their names, and checks what they are like then.
    fn are_named(unchecked: Unchecked, place: &Path) {
        let folder = unchecked.named(place).unwrap();
        assert_eq!(folder.path().parent().unwrap(), place);
        assert_eq!(names(folder.path()), ["image.bin", "log.bin"]);
        let ordinary = folder.path().join("ordinary");
        File::create(&ordinary).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
        for name in ["image.bin", "log.bin"] {
            let path = folder.path().join(name);
            assert_eq!(std::fs::read(&path).unwrap(), name.as_bytes());
            assert_eq!(mode(&path), mode(&ordinary));
        }
        drop(folder);
        assert_eq!(names(place), [""; 0]);
    }

    #[test]
    fn files_are_nowhere_before_they_are_checked() {
        let dir = tempfile::tempdir().unwrap();
        if !unnamed::are_in(dir.path()).unwrap() {
            return;
        }
        let fill = || filled(Unchecked::unnamed(dir.path()).unwrap().unwrap());
        let unchecked = fill();
        assert_eq!(names(dir.path()), [""; 0]);
        drop(unchecked);
        assert_eq!(names(dir.path()), [""; 0]);
        are_named(fill(), dir.path());
    }

    #[test]
    fn a_hidden_folder_goes_with_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let fill = || filled(Unchecked::hidden(dir.path()).unwrap());
        let unchecked = fill();
        let hidden = names(dir.path()).remove(0);
        assert!(hidden.starts_with('.'), "{hidden}");
        drop(unchecked);
        assert_eq!(names(dir.path()), [""; 0]);
        are_named(fill(), dir.path());
    }

    #[test]
    fn a_folder_without_such_files_is_told_from_one_without_any() {
        let none = Unchecked::unnamed(Path::new("/proc"));
        assert!(matches!(none, Ok(None)), "{:?}", none.err());
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        File::create(&file).unwrap();
        let error = Unchecked::unnamed(&file).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn a_place_that_has_gone_is_said_to_be_missing() {
        let dir = tempfile::tempdir().unwrap();
        if !unnamed::are_in(dir.path()).unwrap() {
            return;
        }
        let place = dir.path().join("place");
        std::fs::create_dir(&place).unwrap();
        let unchecked = Unchecked::unnamed(&place).unwrap().unwrap();
        std::fs::remove_dir(&place).unwrap();
        let error = unchecked.create("image.bin").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let error = unchecked.named(&place).err().unwrap();
        assert!(error.message.contains("there is no such file"), "{error}");
    }
}
