//! The money of disputes: what a jury costs, what its jurors put at risk, and who is paid first (design §6).
//!
//! # The rule
//!
//! The account that calls a jury puts up the jury's pay, and the losing side pays it. The *pay* of a juror is the most
//! that the task pays one provider, so that every provider that could have run the task can judge it
//! ([`crate::judging`]).
//!
//! | who | puts up | loses it if |
//! | --- | --- | --- |
//! | challenger | [`DisputePolicy::bond`] of round 0 | the verdict is for the provider |
//! | claimant | [`DisputePolicy::claim_bond`] | the jury could fetch the result; if it could not, only what the jurors lack |
//! | auditor | the same as the challenger, as a lock on its stake, from the draw on | its root is not the verdict's, and the provider's is |
//! | appellant | the bond of the next round | the next verdict is no better for it |
//! | juror | [`DisputePolicy::juror_lock`] | it votes against the last verdict; the share that a fault takes (`FaultSlash`) if it is silent, or votes for the verdict without the work |
//! | provider | collateral and fraud bond | the verdict is against it |
//!
//! Everything that the losers of the *last* verdict lose goes into one pot. [`Claims::pay_out`] pays from it in this
//! order: the requester's compensation, the jurors of all rounds that voted as the last verdict says, the auditors that
//! found the wrong result. The treasury gets the rest, so nobody that judges gains by the losses of others. The
//! winners' bonds are not in the pot; they are given back.
//!
//! The requester gets what it has paid for the wrong result and has not got back. A challenger gets its bond back.
//! Neither gets more. The requester and the challenger can be the same person, and the program can be one that gives
//! another result when it is run later. Anything more would then be a reward for having an honest provider convicted.
//! An auditor can be rewarded, because it is drawn.
//!
//! # Unavailable claims
//!
//! A juror of an unavailable claim runs nothing, so its pay does not depend on the price of the task: a jury of the
//! first round is paid a quarter of the collateral that is at stake ([`DisputePolicy::fetch_pay`]). So a claim costs
//! less than it brings. Each juror locks as much as the provider has at stake ([`DisputePolicy::fetch_lock`]). A juror
//! that says that an available result is unavailable, or the reverse, loses a fault's share of its lock, half at the
//! defaults. It does not lose all of it, because a juror can be right from where it stands. So three liars out of five
//! jurors risk one and a half times what they can gain together. Lying does not pay as long as the share is above a
//! third.
//!
//! The claimant puts up one pay more than the jury's. If the result was available, the provider gets that one pay,
//! because it was doubted for nothing. If the result was unavailable, the collateral is the pot. The requester first
//! gets its price back from the pot, as far as it goes. The collateral can be less than the price, so that nothing is
//! left for the jurors. What they lack ([`Claims::lack`]) then comes out of the bond. Only the requester can claim, so
//! it keeps the rest of the bond as well. It still has more than before: the whole collateral less a quarter of it.
//!
//! # Why a juror works
//!
//! A juror commits to a result root before it sees another juror's. A guess agrees with nobody and costs the lock. A
//! juror that votes for a side without doing the work wins the pay if that side is right, with chance `r`, and
//! otherwise loses `lock` times the pay. With a `lock` of ten it loses in expectation as long as `r` is below ten
//! elevenths. For the root that an auditor has found, `r` is near one. So a juror also commits to a trace root, which
//! nobody has published to be copied. The juror is right only if its trace root is that of most jurors that have voted
//! like it ([`crate::verdict::is_work`]). Then `r` is zero under these conditions: the trace says more than the result,
//! must be the same for all jurors and is not open; nobody tells its root; and at least three jurors, more than the
//! copiers, have done the work. Otherwise nobody can show any work, and all are paid. Honest work at an ask that covers
//! its cost loses nothing.
//!
//! # Why the pot suffices
//!
//! The first jury is covered by the bond of the account that called it, or by the provider's locks. If a verdict is
//! overturned, at least (n + 1) / 2 of the n jurors before were wrong, and their locks pay the 2n + 1 jurors of the
//! next round, if `lock` is at least four. In the modes with a fraud bond, the locks of a proven lie alone pay for all
//! rounds, for the requester and for the finders, as long as the relation derived in [`crate::judging`] holds.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::Perbill;

use crate::units::Balance;

/// The lowest `lock` at which an overturned jury pays for the next one.
const LEAST_LOCK: u16 = 4;

/// A jury that fetches is paid the collateral at stake, divided by this number.
const FETCH_SHARE: Balance = 4;

/// The numbers of disputes, which apply to every verdict.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
)]
pub struct DisputePolicy {
    /// Jurors of the first round: an odd number, so that there is a majority.
    pub jury: u16,
    /// Most appeals. Each doubles the jury and adds one juror, to keep the number odd.
    pub appeals: u8,
    /// A juror's lock, as a multiple of its pay.
    pub lock: u16,
}

impl DisputePolicy {
    /// The defaults: juries of 5, 11 and 23.
    pub const DEFAULT: Self = Self {
        jury: 5,
        appeals: 2,
        lock: 10,
    };

    /// Whether the numbers keep what this module promises. A policy that is not sound must not be put in force.
    pub fn is_sound(&self) -> bool {
        self.jury % 2 == 1 && self.jurors(self.appeals).is_some() && self.lock >= LEAST_LOCK
    }

    /// The number of jurors of a round; round 0 is the first, and each appeal is one more. `None` after the last round,
    /// or if the number is too large for the type.
    pub fn jurors(&self, round: u8) -> Option<u16> {
        if round > self.appeals {
            return None;
        }
        (0..round).try_fold(self.jury, |jury, _| jury.checked_mul(2)?.checked_add(1))
    }

    /// The number of jurors of all rounds together: no more jurors can be right about one result. `None` if the number
    /// is too large for the type.
    pub fn all_jurors(&self) -> Option<u16> {
        (0..=self.appeals).try_fold(0u16, |sum, round| sum.checked_add(self.jurors(round)?))
    }

    /// The bond for calling the jury of this round, which is the jury's pay. `None` after the last round, or if the
    /// amount does not fit.
    pub fn bond(&self, pay: Balance, round: u8) -> Option<Balance> {
        pay.checked_mul(self.jurors(round)?.into())
    }

    /// The pay of each juror of an unavailable claim, if the provider has this collateral at stake. Rounded up.
    pub fn fetch_pay(&self, collateral: Balance) -> Balance {
        collateral.div_ceil(Balance::from(self.jury.max(1)).saturating_mul(FETCH_SHARE))
    }

    /// The lock of each juror of an unavailable claim, if the provider has this collateral at stake: the same amount.
    pub fn fetch_lock(&self, collateral: Balance) -> Balance {
        collateral
    }

    /// The bond for an unavailable claim: the pay of the first jury, and one more juror's pay for the provider. `None`
    /// if it does not fit.
    pub fn claim_bond(&self, pay: Balance) -> Option<Balance> {
        self.bond(pay, 0)?.checked_add(pay)
    }

    /// The lock of a juror with this pay.
    pub fn juror_lock(&self, pay: Balance) -> Balance {
        pay.saturating_mul(self.lock.into())
    }

    /// Whether lying about an unavailable claim does not pay for three jurors of a first jury of five, if each loses
    /// this share of its lock. They must lose more than they can gain, and the lock of each is as much as they can
    /// gain.
    pub fn deters_lies_about_claims(share: Perbill) -> bool {
        u64::from(share.deconstruct()).saturating_mul(3) > Perbill::one().deconstruct().into()
    }
}

impl Default for DisputePolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What is to be paid after the last verdict, in the order of payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Claims {
    /// For the requester: what it paid for the result and does not get back, if the verdict is against the provider.
    pub compensation: Balance,
    /// How many jurors, of all rounds, were right according to the last verdict.
    pub jurors: u16,
    /// For each of these jurors.
    pub pay: Balance,
    /// For the auditors that found a wrong result, see [`crate::audit::AuditPolicy::finders_reward`]; or for the
    /// provider of a result that was claimed to be unavailable and was available.
    pub reward: Balance,
}

/// The parts of a divided pot. They add up to the pot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Payout {
    /// To the requester.
    pub requester: Balance,
    /// To each juror that the claims count.
    pub juror: Balance,
    /// To the auditors that found the wrong result, or to the provider whose result was available.
    pub finders: Balance,
    /// The rest.
    pub treasury: Balance,
}

impl Claims {
    /// What the jurors lack after the pot has paid the requester, which comes first.
    pub fn lack(&self, pot: Balance) -> Balance {
        let rest = pot.saturating_sub(self.compensation);
        self.pay
            .saturating_mul(self.jurors.into())
            .saturating_sub(rest)
    }

    /// Divides a pot. Each claim is paid in full before the next. If the rest is not enough for the
    /// jurors, they share it equally, rounded down.
    pub fn pay_out(&self, pot: Balance) -> Payout {
        let requester = self.compensation.min(pot);
        let rest = pot.saturating_sub(requester);
        let jurors = Balance::from(self.jurors);
        let juror = rest
            .checked_div(jurors)
            .map_or(0, |share| share.min(self.pay));
        let rest = rest.saturating_sub(juror.saturating_mul(jurors));
        let finders = self.reward.min(rest);
        Payout {
            requester,
            juror,
            finders,
            treasury: rest.saturating_sub(finders),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::AuditPolicy;
    use proptest::prelude::*;

    const POLICY: DisputePolicy = DisputePolicy::DEFAULT;

    #[test]
    fn an_appeal_doubles_the_jury_and_there_is_a_last_one() {
        let juries: Vec<_> = (0..4).map(|round| POLICY.jurors(round)).collect();
        assert_eq!(juries, [Some(5), Some(11), Some(23), None]);
        assert_eq!(POLICY.all_jurors(), Some(39));
        assert_eq!(POLICY.bond(7, 1), Some(77));
        assert_eq!(POLICY.bond(7, 3), None);
        assert_eq!(POLICY.bond(Balance::MAX, 0), None);
        let endless = DisputePolicy {
            appeals: u8::MAX,
            ..POLICY
        };
        assert_eq!(endless.jurors(u8::MAX), None);
        assert_eq!(endless.all_jurors(), None);
        assert!(!endless.is_sound());
    }

    #[test]
    fn a_policy_that_breaks_a_promise_is_not_sound() {
        assert!(POLICY.is_sound());
        assert!(
            !DisputePolicy { jury: 4, ..POLICY }.is_sound(),
            "no majority"
        );
        assert!(!DisputePolicy { jury: 0, ..POLICY }.is_sound());
        // Three of five lose three times their pay each, which is nine pays, and the next jury costs eleven.
        assert!(!DisputePolicy { lock: 3, ..POLICY }.is_sound());
        assert!(DisputePolicy { lock: 4, ..POLICY }.is_sound());
    }

    #[test]
    fn a_juror_locks_ten_times_its_pay() {
        assert_eq!(POLICY.juror_lock(3), 30);
    }

    #[test]
    fn three_who_lie_about_a_claim_lose_more_than_there_is_to_gain() {
        let (gain, least) = (1_000, Perbill::from_percent(34));
        assert!(3 * least.mul_floor(POLICY.fetch_lock(gain)) > gain);
        assert!(DisputePolicy::deters_lies_about_claims(least));
        let third = Perbill::from_rational(1u32, 3);
        assert!(!DisputePolicy::deters_lies_about_claims(third));
        assert!(DisputePolicy::deters_lies_about_claims(Perbill::one()));
    }

    #[test]
    fn the_requester_is_made_whole_first() {
        let claims = Claims {
            compensation: 100,
            jurors: 3,
            pay: 20,
            reward: 50,
        };
        let paid = |pot| {
            let payout = claims.pay_out(pot);
            (
                payout.requester,
                payout.juror,
                payout.finders,
                payout.treasury,
            )
        };
        assert_eq!(paid(1_000), (100, 20, 50, 790));
        assert_eq!(paid(180), (100, 20, 20, 0));
        assert_eq!(paid(131), (100, 10, 1, 0));
        assert_eq!(paid(99), (99, 0, 0, 0));
    }

    /// A provider whose locks are what `audit` asks for pays for everything that its wrong result causes, with two
    /// appeals. [`crate::judging`] says what a juror is paid at most.
    #[test]
    fn the_bond_pays_for_all_rounds() {
        let price = 1_000;
        let pot = AuditPolicy::DEFAULT.fraud_bond(price).unwrap();
        let jurors = (0..=POLICY.appeals)
            .map(|round| POLICY.jurors(round).unwrap())
            .sum();
        let claims = Claims {
            compensation: price,
            jurors,
            pay: price,
            reward: AuditPolicy::DEFAULT.finders_reward(pot),
        };
        // Nobody appeals against a verdict in its own favour, so this is more than can happen.
        assert_eq!(jurors, 39);
        assert_eq!(claims.pay_out(pot).juror, price);
    }

    #[test]
    fn what_a_claim_costs_follows_from_what_is_at_stake() {
        let pay = POLICY.fetch_pay(1_000);
        assert_eq!(pay, 50);
        assert_eq!(POLICY.claim_bond(pay), Some(6 * 50));
        assert_eq!(POLICY.fetch_pay(1), 1, "nobody works for nothing");
        assert_eq!(POLICY.claim_bond(Balance::MAX), None);
        // Three of five that lie lose a fault's share each, which is more than they can gain.
        let lost = sp_arithmetic::Perbill::from_percent(50) * POLICY.fetch_lock(1_000);
        assert!(3 * lost > 1_000);
    }

    #[test]
    fn what_the_jurors_lack_is_what_the_requester_leaves_too_little_of() {
        let claims = Claims {
            compensation: 100,
            jurors: 3,
            pay: 20,
            reward: 0,
        };
        let lacks: Vec<_> = [0, 50, 100, 130, 160, 200]
            .map(|pot| claims.lack(pot))
            .into();
        assert_eq!(lacks, [60, 60, 60, 30, 0, 0]);
    }

    proptest! {
        /// Whatever was at stake: the claimant's bond completes the pay of all jurors, and a claimant that is right has
        /// more than before.
        #[test]
        fn a_right_claim_pays_for_itself(
            collateral in 1_000u128..u64::MAX as u128, price in 0..u64::MAX as u128, right in 3u16..=5,
        ) {
            let pay = POLICY.fetch_pay(collateral);
            let claims = Claims { compensation: price, jurors: right, pay, reward: 0 };
            let lack = claims.lack(collateral);
            prop_assert!(lack <= POLICY.claim_bond(pay).unwrap());
            let first = Claims { compensation: price.min(collateral), ..claims };
            let payout = first.pay_out(collateral + lack);
            prop_assert_eq!(payout.juror, pay);
            prop_assert_eq!(payout.requester, price.min(collateral));
            prop_assert!(payout.requester >= lack, "what it gets is more than what its bond loses");
        }

        #[test]
        fn a_payout_is_the_pot(
            pot: u128, compensation: u128, jurors: u16, pay: u128, reward: u128,
        ) {
            let payout = Claims { compensation, jurors, pay, reward }.pay_out(pot);
            let jury = payout.juror.checked_mul(jurors.into()).unwrap();
            let sum = payout.requester.checked_add(jury)
                .and_then(|sum| sum.checked_add(payout.finders))
                .and_then(|sum| sum.checked_add(payout.treasury));
            prop_assert_eq!(sum, Some(pot));
            prop_assert!(payout.requester <= compensation && payout.juror <= pay);
            prop_assert!(payout.finders <= reward);
        }

        #[test]
        fn the_locks_of_an_overturned_jury_pay_the_next(
            jury in 0u16..100, appeals in 0u8..6, lock in 0u16..20, pay in 0..u64::MAX as u128,
        ) {
            let policy = DisputePolicy { jury, appeals, lock };
            if policy.is_sound() {
                for round in 0..appeals {
                    let wrong = u128::from(policy.jurors(round).unwrap() / 2 + 1);
                    let lost = wrong * policy.juror_lock(pay);
                    prop_assert!(lost >= policy.bond(pay, round + 1).unwrap());
                }
            }
        }
    }
}
