//! A runtime of this pallet and balances. A test decides what its tasks are: their results, and the votes of their
//! jurors, whose locks are in a separate account.

use std::collections::BTreeMap;

use aicpw_primitives::traits::Escalation;
use aicpw_protocol::{
    audit::AuditPolicy, dispute::DisputePolicy, trace::NamedPart, verdict::Vote, AssignmentId,
    Balance, BlockNumber, Hash, TaskId,
};
use frame_support::{assert_ok, derive_impl, parameter_types, traits::fungible::InspectHold};
use sp_runtime::{BuildStorage, DispatchResult};

use crate as pallet_disputes;
use crate::{Disputes, HoldReason, Pallet};

mod court;

use court::{with, Court};

pub type AccountId = u64;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeHoldReason,
        RuntimeFreezeReason,
        RuntimeTask
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(2)]
    pub type DisputesPallet = pallet_disputes;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlockU32<Test>;
    type AccountId = AccountId;
    type Lookup = sp_runtime::traits::IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

pub const EXISTENTIAL_DEPOSIT: Balance = 10;

parameter_types! {
    pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
}

/// A task in the tests.
#[derive(Clone, Debug)]
pub struct TaskMock {
    pub is_open: bool,
    pub is_active: bool,
    pub is_sealed: bool,
    /// The roots that were revealed, each with its provider and the stake behind it.
    pub results: Vec<(AccountId, Hash, Balance)>,
    /// The votes by seat; `None` as long as there is no vote.
    pub seats: Vec<Option<Vote>>,
    /// The seats whose vote was copied.
    pub copied: Vec<u8>,
    /// The seats that were closed and whose vote is gone.
    pub gone: Vec<u8>,
    pub lock: Balance,
    pub ending: Option<Ending>,
    /// If its result was settled and can be fetched: what its provider has at stake.
    pub retrievable: Option<Balance>,
    /// Whether the result is claimed to be unavailable.
    pub is_claimed: bool,
    /// The root with which the task was decided.
    pub decided: Option<Option<Hash>>,
    /// The part of the requester's compensation that is held as escrow again.
    pub restored: Balance,
}

/// How a task ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    Settled,
    Again,
    Refunded,
    Upheld,
    Available,
    Unavailable,
    Dropped,
}

parameter_types! {
    pub static TheTasks: BTreeMap<TaskId, TaskMock> = BTreeMap::new();
    pub static Reminders: Vec<(BlockNumber, TaskId)> = Vec::new();
    /// What auditors lose by the verdict.
    pub static AuditorsLose: Balance = 0;
    /// The auditors that found the root of the verdict.
    pub static Finders: Vec<AccountId> = Vec::new();
    /// Whether everybody that runs the task goes through the same states.
    pub static IsExact: bool = true;
    /// Whether there is room for another jury.
    pub static HasRoom: bool = true;
    /// How many jurors committed to a vote and did not open it.
    pub static Withheld: usize = 0;
    pub const Treasury: AccountId = TREASURY;
    pub static Policy: DisputePolicy = DisputePolicy { appeals: 1, ..DisputePolicy::DEFAULT };
    /// The price of the disputed result.
    pub static ThePrice: Balance = PRICE;
    pub const Audits: AuditPolicy = AuditPolicy::DEFAULT;
    pub const JurorPay: u32 = 2;
    pub const AppealWindow: BlockNumber = APPEAL_WINDOW;
    pub const TraceWindow: BlockNumber = TRACE_WINDOW;
}

pub const APPEAL_WINDOW: BlockNumber = 20;
pub const TRACE_WINDOW: BlockNumber = 12;
pub const TIME_LIMIT: BlockNumber = 5;
pub const PRICE: Balance = 1_000;
/// What the requester has paid for a result and has not got back.
pub const HARM: Balance = PRICE / 10;
pub const PAY: Balance = 2 * PRICE;
pub const LOCK: Balance = 10 * PAY;
/// What a provider has locked for its result.
pub const BEHIND: Balance = 30 * PRICE;
pub const FUNDS: Balance = 1_000_000;

pub const TREASURY: AccountId = 1;
pub const REQUESTER: AccountId = 2;
pub const PROVIDER: AccountId = 3;
pub const CHALLENGER: AccountId = 4;
pub const APPELLANT: AccountId = 5;
/// The account whose stake all locks are taken from.
pub const STAKE: AccountId = 6;

pub const TASK: TaskId = TaskId(7);
pub const RIGHT: Vote = Vote::Root([1; 32]);
pub const WRONG: Vote = Vote::Root([2; 32]);
/// The trace root of everybody that runs the task.
pub const WORK: Hash = [3; 32];
pub const RIGHT_ROOT: Hash = [1; 32];
pub const WRONG_ROOT: Hash = [2; 32];

pub fn juror(seat: u8) -> AccountId {
    100 + AccountId::from(seat)
}

impl pallet_disputes::Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type NativeBalance = Balances;
    type BlockNumberProvider = System;
    type Tasks = Court;
    type Treasury = Treasury;
    type Policy = Policy;
    type AuditPolicy = Audits;
    type JurorPay = JurorPay;
    type AppealWindow = AppealWindow;
    type TraceWindow = TraceWindow;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Helper;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;
#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<AccountId> for Helper {
    fn verifying() -> (TaskId, AccountId) {
        add(TASK, |_| ());
        (TASK, REQUESTER)
    }

    fn settled() -> (AssignmentId, AccountId) {
        add_settled(TASK, BEHIND);
        (delivered(TASK), REQUESTER)
    }

    fn make_public(_: TaskId) {}
}

pub fn new_test_ext() -> sp_io::TestExternalities {
    TheTasks::take();
    Reminders::take();
    AuditorsLose::take();
    Finders::take();
    HasRoom::set(true);
    IsExact::set(true);
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .unwrap();
    let mut balances: Vec<_> = (TREASURY..=STAKE).map(|who| (who, FUNDS)).collect();
    balances.extend((0..60).map(|seat| (juror(seat), FUNDS)));
    balances[STAKE as usize - 1].1 = 100 * FUNDS;
    pallet_balances::GenesisConfig::<Test> {
        balances,
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .unwrap();
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test, then checks the invariants and that no funds were created or lost.
pub fn execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        let issuance = pallet_balances::TotalIssuance::<Test>::get();
        test();
        assert_ok!(Pallet::<Test>::do_try_state());
        assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
    });
}

/// Adds a task with one wrong result in its window.
pub fn add(id: TaskId, change: impl FnOnce(&mut TaskMock)) {
    let mut task = TaskMock {
        is_open: true,
        is_active: false,
        is_sealed: false,
        results: vec![(PROVIDER, WRONG_ROOT, BEHIND)],
        seats: Vec::new(),
        copied: Vec::new(),
        gone: Vec::new(),
        lock: 0,
        ending: None,
        retrievable: None,
        is_claimed: false,
        decided: None,
        restored: 0,
    };
    change(&mut task);
    TheTasks::mutate(|tasks| tasks.insert(id, task));
}

pub fn dispute(who: AccountId) -> DispatchResult {
    frame_support::storage::with_storage_layer(|| {
        DisputesPallet::dispute(RuntimeOrigin::signed(who), TASK)
            .map(|_| ())
            .map_err(|refused| refused.error)
    })
}

/// Adds a settled task whose provider has this much at stake as long as its result can be fetched.
pub fn add_settled(id: TaskId, collateral: Balance) {
    add(id, |task| {
        task.is_open = false;
        task.results.clear();
        task.retrievable = Some(collateral);
    });
}

/// The assignment whose result is claimed to be unavailable.
pub fn delivered(task: TaskId) -> AssignmentId {
    AssignmentId {
        task,
        replica: 0,
        attempt: 0,
    }
}

pub fn claim(who: AccountId) -> DispatchResult {
    frame_support::storage::with_storage_layer(|| {
        DisputesPallet::claim_unavailable(RuntimeOrigin::signed(who), delivered(TASK))
    })
}

pub fn dispute_part(who: AccountId) -> DispatchResult {
    frame_support::storage::with_storage_layer(|| {
        DisputesPallet::dispute_part(RuntimeOrigin::signed(who), TASK)
            .map(|_| ())
            .map_err(|refused| refused.error)
    })
}

pub fn name_part(who: AccountId, part: Option<NamedPart>) -> DispatchResult {
    frame_support::storage::with_storage_layer(|| {
        DisputesPallet::name_part(RuntimeOrigin::signed(who), TASK, part)
    })
}

pub fn appeal(who: AccountId) -> DispatchResult {
    frame_support::storage::with_storage_layer(|| {
        DisputesPallet::appeal(RuntimeOrigin::signed(who), TASK)
    })
}

/// The jurors of the last jury vote like this; those without a vote in the list do not vote.
pub fn vote(votes: &[Vote]) {
    let first = usize::from(Disputes::<Test>::get(TASK).unwrap().jury_seat);
    with(TASK, |task| {
        for (seat, vote) in votes.iter().enumerate() {
            task.seats[first + seat] = Some(*vote);
        }
    });
    assert_ok!(Pallet::<Test>::jury_done(TASK));
}

/// One of the jurors that did the work shows it.
pub fn show_work() {
    assert!(Pallet::<Test>::is_work(TASK, &WORK));
    assert_ok!(Pallet::<Test>::work_shown(TASK, WORK));
}

/// Moves on by this many blocks, and serves each reminder that becomes due.
pub fn run_for(blocks: BlockNumber) {
    for _ in 0..blocks {
        let now = System::block_number() + 1;
        System::set_block_number(now);
        let (due, later) = Reminders::take()
            .into_iter()
            .partition(|(at, _)| *at <= now);
        Reminders::set(later);
        for (_, task) in Vec::<(BlockNumber, TaskId)>::from_iter::<Vec<_>>(due) {
            assert_ok!(Pallet::<Test>::due(task));
        }
        assert_ok!(Pallet::<Test>::do_try_state());
    }
}

/// Moves on until the dispute has ended, which it does by itself.
pub fn run_to_end() {
    run_for(APPEAL_WINDOW + TRACE_WINDOW + 40);
    assert!(matches!(
        Disputes::<Test>::get(TASK).unwrap().state,
        aicpw_protocol::verdict::DisputeState::Ended { .. }
    ));
    assert_eq!(Reminders::get(), [], "nothing more is due");
}

pub fn ending() -> Option<Ending> {
    TheTasks::get()[&TASK].ending
}

/// The part of the requester's compensation that is held again for the task.
pub fn restored() -> Balance {
    TheTasks::get()[&TASK].restored
}

pub fn held(who: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::DisputeBond.into(), &who)
}

/// How much more, or less, an account has than at the beginning.
pub fn gain(who: AccountId) -> i128 {
    use frame_support::traits::fungible::Inspect;
    let first = if who == STAKE { 100 * FUNDS } else { FUNDS };
    Balances::total_balance(&who) as i128 - first as i128
}

pub fn events() -> Vec<crate::Event<Test>> {
    System::read_events_for_pallet::<crate::Event<Test>>()
}
