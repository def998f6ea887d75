//! Tests what `docs/economics.md` claims, and the limits that it names. All seeds are fixed.

#![allow(clippy::unwrap_used)]

use aicpw_economics::{
    market,
    player::{Kind, Side, CONSPIRED, RIGHT},
    rules::Rules,
    scenario::{named, Friends, Scenario, SCENARIOS},
    tally::{Role, Tally},
    theory,
};
use aicpw_protocol::{device::Reputation, units::AICP};

fn play(name: &str, tasks: usize) -> Tally {
    market::run(&Rules::default(), named(name).unwrap(), 1, tasks)
}

/// No provider that is right looks in time.
fn nobody_appeals() -> Rules {
    Rules {
        honest_appeal: false,
        ..Rules::default()
    }
}

/// Whether the players earn less per assignment than the honest players beside them.
fn loses(tally: &Tally, kind: Kind) -> bool {
    tally.per_assignment(kind) < tally.account(Kind::Honest, Role::Provider).net()
}

#[test]
fn the_same_seed_plays_the_same_and_another_does_not() {
    let rules = Rules::default();
    for name in ["lazy", "colluding-49"] {
        let run = |seed| market::run(&rules, named(name).unwrap(), seed, 3_000);
        assert_eq!(run(7), run(7), "{name}");
        assert_ne!(run(7), run(8), "{name}");
    }
}

#[test]
fn no_aicp_is_made_or_lost_and_nothing_stays_held() {
    for scenario in SCENARIOS {
        let tally = market::run(&Rules::default(), scenario, 3, 5_000);
        let name = scenario.name;
        assert_eq!(tally.issued, tally.remaining, "{name}");
        assert_eq!(tally.left_held, 0, "{name}");
        assert_eq!(tally.unpaid, 0, "{name}");
        assert_eq!(tally.submitted, 5_000, "{name}");
        assert_eq!(tally.settled + tally.refunded, 5_000, "{name}");
    }
}

#[test]
fn scenarios_have_the_players_they_say() {
    for scenario in SCENARIOS {
        let tally = market::run(&Rules::default(), scenario, 3, 2_000);
        let plays = tally.account(scenario.kind, Role::Provider).times > 0;
        assert!(plays, "{}", scenario.name);
    }
}

#[test]
fn verification_of_honest_traffic_costs_less_than_a_tenth_of_the_work() {
    let tally = play("honest", 30_000);
    assert!(tally.overhead() < 1.1, "{}", tally.overhead());
    assert!(tally.audits > 0);
    assert_eq!(tally.disputes, 0);
    // This also holds for the share of the work that can be audited at all.
    let rate = tally.audits as f64 / tally.auditable as f64;
    assert!((0.05..0.1).contains(&rate), "{rate}");
}

#[test]
fn what_requesters_pay_for_audits_pays_for_the_audits() {
    let tally = play("honest", 60_000);
    let ratio = tally.audit_pay as f64 / tally.audit_costs as f64;
    assert!((0.9..1.1).contains(&ratio), "{ratio}");
}

#[test]
fn rational_cheats_get_less_than_one_wrong_result_in_a_hundred_accepted() {
    let tally = play("rational", 100_000);
    assert!(
        tally.undetected > 0,
        "they try, or this test would say nothing"
    );
    assert!(
        tally.undetected_share() < 0.01,
        "{}",
        tally.undetected_share()
    );
    // Nor with copying auditors among them.
    assert!(play("copying", 100_000).undetected_share() < 0.01);
}

#[test]
fn who_does_not_work_loses_as_provider_auditor_and_juror() {
    let tally = play("lazy", 30_000);
    for role in [Role::Provider, Role::Auditor, Role::Juror] {
        let lazy = tally.account(Kind::Lazy, role);
        assert!(lazy.times > 5, "{role:?}");
        assert!(lazy.net() < -1.0, "{role:?}: {}", lazy.net());
        let honest = tally.account(Kind::Honest, role);
        assert!(honest.net() > 0.0, "{role:?}: {}", honest.net());
    }
}

/// As the chain does: there is no further replica, which could copy what is revealed.
#[test]
fn a_jury_decides_where_replicas_have_no_quorum() {
    let many = Scenario {
        percent: 40,
        ..named("lazy").unwrap()
    };
    let tally = market::run(&Rules::default(), many, 1, 5_000);
    assert!(tally.without_quorum > 10, "{}", tally.without_quorum);
    // Audits that differ call a jury as well.
    assert!(tally.disputes >= tally.without_quorum + tally.audits_that_found);
    // The verdict is for the replica that has worked, or there is none: a few tasks have no result.
    assert!(tally.refunded < tally.without_quorum);
    // A replica that was wrong loses everything that it had locked: forty prices. A quorum would not cost it that.
    let lazy = tally.account(Kind::Lazy, Role::Provider);
    assert!(lazy.net() < -5.0, "{}", lazy.net());
}

#[test]
fn collusion_of_a_third_loses() {
    for name in ["colluding-10", "colluding-33"] {
        let tally = play(name, 20_000);
        assert!(tally.undetected > 0, "{name}");
        assert!(tally.per_assignment(Kind::Colluding) < -1.0, "{name}");
        assert!(
            tally.account(Kind::Honest, Role::Juror).net() > 0.0,
            "{name}"
        );
    }
    let tally = play("robbing-33", 20_000);
    assert!(loses(&tally, Kind::Robbing));
    assert!(!loses(&tally, Kind::Honest));
}

#[test]
fn sybils_self_dealers_and_griefers_lose() {
    for (name, kind) in [
        ("sybil", Kind::Sybil),
        ("self-dealing", Kind::SelfDealing),
        ("griefing", Kind::Griefing),
    ] {
        let tally = play(name, 30_000);
        assert!(loses(&tally, kind), "{name}");
    }
    let griefed = play("griefing", 30_000);
    assert!(griefed.disputes > 0);
    assert_eq!(griefed.robbed, 0, "no honest provider pays for it");
    let dealt = play("self-dealing", 30_000);
    assert!(
        dealt.best_other_reputation >= 800,
        "reputation can be bought"
    );
}

/// Everybody whom the requester would have paid can judge, so asking less than half of what others ask does not help.
/// If judging were based on its price alone, no honest provider could judge it: a cheat would choose its judges by its
/// ask, and earn more than the honest.
#[test]
fn who_asks_less_than_half_of_what_the_honest_ask_is_judged_by_them_and_loses() {
    let play = |judged_by_price| {
        let rules = Rules {
            judged_by_price,
            ..Rules::default()
        };
        market::run(&rules, named("undercutting").unwrap(), 1, 20_000)
    };
    let tally = play(false);
    assert!(
        tally.undetected > 0,
        "they cheat, or this would say nothing"
    );
    assert!(tally.audits_that_found > 0);
    assert!(tally.per_assignment(Kind::Undercutting) < -1.0);
    assert!(!loses(&tally, Kind::Honest));
    let by_price = play(true);
    assert_eq!(by_price.audits_that_found, 0);
    assert!(!loses(&by_price, Kind::Undercutting));
    assert!(by_price.undetected > 3 * tally.undetected);
}

#[test]
fn the_closed_form_and_the_simulation_agree() {
    let rules = Rules::default();
    for (name, share) in [("colluding-10", 0.1), ("colluding-33", 0.33)] {
        let tally = play(name, 50_000);
        let found = tally.audits_that_found as f64 / tally.audits_of_wrong as f64;
        let expected = theory::reliability(&rules, share, theory::locks_per_price(&rules, AICP));
        assert!(
            (found - expected).abs() < 0.06,
            "{name}: {found} and {expected}"
        );
    }
}

#[test]
fn audits_are_as_reliable_as_the_policy_counts_on_up_to_more_than_a_third_of_the_stake() {
    let rules = Rules::default();
    let counted_on = f64::from(rules.audit.reliability.deconstruct()) / 1e9;
    let locked = theory::locks_per_price(&rules, AICP);
    for percent in 0..=40 {
        let share = f64::from(percent) / 100.0;
        assert!(
            theory::reliability(&rules, share, locked) > counted_on,
            "{percent} %"
        );
        for reputation in [0, 500, 1_000] {
            let gain = theory::cheat_gain(&rules, share, AICP, Reputation(reputation));
            assert!(gain < 0.0, "{percent} %, reputation {reputation}: {gain}");
        }
    }
}

#[test]
fn who_is_right_appeals_as_the_rules_say_and_a_coalition_where_it_pays() {
    let (everybody, nobody) = (Rules::default(), nobody_appeals());
    let side = |root, friends| Side {
        root,
        account: 0,
        friends,
        at_stake: 20.25,
    };
    assert!(side(RIGHT, 0.0).appeals(&everybody, 0));
    assert!(!side(RIGHT, 0.0).appeals(&nobody, 0));
    for rules in [&everybody, &nobody] {
        assert!(!side(CONSPIRED, 0.0).appeals(rules, 0));
        assert!(!side(CONSPIRED, 0.4).appeals(rules, 0));
        assert!(side(CONSPIRED, 0.5).appeals(rules, 0));
    }
}

#[test]
fn a_lie_has_to_win_both_juries_if_who_is_right_appeals_and_else_the_first() {
    // With a third of the stake, an appeal does not pay for a coalition.
    let third = 1.0 / 3.0;
    let (five, eleven) = (theory::majority(5, third), theory::majority(11, third));
    let won = |rules: Rules| theory::false_verdict(&rules, third, 20.25, 0);
    assert!((won(Rules::default()) - five * eleven).abs() < 1e-12);
    assert!((won(nobody_appeals()) - five).abs() < 1e-12);
    // With nearly all of the stake it appeals itself: it needs one or the other.
    let most = 0.9;
    let (five, eleven) = (theory::majority(5, most), theory::majority(11, most));
    let won = theory::false_verdict(&nobody_appeals(), most, 20.25, 0);
    assert!((won - (five + (1.0 - five) * eleven)).abs() < 1e-12);
}

/// As ADR 25 says: before, two of four were enough in 18 and 40 % of the juries, for an owner of a fifth and of a
/// third; three of five in 6 and 21 %.
#[test]
fn friends_that_are_unable_need_half_of_the_larger_jury_too_unless_one_alone_was_able() {
    let rules = Rules::default();
    let before = Rules {
        larger_jury: false,
        ..Rules::default()
    };
    let is = |left: f64, right: f64| assert!((left - right).abs() < 1e-9, "{left}, not {right}");
    let spared = |rules: &Rules, share, votes| theory::spared(rules, share, 20.25, votes);
    let (fifth, third) = (0.2, 1.0 / 3.0);
    is(spared(&before, fifth, 4), 113.0 / 625.0);
    is(spared(&before, fifth, 5), 181.0 / 3_125.0);
    is(spared(&before, third, 4), 33.0 / 81.0);
    is(spared(&before, third, 5), 51.0 / 243.0);
    // Six of eleven: 462 · 2⁵ + 330 · 2⁴ + 165 · 2³ + 55 · 2² + 11 · 2 + 1, of 3¹¹.
    let eleven = 21_627.0 / 177_147.0;
    is(theory::half(11, third), eleven);
    // Two of four, which leads to the larger jury; or three or four, so that no two others agree.
    is(spared(&rules, third, 4), (9.0 + 24.0 * eleven) / 81.0);
    is(spared(&rules, third, 5), (11.0 + 40.0 * eleven) / 243.0);
    // Half is no majority.
    is(theory::half(4, third), 33.0 / 81.0);
    is(theory::majority(4, third), 9.0 / 81.0);
    // Two votes of five are too few for any outcome.
    is(spared(&rules, third, 2), 1.0);
    // An owner of all of the stake is never found. One with no stake always is, and does not appeal.
    is(spared(&rules, 1.0, 5), 1.0);
    is(spared(&rules, 0.0, 5), 0.0);
}

#[test]
fn the_page_has_what_friends_that_are_unable_come_to() {
    let page = include_str!("../../docs/economics.md");
    let rules = |larger_jury| Rules {
        larger_jury,
        ..Rules::default()
    };
    let (with, before) = (rules(true), rules(false));
    let gain = theory::locks_per_price(&with, AICP) / with.juror_pay as f64;
    for percent in [10, 20, 33, 40, 45, 49] {
        let share = f64::from(percent) / 100.0;
        let cell = |rules: &Rules, votes| {
            let chance = theory::spared(rules, share, gain, votes);
            format!("{:.1} %", chance * 100.0)
        };
        let cells = [
            cell(&with, 5),
            cell(&before, 5),
            cell(&with, 4),
            cell(&before, 4),
        ];
        let row = format!("| {percent} % | {} |", cells.join(" | "));
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn a_larger_jury_finds_lies_that_friends_in_the_first_would_have_paid() {
    let play = |larger_jury| {
        let rules = Rules {
            larger_jury,
            ..Rules::default()
        };
        market::run(&rules, named("unable-33").unwrap(), 1, 20_000)
    };
    let (with, without) = (play(true), play(false));
    assert!(with.unasked > 50, "{}", with.unasked);
    assert_eq!(without.unasked, 0);
    assert!(with.unable > 0 && without.unable > 2 * with.unable);
    let found = |tally: &Tally| tally.audits_that_found as f64 / tally.audits_of_wrong as f64;
    assert!(found(&with) > found(&without) + 0.05);
    for (tally, larger_jury) in [(&with, true), (&without, false)] {
        let rules = Rules {
            larger_jury,
            ..Rules::default()
        };
        let locked = theory::locks_per_price(&rules, AICP);
        let expected = theory::reliability_if_unable(&rules, 0.33, locked);
        let found = found(tally);
        assert!(
            (found - expected).abs() < 0.06,
            "{larger_jury}: {found} and {expected}"
        );
        assert_eq!(tally.issued, tally.remaining);
        assert_eq!(tally.left_held, 0);
    }
    // It is a loss all the same.
    assert!(with.per_assignment(Kind::Colluding) < -1.0);
}

/// No juror's vote is a lie here, and none is based on work.
#[test]
fn jurors_that_are_unable_lose_where_the_others_are_not() {
    let unable = Scenario {
        kind: Kind::Unable,
        percent: 10,
        griefing_percent: 5,
        friends: Friends::Lie,
        ..named("honest").unwrap()
    };
    let tally = market::run(&Rules::default(), unable, 1, 10_000);
    let juror = tally.account(Kind::Unable, Role::Juror);
    assert!(juror.times > 50, "{}", juror.times);
    assert!((-5.01..-4.0).contains(&juror.net()), "{}", juror.net());
    assert!(tally.account(Kind::Honest, Role::Juror).net() > 0.0);
    assert_eq!(tally.robbed, 0);
}

/// The page has both numbers, because the chain does not decide who appeals.
#[test]
fn the_page_has_the_stake_with_which_lies_pay_whether_anybody_appeals_or_nobody() {
    let locked = theory::locks_per_price(&Rules::default(), AICP);
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let thresholds = |rules: Rules| {
        let unreliable = (0..=1_000)
            .map(|permille| f64::from(permille) / 1e3)
            .find(|share| theory::reliability(&rules, *share, locked) < 0.5);
        [
            percent(theory::break_even(&rules, AICP, Reputation::MAX)),
            percent(theory::break_even(&rules, AICP, Reputation::START)),
            percent(unreliable.unwrap()),
        ]
    };
    let unable = |larger_jury, reputation| {
        let rules = Rules {
            larger_jury,
            ..Rules::default()
        };
        percent(theory::break_even_if_unable(&rules, AICP, reputation))
    };
    let [[best_unable, beginner_unable], [best_before, beginner_before]] =
        [true, false].map(|larger_jury| {
            [Reputation::MAX, Reputation::START].map(|reputation| unable(larger_jury, reputation))
        });
    let [best, beginner, unreliable] = thresholds(Rules::default());
    let [best_alone, beginner_alone, unreliable_alone] = thresholds(nobody_appeals());
    let words = include_str!("../../docs/economics.md").split_whitespace();
    let page = words.collect::<Vec<_>>().join(" ");
    for sentence in [
        format!("From {best} on a wrong result pays at the best reputation, from {beginner} at a beginner's"),
        format!("If nobody who is right appeals, it pays from {best_alone} and {beginner_alone} on"),
        format!("less than half of the cases from {unreliable_alone} on,"),
        format!("and from {unreliable} on where everybody appeals"),
        format!("a wrong result pays from {best_unable} and {beginner_unable} on"),
        format!("before there was a larger jury, it was from {best_before} and {beginner_before}"),
    ] {
        assert!(page.contains(&sentence), "the page should say: {sentence}");
    }
}

#[test]
fn if_nobody_who_is_right_appeals_fewer_lies_are_found() {
    let play = |rules: &Rules| market::run(rules, named("colluding-33").unwrap(), 1, 20_000);
    let (everybody, nobody) = (play(&Rules::default()), play(&nobody_appeals()));
    assert!(everybody.appeals > nobody.appeals, "{}", nobody.appeals);
    let found = |tally: &Tally| tally.audits_that_found as f64 / tally.audits_of_wrong as f64;
    let (with, without) = (found(&everybody), found(&nobody));
    assert!(without < with, "{without}, {with}");
}

/// The reason why a minority loses only its collateral: an owner of a third of the stake would survive, and drive out
/// the honest providers.
#[test]
fn if_a_minority_lost_its_bond_honest_work_would_lose() {
    let play = |minority_loses_bond| {
        let rules = Rules {
            minority_loses_bond,
            ..Rules::default()
        };
        let tally = market::run(&rules, named("colluding-33").unwrap(), 1, 20_000);
        tally.account(Kind::Honest, Role::Provider).net()
    };
    let (with_bond, without) = (play(true), play(false));
    assert!(with_bond < 0.0 && without > 0.0, "{with_bond}, {without}");
}

/// The limits that the page names. If one of them no longer holds, the page is out of date.
mod limits {
    use super::*;

    #[test]
    fn half_of_the_stake_in_one_hand_breaks_it() {
        let tally = play("colluding-49", 50_000);
        assert!(tally.undetected_share() > 0.1);
        assert!(tally.account(Kind::Honest, Role::Juror).net() < 0.0);
        let (honest, colluding) = (
            tally.per_assignment(Kind::Honest),
            tally.per_assignment(Kind::Colluding),
        );
        assert!(honest < 0.0 && honest < colluding, "{honest}, {colluding}");
        let gain = theory::cheat_gain(&Rules::default(), 0.49, AICP, Reputation::MAX);
        assert!(gain > 0.0, "{gain}");
    }

    #[test]
    fn half_of_the_stake_can_rob_the_honest() {
        let tally = play("robbing-49", 30_000);
        assert!(tally.robbed > 0);
        assert!(tally.per_assignment(Kind::Honest) < tally.per_assignment(Kind::Robbing));
    }

    #[test]
    fn who_does_not_mind_to_lose_gets_wrong_results_accepted() {
        let tally = play("colluding-33", 20_000);
        assert!(tally.undetected_share() > 0.05);
        let tally = play("sybil", 20_000);
        assert!(tally.undetected_share() > 0.1);
    }

    #[test]
    fn a_juror_that_copies_earns_where_the_trace_says_nothing() {
        let juror = play("copying-traceless", 100_000).account(Kind::Copying, Role::Juror);
        assert!(juror.times > 0);
        assert!(juror.net() > 0.0, "{}", juror.net());
    }

    #[test]
    fn a_quorum_that_colludes_costs_the_honest_minority_its_collateral() {
        assert!(play("colluding-33", 20_000).robbed > 0);
    }
}

#[test]
fn a_majority_of_a_jury() {
    // 10 · (1/3)³ · (2/3)² + 5 · (1/3)⁴ · 2/3 + (1/3)⁵ = 51 / 243.
    let third = theory::majority(5, 1.0 / 3.0);
    assert!((third - 51.0 / 243.0).abs() < 1e-12, "{third}");
    assert!((theory::majority(23, 0.5) - 0.5).abs() < 1e-12);
    assert_eq!(theory::majority(5, 0.0), 0.0);
    assert_eq!(theory::majority(5, 1.0), 1.0);
}
