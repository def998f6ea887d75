//! Reads a node's chain, in the types of the runtime that this program is linked with.

use std::collections::BTreeMap;

use aicpw_protocol::{view::TaskView, TaskId};
use aicpw_runtime::{AccountId, Balance, Nonce, Runtime, RuntimeEvent};
use anyhow::{Context, Result};
use codec::{Decode, Encode};
use frame_support::storage::storage_prefix;
use frame_system::{AccountInfo, EventRecord};
use serde_json::Value;
use sp_consensus_babe::{digests::PreDigest, BABE_ENGINE_ID};
use sp_runtime::generic::DigestItem;

use crate::{market::Funds, Client};

type Record = EventRecord<RuntimeEvent, aicpw_runtime::Hash>;

/// Returns a value of the state at this block, or `None` if there is none.
///
/// # Errors
/// If the value cannot be read, or is of another type.
pub async fn stored<T: Decode>(client: &Client, key: &[u8], block: &str) -> Result<Option<T>> {
    let value = stored_bytes(client, key, block).await?;
    value.map(|value| decoded(&value)).transpose()
}

/// Returns a value of the state at this block as it is stored, or `None` if there is none.
///
/// # Errors
/// If the state cannot be read.
pub async fn stored_bytes(client: &Client, key: &[u8], block: &str) -> Result<Option<Vec<u8>>> {
    let key = Value::from(format!("0x{}", hex::encode(key)));
    let value: Option<String> = client
        .call("state_getStorage", &[key, block.into()])
        .await?;
    value.map(|value| bytes(&value)).transpose()
}

/// Returns the whole state at this block.
///
/// # Errors
/// If the state cannot be read, for example because the block is so old that its state was pruned.
pub async fn state(client: &Client, block: &str) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut state = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let page = ["0x".into(), PAGE.into(), after, block.into()];
        let keys: Vec<String> = client.call("state_getKeysPaged", &page).await?;
        let Some(last) = keys.last() else {
            return Ok(state);
        };
        after = last.as_str().into();
        let values: Vec<Changes> = client
            .call("state_queryStorageAt", &[keys.into(), block.into()])
            .await?;
        for (key, value) in values.into_iter().flat_map(|values| values.changes) {
            let value = value.with_context(|| format!("{key} has no value"))?;
            state.insert(bytes(&key)?, bytes(&value)?);
        }
    }
}

/// How many keys are requested at once: the most that a node answers.
const PAGE: u32 = 1_000;

/// Values of some keys, as a node answers.
#[derive(serde::Deserialize)]
struct Changes {
    changes: Vec<(String, Option<String>)>,
}

/// Returns the validators at this block, in the order of their indices.
///
/// # Errors
/// If they cannot be read.
pub async fn validators(client: &Client, block: &str) -> Result<Vec<AccountId>> {
    let key = pallet_session::Validators::<Runtime>::hashed_key();
    let validators = stored(client, &key, block).await?;
    validators.with_context(|| format!("no validators at {block}"))
}

/// Returns the author of this block.
///
/// # Errors
/// If there is no such block, or it does not name its author.
pub async fn author(client: &Client, block: &str) -> Result<AccountId> {
    let header = client.header(Some(block)).await?;
    for item in header.logs() {
        let item: DigestItem = decoded(&bytes(item)?)?;
        let Some((BABE_ENGINE_ID, mut claim)) = item.as_pre_runtime() else {
            continue;
        };
        let claim = PreDigest::decode(&mut claim).context("a claim of a slot")?;
        let index = usize::try_from(claim.authority_index())?;
        let mut validators = validators(client, block).await?.into_iter();
        return validators
            .nth(index)
            .with_context(|| format!("no validator {index}"));
    }
    anyhow::bail!("block {block} has no claim of a slot")
}

/// Returns the events of this block.
///
/// # Errors
/// If the state cannot be read.
pub async fn events(client: &Client, block: &str) -> Result<Vec<RuntimeEvent>> {
    let key = storage_prefix(b"System", b"Events");
    let records: Option<Vec<Record>> = stored(client, &key, block).await?;
    let records = records.unwrap_or_default().into_iter();
    Ok(records.map(|record| record.event).collect())
}

/// Returns a task as it was after this block, or `None` if there was none.
///
/// # Errors
/// If the state cannot be read.
pub async fn task(client: &Client, id: TaskId, block: &str) -> Result<Option<TaskView<AccountId>>> {
    let id = format!("0x{}", hex::encode(id.encode()));
    let call: [Value; 3] = ["TasksApi_task".into(), id.into(), block.into()];
    let view: String = client.call("state_call", &call).await?;
    decoded(&bytes(&view)?)
}

/// Returns what this account owned after this block, held or not; zero if there was no such
/// account.
///
/// # Errors
/// If the state cannot be read.
pub async fn owned(client: &Client, account: &AccountId, block: &str) -> Result<Balance> {
    let funds = funds(client, account, block).await?;
    Ok(funds.free + funds.held)
}

/// Returns what this account owned after this block, with the held part of it.
///
/// # Errors
/// If the state cannot be read.
pub async fn funds(client: &Client, account: &AccountId, block: &str) -> Result<Funds> {
    type Info = AccountInfo<Nonce, <Runtime as frame_system::Config>::AccountData>;
    let key = frame_system::Account::<Runtime>::hashed_key_for(account);
    let info: Option<Info> = stored(client, &key, block).await?;
    let funds = info.map(|info| Funds {
        free: info.data.free,
        held: info.data.reserved,
    });
    Ok(funds.unwrap_or_default())
}

/// Returns how many transactions this account has sent, as of this block.
///
/// # Errors
/// If the state cannot be read.
pub async fn nonce(client: &Client, account: &AccountId, block: &str) -> Result<u32> {
    let key = frame_system::Account::<Runtime>::hashed_key_for(account);
    let info: Option<AccountInfo<Nonce, Ignored>> = stored(client, &key, block).await?;
    Ok(info.map(|info| info.nonce).unwrap_or_default())
}

/// The rest of a value, which is skipped.
#[derive(Default)]
struct Ignored;

impl Decode for Ignored {
    fn decode<I: codec::Input>(_: &mut I) -> Result<Self, codec::Error> {
        Ok(Self)
    }
}

fn decoded<T: Decode>(mut value: &[u8]) -> Result<T> {
    T::decode(&mut value).with_context(|| std::any::type_name::<T>().to_owned())
}

fn bytes(hexadecimal: &str) -> Result<Vec<u8>> {
    hex::decode(hexadecimal.trim_start_matches("0x")).context("hexadecimal digits")
}
