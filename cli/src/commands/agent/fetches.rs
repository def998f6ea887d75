//! Fetches the results of the account's tasks, each one once, into a folder of its own.
//!
//! The folder shows what was fetched, so an agent that starts anew continues. Nothing that is there is replaced.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use aicpw_protocol::{
    hashing::Hash, task::TaskStatus, view::TaskView, AssignmentId, BlockNumber, TaskId,
};

use super::{Line, PARALLEL};
use crate::{
    account::Account,
    chain::{read::Clock, Chain},
    commands::task,
    data_keys::DataKeys,
    error::{Error, Kind, Result},
    hash::show_hash,
    life,
    output::Output,
    quantity::count,
    result_folder, unnamed_file,
};

/// How long to wait before trying again to fetch a result. The pause doubles with each failure.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How many fetches of results that could not be fetched before may run at the same time. If a provider is gone, each
/// such fetch takes as long as the node searches, and other results must not wait for that.
const PARALLEL_AGAIN: usize = PARALLEL / 2;

/// The results to fetch.
#[derive(Default)]
pub struct Fetches {
    /// The folder to fetch into; without it nothing is fetched.
    folder: Option<PathBuf>,
    wanted: BTreeMap<TaskId, Wanted>,
    /// The results whose outcome is known already.
    done: BTreeMap<TaskId, Hash>,
}

struct Wanted {
    view: TaskView<Account>,
    root: Hash,
    is_running: bool,
    /// How often fetching has failed.
    failures: u32,
    /// When it was last tried.
    tried: Option<Instant>,
    /// When to try again.
    again: Option<Instant>,
    /// The reported reason why the result could not be fetched.
    failed: Option<String>,
}

impl Wanted {
    fn new(view: &TaskView<Account>, root: Hash) -> Self {
        Self {
            view: view.clone(),
            root,
            is_running: false,
            failures: 0,
            tried: None,
            again: None,
            failed: None,
        }
    }

    /// Takes over a newer view of the task. It may have another result, for which nothing was tried yet.
    fn update(&mut self, view: &TaskView<Account>, root: Hash) {
        if self.root == root {
            self.view = view.clone();
        } else {
            *self = Self {
                is_running: self.is_running,
                ..Self::new(view, root)
            };
        }
    }

    /// Notes that the result could not be fetched.
    fn fail(&mut self, now: Instant) {
        self.again = Some(now + pause_after(self.failures));
        self.failures = self.failures.saturating_add(1);
    }
}

/// The pause after a failure that came after this many others.
fn pause_after(failures: u32) -> Duration {
    let times = 2_u32.saturating_pow(failures);
    AGAIN_AFTER.saturating_mul(times).min(LONGEST_PAUSE)
}

/// A fetch to begin.
pub struct Fetch {
    view: TaskView<Account>,
    root: Hash,
    folder: PathBuf,
}

/// A fetch that has ended.
pub struct Ended {
    task: TaskId,
    assignment: Option<AssignmentId>,
    root: Hash,
    folder: PathBuf,
    end: Result<()>,
}

/// Something to report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// The result was fetched.
    Fetched {
        task: TaskId,
        assignment: Option<AssignmentId>,
        root: Hash,
        folder: PathBuf,
    },
    /// The result was not fetched.
    Not {
        task: TaskId,
        folder: PathBuf,
        why: Why,
    },
}

/// Why a result was not fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// Fetching failed, and is tried again.
    Failed(String),
    /// The result had to be available only until this block. If it was tried to fetch it, the second field says why
    /// that failed.
    TooLate(BlockNumber, Option<String>),
    /// Another result is in its folder.
    Another,
}

impl Why {
    fn name(&self) -> &'static str {
        match self {
            Self::Failed(_) => "failed",
            Self::TooLate(..) => "too-late",
            Self::Another => "another-result",
        }
    }

    fn show(&self, task: TaskId) -> String {
        match self {
            Self::Failed(text) => format!(
                "{text}; tried again after {} s, then after longer pauses, as long as it has to be there",
                AGAIN_AFTER.as_secs()
            ),
            Self::TooLate(until, failed) => {
                let failed = failed.as_ref().map(|text| format!(": {text}"));
                format!(
                    "it had to be there until block {until}{}",
                    failed.unwrap_or_default()
                )
            }
            Self::Another => {
                format!("another result is there; `aicpw task fetch {task} --out DIR` fetches it")
            }
        }
    }
}

impl Step {
    fn line(&self) -> Line {
        match self {
            Self::Fetched {
                task,
                assignment,
                root,
                folder,
            } => Line::Fetched {
                task: task.0,
                assignment: assignment.map(|id| id.to_string()),
                folder: folder.display().to_string(),
                result_root: show_hash(root),
            },
            Self::Not { task, folder, why } => Line::NotFetched {
                task: task.0,
                folder: folder.display().to_string(),
                reason: why.name(),
                message: why.show(*task),
            },
        }
    }

    /// Reports the step. A person is not told here about results that were never tried: there may be many of those.
    fn tell(&self, out: &Output) {
        out.json_line(&self.line());
        match self {
            Self::Fetched { task, folder, .. } => out.say(format!(
                "task {task}: the result is checked, and in {}",
                folder.display()
            )),
            Self::Not {
                why: Why::TooLate(_, None),
                ..
            } => {}
            Self::Not { task, folder, why } => out.warn(format!(
                "task {task}: the result is not in {}: {}",
                folder.display(),
                why.show(*task)
            )),
        }
    }
}

/// Reports these steps.
pub fn tell(out: &Output, steps: &[Step]) {
    steps.iter().for_each(|step| step.tell(out));
    let never_tried: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Not {
                task,
                why: Why::TooLate(_, None),
                ..
            } => Some(*task),
            _ => None,
        })
        .collect();
    if let [first, ..] = never_tried[..] {
        out.warn(format!(
            "the results of {} are not fetched, because they had to be there until now only; `aicpw task fetch {first} \
             --out DIR` tries it",
            count(never_tried.len(), "earlier task")
        ));
    }
}

/// The root of a task's result, and the assignment that has it.
fn result_of(view: &TaskView<Account>) -> Option<(AssignmentId, Hash)> {
    if let TaskStatus::Cancelled { .. } | TaskStatus::Refunded { .. } = view.status {
        return None;
    }
    let results = life::results(view);
    let (one, opening) = results
        .iter()
        .find_map(|one| one.opening().map(|opening| (one, opening)))?;
    Some((one.id, opening.result_root))
}

/// The block until which a result has to be available, if that is known yet.
fn until(view: &TaskView<Account>, window: BlockNumber) -> Option<BlockNumber> {
    match view.status {
        TaskStatus::Settled { at, .. } => Some(at.saturating_add(window)),
        _ => None,
    }
}

impl Fetches {
    /// Fetches into folders in this one, if it is given.
    ///
    /// # Errors
    /// Nothing can be written there.
    pub fn new(folder: Option<&Path>) -> Result<Self> {
        if let Some(folder) = folder {
            result_folder::check(folder, &[])?;
            // If this is refused and there are many results with many files, some fetches fail at first and are tried
            // again.
            let _ = unnamed_file::allow_many();
        }
        Ok(Self {
            folder: folder.map(Path::to_owned),
            ..Self::default()
        })
    }

    /// Whether anything is fetched at all.
    pub fn are_on(&self) -> bool {
        self.folder.is_some()
    }

    /// Whether no result is left to fetch.
    pub fn are_done(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Starts on a new connection: fetches that were running no longer are.
    pub fn begin_anew(&mut self) {
        for wanted in self.wanted.values_mut() {
            wanted.is_running = false;
            wanted.again = None;
        }
    }

    /// Notes the current view of a task.
    pub fn note(&mut self, view: &TaskView<Account>) {
        if self.folder.is_none() {
            return;
        }
        let Some((_, root)) = result_of(view) else {
            // A jury found another result, or this one was only on a fork.
            self.wanted.remove(&view.id);
            return;
        };
        if self.done.get(&view.id) == Some(&root) {
            return;
        }
        match self.wanted.get_mut(&view.id) {
            Some(wanted) => wanted.update(view, root),
            None => {
                self.wanted.insert(view.id, Wanted::new(view, root));
            }
        }
    }

    /// Forgets the result of a task that the account does not have any more, because a fork has removed its submission.
    pub fn forget(&mut self, id: TaskId) {
        self.wanted.remove(&id);
    }

    /// Returns the fetches to begin now, and what to report about other results. Results have to be available for
    /// `window` blocks after the payment. Results that have not failed come first, those with the least time left
    /// before others; then those that have failed, the one tried longest ago first.
    pub fn look(
        &mut self,
        clock: &Clock,
        window: BlockNumber,
        now: Instant,
    ) -> (Vec<Fetch>, Vec<Step>) {
        let (mut fetches, mut steps) = (Vec::new(), Vec::new());
        let Some(all) = &self.folder else {
            return (fetches, steps);
        };
        let running = || self.wanted.values().filter(|one| one.is_running);
        let mut under_way = running().count();
        let mut under_way_again = running().filter(|one| one.failures > 0).count();
        let idle = self.wanted.iter().filter(|(_, one)| !one.is_running);
        let mut order: Vec<_> = idle
            .map(|(id, one)| {
                let end = until(&one.view, window).unwrap_or(BlockNumber::MAX);
                (one.failures > 0, one.tried, end, *id)
            })
            .collect();
        order.sort_unstable();
        let mut over = Vec::new();
        for (has_failed, _, _, id) in order {
            let Some(wanted) = self.wanted.get_mut(&id) else {
                continue;
            };
            let late = until(&wanted.view, window).filter(|end| clock.now >= *end);
            let is_paused = wanted.again.is_some_and(|again| now < again);
            let has_room =
                under_way < PARALLEL && (!has_failed || under_way_again < PARALLEL_AGAIN);
            if late.is_none() && (is_paused || !has_room) {
                continue;
            }
            let folder = all.join(id.to_string());
            let not = |why| Step::Not {
                task: id,
                folder: folder.clone(),
                why,
            };
            if let Some(there) = result_folder::recorded(&folder) {
                if there != (id.0, show_hash(&wanted.root)) {
                    steps.push(not(Why::Another));
                }
                over.push((id, wanted.root));
            } else if let Some(end) = late {
                steps.push(not(Why::TooLate(end, wanted.failed.take())));
                over.push((id, wanted.root));
            } else {
                under_way += 1;
                under_way_again += usize::from(has_failed);
                wanted.is_running = true;
                wanted.tried = Some(now);
                fetches.push(Fetch {
                    view: wanted.view.clone(),
                    root: wanted.root,
                    folder,
                });
            }
        }
        for (id, root) in over {
            self.wanted.remove(&id);
            self.done.insert(id, root);
        }
        (fetches, steps)
    }

    /// Notes that a fetch has ended, and returns what to report about it.
    pub fn ended(&mut self, ended: Ended, now: Instant) -> Option<Step> {
        let Ended {
            task,
            assignment,
            root,
            folder,
            end,
        } = ended;
        let Err(error) = end else {
            match self.wanted.get_mut(&task) {
                // This is the previous result. The next look reports that it is in the folder of the current one.
                Some(wanted) if wanted.root != root => wanted.is_running = false,
                _ => {
                    self.wanted.remove(&task);
                    self.done.insert(task, root);
                }
            }
            return Some(Step::Fetched {
                task,
                assignment,
                root,
                folder,
            });
        };
        let wanted = self.wanted.get_mut(&task)?;
        wanted.is_running = false;
        // The lost connection is reported elsewhere, and is not the provider's failure.
        if error.kind == Kind::Unreachable {
            wanted.again = Some(now + AGAIN_AFTER);
            return None;
        }
        // The failure is about the previous result.
        if wanted.root != root {
            return None;
        }
        wanted.fail(now);
        let text = error.to_string();
        if wanted.failed.replace(text.clone()).as_ref() == Some(&text) {
            return None;
        }
        let why = Why::Failed(text);
        Some(Step::Not { task, folder, why })
    }
}

/// Fetches a result, as `aicpw task fetch` does, into a folder that has no result.
pub async fn fetch(out: &Output, chain: &Chain, keys: &DataKeys, fetch: Fetch) -> Ended {
    let Fetch { view, root, folder } = fetch;
    let end = match result_folder::recorded(&folder) {
        None => task::fetch(out, chain, &view, &folder, keys)
            .await
            .map(drop),
        Some(_) => Err(Error::other("another program has put one there")),
    };
    Ended {
        task: view.id,
        assignment: result_of(&view).map(|(id, _)| id),
        root,
        folder,
        end,
    }
}

#[cfg(test)]
#[path = "fetches_tests.rs"]
mod tests;
