//! What a task needs and pays, from the options, the manifest and what the chain allows.

use std::path::PathBuf;

use aicpw_protocol::{
    audit::AuditPolicy,
    device::Reputation,
    mailbox::margin,
    manifest::Manifest,
    pricing,
    task::{Needs, Privacy, Submission, Verification},
    units::BLOCK_TIME,
    view::MarketParameters,
    ContentId, Gflops, Mebibytes, MegabitsPerSecond, Milliseconds,
};

use crate::{
    amount::Amount,
    error::{Error, Result},
    quantity::{mebibytes_for, parse_memory, parse_span, show_span, whole},
    verify::VerifyArg,
};

/// The default of `--gflops`: every device has this much.
const DEFAULT_GFLOPS: Gflops = Gflops(1);

/// The default of `--match-window`, before it is limited to what the chain allows.
const DEFAULT_MATCH_WINDOW: Milliseconds = Milliseconds(300_000);

/// The shortest time that a job takes to start. It took 43 ms from the order to the first kernel, with a program that
/// had been compiled before (`startup` in docs/benchmarks.md), and more than ten times as long with one that had not.
const SHORTEST_START: Milliseconds = Milliseconds(50);

/// What `submit` and `dry-run` take.
#[derive(clap::Args, Debug, Clone)]
pub struct TermsArgs {
    /// The manifest (aicpw.task/v1); files that it names are looked for in its folder
    pub manifest: PathBuf,

    /// Most to pay for all replicas together, in AICP. Far more than the price makes audits and disputes dearer
    #[arg(long, value_name = "AICP", allow_negative_numbers = true)]
    pub budget: Amount,

    /// Longest run (120s, 10m, 2h; a bare number is seconds). The price covers all of it
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = parse_span)]
    pub time_limit: Milliseconds,

    /// Computing power that a device must have, in GFLOPS; the price grows with it [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u64>(1..=u64::MAX))]
    pub gflops: Option<u64>,

    /// Device memory (512MiB, 2GiB; a bare number is MiB) [default: what the buffers take]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, value_parser = parse_memory)]
    pub memory: Option<Mebibytes>,

    /// Network bandwidth of the provider, in Mbit/s
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = whole::<u32>(0..=u32::MAX.into()))]
    pub bandwidth: u32,

    /// Lowest reputation of the provider, from 0 to 1000; a new one has 500
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = whole::<u16>(0..=1000))]
    pub min_reputation: u16,

    /// How long to wait for a device before everything is refunded [default: 5m]
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = parse_span)]
    pub match_window: Option<Milliseconds>,

    /// How the result is verified: optimistic=WINDOW, replicated=REPLICAS/QUORUM, expected=0xROOT, or
    /// expected=@FILE with the expected output [default: optimistic, with a minute and what it takes to fetch the
    /// result at 20 Mbit/s]
    #[arg(long, value_name = "MODE")]
    pub verify: Option<VerifyArg>,
}

/// Everything that is submitted except the manifest's CID and the peers.
#[derive(Clone, PartialEq, Debug)]
pub struct Terms {
    needs: Needs,
    time_limit: Milliseconds,
    budget: Amount,
    lowest_budget: Amount,
    match_window: Milliseconds,
    verification: Verification,
    /// Information for the person.
    pub notes: Vec<String>,
    /// Warnings for the person.
    pub warnings: Vec<String>,
}

impl Terms {
    /// Makes the terms from the options, checked against what the chain allows.
    ///
    /// # Errors
    /// The chain would refuse an option; the message names it.
    pub fn new(
        args: &TermsArgs,
        manifest: &Manifest,
        market: &MarketParameters,
        audits: &AuditPolicy,
    ) -> Result<Self> {
        let mut notes = Vec::new();
        let memory = args
            .memory
            .unwrap_or_else(|| mebibytes_for(manifest.memory_bytes()));
        let gflops = args.gflops.map_or(DEFAULT_GFLOPS, Gflops);
        if args.gflops.is_none() {
            notes.push(format!(
                "any device of {gflops} GFLOPS or more; --gflops asks for faster ones"
            ));
        }
        if memory < mebibytes_for(manifest.memory_bytes()) {
            return Err(Error::usage(format!(
                "--memory: the manifest's buffers take {} MiB",
                mebibytes_for(manifest.memory_bytes())
            ))
            .hint("nothing was sent; ask for as much, or leave --memory away"));
        }
        check_time_limit(args.time_limit, market)?;
        let match_window = match_window(args.match_window, market)?;
        let (verification, of_verification) = args
            .verify
            .clone()
            .unwrap_or_default()
            .resolve(market.window_range, manifest.output_bytes())?;
        let lowest_budget = check_budget(args, gflops, market, audits, verification)?;
        let needs = Needs {
            engine: manifest.engine,
            class: manifest.class,
            gflops,
            memory,
            bandwidth: MegabitsPerSecond(args.bandwidth),
            min_reputation: Reputation(args.min_reputation),
        };
        Ok(Self {
            needs,
            time_limit: args.time_limit,
            budget: args.budget,
            lowest_budget,
            match_window,
            verification,
            notes,
            warnings: too_short(args.time_limit)
                .into_iter()
                .chain(of_verification)
                .collect(),
        })
    }

    /// What a device must have.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The longest run.
    pub fn time_limit(&self) -> Milliseconds {
        self.time_limit
    }

    /// The most that the requester pays.
    pub fn budget(&self) -> Amount {
        self.budget
    }

    /// The lowest budget that the chain would take.
    pub fn lowest_budget(&self) -> Amount {
        self.lowest_budget
    }

    /// How the result is verified.
    pub fn verification(&self) -> Verification {
        self.verification
    }

    /// How long the task waits for a device.
    pub fn match_window(&self) -> Milliseconds {
        self.match_window
    }

    /// The submission.
    pub fn submission(
        &self,
        manifest: ContentId,
        privacy: Privacy,
        peers: aicpw_protocol::task::PeerAddresses,
    ) -> Submission {
        Submission {
            manifest,
            needs: self.needs,
            time_limit: self.time_limit,
            budget: self.budget.0,
            match_window: self.match_window,
            verification: self.verification,
            privacy,
            peers,
        }
    }
}

fn check_time_limit(limit: Milliseconds, market: &MarketParameters) -> Result<()> {
    if limit.0 == 0 {
        let error = Error::usage("--time-limit: must not be zero");
        return Err(error.hint(
            "nothing was sent; give the longest that the job may run, such as 120s or 10m: all of it is paid",
        ));
    }
    if limit.0 > market.max_time_limit {
        return Err(Error::usage(format!(
            "--time-limit: at most {} on this chain",
            show_span(Milliseconds(market.max_time_limit))
        ))
        .hint("nothing was sent; ask for more --gflops, or split the job into several tasks"));
    }
    Ok(())
}

/// Warns about a time limit that is too short for almost any job to start.
fn too_short(limit: Milliseconds) -> Option<String> {
    let kept = Milliseconds(u64::from(margin(limit)) * BLOCK_TIME);
    let shortest = Milliseconds(kept.0 + SHORTEST_START.0);
    (limit < shortest).then(|| {
        format!(
            "--time-limit: {} leaves no time to compute: the last {} of it is kept for the result to get into a block, \
             and a job's start takes {} at least, or most of a second where its program has to be compiled",
            show_span(limit),
            show_span(kept),
            show_span(SHORTEST_START)
        )
    })
}

fn match_window(window: Option<Milliseconds>, market: &MarketParameters) -> Result<Milliseconds> {
    let (shortest, longest) = market.match_window_range;
    match window {
        None => Ok(Milliseconds(
            DEFAULT_MATCH_WINDOW
                .0
                .clamp(shortest, longest.max(shortest)),
        )),
        Some(window) if (shortest..=longest).contains(&window.0) => Ok(window),
        Some(_) => Err(Error::usage(format!(
            "--match-window: must be between {} and {} on this chain",
            show_span(Milliseconds(shortest)),
            show_span(Milliseconds(longest))
        ))
        .hint("nothing was sent; without --match-window it is 5m, or the nearest to it that is allowed")),
    }
}

/// Checks the budget against the lowest one that the chain takes.
///
/// # Errors
/// The budget is lower; the message names the lowest.
fn check_budget(
    args: &TermsArgs,
    gflops: Gflops,
    market: &MarketParameters,
    audits: &AuditPolicy,
    verification: Verification,
) -> Result<Amount> {
    let replicas = verification.replicas();
    let is_audited = verification.is_audited();
    let of_one =
        pricing::price(market.min_ask, gflops, args.time_limit).and_then(
            |price| match is_audited {
                true => audits.lowest_budget_of_most(price),
                false => Some(price),
            },
        );
    let Some(of_all) = of_one.and_then(|one| one.checked_mul(replicas.into())) else {
        return Err(
            Error::usage("--gflops and --time-limit: no budget could pay that")
                .hint("nothing was sent; ask for less of one of them"),
        );
    };
    let least = of_all.max(market.min_budget);
    if args.budget.0 >= least {
        return Ok(Amount(least));
    }
    let why = if of_all < market.min_budget {
        "the chain's lowest".into()
    } else {
        let times = match replicas {
            1 => String::new(),
            several => format!(", {several} times,"),
        };
        let audited = if is_audited { ", audits included" } else { "" };
        format!(
            "{gflops} GFLOPS for {}{times} cost that at the lowest ask there can be{audited}",
            show_span(args.time_limit)
        )
    };
    Err(Error::usage(format!(
        "--budget: at least {}: {why}",
        Amount(least).with_unit()
    ))
    .hint(
        "nothing was sent; give as much, and `aicpw dry-run` says what the devices that there are would take",
    ))
}

#[cfg(test)]
#[path = "terms_tests.rs"]
pub mod tests;
