//! Whatever happens, in whatever order: no funds are created or lost, every invariant holds after
//! each step, and in the end everything is settled and released.

use aicpw_primitives::traits::{DrawSeed, TaskBoard};
use aicpw_protocol::{
    audit::AuditPolicy,
    task::{Fault, Unmatched},
    AskPrice, AssignmentId, TaskId,
};
use frame_support::{assert_ok, traits::Get};
use proptest::prelude::*;
use sp_runtime::Perbill;

use crate::{mock::*, pallet::*};

#[derive(Clone, Debug)]
enum Step {
    Submit { mode: u8 },
    SubmitSealed,
    Grant { assignment: u8 },
    Match { device: u8 },
    Park,
    Wake { task: u8 },
    Cancel { task: u8 },
    Accept { task: u8 },
    Rate { task: u8, stars: u8 },
    Start { assignment: u8 },
    Report { assignment: u8, done: u8 },
    Commit { assignment: u8, root: u8 },
    Reveal { assignment: u8, root: u8 },
    Fail { assignment: u8, fault: u8 },
    Seed { byte: u8 },
    Wait { blocks: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    let root = 5..7u8;
    prop_oneof![
        2 => (0..5u8).prop_map(|mode| Step::Submit { mode }),
        1 => Just(Step::SubmitSealed),
        4 => any::<u8>().prop_map(|assignment| Step::Grant { assignment }),
        9 => (0..8u8).prop_map(|device| Step::Match { device }),
        1 => Just(Step::Park),
        1 => any::<u8>().prop_map(|task| Step::Wake { task }),
        1 => any::<u8>().prop_map(|task| Step::Cancel { task }),
        1 => any::<u8>().prop_map(|task| Step::Accept { task }),
        1 => (any::<u8>(), 0..7u8).prop_map(|(task, stars)| Step::Rate { task, stars }),
        4 => any::<u8>().prop_map(|assignment| Step::Start { assignment }),
        1 => (any::<u8>(), 0..9u8).prop_map(|(assignment, done)| Step::Report { assignment, done }),
        4 => (any::<u8>(), root.clone())
            .prop_map(|(assignment, root)| Step::Commit { assignment, root }),
        6 => (any::<u8>(), root).prop_map(|(assignment, root)| Step::Reveal { assignment, root }),
        1 => (any::<u8>(), 0..7u8).prop_map(|(assignment, fault)| Step::Fail { assignment, fault }),
        2 => any::<u8>().prop_map(|byte| Step::Seed { byte }),
        3 => (0..60u8).prop_map(|blocks| Step::Wait { blocks }),
    ]
}

fn some_task(seed: u8) -> Option<TaskId> {
    let length = Submissions::<Test>::get().length;
    (length > 0).then(|| TaskId(u64::from(seed) % length))
}

fn some_assignment(seed: u8) -> Option<AssignmentId> {
    let mut open: Vec<_> = Assignments::<Test>::iter()
        .filter(|(_, one)| one.is_open())
        .map(|(id, _)| id)
        .collect();
    open.sort();
    (!open.is_empty()).then(|| open[usize::from(seed) % open.len()])
}

/// Does a step, which may be refused. `apply` in the mock checks that an authorised call succeeds.
fn take(step: Step) {
    let requester = || RuntimeOrigin::signed(REQUESTER);
    let faults = [
        Fault::Crashed,
        Fault::BadKey,
        Fault::InputUnavailable,
        Fault::BadManifest,
        Fault::BuildFailed,
        Fault::RunFailed,
        Fault::TimeLimit,
    ];
    match step {
        Step::Submit { mode } => {
            let modes = [
                optimistic(),
                expected(),
                replicated(2, 2),
                replicated(3, 2),
                replicated(5, 3),
            ];
            submit(modes[usize::from(mode)]);
        }
        Step::SubmitSealed => drop(submit_sealed(optimistic())),
        Step::Grant { assignment } => {
            if let Some(id) = some_assignment(assignment) {
                let _ = grant(id);
            }
        }
        Step::Match { device } => {
            if let Some(task) = Queue::get().first().copied() {
                let _ = try_assign(task, aicpw_protocol::DeviceId(device.into()));
            }
        }
        Step::Park => {
            if let Some(task) = Queue::get().first().copied() {
                TasksPallet::parked(task, Unmatched::Busy);
            }
        }
        Step::Wake { task } => {
            if let Some(task) = some_task(task) {
                TasksPallet::woken(task);
            }
        }
        Step::Cancel { task } => {
            if let Some(task) = some_task(task) {
                let _ = TasksPallet::cancel(requester(), task);
            }
        }
        Step::Accept { task } => {
            if let Some(task) = some_task(task) {
                let _ = TasksPallet::accept(requester(), task);
            }
        }
        Step::Rate { task, stars } => {
            if let Some(task) = some_task(task) {
                let _ = TasksPallet::rate(requester(), task, stars);
            }
        }
        Step::Start { assignment } => {
            if let Some(id) = some_assignment(assignment) {
                let _ = start(id);
            }
        }
        Step::Report { assignment, done } => {
            if let Some(id) = some_assignment(assignment) {
                let _ = report(id, progress(done.into(), 8));
            }
        }
        Step::Commit { assignment, root } => {
            if let Some(id) = some_assignment(assignment) {
                let _ = commit(id, &opening([root; 32]));
            }
        }
        Step::Reveal { assignment, root } => {
            if let Some(id) = some_assignment(assignment) {
                let _ = reveal(id, opening([root; 32]));
            }
        }
        Step::Fail { assignment, fault } => {
            if let Some(id) = some_assignment(assignment) {
                let _ = fail(id, faults[usize::from(fault)]);
            }
        }
        // The seed stays until a step sets another.
        Step::Seed { byte } => Seed::set(match byte % 4 {
            0 => DrawSeed::Gone,
            1 => DrawSeed::NotYet,
            _ => DrawSeed::Ready([byte; 32]),
        }),
        Step::Wait { blocks } => run_for(blocks.into()),
    }
    // Matching drops a task when `demand` tells it that there is nothing to match.
    Queue::mutate(|queue| queue.retain(|task| TasksPallet::demand(*task).is_some()));
}

/// Checks only the invariants of the pallet. The queue is behind them: matching has dropped tasks
/// whose match window the agenda ends in its next block.
fn queue_as_demanded() {
    assert_ok!(TasksPallet::do_try_state());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_sequence_of_steps_creates_or_destroys_funds(
        steps in proptest::collection::vec(step(), 1..160),
    ) {
        ExtBuilder.build_and_execute(|| {
            let issuance = Balances::total_issuance();
            // High enough that audits are drawn.
            Policy::set(AuditPolicy {
                beginner: Perbill::from_percent(50),
                ..Policy::get()
            });
            for (provider, ask) in [
                (ALICE, 10_000),
                (BOB, 20_000),
                (CHARLIE, 50_000),
                (OTHER, 100),
                (DAVE, 200),
                (EVE, 9_000),
                (FERDIE, 11_000),
            ] {
                device(provider, AskPrice(ask));
            }
            device(ALICE, AskPrice(300));
            for step in steps {
                take(step);
                queue_as_demanded();
                assert_eq!(Balances::total_issuance(), issuance);
            }
            // Nobody does anything any more, and everything ends by itself.
            Seed::set(DrawSeed::Ready([1; 32]));
            let longest = MATCH_WINDOW + crate::LongestObligation::<Test>::get() + 2 * RETENTION;
            for _ in 0..longest {
                if Tasks::<Test>::iter().next().is_none() {
                    break;
                }
                run_for(1);
                Queue::mutate(|queue| queue.retain(|task| TasksPallet::demand(*task).is_some()));
            }
            run_for(RETRIEVAL_WINDOW);
            assert_eq!(Tasks::<Test>::iter().count(), 0);
            assert_eq!(Agenda::<Test>::iter().count(), 0);
            assert_eq!(PatientAgenda::<Test>::iter().count(), 0);
            assert_eq!(Envelopes::<Test>::iter().count(), 0);
            assert_eq!(held(REQUESTER), 0);
            assert_eq!(free(POOL), EXISTENTIAL_DEPOSIT, "all locks are released or paid out");
            let everybody: u128 = [
                REQUESTER, OTHER, ALICE, BOB, CHARLIE, DAVE, EVE, FERDIE, TREASURY, POOL,
                AUDIT_POT,
            ]
                .into_iter()
                .map(free)
                .sum();
            assert_eq!(everybody, issuance);
        });
    }
}
