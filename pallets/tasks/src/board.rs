//! Tasks, as matching sees them.

use aicpw_primitives::traits::{
    Assigned, Choice, Demand, DevicePool, DrawRandomness, DrawSeed, Escalation, Locks, Offer,
    TaskBoard, Terms,
};
use aicpw_protocol::{
    device::{are_equal_devices, Reputation},
    draw, pricing,
    task::{
        AssignmentStatus, DeterminismClass, Needs, Privacy, Role, Submission, TaskStatus,
        Unmatched, Verification,
    },
    AskPrice, AssignmentId, Balance, BlockNumber, DeviceId, Gflops, Hash, Mebibytes,
    MegabitsPerSecond, Milliseconds, TaskId,
};
use frame_support::{ensure, pallet_prelude::*};

use crate::{
    pallet::*,
    types::{Assignment, Deadline, LockState, Seat, SeatState, Task},
    WeightInfo,
};

impl<T: Config> Pallet<T> {
    /// The task and the seat for which a device is wanted next; `None` if none is wanted.
    fn waiting(id: TaskId) -> Option<(Task<T::AccountId>, AssignmentId)> {
        let task = Tasks::<T>::get(id)?;
        let (number, seat) = task.vacant(Self::now())?;
        let assignment = AssignmentId {
            task: id,
            replica: number,
            attempt: seat.begun,
        };
        Some((task, assignment))
    }

    /// How the device for the next seat is chosen. The first replica goes to the cheapest provider, and so does every
    /// attempt of a single replica: the requester has nothing but the price to go by. A provider whose root is compared
    /// with another is drawn.
    fn choice(task: &Task<T::AccountId>, next: AssignmentId) -> Choice {
        let Some(seat) = task.seats.get(usize::from(next.replica)) else {
            return Choice::Cheapest;
        };
        let is_first = task.providers.is_empty() || task.submission.verification.replicas() == 1;
        if seat.role == Role::Replica && is_first {
            return Choice::Cheapest;
        }
        Choice::Drawn
    }

    /// For class `device`: the fingerprint of the device that the first replica runs on, if there is one. A fetcher
    /// needs no such device. As long as the task wants a further device, every taken seat of a replica has an open
    /// assignment: so one assignment is read, or none if no such seat is taken.
    fn fingerprint(id: TaskId, task: &Task<T::AccountId>, role: Role) -> Option<Hash> {
        if task.submission.needs.class != DeterminismClass::Device || role == Role::Fetcher {
            return None;
        }
        let is_taken = |seat: &Seat| seat.role == Role::Replica && seat.state == SeatState::Taken;
        let (number, _) = (0u8..)
            .zip(task.seats.iter())
            .find(|(_, seat)| is_taken(seat))?;
        let first = Assignments::<T>::get(task.newest(id, number)?)?;
        first.is_open().then_some(first.fingerprint)
    }

    /// The most that the next replica of the task may cost. It is paid from the escrow.
    fn price_cap(task: &Task<T::AccountId>) -> Balance {
        task.submission.budget_each().min(task.escrow)
    }

    /// The role of the next seat.
    fn role(task: &Task<T::AccountId>, next: AssignmentId) -> Role {
        let seat = task.seats.get(usize::from(next.replica));
        seat.map_or(Role::Replica, |seat| seat.role)
    }

    /// The price and the locks of an assignment of the task at this ask; `None` if the price is more than may be paid,
    /// or the locks are more than there can be.
    fn terms_of(
        task: &Task<T::AccountId>,
        next: AssignmentId,
        ask: AskPrice,
        reputation: Reputation,
    ) -> Option<Terms> {
        match Self::role(task, next) {
            Role::Juror | Role::Fetcher => Self::juror_terms(next.task, task, ask),
            Role::Auditor => Self::auditor_terms(next.task, task, ask),
            Role::Replica => {
                let Submission {
                    needs,
                    budget,
                    time_limit,
                    verification,
                    ..
                } = &task.submission;
                Self::quote(needs, *budget, *time_limit, verification, ask, reputation)
                    .filter(|terms| terms.price.saturating_add(terms.audit_cost) <= task.escrow)
            }
        }
    }

    /// The price and the locks of one assignment of such a task at this ask, for a provider with this reputation;
    /// `None` if the budget does not pay it, or the bond is more than there can be. Keeps the contract of
    /// [`TaskBoard::terms`].
    pub fn quote(
        needs: &Needs,
        budget: Balance,
        time_limit: Milliseconds,
        verification: &Verification,
        ask: AskPrice,
        reputation: Reputation,
    ) -> Option<Terms> {
        let budget = budget / Balance::from(verification.replicas().max(1));
        let price = pricing::price(ask, needs.gflops, time_limit)?;
        let collateral = pricing::collateral(
            price,
            budget,
            T::MinCollateralBase::get(),
            T::CollateralShare::get(),
        );
        let mut terms = Terms {
            price,
            locks: Locks {
                collateral,
                fraud_bond: 0,
            },
            ..Terms::default()
        };
        if verification.is_audited() {
            let policy = T::AuditPolicy::get();
            // By the judged price, not the price: a low ask must make neither the judging of a result nor a lie cheap.
            let judged = T::Escalation::judged_price(price, budget);
            let bond = policy.fraud_bond(judged)?;
            terms.locks.fraud_bond = bond;
            terms.audit_rate = policy.rate(price, collateral.saturating_add(bond), reputation);
            terms.audit_cost = policy.cost(judged, terms.audit_rate)?;
        }
        (price.checked_add(terms.audit_cost)? <= budget).then_some(terms)
    }

    /// The highest ask that `cap` pays for one assignment, to a provider with at least the reputation of a beginner.
    ///
    /// Audit costs go by the judged price. This changes nothing as long as audits cost no more than what is audited
    /// ([`AuditPolicy::highest_price`](aicpw_protocol::audit::AuditPolicy::highest_price)). If they cost more, or the
    /// escrow has less than the whole share of the budget, no ask that fits is higher, but this ask may not fit.
    pub fn highest_ask(
        needs: &Needs,
        cap: Balance,
        time_limit: Milliseconds,
        verification: &Verification,
    ) -> AskPrice {
        let cap = if verification.is_audited() {
            T::AuditPolicy::get().highest_price_of_most(cap)
        } else {
            cap
        };
        pricing::highest_ask(cap, needs.gflops, time_limit)
    }
}

/// What a device needs for a seat of this role. A device of an auditor or a juror must be able to run the program, and
/// no more: with a reputation that few have, a requester could choose who judges its provider, or leave nobody to do
/// it.
fn needs_of(role: Role, needs: Needs) -> Needs {
    match role {
        Role::Replica => needs,
        Role::Auditor | Role::Juror => Needs {
            min_reputation: Reputation(0),
            ..needs
        },
        Role::Fetcher => to_fetch(needs),
    }
}

/// What a device needs for fetching only. A fetcher runs nothing, and what the requester asked for must not choose its
/// jury. So only the engine is left, by which the order book is ordered, and a class that every device has.
fn to_fetch(needs: Needs) -> Needs {
    Needs {
        engine: needs.engine,
        class: DeterminismClass::Device,
        gflops: Gflops(0),
        memory: Mebibytes(0),
        bandwidth: MegabitsPerSecond(0),
        min_reputation: Reputation(0),
    }
}

impl<T: Config> TaskBoard<T::AccountId> for Pallet<T> {
    fn demand(id: TaskId) -> Option<Demand<T::AccountId>> {
        let (task, next) = Self::waiting(id)?;
        let submission = &task.submission;
        let mut excluded = task.providers.to_vec();
        let Submission {
            needs, time_limit, ..
        } = submission;
        let role = Self::role(&task, next);
        let highest_ask = match role {
            Role::Juror => {
                let jury = Juries::<T>::get(id)?;
                excluded.extend(jury.parties);
                pricing::highest_ask(jury.pay, needs.gflops, *time_limit)
            }
            Role::Fetcher => {
                excluded.extend(Juries::<T>::get(id)?.parties);
                AskPrice(Balance::MAX)
            }
            Role::Auditor => {
                pricing::highest_ask(Audits::<T>::get(id)?.cap, needs.gflops, *time_limit)
            }
            Role::Replica => {
                let cap = Self::price_cap(&task);
                Self::highest_ask(needs, cap, *time_limit, &submission.verification)
            }
        };
        Some(Demand {
            highest_ask,
            needs: needs_of(role, *needs),
            fingerprint: Self::fingerprint(id, &task, role),
            choice: Self::choice(&task, next),
            is_urgent: role != Role::Replica,
            requester: task.requester,
            excluded,
        })
    }

    fn terms(id: TaskId, ask: AskPrice, reputation: Reputation) -> Option<Terms> {
        let (task, next) = Self::waiting(id)?;
        Self::terms_of(&task, next, ask, reputation)
    }

    fn assign(
        id: TaskId,
        device: DeviceId,
        offer: &Offer<T::AccountId>,
    ) -> Result<Assigned, DispatchError> {
        let (mut task, assignment_id) = Self::waiting(id).ok_or(Error::<T>::NotWaiting)?;
        let provider = offer.provider.clone();
        ensure!(
            provider != task.requester && !task.providers.contains(&provider),
            Error::<T>::NotIndependent
        );
        let role = Self::role(&task, assignment_id);
        ensure!(
            !role.judges()
                || Juries::<T>::get(id).is_some_and(|jury| !jury.parties.contains(&provider)),
            Error::<T>::NotIndependent
        );
        let fingerprint = offer.spec.fingerprint;
        ensure!(
            Self::fingerprint(id, &task, role)
                .is_none_or(|first| are_equal_devices(&first, &fingerprint)),
            Error::<T>::NotSameDevice
        );
        let Terms {
            price,
            audit_rate,
            audit_cost,
            locks,
        } = Self::terms_of(&task, assignment_id, offer.ask, offer.reputation)
            .ok_or(Error::<T>::TooExpensive)?;
        // The last step that can fail for a reason outside this pallet. What follows can fail only if the pallet's own
        // records are wrong, and then this step is undone as well.
        frame_support::storage::with_storage_layer(|| {
            let needs = needs_of(role, task.submission.needs);
            T::DevicePool::occupy(device, assignment_id, needs.memory, locks)?;

            let seat = task
                .seat_mut(assignment_id.replica)
                .ok_or(Error::<T>::InvalidTransition)?;
            seat.begun = seat.begun.saturating_add(1);
            seat.state = SeatState::Taken;
            task.providers
                .try_push(provider.clone())
                .map_err(|_| Error::<T>::InvalidTransition)?;
            Self::reflect_seats(id, &mut task)?;
            let is_alone = task.submission.verification.replicas() == 1;
            let gave_back = is_alone
                && role == Role::Replica
                && Self::attempts_left(&task, assignment_id.replica) == 0;
            if gave_back {
                // No further attempt can need more than this price and its audits (ADR 0006).
                let needed = price.saturating_add(audit_cost);
                let rest = task.escrow.saturating_sub(needed);
                Self::give_back(&mut task, rest);
            }
            let (status, next_by) = match task.submission.privacy {
                // The result of a sealed task is ciphertext, also for a fetcher, which gets no key.
                _ if role == Role::Fetcher => {
                    let start_by = Self::now().saturating_add(T::StartWindow::get());
                    (AssignmentStatus::Assigned { start_by }, start_by)
                }
                Privacy::Public => {
                    let start_by = Self::now().saturating_add(T::StartWindow::get());
                    (AssignmentStatus::Assigned { start_by }, start_by)
                }
                Privacy::Sealed { .. } => {
                    let grant_by = Self::now().saturating_add(T::KeyWindow::get());
                    // Fixed now: nobody could grant a key to a recipient that changes with every block.
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
                    role,
                    provider: provider.clone(),
                    device,
                    fingerprint,
                    price,
                    audit_rate,
                    audit_cost,
                    collateral: locks.collateral,
                    fraud_bond: locks.fraud_bond,
                    assigned_at: Self::now(),
                    status,
                    locks: LockState::Open,
                    due,
                },
            );
            Census::<T>::mutate(|census| census.matched = census.matched.saturating_add(1));
            let wants_more = task.has_vacancy();
            Tasks::<T>::insert(id, task);
            Self::deposit_event(Event::TaskMatched {
                assignment: assignment_id,
                provider,
                device,
                price,
                next_by,
            });
            Ok(Assigned {
                wants_more,
                gave_back,
            })
        })
    }

    fn give_back_weight() -> Weight {
        T::WeightInfo::give_back()
    }

    fn fingerprint_weight() -> Weight {
        Self::weight_of_jurors(1)
    }

    fn ticket(id: TaskId) -> DrawSeed {
        let Some((next, anchor)) = Self::anchor_of(id) else {
            return DrawSeed::NotYet;
        };
        match T::DrawRandomness::seed(anchor) {
            DrawSeed::Ready(seed) => DrawSeed::Ready(draw::ticket(&seed, &("seat", next), 0)),
            other => other,
        }
    }

    fn ticket_from(id: TaskId) -> BlockNumber {
        match Self::waiting(id) {
            Some((task, next)) if Self::choice(&task, next) != Choice::Drawn => BlockNumber::MAX,
            _ => Self::anchor_of(id).map_or(0, |(_, anchor)| {
                anchor.saturating_add(T::DrawRandomness::soonest())
            }),
        }
    }

    fn ticket_weight() -> Weight {
        // The weight of reading the task is that of its demand.
        T::DrawRandomness::seed_weight()
    }

    fn redraw(id: TaskId) {
        Tasks::<T>::mutate(id, |task| {
            if let Some(task) = task {
                Self::anchor_anew(task);
            }
        });
    }

    fn parked(id: TaskId, reason: Unmatched) {
        Self::change_waiting(id, Event::TaskParked { task: id, reason }, |match_by| {
            TaskStatus::Parked { match_by, reason }
        });
    }

    fn woken(id: TaskId) {
        // Somebody may know the seed of the former draw by now.
        Self::redraw(id);
        Self::change_waiting(id, Event::TaskWoken { task: id }, |match_by| {
            TaskStatus::Queued { match_by }
        });
    }
}

impl<T: Config> Pallet<T> {
    /// The assignment for which a device is wanted next, and the anchor of its draw.
    fn anchor_of(id: TaskId) -> Option<(AssignmentId, BlockNumber)> {
        let (task, next) = Self::waiting(id)?;
        let seat = task.seats.get(usize::from(next.replica))?;
        Some((next, seat.anchor))
    }

    fn anchor_anew(task: &mut Task<T::AccountId>) {
        for seat in task.seats.as_mut() {
            if matches!(seat.state, SeatState::Vacant { .. }) {
                seat.anchor = T::DrawRandomness::anchor();
            }
        }
    }

    /// Moves a waiting task to another waiting state with the same match window. Does nothing if the task does not
    /// wait, or is in that state already.
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
