use aicpw_protocol::{
    verdict::{Verdict, Vote},
    AssignmentId, Balance, BlockNumber, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use sp_runtime::{DispatchError, DispatchResult};

/// Most accounts that dispute a task or appeal.
pub const MAX_PARTIES: u32 = 8;

/// A task that a jury is to decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contest<AccountId> {
    /// Who submitted it.
    pub requester: AccountId,
    /// The providers that have revealed a result for it.
    pub providers: Vec<AccountId>,
    /// The price of what a juror runs again: the highest price of those results.
    pub price: Balance,
    /// The part of the whole budget that one provider can cost at most. What is left of the budget does not matter.
    pub price_cap: Balance,
    /// Whether its data is sealed: a juror can read it only after the requester has granted the key.
    pub is_sealed: bool,
}

/// What a juror is paid and locks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JurorTerms {
    /// Its pay. The price of the task at the juror's own ask must not exceed it.
    pub pay: Balance,
    /// What is locked on its stake.
    pub lock: Balance,
}

/// What came of a juror when its seat was closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClosedJuror {
    /// It was right. Its locks are released.
    Right,
    /// It was wrong, was unable, or did not do the work. This is what it lost; the rest of its locks is released.
    Wrong(Balance),
    /// It did not vote, or its vote was not judged. What is left of its locks is released.
    Released,
}

/// What a verdict did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided<AccountId> {
    /// What the providers of wrong results lost.
    pub slashed: Balance,
    /// What auditors lost that had found another root than the verdict. If the task has several replicas, also what
    /// replicas lost earlier because they did not reveal what they had committed to.
    pub lost: Balance,
    /// The auditors that had found the root of the verdict. Empty if no result was wrong.
    pub finders: Vec<AccountId>,
    /// The requester, and what it is owed for the harm: what it paid for the wrong result and is not in the escrow.
    /// It is not more than that, so that nobody gains by having its own task disputed.
    pub compensation: (AccountId, Balance),
}

/// A settled result about which there is an unavailable claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claimed {
    /// Its provider's collateral, all of which is at stake.
    pub collateral: Balance,
}

/// What became of an unavailable claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimDecided<AccountId> {
    /// What the provider lost.
    pub slashed: Balance,
    /// The provider of the result.
    pub provider: AccountId,
    /// The requester, and what it is owed for the harm: the price if the result was not there, else zero.
    pub compensation: (AccountId, Balance),
}

/// Tasks, as disputes see them. Implemented by `pallet-tasks`.
///
/// Contract:
/// - A juror has a seat on the task. Its seat number follows those that the task already had. Its assignment
///   has the same states as any other.
/// - Jurors are drawn by stake. A provider can be drawn if it can run the task, its price for the task is within
///   the pay, and it was never on the task.
/// - A juror of an unavailable claim is a fetcher: it fetches the result and runs nothing. Any device with the
///   bandwidth can do that.
/// - [`super::Escalation`] is told when a jury is done.
/// - What is slashed goes to the treasury. The caller pays it out from there, in the same block or later.
pub trait Contested<AccountId> {
    /// What [`Self::contest`] would return now, without contesting the task. Errors as it would.
    fn contestable(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError>;

    /// The weight of [`Self::contest`] beside that for a task with one assignment: it looks at all assignments that
    /// the task has had. Without a task: the weight for the task with the most assignments.
    fn contest_weight(task: Option<TaskId>) -> Weight;

    /// Makes a task disputed: from now on only a verdict ends it. Errors if the task is not in the state for it.
    ///
    /// | `escalated` | the task |
    /// | --- | --- |
    /// | no | its result is revealed, and its window is open; the window stops |
    /// | yes | its replicas have no majority, or an auditor found another root |
    fn contest(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError>;

    /// Seats a jury and returns the number of its first seat. None of `parties`, the accounts that dispute or
    /// appeal, becomes a juror. Errors if the task has too few free seats, or there are more than
    /// [`MAX_PARTIES`] parties.
    fn seat_jury(
        task: TaskId,
        jurors: u16,
        terms: JurorTerms,
        parties: Vec<AccountId>,
    ) -> Result<u8, DispatchError>;

    /// The votes of the jurors from the seat `first` on.
    fn votes(task: TaskId, first: u8) -> Vec<Vote>;

    /// How many jurors from the seat `first` on had committed to a vote, and did not open it in their time.
    fn withheld(task: TaskId, first: u8) -> usize;

    /// Of a jury that is done, from the seat `first` on: how many voted `vote`, and how many voted at all. Closing a
    /// juror changes neither number, with one exception: a juror that voted `vote` without the work leaves the
    /// first number and stays in the second.
    fn voted(task: TaskId, first: u8, vote: Vote) -> (usize, usize);

    /// Has [`super::Escalation::due`] called in the block `at` or soon after it.
    fn remind(task: TaskId, at: BlockNumber);

    /// The task's time limit, in blocks.
    fn time_limit(task: TaskId) -> BlockNumber;

    /// Errors if the task has too few free seats for so many jurors.
    fn ensure_room(task: TaskId, jurors: u16) -> DispatchResult;

    /// How many seats the task has.
    fn seats(task: TaskId) -> u8;

    /// Whether every honest run of the task goes through the same states, on whatever device.
    fn is_exact(task: TaskId) -> bool;

    /// Of the jurors from the seat `first` on that voted `vote`: how many committed to this trace root, and how
    /// many they are.
    fn worked(task: TaskId, first: u8, vote: Vote, trace_root: &Hash) -> (usize, usize);

    /// Closes a seat and ends the service of its juror. Does nothing if the seat is not a juror's. What the juror
    /// loses ("share" is what a fault costs, "all" is everything that is locked for it):
    ///
    /// | verdict | voted the same | voted another root | was unable | did not vote |
    /// | --- | --- | --- | --- | --- |
    /// | a root | nothing; share without the work | all | share | nothing |
    /// | unable | nothing | nothing | - | nothing |
    /// | none | nothing | nothing | nothing | nothing |
    ///
    /// Of an unavailable claim, where "not fetched" is a vote like a root:
    ///
    /// | verdict | voted the same | voted "not fetched" | fetched something | was unable | did not vote |
    /// | --- | --- | --- | --- | --- | --- |
    /// | a digest | nothing | share | all, because its digest is another | nothing | nothing |
    /// | not fetched | nothing | - | share | nothing | nothing |
    /// | none | nothing | nothing | nothing | nothing | nothing |
    fn close_juror(
        task: TaskId,
        seat: u8,
        verdict: Option<Verdict>,
    ) -> Result<ClosedJuror, DispatchError>;

    /// The juror of a closed seat, if it voted as the verdict says and, where the verdict names work, has done it.
    fn right_juror(task: TaskId, seat: u8, verdict: Verdict) -> Option<AccountId>;

    /// Whether a revealed result has this root.
    fn is_claimed(task: TaskId, root: &Hash) -> bool;

    /// Decides the task. A result with this root is right, every other is wrong. With `None` all are wrong, and
    /// the right root is unknown.
    ///
    /// | | the task |
    /// | --- | --- |
    /// | a result was right | is settled |
    /// | none was, and the only replica has attempts left | is matched again |
    /// | none was, and it has several replicas or no attempt left | is refunded |
    fn decide(task: TaskId, root: Option<Hash>) -> Result<Decided<AccountId>, DispatchError>;

    /// The requester has been paid so much of the compensation that [`Self::decide`] named, just before in the same
    /// block. If the task is matched again, that is held again: the escrow is what it was before the wrong result was
    /// audited, and pays as much for the next. Does nothing if the task has ended, or the amount cannot be held. Nothing
    /// may be matched between the two.
    fn restore_escrow(task: TaskId, amount: Balance);

    /// Decides against the requester, because the jury was kept from its work or could not run the program. What was
    /// revealed counts. If several results have no quorum, each of them is paid and none is the task's.
    fn uphold(task: TaskId) -> DispatchResult;

    /// Ends the task without a verdict: the requester is refunded, and nobody is slashed.
    fn give_up(task: TaskId) -> DispatchResult;

    /// What [`Self::claim`] would return now, without claiming. Errors as it would, except that it does not check who
    /// claims.
    fn claimable(assignment: AssignmentId) -> Result<Claimed, DispatchError>;

    /// The requester says that the result of a settled assignment cannot be fetched. The provider's locks stay
    /// until that is decided. Errors if the account is not the requester, or the retrieval window has ended.
    fn claim(assignment: AssignmentId, who: &AccountId) -> Result<Claimed, DispatchError>;

    /// Decides the claim about a task. If the result is available, the provider's locks are released. If not, the
    /// provider loses its collateral. The task stays settled either way.
    fn decide_claim(
        task: TaskId,
        is_available: bool,
    ) -> Result<ClaimDecided<AccountId>, DispatchError>;

    /// Ends a claim without a verdict, as if it had not been made.
    fn drop_claim(task: TaskId) -> DispatchResult;
}
