//! The moves of disputes and of sealed tasks, and moves that save an input from repetition: a crowd that joins, a jury
//! that does its work.

use aicpw_primitives::traits::Escalation;
use aicpw_protocol::{
    sealing::Envelope,
    task::{AssignmentStatus, Fault, Role},
    verdict::{DisputeState, Outcome},
    worker::Statement,
    AskPrice, AssignmentId, TaskId,
};
use aicpw_runtime::{
    units::{MILLI, UNIT},
    Runtime,
};
use pallet_disputes::{Call as Contest, Claimed, Disputes, Narrowing, Narrowings, Pallet};
use pallet_provider_staking::{Call as Staking, Providers};
use pallet_tasks::{Assignments, Call as Task};
use sp_keyring::Sr25519Keyring;

use crate::{
    actors::{
        fetched, named_part, trace_opening, usual_spec, work, COPIES, FINDS, OUTPUTS, PART_OUTPUTS,
        PROVIDERS,
    },
    chain::Chain,
    input::Input,
    moves, workers,
};

/// The ask of the first provider of a crowd, and that of the others, who can judge the first one's results.
const ASKS: [u128; 2] = [300 * MILLI, 500 * MILLI];

/// Disputes a result. Reads who does it, and which task.
pub fn dispute(chain: &mut Chain, input: &mut Input<'_>) {
    let (who, task) = (moves::requester(input), moves::some_task(input));
    chain.sign(who, Contest::dispute { task });
}

/// Appeals. Reads who does it, and which task.
pub fn appeal(chain: &mut Chain, input: &mut Input<'_>) {
    let (who, task) = (moves::requester(input), moves::some_task(input));
    chain.sign(who, Contest::appeal { task });
}

/// A part number that stands for the whole job.
const WHOLE: u8 = 8;

/// Disputes a part of a result. Reads who does it, and which task.
pub fn dispute_part(chain: &mut Chain, input: &mut Input<'_>) {
    let (who, task) = (moves::requester(input), moves::some_task(input));
    chain.sign(who, Contest::dispute_part { task });
}

/// Names a part. Reads who does it, which task, and which part of its trace, whatever the trace is.
pub fn name_part(chain: &mut Chain, input: &mut Input<'_>) {
    let (who, task) = (moves::requester(input), moves::some_task(input));
    let number = input.number();
    if number == WHOLE {
        return chain.sign(who, Contest::name_part { task, part: None });
    }
    for part in (0..OUTPUTS).filter_map(|output| named_part(output, number)) {
        let part = Some(part);
        chain.sign(who, Contest::name_part { task, part });
    }
}

/// Lets all workers open the traces that are wanted, whatever the workers have computed.
pub fn open_traces(chain: &mut Chain, _: &mut Input<'_>) {
    let mut results: Vec<_> = Assignments::<Runtime>::iter()
        .filter(|(id, one)| {
            one.role == Role::Replica && Pallet::<Runtime>::trace_wanted(id.task).is_some()
        })
        .map(|(id, one)| (id, one.provider))
        .collect();
    results.sort();
    for (assignment, account) in results {
        let mut all = PROVIDERS.into_iter();
        let who = all.find(|who| who.to_account_id() == account);
        let Some(key) = who.and_then(workers::key_of) else {
            continue;
        };
        for opening in (0..OUTPUTS).map(trace_opening) {
            let statement = Statement::OpenTrace {
                assignment,
                opening: opening.clone(),
            };
            let proof = chain.proof(&key, &statement);
            chain.work(Task::open_trace {
                assignment,
                opening,
                proof,
            });
        }
    }
}

/// Lets all jurors show the work that is wanted, whatever the jurors have done.
pub fn show_work(chain: &mut Chain, _: &mut Input<'_>) {
    for (assignment, who) in jurors(Role::Juror, |status| {
        matches!(status, AssignmentStatus::Revealed { .. })
    }) {
        let Some(key) = workers::key_of(who) else {
            continue;
        };
        for trace_root in (0..OUTPUTS).chain(COPIES).map(work) {
            if Pallet::<Runtime>::work_wanted(assignment.task).is_none() {
                break;
            }
            let statement = Statement::ShowWork {
                assignment,
                trace_root,
            };
            let proof = chain.proof(&key, &statement);
            chain.work(Task::show_work {
                assignment,
                trace_root,
                proof,
            });
        }
    }
}

/// Grants a key. Reads who does it, which of the assignments that wait for a key, and whether the key is sealed (an
/// even number) for the recipient that waits for it.
pub fn grant_key(chain: &mut Chain, input: &mut Input<'_>) {
    let who = moves::requester(input);
    let mut waiting: Vec<_> = Assignments::<Runtime>::iter()
        .filter_map(|(id, assignment)| match assignment.status {
            AssignmentStatus::AwaitingKey { recipient, .. } => Some((id, recipient)),
            _ => None,
        })
        .collect();
    waiting.sort();
    let chosen = input.one_of(&waiting);
    let is_right = input.number().is_multiple_of(2);
    let Some((assignment, recipient)) = chosen else {
        return;
    };
    let envelope = Envelope {
        recipient: if is_right { recipient } else { [0; 32] },
        encapsulated: [1; 32],
        sealed_key: [2; 48],
    };
    chain.sign(
        who,
        Task::grant_key {
            assignment,
            envelope,
        },
    );
}

/// Lets the providers from one number to another, unless they have joined already, join with a device each and go
/// online.
pub fn gather(chain: &mut Chain, input: &mut Input<'_>) {
    let (first, last) = (usize::from(input.number()), usize::from(input.number()));
    let crowd = PROVIDERS.into_iter().enumerate();
    for (number, who) in crowd.filter(|(number, _)| (first..=last).contains(number)) {
        if Providers::<Runtime>::contains_key(who.to_account_id()) {
            continue;
        }
        moves::register(chain, who, 150 * UNIT, &moves::first_key(who));
        let ask = AskPrice(ASKS[number.min(1)]);
        let (spec, slots) = (usual_spec(number as u8), 1);
        chain.sign(who, Staking::register_device { spec, ask, slots });
        workers::beat_of(chain, who);
    }
}

/// Lets every provider send a heartbeat.
pub fn beat_all(chain: &mut Chain, _: &mut Input<'_>) {
    for who in PROVIDERS {
        workers::beat_of(chain, who);
    }
}

/// The jurors of all tasks, or the fetchers of all claims, with assignments in this state, and their accounts.
fn jurors(
    role: Role,
    wanted: fn(&AssignmentStatus) -> bool,
) -> impl Iterator<Item = (AssignmentId, Sr25519Keyring)> {
    let mut jurors: Vec<_> = Assignments::<Runtime>::iter()
        .filter(|(_, one)| one.role == role && wanted(&one.status))
        .map(|(id, one)| (id, one.provider))
        .collect();
    jurors.sort();
    jurors.into_iter().filter_map(|(id, account)| {
        let mut all = PROVIDERS.into_iter();
        Some((id, all.find(|who| who.to_account_id() == account)?))
    })
}

/// Lets jurors that have not begun do their work, with this output. Those that can reveal do so.
pub fn judge(chain: &mut Chain, input: &mut Input<'_>) {
    let output = input.number();
    for (id, who) in jurors(Role::Juror, |status| {
        matches!(status, AssignmentStatus::Assigned { .. })
    }) {
        workers::start_of(chain, id, who);
        workers::commit_of(chain, id, who, output);
    }
    for (id, who) in jurors(Role::Juror, |status| {
        matches!(status, AssignmentStatus::Committed { .. })
    }) {
        // One of these is what the juror has committed to before.
        let outputs = (0..OUTPUTS).chain(COPIES).chain(PART_OUTPUTS);
        outputs.for_each(|output| workers::reveal_of(chain, id, who, output));
    }
}

/// Claims that a result is unavailable. Reads who does it, and which of all assignments.
pub fn claim(chain: &mut Chain, input: &mut Input<'_>) {
    let who = moves::requester(input);
    let mut all: Vec<_> = Assignments::<Runtime>::iter_keys().collect();
    all.sort();
    let assignment = input.one_of(&all).unwrap_or_default();
    chain.sign(who, Contest::claim_unavailable { assignment });
}

/// Lets fetchers of claims that have not begun look for the result, with this finding. Those that can reveal do so.
pub fn fetch(chain: &mut Chain, input: &mut Input<'_>) {
    let found = input.number();
    for (id, who) in jurors(Role::Fetcher, |status| {
        matches!(status, AssignmentStatus::Assigned { .. })
    }) {
        workers::start_of(chain, id, who);
        workers::commit_opening(chain, id, who, &fetched(found));
    }
    for (id, who) in jurors(Role::Fetcher, |status| {
        matches!(status, AssignmentStatus::Committed { .. })
    }) {
        (0..FINDS).for_each(|found| workers::reveal_opening(chain, id, who, fetched(found)));
    }
}

/// The state of every dispute.
pub fn states() -> Vec<(TaskId, DisputeState)> {
    let disputes = Disputes::<Runtime>::iter();
    disputes.map(|(id, dispute)| (id, dispute.state)).collect()
}

/// Whether every dispute is over.
pub fn all_ended() -> bool {
    let over = |state: &DisputeState| matches!(state, DisputeState::Ended { .. });
    states().iter().all(|(_, state)| over(state))
}

/// Names for what has happened in disputes.
pub fn seen() -> Vec<String> {
    let mut seen = Vec::new();
    if Claimed::<Runtime>::iter_keys().next().is_some() {
        seen.push("claim".into());
    }
    if pallet_disputes::Shown::<Runtime>::iter_keys()
        .next()
        .is_some()
    {
        seen.push("work shown".into());
    }
    for (task, dispute) in Disputes::<Runtime>::iter() {
        if dispute.challenger.is_none() {
            seen.push("dispute of the chain".into());
        }
        let state = match dispute.state {
            DisputeState::Opening { .. } => "dispute opening".into(),
            DisputeState::Naming { .. } => "dispute naming".into(),
            DisputeState::Judging => "dispute judging".into(),
            DisputeState::Appealable { .. } => "dispute appealable".into(),
            DisputeState::Showing { .. } => "dispute showing".into(),
            DisputeState::Closing { .. } => "dispute closing".into(),
            DisputeState::Paying { .. } => "dispute paying".into(),
            DisputeState::Ended { outcome, .. } => {
                let appealed = match dispute.appeals.last() {
                    None => "",
                    // Nobody has put up a bond for a larger jury that the chain itself calls.
                    Some((bond, before)) => match (bond.amount > 0, *before == outcome) {
                        (true, true) => ", as before an appeal",
                        (true, false) => ", otherwise than before an appeal",
                        (false, true) => ", as before the chain's larger jury",
                        (false, false) => ", otherwise than before the chain's larger jury",
                    },
                };
                let part = match Narrowings::<Runtime>::get(task) {
                    Some(Narrowing { part: Some(_), .. }) => ", about a part",
                    Some(Narrowing {
                        whole_from: Some(_),
                        ..
                    }) => ", in the place of a part's jury",
                    _ => "",
                };
                format!("dispute ended: {}{part}{appealed}", name(&outcome))
            }
        };
        seen.push(state);
    }
    for (_, juror) in Assignments::<Runtime>::iter().filter(|(_, one)| one.role.judges()) {
        let role = match juror.role {
            Role::Fetcher => "fetcher",
            _ => "juror",
        };
        seen.push(match juror.status {
            AssignmentStatus::Failed { fault, .. } => format!("{role} failed: {fault:?}"),
            AssignmentStatus::AwaitingKey { .. } => format!("{role} awaits the key"),
            AssignmentStatus::Settled { .. } => format!("{role} settled"),
            AssignmentStatus::Cancelled { .. } => format!("{role} cancelled"),
            _ => continue,
        });
    }
    seen.extend(judged_auditors());
    seen
}

/// What juries have found about auditors, in disputes that the chain opened for them.
fn judged_auditors() -> impl Iterator<Item = String> {
    let auditors = Assignments::<Runtime>::iter().filter(|(id, one)| {
        one.role == Role::Auditor
            && Disputes::<Runtime>::get(id.task).is_some_and(|dispute| {
                dispute.challenger.is_none() && matches!(dispute.state, DisputeState::Ended { .. })
            })
    });
    auditors.filter_map(|(_, auditor)| {
        let found = match auditor.status {
            AssignmentStatus::Settled { .. } => "auditor judged: right",
            AssignmentStatus::Failed {
                fault: Fault::WrongResult,
                ..
            } => "auditor judged: wrong",
            _ => return None,
        };
        Some(found.into())
    })
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Upheld { .. } => "upheld",
        Outcome::Wrong { .. } => "wrong",
        Outcome::Unable => "unable",
        Outcome::KeyWithheld => "key withheld",
        Outcome::NoMajority => "no majority",
        Outcome::TooFewJurors => "too few jurors",
        Outcome::Available { .. } => "available",
        Outcome::Unavailable => "unavailable",
    }
}
