//! The wall clock, which somebody may set at any time, and a steady clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Returns the milliseconds since the Unix epoch, by the wall clock.
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    });
    #[cfg(test)]
    let now = now.saturating_add_signed(testing::set_by());
    now
}

/// A clock that shows the wall clock's time at its start, plus the time since then: nobody can set
/// it.
#[derive(Debug, Clone, Copy)]
pub struct Steady {
    from: u64,
    since: Instant,
}

impl Steady {
    /// Starts the clock.
    pub fn start() -> Self {
        Self {
            from: unix_ms(),
            since: Instant::now(),
        }
    }

    /// Returns the milliseconds since the Unix epoch, by this clock.
    pub fn unix_ms(&self) -> u64 {
        let passed = u64::try_from(self.since.elapsed().as_millis());
        self.from.saturating_add(passed.unwrap_or(u64::MAX))
    }
}

/// Sets the wall clock of a test, which has its own thread.
#[cfg(test)]
pub mod testing {
    use std::cell::Cell;

    thread_local! {
        static SET_BY: Cell<i64> = const { Cell::new(0) };
    }

    /// Makes the wall clock wrong by this many milliseconds from now on.
    pub fn set(by: i64) {
        SET_BY.set(by);
    }

    pub(super) fn set_by() -> i64 {
        SET_BY.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: u64 = 365 * 24 * 3_600_000;

    #[test]
    fn a_steady_clock_goes_on_when_the_other_is_set() {
        let steady = Steady::start();
        let right = unix_ms();
        for by in [YEAR as i64, -(YEAR as i64)] {
            testing::set(by);
            assert!(unix_ms().abs_diff(right) > YEAR / 2, "{by}");
            let shown = steady.unix_ms();
            assert!(shown >= steady.from && shown.abs_diff(right) < YEAR / 2);
        }
    }
}
