//! What is final, and what a fork delays, takes away and gives back.

use aicpw_protocol::{
    mailbox::{Order, Orders},
    task::AssignmentStatus,
    trace::DisputedPart,
    AssignmentId, BlockNumber,
};
use std::collections::BTreeMap;

use super::{
    record::{same_work, Answer, Gone},
    sight::Finalised,
    Active, Queue,
};
use crate::{
    blocking,
    chain::{BlockRef, Heads},
};

/// A job that has ended.
pub(super) struct Ended {
    pub(super) order: Order,
    pub(super) part: Option<DisputedPart>,
    /// Set if the chain no longer knew its assignment.
    pub(super) gone: Option<Gone>,
}

impl Ended {
    /// Returns the result that was reported, if an order asks for the same work again. Whether something can be
    /// fetched, however, depends on the time.
    pub(super) fn answer(&self, order: &Order, part: Option<&DisputedPart>) -> Option<Answer> {
        let is_same = same_work(&self.order, order) && self.part.as_ref() == part;
        let gone = self.gone.as_ref();
        gone.filter(|_| is_same && order.fetch.is_none())?
            .answer
            .clone()
    }
}

impl Queue {
    /// Shows all active jobs what is final.
    pub(super) fn see_finalised(&mut self, heads: Heads) {
        let block = heads.finalised;
        if self.active.is_empty() || self.shown == Some(block) {
            return;
        }
        let orders = match blocking::run(|| self.shop.chain.orders_at(block.hash)) {
            Ok(orders) => orders,
            Err(error) => {
                tracing::warn!(%error, "cannot see what is final; trying again with the next block");
                return;
            }
        };
        self.see_verdicts(block, &orders);
        let is_missing = |active: &&Active| {
            block.number >= active.seen_at && order_of(&orders, &active.order).is_none()
        };
        // Orders are only those of open assignments.
        let missing = self.active.values().filter(is_missing);
        let ends: BTreeMap<AssignmentId, AssignmentStatus> = missing
            .filter_map(|active| {
                let end = self.end_of(block, &active.order)?;
                Some((active.order.assignment, end))
            })
            .collect();
        let has_no_end =
            |active: &Active| is_missing(&active) && !ends.contains_key(&active.order.assignment);
        let best = match self.active.values().any(has_no_end) {
            true => self.best_orders(heads.best),
            false => None,
        };
        let is_in_best = |active: &Active| {
            let best = best.as_ref();
            best.is_none_or(|best| order_of(best, &active.order).is_some())
        };
        // This is looked at again as soon as there is another best block.
        let mut is_open = false;
        for active in self.active.values() {
            let order = order_of(&orders, &active.order);
            let end = ends.get(&active.order.assignment);
            let finalised = match order.map(|order| &order.status).or(end) {
                Some(status) => Finalised::Status(status.clone()),
                None if block.number < active.seen_at => Finalised::NotYet,
                // A fork has lost the assignment and made it again, in a block that is not final yet.
                None if is_in_best(active) => {
                    is_open = true;
                    Finalised::NotYet
                }
                None => Finalised::Gone,
            };
            let granted = order.and_then(|order| order.envelope);
            active.sight.send_if_modified(|sight| {
                let changed = sight.finalised != finalised
                    || sight.granted != granted
                    || sight.trace_wanted.is_some();
                sight.finalised = finalised;
                sight.granted = granted;
                sight.final_block = block.number;
                changed
            });
        }
        self.shown = (!is_open).then_some(block);
    }

    /// Returns how an assignment that is not open in a final block has ended; `None` if that is not known there.
    fn end_of(&self, block: BlockRef, order: &Order) -> Option<AssignmentStatus> {
        match blocking::run(|| self.shop.chain.end_of(block.hash, order)) {
            Ok(end) => end,
            Err(error) => {
                tracing::warn!(assignment = %order.assignment, %error, "not known how an assignment has ended");
                None
            }
        }
    }

    /// Returns the open orders of the best block; `None` if they cannot be read.
    fn best_orders(&self, best: BlockRef) -> Option<Orders> {
        match blocking::run(|| self.shop.chain.orders_at(best.hash)) {
            Ok(orders) => Some(orders),
            Err(error) => {
                tracing::warn!(%error, "cannot see what the best block has; nothing is gone meanwhile");
                None
            }
        }
    }

    /// Whether an assignment that was gone is back and has to be done. Read from the best block itself: what the hook
    /// wrote last can be from a fork that is no longer the best.
    pub(super) fn is_back(
        &self,
        ended: &Ended,
        order: &Order,
        block: BlockNumber,
        best: BlockRef,
    ) -> bool {
        let is_later = |gone: &Gone| block > gone.at && best.number > gone.at;
        if !is_to_do(order) || !ended.gone.as_ref().is_some_and(is_later) {
            return false;
        }
        match blocking::run(|| self.shop.chain.orders_at(best.hash)) {
            Ok(orders) => order_of(&orders, &ended.order).is_some_and(is_to_do),
            Err(error) => {
                tracing::warn!(%error, "not known whether a fork gave an assignment back");
                false
            }
        }
    }
}

/// Whether an order still has to be done: a revealed result need not be computed again.
pub(super) fn is_to_do(order: &Order) -> bool {
    matches!(
        order.status,
        AssignmentStatus::AwaitingKey { .. }
            | AssignmentStatus::Assigned { .. }
            | AssignmentStatus::Running { .. }
            | AssignmentStatus::Committed { .. }
    )
}

/// Returns the order for the same work, if it is among these.
fn order_of<'a>(orders: &'a Orders, same: &Order) -> Option<&'a Order> {
    let mut orders = orders.orders.iter();
    let order = orders.find(|order| order.assignment == same.assignment);
    order.filter(|order| same_work(same, order))
}
