//! How often an assignment may report progress, and what a submission costs because of that.
//!
//! Reports are free for the worker. So their number is bounded, and the fee for the submission covers as many reports
//! as the task's time limit allows.

use crate::units::{Balance, BlockNumber};

/// A report is welcome again after a tenth of the time since the start: short jobs have a lively progress bar, and long
/// jobs do not fill blocks.
const SHARE_OF_ELAPSED: BlockNumber = 10;

/// The fewest reports that fit into a progress window, so that a lost report costs nothing.
const REPORTS_IN_WINDOW: BlockNumber = 3;

/// The number of progress reports that weigh as much as everything else that the chain does for a task with one
/// replica. Measured: 0.46 of 5.1 ms (`docs/benchmarks.md`). Rounded down, which makes it more expensive for the
/// requester.
pub const REPORTS_PER_LIFE: u32 = 10;

/// The governed numbers that bound reports, in blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReportLimits {
    /// Fewest blocks between two reports.
    pub min_interval: BlockNumber,
    /// Most blocks between two signs of life.
    pub window: BlockNumber,
    /// Most reports of one assignment.
    pub most: u32,
}

impl ReportLimits {
    /// The shortest and the longest interval of a job whose time limit is `limit` blocks. No interval is shorter than
    /// `limit / most`, so no job has more than `most` reports.
    fn range(&self, limit: BlockNumber) -> (BlockNumber, BlockNumber) {
        let shortest = limit
            .div_ceil(self.most.max(1))
            .max(self.min_interval)
            .max(1);
        let longest = (self.window / REPORTS_IN_WINDOW).max(shortest);
        (shortest, longest)
    }

    /// The fewest blocks from one report (or the start) to the next, for a job whose time limit is `limit` blocks. The
    /// earlier report came `elapsed` blocks after the start.
    pub fn interval(&self, limit: BlockNumber, elapsed: BlockNumber) -> BlockNumber {
        let (shortest, longest) = self.range(limit);
        (elapsed / SHARE_OF_ELAPSED).clamp(shortest, longest)
    }

    /// Most reports of a job whose time limit is `limit` blocks.
    pub fn reports(&self, limit: BlockNumber) -> u32 {
        let (shortest, longest) = self.range(limit);
        let (mut at, mut reports) = (0, 0_u32);
        // Ends soon: `at` grows by a tenth in each round once ten reports are done.
        loop {
            let step = (at / SHARE_OF_ELAPSED).clamp(shortest, longest);
            if step == longest {
                let rest = limit.saturating_sub(at) / longest;
                return reports.saturating_add(rest);
            }
            at = at.saturating_add(step);
            if at > limit {
                return reports;
            }
            reports = reports.saturating_add(1);
        }
    }
}

/// The fee for a submission: `life`, the governed fee for a task's life, plus a part of it for each of the `reports`
/// that an assignment may make, for each of the `replicas`. Rounded up; saturates.
pub fn submission_fee(life: Balance, reports: u32, replicas: u8) -> Balance {
    let reporting = life
        .saturating_mul(reports.into())
        .div_ceil(REPORTS_PER_LIFE.into());
    life.saturating_add(reporting)
        .saturating_mul(replicas.max(1).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Blocks of 250 ms: an interval of at least 2 s, and a window of a minute.
    const LIMITS: ReportLimits = ReportLimits {
        min_interval: 8,
        window: 240,
        most: 3_000,
    };

    #[test]
    fn a_longer_run_reports_less_often() {
        assert_eq!(LIMITS.interval(2_400, 0), 8, "every 2 s at first");
        assert_eq!(LIMITS.interval(2_400, 400), 40);
        assert_eq!(LIMITS.interval(2_400, 2_000), 80, "thrice in a window");
        let day = 345_600;
        assert_eq!(LIMITS.interval(day, 0), 116, "no more than `most` in all");
        assert_eq!(LIMITS.interval(day, 100_000), 116);
    }

    #[test]
    fn reports_of_usual_jobs() {
        let minutes = |minutes: u32| LIMITS.reports(minutes * 240);
        assert_eq!([1, 2, 10, 60, 1_440].map(minutes), [21, 29, 54, 204, 2_979]);
        assert_eq!(LIMITS.reports(0), 0);
        assert_eq!(LIMITS.reports(8), 1);
    }

    #[test]
    fn the_fee_grows_with_reports_and_replicas() {
        assert_eq!(submission_fee(1_200, 0, 1), 1_200);
        assert_eq!(submission_fee(1_200, 1, 1), 1_320);
        assert_eq!(submission_fee(1_200, 10, 3), 7_200);
        assert_eq!(submission_fee(1, 1, 1), 2, "rounds up");
        assert_eq!(submission_fee(1_200, 0, 0), 1_200, "a task has a replica");
        assert_eq!(submission_fee(Balance::MAX, 9, 9), Balance::MAX);
    }

    proptest! {
        /// A worker that reports as soon as it may never makes more reports than were paid for, nor more than are
        /// allowed.
        #[test]
        fn as_many_as_were_paid(
            limit in 0..400_000_u32, min_interval in 0..300_u32, window in 0..20_000_u32,
            most in 0..5_000_u32,
        ) {
            let limits = ReportLimits { min_interval, window, most };
            let (mut at, mut made) = (limits.interval(limit, 0), 0_u32);
            while at <= limit {
                made += 1;
                at += limits.interval(limit, at);
            }
            prop_assert_eq!(made, limits.reports(limit));
            prop_assert!(made <= most.max(1));
        }

        #[test]
        fn a_longer_limit_never_costs_less(limit in 0..12_000_u32, more in 0..12_000_u32) {
            // Below the limit from which intervals are stretched, so that there are no more than `most`.
            prop_assert!(limit + more <= LIMITS.most * LIMITS.min_interval);
            prop_assert!(LIMITS.reports(limit) <= LIMITS.reports(limit + more));
        }
    }
}
