//! Finds the program.

use super::error::DaemonError;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Name of the program.
pub const BINARY: &str = "aicpw-ipfs";

/// Finds `aicpw-ipfs`: `explicit` if given, else beside the running program, else in `$PATH`.
///
/// # Errors
/// [`DaemonError::NoBinary`] with the places that were looked at.
pub fn find_binary(explicit: Option<&Path>) -> Result<PathBuf, DaemonError> {
    let beside = std::env::current_exe().ok();
    let path = std::env::var_os("PATH");
    find(explicit, beside.as_deref(), path.as_deref())
}

fn find(
    explicit: Option<&Path>,
    program: Option<&Path>,
    path: Option<&OsStr>,
) -> Result<PathBuf, DaemonError> {
    let looked_at: Vec<PathBuf> = match explicit {
        Some(explicit) => vec![explicit.to_owned()],
        None => {
            let beside = program
                .and_then(Path::parent)
                .map(|folder| folder.join(BINARY));
            let in_path = path.into_iter().flat_map(std::env::split_paths);
            beside
                .into_iter()
                .chain(in_path.map(|folder| folder.join(BINARY)))
                .collect()
        }
    };
    match looked_at.iter().find(|candidate| candidate.is_file()) {
        Some(found) => Ok(found.clone()),
        None => Err(DaemonError::NoBinary { looked_at }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explicit_then_beside_then_path() {
        let dir = tempfile::tempdir().unwrap();
        let (beside, in_path) = (dir.path().join("bin"), dir.path().join("path"));
        for folder in [&beside, &in_path] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join(BINARY), b"").unwrap();
        }
        let program = beside.join("aicpw-node");
        let path = in_path.as_os_str();
        let find = |explicit: Option<&Path>| find(explicit, Some(&program), Some(path));

        assert_eq!(find(None).unwrap(), beside.join(BINARY));
        assert_eq!(
            find(Some(&in_path.join(BINARY))).unwrap(),
            in_path.join(BINARY)
        );
        let error = find(Some(&dir.path().join("no"))).unwrap_err().to_string();
        assert!(
            error.contains("/no") && error.contains("make build"),
            "{error}"
        );
        std::fs::remove_file(beside.join(BINARY)).unwrap();
        assert_eq!(find(None).unwrap(), in_path.join(BINARY));
    }
}
