//! What everybody has after each ending, calculated by hand. A result's price is 1 AICP, and its locks are 41. The
//! budget is 2 AICP, which is also a juror's pay: a juror locks 20, of which a fault costs 10. Five jurors are paid out
//! of a bond of 10, and an appeal against them takes 22.

use aicpw_protocol::{units::AICP, Gflops, Milliseconds};
use sp_arithmetic::Perbill;

use super::*;
use crate::{
    market::{
        jury::{hash, vote_for},
        task::{Assignment, Mode, Task, Terms, QUORUM},
    },
    rules::Rules,
    scenario::named,
};

const TASK: usize = 0;
const PAY: Balance = 2 * AICP;
const PROVIDER: usize = 0;
const AUDITOR: usize = 5;
/// The first juror. Jurors are numbered in the order of their seats.
const JUROR: usize = 10;
const UNABLE: Vote = Vote::Unable;

fn right() -> Vote {
    vote_for(RIGHT)
}

fn lie() -> Vote {
    vote_for(CONSPIRED)
}

/// An amount of whole AICP and tenths.
fn aicp(whole: i128, tenths: i128) -> i128 {
    whole * AICP as i128 + tenths * AICP as i128 / 10
}

struct Court<'a> {
    market: Market<'a>,
    before: Vec<Balance>,
    /// The sizes of the juries that were called.
    called: Vec<u16>,
}

impl<'a> Court<'a> {
    /// A task with these results, each from another provider.
    fn new(rules: &'a Rules, roots: &[Root]) -> Self {
        let scenario = named("honest").expect("there is one");
        let mut market = Market::new(rules, scenario, 1, 1);
        let terms = Terms {
            price: AICP,
            collateral: AICP,
            bond: 40 * AICP,
            rate: Perbill::zero(),
        };
        let mut assignments = Vec::new();
        for (provider, root) in roots.iter().enumerate() {
            market.lock(provider, terms.locked());
            assignments.push(Assignment {
                provider,
                terms,
                root: Some(*root),
                ended: true,
            });
        }
        let requester = market.requesters[0];
        let escrow = AICP * roots.len() as Balance;
        assert!(market.ledger.hold(requester.account, escrow));
        market.tasks.push(Task {
            requester,
            mode: Mode::Optimistic,
            gflops: Gflops(1_000),
            time_limit: Milliseconds(3_600_000),
            duration: 1,
            base: AICP,
            traced: true,
            dealt_to: None,
            attempts: 1,
            assignments,
            undecided: Vec::new(),
            tried: Vec::new(),
            escrow,
            audit_cost: 0,
            audit: None,
        });
        assert_eq!(market.juror_pay(TASK, AICP), PAY);
        let accounts = 0..=market.last_account();
        let before = accounts
            .map(|account| market.ledger.free(account) + market.ledger.held(account))
            .collect();
        Self {
            market,
            before,
            called: Vec::new(),
        }
    }

    /// An auditor that has found the right root.
    fn auditor(&mut self) -> Accuser {
        let bond = 10 * AICP;
        self.market.lock(AUDITOR, bond);
        let provider = &self.market.providers[AUDITOR];
        Accuser {
            account: provider.account,
            provider: Some(AUDITOR),
            kind: provider.kind,
            role: Role::Auditor,
            root: Some(RIGHT),
            bond,
        }
    }

    /// A requester that disputes the result.
    fn challenger(&mut self) -> Accuser {
        let (requester, bond) = (self.market.requesters[1], 10 * AICP);
        assert!(self.market.ledger.hold(requester.account, bond));
        Accuser {
            account: requester.account,
            provider: None,
            kind: requester.kind,
            role: Role::Requester,
            root: None,
            bond,
        }
    }

    /// Hears these juries, one after another. A juror that votes for a root has worked for it.
    fn hear(&mut self, accuser: Option<&Accuser>, juries: &[&[Vote]]) -> Outcome {
        let (mut juries, mut juror) = (juries.iter(), JUROR);
        let called = &mut self.called;
        self.market.hear_all(TASK, PAY, accuser, |_, seats, _| {
            called.push(seats);
            let votes = juries.next().expect("no more are called than these");
            let mut jury = Vec::new();
            for vote in votes.iter() {
                jury.push(Ballot {
                    juror,
                    vote: *vote,
                    knows_trace: *vote != UNABLE,
                });
                juror += 1;
            }
            jury
        })
    }

    /// Ends the task, with everything that follows from that.
    fn end(&mut self, outcome: Outcome, quorum: usize) {
        self.market.after_dispute(TASK, outcome, quorum);
        while let Some(std::cmp::Reverse((at, _, event))) = self.market.agenda.pop() {
            self.market.now = at;
            self.market.serve(event);
        }
    }

    fn gain(&self, account: Account) -> i128 {
        let ledger = &self.market.ledger;
        let now = ledger.free(account) + ledger.held(account);
        now as i128 - self.before[account] as i128
    }

    fn of_provider(&self, provider: usize) -> i128 {
        self.gain(self.market.providers[provider].account)
    }

    /// What the jurors have, from the first seat on.
    fn of_jurors(&self, seats: usize) -> Vec<i128> {
        let jurors = JUROR..JUROR + seats;
        jurors.map(|juror| self.of_provider(juror)).collect()
    }

    fn of_treasury(&self) -> i128 {
        self.gain(self.market.treasury)
    }

    fn reputation(&self, juror: usize) -> u16 {
        let record = &self.market.providers[juror].record;
        let half_life = self.market.rules.half_life;
        record.reputation(self.market.now, half_life).0
    }

    /// Whether nobody has more or less than before.
    fn is_as_before(&self) -> bool {
        (0..self.before.len()).all(|account| self.gain(account) == 0)
    }
}

/// Outcomes of a first jury in which two or three are friends of the liar: its votes, and what the friends lose.
fn undecided() -> [(Vec<Vote>, Vec<i128>); 3] {
    let (r, l) = (right(), lie());
    let (lock, fault) = (-aicp(20, 0), -aicp(10, 0));
    [
        (vec![r, r, l, l], vec![lock, lock]),
        (vec![r, r, l, l, UNABLE], vec![lock, lock, fault]),
        (vec![r, r, UNABLE, UNABLE, UNABLE], vec![fault; 3]),
    ]
}

#[test]
fn eleven_are_called_without_a_bond_and_what_they_find_holds_for_the_first_jury_too() {
    let rules = Rules::default();
    // The provider's 41 and what the friends lose, less the pay of thirteen jurors and a tenth of 41 for the auditor.
    let treasuries = [aicp(50, 9), aicp(60, 9), aicp(40, 9)];
    for ((first, lost), treasury) in undecided().into_iter().zip(treasuries) {
        let mut court = Court::new(&rules, &[CONSPIRED]);
        let auditor = court.auditor();
        let outcome = court.hear(Some(&auditor), &[&first, &[right(); 11]]);
        assert_eq!(outcome, Outcome::Wrong { root: hash(RIGHT) });
        assert_eq!(court.called, [5, 11]);
        let tally = &court.market.tally;
        assert_eq!((tally.unasked, tally.appeals), (1, 0));
        let paid = aicp(2, 0);
        let mut jurors = vec![paid; 2];
        jurors.extend(lost);
        jurors.extend([paid; 11]);
        assert_eq!(court.of_jurors(jurors.len()), jurors, "{first:?}");
        assert_eq!(court.of_provider(PROVIDER), -aicp(41, 0));
        assert_eq!(court.of_provider(AUDITOR), aicp(4, 1));
        assert_eq!(court.of_treasury(), treasury);
        // Being unable costs a fault; voting for another root costs the whole lock.
        for (vote, juror) in first.iter().zip(JUROR..) {
            let reputation = court.reputation(juror);
            match *vote {
                UNABLE => assert!((1..500).contains(&reputation), "{reputation}"),
                vote if vote == lie() => assert_eq!(reputation, 0),
                _ => assert_eq!(reputation, 500),
            }
        }
        assert!(court.market.tasks[TASK].assignments.is_empty());
    }
}

#[test]
fn who_doubts_a_right_result_loses_its_bond_to_both_juries() {
    let rules = Rules::default();
    let mut court = Court::new(&rules, &[RIGHT]);
    let challenger = court.challenger();
    let first = [right(), right(), lie(), lie()];
    let outcome = court.hear(Some(&challenger), &[&first, &[right(); 11]]);
    assert_eq!(outcome, Outcome::Upheld { root: hash(RIGHT) });
    assert_eq!(court.gain(challenger.account), -aicp(10, 0));
    assert_eq!(court.of_provider(PROVIDER), 0);
    let jurors: i128 = court.of_jurors(15).into_iter().sum();
    assert_eq!(jurors, 13 * aicp(2, 0) - 2 * aicp(20, 0));
    assert_eq!(court.of_treasury(), aicp(10 + 40 - 26, 0));
    court.end(outcome, 1);
    assert_eq!(court.market.tally.settled, 1);
    assert_eq!(court.market.tally.undetected, 0);
    assert_eq!(court.market.providers[PROVIDER].locked, 0);
}

/// Divided, too few votes, and unable.
fn seconds() -> [Vec<Vote>; 3] {
    let mut divided = vec![right(); 5];
    divided.extend([lie(); 5]);
    [divided, vec![right(); 3], vec![UNABLE; 11]]
}

#[test]
fn eleven_that_come_to_nothing_either_leave_it_at_that_and_nobody_loses() {
    let rules = Rules::default();
    for (first, _) in undecided() {
        for second in seconds() {
            let mut court = Court::new(&rules, &[CONSPIRED]);
            let auditor = court.auditor();
            let outcome = court.hear(Some(&auditor), &[&first, &second]);
            assert_eq!(court.called, [5, 11], "and nobody appeals");
            assert!(court.is_as_before(), "{first:?} {second:?}");
            assert_eq!(court.market.providers[AUDITOR].locked, 0);
            let is_unable = first[2] == UNABLE || second[0] == UNABLE;
            court.end(outcome, 1);
            let tally = &court.market.tally;
            let ended = (tally.settled, tally.undetected, tally.refunded);
            if is_unable {
                assert_eq!(outcome, Outcome::Unable);
                assert_eq!(ended, (1, 1, 0), "the lie is paid");
                // 1 AICP less the fee of 2 %.
                assert_eq!(court.of_provider(PROVIDER), aicp(98, 0) / 100);
                assert_eq!((tally.unable, tally.no_verdict), (1, 0));
            } else {
                assert_eq!(outcome, Outcome::NoMajority);
                assert_eq!(ended, (0, 0, 1));
                assert!(court.is_as_before(), "all is given back");
                assert_eq!((tally.unable, tally.no_verdict), (0, 1));
            }
            assert_eq!(court.market.providers[PROVIDER].locked, 0);
        }
    }
}

#[test]
fn who_is_unable_with_most_is_paid_by_whoever_called_the_jury_for_a_bond() {
    let rules = Rules::default();
    let first = [right(), right(), UNABLE, UNABLE, UNABLE];
    let [divided, ..] = seconds();
    let mut court = Court::new(&rules, &[RIGHT]);
    let challenger = court.challenger();
    let outcome = court.hear(Some(&challenger), &[&first, &divided]);
    assert_eq!(outcome, Outcome::Unable);
    assert_eq!(court.gain(challenger.account), -aicp(10, 0));
    // Three of the first jury are paid. The ten of the second have found roots, which are neither right nor wrong.
    let paid = aicp(2, 0);
    let mut jurors = vec![0, 0, paid, paid, paid];
    jurors.extend([0; 10]);
    assert_eq!(court.of_jurors(15), jurors);
    assert_eq!(court.of_treasury(), aicp(4, 0));
}

/// If one juror was able, or no two of those who were able agree, eleven more would be wasted.
#[test]
fn no_larger_jury_is_called_where_no_two_agree_on_a_root() {
    let rules = Rules::default();
    let all_different = [right(), lie(), vote_for(2), vote_for(3), vote_for(4)];
    let alone = [right(), UNABLE, UNABLE, UNABLE, UNABLE];
    for (first, stands) in [
        (all_different, Outcome::NoMajority),
        (alone, Outcome::Unable),
    ] {
        let mut court = Court::new(&rules, &[CONSPIRED]);
        let auditor = court.auditor();
        assert_eq!(court.hear(Some(&auditor), &[&first]), stands);
        assert_eq!(court.called, [5]);
        assert!(court.is_as_before());
    }
}

/// As it was before ADR 25: three friends get a lie paid, and two of four spare it a punishment.
#[test]
fn without_a_larger_jury_friends_of_a_lie_need_nothing_but_the_first() {
    let rules = Rules {
        larger_jury: false,
        ..Rules::default()
    };
    for (first, _) in undecided() {
        let mut court = Court::new(&rules, &[CONSPIRED]);
        let auditor = court.auditor();
        let outcome = court.hear(Some(&auditor), &[&first]);
        let is_unable = first[2] == UNABLE;
        court.end(outcome, 1);
        let tally = &court.market.tally;
        let ended = (tally.undetected, tally.refunded);
        assert_eq!(ended, if is_unable { (1, 0) } else { (0, 1) });
        assert_eq!(tally.unasked, 0);
    }
}

#[test]
fn eleven_that_are_unable_undo_no_verdict_and_are_excused() {
    let rules = Rules::default();
    let mut court = Court::new(&rules, &[CONSPIRED]);
    let auditor = court.auditor();
    let first = [lie(), lie(), lie(), right(), right()];
    let mut second = vec![UNABLE; 9];
    second.extend([right(); 2]);
    let outcome = court.hear(Some(&auditor), &[&first, &second]);
    let root = hash(CONSPIRED);
    assert_eq!(outcome, Outcome::Upheld { root });
    let tally = &court.market.tally;
    assert_eq!((tally.unasked, tally.appeals), (0, 1));
    let (paid, lock) = (aicp(2, 0), aicp(20, 0));
    let mut jurors = vec![paid, paid, paid, -lock, -lock];
    jurors.extend([0; 11]);
    assert_eq!(court.of_jurors(16), jurors);
    // Its lock and the bond of its appeal.
    assert_eq!(court.of_provider(AUDITOR), -aicp(10 + 22, 0));
    assert_eq!(court.of_treasury(), aicp(32 + 40 - 6, 0));
    assert_eq!(court.of_provider(PROVIDER), 0);
}

#[test]
fn of_several_results_that_a_jury_was_unable_to_judge_each_is_paid_and_none_settled() {
    let rules = Rules::default();
    let mut court = Court::new(&rules, &[RIGHT, CONSPIRED, 2]);
    let outcome = court.hear(None, &[&[UNABLE; 5]]);
    assert_eq!(outcome, Outcome::Unable);
    assert_eq!(court.of_jurors(5), [0; 5], "nobody has put up a bond");
    court.end(outcome, QUORUM);
    let tally = &court.market.tally;
    assert_eq!((tally.settled, tally.refunded), (0, 1));
    for provider in 0..3 {
        assert_eq!(court.of_provider(provider), aicp(98, 0) / 100);
        assert_eq!(court.market.providers[provider].locked, 0);
    }
    assert_eq!(court.of_treasury(), 3 * aicp(2, 0) / 100);
}

#[test]
fn a_seat_stays_empty_where_nobody_is_left_who_is_not_silent() {
    let rules = Rules::default();
    let mut court = Court::new(&rules, &[RIGHT]);
    let market = &mut court.market;
    let kinds = [Kind::Lazy, Kind::Griefing, Kind::Lazy];
    for (number, provider) in market.providers.iter_mut().enumerate() {
        match number.checked_sub(JUROR).and_then(|at| kinds.get(at)) {
            Some(kind) => (provider.kind, provider.stake) = (*kind, rules.min_stake),
            None => provider.stake = 0,
        }
    }
    market.weights.clear();
    let talk = Talk {
        conspiracy: None,
        revealed: RIGHT,
        accusers: None,
    };
    let jury = market.hear(TASK, 5, PAY, &talk, None, &mut vec![PROVIDER]);
    let mut jurors: Vec<usize> = jury.iter().map(|ballot| ballot.juror).collect();
    jurors.sort_unstable();
    assert_eq!(jurors, [JUROR, JUROR + 2]);
    let votes: Vec<Vote> = jury.iter().map(|ballot| ballot.vote).collect();
    let outcome = market.outcome(TASK, &votes, 5);
    assert_eq!(outcome, Outcome::TooFewJurors);
    // The silent juror has lost half of its lock.
    assert_eq!(court.of_provider(JUROR + 1), -aicp(10, 0));
    assert_eq!(court.of_treasury(), aicp(10, 0));
}
