//! Tests what a juror earns that does not work: the closed form, at the defaults and at the limits of what governance
//! can set, and beside it the simulation. All seeds are fixed.

#![allow(clippy::unwrap_used)]

use aicpw_economics::{
    jurors,
    report::JURIES,
    rules::Rules,
    theory::{self, Idle},
};
use aicpw_protocol::dispute::DisputePolicy;
use sp_arithmetic::Perbill;

/// The lowest and the highest `FaultSlash` that governance can set, in per cent. Of all numbers in the closed form it
/// is the only one that is not a constant of the release.
const FAULT_SLASH: [u32; 2] = [34, 100];

fn with_slash(percent: u32) -> Rules {
    Rules {
        fault_slash: Perbill::from_percent(percent),
        ..Rules::default()
    }
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-6
}

#[track_caller]
fn is(left: f64, right: f64) {
    assert!(near(left, right), "{left}, not {right}");
}

/// A juror that alone does not work, on a task whose trace root takes work to know.
fn alone(rules: &Rules, right: f64) -> f64 {
    theory::idle_juror(rules, right, 0.0, 0.0)
}

#[test]
fn the_ends_are_those_of_the_documented_range() {
    let page = include_str!("../../docs/governance.md");
    let [least, most] = FAULT_SLASH;
    let row = format!("| `FaultSlash` | 50 % | {least} % | {most} % |");
    assert!(page.contains(&row), "{row}");
}

#[test]
fn alone_nobody_has_anything_of_not_working() {
    let rules = Rules::default();
    is(alone(&rules, 0.0), -10.0);
    is(alone(&rules, 0.5), -7.5);
    is(alone(&rules, 1.0), -5.0);
    is(theory::silent_juror(&rules), -5.0);
    for (percent, certain) in FAULT_SLASH.into_iter().zip([-3.4, -10.0]) {
        let rules = with_slash(percent);
        is(alone(&rules, 0.0), -10.0);
        is(alone(&rules, 1.0), certain);
        is(theory::silent_juror(&rules), certain);
        for right in 0..=100 {
            let net = alone(&rules, f64::from(right) / 100.0);
            assert!(net <= certain + 1e-9, "{percent} %, {right} %: {net}");
        }
    }
}

#[test]
fn a_vote_is_right_as_often_as_its_way_is() {
    for (votes, told, not_told) in [
        (Idle::Garbage, 0.0, 0.0),
        (Idle::Committed, 0.7, 0.7),
        (Idle::Coin, 0.5, 0.5),
        (Idle::Likeliest, 1.0, 0.7),
        (Idle::Unable, 0.0, 0.0),
    ] {
        is(votes.right(0.3, true), told);
        is(votes.right(0.3, false), not_told);
    }
}

#[test]
fn work_is_shown_by_three_of_the_four_others() {
    let rules = Rules::default();
    is(theory::work_is_shown(&rules, 0.0), 1.0);
    // 0.7⁴ + 4 · 0.7³ · 0.3.
    is(theory::work_is_shown(&rules, 0.3), 0.6517);
    is(theory::work_is_shown(&rules, 0.5), 5.0 / 16.0);
    is(theory::work_is_shown(&rules, 1.0), 0.0);
    // In one of five tasks the trace root can be known without work: 1 − 0.8 · 0.6517 · 6.
    is(theory::idle_juror(&rules, 1.0, 0.2, 0.3), -2.12816);
}

/// The page has the table of the closed form.
#[test]
fn the_page_has_what_the_closed_form_comes_to() {
    let page = include_str!("../../docs/economics.md").replace("**", "");
    let rules = Rules::default();
    let number = |net: f64| {
        let sign = if net < 0.0 { "−" } else { "+" };
        format!("{sign}{:.2}", net.abs())
    };
    for votes in Idle::ALL {
        let cells = JURIES
            .map(|(traceless, others)| number(theory::idle(&rules, votes, 0.5, traceless, others)));
        let row = format!("| {} |", cells.join(" | "));
        assert!(page.contains(&row), "{votes:?}: {row}");
    }
    for percent in [34, 50, 100] {
        let rules = with_slash(percent);
        let shown = theory::least_shown(&rules);
        let row = format!(
            "| {percent} % | {:.1} % | {:.1} % | {:.1} %; {:.1} % |",
            shown * 100.0,
            (1.0 - shown) * 100.0,
            theory::copying_pays_from(&rules, 0.0) * 100.0,
            theory::copying_pays_from(&rules, 0.2) * 100.0,
        );
        assert!(page.contains(&row), "{row}");
    }
}

/// The limits that the page names. If one of them no longer holds, the page is out of date.
#[test]
fn where_work_cannot_be_shown_it_pays_to_vote_without_it() {
    for (percent, least_shown, copying_alone, copying_with_fifth) in [
        (50, 1.0 / 6.0, 0.612, 0.576),
        (34, 1.0 / 4.4, 0.561, 0.520),
        (100, 1.0 / 11.0, 0.691, 0.664),
    ] {
        let rules = with_slash(percent);
        is(theory::least_shown(&rules), least_shown);
        // Whatever governance sets, because this does not depend on it: ten elevenths.
        is(theory::least_right(&rules), 10.0 / 11.0);
        let unshown = |right| theory::idle_juror(&rules, right, 1.0, 0.0);
        assert!(unshown(0.90) < 0.0 && unshown(0.92) > 0.0);
        is(unshown(1.0), 1.0);
        // The share of tasks whose trace root can be known without work.
        let traceless = 1.0 - least_shown;
        let net = |traceless| theory::idle_juror(&rules, 1.0, traceless, 0.0);
        assert!(net(traceless - 0.01) < 0.0 && net(traceless + 0.01) > 0.0);
        is(theory::copying_pays_from(&rules, 0.0), copying_alone);
        is(theory::copying_pays_from(&rules, 0.2), copying_with_fifth);
    }
}

#[test]
fn to_say_that_it_cannot_be_run_or_fetched_pays_who_is_sure_of_it() {
    for (percent, unable, gone) in [
        (50, 5.0 / 6.0, 10.0 / 11.0),
        (34, 3.4 / 4.4, 6.8 / 7.8),
        (100, 10.0 / 11.0, 20.0 / 21.0),
    ] {
        let rules = with_slash(percent);
        is(theory::unable_juror(&rules, unable), 0.0);
        assert!(theory::unable_juror(&rules, 1.0) > 0.0);
        is(theory::idle_fetcher(&rules, gone), 0.0);
        assert!(theory::idle_fetcher(&rules, 1.0) > 0.0);
    }
}

/// Three of five are unable. If two others have found a root, eleven more are called. With four unable, it is final. Of
/// all these, only someone who disputes a right result pays.
#[test]
fn to_be_unable_pays_where_most_are_and_somebody_pays_for_it() {
    let rules = Rules::default();
    is(theory::idle(&rules, Idle::Unable, 0.5, 0.0, 0.0), -5.0);
    // Three or more of ten of the four others: 4 · 0.3³ · 0.7 + 0.3⁴. Two: 6 · 0.3² · 0.7²; and then six of eleven.
    let (four, three, six) = (0.0837, 0.2646, theory::majority(11, 0.3));
    let expected = |unable: f64| unable * 0.75 - (1.0 - unable) * 5.0;
    let net = |rules: &Rules| theory::idle(rules, Idle::Unable, 0.25, 0.0, 0.3);
    is(net(&rules), expected(four + three * six));
    let before = Rules {
        larger_jury: false,
        ..Rules::default()
    };
    is(net(&before), expected(four + three));
    assert!(net(&before) > net(&rules) + 1.0);
    is(theory::idle(&rules, Idle::Unable, 0.25, 0.0, 1.0), 0.75);
}

/// What a release could set: in a sound policy, `lock` is never less than four.
#[test]
fn the_least_lock_of_a_sound_policy_deters_alone_too() {
    let rules = Rules {
        dispute: DisputePolicy {
            lock: 4,
            ..Rules::default().dispute
        },
        ..Rules::default()
    };
    assert!(rules.dispute.is_sound());
    is(alone(&rules, 1.0), -2.0);
    is(theory::least_right(&rules), 0.8);
}

#[test]
fn over_many_seeds_jurors_that_do_not_work_lose_as_the_closed_form_says() {
    let outcomes = jurors::play(&Rules::default(), 100, 10, 12_000).unwrap();
    assert_eq!(outcomes.len(), jurors::BENCHES.len());
    for outcome in outcomes {
        assert_eq!(outcome.seeds, 10, "{outcome:?}");
        assert!(outcome.seats > 400, "{outcome:?}");
        assert!((0.1..0.5).contains(&outcome.wrong), "{outcome:?}");
        let below = outcome.errors_below_zero().unwrap();
        assert!(below > 6.0, "{outcome:?}");
        let off = (outcome.mean - outcome.expected).abs();
        assert!(off < 0.6 + 3.0 * outcome.error, "{outcome:?}");
    }
}
