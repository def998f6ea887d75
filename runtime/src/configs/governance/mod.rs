//! How decisions are made and carried out. Token holders vote on referenda, each on a track ([`tracks`]) and on behalf
//! of an origin ([`origins`]). A technical committee ([`committee`]) can hurry a referendum, or stop things
//! ([`emergency`]). A decision has its place in a block ([`agenda`]).

pub mod agenda;
pub mod committee;
pub mod emergency;
pub mod origins;
pub mod tracks;

use frame_support::{
    parameter_types,
    traits::{
        fungible::HoldConsideration, tokens::currency::ActiveIssuanceOf, AsEnsureOriginWithArg,
        ConstU32, EitherOf, EqualPrivilegeOnly, Get, LinearStoragePrice,
    },
    weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned};
use sp_runtime::Perbill;

use crate::{
    configs::{
        money::{deposit, BYTE_DEPOSIT},
        system::MAX_BLOCK_WEIGHT,
    },
    units::{DAYS, UNIT},
    AccountId, Balance, Balances, BlockNumber, OriginCaller, Origins, Preimage, Referenda, Runtime,
    RuntimeCall, RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, System, Treasury,
};

parameter_types! {
    /// Deposit for a call that is kept until it is made.
    pub const PreimageBaseDeposit: Balance = deposit(1, 64);
    /// Deposit for each byte of such a call: a runtime of a megabyte takes 100 AICP.
    pub const PreimageByteDeposit: Balance = BYTE_DEPOSIT;
    /// The reason of the hold for these deposits.
    pub const PreimageHoldReason: RuntimeHoldReason =
        RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
    /// What scheduled calls may use of a block. Reading a runtime of a megabyte out of its preimage alone weighs 25 ms.
    /// A call that weighs more than this limit is never dispatched.
    pub MaximumSchedulerWeight: Weight = Perbill::from_percent(80) * MAX_BLOCK_WEIGHT;
}

impl pallet_preimage::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    type ManagerOrigin = EnsureRoot<AccountId>;
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        PreimageHoldReason,
        LinearStoragePrice<PreimageBaseDeposit, PreimageByteDeposit, Balance>,
    >;
}

impl pallet_scheduler::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type MaximumWeight = MaximumSchedulerWeight;
    type ScheduleOrigin = EnsureRoot<AccountId>;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    type MaxScheduledPerBlock = ConstU32<{ agenda::MAX_SCHEDULED }>;
    type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
    type Preimages = Preimage;
    type BlockNumberProvider = System;
}

/// A period of governance, at the pace of this chain.
pub struct Lapsed<const PERIOD: BlockNumber>;

impl<const PERIOD: BlockNumber> Get<BlockNumber> for Lapsed<PERIOD> {
    fn get() -> BlockNumber {
        Origins::lapsed(PERIOD)
    }
}

parameter_types! {
    /// Deposit for submitting a referendum. It comes back if the referendum is approved or cancelled, and is lost if it
    /// is rejected or runs out of time.
    pub const SubmissionDeposit: Balance = 10 * UNIT;
}

impl pallet_referenda::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
    type Scheduler = agenda::RoomForDecisions;
    type Currency = Balances;
    type SubmitOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
    type CancelOrigin = EitherOf<EnsureRoot<AccountId>, origins::EnsureReferendumCanceller>;
    type KillOrigin = EitherOf<EnsureRoot<AccountId>, origins::EnsureReferendumKiller>;
    type Slash = Treasury;
    type Votes = Balance;
    type Tally = pallet_conviction_voting::TallyOf<Runtime>;
    type SubmissionDeposit = SubmissionDeposit;
    type MaxQueued = ConstU32<20>;
    // Two weeks in which somebody has to place the decision deposit.
    type UndecidingTimeout = Lapsed<{ 14 * DAYS }>;
    type AlarmInterval = ConstU32<1>;
    type Tracks = tracks::Tracks;
    type Preimages = Preimage;
    type BlockNumberProvider = System;
}

/// How long the smallest conviction locks tokens, which is longer than any enactment takes. The higher ones lock them
/// 2, 4, 8, 16 and 32 times as long.
pub const VOTE_LOCK: BlockNumber = 7 * DAYS;

impl pallet_conviction_voting::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_conviction_voting::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    type Polls = Referenda;
    // All tokens except the treasury's.
    type MaxTurnout = ActiveIssuanceOf<Balances, AccountId>;
    type MaxVotes = ConstU32<128>;
    type VoteLockingPeriod = Lapsed<VOTE_LOCK>;
    type BlockNumberProvider = System;
    type VotingHooks = ();
}
