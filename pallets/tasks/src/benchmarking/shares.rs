//! Tasks for measuring parts of several weights, which are charged as often as the work is done.

use aicpw_primitives::traits::{Contested, JurorTerms};
use aicpw_protocol::{
    task::{AssignmentStatus, Fault, Role},
    AssignmentId, TaskId,
};
use frame_benchmarking::{benchmarking::add_to_whitelist, v2::BenchmarkError};
use frame_support::traits::Get;

use crate::{
    pallet::*,
    types::{Assignment, LockState, SeatState, MAX_SEATS, MOST_AUDITORS},
};

use super::setup::*;

/// The seats that are left for jurors on a task with one replica and its auditors.
pub(super) const JURORS: u32 = MAX_SEATS - 1 - MOST_AUDITORS as u32;

/// A disputed task with `n` jurors, which have all said that the program cannot be run, with the longest possible
/// messages. To read them is not measured.
pub(super) fn unable_jurors<T: Config>(n: u32) -> Result<TaskId, BenchmarkError> {
    let (id, _) = verifying_task::<T>();
    let newest = task::<T>(id).newest(id, 0).expect("it has a provider");
    let provider = Assignments::<T>::get(newest).expect("it is there");
    Pallet::<T>::contest(id, false)?;
    let terms = JurorTerms {
        pay: T::MinBudget::get(),
        lock: T::MinBudget::get(),
    };
    let first = Pallet::<T>::seat_jury(id, n as u16, terms, Default::default())?;
    let juror = Assignment {
        role: Role::Juror,
        status: AssignmentStatus::Failed {
            fault: Fault::RunFailed,
            at: Pallet::<T>::now(),
            log: Some(cid()),
            message: message(),
        },
        locks: LockState::Undecided { root: None },
        ..provider
    };
    for replica in first..first.saturating_add(n as u8) {
        Tasks::<T>::mutate_extant(id, |task| {
            let seat = task.seat_mut(replica).expect("the jury is seated");
            seat.begun = 1;
            seat.state = SeatState::Closed;
        });
        let juror_id = AssignmentId {
            task: id,
            replica,
            attempt: 0,
        };
        Assignments::<T>::insert(juror_id, juror.clone());
        add_to_whitelist(Assignments::<T>::hashed_key_for(juror_id).into());
    }
    add_to_whitelist(Tasks::<T>::hashed_key_for(id).into());
    Ok(id)
}
