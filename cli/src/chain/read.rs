//! Reads the state of the market from the chain.

use aicpw_protocol::{
    audit::AuditPolicy,
    dispute::DisputePolicy,
    hashing::Hash,
    mailbox::Orders,
    task::{Needs, Verification},
    verdict::{DisputeState, DisputeView},
    view::{
        DryRun, HistoryHead, MarketClock, MarketParameters, ProviderView, ReputationView, TaskView,
    },
    AssignmentId, Balance, BlockNumber, Milliseconds, TaskId,
};
use codec::DecodeAll;
use futures::{StreamExt, TryStreamExt};
use subxt::{
    config::substrate::H256,
    ext::scale_decode::{self, DecodeAsType},
    utils::AccountId32,
};

use super::{explain, Chain};
use crate::{
    account::Account,
    error::{Error, Result},
    output::at_work::AtWork,
    quantity::show_about,
};

/// How many requests run at the same time.
const PARALLEL: usize = 16;

/// The most ids that the chain returns in one answer.
pub const PAGE: u32 = 100;

/// What an account owns, in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Funds {
    /// The part that is not held.
    pub free: Balance,
    /// The part that is held: stakes and escrow.
    pub held: Balance,
    /// The part of the whole balance that cannot be moved, for example because of a vote. What is held counts towards
    /// it first.
    pub frozen: Balance,
    /// The least that an account must have to exist.
    pub existential_deposit: Balance,
}

impl Funds {
    /// What the account can spend without ceasing to exist.
    pub fn spendable(&self) -> Balance {
        let frozen = self.frozen.saturating_sub(self.held);
        self.free
            .saturating_sub(frozen.max(self.existential_deposit))
    }
}

/// Converts between blocks and time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// The market's current block.
    pub now: BlockNumber,
    /// Whether the market's clock stands still.
    pub is_paused: bool,
    /// The nominal time between blocks.
    pub block_time: Milliseconds,
}

impl Clock {
    /// How many blocks a time span takes.
    pub fn blocks(&self, span: Milliseconds) -> BlockNumber {
        let blocks = span.0.div_ceil(self.block_time.0.max(1));
        BlockNumber::try_from(blocks).unwrap_or(BlockNumber::MAX)
    }

    /// How long `blocks` take, for people.
    pub fn span(&self, blocks: BlockNumber) -> String {
        let span = u64::from(blocks).saturating_mul(self.block_time.0);
        show_about(Milliseconds(span))
    }

    /// How long ago a block was, for people.
    pub fn age(&self, block: BlockNumber) -> String {
        format!("{} ago", self.span(self.now.saturating_sub(block)))
    }

    /// When a past block was, for people: `about 60 s ago (block 1234)`.
    pub fn since(&self, block: BlockNumber) -> String {
        format!("about {} (block {block})", self.age(block))
    }

    /// How much time is left until a deadline, for people: `about 60 s left (block 1234)`.
    pub fn left(&self, deadline: BlockNumber) -> String {
        match deadline.saturating_sub(self.now) {
            0 => format!("no time left (block {deadline})"),
            blocks => {
                let paused = if self.is_paused {
                    ", the market is paused"
                } else {
                    ""
                };
                let span = self.span(blocks);
                format!("about {span} left (block {deadline}{paused})")
            }
        }
    }

    /// When a future block comes, for people: `in about 60 s (block 1234)`.
    pub fn until(&self, block: BlockNumber) -> String {
        match block.saturating_sub(self.now) {
            0 => "now".into(),
            blocks if self.is_paused => {
                let span = self.span(blocks);
                format!("{span} after the market goes on, which is paused (block {block})")
            }
            blocks => format!("in about {} (block {block})", self.span(blocks)),
        }
    }
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct AccountInfo {
    data: AccountData,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct AccountData {
    free: u128,
    reserved: u128,
    frozen: u128,
}

/// The part of the dispute policy that this client reads.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct JuryPolicy {
    jury: u16,
    appeals: u8,
}

impl Chain {
    /// The hash of block 0.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn genesis(&self) -> Result<Hash> {
        let first = self.methods.chain_get_block_hash(Some(0u32.into())).await;
        let first = first.map_err(|error| explain::rpc(&error))?;
        let first = first.ok_or_else(|| crate::error::Error::other("the node has no blocks"))?;
        Ok(first.0)
    }

    /// The hash of the best block. All reads at one hash are of the same moment.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn best_hash(&self) -> Result<H256> {
        let best = self.methods.chain_get_block_hash(None).await;
        let best = best.map_err(|error| explain::rpc(&error))?;
        best.ok_or_else(|| Error::other("the node has no blocks"))
    }

    /// A task; `None` if there is no task with this id, or no longer.
    ///
    /// # Errors
    /// The node does not answer. This holds for all reads.
    pub async fn task(&self, id: TaskId, at: Option<H256>) -> Result<Option<TaskView<Account>>> {
        self.runtime_api("TasksApi_task", &id, at).await
    }

    /// Ids of tasks below `before`, newest first, of one requester or of all.
    async fn task_ids(
        &self,
        requester: Option<Account>,
        before: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<TaskId>> {
        let mut ids = Vec::new();
        while (ids.len() as u32) < limit {
            let want = (limit - ids.len() as u32).min(PAGE);
            let before = ids.last().copied().or(before);
            let page = self.task_ids_before(requester, before, want, None).await?;
            if page.is_empty() {
                break;
            }
            ids.extend(page);
        }
        Ok(ids)
    }

    /// One page of such ids: at most `limit`, never more than 100, below `before`, in the state of the block `at` or of
    /// the best block.
    pub async fn task_ids_before(
        &self,
        requester: Option<Account>,
        before: Option<TaskId>,
        limit: u32,
        at: Option<H256>,
    ) -> Result<Vec<TaskId>> {
        let arguments = (requester, before, limit);
        self.runtime_api("TasksApi_tasks", &arguments, at).await
    }

    /// Tasks with ids below `before`, newest first, of one requester or of all.
    pub async fn tasks(
        &self,
        requester: Option<Account>,
        before: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<TaskView<Account>>> {
        let ids = self.task_ids(requester, before, limit).await?;
        let views: Vec<_> = futures::stream::iter(ids)
            .map(|id| self.task(id, None))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(views.into_iter().flatten().collect())
    }

    /// The newest dispute about a task, in the state of the block `at` or of the best block.
    pub async fn dispute(
        &self,
        id: TaskId,
        at: Option<H256>,
    ) -> Result<Option<DisputeView<Account>>> {
        self.runtime_api("DisputesApi_dispute", &id, at).await
    }

    /// The bond for disputing the result of a task now; `None` if it cannot be disputed.
    pub async fn dispute_bond(&self, id: TaskId) -> Result<Option<Balance>> {
        self.runtime_api("DisputesApi_dispute_bond", &id, None)
            .await
    }

    /// The bond for claiming now, as the requester, that the result of an assignment cannot be fetched; `None` if that
    /// cannot be claimed.
    pub async fn claim_bond(&self, assignment: AssignmentId) -> Result<Option<Balance>> {
        self.runtime_api("DisputesApi_claim_bond", &assignment, None)
            .await
    }

    /// Disputes with their tasks, those about the newest tasks first, in the state of the block `at`. With `only_open`,
    /// disputes that are over are left out.
    pub async fn disputes(
        &self,
        only_open: bool,
        limit: u32,
        at: H256,
    ) -> Result<Vec<(DisputeView<Account>, TaskView<Account>)>> {
        // The chain returns ids in no order, so all of them are needed to find the newest.
        let mut ids: Vec<TaskId> = Vec::new();
        loop {
            let arguments = (ids.last().copied(), PAGE);
            let page: Vec<TaskId> = self
                .runtime_api("DisputesApi_disputes", &arguments, Some(at))
                .await?;
            if page.is_empty() {
                break;
            }
            ids.extend(page);
        }
        ids.sort_unstable_by(|one, other| other.cmp(one));
        futures::stream::iter(ids)
            .map(|id| async move {
                let dispute = self.dispute(id, Some(at)).await?;
                let dispute = dispute
                    .filter(|one| !(only_open && matches!(one.state, DisputeState::Ended { .. })));
                Ok(match dispute {
                    Some(dispute) => self.task(id, Some(at)).await?.map(|task| (dispute, task)),
                    None => None,
                })
            })
            .buffered(PARALLEL)
            .try_filter_map(|found| async move { Ok(found) })
            .take(limit as usize)
            .try_collect()
            .await
    }

    /// The number of jurors in a round of a dispute; the first round is 0. The result is 0 for a round after the last.
    pub async fn jurors(&self, round: u8) -> Result<u16> {
        let JuryPolicy { jury, appeals } = self.constant("Disputes", "Policy").await?;
        let policy = DisputePolicy {
            jury,
            appeals,
            ..DisputePolicy::DEFAULT
        };
        Ok(policy.jurors(round).unwrap_or_default())
    }

    /// The head of the history.
    pub async fn history_head(&self, at: Option<H256>) -> Result<HistoryHead> {
        self.runtime_api("TasksApi_history_head", &(), at).await
    }

    /// The parameters of the market.
    pub async fn market_parameters(&self) -> Result<MarketParameters> {
        self.runtime_api("TasksApi_market_parameters", &(), None)
            .await
    }

    /// Which devices would take such a task now.
    pub async fn dry_run(
        &self,
        requester: Account,
        needs: Needs,
        budget: Balance,
        time_limit: Milliseconds,
        verification: Verification,
    ) -> Result<DryRun> {
        let arguments = (requester, needs, budget, time_limit, verification);
        self.runtime_api("TasksApi_dry_run", &arguments, None).await
    }

    /// A provider with its devices, in the state of the block `at` or of the best block.
    pub async fn provider(
        &self,
        account: Account,
        at: Option<H256>,
    ) -> Result<Option<ProviderView<Account>>> {
        self.runtime_api("ProvidersApi_provider", &account, at)
            .await
    }

    /// What the reputation of a provider consists of; `None` if the account is not a provider.
    pub async fn reputation(&self, account: Account) -> Result<Option<ReputationView<Account>>> {
        self.runtime_api("ProvidersApi_reputation", &account, None)
            .await
    }

    /// What the node of the provider with this worker key is working on.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn at_work(&self, worker: &Hash) -> Result<AtWork> {
        let orders: Orders = self.runtime_api("WorkerApi_orders", worker, None).await?;
        Ok(AtWork::of(&orders))
    }

    /// The assignments for which the provider with this worker key has slots or stake locked.
    pub async fn locked(&self, worker: &Hash) -> Result<Vec<AssignmentId>> {
        self.runtime_api("WorkerApi_locked", worker, None).await
    }

    /// The provider for which a worker key acts.
    pub async fn provider_of_worker(&self, worker: &Hash) -> Result<Option<Account>> {
        self.runtime_api("ProvidersApi_provider_of_worker", worker, None)
            .await
    }

    /// The nominal time between blocks. It never changes, so it is read only once.
    async fn block_time(&self) -> Result<Milliseconds> {
        let ask = || async {
            let market = self.market_parameters().await?;
            Ok(Milliseconds(market.block_time))
        };
        self.block_time.get_or_try_init(ask).await.copied()
    }

    /// The market's clock now, on which all deadlines are based.
    pub async fn clock(&self) -> Result<Clock> {
        self.clock_at(None).await
    }

    /// The market's clock in the state of the block `at` or of the best block.
    pub async fn clock_at(&self, at: Option<H256>) -> Result<Clock> {
        let clock = self.market_clock(at).await?;
        Ok(Clock {
            now: clock.block,
            is_paused: clock.is_paused,
            block_time: self.block_time().await?,
        })
    }

    /// The market's block in the state of the block `at` or of the best block, and whether it stands still.
    pub async fn market_clock(&self, at: Option<H256>) -> Result<MarketClock> {
        self.runtime_api("TasksApi_market_clock", &(), at).await
    }

    /// A constant of the runtime.
    pub async fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Result<T> {
        let at = self.at_final_block().await?;
        at.constants()
            .entry(subxt::constants::dynamic::<T>(pallet, name))
            .map_err(|error| explain::subxt(error.into()))
    }

    /// How often results are audited, which determines what audits cost. It is a constant in the metadata. The runtime
    /// computes such constants when the metadata is read, so they include what governance has set by then.
    pub async fn audit_policy(&self) -> Result<AuditPolicy> {
        let at = self.at_final_block().await?;
        let address = subxt::constants::dynamic::<()>("Tasks", "AuditPolicy");
        let bytes = at.constants().entry_bytes(address);
        let bytes = bytes.map_err(|error| explain::subxt(error.into()))?;
        AuditPolicy::decode_all(&mut &bytes[..]).map_err(|_| {
            Error::other(
                "the chain's constant Tasks.AuditPolicy has a shape that this aicpw does not know",
            )
            .hint("use the aicpw of the same release as the node")
        })
    }

    /// Providers with their devices, ordered by account.
    pub async fn providers(&self, limit: u32) -> Result<Vec<ProviderView<Account>>> {
        let mut accounts: Vec<Account> = Vec::new();
        while (accounts.len() as u32) < limit {
            let want = (limit - accounts.len() as u32).min(PAGE);
            let arguments = (accounts.last().copied(), want);
            let page: Vec<Account> = self
                .runtime_api("ProvidersApi_providers", &arguments, None)
                .await?;
            if page.is_empty() {
                break;
            }
            accounts.extend(page);
        }
        let views: Vec<_> = futures::stream::iter(accounts)
            .map(|account| self.provider(account, None))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(views.into_iter().flatten().collect())
    }

    /// What an account owns.
    pub async fn funds(&self, account: Account) -> Result<Funds> {
        let failed = |error: subxt::Error| explain::subxt(error);
        let client = self.client().await?;
        let best = self.best_hash().await?;
        let at = client
            .at_block(best)
            .await
            .map_err(|error| failed(error.into()))?;
        let existential_deposit = at
            .constants()
            .entry(subxt::constants::dynamic::<u128>(
                "Balances",
                "ExistentialDeposit",
            ))
            .map_err(|error| failed(error.into()))?;
        let address = subxt::storage::dynamic::<(AccountId32,), AccountInfo>("System", "Account");
        let info = at
            .storage()
            .try_fetch(address, (account.into(),))
            .await
            .map_err(|error| failed(error.into()))?
            .map(|value| value.decode())
            .transpose()
            .map_err(|error| failed(error.into()))?;
        let (free, held, frozen) = match info {
            Some(AccountInfo { data }) => (data.free, data.reserved, data.frozen),
            None => (0, 0, 0),
        };
        Ok(Funds {
            free,
            held,
            frozen,
            existential_deposit,
        })
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A clock at block 100 of a chain that makes a block every 250 ms.
    pub const CLOCK: Clock = Clock {
        now: 100,
        is_paused: false,
        block_time: Milliseconds(250),
    };

    #[test]
    fn blocks_are_told_as_time() {
        assert_eq!(CLOCK.until(340), "in about 60 s (block 340)");
        assert_eq!(CLOCK.until(100), "now");
        assert_eq!(CLOCK.left(340), "about 60 s left (block 340)");
        assert_eq!(CLOCK.left(99), "no time left (block 99)");
        assert_eq!(CLOCK.since(60), "about 10 s ago (block 60)");
        // A block that is newer than the clock, which was read before it.
        assert_eq!(CLOCK.since(101), "about 1 s ago (block 101)");
        let paused = Clock {
            is_paused: true,
            ..CLOCK
        };
        assert!(paused.until(340).contains("after the market goes on"));
        assert!(paused.left(340).contains("the market is paused"));
    }
}
