//! What jurors earn that do not work, over many seeds: one market has too few disputes to tell.
//!
//! The market is one in which more results are judged than in the scenarios: rational cheats try cheating in one
//! assignment of twenty, and of a hundred requesters one disputes every right result. Everything else is the same.

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

/// The most tasks for one seed.
pub const TASKS: usize = 20_000;

/// The per cent of tasks whose trace root can be known without work.
const TRACELESS: u32 = 20;

/// One way in which jurors do not work, and how much of the stake belongs to such jurors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bench {
    /// What these jurors vote.
    pub votes: Idle,
    /// Their share of the stake, in per cent.
    pub percent: u32,
}

/// The ways that are played.
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

/// The outcome for one way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Outcome {
    /// The way that was played.
    pub bench: Bench,
    /// The number of seeds in which at least one such juror sat on a jury.
    pub seeds: u32,
    /// How many seats such jurors had in all seeds.
    pub seats: u64,
    /// The share of disputed results that were wrong.
    pub wrong: f64,
    /// What such a juror earns with one seat, in units of its pay: the mean over the seeds.
    pub mean: f64,
    /// The standard error of that mean.
    pub error: f64,
    /// The same mean in closed form.
    pub expected: f64,
}

impl Outcome {
    /// How many standard errors the mean is below zero; `None` if that cannot be determined.
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

    /// Plays this way with `seeds` seeds, starting with `first`.
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

/// Plays all ways, each on a thread of its own.
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

/// The mean of independent values and its standard error, which is zero for fewer than two values because it is unknown
/// then.
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
        // Variance 5/3, of four values.
        assert!((error - (5.0_f64 / 12.0).sqrt()).abs() < 1e-12, "{error}");
        assert_eq!(mean_and_error(&[7.0]), (7.0, 0.0));
        assert_eq!(mean_and_error(&[]), (0.0, 0.0));
    }
}
