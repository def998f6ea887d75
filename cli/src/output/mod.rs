//! Prints tables and sentences for people, or one JSON document for programs.
//!
//! The result goes to standard output. Warnings and progress reports go to standard error.

pub mod at_work;
pub mod dispute;
#[cfg(test)]
pub mod documented;
pub mod json;
pub mod progress;
pub mod provider;
pub mod score;
pub mod table;
pub mod task;
pub mod terminal;

use std::io::{IsTerminal, Write};

use indicatif::MultiProgress;
use serde::Serialize;

use crate::error::Error;

/// Whether a terminal simply shows this character, without obeying it or reordering the text around it.
fn is_printed(c: char) -> bool {
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    matches!(c, '\n' | '\t') || !(c.is_control() || reorders)
}

/// The text without characters that a terminal would take for commands, or that would reorder it. Much of what is
/// printed was chosen by strangers: names of devices, messages of failures, logs.
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| is_printed(*c)).collect()
}

/// Like [`printable`], but on one line, for names that a stranger chooses.
pub fn printable_name(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}

/// Where and how to print.
pub struct Output {
    json: bool,
    bars: MultiProgress,
}

impl Output {
    /// Prints for people, or with `json` for programs.
    pub fn new(json: bool) -> Self {
        let bars = MultiProgress::new();
        if json || !std::io::stderr().is_terminal() {
            bars.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        Self { json, bars }
    }

    /// Whether the output is for a program.
    pub fn is_json(&self) -> bool {
        self.json
    }

    fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// Whether progress bars are drawn.
    pub fn draws_bars(&self) -> bool {
        !self.bars.is_hidden()
    }

    /// Tells a person what is going on; a program is not told.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.json {
            self.print(&mut std::io::stdout(), &printable(&text.to_string()));
        }
    }

    /// Like [`Self::say`], but on standard error, for commands whose standard output has something else.
    pub fn note(&self, text: impl std::fmt::Display) {
        if !self.json {
            self.print(&mut std::io::stderr(), &printable(&text.to_string()));
        }
    }

    /// Prints a warning, for people and for programs.
    pub fn warn(&self, text: impl std::fmt::Display) {
        self.print(
            &mut std::io::stderr(),
            &printable(&format!("warning: {text}")),
        );
    }

    /// Prints the result: the document for programs, or what `show` makes of it for people.
    pub fn result<T: Serialize>(&self, document: &T, show: impl FnOnce(&T) -> String) {
        let text = if self.json {
            json::document(document)
        } else {
            printable(&show(document))
        };
        if !text.is_empty() {
            self.print(&mut std::io::stdout(), text.trim_end());
        }
    }

    /// Prints one of several lines of JSON.
    pub fn json_line(&self, document: &impl Serialize) {
        if self.json {
            self.print(&mut std::io::stdout(), &json::line(document));
        }
    }

    /// Prints a failure: a document for programs, a sentence for people.
    pub fn failure(&self, error: &Error) {
        if self.json && !error.in_document {
            self.print(&mut std::io::stdout(), &json::line(&json::failure(error)));
        }
        self.print(
            &mut std::io::stderr(),
            &printable(&format!("error: {error}")),
        );
    }

    fn print(&self, to: &mut dyn Write, text: &str) {
        // An error here means that nobody reads the output any more, which is no failure of ours.
        self.bars.suspend(|| {
            let _ = writeln!(to, "{text}");
            let _ = to.flush();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_cannot_command_the_terminal() {
        assert_eq!(
            printable("a\x1b[2Jb\tc\nd\r\u{9b}1m\u{202e}e"),
            "a[2Jb\tc\nd1me"
        );
        assert_eq!(printable("PoCL «größer» → 1 %\n"), "PoCL «größer» → 1 %\n");
        assert_eq!(printable_name("gpu\nState\x1b]0;x\x07"), "gpu State]0;x");
    }
}
