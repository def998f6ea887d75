//! Audits on the real runtime: they are drawn after the commit and run before the reveal. Each ending has a test.

use aicpw_primitives::traits::Contested;
use aicpw_protocol::{
    pricing,
    task::{AssignmentStatus, Fault, Role, Submission, TaskStatus, Verification},
    verdict::{DisputeState, Outcome},
    view::{AssignmentView, AuditState},
    AskPrice, Balance, Gflops, Milliseconds, TaskId,
};
use aicpw_runtime::{
    configs::{
        market::DisputeRules,
        money::{AuditPot, TreasuryAccount},
        parameters::{AuditRules, KeyWindow, StartWindow},
    },
    units::{EXISTENTIAL_DEPOSIT, UNIT},
    AccountId, Balances, Runtime, Tasks,
};
use frame_support::traits::Get;
use pallet_disputes::Steps;
use pallet_tasks::AuditBook;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, EveStash, FerdieStash, One, Two};

use crate::{
    chain::Chain,
    court::{all, Court, LIE},
    market::{ask, decide_audit, submission, submit, task, Provider, JUDGED, OPTIMISTIC, OUTPUT},
};

/// A market on which Bob is the cheapest, with a task whose result is committed and was drawn for an audit.
pub struct Audited {
    pub court: Court,
    pub task: TaskId,
    issuance: Balance,
}

impl Audited {
    pub fn new(submission: Submission, output: &[u8]) -> Self {
        Self::on(Court::new(), submission, output)
    }

    pub fn on(mut court: Court, submission: Submission, output: &[u8]) -> Self {
        let issuance = court.chain.read(Balances::total_issuance);
        let id = submit(&mut court.chain, Charlie, submission);
        court.grant_keys(id);
        let first = task(&mut court.chain, id).assignments[0].id;
        court.liar.start(&mut court.chain, first);
        court.liar.commit(&mut court.chain, first, output);
        decide_audit(&mut court.chain, id, true);
        Self {
            court,
            task: id,
            issuance,
        }
    }

    pub fn view(&mut self) -> aicpw_protocol::view::TaskView<AccountId> {
        task(&mut self.court.chain, self.task)
    }

    fn auditors(&mut self) -> Vec<AssignmentView<AccountId>> {
        let mut all = self.view().assignments;
        all.retain(|one| one.role == Role::Auditor);
        all
    }

    /// Waits until this many auditors have been drawn in all. Returns the last.
    fn wait_for_auditor(&mut self, number: usize) -> AssignmentView<AccountId> {
        for _ in 0..600 {
            if let Some(found) = self.auditors().get(number - 1) {
                return found.clone();
            }
            self.court.block();
        }
        panic!("nobody was drawn: {:?}", self.view());
    }

    pub fn audit(&mut self, number: usize, output: &[u8]) -> AssignmentView<AccountId> {
        let auditor = self.wait_for_auditor(number);
        self.court.grant_keys(self.task);
        let worker = worker_of(&self.court, &auditor.provider);
        let chain = &mut self.court.chain;
        self.court.others[worker].start(chain, auditor.id);
        self.court.others[worker].commit(chain, auditor.id, output);
        auditor
    }

    /// Everybody that has committed reveals: the providers `results`, the auditor `found`.
    pub fn reveal(&mut self, results: &[u8], found: &[u8]) {
        for one in self.view().assignments {
            if !matches!(one.status, AssignmentStatus::Committed { .. }) {
                continue;
            }
            let output = if one.role == Role::Auditor {
                found
            } else {
                results
            };
            let court = &mut self.court;
            let worker = court
                .others
                .iter()
                .position(|other| other.account() == one.provider);
            let worker = worker.map_or(&court.liar, |index| &court.others[index]);
            worker.reveal(&mut court.chain, one.id, output);
        }
    }

    pub fn balance(&mut self, account: &AccountId) -> Balance {
        self.court.chain.balance(account)
    }

    pub fn end(mut self) {
        let issuance = self.court.chain.read(Balances::total_issuance);
        assert_eq!(issuance, self.issuance, "nothing minted or burned");
    }
}

pub fn worker_of(court: &Court, account: &AccountId) -> usize {
    court
        .others
        .iter()
        .position(|one| one.account() == *account)
        .expect("neither the provider nor the requester is drawn")
}

#[test]
fn an_honest_result_is_audited_and_everybody_is_paid() {
    let mut market = Audited::new(submission(OPTIMISTIC), OUTPUT);
    let committed = market.view().assignments[0].clone();
    assert!(
        matches!(
            committed.status,
            AssignmentStatus::Committed {
                reveal_by: None,
                ..
            }
        ),
        "nothing to copy: {committed:?}"
    );
    let auditor = market.audit(1, OUTPUT);
    assert_eq!(auditor.price, JUDGED);
    assert!(committed.audit_cost > JUDGED / 20 && committed.audit_cost < JUDGED / 10);
    // The audit cost, which was paid with the draw, besides what keeps the account alive.
    let pot = market.balance(&AuditPot::get());
    assert_eq!(pot, EXISTENTIAL_DEPOSIT + committed.audit_cost);
    let treasury = TreasuryAccount::get();
    let (before, rich) = (market.balance(&auditor.provider), market.balance(&treasury));
    market.reveal(OUTPUT, OUTPUT);
    let requester = market.balance(&Charlie.to_account_id());
    let TaskStatus::Verifying { settle_at } = market.view().status else {
        panic!("no window: {:?}", market.view())
    };
    market.court.chain.run_to(settle_at);

    let view = market.view();
    let audit = view.audit.clone().unwrap();
    assert_eq!(audit.state, AuditState::Drawn);
    assert_eq!(audit.cost, committed.audit_cost);
    let TaskStatus::Settled { paid, .. } = view.status else {
        panic!("not settled: {view:?}")
    };
    assert_eq!(paid, committed.price + committed.audit_cost);
    assert_eq!(
        market.balance(&Charlie.to_account_id()),
        requester - committed.price,
        "the draw did not make it dearer"
    );
    // The auditor's lock is free. The pot is new: it has only what this audit was paid with, and owes the rest.
    assert_eq!(
        market.balance(&auditor.provider),
        before + committed.audit_cost
    );
    assert_eq!(market.balance(&AuditPot::get()), EXISTENTIAL_DEPOSIT);
    let fee = committed.price / 50;
    assert!(market.balance(&treasury).abs_diff(rich + fee) <= 1);
    let book = market.court.chain.read(AuditBook::<Runtime>::get);
    assert_eq!(book.collected, audit.cost);
    assert_eq!(book.owed, auditor.price - audit.cost);
    market.end();
}

#[test]
fn a_wrong_result_is_found_and_the_requester_has_the_right_one_in_the_end() {
    let mut market = Audited::new(submission(OPTIMISTIC), LIE);
    let requester = Charlie.to_account_id();
    let liar = market.view().assignments[0].clone();
    let locked = liar.collateral + liar.fraud_bond;
    assert_eq!(liar.fraud_bond, 40 * JUDGED);
    let auditor = market.audit(1, OUTPUT);
    let before = (
        market.balance(&requester),
        market.balance(&auditor.provider),
    );
    market.reveal(LIE, OUTPUT);
    // Nobody had to make a call, or put up a bond.
    let id = market.task;
    assert_eq!(market.view().status, TaskStatus::Disputed);
    let dispute = market.court.view(id);
    assert_eq!((dispute.challenger, dispute.bond), (None, 0));
    assert_eq!(market.balance(&requester), before.0);

    market.court.judge(id, all(OUTPUT));
    assert!(matches!(
        market.court.view(id).state,
        DisputeState::Appealable {
            outcome: Outcome::Wrong { .. },
            ..
        }
    ));
    let (court, outcome) = market.court.run_to_end(id);
    market.court = court;
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    assert_eq!(market.court.stake(Bob), 1_000 * UNIT - locked);
    assert_eq!(
        market.balance(&requester),
        before.0 + liar.audit_cost,
        "what it has paid for the lie"
    );
    let reward = market
        .court
        .chain
        .read(AuditRules::get)
        .finders_reward(locked);
    assert_eq!(
        market.balance(&auditor.provider),
        before.1 + liar.audit_cost + reward,
        "the rest of its price is owed"
    );

    // The task is run again, by a provider that was never on it.
    let again = market
        .view()
        .assignments
        .into_iter()
        .rfind(|one| one.role == Role::Replica)
        .unwrap();
    assert_ne!(again.id, liar.id);
    let worker = worker_of(&market.court, &again.provider);
    market.court.others[worker].run(&mut market.court.chain, again.id, OUTPUT);
    market
        .court
        .sign(Charlie, pallet_tasks::Call::accept { task: id });
    let view = market.view();
    assert!(matches!(view.status, TaskStatus::Settled { .. }));
    let settled = view
        .assignments
        .iter()
        .find(|one| one.id == again.id)
        .unwrap();
    assert!(matches!(
        &settled.status,
        AssignmentStatus::Settled { opening, .. }
            if opening.result_root == aicpw_protocol::merkle::result_root(OUTPUT)
    ));
    market.end();
}

/// Regression: the chain could not call a jury while the jurors of the previous attempt were still being paid, which
/// happens when the agenda is behind. So the lie went free.
#[test]
fn a_lie_at_the_next_attempt_is_judged_when_the_jurors_of_the_first_are_paid() {
    let mut market = Audited::new(submission(OPTIMISTIC), LIE);
    let id = market.task;
    let first = market.view().assignments[0].id;
    market.audit(1, OUTPUT);
    market.reveal(LIE, OUTPUT);
    market.court.judge(id, all(OUTPUT));
    // With the one provider that is left: one lies again, one audits that, and four judge it.
    for key in [One, Two] {
        market.court.sign(
            Alice,
            pallet_balances::Call::transfer_keep_alive {
                dest: key.to_account_id().into(),
                value: 2_000 * UNIT,
            },
        );
    }
    for key in [Alice, EveStash, FerdieStash, One, Two] {
        let other = Provider::join(&mut market.court.chain, key, ask(500));
        market.court.others.push(other);
    }
    let DisputeState::Appealable { until, .. } = market.court.view(id).state else {
        panic!("no verdict: {:?}", market.court.view(id))
    };
    let rest = until.saturating_sub(market.court.chain.height());
    market.court.chain.skip(rest.saturating_sub(20).max(1));
    market.court.beat();
    for _ in 0..120 {
        match market.court.view(id).state {
            DisputeState::Paying { .. } => break,
            DisputeState::Showing { .. } => assert!(market.court.show_work(id)),
            _ => market.court.block(),
        }
    }
    assert!(matches!(
        market.court.view(id).state,
        DisputeState::Paying { .. }
    ));
    // As if there had been no time for it until then.
    let later = market.court.chain.height() + 300;
    market.court.chain.read(|| {
        Steps::<Runtime>::insert(id, later);
        <Tasks as Contested<AccountId>>::remind(id, later);
    });

    let newest = |market: &mut Audited| {
        let mut assignments = market.view().assignments.into_iter();
        assignments.rfind(|one| one.role == Role::Replica).unwrap()
    };
    for _ in 0..60 {
        if newest(&mut market).id != first {
            break;
        }
        market.court.block();
    }
    let liar = newest(&mut market);
    assert_ne!(liar.id, first, "it is run again");
    let worker = worker_of(&market.court, &liar.provider);
    let court = &mut market.court;
    court.others[worker].start(&mut court.chain, liar.id);
    court.others[worker].commit(&mut court.chain, liar.id, LIE);
    decide_audit(&mut court.chain, id, true);
    market.audit(2, OUTPUT);
    market.reveal(LIE, OUTPUT);
    assert!(market.court.chain.height() < later);
    assert_eq!(market.view().status, TaskStatus::Active, "it waits");
    while market.court.chain.height() < later + 4 {
        market.court.block();
    }
    assert_eq!(market.view().status, TaskStatus::Disputed);
    market.court.judge(id, all(OUTPUT));
    let (court, outcome) = market.court.run_to_end(id);
    market.court = court;
    assert!(matches!(outcome, Outcome::Wrong { .. }), "{outcome:?}");
    let key = market.court.provider(&liar.provider).key;
    let locked = liar.collateral + liar.fraud_bond;
    assert_eq!(market.court.stake(key), 1_000 * UNIT - locked);
    market.end();
}

/// Regression: a provider that asked less than half of what the others do could not be audited or judged by anybody,
/// because auditors and jurors were paid at most twice what it had asked. Being the cheapest, it also had all the
/// tasks.
#[test]
fn a_liar_that_asks_less_than_half_of_what_others_do_is_found_by_them() {
    let mut court = Court::new();
    let device = court.liar.device(&mut court.chain);
    let low = AskPrice(ask(10));
    court.sign(
        Bob,
        pallet_provider_staking::Call::set_ask { device, ask: low },
    );
    let mut market = Audited::on(court, submission(OPTIMISTIC), LIE);
    let lie = market.view().assignments[0].clone();
    assert_eq!(lie.provider, Bob.to_account_id());
    let of_others = pricing::price(AskPrice(ask(500)), Gflops(10), Milliseconds(60_000));
    assert!(2 * lie.price < of_others.unwrap());
    assert_eq!(lie.fraud_bond, 40 * JUDGED, "however low it asks");
    let auditor = market.audit(1, OUTPUT);
    assert_eq!(auditor.price, JUDGED);
    market.reveal(LIE, OUTPUT);
    let id = market.task;
    assert_eq!(market.view().status, TaskStatus::Disputed);
    market.court.judge(id, all(OUTPUT));
    assert!(market.court.jurors(id).len() >= 3);
    assert_eq!(market.court.view(id).pay, UNIT, "all that the task pays");
    let (court, outcome) = market.court.run_to_end(id);
    market.court = court;
    assert!(matches!(outcome, Outcome::Wrong { .. }), "{outcome:?}");
    let locked = lie.collateral + lie.fraud_bond;
    assert_eq!(market.court.stake(Bob), 1_000 * UNIT - locked);
    market.end();
}

#[test]
fn an_auditor_that_cries_foul_pays_the_jury() {
    let mut market = Audited::new(submission(OPTIMISTIC), OUTPUT);
    let auditor = market.audit(1, LIE);
    market.reveal(OUTPUT, LIE);
    let id = market.task;
    assert_eq!(market.view().status, TaskStatus::Disputed);
    market.court.judge(id, all(OUTPUT));
    let pay = market.court.view(id).pay;
    let (court, outcome) = market.court.run_to_end(id);
    market.court = court;
    assert!(matches!(outcome, Outcome::Upheld { .. }));
    assert_eq!(market.court.stake(Bob), 1_000 * UNIT);
    let key = market.court.provider(&auditor.provider).key;
    let lock = market.court.chain.read(DisputeRules::get).bond(pay, 0);
    assert_eq!(Some(auditor.collateral), lock);
    assert_eq!(market.court.stake(key), 1_000 * UNIT - auditor.collateral);
    assert!(matches!(market.view().status, TaskStatus::Settled { .. }));
    market.end();
}

#[test]
fn a_silent_auditor_pays_and_another_is_drawn() {
    let mut market = Audited::new(submission(OPTIMISTIC), OUTPUT);
    let sleeper = market.wait_for_auditor(1);
    let window = market.court.chain.read(StartWindow::get);
    for _ in 0..=window + 1 {
        market.court.block();
    }
    let key = market.court.provider(&sleeper.provider).key;
    assert_eq!(
        market.court.stake(key),
        1_000 * UNIT - sleeper.collateral / 2
    );
    let second = market.audit(2, OUTPUT);
    assert_ne!(second.provider, sleeper.provider);
    market.reveal(OUTPUT, OUTPUT);
    let id = market.task;
    market
        .court
        .sign(Charlie, pallet_tasks::Call::accept { task: id });
    assert!(matches!(
        market.auditors()[0].status,
        AssignmentStatus::Failed {
            fault: Fault::NoStart,
            ..
        }
    ));
    assert!(matches!(
        market.auditors()[1].status,
        AssignmentStatus::Settled { .. }
    ));
    market.end();
}

#[test]
fn replicas_that_agree_are_audited_too() {
    let two_of_two = Verification::Replicated {
        replicas: 2,
        quorum: 2,
    };
    let mut court = Court::new();
    let issuance = court.chain.read(Balances::total_issuance);
    let id = submit(&mut court.chain, Charlie, submission(two_of_two));
    for _ in 0..200 {
        if task(&mut court.chain, id).status == TaskStatus::Active {
            break;
        }
        court.block();
    }
    // Both providers lie, and agree with each other.
    for one in task(&mut court.chain, id).assignments {
        let position = court
            .others
            .iter()
            .position(|other| other.account() == one.provider);
        let worker = position.map_or(&court.liar, |index| &court.others[index]);
        worker.start(&mut court.chain, one.id);
        worker.commit(&mut court.chain, one.id, LIE);
    }
    decide_audit(&mut court.chain, id, true);
    let mut market = Audited {
        court,
        task: id,
        issuance,
    };
    let replicas: Vec<_> = market.view().assignments;
    market.audit(1, OUTPUT);
    market.reveal(LIE, OUTPUT);
    assert_eq!(market.view().status, TaskStatus::Disputed);
    market.court.judge(id, all(OUTPUT));
    let (court, outcome) = market.court.run_to_end(id);
    market.court = court;
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    for one in replicas {
        let key = match market.court.liar.account() == one.provider {
            true => Bob.into(),
            false => market.court.provider(&one.provider).key,
        };
        let lost = one.collateral + one.fraud_bond;
        assert_eq!(market.court.stake(key), 1_000 * UNIT - lost);
    }
    market.end();
}

#[test]
fn without_randomness_nothing_is_revealed_and_nothing_else_decides() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let on = task(&mut chain, id).assignments[0].id;
    bob.start(&mut chain, on);
    bob.commit(&mut chain, on, OUTPUT);
    // Several times as long as a seed can have to wait.
    let until = chain.height() + 200;
    chain.run_to(until);
    let view = task(&mut chain, id);
    assert_eq!(view.audit.unwrap().state, AuditState::Undecided);
    assert!(matches!(
        view.assignments[0].status,
        AssignmentStatus::Committed {
            reveal_by: None,
            ..
        }
    ));
    let mut chain = chain.with_outputs();
    let until = chain.height() + 80;
    chain.run_to(until);
    assert_ne!(
        task(&mut chain, id).audit.unwrap().state,
        AuditState::Undecided
    );
}

#[test]
fn where_nobody_can_audit_the_result_counts_after_the_window() {
    let mut chain = Chain::development().with_outputs();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let on = task(&mut chain, id).assignments[0].id;
    bob.start(&mut chain, on);
    bob.commit(&mut chain, on, OUTPUT);
    decide_audit(&mut chain, id, true);
    let is_open = |chain: &mut Chain| {
        matches!(
            task(chain, id).assignments[0].status,
            AssignmentStatus::Committed {
                reveal_by: Some(_),
                ..
            }
        )
    };
    let last = chain.height() + 120;
    while !is_open(&mut chain) {
        assert!(chain.height() < last, "half a minute is enough");
        chain.block(Vec::new());
    }
    bob.reveal(&mut chain, on, OUTPUT);
    chain
        .sign(Charlie, pallet_tasks::Call::accept { task: id })
        .unwrap();
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Settled { .. }
    ));
}

#[test]
fn an_auditor_of_a_sealed_task_is_granted_its_key_or_does_not_audit() {
    let sealed = || Submission {
        privacy: aicpw_protocol::task::Privacy::Sealed {
            key_commitment: [3; 32],
        },
        ..submission(OPTIMISTIC)
    };
    let mut market = Audited::new(sealed(), OUTPUT);
    let auditor = market.audit(1, OUTPUT);
    assert!(market.auditors()[0].envelope.is_some(), "{auditor:?}");
    market.reveal(OUTPUT, OUTPUT);
    assert!(matches!(market.view().status, TaskStatus::Verifying { .. }));
    market.end();

    let mut market = Audited::new(sealed(), OUTPUT);
    let auditor = market.wait_for_auditor(1);
    let window = market.court.chain.read(KeyWindow::get);
    for _ in 0..=window + 1 {
        market.court.block();
    }
    let key = market.court.provider(&auditor.provider).key;
    assert_eq!(market.court.stake(key), 1_000 * UNIT, "not its fault");
    market.reveal(OUTPUT, OUTPUT);
    assert!(
        matches!(market.view().status, TaskStatus::Verifying { .. }),
        "nor the provider's"
    );
    market.end();
}
