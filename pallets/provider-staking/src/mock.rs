//! A runtime with this pallet and balances, and an order book that stores what it was told.

use aicpw_primitives::{
    traits::{DrawRandomness, DrawSeed, Listing, Locks, MarketSwitch, OrderBook, Standing},
    worker_key::{prove, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    conformance::{Answer, Part, Run},
    device::{ClassSet, DeviceKind, DeviceSpec, Slots},
    task::{Engine, PeerAddresses},
    worker::Statement,
    AskPrice, AssignmentId, Balance, BlockNumber, DeviceId, Gflops, Hash, Mebibytes,
    MegabitsPerSecond, TaskId,
};
use frame_support::{
    assert_ok, derive_impl, parameter_types, traits::ConstU32, weights::Weight, BoundedVec,
};
use sp_application_crypto::RuntimeAppPublic;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    generic,
    testing::TestXt,
    traits::{BlakeTwo256, Dispatchable, IdentityLookup},
    transaction_validity::{TransactionSource, TransactionValidityError},
    BuildStorage, Perbill,
};
use std::{collections::BTreeMap, sync::Arc};

use crate as pallet_provider_staking;
use crate::{weights::SubstrateWeight, Config, Devices, DevicesOf, Pallet};

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
    pub type ProviderStaking = pallet_provider_staking;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<Balance>;
    type BlockHashCount = ConstU32<250>;
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
pub const MIN_STAKE: Balance = 1_000;
pub const MIN_ASK: AskPrice = AskPrice(5);
pub const HEARTBEAT_PERIOD: BlockNumber = 20;
pub const RECENT_BLOCKS: BlockNumber = 64;
pub const UNBONDING_PERIOD: BlockNumber = 200;
pub const COOL_DOWN_BASE: BlockNumber = 10;
pub const COOL_DOWN_CAP: BlockNumber = 75;
pub const MAX_DEVICES: u32 = 4;
pub const MAX_SLOTS: Slots = 3;
pub const MAX_ASSIGNMENTS: u32 = 12;
pub const MAX_UNBONDINGS: u32 = 3;
pub const HALF_LIFE: BlockNumber = 1_000;
pub const REPUTATION_UNIT: Balance = 100;
pub const PRIORITY: u64 = 1 << 20;

parameter_types! {
    pub const MinStake: Balance = MIN_STAKE;
    pub const MinAsk: AskPrice = MIN_ASK;
    pub const FaultSlash: Perbill = Perbill::from_percent(40);
    pub const HeartbeatPeriod: BlockNumber = HEARTBEAT_PERIOD;
    pub const RecentBlocks: BlockNumber = RECENT_BLOCKS;
    pub const UnbondingPeriod: BlockNumber = UNBONDING_PERIOD;
    pub const LongestObligation: BlockNumber = UNBONDING_PERIOD - 1;
    pub static FirstCoolDown: BlockNumber = COOL_DOWN_BASE;
    pub const CoolDownCap: BlockNumber = COOL_DOWN_CAP;
    pub const MaxDevices: u32 = MAX_DEVICES;
    pub const MaxSlots: Slots = MAX_SLOTS;
    pub const MaxAssignments: u32 = MAX_ASSIGNMENTS;
    pub const MaxUnbondings: u32 = MAX_UNBONDINGS;
    pub const ReputationHalfLife: BlockNumber = HALF_LIFE;
    pub const ReputationUnit: Balance = REPUTATION_UNIT;
    pub const HeartbeatPriority: u64 = PRIORITY;
    /// Zero turns runs off. Tests of runs set it.
    pub static ConformanceRun: u64 = 0;
    pub const ConformanceWindow: BlockNumber = WINDOW;
    /// The number of blocks from an anchor to its seed.
    pub static SeedAfter: BlockNumber = SOONEST;
    pub static IsMigrating: bool = false;
    /// The listings in the order book.
    pub static Book: BTreeMap<DeviceId, Listing> = BTreeMap::new();
    /// How often each device was listed.
    pub static Listed: BTreeMap<DeviceId, u32> = BTreeMap::new();
    /// The devices for which the order book was told that stake got free, once for each time.
    pub static StakeFreed: Vec<DeviceId> = Vec::new();
}

pub struct Market;
impl MarketSwitch for Market {
    fn is_open() -> bool {
        !IsMigrating::get()
    }
    fn is_migrating() -> bool {
        IsMigrating::get()
    }
}

pub struct BookMock;
impl OrderBook for BookMock {
    fn list(device: DeviceId, listing: Listing) {
        Book::mutate(|book| book.insert(device, listing));
        Listed::mutate(|listed| *listed.entry(device).or_default() += 1);
    }
    fn unlist(device: DeviceId) {
        Book::mutate(|book| book.remove(&device));
    }
    /// Accepts a device that is in the book with the same computing power.
    fn reopen(device: DeviceId, listing: Listing, has_free_slot: bool) -> bool {
        let suits = |before: &Listing| before.spec.gflops == listing.spec.gflops;
        let suits = Book::get().get(&device).is_some_and(suits);
        if suits && has_free_slot {
            Self::list(device, listing);
        }
        suits
    }
    fn stake_freed(device: DeviceId) {
        StakeFreed::mutate(|all| all.push(device));
    }
    fn standing(_: DeviceId) -> Standing {
        Standing::default()
    }
}

/// The number of blocks in which an answer is in time. It is longer than a node waits before it sends
/// again.
pub const WINDOW: BlockNumber = 12;
/// The number of blocks from an anchor to its seed, and the number after which there will be no seed.
pub const SOONEST: BlockNumber = 3;
pub const LONGEST: BlockNumber = 8;

/// Has a seed for each anchor after [`SeedAfter`] blocks.
pub struct Randomness;
impl DrawRandomness for Randomness {
    fn anchor() -> BlockNumber {
        System::block_number()
    }
    fn soonest() -> BlockNumber {
        SOONEST
    }
    fn seed(_: BlockNumber) -> DrawSeed {
        unreachable!("runs are not drawn for")
    }
    fn decided(_: BlockNumber) -> DrawSeed {
        unreachable!("it matters since when")
    }
    fn decided_since(anchor: BlockNumber) -> (DrawSeed, BlockNumber) {
        let passed = System::block_number().saturating_sub(anchor);
        let since = anchor + SeedAfter::get();
        let seed = match passed {
            passed if passed >= SeedAfter::get() && SeedAfter::get() <= LONGEST => {
                DrawSeed::Ready(sp_io::hashing::blake2_256(&anchor.to_le_bytes()))
            }
            passed if passed > LONGEST => DrawSeed::Gone,
            _ => DrawSeed::NotYet,
        };
        (seed, since)
    }
    fn seed_weight() -> Weight {
        Weight::zero()
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Randomness {
    fn bring_seed(anchor: BlockNumber) {
        crate::benchmarking::set_height::<Test>(anchor + SOONEST);
    }

    fn believe_devices() {
        ConformanceRun::set(0);
    }

    fn await_devices(_: &[DeviceId]) {}

    fn freshen(_: &[DeviceId]) {}

    fn misplaced(_: DeviceId) {}
}

impl Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type NativeBalance = Balances;
    type BlockNumberProvider = System;
    type Market = Market;
    type OrderBook = BookMock;
    type DrawRandomness = Randomness;
    type ConformanceRun = ConformanceRun;
    type ConformanceWindow = ConformanceWindow;
    type MinStake = MinStake;
    type MinAsk = MinAsk;
    type FaultSlash = FaultSlash;
    type HeartbeatPeriod = HeartbeatPeriod;
    type RecentBlocks = RecentBlocks;
    type UnbondingPeriod = UnbondingPeriod;
    type LongestObligation = LongestObligation;
    type CoolDownBase = FirstCoolDown;
    type CoolDownCap = CoolDownCap;
    type MaxDevices = MaxDevices;
    type MaxSlots = MaxSlots;
    type MaxAssignments = MaxAssignments;
    type MaxUnbondings = MaxUnbondings;
    type ReputationHalfLife = ReputationHalfLife;
    type ReputationUnit = ReputationUnit;
    type HeartbeatPriority = HeartbeatPriority;
    type WeightInfo = SubstrateWeight<Test>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Randomness;
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

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const REQUESTER: AccountId = 3;
/// An id without an account.
pub const NOBODY: AccountId = 9;
pub const FUNDS: Balance = 1_000_000;
/// The block in which tests begin. The hashes of all blocks before are known.
pub const START: BlockNumber = 5;

pub struct ExtBuilder;

impl ExtBuilder {
    pub fn build(self) -> sp_io::TestExternalities {
        Book::take();
        Listed::take();
        ConformanceRun::set(0);
        SeedAfter::set(SOONEST);
        FirstCoolDown::set(COOL_DOWN_BASE);
        let mut storage = frame_system::GenesisConfig::<Test>::default()
            .build_storage()
            .unwrap();
        pallet_balances::GenesisConfig::<Test> {
            balances: vec![(ALICE, FUNDS), (BOB, FUNDS), (REQUESTER, FUNDS)],
            ..Default::default()
        }
        .assimilate_storage(&mut storage)
        .unwrap();
        let mut ext = sp_io::TestExternalities::from(storage);
        ext.register_extension(KeystoreExt(Arc::new(MemoryKeystore::new())));
        ext.execute_with(|| run_to(START));
        ext
    }

    /// Runs a test. Then checks the invariants, that no funds came or went, and that the book holds
    /// only devices that are offered.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            let issuance = Balances::total_issuance();
            test();
            assert_ok!(Pallet::<Test>::do_try_state());
            assert_eq!(
                Balances::total_issuance(),
                issuance,
                "nothing minted or burned"
            );
            for device in Book::get().keys() {
                assert!(Devices::<Test>::contains_key(device), "{device:?} is gone");
                assert!(
                    Pallet::<Test>::is_conformant(*device),
                    "{device:?} has something to prove"
                );
            }
        });
    }
}

/// Goes to this block. The hashes of the recent blocks before it are known.
pub fn run_to(block: BlockNumber) {
    let first = System::block_number().max(block.saturating_sub(RECENT_BLOCKS + 2));
    for parent in first..block {
        frame_system::BlockHash::<Test>::insert(parent, hash_of(parent));
    }
    System::set_block_number(block);
}

pub fn run_for(blocks: BlockNumber) {
    run_to(System::block_number() + blocks);
}

pub fn period() -> BlockNumber {
    System::block_number() / HEARTBEAT_PERIOD
}

/// Goes to the first block of the `n`th period from now.
pub fn run_to_period(n: BlockNumber) {
    run_to((period() + n) * HEARTBEAT_PERIOD);
}

fn hash_of(block: BlockNumber) -> sp_core::H256 {
    sp_core::H256::from_low_u64_be(u64::from(block) + 1)
}

/// A worker key in the keystore, always the same for the same name.
pub fn worker(name: &str) -> WorkerId {
    WorkerId::generate_pair(Some(format!("//{name}").into_bytes()))
}

pub fn sign(worker: &WorkerId, statement: &Statement<AccountId>) -> WorkerProof {
    sign_at(worker, System::block_number() - 1, statement)
}

pub fn sign_at(
    worker: &WorkerId,
    block: BlockNumber,
    statement: &Statement<AccountId>,
) -> WorkerProof {
    prove(worker, &hash_of(0).0, (block, &hash_of(block).0), statement).unwrap()
}

pub fn join(provider: AccountId, worker: &WorkerId) -> WorkerProof {
    sign(worker, &Statement::Join { provider })
}

pub fn beat(provider: AccountId, worker: &WorkerId) -> WorkerProof {
    let period = period();
    sign(worker, &Statement::Heartbeat { provider, period })
}

pub fn peers() -> PeerAddresses {
    BoundedVec::truncate_from(vec![BoundedVec::truncate_from(vec![4, 127, 0, 0, 1])])
}

pub const SEALING_KEY: Hash = [7; 32];

pub fn spec(fingerprint: u8) -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Cpu,
        engine: Engine::OpenCl,
        name: BoundedVec::truncate_from(b"pthread".to_vec()),
        fingerprint: [fingerprint; 32],
        classes: ClassSet {
            int: true,
            ..Default::default()
        },
        gflops: Gflops(50),
        memory: Mebibytes(4_096),
        bandwidth: MegabitsPerSecond(100),
    }
}

pub fn register(provider: AccountId, stake: Balance) -> WorkerId {
    let worker = worker(&format!("worker-{provider}"));
    assert_ok!(ProviderStaking::register_provider(
        RuntimeOrigin::signed(provider),
        stake,
        worker.clone(),
        SEALING_KEY,
        peers(),
        join(provider, &worker),
    ));
    worker
}

/// Registers a device with as many slots as there can be.
pub fn add_device(provider: AccountId, fingerprint: u8) -> DeviceId {
    assert_ok!(ProviderStaking::register_device(
        RuntimeOrigin::signed(provider),
        spec(fingerprint),
        MIN_ASK,
        MAX_SLOTS,
    ));
    *DevicesOf::<Test>::get(provider).last().unwrap()
}

/// Sends the heartbeat of the current period as a block does: authorises the call, then dispatches it.
pub fn send_heartbeat(provider: AccountId) {
    use frame_support::{dispatch::DispatchInfo, traits::Authorize};

    let worker = crate::Providers::<Test>::get(provider).unwrap().worker;
    let call = RuntimeCall::from(crate::Call::<Test>::heartbeat {
        provider,
        period: period(),
        proof: beat(provider, &worker),
    });
    assert_ok!(call.authorize(TransactionSource::External).unwrap());
    let info: DispatchInfo = frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&call);
    let post = call
        .dispatch(frame_system::RawOrigin::Authorized.into())
        .unwrap();
    assert!(post.actual_weight.unwrap().all_lte(info.call_weight));
}

/// Registers a provider with one device, and sends its heartbeat.
pub fn online_provider(provider: AccountId, stake: Balance) -> DeviceId {
    register(provider, stake);
    let device = add_device(provider, 1);
    send_heartbeat(provider);
    device
}

pub fn assignment(task: u64) -> AssignmentId {
    AssignmentId {
        task: TaskId(task),
        replica: 0,
        attempt: 0,
    }
}

/// The memory of an assignment that needs none.
pub const NO_MEMORY: Mebibytes = Mebibytes(0);

pub fn locks(collateral: Balance, fraud_bond: Balance) -> Locks {
    Locks {
        collateral,
        fraud_bond,
    }
}

pub fn is_listed(device: DeviceId) -> bool {
    Book::get().contains_key(&device)
}

pub fn times_listed(device: DeviceId) -> u32 {
    Listed::get().get(&device).copied().unwrap_or_default()
}

pub fn held(provider: AccountId) -> Balance {
    use frame_support::traits::fungible::InspectHold;
    Balances::balance_on_hold(&crate::HoldReason::ProviderStake.into(), &provider)
}

pub fn last_event() -> crate::Event<Test> {
    System::read_events_for_pallet::<crate::Event<Test>>()
        .pop()
        .expect("an event was deposited")
}

/// Turns runs on: one millisecond, which is a few segments on a device of one GFLOPS.
pub fn turn_on_runs() {
    ConformanceRun::set(1);
}

/// A spec with one GFLOPS and both exact classes.
pub fn slow_spec(fingerprint: u8) -> DeviceSpec {
    DeviceSpec {
        gflops: Gflops(1),
        classes: ClassSet {
            int: true,
            fp32_strict: true,
            device: true,
        },
        ..spec(fingerprint)
    }
}

/// Makes a provider that is online, with a device of [`slow_spec`] that has to do its run.
pub fn challenged_device(provider: AccountId) -> DeviceId {
    turn_on_runs();
    register(provider, MIN_STAKE);
    assert_ok!(ProviderStaking::register_device(
        RuntimeOrigin::signed(provider),
        slow_spec(1),
        MIN_ASK,
        MAX_SLOTS,
    ));
    send_heartbeat(provider);
    DevicesOf::<Test>::get(provider)[0]
}

/// The present stage of the device's challenge.
pub fn stage(device: DeviceId) -> crate::conformance::Stage {
    let challenge = crate::Challenges::<Test>::get(device).unwrap();
    Pallet::<Test>::stage(device, &challenge, System::block_number()).1
}

/// The run of an open challenge.
pub fn open_run(device: DeviceId) -> Run {
    Pallet::<Test>::open_run(device).expect("the challenge is open")
}

/// The right answer to a run.
pub fn computed(run: &Run) -> Answer {
    run.answer(&run.outputs(Part::Int), &run.outputs(Part::Fp32))
}

/// The call by which a worker sends an answer to a run.
pub fn answer_call(worker: &WorkerId, device: DeviceId, run: Run, answer: Answer) -> RuntimeCall {
    let statement = Statement::Answer {
        device,
        run,
        answer: answer.hash(),
    };
    let proof = sign(worker, &statement);
    crate::Call::<Test>::answer_challenge {
        device,
        answer,
        proof,
    }
    .into()
}

/// Executes an answer as a block does: authorises the call, then dispatches it.
pub fn bring(call: RuntimeCall) -> Result<(), TransactionValidityError> {
    use frame_support::traits::Authorize;
    call.authorize(TransactionSource::External).unwrap()?;
    assert_ok!(call.dispatch(frame_system::RawOrigin::Authorized.into()));
    Ok(())
}
