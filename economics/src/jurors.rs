//! What jurors have that do not work, over many seeds: one market has too few disputes to tell.
//!
//! The market is one in which there is more to judge than in the scenarios: rational cheats try one time in
//! twenty, and of a hundred requesters one disputes every right result. All else is the same.

use std::thread;

use anyhow::{anyhow, Context};

use crate::{
    market,
    player::Kind,
    rules::Rules,
    scenario::{Friends, Scenario},
    tally::{Role, Tally},
    theory::{self, Idle},
};

/// Tasks for one seed, at most.
pub const TASKS: usize = 20_000;

/// Tasks of which the trace root can be known without work, in per cent.
const TRACELESS: u32 = 20;

/// A juror's way not to work, and how much of the stake goes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bench {
    /// What it votes.
    pub votes: Idle,
    /// In per cent.
    pub percent: u32,
}

/// What is played.
pub const BENCHES: [Bench; 6] = [
    bench(Idle::Garbage, 10),
    bench(Idle::Committed, 10),
    bench(Idle::Coin, 10),
    bench(Idle::Likeliest, 10),
    bench(Idle::Likeliest, 30),
    bench(Idle::Unable, 30),
];

const fn bench(votes: Idle, percent: u32) -> Bench {
    Bench { votes, percent }
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Outcome {
    /// Who played.
    pub bench: Bench,
    /// Seeds in which at least one of them sat on a jury.
    pub seeds: u32,
    /// Seats of them in all seeds.
    pub seats: u64,
    /// Disputed results that were wrong, of one.
    pub wrong: f64,
    /// What they have of a seat, in its pay: the mean of the seeds.
    pub mean: f64,
    /// The standard error of that mean.
    pub error: f64,
    /// The same in closed form.
    pub expected: f64,
}

impl Outcome {
    /// By how many standard errors the mean is below zero; `None` if that cannot be told.
    pub fn errors_below_zero(&self) -> Option<f64> {
        (self.seeds > 1 && self.error > 0.0).then(|| -self.mean / self.error)
    }
}

impl Bench {
    fn kind(self) -> Kind {
        match self.votes {
            Idle::Garbage => Kind::Rambling,
            Idle::Committed => Kind::Trusting,
            Idle::Coin => Kind::Guessing,
            Idle::Likeliest => Kind::Copying,
            Idle::Unable => Kind::Unable,
        }
    }

    fn scenario(self) -> Scenario {
        Scenario {
            name: "jurors",
            about: "some jurors do not work",
            kind: self.kind(),
            percent: self.percent,
            rational_percent: 100 - self.percent,
            traceless_percent: TRACELESS,
            griefing_percent: 1,
            trial: 20,
            friends: Friends::Lie,
        }
    }

    /// Plays it with `seeds` seeds from `first` on.
    pub fn play(self, rules: &Rules, first: u64, seeds: u32, tasks: usize) -> Outcome {
        let played: Vec<Tally> = (0..u64::from(seeds))
            .map(|seed| market::run(rules, self.scenario(), first + seed, tasks.min(TASKS)))
            .collect();
        let of = |tally: &Tally| tally.account(self.kind(), Role::Juror);
        let nets: Vec<f64> = played
            .iter()
            .map(of)
            .filter(|account| account.times > 0)
            .map(|account| account.net())
            .collect();
        let disputes: u64 = played.iter().map(|tally| tally.disputes).sum();
        let of_wrong: u64 = played.iter().map(|tally| tally.disputes_of_wrong).sum();
        let wrong = of_wrong as f64 / disputes.max(1) as f64;
        let (mean, error) = mean_and_error(&nets);
        let share = |percent: u32| f64::from(percent) / 100.0;
        Outcome {
            bench: self,
            seeds: nets.len() as u32,
            seats: played.iter().map(|tally| of(tally).times).sum(),
            wrong,
            mean,
            error,
            expected: theory::idle(
                rules,
                self.votes,
                wrong,
                share(TRACELESS),
                share(self.percent),
            ),
        }
    }
}

/// Plays all of them, each on a thread of its own.
pub fn play(rules: &Rules, first: u64, seeds: u32, tasks: usize) -> anyhow::Result<Vec<Outcome>> {
    thread::scope(|scope| {
        let runs = BENCHES.map(|bench| scope.spawn(move || bench.play(rules, first, seeds, tasks)));
        let ended = runs.into_iter().map(|run| {
            run.join()
                .map_err(|_| anyhow!("by a defect, said above"))
                .context("the jurors' market ended")
        });
        ended.collect()
    })
}

/// Of independent values; of less than two nothing is known of the error, which is zero then.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mean = values.iter().sum::<f64>() / n;
    if values.len() == 1 {
        return (mean, 0.0);
    }
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_mean() {
        let (mean, error) = mean_and_error(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(mean, 2.5);
        // Variance 5/3, of four.
        assert!((error - (5.0_f64 / 12.0).sqrt()).abs() < 1e-12, "{error}");
        assert_eq!(mean_and_error(&[7.0]), (7.0, 0.0));
        assert_eq!(mean_and_error(&[]), (0.0, 0.0));
    }
}
