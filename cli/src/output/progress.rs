//! Progress bars, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{printable_name, Output};

/// A bar that is gone when it is dropped.
pub struct Bar(ProgressBar);

impl Bar {
    /// So much is done.
    pub fn set(&self, done: u64) {
        self.0.set_position(done);
    }

    /// So much is done, of so much in all.
    pub fn set_of(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }

    /// So many bytes are fetched, of so many in all. With the first of these, what was looked for is found.
    pub fn fetched(&self, done: u64, total: u64) {
        if self.0.length().is_none() {
            self.0.set_style(style(BYTES));
            self.0.set_length(total);
            self.message("fetching");
            self.0.reset();
        }
        self.set(done);
    }

    /// What is waited for.
    pub fn message(&self, text: impl Into<String>) {
        self.0.set_message(printable_name(&text.into()));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are constants of this file, and a test draws each.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}

const BYTES: &str = "  {spinner} {msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
const STEPS: &str = "  {msg} {bar:30} {pos}/{len} {eta}";
const WAIT: &str = "  {spinner} {msg} {elapsed}";

/// How often a spinner moves.
const TICK: Duration = Duration::from_millis(120);

impl Output {
    /// Bytes that go somewhere.
    pub fn bytes_bar(&self, label: impl Into<String>, total: u64) -> Bar {
        let bar = ProgressBar::new(total).with_style(style(BYTES));
        self.spinning(bar, label.into())
    }

    /// Kernel launches of a job.
    pub fn steps_bar(&self, label: impl Into<String>) -> Bar {
        let bar = self
            .bars()
            .add(ProgressBar::new(0).with_style(style(STEPS)));
        bar.set_message(printable_name(&label.into()));
        Bar(bar)
    }

    /// Something that takes an unknown time.
    pub fn wait(&self, label: impl Into<String>) -> Bar {
        let bar = ProgressBar::new_spinner().with_style(style(WAIT));
        self.spinning(bar, label.into())
    }

    /// One that moves also as long as nothing comes.
    fn spinning(&self, bar: ProgressBar, label: String) -> Bar {
        let bar = self.bars().add(bar);
        bar.set_message(printable_name(&label));
        if self.draws_bars() {
            bar.enable_steady_tick(TICK);
        }
        Bar(bar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_valid() {
        for template in [BYTES, STEPS, WAIT] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn what_is_looked_for_becomes_bytes_that_come() {
        let bar = Output::new(true).wait("looking for the result");
        let shown = |bar: &Bar| (bar.0.message(), bar.0.position(), bar.0.length());
        assert_eq!(shown(&bar), ("looking for the result".into(), 0, None));
        bar.fetched(0, 100);
        assert_eq!(shown(&bar), ("fetching".into(), 0, Some(100)));
        bar.fetched(7, 100);
        assert_eq!(shown(&bar), ("fetching".into(), 7, Some(100)));
    }
}
