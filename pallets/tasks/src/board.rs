//! Tasks, as matching sees them.

use aicpw_primitives::traits::{Demand, DevicePool, Locks, Offer, TaskBoard};
use aicpw_protocol::{
    pricing,
    task::{AssignmentStatus, Needs, Privacy, Submission, TaskStatus, Unmatched, Verification},
    AskPrice, AssignmentId, Balance, BlockNumber, DeviceId, Milliseconds, TaskId,
};
use frame_support::{ensure, pallet_prelude::*};

use crate::{
    pallet::*,
    types::{Assignment, Deadline, LockState, Task},
};

impl<T: Config> Pallet<T> {
    /// The task, if it can be matched now.
    fn waiting(id: TaskId) -> Option<Task<T::AccountId>> {
        Tasks::<T>::get(id).filter(|task| {
            matches!(
                task.status,
                TaskStatus::Queued { match_by } | TaskStatus::Parked { match_by, .. }
                    if Self::now() <= match_by
            )
        })
    }

    /// Most that one assignment of the task may cost.
    fn price_cap(task: &Task<T::AccountId>) -> Balance {
        let replicas = Self::replicas(&task.submission.verification);
        (task.submission.budget / Balance::from(replicas.max(1))).min(task.escrow)
    }

    /// Price and locks of an assignment of the task at this ask; `None` if the price is more than
    /// may be paid, or the bond more than there can be.
    fn terms(task: &Task<T::AccountId>, ask: AskPrice) -> Option<(Balance, Locks)> {
        let Submission {
            needs,
            budget,
            time_limit,
            verification,
            ..
        } = &task.submission;
        Self::quote(needs, *budget, *time_limit, verification, ask)
            .filter(|(price, _)| *price <= task.escrow)
    }

    /// Price and locks of one assignment of such a task at this ask; `None` if the budget does not
    /// pay it, or the bond is more than there can be. Neither falls when the ask rises.
    pub fn quote(
        needs: &Needs,
        budget: Balance,
        time_limit: Milliseconds,
        verification: &Verification,
        ask: AskPrice,
    ) -> Option<(Balance, Locks)> {
        let budget = budget / Balance::from(Self::replicas(verification).max(1));
        let price = pricing::price(ask, needs.gflops, time_limit)?;
        if price > budget {
            return None;
        }
        let collateral = pricing::collateral(
            price,
            budget,
            T::MinCollateralBase::get(),
            T::CollateralShare::get(),
        );
        let fraud_bond = match verification {
            Verification::Optimistic { .. } | Verification::Replicated { .. } => {
                pricing::fraud_bond(price, T::AuditRate::get())?
            }
            Verification::Expected { .. } | Verification::Proof { .. } => 0,
        };
        Some((
            price,
            Locks {
                collateral,
                fraud_bond,
            },
        ))
    }
}

impl<T: Config> TaskBoard<T::AccountId> for Pallet<T> {
    fn demand(id: TaskId) -> Option<Demand<T::AccountId>> {
        let task = Self::waiting(id)?;
        let submission = &task.submission;
        Some(Demand {
            highest_ask: pricing::highest_ask(
                Self::price_cap(&task),
                submission.needs.gflops,
                submission.time_limit,
            ),
            needs: submission.needs,
            requester: task.requester,
            excluded: task.providers.into_inner(),
        })
    }

    fn locks(id: TaskId, ask: AskPrice) -> Option<(Balance, Locks)> {
        Self::terms(&Self::waiting(id)?, ask)
    }

    fn assign(id: TaskId, device: DeviceId, offer: &Offer<T::AccountId>) -> DispatchResult {
        let mut task = Self::waiting(id).ok_or(Error::<T>::NotWaiting)?;
        let provider = offer.provider.clone();
        ensure!(
            provider != task.requester && !task.providers.contains(&provider),
            Error::<T>::NotIndependent
        );
        let (price, locks) = Self::terms(&task, offer.ask).ok_or(Error::<T>::TooExpensive)?;
        let begun = task.attempts.first().copied().unwrap_or_default();
        ensure!(begun < T::MaxAttempts::get(), Error::<T>::NotWaiting);
        let assignment_id = AssignmentId {
            task: id,
            replica: 0,
            attempt: begun,
        };
        // The last step that can fail for a reason outside this pallet; what follows only can if
        // the pallet's own records are wrong, and then this is undone as well.
        frame_support::storage::with_storage_layer(|| {
            T::DevicePool::occupy(device, assignment_id, locks)?;

            if let Some(begun) = task.attempts.as_mut().first_mut() {
                *begun = begun.saturating_add(1);
            }
            task.providers
                .try_push(provider.clone())
                .map_err(|_| Error::<T>::InvalidTransition)?;
            Self::move_task(id, &mut task, TaskStatus::Active)?;
            if assignment_id.attempt.saturating_add(1) >= T::MaxAttempts::get() {
                // No further attempt can need more than this price (ADR 0006).
                let rest = task.escrow.saturating_sub(price);
                Self::give_back(&mut task, rest);
            }
            let (status, next_by) = match task.submission.privacy {
                Privacy::Public => {
                    let start_by = Self::now().saturating_add(T::StartWindow::get());
                    (AssignmentStatus::Assigned { start_by }, start_by)
                }
                Privacy::Sealed { .. } => {
                    let grant_by = Self::now().saturating_add(T::KeyWindow::get());
                    // Fixed now: a key that changed with every block could never be granted to.
                    let recipient =
                        T::DevicePool::sealing_key(device).ok_or(Error::<T>::InvalidTransition)?;
                    let status = AssignmentStatus::AwaitingKey {
                        grant_by,
                        recipient,
                    };
                    (status, grant_by)
                }
            };
            let due = Self::schedule(
                next_by.saturating_add(1),
                Deadline::Assignment(assignment_id),
            );
            Assignments::<T>::insert(
                assignment_id,
                Assignment {
                    provider: provider.clone(),
                    device,
                    price,
                    collateral: locks.collateral,
                    fraud_bond: locks.fraud_bond,
                    assigned_at: Self::now(),
                    status,
                    locks: LockState::Open,
                    due,
                },
            );
            Tasks::<T>::insert(id, task);
            Self::deposit_event(Event::TaskMatched {
                assignment: assignment_id,
                provider,
                device,
                price,
                next_by,
            });
            Ok(())
        })
    }

    fn parked(id: TaskId, reason: Unmatched) {
        Self::change_waiting(id, Event::TaskParked { task: id, reason }, |match_by| {
            TaskStatus::Parked { match_by, reason }
        });
    }

    fn woken(id: TaskId) {
        Self::change_waiting(id, Event::TaskWoken { task: id }, |match_by| {
            TaskStatus::Queued { match_by }
        });
    }
}

impl<T: Config> Pallet<T> {
    /// Moves a task that waits to another way of waiting, with the same match window. Does nothing
    /// if it does not wait, or waits in this way.
    fn change_waiting(id: TaskId, event: Event<T>, to: impl FnOnce(BlockNumber) -> TaskStatus) {
        let Some(mut task) = Tasks::<T>::get(id) else {
            return;
        };
        let (TaskStatus::Queued { match_by } | TaskStatus::Parked { match_by, .. }) = task.status
        else {
            return;
        };
        let to = to(match_by);
        if to != task.status && Self::move_task(id, &mut task, to).is_ok() {
            Tasks::<T>::insert(id, task);
            Self::deposit_event(event);
        }
    }
}
