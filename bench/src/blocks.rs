//! How many lives of tasks one validator carries, in blocks that it really makes and finalises: the
//! requesters' and workers' transactions come from here, and no kernel runs.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use aicpw_network_tests::{
    client::Header,
    wait::{self, Seen},
    Client, Cluster,
};
use aicpw_primitives::worker_key::WorkerProof;
use aicpw_protocol::{
    mailbox::{Order, Orders},
    task::AssignmentStatus,
    worker::{signing_payload, Statement},
    AskPrice, AssignmentId, Hash,
};
use aicpw_runtime::{configs::market::HeartbeatPeriod, units::UNIT, AccountId, Address, Runtime};
use anyhow::{ensure, Context, Result};
use codec::{Decode, Encode};
use futures::{future::ready, stream, StreamExt};
use serde_json::Value;
use sp_core::Pair;

use crate::{
    calls::{self, At, Signer},
    market::{
        account, ask, authorised, device, key, submission, worker_call, Provider, SLOTS, STAKE,
    },
    report::Measured,
};

/// Each can hold 1,024 assignments, those included whose result may still be fetched.
const PROVIDERS: u32 = 24;
const DEVICES: u32 = 2;
const REQUESTERS: u32 = 16;

/// Tasks under way at once: some more than are matched and revealed within a second and a half.
const UNDER_WAY: usize = 256;

/// What is not counted, and what is.
const WARM_UP: Duration = Duration::from_secs(8);
const WINDOW: Duration = Duration::from_secs(30);

/// Tasks that are signed in advance.
const TASKS: usize = 5_000;

/// Calls of the node's RPC at once.
const CALLS: usize = 64;

/// Longer than any wait here.
const PATIENCE: Duration = Duration::from_secs(120);

/// How far below the best block the one is to which proofs are bound.
const DEPTH: u32 = 4;

/// Blocks after which what had no effect is said again.
const RETRY: u32 = 8;

pub async fn measure(report: &mut Measured) -> Result<()> {
    let cluster = Cluster::development().await?;
    let node = cluster.validators.first().context("no validator")?;
    node.wait_finalised(DEPTH + 2, PATIENCE).await?;
    let client = node.client().await?;
    let at = calls::at(node.url()).await?;
    let mut market = Market::open(&client, &at).await?;
    let tasks = market.sign_tasks(&at)?;

    let mut load = Load {
        tasks: tasks.into_iter(),
        submitted: 0,
        said: HashMap::new(),
        revealed: HashSet::new(),
    };
    let mut heads = client
        .subscribe_with::<Header>("chain_subscribeNewHeads", &[], "chain_unsubscribeNewHeads")
        .await?;
    let start = Instant::now();
    let mut first = None;
    let (from, from_height, to, to_height) = loop {
        let header = heads.next().await.context("the subscription ended")??;
        let height = header.number()?;
        let now = Instant::now();
        if now - start >= WARM_UP {
            let (from, from_height) = *first.get_or_insert((now, height));
            if now - from >= WINDOW {
                break (from, from_height, now, height);
            }
        }
        market.drive(&client, height, &mut load).await?;
    };
    ensure!(load.tasks.len() > 0, "all {TASKS} tasks were used up");

    // What a fork takes away comes again, so the final chain is asked.
    node.wait_finalised(to_height, PATIENCE).await?;
    let (mut lives, mut by_block) = (0u32, HashMap::<u64, u32>::new());
    for id in 0..load.submitted {
        let task: Value = client.call("aicpw_task", &[id.into()]).await?;
        let at = task["status"]["at"].as_u64().unwrap_or_default();
        let counted = u64::from(from_height) < at && at <= u64::from(to_height);
        if task["status"]["state"] == "settled" && counted {
            lives += 1;
            *by_block.entry(at).or_default() += 1;
        }
    }
    let seconds = (to - from).as_secs_f64();
    let blocks = f64::from(to_height - from_height);
    report.add("tasks settled", f64::from(lives), "", "");
    report.add("lives", f64::from(lives) / seconds, "/s", "≥ 100");
    report.add("blocks", blocks, "", "");
    report.add("between blocks, mean", seconds / blocks * 1e3, "ms", "");
    let most = by_block.values().max().copied().unwrap_or_default();
    report.add("most settled in one block", f64::from(most), "", "");
    Ok(())
}

/// What is under way.
struct Load {
    tasks: std::vec::IntoIter<String>,
    submitted: u64,
    /// What was said of an assignment in which state, and at which height.
    said: HashMap<(AssignmentId, u8), u32>,
    /// Assignments whose reveal was said.
    revealed: HashSet<AssignmentId>,
}

/// Providers and requesters of a node.
struct Market {
    genesis: Hash,
    providers: Vec<Provider>,
    requesters: Vec<Signer>,
    /// The last period for which the heartbeats are sent.
    period: Option<u32>,
}

impl Market {
    /// Pays, registers and announces everybody.
    async fn open(client: &Client, at: &At) -> Result<Self> {
        let genesis = block_hash(client, 0).await?;
        let providers = Provider::some(PROVIDERS)?;
        let names: Vec<_> = (0..REQUESTERS)
            .map(|number| format!("//bench//requester//{number}"))
            .collect();
        let mut to: Vec<(AccountId, u128)> = Vec::new();
        for provider in &providers {
            to.push((provider.account(), 2 * STAKE));
        }
        for name in &names {
            to.push((account(&key(name)?), 2_000 * UNIT));
        }
        let calls = to.into_iter().map(|(to, value)| {
            let dest = Address::Id(to);
            pallet_balances::Call::transfer_keep_alive { dest, value }.into()
        });
        let calls = calls.collect();
        let mut alice = Signer::new(at, "//Alice").await?;
        let pay = alice.sign(at, pallet_utility::Call::batch_all { calls })?;
        send_all(client, &[pay]).await?;
        let last = account(&key(&names[names.len() - 1])?);
        wait::until("everybody to be paid", PATIENCE, || async {
            let exists = exists(client, &last).await?;
            Ok(Seen::when(exists, || "the last one has no account"))
        })
        .await?;

        let mut market = Self {
            genesis,
            providers,
            requesters: Vec::new(),
            period: None,
        };
        for name in &names {
            market.requesters.push(Signer::new(at, name).await?);
        }
        let register = market.registrations(client, at).await?;
        send_all(client, &register).await?;
        market
            .wait_for(client, "everybody to be registered", |provider| {
                provider["devices"].as_array().map(Vec::len) == Some(DEVICES as usize)
            })
            .await?;
        let height = client.best().await?;
        market.beat(client, height).await?;
        market
            .wait_for(client, "everybody to be online", |provider| {
                provider["online"] == true
            })
            .await?;
        Ok(market)
    }

    async fn registrations(&self, client: &Client, at: &At) -> Result<Vec<String>> {
        let recent = recent(client, client.best().await?).await?;
        let mut transactions = Vec::new();
        for (number, provider) in (0..).zip(&self.providers) {
            let suri = format!("//bench//provider//{number}");
            let mut signer = Signer::new(at, &suri).await?;
            let register = pallet_provider_staking::Call::register_provider {
                stake: STAKE,
                worker: provider.worker.public().into(),
                sealing_key: provider.worker.public().0,
                peers: Default::default(),
                proof: self.proof(provider, &recent, &provider.join()),
            };
            transactions.push(signer.sign(at, register)?);
            for device_number in 0..DEVICES {
                let register = pallet_provider_staking::Call::register_device {
                    spec: device(number * DEVICES + device_number)?,
                    ask: AskPrice(ask(1)),
                    slots: SLOTS,
                };
                transactions.push(signer.sign(at, register)?);
            }
        }
        Ok(transactions)
    }

    async fn wait_for(
        &self,
        client: &Client,
        what: &str,
        is: impl Fn(&Value) -> bool,
    ) -> Result<()> {
        for provider in &self.providers {
            let account = provider.account().to_string();
            wait::until(what, PATIENCE, || async {
                let shown: Value = client
                    .call("aicpw_provider", &[account.clone().into()])
                    .await?;
                Ok(Seen::when(is(&shown), || &shown))
            })
            .await?;
        }
        Ok(())
    }

    fn sign_tasks(&mut self, at: &At) -> Result<Vec<String>> {
        let mut tasks = Vec::with_capacity(TASKS);
        while tasks.len() < TASKS {
            for requester in &mut self.requesters {
                let call = pallet_tasks::Call::submit {
                    submission: submission()?,
                };
                tasks.push(requester.sign(at, call)?);
            }
        }
        Ok(tasks)
    }

    /// Says what the state of the best block is ready for, and submits as many tasks as have ended.
    async fn drive(&mut self, client: &Client, height: u32, load: &mut Load) -> Result<()> {
        self.beat(client, height).await?;
        let recent = recent(client, height).await?;
        let orders = self.orders(client).await?;
        let mut open = HashSet::new();
        let mut transactions = Vec::new();
        for (provider, orders) in self.providers.iter().zip(orders) {
            for order in orders {
                open.insert(order.assignment);
                let Some((state, statement)) = answer(provider, &order)? else {
                    continue;
                };
                let said = load.said.entry((order.assignment, state));
                let mut is_new = false;
                let at = *said.or_insert_with(|| {
                    is_new = true;
                    height
                });
                if is_new || height >= at + RETRY {
                    load.said.insert((order.assignment, state), height);
                    if matches!(statement, Statement::Reveal { .. }) {
                        load.revealed.insert(order.assignment);
                    }
                    let proof = self.proof(provider, &recent, &statement);
                    let call = worker_call(statement, proof)?;
                    transactions.push(format!("0x{}", hex::encode(call.encode())));
                }
            }
        }
        let ended = load.revealed.difference(&open).count();
        let under_way = (load.submitted as usize).saturating_sub(ended);
        // What is refused has come too late, or is said again.
        send(client, &transactions).await;
        let wanted = UNDER_WAY.saturating_sub(under_way);
        let tasks: Vec<_> = load.tasks.by_ref().take(wanted).collect();
        load.submitted += tasks.len() as u64;
        send_all(client, &tasks).await
    }

    /// All heartbeats, once in a period.
    async fn beat(&mut self, client: &Client, height: u32) -> Result<()> {
        // It is for the block to come.
        let period = (height + 1) / HeartbeatPeriod::get();
        if self.period == Some(period) {
            return Ok(());
        }
        self.period = Some(period);
        let recent = recent(client, height).await?;
        let heartbeats = self.providers.iter().map(|provider| {
            let proof = self.proof(provider, &recent, &provider.beat(period));
            let call = authorised(pallet_provider_staking::Call::heartbeat {
                provider: provider.account(),
                period,
                proof,
            });
            format!("0x{}", hex::encode(call.encode()))
        });
        send(client, &heartbeats.collect::<Vec<_>>()).await;
        Ok(())
    }

    /// The open assignments of each provider.
    async fn orders(&self, client: &Client) -> Result<Vec<Vec<Order>>> {
        let orders = self.providers.iter().map(|provider| async {
            let worker = format!("0x{}", hex::encode(provider.worker.public().0));
            let answer: String = client
                .call("state_call", &["WorkerApi_orders".into(), worker.into()])
                .await?;
            let bytes = hex::decode(answer.trim_start_matches("0x"))?;
            Ok(Orders::decode(&mut bytes.as_slice())?.orders)
        });
        futures::future::try_join_all(orders).await
    }

    fn proof(
        &self,
        provider: &Provider,
        (height, hash): &(u32, Hash),
        statement: &Statement<AccountId>,
    ) -> WorkerProof {
        let payload = signing_payload(&self.genesis, hash, statement);
        WorkerProof {
            recent_block: *height,
            signature: provider.worker.sign(&payload),
        }
    }
}

/// What a worker says of an assignment in this state, with a number for the state.
fn answer(provider: &Provider, order: &Order) -> Result<Option<(u8, Statement<AccountId>)>> {
    let assignment = order.assignment;
    Ok(match order.status {
        AssignmentStatus::Assigned { .. } => Some((0, Statement::Start { assignment })),
        AssignmentStatus::Running { .. } => {
            let commitment = provider.commitment(assignment)?;
            Some((
                1,
                Statement::Commit {
                    assignment,
                    commitment,
                },
            ))
        }
        AssignmentStatus::Committed { .. } => {
            let opening = provider.opening()?;
            Some((
                2,
                Statement::Reveal {
                    assignment,
                    opening,
                },
            ))
        }
        _ => None,
    })
}

/// A block to which proofs are bound, below the one at this height.
async fn recent(client: &Client, height: u32) -> Result<(u32, Hash)> {
    let recent = height.saturating_sub(DEPTH);
    Ok((recent, block_hash(client, recent).await?))
}

async fn block_hash(client: &Client, height: u32) -> Result<Hash> {
    let text = client.block_hash(height).await?.context("a block's hash")?;
    let mut hash = Hash::default();
    hex::decode_to_slice(text.trim_start_matches("0x"), &mut hash)?;
    Ok(hash)
}

/// Whether there is such an account.
async fn exists(client: &Client, account: &AccountId) -> Result<bool> {
    let key = frame_system::Account::<Runtime>::hashed_key_for(account);
    let key = format!("0x{}", hex::encode(key));
    let stored: Option<String> = client.call("state_getStorage", &[key.into()]).await?;
    Ok(stored.is_some())
}

/// Sends transactions to the pool, and says how many it refused.
async fn send(client: &Client, transactions: &[String]) -> usize {
    stream::iter(transactions)
        .map(|transaction| async move {
            let params = [transaction.clone().into()];
            client
                .call::<Value>("author_submitExtrinsic", &params)
                .await
        })
        .buffer_unordered(CALLS)
        .filter(|answer| ready(answer.is_err()))
        .count()
        .await
}

/// Sends transactions of which later ones depend on earlier ones.
async fn send_all(client: &Client, transactions: &[String]) -> Result<()> {
    let refused = send(client, transactions).await;
    ensure!(refused == 0, "the node refused {refused} transactions");
    Ok(())
}
