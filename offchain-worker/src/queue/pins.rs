//! The content that the jobs of this machine keep pinned. Equal results have one CID and one pin.

use aicpw_protocol::{content::ContentId, AssignmentId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The pins of all job folders, according to their records. All clones share them.
#[derive(Debug, Clone, Default)]
pub struct Pins(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    of: BTreeMap<AssignmentId, Vec<ContentId>>,
    /// How many jobs keep each pin.
    keepers: BTreeMap<ContentId, usize>,
}

impl Pins {
    /// Sets what a job keeps: these, and nothing else.
    pub fn set(&self, assignment: AssignmentId, mut pins: Vec<ContentId>) {
        pins.sort_unstable();
        pins.dedup();
        let mut state = self.state();
        state.forget(assignment);
        for pin in &pins {
            let keepers = state.keepers.entry(pin.clone()).or_default();
            *keepers = keepers.saturating_add(1);
        }
        if !pins.is_empty() {
            state.of.insert(assignment, pins);
        }
    }

    /// Forgets a job that is gone.
    pub fn forget(&self, assignment: AssignmentId) {
        self.state().forget(assignment);
    }

    /// Returns what a job keeps.
    pub fn of(&self, assignment: AssignmentId) -> Vec<ContentId> {
        let state = self.state();
        state.of.get(&assignment).cloned().unwrap_or_default()
    }

    /// Whether another job than this one also keeps a pin.
    pub fn others_keep(&self, assignment: AssignmentId, pin: &ContentId) -> bool {
        let state = self.state();
        let own = state.of.get(&assignment);
        let own = usize::from(own.is_some_and(|pins| pins.contains(pin)));
        state.keepers.get(pin).is_some_and(|keepers| *keepers > own)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget(&mut self, assignment: AssignmentId) {
        for pin in self.of.remove(&assignment).unwrap_or_default() {
            let Some(keepers) = self.keepers.get_mut(&pin) else {
                continue;
            };
            *keepers = keepers.saturating_sub(1);
            if *keepers == 0 {
                self.keepers.remove(&pin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{content_id, order};

    #[test]
    fn a_pin_is_kept_by_whoever_is_left() {
        let (a, b) = (order(1).assignment, order(2).assignment);
        let (x, y) = (content_id(b"x"), content_id(b"y"));
        let pins = Pins::default();
        pins.set(a, vec![x.clone(), x.clone(), y.clone()]);
        assert!(!pins.others_keep(a, &x), "its own, said twice");
        assert!(pins.others_keep(b, &x));
        pins.set(b, vec![x.clone()]);
        assert!(pins.others_keep(a, &x) && !pins.others_keep(a, &y));
        // Another state of the same job.
        pins.set(b, Vec::new());
        assert!(!pins.others_keep(a, &x));
        pins.forget(a);
        assert!(!pins.others_keep(b, &y));
        assert!(pins.of(a).is_empty());
    }
}
