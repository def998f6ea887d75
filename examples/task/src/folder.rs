//! A task's folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// A folder with `manifest.json` and the files that it names.
pub struct TaskFolder(PathBuf);

impl TaskFolder {
    /// Makes the folder if it does not exist.
    ///
    /// # Errors
    ///
    /// The file system's error, with the path.
    pub fn create(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| path.display().to_string())?;
        Ok(Self(path.to_owned()))
    }

    /// Writes a file, replacing an older one.
    ///
    /// # Errors
    ///
    /// The file system's error, with the path.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.0.join(name);
        fs::write(&path, bytes).with_context(|| path.display().to_string())
    }

    /// Writes `manifest.json`.
    ///
    /// # Errors
    ///
    /// As [`Self::write`].
    pub fn write_manifest(&self, manifest: &serde_json::Value) -> Result<()> {
        self.write(
            "manifest.json",
            serde_json::to_string_pretty(manifest)?.as_bytes(),
        )
    }
}
