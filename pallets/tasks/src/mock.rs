//! A runtime of this pallet and balances. The other pallets are mocks that are strict about their
//! contracts: what is locked on a stake really moves, so that nothing can be forgotten.

use aicpw_primitives::{
    traits::{
        DevicePool, Locks, MatchQueue, Offer, Penalty, QueueEnd, Reputations, TaskBoard,
        WorkerDevice,
    },
    worker_key::{prove, verify, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    commitment::{expected_root_hash, result_commitment, ResultOpening},
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
    task::{
        AssignmentStatus, DeterminismClass, Engine, Fault, Needs, PeerAddresses, Privacy, Progress,
        Submission, TaskStatus, Verification,
    },
    worker::Statement,
    AskPrice, AssignmentId, Balance, BlockNumber, ContentId, DeviceId, Gflops, Mebibytes,
    MegabitsPerSecond, Milliseconds, TaskId,
};
use codec::Decode;
use frame_support::{
    assert_ok, derive_impl,
    dispatch::GetDispatchInfo,
    parameter_types,
    traits::{
        fungible::{InspectHold, Mutate},
        tokens::Preservation,
        Authorize, OnInitialize, UnixTime,
    },
    weights::Weight,
};
use frame_system::RawOrigin;
use sp_application_crypto::RuntimeAppPublic;
use sp_core::offchain::{
    testing::{TestOffchainExt, TestTransactionPoolExt},
    OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    generic,
    testing::TestXt,
    traits::{BlakeTwo256, Dispatchable, IdentityLookup},
    transaction_validity::{TransactionSource, TransactionValidityError},
    BuildStorage, DispatchError, DispatchResult, Perbill,
};
use std::{collections::BTreeMap, sync::Arc};

use crate as pallet_tasks;
use crate::{
    pallet::{Assignments, Call, Config, HoldReason, Pallet, Tasks},
    types::{Assignment, Task},
};

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
pub const TREASURY: AccountId = 90;
/// Holds what is locked on providers' stakes.
pub const POOL: AccountId = 91;
pub const FUNDS: Balance = 1_000_000;

pub const SUBMISSION_FEE: Balance = 25;
pub const MIN_BUDGET: Balance = 1_000;
pub const MIN_ASK: AskPrice = AskPrice(100);
pub const MAX_TIME_LIMIT: u64 = 100_000;
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

/// Budget of [`submission`].
pub const BUDGET: Balance = 5_000;
/// An ask that makes [`submission`] cost [`PRICE`].
pub const ASK: AskPrice = AskPrice(10_000);
pub const PRICE: Balance = 1_000;
/// 2 % of [`PRICE`].
pub const FEE: Balance = 20;
/// Half of the budget.
pub const COLLATERAL: Balance = 2_500;
/// The price, at an audit rate of 5 %.
pub const BOND: Balance = 20_000;
/// What [`Penalty::Fault`] takes of [`COLLATERAL`]: 40 %.
pub const FAULT_SLASH: Balance = 1_000;
/// Blocks of the time limit of [`submission`].
pub const TIME_LIMIT: BlockNumber = 40;
/// Blocks of the match window of [`submission`].
pub const MATCH_WINDOW: BlockNumber = 80;
/// Blocks of [`optimistic`].
pub const WINDOW: BlockNumber = 12;

parameter_types! {
    pub const Treasury: AccountId = TREASURY;
    pub const BlockTime: u64 = 250;
    pub const SubmissionFee: Balance = SUBMISSION_FEE;
    pub const MinBudget: Balance = MIN_BUDGET;
    pub const MinAsk: AskPrice = MIN_ASK;
    pub const MaxTimeLimit: u64 = MAX_TIME_LIMIT;
    pub const MinWindow: u64 = 1_000;
    pub const MaxWindow: u64 = 60_000;
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
    pub const AuditRate: Perbill = Perbill::from_percent(5);
    pub const BaseFee: Balance = BASE_FEE;
    pub const PageCapacity: u32 = 4;
    pub static AgendaWeight: Weight = Weight::from_parts(u64::MAX / 2, u64::MAX / 2);
    /// Registered devices.
    pub static Devices: BTreeMap<DeviceId, Device> = BTreeMap::new();
    /// Open pairs of `occupy` and `release`.
    pub static Occupied: BTreeMap<AssignmentId, Occupation> = BTreeMap::new();
    /// The matching queue, head first.
    pub static Queue: Vec<TaskId> = Vec::new();
    /// What reputation was told.
    pub static Told: Vec<Note> = Vec::new();
    /// Devices that were told to cool down.
    pub static CooledDown: Vec<DeviceId> = Vec::new();
}

/// What reputation was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    Settled(AccountId, AccountId, Balance),
    Faulted(AccountId, Balance),
    Rated(AccountId, u8, Balance),
}

#[derive(Clone, Debug)]
pub struct Device {
    pub provider: AccountId,
    pub ask: AskPrice,
    pub slots: u8,
    pub worker: WorkerId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupation {
    pub device: DeviceId,
    pub slot: bool,
    pub collateral: Balance,
    pub bond: Balance,
}

pub struct Clock;
impl UnixTime for Clock {
    fn now() -> core::time::Duration {
        core::time::Duration::from_millis(1_800_000_000_000 + u64::from(now()) * 250)
    }
}

pub struct Pool;

impl DevicePool<AccountId> for Pool {
    fn offer(device: DeviceId) -> Option<Offer<AccountId>> {
        let found = Devices::get().get(&device).cloned()?;
        let used = Occupied::get()
            .values()
            .filter(|one| one.device == device && one.slot)
            .count();
        Some(Offer {
            provider: found.provider,
            spec: spec(),
            ask: found.ask,
            reputation: Reputation::START,
            free_stake: Balances::free_balance(found.provider),
            free_slots: found.slots.saturating_sub(used as u8),
        })
    }

    fn occupy(device: DeviceId, id: AssignmentId, locks: Locks) -> DispatchResult {
        let offer = Self::offer(device).ok_or(DispatchError::Unavailable)?;
        if offer.free_slots == 0 {
            return Err(DispatchError::Exhausted);
        }
        <Balances as Mutate<AccountId>>::transfer(
            &offer.provider,
            &POOL,
            locks.collateral + locks.fraud_bond,
            Preservation::Preserve,
        )?;
        let occupation = Occupation {
            device,
            slot: true,
            collateral: locks.collateral,
            bond: locks.fraud_bond,
        };
        let before = Occupied::mutate(|all| all.insert(id, occupation));
        assert!(before.is_none(), "{id} is occupied once");
        Ok(())
    }

    fn vacate(device: DeviceId, id: AssignmentId) {
        Occupied::mutate(|all| {
            let one = all.get_mut(&id).expect("vacated while occupied");
            assert_eq!(one.device, device);
            one.slot = false;
        });
    }

    fn release(device: DeviceId, id: AssignmentId) {
        let one = Occupied::mutate(|all| all.remove(&id)).expect("released once");
        assert_eq!(one.device, device);
        let provider = Devices::get()[&device].provider;
        assert_ok!(<Balances as Mutate<AccountId>>::transfer(
            &POOL,
            &provider,
            one.collateral + one.bond,
            Preservation::Expendable,
        ));
    }

    fn slash(
        device: DeviceId,
        id: AssignmentId,
        penalty: Penalty,
        beneficiary: &AccountId,
    ) -> Balance {
        let taken = Occupied::mutate(|all| {
            let one = all.get_mut(&id).expect("slashed while locked");
            assert_eq!(one.device, device);
            match penalty {
                Penalty::Fault => {
                    let taken = one.collateral * 2 / 5;
                    one.collateral -= taken;
                    taken
                }
                Penalty::WrongResult => {
                    let taken = one.collateral + one.bond;
                    one.collateral = 0;
                    one.bond = 0;
                    taken
                }
            }
        });
        assert_ok!(<Balances as Mutate<AccountId>>::transfer(
            &POOL,
            beneficiary,
            taken,
            Preservation::Expendable,
        ));
        taken
    }

    fn cool_down(device: DeviceId) {
        CooledDown::mutate(|all| all.push(device));
    }

    fn succeeded(device: DeviceId) {
        CooledDown::mutate(|all| all.retain(|one| *one != device));
    }

    fn peers(_: DeviceId) -> PeerAddresses {
        PeerAddresses::truncate_from(vec![vec![9; 4].try_into().unwrap()])
    }

    fn worker_device(device: DeviceId) -> Option<WorkerDevice<AccountId>> {
        let provider = Devices::get().get(&device)?.provider;
        Some(WorkerDevice {
            provider,
            fingerprint: [7; 32],
        })
    }

    fn worker_of(device: DeviceId) -> Option<WorkerId> {
        Some(Devices::get().get(&device)?.worker.clone())
    }

    fn assignments_of(worker: &WorkerId) -> Vec<(AssignmentId, DeviceId)> {
        let devices = Devices::get();
        Occupied::get()
            .into_iter()
            .filter(|(_, one)| devices[&one.device].worker == *worker)
            .map(|(id, one)| (id, one.device))
            .collect()
    }

    fn verify_worker(
        worker: &WorkerId,
        proof: &WorkerProof,
        statement: &Statement<AccountId>,
    ) -> bool {
        let recent = proof.recent_block;
        recent < now()
            && now() - recent <= RECENT_BLOCKS
            && verify(
                worker,
                proof,
                &hash_of(0).0,
                &System::block_hash(recent).0,
                statement,
            )
    }
}

pub struct Reputation_;
impl Reputations<AccountId> for Reputation_ {
    fn of(_: &AccountId) -> Reputation {
        Reputation::START
    }
    fn settled(provider: &AccountId, requester: &AccountId, paid: Balance) {
        Told::mutate(|told| told.push(Note::Settled(*provider, *requester, paid)));
    }
    fn faulted(provider: &AccountId, at_stake: Balance) {
        Told::mutate(|told| told.push(Note::Faulted(*provider, at_stake)));
    }
    fn rated(provider: &AccountId, rating: u8, paid: Balance) {
        Told::mutate(|told| told.push(Note::Rated(*provider, rating, paid)));
    }
}

pub struct QueueMock;
impl MatchQueue for QueueMock {
    fn enqueue(task: TaskId, end: QueueEnd) {
        Queue::mutate(|queue| {
            assert!(!queue.contains(&task), "a task is in the queue once");
            match end {
                QueueEnd::Back => queue.push(task),
                QueueEnd::Front => queue.insert(0, task),
            }
        });
    }
    fn forget(task: TaskId) {
        Queue::mutate(|queue| queue.retain(|one| *one != task));
    }
}

impl Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type NativeBalance = Balances;
    type BlockNumberProvider = System;
    type Time = Clock;
    type DevicePool = Pool;
    type Reputations = Reputation_;
    type MatchQueue = QueueMock;
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
    type AuditRate = AuditRate;
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
    fn device(seed: u32) -> (DeviceId, WorkerId) {
        let provider = 1_000 + u64::from(seed);
        <Balances as Mutate<AccountId>>::set_balance(&provider, Balance::MAX / 1_000_000);
        let device = device(provider, MIN_ASK);
        (device, Devices::get()[&device].worker.clone())
    }

    fn set_block(block: BlockNumber) {
        run_to_without_hooks(block);
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

/// Where tests begin.
pub const START: BlockNumber = 5;

#[derive(Default)]
pub struct ExtBuilder;

impl ExtBuilder {
    pub fn build(self) -> (sp_io::TestExternalities, impl Fn() -> Vec<Call<Test>>) {
        Devices::take();
        Occupied::take();
        Queue::take();
        Told::take();
        CooledDown::take();
        let mut storage = frame_system::GenesisConfig::<Test>::default()
            .build_storage()
            .unwrap();
        let mut balances: Vec<_> = [REQUESTER, OTHER, ALICE, BOB, CHARLIE]
            .into_iter()
            .map(|account| (account, FUNDS))
            .collect();
        balances.push((TREASURY, EXISTENTIAL_DEPOSIT));
        balances.push((POOL, EXISTENTIAL_DEPOSIT));
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

    /// The same, with the calls that were put into the transaction pool since they were last
    /// asked for.
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

/// Those of the pallet, and that the mocks were left as the tasks are.
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
        .all(|id| Assignments::<Test>::contains_key(id)));
    let queue = Queue::get();
    for (id, task) in Tasks::<Test>::iter() {
        let waits = matches!(
            task.status,
            TaskStatus::Queued { .. } | TaskStatus::Parked { .. }
        );
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

/// Goes on to the block; its hooks and those of the blocks before have run.
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

pub fn cid(seed: u8) -> ContentId {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([seed; 32]);
    ContentId::from_bytes(bytes).unwrap()
}

pub fn spec() -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: b"mock".to_vec().try_into().unwrap(),
        fingerprint: [7; 32],
        classes: ClassSet {
            int: true,
            fp32_strict: true,
            device: true,
        },
        gflops: Gflops(1_000_000),
        memory: Mebibytes(16_384),
        bandwidth: MegabitsPerSecond(1_000),
    }
}

/// The worker key of a provider, in the keystore. From a raw seed: a phrase takes 50 ms to stretch.
pub fn worker(provider: AccountId) -> WorkerId {
    WorkerId::generate_pair(Some(format!("0x{provider:064x}").into_bytes()))
}

/// A device of a provider, with a worker key of its own.
pub fn device(provider: AccountId, ask: AskPrice) -> DeviceId {
    let id = DeviceId(Devices::get().len() as u64);
    let worker = worker(provider);
    Devices::mutate(|all| {
        all.insert(
            id,
            Device {
                provider,
                ask,
                slots: 2,
                worker,
            },
        )
    });
    id
}

/// The result root that [`expected`] expects.
pub const ROOT: [u8; 32] = [5; 32];

pub fn expected() -> Verification {
    Verification::Expected {
        root_hash: expected_root_hash(&ROOT),
    }
}

pub fn optimistic() -> Verification {
    Verification::Optimistic {
        window: Milliseconds(u64::from(WINDOW) * 250),
    }
}

pub fn submission(verification: Verification) -> Submission {
    Submission {
        manifest: cid(1),
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(36_000),
            memory: Mebibytes(1_024),
            bandwidth: MegabitsPerSecond(10),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(10_000),
        budget: BUDGET,
        match_window: Milliseconds(20_000),
        verification,
        privacy: Privacy::Public,
        peers: PeerAddresses::truncate_from(vec![vec![4; 8].try_into().unwrap()]),
    }
}

pub fn submit(verification: Verification) -> TaskId {
    let id = TaskId(crate::pallet::Submissions::<Test>::get().length);
    assert_ok!(TasksPallet::submit(
        RuntimeOrigin::signed(REQUESTER),
        submission(verification)
    ));
    id
}

/// What matching does when it has found a device.
pub fn try_assign(task: TaskId, device: DeviceId) -> DispatchResult {
    let offer = Pool::offer(device).unwrap();
    TasksPallet::assign(task, device, &offer)?;
    QueueMock::forget(task);
    Ok(())
}

pub fn assign(task: TaskId, device: DeviceId) -> AssignmentId {
    assert_ok!(try_assign(task, device));
    task_of(task).newest(task, 0).unwrap()
}

/// A new task of this mode on a new device of the provider.
pub fn assigned(provider: AccountId, verification: Verification) -> AssignmentId {
    let device = device(provider, ASK);
    assign(submit(verification), device)
}

pub fn running(provider: AccountId, verification: Verification) -> AssignmentId {
    let id = assigned(provider, verification);
    assert_ok!(start(id));
    id
}

pub fn committed(provider: AccountId, verification: Verification) -> AssignmentId {
    let id = running(provider, verification);
    assert_ok!(commit(id, &opening(ROOT)));
    id
}

/// A result in `optimistic` whose window is open.
pub fn verifying(provider: AccountId) -> AssignmentId {
    let id = committed(provider, optimistic());
    assert_ok!(reveal(id, opening(ROOT)));
    id
}

pub fn settled(provider: AccountId) -> AssignmentId {
    let id = committed(provider, expected());
    assert_ok!(reveal(id, opening(ROOT)));
    id
}

/// On to the head of the queue's task, with another provider, and to the commit.
pub fn retry(id: AssignmentId, provider: AccountId) -> AssignmentId {
    assign(id.task, device(provider, ASK))
}

pub fn task_of(id: TaskId) -> Task<AccountId> {
    Tasks::<Test>::get(id).unwrap()
}

pub fn status_of(id: TaskId) -> TaskStatus {
    task_of(id).status
}

pub fn assignment_of(id: AssignmentId) -> Assignment<AccountId> {
    Assignments::<Test>::get(id).unwrap()
}

pub fn fault_of(id: AssignmentId) -> Option<Fault> {
    match assignment_of(id).status {
        AssignmentStatus::Failed { fault, .. } => Some(fault),
        _ => None,
    }
}

pub fn held(account: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::TaskEscrow.into(), &account)
}

pub fn free(account: AccountId) -> Balance {
    Balances::free_balance(account)
}

pub fn opening(root: [u8; 32]) -> ResultOpening {
    ResultOpening {
        salt: [1; 32],
        result_root: root,
        trace_commitment: [2; 32],
        result: cid(2),
    }
}

pub fn commitment_of(id: AssignmentId, opening: &ResultOpening) -> [u8; 32] {
    result_commitment(&assignment_of(id).provider, id, opening)
}

pub fn progress(done: u64, total: u64) -> Progress {
    Progress {
        steps_done: done,
        steps_total: total,
    }
}

/// The key of the device of an assignment.
pub fn worker_of(id: AssignmentId) -> WorkerId {
    Devices::get()[&assignment_of(id).device].worker.clone()
}

pub fn sign_at(
    worker: &WorkerId,
    block: BlockNumber,
    statement: &Statement<AccountId>,
) -> WorkerProof {
    let hash = System::block_hash(block);
    prove(worker, &hash_of(0).0, (block, &hash.0), statement).unwrap()
}

pub fn sign(worker: &WorkerId, statement: &Statement<AccountId>) -> WorkerProof {
    sign_at(worker, now() - 1, statement)
}

/// The worker call that makes a statement.
pub fn call(statement: Statement<AccountId>, proof: WorkerProof) -> Call<Test> {
    Pallet::<Test>::call_of(statement, proof).unwrap()
}

pub fn authorize(call: Call<Test>) -> Result<(), TransactionValidityError> {
    RuntimeCall::from(call)
        .authorize(TransactionSource::External)
        .unwrap()
        .map(|_| ())
}

/// What a block does with a worker call. What is authorised must not fail.
pub fn apply(call: Call<Test>) -> Result<(), TransactionValidityError> {
    authorize(call.clone())?;
    let call = RuntimeCall::from(call);
    let info = call.get_dispatch_info();
    assert_eq!(
        info.class,
        frame_support::dispatch::DispatchClass::Operational
    );
    assert_eq!(info.pays_fee, frame_support::dispatch::Pays::No);
    assert_ok!(call.dispatch(RawOrigin::Authorized.into()));
    Ok(())
}

/// The worker of the assignment makes a statement.
pub fn say(
    id: AssignmentId,
    statement: Statement<AccountId>,
) -> Result<(), TransactionValidityError> {
    let proof = sign(&worker_of(id), &statement);
    apply(call(statement, proof))
}

pub fn start(id: AssignmentId) -> Result<(), TransactionValidityError> {
    say(id, Statement::Start { assignment: id })
}

pub fn report(id: AssignmentId, progress: Progress) -> Result<(), TransactionValidityError> {
    say(
        id,
        Statement::Progress {
            assignment: id,
            progress,
        },
    )
}

pub fn commit(id: AssignmentId, opening: &ResultOpening) -> Result<(), TransactionValidityError> {
    let commitment = commitment_of(id, opening);
    say(
        id,
        Statement::Commit {
            assignment: id,
            commitment,
        },
    )
}

pub fn reveal(id: AssignmentId, opening: ResultOpening) -> Result<(), TransactionValidityError> {
    say(
        id,
        Statement::Reveal {
            assignment: id,
            opening,
        },
    )
}

pub fn fail(id: AssignmentId, fault: Fault) -> Result<(), TransactionValidityError> {
    say(
        id,
        Statement::Fail {
            assignment: id,
            fault,
            log: Some(cid(3)),
            message: b"told".to_vec().try_into().unwrap(),
        },
    )
}

/// Whether the newest events end with these.
pub fn assert_last_events(expected: Vec<crate::Event<Test>>) {
    let events = System::events();
    let last: Vec<_> = events
        .iter()
        .rev()
        .filter_map(|record| match &record.event {
            RuntimeEvent::TasksPallet(event) => Some(event.clone()),
            _ => None,
        })
        .take(expected.len())
        .collect();
    assert_eq!(last.into_iter().rev().collect::<Vec<_>>(), expected);
}
