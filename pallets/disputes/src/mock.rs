//! A runtime of this pallet and balances. Its tasks are what a test says: results, and votes of jurors,
//! whose locks lie on an account of their own.

use std::collections::BTreeMap;

use aicpw_primitives::traits::{
    ClaimDecided, Claimed, ClosedJuror, Contest, Contested, Decided, Escalation, JurorTerms,
};
use aicpw_protocol::{
    audit::AuditPolicy,
    dispute::DisputePolicy,
    trace::NamedPart,
    verdict::{Verdict, Vote},
    AssignmentId, Balance, BlockNumber, Hash, TaskId,
};
use frame_support::{
    assert_ok, derive_impl, parameter_types,
    traits::{
        fungible::{InspectHold, Mutate},
        tokens::Preservation,
    },
    weights::Weight,
};
use sp_runtime::{BuildStorage, DispatchError, DispatchResult};

use crate as pallet_disputes;
use crate::{Disputes, HoldReason, Pallet};

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
    /// Roots that were revealed, and what stands behind each.
    pub results: Vec<(AccountId, Hash, Balance)>,
    /// Votes by seat; `None` as long as, or if, there is none.
    pub seats: Vec<Option<Vote>>,
    /// Seats whose vote was copied.
    pub copied: Vec<u8>,
    /// Seats that were closed, of whose vote nothing is left.
    pub gone: Vec<u8>,
    pub lock: Balance,
    pub ending: Option<Ending>,
    /// Whether its result was settled and can be fetched: what its provider has at stake.
    pub retrievable: Option<Balance>,
    /// Whether it is said not to be there.
    pub is_claimed: bool,
    /// The root by which it was decided.
    pub decided: Option<Option<Hash>>,
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
    /// Auditors that found what the verdict says.
    pub static Finders: Vec<AccountId> = Vec::new();
    /// Whether whoever runs the task comes to the same states.
    pub static IsExact: bool = true;
    /// Whether there is room for another jury.
    pub static HasRoom: bool = true;
    /// How many jurors did not open what they had committed to.
    pub static Withheld: usize = 0;
    pub const Treasury: AccountId = TREASURY;
    pub static Policy: DisputePolicy = DisputePolicy { appeals: 1, ..DisputePolicy::DEFAULT };
    /// The price of what is disputed.
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
/// What the requester has paid for a result and does not have back.
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
/// Whose stake all locks are.
pub const STAKE: AccountId = 6;

pub const TASK: TaskId = TaskId(7);
pub const RIGHT: Vote = Vote::Root([1; 32]);
pub const WRONG: Vote = Vote::Root([2; 32]);
/// The root of the trace of whoever runs the task.
pub const WORK: Hash = [3; 32];
pub const RIGHT_ROOT: Hash = [1; 32];
pub const WRONG_ROOT: Hash = [2; 32];

pub fn juror(seat: u8) -> AccountId {
    100 + AccountId::from(seat)
}

fn with<R>(task: TaskId, f: impl FnOnce(&mut TaskMock) -> R) -> Option<R> {
    TheTasks::mutate(|tasks| tasks.get_mut(&task).map(f))
}

fn is_right(task: TaskId, seat: u8, verdict: Verdict) -> bool {
    with(task, |task| {
        let has_worked = verdict.work == Some(WORK) && !task.copied.contains(&seat);
        task.seats[usize::from(seat)] == Some(verdict.vote)
            && (verdict.work.is_none() || has_worked)
    })
    .unwrap_or_default()
}

fn slash(amount: Balance) -> Balance {
    Balances::transfer(&STAKE, &TREASURY, amount, Preservation::Preserve).unwrap()
}

const UNKNOWN: DispatchError = DispatchError::Other("no such task");
const NOT_OPEN: DispatchError = DispatchError::Other("not open");
const STRANGER: DispatchError = DispatchError::Other("not the requester");

pub struct Court;
impl Contested<AccountId> for Court {
    fn contestable(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError> {
        let task = TheTasks::get().get(&task).cloned().ok_or(UNKNOWN)?;
        let fits = if escalated {
            task.is_active
        } else {
            task.is_open
        };
        if !fits {
            return Err(NOT_OPEN);
        }
        Ok(Contest {
            requester: REQUESTER,
            providers: task.results.iter().map(|(who, ..)| *who).collect(),
            price: ThePrice::get(),
            // However low the price is.
            price_cap: ThePrice::get().saturating_mul(2).max(PAY),
            is_sealed: task.is_sealed,
        })
    }
    fn contest_weight(task: Option<TaskId>) -> Weight {
        let seats = task.map_or(u8::MAX, Self::seats);
        Weight::from_parts(seats.into(), 0)
    }
    fn contest(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError> {
        Self::contestable(task, escalated)
    }
    fn seat_jury(
        task: TaskId,
        jurors: u16,
        terms: JurorTerms,
        _: Vec<AccountId>,
    ) -> Result<u8, DispatchError> {
        if !HasRoom::get() {
            return Err(DispatchError::Other("no room"));
        }
        with(task, |task| {
            let first = task.seats.len();
            task.is_open = false;
            task.is_active = false;
            task.lock = terms.lock;
            task.seats.resize(first + usize::from(jurors), None);
            first as u8
        })
        .ok_or(UNKNOWN)
    }
    fn votes(task: TaskId, first: u8) -> Vec<Vote> {
        with(task, |task| task.seats[first.into()..].to_vec())
            .unwrap()
            .into_iter()
            .flatten()
            .collect()
    }
    fn withheld(_: TaskId, _: u8) -> usize {
        Withheld::get()
    }
    fn voted(task: TaskId, first: u8, vote: Vote) -> (usize, usize) {
        let votes = Self::votes(task, first);
        let same = votes.iter().filter(|other| **other == vote).count();
        let gone = with(task, |task| task.gone.clone()).unwrap_or_default();
        let gone = gone.iter().filter(|seat| **seat >= first);
        (same, votes.len() + gone.count())
    }
    fn remind(task: TaskId, at: BlockNumber) {
        assert!(at > System::block_number(), "a reminder is for later");
        Reminders::mutate(|reminders| reminders.push((at, task)));
    }
    fn ensure_room(_: TaskId, _: u16) -> DispatchResult {
        match HasRoom::get() {
            true => Ok(()),
            false => Err(DispatchError::Other("no room")),
        }
    }
    fn time_limit(_: TaskId) -> BlockNumber {
        TIME_LIMIT
    }
    fn seats(task: TaskId) -> u8 {
        with(task, |task| task.seats.len() as u8).unwrap_or_default()
    }
    fn is_exact(_: TaskId) -> bool {
        IsExact::get()
    }
    fn worked(task: TaskId, first: u8, vote: Vote, trace_root: &Hash) -> (usize, usize) {
        with(task, |task| {
            let right: Vec<u8> = (first..task.seats.len() as u8)
                .filter(|seat| task.seats[usize::from(*seat)] == Some(vote))
                .collect();
            let worked = right
                .iter()
                .filter(|seat| *trace_root == WORK && !task.copied.contains(seat));
            (worked.count(), right.len())
        })
        .unwrap_or_default()
    }
    fn close_juror(
        task: TaskId,
        seat: u8,
        verdict: Option<Verdict>,
    ) -> Result<ClosedJuror, DispatchError> {
        let is_right = verdict.is_some_and(|verdict| is_right(task, seat, verdict));
        let (vote, lock) = with(task, |task| (task.seats[usize::from(seat)], task.lock)).unwrap();
        let closed = match (vote, verdict.map(|verdict| verdict.vote)) {
            _ if is_right => return Ok(ClosedJuror::Right),
            (Some(vote), Some(right)) if vote == right => ClosedJuror::Wrong(slash(lock / 2)),
            // Where a jury was unable who has found something is not wrong.
            (Some(Vote::Root(_)), Some(Vote::Root(_))) => ClosedJuror::Wrong(slash(lock)),
            (Some(Vote::Unable), Some(Vote::Root(_))) => ClosedJuror::Wrong(slash(lock / 2)),
            _ => ClosedJuror::Released,
        };
        if let Some(Vote::Root(_)) = vote {
            // It is failed, or cancelled, and with that has no vote.
            with(task, |task| {
                task.seats[usize::from(seat)] = None;
                task.gone.push(seat);
            });
        }
        Ok(closed)
    }
    fn right_juror(task: TaskId, seat: u8, verdict: Verdict) -> Option<AccountId> {
        is_right(task, seat, verdict).then_some(juror(seat))
    }
    fn is_claimed(task: TaskId, root: &Hash) -> bool {
        with(task, |task| {
            task.results.iter().any(|(_, other, _)| other == root)
        })
        .unwrap_or_default()
    }
    fn decide(task: TaskId, root: Option<Hash>) -> Result<Decided<AccountId>, DispatchError> {
        let results = with(task, |task| {
            task.decided = Some(root);
            core::mem::take(&mut task.results)
        })
        .ok_or(UNKNOWN)?;
        let is_right = results.iter().any(|(_, other, _)| Some(*other) == root);
        let slashed = results
            .iter()
            .filter(|(_, other, _)| Some(*other) != root)
            .map(|(.., behind)| slash(*behind))
            .sum();
        end(
            task,
            if is_right {
                Ending::Settled
            } else {
                Ending::Again
            },
        );
        Ok(Decided {
            slashed,
            lost: slash(AuditorsLose::get()),
            finders: Finders::get(),
            compensation: (REQUESTER, if is_right { 0 } else { HARM }),
        })
    }
    fn uphold(task: TaskId) -> DispatchResult {
        end(task, Ending::Upheld);
        Ok(())
    }
    fn give_up(task: TaskId) -> DispatchResult {
        end(task, Ending::Refunded);
        Ok(())
    }
    fn claimable(assignment: AssignmentId) -> Result<Claimed, DispatchError> {
        let task = TheTasks::get().get(&assignment.task).cloned();
        let task = task.ok_or(UNKNOWN)?;
        let collateral = task.retrievable.filter(|_| !task.is_claimed);
        let collateral = collateral.ok_or(NOT_OPEN)?;
        Ok(Claimed { collateral })
    }
    fn claim(assignment: AssignmentId, who: &AccountId) -> Result<Claimed, DispatchError> {
        if *who != REQUESTER {
            return Err(STRANGER);
        }
        let claimed = Self::claimable(assignment)?;
        with(assignment.task, |task| task.is_claimed = true);
        Ok(claimed)
    }
    fn decide_claim(
        task: TaskId,
        is_available: bool,
    ) -> Result<ClaimDecided<AccountId>, DispatchError> {
        let at_stake = with(task, |task| {
            assert!(task.is_claimed, "what is decided was claimed");
            task.retrievable.take().unwrap()
        })
        .ok_or(UNKNOWN)?;
        end(
            task,
            if is_available {
                Ending::Available
            } else {
                Ending::Unavailable
            },
        );
        Ok(ClaimDecided {
            slashed: if is_available { 0 } else { slash(at_stake) },
            provider: PROVIDER,
            compensation: (REQUESTER, if is_available { 0 } else { PRICE }),
        })
    }
    fn drop_claim(task: TaskId) -> DispatchResult {
        with(task, |task| task.is_claimed = false);
        end(task, Ending::Dropped);
        Ok(())
    }
}

fn end(task: TaskId, ending: Ending) {
    let before = with(task, |task| task.ending.replace(ending)).unwrap();
    assert_eq!(before, None, "a task is decided once");
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

/// Runs a test, and checks the invariants and that no funds came or went.
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

/// Adds a settled task whose provider has this at stake as long as its result can be fetched.
pub fn add_settled(id: TaskId, collateral: Balance) {
    add(id, |task| {
        task.is_open = false;
        task.results.clear();
        task.retrievable = Some(collateral);
    });
}

/// The assignment whose result is claimed not to be there.
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

/// The last jurors vote so; the others of them do not vote.
pub fn vote(votes: &[Vote]) {
    let first = usize::from(Disputes::<Test>::get(TASK).unwrap().jury_seat);
    with(TASK, |task| {
        for (seat, vote) in votes.iter().enumerate() {
            task.seats[first + seat] = Some(*vote);
        }
    });
    assert_ok!(Pallet::<Test>::jury_done(TASK));
}

/// One of the jurors that have worked shows it.
pub fn show_work() {
    assert!(Pallet::<Test>::is_work(TASK, &WORK));
    assert_ok!(Pallet::<Test>::work_shown(TASK, WORK));
}

/// Goes on block by block as long as anything is due, but no further than this.
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

/// Until the dispute has ended, which it does by itself.
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

pub fn held(who: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::DisputeBond.into(), &who)
}

/// What an account has more, or less, than at the beginning.
pub fn gain(who: AccountId) -> i128 {
    use frame_support::traits::fungible::Inspect;
    let first = if who == STAKE { 100 * FUNDS } else { FUNDS };
    Balances::total_balance(&who) as i128 - first as i128
}

pub fn events() -> Vec<crate::Event<Test>> {
    System::read_events_for_pallet::<crate::Event<Test>>()
}
