//! Runtime APIs: what a person or a program reads of the market. `aicpw_*` RPC methods, the command
//! line and the worker use these; the storage layout is nobody's interface.

// What the macro generates.
#![allow(clippy::multiple_bound_locations)]

use aicpw_protocol::{
    mailbox,
    task::{Needs, Verification},
    verdict::DisputeView,
    view::{DeviceView, MarketParameters, ProviderView, ReputationView, TaskView},
    AssignmentId, Balance, BlockNumber, DeviceId, Milliseconds, TaskId,
};
use alloc::vec::Vec;
use codec::Codec;

use crate::worker_key::WorkerId;

pub use aicpw_protocol::view::{DryRun, HistoryHead, MarketCensus, MarketClock};

sp_api::decl_runtime_apis! {
    /// The market as a requester sees it.
    pub trait TasksApi<AccountId: Codec> {
        /// A task with all its assignments.
        fn task(id: TaskId) -> Option<TaskView<AccountId>>;
        /// Ids of tasks, newest first, of one requester or of all: at most `limit` (and at most
        /// 100) below `before`, which need not be a task. The last of them is the next page's `before`.
        fn tasks(requester: Option<AccountId>, before: Option<TaskId>, limit: u32) -> Vec<TaskId>;
        /// The head of the history.
        fn history_head() -> HistoryHead;
        /// The governed parameters that a client needs.
        fn market_parameters() -> MarketParameters;
        /// The clock by which all deadlines go.
        fn market_clock() -> MarketClock;
        /// Who would take such a task now, without submitting it; of several replicas the first.
        fn dry_run(
            requester: AccountId,
            needs: Needs,
            budget: Balance,
            time_limit: Milliseconds,
            verification: Verification,
        ) -> DryRun;
    }

    /// The market as a provider sees it.
    #[api_version(2)]
    pub trait ProvidersApi<AccountId: Codec> {
        /// A provider with its devices.
        fn provider(account: AccountId) -> Option<ProviderView<AccountId>>;
        /// Providers by account: at most `limit` (and at most 100) after `after`.
        fn providers(after: Option<AccountId>, limit: u32) -> Vec<AccountId>;
        /// A device.
        fn device(id: DeviceId) -> Option<DeviceView<AccountId>>;
        /// The provider for which a worker key acts.
        fn provider_of_worker(worker: WorkerId) -> Option<AccountId>;
        /// What a provider's reputation is made of. Since version 2.
        fn reputation(account: AccountId) -> Option<ReputationView<AccountId>>;
    }

    /// What the native side of a worker asks.
    #[api_version(2)]
    pub trait WorkerApi {
        /// The open assignments of a worker key in this state; the same that the offchain worker
        /// hook puts into the mailbox.
        fn orders(worker: WorkerId) -> mailbox::Orders;
        /// The assignments that a worker key's provider has slots or locks for in this state: what of
        /// them has a result has to be served. Since version 2.
        fn locked(worker: WorkerId) -> Vec<AssignmentId>;
        /// Height of this state.
        fn height() -> BlockNumber;
    }

    /// Disputes.
    pub trait DisputesApi<AccountId: Codec> {
        /// The newest dispute about a task.
        fn dispute(task: TaskId) -> Option<DisputeView<AccountId>>;
        /// Tasks with a dispute that can be read, in the order of storage: at most `limit` (and at most
        /// 100) after `after`.
        fn disputes(after: Option<TaskId>, limit: u32) -> Vec<TaskId>;
        /// What whoever disputes the result of a task now has to put up; `None` if it cannot be
        /// disputed.
        fn dispute_bond(task: TaskId) -> Option<Balance>;
        /// What the requester who claims now that the result of an assignment cannot be fetched has to put
        /// up; `None` if it cannot claim.
        fn claim_bond(assignment: AssignmentId) -> Option<Balance>;
    }

    /// How large the market is: for metrics, which ask with every block.
    pub trait CensusApi {
        /// Sums that the pallets keep; nothing is counted for the answer.
        fn census() -> MarketCensus;
    }
}
