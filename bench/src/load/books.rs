//! Checks that the money adds up: all accounts against the issuance, and what is still held for
//! tasks.

use aicpw_network_tests::Client;
use aicpw_protocol::{view::TaskCensus, Balance};
use aicpw_runtime::{Runtime, RuntimeHoldReason};
use anyhow::Result;
use codec::Decode;
use frame_support::storage::StoragePrefixedMap;
use serde_json::Value;
use sp_core::H256;

use super::chain::{stored, text, value};

/// How many keys a node returns at once.
const PAGE: u32 = 1_000;

type Account = frame_system::AccountInfo<
    <Runtime as frame_system::Config>::Nonce,
    pallet_balances::AccountData<Balance>,
>;

/// The holds of an account, with their reasons.
type Held = Vec<frame_support::traits::tokens::IdAmount<RuntimeHoldReason, Balance>>;

/// The sums at a block.
pub struct Books {
    /// The sum of all accounts, free or not.
    pub accounts: Balance,
    /// The issuance according to the chain.
    pub issuance: Balance,
    /// The sum that is held for tasks.
    pub escrow: Balance,
    pub census: TaskCensus,
}

impl Books {
    pub async fn at(client: &Client, at: H256) -> Result<Self> {
        let (mut accounts, mut escrow) = (0, 0);
        let prefix = frame_system::Account::<Runtime>::final_prefix();
        for bytes in all(client, &prefix, at).await? {
            let data = Account::decode(&mut bytes.as_slice())?.data;
            accounts += data.free + data.reserved;
        }
        let prefix = pallet_balances::Holds::<Runtime>::final_prefix();
        for bytes in all(client, &prefix, at).await? {
            let held = Held::decode(&mut bytes.as_slice())?;
            let reason = pallet_tasks::HoldReason::TaskEscrow.into();
            let tasks = held.iter().filter(|one| one.id == reason);
            escrow += tasks.map(|one| one.amount).sum::<Balance>();
        }
        Ok(Self {
            accounts,
            issuance: value::<pallet_balances::TotalIssuance<Runtime>, _>(client, at).await?,
            escrow,
            census: value::<pallet_tasks::Census<Runtime>, _>(client, at).await?,
        })
    }

    /// Returns what is wrong after `settled` tasks have ended and nobody else has done anything.
    pub fn faults(&self, before: &Self, settled: u64) -> Vec<String> {
        let TaskCensus {
            queued,
            parked,
            active,
            verifying,
            disputed,
            ..
        } = self.census;
        let open = queued + parked + active + verifying + disputed;
        [
            (open != 0).then(|| format!("{open} tasks are open by the census")),
            (self.census.settled != before.census.settled + settled).then(|| {
                format!(
                    "the census counts {} settled tasks more, not {settled}",
                    self.census.settled - before.census.settled
                )
            }),
            (self.escrow != 0).then(|| format!("{} are still held for tasks", self.escrow)),
            (self.accounts != self.issuance).then(|| {
                format!(
                    "all accounts have {}, but {} were issued",
                    self.accounts, self.issuance
                )
            }),
            (self.issuance != before.issuance).then(|| {
                format!(
                    "{} were issued, and {} before",
                    self.issuance, before.issuance
                )
            }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Returns all values of a map at a block.
async fn all(client: &Client, prefix: &[u8], at: H256) -> Result<Vec<Vec<u8>>> {
    let prefix: Value = format!("0x{}", hex::encode(prefix)).into();
    let mut values = Vec::new();
    let mut from = Value::Null;
    loop {
        let keys: Vec<String> = client
            .call(
                "state_getKeysPaged",
                &[prefix.clone(), PAGE.into(), from, text(&at)],
            )
            .await?;
        for key in &keys {
            let key = hex::decode(key.trim_start_matches("0x"))?;
            values.extend(stored(client, &key, at).await?);
        }
        match keys.last() {
            Some(last) if keys.len() == PAGE as usize => from = last.clone().into(),
            _ => return Ok(values),
        }
    }
}
