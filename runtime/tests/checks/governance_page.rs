//! The tables in `docs/governance.md`, and the one of all parameters in `docs/economics.md`, agree
//! with this runtime.

use std::collections::BTreeSet;

use aicpw_runtime::{
    configs::{
        governance::{tracks::TRACKS, VOTE_LOCK},
        parameters::MarketParameter::{self, *},
    },
    units::{DAYS, HOURS, MINUTES, SECONDS, SLOT_MILLISECONDS, UNIT},
    Balance, BlockNumber,
};
use pallet_conviction_voting::Conviction;
use pallet_market_parameters::GovernedParameter;
use pallet_referenda::Curve;
use sp_runtime::Perbill;

const PAGE: &str = include_str!("../../../docs/governance.md");
const ECONOMICS: &str = include_str!("../../../docs/economics.md");

fn aicp(amount: Balance) -> String {
    let text = format!("{}.{:018}", amount / UNIT, amount % UNIT);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} AICP")
}

fn percent(share: Perbill) -> String {
    format!("{} %", share.deconstruct() / 10_000_000)
}

/// Returns a threshold, rounded to a tenth of a per cent.
fn threshold(curve: &Curve, portion: Perbill) -> String {
    let tenths = (curve.threshold(portion).deconstruct() + 500_000) / 1_000_000;
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        tenth => format!("{}.{tenth} %", tenths / 10),
    }
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

/// Returns the text under a heading of a page.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// Returns the first cells of the rows of the table under a heading.
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

/// Tracks that have the same thresholds share two rows.
#[test]
fn thresholds() {
    let mut names = BTreeSet::new();
    for ids in [&[0, 10][..], &[20, 30, 31], &[1]] {
        let of_row: Vec<_> = TRACKS
            .into_iter()
            .filter(|(id, _)| ids.contains(id))
            .map(|(_, info)| info)
            .collect();
        let one = &of_row[0];
        let cells = |curve: &Curve| {
            [0, DAYS / 4, DAYS, 2 * DAYS, 7 * DAYS, 14 * DAYS]
                .map(|since| threshold(curve, Perbill::from_rational(since, one.decision_period)))
                .join(" | ")
        };
        let mut of_all = Vec::new();
        for info in &of_row {
            assert_eq!(info.decision_period, 14 * DAYS, "the end of the table");
            assert_eq!(info.min_approval, one.min_approval);
            assert_eq!(info.min_support, one.min_support);
            let name = core::str::from_utf8(&info.name).unwrap();
            let name = name.trim_end_matches('\0').to_owned();
            of_all.push(format!("`{name}`"));
            names.insert(name);
        }
        let rows = format!(
            "| {} | approval | {} |\n| | support | {} |\n",
            of_all.join(", "),
            cells(&one.min_approval),
            cells(&one.min_support),
        );
        assert!(PAGE.contains(&rows), "the page should have:\n{rows}");
    }
    assert_eq!(names.len(), TRACKS.len(), "each track has rows");
}

#[test]
fn convictions() {
    const WEEK: BlockNumber = 7 * DAYS;
    let mut rows = String::from("| --- | --- | --- |\n");
    for step in 0..=6_u8 {
        let conviction = Conviction::try_from(step).unwrap();
        let tenths = conviction.votes::<Balance>(10).votes;
        let votes = match tenths % 10 {
            0 => (tenths / 10).to_string(),
            tenth => format!("{}.{tenth}", tenths / 10),
        };
        let locked = conviction.lock_periods() * VOTE_LOCK;
        assert_eq!(locked % WEEK, 0);
        let weeks = locked / WEEK;
        let s = if weeks == 1 { "" } else { "s" };
        rows += &format!("| `{conviction:?}` | {votes} | {weeks} week{s} |\n");
    }
    assert!(PAGE.contains(&rows), "the page should have:\n{rows}");
}
