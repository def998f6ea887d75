//! A runtime with this pallet and balances. The other pallets are mocks that are strict about their contracts. What is
//! locked on a stake really moves, so that no lock can be forgotten.

use aicpw_primitives::traits::{DrawRandomness, DrawSeed};
use aicpw_protocol::{
    audit::AuditPolicy, AskPrice, AssignmentId, Balance, BlockNumber, DeviceId, TaskId,
};
use codec::Decode;
use frame_support::{
    assert_ok, derive_impl, parameter_types,
    traits::{OnInitialize, UnixTime},
    weights::{RuntimeDbWeight, Weight},
};
use sp_core::offchain::{
    testing::{TestOffchainExt, TestTransactionPoolExt},
    OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    generic,
    testing::TestXt,
    traits::{BlakeTwo256, IdentityLookup},
    BuildStorage, Perbill,
};
use std::{collections::BTreeMap, sync::Arc};

use crate as pallet_tasks;
use crate::pallet::{Assignments, Call, Config, Pallet, Tasks};

mod disputes;
mod neighbours;
mod steps;

pub use disputes::*;
pub use neighbours::*;
pub use steps::*;

pub type AccountId = u64;
pub type TxExtension = frame_system::AuthorizeCall<Test>;
pub type Extrinsic = TestXt<RuntimeCall, TxExtension>;
type Block = generic::Block<generic::Header<BlockNumber, BlakeTwo256>, Extrinsic>;

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
    pub type TasksPallet = pallet_tasks;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<Balance>;
    type DbWeight = DbCosts;
}

parameter_types! {
    pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
}

pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const REQUESTER: AccountId = 1;
pub const OTHER: AccountId = 2;
pub const ALICE: AccountId = 11;
pub const BOB: AccountId = 12;
pub const CHARLIE: AccountId = 13;
pub const DAVE: AccountId = 14;
pub const EVE: AccountId = 15;
pub const FERDIE: AccountId = 16;
pub const TREASURY: AccountId = 90;
/// The account that holds what is locked on providers' stakes.
pub const POOL: AccountId = 91;
/// The account of the pot.
pub const AUDIT_POT: AccountId = 92;
pub const FUNDS: Balance = 1_000_000;

/// The submission fee for one replica without progress reports.
pub const LIFE_FEE: Balance = 24;
/// The submission fee for [`submission`] with one replica, which may report ten times.
pub const SUBMISSION_FEE: Balance = LIFE_FEE + 10 * LIFE_FEE / 10;
pub const MIN_BUDGET: Balance = 1_000;
pub const MIN_ASK: AskPrice = AskPrice(100);
pub const MAX_TIME_LIMIT: u64 = 100_000;
pub const KEY_WINDOW: BlockNumber = 24;
pub const START_WINDOW: BlockNumber = 40;
pub const PROGRESS_WINDOW: BlockNumber = 20;
pub const REVEAL_WINDOW: BlockNumber = 16;
pub const RETRIEVAL_WINDOW: BlockNumber = 30;
pub const REMATCH_WINDOW: BlockNumber = 50;
pub const RETENTION: BlockNumber = 100;
pub const PROGRESS_INTERVAL: BlockNumber = 4;
pub const MAX_ATTEMPTS: u8 = 3;
pub const BASE_FEE: Balance = 70;
pub const RECENT_BLOCKS: BlockNumber = 64;

/// The budget of [`submission`].
pub const BUDGET: Balance = 5_000;
/// An ask that makes [`submission`] cost [`PRICE`].
pub const ASK: AskPrice = AskPrice(10_000);
pub const PRICE: Balance = 1_000;
/// 2 % of [`PRICE`].
pub const FEE: Balance = 20;
/// Half of the budget.
pub const COLLATERAL: Balance = 2_500;
/// The part of [`COLLATERAL`] that stays locked after the settlement: half of the price.
pub const KEPT: Balance = 500;
/// The fraud bond: the price divided by a lowest audit rate of 5 %, of which every second audit counts.
pub const BOND: Balance = 40_000;
/// The audit cost of [`PRICE`]: 8 % of it, which is the audit rate of a beginner.
pub const AUDIT_COST: Balance = 80;
/// What an auditor has locked.
pub const AUDITOR_LOCK: Balance = 10 * PRICE;
/// What [`Penalty::Fault`] takes of [`COLLATERAL`]: 40 %.
pub const FAULT_SLASH: Balance = 1_000;
/// The time limit of [`submission`], in blocks.
pub const TIME_LIMIT: BlockNumber = 40;
/// The match window of [`submission`], in blocks.
pub const MATCH_WINDOW: BlockNumber = 80;
/// The collateral of one of three replicas at [`ASK`]: half of its share of the budget.
pub const SHARED_COLLATERAL: Balance = 833;
/// The window of [`optimistic`], in blocks.
pub const WINDOW: BlockNumber = 12;

pub struct Market;

impl aicpw_primitives::traits::MarketSwitch for Market {
    fn is_open() -> bool {
        IsOpen::get()
    }

    fn is_migrating() -> bool {
        IsMigrating::get()
    }
}

parameter_types! {
    pub static IsOpen: bool = true;
    pub static IsMigrating: bool = false;
    pub const Treasury: AccountId = TREASURY;
    pub const BlockTime: u64 = 250;
    pub const SubmissionFee: Balance = LIFE_FEE;
    pub const MinBudget: Balance = MIN_BUDGET;
    pub const MinAsk: AskPrice = MIN_ASK;
    pub const MaxTimeLimit: u64 = MAX_TIME_LIMIT;
    pub const MinWindow: u64 = 1_000;
    pub const MaxWindow: u64 = 60_000;
    pub const KeyWindow: BlockNumber = KEY_WINDOW;
    pub const StartWindow: BlockNumber = START_WINDOW;
    pub const ProgressWindow: BlockNumber = PROGRESS_WINDOW;
    pub const RevealWindow: BlockNumber = REVEAL_WINDOW;
    pub const RetrievalWindow: BlockNumber = RETRIEVAL_WINDOW;
    pub const RematchWindow: BlockNumber = REMATCH_WINDOW;
    pub const RetentionPeriod: BlockNumber = RETENTION;
    pub const MinProgressInterval: BlockNumber = PROGRESS_INTERVAL;
    pub const MaxProgressReports: u32 = 50;
    pub const MaxAttempts: u8 = MAX_ATTEMPTS;
    pub const ProtocolFee: Perbill = Perbill::from_percent(2);
    pub const CollateralShare: Perbill = Perbill::from_percent(50);
    pub const MinCollateralBase: Balance = 200;
    pub static Policy: AuditPolicy = AuditPolicy {
        surcharge: Perbill::zero(),
        ..AuditPolicy::DEFAULT
    };
    pub const AuditPot: AccountId = AUDIT_POT;
    pub const BaseFee: Balance = BASE_FEE;
    pub const PageCapacity: u32 = 4;
    pub static AgendaWeight: Weight = Weight::from_parts(u64::MAX / 2, u64::MAX / 2);
    /// The registered devices.
    pub static Devices: BTreeMap<DeviceId, Device> = BTreeMap::new();
    /// What database accesses weigh: nothing, except in tests that are about it.
    pub static DbCosts: RuntimeDbWeight = RuntimeDbWeight { read: 0, write: 0 };
    /// Whether devices stand in the order book as before, or each time somewhere else.
    pub static StandsStill: bool = false;
    pub static Moves: u64 = 0;
    /// Assignments with an `occupy` and no `release` yet.
    pub static Occupied: BTreeMap<AssignmentId, Occupation> = BTreeMap::new();
    /// The seed that all draws use.
    pub static Seed: DrawSeed = DrawSeed::NotYet;
    /// Whether disputes take over tasks that the replicas cannot decide.
    pub static TakesOver: bool = false;
    /// The matching queue, head first.
    pub static Queue: Vec<TaskId> = Vec::new();
    /// What the reputation mock was told.
    pub static Told: Vec<Note> = Vec::new();
    /// Devices that were told to cool down.
    pub static CooledDown: Vec<DeviceId> = Vec::new();
    /// Devices that were told to cool down although nobody is blamed.
    pub static CooledDownUnblamed: Vec<DeviceId> = Vec::new();
    /// Devices that were told to have missed a deadline.
    pub static MissedDeadlines: Vec<DeviceId> = Vec::new();
}

/// The number of blocks from an anchor to its seed.
pub const SOONEST: BlockNumber = 3;

pub struct Randomness;
impl DrawRandomness for Randomness {
    fn anchor() -> BlockNumber {
        now()
    }
    fn soonest() -> BlockNumber {
        SOONEST
    }
    fn seed(anchor: BlockNumber) -> DrawSeed {
        assert!(anchor <= now(), "an anchor is taken before it is used");
        Seed::get()
    }
    fn decided(anchor: BlockNumber) -> DrawSeed {
        Self::seed(anchor)
    }
    fn decided_since(anchor: BlockNumber) -> (DrawSeed, BlockNumber) {
        (Self::seed(anchor), anchor.saturating_add(SOONEST))
    }
    fn seed_weight() -> Weight {
        Weight::zero()
    }
}

pub struct Clock;
impl UnixTime for Clock {
    fn now() -> core::time::Duration {
        core::time::Duration::from_millis(1_800_000_000_000 + u64::from(now()) * 250)
    }
}

impl Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type NativeBalance = Balances;
    type BlockNumberProvider = System;
    type Market = Market;
    type Time = Clock;
    type DevicePool = Pool;
    type Reputations = ReputationMock;
    type MatchQueue = QueueMock;
    type DrawRandomness = Randomness;
    type Escalation = Disputes;
    type FeeDestination = Treasury;
    type BlockTime = BlockTime;
    type SubmissionFee = SubmissionFee;
    type MinBudget = MinBudget;
    type MinAsk = MinAsk;
    type MaxTimeLimit = MaxTimeLimit;
    type MinMatchWindow = MinWindow;
    type MaxMatchWindow = MaxWindow;
    type MinOptimisticWindow = MinWindow;
    type MaxOptimisticWindow = MaxWindow;
    type KeyWindow = KeyWindow;
    type StartWindow = StartWindow;
    type ProgressWindow = ProgressWindow;
    type RevealWindow = RevealWindow;
    type RetrievalWindow = RetrievalWindow;
    type RematchWindow = RematchWindow;
    type RetentionPeriod = RetentionPeriod;
    type MinProgressInterval = MinProgressInterval;
    type MaxProgressReports = MaxProgressReports;
    type MaxAttempts = MaxAttempts;
    type ProtocolFee = ProtocolFee;
    type CollateralShare = CollateralShare;
    type MinCollateralBase = MinCollateralBase;
    type AuditPolicy = Policy;
    type AuditPot = AuditPot;
    type BaseFee = BaseFee;
    type AgendaWeight = AgendaWeight;
    type PageCapacity = PageCapacity;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Helper;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;
#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<AccountId> for Helper {
    fn device(seed: u32) -> (DeviceId, aicpw_primitives::worker_key::WorkerId) {
        // A benchmark runs several times. Between the runs only the storage is reset.
        Occupied::mutate(|all| all.retain(|id, _| Assignments::<Test>::contains_key(id)));
        let provider = 1_000 + u64::from(seed);
        <Balances as frame_support::traits::fungible::Mutate<AccountId>>::set_balance(
            &provider,
            Balance::MAX / 1_000_000,
        );
        let device = device(provider, MIN_ASK);
        (device, Devices::get()[&device].worker.clone())
    }

    fn matched(_: DeviceId) {}

    fn misplaced(_: DeviceId) {}

    fn share_queue() {}

    fn parked(_: TaskId) {}

    fn set_block(block: BlockNumber) {
        run_to_without_hooks(block);
    }

    fn bring_seed(anchor: BlockNumber) {
        run_to_without_hooks(anchor + SOONEST);
        Seed::set(DrawSeed::Ready([1; 32]));
    }

    fn ask_for_trace(task: TaskId) {
        TraceWanted::set(Some((task, now() + 10)));
    }

    fn ask_for_work(task: TaskId, vote: aicpw_protocol::verdict::Vote) {
        WorkWanted::set(Some((task, now() + 10, vote)));
    }

    fn contested_before(task: TaskId) {
        crate::ClaimsMade::<Test>::insert(task, 1);
    }
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Test
where
    RuntimeCall: From<C>,
{
    type RuntimeCall = RuntimeCall;
    type Extrinsic = Extrinsic;
}

impl<C> frame_system::offchain::CreateTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    type Extension = TxExtension;
    fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
        Extrinsic::new_transaction(call, extension)
    }
}

impl<C> frame_system::offchain::CreateAuthorizedTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    fn create_extension() -> TxExtension {
        TxExtension::new()
    }
}

/// The block in which tests begin.
pub const START: BlockNumber = 5;

#[derive(Default)]
pub struct ExtBuilder;

impl ExtBuilder {
    pub fn build(self) -> (sp_io::TestExternalities, impl Fn() -> Vec<Call<Test>>) {
        Devices::take();
        Occupied::take();
        Queue::take();
        Told::take();
        Heard::take();
        WaitsFor::take();
        StepsFail::take();
        TraceWanted::take();
        TracesOpened::take();
        WorkWanted::take();
        WorkShown::take();
        Part::take();
        CooledDown::take();
        CooledDownUnblamed::take();
        MissedDeadlines::take();
        Seed::set(DrawSeed::NotYet);
        Policy::take();
        TakesOver::set(false);
        let mut storage = frame_system::GenesisConfig::<Test>::default()
            .build_storage()
            .unwrap();
        let mut balances: Vec<_> = [REQUESTER, OTHER, ALICE, BOB, CHARLIE, DAVE, EVE, FERDIE]
            .into_iter()
            .map(|account| (account, FUNDS))
            .collect();
        balances.push((TREASURY, EXISTENTIAL_DEPOSIT));
        balances.push((POOL, EXISTENTIAL_DEPOSIT));
        balances.push((AUDIT_POT, EXISTENTIAL_DEPOSIT));
        pallet_balances::GenesisConfig::<Test> {
            balances,
            ..Default::default()
        }
        .assimilate_storage(&mut storage)
        .unwrap();
        let mut ext = sp_io::TestExternalities::from(storage);
        let (offchain, _) = TestOffchainExt::new();
        let (pool, pool_state) = TestTransactionPoolExt::new();
        ext.register_extension(OffchainDbExt::new(offchain.clone()));
        ext.register_extension(OffchainWorkerExt::new(offchain));
        ext.register_extension(TransactionPoolExt::new(pool));
        ext.register_extension(KeystoreExt(Arc::new(MemoryKeystore::new())));
        ext.execute_with(|| run_to(START));
        let sent = move || {
            pool_state
                .write()
                .transactions
                .drain(..)
                .map(
                    |bytes| match Extrinsic::decode(&mut &bytes[..]).unwrap().function {
                        RuntimeCall::TasksPallet(call) => call,
                        other => panic!("not a call of this pallet: {other:?}"),
                    },
                )
                .collect()
        };
        (ext, sent)
    }

    #[cfg(feature = "runtime-benchmarks")]
    pub fn build_for_benchmarks(self) -> sp_io::TestExternalities {
        self.build().0
    }

    /// Runs a test and then checks the invariants.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build_and_execute_with_pool(|_| test());
    }

    /// Runs a test that ends in a state that only the disputes pallet can resolve, so the invariants are not checked.
    pub fn build_and_execute_unchecked(self, test: impl FnOnce()) {
        self.build().0.execute_with(test);
    }

    /// As [`Self::build_and_execute`]. The test gets a function that returns the calls that were put into the
    /// transaction pool since it was last called.
    pub fn build_and_execute_with_pool(self, test: impl FnOnce(&dyn Fn() -> Vec<Call<Test>>)) {
        let (mut ext, pool) = self.build();
        ext.execute_with(|| {
            let issuance = Balances::total_issuance();
            test(&pool);
            check_invariants();
            assert_eq!(
                Balances::total_issuance(),
                issuance,
                "nothing minted or burned"
            );
        });
    }
}

/// Checks the invariants of the pallet, and that the mocks agree with the tasks.
pub fn check_invariants() {
    assert_ok!(Pallet::<Test>::do_try_state());
    for (id, assignment) in Assignments::<Test>::iter() {
        assert_eq!(
            Occupied::get().contains_key(&id),
            assignment.locks != crate::types::LockState::Released,
            "locks of {id}"
        );
    }
    assert!(Occupied::get()
        .keys()
        .all(Assignments::<Test>::contains_key));
    let queue = Queue::get();
    for (id, task) in Tasks::<Test>::iter() {
        let waits = task.has_vacancy();
        // Matching learns from `demand` that a match window has ended.
        assert!(queue.contains(&id) || !waits, "task {id} is in the queue");
    }
}

pub fn now() -> BlockNumber {
    System::block_number()
}

pub fn hash_of(block: BlockNumber) -> sp_core::H256 {
    sp_core::H256::from_low_u64_be(u64::from(block) + 1)
}

#[cfg_attr(not(feature = "runtime-benchmarks"), allow(dead_code))]
pub fn run_to_without_hooks(block: BlockNumber) {
    while now() < block {
        let parent = now();
        frame_system::BlockHash::<Test>::insert(parent, hash_of(parent));
        System::set_block_number(parent + 1);
    }
}

/// Moves on to a block. Its hooks, and those of the blocks before, have run then.
pub fn run_to(block: BlockNumber) {
    while now() < block {
        run_to_without_hooks(now() + 1);
        let used = TasksPallet::on_initialize(now());
        assert!(used.all_lte(AgendaWeight::get()));
    }
}

pub fn run_for(blocks: BlockNumber) {
    run_to(now() + blocks);
}
