//! Finds the programs under test.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{bail, Context, Result};

/// Returns the path of one of our programs: `$AICPW_BIN/NAME`, or NAME beside (or one folder above)
/// this process's own executable, which is where cargo puts both.
pub fn find(name: &str) -> Result<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os("AICPW_BIN")
        .map(PathBuf::from)
        .into_iter()
        .collect();
    let own = env::current_exe().context("the path of this process")?;
    folders.extend(own.ancestors().skip(1).take(2).map(Path::to_path_buf));
    for folder in &folders {
        let candidate = folder.join(name);
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    bail!("{name} is not built (looked in {folders:?}): run `make build` first")
}
