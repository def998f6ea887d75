//! Runs the market's runtime natively and in memory, and measures what its steps read, write and weigh.

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

/// A second in the unit of weights, picoseconds.
const SECOND: f64 = 1e12;

/// Returns how many times a step of this weight fits into the blocks of a second, each of which has this much room.
fn per_second_of_blocks(weight: u64, room: u64) -> f64 {
    room as f64 * f64::from(SECONDS) / weight as f64
}

/// Returns how many times a step of this weight fits into a second of execution.
fn per_second_of_execution(weight: u64) -> f64 {
    SECOND / weight as f64
}
