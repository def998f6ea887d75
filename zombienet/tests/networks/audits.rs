//! Audits on a network of real processes. A provider's executor gives its node another result than it has computed, and
//! nobody calls a jury. Another provider is drawn and runs the task again before the result is opened. What follows
//! needs no calls by a person.

use std::{collections::BTreeMap, fs};

use aicpw_network_tests::{
    chain,
    jobs::Count,
    market::{units, AICP, STAKE},
    Market,
};
use aicpw_protocol::{
    audit::AuditPolicy,
    device::Reputation,
    merkle::result_root,
    task::{AssignmentStatus, Fault, Role, TaskStatus},
    view::{AssignmentView, AuditState, TaskView},
    TaskId,
};
use aicpw_runtime::{
    configs::parameters::{BeginnerAuditRate, MarketParameter},
    units::MINUTES,
    AccountId,
};
use anyhow::Result;
use futures::future::try_join_all;
use serde_json::Value;
use sp_runtime::Perbill;

use super::{
    disputes::verdict,
    liars::{
        account, add_liars, client, require_jury, root, set_parameter, submit_count, LIAR,
        REQUESTER,
    },
    wealth::{changes, require_standing, signed, wealth, POT, TREASURY},
};

/// The providers that find out: one is drawn as the auditor, which sits on no jury, and the others are the fewest that
/// are more than half of a jury of five.
const HONEST: [(&str, &str); 4] = [
    ("first", "//Dave"),
    ("second", "//Eve"),
    ("third", "//Ferdie"),
    ("fourth", "//Dave//stash"),
];

/// The provider that runs the task again, because nobody may who was on it before. It uses the validator's node.
const RESERVE: (&str, &str) = ("alice", "//Alice//stash");

/// Returns a market in which the liar is the cheapest, and [`RESERVE`] offers nothing yet.
async fn with_liar() -> Market {
    let mut market = Market::crowded(&["--provider"]).await.unwrap();
    add_liars(&mut market, [LIAR.0]).await;
    for (node, _) in HONEST {
        market.add(node, &["--provider"]).await.unwrap();
    }
    // All register at the same time, because they measure their devices.
    let honest = HONEST.map(|(node, suri)| (node, suri, "0.5"));
    let others = [(LIAR, "0.3"), (RESERVE, "0.6")].map(|((node, suri), ask)| (node, suri, ask));
    let all = honest.into_iter().chain(others);
    let registered = all.map(|(node, suri, ask)| market.register(node, suri, ask, "1"));
    try_join_all(registered).await.unwrap();
    offer(&market, RESERVE, "pause").await;
    market
}

/// Has a provider offer its device, or stop doing so. Returns the fee that it has paid for that.
async fn offer(market: &Market, (node, suri): (&str, &str), how: &str) -> u128 {
    let devices = ["provider", "devices", how, "all"];
    let changed = market.json(node, suri, &devices).await.unwrap();
    units(&changed["transaction_fee"]).unwrap()
}

/// Has every result drawn for an audit.
async fn audit_all(market: &Market) {
    // The order matters: the chain refuses to audit beginners more often than providers that have failed.
    for parameter in [
        MarketParameter::WorstAuditRate(Perbill::one()),
        MarketParameter::BeginnerAuditRate(Perbill::one()),
    ] {
        set_parameter(market, parameter).await;
    }
}

/// Returns the keys of all accounts that an audit can bring or cost something, leaving out the validator with its fees.
fn parties() -> impl Iterator<Item = &'static str> {
    let providers = HONEST.into_iter().chain([LIAR, RESERVE]);
    providers.map(|(_, suri)| suri).chain([REQUESTER])
}

/// Returns the key of an honest provider.
fn honest(provider: &AccountId) -> &'static str {
    let all = HONEST.into_iter().chain([RESERVE]);
    let found = all
        .map(|(_, suri)| suri)
        .find(|suri| account(suri) == *provider);
    found.unwrap_or_else(|| panic!("{provider:?} is another's"))
}

/// Returns a task as it was after the block at this height.
async fn view_at(market: &Market, id: u64, height: u32) -> TaskView<AccountId> {
    let client = client(market).await;
    let block = client.block_hash(height).await.unwrap().unwrap();
    let view = chain::task(&client, TaskId(id), &block).await;
    view.map_err(|error| market.explain(error))
        .unwrap()
        .unwrap()
}

/// Returns a task as it is now.
async fn view(market: &Market, id: u64) -> TaskView<AccountId> {
    let best = client(market).await.best().await.unwrap();
    view_at(market, id, best).await
}

/// Returns the only assignment of a task in this role.
fn only(task: &TaskView<AccountId>, role: Role) -> &AssignmentView<AccountId> {
    let mut all = task.assignments.iter().filter(|one| one.role == role);
    match (all.next(), all.next()) {
        (Some(only), None) => only,
        _ => panic!("{role:?}: {task:?}"),
    }
}

/// Returns the assignment of a task that this account has.
fn assignment_of<'a>(task: &'a TaskView<AccountId>, suri: &str) -> &'a AssignmentView<AccountId> {
    let provider = account(suri);
    let mut all = task.assignments.iter();
    let found = all.find(|one| one.provider == provider);
    found.unwrap_or_else(|| panic!("{suri}: {task:?}"))
}

/// Requires that the audit of a result was certain, and that the auditor could not copy: both had committed before
/// either of them opened anything. Has to be called soon, because a node forgets the states of old blocks.
async fn require_audit(market: &Market, task: &TaskView<AccountId>) {
    let audit = task.audit.as_ref().unwrap();
    let drawn = (audit.state, audit.rate_ppb);
    assert_eq!(drawn, (AuditState::Drawn, 1_000_000_000), "{task:?}");
    let (result, auditor) = (only(task, Role::Replica), only(task, Role::Auditor));
    assert_ne!(auditor.provider, result.provider, "{task:?}");
    let opened_at = |one: &AssignmentView<AccountId>| match one.status {
        AssignmentStatus::Revealed { at, .. } => at,
        _ => panic!("{one:?}"),
    };
    let first = opened_at(result).min(opened_at(auditor));
    // The market was never paused, so its clock shows the chain's height.
    let before = view_at(market, task.id.0, first - 1).await;
    let is_hidden =
        |one: &AssignmentView<AccountId>| matches!(one.status, AssignmentStatus::Committed { .. });
    assert_eq!(before.assignments.len(), 2, "{before:?}");
    assert!(before.assignments.iter().all(is_hidden), "{before:?}");
}

/// Submits the task and waits, whatever happens meanwhile, for a result, which has to be right.
async fn submitted(market: &Market, out: &str) -> Result<Value> {
    let submitted = submit_count(market, out).await?;
    assert_eq!(submitted["state"], "verifying", "{submitted}");
    let result = fs::read(market.path(out).join("x.bin"))?;
    assert_eq!(result, Count::SHORT.output());
    Ok(submitted)
}

/// What a requester has paid.
#[derive(Clone, Copy, Debug)]
struct Paid {
    /// The price of the result and its audit cost.
    result: u128,
    /// The submission fee.
    submission: u128,
    /// The network's fees of its transactions.
    transactions: u128,
}

/// Accepts the result.
async fn accept(market: &Market, submitted: &Value) -> Paid {
    let name = submitted["task"].to_string();
    let accept = ["task", "accept", &name];
    let accepted = market.json("alice", REQUESTER, &accept).await.unwrap();
    assert_eq!(accepted["state"], "settled", "{accepted}");
    let fee = |document: &Value| units(&document["transaction_fee"]).unwrap();
    Paid {
        result: units(&accepted["paid"]).unwrap(),
        submission: units(&submitted["submission_fee"]).unwrap(),
        transactions: fee(submitted) + fee(&accepted),
    }
}

/// Follows what happens after the lie while its requester waits. Returns the task as it was when the chain had called
/// the jury, the verdict, and what [`RESERVE`] has paid to offer its device.
async fn judged(market: &Market) -> (TaskView<AccountId>, Value, u128) {
    let is_disputed = |task: &Value| task["status"]["state"] == "disputed";
    let disputed = market.until_task(0, "disputed", is_disputed).await;
    disputed.unwrap();
    let doubted = view(market, 0).await;
    assert_eq!(doubted.status, TaskStatus::Disputed, "{doubted:?}");
    require_audit(market, &doubted).await;
    // Sets the usual rate again. This audit has cost half of the budget, and the other half does not pay for a price
    // and an equally expensive audit.
    let usual = MarketParameter::BeginnerAuditRate(BeginnerAuditRate::DEFAULT);
    set_parameter(market, usual).await;
    let verdict = verdict(market, HONEST.len() - 1).await;
    // This is before the time for an appeal has ended, and so before the task waits for another provider.
    let fee = offer(market, RESERVE, "resume").await;
    (doubted, verdict, fee)
}

/// Only the auditor doubts the result. All the requester sees of the lie is that its task took longer.
async fn a_lie_is_found_before_it_is_opened(market: &Market) {
    let before = wealth(market, parties()).await;
    let submitted = submitted(market, "after-a-lie");
    let judged = async { anyhow::Ok(judged(market).await) };
    let (submitted, (doubted, verdict, fee_to_resume)) =
        tokio::try_join!(submitted, judged).unwrap();
    let watch = ["dispute", "watch", "0", "--timeout", "5m"];
    let dispute = market.json("alice", REQUESTER, &watch).await.unwrap();
    let paid = accept(market, &submitted).await;
    let settled = view(market, 0).await;

    let output = Count::SHORT.output();
    let negative: Vec<u8> = output.iter().map(|byte| !byte).collect();
    let (lie, auditor) = (only(&doubted, Role::Replica), only(&doubted, Role::Auditor));
    let found = [lie, auditor].map(|one| one.opening().unwrap().result_root);
    assert_eq!(found, [result_root(&negative), result_root(&output)]);
    assert_eq!(lie.provider, account(LIAR.1), "{doubted:?}");
    let finder = honest(&auditor.provider);

    // The chain has called the jury, and nobody has put up a bond for it.
    let right = root(&output);
    let of_verdict = |name: &str| units(&verdict[name]).unwrap();
    assert!(verdict["challenger"].is_null(), "{verdict}");
    assert_eq!(of_verdict("bond"), 0, "{verdict}");
    let (pay, lock) = (of_verdict("pay"), of_verdict("lock"));
    assert_eq!((pay, lock), (AICP, 10 * AICP), "{verdict}");
    assert_eq!(auditor.collateral, 5 * pay, "{doubted:?}");
    for found in [&verdict, &dispute] {
        assert_eq!(found["jury"], 5, "{found}");
        assert_eq!(found["outcome"], "wrong", "{found}");
        assert_eq!(found["root"], right, "{found}");
        assert_eq!(found["appeals"], 0, "{found}");
    }
    assert_eq!(dispute["state"], "ended", "{dispute}");
    // The worker of one of the three jurors has shown its work, which counts for all.
    assert!(dispute["work"].is_string(), "{dispute}");
    let others = HONEST.into_iter().filter(|(_, suri)| *suri != finder);
    let jurors: Vec<_> = others.collect();
    let jury: Vec<_> = dispute["jurors"].as_array().unwrap().iter().collect();
    require_jury(&jury, &jurors, |one| {
        one["state"] == "settled" && one["result_root"] == right
    });

    // The liar, its auditor, the three jurors, and the provider that has run the task again.
    assert_eq!(settled.assignments.len(), 6, "{settled:?}");
    let convicted = &assignment_of(&settled, LIAR.1).status;
    let fault = match convicted {
        AssignmentStatus::Failed { fault, .. } => Some(*fault),
        _ => None,
    };
    assert_eq!(fault, Some(Fault::WrongResult), "{settled:?}");
    let audited = &assignment_of(&settled, finder).status;
    assert!(
        matches!(audited, AssignmentStatus::Settled { .. }),
        "{settled:?}"
    );
    let next = assignment_of(&settled, RESERVE.1);
    assert_eq!(next.role, Role::Replica, "{settled:?}");
    assert!(
        matches!(next.status, AssignmentStatus::Settled { .. }),
        "{settled:?}"
    );
    assert_eq!(next.opening().unwrap().result_root, result_root(&output));

    // The budget is 1 AICP and the price next to nothing, so half of the budget is the judged price. Where every result
    // is audited, that is the audit cost, and so what the auditor is paid out of the pot, in addition to a tenth of
    // what the lie has cost.
    let locked = lie.collateral + lie.fraud_bond;
    assert_eq!(locked, AICP / 2 + 20 * AICP, "{doubted:?}");
    assert_eq!((lie.audit_cost, auditor.price), (AICP / 2, AICP / 2));
    let reward = AuditPolicy::DEFAULT.finders_reward(locked);
    assert_eq!(reward, locked / 10);
    // What the audit of the lie has cost came back into the budget. The requester has paid the price of the right
    // result, and the audit cost of that at the usual rate.
    assert!(next.audit_cost < lie.audit_cost, "{settled:?}");
    let for_next = next.price + next.audit_cost;
    assert_eq!(paid.result, for_next, "{paid:?} {settled:?}");
    let protocol_fee = next.price / 50;
    let of_lie = signed(locked) - signed(lie.audit_cost + 3 * pay + reward);
    let mut expected = BTreeMap::from([
        (LIAR.1, -signed(locked)),
        (finder, signed(auditor.price + reward)),
        (
            RESERVE.1,
            signed(next.price - protocol_fee) - signed(fee_to_resume),
        ),
        (
            REQUESTER,
            -signed(for_next + paid.submission + paid.transactions),
        ),
        (TREASURY, of_lie + signed(paid.submission + protocol_fee)),
        (POT, signed(next.audit_cost)),
    ]);
    expected.extend(jurors.iter().map(|(_, suri)| (*suri, signed(pay))));
    let after = wealth(market, parties()).await;
    assert_eq!(changes(&before, &after), expected, "{paid:?} {settled:?}");

    let gone = Reputation(0);
    require_standing(market, LIAR.1, STAKE - locked, gone, 1).await;
    for (_, suri) in HONEST {
        require_standing(market, suri, STAKE, Reputation::START, 0).await;
    }
    assert_eq!(market.stake(RESERVE.1).await.unwrap(), STAKE);
}

/// The auditor finds the same result as the provider: no jury is called, and both are paid.
async fn who_audits_a_right_result_is_paid_as_well(market: &Market) {
    // The liar is still the cheapest, so it is paused.
    offer(market, LIAR, "pause").await;
    audit_all(market).await;
    let before = wealth(market, parties()).await;
    let submitted = submitted(market, "audited").await.unwrap();
    let id = submitted["task"].as_u64().unwrap();
    let task = view(market, id).await;
    require_audit(market, &task).await;
    let paid = accept(market, &submitted).await;

    let (result, auditor) = (only(&task, Role::Replica), only(&task, Role::Auditor));
    let right = result_root(&Count::SHORT.output());
    for one in [result, auditor] {
        assert_eq!(one.opening().unwrap().result_root, right, "{task:?}");
    }
    let settled = view(market, id).await;
    assert_eq!(settled.assignments.len(), 2, "{settled:?}");
    let is_settled =
        |one: &AssignmentView<AccountId>| matches!(one.status, AssignmentStatus::Settled { .. });
    assert!(settled.assignments.iter().all(is_settled), "{settled:?}");

    let cost = result.audit_cost;
    assert_eq!((cost, auditor.price), (AICP / 2, AICP / 2), "{task:?}");
    assert_eq!(paid.result, result.price + cost, "{paid:?} {task:?}");
    let protocol_fee = result.price / 50;
    let mut expected: BTreeMap<_, _> = before.keys().map(|name| (*name, 0)).collect();
    expected.extend([
        (
            honest(&result.provider),
            signed(result.price - protocol_fee),
        ),
        (honest(&auditor.provider), signed(auditor.price)),
        (
            REQUESTER,
            -signed(paid.result + paid.submission + paid.transactions),
        ),
        (TREASURY, signed(paid.submission + protocol_fee)),
    ]);
    let after = wealth(market, parties()).await;
    assert_eq!(changes(&before, &after), expected, "{paid:?} {task:?}");
}

/// Uses six providers' nodes, the fewest with which all of this can happen: the liar, its auditor, a jury of three, and
/// one that offers its device when they are done.
#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_finds_a_lie_by_itself_and_the_requester_has_the_right_result_in_the_end() {
    let market = with_liar().await;
    audit_all(&market).await;
    // Nobody appeals, so the dispute goes on after this time instead of after five minutes.
    set_parameter(&market, MarketParameter::AppealWindow(MINUTES)).await;
    a_lie_is_found_before_it_is_opened(&market).await;
    who_audits_a_right_result_is_paid_as_well(&market).await;
}
