//! Disputes, for people and as documents.

use std::collections::BTreeMap;

use aicpw_protocol::{
    task::{AssignmentStatus, Fault, Role},
    trace::DisputedPart,
    verdict::{About, DisputeState, DisputeView, Outcome},
    view::{AssignmentView, TaskView},
    BlockNumber, Hash,
};
use serde::Serialize;

use super::{
    table::{pairs, short, table},
    task::assignment_state,
};
use crate::{account::Account, amount::Amount, chain::read::Clock, hash::show_hash, life};

/// A dispute.
#[derive(Serialize, PartialEq)]
pub struct DisputeJson {
    task: u64,
    about: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignment: Option<String>,
    state: &'static str,
    #[serde(flatten)]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal_until: Option<BlockNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<BlockNumber>,
    challenger: Option<Account>,
    bond: Amount,
    opened_at: BlockNumber,
    appeals: u8,
    jury: u16,
    pay: Amount,
    lock: Amount,
    appeal_bond: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_until: Option<BlockNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<DisputedPart>,
    work: Option<String>,
    jurors: Vec<JurorJson>,
}

/// A juror.
#[derive(Serialize, PartialEq)]
struct JurorJson {
    assignment: String,
    provider: Account,
    last_jury: bool,
    state: &'static str,
    result_root: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fetched: Option<bool>,
    fault: Option<Fault>,
}

impl DisputeJson {
    /// The document about a dispute over this task.
    pub fn new(dispute: &DisputeView<Account>, task: &TaskView<Account>) -> Self {
        let (appeal_until, share, ended_at) = match dispute.state {
            DisputeState::Opening { .. }
            | DisputeState::Naming { .. }
            | DisputeState::Judging
            | DisputeState::Showing { .. }
            | DisputeState::Closing { .. } => (None, None, None),
            DisputeState::Appealable { until, .. } => (Some(until), None, None),
            DisputeState::Paying { share, .. } => (None, Some(Amount(share)), None),
            DisputeState::Ended { at, .. } => (None, None, Some(at)),
        };
        let (about, assignment) = match dispute.about {
            About::Result => ("result", None),
            About::Availability { assignment } => ("availability", Some(assignment.to_string())),
        };
        Self {
            task: dispute.task.0,
            about,
            assignment,
            state: state_name(&dispute.state),
            outcome: outcome(&dispute.state),
            appeal_until,
            share,
            ended_at,
            challenger: dispute.challenger,
            bond: Amount(dispute.bond),
            opened_at: dispute.opened_at,
            appeals: dispute.round,
            jury: dispute.jury,
            pay: Amount(dispute.pay),
            lock: Amount(dispute.lock),
            appeal_bond: (dispute.appeal_bond > 0).then_some(Amount(dispute.appeal_bond)),
            trace_until: match dispute.state {
                DisputeState::Opening { until }
                | DisputeState::Naming { until }
                | DisputeState::Showing { until, .. } => Some(until),
                _ => None,
            },
            part: dispute.part.clone(),
            work: dispute.work.as_ref().map(show_hash),
            jurors: jurors(dispute, task)
                .map(|juror| JurorJson::new(dispute, juror))
                .collect(),
        }
    }
}

impl JurorJson {
    fn new(dispute: &DisputeView<Account>, juror: &AssignmentView<Account>) -> Self {
        Self {
            assignment: juror.id.to_string(),
            provider: juror.provider,
            last_jury: is_of_last_jury(dispute, juror),
            state: assignment_state(&juror.status),
            result_root: root(juror)
                .filter(|_| juror.role == Role::Juror)
                .map(show_hash),
            fetched: juror.has_fetched(),
            fault: match juror.status {
                AssignmentStatus::Failed { fault, .. } => Some(fault),
                _ => None,
            },
        }
    }
}

/// The jurors of a dispute. In an unavailable claim they fetch the result, in other disputes they
/// run the task.
fn jurors<'a>(
    dispute: &DisputeView<Account>,
    task: &'a TaskView<Account>,
) -> impl Iterator<Item = &'a AssignmentView<Account>> {
    let role = match dispute.about {
        About::Result => Role::Juror,
        About::Availability { .. } => Role::Fetcher,
    };
    let all = task.assignments.iter();
    all.filter(move |assignment| assignment.role == role)
}

fn is_of_last_jury(dispute: &DisputeView<Account>, juror: &AssignmentView<Account>) -> bool {
    juror.id.replica >= dispute.first_seat
}

/// The root that a juror has revealed.
fn root(juror: &AssignmentView<Account>) -> Option<&Hash> {
    juror.opening().map(|opening| &opening.result_root)
}

/// What a juror has found, for people.
fn found(juror: &AssignmentView<Account>) -> String {
    match (juror.has_fetched(), root(juror)) {
        (Some(true), _) => "fetched".into(),
        (Some(false), _) => "not there".into(),
        (None, Some(root)) => short(&show_hash(root)),
        (None, None) => "–".into(),
    }
}

fn outcome(state: &DisputeState) -> Option<Outcome> {
    match *state {
        DisputeState::Opening { .. } | DisputeState::Naming { .. } | DisputeState::Judging => None,
        DisputeState::Appealable { outcome, .. }
        | DisputeState::Showing { outcome, .. }
        | DisputeState::Closing { outcome, .. }
        | DisputeState::Paying { outcome, .. }
        | DisputeState::Ended { outcome, .. } => Some(outcome),
    }
}

/// The name of a dispute's state, as in JSON.
pub fn state_name(state: &DisputeState) -> &'static str {
    match state {
        DisputeState::Opening { .. } => "opening",
        DisputeState::Naming { .. } => "naming",
        DisputeState::Judging => "judging",
        DisputeState::Appealable { .. } => "appealable",
        DisputeState::Showing { .. } => "showing",
        DisputeState::Closing { .. } => "closing",
        DisputeState::Paying { .. } => "paying",
        DisputeState::Ended { .. } => "ended",
    }
}

/// What a jury has found, and what follows for the task.
pub fn finding(outcome: Outcome, dispute: &DisputeView<Account>) -> String {
    // With replicas but no quorum, nobody knows which result is right.
    let without_jury = match dispute.challenger {
        Some(_) => "what was revealed counts",
        None => {
            "what a quorum revealed counts; without one whoever has revealed is paid, and the \
             requester gets the rest back"
        }
    };
    let without_verdict = match dispute.about {
        About::Result => {
            "the requester gets the budget back, but for what audits cost and a base fee for each provider \
             that has revealed"
        }
        About::Availability { .. } => "all is as before the claim",
    };
    match outcome {
        Outcome::Upheld { root } => format!("right is what was revealed: {}", show_hash(&root)),
        Outcome::Wrong { root } => {
            format!(
                "what was revealed is wrong: the jury found {}",
                show_hash(&root)
            )
        }
        Outcome::Unable => format!("the jury could not run the program: {without_jury}"),
        Outcome::KeyWithheld => {
            format!("the data key was not granted to the jury: {without_jury}")
        }
        Outcome::NoMajority => format!("the jury was divided: {without_verdict}"),
        Outcome::TooFewJurors => {
            format!("too few jurors were found, or voted: {without_verdict}")
        }
        Outcome::Available { .. } => {
            "the jury could fetch the result, and serves it; the claimant pays".into()
        }
        Outcome::Unavailable => {
            "the jury could not fetch the result: its provider loses its collateral".into()
        }
    }
}

/// How far the last jury has come.
fn progress(dispute: &DisputeView<Account>, task: &TaskView<Account>) -> String {
    // A juror that was replaced is no longer a juror.
    let newest: BTreeMap<_, _> = jurors(dispute, task)
        .filter(|juror| is_of_last_jury(dispute, juror))
        .map(|juror| (juror.id.replica, &juror.status))
        .collect();
    let count =
        |is: fn(&AssignmentStatus) -> bool| newest.values().filter(|status| is(status)).count();
    let mut text = format!(
        "{} of {} jurors drawn, {} have committed, {} have revealed",
        newest.len(),
        dispute.jury,
        count(|status| matches!(status, AssignmentStatus::Committed { .. })),
        count(|status| matches!(status, AssignmentStatus::Revealed { .. })),
    );
    let without_key = count(|status| matches!(status, AssignmentStatus::AwaitingKey { .. }));
    if without_key > 0 {
        text += &format!(", {without_key} wait for the data key");
    }
    text
}

fn detail(dispute: &DisputeView<Account>, task: &TaskView<Account>, clock: &Clock) -> String {
    let finding = |outcome| finding(outcome, dispute);
    match dispute.state {
        DisputeState::Opening { until } => format!(
            "the provider's worker is asked for its trace: {}",
            clock.left(until)
        ),
        DisputeState::Naming { until } => format!(
            "the trace is open, and the challenger names the part that is wrong: {}",
            clock.left(until)
        ),
        DisputeState::Judging => match &dispute.part {
            Some(part) => format!("about part {}: {}", part.number, progress(dispute, task)),
            None => progress(dispute, task),
        },
        DisputeState::Appealable { until, outcome } if dispute.appeal_bond > 0 => format!(
            "{}\n`aicpw task appeal {}` calls a larger jury for a bond of {}: {}",
            finding(outcome),
            task.id,
            Amount(dispute.appeal_bond).brief_with_unit(),
            clock.left(until)
        ),
        DisputeState::Appealable { outcome, .. } => {
            format!("{}\nthe time to appeal is over", finding(outcome))
        }
        DisputeState::Showing { until, outcome } => format!(
            "{}\nthe jurors' workers are asked to show their work: {}",
            finding(outcome),
            clock.left(until)
        ),
        DisputeState::Closing { outcome, .. } => {
            format!(
                "{}\nthe jurors' locks are released or taken",
                finding(outcome)
            )
        }
        DisputeState::Paying { outcome, share, .. } => format!(
            "{}\neach juror who was right is paid {}",
            finding(outcome),
            Amount(share).brief_with_unit()
        ),
        DisputeState::Ended { outcome, at } => {
            format!("{}\n{}", finding(outcome), clock.since(at))
        }
    }
}

/// The dispute in a sentence or two.
pub fn headline(dispute: &DisputeView<Account>, task: &TaskView<Account>, clock: &Clock) -> String {
    let state = state_name(&dispute.state);
    format!("{state}: {}", detail(dispute, task, clock))
}

/// The number of larger juries that were called. The chain does not say which of them it has called
/// itself.
fn round(number: u8) -> String {
    match number {
        0 => "0: nobody has appealed".into(),
        _ => format!(
            "{number}: somebody has appealed, or the chain has called a larger jury because the first came to nothing"
        ),
    }
}

/// The dispute with its jurors, for people.
pub fn show(dispute: &DisputeView<Account>, task: &TaskView<Account>, clock: &Clock) -> String {
    let challenger = match dispute.challenger {
        Some(account) => account.to_string(),
        None => {
            "the chain, because replicas had no majority, or an auditor found another root".into()
        }
    };
    let mut text = pairs(vec![
        ("Task", Some(dispute.task.to_string())),
        (
            "About",
            match dispute.about {
                About::Result => None,
                About::Availability { assignment } => Some(format!(
                    "whether the result of assignment {assignment} can be fetched"
                )),
            },
        ),
        ("State", Some(state_name(&dispute.state).into())),
        ("", Some(detail(dispute, task, clock))),
        ("Challenger", Some(challenger)),
        (
            "Bond",
            (dispute.bond > 0).then(|| Amount(dispute.bond).with_unit()),
        ),
        ("Opened", Some(clock.since(dispute.opened_at))),
        ("Round", Some(round(dispute.round))),
        (
            "Jury",
            Some(format!(
                "of {}: {} for each who is right, {} locked",
                dispute.jury,
                Amount(dispute.pay).brief_with_unit(),
                Amount(dispute.lock).brief_with_unit()
            )),
        ),
        ("The task", Some(life::state_name(&task.status).into())),
    ]);
    let rows: Vec<_> = jurors(dispute, task)
        .map(|juror| {
            vec![
                juror.id.to_string(),
                if is_of_last_jury(dispute, juror) {
                    "last"
                } else {
                    "earlier"
                }
                .into(),
                juror.provider.to_string(),
                assignment_state(&juror.status).into(),
                match &juror.status {
                    AssignmentStatus::Failed { fault, .. } => life::words(fault),
                    _ => found(juror),
                },
            ]
        })
        .collect();
    if !rows.is_empty() {
        text += "\n";
        text += &table(&["Assignment", "Jury", "Juror", "State", "Found"], rows);
    }
    text
}

/// Several disputes as a table.
pub fn list(disputes: &[(DisputeView<Account>, TaskView<Account>)], clock: &Clock) -> String {
    if disputes.is_empty() {
        return "no disputes".into();
    }
    let rows = disputes
        .iter()
        .map(|(dispute, _)| {
            let found = outcome(&dispute.state);
            vec![
                dispute.task.to_string(),
                state_name(&dispute.state).into(),
                found.map_or("–", outcome_word).into(),
                dispute
                    .challenger
                    .map_or("the chain".into(), |who| short(&who.to_string())),
                Amount(dispute.bond).brief(),
                dispute.round.to_string(),
                dispute.jury.to_string(),
                clock.age(dispute.opened_at),
            ]
        })
        .collect();
    table(
        &[
            ">Task",
            "State",
            "Found",
            "Challenger",
            ">Bond",
            ">Round",
            ">Jury",
            ">Opened",
        ],
        rows,
    )
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Upheld { .. } => "right",
        Outcome::Wrong { .. } => "wrong",
        Outcome::Unable => "unable",
        Outcome::KeyWithheld => "key withheld",
        Outcome::NoMajority => "no majority",
        Outcome::TooFewJurors => "too few jurors",
        Outcome::Available { .. } => "available",
        Outcome::Unavailable => "unavailable",
    }
}

#[cfg(test)]
#[path = "dispute_tests.rs"]
pub mod tests;
