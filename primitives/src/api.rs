//! Runtime APIs: what a person or a program reads of the market. `aicpw_*` RPC methods, the command
//! line and the worker use these; the storage layout is nobody's interface.

use aicpw_protocol::{
    mailbox,
    task::{Needs, Unmatched},
    view::{DeviceView, MarketParameters, ProviderView, TaskView},
    AskPrice, Balance, BlockNumber, DeviceId, Hash, Milliseconds, TaskId,
};
use alloc::vec::Vec;
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

use crate::worker_key::WorkerId;

/// One link of the history: enough to compute [`aicpw_protocol::history::next_head`] again.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct HistoryHead {
    /// Submissions so far: the id the next task gets.
    pub length: u64,
    /// The head after them; [`aicpw_protocol::history::GENESIS_HEAD`] if there are none.
    pub head: Hash,
}

/// What a dry run of matching says.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum DryRun {
    /// A device would take it now.
    Match {
        /// Which.
        device: DeviceId,
        /// Its ask.
        ask: AskPrice,
        /// What the assignment would cost.
        price: Balance,
    },
    /// Nothing fits now.
    Unmatched(Unmatched),
    /// The search ran out of its bound before it had seen all candidates.
    Undecided,
}

sp_api::decl_runtime_apis! {
    /// The market as a requester sees it.
    pub trait TasksApi<AccountId: Codec> {
        /// A task with all its assignments.
        fn task(id: TaskId) -> Option<TaskView<AccountId>>;
        /// Ids of tasks, newest first, of one requester or of all: at most `limit` (and at most
        /// 100) below `before`.
        fn tasks(requester: Option<AccountId>, before: Option<TaskId>, limit: u32) -> Vec<TaskId>;
        /// The head of the history.
        fn history_head() -> HistoryHead;
        /// The governed parameters that a client needs.
        fn market_parameters() -> MarketParameters;
        /// Who would take such a task now, without submitting it.
        fn dry_run(
            requester: AccountId,
            needs: Needs,
            budget: Balance,
            time_limit: Milliseconds,
        ) -> DryRun;
    }

    /// The market as a provider sees it.
    pub trait ProvidersApi<AccountId: Codec> {
        /// A provider with its devices.
        fn provider(account: AccountId) -> Option<ProviderView<AccountId>>;
        /// Providers by account: at most `limit` (and at most 100) after `after`.
        fn providers(after: Option<AccountId>, limit: u32) -> Vec<AccountId>;
        /// A device.
        fn device(id: DeviceId) -> Option<DeviceView<AccountId>>;
        /// The provider for which a worker key acts.
        fn provider_of_worker(worker: WorkerId) -> Option<AccountId>;
    }

    /// What the native side of a worker asks.
    pub trait WorkerApi {
        /// The open assignments of a worker key in this state; the same that the offchain worker
        /// hook puts into the mailbox.
        fn orders(worker: WorkerId) -> mailbox::Orders;
        /// Height of this state.
        fn height() -> BlockNumber;
    }
}
