use aicpw_protocol::{
    job::{path, Checkpoint, Part, TraceRecord},
    merkle,
    task::{Needs, Progress},
    trace::End,
    Hash,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

use super::{soon, LONG};
use crate::engines::{BadManifest, Blob, Engine, Failure, Job, OnProgress, Plan, Product};

/// An engine that does what the test says. A run waits until the test lets it go on.
pub struct FakeEngine {
    state: watch::Sender<State>,
}

#[derive(Default)]
struct State {
    blobs: Vec<Blob>,
    refusal: Option<BadManifest>,
    build_failure: Option<Failure>,
    /// The outcomes, by run.
    runs: BTreeMap<usize, Result<Vec<u8>, Failure>>,
    started: usize,
    /// The number of runs under way.
    running: usize,
    wrong_root: bool,
    panics: bool,
    /// What reading a manifest waits for, blocking its thread.
    plan_waits: Option<Arc<Mutex<Receiver<()>>>>,
    /// Whether a manifest is being read.
    planning: bool,
}

impl Default for FakeEngine {
    fn default() -> Self {
        Self {
            state: watch::channel(State::default()).0,
        }
    }
}

impl FakeEngine {
    /// Makes the manifest ask for these.
    pub fn needs(&self, blobs: Vec<Blob>) {
        self.state.send_modify(|state| state.blobs = blobs);
    }

    /// Makes the manifest wrong.
    pub fn refuses(&self, refusal: BadManifest) {
        self.state
            .send_modify(|state| state.refusal = Some(refusal));
    }

    /// Makes reading the manifest block its thread until it is told to continue.
    pub fn plan_waits(&self, go_on: Receiver<()>) {
        let go_on = Arc::new(Mutex::new(go_on));
        self.state
            .send_modify(|state| state.plan_waits = Some(go_on));
    }

    /// Waits until a manifest is being read.
    pub async fn until_planning(&self) {
        let mut state = self.state.subscribe();
        let met = state.wait_for(|state| state.planning);
        soon("a manifest is read", met).await.unwrap();
    }

    /// Makes compiling the program fail.
    pub fn build_fails(&self, failure: Failure) {
        self.state
            .send_modify(|state| state.build_failure = Some(failure));
    }

    /// Sets the outcome of the `n`th run, counted from zero; until then the run goes on.
    pub fn ends(&self, n: usize, result: Result<&[u8], Failure>) {
        let result = result.map(<[u8]>::to_vec);
        self.state.send_modify(|state| {
            state.runs.insert(n, result);
        });
    }

    /// Makes the engine report another root than its output has.
    pub fn lies(&self) {
        self.state.send_modify(|state| state.wrong_root = true);
    }

    /// Makes a run panic once it has reported its progress.
    pub fn panics(&self) {
        self.state.send_modify(|state| state.panics = true);
    }

    /// Returns the number of runs that were started so far.
    pub fn started(&self) -> usize {
        self.state.borrow().started
    }

    /// Waits until this many runs were started.
    pub async fn until_started(&self, runs: usize) {
        let mut state = self.state.subscribe();
        let met = state.wait_for(|state| state.started >= runs);
        soon("a run starts", met).await.unwrap();
    }

    /// Waits until this many runs are under way.
    pub async fn until_running(&self, runs: usize) {
        let mut state = self.state.subscribe();
        let met = state.wait_for(|state| state.running == runs);
        soon("so many runs are under way", met).await.unwrap();
    }
}

/// Counts a run even when it is dropped.
struct Running<'a>(&'a watch::Sender<State>);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|state| state.running -= 1);
    }
}

#[async_trait]
impl Engine for FakeEngine {
    fn plan(&self, manifest: &[u8], _: &Needs) -> Result<Plan, BadManifest> {
        assert_eq!(manifest, super::MANIFEST);
        let waits = self.state.borrow().plan_waits.clone();
        if let Some(go_on) = waits {
            self.state.send_modify(|state| state.planning = true);
            let told = go_on.lock().unwrap().recv_timeout(LONG);
            told.expect("others go on meanwhile");
        }
        let state = self.state.borrow();
        match &state.refusal {
            Some(refusal) => Err(refusal.clone()),
            None => Ok(Plan {
                blobs: state.blobs.clone(),
                output_bytes: 6,
            }),
        }
    }

    async fn build(&self, _: &Job) -> Result<(), Failure> {
        self.state
            .borrow()
            .build_failure
            .clone()
            .map_or(Ok(()), Err)
    }

    async fn run(&self, job: &Job, progress: OnProgress<'_>) -> Result<Product, Failure> {
        let content = self.content(progress).await?;
        let output = job.folder.join("output");
        tokio::fs::write(&output, &content).await.unwrap();
        let record = trace_of(&content);
        let trace = job.folder.join("trace.json");
        let text = serde_json::to_vec(&record).unwrap();
        tokio::fs::write(&trace, text).await.unwrap();
        let lie = self.state.borrow().wrong_root;
        Ok(Product {
            output,
            trace,
            result_root: if lie {
                [0; 32]
            } else {
                merkle::result_root(&content)
            },
            trace_root: record.root(),
            launches: 2,
        })
    }

    async fn run_part(&self, job: &Job, progress: OnProgress<'_>) -> Result<Hash, Failure> {
        let content = self.content(progress).await?;
        let state = match job.part {
            Some(Part::After { .. }) => {
                let state = job.folder.join(path::STATE_BEFORE);
                tokio::fs::read(state).await.unwrap()
            }
            _ => Vec::new(),
        };
        Ok(hash_of_part(&content, &state))
    }
}

/// Returns the hash that [`FakeEngine`] gives for a part that begins in `state` and whose run ends
/// with `content`.
pub fn hash_of_part(content: &[u8], state: &[u8]) -> Hash {
    merkle::buffer_root(&[content, state].concat())
}

/// Returns the trace of a job with this output.
pub fn trace_of(output: &[u8]) -> TraceRecord {
    TraceRecord {
        checkpoints: vec![Checkpoint([7; 32])],
        end: End {
            launches: 2,
            state_root: [8; 32],
            result_root: merkle::result_root(output),
        },
    }
}

impl FakeEngine {
    /// Runs, and returns the outcome that the test has set.
    async fn content(&self, progress: OnProgress<'_>) -> Result<Vec<u8>, Failure> {
        let mut number = 0;
        self.state.send_modify(|state| {
            number = state.started;
            state.started += 1;
            state.running += 1;
        });
        let _running = Running(&self.state);
        progress(Progress {
            steps_done: 1,
            steps_total: 2,
        });
        assert!(!self.state.borrow().panics, "as the test says");
        let mut result = None;
        let mut state = self.state.subscribe();
        let said = state.wait_for(|state| {
            result = state.runs.get(&number).cloned();
            result.is_some()
        });
        drop(said.await.unwrap());
        result.unwrap()
    }
}
