//! Counts what a step of the runtime reads and writes.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use aicpw_runtime::AllPalletsWithSystem;
use anyhow::Result;
use frame_support::traits::StorageInfoTrait;
use rustix::time::{clock_gettime, ClockId};
use sp_core::Blake2Hasher;
use sp_io::TestExternalities;
use sp_trie::recorder::Recorder;

use super::world::World;
use crate::report::Measured;

/// What a step costs.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    /// The number of distinct keys that it reads.
    pub reads: usize,
    /// The number of distinct keys that it writes.
    pub writes: usize,
    /// The bytes of the trie that prove what it read.
    pub proof: usize,
}

/// The storage items that a step touches, `Pallet.Item`, in alphabetical order.
#[derive(Clone, Default)]
pub struct Touched {
    /// Those that it reads and does not write.
    pub read: Vec<String>,
    /// Those that it writes.
    pub written: Vec<String>,
}

/// Runs a step, and counts what it reads and writes in addition to what was done before.
pub fn count<R>(world: &mut World, step: impl FnOnce() -> R) -> Result<(R, Cost)> {
    let (result, cost, _) = trace(world, step)?;
    Ok((result, cost))
}

/// Like [`count`], with the names of what the step touches.
pub fn trace<R>(world: &mut World, step: impl FnOnce() -> R) -> Result<(R, Cost, Touched)> {
    world.commit()?;
    let recorder = Recorder::<Blake2Hasher>::default();
    let result = world.state.execute_with_recorder(recorder.clone(), step);
    let recorded = recorder.recorded_keys();
    let written: Vec<_> = world
        .state
        .overlayed_changes()
        .changes()
        .map(|(key, _)| key.clone())
        .collect();
    let cost = Cost {
        reads: recorded.values().map(HashMap::len).sum(),
        writes: written.len(),
        proof: recorder.estimate_encoded_size(),
    };
    let names = Names::new();
    let read = names.of(recorded.values().flatten().map(|(key, _)| &key[..]));
    let written = names.of(written.iter().map(Vec::as_slice));
    let touched = Touched {
        read: read.difference(&written).cloned().collect(),
        written: written.into_iter().collect(),
    };
    Ok((result, cost, touched))
}

/// The prefixes of the runtime's storage keys, with the names of their items.
struct Names(Vec<(Vec<u8>, String)>);

impl Names {
    fn new() -> Self {
        // The longest length of some items depends on the state.
        let items = TestExternalities::default().execute_with(AllPalletsWithSystem::storage_info);
        Self(
            items
                .into_iter()
                .map(|item| {
                    let pallet = String::from_utf8_lossy(&item.pallet_name);
                    let name = String::from_utf8_lossy(&item.storage_name);
                    (item.prefix, format!("{pallet}.{name}"))
                })
                .collect(),
        )
    }

    /// Returns the items to which these keys belong. A key of no item, such as the index of the transaction, has its
    /// own name.
    fn of<'a>(&self, keys: impl Iterator<Item = &'a [u8]>) -> BTreeSet<String> {
        keys.map(|key| {
            let item = self.0.iter().find(|(prefix, _)| key.starts_with(prefix));
            item.map_or_else(
                || String::from_utf8_lossy(key).into_owned(),
                |(_, name)| name.clone(),
            )
        })
        .collect()
    }
}

/// Runs a step, and measures the processor time that it takes, with everything that it may read in the trie.
pub fn time<R>(world: &mut World, step: impl FnOnce() -> R) -> Result<(R, Duration)> {
    world.commit()?;
    let start = processor_time()?;
    let result = world.state.execute_with(step);
    Ok((result, processor_time()?.saturating_sub(start)))
}

/// Returns the processor time that this thread has used. What others use does not count.
fn processor_time() -> Result<Duration> {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Ok(Duration::try_from(time)?)
}

/// The cost of a step that was run several times: the median of what is counted, the fastest of the times.
pub struct Sample {
    pub weight: u64,
    pub cost: Cost,
    pub time: Duration,
}

impl Sample {
    /// Returns the sample of at least one round.
    pub fn of(mut counted: Vec<(u64, Cost)>, fastest: Duration) -> Self {
        counted.sort_by_key(|(weight, cost)| (*weight, cost.reads));
        let (weight, cost) = counted[counted.len() / 2];
        Self {
            weight,
            cost,
            time: fastest,
        }
    }

    /// Reports a row for each number.
    pub fn tell(&self, name: &str, report: &mut Measured) {
        let mut row = |what: &str, value: f64, unit| {
            report.add(format!("{name}: {what}"), value, unit, "");
        };
        row("weight", self.weight as f64 / 1e6, "µs");
        row("reads", self.cost.reads as f64, "keys");
        row("writes", self.cost.writes as f64, "keys");
        row("proof", self.cost.proof as f64, "bytes");
        row("time, fastest", self.time.as_secs_f64() * 1e6, "µs");
    }

    /// Reports how much more this is than a smaller one, in percent.
    pub fn compare(&self, small: &Self, name: &str, goal: &str, report: &mut Measured) {
        let mut row = |what: &str, small: f64, large: f64| {
            let more = (large / small - 1.0) * 100.0;
            report.add(format!("{name}: more {what}"), more, "%", goal);
        };
        row("weight", small.weight as f64, self.weight as f64);
        row("reads", small.cost.reads as f64, self.cost.reads as f64);
        row("writes", small.cost.writes as f64, self.cost.writes as f64);
        row("time", small.time.as_secs_f64(), self.time.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_by_the_name_of_its_item() {
        let mut key = sp_io::hashing::twox_128(b"System").to_vec();
        key.extend(sp_io::hashing::twox_128(b"Account"));
        key.extend([7; 48]);
        let named = Names::new().of([&key[..], b":extrinsic_index"].into_iter());
        let expected = [":extrinsic_index", "System.Account"].map(String::from);
        assert_eq!(named, BTreeSet::from(expected));
    }
}
