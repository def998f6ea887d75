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

const BYTES: &str = "  {msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
const STEPS: &str = "  {msg} {bar:30} {pos}/{len} {eta}";
const WAIT: &str = "  {spinner} {msg} {elapsed}";

impl Output {
    /// Bytes that go somewhere.
    pub fn bytes_bar(&self, label: impl Into<String>, total: u64) -> Bar {
        let bar = self
            .bars()
            .add(ProgressBar::new(total).with_style(style(BYTES)));
        bar.set_message(printable_name(&label.into()));
        Bar(bar)
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
        let bar = self
            .bars()
            .add(ProgressBar::new_spinner().with_style(style(WAIT)));
        bar.set_message(printable_name(&label.into()));
        if self.draws_bars() {
            bar.enable_steady_tick(Duration::from_millis(120));
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
}
