//! Appeals on the real runtime: five jurors judge, eleven judge them, and everybody gains or loses what the table of
//! endings in `docs/economics.md` says.

use std::collections::{BTreeMap, BTreeSet};

use aicpw_protocol::{
    pricing,
    task::TaskStatus,
    verdict::{DisputeState, Outcome},
    view::AssignmentView,
    Balance, TaskId,
};
use aicpw_runtime::{
    configs::{
        money::{AuditPot, TreasuryAccount},
        parameters::ProtocolFee,
    },
    units::UNIT,
    AccountId, Balances,
};
use frame_support::traits::fungible::InspectHold;
use pallet_disputes::HoldReason;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, EveStash, FerdieStash, One, Two};

use crate::{
    chain::{Chain, Key},
    court::{all, Court, LIE},
    market::{ask, submission, task, Provider, OPTIMISTIC, OUTPUT},
};

/// Two of the eleven that join the providers of a court.
const ENDOWED: [Key; 2] = [Key::Known(EveStash), Key::Known(FerdieStash)];

/// The other nine, who own nothing at first.
const POOR: [Key; 9] = [
    Key::Known(One),
    Key::Known(Two),
    Key::Numbered(0),
    Key::Numbered(1),
    Key::Numbered(2),
    Key::Numbered(3),
    Key::Numbered(4),
    Key::Numbered(5),
    Key::Numbered(6),
];

fn signed(amount: Balance) -> i128 {
    amount.try_into().unwrap()
}

/// Returns what an account has put up in disputes.
fn put_up(chain: &mut Chain, who: &AccountId) -> Balance {
    chain.read(|| Balances::balance_on_hold(&HoldReason::DisputeBond.into(), who))
}

/// A verdict of five about Charlie's task. Alice has called that jury, and Bob, whose result it is, appeals.
struct Appealed {
    court: Court,
    id: TaskId,
    /// Bob's result.
    result: AssignmentView<AccountId>,
    /// The verdict of the five.
    found: Outcome,
    /// What a juror is paid.
    pay: Balance,
    /// What each account owned, held or not, when the appeal was made. From then on nobody pays a fee.
    owned: Vec<(AccountId, Balance)>,
    issuance: Balance,
}

/// Returns a court with enough providers for a jury and the jury of an appeal.
fn large_court() -> Court {
    let mut court = Court::new();
    for key in POOR {
        let endow = pallet_balances::Call::transfer_keep_alive {
            dest: key.to_account_id().into(),
            value: 2_000 * UNIT,
        };
        court.sign(Alice, endow);
    }
    for key in ENDOWED.into_iter().chain(POOR) {
        let other = Provider::join(&mut court.chain, key, ask(500));
        court.others.push(other);
    }
    court
}

impl Appealed {
    fn new(result: &[u8], says: impl Fn(usize) -> Option<&'static [u8]>) -> Self {
        let mut court = large_court();
        let [alice, bob, charlie] = [Alice, Bob, Charlie].map(|key| key.to_account_id());

        let id = court.revealed(submission(OPTIMISTIC), result);
        let result = task(&mut court.chain, id).assignments[0].clone();
        assert_eq!(result.provider, bob);
        court.dispute(Alice, id);
        court.judge(id, says);
        let view = court.view(id);
        let DisputeState::Appealable { outcome: found, .. } = view.state else {
            panic!("no verdict: {:?}", view.state);
        };
        assert_eq!(court.jurors(id).len(), 5);
        assert_eq!(view.appeal_bond, 11 * view.pay);
        court.sign(Bob, pallet_disputes::Call::appeal { task: id });
        assert_eq!(court.view(id).jury, 11);
        assert_eq!(put_up(&mut court.chain, &bob), 11 * view.pay);
        assert_eq!(put_up(&mut court.chain, &alice), 5 * view.pay);

        let mut everybody = vec![alice, bob, charlie, TreasuryAccount::get(), AuditPot::get()];
        everybody.extend(court.others.iter().map(Provider::account));
        let owned = everybody
            .into_iter()
            .map(|who| {
                let owns = court.chain.balance(&who);
                (who, owns)
            })
            .collect();
        let issuance = court.chain.read(Balances::total_issuance);
        Self {
            court,
            id,
            result,
            found,
            pay: view.pay,
            owned,
            issuance,
        }
    }

    /// The eleven find the right result, and everybody is paid.
    fn judge(mut self) -> Judged {
        self.court.judge(self.id, all(OUTPUT));
        let jurors = self.court.jurors(self.id);
        let jurors: Vec<_> = jurors.into_iter().map(|juror| juror.provider).collect();
        assert_eq!(jurors.len(), 16, "five, and eleven");
        let different: BTreeSet<_> = jurors.iter().collect();
        assert_eq!(different.len(), 16, "nobody is of both juries");
        let (court, outcome) = self.court.run_to_end(self.id);
        self.court = court;
        Judged {
            appealed: self,
            jurors,
            outcome,
        }
    }
}

/// The outcome of an appeal.
struct Judged {
    appealed: Appealed,
    /// The jurors by their seats: the five, then the eleven.
    jurors: Vec<AccountId>,
    outcome: Outcome,
}

impl Judged {
    /// Asserts what each of these accounts and each juror, by its seat, has gained or lost, and that nobody else has.
    fn expect(&mut self, changes: [(AccountId, i128); 4], of_juror: impl Fn(usize) -> i128) {
        let mut expected = BTreeMap::from(changes);
        let jurors = self.jurors.iter().cloned().enumerate();
        expected.extend(jurors.map(|(number, juror)| (juror, of_juror(number))));
        assert_eq!(expected.len(), 20, "no juror is one of the others");
        let chain = &mut self.appealed.court.chain;
        for (who, owned) in &self.appealed.owned {
            let change = signed(chain.balance(who)) - signed(*owned);
            let expected = expected.remove(who).unwrap_or_default();
            assert_eq!(change, expected, "{who:?}");
            assert_eq!(put_up(chain, who), 0, "{who:?}");
        }
        assert_eq!(expected, BTreeMap::new(), "all of them were looked at");
        let issuance = chain.read(Balances::total_issuance);
        assert_eq!(issuance, self.appealed.issuance);
    }
}

/// Three of five jurors under one control convict an honest provider.
#[test]
fn an_appeal_that_wins_is_paid_by_those_who_were_overturned() {
    let appealed = Appealed::new(OUTPUT, |number| Some(if number < 3 { LIE } else { OUTPUT }));
    assert!(matches!(appealed.found, Outcome::Wrong { .. }));
    let mut judged = appealed.judge();
    assert!(matches!(judged.outcome, Outcome::Upheld { .. }));

    let Appealed {
        court,
        id,
        result,
        pay,
        ..
    } = &mut judged.appealed;
    assert!(matches!(
        task(&mut court.chain, *id).status,
        TaskStatus::Settled { .. }
    ));
    assert_eq!(court.stake(Bob), 1_000 * UNIT);
    let share = court.chain.read(ProtocolFee::get);
    let fee = signed(pricing::protocol_fee(result.price, share));
    let (price, pay) = (signed(result.price), signed(*pay));
    // Alice's bond and three locks, less the pay of thirteen jurors.
    let rest = 5 * pay + 3 * 10 * pay - 13 * pay;
    judged.expect(
        [
            (Charlie.to_account_id(), -price),
            (Bob.to_account_id(), price - fee),
            (Alice.to_account_id(), -5 * pay),
            (TreasuryAccount::get(), fee + rest),
        ],
        |number| if number < 3 { -10 * pay } else { pay },
    );
}

#[test]
fn an_appeal_that_loses_puts_its_bond_into_the_pot() {
    let appealed = Appealed::new(LIE, all(OUTPUT));
    let found = appealed.found;
    assert!(matches!(found, Outcome::Wrong { .. }));
    let mut judged = appealed.judge();
    assert_eq!(judged.outcome, found);

    let Appealed {
        court,
        id,
        result,
        pay,
        ..
    } = &mut judged.appealed;
    // The task is matched again, with one of the two providers that were on no jury.
    let status = task(&mut court.chain, *id).status;
    assert!(
        matches!(status, TaskStatus::Queued { .. } | TaskStatus::Active),
        "{status:?}"
    );
    let locked = result.collateral + result.fraud_bond;
    assert_eq!(court.stake(Bob), 1_000 * UNIT - locked);
    let (cost, locked, pay) = (signed(result.audit_cost), signed(locked), signed(*pay));
    assert!(cost > 0);
    let pot = locked + 11 * pay;
    judged.expect(
        [
            (Charlie.to_account_id(), cost),
            (Bob.to_account_id(), -pot),
            (Alice.to_account_id(), 0),
            (TreasuryAccount::get(), pot - cost - 16 * pay),
        ],
        |_| pay,
    );
}

/// Two friends of a liar, in a jury with one silent juror, would be enough to let it go free, and nobody would put up a
/// bond against that.
#[test]
fn a_divided_jury_is_followed_by_a_larger_one() {
    let mut court = large_court();
    let [alice, bob] = [Alice, Bob].map(|key| key.to_account_id());
    let id = court.revealed(submission(OPTIMISTIC), LIE);
    let liar = task(&mut court.chain, id).assignments[0].clone();
    court.dispute(Alice, id);
    let stakes = |court: &mut Court| -> BTreeMap<_, _> {
        let keys: Vec<_> = court.others.iter().map(Provider::account).collect();
        let owns = |who: AccountId| (who.clone(), court.chain.balance(&who));
        keys.into_iter().map(owns).collect()
    };
    let before = stakes(&mut court);
    let owned = court.chain.balance(&bob);
    court.judge(id, |number| match number {
        0 | 1 => Some(LIE),
        2 => Some(b"what nobody else finds"),
        _ => Some(OUTPUT),
    });
    let view = court.view(id);
    assert_eq!((view.round, view.jury), (1, 11));
    assert_eq!(put_up(&mut court.chain, &alice), 5 * view.pay);
    let jurors = court.jurors(id);
    assert_eq!(jurors.len(), 16);
    let (mut court, outcome) = court.run_to_end(id);
    assert!(matches!(outcome, Outcome::Wrong { .. }));
    let lost = liar.collateral + liar.fraud_bond;
    assert_eq!(court.chain.balance(&bob), owned - lost);
    assert_eq!(put_up(&mut court.chain, &alice), 0);
    let after = stakes(&mut court);
    for (number, juror) in jurors.into_iter().enumerate() {
        let gained = signed(after[&juror.provider]) - signed(before[&juror.provider]);
        let due = match number {
            0..3 => -10 * signed(view.pay),
            _ => signed(view.pay),
        };
        assert_eq!(gained, due, "juror {number}");
    }
}
