//! Jobs of any number of tiny launches, in parts as small as the trace allows.

use std::path::{Path, PathBuf};

use aicpw_network_tests::jobs::{write_manifest, Count};
use aicpw_protocol::trace::MAX_HASHES;
use anyhow::Result;

/// The steps of the generator in each launch: so few that a launch takes no longer than making it.
const ROUNDS: u32 = 100;

/// A job of this many launches.
#[derive(Clone, Copy)]
pub struct Steps(pub u32);

/// Whether a job takes checkpoints.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Checkpoints {
    /// As many as there can be.
    Most,
    /// None except the end.
    None,
}

impl Steps {
    /// Returns the launches in a part: the fewest with which a trace holds all checkpoints and the
    /// end.
    pub fn in_a_part(self) -> u32 {
        self.0.saturating_add(1).div_ceil(MAX_HASHES)
    }

    /// Writes the task into a folder, and returns the path of its manifest.
    pub fn write(self, folder: &Path, checkpoints: Checkpoints) -> Result<PathBuf> {
        let count = Count {
            launches: self.0,
            rounds: ROUNDS,
        };
        count.write(folder)?;
        let mut manifest = count.manifest();
        if checkpoints == Checkpoints::Most {
            manifest["checkpoint_every"] = self.in_a_part().into();
        }
        write_manifest(folder, &manifest)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use aicpw_protocol::manifest::Manifest;
    use serde_json::Value;

    use super::*;

    #[test]
    fn parts_are_as_small_as_a_trace_allows() {
        let folder = tempfile::tempdir().unwrap();
        for (launches, in_a_part) in [(10, 1), (1_000, 1), (65_535, 1), (65_536, 2), (100_000, 2)] {
            let job = Steps(launches);
            assert_eq!(job.in_a_part(), in_a_part);
            let path = job.write(folder.path(), Checkpoints::Most).unwrap();
            let text = fs::read(&path).unwrap();
            let manifest = Manifest::parse(&text).unwrap();
            assert_eq!(manifest.launches(), u64::from(launches));
            assert!(manifest.checkpoints() <= u64::from(MAX_HASHES));
            if in_a_part > 1 {
                let mut smaller: Value = serde_json::from_slice(&text).unwrap();
                smaller["checkpoint_every"] = (in_a_part - 1).into();
                let refused = Manifest::parse(smaller.to_string().as_bytes()).unwrap_err();
                assert!(
                    refused.to_string().contains("checkpoint_every"),
                    "{refused}"
                );
            }
            let path = job.write(folder.path(), Checkpoints::None).unwrap();
            let manifest = Manifest::parse(&fs::read(path).unwrap()).unwrap();
            assert_eq!(manifest.checkpoints(), 1);
        }
    }
}
