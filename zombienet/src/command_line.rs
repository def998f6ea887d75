//! Runs `aicpw` as a person would.

use std::{ffi::OsStr, path::PathBuf, process::Output};

use anyhow::{bail, Context, Result};
use serde_json::Value;
use tokio::process::Command;

use crate::binaries;

/// `aicpw` for one account at one node.
#[derive(Clone, Debug)]
pub struct CommandLine {
    program: PathBuf,
    url: String,
    suri: String,
}

impl CommandLine {
    /// For the account of a development key such as `//Bob`.
    pub fn new(url: &str, suri: &str) -> Result<Self> {
        Ok(Self {
            program: binaries::find("aicpw")?,
            url: url.into(),
            suri: suri.into(),
        })
    }

    /// Runs it and returns what it printed and how it ended.
    pub async fn output<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Output> {
        Command::new(&self.program)
            .args(["--url", &self.url, "--suri", &self.suri, "--json"])
            .args(arguments)
            .kill_on_drop(true)
            .output()
            .await
            .context("running aicpw")
    }

    /// Runs it, expects success, and parses the last JSON line that it printed.
    pub async fn json<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Value> {
        let output = self.output(arguments).await?;
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        if !output.status.success() {
            bail!("aicpw ended with {}:\n{out}\n{err}", output.status);
        }
        if let Ok(value) = serde_json::from_str(&out) {
            return Ok(value);
        }
        let last = out
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        serde_json::from_str(last).with_context(|| format!("not JSON:\n{out}\n{err}"))
    }
}
