//! How the queue makes room: it lets go of results that nobody can ask for any more, and takes nothing new while that
//! is not enough, or while no job's folder can be made. Everything that waits for the IPFS node runs in a task of its
//! own: the queue has to tell jobs what is final and when their deadlines are.

use aicpw_protocol::AssignmentId;
use std::collections::BTreeSet;
use tokio::{
    sync::oneshot,
    task::{JoinError, JoinSet},
};

use super::{
    retention::let_go,
    room::{self, Ask},
    Locked, Queue, Sweep,
};
use crate::{blocking, clock::unix_ms};

/// A sweep, which lets go of ended jobs. There is one at a time.
#[derive(Debug, Default)]
pub(super) struct Sweeping {
    task: JoinSet<Vec<AssignmentId>>,
    /// The jobs of this sweep, which may be gone already.
    pub(super) due: BTreeSet<AssignmentId>,
    /// Those who wait for the end of this sweep.
    waiting: Vec<oneshot::Sender<()>>,
    /// Those who wait for another sweep: this one may cover less than they want.
    next: Vec<oneshot::Sender<()>>,
}

impl Sweeping {
    /// Waits for the end of the sweep; never returns if there is none.
    pub(super) async fn ended(&mut self) -> Result<Vec<AssignmentId>, JoinError> {
        match self.task.join_next().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    fn is_under_way(&self) -> bool {
        !self.task.is_empty()
    }
}

impl Queue {
    /// Begins to remove ended jobs for which the chain holds no locks, unless a sweep is under way. Returns whether
    /// there is anything to wait for.
    pub(super) fn sweep(&mut self, which: Sweep) -> bool {
        if self.sweeping.is_under_way() {
            return true;
        }
        if self.retention.is_empty() {
            return false;
        }
        let Some(locked) = self.locked() else {
            return false;
        };
        let due = self.retention.due(&locked, which);
        if due.is_empty() {
            return false;
        }
        self.sweeping.due.clone_from(&due);
        let (store, jobs) = (self.shop.store.clone(), self.jobs.clone());
        let pins = self.pins.clone();
        self.sweeping
            .task
            .spawn(async move { let_go(&*store, jobs, pins, due).await });
        true
    }

    /// Handles the end of a sweep. What is left is tried with the next one.
    pub(super) fn swept(&mut self, gone: Result<Vec<AssignmentId>, JoinError>) {
        match gone {
            Ok(gone) => {
                for assignment in gone {
                    self.retention.forget(assignment);
                    self.closed.remove(&assignment);
                }
            }
            Err(error) => tracing::error!(%error, "letting go of ended jobs broke off"),
        }
        self.sweeping.due.clear();
        answer(&mut self.sweeping.waiting);
        if !self.sweeping.next.is_empty() {
            self.sweep_for_those_who_wait();
        }
        if !self.sweeping.is_under_way() {
            self.look();
        }
    }

    /// Lets go of everything possible, for those who asked for it.
    fn sweep_for_those_who_wait(&mut self) {
        self.sweeping.waiting = std::mem::take(&mut self.sweeping.next);
        if !self.sweep(Sweep::All) {
            answer(&mut self.sweeping.waiting);
        }
    }

    /// Returns what the chain holds locks for; `None` if that is not known.
    fn locked(&self) -> Option<Locked> {
        let chain = &self.shop.chain;
        if chain.is_syncing() {
            return None;
        }
        let block = chain.heads().borrow().finalised;
        match blocking::run(|| chain.locked_at(block.hash)) {
            Ok(assignments) => Some(Locked {
                block: block.number,
                assignments,
            }),
            Err(error) => {
                tracing::warn!(%error, "not known which results are still answered for: all stay");
                None
            }
        }
    }

    /// Handles a job that has no room for its result.
    pub(super) fn asked_for_room(&mut self, ask: Ask) {
        match ask {
            Ask::LetGo(done) => {
                self.sweeping.next.push(done);
                if !self.sweeping.is_under_way() {
                    self.sweep_for_those_who_wait();
                }
            }
            Ask::WaitFor(bytes, done) => {
                if self.is_room_to_come(1) {
                    tracing::error!(
                        bytes,
                        "the IPFS store has no room for a result beside those that this provider still \
                         answers for: the node takes no new jobs until it has; raise --ipfs-storage-max, or \
                         free its disk"
                    );
                    self.lacking = self.lacking.max(Some(bytes));
                    self.shop.metrics.lacking(self.lacking);
                    self.shop.mailbox.stop_serving();
                }
                // The job may have been abandoned.
                let _ = done.send(());
            }
        }
    }

    /// Whether anything is kept, or is being worked on besides `asking` jobs, that will go. Otherwise waiting is
    /// useless, and a requester that declares more than the store can ever take would switch this node off.
    fn is_room_to_come(&self, asking: usize) -> bool {
        !self.retention.is_empty() || self.active.len() > asking
    }

    /// Whether this machine says that it takes jobs.
    pub(super) fn serves(&self) -> bool {
        self.lacking.is_none() && !self.without_folders && !self.only_finishes
    }

    /// Handles the failure of a job for which no folder could be made: the next ones would fail as well.
    pub(super) fn has_no_folders(&mut self) {
        if !self.without_folders {
            tracing::error!(
                path = %self.jobs.display(),
                "no job's folder can be made here: the node takes no new jobs until one can; look \
                 with df and df -i"
            );
        }
        self.without_folders = true;
        self.shop.mailbox.stop_serving();
    }

    /// Checks whether folders can be made again, if they could not.
    fn look_for_folders(&mut self) {
        if !self.without_folders {
            return;
        }
        match blocking::run(|| room::probe(&self.rooms.disk, &self.jobs)) {
            Ok(()) => {
                tracing::info!("the disk of the jobs can be written again: the node takes jobs");
                self.without_folders = false;
                self.serve();
            }
            Err(error) => tracing::debug!(%error, "still no job's folder can be made"),
        }
    }

    /// Says that this machine takes jobs, if it does, without waiting for the next time to say so.
    fn serve(&self) {
        if self.serves() {
            self.shop.mailbox.renew_serving(unix_ms());
        }
    }

    /// Tries to make room again, if there was none.
    pub(super) fn look_for_room(&mut self) {
        self.look_for_folders();
        // The end of a sweep checks anyway.
        if self.lacking.is_some() && !self.sweep(Sweep::All) {
            self.look();
        }
    }

    /// Checks whether there is room again, if there was none.
    fn look(&mut self) {
        let Some(bytes) = self.lacking.filter(|_| self.looking.is_empty()) else {
            return;
        };
        if !self.is_room_to_come(0) {
            self.has_room();
            return;
        }
        let store = self.shop.store.clone();
        // Collecting takes time.
        self.looking.spawn(async move {
            let made = store.make_room(bytes).await;
            !made.is_err_and(|error| room::is_full(&error))
        });
    }

    /// Takes jobs again: there is as much room as there can be.
    pub(super) fn has_room(&mut self) {
        if self.lacking.take().is_some() {
            tracing::info!("there is room for results again: the node takes jobs");
            self.shop.metrics.lacking(None);
            self.serve();
        }
    }
}

fn answer(waiting: &mut Vec<oneshot::Sender<()>>) {
    for done in waiting.drain(..) {
        // The job may have been abandoned.
        let _ = done.send(());
    }
}
