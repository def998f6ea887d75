//! Plays the scenarios and prints the outcomes.

use std::path::PathBuf;

use aicpw_economics::{
    jurors, market, plot, report,
    rules::Rules,
    scenario::{named, Scenario, SCENARIOS},
};
use anyhow::anyhow;
use clap::Parser;

/// Who earns and who loses under the market's rules, simulated.
#[derive(Parser)]
#[command(name = "aicpw-economics", version)]
struct Arguments {
    /// The same seed plays the same tasks.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tasks of each scenario.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    tasks: u32,
    /// Only this scenario; may be given several times.
    #[arg(long = "scenario", value_name = "NAME", value_parser = scenario)]
    scenarios: Vec<Scenario>,
    /// Seeds, from --seed on, with which jurors that do not work are played; 20 beside all scenarios, else none.
    #[arg(long, value_parser = clap::value_parser!(u32).range(..=100_000))]
    seeds: Option<u32>,
    /// Say what the scenarios are, and stop.
    #[arg(long)]
    list: bool,
    /// What if a replica that a quorum outvotes lost its fraud bond with its collateral?
    #[arg(long)]
    minority_loses_bond: bool,
    /// What if judging were reckoned by the provider's price alone, so that its ask chose who can judge it?
    #[arg(long)]
    judged_by_price: bool,
    /// What if nobody appealed but a coalition that lies, because whoever is right does not look in time?
    #[arg(long)]
    nobody_appeals: bool,
    /// What if a first jury that comes to nothing ended the dispute, as it did before ADR 25?
    #[arg(long)]
    no_larger_jury: bool,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Write the plots into this folder, as PNG.
    #[arg(long, value_name = "FOLDER")]
    plots: Option<PathBuf>,
}

fn scenario(name: &str) -> Result<Scenario, String> {
    named(name).ok_or_else(|| {
        let names: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        format!(
            "there is none of this name; there are: {}",
            names.join(", ")
        )
    })
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.list {
        for scenario in SCENARIOS {
            println!("{:<18} {}", scenario.name, scenario.about);
        }
        return Ok(());
    }
    let (scenarios, seeds) = match arguments.scenarios.as_slice() {
        [] => (SCENARIOS.as_slice(), 20),
        some => (some, 0),
    };
    let seeds = arguments.seeds.unwrap_or(seeds);
    let rules = Rules {
        minority_loses_bond: arguments.minority_loses_bond,
        judged_by_price: arguments.judged_by_price,
        honest_appeal: !arguments.nobody_appeals,
        larger_jury: !arguments.no_larger_jury,
        ..Rules::default()
    };
    let tasks = usize::try_from(arguments.tasks)?;
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = scenarios
            .iter()
            .map(|scenario| {
                let run = || market::run(&rules, *scenario, arguments.seed, tasks);
                (*scenario, scope.spawn(run))
            })
            .collect();
        let ended = runs.into_iter().map(|(scenario, run)| {
            let tally = run.join().map_err(|_| {
                anyhow!(
                    "the scenario {} ended by a defect, said above",
                    scenario.name
                )
            })?;
            Ok((scenario, tally))
        });
        ended.collect::<anyhow::Result<_>>()
    })?;
    let jurors = match seeds {
        0 => Vec::new(),
        _ => jurors::play(&rules, arguments.seed, seeds, tasks)?,
    };
    if let Some(folder) = &arguments.plots {
        plot::write_all(folder, &rules, &outcomes)?;
    }
    if arguments.json {
        let value = report::json(&rules, arguments.seed, tasks, &outcomes, &jurors);
        println!("{value:#}");
    } else {
        print!("{}", report::text(&rules, &outcomes, &jurors));
    }
    Ok(())
}
