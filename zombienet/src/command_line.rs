//! Runs `aicpw` as a person would run it.

use std::{
    ffi::OsStr,
    fs::File,
    io::{Read, Seek},
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use anyhow::{bail, ensure, Context, Result};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::binaries;

/// How long a command may take: longer than the longest wait of the chain or of `aicpw` itself in these tests, on a
/// busy machine.
const LIMIT: Duration = Duration::from_secs(900);

/// The command `aicpw` for one account at one node.
#[derive(Clone, Debug)]
pub struct CommandLine {
    program: PathBuf,
    url: String,
    suri: String,
    /// The folder for what `aicpw` keeps for its user, so that it does not use the folder of whoever runs the tests.
    /// Deleted with the last copy.
    user: Arc<TempDir>,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; `None` if it was killed.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {:?}\n{}\n{}", self.code, self.out, self.err)
    }
}

impl Said {
    /// Returns the last JSON document that it printed.
    ///
    /// # Errors
    /// If it printed none.
    pub fn document(&self) -> Result<Value> {
        if let Ok(value) = serde_json::from_str(&self.out) {
            return Ok(value);
        }
        let mut lines = self.out.lines().rev();
        let last = lines.find(|line| !line.trim().is_empty());
        serde_json::from_str(last.unwrap_or_default()).with_context(|| format!("no JSON: {self}"))
    }

    /// Requires that it failed with this exit code and printed all of these words.
    ///
    /// # Errors
    /// If it did something else.
    pub fn require_failure(&self, code: i32, words: &[&str]) -> Result<()> {
        ensure!(
            self.code == Some(code),
            "ended otherwise than with {code}: {self}"
        );
        for word in words {
            ensure!(
                self.out.contains(word) || self.err.contains(word),
                "`{word}` is not said: {self}"
            );
        }
        Ok(())
    }
}

impl CommandLine {
    /// Returns the command for the account of a development key such as `//Bob`.
    ///
    /// # Errors
    /// If `aicpw` is not built, or there is no temporary folder.
    pub fn new(url: &str, suri: &str) -> Result<Self> {
        Self::of(binaries::find("aicpw")?, url, suri)
    }

    fn of(program: PathBuf, url: &str, suri: &str) -> Result<Self> {
        let user = TempDir::with_prefix("aicpw-user-").context("a temporary folder")?;
        Ok(Self {
            program,
            url: url.into(),
            suri: suri.into(),
            user: Arc::new(user),
        })
    }

    /// Runs the command to its end, whatever that is.
    ///
    /// # Errors
    /// If the command cannot be started, or does not end; the error has what it had printed by then.
    pub async fn say<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Said> {
        // Files instead of pipes, so that what was printed before a time-out is known.
        let mut out = tempfile::tempfile().context("a temporary file")?;
        let mut err = tempfile::tempfile().context("a temporary file")?;
        let mut child = Command::new(&self.program)
            .args(["--url", &self.url, "--suri", &self.suri, "--json"])
            .args(arguments)
            .env("AICPW_PINS", self.user.path().join("pins"))
            .env("AICPW_DATA_KEYS", self.user.path().join("data-keys"))
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(err.try_clone()?)
            .kill_on_drop(true)
            .spawn()
            .context("running aicpw")?;
        let ended = tokio::time::timeout(LIMIT, child.wait()).await;
        let said = Said {
            code: match &ended {
                Ok(Ok(status)) => status.code(),
                _ => None,
            },
            out: text_of(&mut out)?,
            err: text_of(&mut err)?,
        };
        match ended {
            Ok(status) => {
                status.context("waiting for aicpw")?;
                Ok(said)
            }
            Err(_) => {
                let line: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
                bail!("aicpw {line:?} did not end within {LIMIT:?}: {said}")
            }
        }
    }

    /// Runs the command, expects success, and parses the last JSON document that it printed.
    ///
    /// # Errors
    /// If the command failed.
    pub async fn json<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Value> {
        let said = self.say(arguments).await?;
        ensure!(said.code == Some(0), "aicpw failed: {said}");
        said.document()
    }
}

fn text_of(file: &mut File) -> Result<String> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_document_counts() {
        let said = |out: &str| Said {
            code: Some(0),
            out: out.into(),
            err: String::new(),
        };
        let document = said("{\n  \"task\": 1\n}\n").document().unwrap();
        assert_eq!(document["task"], 1);
        let document = said("{\"event\":1}\n{\"event\":2}\n\n").document();
        assert_eq!(document.unwrap()["event"], 2);
        assert!(said("").document().is_err());
    }

    #[test]
    fn a_failure_needs_its_code_and_its_words() {
        let said = Said {
            code: Some(2),
            out: "{\"kind\":\"usage\"}".into(),
            err: "--budget".into(),
        };
        said.require_failure(2, &["usage", "--budget"]).unwrap();
        assert!(said.require_failure(1, &["usage"]).is_err());
        let error = said.require_failure(2, &["--ask"]).unwrap_err().to_string();
        assert!(error.contains("`--ask` is not said"), "{error}");
    }

    /// Regression: each submission of a test left a note in the home folder of whoever ran the test.
    #[tokio::test]
    async fn what_is_kept_for_its_user_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("aicpw");
        let script = "#!/bin/sh\nmkdir \"$AICPW_PINS\" \"$AICPW_DATA_KEYS\" || exit 1\n\
                      echo \"[\\\"$AICPW_PINS\\\", \\\"$AICPW_DATA_KEYS\\\"]\"\n";
        aicpw_stand_in::program(&program, script).unwrap();
        let first = CommandLine::of(program, "ws://127.0.0.1:1", "//Bob").unwrap();
        let kept = first.json(&["submit"]).await.unwrap();
        let kept: Vec<PathBuf> = serde_json::from_value(kept).unwrap();
        let are_there = || kept.iter().filter(|folder| folder.is_dir()).count();
        assert_eq!(are_there(), 2, "{kept:?}");
        let copy = first.clone();
        drop(first);
        assert_eq!(are_there(), 2, "{kept:?}");
        drop(copy);
        assert_eq!(are_there(), 0, "{kept:?}");
    }
}
