//! The moves of workers: heartbeats, jobs, conformance runs.

use aicpw_primitives::traits::DrawRandomness as _;
use aicpw_protocol::{
    commitment::{result_commitment, ResultOpening},
    conformance::Part,
    task::{FailureMessage, Fault, Progress, Role},
    worker::{MissingDevices, Statement},
    AssignmentId, TaskId,
};
use aicpw_runtime::{
    configs::market::HeartbeatPeriod, DrawRandomness, MarketClock, ProviderStaking, Runtime,
};
use pallet_provider_staking::{Call as Staking, Challenges, Devices, DevicesOf, Providers};
use pallet_tasks::{Assignments, Audits, Call as Task};
use sp_core::{sr25519, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::Perbill;

use crate::{
    actors::{of_juror, opening, worker, PROVIDERS},
    chain::Chain,
    input::Input,
    moves::{is_undecided, provider, some_device},
};

/// The most segments that can be computed between two moves.
const FEW_SEGMENTS: u32 = 100;

/// The worker key that acts for a provider: of the first four that it uses, the one that the chain knows.
pub fn key_of(who: Sr25519Keyring) -> Option<sr25519::Pair> {
    let known = Providers::<Runtime>::get(who.to_account_id())?.worker;
    keys(who).find(|pair| sr25519::Public::from(known.clone()) == pair.public())
}

pub(crate) fn keys(who: Sr25519Keyring) -> impl Iterator<Item = sr25519::Pair> {
    (0..4u8).map(move |number| worker(who as u8 * 4 + number))
}

pub(crate) fn beat(chain: &mut Chain, input: &mut Input<'_>) {
    beat_of(chain, provider(input));
}

/// Sends a provider's heartbeat, if the account is a provider.
pub fn beat_of(chain: &mut Chain, who: Sr25519Keyring) {
    let Some(key) = key_of(who) else { return };
    let period = MarketClock::market_block() / HeartbeatPeriod::get();
    let provider = who.to_account_id();
    let statement = Statement::Heartbeat {
        provider: provider.clone(),
        period,
    };
    let proof = chain.proof(&key, &statement);
    chain.work(Staking::heartbeat {
        provider,
        period,
        proof,
    });
}

/// Sends a heartbeat of a node that does not find its provider's first device.
pub(crate) fn beat_without_a_device(chain: &mut Chain, input: &mut Input<'_>) {
    let who = provider(input);
    let Some(key) = key_of(who) else { return };
    let period = MarketClock::market_block() / HeartbeatPeriod::get();
    let provider = who.to_account_id();
    let devices = DevicesOf::<Runtime>::get(&provider);
    let missing = MissingDevices::truncate_from(devices.into_iter().take(1).collect());
    let statement = Statement::HeartbeatWithout {
        provider: provider.clone(),
        period,
        missing: missing.clone(),
    };
    let proof = chain.proof(&key, &statement);
    chain.work(Staking::heartbeat_without {
        provider,
        period,
        missing,
        proof,
    });
}

/// Reads an open assignment. Returns it with its provider, and the key that acts for that provider.
fn some_assignment(input: &mut Input<'_>) -> Option<(AssignmentId, Sr25519Keyring, sr25519::Pair)> {
    let mut open: Vec<_> = Assignments::<Runtime>::iter()
        .filter(|(_, assignment)| assignment.is_open())
        .map(|(id, assignment)| (id, assignment.provider))
        .collect();
    open.sort();
    let (id, provider) = input.one_of(&open)?;
    let who = PROVIDERS
        .into_iter()
        .find(|who| who.to_account_id() == provider)?;
    Some((id, who, key_of(who)?))
}

pub(crate) fn start(chain: &mut Chain, input: &mut Input<'_>) {
    if let Some((assignment, who, _)) = some_assignment(input) {
        start_of(chain, assignment, who);
    }
}

/// Starts an assignment, as the provider's worker.
pub fn start_of(chain: &mut Chain, assignment: AssignmentId, who: Sr25519Keyring) {
    let Some(key) = key_of(who) else { return };
    let proof = chain.proof(&key, &Statement::Start { assignment });
    chain.work(Task::start { assignment, proof });
}

pub(crate) fn progress(chain: &mut Chain, input: &mut Input<'_>) {
    let Some((assignment, _, key)) = some_assignment(input) else {
        return;
    };
    let progress = Progress {
        steps_done: input.number().into(),
        steps_total: input.number().into(),
    };
    let statement = Statement::Progress {
        assignment,
        progress,
    };
    let proof = chain.proof(&key, &statement);
    chain.work(Task::report_progress {
        assignment,
        progress,
        proof,
    });
}

pub(crate) fn commit(chain: &mut Chain, input: &mut Input<'_>) {
    if let Some((assignment, who, _)) = some_assignment(input) {
        commit_of(chain, assignment, who, input.number());
    }
}

/// The opening that a provider's worker reveals for this output.
fn opening_of(assignment: AssignmentId, who: Sr25519Keyring, output: u8) -> ResultOpening {
    match Assignments::<Runtime>::get(assignment).map(|one| one.role) {
        Some(Role::Juror) => of_juror(&who.to_account_id(), assignment, output),
        _ => opening(output),
    }
}

/// Commits to this output, as the provider's worker.
pub fn commit_of(chain: &mut Chain, assignment: AssignmentId, who: Sr25519Keyring, output: u8) {
    commit_opening(chain, assignment, who, &opening_of(assignment, who, output));
}

/// Commits to this opening, as the provider's worker.
pub fn commit_opening(
    chain: &mut Chain,
    assignment: AssignmentId,
    who: Sr25519Keyring,
    opening: &ResultOpening,
) {
    let Some(key) = key_of(who) else { return };
    let commitment = result_commitment(&who.to_account_id(), assignment, opening);
    let statement = Statement::Commit {
        assignment,
        commitment,
    };
    let proof = chain.proof(&key, &statement);
    chain.work(Task::commit_result {
        assignment,
        commitment,
        proof,
    });
    draw_audit(chain, assignment.task);
}

/// Draws whether the task is audited: nothing can be revealed before that draw, which a longer jump over blocks misses.
/// For one task in eight the draw is made certain, for the others impossible, so that an input gets what it wants.
fn draw_audit(chain: &mut Chain, task: TaskId) {
    if is_undecided(task) {
        let rate = if task.0 % 8 == 7 {
            Perbill::one()
        } else {
            Perbill::zero()
        };
        Audits::<Runtime>::mutate_extant(task, |audit| audit.rate = rate);
        chain.go_on(DrawRandomness::soonest());
    }
}

pub(crate) fn reveal(chain: &mut Chain, input: &mut Input<'_>) {
    if let Some((assignment, who, _)) = some_assignment(input) {
        reveal_of(chain, assignment, who, input.number());
    }
}

/// Reveals this output, as the provider's worker.
pub fn reveal_of(chain: &mut Chain, assignment: AssignmentId, who: Sr25519Keyring, output: u8) {
    reveal_opening(chain, assignment, who, opening_of(assignment, who, output));
}

/// Reveals this opening, as the provider's worker.
pub fn reveal_opening(
    chain: &mut Chain,
    assignment: AssignmentId,
    who: Sr25519Keyring,
    opening: ResultOpening,
) {
    let Some(key) = key_of(who) else { return };
    draw_audit(chain, assignment.task);
    let statement = Statement::Reveal {
        assignment,
        opening: opening.clone(),
    };
    let proof = chain.proof(&key, &statement);
    chain.work(Task::reveal_result {
        assignment,
        opening,
        proof,
    });
}

pub(crate) fn fail(chain: &mut Chain, input: &mut Input<'_>) {
    let Some((assignment, _, key)) = some_assignment(input) else {
        return;
    };
    // This includes faults that workers must not report.
    let fault = input.one_of(&Fault::ALL).expect("there are faults");
    let message = FailureMessage::default();
    let statement = Statement::Fail {
        assignment,
        fault,
        log: None,
        message: message.clone(),
    };
    let proof = chain.proof(&key, &statement);
    chain.work(Task::fail {
        assignment,
        fault,
        log: None,
        message,
        proof,
    });
}

/// Sends a worker call that is signed with nobody's key: it must be refused.
pub(crate) fn forge(chain: &mut Chain, input: &mut Input<'_>) {
    let Some((assignment, ..)) = some_assignment(input) else {
        return;
    };
    let proof = chain.proof(&worker(250), &Statement::Start { assignment });
    let before = chain.report.accepted;
    chain.work(Task::start { assignment, proof });
    assert_eq!(chain.report.accepted, before, "a forged call got in");
}

/// Answers the challenge of a device, as its worker: correctly if it can, or with nonsense.
pub(crate) fn answer(chain: &mut Chain, input: &mut Input<'_>) {
    let device = some_device(input);
    let is_right = input.number().is_multiple_of(2);
    let Some(run) = ProviderStaking::open_run(device) else {
        return;
    };
    let owner = Devices::<Runtime>::get(device).map(|device| device.provider);
    let who = PROVIDERS
        .into_iter()
        .find(|who| Some(who.to_account_id()) == owner);
    let Some(key) = who.and_then(key_of) else {
        return;
    };
    let outputs = |part| match is_right && run.int + run.fp32 <= FEW_SEGMENTS {
        true => run.outputs(part),
        false => vec![0; run.segments(part) as usize],
    };
    let answer = run.answer(&outputs(Part::Int), &outputs(Part::Fp32));
    let statement = Statement::Answer {
        device,
        run,
        answer: answer.hash(),
    };
    let proof = chain.proof(&key, &statement);
    chain.work(Staking::answer_challenge {
        device,
        answer,
        proof,
    });
    let came_of_it = match Challenges::<Runtime>::get(device) {
        None => "conformance: proven",
        Some(challenge) if challenge.refuted.is_some() => "conformance: refuted",
        Some(_) => return,
    };
    chain.report.seen.insert(came_of_it.into());
}
