//! Results of the account's tasks, each fetched once into a folder of its own.
//!
//! What was fetched is known by what lies there, so that an agent that starts anew goes on. Nothing that is there is
//! replaced.

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

/// Pause before a result that could not be fetched is tried again. It doubles with each failure.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Most fetches that are under way of results that could not be fetched before. Of a provider that is gone each takes
/// as long as the node searches: the others must not wait for that.
const PARALLEL_AGAIN: usize = PARALLEL / 2;

/// The results that are to be fetched.
#[derive(Default)]
pub struct Fetches {
    /// Where to; without it nothing is fetched.
    folder: Option<PathBuf>,
    wanted: BTreeMap<TaskId, Wanted>,
    /// Of which result it is known what came of it.
    done: BTreeMap<TaskId, Hash>,
}

struct Wanted {
    view: TaskView<Account>,
    root: Hash,
    is_running: bool,
    /// How often it could not be fetched.
    failures: u32,
    /// When it was tried last.
    tried: Option<Instant>,
    /// When it is tried again.
    again: Option<Instant>,
    /// Why it could not be fetched, which was told.
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

    /// The same task as it is now, perhaps with another result, of which nothing was tried.
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

    /// It could not be fetched.
    fn fail(&mut self, now: Instant) {
        self.again = Some(now + pause_after(self.failures));
        self.failures = self.failures.saturating_add(1);
    }
}

/// Pause after a failure before which there were so many.
fn pause_after(failures: u32) -> Duration {
    let times = 2_u32.saturating_pow(failures);
    AGAIN_AFTER.saturating_mul(times).min(LONGEST_PAUSE)
}

/// A fetch that is to begin.
pub struct Fetch {
    view: TaskView<Account>,
    root: Hash,
    folder: PathBuf,
}

/// What came of one.
pub struct Ended {
    task: TaskId,
    assignment: Option<AssignmentId>,
    root: Hash,
    folder: PathBuf,
    end: Result<()>,
}

/// What there is to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// It is there.
    Fetched {
        task: TaskId,
        assignment: Option<AssignmentId>,
        root: Hash,
        folder: PathBuf,
    },
    /// It is not.
    Not {
        task: TaskId,
        folder: PathBuf,
        why: Why,
    },
}

/// Why a result was not fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// It could not be, and is tried again.
    Failed(String),
    /// It had to be there until this block; of a fetch that was tried, what it failed of.
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

    /// Says so; not of what was never tried, of which there may be much.
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

/// Says what there is to say.
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

/// The root of a task's result, and whose it is.
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

/// The last block in which a result has to be there, if that has an end yet.
fn until(view: &TaskView<Account>, window: BlockNumber) -> Option<BlockNumber> {
    match view.status {
        TaskStatus::Settled { at, .. } => Some(at.saturating_add(window)),
        _ => None,
    }
}

impl Fetches {
    /// Into folders in this one, if it is given.
    ///
    /// # Errors
    /// Nothing can be written there.
    pub fn new(folder: Option<&Path>) -> Result<Self> {
        if let Some(folder) = folder {
            result_folder::check(folder, &[])?;
            // Where it is refused, some of many results with many files each fail at first, and are tried again.
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

    /// Whether none is left to be fetched.
    pub fn are_done(&self) -> bool {
        self.wanted.is_empty()
    }

    /// With a new connection: what was under way is not any more.
    pub fn begin_anew(&mut self) {
        for wanted in self.wanted.values_mut() {
            wanted.is_running = false;
            wanted.again = None;
        }
    }

    /// A task as it is now.
    pub fn note(&mut self, view: &TaskView<Account>) {
        if self.folder.is_none() {
            return;
        }
        let Some((_, root)) = result_of(view) else {
            // A jury has found another, or a fork had it.
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

    /// What is to be fetched now, and what there is to tell of the others. Results have to be there for `window` blocks
    /// after the payment. Those come first that have not failed, of them those that have to be there for the shortest
    /// time, and of the others those that were not tried for the longest time.
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

    /// What there is to tell of a fetch that has ended.
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
                // Of the result there was before: that another is in the folder of this one is told next.
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
        // That is told of the connection, and is not the provider's failure.
        if error.kind == Kind::Unreachable {
            wanted.again = Some(now + AGAIN_AFTER);
            return None;
        }
        // Of the result there was before.
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

/// Fetches a result, as `aicpw task fetch` does, into a folder in which none is.
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
