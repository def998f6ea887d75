//! What is printed: tables and sentences for people, or one JSON document for programs.
//!
//! The result goes to standard output. Warnings, and what is going on, go to standard error.

#[cfg(test)]
pub mod documented;
pub mod json;
pub mod progress;
pub mod provider;
pub mod table;
pub mod task;

use std::io::{IsTerminal, Write};

use indicatif::MultiProgress;
use serde::Serialize;

use crate::error::Error;

/// Where and how to print.
pub struct Output {
    json: bool,
    bars: MultiProgress,
}

impl Output {
    /// For people, or with `json` for programs.
    pub fn new(json: bool) -> Self {
        let bars = MultiProgress::new();
        if json || !std::io::stderr().is_terminal() {
            bars.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        Self { json, bars }
    }

    /// Whether a program reads it.
    pub fn is_json(&self) -> bool {
        self.json
    }

    fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// Whether bars are drawn.
    pub fn draws_bars(&self) -> bool {
        !self.bars.is_hidden()
    }

    /// Tells a person what is going on; a program is not told.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.json {
            self.print(&mut std::io::stdout(), &text.to_string());
        }
    }

    /// Warns, whoever reads it.
    pub fn warn(&self, text: impl std::fmt::Display) {
        self.print(&mut std::io::stderr(), &format!("warning: {text}"));
    }

    /// The result: the document for programs, or for people what `show` makes of it.
    pub fn result<T: Serialize>(&self, document: &T, show: impl FnOnce(&T) -> String) {
        let text = if self.json {
            json::document(document)
        } else {
            show(document)
        };
        if !text.is_empty() {
            self.print(&mut std::io::stdout(), text.trim_end());
        }
    }

    /// One line of JSON, of several.
    pub fn json_line(&self, document: &impl Serialize) {
        if self.json {
            self.print(&mut std::io::stdout(), &json::line(document));
        }
    }

    /// A failure: a document for programs, a sentence for people.
    pub fn failure(&self, error: &Error) {
        if self.json && !error.in_document {
            self.print(&mut std::io::stdout(), &json::line(&json::failure(error)));
        }
        self.print(&mut std::io::stderr(), &format!("error: {error}"));
    }

    fn print(&self, to: &mut dyn Write, text: &str) {
        // Nobody reads it any more: that is no error of ours.
        self.bars.suspend(|| {
            let _ = writeln!(to, "{text}");
            let _ = to.flush();
        });
    }
}
