//! Counts what a step of the runtime reads and writes.

use std::{collections::HashMap, time::Duration, time::Instant};

use anyhow::Result;
use sp_core::Blake2Hasher;
use sp_trie::recorder::Recorder;

use super::world::World;

/// What a step costs.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    /// Distinct keys that it reads.
    pub reads: usize,
    /// Distinct keys that it writes.
    pub writes: usize,
    /// Bytes of the trie that prove what it read.
    pub proof: usize,
}

/// Runs a step and counts what it does beyond what was done before.
pub fn count<R>(world: &mut World, step: impl FnOnce() -> R) -> Result<(R, Cost)> {
    world.commit()?;
    let recorder = Recorder::<Blake2Hasher>::default();
    let result = world.state.execute_with_recorder(recorder.clone(), step);
    let cost = Cost {
        reads: recorder.recorded_keys().values().map(HashMap::len).sum(),
        writes: world.state.overlayed_changes().changes().count(),
        proof: recorder.estimate_encoded_size(),
    };
    Ok((result, cost))
}

/// Runs a step and measures how long it takes, with everything that it may read in the trie.
pub fn time<R>(world: &mut World, step: impl FnOnce() -> R) -> Result<(R, Duration)> {
    world.commit()?;
    let start = Instant::now();
    let result = world.state.execute_with(step);
    Ok((result, start.elapsed()))
}
