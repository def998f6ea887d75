//! The seats of a task: for which a device is wanted, and until when.

use aicpw_primitives::traits::{DrawRandomness, MatchQueue, QueueEnd};
use aicpw_protocol::{
    task::{Role, TaskStatus, REPLICAS},
    BlockNumber, TaskId,
};
use frame_support::pallet_prelude::*;

use crate::{
    contested::JUROR_ATTEMPTS,
    pallet::*,
    types::{Deadline, Seat, SeatState, Task, MAX_SEATS, MOST_AUDITORS},
};

/// The number of assignments that a task has had.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Numbers {
    /// Assignments of replicas and auditors. Any step can pay, slash or release them.
    pub work: u32,
    /// Assignments of jurors. Only the steps of a dispute pay or slash several of them. Other steps read them.
    pub jurors: u32,
}

impl Numbers {
    /// The largest possible numbers.
    pub fn most<T: Config>() -> Self {
        Self {
            work: Pallet::<T>::most_assignments(),
            jurors: MAX_SEATS.saturating_mul(JUROR_ATTEMPTS.into()),
        }
    }

    /// The number of all assignments.
    pub fn all(self) -> u32 {
        self.work.saturating_add(self.jurors)
    }
}

impl<T: Config> Pallet<T> {
    /// A seat for which a device is wanted until `match_by`. The caller puts that deadline into the agenda.
    pub(crate) fn vacancy(role: Role, match_by: BlockNumber) -> Seat {
        Seat {
            role,
            begun: 0,
            state: SeatState::Vacant { match_by },
            anchor: T::DrawRandomness::anchor(),
        }
    }

    /// The most attempts at a seat.
    pub(crate) fn attempts_at(task: &Task<T::AccountId>, seat: u8) -> u8 {
        let role = task.seats.get(usize::from(seat)).map(|one| one.role);
        if role.is_some_and(Role::judges) {
            JUROR_ATTEMPTS
        } else if role == Some(Role::Auditor) {
            crate::audits::AUDITOR_ATTEMPTS
        } else {
            T::MaxAttempts::get()
        }
    }

    /// The most assignments of replicas and auditors that a task has over its life: all attempts of the most replicas,
    /// and of the auditors of one audit. A task with one replica is audited at each attempt, and has no more than that.
    pub fn most_assignments() -> u32 {
        let auditors =
            u32::from(MOST_AUDITORS).saturating_mul(crate::audits::AUDITOR_ATTEMPTS.into());
        Self::most_attempts_of_replicas().saturating_add(auditors)
    }

    /// The part of [`Self::most_assignments`] that is replicas.
    pub(crate) fn most_attempts_of_replicas() -> u32 {
        u32::from(*REPLICAS.end()).saturating_mul(T::MaxAttempts::get().into())
    }

    /// The number of assignments that a task has had, by their effect on weights.
    pub(crate) fn assignments_of(id: TaskId) -> Numbers {
        let mut numbers = Numbers::default();
        for seat in Tasks::<T>::get(id)
            .iter()
            .flat_map(|task| task.seats.iter())
        {
            let number = match seat.role.judges() {
                true => &mut numbers.jurors,
                false => &mut numbers.work,
            };
            *number = number.saturating_add(seat.begun.into());
        }
        numbers
    }

    /// Attempts that are left at a seat.
    pub(crate) fn attempts_left(task: &Task<T::AccountId>, seat: u8) -> u8 {
        let begun = task.seats.get(usize::from(seat)).map_or(0, |one| one.begun);
        Self::attempts_at(task, seat).saturating_sub(begun)
    }

    /// Has another device found for a seat, before all other tasks. The match window is the rematch window; that of a
    /// replica is not longer than the task's own.
    pub(crate) fn requeue(id: TaskId, task: &mut Task<T::AccountId>, number: u8) -> DispatchResult {
        let longest = T::RematchWindow::get();
        let window = match task.seats.get(usize::from(number)) {
            // More than the requester depends on an audit or a dispute.
            Some(seat) if seat.role != Role::Replica => longest,
            _ => Self::blocks(task.submission.match_window).min(longest),
        };
        let match_by = Self::now().saturating_add(window);
        if let Some(seat) = task.seat_mut(number) {
            seat.state = SeatState::Vacant { match_by };
            seat.anchor = T::DrawRandomness::anchor();
            let (at, end) = (match_by.saturating_add(1), Deadline::Match(id));
            match seat.role {
                Role::Replica => Self::schedule_patiently(at, end),
                Role::Auditor | Role::Juror | Role::Fetcher => {
                    Self::schedule(at, end);
                }
            }
        }
        Self::reflect_seats(id, task)?;
        T::MatchQueue::enqueue(id, QueueEnd::Front);
        Self::deposit_event(Event::TaskRequeued {
            task: id,
            attempts_left: Self::attempts_left(task, number),
            match_by,
        });
        Ok(())
    }

    /// Closes a seat: no device is wanted for it any more.
    pub(crate) fn close_seat(id: TaskId, task: &mut Task<T::AccountId>, number: u8) {
        if let Some(seat) = task.seat_mut(number) {
            seat.state = SeatState::Closed;
        }
        if !task.has_vacancy() {
            T::MatchQueue::forget(id);
        }
    }

    /// Adjusts the state of a task that is not decided to whether a replica waits for a device.
    pub(crate) fn reflect_seats(id: TaskId, task: &mut Task<T::AccountId>) -> DispatchResult {
        let to = match task.match_by() {
            Some(match_by) => TaskStatus::Queued { match_by },
            // Jurors do not change the state of the task.
            None if matches!(
                task.status,
                TaskStatus::Disputed | TaskStatus::Settled { .. }
            ) =>
            {
                return Ok(())
            }
            None => TaskStatus::Active,
        };
        if task.status == to {
            return Ok(());
        }
        Self::move_task(id, task, to)
    }
}
