/// Whether the market is open. Implemented by `pallet-market-clock`.
///
/// Contract: while it is not open the clock of deadlines stands still; nobody takes or matches a
/// task, and what was matched before goes on.
pub trait MarketSwitch {
    /// Whether tasks are taken and matched.
    fn is_open() -> bool;
}

/// Always open.
impl MarketSwitch for () {
    fn is_open() -> bool {
        true
    }
}
