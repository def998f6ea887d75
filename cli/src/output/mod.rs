//! What is printed: tables and sentences for people, or one JSON document for programs.
//!
//! The result goes to standard output. Warnings, and what is going on, go to standard error.

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

/// Whether a terminal shows this, and neither obeys it nor shows what is around it in another order.
fn is_printed(c: char) -> bool {
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    matches!(c, '\n' | '\t') || !(c.is_control() || reorders)
}

/// A text without what a terminal would take for commands, or that would show it in another order.
/// Much of what is printed was chosen by strangers: names of devices, messages of failures, logs.
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| is_printed(*c)).collect()
}

/// The same on one line, for what a stranger names.
pub fn printable_name(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}

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
            self.print(&mut std::io::stdout(), &printable(&text.to_string()));
        }
    }

    /// The same on standard error, where standard output is for something else.
    pub fn note(&self, text: impl std::fmt::Display) {
        if !self.json {
            self.print(&mut std::io::stderr(), &printable(&text.to_string()));
        }
    }

    /// Warns, whoever reads it.
    pub fn warn(&self, text: impl std::fmt::Display) {
        self.print(
            &mut std::io::stderr(),
            &printable(&format!("warning: {text}")),
        );
    }

    /// The result: the document for programs, or for people what `show` makes of it.
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
        self.print(
            &mut std::io::stderr(),
            &printable(&format!("error: {error}")),
        );
    }

    fn print(&self, to: &mut dyn Write, text: &str) {
        // Nobody reads it any more: that is no error of ours.
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
