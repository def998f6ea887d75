//! How often results are audited, and the fraud bond that makes that rate high enough (design §4 Price, §6).
//!
//! # The rule
//!
//! In the modes in which the chain cannot verify by itself (`optimistic`, `replicated`) a share of
//! the committed results, the *rate*, is drawn for an audit. The draw comes after the commit, from
//! randomness that nobody knew before, so that a provider cannot prepare for it. Auditors
//! re-execute the task and commit before the provider reveals: the provider's commitment is salted,
//! so there is nothing to copy and nothing to guess. Roots that differ open a dispute.
//!
//! # Why a rational cheat loses
//!
//! Let `p` be the price, `L` the stake that is locked (collateral + fraud bond), `a` the rate, and `d` the chance that
//! the audit of a wrong result ends with a verdict against the provider. `d` is less than one, because an auditor can
//! belong to the provider, copy what the provider tells it, or be overruled by a jury of the provider's friends. A
//! cheat saves no more than honest work would have cost, and that is no more than the price. So with `q = a · d` a
//! wrong result brings at most
//!
//! > (1 − q) · p − q · L
//!
//! which is negative, and so worse than doing no work at all, exactly if
//!
//! > a > p / (d · (p + L))  (1)
//!
//! Honest work at an ask that covers its cost is never negative: it is the better choice as soon as (1) holds. The rate
//! of a task is therefore the highest of three ([`AuditPolicy::rate`]):
//!
//! - what (1) needs for the price and the stake that is locked for it,
//! - what the provider's reputation asks for: on a line from `worst` at 0 over `beginner` at
//!   [`Reputation::START`] to `lowest` at [`Reputation::MAX`], plus a surcharge that grows with the
//!   price towards `surcharge`,
//! - `lowest`, which a sound policy has above zero.
//!
//! # Why the highest reputation changes nothing
//!
//! Reputation lowers the rate to `lowest` and never further. The fraud bond ([`AuditPolicy::fraud_bond`]) is at least
//! what (1) needs at that rate without any collateral. It is computed from the [judged price](crate::judging) `J`,
//! which is at least `p`:
//!
//! > bond = J / (lowest · d), rounded up
//!
//! With it `q · (p + L) ≥ lowest · d · (p + bond) > J ≥ p` for every reputation.
//!
//! # Why an auditor works
//!
//! An auditor that guesses, or sends anything, differs from the provider and loses the dispute that follows. An auditor
//! to which the provider tells its root off chain saves its work, for which it is paid `J`. It may also be offered what
//! the cheat gains, which is at most `p`, and so no more than `J`. The auditors that find a wrong result get the share
//! `reward` of the stake that the result costs ([`AuditPolicy::finders_reward`]). A sound policy has
//! `reward · bond > 2 · J` for each auditor: taking the bribe and reporting all the same pays more than keeping quiet.
//! The reward is paid last, so it counts only if the locks suffice for everything that is paid before it
//! ([`AuditPolicy::bond_pays`]). There remains the auditor that trusts a provider because it believes the provider to
//! be honest. This is what `d` is for: as long as fewer than `1 − d` of the audits are worthless, cheating loses.
//!
//! # What it costs
//!
//! An auditor is paid the judged price of the assignment that it audits. The requester does not pay for an audit when
//! it happens. It always pays the expected cost, `a · auditors · J`, as a separate line ([`AuditPolicy::cost`]), from
//! which the auditors' pay comes. So the draw cannot make a task expensive, and nobody has a reason to hope for or
//! against it. For a provider at or above [`Reputation::START`] with its whole bond locked, the rate is at most
//! `beginner + surcharge`. So at the defaults audits cost at most a tenth of the judged price
//! (`audits_of_honest_traffic_cost_at_most_a_tenth`): of the price, or of half of the budget for one provider if that
//! is more.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Perbill, Rounding};

use crate::{
    device::Reputation,
    hashing::{hash_in, Hash},
    ids::AssignmentId,
    pricing,
    units::{Balance, AICP},
};

/// Parts in a [`Perbill`].
const ONE: u128 = 1_000_000_000;

const DRAW_CONTEXT: &str = "aicpw 2026 audit draw v1";

/// The governed numbers of audits.
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
pub struct AuditPolicy {
    /// Rate at [`Reputation::MAX`], and the floor of every rate.
    pub lowest: Perbill,
    /// Rate at [`Reputation::START`].
    pub beginner: Perbill,
    /// Rate at reputation 0.
    pub worst: Perbill,
    /// The most that the price adds to the rate; half of it at a price of `unit`.
    pub surcharge: Perbill,
    /// See `surcharge`; in the smallest unit of AICP.
    pub unit: Balance,
    /// The assumed chance that the audit of a wrong result ends with a verdict against the provider: `d` above.
    pub reliability: Perbill,
    /// Auditors of one audit.
    pub auditors: u8,
    /// The finders' share of the stake that is lost for a wrong result.
    pub reward: Perbill,
}

impl AuditPolicy {
    /// The defaults: one result in twenty of the best provider is audited (the bond is the inverse of that), one in
    /// twelve of a beginner, and every second one of a provider that has failed again and again. Audits may fail as
    /// often as they succeed. That is more failures than one owner of a third of the stake can cause.
    pub const DEFAULT: Self = Self {
        lowest: Perbill::from_percent(5),
        beginner: Perbill::from_percent(8),
        worst: Perbill::from_percent(50),
        surcharge: Perbill::from_percent(2),
        unit: 100 * AICP,
        reliability: Perbill::from_percent(50),
        auditors: 1,
        reward: Perbill::from_percent(10),
    };

    /// Whether the numbers keep what this module promises. A policy that is not sound must not be put in force.
    pub fn is_sound(&self) -> bool {
        !self.lowest.is_zero()
            && self.lowest <= self.beginner
            && self.beginner <= self.worst
            && !self.lowest_find().is_zero()
            && self.auditors > 0
            // reward · bond > 2 · J for each auditor, with bond = J / lowest_find.
            && parts(self.reward)
                > parts(self.lowest_find())
                    .saturating_mul(2)
                    .saturating_mul(u128::from(self.auditors))
    }

    /// Whether a fraud bond pays in full everybody that a proven lie owes: the jurors, who get this many judged prices,
    /// the requester, who gets the [cost](Self::cost) of the audit at the [highest rate](Self::highest_rate), and the
    /// finders, who get the [reward](Self::finders_reward). [`crate::judging`] derives the condition. Collateral cannot
    /// break it: all of the collateral is in the pot, and only a share of it is owed.
    pub fn bond_pays(&self, jurors: Balance) -> bool {
        let found = parts(self.lowest_find());
        // In billionths of a judged price, of which the bond is 1 / found.
        let owed = jurors
            .saturating_mul(ONE)
            .saturating_add(self.per_task(self.highest_rate()));
        // In 10⁻¹⁸ of the bond. If the product does not fit, it is more than that.
        let owed = owed
            .saturating_mul(found)
            .saturating_add(parts(self.reward).saturating_mul(ONE));
        found > 0 && owed <= ONE * ONE
    }

    /// An upper bound of the [rate](Self::rate) of a sound policy where the fraud bond is locked. It is the rate at
    /// reputation 0 and an unlimited price, or what (1) of the module's documentation needs, which is at most one part
    /// more than `lowest`.
    pub fn highest_rate(&self) -> Perbill {
        let needed = saturating_sum(self.lowest, Perbill::from_parts(1));
        saturating_sum(self.worst, self.surcharge).max(needed)
    }

    /// The share of results to audit, for a provider of this `reputation` that has `locked` (collateral and fraud bond
    /// together) at stake for a task of this `price`. Rounded up.
    ///
    /// Never below `lowest`. Never falls when the price rises, the stake shrinks or the reputation falls. If the locks
    /// are so small that no rate deters ([`Self::deters`]), everything is audited.
    ///
    /// In `replicated` the task's rate is the highest rate of its assignments: a colluding quorum gains and loses the
    /// same in each of them.
    pub fn rate(&self, price: Balance, locked: Balance, reputation: Reputation) -> Perbill {
        self.usual(price, reputation)
            .max(self.deterrent(price, locked))
            .max(self.lowest)
    }

    /// The rate by reputation and price, regardless of the locks.
    fn usual(&self, price: Balance, reputation: Reputation) -> Perbill {
        let start = u128::from(Reputation::START.0);
        let max = u128::from(Reputation::MAX.0);
        let at = u128::from(reputation.0).min(max);
        let by_reputation = if at >= start {
            between(
                self.lowest,
                self.beginner,
                max.saturating_sub(at),
                max.saturating_sub(start),
            )
        } else {
            between(self.beginner, self.worst, start.saturating_sub(at), start)
        };
        let weight = share(price, price.saturating_add(self.unit), Rounding::Up);
        let surcharge = share(
            u128::from(weight.deconstruct()).saturating_mul(parts(self.surcharge)),
            ONE * ONE,
            Rounding::Up,
        );
        saturating_sum(by_reputation, surcharge)
    }

    /// The lowest rate for which (1) of the module's documentation holds; one if no rate does.
    fn deterrent(&self, price: Balance, locked: Balance) -> Perbill {
        if price == 0 {
            return Perbill::zero();
        }
        // If the sum does not fit, the rate is higher than it has to be.
        let find = share(price, price.saturating_add(locked), Rounding::Up);
        let rate = share(parts(find), parts(self.reliability), Rounding::Up);
        // (1) demands more than this, not as much.
        saturating_sum(rate, Perbill::from_parts(1))
    }

    /// Whether a cheat loses in expectation at this rate, according to (1).
    pub fn deters(&self, price: Balance, locked: Balance, rate: Perbill) -> bool {
        price == 0 || rate >= self.deterrent(price, locked) && self.reachable(price, locked)
    }

    /// Whether (1) holds when everything is audited.
    fn reachable(&self, price: Balance, locked: Balance) -> bool {
        share(price, price.saturating_add(locked), Rounding::Up) < self.reliability
    }

    /// The lowest chance that a wrong result is found: `lowest · d`, rounded down.
    fn lowest_find(&self) -> Perbill {
        share(
            parts(self.lowest).saturating_mul(parts(self.reliability)),
            ONE * ONE,
            Rounding::Down,
        )
    }

    /// The fraud bond of an assignment of this [judged price](crate::judging): enough at every reputation, whatever the
    /// collateral. Rounded up. `None` if it does not fit a [`Balance`], or if the policy is not sound.
    pub fn fraud_bond(&self, judged: Balance) -> Option<Balance> {
        pricing::fraud_bond(judged, self.lowest_find())
    }

    /// What the requester pays for audits in addition to the price: their expected cost,
    /// `rate · auditors · judged price`, rounded up to the smallest unit. `None` if it does not fit a [`Balance`].
    pub fn cost(&self, judged: Balance, rate: Perbill) -> Option<Balance> {
        multiply_by_rational_with_rounding(judged, self.per_task(rate), ONE, Rounding::Up)
    }

    /// The highest judged price whose [`Self::cost`] at this rate is at most `cost`.
    pub fn highest_judged(&self, cost: Balance, rate: Perbill) -> Balance {
        multiply_by_rational_with_rounding(cost, ONE, self.per_task(rate), Rounding::Down)
            .unwrap_or(Balance::MAX)
    }

    /// The highest price that `budget` pays together with the [`Self::cost`] of audits at this rate, if that cost is
    /// computed from the price. With `lowest` as the rate it bounds what any provider may ask; with a provider's own
    /// rate it is exact.
    ///
    /// The cost can also be computed from the [judged price](crate::judging) of this budget, which can be more. The
    /// result is the same if audits cost no more than what is audited (`rate · auditors ≤ 1`) and a juror is paid more
    /// than one judged price. The highest price is then at least half of the budget, rounded down, and its judged price
    /// is the price itself. (With an odd budget the judged price may be half a unit more, which is paid too.) If audits
    /// cost more, the result is still no lower than any price that is paid.
    pub fn highest_price(&self, budget: Balance, rate: Perbill) -> Balance {
        let parts = ONE.saturating_add(self.per_task(rate));
        // price + ⌈price · x⌉ ≤ budget exactly if price · (1 + x) ≤ budget, because the price is a whole number.
        multiply_by_rational_with_rounding(budget, ONE, parts, Rounding::Down).unwrap_or(budget)
    }

    /// The highest price that `budget` pays, together with audits, to every provider that is at least as good as a
    /// beginner and has its whole bond locked. It pays less to a worse provider.
    pub fn highest_price_of_most(&self, budget: Balance) -> Balance {
        let rate = self.usual(budget, Reputation::START).max(self.lowest);
        self.highest_price(budget, rate)
    }

    /// The lowest budget whose [`Self::highest_price_of_most`] is at least `price`. `None` if it does not fit a
    /// [`Balance`]. Takes a few steps: the rate rises with the budget, but ever less.
    pub fn lowest_budget_of_most(&self, price: Balance) -> Option<Balance> {
        let mut budget = price;
        loop {
            // No lower budget is enough, because the rate of a lower budget is not higher.
            let rate = self.usual(budget, Reputation::START).max(self.lowest);
            let needed = price.checked_add(self.cost(price, rate)?)?;
            if needed <= budget {
                return Some(budget);
            }
            budget = needed;
        }
    }

    /// The reward that all finders of a wrong result get together, out of the stake that the result cost. Rounded down.
    pub fn finders_reward(&self, slashed: Balance) -> Balance {
        self.reward.mul_floor(slashed)
    }

    /// Audits per task, in billionths. More than a billion with many auditors.
    fn per_task(&self, rate: Perbill) -> u128 {
        parts(rate).saturating_mul(u128::from(self.auditors))
    }
}

impl Default for AuditPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Whether the task of `assignment` is audited at this rate. `randomness` must have been unknown to everybody before
/// the commit. In `replicated`, `assignment` is the last one that committed.
pub fn is_drawn(rate: Perbill, randomness: &Hash, assignment: AssignmentId) -> bool {
    let digest = hash_in(DRAW_CONTEXT, &(randomness, assignment));
    let [a, b, c, d, e, f, g, h, ..] = digest;
    // 2⁶⁴ is so much larger than 10⁹ that the bias of the remainder is below 10⁻¹⁰.
    let drawn = u64::from_le_bytes([a, b, c, d, e, f, g, h]) % 1_000_000_000;
    drawn < u64::from(rate.deconstruct())
}

fn parts(share: Perbill) -> u128 {
    u128::from(share.deconstruct())
}

/// `part / whole`, at most one; one if `whole` is zero.
fn share(part: u128, whole: u128, rounding: Rounding) -> Perbill {
    multiply_by_rational_with_rounding(part, ONE, whole, rounding)
        .and_then(|parts| u32::try_from(parts).ok())
        .map_or(Perbill::one(), Perbill::from_parts)
}

/// `from`, plus `part / whole` of the way to `to`, which is not less. Rounded up.
fn between(from: Perbill, to: Perbill, part: u128, whole: u128) -> Perbill {
    let way = parts(to).saturating_sub(parts(from));
    saturating_sum(
        from,
        share(
            way.saturating_mul(part),
            whole.saturating_mul(ONE),
            Rounding::Up,
        ),
    )
}

fn saturating_sum(left: Perbill, right: Perbill) -> Perbill {
    // `from_parts` limits itself to one, and two ones fit.
    Perbill::from_parts(left.deconstruct().saturating_add(right.deconstruct()))
}

#[cfg(test)]
pub(crate) mod tests;
