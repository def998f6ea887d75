//! The market: providers, matching, tasks. Governed parameters, once there is governance.

use aicpw_protocol::{device::Slots, AskPrice};
use frame_support::{
    parameter_types,
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use sp_runtime::{transaction_validity::TransactionPriority, Perbill};

use crate::{
    configs::money::TreasuryAccount,
    units::{DAYS, HOURS, MILLI, MINUTES, SECONDS, SLOT_MILLISECONDS, UNIT},
    AccountId, Balance, Balances, BlockNumber, MarketClock, Matching, ProviderStaking, Runtime,
    RuntimeHoldReason, System, Tasks, Timestamp,
};

/// Milliseconds in a second.
const MS: u64 = 1_000;

/// Longest run of a job: a day.
const LONGEST_JOB: BlockNumber = DAYS;

impl pallet_market_clock::Config for Runtime {
    type BlockNumberProvider = System;
    // Token holders, once there is governance.
    type PauseOrigin = frame_system::EnsureRoot<AccountId>;
    type WeightInfo = pallet_market_clock::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    /// Half a minute: a device is offline within two minutes after its node went silent, and one
    /// heartbeat costs a provider's share of a block 120 times less than one in every block would.
    pub const HeartbeatPeriod: BlockNumber = 30 * SECONDS;
    /// Worth more than a day's earnings of a common graphics card.
    pub const MinStake: Balance = 100 * UNIT;
    /// Asks below would make collateral and fees meaningless.
    pub const MinAsk: AskPrice = AskPrice(MILLI);
    /// Half of the collateral for a fault: a second one in a row costs as much again.
    pub const FaultSlash: Perbill = Perbill::from_percent(50);
    /// A proof can be used for 16 seconds: longer than a busy pool takes, too short to keep.
    pub const RecentBlocks: BlockNumber = 64;
    /// Two weeks, in which an old wrong can still be slashed.
    pub const UnbondingPeriod: BlockNumber = 14 * DAYS;
    /// Twenty seconds after the first failure,
    pub const CoolDownBase: BlockNumber = 20 * SECONDS;
    /// and never more than six hours.
    pub const CoolDownCap: BlockNumber = 6 * HOURS;
    /// What one node can drive.
    pub const MaxDevices: u32 = 16;
    /// Jobs on one device at once.
    pub const MaxSlots: Slots = 8;
    /// All slots of all devices, and results that can still be fetched: one in every four seconds.
    pub const MaxAssignments: u32 = 1_024;
    /// Amounts that unbond at once.
    pub const MaxUnbondings: u32 = 16;
    /// A reputation forgets half of what it knows in a month.
    pub const ReputationHalfLife: BlockNumber = 30 * DAYS;
    /// Payment of an ordinary task.
    pub const ReputationUnit: Balance = UNIT;
    /// Above every paying transaction, below nothing that counts.
    pub const HeartbeatPriority: TransactionPriority = TransactionPriority::MAX / 2;
}

impl pallet_provider_staking::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type NativeBalance = Balances;
    type BlockNumberProvider = MarketClock;
    type OrderBook = Matching;
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
}

parameter_types! {
    /// A tenth of a block for matching, however full the block is; `on_idle` adds what is left.
    pub MatchingWeight: Weight =
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);
    /// Devices that one search looks at in a block before others have their turn.
    pub const MaxCandidates: u32 = 64;
    /// Parked tasks that a block with weight to spare searches for again.
    pub const MaxSweeps: u32 = 8;
}

impl pallet_matching::Config for Runtime {
    type Devices = ProviderStaking;
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

/// Longest window of `optimistic`: a day.
const LONGEST_WINDOW: BlockNumber = DAYS;

parameter_types! {
    /// The slot length; blocks fill nearly all slots.
    pub const BlockTime: u64 = SLOT_MILLISECONDS;
    /// Covers the weight of a task's whole life: about ten transfers' worth.
    pub const SubmissionFee: Balance = 10 * MILLI;
    /// A budget that is worth a match.
    pub const MinBudget: Balance = 10 * MILLI;
    /// The longest run, in milliseconds.
    pub const MaxTimeLimit: u64 = LONGEST_JOB as u64 * SLOT_MILLISECONDS;
    /// A task must be able to wait for two searches.
    pub const MinMatchWindow: u64 = 5 * MS;
    /// A week, in milliseconds.
    pub const MaxMatchWindow: u64 = 7 * 24 * 3_600 * MS;
    /// A requester must be able to look at a result.
    pub const MinOptimisticWindow: u64 = 5 * MS;
    /// In milliseconds.
    pub const MaxOptimisticWindow: u64 = LONGEST_WINDOW as u64 * SLOT_MILLISECONDS;
    /// An agent that restarts has time to grant.
    pub const KeyWindow: BlockNumber = MINUTES;
    /// Inputs are fetched in it: at 100 Mbit/s, 700 MB.
    pub const StartWindow: BlockNumber = MINUTES;
    /// A live worker reports several times in it.
    pub const ProgressWindow: BlockNumber = MINUTES;
    /// Finality takes about a second; a minute survives a stall.
    pub const RevealWindow: BlockNumber = MINUTES;
    /// Time to fetch a result.
    pub const RetrievalWindow: BlockNumber = HOURS;
    /// With a missed window of a minute before it, a failed assignment is elsewhere or refunded
    /// within three heartbeat periods.
    pub const RematchWindow: BlockNumber = 25 * SECONDS;
    /// A month in which a final task can be read from the state.
    pub const RetentionPeriod: BlockNumber = 30 * DAYS;
    /// At most one report in two seconds.
    pub const MinProgressInterval: BlockNumber = 2 * SECONDS;
    /// Enough for a report in each half minute of the longest run.
    pub const MaxProgressReports: u32 = 3_000;
    /// Three different providers.
    pub const MaxAttempts: u8 = 3;
    /// Design §4.
    pub const ProtocolFee: Perbill = Perbill::from_percent(2);
    /// Design §4.
    pub const CollateralShare: Perbill = Perbill::from_percent(50);
    /// The collateral of the smallest tasks: failing them costs more than the gain of a slot.
    pub const MinCollateralBase: Balance = 100 * MILLI;
    /// One result in twenty, so the fraud bond is twenty times the price.
    pub const AuditRate: Perbill = Perbill::from_percent(5);
    /// The fetch and the build of a task that cannot run.
    pub const BaseFee: Balance = 5 * MILLI;
    /// A tenth of a block for deadlines.
    pub AgendaWeight: Weight =
        Weight::from_parts(10 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);
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
    type AuditRate = AuditRate;
    type BaseFee = BaseFee;
    type AgendaWeight = AgendaWeight;
    type PageCapacity = PageCapacity;
    type WeightInfo = pallet_tasks::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Neighbours;
}
