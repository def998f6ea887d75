use aicpw_protocol::{
    verdict::{Verdict, Vote},
    AssignmentId, Balance, BlockNumber, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use sp_runtime::{DispatchError, DispatchResult};

/// Most accounts that dispute a task or appeal.
pub const MAX_PARTIES: u32 = 8;

/// A task that a jury will decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contest<AccountId> {
    /// The account that submitted the task.
    pub requester: AccountId,
    /// The providers that have revealed a result for it.
    pub providers: Vec<AccountId>,
    /// The highest price of those results: a juror runs again what one provider ran at this price.
    pub price: Balance,
    /// The most that one provider can cost: its part of the whole budget, whatever is left of that budget.
    pub price_cap: Balance,
    /// Whether the task's data is sealed: a juror can read it only after the requester has granted the key.
    pub is_sealed: bool,
}

/// What a juror is paid, and what it locks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JurorTerms {
    /// The juror's pay. The price of the task at the juror's own ask must not exceed it.
    pub pay: Balance,
    /// The amount that is locked on the juror's stake.
    pub lock: Balance,
}

/// What happened to a juror when its seat was closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClosedJuror {
    /// The juror was right. Its locks are released.
    Right,
    /// The juror was wrong, was unable, or did not do the work. This is what it lost; the rest of its locks is
    /// released.
    Wrong(Balance),
    /// The juror did not vote, or its vote was not judged. What is left of its locks is released.
    Released,
}

/// What a verdict did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided<AccountId> {
    /// What the providers of wrong results lost.
    pub slashed: Balance,
    /// What auditors lost because they had found another root than the verdict. If the task has several replicas, also
    /// what replicas lost earlier because they did not reveal what they had committed to.
    pub lost: Balance,
    /// The auditors that had found the same root as the verdict. Empty if no result was wrong.
    pub finders: Vec<AccountId>,
    /// The requester, and the compensation that it is owed: what it paid for the wrong result and what is no longer in
    /// the escrow. The compensation is never higher, so that nobody gains by having its own task disputed.
    pub compensation: (AccountId, Balance),
}

/// A settled result about which there is an unavailable claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claimed {
    /// The collateral of the result's provider. All of it is at stake.
    pub collateral: Balance,
}

/// How an unavailable claim was decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimDecided<AccountId> {
    /// What the provider lost.
    pub slashed: Balance,
    /// The provider of the result.
    pub provider: AccountId,
    /// The requester, and the compensation that it is owed: the price if the result was unavailable, zero otherwise.
    pub compensation: (AccountId, Balance),
}

/// Tasks, as disputes see them. Implemented by `pallet-tasks`.
///
/// Contract:
/// - A juror has a seat on the task, with a number after those of the seats that the task already had. Its assignment
///   has the same states as any other.
/// - Jurors are drawn by stake. A provider can be drawn if it can run the task, its price for the task is within the
///   pay, and it has never been on the task.
/// - A juror of an unavailable claim is a fetcher: it fetches the result and runs nothing. Any device with the
///   bandwidth can do that.
/// - When a jury is done, [`super::Escalation`] is told.
/// - What is slashed goes to the treasury. The caller pays it out from there, in the same block or later.
pub trait Contested<AccountId> {
    /// Returns what [`Self::contest`] would return now, without contesting the task. Fails with the same errors.
    fn contestable(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError>;

    /// The extra weight of [`Self::contest`] over that for a task with one assignment, because it looks at all
    /// assignments that the task has had. Without a task: the weight for the task with the most assignments.
    fn contest_weight(task: Option<TaskId>) -> Weight;

    /// Makes a task disputed: from now on only a verdict ends it. Fails if the task is not in a state that allows it.
    ///
    /// | `escalated` | the task |
    /// | --- | --- |
    /// | no | its result is revealed, and its window is open; the window stops |
    /// | yes | its replicas have no majority, or an auditor found another root |
    fn contest(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError>;

    /// Seats a jury and returns the number of its first seat. No account in `parties` becomes a juror: these are the
    /// accounts that dispute or appeal. Fails if the task has too few free seats, or if there are more than
    /// [`MAX_PARTIES`] parties.
    fn seat_jury(
        task: TaskId,
        jurors: u16,
        terms: JurorTerms,
        parties: Vec<AccountId>,
    ) -> Result<u8, DispatchError>;

    /// The votes of the jurors in the seats from `first` on.
    fn votes(task: TaskId, first: u8) -> Vec<Vote>;

    /// How many jurors in the seats from `first` on committed to a vote, but did not open it in time.
    fn withheld(task: TaskId, first: u8) -> usize;

    /// For the jury in the seats from `first` on, once it is done: how many jurors voted `vote`, and how many voted at
    /// all. Closing a juror changes neither number, with one exception: a juror that voted `vote` without doing the
    /// work leaves the first number and stays in the second.
    fn voted(task: TaskId, first: u8, vote: Vote) -> (usize, usize);

    /// Schedules a call of [`super::Escalation::due`] for the block `at` or soon after it.
    fn remind(task: TaskId, at: BlockNumber);

    /// The task's time limit, in blocks.
    fn time_limit(task: TaskId) -> BlockNumber;

    /// Checks that the task has enough free seats for this many jurors. Fails if it does not.
    fn ensure_room(task: TaskId, jurors: u16) -> DispatchResult;

    /// How many seats the task has.
    fn seats(task: TaskId) -> u8;

    /// Whether every honest run of the task goes through the same states, on any device.
    fn is_exact(task: TaskId) -> bool;

    /// Among the jurors in the seats from `first` on that voted `vote`: how many committed to this trace root, and how
    /// many jurors these are in total.
    fn worked(task: TaskId, first: u8, vote: Vote, trace_root: &Hash) -> (usize, usize);

    /// Closes a seat and ends the service of its juror. Does nothing if the seat is not a juror's. The table shows what
    /// the juror loses ("share" is what a fault costs, "all" is everything that is locked for the juror):
    ///
    /// | verdict | voted the same | voted another root | was unable | did not vote |
    /// | --- | --- | --- | --- | --- |
    /// | a root | nothing; share without the work | all | share | nothing |
    /// | unable | nothing | nothing | - | nothing |
    /// | none | nothing | nothing | nothing | nothing |
    ///
    /// For an unavailable claim, where "not fetched" is a vote like a root:
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

    /// The juror of a closed seat, if it voted as the verdict says and, where the verdict names work, did that work.
    fn right_juror(task: TaskId, seat: u8, verdict: Verdict) -> Option<AccountId>;

    /// Whether a revealed result has this root.
    fn is_claimed(task: TaskId, root: &Hash) -> bool;

    /// Decides the task. Results with this root are right, and all others are wrong. With `None` all results are wrong,
    /// and the right root is unknown.
    ///
    /// | | the task |
    /// | --- | --- |
    /// | a result was right | is settled |
    /// | none was, and the only replica has attempts left | is matched again |
    /// | none was, and it has several replicas or no attempt left | is refunded |
    fn decide(task: TaskId, root: Option<Hash>) -> Result<Decided<AccountId>, DispatchError>;

    /// Holds `amount` as escrow again, if the task is matched again. The requester has just been paid this part of the
    /// compensation that [`Self::decide`] named, in the same block. The escrow is then what it was before the wrong
    /// result was audited, and pays as much for the next result. Does nothing if the task has ended, or if the amount
    /// cannot be held. Nothing may be matched between the two calls.
    fn restore_escrow(task: TaskId, amount: Balance);

    /// Decides against the requester, because the jury was kept from its work or could not run the program. The
    /// revealed results count. If several results have no quorum, each of them is paid and none becomes the task's
    /// result.
    fn uphold(task: TaskId) -> DispatchResult;

    /// Ends the task without a verdict: the requester is refunded, and nobody is slashed.
    fn give_up(task: TaskId) -> DispatchResult;

    /// Returns what [`Self::claim`] would return now, without claiming. Fails with the same errors, except that it does
    /// not check who claims.
    fn claimable(assignment: AssignmentId) -> Result<Claimed, DispatchError>;

    /// Records the requester's claim that the result of a settled assignment cannot be fetched. The provider's locks
    /// stay until the claim is decided. Fails if the account is not the requester, or if the retrieval window has
    /// ended.
    fn claim(assignment: AssignmentId, who: &AccountId) -> Result<Claimed, DispatchError>;

    /// Decides the claim about a task. If the result is available, the provider's locks are released. If not, the
    /// provider loses its collateral. The task stays settled either way.
    fn decide_claim(
        task: TaskId,
        is_available: bool,
    ) -> Result<ClaimDecided<AccountId>, DispatchError>;

    /// Ends a claim without a verdict, as if it had never been made.
    fn drop_claim(task: TaskId) -> DispatchResult;
}
