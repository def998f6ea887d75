//! The market's runtime, driven natively and in memory: what its steps read, write and weigh.

mod jury;
mod lifecycle;
mod matching;
mod meter;
mod parts;
mod people;
mod world;

pub use jury::measure as jury;
pub use lifecycle::{measure as lifecycle, worker_call};
pub use matching::measure as matching;
pub use parts::measure as parts;
pub use people::{ask, device, submission, Provider, SLOTS};
pub use world::authorised;
#[cfg(test)]
pub use world::{account, key};

use aicpw_runtime::units::SECONDS;

/// What weights are counted in: picoseconds.
const SECOND: f64 = 1e12;

/// How many times a step of this weight fits the blocks of a second, each of which has so much room.
fn per_second_of_blocks(weight: u64, room: u64) -> f64 {
    room as f64 * f64::from(SECONDS) / weight as f64
}

/// How many times it fits a second of execution.
fn per_second_of_execution(weight: u64) -> f64 {
    SECOND / weight as f64
}
