//! What a device has to meet to get a task, and what the task then costs.

use aicpw_primitives::traits::{Locks, Offer, Terms};
use aicpw_protocol::{device::Reputation, task::Unmatched, AskPrice};

use super::{AccountId, Task};

pub fn quote(task: &Task, ask: AskPrice, reputation: Reputation) -> Option<Terms> {
    let price = ask.0 / 1_000;
    let is_bad = task.is_audited && reputation < Reputation::START;
    let cap = task.demand.highest_ask.0 / 3 * 2;
    (!is_bad || ask.0 <= cap).then_some(Terms {
        price,
        audit_cost: if is_bad { price / 2 } else { 0 },
        locks: Locks {
            collateral: task.collateral + price,
            fraud_bond: 0,
        },
        ..Terms::default()
    })
}

/// The first need that the offer does not meet, implemented a second time, from the design.
pub fn fits(task: &Task, offer: &Offer<AccountId>) -> Option<Unmatched> {
    let (demand, needs, spec) = (&task.demand, &task.demand.needs, &offer.spec);
    let terms = quote(task, offer.ask, offer.reputation);
    [
        (spec.classes.contains(needs.class), Unmatched::Class),
        (
            demand
                .fingerprint
                .is_none_or(|only| only[..31] == spec.fingerprint[..31]),
            Unmatched::SameDevice,
        ),
        (spec.gflops >= needs.gflops, Unmatched::Gflops),
        (spec.memory >= needs.memory, Unmatched::Memory),
        (spec.bandwidth >= needs.bandwidth, Unmatched::Bandwidth),
        (
            offer.reputation >= needs.min_reputation,
            Unmatched::Reputation,
        ),
        (
            offer.ask <= demand.highest_ask && terms.is_some(),
            Unmatched::Budget,
        ),
        (
            offer.provider != demand.requester && !demand.excluded.contains(&offer.provider),
            Unmatched::Independence,
        ),
        (
            terms.is_none_or(|terms| offer.free_stake >= terms.locks.collateral),
            Unmatched::Stake,
        ),
        (offer.free_slots > 0, Unmatched::Busy),
    ]
    .into_iter()
    .find(|(met, _)| !met)
    .map(|(_, reason)| reason)
}
