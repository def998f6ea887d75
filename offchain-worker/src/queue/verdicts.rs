//! Juries' verdicts against results of this node: reported while there is time to appeal, which takes the provider's
//! account.

use aicpw_protocol::{
    mailbox::Orders,
    task::{AssignmentStatus, Role},
    units::AICP,
    AssignmentId, Balance, BlockNumber,
};
use std::collections::BTreeSet;

use super::Queue;
use crate::{blocking, chain::BlockRef};

/// The blocks between two checks: a few seconds, of the minutes that there are.
const LOOK_EVERY: BlockNumber = 20;

/// The known verdicts.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// The block of the last check.
    looked_at: Option<BlockNumber>,
    /// The verdicts that were reported, each by the end of the time to appeal.
    said: BTreeSet<(AssignmentId, BlockNumber)>,
}

impl Verdicts {
    fn is_due(&mut self, block: BlockNumber) -> bool {
        let is_due = self
            .looked_at
            .is_none_or(|before| block.abs_diff(before) >= LOOK_EVERY);
        if is_due {
            self.looked_at = Some(block);
        }
        is_due
    }
}

impl Queue {
    /// Checks now and then, in the state of a final block, whether there is a verdict against what these orders have
    /// revealed.
    pub(super) fn see_verdicts(&mut self, block: BlockRef, orders: &Orders) {
        if !self.verdicts.is_due(block.number) {
            return;
        }
        let is_open = |assignment: AssignmentId| {
            let mut orders = orders.orders.iter();
            orders.any(|order| order.assignment == assignment)
        };
        self.verdicts
            .said
            .retain(|(assignment, _)| is_open(*assignment));
        for order in &orders.orders {
            let AssignmentStatus::Revealed { opening, .. } = &order.status else {
                continue;
            };
            if !matches!(order.role, Role::Replica | Role::Auditor) {
                continue;
            }
            let assignment = order.assignment;
            let chain = &self.shop.chain;
            let root = &opening.result_root;
            let found =
                blocking::run(|| chain.verdict_against(block.hash, assignment, order.role, root));
            let verdict = match found {
                Ok(Some(verdict)) => verdict,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(%error, "not known whether a verdict is against a result of this node");
                    return;
                }
            };
            if self.verdicts.said.insert((assignment, verdict.until)) {
                self.shop.metrics.verdict_against();
                tracing::warn!(
                    %assignment,
                    until = verdict.until,
                    bond = %aicp(verdict.bond),
                    "a jury finds another result than this node's. Until then the provider's account can call a \
                     larger jury for that bond, in AICP: `aicpw task appeal {}`, or `aicpw agent`, which does it by \
                     itself where it runs",
                    assignment.task
                );
            }
        }
    }
}

/// Formats an amount in AICP, rounded up to thousandths.
fn aicp(amount: Balance) -> String {
    let thousandths = amount.div_ceil(AICP / 1_000);
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bond_is_no_less_than_it_takes() {
        assert_eq!(aicp(11 * AICP), "11.000");
        assert_eq!(aicp(AICP / 2 + 1), "0.501");
        assert_eq!(aicp(1), "0.001");
    }

    #[test]
    fn it_is_looked_now_and_then() {
        let mut verdicts = Verdicts::default();
        let due = [1, 2, 20, 21, 40, 41].map(|block| verdicts.is_due(block));
        assert_eq!(due, [true, false, false, true, false, true]);
    }
}
