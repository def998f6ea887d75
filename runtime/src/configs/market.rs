//! The market: providers, matching, tasks. What is written here stays as it is until the next release;
//! what governance can change is in [`parameters`](super::parameters).

use aicpw_primitives::{priority, AccountId};
use aicpw_protocol::{device::Slots, dispute::DisputePolicy, view::TaskView, TaskId};
use alloc::{vec, vec::Vec};
use frame_support::{
    parameter_types,
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use sp_runtime::transaction_validity::TransactionPriority;

use crate::{
    configs::{
        governance::emergency::EmergencyOrigin,
        money::{AuditPot, TreasuryAccount},
        parameters::{
            AppealWindow, AuditRules, BaseFee, CollateralShare, ConformanceRun, ConformanceWindow,
            CoolDownBase, CoolDownCap, FaultSlash, KeyWindow, MaxMatchWindow, MaxOptimisticWindow,
            MaxTimeLimit, MinAsk, MinBudget, MinCollateralBase, MinMatchWindow,
            MinOptimisticWindow, MinProgressInterval, MinStake, ProgressWindow, ProtocolFee,
            RematchWindow, ReputationHalfLife, ReputationUnit, RetentionPeriod, RetrievalWindow,
            RevealWindow, StartWindow, SubmissionFee, TraceWindow, UnbondingPeriod,
        },
        system::IsMigrating,
    },
    units::{SECONDS, SLOT_MILLISECONDS},
    Balances, BlockNumber, Disputes, DrawRandomness, MarketClock, Matching, ProviderStaking,
    Runtime, RuntimeHoldReason, System, Tasks, Timestamp,
};

impl pallet_market_clock::Config for Runtime {
    type BlockNumberProvider = System;
    type PauseOrigin = EmergencyOrigin;
    type IsMigrating = IsMigrating;
    type WeightInfo = pallet_market_clock::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    /// Half a minute: a device is offline within two minutes after its node went silent, and one
    /// heartbeat costs a provider's share of a block 120 times less than one in every block would.
    pub const HeartbeatPeriod: BlockNumber = 30 * SECONDS;
    /// A proof can be used for 16 seconds: longer than a busy pool takes, too short to keep.
    pub const RecentBlocks: BlockNumber = 64;
    /// What one node can drive.
    pub const MaxDevices: u32 = 16;
    /// Jobs on one device at once.
    pub const MaxSlots: Slots = 8;
    /// All slots of all devices, and results that can still be fetched: one in every four seconds.
    pub const MaxAssignments: u32 = 1_024;
    /// Amounts that unbond at once.
    pub const MaxUnbondings: u32 = 16;
    /// That of the calls of jobs.
    pub const HeartbeatPriority: TransactionPriority = priority::WORKER;
}

impl pallet_provider_staking::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type NativeBalance = Balances;
    type BlockNumberProvider = MarketClock;
    type Market = MarketClock;
    type OrderBook = Matching;
    type DrawRandomness = DrawRandomness;
    type ConformanceRun = ConformanceRun;
    type ConformanceWindow = ConformanceWindow;
    type MinStake = MinStake;
    type MinAsk = MinAsk;
    type FaultSlash = FaultSlash;
    type HeartbeatPeriod = HeartbeatPeriod;
    type RecentBlocks = RecentBlocks;
    type UnbondingPeriod = UnbondingPeriod;
    type LongestObligation = pallet_tasks::LongestObligation<Runtime>;
    type CoolDownBase = CoolDownBase;
    type CoolDownCap = CoolDownCap;
    type MaxDevices = MaxDevices;
    type MaxSlots = MaxSlots;
    type MaxAssignments = MaxAssignments;
    type MaxUnbondings = MaxUnbondings;
    type ReputationHalfLife = ReputationHalfLife;
    type ReputationUnit = ReputationUnit;
    type HeartbeatPriority = HeartbeatPriority;
    type WeightInfo = pallet_provider_staking::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Neighbours;
}

parameter_types! {
    /// Two fifths of a block for matching, before any transaction and however full the block is: nearly twice
    /// what it takes of a block in which as many tasks are matched as are submitted, started, committed to and
    /// paid. Workers' calls have a higher priority than submissions, so only as much of a flood gets in as can
    /// be served (`flood` in the journeys). It also holds a full step of a search. `on_idle` adds what is left.
    pub MatchingWeight: Weight =
        Weight::from_parts(40 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);
    /// Devices that one search looks at in a block before others have their turn.
    pub const MaxCandidates: u32 = 64;
    /// Parked tasks that a block with weight to spare searches for again.
    pub const MaxSweeps: u32 = 8;
}

impl pallet_matching::Config for Runtime {
    type Devices = ProviderStaking;
    type StakeDraw = ProviderStaking;
    type Tasks = Tasks;
    type BlockNumberProvider = System;
    type Market = MarketClock;
    type GuaranteedWeight = MatchingWeight;
    type MaxCandidates = MaxCandidates;
    type MaxSweeps = MaxSweeps;
    type WeightInfo = pallet_matching::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Neighbours;
}

parameter_types! {
    /// The slot length; blocks fill nearly all slots.
    pub const BlockTime: u64 = SLOT_MILLISECONDS;
    /// Enough for a report in each half minute of the longest run.
    pub const MaxProgressReports: u32 = 3_000;
    /// Three different providers.
    pub const MaxAttempts: u8 = 3;
    /// Nearly three tenths of a block for deadlines: the end of a task with as many replicas as there can be, all of which
    /// failed before, is one of them, and as many jurors. As much as leaves room for a report of who has signed twice
    /// (`reports`). `on_idle` adds what is left.
    pub AgendaWeight: Weight =
        Weight::from_parts(29 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);
    /// Deadlines in a page: a few kilobytes.
    pub const PageCapacity: u32 = 64;
}

impl pallet_tasks::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type NativeBalance = Balances;
    type BlockNumberProvider = MarketClock;
    type Market = MarketClock;
    type Time = Timestamp;
    type DevicePool = ProviderStaking;
    type Reputations = ProviderStaking;
    type MatchQueue = Matching;
    type DrawRandomness = DrawRandomness;
    type Escalation = Disputes;
    type FeeDestination = TreasuryAccount;
    type BlockTime = BlockTime;
    type SubmissionFee = SubmissionFee;
    type MinBudget = MinBudget;
    type MinAsk = MinAsk;
    type MaxTimeLimit = MaxTimeLimit;
    type MinMatchWindow = MinMatchWindow;
    type MaxMatchWindow = MaxMatchWindow;
    type MinOptimisticWindow = MinOptimisticWindow;
    type MaxOptimisticWindow = MaxOptimisticWindow;
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
    type AuditPolicy = AuditRules;
    type AuditPot = AuditPot;
    type BaseFee = BaseFee;
    type AgendaWeight = AgendaWeight;
    type PageCapacity = PageCapacity;
    type WeightInfo = pallet_tasks::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Neighbours;
}

parameter_types! {
    /// Juries of 5 and, on appeal, of 11: as many seats as a task has room for. A jury that sits is counted by it.
    pub const DisputeRules: DisputePolicy = DisputePolicy {
        appeals: 1,
        ..DisputePolicy::DEFAULT
    };
    /// A juror is paid no more than two judged prices, so that sixteen of them, in a first jury and that of an appeal, are
    /// paid four fifths of the fraud bond of forty. Whatever a provider asks it is judged as if it had asked for half of
    /// what its task pays.
    pub const JurorPay: u32 = 2;
}

impl pallet_disputes::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type NativeBalance = Balances;
    type BlockNumberProvider = MarketClock;
    type Tasks = Tasks;
    type Treasury = TreasuryAccount;
    type Policy = DisputeRules;
    type AuditPolicy = AuditRules;
    type JurorPay = JurorPay;
    type AppealWindow = AppealWindow;
    type TraceWindow = TraceWindow;
    type WeightInfo = pallet_disputes::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Neighbours;
}

/// Keys of all that a view of a task is made of. As long as there is the same at each of them the view is this one:
/// who watches a task has no need to ask the runtime again.
pub fn keys_of_view(id: TaskId, view: Option<&TaskView<AccountId>>) -> Vec<Vec<u8>> {
    let mut keys = vec![
        pallet_tasks::Tasks::<Runtime>::hashed_key_for(id),
        pallet_tasks::Audits::<Runtime>::hashed_key_for(id),
    ];
    // The task says which there are.
    for one in view.into_iter().flat_map(|view| &view.assignments) {
        keys.extend([
            pallet_tasks::Assignments::<Runtime>::hashed_key_for(one.id),
            pallet_tasks::Envelopes::<Runtime>::hashed_key_for(one.id),
            pallet_provider_staking::Devices::<Runtime>::hashed_key_for(one.device),
            pallet_provider_staking::Providers::<Runtime>::hashed_key_for(&one.provider),
        ]);
    }
    keys
}
