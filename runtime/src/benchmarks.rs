//! The pallets whose calls, hooks and authorisations are benchmarked on this runtime.

frame_benchmarking::define_benchmarks!(
    [frame_benchmarking, BaselineBench::<Runtime>]
    [frame_system, SystemBench::<Runtime>]
    [frame_system_extensions, SystemExtensionsBench::<Runtime>]
    [pallet_balances, Balances]
    [pallet_timestamp, Timestamp]
    [pallet_utility, Utility]
    [pallet_sudo, Sudo]
    [pallet_provider_staking, ProviderStaking]
    [pallet_tasks, Tasks]
    [pallet_matching, Matching]
    [pallet_market_clock, MarketClock]
);
