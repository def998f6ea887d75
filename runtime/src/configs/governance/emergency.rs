//! What can be stopped in an emergency, by whom, and what always goes on.

use frame_support::{
    migrations::{FailedMigrationHandler, FailedMigrationHandling, MigrationStatusHandler},
    parameter_types,
    traits::{ConstU32, Contains, EitherOf, GetCallMetadata},
    weights::Weight,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess};
use sp_runtime::Perbill;

use super::committee::{MostOfCommittee, MostOfCommitteeWithSuccess};
use crate::{
    configs::system::MAX_BLOCK_WEIGHT, units::DAYS, AccountId, Balance, Balances, BlockNumber,
    MarketClock, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, SafeMode,
};

/// Who stops things: more than half of the technical committee, or a referendum of root.
pub type EmergencyOrigin = EitherOf<EnsureRoot<AccountId>, MostOfCommittee>;

/// Whether a call can neither be paused nor is it stopped by the safe mode.
///
/// Three kinds of calls go on. Blocks would end without the first, an emergency could not be ended
/// without the second, and people would lose money by a stop without the third: what keeps a device
/// online, what ends a task that has begun, and what pays out what is owed and lapses. So does every
/// call that a referendum's track can make: a decision is dispatched once, so whoever could stop it then would undo it.
pub fn goes_on(pallet: &str, call: &str) -> bool {
    match pallet {
        // Blocks, and reports of who made or finalised two at once.
        "System" | "Timestamp" | "Babe" | "Grandpa" | "Beefy" | "Session" => true,
        // Decisions, and how they are carried out.
        "Referenda"
        | "ConvictionVoting"
        | "Preimage"
        | "Scheduler"
        | "TechnicalCommittee"
        | "Whitelist"
        | "MarketParameters"
        | "MarketClock"
        | "SafeMode"
        | "TxPause"
        | "MultiBlockMigrations"
        | "Sudo" => true,
        // Each call in them is looked at by itself.
        "Utility" | "Proxy" | "Multisig" => true,
        // Everything about a task but to begin one.
        "Tasks" => call != "submit",
        // The windows in which a result can be doubted go on.
        "Disputes" => true,
        "ProviderStaking" => matches!(
            call,
            "answer_challenge"
                | "heartbeat"
                | "heartbeat_without"
                | "rotate_worker"
                | "set_availability"
        ),
        // Eras that nobody was paid for are forgotten after a while.
        "Staking" => matches!(call, "payout_stakers" | "payout_stakers_by_page"),
        // What token holders have decided to spend lapses too. And the treasurer's origin is not root, which passes
        // whatever is stopped: a `spend` that is stopped when its referendum is enacted would never be made.
        // Nobody else can make it, and `payout` and `check_status` do what was decided.
        "Treasury" => true,
        _ => false,
    }
}

/// The calls that [`goes_on`] names.
pub struct WhatGoesOn;

impl Contains<RuntimeCall> for WhatGoesOn {
    fn contains(call: &RuntimeCall) -> bool {
        let names = call.get_call_metadata();
        goes_on(names.pallet_name, names.function_name)
    }
}

impl Contains<pallet_tx_pause::RuntimeCallNameOf<Runtime>> for WhatGoesOn {
    fn contains((pallet, call): &pallet_tx_pause::RuntimeCallNameOf<Runtime>) -> bool {
        match (core::str::from_utf8(pallet), core::str::from_utf8(call)) {
            (Ok(pallet), Ok(call)) => goes_on(pallet, call),
            _ => false,
        }
    }
}

parameter_types! {
    /// How long the safe mode lasts if nobody ends it, and how much longer each time it is extended.
    pub const SafeModePeriod: BlockNumber = DAYS;
    /// Nobody can buy a stop of the chain.
    pub const NoDeposit: Option<Balance> = None;
    /// There are no deposits to release.
    pub const NoReleaseDelay: Option<BlockNumber> = None;
    /// What the steps of a migration may use of a block; there are no transactions beside them.
    pub MaxMigrationWeight: Weight = Perbill::from_percent(80) * MAX_BLOCK_WEIGHT;
}

/// [`EmergencyOrigin`], and for how long it enters the safe mode.
pub type SafeModeOrigin = EitherOf<
    EnsureRootWithSuccess<AccountId, SafeModePeriod>,
    MostOfCommitteeWithSuccess<SafeModePeriod>,
>;

impl pallet_safe_mode::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WhitelistedCalls = WhatGoesOn;
    type EnterDuration = SafeModePeriod;
    type ExtendDuration = SafeModePeriod;
    type EnterDepositAmount = NoDeposit;
    type ExtendDepositAmount = NoDeposit;
    type ForceEnterOrigin = SafeModeOrigin;
    type ForceExtendOrigin = SafeModeOrigin;
    type ForceExitOrigin = EmergencyOrigin;
    type ForceDepositOrigin = EnsureRoot<AccountId>;
    type Notify = ();
    type ReleaseDelay = NoReleaseDelay;
    type WeightInfo = pallet_safe_mode::weights::SubstrateWeight<Runtime>;
}

impl pallet_tx_pause::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PauseOrigin = EmergencyOrigin;
    type UnpauseOrigin = EmergencyOrigin;
    type WhitelistedCalls = WhatGoesOn;
    type MaxNameLen = ConstU32<256>;
    type WeightInfo = pallet_tx_pause::weights::SubstrateWeight<Runtime>;
}

/// The market stands still from the first block of a migration, in which workers cannot send their
/// calls: no deadline passes. Whoever can pause it has it go on, once the upgrade was looked at.
pub struct PauseTheMarket;

impl MigrationStatusHandler for PauseTheMarket {
    fn started() {
        // It fails if the market is paused, which is what is wanted.
        let _ = MarketClock::pause(RuntimeOrigin::root());
    }
}

/// A migration that fails leaves a state that nobody has foreseen. The safe mode is entered without an
/// end, and what [`goes_on`] is taken again: governance and the committee can mend the state. Only if
/// there can be no safe mode are no transactions taken any more.
///
/// The SDK's own handler takes none in the first case as well, so that nobody could end it.
pub struct StopWithSafeMode;

impl FailedMigrationHandler for StopWithSafeMode {
    fn failed(_migration: Option<u32>) -> FailedMigrationHandling {
        use frame_support::traits::SafeMode as Stop;
        let stopped = if SafeMode::is_entered() {
            <SafeMode as Stop>::extend(BlockNumber::MAX)
        } else {
            <SafeMode as Stop>::enter(BlockNumber::MAX)
        };
        match stopped {
            Ok(()) => FailedMigrationHandling::ForceUnstuck,
            Err(_) => FailedMigrationHandling::KeepStuck,
        }
    }
}

impl pallet_migrations::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    // Those of this release. One that has none lists none: each upgrade to a release with a list pauses the
    // market, also where all of them have run before.
    // RELEASE-1: remove when release 3 is main (its member)
    #[cfg(not(feature = "runtime-benchmarks"))]
    type Migrations = (pallet_provider_staking::migrations::ToVersion2<Runtime>,);
    #[cfg(feature = "runtime-benchmarks")]
    type Migrations = pallet_migrations::mock_helpers::MockedMigrations;
    type CursorMaxLen = ConstU32<65_536>;
    type IdentifierMaxLen = ConstU32<256>;
    type MigrationStatusHandler = PauseTheMarket;
    type FailedMigrationHandler = StopWithSafeMode;
    type MaxServiceWeight = MaxMigrationWeight;
    type WeightInfo = pallet_migrations::weights::SubstrateWeight<Runtime>;
}
