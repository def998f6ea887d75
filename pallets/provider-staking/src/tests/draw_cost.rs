//! The cost of a draw does not depend on the number of providers.

use aicpw_primitives::traits::StakeDraw;
use aicpw_protocol::{draw::ticket, Balance};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
};
use tracing::{
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    Event, Metadata, Subscriber,
};

use crate::{
    draw::{path, Leaf, Leaves, Node, DRAW_TRIES, LEVELS},
    mock::*,
    DrawLeafOf, DrawLeaves, DrawNodes, DrawTree, Heartbeat, Ledger, Ledgers, Pallet, Presence,
    Presences,
};

const JURY: u32 = 5;

/// The number of writes for a provider's new weight: a node on each level, its leaf, the number of its leaf,
/// and the first free leaf.
const WEIGHING_WRITES: u64 = LEVELS as u64 + 3;

/// Makes a state with this many providers, as if each had come by itself.
fn crowd(providers: u32) -> sp_io::TestExternalities {
    let mut ext = ExtBuilder.build();
    ext.execute_with(|| {
        let mut nodes = BTreeMap::<_, Node>::new();
        for leaf in 0..providers {
            let account = AccountId::from(leaf) + 1_000;
            let weight = MIN_STAKE + Balance::from(leaf % 7);
            Ledgers::<Test>::insert(account, Ledger::new(weight));
            DrawLeaves::<Test>::insert(leaf, Leaf::Provider(account));
            DrawLeafOf::<Test>::insert(account, leaf);
            let heartbeat = Some(Heartbeat {
                period: period(),
                block: START,
            });
            Presences::<Test>::insert(
                account,
                Presence {
                    heartbeat,
                    relist: false,
                },
            );
            for level in 0..LEVELS {
                let (key, child) = path(leaf, level);
                nodes.entry(key).or_default().0[child] += weight;
            }
        }
        for (key, node) in nodes {
            DrawNodes::<Test>::insert(key, node);
        }
        DrawTree::<Test>::put(Leaves {
            ever: providers,
            free: None,
        });
    });
    ext
}

/// Counts the accesses to the state that the state machine traces.
#[derive(Clone, Default)]
struct Accesses(Arc<[AtomicUsize; 2]>);

impl Accesses {
    /// The number of reads and writes so far.
    fn counts(&self) -> [usize; 2] {
        [0, 1].map(|kind| self.0[kind].load(Ordering::Relaxed))
    }
}

impl Visit for Accesses {
    fn record_str(&mut self, field: &Field, value: &str) {
        let kind = match (field.name(), value) {
            ("method", "Get" | "Exists") => 0,
            ("method", "Put") => 1,
            _ => return,
        };
        self.0[kind].fetch_add(1, Ordering::Relaxed);
    }
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

impl Subscriber for Accesses {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "state"
    }
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The number of reads and writes of `work`, with a crowd of this size, this many periods after its last heartbeats.
fn cost(providers: u32, periods: u32, work: fn()) -> [usize; 2] {
    let accesses = Accesses::default();
    let mut ext = crowd(providers);
    ext.execute_with(|| run_to_period(periods));
    tracing::subscriber::with_default(accesses.clone(), || ext.execute_with(work));
    accesses.counts()
}

/// Draws a jury.
fn jury() {
    for number in 0..JURY {
        assert!(Pallet::<Test>::draw(&ticket(&[7; 32], &"jury", number)).is_some());
    }
}

/// Draws while all providers are silent.
fn silence() {
    assert_eq!(Pallet::<Test>::draw(&[7; 32]), None);
}

/// The number of reads of a draw: a node on each level, the leaf, its provider's last heartbeat and stake, and
/// the block number.
const READS: usize = LEVELS as usize + 4;

#[test]
fn a_jury_costs_the_same_whatever_the_crowd() {
    for providers in [100, 100_000] {
        let (jury, size) = (cost(providers, 0, jury), JURY as usize);
        assert_eq!(jury, [READS * size, 0], "{providers} providers");
    }
}

#[test]
fn silence_costs_the_same_whatever_the_crowd() {
    let (few, many) = (cost(100, 5, silence), cost(100_000, 5, silence));
    assert_eq!(few, many);
    let tries = u64::from(DRAW_TRIES);
    let writes = many[1] as u64;
    assert!(writes > 0 && writes <= tries * WEIGHING_WRITES, "{writes}");
}
