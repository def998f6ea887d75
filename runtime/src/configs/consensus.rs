//! Who makes blocks and who finalises them: BABE, GRANDPA, sessions, and what happens to
//! validators that sign two things at once.

use alloc::vec::Vec;

use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU32, ConstU64},
};
use pallet_session::{historical, FindAccountFromAuthorIndex};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::traits::{Convert, ConvertInto, OpaqueKeys};
use sp_session::MembershipProof;
use sp_staking::SessionIndex;

use crate::{
    units::{DAYS, EPOCH_SLOTS, SLOT_MILLISECONDS, UNIT},
    AccountId, Babe, Balances, Historical, Offences, Runtime, RuntimeEvent, Session, SessionKeys,
};

/// How slots are claimed at genesis.
///
/// `c` is the probability that a slot has a primary claim. Every further claim on the same slot is
/// a fork: at 1/4 one slot in four forked and the tail of finality tripled, at 1/50 one in forty.
/// Slots without a primary claim go to a secondary author, so that there is a block in each; it
/// shows a VRF output too.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration = BabeEpochConfiguration {
    c: (1, 50),
    allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots,
};

/// How many past sessions an equivocation may be reported from: one day of them.
pub const REPORTABLE_SESSIONS: SessionIndex = (DAYS as u64 / EPOCH_SLOTS) as SessionIndex;

/// The most validators that can be in the set.
pub const MAX_AUTHORITIES: u32 = 100;

parameter_types! {
    /// Blocks for which an equivocation report stays valid in the pool.
    pub const ReportLongevity: u64 = DAYS as u64;
}

impl pallet_babe::Config for Runtime {
    type EpochDuration = ConstU64<EPOCH_SLOTS>;
    type ExpectedBlockTime = ConstU64<SLOT_MILLISECONDS>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = Session;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<0>;
    type KeyOwnerProof = MembershipProof;
    type EquivocationReportSystem =
        pallet_babe::EquivocationReportSystem<Runtime, Offences, Historical, ReportLongevity>;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Babe;
    // A slot is twice this.
    type MinimumPeriod = ConstU64<{ SLOT_MILLISECONDS / 2 }>;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = FindAccountFromAuthorIndex<Runtime, Babe>;
    type EventHandler = ();
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = Babe;
    type NextSessionRotation = Babe;
    type SessionManager = historical::NoteHistoricalRoot<Runtime, FixedValidators>;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    type DisablingStrategy = ();
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    // Keys take room in the state, and anyone may set some.
    type KeyDeposit = ConstU128<UNIT>;
}

impl historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = NoIdentification;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<{ REPORTABLE_SESSIONS as u64 }>;
    type KeyOwnerProof = MembershipProof;
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Runtime, Offences, Historical, ReportLongevity>;
}

impl pallet_offences::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = historical::IdentificationTuple<Runtime>;
    // Offences are proven and recorded. There is no validator stake to take until the SDK's
    // staking is put under the session pallet; it then handles them here.
    type OnOffenceHandler = ();
}

/// A validator is its account and nothing else, as long as no stake stands behind it.
pub struct NoIdentification;
impl Convert<AccountId, Option<()>> for NoIdentification {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

/// The validators of genesis, for ever: the place where NPoS elections will be plugged in.
pub struct FixedValidators;

impl FixedValidators {
    /// Everyone who has session keys at genesis, in the order of their accounts.
    fn at_genesis() -> Vec<AccountId> {
        let mut validators: Vec<_> = pallet_session::NextKeys::<Runtime>::iter_keys().collect();
        validators.sort();
        validators
    }
}

impl pallet_session::SessionManager<AccountId> for FixedValidators {
    fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
        Some(Self::at_genesis())
    }

    fn new_session(_: SessionIndex) -> Option<Vec<AccountId>> {
        None
    }

    fn start_session(index: SessionIndex) {
        Historical::prune_up_to(index.saturating_sub(REPORTABLE_SESSIONS));
    }

    fn end_session(_: SessionIndex) {}
}

impl historical::SessionManager<AccountId, ()> for FixedValidators {
    fn new_session_genesis(_: SessionIndex) -> Option<Vec<(AccountId, ())>> {
        Some(
            Self::at_genesis()
                .into_iter()
                .map(|validator| (validator, ()))
                .collect(),
        )
    }

    fn new_session(_: SessionIndex) -> Option<Vec<(AccountId, ())>> {
        None
    }

    fn start_session(index: SessionIndex) {
        <Self as pallet_session::SessionManager<_>>::start_session(index)
    }

    fn end_session(index: SessionIndex) {
        <Self as pallet_session::SessionManager<_>>::end_session(index)
    }
}
