//! Counts what a step of the runtime reads and writes.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use aicpw_runtime::AllPalletsWithSystem;
use anyhow::Result;
use frame_support::traits::StorageInfoTrait;
use sp_core::Blake2Hasher;
use sp_io::TestExternalities;
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

/// The storage items that a step touches, `Pallet.Item`, in alphabetical order.
#[derive(Clone, Default)]
pub struct Touched {
    /// Those that it reads and does not write.
    pub read: Vec<String>,
    /// Those that it writes.
    pub written: Vec<String>,
}

/// Runs a step and counts what it does beyond what was done before.
pub fn count<R>(world: &mut World, step: impl FnOnce() -> R) -> Result<(R, Cost)> {
    let (result, cost, _) = trace(world, step)?;
    Ok((result, cost))
}

/// The same, with the names of what it touches.
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

/// What the keys of the runtime's storage begin with.
struct Names(Vec<(Vec<u8>, String)>);

impl Names {
    fn new() -> Self {
        // How long some may get depends on the state.
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

    /// The items that these keys belong to. A key of none, such as the index of the transaction, goes by
    /// its own name.
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

/// Runs a step and measures how long it takes, with everything that it may read in the trie.
pub fn time<R>(world: &mut World, step: impl FnOnce() -> R) -> Result<(R, Duration)> {
    world.commit()?;
    let start = Instant::now();
    let result = world.state.execute_with(step);
    Ok((result, start.elapsed()))
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
