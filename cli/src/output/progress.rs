//! Progress bars, on a terminal only.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aicpw_protocol::Milliseconds;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::{printable_name, Output};
use crate::quantity::show_about;

/// A progress bar that disappears when it is dropped.
pub struct Bar {
    bar: ProgressBar,
    pace: SharedPace,
}

impl Bar {
    /// Sets how much is done.
    pub fn set(&self, done: u64) {
        lock(&self.pace).report(done, Instant::now());
        self.bar.set_position(done);
    }

    /// Sets how much is done, and how much there is in all. The first call with a known total turns the spinner into a
    /// bar.
    pub fn set_of(&self, done: u64, total: u64) {
        if total > 0 {
            self.draw_steps_of(total);
            self.set(done);
        }
    }

    /// Sets how much was done before anybody watched. It is not known when that was, so it says nothing about the pace.
    pub fn was_at(&self, done: u64, total: u64) {
        if total > 0 {
            self.draw_steps_of(total);
            lock(&self.pace).begin_at(done);
            self.bar.set_position(done);
        }
    }

    fn draw_steps_of(&self, total: u64) {
        if self.bar.length().is_none() {
            self.bar.set_style(style(STEPS, &self.pace));
        }
        self.bar.set_length(total);
    }

    /// Sets how many bytes are fetched, and how many there are in all. The first call shows that the content was found.
    pub fn fetched(&self, done: u64, total: u64) {
        if self.bar.length().is_none() {
            self.bar.set_style(style(BYTES, &self.pace));
            self.bar.set_length(total);
            self.message("fetching");
            self.bar.reset();
        }
        self.set(done);
    }

    /// Sets what is waited for.
    pub fn message(&self, text: impl Into<String>) {
        self.bar.set_message(printable_name(&text.into()));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How much was done, and when that was reported.
#[derive(Clone, Copy)]
struct Report {
    done: u64,
    at: Instant,
}

/// How fast something progresses, based on the reports that came while it was watched.
#[derive(Clone, Copy, Default)]
struct Pace {
    /// How much is known to be done.
    known: Option<u64>,
    first: Option<Report>,
    last: Option<Report>,
}

impl Pace {
    /// Starts with what was done before.
    fn begin_at(&mut self, done: u64) {
        *self = Self {
            known: Some(done),
            ..Self::default()
        };
    }

    /// Notes how much is done now. A value that is already known is no report.
    fn report(&mut self, done: u64, at: Instant) {
        let before = self.known.replace(done);
        if before == Some(done) {
            return;
        }
        let report = Some(Report { done, at });
        // A lower value means that from now on it is about something else.
        if self.first.is_none() || before > Some(done) {
            self.first = report;
        }
        self.last = report;
    }

    /// How long the rest of `total` takes at this pace. `None` before there are two reports, and once it has taken
    /// longer than that.
    fn left(&self, total: u64, now: Instant) -> Option<Duration> {
        let (first, last) = self.first.zip(self.last)?;
        let done = last.done.saturating_sub(first.done);
        let took = last.at.saturating_duration_since(first.at).as_nanos();
        let rest = total.saturating_sub(last.done);
        let rest = took.checked_mul(rest.into())?.checked_div(done.into())?;
        let rest = Duration::from_nanos(u64::try_from(rest).ok()?);
        rest.checked_sub(now.saturating_duration_since(last.at))
            .filter(|left| !left.is_zero())
    }
}

/// The pace of a bar, which is shown whenever the bar is drawn.
type SharedPace = Arc<Mutex<Pace>>;

fn lock(pace: &SharedPace) -> MutexGuard<'_, Pace> {
    pace.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time left, as text that follows how much is done.
fn show_left(left: Duration) -> String {
    let span = Milliseconds(u64::try_from(left.as_millis()).unwrap_or(u64::MAX));
    format!(", about {} left", show_about(span))
}

fn style(template: &str, pace: &SharedPace) -> ProgressStyle {
    let pace = Arc::clone(pace);
    let left = move |state: &ProgressState, to: &mut dyn fmt::Write| {
        let left = lock(&pace).left(state.len().unwrap_or_default(), Instant::now());
        // Writing into a bar's text never fails.
        let _ = to.write_str(&left.map_or(String::new(), show_left));
    };
    // The templates are constants of this file, and a test draws each.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
        .with_key("left", left)
}

const BYTES: &str = "  {spinner} {msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}{left}";
const STEPS: &str = "  {msg} {bar:30} {pos}/{len}{left}";
const WAIT: &str = "  {spinner} {msg} {elapsed}";

/// How often a spinner moves.
const TICK: Duration = Duration::from_millis(120);

impl Output {
    /// A bar for bytes that are transferred.
    pub fn bytes_bar(&self, label: impl Into<String>, total: u64) -> Bar {
        self.spinning(ProgressBar::new(total), BYTES, label.into())
    }

    /// A spinner for something of which the duration is unknown, or the amount not known yet.
    pub fn wait(&self, label: impl Into<String>) -> Bar {
        self.spinning(ProgressBar::new_spinner(), WAIT, label.into())
    }

    /// A bar whose spinner keeps moving even if nothing is reported.
    fn spinning(&self, bar: ProgressBar, template: &str, label: String) -> Bar {
        let pace = SharedPace::default();
        let bar = bar.with_style(style(template, &pace));
        let bar = self.bars().add(bar);
        bar.set_message(printable_name(&label));
        if self.draws_bars() {
            bar.enable_steady_tick(TICK);
        }
        Bar { bar, pace }
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

    fn shown(bar: &Bar) -> (String, u64, Option<u64>) {
        let Bar { bar, .. } = bar;
        (bar.message(), bar.position(), bar.length())
    }

    #[test]
    fn what_is_looked_for_becomes_bytes_that_come() {
        let bar = Output::new(true).wait("looking for the result");
        assert_eq!(shown(&bar), ("looking for the result".into(), 0, None));
        bar.fetched(0, 100);
        assert_eq!(shown(&bar), ("fetching".into(), 0, Some(100)));
        bar.fetched(7, 100);
        assert_eq!(shown(&bar), ("fetching".into(), 7, Some(100)));
    }

    /// Regression: a job that had not yet said how much it has to do was shown as a full bar and `0/0`.
    #[test]
    fn there_is_no_bar_before_it_is_known_of_how_much() {
        let bar = Output::new(true).wait("running");
        bar.set_of(0, 0);
        bar.was_at(0, 0);
        assert_eq!(shown(&bar), ("running".into(), 0, None));
        bar.was_at(26, 201);
        assert_eq!(shown(&bar), ("running".into(), 26, Some(201)));
        bar.set_of(26, 201);
        assert!(lock(&bar.pace).last.is_none(), "nobody has seen it come");
        bar.set_of(40, 201);
        assert_eq!(shown(&bar), ("running".into(), 40, Some(201)));
        assert!(lock(&bar.pace).last.is_some());
    }

    /// Regression: someone who started to watch in the middle of a job was told that seconds were left, when it was
    /// half a minute.
    #[test]
    fn the_time_left_is_by_what_came_while_it_was_watched() {
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let mut pace = Pace::default();
        let left = |pace: &Pace, now| pace.left(201, after(now)).map(show_left);
        assert_eq!(left(&pace, 0), None);
        pace.report(41, after(10));
        assert_eq!(left(&pace, 11), None, "one report has no pace");
        // The same value is no news.
        pace.report(41, after(12));
        assert_eq!(left(&pace, 12), None);
        pace.report(81, after(20));
        assert_eq!(left(&pace, 20).as_deref(), Some(", about 30 s left"));
        assert_eq!(left(&pace, 25).as_deref(), Some(", about 25 s left"));
        assert_eq!(left(&pace, 50), None, "it takes longer than that");
        pace.report(121, after(60));
        assert_eq!(left(&pace, 60).as_deref(), Some(", about 50 s left"));
        // From now on, the slowest replica is another one.
        pace.report(20, after(61));
        assert_eq!(left(&pace, 61), None);
        pace.report(u64::MAX, after(62));
        assert_eq!(left(&pace, 62), None, "nothing is left");
    }
}
