use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Name of the program that runs OpenCL jobs.
pub const EXECUTOR: &str = "aicpw-executor";

/// There is no such program.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot find the program {EXECUTOR}; looked at {}. Run `make build`, or name it with \
     --executor-path",
    looked_at.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
)]
pub struct ExecutorMissing {
    /// Where it was looked for.
    pub looked_at: Vec<PathBuf>,
}

/// Finds the executor: `explicit` if given, else beside the running program, else in `$PATH`.
///
/// # Errors
/// When it is in none of these places.
pub fn find_executor(explicit: Option<&Path>) -> Result<PathBuf, ExecutorMissing> {
    let running = std::env::current_exe().ok();
    let path = std::env::var_os("PATH");
    find(explicit, running.as_deref(), path.as_deref())
}

fn find(
    explicit: Option<&Path>,
    running: Option<&Path>,
    path: Option<&OsStr>,
) -> Result<PathBuf, ExecutorMissing> {
    let looked_at: Vec<PathBuf> = match explicit {
        Some(explicit) => vec![explicit.to_owned()],
        None => {
            let beside = running.and_then(Path::parent).map(Path::to_owned);
            let in_path = path.into_iter().flat_map(std::env::split_paths);
            let folders = beside.into_iter().chain(in_path);
            folders.map(|folder| folder.join(EXECUTOR)).collect()
        }
    };
    match looked_at.iter().find(|candidate| candidate.is_file()) {
        // Jobs run in a folder of their own, so a relative path would not do.
        Some(found) => Ok(std::path::absolute(found).unwrap_or_else(|_| found.clone())),
        None => Err(ExecutorMissing { looked_at }),
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
            std::fs::write(folder.join(EXECUTOR), b"").unwrap();
        }
        let running = beside.join("aicpw-node");
        let find =
            |explicit: Option<&Path>| find(explicit, Some(&running), Some(in_path.as_os_str()));
        assert_eq!(find(None).unwrap(), beside.join(EXECUTOR));
        let explicit = in_path.join(EXECUTOR);
        assert_eq!(find(Some(&explicit)).unwrap(), explicit);
        let error = find(Some(&dir.path().join("no"))).unwrap_err().to_string();
        assert!(error.contains("/no") && error.contains("--executor-path"));
        std::fs::remove_file(beside.join(EXECUTOR)).unwrap();
        assert_eq!(find(None).unwrap(), explicit);
    }
}
