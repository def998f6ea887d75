//! Tasks that several independent providers have to agree about.

use aicpw_protocol::{
    device::DeviceSpec,
    task::{AssignmentStatus, Fault, Refunded, TaskStatus, Verification},
    view::AssignmentView,
    AssignmentId, Balance, TaskId,
};
use aicpw_runtime::{
    configs::{
        money::TreasuryAccount,
        parameters::{BaseFee, RevealWindow},
    },
    units::UNIT,
    AccountId,
};
use sp_core::Pair;
use sp_keyring::Sr25519Keyring::{Bob, Charlie, Dave, Eve, Ferdie};

use crate::{
    chain::Chain,
    market::{ask, submission, submit, task, Provider, OUTPUT},
};

const WRONG: &[u8] = b"what a liar says";
const WORSE: &[u8] = b"what another liar says";

const TWO_OF_THREE: Verification = Verification::Replicated {
    replicas: 3,
    quorum: 2,
};

/// A draw takes two seconds, and may have to be made again a few times.
const PATIENCE: u32 = 200;

struct Market {
    chain: Chain,
    providers: Vec<Provider>,
    task: TaskId,
}

impl Market {
    /// Returns a market of four providers, of which Bob is the cheapest, and a task for three of them, all of which are
    /// assigned.
    fn with_task() -> Self {
        let mut chain = Chain::development().with_outputs();
        let providers = [(Bob, 300), (Dave, 700), (Eve, 900), (Ferdie, 500)]
            .into_iter()
            .map(|(key, thousandths)| Provider::join(&mut chain, key, ask(thousandths)))
            .collect();
        let task = submit(&mut chain, Charlie, submission(TWO_OF_THREE));
        let mut market = Self {
            chain,
            providers,
            task,
        };
        market.wait_until(|status| status == TaskStatus::Active);
        market
    }

    fn status(&mut self) -> TaskStatus {
        task(&mut self.chain, self.task).status
    }

    fn wait_until(&mut self, met: impl Fn(TaskStatus) -> bool) {
        self.wait_for(|market| met(market.status()).then_some(()));
    }

    fn wait_for<R>(&mut self, found: impl Fn(&mut Self) -> Option<R>) -> R {
        let last = self.chain.height() + PATIENCE;
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            assert!(self.chain.height() < last, "still {:?}", self.status());
            self.chain.block(Vec::new());
        }
    }

    /// Returns the open assignments.
    fn open(&mut self) -> Vec<AssignmentId> {
        let view = task(&mut self.chain, self.task);
        let is_new = |one: &&AssignmentView<AccountId>| {
            matches!(one.status, AssignmentStatus::Assigned { .. })
        };
        view.assignments
            .iter()
            .filter(is_new)
            .map(|one| one.id)
            .collect()
    }

    fn view(&mut self, id: AssignmentId) -> AssignmentView<AccountId> {
        let all = task(&mut self.chain, self.task).assignments;
        all.into_iter().find(|one| one.id == id).unwrap()
    }

    fn index_of(&mut self, id: AssignmentId) -> usize {
        let account = self.view(id).provider;
        let position = self
            .providers
            .iter()
            .position(|one| one.account() == account);
        position.unwrap()
    }

    fn balance_of(&mut self, id: AssignmentId) -> u128 {
        let account = self.view(id).provider;
        self.chain.balance(&account)
    }

    /// Returns what is held from the provider of this assignment as its stake.
    fn stake_of(&mut self, id: AssignmentId) -> u128 {
        let account = self.view(id).provider;
        let view = self
            .chain
            .read(|| aicpw_runtime::ProviderStaking::provider_view(account));
        view.unwrap().stake
    }

    fn commit(&mut self, id: AssignmentId, output: &[u8]) {
        let index = self.index_of(id);
        self.providers[index].start(&mut self.chain, id);
        self.providers[index].commit(&mut self.chain, id, output);
    }

    fn reveal(&mut self, id: AssignmentId, output: &[u8]) {
        let index = self.index_of(id);
        self.providers[index].reveal(&mut self.chain, id, output);
    }
}

#[test]
fn the_first_is_the_cheapest_and_all_are_different() {
    let mut market = Market::with_task();
    let ids = market.open();
    assert_eq!(ids.len(), 3);
    assert_eq!(market.view(ids[0]).provider, Bob.to_account_id());
    let mut providers: Vec<_> = ids.iter().map(|id| market.view(*id).provider).collect();
    providers.sort();
    providers.dedup();
    assert_eq!(providers.len(), 3);
}

#[test]
fn a_liar_among_three_loses_its_collateral_and_the_result_is_right() {
    let mut market = Market::with_task();
    let ids = market.open();
    let answers = [OUTPUT, WRONG, OUTPUT];
    let before: Vec<_> = ids.iter().map(|id| market.balance_of(*id)).collect();
    let stake = market.stake_of(ids[1]);
    let treasury = market.chain.balance(&TreasuryAccount::get());
    let requester = market.chain.balance(&Charlie.to_account_id());
    for (id, output) in ids.iter().zip(answers) {
        market.commit(*id, output);
    }
    for (id, output) in ids.iter().zip(answers) {
        market.reveal(*id, output);
    }
    let TaskStatus::Settled { at, paid } = market.status() else {
        panic!("not settled: {:?}", market.status())
    };
    assert_eq!(
        at,
        market.chain.height(),
        "in the block of the deciding reveal"
    );
    let views: Vec<_> = ids.iter().map(|id| market.view(*id)).collect();
    let audits = task(&mut market.chain, market.task).audit.unwrap().cost;
    // The judged price: half of what the budget has for one of them.
    let judged = (UNIT / 3).div_ceil(2);
    assert!(views.iter().all(|one| one.price < judged));
    assert!(audits > judged / 20 && audits < judged / 10);
    assert_eq!(paid, views[0].price + views[2].price + audits);
    assert_eq!(
        market.chain.balance(&Charlie.to_account_id()),
        requester - paid
    );
    let lost = views[1].collateral;
    assert!(lost > 0);
    assert_eq!(market.stake_of(ids[1]), stake - lost);
    assert!(matches!(
        views[1].status,
        AssignmentStatus::Failed {
            fault: Fault::WrongResult,
            ..
        }
    ));
    for honest in [0, 2] {
        let fee = views[honest].price / 50;
        let earned = before[honest] + views[honest].price - fee;
        assert!(market.balance_of(ids[honest]).abs_diff(earned) <= 1);
    }
    assert!(market.chain.balance(&TreasuryAccount::get()) >= treasury + lost);
}

#[test]
fn a_third_that_was_not_needed_is_paid_when_it_reveals() {
    let mut market = Market::with_task();
    let ids = market.open();
    for id in &ids {
        market.commit(*id, OUTPUT);
    }
    market.reveal(ids[0], OUTPUT);
    market.reveal(ids[1], OUTPUT);
    let TaskStatus::Settled { paid, .. } = market.status() else {
        panic!("not settled: {:?}", market.status())
    };
    let third = market.view(ids[2]).price;
    assert_eq!(task(&mut market.chain, market.task).escrow, third);
    market.reveal(ids[2], OUTPUT);
    let TaskStatus::Settled { paid: all, .. } = market.status() else {
        panic!("not settled: {:?}", market.status())
    };
    assert_eq!(all, paid + third);
    assert_eq!(task(&mut market.chain, market.task).escrow, 0);
}

#[test]
fn a_replica_that_dies_is_replaced_by_one_that_is_drawn() {
    let mut market = Market::with_task();
    let ids = market.open();
    let dead = market.index_of(ids[0]);
    market.providers[dead].start(&mut market.chain, ids[0]);
    market.providers[dead].fail(&mut market.chain, ids[0], Fault::Crashed);
    assert!(matches!(market.status(), TaskStatus::Queued { .. }));
    market.commit(ids[1], OUTPUT);
    market.wait_until(|status| status == TaskStatus::Active);
    let again = AssignmentId {
        attempt: 1,
        ..ids[0]
    };
    market.commit(again, OUTPUT);
    market.commit(ids[2], OUTPUT);
    for id in [ids[1], again, ids[2]] {
        market.reveal(id, OUTPUT);
    }
    assert!(matches!(market.status(), TaskStatus::Settled { .. }));
}

/// Returns a market in which three of the four providers have revealed three roots. No juror is asked that could copy
/// one of them.
fn without_majority() -> (Market, Vec<AssignmentId>) {
    let mut market = Market::with_task();
    let ids = market.open();
    let answers = [OUTPUT, WRONG, WORSE];
    for (id, output) in ids.iter().zip(answers) {
        market.commit(*id, output);
    }
    for (id, output) in ids.iter().zip(answers) {
        market.reveal(*id, output);
    }
    assert_eq!(market.status(), TaskStatus::Disputed);
    (market, ids)
}

#[test]
fn where_a_jury_decides_nothing_the_requester_is_refunded() {
    let (mut market, ids) = without_majority();
    let stakes: Vec<_> = ids.iter().map(|id| market.stake_of(*id)).collect();
    let requester = market.chain.balance(&Charlie.to_account_id());
    // One provider is left, which makes no jury.
    let juror = market.wait_for(|market| market.open().first().copied());
    market.commit(juror, OUTPUT);
    market.wait_for(|market| match market.view(juror).status {
        AssignmentStatus::Committed { reveal_by, .. } => reveal_by,
        other => panic!("{other:?}"),
    });
    market.reveal(juror, OUTPUT);
    market.wait_until(|status| {
        matches!(
            status,
            TaskStatus::Refunded {
                reason: Refunded::NoVerdict,
                ..
            }
        )
    });
    let after: Vec<_> = ids.iter().map(|id| market.stake_of(*id)).collect();
    assert_eq!(after, stakes, "nobody is slashed");
    let paid = requester - market.chain.balance(&Charlie.to_account_id());
    // Such a task costs less than the base fee, so the base fee is the price.
    let base_fee = market.chain.read(BaseFee::get);
    let prices = [ids[0], ids[1], ids[2]].map(|id| market.view(id).price);
    assert!(prices.iter().all(|price| *price < base_fee));
    assert_eq!(paid, prices.iter().sum::<Balance>());
}

#[test]
fn who_does_not_reveal_loses_all_and_a_jury_decides_between_the_others() {
    let mut market = Market::with_task();
    let ids = market.open();
    for (id, output) in ids.iter().zip([OUTPUT, WRONG, OUTPUT]) {
        market.commit(*id, output);
    }
    market.reveal(ids[0], OUTPUT);
    market.reveal(ids[1], WRONG);
    let before = market.chain.balance(&TreasuryAccount::get());
    let end = market.chain.height() + market.chain.read(RevealWindow::get) + 2;
    market.chain.run_to(end);
    let silent = market.view(ids[2]);
    assert!(matches!(
        silent.status,
        AssignmentStatus::Failed {
            fault: Fault::NoReveal,
            ..
        }
    ));
    let lost = market.chain.balance(&TreasuryAccount::get()) - before;
    assert_eq!(lost, silent.collateral + silent.fraud_bond);
    assert_eq!(market.status(), TaskStatus::Disputed);
}

/// A commit has freed the slot, so the provider may change its driver before the others have committed. What it reveals
/// must still be what it committed to.
#[test]
fn another_driver_after_the_commit_changes_nothing_about_what_is_to_be_revealed() {
    let mut market = Market::with_task();
    let ids = market.open();
    market.commit(ids[0], OUTPUT);
    let index = market.index_of(ids[0]);
    let worker = market.providers[index].worker.public().into();
    let order = |market: &mut Market| {
        let orders = market
            .chain
            .read(|| aicpw_runtime::Tasks::orders(&worker))
            .orders;
        let one = orders.into_iter().find(|order| order.assignment == ids[0]);
        one.unwrap()
    };
    let before = order(&mut market);
    let device = before.device;
    let spec = market
        .chain
        .read(|| aicpw_runtime::ProviderStaking::device_view(device))
        .unwrap()
        .spec;
    let spec = DeviceSpec {
        fingerprint: [0xaa; 32],
        ..spec
    };
    let key = market.providers[index].key;
    let update = pallet_provider_staking::Call::update_spec { device, spec };
    market.chain.sign(key, update).unwrap();
    assert_eq!(order(&mut market).fingerprint, before.fingerprint);
    assert_ne!(before.fingerprint, [0xaa; 32]);

    market.commit(ids[1], OUTPUT);
    market.commit(ids[2], OUTPUT);
    for id in &ids[..2] {
        market.reveal(*id, OUTPUT);
    }
    assert!(matches!(market.status(), TaskStatus::Settled { .. }));
}
