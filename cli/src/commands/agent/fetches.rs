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
    result_folder,
};

/// Pause before a result that could not be fetched is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

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
    /// When it is tried again.
    again: Option<Instant>,
    /// Why it could not be fetched, which was told.
    failed: Option<String>,
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
                "{text}; tried again every {} s, as long as it has to be there",
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
            Some(wanted) => {
                wanted.view = view.clone();
                wanted.root = root;
            }
            None => {
                let wanted = Wanted {
                    view: view.clone(),
                    root,
                    is_running: false,
                    again: None,
                    failed: None,
                };
                self.wanted.insert(view.id, wanted);
            }
        }
    }

    /// What is to be fetched now, and what there is to tell of the others. Results have to be there for `window` blocks
    /// after the payment.
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
        let mut running = self.wanted.values().filter(|one| one.is_running).count();
        let mut over = Vec::new();
        for (id, wanted) in &mut self.wanted {
            if wanted.is_running || wanted.again.is_some_and(|again| now < again) {
                continue;
            }
            let folder = all.join(id.to_string());
            let not = |why| Step::Not {
                task: *id,
                folder: folder.clone(),
                why,
            };
            if let Some(there) = result_folder::recorded(&folder) {
                if there != (id.0, show_hash(&wanted.root)) {
                    steps.push(not(Why::Another));
                }
                over.push((*id, wanted.root));
                continue;
            }
            match until(&wanted.view, window) {
                Some(until) if clock.now >= until => {
                    steps.push(not(Why::TooLate(until, wanted.failed.take())));
                    over.push((*id, wanted.root));
                }
                _ if running < PARALLEL => {
                    running += 1;
                    wanted.is_running = true;
                    fetches.push(Fetch {
                        view: wanted.view.clone(),
                        root: wanted.root,
                        folder,
                    });
                }
                _ => break,
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
            self.wanted.remove(&task);
            self.done.insert(task, root);
            return Some(Step::Fetched {
                task,
                assignment,
                root,
                folder,
            });
        };
        let wanted = self.wanted.get_mut(&task)?;
        wanted.is_running = false;
        wanted.again = Some(now + AGAIN_AFTER);
        // That is told of the connection.
        if error.kind == Kind::Unreachable {
            return None;
        }
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
mod tests {
    use super::*;
    use crate::{
        chain::read::tests::CLOCK,
        life::tests::{assignment, opening, view},
    };
    use aicpw_protocol::task::AssignmentStatus;

    /// Blocks for which a result has to be there; the clock is at block 100.
    const WINDOW: BlockNumber = 40;

    fn settled(at: BlockNumber) -> TaskView<Account> {
        let opening = opening();
        let one = assignment(0, AssignmentStatus::Settled { opening, at });
        view(TaskStatus::Settled { at, paid: 1 }, vec![one])
    }

    fn revealed(root: Hash) -> TaskView<Account> {
        let mut opening = opening();
        opening.result_root = root;
        let one = assignment(0, AssignmentStatus::Revealed { opening, at: 90 });
        view(TaskStatus::Verifying { settle_at: 200 }, vec![one])
    }

    /// As of `task fetch`.
    fn put(folder: &Path, task: u64, root: &str) {
        std::fs::create_dir_all(folder).unwrap();
        let record = serde_json::json!({
            "task": task, "result": opening().result, "result_root": root, "files": [],
        });
        std::fs::write(folder.join(result_folder::RECORD), record.to_string()).unwrap();
    }

    fn end_of(fetch: Fetch, end: Result<()>) -> Ended {
        Ended {
            task: fetch.view.id,
            assignment: None,
            root: fetch.root,
            folder: fetch.folder,
            end,
        }
    }

    fn whys(steps: &[Step]) -> Vec<&'static str> {
        let why = |step: &Step| match step {
            Step::Fetched { .. } => "fetched",
            Step::Not { why, .. } => why.name(),
        };
        steps.iter().map(why).collect()
    }

    #[test]
    fn a_result_is_fetched_once_also_by_an_agent_that_starts_anew() {
        let dir = tempfile::tempdir().unwrap();
        let now = Instant::now();
        let mut fetches = Fetches::new(Some(dir.path())).unwrap();
        fetches.note(&view(TaskStatus::Active, vec![]));
        assert!(fetches.are_done(), "there is no result yet");
        fetches.note(&settled(90));
        let (mut begun, steps) = fetches.look(&CLOCK, WINDOW, now);
        assert!(steps.is_empty());
        let fetch = begun.pop().unwrap();
        assert_eq!(fetch.folder, dir.path().join("7"));
        assert!(!fetches.are_done());
        assert!(
            fetches.look(&CLOCK, WINDOW, now).0.is_empty(),
            "it is under way"
        );
        put(&fetch.folder, 7, &show_hash(&fetch.root));
        let step = fetches.ended(end_of(fetch, Ok(())), now).unwrap();
        assert_eq!(whys(&[step]), ["fetched"]);
        fetches.note(&settled(90));
        assert!(fetches.are_done());

        let mut later = Fetches::new(Some(dir.path())).unwrap();
        later.note(&settled(90));
        let (begun, steps) = later.look(&CLOCK, WINDOW, now);
        assert!(begun.is_empty() && steps.is_empty() && later.are_done());

        let mut off = Fetches::new(None).unwrap();
        off.note(&settled(90));
        assert!(off.are_done());
    }

    #[test]
    fn what_fails_is_told_once_and_tried_until_it_is_too_late() {
        let dir = tempfile::tempdir().unwrap();
        let mut now = Instant::now();
        let mut fetches = Fetches::new(Some(dir.path())).unwrap();
        fetches.note(&settled(90));
        for told in [true, false] {
            let fetch = fetches.look(&CLOCK, WINDOW, now).0.pop().unwrap();
            let failed = end_of(fetch, Err(Error::other("nobody has it")));
            assert_eq!(fetches.ended(failed, now).is_some(), told);
            assert!(fetches.look(&CLOCK, WINDOW, now).0.is_empty(), "a pause");
            now += AGAIN_AFTER;
        }
        // What was under way when the connection was lost is tried at once.
        assert_eq!(fetches.look(&CLOCK, WINDOW, now).0.len(), 1);
        fetches.begin_anew();
        assert_eq!(fetches.look(&CLOCK, WINDOW, now).0.len(), 1);
        fetches.begin_anew();
        let late = Clock { now: 130, ..CLOCK };
        let (begun, steps) = fetches.look(&late, WINDOW, now);
        assert!(begun.is_empty() && fetches.are_done());
        let [Step::Not { why, .. }] = &steps[..] else {
            panic!("{steps:?}")
        };
        assert_eq!(*why, Why::TooLate(130, Some("nobody has it".into())));
        fetches.note(&settled(90));
        assert!(fetches.are_done(), "it is told once");
    }

    #[test]
    fn what_is_there_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let now = Instant::now();
        let mut fetches = Fetches::new(Some(dir.path())).unwrap();
        put(&dir.path().join("7"), 7, &show_hash(&[0xcd; 32]));
        fetches.note(&revealed([0xcd; 32]));
        let (begun, steps) = fetches.look(&CLOCK, WINDOW, now);
        assert!(begun.is_empty() && steps.is_empty());
        // A jury has found another result than the one that was revealed.
        fetches.note(&settled(95));
        let (begun, steps) = fetches.look(&CLOCK, WINDOW, now);
        assert!(begun.is_empty());
        assert_eq!(whys(&steps), ["another-result"]);
        fetches.note(&settled(95));
        assert!(fetches.look(&CLOCK, WINDOW, now).1.is_empty());
    }

    #[test]
    fn a_result_that_a_jury_throws_out_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let mut fetches = Fetches::new(Some(dir.path())).unwrap();
        fetches.note(&revealed([0xcd; 32]));
        assert!(!fetches.are_done());
        fetches.note(&view(TaskStatus::Active, vec![]));
        assert!(fetches.are_done());
    }

    #[test]
    fn a_folder_that_nothing_can_be_put_into_is_refused_at_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "mine").unwrap();
        let Err(error) = Fetches::new(Some(&file)) else {
            panic!("it is a file")
        };
        assert_eq!(error.kind, Kind::Usage);
    }
}
