use super::*;
use crate::ids::TaskId;
use proptest::prelude::*;

const POLICY: AuditPolicy = AuditPolicy::DEFAULT;

/// Whether the expected gain from a wrong result is negative: (1 − q)·p < q·L with q = a·d, in whole numbers.
/// Independent of how the module computes it.
fn cheat_loses(policy: &AuditPolicy, price: Balance, locked: Balance, rate: Perbill) -> bool {
    let found = parts(rate) * parts(policy.reliability);
    (ONE * ONE - found) * price < found * locked
}

fn bonded(policy: &AuditPolicy, price: Balance, reputation: u16) -> (Balance, Perbill) {
    let locked = policy.fraud_bond(price).unwrap();
    (locked, policy.rate(price, locked, Reputation(reputation)))
}

#[test]
fn the_rate_falls_with_reputation_and_rises_with_the_price() {
    let rate = |price, reputation| bonded(&POLICY, price, reputation).1;
    let cheap = 1;
    assert_eq!(rate(0, 1_000), Perbill::from_percent(5));
    assert_eq!(rate(0, 750), Perbill::from_parts(65_000_000));
    assert_eq!(rate(0, 500), Perbill::from_percent(8));
    assert_eq!(rate(0, 250), Perbill::from_percent(29));
    assert_eq!(rate(0, 0), Perbill::from_percent(50));
    assert_eq!(
        rate(0, u16::MAX),
        rate(0, 1_000),
        "nothing above the best counts"
    );
    assert!(rate(cheap, 500) > rate(0, 500), "rounded up");
    assert_eq!(rate(100 * AICP, 500), Perbill::from_percent(9));
    assert_eq!(rate(300 * AICP, 1_000), Perbill::from_parts(65_000_000));
}

#[test]
fn little_stake_is_audited_more() {
    // a > 1 / (0.5 · (1 + 9)) = 20 %, and one part more.
    let rate = POLICY.rate(100, 900, Reputation::MAX);
    assert_eq!(rate, Perbill::from_parts(200_000_001));
    assert!(POLICY.deters(100, 900, rate));
    assert!(!POLICY.deters(100, 900, Perbill::from_percent(20)));
    // Audits that find half of the wrong results can never deter a provider with less at stake than the price.
    assert_eq!(POLICY.rate(100, 100, Reputation::MAX), Perbill::one());
    assert!(!POLICY.deters(100, 100, Perbill::one()));
    assert!(POLICY.deters(0, 0, POLICY.lowest), "nothing to gain");
}

#[test]
fn the_bond_is_forty_times_the_price() {
    assert_eq!(POLICY.fraud_bond(100), Some(4_000));
    assert_eq!(POLICY.fraud_bond(0), Some(0));
    assert_eq!(POLICY.fraud_bond(Balance::MAX), None);
    let unsound = AuditPolicy {
        lowest: Perbill::zero(),
        ..POLICY
    };
    assert!(!unsound.is_sound());
    assert_eq!(unsound.fraud_bond(100), None);
}

#[test]
fn a_policy_that_breaks_a_promise_is_not_sound() {
    assert!(POLICY.is_sound());
    let percent = Perbill::from_percent;
    for unsound in [
        AuditPolicy {
            beginner: percent(4),
            ..POLICY
        },
        AuditPolicy {
            worst: percent(7),
            ..POLICY
        },
        AuditPolicy {
            reliability: percent(0),
            ..POLICY
        },
        AuditPolicy {
            reward: percent(5),
            ..POLICY
        },
        // The lowest chance of a find rounds to nothing.
        AuditPolicy {
            lowest: Perbill::from_parts(1),
            ..POLICY
        },
        AuditPolicy {
            auditors: 0,
            ..POLICY
        },
    ] {
        assert!(!unsound.is_sound(), "{unsound:?}");
    }
}

#[test]
fn the_highest_rate_is_that_of_the_worst_at_a_high_price() {
    let percent = Perbill::from_percent;
    assert_eq!(POLICY.highest_rate(), percent(52));
    let all = AuditPolicy {
        surcharge: percent(51),
        ..POLICY
    };
    assert_eq!(all.highest_rate(), Perbill::one());
    let same = AuditPolicy {
        beginner: percent(5),
        worst: percent(5),
        surcharge: percent(0),
        ..POLICY
    };
    assert_eq!(same.highest_rate(), Perbill::from_parts(50_000_001));
}

#[test]
fn the_cost_is_the_expectation_rounded_up() {
    let five = Perbill::from_percent(5);
    assert_eq!(POLICY.cost(1_000, five), Some(50));
    assert_eq!(POLICY.cost(1, five), Some(1));
    assert_eq!(POLICY.cost(0, five), Some(0));
    let three = AuditPolicy {
        auditors: 3,
        ..POLICY
    };
    assert_eq!(three.cost(1_000, five), Some(150));
    assert_eq!(three.cost(Balance::MAX, Perbill::one()), None);
}

#[test]
fn the_draw_hits_as_often_as_the_rate_says() {
    let drawn = |rate, salt: u8| {
        (0..20_000u64)
            .filter(|task| {
                let assignment = AssignmentId {
                    task: TaskId(*task),
                    replica: 0,
                    attempt: 0,
                };
                is_drawn(rate, &[salt; 32], assignment)
            })
            .collect::<Vec<_>>()
    };
    let rate = Perbill::from_percent(5);
    let hits = drawn(rate, 1);
    // 20,000 draws at 5 %: 1,000 ± 5 standard deviations. The input is fixed, so this never flakes.
    assert!((846..1_154).contains(&hits.len()), "{}", hits.len());
    assert_ne!(hits, drawn(rate, 2), "other randomness, other tasks");
    assert_eq!(drawn(Perbill::one(), 1).len(), 20_000);
    assert!(drawn(Perbill::zero(), 1).is_empty());
    let fewer = drawn(Perbill::from_percent(2), 1);
    assert!(fewer.iter().all(|task| hits.contains(task)));
}

prop_compose! {
    pub(crate) fn sound_policies()(
        lowest in 1_000u32..=1_000_000_000, beginner: u32, worst: u32, surcharge in 0u32..=1_000_000_000,
        unit in 0..u64::MAX as u128, reliability in 1_000_000u32..=1_000_000_000, auditors in 1u8..10, reward in 0u32..=1_000_000_000,
    ) -> AuditPolicy {
        let beginner = lowest.max(beginner % 1_000_000_001);
        AuditPolicy {
            lowest: Perbill::from_parts(lowest),
            beginner: Perbill::from_parts(beginner),
            worst: Perbill::from_parts(beginner.max(worst % 1_000_000_001)),
            surcharge: Perbill::from_parts(surcharge),
            unit,
            reliability: Perbill::from_parts(reliability),
            auditors,
            reward: Perbill::from_parts(reward),
        }
    }
}

#[test]
fn who_tells_earns_more_than_a_cheat_can_offer() {
    let price = 1_000;
    let bond = POLICY.fraud_bond(price).unwrap();
    assert_eq!(POLICY.finders_reward(bond), 4_000);
    assert_eq!(POLICY.finders_reward(9), 0, "rounded down");
}

proptest! {
    #[test]
    fn a_cheat_loses_at_every_reputation(
        policy in sound_policies(), price in 1..u64::MAX as u128 / 1_000, reputation: u16,
        collateral in 0..u64::MAX as u128 / 1_000,
    ) {
        let locked = policy.fraud_bond(price).unwrap() + collateral;
        // The whole numbers of `cheat_loses` must fit.
        prop_assume!(locked < u128::MAX / (ONE * ONE));
        let rate = policy.rate(price, locked, Reputation(reputation));
        prop_assert!(cheat_loses(&policy, price, locked, rate));
        prop_assert!(policy.deters(price, locked, rate));
    }

    /// Even without a bond: whatever is locked, the rate deters if any rate does.
    #[test]
    fn the_rate_deters_wherever_a_rate_can(
        policy in sound_policies(), price in 1..u64::MAX as u128, locked in 0..u64::MAX as u128,
        reputation: u16,
    ) {
        let rate = policy.rate(price, locked, Reputation(reputation));
        if policy.deters(price, locked, rate) {
            prop_assert!(cheat_loses(&policy, price, locked, rate));
        } else {
            prop_assert_eq!(rate, Perbill::one());
        }
    }

    #[test]
    fn the_lowest_budget_pays_the_price_and_none_below_does(
        policy in sound_policies(), price in 0..u64::MAX as u128 * 1_000,
    ) {
        let lowest = policy.lowest_budget_of_most(price).unwrap();
        prop_assert!(policy.highest_price_of_most(lowest) >= price);
        for less in [1, 2, lowest / 1_000, lowest / 2] {
            if let Some(below) = lowest.checked_sub(less.max(1)) {
                prop_assert!(policy.highest_price_of_most(below) < price, "{below} of {lowest}");
            }
        }
    }

    #[test]
    fn the_rate_is_never_below_the_floor_and_moves_as_it_should(
        policy in sound_policies(), price in 0..u128::MAX / 2, locked: u128, reputation in 0u16..=1_000,
        more in 0..u128::MAX / 2, better in 0u16..1_000,
    ) {
        let rate = policy.rate(price, locked, Reputation(reputation));
        prop_assert!(rate >= policy.lowest && !rate.is_zero());
        let locked_more = locked.saturating_add(more);
        prop_assert!(policy.rate(price, locked_more, Reputation(reputation)) <= rate);
        prop_assert!(policy.rate(price, locked, Reputation(reputation + better)) <= rate);
        prop_assert!(policy.rate(price + more, locked, Reputation(reputation)) >= rate);
    }

    #[test]
    fn no_rate_is_above_the_highest_where_the_bond_is_locked(
        policy in sound_policies(), price in 0..u64::MAX as u128, reputation: u16,
        collateral in 0..u64::MAX as u128,
    ) {
        let locked = policy.fraud_bond(price).unwrap() + collateral;
        let rate = policy.rate(price, locked, Reputation(reputation));
        prop_assert!(rate <= policy.highest_rate());
    }

    /// Issue 4, Must reach: extra compute for honest traffic at the defaults.
    #[test]
    fn audits_of_honest_traffic_cost_at_most_a_tenth(
        price in 1..u128::MAX / 1_000, reputation in Reputation::START.0..=Reputation::MAX.0,
    ) {
        let (_, rate) = bonded(&POLICY, price, reputation);
        prop_assert!(rate <= Perbill::from_percent(10));
        let cost = POLICY.cost(price, rate).unwrap();
        prop_assert!(cost <= price.div_ceil(10));
    }

    #[test]
    fn the_highest_price_is_paid_with_its_audits_and_one_more_is_not(
        policy in sound_policies(), budget in 0..u128::MAX / 100, rate in 0u32..=1_000_000_000,
    ) {
        let rate = Perbill::from_parts(rate);
        let total = |price: Balance| price + policy.cost(price, rate).unwrap();
        let price = policy.highest_price(budget, rate);
        prop_assert!(total(price) <= budget);
        prop_assert!(total(price + 1) > budget);
    }

    /// If audits cost no more than what is audited, the judged price changes nothing about the highest price. Otherwise
    /// the highest price is no less than what can be paid.
    #[test]
    fn the_highest_price_is_that_of_the_judged_price(
        policy in sound_policies(), budget in 0..u128::MAX / 100, rate in 0u32..=1_000_000_000,
        juror_pay in 2..10u128,
    ) {
        let rate = Perbill::from_parts(rate);
        let is_paid = |price: Balance| {
            let judged = crate::judging::judged_price(price, budget, juror_pay);
            price + policy.cost(judged, rate).unwrap() <= budget
        };
        let price = policy.highest_price(budget, rate);
        prop_assert!(!is_paid(price + 1));
        if policy.per_task(rate) <= ONE {
            prop_assert!(is_paid(price), "{price} of {budget}");
        }
    }

    #[test]
    fn a_cost_pays_for_the_judged_price_that_it_was_reckoned_by(
        policy in sound_policies(), judged in 0..u128::MAX / 100, rate in 1u32..=1_000_000_000,
    ) {
        let rate = Perbill::from_parts(rate);
        let cost = policy.cost(judged, rate).unwrap();
        let highest = policy.highest_judged(cost, rate);
        prop_assert!(highest >= judged);
        prop_assert_eq!(policy.cost(highest, rate), Some(cost));
    }

    #[test]
    fn whoever_is_not_worse_than_a_beginner_fits_up_to_the_highest_price_of_most(
        policy in sound_policies(), budget in 0..u64::MAX as u128, reputation in 500u16..=1_000,
    ) {
        let price = policy.highest_price_of_most(budget);
        let (_, rate) = bonded(&policy, price, reputation);
        prop_assert!(price + policy.cost(price, rate).unwrap() <= budget);
    }

    #[test]
    fn no_numbers_panic(
        price: u128, locked: u128, reputation: u16, rate in 0u32..=1_000_000_000, unit: u128,
        shares in prop::array::uniform6(0u32..=1_000_000_000), auditors: u8,
    ) {
        let [lowest, beginner, worst, surcharge, reliability, reward] = shares.map(Perbill::from_parts);
        let policy = AuditPolicy { lowest, beginner, worst, surcharge, unit, reliability, auditors, reward };
        let _ = policy.is_sound();
        let _ = policy.bond_pays(price);
        let rated = policy.rate(price, locked, Reputation(reputation));
        prop_assert!(rated >= lowest);
        let _ = policy.deters(price, locked, rated);
        let _ = policy.fraud_bond(price);
        let _ = policy.cost(price, Perbill::from_parts(rate));
        let _ = policy.highest_judged(price, Perbill::from_parts(rate));
        let _ = policy.highest_price(price, Perbill::from_parts(rate));
        let _ = policy.highest_price_of_most(price);
    }
}
