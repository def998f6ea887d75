//! Disputes on the real runtime: jurors are drawn, run the task, commit and reveal. Each ending has a test.

use aicpw_protocol::{
    task::{AssignmentStatus, Fault, Privacy, Refunded, Role, Submission, TaskStatus},
    verdict::{DisputeState, Outcome},
    view::AssignmentView,
    Balance, Hash,
};
use aicpw_runtime::{
    configs::{market::DisputeRules, money::TreasuryAccount, parameters::MarketParameter},
    units::{HOURS, MINUTES, UNIT},
    ProviderStaking,
};
use pallet_tasks::types::Refusal;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, EveStash, FerdieStash, One, Two};
use sp_runtime::transaction_validity::InvalidTransaction;

use crate::{
    chain::Chain,
    court::{all, Court, LIE, TWO_OF_TWO},
    governance::set_as_root,
    market::{ask, assignment, submission, submit, task, Provider, OPTIMISTIC, OUTPUT, WORK},
};

#[test]
fn a_wrong_picture_costs_its_provider_everything_and_another_makes_the_right_one() {
    let mut court = Court::new();
    let requester = Charlie.to_account_id();
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    let locked = {
        let liar = &task(&mut court.chain, id).assignments[0];
        liar.collateral + liar.fraud_bond
    };
    let opened_at = court.chain.height();
    court.dispute(Alice, id);
    let before = court.chain.balance(&requester);
    court.judge(id, all(OUTPUT));
    let pay = court.view(id).pay;
    assert!(matches!(
        court.view(id).state,
        DisputeState::Appealable {
            outcome: Outcome::Wrong { .. },
            ..
        }
    ));
    assert!(court.chain.height() - opened_at < 240, "less than a minute");
    let jurors = court.jurors(id);
    assert_eq!(jurors.len(), 5);

    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    assert_eq!(court.stake(Bob), 1_000 * UNIT - locked);
    let cost = task(&mut court.chain, id).assignments[0].audit_cost;
    assert_eq!(
        court.chain.balance(&requester),
        before + cost,
        "what it has paid for the lie"
    );
    for juror in &jurors {
        assert_eq!(juror.price, pay);
    }

    // The task was matched again, with a provider that was not on it before.
    let view = task(&mut court.chain, id);
    let last = view
        .assignments
        .iter()
        .rfind(|one| one.role == Role::Replica)
        .unwrap()
        .clone();
    assert_ne!(last.provider, Bob.to_account_id());
    assert!(jurors.iter().all(|juror| juror.provider != last.provider));
    let worker = court.worker(&last.provider);
    court.others[worker].run(&mut court.chain, last.id, OUTPUT);
    court.sign(Charlie, pallet_tasks::Call::accept { task: id });
    assert!(matches!(
        task(&mut court.chain, id).status,
        TaskStatus::Settled { .. }
    ));
}

/// Regression: the program reads a clock, or something else that varies, and gives another result when it is run later.
/// Its requester has what it wanted, and disputes the result, itself or under another name.
#[test]
fn who_has_its_own_task_disputed_gains_nothing_by_it() {
    for challenger in [Charlie, Alice] {
        let mut court = Court::new();
        let own = [Charlie.to_account_id(), challenger.to_account_id()];
        let owns = |court: &mut Court| {
            let all = own.each_ref().map(|account| court.chain.balance(account));
            all.iter().sum::<Balance>()
        };
        let before = owns(&mut court);
        let id = court.revealed(submission(OPTIMISTIC), OUTPUT);
        court.dispute(challenger, id);
        court.judge(id, all(LIE));
        let (mut court, outcome) = court.run_to_end(id);
        assert!(matches!(outcome, Outcome::Wrong { .. }));
        assert!(court.stake(Bob) < 1_000 * UNIT, "who was honest has lost");
        let after = owns(&mut court);
        assert!(after < before, "{challenger}: {after} {before}");
    }
}

#[test]
fn who_doubts_a_right_result_pays_the_jury() {
    let mut court = Court::new();
    let id = court.revealed(submission(OPTIMISTIC), OUTPUT);
    let before = court.chain.balance(&Alice.to_account_id());
    court.dispute(Alice, id);
    court.judge(id, all(OUTPUT));
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Upheld { .. }));
    let view = court.view(id);
    let after = court.chain.balance(&Alice.to_account_id());
    assert!(after <= before - 5 * view.pay, "the bond, and a fee");
    assert_eq!(court.stake(Bob), 1_000 * UNIT);
    let view = task(&mut court.chain, id);
    assert!(matches!(view.status, TaskStatus::Settled { .. }));
    let settled = |one: &&AssignmentView<_>| matches!(one.status, AssignmentStatus::Settled { .. });
    assert_eq!(view.assignments.iter().filter(settled).count(), 6);
    // And the result is rated like any other; the jurors are not rated.
    court.sign(Charlie, pallet_tasks::Call::rate { task: id, stars: 5 });
    let rated = court
        .chain
        .read(|| ProviderStaking::provider_view(Bob.to_account_id()))
        .unwrap();
    assert_eq!(rated.ratings, (1, 5));
}

#[test]
fn a_juror_that_lies_loses_its_lock() {
    let mut court = Court::new();
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    court.dispute(Charlie, id);
    court.judge(id, |number| Some(if number == 2 { LIE } else { OUTPUT }));
    let jurors = court.jurors(id);
    let lock = court.view(id).lock;
    let (mut court, _) = court.run_to_end(id);
    for (number, juror) in jurors.iter().enumerate() {
        let key = court.provider(&juror.provider).key;
        let lost = 1_000 * UNIT - court.stake(key);
        assert_eq!(lost, if number == 2 { lock } else { 0 }, "juror {number}");
    }
}

#[test]
fn a_juror_that_sleeps_pays_and_is_replaced() {
    let mut court = Court::new();
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    court.dispute(Charlie, id);
    // The first juror that is drawn does nothing.
    let mut sleeper = None;
    for _ in 0..60 {
        court.block();
        sleeper = court.jurors(id).first().map(|one| one.provider.clone());
        if sleeper.is_some() {
            break;
        }
    }
    let sleeper = sleeper.expect("somebody was drawn");
    let sleeping = court.provider(&sleeper).key;
    for _ in 0..600 {
        if court.view(id).state != DisputeState::Judging {
            break;
        }
        for juror in court.jurors(id) {
            if juror.provider == sleeper {
                continue;
            }
            let worker = court.worker(&juror.provider);
            match juror.status {
                AssignmentStatus::Assigned { .. } => {
                    court.others[worker].start(&mut court.chain, juror.id);
                    court.others[worker].commit(&mut court.chain, juror.id, OUTPUT);
                }
                AssignmentStatus::Committed {
                    reveal_by: Some(_), ..
                } => court.others[worker].reveal(&mut court.chain, juror.id, OUTPUT),
                _ => {}
            }
        }
        court.block();
    }
    assert!(matches!(
        court.view(id).state,
        DisputeState::Appealable { .. }
    ));
    let jurors = court.jurors(id);
    assert_eq!(jurors.len(), 6, "five, and one in the place of the first");
    let lock = court.view(id).lock;
    assert_eq!(court.stake(sleeping), 1_000 * UNIT - lock / 2);
}

#[test]
fn a_juror_that_copies_another_cannot_reveal_and_loses_its_whole_lock() {
    let mut court = Court::new();
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    court.dispute(Charlie, id);
    for _ in 0..60 {
        if court.jurors(id).len() == 5 {
            break;
        }
        court.block();
    }
    let jurors = court.jurors(id);
    assert_eq!(jurors.len(), 5);
    // All but the last juror work. The last commits to what it has read on the chain.
    let (copier, workers) = jurors.split_last().unwrap();
    let copying = court.provider(&copier.provider).key;
    court.start(copier);
    for juror in workers {
        court.start(juror);
        let worker = court.worker(&juror.provider);
        court.others[worker].commit(&mut court.chain, juror.id, OUTPUT);
    }
    let AssignmentStatus::Committed { commitment, .. } = court.jurors(id)[0].status else {
        panic!("the first has committed");
    };
    let worker = court.worker(&copier.provider);
    court.others[worker].commit_to(&mut court.chain, copier.id, commitment);
    // Nobody can open that commitment before the others have opened theirs; then all roots are known.
    for juror in workers {
        court.reveal(juror, OUTPUT);
    }
    for output in [OUTPUT, LIE] {
        let worker = court.worker(&copier.provider);
        let call = court.others[worker].reveal_call(&mut court.chain, copier.id, output);
        let transaction = court.chain.authorised(call);
        let refused = court.chain.try_block(vec![transaction]).remove(0);
        assert_eq!(
            refused,
            Err(InvalidTransaction::Custom(Refusal::WrongOpening as u8).into())
        );
    }
    court.judge(id, |_| None);
    let lock = court.view(id).lock;
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    assert_eq!(court.stake(copying), 1_000 * UNIT - lock);
    for juror in workers {
        let key = court.provider(&juror.provider).key;
        assert_eq!(court.stake(key), 1_000 * UNIT);
    }
}

/// The accuser's root is no secret: a juror can vote for it without any work. The trace root of the work is a secret.
#[test]
fn a_juror_that_votes_for_a_root_that_it_was_told_pays_for_it() {
    let mut court = Court::new();
    let (id, idle) = court.judged_by_one_idle();
    let idle = court.provider(&idle).key;
    let (lock, jurors) = (court.view(id).lock, court.jurors(id));
    // While there may still be a jury that could copy it, no juror shows its work. After that, the one who has made its
    // trace root up cannot show any.
    let shows = |court: &mut Court, number: usize, trace_root: Hash| {
        let juror = &jurors[number];
        let worker = court.worker(&juror.provider);
        let call = court.others[worker].show_call(&mut court.chain, juror.id, trace_root);
        let transaction = court.chain.authorised(call);
        court.chain.try_block(vec![transaction]).remove(0)
    };
    let refused = |why: Refusal| Err(InvalidTransaction::Custom(why as u8).into());
    assert_eq!(shows(&mut court, 0, WORK), refused(Refusal::NotInState));
    court.wait_out(id);
    assert!(matches!(court.view(id).state, DisputeState::Showing { .. }));
    assert_eq!(
        shows(&mut court, 2, [0; 32]),
        refused(Refusal::WrongOpening)
    );
    assert_eq!(shows(&mut court, 2, WORK), refused(Refusal::WrongOpening));
    assert_eq!(
        shows(&mut court, 0, [0; 32]),
        refused(Refusal::WrongOpening)
    );
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    assert_eq!(court.view(id).work, Some(WORK));
    assert_eq!(court.stake(idle), 1_000 * UNIT - lock / 2);
    for juror in &jurors {
        let key = court.provider(&juror.provider).key;
        assert!(key == idle || court.stake(key) == 1_000 * UNIT);
    }
}

/// A juror that has worked, but is away when the work is to be shown, loses nothing. Then a juror that has not worked
/// loses nothing either.
#[test]
fn work_that_nobody_shows_is_taken_for_done() {
    let mut court = Court::new();
    let (id, idle) = court.judged_by_one_idle();
    let jurors = court.jurors(id);
    court.wait_out(id);
    assert!(matches!(court.view(id).state, DisputeState::Showing { .. }));
    court.wait_out(id);
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    assert!(jurors.iter().any(|juror| juror.provider == idle));
    for juror in &jurors {
        let key = court.provider(&juror.provider).key;
        assert_eq!(court.stake(key), 1_000 * UNIT);
    }
    assert_eq!(court.view(id).work, None);
}

#[test]
fn without_enough_jurors_the_requester_is_refunded_and_nobody_slashed() {
    let mut chain = Chain::development();
    let liar = Provider::join(&mut chain, Bob, ask(300));
    let others = [Dave, Eve]
        .map(|key| Provider::join(&mut chain, key, ask(500)))
        .into();
    let mut court = Court {
        chain: chain.with_outputs(),
        liar,
        others,
    };
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    court.dispute(Alice, id);
    court.judge(id, all(OUTPUT));
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::TooFewJurors);
    for key in [Bob, Dave, Eve] {
        assert_eq!(court.stake(key), 1_000 * UNIT);
    }
    assert!(matches!(
        task(&mut court.chain, id).status,
        TaskStatus::Refunded {
            reason: Refunded::NoVerdict,
            ..
        }
    ));
}

/// By then the escrow holds no more than the liar's own price, and the jurors ask for more.
#[test]
fn a_lie_at_the_last_attempt_is_judged_by_those_who_ask_for_more_than_the_liar() {
    let mut court = Court::new();
    let crashing = [(FerdieStash, 250), (EveStash, 260)]
        .map(|(key, thousandths)| Provider::join(&mut court.chain, key, ask(thousandths)));
    let id = submit(&mut court.chain, Charlie, submission(OPTIMISTIC));
    for provider in &crashing {
        let attempt = assignment(&mut court.chain, id);
        provider.start(&mut court.chain, attempt);
        provider.fail(&mut court.chain, attempt, Fault::Crashed);
        court.block();
    }
    let last = assignment(&mut court.chain, id);
    assert_eq!(last.attempt, 2);
    court.liar.run(&mut court.chain, last, LIE);
    let view = task(&mut court.chain, id);
    let lie = view.assignments.last().unwrap().clone();
    assert_eq!(view.escrow, lie.price, "and the audit is paid");
    court.dispute(Charlie, id);
    court.judge(id, all(OUTPUT));
    assert_eq!(
        court.view(id).pay,
        UNIT,
        "all that the task pays a provider"
    );
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    let locked = lie.collateral + lie.fraud_bond;
    assert_eq!(court.stake(Bob), 1_000 * UNIT - locked);
    assert!(matches!(
        task(&mut court.chain, id).status,
        TaskStatus::Refunded {
            reason: Refunded::AttemptsExhausted,
            ..
        }
    ));
}

#[test]
fn a_verdict_can_be_appealed_for_as_long_as_governance_says() {
    let mut court = Court::new();
    let window = MarketParameter::AppealWindow(HOURS);
    set_as_root(&mut court.chain, window).unwrap();
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    court.dispute(Charlie, id);
    court.judge(id, all(OUTPUT));
    let DisputeState::Appealable { until, .. } = court.view(id).state else {
        panic!("no verdict: {:?}", court.view(id).state);
    };
    let left = until - court.chain.height();
    assert!((HOURS - MINUTES..=HOURS).contains(&left), "{left}");
}

#[test]
fn an_appeal_that_finds_no_jury_changes_nothing() {
    let mut court = Court::new();
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    court.dispute(Charlie, id);
    court.judge(id, all(OUTPUT));
    let before = court.chain.balance(&Bob.to_account_id());
    court.sign(Bob, pallet_disputes::Call::appeal { task: id });
    assert_eq!(court.view(id).jury, 11);
    court.judge(id, all(OUTPUT));
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    let bond = DisputeRules::get().bond(court.view(id).pay, 1).unwrap();
    assert!(court.chain.balance(&Bob.to_account_id()) <= before - bond);
}

/// Those who keep the jury from being served may be friends of the liar, or whoever crowds the one line over which
/// eleven jurors fetch what five have fetched.
#[test]
fn an_appeal_whose_jury_is_not_served_does_not_pay_the_liar() {
    let mut court = Court::new();
    for key in [One, Two] {
        court.sign(
            Alice,
            pallet_balances::Call::transfer_keep_alive {
                dest: key.to_account_id().into(),
                value: 2_000 * UNIT,
            },
        );
    }
    // Five of them judge first, which leaves seven that can judge after them.
    for key in [Alice, EveStash, FerdieStash, One, Two] {
        let other = Provider::join(&mut court.chain, key, ask(500));
        court.others.push(other);
    }
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    let liar = task(&mut court.chain, id).assignments[0].clone();
    court.dispute(Charlie, id);
    court.judge(id, all(OUTPUT));
    let first: Vec<_> = court
        .jurors(id)
        .iter()
        .map(|one| one.provider.clone())
        .collect();
    assert_eq!(first.len(), 5);
    let before = court.chain.balance(&Bob.to_account_id());
    court.sign(Bob, pallet_disputes::Call::appeal { task: id });
    court.are_not_served(id);
    let votes = court.jurors(id).len() - first.len();
    assert!(
        votes >= 6,
        "{votes} are a majority of eleven, and all were unable"
    );

    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }), "{outcome:?}");
    assert_eq!(
        court.stake(Bob),
        1_000 * UNIT - liar.collateral - liar.fraud_bond
    );
    let bond = DisputeRules::get().bond(court.view(id).pay, 1).unwrap();
    assert!(court.chain.balance(&Bob.to_account_id()) <= before - bond);
    for other in 0..court.others.len() {
        let key = court.others[other].key;
        assert_eq!(court.stake(key), 1_000 * UNIT, "{key:?} is not to blame");
    }
    assert!(!matches!(
        task(&mut court.chain, id).status,
        TaskStatus::Settled { .. }
    ));
}

/// Regression: three of five jurors under one control convict an honest provider. Jurors found for its appeal lost
/// their whole locks for telling the truth, because too few others were found.
#[test]
fn who_was_found_for_an_appeal_with_too_few_others_loses_nothing() {
    let mut court = Court::new();
    for key in [Alice, EveStash, FerdieStash] {
        let other = Provider::join(&mut court.chain, key, ask(500));
        court.others.push(other);
    }
    let id = court.revealed(submission(OPTIMISTIC), OUTPUT);
    court.dispute(Charlie, id);
    court.judge(id, |number| Some(if number < 3 { LIE } else { OUTPUT }));
    court.sign(Bob, pallet_disputes::Call::appeal { task: id });
    court.judge(id, all(OUTPUT));
    let (jurors, lock) = (court.jurors(id), court.view(id).lock);
    assert!(jurors.len() > 5, "there were five more, of eleven");
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }), "{outcome:?}");
    for (number, juror) in jurors.iter().enumerate() {
        let key = court.provider(&juror.provider).key;
        let lost = 1_000 * UNIT - court.stake(key);
        // In the first jury the two who found the truth are overruled, as always.
        let is_overruled = number == 3 || number == 4;
        assert_eq!(lost, if is_overruled { lock } else { 0 }, "juror {number}");
    }
}

#[test]
fn a_jury_that_cannot_run_the_program_decides_against_the_requester() {
    let mut court = Court::new();
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    court.dispute(Charlie, id);
    court.are_not_served(id);
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::Unable);
    assert!(matches!(
        task(&mut court.chain, id).status,
        TaskStatus::Settled { .. }
    ));
}

fn sealed() -> Submission {
    Submission {
        privacy: Privacy::Sealed {
            key_commitment: [3; 32],
        },
        ..submission(OPTIMISTIC)
    }
}

#[test]
fn jurors_of_a_sealed_task_get_the_key() {
    let mut court = Court::new();
    let id = court.revealed(sealed(), LIE);
    court.dispute(Charlie, id);
    court.judge(id, all(OUTPUT));
    assert!(court.jurors(id).iter().all(|one| one.envelope.is_some()));
    let (_, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }));
}

#[test]
fn a_requester_that_keeps_the_key_loses_its_dispute() {
    let mut court = Court::new();
    let id = court.revealed(sealed(), LIE);
    court.dispute(Charlie, id);
    for _ in 0..400 {
        if court.view(id).state != DisputeState::Judging {
            break;
        }
        court.block();
    }
    let (mut court, outcome) = court.run_to_end(id);
    assert_eq!(outcome, Outcome::KeyWithheld);
    assert!(matches!(
        task(&mut court.chain, id).status,
        TaskStatus::Settled { .. }
    ));
}

#[test]
fn replicas_without_a_majority_go_to_a_jury() {
    let mut court = Court::new();
    let requester = Charlie.to_account_id();
    let treasury = TreasuryAccount::get();
    let id = court.without_majority(submission(TWO_OF_TWO));
    assert_eq!(court.view(id).challenger, None);
    let before = court.chain.balance(&treasury);
    court.judge(id, all(OUTPUT));
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Upheld { .. }));
    let view = task(&mut court.chain, id);
    let TaskStatus::Settled { paid, .. } = view.status else {
        panic!("{view:?}")
    };
    assert!(paid > 0);
    let failed = |one: &&AssignmentView<_>| {
        matches!(
            one.status,
            AssignmentStatus::Failed {
                fault: Fault::WrongResult,
                ..
            }
        )
    };
    assert_eq!(view.assignments.iter().filter(failed).count(), 1);
    assert!(court.chain.balance(&treasury) > before);
    assert!(court.chain.balance(&requester) > 0);
}
