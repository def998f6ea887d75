use std::{
    cell::Cell,
    sync::{Arc, Mutex},
};

use codec::Encode;
use serde_json::json;

use super::*;
use crate::{
    args::Args,
    chain::fake,
    commands::terms::tests::market::market,
    life::tests::{assignment, opening, view},
    output::dispute::tests::dispute as disputed,
};
use aicpw_protocol::{
    device::Reputation,
    task::{Privacy, Role, TaskStatus},
    units::AICP,
    verdict::DisputeState,
    view::{MarketClock, ProviderView},
    AssignmentId,
};
use clap::Parser;

/// The account that has revealed the result of the task in these tests.
const PROVIDER: Account = Account([2; 32]);
/// The account that has submitted and disputed that task.
const REQUESTER: Account = Account([1; 32]);

const REVEALED: [u8; 32] = [0xab; 32];
const OTHER: [u8; 32] = [0xcd; 32];
const WRONG: Outcome = Outcome::Wrong { root: OTHER };
const UPHELD: Outcome = Outcome::Upheld { root: REVEALED };
/// An auditor has found the same as the jury.
const WRONG_BUT_FOUND: Outcome = Outcome::Wrong { root: REVEALED };

const UNTIL: BlockNumber = 2_000;
const BOND: Balance = 11 * AICP;

/// The state of the fake chain.
struct State {
    /// The dispute in the best block.
    best: DisputeView<Account>,
    /// The dispute in the last final block.
    last: DisputeView<Account>,
    task: TaskView<Account>,
    now: BlockNumber,
    /// How many of the account's transactions are in blocks.
    in_blocks: u32,
    /// The same with those in the pool.
    with_pool: u64,
}

impl State {
    /// Calls a larger jury.
    fn appeal(&mut self) {
        self.best = DisputeView {
            round: 1,
            ..disputed(DisputeState::Judging)
        };
        self.last = self.best.clone();
    }
}

fn judged(outcome: Outcome) -> DisputeView<Account> {
    DisputeView {
        appeal_bond: BOND,
        ..disputed(DisputeState::Appealable {
            until: UNTIL,
            outcome,
        })
    }
}

fn task(role: Role) -> TaskView<Account> {
    let mut result = assignment(
        0,
        AssignmentStatus::Revealed {
            opening: opening(),
            at: 1,
        },
    );
    result.role = role;
    view(TaskStatus::Disputed, vec![result])
}

fn provider() -> ProviderView<Account> {
    ProviderView {
        account: PROVIDER,
        stake: 1_000 * AICP,
        unbonding: 0,
        unbondings: vec![],
        locked: AICP,
        worker: [5; 32],
        sealing_key: [6; 32],
        peers: Default::default(),
        last_heartbeat: None,
        online: true,
        reputation: Reputation(500),
        settled: 0,
        faults: 0,
        ratings: (0, 0),
        devices: vec![],
    }
}

/// A fake node, and the state of its chain.
fn node(task: TaskView<Account>, dispute: DisputeView<Account>) -> (Chain, Arc<Mutex<State>>) {
    let locked: Vec<AssignmentId> = task.assignments.iter().map(|one| one.id).collect();
    let state = Arc::new(Mutex::new(State {
        best: dispute.clone(),
        last: dispute,
        task,
        now: 1_000,
        in_blocks: 5,
        with_pool: 5,
    }));
    let of_node = Arc::clone(&state);
    let last = format!("0x{}", "0f".repeat(32));
    let best = format!("0x{}", "be".repeat(32));
    let chain = fake::answering(move |method, params| {
        let state = of_node.lock().unwrap();
        match method {
            "chain_getFinalizedHead" => return Ok(json!(last)),
            "chain_getBlockHash" => return Ok(json!(best)),
            "system_accountNextIndex" => return Ok(json!(state.with_pool)),
            method => assert_eq!(method, "state_call"),
        }
        let asks_for = |bytes: &str| params[1] == json!(format!("0x{}", bytes.repeat(32)));
        let answer = match params[0].as_str().unwrap() {
            "ProvidersApi_provider" => asks_for("02").then(provider).encode(),
            "WorkerApi_locked" => {
                assert!(asks_for("05"), "the provider's worker key");
                locked.encode()
            }
            "DisputesApi_dispute" => match params.get(2) == Some(&json!(last)) {
                true => Some(state.last.clone()).encode(),
                false => Some(state.best.clone()).encode(),
            },
            "TasksApi_task" => Some(state.task.clone()).encode(),
            "TasksApi_market_clock" => MarketClock {
                block: state.now,
                is_paused: false,
            }
            .encode(),
            "TasksApi_market_parameters" => market().encode(),
            "AccountNonceApi_account_nonce" => {
                assert_eq!(params[2], json!(best));
                state.in_blocks.encode()
            }
            function => panic!("{function}"),
        };
        Ok(json!(format!("0x{}", hex::encode(answer))))
    });
    (chain, state)
}

fn inclusion() -> Inclusion {
    Inclusion {
        block: Default::default(),
        height: 77,
        transaction: Default::default(),
        events: vec![],
        after: Default::default(),
    }
}

/// Looks, and returns what is reported.
async fn look(
    appeals: &mut Appeals,
    chain: &Chain,
    account: Account,
    appeal: impl AsyncFn(Verdict) -> Result<Inclusion>,
) -> Vec<Step> {
    let own = match account == REQUESTER {
        true => BTreeSet::from([TaskId(7)]),
        false => BTreeSet::new(),
    };
    let mut steps = Vec::new();
    let tell = |step: Step, _: &Clock| steps.push(step);
    let appeal =
        async |verdict: Verdict, _: Option<u64>| -> Result<Inclusion> { appeal(verdict).await };
    appeals
        .go(chain, account, &own, appeal, tell)
        .await
        .unwrap();
    steps
}

/// Looks without anything being sent, and returns what is reported.
async fn look_only(appeals: &mut Appeals, chain: &Chain, account: Account) -> Vec<Step> {
    let never = async |verdict: Verdict| -> Result<Inclusion> { panic!("sent: {verdict:?}") };
    look(appeals, chain, account, never).await
}

fn appeals() -> Appeals {
    Appeals::new(&AppealArgs::default())
}

fn reasons(steps: &[Step]) -> Vec<&'static str> {
    let reason = |step: &Step| match step {
        Step::Appealed(..) => "appealed",
        Step::NotAppealed(_, why) => why.name(),
    };
    steps.iter().map(reason).collect()
}

#[tokio::test]
async fn a_verdict_against_the_account_s_result_is_appealed_against_once() {
    // If the result is upheld, an auditor with another root loses.
    for (role, outcome) in [
        (Role::Replica, WRONG),
        (Role::Replica, Outcome::Upheld { root: OTHER }),
        (Role::Auditor, Outcome::Upheld { root: OTHER }),
    ] {
        let (chain, state) = node(task(role), judged(outcome));
        let sent = Cell::new(0);
        let appeal = async |verdict: Verdict| -> Result<Inclusion> {
            assert_eq!((verdict.bond, verdict.round), (BOND, 0));
            let plan = verdict.plan();
            assert_eq!(plan.call, Call::appeal(TaskId(7)));
            assert_eq!((plan.bond, plan.round), (BOND, 1));
            sent.set(sent.get() + 1);
            state.lock().unwrap().appeal();
            Ok(inclusion())
        };
        let mut before = appeals();
        let steps = look(&mut before, &chain, PROVIDER, &appeal).await;
        let [Step::Appealed(verdict, _)] = &steps[..] else {
            panic!("{steps:?}")
        };
        assert_eq!(verdict.against, Against::Result);
        assert!(look(&mut before, &chain, PROVIDER, &appeal)
            .await
            .is_empty());
        // An agent that is started anew.
        assert!(look(&mut appeals(), &chain, PROVIDER, &appeal)
            .await
            .is_empty());
        assert_eq!(sent.get(), 1);
    }
}

#[tokio::test]
async fn no_other_verdict_is_appealed_against() {
    let last = DisputeView {
        appeal_bond: 0,
        ..judged(WRONG)
    };
    for (role, dispute, account) in [
        // Its own root is the right one.
        (Role::Replica, judged(UPHELD), PROVIDER),
        (Role::Auditor, judged(WRONG_BUT_FOUND), PROVIDER),
        // Nobody knows which root is right.
        (Role::Replica, judged(Outcome::NoMajority), PROVIDER),
        (Role::Replica, last, PROVIDER),
        // The result is not this account's.
        (Role::Replica, judged(WRONG), REQUESTER),
        (Role::Replica, judged(WRONG), Account([9; 32])),
    ] {
        let (chain, _) = node(task(role), dispute);
        let steps = look_only(&mut appeals(), &chain, account).await;
        assert!(steps.is_empty(), "{steps:?}");
    }
}

#[tokio::test]
async fn a_bond_above_the_bound_is_not_put_up_and_that_is_said_once() {
    let (chain, state) = node(task(Role::Replica), judged(WRONG));
    let bounded = |aicp| {
        Appeals::new(&AppealArgs {
            appeal_up_to: Some(Amount(aicp * AICP)),
            ..AppealArgs::default()
        })
    };
    let mut low = bounded(10);
    let steps = look_only(&mut low, &chain, PROVIDER).await;
    let [Step::NotAppealed(_, why)] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert_eq!(why.name(), "bond-too-large");
    assert!(why.show().contains("10 AICP"), "{}", why.show());
    assert!(look_only(&mut low, &chain, PROVIDER).await.is_empty());
    // Another verdict counts on its own.
    state.lock().unwrap().best.round = 1;
    assert_eq!(look_only(&mut low, &chain, PROVIDER).await.len(), 1);

    let mut none = Appeals::new(&AppealArgs {
        no_appeal: true,
        ..AppealArgs::default()
    });
    let steps = look_only(&mut none, &chain, PROVIDER).await;
    assert_eq!(reasons(&steps), ["no-appeal"]);
    assert!(look_only(&mut none, &chain, PROVIDER).await.is_empty());

    let appeal = async |_: Verdict| -> Result<Inclusion> { Ok(inclusion()) };
    let steps = look(&mut bounded(11), &chain, PROVIDER, appeal).await;
    assert_eq!(reasons(&steps), ["appealed"]);
}

#[tokio::test]
async fn what_the_account_lacks_is_said_once_and_it_appeals_when_it_has_it() {
    let (chain, _) = node(task(Role::Replica), judged(WRONG));
    let mut appeals = appeals();
    for (has, told) in [("1", &["insufficient-funds"][..]), ("2", &[]), ("3", &[])] {
        let poor = async |_: Verdict| -> Result<Inclusion> {
            Err(Error::new(
                Kind::InsufficientFunds,
                format!("it can spend {has} AICP"),
            ))
        };
        let steps = look(&mut appeals, &chain, PROVIDER, poor).await;
        assert_eq!(reasons(&steps), told, "{has}");
        if let [Step::NotAppealed(_, why)] = &steps[..] {
            assert!(why.show().contains("can spend 1 AICP"), "{}", why.show());
        }
    }
    let rich = async |_: Verdict| -> Result<Inclusion> { Ok(inclusion()) };
    let steps = look(&mut appeals, &chain, PROVIDER, rich).await;
    assert_eq!(reasons(&steps), ["appealed"]);
}

#[tokio::test]
async fn a_failure_is_said_once_and_who_was_faster_is_none() {
    let (chain, state) = node(task(Role::Replica), judged(WRONG));
    let mut appeals = appeals();
    for (text, told) in [
        ("refused", &["failed"][..]),
        ("refused", &[]),
        ("lost", &["failed"]),
    ] {
        let fails = async |_: Verdict| -> Result<Inclusion> { Err(Error::other(text)) };
        let steps = look(&mut appeals, &chain, PROVIDER, fails).await;
        assert_eq!(reasons(&steps), told, "{text}");
    }
    let late = async |_: Verdict| -> Result<Inclusion> {
        state.lock().unwrap().appeal();
        Err(Error::other("Disputes.NotAppealable"))
    };
    let steps = look(&mut appeals, &chain, PROVIDER, late).await;
    assert_eq!(reasons(&steps), ["overtaken"]);
    assert!(look_only(&mut appeals, &chain, PROVIDER).await.is_empty());
}

/// Regression: the appeal was sent again after each lost connection, and each one cost a fee.
#[tokio::test]
async fn after_a_break_another_is_sent_only_if_the_first_did_not_arrive() {
    for (in_blocks, with_pool, is_called, expected) in [
        (5, 6, false, None),
        (6, 6, true, None),
        (5, 5, false, Some(Some(5))),
        // Another transaction had its nonce.
        (6, 6, false, Some(None)),
    ] {
        let (chain, state) = node(task(Role::Replica), judged(WRONG));
        let mut appeals = appeals();
        let posts = appeals.posts.clone();
        let breaks = async |verdict: Verdict, nonce: Option<u64>| -> Result<Inclusion> {
            assert_eq!(nonce, None);
            posts.note(verdict.key(), 5, 1_000);
            Err(Error::new(Kind::Unreachable, "the connection was lost"))
        };
        let none = BTreeSet::new();
        let silent = |step: Step, _: &Clock| panic!("nobody knows yet: {step:?}");
        let end = appeals.go(&chain, PROVIDER, &none, breaks, silent).await;
        assert_eq!(end.unwrap_err().kind, Kind::Unreachable);
        {
            let mut state = state.lock().unwrap();
            (state.in_blocks, state.with_pool) = (in_blocks, with_pool);
            if is_called {
                state.appeal();
            }
        }
        let sent = Cell::new(None);
        let again = async |_: Verdict, nonce: Option<u64>| -> Result<Inclusion> {
            sent.set(Some(nonce));
            Ok(inclusion())
        };
        let mut steps = Vec::new();
        let tell = |step: Step, _: &Clock| steps.push(step);
        let end = appeals.go(&chain, PROVIDER, &none, again, tell).await;
        end.unwrap();
        assert_eq!(sent.get(), expected, "{in_blocks} {with_pool}");
        assert_eq!(steps.len(), usize::from(expected.is_some()));
    }
}

#[tokio::test]
async fn one_that_a_fork_takes_back_is_left_to_the_pool() {
    let (chain, state) = node(task(Role::Replica), judged(WRONG));
    let mut appeals = appeals();
    let posts = appeals.posts.clone();
    let appeal = async |verdict: Verdict| -> Result<Inclusion> {
        posts.note(verdict.key(), 5, 1_000);
        Ok(inclusion())
    };
    let steps = look(&mut appeals, &chain, PROVIDER, appeal).await;
    assert_eq!(reasons(&steps), ["appealed"]);
    state.lock().unwrap().with_pool = 6;
    assert!(look_only(&mut appeals, &chain, PROVIDER).await.is_empty());
}

#[tokio::test]
async fn a_verdict_is_final_or_there_is_little_time() {
    let (chain, state) = node(task(Role::Replica), judged(WRONG));
    state.lock().unwrap().last = disputed(DisputeState::Judging);
    let mut appeals = appeals();
    assert!(look_only(&mut appeals, &chain, PROVIDER).await.is_empty());
    // A minute has 240 blocks.
    state.lock().unwrap().now = UNTIL - 241;
    assert!(look_only(&mut appeals, &chain, PROVIDER).await.is_empty());
    state.lock().unwrap().now = UNTIL - 240;
    let appeal = async |_: Verdict| -> Result<Inclusion> { Ok(inclusion()) };
    let steps = look(&mut appeals, &chain, PROVIDER, appeal).await;
    assert_eq!(reasons(&steps), ["appealed"]);
}

#[tokio::test]
async fn a_dispute_that_the_account_has_lost_is_appealed_if_that_is_asked_for() {
    let mut sealed = task(Role::Replica);
    sealed.submission.privacy = Privacy::Sealed {
        key_commitment: [1; 32],
    };
    for (task, is_sealed) in [(task(Role::Replica), false), (sealed, true)] {
        let (chain, state) = node(task, judged(UPHELD));
        assert!(look_only(&mut appeals(), &chain, REQUESTER)
            .await
            .is_empty());
        let mut asked = Appeals::new(&AppealArgs {
            appeal_disputes: true,
            ..AppealArgs::default()
        });
        let appeal = async |verdict: Verdict| -> Result<Inclusion> {
            assert_eq!(verdict.against, Against::Dispute);
            assert_eq!(verdict.grants, is_sealed);
            Ok(inclusion())
        };
        let steps = look(&mut asked, &chain, REQUESTER, appeal).await;
        assert_eq!(reasons(&steps), ["appealed"]);
        // A dispute of another account, or one that this account has won.
        state.lock().unwrap().best.challenger = Some(PROVIDER);
        assert!(look_only(&mut asked, &chain, REQUESTER).await.is_empty());
        state.lock().unwrap().best = judged(WRONG);
        assert!(look_only(&mut asked, &chain, REQUESTER).await.is_empty());
    }
}

#[test]
fn a_bound_for_appeals_that_are_not_wanted_is_refused() {
    let parse = |line: &str| Args::try_parse_from(line.split(' ')).map(drop);
    assert!(parse("aicpw agent --appeal-up-to 5 --appeal-disputes").is_ok());
    assert!(parse("aicpw agent --no-appeal --until-idle").is_ok());
    for with in ["--appeal-up-to 5", "--appeal-disputes"] {
        assert!(parse(&format!("aicpw agent --no-appeal {with}")).is_err());
    }
    assert!(parse("aicpw agent --appeal-up-to 0").is_err());
}
