//! Providers and requesters.

use aicpw_protocol::{
    commitment::{result_commitment, trace_commitment, ResultOpening},
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation, Slots},
    merkle::result_root,
    task::{DeterminismClass, Engine, Needs, Privacy, Submission, Verification},
    worker::Statement,
    AskPrice, AssignmentId, Balance, BlockNumber, ContentId, Gflops, Hash, Mebibytes,
    MegabitsPerSecond, Milliseconds,
};
use aicpw_runtime::{
    configs::market::HeartbeatPeriod,
    units::{MILLI, MINUTES, SLOT_MILLISECONDS, UNIT},
    AccountId,
};
use anyhow::{Context, Result};
use sp_core::{crypto::DeriveJunction, sr25519, Pair};

use super::world::{account, key, Origin, World};

/// What every job here computes.
pub const OUTPUT: &[u8] = b"the output of the job";

/// A provider and its worker.
pub struct Provider {
    pub key: sr25519::Pair,
    pub worker: sr25519::Pair,
}

impl Provider {
    /// Returns this many providers: `//bench//provider//0` with `//bench//worker//0`, and so on.
    pub fn some(count: u32) -> Result<Vec<Self>> {
        // Deriving a key from a phrase is slow on purpose, so it is done only twice.
        let (keys, workers) = (key("//bench//provider")?, key("//bench//worker")?);
        let child = |parent: &sr25519::Pair, number: u32| {
            let junction = DeriveJunction::hard(u64::from(number));
            parent.derive(std::iter::once(junction), None)
        };
        (0..count)
            .map(|number| {
                Ok(Self {
                    key: child(&keys, number)?.0,
                    worker: child(&workers, number)?.0,
                })
            })
            .collect()
    }

    pub fn account(&self) -> AccountId {
        account(&self.key)
    }

    /// Registers the provider with these devices, at these asks, and makes it go online.
    pub fn register(
        &self,
        world: &mut World,
        offers: impl IntoIterator<Item = (DeviceSpec, AskPrice)>,
    ) -> Result<()> {
        let who = self.account();
        let proof = world.proof(&self.worker, &self.join());
        let register = pallet_provider_staking::Call::register_provider {
            stake: STAKE,
            worker: self.worker.public().into(),
            sealing_key: self.worker.public().0,
            peers: Default::default(),
            proof: proof.clone(),
        };
        world.dispatch(Origin::Signed(&who), register)?;
        for (spec, ask) in offers {
            let slots = SLOTS;
            let register = pallet_provider_staking::Call::register_device { spec, ask, slots };
            world.dispatch(Origin::Signed(&who), register)?;
        }
        let heartbeat = pallet_provider_staking::Call::heartbeat {
            provider: who,
            period: world.height() / HeartbeatPeriod::get(),
            // The call is dispatched without authorisation, so nothing checks the proof.
            proof,
        };
        world.dispatch(Origin::Worker, heartbeat)
    }

    /// Returns the statement with which it registers, to be proven by its worker.
    pub fn join(&self) -> Statement<AccountId> {
        Statement::Join {
            provider: self.account(),
        }
    }

    /// Returns the statement that its devices are online in the period of this height.
    pub fn beat(&self, period: BlockNumber) -> Statement<AccountId> {
        Statement::Heartbeat {
            provider: self.account(),
            period,
        }
    }

    /// Returns what it reveals of [`OUTPUT`].
    pub fn opening(&self) -> Result<ResultOpening> {
        Ok(ResultOpening {
            salt: [7; 32],
            result_root: result_root(OUTPUT),
            trace_commitment: trace_commitment(&[8; 32], &[9; 32]),
            result: content(9)?,
        })
    }

    /// Returns what it commits to.
    pub fn commitment(&self, assignment: AssignmentId) -> Result<Hash> {
        let opening = self.opening()?;
        Ok(result_commitment(&self.account(), assignment, &opening))
    }
}

/// Returns a device of 10,000 GFLOPS and 16 GiB with all classes.
pub fn device(number: u32) -> Result<DeviceSpec> {
    let mut fingerprint = Hash::default();
    fingerprint[..4].copy_from_slice(&number.to_le_bytes());
    let name = b"bench".to_vec().try_into();
    Ok(DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: name.ok().context("a name")?,
        fingerprint,
        classes: ClassSet {
            int: true,
            fp32_strict: true,
            device: true,
        },
        gflops: Gflops(10_000),
        memory: Mebibytes(16_384),
        bandwidth: MegabitsPerSecond(1_000),
    })
}

/// The number of jobs that one device runs at once.
pub const SLOTS: Slots = 8;

/// The stake of a provider.
pub const STAKE: Balance = 10_000 * UNIT;

/// Returns an ask of this many thousandths of an AICP per TFLOPS-hour.
pub fn ask(thousandths: u32) -> Balance {
    Balance::from(thousandths) * MILLI
}

/// The blocks for which a task of [`submission`] may wait for a device.
pub const MATCH_WINDOW: BlockNumber = MINUTES;

/// Returns a task of a minute on a device of 10 GFLOPS, settled at the reveal.
pub fn submission() -> Result<Submission> {
    let root_hash = aicpw_protocol::commitment::expected_root_hash(&result_root(OUTPUT));
    Ok(Submission {
        manifest: content(1)?,
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(10),
            memory: Mebibytes(64),
            bandwidth: MegabitsPerSecond(1),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(60_000),
        budget: UNIT,
        match_window: Milliseconds(u64::from(MATCH_WINDOW) * SLOT_MILLISECONDS),
        verification: Verification::Expected { root_hash },
        privacy: Privacy::Public,
        peers: Default::default(),
    })
}

/// Returns a CID of content that does not exist.
pub fn content(seed: u8) -> Result<ContentId> {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([seed; 32]);
    ContentId::from_bytes(bytes).ok().context("a CID")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_those_of_their_derivations() {
        let second = Provider::some(2).unwrap().remove(1);
        let named = |suri: &str| key(suri).unwrap().public();
        assert_eq!(second.key.public(), named("//bench//provider//1"));
        assert_eq!(second.worker.public(), named("//bench//worker//1"));
    }
}
