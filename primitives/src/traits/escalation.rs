use aicpw_protocol::{
    trace::{DisputedPart, OpenTrace},
    Balance, BlockNumber, Hash, TaskId,
};
use frame_support::weights::Weight;
use sp_runtime::DispatchResult;

use super::JurorTerms;

/// What a dispute that is not over is waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Awaited {
    /// Its jury. The jury is done when each juror has revealed or is gone.
    Jury,
    /// A call of [`Escalation::due`], in this block at the latest.
    Due(BlockNumber),
    /// The same as `Due`, when the task or the claim is already decided and the jurors are being paid.
    DueToPay(BlockNumber),
}

/// Decides which result is right where the tasks pallet cannot. Implemented by `pallet-disputes`.
///
/// Contract: once the implementation has taken over a task, only it ends the task, through
/// [`Contested`](super::Contested). Until then the escrow and the locks of every provider that has revealed stay as
/// they are, and no deadline of the tasks pallet ends the task. If a call here returns an error, the caller undoes what
/// led to the call.
pub trait Escalation {
    /// Takes over a task whose replicas have no majority, or whose auditors found another root than the replicas.
    /// Returns whether it took the task over. If not, the requester is refunded and nobody is slashed. The tasks pallet
    /// does not call this while a dispute about the task goes on ([`Self::is_over`]). It waits for the end of that
    /// dispute, which comes with [`Self::due`].
    fn take_over(task: TaskId) -> bool;

    /// The judged price of a result of this price, in a task that pays one provider at most `price_cap`. It decides the
    /// pay of auditors, the audit cost and the fraud bond; see [`aicpw_protocol::judging`]. It is never below the
    /// price, and it is above the cap only if the price is.
    fn judged_price(price: Balance, price_cap: Balance) -> Balance;

    /// The terms of an auditor of such a result. `pay` is the highest price that the auditor may have at its own ask.
    /// `lock` is what the auditor loses if it is wrong: as much as the bond of anybody else who doubts the result.
    fn auditor_terms(price: Balance, price_cap: Balance) -> JurorTerms;

    /// Notes that the jury of the task is done: each juror has revealed or is gone.
    fn jury_done(task: TaskId) -> DispatchResult;

    /// Notes that the requester of a sealed task did not grant the key to a juror in time.
    fn key_withheld(task: TaskId) -> DispatchResult;

    /// The last block in which the trace of a task's result can be opened; `None` if no trace is wanted.
    fn trace_wanted(task: TaskId) -> Option<BlockNumber>;

    /// Notes that the provider's worker has opened the trace of a task's result. The trace was wanted.
    fn trace_opened(task: TaskId, trace: OpenTrace) -> DispatchResult;

    /// The last block in which the jurors of a task can show their work; `None` if they are not asked to.
    fn work_wanted(task: TaskId) -> Option<BlockNumber>;

    /// Whether this trace root is the work of those jurors of a task that were right: enough of them have committed to
    /// it.
    fn is_work(task: TaskId, trace_root: &Hash) -> bool;

    /// Notes that a juror has shown the work of a task's jury, which is this trace root. The work was wanted.
    fn work_shown(task: TaskId, trace_root: Hash) -> DispatchResult;

    /// The part of the job that the jury of a task runs; `None` if it runs the whole job.
    fn part(task: TaskId) -> Option<DisputedPart>;

    /// Goes on with the dispute, in the block that [`Contested::remind`](super::Contested::remind) asked for. After an
    /// error it is called again in the next block.
    fn due(task: TaskId) -> DispatchResult;

    /// The most that the step that decides a dispute weighs, in addition to what it does through
    /// [`Contested`](super::Contested): taking the bonds or giving them back, and dividing what was lost.
    fn division_weight() -> Weight;

    /// What the dispute about a task waits for; `None` if no dispute goes on. For invariants: the pallet that
    /// implements [`Contested`](super::Contested) uses it to check that something will end every dispute.
    fn awaited(task: TaskId) -> Option<Awaited>;

    /// Whether no dispute about the task goes on: everything has been paid and given back.
    fn is_over(task: TaskId) -> bool;

    /// Forgets what is stored about a task, because the task is being removed. Returns whether anything was stored.
    fn forget(task: TaskId) -> bool;

    /// The most blocks from the opening of a dispute to its end. `jury` is the most blocks from the call of a jury to
    /// its last reveal. `time_limit` is the longest time limit of a task, in blocks.
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
    fn division_weight() -> Weight {
        Weight::zero()
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
