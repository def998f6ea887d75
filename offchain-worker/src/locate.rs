//! Finds the programs that the worker starts.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Finds a program: `explicit` if given, otherwise one of this name beside the running program, and
/// then in `$PATH`. Returns an absolute path: the program is started in another folder.
///
/// # Errors
/// The places that were searched, if it is in none of them.
pub fn find(name: &str, explicit: Option<&Path>) -> Result<PathBuf, Vec<PathBuf>> {
    let running = std::env::current_exe().ok();
    let path = std::env::var_os("PATH");
    find_in(name, explicit, running.as_deref(), path.as_deref())
}

fn find_in(
    name: &str,
    explicit: Option<&Path>,
    running: Option<&Path>,
    path: Option<&OsStr>,
) -> Result<PathBuf, Vec<PathBuf>> {
    let looked_at: Vec<PathBuf> = match explicit {
        Some(explicit) => vec![explicit.to_owned()],
        None => {
            let beside = running.and_then(Path::parent).map(Path::to_owned);
            let in_path = path.into_iter().flat_map(std::env::split_paths);
            let folders = beside.into_iter().chain(in_path);
            folders.map(|folder| folder.join(name)).collect()
        }
    };
    match looked_at.iter().find(|candidate| candidate.is_file()) {
        Some(found) => Ok(std::path::absolute(found).unwrap_or_else(|_| found.clone())),
        None => Err(looked_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "program";

    #[test]
    fn explicit_then_beside_then_path() {
        let dir = tempfile::tempdir().unwrap();
        let (beside, in_path) = (dir.path().join("bin"), dir.path().join("path"));
        for folder in [&beside, &in_path] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join(NAME), b"").unwrap();
        }
        let running = beside.join("aicpw-node");
        let path = in_path.as_os_str();
        let find = |explicit: Option<&Path>| find_in(NAME, explicit, Some(&running), Some(path));

        assert_eq!(find(None), Ok(beside.join(NAME)));
        let explicit = in_path.join(NAME);
        assert_eq!(find(Some(&explicit)), Ok(explicit.clone()));
        let no = dir.path().join("no");
        assert_eq!(find(Some(&no)), Err(vec![no.clone()]));
        std::fs::remove_file(beside.join(NAME)).unwrap();
        assert_eq!(find(None), Ok(explicit.clone()));
        std::fs::remove_file(&explicit).unwrap();
        assert_eq!(find(None), Err(vec![beside.join(NAME), explicit]));
    }

    #[test]
    fn what_is_found_is_absolute() {
        // Tests run in the folder of their crate.
        let found = find("none", Some(Path::new("Cargo.toml"))).unwrap();
        assert!(found.is_absolute(), "{}", found.display());
        assert!(found.is_file());
    }
}
