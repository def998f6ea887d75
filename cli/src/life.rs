//! Finds out what happened to a task by comparing each view of it with the next.
//!
//! Views are the truth, but may skip states, because several things can happen between two of them. The steps that must
//! have happened in between are reported all the same, in order.

use std::{collections::BTreeMap, time::Duration};

use aicpw_protocol::{
    hashing::Hash,
    task::{AssignmentStatus, Fault, Progress, Refunded, Role, TaskStatus, Unmatched},
    view::{AssignmentView, TaskView},
    AssignmentId, BlockNumber, ContentId, DeviceId,
};
use serde::Serialize;

use crate::{account::Account, amount::Amount, chain::read::Clock, faults, hash::show_hash};

/// Something that happened to a task.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Step {
    /// No device fits now.
    Parked {
        reason: Unmatched,
        /// Whether some provider has, or has had, the task.
        #[serde(skip)]
        was_matched: bool,
    },
    /// A device was found; the price is fixed.
    Matched {
        #[serde(serialize_with = "as_text")]
        assignment: AssignmentId,
        provider: Account,
        device: DeviceId,
        price: Amount,
    },
    /// The provider was given the key of the sealed task, and can read its data.
    KeyGranted {
        #[serde(serialize_with = "as_text")]
        assignment: AssignmentId,
    },
    /// The provider has the inputs, and the job runs.
    Started {
        #[serde(serialize_with = "as_text")]
        assignment: AssignmentId,
    },
    /// The number of finished kernel launches.
    Progress {
        #[serde(serialize_with = "as_text")]
        assignment: AssignmentId,
        steps_done: u64,
        steps_total: u64,
    },
    /// The job is done, and the provider has committed to its result.
    Committed {
        #[serde(serialize_with = "as_text")]
        assignment: AssignmentId,
    },
    /// The result can be fetched.
    Revealed {
        #[serde(serialize_with = "as_text")]
        assignment: AssignmentId,
        #[serde(serialize_with = "as_hex")]
        result_root: Hash,
        result: ContentId,
    },
    /// The window of `optimistic` is open.
    Verifying { settle_at: BlockNumber },
    /// The result is disputed, or the replicas found no majority: a jury decides.
    Disputed,
    /// An assignment ended without pay.
    Failed {
        #[serde(serialize_with = "as_text")]
        assignment: AssignmentId,
        provider: Account,
        fault: Fault,
        message: String,
        log: Option<ContentId>,
        /// Whether the task names the root that is right.
        #[serde(skip)]
        expects: bool,
    },
    /// The task waits for another device, until this block.
    Requeued { match_by: BlockNumber },
    /// The task was paid for.
    Settled { paid: Amount },
    /// The requester cancelled the task.
    Cancelled,
    /// The task ended without a result, after these faults.
    Refunded {
        reason: Refunded,
        faults: Vec<Fault>,
        /// Whether the task names the root that is right.
        #[serde(skip)]
        expects: bool,
    },
}

fn as_text<S: serde::Serializer>(id: &AssignmentId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn as_hex<S: serde::Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&show_hash(hash))
}

/// A serde name, such as `input-unavailable`, for people: `input unavailable`.
pub fn words(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('-', " "),
        _ => String::new(),
    }
}

/// Explains to people why a task is not matched.
pub fn explain_unmatched(reason: Unmatched) -> &'static str {
    match reason {
        Unmatched::NoDeviceOnline => "no device is offered (online, not paused, with enough stake)",
        Unmatched::Class => "no device has the engine and the determinism class",
        Unmatched::SameDevice => {
            "no other device has the platform, the driver and the device of the first replica"
        }
        Unmatched::Gflops => "no device is powerful enough (--gflops)",
        Unmatched::Memory => "no device has the memory free (--memory)",
        Unmatched::Bandwidth => "no device has the bandwidth (--bandwidth)",
        Unmatched::Reputation => "no provider has the reputation (--min-reputation)",
        Unmatched::Budget => "those that fit ask more than the budget pays (--budget)",
        Unmatched::Independence => {
            "those that fit are the requester's own, or had the task already"
        }
        Unmatched::Stake => {
            "those that fit have too little free stake; a lower --budget locks less of it"
        }
        Unmatched::Busy => "those that fit are busy",
    }
}

/// Like [`explain_unmatched`], for a task that some provider has or has had. The chain says that this provider's device
/// is busy, as it says of others: it looks no further at devices without a free slot.
pub fn explain_parked(reason: Unmatched, was_matched: bool) -> &'static str {
    match reason {
        Unmatched::Busy if was_matched => {
            "those that fit are busy, or have had the task already, and nobody gets it twice"
        }
        _ => explain_unmatched(reason),
    }
}

impl Step {
    /// The assignment that this step belongs to.
    pub fn assignment(&self) -> Option<AssignmentId> {
        match self {
            Self::Matched { assignment, .. }
            | Self::KeyGranted { assignment }
            | Self::Started { assignment }
            | Self::Progress { assignment, .. }
            | Self::Committed { assignment }
            | Self::Revealed { assignment, .. }
            | Self::Failed { assignment, .. } => Some(*assignment),
            Self::Parked { .. }
            | Self::Verifying { .. }
            | Self::Disputed
            | Self::Requeued { .. }
            | Self::Settled { .. }
            | Self::Cancelled
            | Self::Refunded { .. } => None,
        }
    }

    /// The step for people, with blocks converted into time.
    pub fn show(&self, clock: &Clock) -> String {
        match self {
            Self::Parked {
                reason,
                was_matched,
            } => format!("waits: {}", explain_parked(*reason, *was_matched)),
            Self::Matched {
                assignment,
                provider,
                device,
                price,
            } => {
                let text = format!(
                    "matched for {} with device {device} of {provider}",
                    price.brief_with_unit()
                );
                match assignment.attempt {
                    0 => text,
                    _ => format!("{}: {text}", attempt(*assignment)),
                }
            }
            Self::KeyGranted { .. } => "data key granted".into(),
            Self::Started { .. } => "started".into(),
            Self::Progress {
                steps_done,
                steps_total,
                ..
            } => format!("{steps_done} of {steps_total} kernel launches"),
            Self::Committed { .. } => "committed: the job is done".into(),
            Self::Revealed { result_root, .. } => {
                format!("revealed: result root {}", show_hash(result_root))
            }
            Self::Verifying { settle_at } => format!(
                "can be accepted; settles by itself {}",
                clock.until(*settle_at)
            ),
            Self::Disputed => "disputed: a jury decides".into(),
            Self::Failed {
                assignment,
                provider,
                fault,
                message,
                expects,
                ..
            } => format!(
                "{}, assignment {assignment} of {provider}, failed: {}",
                attempt(*assignment),
                faults::show(*fault, message, *expects)
            ),
            Self::Requeued { match_by } => {
                format!("waits for another device: {}", clock.left(*match_by))
            }
            Self::Settled { paid } => format!("settled: {} paid", paid.brief_with_unit()),
            Self::Cancelled => "cancelled".into(),
            Self::Refunded {
                reason,
                faults,
                expects,
            } => format!("refunded: {}", faults::cause(*reason, faults, *expects)),
        }
    }
}

/// Which attempt at the task this is, or which of its replicas.
fn attempt(assignment: AssignmentId) -> String {
    format!("attempt {}", u16::from(assignment.attempt) + 1)
}

/// Milliseconds from sending the submission to each phase of the newest attempt.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Latencies {
    /// The submission was in a best block.
    pub included_milliseconds: Option<u64>,
    /// That block was final.
    pub finalised_milliseconds: Option<u64>,
    /// A device was found.
    pub matched_milliseconds: Option<u64>,
    /// The job ran.
    pub started_milliseconds: Option<u64>,
    /// The job was done.
    pub committed_milliseconds: Option<u64>,
    /// The result could be fetched.
    pub revealed_milliseconds: Option<u64>,
    /// The result was here, and its root checked.
    pub fetched_milliseconds: Option<u64>,
    /// The provider was paid.
    pub settled_milliseconds: Option<u64>,
}

/// A time as used in [`Latencies`].
pub fn millis(elapsed: Duration) -> Option<u64> {
    u64::try_from(elapsed.as_millis()).ok()
}

impl Latencies {
    /// Records the time at which a step was seen.
    pub fn note(&mut self, step: &Step, elapsed: Duration) {
        let mark = match step {
            Step::Matched { .. } => {
                self.started_milliseconds = None;
                self.committed_milliseconds = None;
                self.revealed_milliseconds = None;
                &mut self.matched_milliseconds
            }
            Step::Started { .. } => &mut self.started_milliseconds,
            Step::Committed { .. } => &mut self.committed_milliseconds,
            Step::Revealed { .. } => &mut self.revealed_milliseconds,
            Step::Settled { .. } => &mut self.settled_milliseconds,
            _ => return,
        };
        *mark = millis(elapsed);
    }

    /// How many milliseconds the job ran, as seen by this client.
    pub fn run(&self) -> Option<u64> {
        Some(
            self.committed_milliseconds?
                .saturating_sub(self.started_milliseconds?),
        )
    }

    /// The phases that were reached, by name, in the order of a task's life.
    pub fn reached(&self) -> Vec<(&'static str, Duration)> {
        let mut reached: Vec<_> = [
            ("in a block", self.included_milliseconds),
            ("final", self.finalised_milliseconds),
            ("matched", self.matched_milliseconds),
            ("started", self.started_milliseconds),
            ("committed", self.committed_milliseconds),
            ("revealed", self.revealed_milliseconds),
            ("fetched and checked", self.fetched_milliseconds),
            ("settled", self.settled_milliseconds),
        ]
        .into_iter()
        .filter_map(|(name, ms)| Some((name, Duration::from_millis(ms?))))
        .collect();
        reached.sort_by_key(|(_, at)| *at);
        reached
    }
}

/// How far an assignment had come when it was last seen.
#[derive(Default)]
struct Seen {
    rank: u8,
    granted: bool,
    progress: Progress,
    ended: bool,
}

/// What was seen of a task so far.
#[derive(Default)]
pub struct Life {
    assignments: BTreeMap<AssignmentId, Seen>,
    status: Option<TaskStatus>,
}

impl Life {
    /// What happened since the last view.
    pub fn observe(&mut self, view: &TaskView<Account>) -> Vec<Step> {
        let mut steps = Vec::new();
        let expects = faults::expects(view);
        for assignment in &view.assignments {
            self.observe_assignment(assignment, expects, &mut steps);
        }
        let before = self.status.replace(view.status);
        if before != Some(view.status) {
            match view.status {
                TaskStatus::Queued { match_by } => {
                    let again = match before {
                        Some(
                            TaskStatus::Active
                            | TaskStatus::Verifying { .. }
                            | TaskStatus::Disputed,
                        ) => true,
                        // Another replica of the task waits as well.
                        Some(
                            TaskStatus::Queued { match_by: old }
                            | TaskStatus::Parked { match_by: old, .. },
                        ) => old < match_by,
                        _ => false,
                    };
                    if again {
                        steps.push(Step::Requeued { match_by });
                    }
                }
                TaskStatus::Active => {}
                TaskStatus::Parked { match_by, reason } => {
                    // The task may have been in the queue in between.
                    if matches!(
                        before,
                        Some(
                            TaskStatus::Active
                                | TaskStatus::Verifying { .. }
                                | TaskStatus::Disputed
                        )
                    ) {
                        steps.push(Step::Requeued { match_by });
                    }
                    let same = matches!(before, Some(TaskStatus::Parked { reason: old, .. }) if old == reason);
                    if !same {
                        let was_matched = !view.assignments.is_empty();
                        steps.push(Step::Parked {
                            reason,
                            was_matched,
                        });
                    }
                }
                TaskStatus::Verifying { settle_at } => steps.push(Step::Verifying { settle_at }),
                TaskStatus::Disputed => steps.push(Step::Disputed),
                TaskStatus::Settled { paid, .. } => {
                    steps.push(Step::Settled { paid: Amount(paid) })
                }
                TaskStatus::Cancelled { .. } => steps.push(Step::Cancelled),
                TaskStatus::Refunded { reason, .. } => {
                    steps.push(Step::Refunded {
                        reason,
                        faults: faults::of(view),
                        expects,
                    });
                }
            }
        }
        steps
    }

    fn observe_assignment(
        &mut self,
        view: &AssignmentView<Account>,
        expects: bool,
        steps: &mut Vec<Step>,
    ) {
        let assignment = view.id;
        let seen = self.assignments.entry(assignment).or_insert_with(|| {
            steps.push(Step::Matched {
                assignment,
                provider: view.provider,
                device: view.device,
                price: Amount(view.price),
            });
            Seen::default()
        });
        let rank = match &view.status {
            AssignmentStatus::AwaitingKey { .. } | AssignmentStatus::Assigned { .. } => 0,
            AssignmentStatus::Running { .. } => 1,
            AssignmentStatus::Committed { .. } => 2,
            AssignmentStatus::Revealed { .. } | AssignmentStatus::Settled { .. } => 3,
            // These can follow any state, so it is not known what came before.
            AssignmentStatus::Failed { .. } | AssignmentStatus::Cancelled { .. } => seen.rank,
        };
        if view.envelope.is_some() && !seen.granted {
            steps.push(Step::KeyGranted { assignment });
            seen.granted = true;
        }
        if seen.rank < 1 && rank >= 1 {
            steps.push(Step::Started { assignment });
        }
        if let AssignmentStatus::Running { progress, .. } = &view.status {
            if *progress != seen.progress && progress.steps_total > 0 {
                let Progress {
                    steps_done,
                    steps_total,
                } = *progress;
                steps.push(Step::Progress {
                    assignment,
                    steps_done,
                    steps_total,
                });
                seen.progress = *progress;
            }
        }
        if seen.rank < 2 && rank >= 2 {
            steps.push(Step::Committed { assignment });
        }
        if seen.rank < 3 && rank >= 3 {
            if let AssignmentStatus::Revealed { opening, .. }
            | AssignmentStatus::Settled { opening, .. } = &view.status
            {
                steps.push(Step::Revealed {
                    assignment,
                    result_root: opening.result_root,
                    result: opening.result.clone(),
                });
            }
        }
        seen.rank = rank;
        if let AssignmentStatus::Failed {
            fault,
            log,
            message,
            ..
        } = &view.status
        {
            if !seen.ended {
                steps.push(Step::Failed {
                    assignment,
                    provider: view.provider,
                    fault: *fault,
                    message: String::from_utf8_lossy(message).into_owned(),
                    log: log.clone(),
                    expects: expects && view.role == Role::Replica,
                });
            }
            seen.ended = true;
        }
    }
}

/// The name of a task's state, as in JSON.
pub fn state_name(status: &TaskStatus) -> &'static str {
    match status {
        TaskStatus::Queued { .. } => "queued",
        TaskStatus::Parked { .. } => "parked",
        TaskStatus::Active => "active",
        TaskStatus::Verifying { .. } => "verifying",
        TaskStatus::Disputed => "disputed",
        TaskStatus::Settled { .. } => "settled",
        TaskStatus::Cancelled { .. } => "cancelled",
        TaskStatus::Refunded { .. } => "refunded",
    }
}

/// Whether nothing can happen to the task any more.
pub fn is_final(status: &TaskStatus) -> bool {
    matches!(
        status,
        TaskStatus::Settled { .. } | TaskStatus::Cancelled { .. } | TaskStatus::Refunded { .. }
    )
}

/// The assignments that have the result, newest first. With several replicas, what one of them reveals is the result
/// only once a quorum has settled it.
pub fn results(view: &TaskView<Account>) -> Vec<&AssignmentView<Account>> {
    let is_alone = view.submission.verification.replicas() == 1;
    let delivering = view
        .assignments
        .iter()
        .rev()
        .filter(|one| one.role.delivers());
    delivering
        .filter(|one| match one.status {
            AssignmentStatus::Settled { .. } => true,
            AssignmentStatus::Revealed { .. } => is_alone,
            _ => false,
        })
        .collect()
}

/// How far an assignment has come; a higher rank is further.
fn rank(status: &AssignmentStatus) -> u8 {
    match status {
        AssignmentStatus::AwaitingKey { .. } => 0,
        AssignmentStatus::Assigned { .. } => 1,
        AssignmentStatus::Running { .. } => 2,
        AssignmentStatus::Committed { .. } => 3,
        AssignmentStatus::Revealed { .. } => 4,
        AssignmentStatus::Settled { .. }
        | AssignmentStatus::Failed { .. }
        | AssignmentStatus::Cancelled { .. } => 5,
    }
}

/// The open assignment that the others wait for: the one that has come least far.
pub fn slowest(view: &TaskView<Account>) -> Option<&AssignmentView<Account>> {
    let open = view.assignments.iter().filter(|one| rank(&one.status) < 5);
    open.min_by_key(|one| {
        let done = match one.status {
            AssignmentStatus::Running { progress, .. } if progress.steps_total > 0 => {
                u128::from(progress.steps_done) * 1_000_000 / u128::from(progress.steps_total)
            }
            _ => 0,
        };
        (rank(&one.status), done)
    })
}

#[cfg(test)]
#[path = "life_tests.rs"]
pub(crate) mod tests;
