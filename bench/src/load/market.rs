//! Sets up the providers and requesters of a network before the first task.

use std::time::Duration;

use aicpw_network_tests::{
    wait::{self, Seen},
    Client, Cluster,
};
use aicpw_protocol::{AskPrice, Balance, BlockNumber, Hash};
use aicpw_runtime::{
    configs::{market::HeartbeatPeriod, parameters::MarketParameter},
    units::UNIT,
    Address, Runtime,
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use futures::{stream, StreamExt};
use serde_json::Value;
use sp_core::{Pair, H256};

use super::{chain, workers::proof};
use crate::{
    calls::Signer,
    market::{ask, authorised, device, Provider, SLOTS},
};

/// The number of devices of a provider.
pub const DEVICES: u32 = 4;

/// The tasks that a provider has in an hour, below the most that it could take: 1,024.
const TASKS: u32 = 900;

/// The most seconds for which a task has a slot, if blocks come in time.
const IN_SLOT: u32 = 4;

/// The stake of a provider: twenty times what this many tasks lock.
const STAKE: Balance = 1_000 * UNIT;

/// What a requester owns: the fees of some thousand tasks, and the budgets of those that are open.
const FUNDS: Balance = 2_000 * UNIT;

const REQUESTERS: u32 = 16;

/// Longer than any wait here.
const PATIENCE: Duration = Duration::from_secs(120);

/// The number of RPC calls to a node at once.
const CALLS: usize = 64;

/// The providers and requesters of a network.
pub struct Market {
    pub genesis: Hash,
    pub providers: Vec<Provider>,
    pub requesters: Vec<Signer>,
}

/// Returns how many providers this many tasks need, if they come at this rate per second.
pub fn providers_for(tasks: u32, rate: f64) -> u32 {
    let slots = (rate * f64::from(IN_SLOT)).ceil() as u32;
    (tasks.div_ceil(TASKS) + 1).max(slots.div_ceil(DEVICES * u32::from(SLOTS)))
}

impl Market {
    /// Funds, registers and announces everybody.
    pub async fn open(cluster: &Cluster, providers: u32) -> Result<Self> {
        let node = cluster.validators.first().context("no validator")?;
        let client = &node.client().await?;
        let providers = Provider::some(providers)?;
        let requesters = requesters(client).await?;
        let to = providers
            .iter()
            .map(|provider| (provider.account(), 2 * STAKE));
        let to = to.chain(requesters.iter().map(|one| (one.account(), FUNDS)));
        let calls = to.map(|(to, value)| {
            let dest = Address::Id(to);
            pallet_balances::Call::transfer_keep_alive { dest, value }.into()
        });
        let calls = calls.collect();
        let mut alice = Signer::new(client, "//Alice").await?;
        // The devices compute nothing, so conformance runs are switched off, before anybody is
        // paid, so that this already holds when devices are registered.
        let parameter = MarketParameter::ConformanceRun(0);
        let believe = pallet_market_parameters::Call::<Runtime>::set_parameter { parameter };
        let call = Box::new(believe.into());
        let believe = alice.sign(pallet_sudo::Call::<Runtime>::sudo { call });
        let pay = alice.sign(pallet_utility::Call::batch_all { calls });
        send_all(client, &[believe, pay]).await?;
        let last = requesters.last().context("no requester")?.account();
        let key = frame_system::Account::<Runtime>::hashed_key_for(last);
        wait::until("everybody to be paid", PATIENCE, || async {
            let (best, _) = best(client).await?;
            let exists = chain::stored(client, &key, best).await?.is_some();
            Ok(Seen::when(exists, || "the last one has no account"))
        })
        .await?;

        let market = Self {
            genesis: block_hash(client, 0).await?.0,
            providers,
            requesters,
        };
        market.register(client).await?;
        market
            .wait_for(client, "everybody to be registered", |provider| {
                provider["devices"].as_array().map(Vec::len) == Some(DEVICES as usize)
            })
            .await?;
        wait::until("everybody to be online", PATIENCE, || async {
            // Sent again if the period has ended meanwhile.
            let (_, height) = best(client).await?;
            let recent = (height - 1, block_hash(client, height - 1).await?.0);
            let heartbeats = market.heartbeats((height + 1) / HeartbeatPeriod::get(), recent);
            send(client, &heartbeats).await;
            let mut online = 0;
            for provider in &market.providers {
                let shown = shown(client, provider).await?;
                online += usize::from(shown["online"] == true);
            }
            let all = market.providers.len();
            Ok(Seen::when(online == all, || format!("{online} of {all}")))
        })
        .await?;
        Ok(market)
    }

    async fn register(&self, client: &Client) -> Result<()> {
        let (_, height) = best(client).await?;
        let recent = height.saturating_sub(4);
        let recent = (recent, block_hash(client, recent).await?.0);
        let mut transactions = Vec::new();
        for (number, provider) in (0..).zip(&self.providers) {
            let suri = format!("//bench//provider//{number}");
            let mut signer = Signer::new(client, &suri).await?;
            let register = pallet_provider_staking::Call::register_provider {
                stake: STAKE,
                worker: provider.worker.public().into(),
                sealing_key: provider.worker.public().0,
                peers: Default::default(),
                proof: proof(&self.genesis, provider, recent, &provider.join()),
            };
            transactions.push(signer.sign(register));
            for device_number in 0..DEVICES {
                let register = pallet_provider_staking::Call::register_device {
                    spec: device(number * DEVICES + device_number)?,
                    ask: AskPrice(ask(1)),
                    slots: SLOTS,
                };
                transactions.push(signer.sign(register));
            }
        }
        send_all(client, &transactions).await
    }

    async fn wait_for(
        &self,
        client: &Client,
        what: &str,
        is: impl Fn(&Value) -> bool,
    ) -> Result<()> {
        for provider in &self.providers {
            wait::until(what, PATIENCE, || async {
                let shown = shown(client, provider).await?;
                Ok(Seen::when(is(&shown), || &shown))
            })
            .await?;
        }
        Ok(())
    }

    /// Returns the heartbeats of all providers for a period.
    pub fn heartbeats(&self, period: u32, recent: (BlockNumber, Hash)) -> Vec<String> {
        let heartbeats = self.providers.iter().map(|provider| {
            let call = authorised(pallet_provider_staking::Call::heartbeat {
                provider: provider.account(),
                period,
                proof: proof(&self.genesis, provider, recent, &provider.beat(period)),
            });
            format!("0x{}", hex::encode(call.encode()))
        });
        heartbeats.collect()
    }
}

/// Returns the requesters, with their state on the chain.
pub async fn requesters(client: &Client) -> Result<Vec<Signer>> {
    let mut requesters = Vec::new();
    for number in 0..REQUESTERS {
        let suri = format!("//bench//requester//{number}");
        requesters.push(Signer::new(client, &suri).await?);
    }
    Ok(requesters)
}

/// Returns what the node says about a provider.
async fn shown(client: &Client, provider: &Provider) -> Result<Value> {
    let account = provider.account().to_string();
    client.call("aicpw_provider", &[account.into()]).await
}

async fn best(client: &Client) -> Result<(H256, BlockNumber)> {
    let header: aicpw_runtime::Header = client.call("chain_getHeader", &[]).await?;
    Ok((header.hash(), header.number))
}

async fn block_hash(client: &Client, height: BlockNumber) -> Result<H256> {
    client.call("chain_getBlockHash", &[height.into()]).await
}

/// Sends transactions to the pool, and returns what it refused.
async fn send(client: &Client, transactions: &[String]) -> Vec<String> {
    stream::iter(transactions)
        .map(|transaction| submit(client, transaction.clone()))
        .buffer_unordered(CALLS)
        .filter_map(|answer| std::future::ready(answer.err()))
        .collect()
        .await
}

/// Sends a transaction. The error is what the node says.
pub async fn submit(client: &Client, transaction: String) -> std::result::Result<(), String> {
    let sent: Result<Value> = client
        .call("author_submitExtrinsic", &[transaction.into()])
        .await;
    sent.map(|_| ()).map_err(
        |error| match error.downcast_ref::<jsonrpsee::core::ClientError>() {
            Some(jsonrpsee::core::ClientError::Call(refusal)) => {
                let data = refusal.data().map(|data| data.get()).unwrap_or_default();
                format!("{} {data}", refusal.message())
            }
            _ => format!("{error:#}"),
        },
    )
}

/// Sends transactions of which later ones depend on earlier ones.
async fn send_all(client: &Client, transactions: &[String]) -> Result<()> {
    let refused = send(client, transactions).await;
    let first = refused.first().map(String::as_str).unwrap_or_default();
    ensure!(
        refused.is_empty(),
        "the node refused {} transactions: {first}",
        refused.len()
    );
    Ok(())
}
