//! Explains what a task waits for while nothing happens to it, so that nobody has to guess.

use std::{
    future::Future,
    pin::pin,
    time::{Duration, Instant},
};

use aicpw_protocol::{
    task::{AssignmentStatus, Role, TaskStatus},
    view::{AssignmentView, AuditState, TaskView},
    AssignmentId, BlockNumber,
};

use crate::{account::Account, chain::read::Clock, life, output::Output, quantity::show_elapsed};

/// Without a bar: how long a wait lasts before it is reported, and how often it is reported after that.
const SAY_AFTER: Duration = Duration::from_secs(5);
const SAY_EVERY: Duration = Duration::from_secs(30);

/// Something that is waited for, and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Awaited {
    /// What is waited for, for people.
    pub what: &'static str,
    /// The last block of the wait, if the task's view has it.
    pub until: Option<BlockNumber>,
    /// The assignment whose provider gives no sign, if that is what is waited for.
    pub silent: Option<AssignmentId>,
}

impl Awaited {
    fn new(what: &'static str, until: BlockNumber) -> Self {
        Self {
            until: Some(until),
            ..Self::without_end(what)
        }
    }

    fn without_end(what: &'static str) -> Self {
        Self {
            what,
            until: None,
            silent: None,
        }
    }

    /// The wait, for people.
    pub fn show(&self, clock: &Clock) -> String {
        match self.until {
            Some(until) => format!("{}: {}", self.what, clock.left(until)),
            None => self.what.to_owned(),
        }
    }
}

/// What a task waits for, other than a running job. `to_the_end` says whether the end of the window of `optimistic` is
/// waited for too; a person who already has the result may not care.
pub fn awaited(
    view: &TaskView<Account>,
    clock: &Clock,
    progress_window: BlockNumber,
    to_the_end: bool,
) -> Option<Awaited> {
    if let Some((silent, until)) = silent(view, clock, progress_window) {
        return Some(Awaited {
            what: "no sign of the provider: unless one comes, another gets the task",
            until: Some(until),
            silent: Some(silent),
        });
    }
    match view.status {
        TaskStatus::Queued { match_by } | TaskStatus::Parked { match_by, .. } => {
            Some(Awaited::new("waiting for a device", match_by))
        }
        TaskStatus::Active => of_slowest(view),
        TaskStatus::Verifying { settle_at } if to_the_end => {
            Some(Awaited::new("waiting for the end of the window", settle_at))
        }
        _ => None,
    }
}

/// What the slowest assignment waits for; the others wait for it.
fn of_slowest(view: &TaskView<Account>) -> Option<Awaited> {
    let slowest = life::slowest(view)?;
    let is_auditor = slowest.role == Role::Auditor;
    match slowest.status {
        AssignmentStatus::AwaitingKey { grant_by, .. } => {
            let what = match is_auditor {
                true => "an audit was drawn, and its auditor waits for the data key",
                false => "the provider waits for the data key",
            };
            Some(Awaited::new(what, grant_by))
        }
        AssignmentStatus::Assigned { start_by } => {
            let what = match is_auditor {
                true => "an audit was drawn, and its auditor fetches the inputs",
                false => "the provider fetches the inputs",
            };
            Some(Awaited::new(what, start_by))
        }
        AssignmentStatus::Running { .. } if is_auditor => Some(Awaited::without_end(
            "an audit was drawn, and its auditor runs the job",
        )),
        AssignmentStatus::Committed {
            reveal_by: Some(reveal_by),
            ..
        } => Some(Awaited::new("waiting for the reveal", reveal_by)),
        AssignmentStatus::Committed {
            reveal_by: None, ..
        } => Some(Awaited::without_end(before_reveal(view))),
        _ => None,
    }
}

/// What comes before anybody may reveal, once everyone on the task has committed. The view does not say for how long an
/// auditor is looked for.
fn before_reveal(view: &TaskView<Account>) -> &'static str {
    match view.audit.as_ref().map(|audit| audit.state) {
        Some(AuditState::Undecided) => "waiting for the draw that says whether it is audited",
        Some(AuditState::Drawn) => {
            "an audit was drawn, and an auditor is looked for: if none is found, the result counts without it"
        }
        Some(AuditState::NotDrawn) | None => "waiting until it may be revealed",
    }
}

/// The replica whose provider was expected to give a sign and did not. A provider that works gives a sign when half of
/// the window is over, if there is nothing else to report.
fn silent(
    view: &TaskView<Account>,
    clock: &Clock,
    window: BlockNumber,
) -> Option<(AssignmentId, BlockNumber)> {
    let overdue = window - window / 8 * 5;
    let quiet = |one: &AssignmentView<Account>| match one.status {
        AssignmentStatus::Running { progress_by, .. }
            if one.role == Role::Replica && clock.now.saturating_add(overdue) > progress_by =>
        {
            Some((one.id, progress_by))
        }
        _ => None,
    };
    let all = view.assignments.iter().filter_map(quiet);
    all.min_by_key(|(_, until)| *until)
}

/// Decides when to report a wait that no bar shows: not at once, and not too often.
#[derive(Default)]
pub struct Patience {
    what: Option<(Awaited, Duration)>,
    said: Option<Duration>,
}

impl Patience {
    /// Whether to report it now, after a total time of `elapsed`.
    pub fn is_due(&mut self, awaited: &Awaited, elapsed: Duration) -> bool {
        let since = match &self.what {
            Some((known, since)) if known == awaited => *since,
            _ => {
                self.what = Some((awaited.clone(), elapsed));
                self.said = None;
                elapsed
            }
        };
        let is_due = match self.said {
            Some(said) => elapsed.saturating_sub(said) >= SAY_EVERY,
            None => awaited.silent.is_some() || elapsed.saturating_sub(since) >= SAY_AFTER,
        };
        if is_due {
            self.said = Some(elapsed);
        }
        is_due
    }

    /// Notes that nothing is waited for.
    pub fn end(&mut self) {
        *self = Self::default();
    }
}

/// Runs `work`, and if no bar shows the wait, reports it now and then. The reports go to standard error, because the
/// result may be for standard output.
pub async fn patiently<T>(out: &Output, what: &str, work: impl Future<Output = T>) -> T {
    let say = |elapsed| {
        if !out.draws_bars() {
            out.note(format!("{:>9}  {what}", show_elapsed(elapsed)));
        }
    };
    saying(work, SAY_AFTER, SAY_EVERY, say).await
}

async fn saying<T>(
    work: impl Future<Output = T>,
    after: Duration,
    every: Duration,
    say: impl Fn(Duration),
) -> T {
    let mut work = pin!(work);
    let begun = Instant::now();
    let mut pause = after;
    loop {
        match tokio::time::timeout(pause, work.as_mut()).await {
            Ok(done) => return done,
            Err(_) => say(begun.elapsed()),
        }
        pause = every;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::{
        chain::read::tests::CLOCK,
        life::tests::{assignment, view},
    };
    use aicpw_protocol::{task::Progress, view::AuditView};

    const WINDOW: BlockNumber = 240;

    fn running(progress_by: BlockNumber) -> AssignmentStatus {
        AssignmentStatus::Running {
            progress_by,
            commit_by: 9_000,
            progress: Progress::default(),
            reports: 0,
        }
    }

    fn shown(status: TaskStatus, assignments: Vec<AssignmentView<Account>>) -> Option<String> {
        let view = view(status, assignments);
        awaited(&view, &CLOCK, WINDOW, true).map(|awaited| awaited.show(&CLOCK))
    }

    #[test]
    fn who_gives_no_sign_is_told_before_its_time_is_over() {
        let active = |progress_by| {
            shown(
                TaskStatus::Active,
                vec![assignment(0, running(progress_by))],
            )
        };
        // A sign came in block 60, and the next is due in block 180.
        assert_eq!(active(300), None);
        assert_eq!(active(190), None, "it may just be on its way");
        assert_eq!(
            active(189).unwrap(),
            "no sign of the provider: unless one comes, another gets the task: about 22 s left (block 189)"
        );
        // So is one of several replicas, while a device for another one is looked for.
        let both = vec![assignment(0, running(300)), assignment(1, running(140))];
        let text = shown(TaskStatus::Queued { match_by: 500 }, both).unwrap();
        assert!(text.contains("(block 140)"), "{text}");
        let mut juror = assignment(0, running(140));
        juror.role = Role::Juror;
        assert_eq!(shown(TaskStatus::Disputed, vec![juror]), None);
    }

    #[test]
    fn what_is_waited_for_has_an_end() {
        let assigned = AssignmentStatus::Assigned { start_by: 140 };
        for (status, assignments, text) in [
            (
                TaskStatus::Queued { match_by: 500 },
                vec![],
                "waiting for a device: about 100 s left (block 500)",
            ),
            (
                TaskStatus::Active,
                vec![assignment(0, assigned)],
                "the provider fetches the inputs: about 10 s left (block 140)",
            ),
            (
                TaskStatus::Verifying { settle_at: 140 },
                vec![],
                "waiting for the end of the window: about 10 s left (block 140)",
            ),
        ] {
            assert_eq!(shown(status, assignments).as_deref(), Some(text));
        }
        let verifying = view(TaskStatus::Verifying { settle_at: 140 }, vec![]);
        assert_eq!(awaited(&verifying, &CLOCK, WINDOW, false), None);
    }

    /// Regression: after "committed" nothing was reported for half a minute, while an auditor was looked for.
    #[test]
    fn what_comes_before_a_result_may_be_revealed_is_said() {
        let committed = |reveal_by| AssignmentStatus::Committed {
            commitment: [1; 32],
            at: 90,
            reveal_by,
        };
        type State = Option<AuditState>;
        let said = |audit: State, auditor: Option<AssignmentStatus>, reveal_by| {
            let mut all = vec![assignment(0, committed(reveal_by))];
            all.extend(auditor.map(|status| {
                let mut auditor = assignment(0, status);
                auditor.id.replica = 1;
                auditor.role = Role::Auditor;
                auditor
            }));
            let mut task = view(TaskStatus::Active, all);
            task.audit = task.audit.and_then(|view| {
                let state = audit?;
                Some(AuditView { state, ..view })
            });
            let awaited = awaited(&task, &CLOCK, WINDOW, false);
            awaited.unwrap().show(&CLOCK)
        };
        let drawn = Some(AuditState::Drawn);
        let key = AssignmentStatus::AwaitingKey {
            grant_by: 140,
            recipient: [5; 32],
        };
        let assigned = AssignmentStatus::Assigned { start_by: 140 };
        for (audit, auditor, text) in [
            (
                Some(AuditState::Undecided),
                None,
                "the draw that says whether it is audited",
            ),
            (drawn, None, "an auditor is looked for: if none is found"),
            (
                drawn,
                Some(key),
                "its auditor waits for the data key: about 10 s left (block 140)",
            ),
            (
                drawn,
                Some(assigned),
                "its auditor fetches the inputs: about 10 s left (block 140)",
            ),
            (drawn, Some(running(140)), "its auditor runs the job"),
            (
                Some(AuditState::NotDrawn),
                None,
                "waiting until it may be revealed",
            ),
            (None, None, "waiting until it may be revealed"),
        ] {
            let shown = said(audit, auditor, None);
            assert!(shown.contains(text), "{text} in {shown}");
        }
        let done = Some(committed(Some(140)));
        assert_eq!(
            said(drawn, done, Some(140)),
            "waiting for the reveal: about 10 s left (block 140)"
        );
    }

    /// Regression: while something that nobody has was searched for, nothing was reported for most of a minute.
    #[tokio::test]
    async fn what_takes_long_is_said_until_it_is_there() {
        let said = Cell::new(0);
        let soon = Duration::from_millis(1);
        let say = |_| said.set(said.get() + 1);
        let work = async {
            while said.get() < 3 {
                tokio::task::yield_now().await;
            }
            7
        };
        assert_eq!(saying(work, soon, soon, say).await, 7);
        assert_eq!(said.get(), 3);
        let late = Duration::from_secs(600);
        assert_eq!(saying(async { 8 }, late, late, say).await, 8);
        assert_eq!(said.get(), 3);
    }

    #[test]
    fn a_long_wait_is_said_now_and_then() {
        let device = Awaited::new("waiting for a device", 500);
        let mut patience = Patience::default();
        let mut said = Vec::new();
        for second in 0..70 {
            if patience.is_due(&device, Duration::from_secs(second)) {
                said.push(second);
            }
        }
        assert_eq!(said, [5, 35, 65]);
        // Another wait begins anew.
        let start = Awaited::new("the provider fetches the inputs", 500);
        assert!(!patience.is_due(&start, Duration::from_secs(70)));
        let silent = Awaited {
            silent: Some(AssignmentId::default()),
            ..start
        };
        assert!(patience.is_due(&silent, Duration::from_secs(70)), "at once");
        assert!(!patience.is_due(&silent, Duration::from_secs(71)));
    }
}
