//! The governed numbers, as `runtime/src/configs/parameters.rs` has them or the protocol's defaults.

use aicpw_protocol::{
    audit::AuditPolicy, dispute::DisputePolicy, progress::ReportLimits, units::AICP, Balance,
    BlockNumber,
};
use sp_arithmetic::Perbill;

/// Blocks in a second: slots of 250 ms.
pub const SECOND: BlockNumber = 4;
/// Blocks in a minute.
pub const MINUTE: BlockNumber = 60 * SECOND;
/// Blocks in an hour.
pub const HOUR: BlockNumber = 60 * MINUTE;
/// Blocks in a day.
pub const DAY: BlockNumber = 24 * HOUR;

/// What players can know and nobody can change.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How often results are audited.
    pub audit: AuditPolicy,
    /// What disputes cost.
    pub dispute: DisputePolicy,
    /// Judged prices that a juror is paid at most: see [`aicpw_protocol::judging`].
    pub juror_pay: Balance,
    /// Whether judging is reckoned by the provider's price alone, as it once was: then it chooses by its ask who can
    /// judge it.
    pub judged_by_price: bool,
    /// Of the price, to the treasury.
    pub protocol_fee: Perbill,
    /// For each replica of a submission, to the treasury, without progress reports.
    pub submission_fee: Balance,
    /// How often assignments may report progress, which the fee pays for too.
    pub reports: ReportLimits,
    /// See [`aicpw_protocol::pricing::collateral`].
    pub collateral_share: Perbill,
    /// See [`aicpw_protocol::pricing::collateral`].
    pub min_collateral_base: Balance,
    /// The share of the collateral that a fault costs.
    pub fault_slash: Perbill,
    /// The least stake of a provider.
    pub min_stake: Balance,
    /// See [`aicpw_protocol::reputation`].
    pub half_life: BlockNumber,
    /// See [`aicpw_protocol::reputation::weight`].
    pub reputation_unit: Balance,
    /// How long locks stay after the settlement.
    pub retrieval_window: BlockNumber,
    /// How long a result in `optimistic` can be disputed.
    pub optimistic_window: BlockNumber,
    /// Whether a replica that a quorum outvotes loses its fraud bond with its collateral.
    pub minority_loses_bond: bool,
    /// Whether whoever computed the right result appeals against a verdict that says otherwise. On the chain that takes
    /// an agent of its account, with the bond free, or a person who looks in time. No agent appeals against a jury that
    /// came to nothing, and here nobody does.
    pub honest_appeal: bool,
    /// Whether the chain calls a larger jury without a bond where a first one comes to nothing though two of it agree
    /// on a root, as it does since ADR 25 ([`aicpw_protocol::verdict::is_undecided`]).
    pub larger_jury: bool,
    /// How often a task is matched.
    pub max_attempts: u8,
    /// How many are drawn for a seat of a jury, as long as they are silent.
    pub juror_attempts: u8,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            audit: AuditPolicy::DEFAULT,
            dispute: DisputePolicy {
                appeals: 1,
                ..DisputePolicy::DEFAULT
            },
            juror_pay: 2,
            judged_by_price: false,
            protocol_fee: Perbill::from_percent(2),
            submission_fee: AICP / 100,
            reports: ReportLimits {
                min_interval: 2 * SECOND,
                window: MINUTE,
                most: 3_000,
            },
            collateral_share: Perbill::from_percent(50),
            min_collateral_base: AICP / 10,
            fault_slash: Perbill::from_percent(50),
            min_stake: 100 * AICP,
            half_life: 30 * DAY,
            reputation_unit: AICP,
            retrieval_window: HOUR,
            optimistic_window: 10 * MINUTE,
            minority_loses_bond: false,
            honest_appeal: true,
            larger_jury: true,
            max_attempts: 3,
            juror_attempts: 2,
        }
    }
}
