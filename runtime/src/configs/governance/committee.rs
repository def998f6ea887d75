//! The technical committee: people who can look at code. They can put a call on a faster track, on which token holders
//! still vote, and they can stop things. They can start nothing.

use frame_support::{
    parameter_types,
    traits::{ConstU32, EitherOf},
    weights::Weight,
};
use frame_system::{EnsureRoot, EnsureWithSuccess};
use pallet_collective::{EnsureProportionAtLeast, EnsureProportionMoreThan};
use sp_runtime::Perbill;

use super::origins::EnsureWhitelistedCaller;
use crate::{
    configs::system::MAX_BLOCK_WEIGHT, units::DAYS, AccountId, BlockNumber, Preimage, Runtime,
    RuntimeCall, RuntimeEvent, RuntimeOrigin, System,
};

/// The only collective.
pub type CommitteeInstance = pallet_collective::Instance1;

/// More than half of the committee: enough to stop something.
pub type MostOfCommittee = EnsureProportionMoreThan<AccountId, CommitteeInstance, 1, 2>;

/// [`MostOfCommittee`], which returns a value when it succeeds.
pub type MostOfCommitteeWithSuccess<Success> =
    EnsureWithSuccess<MostOfCommittee, AccountId, Success>;

/// Two thirds of the committee: enough to whitelist a call.
pub type TwoThirdsOfCommittee = EnsureProportionAtLeast<AccountId, CommitteeInstance, 2, 3>;

parameter_types! {
    /// Time to vote on a motion.
    pub const MotionDuration: BlockNumber = 3 * DAYS;
    /// The most that the call of a motion may weigh.
    pub MaxMotionWeight: Weight = Perbill::from_percent(50) * MAX_BLOCK_WEIGHT;
    /// How long anybody can dispatch a call that a referendum dispatched before the committee had whitelisted it. Zero:
    /// token holders were meant to vote on a call that the committee had already looked at.
    pub const DeferredDispatchExpiration: BlockNumber = 0;
}

impl pallet_collective::Config<CommitteeInstance> for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type MotionDuration = MotionDuration;
    type MaxProposals = ConstU32<20>;
    type MaxMembers = ConstU32<20>;
    // A member that does not vote counts as against, unless there is a prime member.
    type DefaultVote = pallet_collective::PrimeDefaultVote;
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
    type SetMembersOrigin = EnsureRoot<AccountId>;
    type MaxProposalWeight = MaxMotionWeight;
    type DisapproveOrigin = EnsureRoot<AccountId>;
    type KillOrigin = EnsureRoot<AccountId>;
    type Consideration = ();
}

impl pallet_whitelist::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WhitelistOrigin = EitherOf<EnsureRoot<AccountId>, TwoThirdsOfCommittee>;
    type DispatchWhitelistedOrigin = EitherOf<EnsureRoot<AccountId>, EnsureWhitelistedCaller>;
    type Preimages = Preimage;
    type DeferredDispatchExpiration = DeferredDispatchExpiration;
    type BlockNumberProvider = System;
    type WeightInfo = pallet_whitelist::weights::SubstrateWeight<Runtime>;
}
