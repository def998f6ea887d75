//! The offchain worker hook. It writes the chain's orders into the node's mailbox. When the chain's state is ready for
//! it, it sends to the chain what the native engine has reported there.
//!
//! The hook may overlap with itself, be skipped or run twice. It decides nothing: it reads the state of one block, and
//! the chain accepts each statement once.

use aicpw_primitives::{
    traits::{DevicePool, Escalation},
    worker_call::{hash_of, height, prove_now, was_lately, NotProven},
    worker_key::{WorkerId, WorkerProof},
};
use aicpw_protocol::{
    mailbox::{report_key, Ask, Asks, Order, Orders, Report, ASKS, ORDERS},
    task::{AssignmentStatus, Role},
    worker::Statement,
    AssignmentId, BlockNumber, Hash,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::pallet_prelude::*;
use frame_system::offchain::SubmitTransaction;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::offchain::storage::{MutateStorageError, StorageRetrievalError, StorageValueRef};

use crate::{
    authorize::Step,
    pallet::*,
    types::{Assignment, Refusal},
};

const LOG: &str = "runtime::tasks";

/// The most blocks by which stored orders may be ahead of this run because a later run overlapped with it.
const OVERLAP: BlockNumber = 16;

/// The storage key of [`Sent`].
pub(crate) const SENT: &[u8] = b"aicpw/tasks/v1/sent";

/// The statements that were sent lately about open assignments, and the block of each.
type Sent = Vec<(AssignmentId, Step, BlockNumber)>;

impl<T: Config> Pallet<T> {
    /// The orders for a worker key: its open assignments.
    pub fn orders(worker: &WorkerId) -> Orders {
        let genesis = hash_of::<T>(0).unwrap_or_default();
        Orders {
            genesis,
            block: height::<T>(),
            now: Self::now(),
            orders: T::DevicePool::assignments_of(worker)
                .into_iter()
                .filter_map(|(id, _)| Self::order(&genesis, id))
                .collect(),
        }
    }

    fn order(genesis: &Hash, id: AssignmentId) -> Option<Order> {
        let assignment = Assignments::<T>::get(id).filter(Assignment::is_open)?;
        let submission = Tasks::<T>::get(id.task)?.submission;
        let envelope = Self::envelope(&submission, id);
        let fetch = match assignment.role {
            Role::Fetcher => Some(Self::fetch_order(genesis, id.task)?),
            Role::Replica | Role::Auditor | Role::Juror => None,
        };
        Some(Order {
            assignment: id,
            role: assignment.role,
            provider: assignment.provider.encode(),
            device: assignment.device,
            // The fingerprint at the match. After a commit the device may have another driver, but what is to be
            // revealed stays the same.
            fingerprint: assignment.fingerprint,
            manifest: submission.manifest,
            needs: submission.needs,
            time_limit: submission.time_limit,
            privacy: submission.privacy,
            peers: submission.peers,
            status: assignment.status,
            envelope,
            fetch,
        })
    }

    /// What a dispute wants from the worker of an assignment, if anything.
    fn ask(order: &Order) -> Option<(AssignmentId, Ask)> {
        let id = order.assignment;
        let ask = match order.role {
            _ if Self::is_trace_wanted(id, order) => Ask::Trace,
            Role::Juror => T::Escalation::part(id.task).map_or(Ask::Whole, Ask::Part),
            Role::Replica | Role::Auditor | Role::Fetcher => return None,
        };
        Some((id, ask))
    }

    /// Runs on each new best block.
    pub(crate) fn run_worker() {
        let mut all: Option<Orders> = None;
        for worker in WorkerId::all() {
            let orders = Self::orders(&worker);
            for order in &orders.orders {
                Self::follow_report(&worker, order.assignment);
            }
            match &mut all {
                Some(all) => all.orders.extend(orders.orders),
                None => all = Some(orders),
            }
        }
        // A node without worker keys leaves its mailbox alone.
        if let Some(all) = all {
            Self::write_asks(&all);
            Self::write_orders(all);
        }
    }

    /// Writes what disputes want from the workers of these orders. Does nothing if they want nothing and wanted nothing
    /// before.
    fn write_asks(orders: &Orders) {
        let new = Asks {
            genesis: orders.genesis,
            block: orders.block,
            asks: orders.orders.iter().filter_map(Self::ask).collect(),
        };
        let written = StorageValueRef::persistent(ASKS).mutate(
            |old: Result<Option<Asks>, StorageRetrievalError>| match old {
                Ok(None) if new.asks.is_empty() => Err(()),
                Ok(Some(old)) if old.asks.is_empty() && new.asks.is_empty() => Err(()),
                Ok(Some(old)) if Self::is_ahead((old.genesis, old.block), orders) => Err(()),
                _ => Ok(new.clone()),
            },
        );
        if let Err(MutateStorageError::ConcurrentModification(_)) = written {
            log::debug!(target: LOG, "mailbox: another run wrote the asks");
        }
    }

    /// Whether the stored block is that of a later run that overlapped with this one.
    fn is_ahead((genesis, block): (Hash, BlockNumber), new: &Orders) -> bool {
        genesis == new.genesis && block > new.block && block <= new.block.saturating_add(OVERLAP)
    }

    /// Writes the orders.
    ///
    /// The native side judges deadlines by the block of the orders. So they are written on each block while there are
    /// any, and once more when the last has ended.
    fn write_orders(new: Orders) {
        let open: Vec<_> = new.orders.iter().map(|order| order.assignment).collect();
        let written = StorageValueRef::persistent(ORDERS).mutate(
            |old: Result<Option<Orders>, StorageRetrievalError>| match old {
                Ok(Some(old))
                    if old.genesis == new.genesis
                        && old.orders.is_empty()
                        && new.orders.is_empty() =>
                {
                    Err(())
                }
                Ok(Some(old)) if Self::is_ahead((old.genesis, old.block), &new) => Err(()),
                _ => Ok(new),
            },
        );
        match written {
            Ok(orders) => {
                log::trace!(target: LOG, "mailbox: {} open assignments", orders.orders.len());
                Self::forget_sent(&open);
            }
            Err(MutateStorageError::ValueFunctionFailed(())) => {}
            Err(MutateStorageError::ConcurrentModification(_)) => {
                log::debug!(target: LOG, "mailbox: another run wrote the orders");
            }
        }
    }

    /// Sends the statement that follows from the report on an assignment, if it is time for it.
    fn follow_report(worker: &WorkerId, id: AssignmentId) {
        let key = report_key(id);
        let report = match StorageValueRef::persistent(&key).get::<Report>() {
            Ok(Some(report)) => report,
            Ok(None) => return,
            Err(_) => {
                log::warn!(target: LOG, "the report on assignment {id} cannot be decoded");
                return;
            }
        };
        let Some(assignment) = Assignments::<T>::get(id) else {
            return;
        };
        // A call made now is executed in the next block at the earliest.
        let at = Self::now().saturating_add(1);
        let Some((step, statement)) = Self::statement(id, &assignment, report, at) else {
            return;
        };
        if !Self::claim(id, step) {
            return;
        }
        if let Err(reason) = Self::send(worker, statement) {
            log::debug!(target: LOG, "assignment {id}, {step:?}: {reason}");
        }
    }

    /// The next statement about an assignment, if any.
    fn statement(
        id: AssignmentId,
        assignment: &Assignment<T::AccountId>,
        report: Report,
        at: BlockNumber,
    ) -> Option<(Step, Statement<T::AccountId>)> {
        use AssignmentStatus::*;
        let assignment_id = id;
        Some(match (&assignment.status, report) {
            (
                AwaitingKey { .. } | Assigned { .. } | Running { .. },
                Report::Failed {
                    fault,
                    log,
                    message,
                },
            ) => {
                Self::may_fail(assignment, at, fault, log.as_ref(), &message).ok()?;
                let statement = Statement::Fail {
                    assignment: assignment_id,
                    fault,
                    log,
                    message,
                };
                (Step::Fail, statement)
            }
            (Assigned { .. }, _) => {
                Self::may_start(assignment, at).ok()?;
                (
                    Step::Start,
                    Statement::Start {
                        assignment: assignment_id,
                    },
                )
            }
            (
                Running {
                    progress_by,
                    progress,
                    ..
                },
                // `Ready`: the program is still being built, which may take longer than the window. How long depends on
                // the program, so the worker must be able to show that it is alive.
                report @ (Report::Ready | Report::Running { .. }),
            ) => {
                let mut next = match report {
                    Report::Running { progress: next } => next,
                    _ => *progress,
                };
                let mut allowed = Self::may_report(id, assignment, at, next);
                // The progress in a report can come from the program that the worker runs. Whatever it says, the report
                // is a sign of life, and the worker can repeat the progress that the chain knows.
                if allowed == Err(Refusal::BadProgress) {
                    next = *progress;
                    allowed = Self::may_report(id, assignment, at, next);
                }
                allowed.ok()?;
                // Without a step forward, a sign of life is enough once half of the window is over.
                let half = T::ProgressWindow::get() / 2;
                if next == *progress && at < progress_by.saturating_sub(half) {
                    return None;
                }
                let statement = Statement::Progress {
                    assignment: assignment_id,
                    progress: next,
                };
                (Step::Progress, statement)
            }
            // `Open` in this state: a fork took the commit away again.
            (Running { .. }, Report::Done { commitment } | Report::Open { commitment, .. }) => {
                Self::may_commit(assignment, at).ok()?;
                let statement = Statement::Commit {
                    assignment: assignment_id,
                    commitment,
                };
                (Step::Commit, statement)
            }
            (Committed { .. }, Report::Open { opening, .. }) => {
                match Self::may_reveal(id, assignment, at, &opening) {
                    Ok(()) => {}
                    // A fork took the commit of another replica away again.
                    Err(Refusal::TooEarly) => return None,
                    Err(refusal) => {
                        log::warn!(target: LOG, "assignment {id} cannot be revealed: {refusal:?}");
                        return None;
                    }
                }
                let statement = Statement::Reveal {
                    assignment: assignment_id,
                    opening,
                };
                (Step::Reveal, statement)
            }
            (Revealed { .. }, Report::Trace { opening }) => {
                Self::may_open_trace(id, assignment, at, &opening).ok()?;
                let statement = Statement::OpenTrace {
                    assignment: assignment_id,
                    opening,
                };
                (Step::OpenTrace, statement)
            }
            (Revealed { .. }, Report::Work { trace_root }) => {
                Self::may_show_work(id, assignment, at, &trace_root).ok()?;
                Self::ensure_work(id, &trace_root).ok()?;
                let statement = Statement::ShowWork {
                    assignment: assignment_id,
                    trace_root,
                };
                (Step::ShowWork, statement)
            }
            _ => return None,
        })
    }

    /// Whether this run may send a statement: no other has sent it lately. Records that this run sends it.
    fn claim(id: AssignmentId, step: Step) -> bool {
        let now = height::<T>();
        StorageValueRef::persistent(SENT)
            .mutate(|sent: Result<Option<Sent>, StorageRetrievalError>| {
                let mut sent = sent.ok().flatten().unwrap_or_default();
                if sent
                    .iter()
                    .any(|entry| entry.0 == id && entry.1 == step && was_lately(entry.2, now))
                {
                    return Err(());
                }
                sent.retain(|entry| entry.0 != id || entry.1 != step);
                sent.push((id, step, now));
                Ok(sent)
            })
            .is_ok()
    }

    /// Forgets the statements that were sent about assignments that are no longer open.
    fn forget_sent(open: &[AssignmentId]) {
        let forgotten = StorageValueRef::persistent(SENT).mutate(
            |sent: Result<Option<Sent>, StorageRetrievalError>| {
                let mut sent = sent.ok().flatten().ok_or(())?;
                let before = sent.len();
                sent.retain(|entry| open.contains(&entry.0));
                if sent.len() == before {
                    Err(())
                } else {
                    Ok(sent)
                }
            },
        );
        if let Err(MutateStorageError::ConcurrentModification(_)) = forgotten {
            log::debug!(target: LOG, "another run sent something; old entries go next time");
        }
    }

    /// Signs a statement and puts it into the transaction pool.
    fn send(worker: &WorkerId, statement: Statement<T::AccountId>) -> Result<(), &'static str> {
        let proof = prove_now::<T>(worker, &statement).map_err(|reason| match reason {
            NotProven::NoRecentBlock => "the chain knows no recent block to sign for",
            NotProven::NoSignature => "the worker key is not in the keystore any more",
        })?;
        let call = Self::call_of(statement, proof).ok_or("not a statement about an assignment")?;
        let transaction = T::create_authorized_transaction(call.into());
        SubmitTransaction::<T, Call<T>>::submit_transaction(transaction)
            .map_err(|()| "the pool did not take the call")
    }

    /// The worker call for a statement; `None` if the statement is not about an assignment.
    pub fn call_of(statement: Statement<T::AccountId>, proof: WorkerProof) -> Option<Call<T>> {
        Some(match statement {
            Statement::Start { assignment } => Call::start { assignment, proof },
            Statement::Progress {
                assignment,
                progress,
            } => Call::report_progress {
                assignment,
                progress,
                proof,
            },
            Statement::Commit {
                assignment,
                commitment,
            } => Call::commit_result {
                assignment,
                commitment,
                proof,
            },
            Statement::Reveal {
                assignment,
                opening,
            } => Call::reveal_result {
                assignment,
                opening,
                proof,
            },
            Statement::Fail {
                assignment,
                fault,
                log,
                message,
            } => Call::fail {
                assignment,
                fault,
                log,
                message,
                proof,
            },
            Statement::OpenTrace {
                assignment,
                opening,
            } => Call::open_trace {
                assignment,
                opening,
                proof,
            },
            Statement::ShowWork {
                assignment,
                trace_root,
            } => Call::show_work {
                assignment,
                trace_root,
                proof,
            },
            Statement::Join { .. }
            | Statement::Heartbeat { .. }
            | Statement::HeartbeatWithout { .. }
            | Statement::Answer { .. } => return None,
        })
    }

    /// The hash of the block before this one.
    pub(crate) fn parent_hash() -> Hash {
        hash_of::<T>(height::<T>().saturating_sub(1)).unwrap_or_default()
    }
}
