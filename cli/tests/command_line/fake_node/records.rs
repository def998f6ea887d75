//! What it was asked, and how often.

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
    /// How often this one was before, which it now is once more.
    pub fn next(&self, task: TaskId) -> usize {
        let mut all = self.0.lock().unwrap();
        let looks = all.entry(task).or_default();
        let before = *looks;
        *looks += 1;
        before
    }

    /// How often this one was.
    pub fn so_far(&self, task: TaskId) -> usize {
        let all = self.0.lock().unwrap();
        all.get(&task).copied().unwrap_or_default()
    }
}

/// Runtime APIs that were called, and in the state of which block.
pub type Reads = Arc<Mutex<Vec<(String, Option<String>)>>>;

impl FakeNode {
    /// Gets a task one state further that does not get further when it is read.
    pub fn go_on(&self, task: u64) {
        self.looks.next(TaskId(task));
    }

    /// Transactions that it was sent.
    pub fn transactions(&self) -> usize {
        self.transactions.load(Ordering::SeqCst)
    }

    /// In the states of which blocks it was asked for these since it was asked for that last.
    pub fn read_at(&self, functions: &[&str]) -> Vec<Option<String>> {
        let reads = std::mem::take(&mut *self.reads.lock().unwrap());
        let asked = reads
            .into_iter()
            .filter(|(function, _)| functions.contains(&&function[..]));
        asked.map(|(_, at)| at).collect()
    }

    /// What its store was told to do, and with which CID or address.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        self.asked.lock().unwrap().clone()
    }

    /// What it was told to forget.
    pub fn unpinned(&self) -> Vec<String> {
        let asked = self.asked().into_iter();
        let unpinned = asked.filter(|(what, _)| *what == "unpin");
        unpinned.map(|(_, cid)| cid).collect()
    }
}
