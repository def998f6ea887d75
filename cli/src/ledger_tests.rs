use super::*;
use aicpw_protocol::units::AICP;
use codec::Encode;

pub const REQUESTER: Account = Account([1; 32]);
pub const PROVIDER: Account = Account([2; 32]);
const TREASURY: Account = Account([3; 32]);
const AUTHOR: Account = Account([4; 32]);
const POT: Account = Account([5; 32]);

/// A reason for a hold; which one makes no difference here.
const HELD_FOR: Reason = [31, 0];

const ASSIGNMENT: AssignmentId = AssignmentId {
    task: TaskId(7),
    replica: 0,
    attempt: 1,
};

fn at(transaction: Option<u32>, pallet: &str, name: &str, fields: impl Encode) -> Happened {
    Happened {
        transaction,
        event: Event {
            pallet: pallet.into(),
            name: name.into(),
            fields: fields.encode(),
        },
    }
}

/// An event at the beginning of a block, outside of any transaction.
fn by_itself(pallet: &str, name: &str, fields: impl Encode) -> Happened {
    at(None, pallet, name, fields)
}

fn entry(event: &str, subject: &str, change: i128, held: i128) -> Entry {
    Entry {
        event: event.into(),
        subject: subject.into(),
        change: Change(change),
        held: Change(held),
    }
}

/// A result of 100 is paid for: 2 go to the protocol, and 40 of the budget are returned.
pub fn settled() -> Vec<Happened> {
    let (fee, earned, rest): (Balance, Balance, Balance) = (2, 98, 40);
    let paid = fee + earned;
    vec![
        by_itself(
            "Balances",
            "TransferOnHold",
            (HELD_FOR, REQUESTER, TREASURY, fee),
        ),
        by_itself(
            "Balances",
            "TransferOnHold",
            (HELD_FOR, REQUESTER, PROVIDER, earned),
        ),
        // The market has other events in between.
        by_itself("ProviderStaking", "ComputingPowerChanged", (1_u64, 2_u32)),
        by_itself("Tasks", "ProviderPaid", (ASSIGNMENT, PROVIDER, paid, fee)),
        by_itself("Balances", "Released", (HELD_FOR, REQUESTER, rest)),
        by_itself(
            "Tasks",
            "TaskSettled",
            (TaskId(7), ASSIGNMENT, paid, fee, rest),
        ),
    ]
}

#[test]
fn a_result_is_paid_and_the_rest_goes_back() {
    let of = |account| entries(&settled(), &account).unwrap();
    assert_eq!(of(PROVIDER), [entry("ProviderPaid", "7-0-1", 98, 0)]);
    assert_eq!(
        of(REQUESTER),
        [
            entry("ProviderPaid", "7-0-1", -100, -100),
            entry("TaskSettled", "7", 0, -40),
        ]
    );
    assert_eq!(of(TREASURY), [entry("ProviderPaid", "7-0-1", 2, 0)]);
    assert!(of(AUTHOR).is_empty());
}

#[test]
fn a_submission_costs_its_fee_and_that_of_the_transaction() {
    let of = |pallet: &str, name: &str, fields: Vec<u8>| {
        let mut event = at(Some(2), pallet, name, ());
        event.event.fields = fields;
        event
    };
    let hash = [0_u8; 32];
    let events = [
        of("Balances", "Withdraw", (REQUESTER, 9_u128).encode()),
        of(
            "Balances",
            "Transfer",
            (REQUESTER, TREASURY, 10_u128).encode(),
        ),
        of("Balances", "Held", (HELD_FOR, REQUESTER, 500_u128).encode()),
        of(
            "Tasks",
            "TaskSubmitted",
            (TaskId(7), REQUESTER, hash, hash).encode(),
        ),
        // The excess of the fee is returned, and the author gets a share.
        of("Balances", "Deposit", (REQUESTER, 3_u128).encode()),
        of("Balances", "Deposit", (AUTHOR, 6_u128).encode()),
        of(
            "TransactionPayment",
            "TransactionFeePaid",
            (REQUESTER, 6_u128, 0_u128).encode(),
        ),
        of("System", "ExtrinsicSuccess", vec![0; 4]),
    ];
    assert_eq!(
        entries(&events, &REQUESTER).unwrap(),
        [
            entry("TaskSubmitted", "7", -10, 500),
            entry("TransactionFeePaid", "", -6, 0),
        ]
    );
    let payer = REQUESTER.to_string();
    assert_eq!(
        entries(&events, &AUTHOR).unwrap(),
        [entry("TransactionFeePaid", &payer, 6, 0)]
    );
}

/// Regression: rewards counted as fees for whoever requested their payout, because they too are deposits in a
/// transaction.
#[test]
fn a_validators_rewards_are_no_part_of_the_fee_of_who_calls_for_them() {
    let money =
        |name: &str, who: Account, amount: Balance| at(Some(3), "Balances", name, (who, amount));
    let staking = |name: &str, fields: Vec<u8>| {
        let mut event = at(Some(3), "Staking", name, ());
        event.event.fields = fields;
        event
    };
    // The validator has its rewards staked, the caller gets its own, and those of `TREASURY` go to the block's author.
    let rewarded = |fields: Vec<u8>| staking("Rewarded", fields);
    let events = [
        money("Withdraw", REQUESTER, 9),
        staking(
            "PayoutStarted",
            (1_u32, PROVIDER, 0_u32, None::<u32>).encode(),
        ),
        money("Deposit", PROVIDER, 70),
        at(Some(3), "Balances", "Held", (HELD_FOR, PROVIDER, 70_u128)),
        rewarded((PROVIDER, 0_u8, 70_u128).encode()),
        money("Deposit", REQUESTER, 30),
        rewarded((REQUESTER, 1_u8, 30_u128).encode()),
        money("Deposit", AUTHOR, 20),
        rewarded((TREASURY, 3_u8, AUTHOR, 20_u128).encode()),
        money("Withdraw", POT, 120),
        money("Deposit", REQUESTER, 3),
        money("Deposit", AUTHOR, 6),
        at(
            Some(3),
            "TransactionPayment",
            "TransactionFeePaid",
            (REQUESTER, 6_u128, 0_u128),
        ),
    ];
    let of = |account| entries(&events, &account).unwrap();
    let rewarded =
        |stash: Account, change, held| entry("Rewarded", &stash.to_string(), change, held);
    assert_eq!(of(PROVIDER), [rewarded(PROVIDER, 70, 70)]);
    assert_eq!(
        of(REQUESTER),
        [
            rewarded(REQUESTER, 30, 0),
            entry("TransactionFeePaid", "", -6, 0)
        ]
    );
    assert_eq!(
        of(AUTHOR),
        [
            rewarded(TREASURY, 20, 0),
            entry("TransactionFeePaid", &REQUESTER.to_string(), 6, 0)
        ]
    );
    assert_eq!(of(POT), [entry("Withdraw", "", -120, 0)]);
    assert!(of(TREASURY).is_empty());
}

/// The event after the call's last deposit distinguishes that deposit from the refund of the fee.
#[test]
fn a_call_that_ends_with_a_deposit_has_a_fee_of_its_own() {
    let money =
        |name: &str, who: Account, amount: Balance| at(Some(1), "Balances", name, (who, amount));
    let events = [
        money("Withdraw", REQUESTER, 9),
        money("Deposit", REQUESTER, 50),
        at(Some(1), "Utility", "BatchCompleted", ()),
        // A withdrawal by the call itself.
        money("Withdraw", AUTHOR, 4),
        money("Deposit", REQUESTER, 2),
        money("Deposit", AUTHOR, 7),
        at(
            Some(1),
            "TransactionPayment",
            "TransactionFeePaid",
            (REQUESTER, 7_u128, 0_u128),
        ),
    ];
    assert_eq!(
        entries(&events, &REQUESTER).unwrap(),
        [
            entry("Deposit", "", 50, 0),
            entry("TransactionFeePaid", "", -7, 0)
        ]
    );
    assert_eq!(
        entries(&events, &AUTHOR).unwrap(),
        [
            entry("TransactionFeePaid", &REQUESTER.to_string(), 7, 0),
            entry("Withdraw", "", -4, 0)
        ]
    );
}

#[test]
fn dust_is_no_part_of_what_it_happens_in_the_middle_of() {
    let events = [
        at(Some(1), "Balances", "DustLost", (REQUESTER, 5_u128)),
        at(Some(1), "System", "KilledAccount", REQUESTER),
        at(Some(1), "Balances", "Deposit", (TREASURY, 5_u128)),
        at(
            Some(1),
            "Balances",
            "Transfer",
            (REQUESTER, PROVIDER, 10_u128),
        ),
        at(Some(1), "Tasks", "TaskSubmitted", (TaskId(7), REQUESTER)),
        at(Some(1), "Balances", "Deposit", (TREASURY, 5_u128)),
        at(
            Some(1),
            "TransactionPayment",
            "TransactionFeePaid",
            (REQUESTER, 5_u128, 0_u128),
        ),
    ];
    assert_eq!(
        entries(&events, &REQUESTER).unwrap(),
        [
            entry("DustLost", "", -5, 0),
            entry("TaskSubmitted", "7", -10, 0)
        ]
    );
    // A block without an author: fees go there too.
    let from = REQUESTER.to_string();
    assert_eq!(
        entries(&events, &TREASURY).unwrap(),
        [
            entry("DustLost", &from, 5, 0),
            entry("TransactionFeePaid", &from, 5, 0)
        ]
    );
}

#[test]
fn a_balance_that_was_set_is_as_much_more_or_less_as_was_issued_for_it() {
    let set = |before: Option<(&str, Balance)>| {
        let issued = before.map(|(name, amount)| by_itself("Balances", name, amount));
        let set = by_itself("Balances", "BalanceSet", (PROVIDER, 1_000_u128));
        let events: Vec<_> = issued.into_iter().chain([set]).collect();
        assert!(entries(&events, &REQUESTER).unwrap().is_empty());
        entries(&events, &PROVIDER).unwrap()
    };
    assert_eq!(set(Some(("Issued", 7))), [entry("BalanceSet", "", 7, 0)]);
    assert_eq!(
        set(Some(("Rescinded", 7))),
        [entry("BalanceSet", "", -7, 0)]
    );
    assert!(set(None).is_empty());
    // Issued for something else.
    let events = [
        by_itself("Balances", "Issued", 7_u128),
        by_itself("Balances", "Deposit", (REQUESTER, 7_u128)),
        by_itself("Balances", "BalanceSet", (PROVIDER, 1_000_u128)),
    ];
    assert!(entries(&events, &PROVIDER).unwrap().is_empty());
}

#[test]
fn stake_is_slashed_and_the_requester_gets_it_or_what_makes_it_whole() {
    let slash = |beneficiary: Account| {
        [
            by_itself(
                "Balances",
                "TransferOnHold",
                (HELD_FOR, PROVIDER, beneficiary, 50_u128),
            ),
            by_itself(
                "ProviderStaking",
                "StakeSlashed",
                (PROVIDER, ASSIGNMENT, 50_u128, beneficiary),
            ),
        ]
    };
    let events = slash(REQUESTER);
    let slashed = |change, held| entry("StakeSlashed", "7-0-1", change, held);
    assert_eq!(entries(&events, &PROVIDER).unwrap(), [slashed(-50, -50)]);
    assert_eq!(entries(&events, &REQUESTER).unwrap(), [slashed(50, 0)]);

    let mut events = slash(TREASURY).to_vec();
    events.push(by_itself(
        "Balances",
        "Transfer",
        (TREASURY, REQUESTER, 20_u128),
    ));
    events.push(by_itself(
        "Tasks",
        "AssignmentFailed",
        (ASSIGNMENT, PROVIDER, 0_u8, 50_u128),
    ));
    assert_eq!(entries(&events, &PROVIDER).unwrap(), [slashed(-50, -50)]);
    let failed = |change| entry("AssignmentFailed", "7-0-1", change, 0);
    assert_eq!(entries(&events, &REQUESTER).unwrap(), [failed(20)]);
    assert_eq!(
        entries(&events, &TREASURY).unwrap(),
        [slashed(50, 0), failed(-20)]
    );
}

#[test]
fn audits_seats_and_bonds() {
    let task = TaskId(7);
    let events = [
        by_itself(
            "Balances",
            "TransferOnHold",
            (HELD_FOR, REQUESTER, POT, 12_u128),
        ),
        by_itself("Tasks", "AuditCostPaid", (task, 12_u128)),
        by_itself("Tasks", "AuditorOwed", (ASSIGNMENT, PROVIDER, 30_u128)),
        by_itself("Balances", "Transfer", (POT, PROVIDER, 12_u128)),
        by_itself("Tasks", "AuditorPaid", (ASSIGNMENT, PROVIDER, 12_u128)),
        // One bond is lost in part; then what was lost is divided.
        by_itself(
            "Balances",
            "TransferOnHold",
            (HELD_FOR, REQUESTER, TREASURY, 70_u128),
        ),
        by_itself("Disputes", "BondLost", (task, REQUESTER, 70_u128)),
        by_itself("Balances", "Released", (HELD_FOR, REQUESTER, 30_u128)),
        by_itself("Disputes", "BondReleased", (task, REQUESTER, 30_u128)),
        by_itself("Balances", "Transfer", (TREASURY, REQUESTER, 5_u128)),
        // For the next attempt at its task.
        by_itself("Balances", "Held", (HELD_FOR, REQUESTER, 5_u128)),
        by_itself("Balances", "Transfer", (TREASURY, PROVIDER, 4_u128)),
        by_itself("Disputes", "DisputeDecided", (task, [0_u8; 65])),
        by_itself("Balances", "Transfer", (TREASURY, PROVIDER, 3_u128)),
        by_itself("Disputes", "JurorPaid", (task, PROVIDER, 3_u128)),
    ];
    assert_eq!(
        entries(&events, &REQUESTER).unwrap(),
        [
            entry("AuditCostPaid", "7", -12, -12),
            entry("BondLost", "7", -70, -70),
            entry("BondReleased", "7", 0, -30),
            entry("DisputeDecided", "7", 5, 5),
        ]
    );
    // What is owed is not paid yet.
    assert_eq!(
        entries(&events, &PROVIDER).unwrap(),
        [
            entry("AuditorPaid", "7-0-1", 12, 0),
            entry("DisputeDecided", "7", 4, 0),
            entry("JurorPaid", "7", 3, 0),
        ]
    );
}

#[test]
fn a_transfer_is_told_with_the_other_side_and_is_no_part_of_what_follows() {
    let events = [
        at(
            Some(1),
            "Balances",
            "Transfer",
            (REQUESTER, PROVIDER, 8_u128),
        ),
        at(Some(1), "Utility", "ItemCompleted", ()),
        at(
            Some(1),
            "Balances",
            "Transfer",
            (REQUESTER, TREASURY, 10_u128),
        ),
        at(Some(1), "Tasks", "TaskSubmitted", (TaskId(7), REQUESTER)),
        at(
            Some(2),
            "Balances",
            "Transfer",
            (PROVIDER, REQUESTER, 1_u128),
        ),
        at(
            Some(3),
            "Balances",
            "Transfer",
            (REQUESTER, REQUESTER, 1_u128),
        ),
    ];
    let other = PROVIDER.to_string();
    assert_eq!(
        entries(&events, &REQUESTER).unwrap(),
        [
            entry("Transfer", &other, -8, 0),
            entry("TaskSubmitted", "7", -10, 0),
            entry("Transfer", &other, 1, 0),
        ]
    );
}

/// When a replica is late, its price is released without an explaining event.
#[test]
fn what_is_given_back_is_known_by_its_amount() {
    let events = [
        by_itself("Balances", "Released", (HELD_FOR, REQUESTER, 25_u128)),
        by_itself("Balances", "Released", (HELD_FOR, REQUESTER, 40_u128)),
        by_itself("Tasks", "TaskCancelled", (TaskId(8), 40_u128)),
        by_itself(
            "Tasks",
            "ProviderPaid",
            (ASSIGNMENT, PROVIDER, 1_u128, 0_u128),
        ),
    ];
    assert_eq!(
        entries(&events, &REQUESTER).unwrap(),
        [
            entry("TaskCancelled", "8", 0, -40),
            entry("Released", "", 0, -25),
        ]
    );
}

#[test]
fn an_event_of_another_shape_is_no_entry_of_nothing() {
    for (pallet, name) in [("Balances", "Transfer"), ("Tasks", "ProviderPaid")] {
        let error = entries(&[by_itself(pallet, name, 1_u8)], &REQUESTER).unwrap_err();
        assert!(
            error.message.contains(&format!("{pallet}.{name}")),
            "{error}"
        );
    }
    let longer = by_itself("Balances", "Deposit", (REQUESTER, 1_u128, 0_u8));
    assert!(entries(&[longer], &REQUESTER).is_err());
}

#[test]
fn amounts_have_a_sign_and_all_digits() {
    assert_eq!(Change::more(AICP * 3 / 2).aicp(), "1.5");
    assert_eq!(Change::less(1).aicp(), "-0.000000000000000001");
    assert_eq!(Change::less(0).aicp(), "0");
    assert_eq!(Change::less(Balance::MAX).0, -i128::MAX);
}
