use aicpw_protocol::{
    verdict::{Verdict, Vote},
    AssignmentId, Balance, BlockNumber, Hash, TaskId,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use sp_runtime::{DispatchError, DispatchResult};

/// Most that dispute a task and appeal.
pub const MAX_PARTIES: u32 = 8;

/// A task that a jury is to decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contest<AccountId> {
    /// Who submitted it.
    pub requester: AccountId,
    /// Who has revealed a result for it.
    pub providers: Vec<AccountId>,
    /// The price of what a juror runs again: the highest of those results'.
    pub price: Balance,
    /// Most of the budget that is for one provider, whatever is left of it.
    pub price_cap: Balance,
    /// Whether only those see its data whom the requester grants the key.
    pub is_sealed: bool,
}

/// What a juror brings and gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JurorTerms {
    /// Its pay, which its ask must not exceed.
    pub pay: Balance,
    /// What is locked on its stake.
    pub lock: Balance,
}

/// What became of a juror at the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClosedJuror {
    /// It was right, and has its locks back.
    Right,
    /// It was wrong, or has not done the work; what it lost.
    Wrong(Balance),
    /// It has not voted, or nobody knows who was right; it has what is left of its locks back.
    Released,
}

/// What a verdict did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided<AccountId> {
    /// What those lost whose result was wrong.
    pub slashed: Balance,
    /// What auditors lost that had found another root than the verdict's; and what replicas had lost before that
    /// have not revealed what they had committed to, if there are several.
    pub lost: Balance,
    /// Auditors that had found what the verdict says against a result that was wrong.
    pub finders: Vec<AccountId>,
    /// What the requester is owed for the harm, and who it is: what it has paid for the wrong result and does
    /// not have back, so that nobody gains by having its own task disputed.
    pub compensation: (AccountId, Balance),
}

/// A settled result that is said not to be there.
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
    /// Who made the result.
    pub provider: AccountId,
    /// What the requester is owed for the harm, and who it is: the price, if the result was not there.
    pub compensation: (AccountId, Balance),
}

/// Tasks, as disputes see them. Implemented by `pallet-tasks`.
///
/// Contract: jurors have seats on the task, numbered on from those that it had, and the same life as any
/// other assignment; they are drawn by stake among the providers that can run the task, whose ask is
/// within their pay, and who were never on it. Those of an unavailable claim fetch instead, and any device
/// that has the bandwidth will do for that. [`super::Escalation`] is told when a jury is done.
/// What is slashed goes to the treasury, from which the caller pays it out in the same block or later.
pub trait Contested<AccountId> {
    /// What there is to contest about a task. Errors as [`Self::contest`] would.
    fn contestable(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError>;

    /// What it weighs, beside a task with one assignment, that [`Self::contest`] looks at all assignments that the
    /// task has had; without a task, of the one with the most.
    fn contest_weight(task: Option<TaskId>) -> Weight;

    /// Stops the window of a task with a revealed result (or, if `escalated`, takes one whose replicas
    /// have no majority, or whose auditors found another root): nothing but a verdict ends it from now on. Errors if it is not in that state.
    fn contest(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError>;

    /// Seats a jury, of which none of `parties` is a member: who disputes or appeals. Returns the number
    /// of its first seat. Errors if the task has no room for it, or there are more than [`MAX_PARTIES`].
    fn seat_jury(
        task: TaskId,
        jurors: u16,
        terms: JurorTerms,
        parties: Vec<AccountId>,
    ) -> Result<u8, DispatchError>;

    /// The votes of the seats from `first` on.
    fn votes(task: TaskId, first: u8) -> Vec<Vote>;

    /// Of a jury that is done, from the seat `first` on: how many have voted so, and how many at all. Neither changes
    /// while its members are closed, but that whoever had voted so and has copied counts with the others from then on.
    fn voted(task: TaskId, first: u8, vote: Vote) -> (usize, usize);

    /// Has [`super::Escalation::due`] called in this block or soon after it.
    fn remind(task: TaskId, at: BlockNumber);

    /// For how many blocks the task may run.
    fn time_limit(task: TaskId) -> BlockNumber;

    /// Whether the task has room for a jury of so many. Errors if not.
    fn ensure_room(task: TaskId, jurors: u16) -> DispatchResult;

    /// How many seats the task has.
    fn seats(task: TaskId) -> u8;

    /// Whether all who run the task the same way come to the same states on the way, on whatever device.
    fn is_exact(task: TaskId) -> bool;

    /// Of the jurors from the seat `first` on who have voted so: how many have committed to this trace root,
    /// and how many there are.
    fn worked(task: TaskId, first: u8, vote: Vote, trace_root: &Hash) -> (usize, usize);

    /// Ends the service of whoever has a seat, if it is a juror's. By a verdict for a root whoever has voted for
    /// another loses what is locked, and who was unable, or has voted for it without the work, loses a fault's share
    /// of it; where the jury was unable,
    /// and without a verdict, nobody does. (Of a claim who has fetched nothing loses a fault's share where the
    /// others have fetched, and the reverse; and who was unable nothing.)
    fn close_juror(
        task: TaskId,
        seat: u8,
        verdict: Option<Verdict>,
    ) -> Result<ClosedJuror, DispatchError>;

    /// The juror of a closed seat, if this is what it has voted, and its work.
    fn right_juror(task: TaskId, seat: u8, verdict: Verdict) -> Option<AccountId>;

    /// Whether a revealed result has this root.
    fn is_claimed(task: TaskId, root: &Hash) -> bool;

    /// Decides the task: a result with this root is right, every other is wrong; `None` if all are wrong,
    /// and nobody knows what is right. Settles the task, or has it matched again, or ends it if its
    /// attempts are used up.
    fn decide(task: TaskId, root: Option<Hash>) -> Result<Decided<AccountId>, DispatchError>;

    /// Decides against the requester, who kept the jury from its work: what was revealed counts. Of several
    /// results without a quorum each is paid, and none is the task's.
    fn uphold(task: TaskId) -> DispatchResult;

    /// Ends the task without a verdict: the requester is refunded, and nobody is slashed.
    fn give_up(task: TaskId) -> DispatchResult;

    /// What there is to claim of an assignment's result. Errors as [`Self::claim`] would, but for who it is
    /// that claims.
    fn claimable(assignment: AssignmentId) -> Result<Claimed, DispatchError>;

    /// The requester says that the result of a settled assignment cannot be fetched: until that is decided
    /// its provider's locks stay. Errors if the account is not the requester, or the retrieval window has
    /// ended.
    fn claim(assignment: AssignmentId, who: &AccountId) -> Result<Claimed, DispatchError>;

    /// Decides the claim about a task: the result is there, and its provider is free; or it is not, and
    /// the provider loses its collateral. The settlement stays.
    fn decide_claim(
        task: TaskId,
        is_available: bool,
    ) -> Result<ClaimDecided<AccountId>, DispatchError>;

    /// Ends a claim without a verdict: all is as if it had not been made.
    fn drop_claim(task: TaskId) -> DispatchResult;
}
