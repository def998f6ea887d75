/// Whether the market is open. Implemented by `pallet-market-clock`.
///
/// Contract: while the market is not open, the clock of deadlines stands still. No task is accepted or matched, but
/// assignments that were matched before go on. While the state is being migrated, the market is not open, and no hook
/// reads or writes what the market stores, because some of it may have the old form and some the new one.
pub trait MarketSwitch {
    /// Whether tasks are accepted and matched.
    fn is_open() -> bool;

    /// Whether a migration over several blocks is running, or has failed and left both forms in the state.
    fn is_migrating() -> bool;
}

/// Always open, and never migrated.
impl MarketSwitch for () {
    fn is_open() -> bool {
        true
    }

    fn is_migrating() -> bool {
        false
    }
}
