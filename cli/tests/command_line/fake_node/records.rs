//! Records what the fake node was asked, and how often.

use std::{
    collections::BTreeMap,
    sync::{atomic::Ordering, Arc, Mutex},
};

use aicpw_protocol::TaskId;

use super::FakeNode;

/// How often each task was read.
#[derive(Default)]
pub struct Looks(Mutex<BTreeMap<TaskId, usize>>);

impl Looks {
    /// Counts a read of this task, and returns how often it was read before.
    pub fn next(&self, task: TaskId) -> usize {
        let mut all = self.0.lock().unwrap();
        let looks = all.entry(task).or_default();
        let before = *looks;
        *looks += 1;
        before
    }

    /// How often this task was read so far.
    pub fn so_far(&self, task: TaskId) -> usize {
        let all = self.0.lock().unwrap();
        all.get(&task).copied().unwrap_or_default()
    }
}

/// The runtime APIs that were called, and the block in whose state.
pub type Reads = Arc<Mutex<Vec<(String, Option<String>)>>>;

impl FakeNode {
    /// Moves a task one state further that does not move when it is read.
    pub fn go_on(&self, task: u64) {
        self.looks.next(TaskId(task));
    }

    /// How many transactions the node was sent.
    pub fn transactions(&self) -> usize {
        self.transactions.load(Ordering::SeqCst)
    }

    /// The blocks in whose states these functions were called since the last call of this.
    pub fn read_at(&self, functions: &[&str]) -> Vec<Option<String>> {
        let reads = std::mem::take(&mut *self.reads.lock().unwrap());
        let asked = reads
            .into_iter()
            .filter(|(function, _)| functions.contains(&&function[..]));
        asked.map(|(_, at)| at).collect()
    }

    /// What the node's store was told to do, and with which CID or address.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        self.asked.lock().unwrap().clone()
    }

    /// The CIDs that the node was told to unpin.
    pub fn unpinned(&self) -> Vec<String> {
        let asked = self.asked().into_iter();
        let unpinned = asked.filter(|(what, _)| *what == "unpin");
        unpinned.map(|(_, cid)| cid).collect()
    }
}
