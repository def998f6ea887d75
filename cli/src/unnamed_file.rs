//! Files without a name: nobody finds them, and nothing is left of them however the program ends. They can be given a
//! name later.

use std::{
    fs::File,
    io::{self, Seek},
    os::fd::AsRawFd,
    path::Path,
};

use rustix::{
    fs::{linkat, AtFlags, CWD},
    process::{getrlimit, setrlimit, Resource, Rlimit},
};

/// Makes a file without a name on the file system of a folder; `None` if that has no such files.
///
/// # Errors
/// No file can be made there.
#[cfg(target_os = "linux")]
pub fn create_in(folder: &Path) -> io::Result<Option<File>> {
    use rustix::{
        fs::{open, Mode, OFlags},
        io::Errno,
    };
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    // The mode that any program asks for; the user's mask is applied to it.
    let mode = Mode::from_raw_mode(0o666);
    match open(folder, flags, mode) {
        Ok(file) => Ok(Some(file.into())),
        // The first is the answer of a file system without such files, the others of a kernel without them.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes no file: only Linux has files without a name.
///
/// # Errors
/// Never.
#[cfg(not(target_os = "linux"))]
pub fn create_in(_folder: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// Gives a file a name on the same file system. If that is impossible, for example without `/proc`, the content is
/// written to a new file with that name.
///
/// # Errors
/// Something has that name already, or no file can be made there.
pub fn give_name(file: &mut File, path: &Path) -> io::Result<()> {
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    match linkat(CWD, open, CWD, path, AtFlags::SYMLINK_FOLLOW) {
        Ok(()) => Ok(()),
        Err(_) => copy(file, path),
    }
}

fn copy(file: &mut File, path: &Path) -> io::Result<()> {
    file.rewind()?;
    let mut to = File::create_new(path)?;
    io::copy(file, &mut to)?;
    to.sync_all()
}

/// Raises the number of open files to the allowed maximum: files without a name are open as long as they exist.
///
/// # Errors
/// The system does not allow it.
pub fn allow_many() -> io::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, all)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{io::Write, os::unix::fs::PermissionsExt};

    use aicpw_stand_in::unnamed;

    use super::*;

    fn entries(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode()
    }

    #[test]
    fn a_file_has_no_name_before_it_is_given_one() {
        let dir = tempfile::tempdir().unwrap();
        if !unnamed::are_in(dir.path()).unwrap() {
            return;
        }
        let create = || create_in(dir.path()).unwrap().unwrap();
        let mut file = create();
        file.write_all(b"content").unwrap();
        assert_eq!(entries(dir.path()), 0);
        let path = dir.path().join("file");
        give_name(&mut file, &path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"content");
        let ordinary = dir.path().join("ordinary");
        File::create(&ordinary).unwrap();
        assert_eq!(mode(&path), mode(&ordinary));

        // Whatever has the name keeps it.
        let mut other = create();
        other.write_all(b"other").unwrap();
        let error = give_name(&mut other, &path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        drop(other);
        assert_eq!(std::fs::read(&path).unwrap(), b"content");
        assert_eq!(entries(dir.path()), 2);
    }

    /// As in a folder that is on another file system by now.
    #[test]
    fn what_cannot_be_linked_is_written_once_more() {
        let dir = tempfile::tempdir().unwrap();
        // A file that was removed cannot be linked again.
        let gone = dir.path().join("gone");
        let mut file = File::create_new(&gone).unwrap();
        let mut reader = File::open(&gone).unwrap();
        file.write_all(b"content").unwrap();
        std::fs::remove_file(&gone).unwrap();
        let path = dir.path().join("file");
        give_name(&mut reader, &path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"content");
        let ordinary = dir.path().join("ordinary");
        File::create(&ordinary).unwrap();
        assert_eq!(mode(&path), mode(&ordinary));
    }

    #[test]
    fn a_folder_that_is_not_there_has_none() {
        let dir = tempfile::tempdir().unwrap();
        assert!(create_in(&dir.path().join("none")).unwrap().is_none());
        let file = dir.path().join("file");
        File::create(&file).unwrap();
        let error = create_in(&file).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn as_many_files_are_open_as_the_user_may_have() {
        let limit = getrlimit(Resource::Nofile);
        let fewer = Rlimit {
            current: limit.current.map(|files| files - 1),
            ..limit
        };
        setrlimit(Resource::Nofile, fewer).unwrap();
        allow_many().unwrap();
        assert_eq!(getrlimit(Resource::Nofile).current, limit.maximum);
    }
}
