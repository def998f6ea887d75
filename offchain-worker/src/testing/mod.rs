//! A chain, a store and an engine for tests, which do what the test says and report when they do
//! it.

mod chain;
mod engine;
mod store;
mod trial;

pub use chain::{FakeChain, MemoryStorage};
pub use engine::{hash_of_part, trace_of, FakeEngine};
pub use store::FakeStore;
pub use trial::passes_trials;

use aicpw_protocol::{
    content::ContentId,
    device::Reputation,
    mailbox::Order,
    task::{AssignmentStatus, DeterminismClass, Engine, Needs, Privacy, Role},
    AssignmentId, DeviceId, Gflops, Mebibytes, MegabitsPerSecond, Milliseconds, TaskId,
};
use cid::Cid;
use std::future::Future;
use std::time::Duration;

/// Longer than anything takes; only a broken test waits for it.
pub const LONG: Duration = Duration::from_secs(30);

/// Waits for something that should happen soon.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LONG, future).await {
        Ok(value) => value,
        Err(_) => panic!("did not happen: {what}"),
    }
}

/// Returns the CID that [`FakeStore`] gives to this content.
pub fn cid_of(content: &[u8]) -> Cid {
    let hash = multihash::Multihash::<64>::wrap(0x1e, blake3::hash(content).as_bytes()).unwrap();
    Cid::new_v1(0x55, hash)
}

/// Returns the same CID, as the chain has it.
pub fn content_id(content: &[u8]) -> ContentId {
    ContentId::try_from(cid_of(content)).unwrap()
}

/// The manifest that every order of [`order`] names.
pub const MANIFEST: &[u8] = b"manifest";

/// Returns an order for a task, just assigned.
pub fn order(task: u64) -> Order {
    Order {
        assignment: AssignmentId {
            task: TaskId(task),
            replica: 0,
            attempt: 0,
        },
        role: Role::Replica,
        provider: vec![3; 32],
        device: DeviceId(1),
        fingerprint: [1; 32],
        manifest: content_id(MANIFEST),
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(1),
            memory: Mebibytes(64),
            bandwidth: MegabitsPerSecond(1),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(600_000),
        privacy: Privacy::Public,
        peers: Default::default(),
        status: AssignmentStatus::Assigned { start_by: 1_000 },
        envelope: None,
        fetch: None,
    }
}
