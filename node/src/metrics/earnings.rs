//! What the providers of this node earn and lose, according to the events of final blocks.
//!
//! Only blocks count that become final while the node is up and has caught up: an ordinary node does not keep the
//! states of older ones.

#[cfg(test)]
#[path = "earnings_tests.rs"]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use aicpw_offchain_worker::{chain::Heads, metrics::WorkerMetrics};
use aicpw_primitives::{api::ProvidersApi, worker_key::KEY_TYPE, AccountId};
use aicpw_protocol::{Balance, BlockNumber};
use aicpw_runtime::{Runtime, RuntimeEvent, VERSION};
use codec::DecodeAll;
use frame_system::EventRecord;
use sc_client_api::StorageProvider;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus::SyncOracle;
use sp_core::{storage::StorageKey, traits::CallContext, H256};
use sp_keystore::KeystorePtr;
use tokio::sync::watch;

use crate::service::FullClient;

type Record = EventRecord<RuntimeEvent, H256>;

/// What an event did to a provider's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Money {
    Earned(Balance),
    Slashed(Balance),
}

/// Which blocks are counted next.
#[derive(Debug)]
struct Next {
    /// The last block that was counted, or that will not be.
    last: BlockNumber,
    has_caught_up: bool,
}

impl Next {
    /// Returns the blocks to count, now that this one is final.
    fn take(&mut self, finalised: BlockNumber, is_syncing: bool) -> std::ops::Range<BlockNumber> {
        self.has_caught_up |= !is_syncing;
        let after = |block: BlockNumber| block.saturating_add(1);
        let first = match self.has_caught_up {
            true => after(self.last),
            false => after(finalised),
        };
        self.last = self.last.max(finalised);
        first..after(finalised)
    }
}

/// Counts into `metrics` as long as there are new blocks.
pub async fn count(
    client: Arc<FullClient>,
    keystore: KeystorePtr,
    mut heads: watch::Receiver<Heads>,
    sync: Arc<dyn SyncOracle + Send + Sync>,
    metrics: WorkerMetrics,
) {
    let mut next = Next {
        last: heads.borrow_and_update().finalised.number,
        has_caught_up: false,
    };
    let mut has_complained = false;
    while heads.changed().await.is_ok() {
        let finalised = heads.borrow_and_update().finalised.number;
        for block in next.take(finalised, sync.is_major_syncing()) {
            match of_block(&client, &keystore, block) {
                Ok(found) => found.into_iter().for_each(|money| match money {
                    Money::Earned(amount) => metrics.earned(amount),
                    Money::Slashed(amount) => metrics.slashed(amount),
                }),
                Err(error) if !std::mem::replace(&mut has_complained, true) => {
                    log::warn!(
                        "what this provider earns is not counted in block {block}: {error}. Of further such blocks \
                         nothing is said"
                    );
                }
                Err(_) => {}
            }
        }
    }
}

/// Returns what a final block did to the money of this node's providers.
fn of_block(
    client: &FullClient,
    keystore: &KeystorePtr,
    number: BlockNumber,
) -> Result<Vec<Money>, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let at = client.hash(number).map_err(|error| said(&error))?;
    let at = at.ok_or("this node does not have it")?;
    let version = client
        .runtime_version_at(at, CallContext::Offchain)
        .map_err(|error| said(&error))?;
    if version.spec_version != VERSION.spec_version {
        return Err(format!(
            "its runtime has version {}, and this node knows {}",
            version.spec_version, VERSION.spec_version
        ));
    }
    let events = client.storage(at, &events_key());
    let events = match events.map_err(|error| said(&error))? {
        Some(events) => read(&events.0)?,
        None => Vec::new(),
    };
    let mut found: Vec<_> = events.iter().filter_map(|one| money(&one.event)).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let api = client.runtime_api();
    let mut ours = BTreeSet::new();
    for key in keystore.sr25519_public_keys(KEY_TYPE) {
        let provider: Option<AccountId> = api
            .provider_of_worker(at, key.into())
            .map_err(|error| said(&error))?;
        ours.extend(provider);
    }
    found.retain(|(provider, _)| ours.contains(*provider));
    Ok(found.into_iter().map(|(_, money)| money).collect())
}

/// Returns the key at which a state has the events of its block.
fn events_key() -> StorageKey {
    let twox_128 = sp_io::hashing::twox_128;
    StorageKey([twox_128(b"System"), twox_128(b"Events")].concat())
}

fn read(events: &[u8]) -> Result<Vec<Record>, String> {
    Vec::decode_all(&mut &events[..]).map_err(|error| format!("its events: {error}"))
}

/// Returns whose money an event is about and what it did, if it did anything.
fn money(event: &RuntimeEvent) -> Option<(&AccountId, Money)> {
    use pallet_disputes::Event as OfDisputes;
    use pallet_provider_staking::Event as OfStake;
    use pallet_tasks::Event as OfTasks;

    let found = match event {
        RuntimeEvent::Tasks(OfTasks::<Runtime>::ProviderPaid {
            provider,
            paid,
            fee,
            ..
        }) => (provider, Money::Earned(paid.saturating_sub(*fee))),
        RuntimeEvent::Tasks(OfTasks::<Runtime>::BaseFeePaid {
            provider, amount, ..
        }) => (provider, Money::Earned(*amount)),
        RuntimeEvent::Tasks(OfTasks::<Runtime>::AuditorPaid {
            auditor, amount, ..
        }) => (auditor, Money::Earned(*amount)),
        RuntimeEvent::Disputes(OfDisputes::<Runtime>::JurorPaid { juror, amount, .. }) => {
            (juror, Money::Earned(*amount))
        }
        RuntimeEvent::ProviderStaking(OfStake::<Runtime>::StakeSlashed {
            provider,
            amount,
            ..
        }) => (provider, Money::Slashed(*amount)),
        _ => return None,
    };
    Some(found)
}
