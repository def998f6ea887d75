//! The tables in `docs/governance.md` are those of this runtime, and the one of all parameters in
//! `docs/economics.md`.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use aicpw_runtime::{
    configs::{
        governance::tracks::TRACKS,
        parameters::MarketParameter::{self, *},
    },
    units::{DAYS, HOURS, MINUTES, SECONDS, SLOT_MILLISECONDS, UNIT},
    Balance, BlockNumber,
};
use pallet_market_parameters::GovernedParameter;
use sp_runtime::Perbill;

const PAGE: &str = include_str!("../../docs/governance.md");
const ECONOMICS: &str = include_str!("../../docs/economics.md");

fn aicp(amount: Balance) -> String {
    let text = format!("{}.{:018}", amount / UNIT, amount % UNIT);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} AICP")
}

fn percent(share: Perbill) -> String {
    format!("{} %", share.deconstruct() / 10_000_000)
}

fn span(blocks: BlockNumber) -> String {
    let in_units = |unit, name| format!("{} {name}", blocks / unit);
    match blocks {
        0 => "0".into(),
        blocks if blocks == DAYS => "1 day".into(),
        blocks if blocks % DAYS == 0 => in_units(DAYS, "days"),
        blocks if blocks % HOURS == 0 => in_units(HOURS, "h"),
        blocks if blocks % MINUTES == 0 => in_units(MINUTES, "min"),
        _ => in_units(SECONDS, "s"),
    }
}

fn milliseconds(span_of: u64) -> String {
    span((span_of / SLOT_MILLISECONDS) as BlockNumber)
}

fn value(parameter: &MarketParameter) -> String {
    match parameter {
        MinStake(amount)
        | ReputationUnit(amount)
        | SubmissionFee(amount)
        | MinBudget(amount)
        | MinCollateralBase(amount)
        | AuditUnit(amount)
        | BaseFee(amount) => aicp(*amount),
        Auditors(count) => count.to_string(),
        MinAsk(ask) => aicp(ask.0),
        FaultSlash(share)
        | ProtocolFee(share)
        | CollateralShare(share)
        | LowestAuditRate(share)
        | BeginnerAuditRate(share)
        | WorstAuditRate(share)
        | AuditSurcharge(share)
        | AuditReliability(share)
        | FinderReward(share)
        | ValidatorStream(share) => percent(*share),
        UnbondingPeriod(blocks)
        | CoolDownBase(blocks)
        | CoolDownCap(blocks)
        | ReputationHalfLife(blocks)
        | KeyWindow(blocks)
        | StartWindow(blocks)
        | ProgressWindow(blocks)
        | RevealWindow(blocks)
        | RetrievalWindow(blocks)
        | RematchWindow(blocks)
        | RetentionPeriod(blocks)
        | ConformanceWindow(blocks)
        | AppealWindow(blocks)
        | TraceWindow(blocks)
        | MinProgressInterval(blocks) => span(*blocks),
        MaxTimeLimit(time)
        | MinMatchWindow(time)
        | MaxMatchWindow(time)
        | MinOptimisticWindow(time)
        | MaxOptimisticWindow(time)
        | ConformanceRun(time) => milliseconds(*time),
    }
}

fn name(parameter: &MarketParameter) -> String {
    let text = format!("{parameter:?}");
    text.split('(').next().unwrap().to_owned()
}

/// What is under a heading of a page.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// The first cells of the rows of the table under a heading.
fn rows(page: &str, heading: &str) -> BTreeSet<String> {
    section(page, heading)
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| line.split('`').next().unwrap().to_owned())
        .collect()
}

#[test]
fn parameters_and_their_ranges() {
    let mut names = BTreeSet::new();
    for range in MarketParameter::ranges() {
        let name = name(&range.default);
        let row = format!(
            "| `{name}` | {} | {} | {} |",
            value(&range.default),
            value(&range.lowest),
            value(&range.highest)
        );
        assert!(PAGE.contains(&row), "the page should have: {row}");
        names.insert(name);
    }
    assert_eq!(rows(PAGE, "Parameters"), names, "and no others");
}

#[test]
fn what_each_parameter_decides() {
    const HEADING: &str = "All parameters";
    let mut names = BTreeSet::new();
    for range in MarketParameter::ranges() {
        let name = name(&range.default);
        let row = format!("| `{name}` | {} | ", value(&range.default));
        assert!(
            section(ECONOMICS, HEADING).contains(&row),
            "the page should have: {row}"
        );
        names.insert(name);
    }
    assert_eq!(rows(ECONOMICS, HEADING), names, "and no others");
}

#[test]
fn tracks() {
    let mut names = BTreeSet::new();
    for (id, info) in TRACKS {
        let name = core::str::from_utf8(&info.name)
            .unwrap()
            .trim_end_matches('\0');
        let row = format!(
            "| `{name}` | {id} | {} | {} | {} | {} | {} | {} |",
            info.max_deciding,
            aicp(info.decision_deposit),
            span(info.prepare_period),
            span(info.decision_period),
            span(info.confirm_period),
            span(info.min_enactment_period),
        );
        assert!(PAGE.contains(&row), "the page should have: {row}");
        names.insert(name.to_owned());
    }
    assert_eq!(rows(PAGE, "Tracks"), names, "and no others");
}
