//! A runtime with matching alone. Devices and tasks are kept in thread-local maps.

use std::{cell::RefCell, collections::BTreeMap};

use aicpw_primitives::traits::{
    Assigned, Choice, Demand, DeviceOffers, DrawSeed, Listing, MarketSwitch, Offer, OrderBook,
    StakeDraw, TaskBoard, Terms,
};
use aicpw_protocol::{
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
    task::{DeterminismClass, Engine, Needs, Unmatched},
    units::AICP,
    AskPrice, Balance, BlockNumber, DeviceId, Gflops, Hash, Mebibytes, MegabitsPerSecond, TaskId,
};
use frame_support::{
    derive_impl, parameter_types,
    traits::Hooks,
    weights::{RuntimeDbWeight, Weight},
};
use sp_runtime::{traits::BlockNumberProvider, BuildStorage, DispatchError};

use crate as pallet_matching;

mod rules;
pub use rules::{fits, quote};

pub type AccountId = u64;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;

    #[runtime::pallet_index(1)]
    pub type Matching = pallet_matching;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type DbWeight = Database;
}

pub struct Blocks;

impl BlockNumberProvider for Blocks {
    type BlockNumber = BlockNumber;
    fn current_block_number() -> BlockNumber {
        System::block_number() as BlockNumber
    }
}

pub struct Market;

impl MarketSwitch for Market {
    fn is_open() -> bool {
        IsOpen::get()
    }

    fn is_migrating() -> bool {
        false
    }
}

parameter_types! {
    pub static IsOpen: bool = true;
    /// Enough for the integrity test.
    pub static GuaranteedWeight: Weight = Weight::from_parts(300, 0);
    pub const MaxCandidates: u32 = 32;
    pub static MaxSweeps: u32 = 0;
    pub static CellWeight: u64 = 0;
    pub static ForgetWeight: u64 = 1;
    pub static RepairWeight: u64 = 1;
    /// The weight that a draw has.
    pub static DrawnWeight: Weight = Weight::from_parts(1, 0);
    pub static LeaveWeight: Weight = Weight::zero();
    /// The weight of finding the fingerprint that a device must have.
    pub static FingerprintWeight: Weight = Weight::zero();
    pub static Database: RuntimeDbWeight = RuntimeDbWeight { read: 0, write: 0 };
    /// The number of blocks after a redraw from which on the new seed can be known.
    pub static Soonest: BlockNumber = 0;
    /// Whether the jobs on a device take part of its memory.
    pub static SharesMemory: bool = false;
}

/// Small weights, so that tests can say how many steps a meter holds.
pub struct Steps;
impl crate::WeightInfo for Steps {
    fn service_base() -> Weight {
        Weight::zero()
    }
    fn begin_search() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn read_cells(cells: u32) -> Weight {
        Weight::from_parts(u64::from(cells) * CellWeight::get(), 0)
    }
    fn read_node() -> Weight {
        Weight::zero()
    }
    fn look_at_page() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn look_at_offer() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn leave_word() -> Weight {
        LeaveWeight::get()
    }
    fn leave_list() -> Weight {
        LeaveWeight::get()
    }
    fn close_device() -> Weight {
        Weight::zero()
    }
    fn close_bucket() -> Weight {
        Weight::zero()
    }
    fn repair() -> Weight {
        Weight::from_parts(RepairWeight::get(), 0)
    }
    /// Includes the look at the offer.
    fn match_task() -> Weight {
        Weight::from_parts(2, 0)
    }
    fn park_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn defer_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn visit_device() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn examine_parked() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn wake_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn list_device() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn unlist_device() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn enqueue_task() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn forget_task() -> Weight {
        Weight::from_parts(ForgetWeight::get(), 0)
    }
}

impl pallet_matching::Config for Test {
    type Devices = Devices;
    type StakeDraw = Stakes;
    type Tasks = Tasks;
    type BlockNumberProvider = Blocks;
    type Market = Market;
    type GuaranteedWeight = GuaranteedWeight;
    type MaxCandidates = MaxCandidates;
    type MaxSweeps = MaxSweeps;
    type WeightInfo = Steps;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Helper;
}

/// The weight of giving part of a budget back.
pub const GIVE_BACK: Weight = Weight::from_parts(7, 0);

/// A task, and what has happened to it.
#[derive(Clone)]
pub struct Task {
    pub demand: Demand<AccountId>,
    /// The stake that it locks besides the price.
    pub collateral: Balance,
    /// Whether it pays a provider worse than a beginner no more than two thirds of the highest ask,
    /// because the rest is for audits.
    pub is_audited: bool,
    /// A device on which `assign` fails.
    pub refused_by: Option<DeviceId>,
    pub matched: Option<DeviceId>,
    /// The number of devices that it still wants.
    pub wanted: u32,
    /// Whether a match gives part of the budget back to its requester.
    pub gives_back: bool,
    /// The seed from which its next device is drawn.
    pub seed: DrawSeed,
    /// The first block in which the seed can be known.
    pub known_from: BlockNumber,
    /// How often matching asked for the seed.
    pub looks: u32,
    /// How often matching asked for a redraw.
    pub redrawn: u32,
    pub parked: Option<Unmatched>,
}

thread_local! {
    static DEVICES: RefCell<BTreeMap<DeviceId, Offer<AccountId>>> = const { RefCell::new(BTreeMap::new()) };
    static TASKS: RefCell<BTreeMap<TaskId, Task>> = const { RefCell::new(BTreeMap::new()) };
    /// The tasks in the order in which they were matched, each with its device.
    static MATCHES: RefCell<Vec<(TaskId, DeviceId)>> = const { RefCell::new(Vec::new()) };
    /// The tickets of all draws.
    static DRAWS: RefCell<Vec<Hash>> = const { RefCell::new(Vec::new()) };
    /// The memory that each job on a device needs, the oldest job first.
    static MEMORY: RefCell<BTreeMap<DeviceId, Vec<Mebibytes>>> = const { RefCell::new(BTreeMap::new()) };
    static WOKEN: RefCell<u32> = const { RefCell::new(0) };
    static OFFERS: RefCell<u32> = const { RefCell::new(0) };
}

pub struct Devices;

impl DeviceOffers<AccountId> for Devices {
    fn offer(device: DeviceId) -> Option<Offer<AccountId>> {
        OFFERS.with_borrow_mut(|count| *count += 1);
        DEVICES.with_borrow(|devices| devices.get(&device).cloned())
    }
}

/// Draws a provider by the first byte of the ticket, whatever its stake. The tests of provider-staking
/// check which provider a ticket draws.
pub struct Stakes;

impl StakeDraw<AccountId> for Stakes {
    fn draw(ticket: &Hash) -> Option<AccountId> {
        DRAWS.with_borrow_mut(|draws| draws.push(*ticket));
        let mut providers: Vec<_> = devices().values().map(|offer| offer.provider).collect();
        providers.sort();
        providers.dedup();
        let index = usize::from(ticket[0]).checked_rem(providers.len())?;
        Some(providers[index])
    }
    fn draw_weight() -> Weight {
        Weight::from_parts(1, 0)
    }
    fn draw_weighed(ticket: &Hash) -> (Option<AccountId>, Weight) {
        (Self::draw(ticket), DrawnWeight::get())
    }
    fn devices_of(provider: &AccountId) -> Vec<DeviceId> {
        let own =
            |(id, offer): (DeviceId, Offer<AccountId>)| (offer.provider == *provider).then_some(id);
        devices().into_iter().filter_map(own).collect()
    }
}

pub struct Tasks;

impl TaskBoard<AccountId> for Tasks {
    fn demand(task: TaskId) -> Option<Demand<AccountId>> {
        let task = find_task(task)?;
        (task.wanted > 0).then_some(task.demand)
    }

    /// The price is a thousandth of the ask, and is locked besides the collateral.
    fn terms(task: TaskId, ask: AskPrice, reputation: Reputation) -> Option<Terms> {
        quote(&find_task(task)?, ask, reputation)
    }

    fn assign(
        task: TaskId,
        device: DeviceId,
        offer: &Offer<AccountId>,
    ) -> Result<Assigned, DispatchError> {
        let found = find_task(task).unwrap();
        assert!(found.wanted > 0, "{task} wants a device");
        if found.refused_by == Some(device) {
            return Err(DispatchError::Unavailable);
        }
        assert_eq!(fits(&found, offer), None, "{task} on {device}: {offer:?}");
        change_task(task, |task| {
            task.matched = Some(device);
            task.wanted -= 1;
            task.demand.excluded.push(offer.provider);
            task.parked = None;
        });
        let Terms { locks, .. } = Self::terms(task, offer.ask, offer.reputation).unwrap();
        change_device(device, |offer| {
            offer.free_slots -= 1;
            offer.free_stake -= locks.collateral;
        });
        if SharesMemory::get() {
            let needed = found.demand.needs.memory;
            change_device(device, |offer| offer.spec.memory.0 -= needed.0);
            MEMORY.with_borrow_mut(|all| all.entry(device).or_default().push(needed));
        }
        MATCHES.with_borrow_mut(|matches| matches.push((task, device)));
        Ok(Assigned {
            wants_more: found.wanted > 1,
            gave_back: found.gives_back,
        })
    }

    fn give_back_weight() -> Weight {
        GIVE_BACK
    }

    fn fingerprint_weight() -> Weight {
        FingerprintWeight::get()
    }

    fn ticket(task: TaskId) -> DrawSeed {
        change_task(task, |task| task.looks += 1);
        let task = find_task(task).unwrap();
        assert_eq!(task.demand.choice, Choice::Drawn, "nobody draws for it");
        task.seed
    }

    fn ticket_from(task: TaskId) -> BlockNumber {
        let task = find_task(task).unwrap();
        match task.demand.choice {
            Choice::Drawn => task.known_from,
            Choice::Cheapest => BlockNumber::MAX,
        }
    }

    fn ticket_weight() -> Weight {
        Weight::zero()
    }

    fn redraw(task: TaskId) {
        change_task(task, |task| {
            task.redrawn += 1;
            task.seed = DrawSeed::NotYet;
            let soonest = Blocks::current_block_number() + Soonest::get();
            task.known_from = task.known_from.max(soonest);
        });
    }

    fn parked(task: TaskId, reason: Unmatched) {
        change_task(task, |task| {
            assert_eq!(task.parked.replace(reason), None, "parked once");
        });
    }

    fn woken(task: TaskId) {
        change_task(task, |task| {
            assert!(task.parked.take().is_some(), "only parked tasks are woken");
        });
        WOKEN.with_borrow_mut(|count| *count += 1);
    }
}

pub fn find_task(task: TaskId) -> Option<Task> {
    TASKS.with_borrow(|tasks| tasks.get(&task).cloned())
}

pub fn change_task(task: TaskId, change: impl FnOnce(&mut Task)) {
    TASKS.with_borrow_mut(|tasks| change(tasks.get_mut(&task).unwrap()));
}

pub fn change_device(device: DeviceId, change: impl FnOnce(&mut Offer<AccountId>)) {
    DEVICES.with_borrow_mut(|devices| change(devices.get_mut(&device).unwrap()));
}

pub fn devices() -> BTreeMap<DeviceId, Offer<AccountId>> {
    DEVICES.with_borrow(Clone::clone)
}

pub fn matches() -> Vec<(u64, u64)> {
    MATCHES.with_borrow(|matches| {
        matches
            .iter()
            .map(|(task, device)| (task.0, device.0))
            .collect()
    })
}

/// The tickets of the draws since the last call.
pub fn take_draws() -> Vec<Hash> {
    DRAWS.with_borrow_mut(std::mem::take)
}

/// The number of tasks woken since the last call.
pub fn take_woken() -> u32 {
    WOKEN.with_borrow_mut(std::mem::take)
}

/// The number of calls of `offer` since the last call of this.
pub fn take_offers() -> u32 {
    OFFERS.with_borrow_mut(std::mem::take)
}

/// Makes and lists a device for all classes, of provider 1,000 + its id, with one slot, 1,000 GFLOPS,
/// 8 GiB, 100 Mbit/s and a free stake of 1,000 AICP. `change` can change all of that.
pub fn device(id: u64, ask: Balance, change: impl FnOnce(&mut Offer<AccountId>)) -> DeviceId {
    let mut offer = Offer {
        provider: 1_000 + id,
        spec: DeviceSpec {
            kind: DeviceKind::Gpu,
            engine: Engine::OpenCl,
            name: Default::default(),
            fingerprint: Default::default(),
            classes: ClassSet {
                int: true,
                fp32_strict: true,
                device: true,
            },
            gflops: Gflops(1_000),
            memory: Mebibytes(8_192),
            bandwidth: MegabitsPerSecond(100),
        },
        ask: AskPrice(ask),
        reputation: Reputation::START,
        free_stake: 1_000 * AICP,
        free_slots: 1,
    };
    change(&mut offer);
    DEVICES.with_borrow_mut(|devices| devices.insert(DeviceId(id), offer));
    MEMORY.with_borrow_mut(|all| all.remove(&DeviceId(id)));
    list(id);
    DeviceId(id)
}

/// Lists a device with its present spec and ask.
pub fn list(id: u64) {
    let offer = DEVICES.with_borrow(|devices| devices[&DeviceId(id)].clone());
    let listing = Listing {
        spec: offer.spec,
        ask: offer.ask,
    };
    Matching::list(DeviceId(id), listing);
}

/// Takes the offer of a device away without telling the book.
pub fn goes_offline(id: u64) {
    DEVICES.with_borrow_mut(|devices| devices.remove(&DeviceId(id)));
}

/// Ends the oldest job on the device.
pub fn frees_slot(id: u64) {
    let freed = MEMORY.with_borrow_mut(|all| {
        let jobs = all.get_mut(&DeviceId(id));
        jobs.filter(|jobs| !jobs.is_empty())
            .map_or(0, |jobs| jobs.remove(0).0)
    });
    change_device(DeviceId(id), |offer| {
        offer.free_slots += 1;
        offer.spec.memory.0 += freed;
    });
    list(id);
}

/// Makes a task for 500 GFLOPS, 4 GiB and 10 Mbit/s in class `int` that pays asks up to 1,000,000.
/// `change` can change all of that. The task is not in the queue.
pub fn task(id: u64, change: impl FnOnce(&mut Task)) -> TaskId {
    let mut task = Task {
        demand: Demand {
            requester: 1,
            excluded: Vec::new(),
            needs: Needs {
                engine: Engine::OpenCl,
                class: DeterminismClass::Int,
                gflops: Gflops(500),
                memory: Mebibytes(4_096),
                bandwidth: MegabitsPerSecond(10),
                min_reputation: Reputation(0),
            },
            highest_ask: AskPrice(1_000_000),
            fingerprint: None,
            choice: Choice::Cheapest,
            is_urgent: false,
        },
        is_audited: false,
        collateral: AICP,
        refused_by: None,
        matched: None,
        wanted: 1,
        gives_back: false,
        seed: DrawSeed::NotYet,
        known_from: 0,
        looks: 0,
        redrawn: 0,
        parked: None,
    };
    change(&mut task);
    TASKS.with_borrow_mut(|tasks| tasks.insert(TaskId(id), task));
    TaskId(id)
}

/// Runs the end of this block, with this weight to spare, and the beginning of the next block.
pub fn next_block(idle: u64) {
    let now = System::block_number();
    Matching::on_idle(now, Weight::from_parts(idle, 0));
    System::set_block_number(now + 1);
    Matching::on_initialize(now + 1);
}

/// Runs the end of this block, with weight for everything.
pub fn end_of_block() {
    Matching::on_idle(System::block_number(), Weight::MAX);
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for Helper {
    fn device(gflops: Gflops, ask: AskPrice) -> DeviceId {
        let id = devices().keys().next_back().map_or(0, |last| last.0 + 1);
        device(id, ask.0, |offer| offer.spec.gflops = gflops)
    }
    fn task(gflops: Gflops) -> TaskId {
        let id = TASKS.with_borrow(|tasks| tasks.keys().next_back().map_or(1_000, |id| id.0 + 1));
        task(id, |task| {
            task.demand.needs.gflops = gflops;
            task.demand.highest_ask = AskPrice(1_000 * AICP);
        })
    }
    fn share_slots() {}
}

pub fn new_test_ext() -> sp_io::TestExternalities {
    DEVICES.with_borrow_mut(BTreeMap::clear);
    TASKS.with_borrow_mut(BTreeMap::clear);
    MEMORY.with_borrow_mut(BTreeMap::clear);
    SharesMemory::set(false);
    Soonest::set(0);
    MATCHES.with_borrow_mut(Vec::clear);
    take_offers();
    take_draws();
    take_woken();
    // So little that tests can see what a block does not get to.
    GuaranteedWeight::set(Weight::from_parts(100, 0));
    MaxSweeps::set(0);
    ForgetWeight::set(1);
    RepairWeight::set(1);
    DrawnWeight::set(Weight::from_parts(1, 0));
    LeaveWeight::set(Weight::zero());
    FingerprintWeight::set(Weight::zero());
    Database::set(RuntimeDbWeight { read: 0, write: 0 });
    let mut externalities: sp_io::TestExternalities =
        frame_system::GenesisConfig::<Test>::default()
            .build_storage()
            .unwrap()
            .into();
    externalities.execute_with(|| System::set_block_number(1));
    externalities
}

/// Runs a test in the first block, and checks the invariants after it.
pub fn run(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        Matching::do_try_state().unwrap();
    });
}
