use super::*;
use crate::{
    chain::{read::tests::CLOCK, submit::Event},
    life::tests::{assignment, opening, view},
    output::dispute::tests::dispute as disputed,
};
use aicpw_protocol::units::AICP;
use codec::Encode;

const REQUESTER: Account = Account([1; 32]);
const PROVIDER: Account = Account([2; 32]);
const OTHER: Account = Account([9; 32]);

fn verifying() -> TaskView<Account> {
    let revealed = AssignmentStatus::Revealed {
        opening: opening(),
        at: 1,
    };
    let status = TaskStatus::Verifying { settle_at: 340 };
    view(status, vec![assignment(0, revealed)])
}

fn sealed() -> TaskView<Account> {
    let mut task = verifying();
    task.submission.privacy = Privacy::Sealed {
        key_commitment: [1; 32],
    };
    task
}

fn obstacle(
    task: &TaskView<Account>,
    before: Option<DisputeState>,
    account: Account,
) -> Option<String> {
    let before = before.map(disputed);
    dispute_obstacle(task, before.as_ref(), account).map(|error| error.to_string())
}

const UPHELD: Outcome = Outcome::Upheld { root: [0xab; 32] };

#[test]
fn a_dispute_that_the_chain_would_refuse_is_not_sent() {
    let ended = DisputeState::Ended {
        outcome: UPHELD,
        at: 1,
    };
    assert_eq!(obstacle(&verifying(), None, OTHER), None);
    assert_eq!(obstacle(&verifying(), Some(ended), REQUESTER), None);
    assert_eq!(obstacle(&sealed(), None, REQUESTER), None);
    let settled = view(TaskStatus::Settled { at: 1, paid: 1 }, vec![]);
    for (task, before, account, code) in [
        (
            &verifying(),
            Some(DisputeState::Judging),
            OTHER,
            "Disputes.AlreadyDisputed",
        ),
        (&settled, None, OTHER, "Tasks.NotVerifying"),
        (&verifying(), None, PROVIDER, "Disputes.IsParty"),
        (&sealed(), None, OTHER, "Disputes.NotRequester"),
    ] {
        let error = obstacle(task, before, account).unwrap();
        assert!(
            error.contains(code) && error.contains("nothing was sent"),
            "{error}"
        );
    }
}

#[test]
fn an_appeal_that_the_chain_would_refuse_is_not_sent() {
    let task = view(TaskStatus::Disputed, vec![]);
    let open = |until| {
        let state = DisputeState::Appealable {
            until,
            outcome: UPHELD,
        };
        DisputeView {
            appeal_bond: 11 * AICP,
            ..disputed(state)
        }
    };
    let ended = DisputeState::Ended {
        outcome: UPHELD,
        at: 1,
    };
    let last = DisputeView {
        appeal_bond: 0,
        ..open(340)
    };
    for (before, code) in [
        (None, "NotDisputed"),
        (Some(disputed(DisputeState::Judging)), "NotAppealable"),
        (Some(disputed(ended)), "NotAppealable"),
        (Some(open(CLOCK.now - 1)), "NotAppealable"),
        (Some(last), "NoFurtherAppeal"),
    ] {
        let error = appealable(&task, before, &CLOCK).unwrap_err().to_string();
        assert!(
            error.contains(code) && error.contains("nothing was sent"),
            "{error}"
        );
    }
    assert!(appealable(&task, Some(open(CLOCK.now)), &CLOCK).is_ok());
    let (_, text) = appealable(&task, Some(open(340)), &CLOCK).unwrap();
    for part in [
        "a bond of 11 AICP",
        "right is what was revealed: 0xabab",
        "about 60 s left",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn what_is_at_stake_is_said_first() {
    let text = dispute_consequence(&verifying(), 5 * AICP, Some(AICP / 200), &CLOCK);
    for part in [
        "a bond of 5 AICP",
        "the provider loses 0.000000000000000011 AICP",
        "about 60 s left (block 340)",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// Regression: it was said that the whole budget is returned and that the provider is not paid.
#[test]
fn what_does_not_come_back_without_a_verdict_is_said_first() {
    let said = |task: &TaskView<Account>, base_fee| {
        let text = dispute_consequence(task, 5 * AICP, base_fee, &CLOCK);
        let (_, rest) = text
            .split_once("bond and budget go back, but for ")
            .unwrap();
        let (kept, _) = rest
            .split_once(", which is all that the provider gets")
            .unwrap();
        kept.to_owned()
    };
    let mut task = verifying();
    task.assignments[0].price = AICP / 100;
    let base_fee = Some(AICP / 200);
    let both = "0.00008 AICP for audits and a base fee of 0.005 AICP";
    assert_eq!(said(&task, base_fee), both);
    assert_eq!(said(&task, None), "0.00008 AICP for audits and a base fee");
    task.audit = None;
    task.assignments[0].price = AICP / 500;
    assert_eq!(said(&task, base_fee), "a base fee of 0.002 AICP");
    task.escrow = AICP / 1_000;
    assert_eq!(said(&task, base_fee), "a base fee of 0.001 AICP");
}

#[test]
fn who_calls_a_jury_is_told_how_much_it_can_fetch_in_time() {
    let note = fetch_note(240, &CLOCK);
    for part in ["have 45 s", "serves 268 MiB"] {
        assert!(note.contains(part), "{part} in {note}");
    }
}

#[test]
fn bond_and_fees_have_to_be_there() {
    assert!(check_funds(OTHER, 5 * AICP + 3, 5 * AICP, 3).is_ok());
    let error = check_funds(OTHER, 5 * AICP + 2, 5 * AICP, 3).unwrap_err();
    assert_eq!(error.kind, Kind::InsufficientFunds);
    assert!(error.message.contains("the bond of 5 AICP"), "{error}");
}

#[test]
fn a_sealed_task_needs_its_key_again_after_a_verdict() {
    let dispute = disputed(DisputeState::Judging);
    let mut task = sealed();
    task.status = TaskStatus::Queued { match_by: 1 };
    assert!(after_verdict(&task, &dispute).contains("aicpw agent"));
    task.status = TaskStatus::Settled { at: 1, paid: 1 };
    assert!(!after_verdict(&task, &dispute).contains("aicpw agent"));
}

#[test]
fn the_document_is_documented() {
    let inclusion = Inclusion {
        block: Default::default(),
        height: 77,
        transaction: Default::default(),
        events: vec![Event {
            pallet: "TransactionPayment".into(),
            name: "TransactionFeePaid".into(),
            fields: ([1u8; 32], AICP, 0u128).encode(),
        }],
        after: Default::default(),
    };
    let dispute = disputed(DisputeState::Judging);
    let document = document(Some((&dispute, &verifying())), &inclusion);
    assert_eq!(document.transaction_fee, Some(Amount(AICP)));
    crate::output::documented::check(&["Dispute change", "Dispute", "Transaction"], &document);
}
