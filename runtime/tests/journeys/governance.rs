//! Token holders decide about a number of the market, and about the runtime itself.

use aicpw_protocol::task::TaskStatus;
use aicpw_runtime::{
    configs::{
        governance::{
            agenda::MOST_ALARMS,
            origins::{Origin, TimeLapse},
        },
        money::TreasuryAccount,
        parameters::{
            AuditRules, BaseFee, MarketParameter, MarketRelations, MaxTimeLimit, ProgressWindow,
            SubmissionFee, UnbondingPeriod,
        },
    },
    units::{DAYS, MILLI, MINUTES, UNIT},
    AccountId, BlockNumber, OriginCaller, Preimage, Referenda, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, Scheduler, System,
};
use codec::Encode;
use frame_support::{
    dispatch::DispatchResult,
    traits::{schedule::DispatchTime, Bounded, Get, StorePreimage},
    BoundedVec,
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use pallet_market_parameters::{Changed, GovernedParameter, Relations};
use pallet_referenda::{DecidingCount, ReferendumIndex, ReferendumInfo, ReferendumInfoFor};
use pallet_scheduler::Agenda;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie};
use sp_runtime::Perbill;

use crate::{
    chain::Chain,
    market::{
        ask, assignment, expecting_output, fee_with, submission, submit, task, Provider, OUTPUT,
    },
};

const DAY: u64 = 24 * 3_600_000;

/// More blocks than any referendum needs.
const PATIENCE: u32 = 20 * DAY_IN_BLOCKS;

/// Blocks in a day of these tests. They are fewer than with the preset, because nobody watches.
pub const DAY_IN_BLOCKS: u32 = 12;

/// Proposes the call, on behalf of `origin`.
pub fn propose(chain: &mut Chain, origin: OriginCaller, call: RuntimeCall) -> ReferendumIndex {
    chain.read(|| TimeLapse::<Runtime>::put(DAYS / DAY_IN_BLOCKS));
    let index = chain.read(pallet_referenda::ReferendumCount::<Runtime>::get);
    let bytes = call.encode();
    let proposal = chain.read(|| {
        // A call that is too long to be in the proposal is only named in it.
        sp_io::storage::start_transaction();
        let bound = Preimage::bound(call).unwrap();
        sp_io::storage::rollback_transaction();
        bound
    });
    if matches!(proposal, Bounded::Lookup { .. }) {
        chain
            .sign(Alice, pallet_preimage::Call::note_preimage { bytes })
            .unwrap();
    }
    let submit = pallet_referenda::Call::submit {
        proposal_origin: Box::new(origin),
        proposal,
        enactment_moment: DispatchTime::After(0),
    };
    chain.sign(Alice, submit).unwrap();
    let deposit = pallet_referenda::Call::place_decision_deposit { index };
    chain.sign(Bob, deposit).unwrap();
    index
}

/// Has all well-known accounts vote for it, or against it.
pub fn vote(chain: &mut Chain, poll_index: ReferendumIndex, aye: bool) {
    let votes = Sr25519Keyring::well_known()
        .map(|voter| {
            let vote = AccountVote::Standard {
                vote: Vote {
                    aye,
                    conviction: Conviction::Locked1x,
                },
                balance: 900_000 * UNIT,
            };
            let call = pallet_conviction_voting::Call::vote { poll_index, vote };
            chain.signed(voter, call, 0)
        })
        .collect();
    for outcome in chain.block(votes) {
        outcome.unwrap();
    }
}

/// Makes blocks until the referendum has ended. Returns whether it was approved.
pub fn conclude(chain: &mut Chain, index: ReferendumIndex) -> bool {
    for _ in 0..PATIENCE {
        match chain.read(|| ReferendumInfoFor::<Runtime>::get(index)) {
            Some(ReferendumInfo::Ongoing(_)) => {
                chain.block(Vec::new());
            }
            Some(ReferendumInfo::Approved(..)) => return true,
            _ => return false,
        }
    }
    let info = chain.read(|| ReferendumInfoFor::<Runtime>::get(index));
    panic!(
        "{info:?} at {}: referendum {index} is not decided after {PATIENCE} blocks",
        chain.height()
    );
}

/// Makes blocks until a scheduled call is dispatched. Returns the result of the dispatch.
pub fn enact(chain: &mut Chain) -> DispatchResult {
    for _ in 0..PATIENCE {
        let outcome = chain.read(|| {
            System::events()
                .into_iter()
                .find_map(|record| match record.event {
                    // The alarms of referenda are dispatched too; they have no id.
                    RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched {
                        id: Some(_),
                        result,
                        ..
                    }) => Some(result),
                    _ => None,
                })
        });
        match outcome {
            Some(result) => return result,
            None => chain.block(Vec::new()),
        };
    }
    panic!("nothing is dispatched within {PATIENCE} blocks");
}

/// Proposes the call, has everybody vote for it, and has it carried out.
pub fn decide(chain: &mut Chain, origin: OriginCaller, call: RuntimeCall) -> DispatchResult {
    let index = propose(chain, origin, call);
    vote(chain, index, true);
    assert!(conclude(chain, index), "everybody is for it");
    enact(chain)
}

fn set(parameter: MarketParameter) -> RuntimeCall {
    pallet_market_parameters::Call::set_parameter { parameter }.into()
}

/// Sets a parameter at once, as root of a development chain.
pub fn set_as_root(chain: &mut Chain, parameter: MarketParameter) -> DispatchResult {
    let call = Box::new(set(parameter));
    chain.sign(Alice, pallet_sudo::Call::sudo { call }).unwrap();
    chain.read(|| {
        System::events()
            .into_iter()
            .find_map(|record| match record.event {
                RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result }) => Some(sudo_result),
                _ => None,
            })
            .unwrap()
    })
}

fn error(error: pallet_market_parameters::Error<Runtime>) -> DispatchResult {
    Err(error.into())
}

/// Returns what the treasury gets for a submission.
fn fee_for_a_submission(chain: &mut Chain) -> u128 {
    let treasury: AccountId = TreasuryAccount::get();
    let before = chain.balance(&treasury);
    submit(chain, Charlie, submission(expecting_output()));
    chain.balance(&treasury) - before
}

#[test]
fn a_referendum_changes_a_parameter_and_the_next_submission_sees_it() {
    let mut chain = Chain::development();
    assert_eq!(
        fee_for_a_submission(&mut chain),
        fee_with(SubmissionFee::DEFAULT)
    );
    let fee = 25 * MILLI;
    decide(
        &mut chain,
        Origin::MarketParameters.into(),
        set(MarketParameter::SubmissionFee(fee)),
    )
    .unwrap();
    assert_eq!(fee_for_a_submission(&mut chain), fee_with(fee));
    let api = chain.read(|| aicpw_runtime::Tasks::market_parameters(0, 0));
    assert_eq!(api.submission_fee, fee, "clients see it");
}

#[test]
fn a_referendum_cannot_set_what_is_out_of_range() {
    let mut chain = Chain::development();
    let outcome = decide(
        &mut chain,
        Origin::MarketParameters.into(),
        set(MarketParameter::SubmissionFee(0)),
    );
    assert_eq!(outcome, error(pallet_market_parameters::Error::OutOfRange));
    assert_eq!(
        fee_for_a_submission(&mut chain),
        fee_with(SubmissionFee::DEFAULT)
    );
}

#[test]
fn what_is_voted_down_is_not_done() {
    let mut chain = Chain::development();
    let call = set(MarketParameter::SubmissionFee(UNIT));
    let index = propose(&mut chain, Origin::MarketParameters.into(), call);
    vote(&mut chain, index, false);
    assert!(!conclude(&mut chain, index));
    // The decision deposit comes back; the submission deposit is lost.
    let decision = pallet_referenda::Call::refund_decision_deposit { index };
    chain.sign(Bob, decision).unwrap();
    let submission = pallet_referenda::Call::refund_submission_deposit { index };
    assert_eq!(
        chain.sign(Bob, submission),
        Err(pallet_referenda::Error::<Runtime, ()>::BadStatus.into())
    );
    assert_eq!(
        fee_for_a_submission(&mut chain),
        fee_with(SubmissionFee::DEFAULT)
    );
}

/// Fills the agendas of the blocks to come, except the next one, with as many entries as alarms of others could make.
fn crowd(chain: &mut Chain) {
    let next = chain.height() + 1;
    chain.read(|| {
        for block in next + 1..=next + DAY_IN_BLOCKS {
            while Agenda::<Runtime>::get(block).len() < MOST_ALARMS {
                let nothing = frame_system::Call::<Runtime>::remark { remark: Vec::new() };
                let call = Box::new(nothing.into());
                Scheduler::schedule(RuntimeOrigin::root(), block, None, 128, call).unwrap();
            }
        }
    });
}

/// With the SDK's scheduler alone, an alarm without room is lost, and so would be an approved call and a place on a
/// track.
#[test]
fn whoever_fills_the_blocks_to_come_keeps_nothing_from_being_done() {
    let mut chain = Chain::development();
    let fee = 25 * MILLI;
    let call = set(MarketParameter::SubmissionFee(fee));
    let index = propose(&mut chain, Origin::MarketParameters.into(), call);
    vote(&mut chain, index, true);
    let since = chain.height();
    let is_ongoing = || {
        let info = ReferendumInfoFor::<Runtime>::get(index);
        matches!(info, Some(ReferendumInfo::Ongoing(_)))
    };
    while chain.read(is_ongoing) {
        assert!(chain.height() < since + PATIENCE, "it is not decided");
        crowd(&mut chain);
        chain.block(Vec::new());
    }
    enact(&mut chain).unwrap();
    assert_eq!(chain.read(SubmissionFee::get), fee);
    let taken = chain.read(|| DecidingCount::<Runtime>::get(20_u16));
    assert_eq!(taken, 0, "places of the track");
}

#[test]
fn alarms_that_a_block_has_no_room_for_are_in_the_next() {
    let mut chain = Chain::development();
    let alarms = chain.read(|| {
        let call = set(MarketParameter::SubmissionFee(UNIT));
        let proposal = Preimage::bound(call).unwrap();
        for _ in 0..=MOST_ALARMS {
            Referenda::submit(
                RuntimeOrigin::signed(Alice.to_account_id()),
                Box::new(Origin::MarketParameters.into()),
                proposal.clone(),
                DispatchTime::After(0),
            )
            .unwrap();
        }
        let mut alarms: Vec<_> = Agenda::<Runtime>::iter()
            .map(|(block, agenda)| (block, agenda.len()))
            .collect();
        alarms.sort_unstable();
        alarms
    });
    let (first, _) = alarms[0];
    assert_eq!(alarms, [(first, MOST_ALARMS), (first + 1, 1)]);
}

/// A track can do only what it is for.
#[test]
fn the_parameters_track_cannot_spend() {
    let mut chain = Chain::development();
    let spend = pallet_treasury::Call::spend {
        asset_kind: Box::new(()),
        amount: UNIT,
        beneficiary: Box::new(Bob.to_account_id()),
        valid_from: None,
    };
    let outcome = decide(&mut chain, Origin::MarketParameters.into(), spend.into());
    assert_eq!(outcome, Err(sp_runtime::DispatchError::BadOrigin));
}

#[test]
fn the_treasurers_track_spends_from_the_account_that_fees_go_to() {
    let mut chain = Chain::development();
    let treasury: AccountId = TreasuryAccount::get();
    assert_eq!(aicpw_runtime::Treasury::account_id(), treasury);
    let fund = pallet_balances::Call::transfer_keep_alive {
        dest: treasury.clone().into(),
        value: 10 * UNIT,
    };
    chain.sign(Charlie, fund).unwrap();
    let spend = pallet_treasury::Call::spend {
        asset_kind: Box::new(()),
        amount: 3 * UNIT,
        beneficiary: Box::new(Bob.to_account_id()),
        valid_from: None,
    };
    decide(&mut chain, Origin::Treasurer.into(), spend.into()).unwrap();
    let before = chain.balance(&treasury);
    chain
        .sign(Charlie, pallet_treasury::Call::payout { index: 0 })
        .unwrap();
    assert_eq!(before - chain.balance(&treasury), 3 * UNIT);
}

#[test]
fn relations_hold_whatever_the_order() {
    use MarketParameter as Set;
    let mut chain = Chain::development();
    let contradiction = || error(pallet_market_parameters::Error::Contradiction);
    // A run of two days may have so few reports that two of them take longer than the window.
    let two_days = Set::MaxTimeLimit(2 * DAY);
    assert_eq!(set_as_root(&mut chain, two_days.clone()), contradiction());
    set_as_root(&mut chain, Set::ProgressWindow(3 * MINUTES)).unwrap();
    // There may be three attempts of two days each, and audits, juries and states that take as long, so stake has to
    // stay bonded for longer.
    assert_eq!(set_as_root(&mut chain, two_days.clone()), contradiction());
    set_as_root(&mut chain, Set::UnbondingPeriod(60 * DAYS)).unwrap();
    set_as_root(&mut chain, two_days).unwrap();
    assert_eq!(
        set_as_root(&mut chain, Set::UnbondingPeriod(28 * DAYS)),
        contradiction()
    );
    assert_eq!(
        set_as_root(&mut chain, Set::ProgressWindow(ProgressWindow::DEFAULT)),
        contradiction()
    );
    chain.read(|| {
        assert_eq!(MaxTimeLimit::get(), 2 * DAY);
        assert_eq!(ProgressWindow::get(), 3 * MINUTES);
        assert_eq!(UnbondingPeriod::get(), 60 * DAYS);
    });
}

#[test]
fn audits_always_deter() {
    use MarketParameter as Set;
    let mut chain = Chain::development();
    let contradiction = || error(pallet_market_parameters::Error::Contradiction);
    // The best providers would be audited more often than beginners.
    let ten = Set::LowestAuditRate(Perbill::from_percent(10));
    assert_eq!(set_as_root(&mut chain, ten.clone()), contradiction());
    set_as_root(
        &mut chain,
        Set::BeginnerAuditRate(Perbill::from_percent(12)),
    )
    .unwrap();
    // A bond of twenty judged prices would not pay a jury and its appeal; one of forty does.
    assert_eq!(set_as_root(&mut chain, ten.clone()), contradiction());
    set_as_root(&mut chain, Set::AuditReliability(Perbill::from_percent(25))).unwrap();
    set_as_root(&mut chain, ten).unwrap();
    // A bribe would be worth as much as the reward for telling.
    let five = Set::FinderReward(Perbill::from_percent(5));
    assert_eq!(set_as_root(&mut chain, five), contradiction());
    // The same holds for each of two auditors.
    assert_eq!(set_as_root(&mut chain, Set::Auditors(2)), contradiction());
    set_as_root(&mut chain, Set::FinderReward(Perbill::from_percent(11))).unwrap();
    set_as_root(&mut chain, Set::Auditors(2)).unwrap();
    let policy = chain.read(AuditRules::get);
    assert!(policy.is_sound());
    assert_eq!(
        (policy.auditors, policy.fraud_bond(UNIT)),
        (2, Some(40 * UNIT))
    );
}

/// Returns why these values contradict each other, if they do, as if exactly these had been changed.
fn contradiction_of(chain: &mut Chain, values: Vec<MarketParameter>) -> Option<&'static str> {
    chain.read(|| {
        sp_io::storage::start_transaction();
        Changed::<Runtime>::put(BoundedVec::truncate_from(values));
        let checked = MarketRelations::check();
        sp_io::storage::rollback_transaction();
        checked.err()
    })
}

/// Regression: with these values the jurors took everything that a lie costs, and whoever had found it got nothing.
#[test]
fn a_proven_lie_always_pays_everybody() {
    use MarketParameter as Set;
    const WHY: &str = "a proven lie must pay its requester, all its jurors and its finders in full";
    let percent = Perbill::from_percent;
    let mut chain = Chain::development();
    let rates = |lowest, reward| {
        vec![
            Set::WorstAuditRate(percent(100)),
            Set::BeginnerAuditRate(percent(100)),
            Set::LowestAuditRate(percent(lowest)),
            Set::FinderReward(percent(reward)),
        ]
    };
    assert_eq!(contradiction_of(&mut chain, rates(5, 10)), None);
    // Five times the judged price is locked, and each juror gets twice the judged price.
    assert_eq!(contradiction_of(&mut chain, rates(40, 50)), Some(WHY));
    // The bond is too small for an appeal, or for the finder alone.
    assert_eq!(contradiction_of(&mut chain, rates(8, 10)), Some(WHY));
    assert_eq!(contradiction_of(&mut chain, rates(5, 50)), Some(WHY));

    for raised in &rates(5, 10)[..2] {
        set_as_root(&mut chain, raised.clone()).unwrap();
    }
    let forty = Set::LowestAuditRate(percent(40));
    assert_eq!(
        set_as_root(&mut chain, forty),
        error(pallet_market_parameters::Error::OutOfRange)
    );
    let contradiction = || error(pallet_market_parameters::Error::Contradiction);
    let highest = Set::LowestAuditRate(percent(25));
    assert_eq!(set_as_root(&mut chain, highest), contradiction());
    let outcome = decide(
        &mut chain,
        Origin::MarketParameters.into(),
        set(Set::FinderReward(percent(50))),
    );
    assert_eq!(outcome, contradiction());
    assert_eq!(chain.read(AuditRules::get).reward, percent(10));
}

#[test]
fn nobody_but_governance_sets_a_parameter() {
    let mut chain = Chain::development();
    assert_eq!(
        chain.sign(Bob, set(MarketParameter::BaseFee(0))),
        Err(sp_runtime::DispatchError::BadOrigin)
    );
    assert_eq!(chain.read(BaseFee::get), BaseFee::DEFAULT);
}

/// A change of parameters leaves running tasks alone: deadlines, prices and locks were fixed when the task was matched.
/// The invariants of all pallets are checked after every block.
#[test]
fn what_runs_ends_well_however_the_parameters_change() {
    for lowest in [true, false] {
        let mut chain = Chain::development();
        let bob = Provider::join(&mut chain, Bob, ask(300));
        let running = submit(&mut chain, Charlie, submission(expecting_output()));
        let on = assignment(&mut chain, running);
        bob.start(&mut chain, on);
        let price = task(&mut chain, running).assignments[0].price;

        let mut changed = 0;
        for range in MarketParameter::ranges() {
            let value = if lowest { range.lowest } else { range.highest };
            // Values that contradict others are refused.
            changed += u32::from(set_as_root(&mut chain, value).is_ok());
        }
        assert!(changed > 20, "{changed} were changed");

        bob.commit(&mut chain, on, OUTPUT);
        bob.reveal(&mut chain, on, OUTPUT);
        let TaskStatus::Settled { paid, .. } = task(&mut chain, running).status else {
            panic!("not settled")
        };
        assert_eq!(paid, price);
        let later: BlockNumber = chain.height() + 20;
        chain.run_to(later);
    }
}
