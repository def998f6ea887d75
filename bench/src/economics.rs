//! Measures what verification costs and finds when the market's scenarios are simulated
//! (`docs/economics.md`).

use aicpw_economics::{
    jurors, market,
    player::Kind,
    rules::Rules,
    scenario::named,
    tally::{Role, Tally},
};
use anyhow::{Context, Result};

use crate::report::Measured;

/// The scenarios of `make economics`, as `docs/economics.md` has them.
const SEED: u64 = 1;
const TASKS: usize = 100_000;
/// The number of seeds for jurors that do not work, because one market has too few of them.
const SEEDS: u32 = 20;

pub fn measure(report: &mut Measured) -> Result<()> {
    let honest = played("honest")?;
    let rational = played("rational")?;
    let lazy = played("lazy")?;
    report.note(format!(
        "{TASKS} tasks of each scenario, seed {SEED}; the rules are the chain's defaults"
    ));
    report.add(
        "compute of honest traffic, verification included",
        honest.overhead(),
        "of the assignments alone",
        "<= 1.1",
    );
    report.add(
        "wrong results accepted, all providers rational cheats",
        rational.undetected_share() * 100.0,
        "%",
        "< 1",
    );
    let juror = |kind| lazy.account(kind, Role::Juror).net();
    report.add(
        "a lazy juror that votes garbage, on each seat",
        juror(Kind::Lazy),
        "of its pay",
        "< 0",
    );
    report.add(
        "an honest juror beside lazy ones, on each seat",
        juror(Kind::Honest),
        "of its pay",
        "",
    );
    for outcome in jurors::play(&Rules::default(), SEED, SEEDS, jurors::TASKS)? {
        let what = format!(
            "a juror that works otherwise and votes {}, as {} % of the stake do: {SEEDS} seeds, {} seats",
            outcome.bench.votes.name(),
            outcome.bench.percent,
            outcome.seats,
        );
        report.add(what, outcome.mean, "of its pay", "< 0");
    }
    Ok(())
}

fn played(scenario: &str) -> Result<Tally> {
    let scenario = named(scenario).with_context(|| format!("no scenario {scenario}"))?;
    Ok(market::run(&Rules::default(), scenario, SEED, TASKS))
}
