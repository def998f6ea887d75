//! Runs `aicpw` with the fake node, and reads what it prints.

use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::FakeNode;
use crate::aicpw_of;

impl FakeNode {
    /// Runs `aicpw`, as Bob unless `arguments` say otherwise.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.aicpw(arguments).output().unwrap()
    }

    /// Starts `aicpw`, to be observed while it runs.
    pub fn start_aicpw(&self, arguments: &[&str]) -> Child {
        let mut aicpw = self.aicpw(arguments);
        aicpw.stdout(Stdio::piped()).stderr(Stdio::piped());
        aicpw.spawn().unwrap()
    }

    /// The command that runs `aicpw` with this node.
    pub fn aicpw(&self, arguments: &[&str]) -> Command {
        let mut aicpw = aicpw_of(self.user.path());
        aicpw
            .args(["--url", &self.url])
            .args(arguments)
            .env("AICPW_SURI", "//Bob");
        aicpw
    }

    /// What `aicpw` prints for people if it succeeds.
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The document that `aicpw` prints if it succeeds.
    pub fn document(&self, arguments: &[&str]) -> Value {
        let text = self.text(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap()
    }

    /// The `error` that `aicpw` prints if it fails with this exit code.
    pub fn failure(&self, arguments: &[&str], code: i32) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["error"]["code"], code, "{document}");
        document["error"].clone()
    }
}
