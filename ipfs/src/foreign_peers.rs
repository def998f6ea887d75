//! Keeps track of the connected nodes that are not of our kind.

use crate::node::AGENT;
use rust_ipfs::PeerId;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The connected nodes that are not of our kind: kubo, for instance.
#[derive(Default)]
pub struct ForeignPeers(Mutex<HashSet<PeerId>>);

impl ForeignPeers {
    /// Notes what a connected node calls itself.
    pub fn introduced(&self, peer: PeerId, agent: &str) {
        if kind(agent) != kind(AGENT) {
            self.peers().insert(peer);
        }
    }

    /// Notes that a node has no connection left.
    pub fn gone(&self, peer: &PeerId) {
        self.peers().remove(peer);
    }

    /// Whether there are any.
    pub fn any(&self) -> bool {
        !self.peers().is_empty()
    }

    fn peers(&self) -> MutexGuard<'_, HashSet<PeerId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns an agent's name without its version.
fn kind(agent: &str) -> &str {
    agent.split('/').next().unwrap_or(agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_our_own_are_not_foreign() {
        let foreign = ForeignPeers::default();
        let (own, kubo) = (PeerId::random(), PeerId::random());
        foreign.introduced(own, "aicpw-ipfs/99.0.0");
        assert!(!foreign.any());
        foreign.introduced(kubo, "kubo/0.43.0/");
        foreign.gone(&own);
        assert!(foreign.any());
        foreign.gone(&kubo);
        assert!(!foreign.any());
    }
}
