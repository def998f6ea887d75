/// Whether the market is open. Implemented by `pallet-market-clock`.
///
/// Contract: while it is not open the clock of deadlines stands still; nobody takes or matches a
/// task, and what was matched before goes on. While the state is being migrated it is not open, and no hook
/// reads or writes what the market keeps: its form may be neither the old nor the new one.
pub trait MarketSwitch {
    /// Whether tasks are taken and matched.
    fn is_open() -> bool;

    /// Whether a migration of many blocks is under way, or has failed and left both forms behind.
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
