//! The governed numbers, as in `runtime/src/configs/parameters.rs` or the protocol's defaults.

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

/// What players can know, but cannot change.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How often results are audited.
    pub audit: AuditPolicy,
    /// What disputes cost.
    pub dispute: DisputePolicy,
    /// The most that a juror is paid, in judged prices: see [`aicpw_protocol::judging`].
    pub juror_pay: Balance,
    /// Whether the cost of judging is based on the provider's price alone, as it once was: then a provider determines
    /// by its ask who can judge it.
    pub judged_by_price: bool,
    /// The share of the price that goes to the treasury.
    pub protocol_fee: Perbill,
    /// What goes to the treasury for each replica of a submission, apart from the fee for progress reports.
    pub submission_fee: Balance,
    /// How often assignments may report progress, for which the submission fee pays, too.
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
    /// Whether a replica that a quorum outvotes loses its fraud bond as well as its collateral.
    pub minority_loses_bond: bool,
    /// Whether a provider that computed the right result appeals against a verdict that says otherwise. On the chain
    /// that takes an agent of its account, with the bond available, or a person who looks in time. No agent appeals
    /// against a jury that came to nothing, and neither does anybody here.
    pub honest_appeal: bool,
    /// Whether the chain calls a larger jury without a bond if the first one came to nothing although two of its jurors
    /// agree on a root. The chain does so since ADR 25 ([`aicpw_protocol::verdict::is_undecided`]).
    pub larger_jury: bool,
    /// How often a task is matched.
    pub max_attempts: u8,
    /// How many jurors are drawn for a seat on a jury, as long as they are silent.
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
