//! Who makes blocks and who finalises them: BABE, GRANDPA, sessions, and what happens to validators that sign two
//! contradicting things.

use codec::Decode;
use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU32, ConstU64, Get},
};
use pallet_session::{
    disabling::UpToLimitWithReEnablingDisablingStrategy, historical, FindAccountFromAuthorIndex,
};
use sp_consensus_babe::{digests::PreDigest, AllowedSlots, BabeEpochConfiguration, BABE_ENGINE_ID};
use sp_runtime::traits::{ConvertInto, OpaqueKeys};
use sp_session::MembershipProof;
use sp_staking::SessionIndex;

use super::{
    calendar::EpochLength,
    reports::ReportWeight,
    validators::{BONDING_ERAS, MAX_BACKERS, SESSIONS_PER_ERA},
};
use crate::{
    units::{DAYS, MINUTES, SECONDS, SLOT_MILLISECONDS, UNIT},
    AccountId, Babe, Balances, BlockNumber, Historical, Offences, Runtime, RuntimeEvent, Session,
    SessionKeys, Staking, System,
};

/// How slots are claimed at genesis.
///
/// `c` is the probability that a slot has a primary claim. Every further claim on the same slot is a fork: at 1/4 one
/// slot in four forked and the tail of finality tripled; at 1/50 one slot in forty forked. Slots without a primary
/// claim go to a secondary author, so every slot has a block. A secondary author shows a VRF output too.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration = BabeEpochConfiguration {
    c: (1, 50),
    allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots,
};

/// How many past sessions an equivocation may be reported from: as many as pass while stake stays bonded.
pub const REPORTABLE_SESSIONS: SessionIndex = SESSIONS_PER_ERA * BONDING_ERAS;

/// The most validators in the set: as many as one block can elect
/// ([`ELECTING_VOTERS`](super::validators::ELECTING_VOTERS)).
pub const MAX_AUTHORITIES: u32 = 32;

parameter_types! {
    /// Blocks for which an equivocation report stays valid in the pool.
    pub const ReportLongevity: u64 = DAYS as u64;
}

impl pallet_babe::Config for Runtime {
    type EpochDuration = EpochLength;
    type ExpectedBlockTime = ConstU64<SLOT_MILLISECONDS>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = Session;
    type WeightInfo = ReportWeight;
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<MAX_BACKERS>;
    type KeyOwnerProof = MembershipProof;
    type EquivocationReportSystem =
        pallet_babe::EquivocationReportSystem<Runtime, Offences, Historical, ReportLongevity>;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Babe;
    // Half of a slot: the pallet's slots are twice this long.
    type MinimumPeriod = ConstU64<{ SLOT_MILLISECONDS / 2 }>;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = FindAccountFromAuthorIndex<Runtime, Babe>;
    // Block authors earn a part of what the era pays.
    type EventHandler = Staking;
}

parameter_types! {
    /// Outputs that a seed is mixed from: two seconds of blocks.
    pub const DrawBlocks: u32 = 8;
    /// Authors other than the anchor's that must be among them (design §6).
    pub const OtherAuthors: u32 = 2;
    /// Eight seconds. With four validators, it happens less than once in 10⁹ draws that two of the others make none of
    /// 32 blocks.
    pub const LongestWait: BlockNumber = 8 * SECONDS;
    /// How long outputs are kept: ten minutes, in which a draw can wait for its turn.
    pub const DrawRetention: BlockNumber = 10 * MINUTES;
}

impl pallet_draw_randomness::Config for Runtime {
    type BlockNumberProvider = System;
    type FindAuthor = FindAccountFromAuthorIndex<Runtime, Babe>;
    type VrfOutput = BlockVrfOutput;
    type Validators = ValidatorCount;
    type DrawBlocks = DrawBlocks;
    type OtherAuthors = OtherAuthors;
    type LongestWait = LongestWait;
    type Retention = DrawRetention;
    type WeightInfo = pallet_draw_randomness::weights::SubstrateWeight<Runtime>;
}

/// The VRF output of the block that is being made, once Babe's `on_finalize` has run.
pub struct BlockVrfOutput;
impl Get<Option<aicpw_protocol::Hash>> for BlockVrfOutput {
    fn get() -> Option<aicpw_protocol::Hash> {
        // Babe keeps the last output that there was, but a block whose claim shows no output has none.
        let digest = System::digest();
        let claim = digest
            .logs
            .iter()
            .filter_map(|log| log.as_pre_runtime())
            .filter(|(engine, _)| *engine == BABE_ENGINE_ID)
            .find_map(|(_, mut claim)| PreDigest::decode(&mut claim).ok())?;
        claim.vrf_signature()?;
        Babe::author_vrf_randomness()
    }
}

/// The number of validators that make blocks.
pub struct ValidatorCount;
impl Get<u32> for ValidatorCount {
    fn get() -> u32 {
        pallet_session::Validators::<Runtime>::decode_len()
            .and_then(|count| count.try_into().ok())
            .unwrap_or_default()
    }
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = Babe;
    type NextSessionRotation = Babe;
    type SessionManager = historical::NoteHistoricalRoot<Runtime, Staking>;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    // At most a third of the validators is disabled, the worst offenders first.
    type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    // Keys take room in the state, and any account may set some.
    type KeyDeposit = ConstU128<UNIT>;
}

impl historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = pallet_staking::UnitIdentificationOf<Runtime>;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ReportWeight;
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<MAX_BACKERS>;
    type MaxSetIdSessionEntries = ConstU64<{ REPORTABLE_SESSIONS as u64 }>;
    type KeyOwnerProof = MembershipProof;
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Runtime, Offences, Historical, ReportLongevity>;
}

impl pallet_offences::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = historical::IdentificationTuple<Runtime>;
    type OnOffenceHandler = Staking;
}

impl pallet_authority_discovery::Config for Runtime {
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
}
