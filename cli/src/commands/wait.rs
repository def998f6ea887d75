//! Waits for a task, and reports what happens to it.

use std::time::{Duration, Instant};

use aicpw_protocol::{
    job::without_log,
    sealing::stream::sealed_length,
    task::{AssignmentStatus, Fault, Privacy, TaskStatus},
    view::{AssignmentView, TaskView},
    AssignmentId, BlockNumber, ContentId, TaskId,
};
use serde::Serialize;

use super::{
    connect::Connected,
    step_view,
    waiting::{awaited, Patience},
};
use crate::{
    account::Account,
    chain::{read::Clock, Chain},
    data_keys::DataKeys,
    error::{Error, Kind, Result},
    faults,
    life::{self, Latencies, Life, Step},
    node_rpc::{read_all, NodeRpc},
    output::{progress::Bar, Output},
    peers,
    program_name::with_own_name,
    quantity::{count, show_elapsed},
    sealed,
    signals::Ends,
};

/// The most bytes of a worker's log that are fetched; the rest stays on IPFS.
const LOG_BYTES: u64 = 1 << 20;

/// How many lines of a log a person is shown.
const LOG_LINES: usize = 60;

/// The margin before each line of a log, or of a message with several lines.
const LOG_MARGIN: &str = "           │ ";

/// How long fetching a log may take: it matters less than the news that follow.
const LOG_TIMEOUT: Duration = Duration::from_secs(15);

/// The label of a job's bar.
const RUNNING: &str = "running";

/// An assignment that failed while the task was watched.
#[derive(Serialize, Clone, Debug)]
pub struct Failure {
    assignment: String,
    provider: Account,
    fault: Fault,
    message: String,
    log: Option<ContentId>,
    log_text: Option<String>,
}

/// A step as a line of `task watch --json`.
#[derive(Serialize)]
struct StepLine<'a> {
    task: u64,
    elapsed_milliseconds: Option<u64>,
    #[serde(flatten)]
    step: &'a Step,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_text: Option<String>,
}

/// Reports what happens to a task.
pub struct Teller<'a> {
    out: &'a Output,
    keys: DataKeys,
    clock: Clock,
    task: TaskId,
    start: Instant,
    lines: bool,
    /// Whether the next view is the first one of a task that existed before: what it shows has already happened.
    joins: bool,
    life: Life,
    bar: Option<Bar>,
    /// Whether there are several replicas. If so, each step says whose it is.
    several: bool,
    told_tenths: u64,
    progress_window: BlockNumber,
    patience: Patience,
    program: Option<String>,
    /// The time to each phase.
    pub latencies: Latencies,
    /// The assignments that failed.
    pub failures: Vec<Failure>,
}

impl<'a> Teller<'a> {
    /// Makes a teller that counts time from `start`. With `lines`, the task existed before, and each step is printed as
    /// a line of JSON for programs.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn new(
        out: &'a Output,
        chain: &Chain,
        keys: DataKeys,
        task: TaskId,
        start: Instant,
        lines: bool,
    ) -> Result<Self> {
        Ok(Self {
            out,
            keys,
            clock: chain.clock().await?,
            task,
            start,
            lines,
            joins: lines,
            life: Life::default(),
            bar: None,
            several: false,
            told_tenths: 0,
            progress_window: chain.market_parameters().await?.progress_window,
            patience: Patience::default(),
            program: None,
            latencies: Latencies::default(),
            failures: Vec::new(),
        })
    }

    /// Attributes a compiler's messages about the program to this file; to no file, if it is `None`.
    pub fn of_program(mut self, file: Option<String>) -> Self {
        self.program = file;
        self
    }

    /// Notes that the submission turned out to have another id.
    pub fn turn_to(&mut self, task: TaskId) {
        self.task = task;
        self.life = Life::default();
        self.bar = None;
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Reports what happened since the last view, even if that came over another connection.
    pub async fn tell(&mut self, chain: &Chain, view: &TaskView<Account>) {
        // If the node no longer answers, the next view will not come either.
        if let Ok(clock) = chain.clock().await {
            self.clock = clock;
        }
        let steps = self.life.observe(view);
        let elapsed = self.elapsed();
        self.several = view.submission.verification.replicas() > 1;
        for step in steps {
            if step_view::is_of_result(&step, view) {
                self.latencies.note(&step, elapsed);
            }
            let log_text = match &step {
                Step::Failed {
                    assignment,
                    log: Some(log),
                    ..
                } => {
                    let failed = view.assignments.iter().find(|a| a.id == *assignment);
                    self.log_text(chain, log, *assignment, failed, &view.submission.privacy)
                        .await
                }
                _ => None,
            };
            self.remember_failure(&step, &log_text);
            self.show(&step, view, elapsed, log_text.as_deref());
        }
        self.show_waiting(view);
        self.joins = false;
    }

    fn remember_failure(&mut self, step: &Step, log_text: &Option<String>) {
        if let Step::Failed {
            assignment,
            provider,
            fault,
            message,
            log,
            ..
        } = step
        {
            self.failures.push(Failure {
                assignment: assignment.to_string(),
                provider: *provider,
                fault: *fault,
                message: self.own(message),
                log: log.clone(),
                log_text: log_text.as_deref().map(|text| self.own(text)),
            });
        }
    }

    /// The text with the name of the person's own file for the program.
    fn own(&self, text: &str) -> String {
        with_own_name(text, self.program.as_deref())
    }

    fn show(
        &mut self,
        step: &Step,
        view: &TaskView<Account>,
        elapsed: Duration,
        log_text: Option<&str>,
    ) {
        if self.lines {
            let mut told = step.clone();
            if let Step::Failed { message, .. } = &mut told {
                *message = self.own(message);
            }
            self.out.json_line(&StepLine {
                task: self.task.0,
                elapsed_milliseconds: life::millis(elapsed),
                step: &told,
                log_text: log_text.map(|text| self.own(text)),
            });
        }
        if let Step::Progress {
            steps_done,
            steps_total,
            ..
        } = step
        {
            if self.several {
                // There is one bar for all replicas, which shows the one that the others wait for.
                return;
            }
            if self.out.draws_bars() {
                let bar = self.bar.get_or_insert_with(|| self.out.wait(RUNNING));
                draw(bar, self.joins, *steps_done, *steps_total);
                return;
            }
            // In a log, every tenth is enough.
            let tenths = steps_done.saturating_mul(10) / (*steps_total).max(1);
            if tenths <= self.told_tenths {
                return;
            }
            self.told_tenths = tenths;
        } else {
            self.bar = None;
        }
        if matches!(step, Step::Matched { .. }) {
            self.told_tenths = 0;
        }
        let text = match log_text {
            Some(log) => step_above(step, log, &self.clock),
            None => step.show(&self.clock),
        };
        let text = match step_view::whose(step, view) {
            Some(whose) => format!("{whose}: {text}"),
            None => text,
        };
        let text = self.own(&text).replace('\n', &format!("\n{LOG_MARGIN}"));
        // What happened before the command began did not take the command any time.
        let when = match self.joins {
            true => step_view::age(step, view, &self.clock).unwrap_or_default(),
            false => show_elapsed(elapsed),
        };
        self.out.say(format!("{when:>9}  {text}"));
        if let Some(text) = log_text {
            self.out.say(indent_log(&self.own(text)));
        }
        if matches!(step, Step::Started { .. }) && self.out.draws_bars() {
            self.bar = Some(self.out.wait(RUNNING));
        }
    }

    /// Reports what is waited for: in the bar, or on a line of its own if none is drawn.
    fn show_waiting(&mut self, view: &TaskView<Account>) {
        // A submitter has the result as soon as it is revealed, and does not wait for the end of the window.
        let awaited = awaited(view, &self.clock, self.progress_window, self.lines);
        let Some(awaited) = awaited else {
            self.patience.end();
            match (&self.bar, life::slowest(view).map(|one| &one.status)) {
                (Some(bar), Some(AssignmentStatus::Running { progress, .. })) => {
                    bar.message(RUNNING);
                    if self.several {
                        draw(bar, self.joins, progress.steps_done, progress.steps_total);
                    }
                }
                _ if view.status != TaskStatus::Active => self.bar = None,
                _ => {}
            }
            return;
        };
        let text = awaited.show(&self.clock);
        let is_line = awaited.silent.is_some() || !self.out.draws_bars();
        if is_line && self.patience.is_due(&awaited, self.elapsed()) {
            let text = match awaited.silent.filter(|_| self.several) {
                Some(assignment) => format!("{assignment}: {text}"),
                None => text.clone(),
            };
            let elapsed = show_elapsed(self.elapsed());
            self.out.say(format!("{elapsed:>9}  {text}"));
        }
        let out = self.out;
        self.bar
            .get_or_insert_with(|| out.wait(awaited.what))
            .message(text);
    }

    async fn log_text(
        &self,
        chain: &Chain,
        log: &ContentId,
        id: AssignmentId,
        assignment: Option<&AssignmentView<Account>>,
        privacy: &Privacy,
    ) -> Option<String> {
        let _fetching = self.out.wait("fetching the worker's log");
        let fetch = async {
            let key = sealed::key_of(&self.keys, privacy)?;
            let node = NodeRpc::new(chain);
            let at = assignment.map(|one| peers::show_all(&one.peers));
            let node = Connected::to_strangers(&node, &at.unwrap_or_default()).await;
            let log = read_all(&node, log, sealed_length(LOG_BYTES)).await?;
            sealed::open_log(key.as_ref(), id, log)
        };
        match tokio::time::timeout(LOG_TIMEOUT, fetch).await {
            Ok(Ok(bytes)) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Ok(Err(error)) => {
                self.out.warn(format!(
                    "the worker's log {log} cannot be fetched: {}",
                    error.message
                ));
                None
            }
            Err(_) => {
                let again = match privacy {
                    Privacy::Public => format!("`aicpw ipfs cat {log} --out FILE` tries again"),
                    // What the node has is encrypted.
                    Privacy::Sealed { .. } => format!("`aicpw task watch {}` tries again", id.task),
                };
                self.out.warn(format!(
                    "the worker's log {log} did not come within {} s; {again}",
                    LOG_TIMEOUT.as_secs()
                ));
                None
            }
        }
    }
}

/// Shows how far a job is. With `joins`, how it got there was not seen.
fn draw(bar: &Bar, joins: bool, done: u64, total: u64) {
    match joins {
        true => bar.was_at(done, total),
        false => bar.set_of(done, total),
    }
}

/// A step that is printed above its log, without repeating what the log says.
fn step_above(step: &Step, log: &str, clock: &Clock) -> String {
    let mut step = step.clone();
    if let Step::Failed { message, .. } = &mut step {
        *message = without_log(message, log).to_owned();
    }
    step.show(clock)
}

fn indent_log(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let shown = lines
        .iter()
        .take(LOG_LINES)
        .map(|line| format!("{LOG_MARGIN}{line}"));
    let mut shown: Vec<_> = shown.collect();
    if lines.len() > LOG_LINES {
        shown.push(format!(
            "{LOG_MARGIN}… and {} more",
            count(lines.len() - LOG_LINES, "line")
        ));
    }
    shown.join("\n")
}

/// Checks that a task did not end without a result.
///
/// # Errors
/// [`Kind::TaskFailed`]: it ended without a result.
pub fn outcome(view: &TaskView<Account>) -> Result<()> {
    let id = view.id;
    match view.status {
        TaskStatus::Refunded { reason, .. } => {
            let (faults, expects) = (faults::of(view), faults::expects(view));
            let cause = faults::cause(reason, &faults, expects);
            Err(
                Error::new(Kind::TaskFailed, format!("task {id} was refunded: {cause}"))
                    .hint(faults::next_step(id, reason, &faults, expects))
                    .about_task(id.0),
            )
        }
        TaskStatus::Cancelled { .. } => {
            Err(Error::new(Kind::TaskFailed, format!("task {id} was cancelled")).about_task(id.0))
        }
        _ => Ok(()),
    }
}

/// The assignments that have the result, at least one.
///
/// # Errors
/// There is no result yet, or no longer.
pub fn results_of(view: &TaskView<Account>) -> Result<Vec<&AssignmentView<Account>>> {
    outcome(view)?;
    let results = life::results(view);
    if results.is_empty() {
        return Err(Error::other(format!("task {} has no result yet", view.id))
            .hint(format!("`aicpw task watch {}` waits for it", view.id))
            .about_task(view.id.0));
    }
    Ok(results)
}

/// How to find out about a submission whose fate is unknown.
pub const WHETHER_SUBMITTED: &str =
    "`aicpw task ls --mine` shows whether the task was submitted: submit it again only if it is not \
     there a minute later";

/// Converts a failure during a submission: if the node was lost, adds how to find out about the submission.
pub fn while_submitting(error: Error) -> Error {
    match error.kind {
        Kind::Unreachable | Kind::Timeout => Error {
            hint: Some(format!(
                "see whether the node still runs. {WHETHER_SUBMITTED}"
            )),
            ..error
        },
        _ => error,
    }
}

/// Converts a failure while following a task: names the task and, if the node was lost, how to continue.
pub fn while_following(task: TaskId, error: Error) -> Error {
    let error = match error.task {
        Some(_) => error,
        None => error.while_doing(format!("task {task}")),
    };
    let error = match error.kind {
        Kind::Unreachable | Kind::Timeout => {
            let first = error.hint.map_or(String::new(), |hint| format!("{hint}. "));
            Error {
                hint: Some(format!(
                    "{first}The task goes on: `aicpw task watch {task}` follows it, `aicpw task fetch \
                     {task} --out DIR` fetches its result, and `aicpw agent` grants the key of a sealed \
                     one"
                )),
                ..error
            }
        }
        _ => error,
    };
    error.about_task(task.0)
}

/// Runs `work` for at most `timeout`, and until a signal ends it. The task goes on in either case.
///
/// # Errors
/// Those of `work`; [`Kind::Timeout`].
pub async fn bounded<T>(
    task: TaskId,
    timeout: Option<Duration>,
    work: impl std::future::Future<Output = Result<T>>,
) -> Result<T> {
    bounded_before(task, timeout, "", work).await
}

/// Like [`bounded`], for a wait after which more was to be done. `rest` tells the person who has ended it how to do
/// that.
///
/// # Errors
/// As of [`bounded`].
pub async fn bounded_before<T>(
    task: TaskId,
    timeout: Option<Duration>,
    rest: &str,
    work: impl std::future::Future<Output = Result<T>>,
) -> Result<T> {
    let goes_on = format!("the task goes on: `aicpw task watch {task}`{rest}");
    let mut ends = Ends::listen()?;
    let expired = async {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        result = work => result.map_err(|error| while_following(task, error)),
        () = expired => {
            let text = show_elapsed(timeout.unwrap_or_default());
            Err(Error::new(Kind::Timeout, format!("task {task} is not done after {text}"))
                .hint(goes_on)
                .about_task(task.0))
        }
        how = ends.next() => {
            Err(Error::other(format!("task {task}: {how}, and not followed any more"))
                .hint(goes_on)
                .about_task(task.0))
        }
    }
}

/// The phases and when they were reached, for people.
pub fn latency_lines(latencies: &Latencies) -> String {
    let mut before = Duration::ZERO;
    let rows = latencies
        .reached()
        .into_iter()
        .map(|(phase, at)| {
            let row = vec![
                phase.to_owned(),
                show_elapsed(at),
                format!("+{}", show_elapsed(at.saturating_sub(before))),
            ];
            before = at;
            row
        })
        .collect();
    crate::output::table::table(&["Phase", ">After", ">Took"], rows)
}

#[cfg(test)]
#[path = "wait_tests.rs"]
pub mod tests;
