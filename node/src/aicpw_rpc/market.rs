//! The methods `aicpw_task…`, `aicpw_provider…` and the like: the market, read from the best block.

use std::sync::Arc;

use aicpw_offchain_worker::chain::{BlockRef, Heads};
use aicpw_primitives::{
    api::{ProvidersApi, TasksApi},
    AccountId,
};
use aicpw_protocol::{
    json,
    task::{Needs, Verification},
    view::{
        DeviceView, DryRun, HistoryHead, MarketClock, MarketParameters, ProviderView, TaskView,
    },
    Balance, BlockNumber, DeviceId, Hash, Milliseconds, TaskId,
};
use jsonrpsee::{
    core::{async_trait, RpcResult, SubscriptionResult},
    proc_macros::rpc,
    types::ErrorObjectOwned,
    PendingSubscriptionSink, SubscriptionMessage, SubscriptionSink,
};
use sc_rpc::{utils::spawn_subscription_task, SubscriptionTaskExecutor};
use serde::{Deserialize, Serialize};
use sp_api::{ApiError, ApiRef, ProvideRuntimeApi};
use sp_core::H256;
use tokio::sync::watch;

use super::{
    error::{error, STATE},
    task_changes::{self, Told},
    watchers::Watchers,
};
use crate::{service::FullClient, worker::require_readable};

/// Most entries of a list.
const PAGE: u32 = 100;

/// An amount, as a string or a small number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(#[serde(with = "json::amount")] pub Balance);

/// Where a page of tasks begins: after the last task of the previous page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Value", into = "u64")]
pub struct Before(pub TaskId);

impl TryFrom<serde_json::Value> for Before {
    type Error = String;

    fn try_from(value: serde_json::Value) -> Result<Self, String> {
        let id = value.as_u64().ok_or_else(|| {
            format!(
                "`before` is {value}, and has to be the id of a task, a whole number: that of the last one on the \
                 page before, or nothing for the first page"
            )
        });
        id.map(TaskId).map(Self)
    }
}

impl From<Before> for u64 {
    fn from(before: Before) -> Self {
        before.0 .0
    }
}

/// What a subscription sends.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskChange {
    /// The block whose state has this.
    pub block: ChangeBlock,
    /// Whether that block is final. If it is, this stays true until the next change.
    pub finalized: bool,
    /// The task; `null` if the state has no such task.
    pub task: Option<TaskView<AccountId>>,
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeBlock {
    /// Its height.
    pub number: BlockNumber,
    /// Its hash.
    #[serde(with = "json::hash")]
    pub hash: Hash,
}

/// The market.
#[rpc(server, namespace = "aicpw")]
pub trait MarketApi {
    /// Returns a task with all its assignments, or `null` if no task has this id.
    #[method(name = "task", blocking)]
    fn task(&self, id: TaskId) -> RpcResult<Option<TaskView<AccountId>>>;

    /// Returns ids of tasks, newest first: of one requester or of all, below `before`, at most
    /// `limit` (100 at most).
    #[method(name = "tasks", blocking)]
    fn tasks(
        &self,
        requester: Option<AccountId>,
        before: Option<Before>,
        limit: Option<u32>,
    ) -> RpcResult<Vec<TaskId>>;

    /// Returns a provider with its devices, or `null` if the account is no provider.
    #[method(name = "provider", blocking)]
    fn provider(&self, account: AccountId) -> RpcResult<Option<ProviderView<AccountId>>>;

    /// Returns accounts of providers, in order: after `after`, at most `limit` (100 at most).
    #[method(name = "providers", blocking)]
    fn providers(&self, after: Option<AccountId>, limit: Option<u32>) -> RpcResult<Vec<AccountId>>;

    /// Returns a device, or `null` if no device has this id.
    #[method(name = "device", blocking)]
    fn device(&self, id: DeviceId) -> RpcResult<Option<DeviceView<AccountId>>>;

    /// Returns the parameters that a client needs.
    #[method(name = "marketParameters", blocking)]
    fn market_parameters(&self) -> RpcResult<MarketParameters>;

    /// Returns the clock that all deadlines go by.
    #[method(name = "marketClock", blocking)]
    fn market_clock(&self) -> RpcResult<MarketClock>;

    /// Returns which devices would take such a task now. Nothing is submitted.
    #[method(name = "dryRun", blocking)]
    fn dry_run(
        &self,
        requester: AccountId,
        needs: Needs,
        budget: Amount,
        time_limit: Milliseconds,
        verification: Verification,
    ) -> RpcResult<DryRun>;

    /// Returns the head of the history of submissions.
    #[method(name = "historyHead", blocking)]
    fn history_head(&self) -> RpcResult<HistoryHead>;

    /// Sends the task now, and again whenever it has changed in the best block (`finalized` is
    /// false) or in the finalised one (`finalized` is true).
    #[subscription(
        name = "subscribeTask" => "taskChanged",
        unsubscribe = "unsubscribeTask",
        item = TaskChange
    )]
    async fn subscribe_task(&self, id: TaskId) -> SubscriptionResult;
}

/// Implements the methods.
#[derive(Clone)]
pub struct Market {
    /// The chain.
    pub client: Arc<FullClient>,
    /// New blocks.
    pub heads: watch::Receiver<Heads>,
    /// Places for subscriptions.
    pub watchers: Watchers,
    /// Runs subscriptions.
    pub executor: SubscriptionTaskExecutor,
}

impl Market {
    fn at_best<T>(
        &self,
        read: impl FnOnce(ApiOf<'_>, H256) -> Result<T, ApiError>,
    ) -> RpcResult<T> {
        let best = self.heads.borrow().best.hash;
        self.at(best, read)
    }

    /// Reads devices in the best block's state. Fails while an upgrade may still have to migrate
    /// them.
    fn at_best_of_devices<T>(
        &self,
        read: impl FnOnce(ApiOf<'_>, H256) -> Result<T, ApiError>,
    ) -> RpcResult<T> {
        let best = self.heads.borrow().best.hash;
        require_readable(&self.client, best)
            .map_err(|failure| error(STATE, failure.to_string()))?;
        self.at(best, read)
    }

    fn at<T>(
        &self,
        block: Hash,
        read: impl FnOnce(ApiOf<'_>, H256) -> Result<T, ApiError>,
    ) -> RpcResult<T> {
        read(self.client.runtime_api(), H256(block)).map_err(|failure| state(block, &failure))
    }

    async fn tell(self, sink: SubscriptionSink, id: TaskId) {
        let mut heads = self.heads.clone();
        let (mut best, mut finalised) = (None, None);
        loop {
            let now = *heads.borrow_and_update();
            for (block, last, finalized) in [
                (now.finalised, &mut finalised, true),
                (now.best, &mut best, false),
            ] {
                let told = self.tell_change(&sink, id, block, last, finalized).await;
                if told.is_err() {
                    return;
                }
            }
            tokio::select! {
                changed = heads.changed() => if changed.is_err() { return },
                () = sink.closed() => return,
            }
        }
    }

    /// Sends the task as it is in a block, unless that is what was sent last.
    async fn tell_change(
        &self,
        sink: &SubscriptionSink,
        id: TaskId,
        block: BlockRef,
        last: &mut Option<Arc<Told>>,
        finalized: bool,
    ) -> Result<(), ()> {
        // Reading the state must not hold up the other work of this thread.
        let (client, before) = (self.client.clone(), last.clone());
        let look = move || task_changes::look(&client, H256(block.hash), id, before.as_deref());
        let now = match tokio::task::spawn_blocking(look).await {
            Ok(Ok(Some(now))) => now,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(failure)) => {
                log::debug!("task {id} of a subscription cannot be read: {failure}");
                return Ok(());
            }
            // The read panicked, or the node is ending.
            Err(_) => return Err(()),
        };
        // Something that the view is made of has changed, but not the view.
        let is_known = last.as_ref().is_some_and(|last| last.task == now.task);
        let task = now.task.clone();
        *last = Some(now);
        if is_known {
            return Ok(());
        }
        let change = TaskChange {
            block: ChangeBlock {
                number: block.number,
                hash: block.hash,
            },
            finalized,
            task,
        };
        let message = SubscriptionMessage::from_json(&change).map_err(|_| ())?;
        sink.send(message).await.map_err(|_| ())
    }
}

type ApiOf<'a> = ApiRef<'a, <FullClient as ProvideRuntimeApi<aicpw_runtime::opaque::Block>>::Api>;

fn state(block: Hash, failure: &ApiError) -> ErrorObjectOwned {
    let message = format!(
        "cannot read the state of block 0x{}: {failure}",
        hex::encode(block)
    );
    error(STATE, message)
}

fn page(limit: Option<u32>) -> u32 {
    limit.unwrap_or(PAGE).min(PAGE)
}

#[async_trait]
impl MarketApiServer for Market {
    fn task(&self, id: TaskId) -> RpcResult<Option<TaskView<AccountId>>> {
        self.at_best(|api, block| api.task(block, id))
    }

    fn tasks(
        &self,
        requester: Option<AccountId>,
        before: Option<Before>,
        limit: Option<u32>,
    ) -> RpcResult<Vec<TaskId>> {
        let before = before.map(|Before(id)| id);
        self.at_best(|api, block| api.tasks(block, requester, before, page(limit)))
    }

    fn provider(&self, account: AccountId) -> RpcResult<Option<ProviderView<AccountId>>> {
        self.at_best_of_devices(|api, block| api.provider(block, account))
    }

    fn providers(&self, after: Option<AccountId>, limit: Option<u32>) -> RpcResult<Vec<AccountId>> {
        self.at_best(|api, block| api.providers(block, after, page(limit)))
    }

    fn device(&self, id: DeviceId) -> RpcResult<Option<DeviceView<AccountId>>> {
        self.at_best_of_devices(|api, block| api.device(block, id))
    }

    fn market_parameters(&self) -> RpcResult<MarketParameters> {
        self.at_best(|api, block| TasksApi::<_, AccountId>::market_parameters(&*api, block))
    }

    fn market_clock(&self) -> RpcResult<MarketClock> {
        self.at_best(|api, block| TasksApi::<_, AccountId>::market_clock(&*api, block))
    }

    fn dry_run(
        &self,
        requester: AccountId,
        needs: Needs,
        budget: Amount,
        time_limit: Milliseconds,
        verification: Verification,
    ) -> RpcResult<DryRun> {
        self.at_best_of_devices(|api, block| {
            api.dry_run(block, requester, needs, budget.0, time_limit, verification)
        })
    }

    fn history_head(&self) -> RpcResult<HistoryHead> {
        self.at_best(|api, block| TasksApi::<_, AccountId>::history_head(&*api, block))
    }

    async fn subscribe_task(
        &self,
        pending: PendingSubscriptionSink,
        id: TaskId,
    ) -> SubscriptionResult {
        let place = match self.watchers.place(pending.connection_id()) {
            Ok(place) => place,
            Err(refused) => {
                pending.reject(refused).await;
                return Ok(());
            }
        };
        let market = self.clone();
        let tell = async move {
            let _place = place;
            if let Ok(sink) = pending.accept().await {
                market.tell(sink, id).await;
            }
        };
        spawn_subscription_task(&self.executor, tell);
        Ok(())
    }
}
