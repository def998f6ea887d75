use aicpw_protocol::{
    trace::{DisputedPart, OpenTrace},
    Balance, BlockNumber, Hash, TaskId,
};
use sp_runtime::DispatchResult;

use super::JurorTerms;

/// What a dispute that is not over waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Awaited {
    /// Its jury, which is done when everybody on it has revealed, or is gone.
    Jury,
    /// A call of [`Escalation::due`] in this block or before.
    Due(BlockNumber),
    /// The same, when the task or the claim is decided and jurors are paid.
    DueToPay(BlockNumber),
}

/// Where those go on who cannot decide by themselves which result is right. Implemented by
/// `pallet-disputes`.
///
/// Contract: whoever takes a task over ends its dispute through
/// [`Contested`](super::Contested); until then its escrow and the locks of who has revealed stay as they
/// are, and no deadline of the tasks pallet ends it. An error undoes what led to the question.
pub trait Escalation {
    /// Takes a task over whose replicas have no majority, or whose auditors found another root than they.
    /// Returns whether it does: if not, the requester is refunded, and nobody is slashed. Never asked while a dispute
    /// about the task goes on ([`Self::is_over`]): whoever asks waits for its end, which comes with [`Self::due`].
    fn take_over(task: TaskId) -> bool;

    /// By what it is reckoned to judge a result of this price, if the task pays a provider no more than the cap: what an
    /// auditor is paid, audits cost, and the fraud bond. See [`aicpw_protocol::judging`]; never less than the price, and
    /// more than the cap only with it.
    fn judged_price(price: Balance, price_cap: Balance) -> Balance;

    /// What an auditor of such a result brings, and may ask: the `pay` is the highest price that an auditor may have at
    /// its own ask, the `lock` what it loses if it is wrong, which is what anybody else puts up who doubts the
    /// result.
    fn auditor_terms(price: Balance, price_cap: Balance) -> JurorTerms;

    /// Everybody on the jury of the task has revealed, or is gone.
    fn jury_done(task: TaskId) -> DispatchResult;

    /// The requester of a sealed task has not granted a juror the key in time.
    fn key_withheld(task: TaskId) -> DispatchResult;

    /// Until when the trace of the result of a task is wanted; `None` if it is not.
    fn trace_wanted(task: TaskId) -> Option<BlockNumber>;

    /// The trace of the result of a task, which was wanted, is open.
    fn trace_opened(task: TaskId, trace: OpenTrace) -> DispatchResult;

    /// Until when the jurors of a task are asked to show their work; `None` if they are not.
    fn work_wanted(task: TaskId) -> Option<BlockNumber>;

    /// Whether the work of the jurors of a task who were right comes to this trace root.
    fn is_work(task: TaskId, trace_root: &Hash) -> bool;

    /// The work of the jurors of a task, which was wanted, is shown: it comes to this trace root.
    fn work_shown(task: TaskId, trace_root: Hash) -> DispatchResult;

    /// What of the job the jury of a task runs; `None` if all of it.
    fn part(task: TaskId) -> Option<DisputedPart>;

    /// A block that [`Contested::remind`](super::Contested::remind) asked for has come. After an error it is called
    /// again in the next block.
    fn due(task: TaskId) -> DispatchResult;

    /// What the dispute about a task waits for; `None` if there is none that goes on. For the invariants: whoever
    /// gives [`Contested`](super::Contested) checks by it that something ends every dispute.
    fn awaited(task: TaskId) -> Option<Awaited>;

    /// Whether no dispute about the task goes on: nothing of it is still to be paid or given back.
    fn is_over(task: TaskId) -> bool;

    /// The task is final and no longer readable. Returns whether there was anything to forget of it.
    fn forget(task: TaskId) -> bool;

    /// Most blocks that a dispute takes from its opening to its end, if a jury takes so many from its
    /// call to its last reveal, and a task may run for so many.
    fn longest_dispute(jury: BlockNumber, time_limit: BlockNumber) -> BlockNumber;
}

/// Nobody decides.
impl Escalation for () {
    fn take_over(_: TaskId) -> bool {
        false
    }
    fn judged_price(price: Balance, _: Balance) -> Balance {
        price
    }
    fn auditor_terms(price: Balance, _: Balance) -> JurorTerms {
        JurorTerms {
            pay: price,
            lock: 0,
        }
    }
    fn jury_done(_: TaskId) -> DispatchResult {
        Ok(())
    }
    fn key_withheld(_: TaskId) -> DispatchResult {
        Ok(())
    }
    fn trace_wanted(_: TaskId) -> Option<BlockNumber> {
        None
    }
    fn trace_opened(_: TaskId, _: OpenTrace) -> DispatchResult {
        Ok(())
    }
    fn work_wanted(_: TaskId) -> Option<BlockNumber> {
        None
    }
    fn is_work(_: TaskId, _: &Hash) -> bool {
        false
    }
    fn work_shown(_: TaskId, _: Hash) -> DispatchResult {
        Ok(())
    }
    fn part(_: TaskId) -> Option<DisputedPart> {
        None
    }
    fn due(_: TaskId) -> DispatchResult {
        Ok(())
    }
    fn awaited(_: TaskId) -> Option<Awaited> {
        None
    }
    fn is_over(_: TaskId) -> bool {
        true
    }
    fn forget(_: TaskId) -> bool {
        false
    }
    fn longest_dispute(_: BlockNumber, _: BlockNumber) -> BlockNumber {
        0
    }
}
