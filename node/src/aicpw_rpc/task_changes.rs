//! What a subscriber was last told of a task, and how to see that nothing has changed since: without executing the
//! runtime, which a node would otherwise do for every subscription and every block.

use std::sync::Arc;

use aicpw_primitives::{api::TasksApi, AccountId};
use aicpw_protocol::{view::TaskView, TaskId};
use aicpw_runtime::{configs::market::keys_of_view, opaque::Block, Runtime, VERSION};
use codec::Decode;
use frame_system::{LastRuntimeUpgrade, LastRuntimeUpgradeInfo};
use sc_client_api::StorageProvider;
use sp_api::ProvideRuntimeApi;
use sp_core::{storage::StorageKey, H256};

use crate::service::{FullBackend, FullClient};

/// A task as it was last sent.
pub struct Told {
    /// `None` if there was no such task.
    pub task: Option<TaskView<AccountId>>,
    keys: Vec<StorageKey>,
    made_of: Option<MadeOf>,
}

/// Hashes of the values at the keys.
type MadeOf = Vec<Option<H256>>;

/// Returns the task in a block, or `None` if it is the same as what was sent last.
///
/// # Errors
/// If the state is gone, or the runtime does not answer.
pub fn look(
    client: &FullClient,
    block: H256,
    id: TaskId,
    last: Option<&Told>,
) -> Result<Option<Arc<Told>>, String> {
    if let Some(last) = last {
        let made_of = made_of(client, block, &last.keys)?;
        if made_of.is_some() && made_of == last.made_of {
            return Ok(None);
        }
    }
    let task = client.runtime_api().task(block, id);
    let task: Option<TaskView<AccountId>> = task.map_err(|error| error.to_string())?;
    let keys = keys_of_view(id, task.as_ref()).into_iter().map(StorageKey);
    let keys: Vec<_> = keys.collect();
    let made_of = made_of(client, block, &keys)?;
    Ok(Some(Arc::new(Told {
        task,
        keys,
        made_of,
    })))
}

/// Returns the hashes of what the view is made of, or `None` if the runtime is of another release than this node, whose
/// keys this node does not know.
fn made_of(
    client: &FullClient,
    block: H256,
    keys: &[StorageKey],
) -> Result<Option<MadeOf>, String> {
    let storage = |key: &StorageKey| {
        StorageProvider::<Block, FullBackend>::storage(client, block, key)
            .map_err(|error| error.to_string())
    };
    let key = StorageKey(LastRuntimeUpgrade::<Runtime>::hashed_key().to_vec());
    // Before the first block there is no value.
    let Some(last) = storage(&key)? else {
        return Ok(None);
    };
    let last = LastRuntimeUpgradeInfo::decode(&mut &last.0[..]);
    let last = last.map_err(|error| error.to_string())?;
    if last.spec_version.0 != VERSION.spec_version {
        return Ok(None);
    }
    let hash = |key: &StorageKey| {
        StorageProvider::<Block, FullBackend>::storage_hash(client, block, key)
            .map_err(|error| error.to_string())
    };
    keys.iter().map(hash).collect::<Result<_, _>>().map(Some)
}
