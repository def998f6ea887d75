//! What a provider's node is working on: while there is anything, the node must not be stopped for
//! long.

use aicpw_protocol::{mailbox::Orders, task::AssignmentStatus};
use serde::Serialize;

use crate::quantity::count;

/// How many assignments of a provider are open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct AtWork {
    /// The number of assignments that have not ended.
    pub open_assignments: usize,
    /// The number of these whose result is committed and not revealed. They take no slot.
    pub unrevealed: usize,
}

impl AtWork {
    /// Counts the orders of the provider's worker key.
    pub fn of(orders: &Orders) -> Self {
        let is_hidden =
            |status: &AssignmentStatus| matches!(status, AssignmentStatus::Committed { .. });
        let orders = &orders.orders;
        Self {
            open_assignments: orders.len(),
            unrevealed: orders.iter().filter(|one| is_hidden(&one.status)).count(),
        }
    }

    /// What becomes of the assignments when another node takes over; follows a sentence.
    pub fn lost(self) -> String {
        let of_them = match self.unrevealed {
            0 => String::new(),
            hidden => format!(
                ", of which {} committed and not revealed: all that is locked for those is lost",
                count(hidden, "result")
            ),
        };
        match self.open_assignments {
            0 => ", which is at nothing".into(),
            open => format!(
                "; what it is at ({}{of_them}) fails unless this node has the same devices and job folders",
                count(open, "assignment")
            ),
        }
    }

    /// The counts, for people.
    pub fn show(self) -> String {
        match (self.open_assignments, self.unrevealed) {
            (0, _) => "nothing, so the node can be stopped".into(),
            (open, 0) => count(open, "assignment"),
            (open, hidden) => format!(
                "{}; {} not revealed yet: a node that stops, or moves, before it is loses all that is locked",
                count(open, "assignment"),
                count(hidden, "result"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_lost() {
        let lost = |open_assignments, unrevealed| {
            let at_work = AtWork {
                open_assignments,
                unrevealed,
            };
            at_work.lost()
        };
        assert_eq!(lost(0, 0), ", which is at nothing");
        assert!(lost(2, 0).contains("(2 assignments) fails unless"));
        let hidden = lost(2, 1);
        assert!(
            hidden.contains("1 result committed and not revealed"),
            "{hidden}"
        );
    }

    #[test]
    fn says_when_a_node_can_be_stopped() {
        let show = |open_assignments, unrevealed| {
            let at_work = AtWork {
                open_assignments,
                unrevealed,
            };
            at_work.show()
        };
        assert_eq!(show(0, 0), "nothing, so the node can be stopped");
        assert_eq!(show(1, 0), "1 assignment");
        let hidden = show(3, 2);
        assert!(
            hidden.starts_with("3 assignments; 2 results not revealed yet"),
            "{hidden}"
        );
    }
}
