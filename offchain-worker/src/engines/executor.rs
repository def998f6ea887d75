//! Finds the executor.

use std::path::{Path, PathBuf};

use crate::locate;

/// The name of the program that runs OpenCL jobs.
pub const EXECUTOR: &str = "aicpw-executor";

/// The executor was not found.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot find the program {EXECUTOR}; looked at {}. Run `make build`, or name it with \
     --executor-path",
    looked_at.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
)]
pub struct ExecutorMissing {
    /// The places that were searched.
    pub looked_at: Vec<PathBuf>,
}

/// Finds the executor: `explicit` if given, otherwise beside the running program, and then in
/// `$PATH`.
///
/// # Errors
/// When it is in none of these places.
pub fn find_executor(explicit: Option<&Path>) -> Result<PathBuf, ExecutorMissing> {
    locate::find(EXECUTOR, explicit).map_err(|looked_at| ExecutorMissing { looked_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_not_it_is_said_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let error = find_executor(Some(&dir.path().join("no"))).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("/no") && error.contains("--executor-path"),
            "{error}"
        );
    }
}
