//! Bytes to market: an input is a list of moves (calls of requesters, providers and workers, time,
//! failures), and [`run`] plays it on the real runtime. After each move every invariant is checked
//! (`try_state` of all pallets of the market); a call that its authorisation let through must not
//! fail; no fund may appear or vanish; nobody may lose more than it has put in; and when everybody has gone home
//! every task must end by itself.
//!
//! | module | what |
//! | --- | --- |
//! | [`input`] | bytes to numbers |
//! | [`chain`] | the runtime, block by block |
//! | [`actors`] | who acts, and the shapes of what they send |
//! | [`moves`] | one letter, one move |
//! | [`disputes`] | the moves of disputes |
//! | [`providers`] | the moves by which providers change what they have said |
//! | [`purses`] | what each party has put in, and can lose |
//! | [`workers`] | the moves of workers: heartbeats, jobs, conformance runs |
//! | [`mutate`] | new inputs from old ones, the same for the same seed |

pub mod actors;
pub mod chain;
pub mod disputes;
pub mod input;
pub mod moves;
pub mod mutate;
pub mod providers;
pub mod purses;
pub mod workers;

use std::collections::BTreeSet;

/// What came of an input.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Calls that were made.
    pub calls: u64,
    /// Those that were accepted.
    pub accepted: u64,
    /// Blocks that were made.
    pub blocks: u64,
    /// States, faults and reasons that were seen, by their names.
    pub seen: BTreeSet<String>,
}

impl Report {
    /// Adds what came of another input.
    pub fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.accepted += other.accepted;
        self.blocks += other.blocks;
        self.seen.extend(other.seen);
    }
}

/// Plays an input on a new market.
///
/// # Panics
///
/// When an invariant does not hold: that is a bug of the market.
pub fn run(input: &[u8]) -> Report {
    chain::on_a_new_chain(|chain| moves::play(chain, &mut input::Input::new(input)))
}
