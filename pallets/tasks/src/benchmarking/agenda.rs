//! The agenda, and tasks in the states from which its steps are measured.

use aicpw_primitives::traits::{Contested, JurorTerms};
use aicpw_protocol::{AssignmentId, BlockNumber, TaskId};
use alloc::vec::Vec;
use frame_benchmarking::v2::BenchmarkError;
use frame_support::traits::Get;

use crate::{
    pallet::*,
    types::{Deadline, SeatState},
};

use super::setup::*;

/// A slot with a page that was put aside, and a deadline for which no weight is left.
pub(super) fn full_slot<T: Config>() {
    let block = Pallet::<T>::now() + 1;
    for _ in 0..=T::PageCapacity::get() {
        Pallet::<T>::schedule(block, Deadline::Prune(TaskId(0)));
    }
    AgendaCursor::<T>::put(block);
    T::BenchmarkHelper::set_block(block);
}

/// Has the assignment looked at now, before its deadline. The page into which its new entry goes is full.
pub(super) fn due_too_early<T: Config>(id: AssignmentId, now: BlockNumber) {
    let mut assignment = Assignments::<T>::get(id).expect("it is there");
    let deadline = assignment.deadline().expect("it has to report");
    assignment.due = now;
    Assignments::<T>::insert(id, assignment);
    let taken = Agenda::<T>::get(deadline + 1).map_or(0, |slot| slot.open.len() as u32);
    for _ in taken..T::PageCapacity::get() {
        Pallet::<T>::schedule(deadline + 1, Deadline::Prune(TaskId(0)));
    }
}

/// Sets the end of the match window of all vacant seats.
pub(super) fn match_vacant_by<T: Config>(id: TaskId, block: BlockNumber) {
    Tasks::<T>::mutate(id, |task| {
        let task = task.as_mut().expect("it is there");
        for seat in task.seats.as_mut() {
            if let SeatState::Vacant { match_by } = &mut seat.state {
                *match_by = block;
            }
        }
    });
}

/// Four jurors of a contested task that run it, and the seat of the first.
pub(super) fn jury_at_work<T: Config>(
    id: TaskId,
) -> Result<(u8, Vec<AssignmentId>), BenchmarkError> {
    let terms = JurorTerms {
        pay: T::MinBudget::get(),
        lock: T::MinBudget::get(),
    };
    let first = Pallet::<T>::seat_jury(id, 4, terms, Default::default())?;
    let jurors: Vec<_> = (0..4)
        .map(|seed| granted::<T>(id, 2_000 + seed).0)
        .collect();
    for juror in &jurors {
        Pallet::<T>::do_start(*juror)?;
    }
    Ok((first, jurors))
}

/// Four jurors of a contested task that have revealed their votes, and the seat of the first.
pub(super) fn jury_that_voted<T: Config>(
    id: TaskId,
) -> Result<(u8, Vec<AssignmentId>), BenchmarkError> {
    let (first, jurors) = jury_at_work::<T>(id)?;
    for juror in &jurors {
        commit::<T>(*juror);
    }
    for juror in &jurors {
        Pallet::<T>::do_reveal_result(*juror, opening(3))?;
    }
    Ok((first, jurors))
}
