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

/// Who can stop things: more than half of the technical committee, or root through a referendum.
pub type EmergencyOrigin = EitherOf<EnsureRoot<AccountId>, MostOfCommittee>;

/// Whether a call always goes on: it cannot be paused, and the safe mode does not stop it.
///
/// Three kinds of calls go on: those without which there would be no blocks; those that can end the emergency; and
/// those without which people would lose money by the stop, because they keep a device online, end a task that has
/// begun, or pay out a debt that lapses. Every call that a referendum's track can make goes on too: a decision is
/// dispatched once, so whoever could stop it at that moment would undo it.
pub fn goes_on(pallet: &str, call: &str) -> bool {
    match pallet {
        // Blocks, and reports of validators that made or finalised two at once.
        "System" | "Timestamp" | "Babe" | "Grandpa" | "Beefy" | "Session" => true,
        // Decisions, and their execution.
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
        // Each call inside them is filtered by itself.
        "Utility" | "Proxy" | "Multisig" => true,
        // Everything about a task except submitting one.
        "Tasks" => call != "submit",
        // The windows in which a result can be disputed are not stopped.
        "Disputes" => true,
        "ProviderStaking" => matches!(
            call,
            "answer_challenge"
                | "heartbeat"
                | "heartbeat_without"
                | "rotate_worker"
                | "set_availability"
        ),
        // An era's payout lapses if nobody has claimed it for a while.
        "Staking" => matches!(call, "payout_stakers" | "payout_stakers_by_page"),
        // A payment that token holders have decided lapses too. And the treasurer's origin is not root, whose calls
        // pass every filter: a `spend` that is stopped when its referendum is enacted would never be made. Nobody but
        // that origin can make a `spend`, and `payout` and `check_status` only carry out what was decided.
        "Treasury" => true,
        _ => false,
    }
}

/// The calls for which [`goes_on`] returns true.
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
    /// How long the safe mode lasts if nobody ends it, and by how much each extension prolongs it.
    pub const SafeModePeriod: BlockNumber = DAYS;
    /// None: nobody can pay a deposit to stop the chain.
    pub const NoDeposit: Option<Balance> = None;
    /// None: there are no deposits to release.
    pub const NoReleaseDelay: Option<BlockNumber> = None;
    /// What the steps of a migration may use of a block, which has no transactions then.
    pub MaxMigrationWeight: Weight = Perbill::from_percent(80) * MAX_BLOCK_WEIGHT;
}

/// [`EmergencyOrigin`], with the time for which it enters the safe mode.
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

/// Pauses the market from the first block of a migration, in which workers cannot send their calls, so that no deadline
/// passes. The origins that can pause the market resume it, once people have looked at the upgrade.
pub struct PauseTheMarket;

impl MigrationStatusHandler for PauseTheMarket {
    fn started() {
        // This fails if the market is already paused, which is just as well.
        let _ = MarketClock::pause(RuntimeOrigin::root());
    }
}

/// Enters the safe mode without an end when a migration fails, because it leaves a state that nobody has foreseen. The
/// calls of [`goes_on`] are taken again, so governance and the committee can mend the state. Only if the safe mode
/// cannot be entered, the chain takes no more transactions.
///
/// The SDK's own handler takes no transactions after it has entered the safe mode either, so nobody could end it.
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
    // The migrations of this release. A release without migrations lists none, because each upgrade to a release with a
    // list pauses the market, even where all of them have run before.
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
