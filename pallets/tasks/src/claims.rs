//! Unavailable claims: the requester of a settled task says that its result cannot be fetched (ADR 19).
//!
//! The task stays settled. The claim decides only whether the provider loses the collateral that is locked for the
//! retrieval window. Jurors are drawn for seats of the settled task (role `Fetcher`). The disputes pallet counts their
//! votes like those of any other jury.

use aicpw_primitives::traits::{ClaimDecided, Claimed, DevicePool, Penalty};
use aicpw_protocol::{
    availability,
    mailbox::FetchOrder,
    task::{AssignmentStatus, Role, TaskStatus},
    AssignmentId, BlockNumber, Hash, Mebibytes, TaskId,
};
use frame_support::{ensure, pallet_prelude::*};

use crate::{
    pallet::*,
    types::{Assignment, Claim, LockState, Seat, SeatState, Task},
};

type Delivered<T> = Assignment<<T as frame_system::Config>::AccountId>;

impl<T: Config> Pallet<T> {
    /// The assignment, if an unavailable claim can be made about its result.
    pub(crate) fn do_claimable(id: AssignmentId) -> Result<(Delivered<T>, Claimed), DispatchError> {
        let task = Tasks::<T>::get(id.task).ok_or(Error::<T>::UnknownTask)?;
        ensure!(
            matches!(task.status, TaskStatus::Settled { .. }),
            Error::<T>::NotSettled
        );
        // One claim at a time, because the seats of its jury are seats of the task.
        ensure!(
            !Claims::<T>::contains_key(id.task),
            Error::<T>::AlreadyClaimed
        );
        // One claim for each result, and one more in case there is no verdict. A claim makes others work, and without a
        // verdict nobody is paid for that.
        let most = task.submission.verification.replicas().saturating_add(1);
        ensure!(
            ClaimsMade::<T>::get(id.task) < most,
            Error::<T>::TooManyClaims
        );
        let assignment = Assignments::<T>::get(id).ok_or(Error::<T>::NothingDelivered)?;
        ensure!(
            assignment.role == Role::Replica
                && matches!(assignment.status, AssignmentStatus::Settled { .. }),
            Error::<T>::NothingDelivered
        );
        ensure!(
            matches!(assignment.locks, LockState::Retrieval { until } if Self::now() < until),
            Error::<T>::RetrievalEnded
        );
        let collateral = assignment.collateral;
        Ok((assignment, Claimed { collateral }))
    }

    pub(crate) fn do_claim(id: AssignmentId, who: &T::AccountId) -> Result<Claimed, DispatchError> {
        let task = Tasks::<T>::get(id.task).ok_or(Error::<T>::UnknownTask)?;
        ensure!(task.requester == *who, Error::<T>::NotRequester);
        let (mut assignment, claimed) = Self::do_claimable(id)?;
        if let LockState::Retrieval { until } = assignment.locks {
            assignment.locks = LockState::Claimed { until };
        }
        Assignments::<T>::insert(id, assignment);
        let claim = Claim {
            of: id,
            parent: Self::parent_hash(),
        };
        Claims::<T>::insert(id.task, claim);
        ClaimsMade::<T>::mutate(id.task, |made| *made = made.saturating_add(1));
        Ok(claimed)
    }

    /// Takes the claim about a task out of storage, with its jury. Returns the task, and the assignment that the claim
    /// is about.
    fn take_claim(
        id: TaskId,
    ) -> Result<(Task<T::AccountId>, AssignmentId, Delivered<T>), DispatchError> {
        let task = Tasks::<T>::get(id).ok_or(Error::<T>::UnknownTask)?;
        let Claim { of, .. } = Claims::<T>::take(id).ok_or(Error::<T>::NotDisputed)?;
        let assignment = Assignments::<T>::get(of).ok_or(Error::<T>::UnknownTask)?;
        Juries::<T>::remove(id);
        Ok((task, of, assignment))
    }

    pub(crate) fn do_decide_claim(
        id: TaskId,
        is_available: bool,
    ) -> Result<ClaimDecided<T::AccountId>, DispatchError> {
        let (task, of, mut assignment) = Self::take_claim(id)?;
        let mut decided = ClaimDecided {
            slashed: 0,
            provider: assignment.provider.clone(),
            compensation: (task.requester, 0),
        };
        if !is_available {
            // Not the fraud bond, which is for wrong results.
            let treasury = T::FeeDestination::get();
            decided.slashed = Self::punish(of, &assignment, Penalty::Outvoted, &treasury);
            decided.compensation.1 = assignment.price;
            Self::deposit_event(Event::ResultUnavailable {
                assignment: of,
                provider: assignment.provider.clone(),
                slashed: decided.slashed,
            });
        }
        Self::release_locks(of, &mut assignment);
        Assignments::<T>::insert(of, assignment);
        Ok(decided)
    }

    pub(crate) fn do_drop_claim(id: TaskId) -> DispatchResult {
        let (_, of, mut assignment) = Self::take_claim(id)?;
        match assignment.locks {
            // The end of the retrieval window is in the agenda.
            LockState::Claimed { until } if Self::now() < until => {
                assignment.locks = LockState::Retrieval { until };
            }
            _ => Self::release_locks(of, &mut assignment),
        }
        Assignments::<T>::insert(of, assignment);
        Ok(())
    }

    /// The number of blocks that a fetcher has: those in which inputs can be fetched, and those that the whole jury
    /// needs for the largest possible result.
    pub(crate) fn fetch_window(task: &Task<T::AccountId>) -> BlockNumber {
        let wanted = |seat: &&Seat| seat.role == Role::Fetcher && seat.state != SeatState::Closed;
        let jurors = task.seats.iter().filter(wanted).count() as u16;
        let time = availability::time(task.submission.needs.memory, jurors);
        T::StartWindow::get().saturating_add(Self::blocks(time))
    }

    /// The longest [`Self::fetch_window`].
    pub(crate) fn longest_fetch() -> BlockNumber {
        let time = availability::time(Mebibytes(u64::MAX), availability::MOST_FETCHERS);
        T::StartWindow::get().saturating_add(Self::blocks(time))
    }

    /// The order for a fetcher: what it is to fetch for the claim about a task.
    pub(crate) fn fetch_order(genesis: &Hash, id: TaskId) -> Option<FetchOrder> {
        let Claim { of, parent, .. } = Claims::<T>::get(id)?;
        let claimed = Assignments::<T>::get(of)?;
        let is_sealed = Tasks::<T>::get(id)?.submission.privacy.is_sealed();
        let AssignmentStatus::Settled { opening, .. } = claimed.status else {
            return None;
        };
        Some(FetchOrder {
            result: opening.result,
            // Nobody without the key can say whether ciphertext is the result.
            root: (!is_sealed).then_some(opening.result_root),
            key: availability::key(genesis, of, &parent),
            peers: T::DevicePool::peers(claimed.device),
        })
    }
}
