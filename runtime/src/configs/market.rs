//! The market: providers, matching, tasks. The constants here stay the same until the next release; what governance can
//! change is in [`parameters`](super::parameters).

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
    /// Half a minute: a device is offline within two minutes after its node falls silent, and a provider's heartbeats
    /// take 120 times less of the blocks than one in every block would.
    pub const HeartbeatPeriod: BlockNumber = 30 * SECONDS;
    /// How long a proof can be used: 16 seconds, which is longer than a busy pool takes, and too short for keeping one.
    pub const RecentBlocks: BlockNumber = 64;
    /// Most devices of a provider: as many as one node can drive.
    pub const MaxDevices: u32 = 16;
    /// Most jobs on one device at once.
    pub const MaxSlots: Slots = 8;
    /// Most assignments of a provider: all slots of all its devices, and results that can still be fetched, one in
    /// every four seconds.
    pub const MaxAssignments: u32 = 1_024;
    /// Most amounts of a provider that unbond at once.
    pub const MaxUnbondings: u32 = 16;
    /// The same priority as that of the calls of jobs.
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
    /// Two fifths of a block for matching, before any transaction and however full the block is. This is nearly twice
    /// what matching takes in a steady state, in which each block matches as many tasks as it has submissions, starts,
    /// commits and payments. Workers' calls have a higher priority than submissions, so only as much of a flood gets in
    /// as can be served (`flood` in the journeys). A full step of a search also fits. `on_idle` adds the weight that is
    /// left.
    pub MatchingWeight: Weight =
        Weight::from_parts(40 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);
    /// Devices that one search looks at in a block before other searches have their turn.
    pub const MaxCandidates: u32 = 64;
    /// Parked tasks for which a block with spare weight searches again.
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
    /// Three attempts, each with a different provider.
    pub const MaxAttempts: u8 = 3;
    /// Nearly three tenths of a block for deadlines. The largest of them is the end of a task that has as many replicas
    /// as possible, all of which failed before, and as many jurors. The limit leaves room for a report of an
    /// equivocation (`reports`). `on_idle` adds the weight that is left.
    pub AgendaWeight: Weight =
        Weight::from_parts(29 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);
    /// Deadlines in a page, which makes a few kilobytes.
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
    /// Juries of 5 and, on appeal, of 11: as many seats as a task has room for. The votes of a jury that already sits
    /// are counted by these rules.
    pub const DisputeRules: DisputePolicy = DisputePolicy {
        appeals: 1,
        ..DisputePolicy::DEFAULT
    };
    /// Most judged prices that a juror is paid. The sixteen jurors of a first jury and an appeal are then paid at most
    /// 32 judged prices, which is four fifths of the fraud bond of 40. Whatever a provider asks, its result is judged
    /// as if it had asked for half of what its task pays.
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

/// Returns the keys of everything that a view of a task is made of. While the values at all of them stay the same, so
/// does the view, and whoever watches the task need not ask the runtime again.
pub fn keys_of_view(id: TaskId, view: Option<&TaskView<AccountId>>) -> Vec<Vec<u8>> {
    let mut keys = vec![
        pallet_tasks::Tasks::<Runtime>::hashed_key_for(id),
        pallet_tasks::Audits::<Runtime>::hashed_key_for(id),
    ];
    // The task says which assignments there are.
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
