//! What disputes want from the assignments of this node.

use aicpw_protocol::{
    mailbox::{Ask, Asks, Order, Orders},
    task::Role,
    trace::DisputedPart,
    AssignmentId,
};

/// What disputes want, as far as it is known beside some orders.
pub struct Asked {
    /// `None` if the runtime is older than disputes' wants.
    asks: Option<Asks>,
    /// Whether `asks` is older than the orders.
    is_old: bool,
}

impl Asked {
    /// Returns what was read after these orders.
    pub fn new(asks: Option<Asks>, orders: &Orders) -> Self {
        let is_old = asks.as_ref().is_some_and(|asks| asks.block < orders.block);
        Self { asks, is_old }
    }

    /// Returns the part of the job that is run, or `Some(None)` for all of it; `None` as long as
    /// that is not known.
    pub fn part_of(&self, order: &Order) -> Option<Option<DisputedPart>> {
        // RELEASE-1: remove when release 3 is main (`is_none`: from then on it is not known)
        if order.role != Role::Juror || self.asks.is_none() {
            return Some(None);
        }
        match self.of(order.assignment)? {
            Ask::Part(part) => Some(Some(part.clone())),
            Ask::Whole | Ask::Trace => Some(None),
        }
    }

    /// Whether what disputes want is not known, because the orders are newer.
    pub fn is_old(&self) -> bool {
        self.is_old
    }

    /// Whether the trace of the result is wanted.
    pub fn wants_trace(&self, assignment: AssignmentId) -> bool {
        self.of(assignment) == Some(&Ask::Trace)
    }

    fn of(&self, assignment: AssignmentId) -> Option<&Ask> {
        let asks = self.asks.as_ref().filter(|_| !self.is_old)?;
        let found = asks.asks.iter().find(|(one, _)| *one == assignment);
        found.map(|(_, ask)| ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_juror_waits_until_it_is_known_what_it_has_to_run() {
        let juror = Order {
            role: Role::Juror,
            ..testing::order(1)
        };
        let part = DisputedPart {
            number: 3,
            from: None,
            claimed: [1; 32],
        };
        let orders = |block| Orders {
            block,
            orders: vec![juror.clone()],
            ..Orders::default()
        };
        let asks = |block, asks: &[Ask]| {
            Some(Asks {
                genesis: [0; 32],
                block,
                asks: asks
                    .iter()
                    .map(|ask| (juror.assignment, ask.clone()))
                    .collect(),
            })
        };
        let of = |asks, block| Asked::new(asks, &orders(block)).part_of(&juror);
        // An older runtime does not know of parts.
        assert_eq!(of(None, 5), Some(None));
        assert_eq!(of(asks(5, &[Ask::Whole]), 5), Some(None));
        let a_part = Ask::Part(part.clone());
        assert_eq!(
            of(asks(5, std::slice::from_ref(&a_part)), 5),
            Some(Some(part))
        );
        // From an older block, or without an entry.
        assert_eq!(of(asks(4, &[a_part]), 5), None);
        assert_eq!(of(asks(5, &[]), 5), None);
        let replica = testing::order(1);
        let asked = Asked::new(asks(5, &[]), &orders(5));
        assert_eq!(asked.part_of(&replica), Some(None));
        assert!(!asked.wants_trace(replica.assignment));
        let asked = Asked::new(asks(5, &[Ask::Trace]), &orders(5));
        assert!(asked.wants_trace(replica.assignment));
    }
}
