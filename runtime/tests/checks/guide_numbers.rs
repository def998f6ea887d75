//! The numbers in the guides agree with this runtime.

use aicpw_primitives::traits::Escalation;
use aicpw_protocol::{
    judging, pricing,
    task::{Blame, Fault},
    AskPrice, Gflops, Milliseconds,
};
use aicpw_runtime::{
    units::{DAYS, HOURS, MILLI, MINUTES, SECONDS, UNIT},
    Balance, BlockNumber, Runtime,
};
use frame_support::traits::Get;
use pallet_disputes::Config as Disputes;
use pallet_provider_staking::Config as Staking;
use pallet_tasks::Config as Tasks;
use sp_runtime::Perbill;

const ECONOMICS: &str = include_str!("../../../docs/economics.md");
const PROVIDER: &str = include_str!("../../../docs/provider.md");
const REQUESTER: &str = include_str!("../../../docs/requester.md");

/// The ask of all examples: 0.5 AICP.
const ASK: AskPrice = AskPrice(UNIT / 2);

fn aicp(amount: Balance) -> String {
    let millis = amount / MILLI;
    assert_eq!(
        millis * MILLI,
        amount,
        "an example with more than three decimals"
    );
    let text = format!("{}.{:03}", millis / 1_000, millis % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn percent(share: Perbill) -> String {
    format!("{} %", share.deconstruct() / 10_000_000)
}

fn span(blocks: BlockNumber) -> String {
    match blocks {
        blocks if blocks % DAYS == 0 => format!("{} days", blocks / DAYS),
        blocks if blocks % HOURS == 0 => format!("{} h", blocks / HOURS),
        blocks if blocks % MINUTES == 0 => format!("{} min", blocks / MINUTES),
        blocks => format!("{} s", blocks / SECONDS),
    }
}

fn require(page: &str, line: &str) {
    assert!(page.contains(line), "the guide should say: {line}");
}

/// Returns the page as one line.
fn joined(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs on a chain on which nobody has changed a parameter.
fn on_chain(test: impl FnOnce()) {
    sp_io::TestExternalities::default().execute_with(test);
}

#[test]
fn parameters() {
    on_chain(parameters_are_right);
}

fn parameters_are_right() {
    let require = |name: &str, value: String| require(PROVIDER, &format!("| `{name}` | {value} |"));
    let with_unit = |amount| format!("{} AICP", aicp(amount));
    require("MinStake", with_unit(<Runtime as Staking>::MinStake::get()));
    require("MinAsk", with_unit(<Runtime as Staking>::MinAsk::get().0));
    require(
        "ProtocolFee",
        percent(<Runtime as Tasks>::ProtocolFee::get()),
    );
    require(
        "CollateralShare",
        percent(<Runtime as Tasks>::CollateralShare::get()),
    );
    require(
        "MinCollateralBase",
        with_unit(<Runtime as Tasks>::MinCollateralBase::get()),
    );
    let policy = <Runtime as Tasks>::AuditPolicy::get();
    require("LowestAuditRate", percent(policy.lowest));
    require("AuditReliability", percent(policy.reliability));
    require(
        "FaultSlash",
        percent(<Runtime as Staking>::FaultSlash::get()),
    );
    require("BaseFee", with_unit(<Runtime as Tasks>::BaseFee::get()));
    require(
        "HeartbeatPeriod",
        span(<Runtime as Staking>::HeartbeatPeriod::get()),
    );
    require("StartWindow", span(<Runtime as Tasks>::StartWindow::get()));
    require(
        "ProgressWindow",
        span(<Runtime as Tasks>::ProgressWindow::get()),
    );
    require(
        "RevealWindow",
        span(<Runtime as Tasks>::RevealWindow::get()),
    );
    require(
        "RetrievalWindow",
        span(<Runtime as Tasks>::RetrievalWindow::get()),
    );
    require(
        "CoolDownBase",
        span(<Runtime as Staking>::CoolDownBase::get()),
    );
    require(
        "CoolDownCap",
        span(<Runtime as Staking>::CoolDownCap::get()),
    );
    require(
        "UnbondingPeriod",
        span(<Runtime as Staking>::UnbondingPeriod::get()),
    );
    require(
        "MaxDevices",
        <Runtime as Staking>::MaxDevices::get().to_string(),
    );
    require(
        "MaxSlots",
        <Runtime as Staking>::MaxSlots::get().to_string(),
    );
    require(
        "MaxAssignments",
        <Runtime as Staking>::MaxAssignments::get().to_string(),
    );
}

/// Returns the collateral and the fraud bond that one assignment locks in `optimistic`, if one provider gets the whole
/// budget.
fn locks(price: Balance, budget: Balance) -> (Balance, Balance) {
    let collateral = pricing::collateral(
        price,
        budget,
        <Runtime as Tasks>::MinCollateralBase::get(),
        <Runtime as Tasks>::CollateralShare::get(),
    );
    let policy = <Runtime as Tasks>::AuditPolicy::get();
    let juror_pay = <Runtime as Disputes>::JurorPay::get();
    let judged = judging::judged_price(price, budget, juror_pay.into());
    (collateral, policy.fraud_bond(judged).unwrap())
}

#[test]
fn worked_examples() {
    on_chain(examples_are_right);
}

fn examples_are_right() {
    let hour = 3_600_000;
    for (gflops, time, milliseconds, budget) in [
        (100, "1 h", hour, UNIT / 10),
        (6_000, "10 min", hour / 6, UNIT),
        (6_000, "10 min", hour / 6, 10 * UNIT),
        (10_000, "24 h", 24 * hour, 150 * UNIT),
    ] {
        let price = pricing::price(ASK, Gflops(gflops), Milliseconds(milliseconds)).unwrap();
        let fee = pricing::protocol_fee(price, <Runtime as Tasks>::ProtocolFee::get());
        let (collateral, bond) = locks(price, budget);
        let fault = <Runtime as Staking>::FaultSlash::get().mul_ceil(collateral);
        let cells = [
            format!("{gflops} GFLOPS"),
            time.to_owned(),
            aicp(budget),
            aicp(price),
            aicp(price - fee),
            aicp(collateral),
            aicp(bond),
            aicp(fault),
            aicp(collateral + bond),
        ];
        require(PROVIDER, &format!("| {} |", cells.join(" | ")));
    }
}

#[test]
fn sentences() {
    on_chain(sentences_are_right);
}

fn sentences_are_right() {
    let ten_minutes = Milliseconds(600_000);
    let price = pricing::price(ASK, Gflops(6_000), ten_minutes).unwrap();
    // The run, the window of a minute, and the retrieval window, in units of a run.
    let minutes = 10 + 1 + <Runtime as Tasks>::RetrievalWindow::get() / MINUTES;
    let at_once = minutes.div_ceil(10);
    let (collateral, bond) = locks(price, UNIT);
    let stake = aicp(Balance::from(at_once) * (collateral + bond));
    assert_eq!(at_once, 8);
    require(
        PROVIDER,
        &format!("up to eight of them locked at once: {stake} AICP"),
    );

    // Without `--gflops` the task asks for one GFLOPS.
    let scene = pricing::price(ASK, Gflops(1), ten_minutes).unwrap();
    let lowest = <Runtime as Tasks>::MinBudget::get();
    assert!(2 * scene < lowest, "audits included");
    require(
        REQUESTER,
        &format!("{} AICP is the lowest budget", aicp(lowest)),
    );

    let submission = aicp(<Runtime as Tasks>::SubmissionFee::get());
    require(REQUESTER, &format!("| submission fee | {submission} AICP"));
    let for_minutes = |minutes: u64| {
        let limit = Milliseconds(minutes * 60_000);
        aicp(pallet_tasks::Pallet::<Runtime>::submission_fee(limit, 1))
    };
    require(
        REQUESTER,
        &format!(
            "{} AICP for a minute, {} for ten, {} for an hour",
            for_minutes(1),
            for_minutes(10),
            for_minutes(60)
        ),
    );
    require(
        REQUESTER,
        &format!("6000 GFLOPS for 10 min cost {} AICP", aicp(price)),
    );
    let base = aicp(<Runtime as Tasks>::BaseFee::get());
    require(REQUESTER, &format!("you pay both {base} AICP"));
    assert_eq!(<Runtime as Tasks>::MaxAttempts::get(), 3);
    require(REQUESTER, "at most three times in\nall");
}

#[test]
fn what_those_who_judge_can_lose() {
    on_chain(losses_of_judges_are_right);
}

fn losses_of_judges_are_right() {
    // Silence before a commit is a fault; after it, it counts as much as a lie.
    for fault in [Fault::NoStart, Fault::NoProgress, Fault::NoCommit] {
        assert_eq!(fault.blame(), Blame::Provider);
    }
    assert_eq!(Fault::NoReveal.blame(), Blame::WrongResult);
    let page = joined(ECONOMICS);
    let half = |lock: Balance| <Runtime as Staking>::FaultSlash::get().mul_ceil(lock);
    let policy = <Runtime as Disputes>::Policy::get();

    let budget = 2 * UNIT;
    let terms = pallet_disputes::Pallet::<Runtime>::auditor_terms(UNIT / 2, budget);
    let (auditor, juror) = (terms.lock, policy.juror_lock(terms.pay));
    assert_eq!(terms.pay, budget);
    require(
        &page,
        &format!(
            "At a budget of {} AICP that costs an auditor {} AICP and a juror {} AICP.",
            aicp(budget),
            aicp(auditor),
            aicp(juror)
        ),
    );
    let window = span(<Runtime as Tasks>::RevealWindow::get());
    require(&page, &format!("longer than `RevealWindow` ({window})"));
    let pays = |amount: Balance| format!("− {} j", aicp(amount * UNIT / terms.pay));
    for row in [
        format!(
            "/ {}, all of its reputation / {}; a silent juror is replaced, once |",
            pays(juror),
            pays(half(juror))
        ),
        format!("| + j / nothing / {} |", pays(half(juror))),
        format!(
            "| auditor is silent before its commit | | | {}, and another is drawn, once |",
            pays(half(auditor))
        ),
        format!(
            "| auditor {}, juror {}, all of its reputation; nobody takes its place;",
            pays(auditor),
            pays(juror)
        ),
    ] {
        require(&page, &row);
    }
    let guide = joined(PROVIDER);
    require(&guide, "Ten times the budget for one provider is locked.");
    require(&guide, "Five times the budget for one provider is locked.");
    assert_eq!([auditor, juror], [5 * budget, 10 * budget]);

    // The jurors of a claim.
    let at_stake = UNIT;
    let (pay, lock) = (policy.fetch_pay(at_stake), policy.fetch_lock(at_stake));
    assert_eq!((lock, half(lock)), (at_stake, at_stake / 2));
    assert_eq!(lock, 20 * pay);
    require(&page, "which is twenty times its pay.");
    require(&page, "| − C / 2; a silent one is replaced, once |");
    require(
        &page,
        "| − C, all of its reputation; nobody takes its place |",
    );

    // The bond of a requester.
    assert_eq!(policy.bond(budget, 0), Some(5 * budget));
    require(&page, "which is five times its budget for one provider,");
    assert_eq!(policy.bond(budget, 1), Some(11 * budget));
    require(&page, "which is eleven times that budget,");
    assert_eq!(policy.claim_bond(pay), Some(6 * at_stake / 20));
    require(&page, "six twentieths of the collateral");
    require(&page, "| − 6 C / 20 |");
}
