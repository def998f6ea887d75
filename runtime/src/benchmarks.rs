//! The benchmarks of this runtime: the pallets whose calls, hooks and authorisations are measured, and the setup that
//! their benchmarks need from each other.

use aicpw_primitives::worker_key::WorkerId;
use aicpw_protocol::{
    verdict::Vote, AskPrice, AssignmentId, BlockNumber, DeviceId, Gflops, TaskId,
};
use pallet_provider_staking::{
    benchmarking::{come_online, lone_device, online_device, set_height},
    Devices, NextDevice,
};

use crate::{
    configs::parameters::MarketParameter, AccountId, MarketParameters, Runtime, RuntimeOrigin,
};

frame_benchmarking::define_benchmarks!(
    [frame_benchmarking, BaselineBench::<Runtime>]
    [frame_system, SystemBench::<Runtime>]
    [frame_system_extensions, SystemExtensionsBench::<Runtime>]
    [pallet_balances, Balances]
    [pallet_timestamp, Timestamp]
    [pallet_staking, Staking]
    [pallet_bags_list, VoterList]
    [pallet_utility, Utility]
    [pallet_sudo, Sudo]
    [pallet_proxy, Proxy]
    [pallet_multisig, Multisig]
    [pallet_preimage, Preimage]
    [pallet_scheduler, Scheduler]
    [pallet_identity, Identity]
    [pallet_treasury, Treasury]
    [pallet_referenda, Referenda]
    [pallet_conviction_voting, ConvictionVoting]
    [pallet_collective, TechnicalCommittee]
    [pallet_whitelist, Whitelist]
    [pallet_safe_mode, SafeMode]
    [pallet_tx_pause, TxPause]
    [pallet_migrations, MultiBlockMigrations]
    [pallet_mmr, Mmr]
    [pallet_beefy_mmr, BeefyMmrLeaf]
    [pallet_provider_staking, ProviderStaking]
    [pallet_tasks, Tasks]
    [pallet_matching, Matching]
    [pallet_market_clock, MarketClock]
    [pallet_draw_randomness, DrawRandomness]
    [pallet_market_parameters, MarketParameters]
    [pallet_disputes, Disputes]
    [fair_order, FairOrder::<Runtime>]
);

/// Returns how many octaves above the lowest ask the `seed`-th device of a task stands. Of the devices of one task that
/// have something locked, no two stand in the same octave. Jurors ask less than auditors, and auditors less than
/// providers, so that what is paid for each is enough.
fn octave(seed: u32) -> u32 {
    match seed / 1_000 {
        0 => 11 + seed % 10,
        1 => 6 + seed % 5,
        2 => seed % 4,
        _ => 4 + seed % 2,
    }
}

/// Makes providers, devices and tasks for the benchmarks of pallets that do not keep them.
pub struct Neighbours;

impl pallet_tasks::BenchmarkHelper<AccountId> for Neighbours {
    fn device(seed: u32) -> (DeviceId, WorkerId) {
        lone_device::<Runtime>(seed, octave(seed))
    }

    fn matched(device: DeviceId) {
        pallet_matching::benchmarking::close::<Runtime>(device);
    }

    fn misplaced(device: DeviceId) {
        // A device that is offline is not listed.
        come_online::<Runtime>(device);
        pallet_matching::benchmarking::misplace::<Runtime>(device);
        // A right result resets the count of failures.
        Devices::<Runtime>::mutate_extant(device, |device| device.failures = 1);
    }

    fn share_queue() {
        pallet_matching::benchmarking::share_queue::<Runtime>();
    }

    fn parked(task: TaskId) {
        pallet_matching::benchmarking::park_among_others::<Runtime>(task);
    }

    fn set_block(block: BlockNumber) {
        set_height::<Runtime>(block);
    }

    fn bring_seed(anchor: BlockNumber) {
        let height = pallet_draw_randomness::benchmarking::bring_seed::<Runtime>(anchor);
        set_height::<Runtime>(height);
    }

    fn ask_for_trace(task: TaskId) {
        pallet_disputes::benchmarking::ask_for_trace::<Runtime>(task);
    }

    fn ask_for_work(task: TaskId, vote: Vote) {
        pallet_disputes::benchmarking::ask_for_work::<Runtime>(task, vote);
    }

    fn contested_before(task: TaskId) {
        pallet_disputes::benchmarking::contested_before::<Runtime>(task);
    }
}

impl pallet_provider_staking::benchmarking::BenchmarkHelper for Neighbours {
    fn bring_seed(anchor: BlockNumber) {
        <Self as pallet_tasks::BenchmarkHelper<AccountId>>::bring_seed(anchor);
    }

    fn believe_devices() {
        let none = MarketParameter::ConformanceRun(0);
        MarketParameters::set_parameter(RuntimeOrigin::root(), none).expect("it is in its range");
    }

    fn await_devices(devices: &[DeviceId]) {
        pallet_matching::benchmarking::await_devices::<Runtime>(devices);
    }

    fn freshen(devices: &[DeviceId]) {
        pallet_matching::benchmarking::freshen::<Runtime>(devices);
    }

    fn misplaced(device: DeviceId) {
        pallet_matching::benchmarking::misplace::<Runtime>(device);
    }
}

impl pallet_disputes::benchmarking::BenchmarkHelper<AccountId> for Neighbours {
    fn verifying() -> (TaskId, AccountId) {
        pallet_tasks::verifying_task::<Runtime>()
    }

    fn settled() -> (AssignmentId, AccountId) {
        pallet_tasks::settled_assignment::<Runtime>()
    }

    fn make_public(task: TaskId) {
        pallet_tasks::make_public::<Runtime>(task);
    }
}

impl pallet_matching::benchmarking::BenchmarkHelper for Neighbours {
    fn device(gflops: Gflops, ask: AskPrice) -> DeviceId {
        // Each provider has one device, so the number of devices is the number of providers.
        let seed = NextDevice::<Runtime>::get().0 as u32;
        online_device::<Runtime>(seed, gflops, ask).0
    }

    fn task(gflops: Gflops) -> TaskId {
        pallet_tasks::queue_task::<Runtime>(gflops)
    }

    fn share_slots() {
        pallet_tasks::share_slots::<Runtime>();
    }
}
