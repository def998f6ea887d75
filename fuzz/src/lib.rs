//! Plays bytes on the market. An input is a list of moves (calls of requesters, providers and workers, time, failures),
//! and [`run`] plays it on the real runtime. After each move every invariant is checked (`try_state` of all pallets of
//! the market). A call that its authorisation let through must not fail. No funds may appear or vanish. Nobody may lose
//! more than they have put in. And once nobody acts any more, every task must end by itself.
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

/// The outcome of an input.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// The number of calls that were made.
    pub calls: u64,
    /// The number of calls that were accepted.
    pub accepted: u64,
    /// The number of blocks that were made.
    pub blocks: u64,
    /// The names of the states, faults and reasons that were seen.
    pub seen: BTreeSet<String>,
}

impl Report {
    /// Adds the outcome of another input.
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
/// If an invariant does not hold: that is a bug of the market.
pub fn run(input: &[u8]) -> Report {
    chain::on_a_new_chain(|chain| moves::play(chain, &mut input::Input::new(input)))
}
