//! What the calls do once their origin is known.

use aicpw_primitives::traits::{DevicePool, MarketSwitch, MatchQueue, QueueEnd, Reputations};
use aicpw_protocol::{
    commitment::{expected_root_hash, ResultOpening},
    device::Reputation,
    history,
    sealing::Envelope,
    task::{
        is_majority, AssignmentStatus, FailureMessage, Fault, Privacy, Progress, Refunded, Role,
        Submission, TaskStatus, Verification, REPLICAS,
    },
    AssignmentId, Balance, ContentId, Hash, Milliseconds, TaskId,
};
use alloc::vec;
use frame_support::{
    ensure,
    pallet_prelude::*,
    traits::{
        fungible::{Mutate, MutateHold},
        tokens::Preservation,
        UnixTime,
    },
};

use crate::{
    failure::Cause,
    pallet::*,
    types::{Assignment, Deadline, History, NewestFirst, Seat, SeatState, Task},
};

/// The assignment of an authorised call.
type Open<T> = Assignment<<T as frame_system::Config>::AccountId>;

// Requesters' calls.
impl<T: Config> Pallet<T> {
    pub(crate) fn do_submit(requester: T::AccountId, submission: Submission) -> DispatchResult {
        ensure!(T::Market::is_open(), Error::<T>::MarketPaused);
        Self::check_submission(&submission)?;

        T::NativeBalance::transfer(
            &requester,
            &T::FeeDestination::get(),
            Self::submission_fee(submission.time_limit, submission.verification.replicas()),
            Preservation::Preserve,
        )
        .map_err(|_| Error::<T>::CannotPay)?;
        T::NativeBalance::hold(
            &HoldReason::TaskEscrow.into(),
            &requester,
            submission.budget,
        )
        .map_err(|_| Error::<T>::CannotPay)?;

        let now = Self::now();
        let timestamp = u64::try_from(T::Time::now().as_millis()).unwrap_or(u64::MAX);
        let task_hash = history::task_hash(&requester, &submission);
        let History { length, head } = Submissions::<T>::get();
        let id = TaskId(length);
        let head = history::next_head(&head, id, &task_hash, now, timestamp);
        Submissions::<T>::put(History {
            length: length.saturating_add(1),
            head,
        });

        let match_by = now.saturating_add(Self::blocks(submission.match_window));
        Self::schedule_patiently(match_by.saturating_add(1), Deadline::Match(id));
        let replicas = usize::from(submission.verification.replicas());
        let task = Task {
            requester: requester.clone(),
            submitted_at: now,
            timestamp,
            history_head: head,
            status: TaskStatus::Queued { match_by },
            escrow: submission.budget,
            audits_paid: 0,
            seats: vec![Self::vacancy(Role::Replica, match_by); replicas]
                .try_into()
                .map_err(|_| Error::<T>::ReplicasOutOfRange)?,
            providers: Default::default(),
            rating: None,
            submission,
        };
        let manifest = task.submission.manifest.clone();
        Self::count_task(None, &task.status);
        SubmittedBy::<T>::insert(&requester, NewestFirst::from(id), id);
        Tasks::<T>::insert(id, task);
        T::MatchQueue::enqueue(id, QueueEnd::Back);
        Self::deposit_event(Event::TaskSubmitted {
            task: id,
            requester,
            manifest,
            task_hash,
            timestamp,
            history_head: head,
        });
        Ok(())
    }

    /// Whether a submission would be refused now before it pays the fee, whoever makes it and whatever that account
    /// owns.
    pub fn is_refused(submission: &Submission) -> bool {
        !T::Market::is_open() || Self::check_submission(submission).is_err()
    }

    /// Checks each field of a submission. The error names the field.
    fn check_submission(submission: &Submission) -> DispatchResult {
        let Submission {
            manifest,
            needs,
            time_limit,
            budget,
            match_window,
            verification,
            // Any hash can be that of a key.
            privacy: Privacy::Public | Privacy::Sealed { .. },
            peers,
        } = submission;
        ensure!(manifest.is_well_formed(), Error::<T>::BadManifestCid);
        ensure!(needs.gflops.0 > 0, Error::<T>::NoComputingPower);
        ensure!(
            needs.min_reputation <= Reputation::MAX,
            Error::<T>::ReputationOutOfRange
        );
        ensure!(time_limit.0 > 0, Error::<T>::ZeroTimeLimit);
        ensure!(
            time_limit.0 <= T::MaxTimeLimit::get(),
            Error::<T>::TimeLimitTooLong
        );
        ensure!(
            (T::MinMatchWindow::get()..=T::MaxMatchWindow::get()).contains(&match_window.0),
            Error::<T>::MatchWindowOutOfRange
        );
        match verification {
            Verification::Expected { .. } => {}
            Verification::Optimistic {
                window: Milliseconds(window),
            } => {
                let range = T::MinOptimisticWindow::get()..=T::MaxOptimisticWindow::get();
                ensure!(
                    range.contains(window),
                    Error::<T>::OptimisticWindowOutOfRange
                );
            }
            Verification::Replicated { replicas, quorum } => {
                ensure!(REPLICAS.contains(replicas), Error::<T>::ReplicasOutOfRange);
                ensure!(
                    is_majority(*quorum, *replicas),
                    Error::<T>::QuorumOutOfRange
                );
            }
            Verification::Proof { .. } => {
                return Err(Error::<T>::ModeNotSupported.into());
            }
        }
        ensure!(
            peers.iter().all(|peer| !peer.is_empty()),
            Error::<T>::EmptyPeerAddress
        );
        ensure!(*budget >= T::MinBudget::get(), Error::<T>::BudgetTooLow);
        let share = *budget / Balance::from(verification.replicas().max(1));
        let highest_ask = Self::highest_ask(needs, share, *time_limit, verification);
        ensure!(
            highest_ask >= T::MinAsk::get(),
            Error::<T>::BudgetBelowLowestAsk
        );
        Ok(())
    }

    /// The task, if this account submitted it.
    fn own_task(requester: &T::AccountId, id: TaskId) -> Result<Task<T::AccountId>, DispatchError> {
        let task = Tasks::<T>::get(id).ok_or(Error::<T>::UnknownTask)?;
        ensure!(task.requester == *requester, Error::<T>::NotRequester);
        Ok(task)
    }

    pub(crate) fn do_cancel(requester: &T::AccountId, id: TaskId) -> DispatchResult {
        let task = Self::own_task(requester, id)?;
        ensure!(
            matches!(
                task.status,
                TaskStatus::Queued { .. } | TaskStatus::Parked { .. }
            ),
            Error::<T>::NotWaiting
        );
        let is_on_one = |seat: &Seat| seat.state == SeatState::Taken;
        ensure!(!task.seats.iter().any(is_on_one), Error::<T>::NotWaiting);
        // The provider of such an assignment may have done the work, and shown the outcome in a log.
        ensure!(
            Self::undecided(id, &task).next().is_none(),
            Error::<T>::FaultUndecided
        );
        Self::cancel_task(id, task)
    }

    pub(crate) fn do_accept(requester: &T::AccountId, id: TaskId) -> DispatchResult {
        let task = Self::own_task(requester, id)?;
        ensure!(
            matches!(task.status, TaskStatus::Verifying { .. }),
            Error::<T>::NotVerifying
        );
        Self::settle(id, task)
    }

    pub(crate) fn do_grant_key(
        requester: &T::AccountId,
        id: AssignmentId,
        envelope: Envelope,
    ) -> DispatchResult {
        Self::own_task(requester, id.task)?;
        let mut assignment = Assignments::<T>::get(id).ok_or(Error::<T>::NotAwaitingKey)?;
        let AssignmentStatus::AwaitingKey {
            grant_by,
            recipient,
        } = assignment.status
        else {
            return Err(Error::<T>::NotAwaitingKey.into());
        };
        let now = Self::now();
        ensure!(now <= grant_by, Error::<T>::KeyWindowEnded);
        ensure!(envelope.recipient == recipient, Error::<T>::WrongRecipient);
        let start_by = now.saturating_add(T::StartWindow::get());
        Self::move_assignment(id, &mut assignment, AssignmentStatus::Assigned { start_by })?;
        Assignments::<T>::insert(id, assignment);
        Envelopes::<T>::insert(id, envelope);
        Self::deposit_event(Event::KeyGranted {
            assignment: id,
            start_by,
        });
        Ok(())
    }

    pub(crate) fn do_rate(requester: &T::AccountId, id: TaskId, stars: u8) -> DispatchResult {
        let mut task = Self::own_task(requester, id)?;
        ensure!(
            matches!(task.status, TaskStatus::Settled { .. }),
            Error::<T>::NotSettled
        );
        ensure!(task.rating.is_none(), Error::<T>::AlreadyRated);
        ensure!((1..=5).contains(&stars), Error::<T>::RatingOutOfRange);
        let paid = task
            .assignments(id)
            .filter_map(Assignments::<T>::get)
            .filter(|one| {
                one.role == Role::Replica && matches!(one.status, AssignmentStatus::Settled { .. })
            });
        for Assignment {
            provider, price, ..
        } in paid
        {
            T::Reputations::rated(&provider, requester, stars, price);
            Self::deposit_event(Event::TaskRated {
                task: id,
                provider,
                stars,
            });
        }
        task.rating = Some(stars);
        Tasks::<T>::insert(id, task);
        Ok(())
    }
}

// Workers' calls. Their conditions were checked against the same state when they were authorised. What does not fit
// here is `NotInState`.
impl<T: Config> Pallet<T> {
    fn open(id: AssignmentId) -> Result<Open<T>, DispatchError> {
        Ok(Assignments::<T>::get(id).ok_or(Error::<T>::NotInState)?)
    }

    fn open_task(id: TaskId) -> Result<Task<T::AccountId>, DispatchError> {
        Ok(Tasks::<T>::get(id).ok_or(Error::<T>::NotInState)?)
    }

    pub(crate) fn do_start(id: AssignmentId) -> DispatchResult {
        let mut assignment = Self::open(id)?;
        let task = Self::open_task(id.task)?;
        let time_limit = task.submission.time_limit;
        let now = Self::now();
        let (commit_by, progress_by) = match assignment.role {
            // A fetcher reports no progress, so it has until its commit.
            Role::Fetcher => {
                let by = now.saturating_add(Self::fetch_window(&task));
                (by, by)
            }
            Role::Replica | Role::Auditor | Role::Juror => (
                now.saturating_add(Self::blocks(time_limit)),
                now.saturating_add(T::ProgressWindow::get()),
            ),
        };
        let running = AssignmentStatus::Running {
            progress_by,
            commit_by,
            progress: Progress::default(),
            reports: 0,
        };
        Self::move_assignment(id, &mut assignment, running)?;
        Assignments::<T>::insert(id, assignment);
        Self::deposit_event(Event::TaskStarted {
            assignment: id,
            commit_by,
        });
        Ok(())
    }

    pub(crate) fn do_report_progress(id: AssignmentId, progress: Progress) -> DispatchResult {
        let mut assignment = Self::open(id)?;
        let AssignmentStatus::Running {
            commit_by, reports, ..
        } = assignment.status
        else {
            return Err(Error::<T>::NotInState.into());
        };
        let running = AssignmentStatus::Running {
            progress_by: Self::now().saturating_add(T::ProgressWindow::get()),
            commit_by,
            progress,
            reports: reports.saturating_add(1),
        };
        Self::move_assignment(id, &mut assignment, running)?;
        Assignments::<T>::insert(id, assignment);
        Self::deposit_event(Event::ProgressReported {
            assignment: id,
            progress,
        });
        Ok(())
    }

    pub(crate) fn do_commit_result(id: AssignmentId, commitment: Hash) -> DispatchResult {
        let mut assignment = Self::open(id)?;
        let task = Self::open_task(id.task)?;
        let at = Self::now();
        let verification = &task.submission.verification;
        // A single replica that is not audited has nothing to wait for.
        let is_free = assignment.role == Role::Replica
            && verification.replicas() == 1
            && !verification.is_audited();
        let reveal_by = is_free.then(|| at.saturating_add(T::RevealWindow::get()));
        let committed = AssignmentStatus::Committed {
            commitment,
            at,
            reveal_by,
        };
        Self::move_assignment(id, &mut assignment, committed)?;
        // The work is done: the device is free for the next job while this commit becomes final.
        T::DevicePool::vacate(assignment.device, id);
        let role = assignment.role;
        Assignments::<T>::insert(id, assignment);
        Self::deposit_event(Event::ResultCommitted {
            assignment: id,
            commitment,
            reveal_by,
        });
        match role {
            _ if is_free => Ok(()),
            Role::Juror | Role::Fetcher => Self::advance_jury(id.task, task),
            Role::Auditor => Self::advance_audit(id.task, task),
            Role::Replica => Self::advance(id.task, task, Refunded::AttemptsExhausted),
        }
    }

    pub(crate) fn do_reveal_result(id: AssignmentId, opening: ResultOpening) -> DispatchResult {
        let mut assignment = Self::open(id)?;
        let task = Self::open_task(id.task)?;
        let now = Self::now();
        let root = opening.result_root;
        let revealed = AssignmentStatus::Revealed {
            opening: opening.clone(),
            at: now,
        };
        Self::move_assignment(id, &mut assignment, revealed)?;
        Self::deposit_event(Event::ResultRevealed {
            assignment: id,
            result_root: root,
            result: opening.result,
        });
        match assignment.role {
            Role::Juror | Role::Fetcher => {
                Assignments::<T>::insert(id, assignment);
                return Self::advance_jury(id.task, task);
            }
            Role::Auditor => {
                Assignments::<T>::insert(id, assignment);
                return Self::advance_audit(id.task, task);
            }
            Role::Replica => {}
        }
        if matches!(task.status, TaskStatus::Settled { .. }) {
            return Self::settle_late(id, assignment, task);
        }
        match task.submission.verification {
            Verification::Expected { root_hash } if expected_root_hash(&root) == root_hash => {
                Assignments::<T>::insert(id, assignment);
                Self::settle(id.task, task)
            }
            Verification::Expected { .. } => {
                let cause = Cause {
                    unexpected_root: Some(root),
                    ..Cause::seen_by_chain(Fault::WrongResult)
                };
                Self::fail_assignment(id, assignment, cause)
            }
            Verification::Optimistic { .. } | Verification::Replicated { .. } => {
                Assignments::<T>::insert(id, assignment);
                Self::advance(id.task, task, Refunded::NoQuorum)
            }
            // No such task can be submitted.
            Verification::Proof { .. } => Err(Error::<T>::ModeNotSupported.into()),
        }
    }

    pub(crate) fn do_fail(
        id: AssignmentId,
        fault: Fault,
        log: Option<ContentId>,
        message: FailureMessage,
    ) -> DispatchResult {
        let assignment = Self::open(id)?;
        let cause = Cause {
            fault,
            log,
            message,
            unexpected_root: None,
        };
        Self::fail_assignment(id, assignment, cause)
    }
}
