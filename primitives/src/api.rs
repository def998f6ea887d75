//! Runtime APIs: how people and programs read the market. The `aicpw_*` RPC methods, the command line and the worker
//! use these APIs. The storage layout is not an interface for anybody.

// The macro generates such bounds.
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
    /// The market from a requester's point of view.
    pub trait TasksApi<AccountId: Codec> {
        /// A task with all its assignments.
        fn task(id: TaskId) -> Option<TaskView<AccountId>>;
        /// Ids of tasks, newest first, of one requester or of all: at most `limit` (and at most 100) ids below
        /// `before`, which need not be a task. The last id is the next page's `before`.
        fn tasks(requester: Option<AccountId>, before: Option<TaskId>, limit: u32) -> Vec<TaskId>;
        /// The head of the history.
        fn history_head() -> HistoryHead;
        /// The governed parameters that a client needs.
        fn market_parameters() -> MarketParameters;
        /// The clock that all deadlines follow.
        fn market_clock() -> MarketClock;
        /// Which device would take such a task now, without submitting the task. With several replicas, the first of
        /// them.
        fn dry_run(
            requester: AccountId,
            needs: Needs,
            budget: Balance,
            time_limit: Milliseconds,
            verification: Verification,
        ) -> DryRun;
    }

    /// The market from a provider's point of view.
    #[api_version(2)]
    pub trait ProvidersApi<AccountId: Codec> {
        /// A provider and its devices.
        fn provider(account: AccountId) -> Option<ProviderView<AccountId>>;
        /// Providers in the order of their accounts: at most `limit` (and at most 100) after `after`.
        fn providers(after: Option<AccountId>, limit: u32) -> Vec<AccountId>;
        /// A device.
        fn device(id: DeviceId) -> Option<DeviceView<AccountId>>;
        /// The provider for which a worker key acts.
        fn provider_of_worker(worker: WorkerId) -> Option<AccountId>;
        /// What a provider's reputation is computed from. Since version 2.
        fn reputation(account: AccountId) -> Option<ReputationView<AccountId>>;
    }

    /// What the native part of a worker asks.
    #[api_version(2)]
    pub trait WorkerApi {
        /// The open assignments of a worker key in this state. The offchain worker hook puts the same ones into the
        /// mailbox.
        fn orders(worker: WorkerId) -> mailbox::Orders;
        /// The assignments for which a worker key's provider has slots or locks in this state. Those that have a result
        /// must be served. Since version 2.
        fn locked(worker: WorkerId) -> Vec<AssignmentId>;
        /// Height of this state.
        fn height() -> BlockNumber;
    }

    /// Disputes.
    pub trait DisputesApi<AccountId: Codec> {
        /// The newest dispute about a task.
        fn dispute(task: TaskId) -> Option<DisputeView<AccountId>>;
        /// Tasks with a dispute that can be read, in storage order: at most `limit` (and at most 100) after `after`.
        fn disputes(after: Option<TaskId>, limit: u32) -> Vec<TaskId>;
        /// The bond for disputing the result of a task now; `None` if it cannot be disputed.
        fn dispute_bond(task: TaskId) -> Option<Balance>;
        /// The bond for the requester's claim that the result of an assignment cannot be fetched; `None` if it cannot
        /// claim now.
        fn claim_bond(assignment: AssignmentId) -> Option<Balance>;
    }

    /// How large the market is: for metrics, which ask once per block.
    pub trait CensusApi {
        /// Sums that the pallets keep. Nothing is counted to answer this call.
        fn census() -> MarketCensus;
    }
}
