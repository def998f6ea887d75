use super::*;
use crate::{
    chain::read::tests::CLOCK,
    life::tests::{assignment, opening, view},
};
use aicpw_protocol::availability::NOT_FETCHED;
use aicpw_protocol::{task::TaskStatus, units::AICP, TaskId};
use serde_json::{json, Value};

/// A dispute about the task of these tests.
pub fn dispute(state: DisputeState) -> DisputeView<Account> {
    DisputeView {
        task: TaskId(7),
        about: About::Result,
        challenger: Some(Account([1; 32])),
        bond: 5 * AICP,
        opened_at: 60,
        round: 0,
        jury: 5,
        first_seat: 2,
        pay: AICP,
        lock: 10 * AICP,
        appeal_bond: 0,
        state,
        trace: None,
        part: None,
        work: None,
    }
}

fn juror(seat: u8, attempt: u8, status: AssignmentStatus) -> AssignmentView<Account> {
    let mut juror = assignment(attempt, status);
    juror.id.replica = seat;
    juror.role = Role::Juror;
    juror
}

fn committed() -> AssignmentStatus {
    AssignmentStatus::Committed {
        commitment: [1; 32],
        at: 1,
        reveal_by: None,
    }
}

fn revealed() -> AssignmentStatus {
    AssignmentStatus::Revealed {
        opening: opening(),
        at: 1,
    }
}

fn failed() -> AssignmentStatus {
    AssignmentStatus::Failed {
        fault: Fault::NoStart,
        at: 1,
        log: None,
        message: Default::default(),
    }
}

/// A task with the disputed result, a juror of an earlier jury, and jurors of the last jury, one of whom was replaced.
fn disputed() -> TaskView<Account> {
    let waits = AssignmentStatus::AwaitingKey {
        grant_by: 9,
        recipient: [5; 32],
    };
    view(
        TaskStatus::Disputed,
        vec![
            assignment(0, revealed()),
            juror(1, 0, revealed()),
            juror(2, 0, failed()),
            juror(2, 1, committed()),
            juror(3, 0, waits),
        ],
    )
}

const WRONG: Outcome = Outcome::Wrong { root: [0xcd; 32] };

#[test]
fn how_far_a_jury_is() {
    let text = show(&dispute(DisputeState::Judging), &disputed(), &CLOCK);
    for part in [
        "State       judging\n            2 of 5 jurors drawn, 1 have committed, 0 have revealed, 1 wait for the data key\n",
        "Bond        5 AICP\n",
        "Opened      about 10 s ago (block 60)\n",
        "Jury        of 5: 1 AICP for each who is right, 10 AICP locked\n",
        "The task    disputed\n",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let of = |id: &str| text.lines().find(|line| line.contains(id)).unwrap();
    assert!(of("7-1-0").contains("earlier") && of("7-1-0").contains("0xabab"));
    assert!(of("7-2-0").contains("no start"), "{text}");
    assert!(of("7-2-1").contains("last"), "{text}");
}

/// Regression: the text said that there was an appeal when the chain had called the larger jury by itself.
#[test]
fn nobody_is_said_to_have_appealed_who_may_not_have() {
    let of_round = |round| {
        let dispute = DisputeView {
            round,
            ..dispute(DisputeState::Judging)
        };
        show(&dispute, &disputed(), &CLOCK)
    };
    let first = of_round(0);
    assert!(
        first.contains("Round       0: nobody has appealed\n"),
        "{first}"
    );
    let second = of_round(1);
    let said = "Round       1: somebody has appealed, or the chain has called a larger jury";
    assert!(second.contains(said), "{second}");
}

#[test]
fn a_verdict_says_how_long_it_can_be_appealed_against() {
    let state = DisputeState::Appealable {
        until: 340,
        outcome: WRONG,
    };
    let view = DisputeView {
        appeal_bond: 11 * AICP,
        ..dispute(state)
    };
    let text = headline(&view, &disputed(), &CLOCK);
    assert!(
        text.starts_with("appealable: what was revealed is wrong: the jury found 0xcdcd"),
        "{text}"
    );
    assert!(
        text.contains("`aicpw task appeal 7` calls a larger jury for a bond of 11 AICP: about 60 s left (block 340)"),
        "{text}"
    );
    let over = headline(&dispute(state), &disputed(), &CLOCK);
    assert!(over.contains("the time to appeal is over"), "{over}");
}

fn part() -> DisputedPart {
    DisputedPart {
        number: 3,
        from: None,
        claimed: [1; 32],
    }
}

#[test]
fn what_a_dispute_about_a_part_waits_for() {
    let text = |state| headline(&dispute(state), &disputed(), &CLOCK);
    let opening = text(DisputeState::Opening { until: 340 });
    assert!(
        opening.contains("asked for its trace: about 60 s left (block 340)"),
        "{opening}"
    );
    let naming = text(DisputeState::Naming { until: 340 });
    assert!(naming.contains("names the part"), "{naming}");
    let about_a_part = DisputeView {
        part: Some(part()),
        ..dispute(DisputeState::Judging)
    };
    let text = headline(&about_a_part, &disputed(), &CLOCK);
    assert!(text.contains("about part 3: 2 of 5 jurors drawn"), "{text}");
}

#[test]
fn what_a_verdict_waits_for_before_the_jurors_are_paid() {
    let showing = DisputeState::Showing {
        until: 340,
        outcome: WRONG,
    };
    let text = headline(&dispute(showing), &disputed(), &CLOCK);
    let expected = "asked to show their work: about 60 s left (block 340)";
    assert!(
        text.starts_with("showing: ") && text.ends_with(expected),
        "{text}"
    );
}

#[test]
fn without_a_jury_the_chains_disputes_end_otherwise() {
    let by_somebody = dispute(DisputeState::Judging);
    let by_chain = DisputeView {
        challenger: None,
        ..by_somebody.clone()
    };
    assert!(finding(Outcome::Unable, &by_somebody).contains("what was revealed counts"));
    assert!(finding(Outcome::Unable, &by_chain).contains("whoever has revealed is paid"));
    let text = show(&by_chain, &disputed(), &CLOCK);
    let why = "replicas had no majority, or an auditor found another root";
    assert!(text.contains(why), "{text}");
}

#[test]
fn a_list_for_people() {
    let ended = DisputeState::Ended {
        outcome: WRONG,
        at: 90,
    };
    let text = list(&[(dispute(ended), disputed())], &CLOCK);
    assert!(
        text.contains("7   ended   wrong") && text.contains("10 s ago"),
        "{text}"
    );
    assert_eq!(list(&[], &CLOCK), "no disputes");
}

#[test]
fn every_field_and_state_is_documented() {
    let states = [
        DisputeState::Opening { until: 1 },
        DisputeState::Naming { until: 1 },
        DisputeState::Judging,
        DisputeState::Appealable {
            until: 1,
            outcome: WRONG,
        },
        DisputeState::Showing {
            until: 1,
            outcome: WRONG,
        },
        DisputeState::Closing {
            outcome: WRONG,
            seat: 1,
            lost: 1,
            right: 1,
        },
        DisputeState::Paying {
            outcome: WRONG,
            seat: 1,
            share: 1,
        },
        DisputeState::Ended {
            outcome: WRONG,
            at: 1,
        },
    ];
    let section = crate::output::documented::section("Dispute");
    let about_a_part = DisputeView {
        part: Some(part()),
        ..dispute(DisputeState::Opening { until: 1 })
    };
    let document = DisputeJson::new(&about_a_part, &disputed());
    crate::output::documented::check(&["Dispute"], &document);
    for state in states {
        let document = DisputeJson::new(&dispute(state), &disputed());
        crate::output::documented::check(&["Dispute"], &document);
        let name = state_name(&state);
        assert!(section.contains(&format!("| `{name}` |")), "{name}");
    }
    let outcomes = [
        Outcome::Upheld { root: [1; 32] },
        WRONG,
        Outcome::Unable,
        Outcome::KeyWithheld,
        Outcome::NoMajority,
        Outcome::TooFewJurors,
        Outcome::Available { digest: [1; 32] },
        Outcome::Unavailable,
    ];
    for outcome in outcomes {
        let name = serde_json::to_value(outcome).unwrap()["outcome"].clone();
        let name = name.as_str().unwrap();
        assert!(section.contains(&format!("`{name}`")), "{name}");
    }
}

/// An unavailable claim: of three fetchers, one could fetch the result.
fn claimed() -> (DisputeView<Account>, TaskView<Account>) {
    let fetcher = |seat, found| {
        let mut juror = juror(
            seat,
            0,
            AssignmentStatus::Revealed {
                opening: aicpw_protocol::commitment::ResultOpening {
                    result_root: found,
                    ..opening()
                },
                at: 1,
            },
        );
        juror.role = Role::Fetcher;
        juror
    };
    let task = view(
        TaskStatus::Settled { at: 1, paid: 1 },
        vec![
            assignment(0, revealed()),
            juror(1, 0, revealed()),
            fetcher(2, NOT_FETCHED),
            fetcher(3, [9; 32]),
            fetcher(4, NOT_FETCHED),
        ],
    );
    let claim = DisputeView {
        about: About::Availability {
            assignment: task.assignments[0].id,
        },
        ..dispute(DisputeState::Ended {
            outcome: Outcome::Unavailable,
            at: 90,
        })
    };
    (claim, task)
}

#[test]
fn a_claim_says_what_it_is_about_and_who_could_fetch() {
    let (claim, task) = claimed();
    let text = show(&claim, &task, &CLOCK);
    for part in [
        "About       whether the result of assignment 7-0-0 can be fetched\n",
        "the jury could not fetch the result: its provider loses its collateral",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let of = |id: &str| text.lines().find(|line| line.contains(id)).unwrap();
    assert!(of("7-2-0").contains("not there") && of("7-3-0").contains("fetched"));
    assert!(
        !text.contains("7-1-0"),
        "that one judged another dispute: {text}"
    );
    let document = serde_json::to_value(DisputeJson::new(&claim, &task)).unwrap();
    assert_eq!(document["about"], "availability");
    assert_eq!(document["assignment"], "7-0-0");
    assert_eq!(document["outcome"], "unavailable");
    let said = |field: &str| -> Vec<Value> {
        let jurors = document["jurors"].as_array().unwrap();
        jurors.iter().map(|one| one[field].clone()).collect()
    };
    assert_eq!(said("fetched"), [json!(false), json!(true), json!(false)]);
    assert_eq!(said("result_root"), [Value::Null, Value::Null, Value::Null]);
    crate::output::documented::check(&["Dispute"], &DisputeJson::new(&claim, &task));
    assert!(finding(Outcome::NoMajority, &claim).contains("as before the claim"));
}

#[test]
fn a_document_says_what_was_found() {
    let ended = DisputeState::Ended {
        outcome: WRONG,
        at: 90,
    };
    let document = serde_json::to_value(DisputeJson::new(&dispute(ended), &disputed())).unwrap();
    assert_eq!(document["state"], "ended");
    assert_eq!(document["outcome"], "wrong");
    assert_eq!(document["root"], format!("0x{}", "cd".repeat(32)));
    assert_eq!(document["ended_at"], 90);
    assert_eq!(document["appeal_bond"], Value::Null);
    assert_eq!(
        document["jurors"][1],
        json!({
            "assignment": "7-2-0", "provider": Account([2; 32]).to_string(), "last_jury": true,
            "state": "failed", "result_root": null, "fault": "no-start",
        })
    );
}
