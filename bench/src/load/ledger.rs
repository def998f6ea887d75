//! Keeps track of every task, according to the final chain.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use aicpw_protocol::BlockNumber;
use aicpw_runtime::configs::system::MAX_BLOCK_WEIGHT;
use frame_support::dispatch::DispatchClass;

use super::chain::{Block, TaskEvent, Used};
use crate::{report::Measured, statistics::percentile};

/// The life of a task.
struct Life {
    /// When it was due to be submitted.
    due: Instant,
    /// When the block that includes it was seen.
    included: Instant,
    /// When the blocks that settled it were seen: one, if all is well.
    settled: Vec<Instant>,
    /// When the first of these blocks was final.
    settled_for_good: Option<Instant>,
}

/// A final block.
struct Full {
    height: BlockNumber,
    seen: Instant,
    transactions: u32,
    settled: u32,
    used: Used,
}

/// All lives and blocks.
#[derive(Default)]
pub struct Ledger {
    lives: BTreeMap<u64, Life>,
    blocks: Vec<Full>,
    settled: u64,
    /// The number of assignments that ended without payment.
    failed: u64,
    /// The number of tasks that ended without a result.
    refunded: u64,
    /// The number of settlements of tasks that were never submitted.
    strange: u64,
}

impl Ledger {
    /// Adds a block that has become final, with the tasks that were submitted in it and when they
    /// were due.
    pub fn finalised(&mut self, block: &Block, submitted: Vec<(u64, Instant)>, used: Used) {
        let now = Instant::now();
        for (task, due) in submitted {
            self.lives.insert(
                task,
                Life {
                    due,
                    included: block.seen,
                    settled: Vec::new(),
                    settled_for_good: None,
                },
            );
        }
        let mut settled = 0;
        for event in &block.events {
            match event {
                TaskEvent::TaskSettled { task, .. } => {
                    settled += 1;
                    let Some(life) = self.lives.get_mut(&task.0) else {
                        self.strange += 1;
                        continue;
                    };
                    if life.settled.is_empty() {
                        self.settled += 1;
                        life.settled_for_good = Some(now);
                    }
                    life.settled.push(block.seen);
                }
                TaskEvent::AssignmentFailed { .. } => self.failed += 1,
                TaskEvent::TaskRefunded { .. } | TaskEvent::TaskCancelled { .. } => {
                    self.refunded += 1;
                }
                _ => {}
            }
        }
        self.blocks.push(Full {
            height: block.height,
            seen: block.seen,
            transactions: block.transactions,
            settled,
            used,
        });
    }

    /// Returns the number of tasks in final blocks.
    pub fn submitted(&self) -> u64 {
        self.lives.len() as u64
    }

    /// Returns the number of tasks that were settled.
    pub fn settled(&self) -> u64 {
        self.settled
    }

    /// Returns the number of tasks that ended otherwise.
    pub fn refunded(&self) -> u64 {
        self.refunded
    }

    /// Returns how full the last block was, from 0 to 1.
    pub fn fullness(&self) -> f64 {
        self.blocks.last().map_or(0.0, Full::share)
    }

    /// Returns what is wrong.
    pub fn faults(&self) -> Vec<String> {
        let of = |what: &str, count: u64| (count > 0).then(|| format!("{count} {what}"));
        let lives = self.lives.values();
        let twice = lives.filter(|life| life.settled.len() > 1).count() as u64;
        let lost = self.submitted().saturating_sub(self.settled);
        [
            of("tasks not settled", lost),
            of("tasks settled more than once", twice),
            of("settlements of tasks that nobody submitted", self.strange),
            of("tasks refunded", self.refunded),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Reports the speeds between two moments, and the latencies of all tasks.
    pub fn report(&self, from: Instant, to: Instant, goal: &str, report: &mut Measured) {
        let settled = self
            .lives
            .values()
            .filter_map(|life| life.settled.first().copied());
        // Nothing can be settled before the first task.
        let first = settled.clone().min().unwrap_or(to).min(to);
        let span = |from: Instant| (to - from).as_secs_f64();
        let included = self.lives.values().filter(|life| life.included <= to);
        let rate = included.count() as f64 / span(from);
        report.add("tasks submitted", self.submitted() as f64, "", "");
        report.add("tasks settled", self.settled as f64, "", "");
        report.add("assignments failed", self.failed as f64, "", "");
        report.add("submitted, in blocks", rate, "/s", "");
        let rate = settled.filter(|at| first < *at && *at <= to).count() as f64 / span(first);
        report.add("settled", rate, "/s", goal);

        let mut latency = |what: &str, of: &dyn Fn(&Life) -> Option<Instant>| {
            let lives = self.lives.values();
            let samples: Vec<Duration> = lives
                .filter_map(|life| Some(of(life)?.saturating_duration_since(life.due)))
                .collect();
            for (name, p) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)] {
                let value = percentile(&samples, p).as_secs_f64();
                report.add(format!("submit to {what}, {name}"), value, "s", "");
            }
        };
        latency("a block", &|life| Some(life.included));
        latency("settled", &|life| life.settled.first().copied());
        latency("settled for good", &|life| life.settled_for_good);

        let blocks: Vec<_> = self
            .blocks
            .iter()
            .filter(|block| first <= block.seen && block.seen <= to)
            .collect();
        let (Some(oldest), Some(newest)) = (blocks.first(), blocks.last()) else {
            return;
        };
        let count = blocks.len() as f64;
        let mean =
            |of: &dyn Fn(&Full) -> f64| blocks.iter().map(|one| of(one)).sum::<f64>() / count;
        let gap = (newest.seen - oldest.seen).as_secs_f64()
            / f64::from(newest.height - oldest.height).max(1.0);
        report.add("blocks", count, "", "");
        report.add("between blocks, mean", gap * 1e3, "ms", "");
        let share =
            |class: DispatchClass| move |one: &Full| percent(one.used.get(class).ref_time());
        for (what, class) in [
            ("paying transactions", DispatchClass::Normal),
            ("worker calls", DispatchClass::Operational),
            ("hooks and inherents", DispatchClass::Mandatory),
        ] {
            let value = mean(&share(class));
            report.add(format!("of a block, {what}, mean"), value, "%", "");
        }
        let full = mean(&|one| one.share() * 100.0);
        report.add("block fullness, mean", full, "%", "");
        let fullest = blocks.iter().map(|one| one.share()).fold(0.0, f64::max);
        report.add("block fullness, most", fullest * 100.0, "%", "");
        let transactions = mean(&|one| f64::from(one.transactions));
        report.add("transactions in a block, mean", transactions, "", "");
        let most = blocks.iter().map(|one| one.settled).max();
        let most = f64::from(most.unwrap_or_default());
        report.add("settled in a block, most", most, "", "");
    }

    /// Returns the number of blocks that were seen to become final.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }
}

fn percent(time: u64) -> f64 {
    time as f64 / MAX_BLOCK_WEIGHT.ref_time() as f64 * 100.0
}

impl Full {
    /// Returns how full the block is, from 0 to 1.
    fn share(&self) -> f64 {
        percent(self.used.total().ref_time()) / 100.0
    }
}

#[cfg(test)]
mod tests {
    use aicpw_protocol::{AssignmentId, TaskId};

    use super::*;

    fn settled(task: u64) -> TaskEvent {
        let task = TaskId(task);
        TaskEvent::TaskSettled {
            task,
            assignment: AssignmentId {
                task,
                replica: 0,
                attempt: 0,
            },
            paid: 1,
            fee: 0,
            refunded: 0,
        }
    }

    fn block(height: BlockNumber, events: Vec<TaskEvent>) -> Block {
        Block {
            height,
            parent: Default::default(),
            seen: Instant::now(),
            transactions: 1,
            events,
        }
    }

    #[test]
    fn a_task_that_is_lost_or_settled_twice_is_a_fault() {
        let mut ledger = Ledger::default();
        let due = Instant::now();
        let submitted = (0..3).map(|task| (task, due)).collect();
        ledger.finalised(&block(1, Vec::new()), submitted, Used::default());
        let first = vec![settled(0), settled(1)];
        ledger.finalised(&block(2, first), Vec::new(), Used::default());
        assert_eq!((ledger.submitted(), ledger.settled()), (3, 2));
        assert_eq!(ledger.faults(), ["1 tasks not settled"]);
        let second = vec![settled(1), settled(2), settled(7)];
        ledger.finalised(&block(3, second), Vec::new(), Used::default());
        assert_eq!(
            ledger.faults(),
            [
                "1 tasks settled more than once",
                "1 settlements of tasks that nobody submitted"
            ]
        );
    }
}
