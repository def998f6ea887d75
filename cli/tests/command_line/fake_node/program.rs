//! `aicpw` at this node: how it is run, and what it says.

use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::FakeNode;
use crate::aicpw_of;

impl FakeNode {
    /// Runs `aicpw`, as Bob if `arguments` do not say otherwise.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.aicpw(arguments).output().unwrap()
    }

    /// Starts it, to be listened to while it runs.
    pub fn start_aicpw(&self, arguments: &[&str]) -> Child {
        let mut aicpw = self.aicpw(arguments);
        aicpw.stdout(Stdio::piped()).stderr(Stdio::piped());
        aicpw.spawn().unwrap()
    }

    /// `aicpw` at this node, to be run.
    pub fn aicpw(&self, arguments: &[&str]) -> Command {
        let mut aicpw = aicpw_of(self.user.path());
        aicpw
            .args(["--url", &self.url])
            .args(arguments)
            .env("AICPW_SURI", "//Bob");
        aicpw
    }

    /// What it prints for people when it succeeds.
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Its document when it succeeds.
    pub fn document(&self, arguments: &[&str]) -> Value {
        let text = self.text(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap()
    }

    /// Its `error` when it fails with this code.
    pub fn failure(&self, arguments: &[&str], code: i32) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["error"]["code"], code, "{document}");
        document["error"].clone()
    }
}
