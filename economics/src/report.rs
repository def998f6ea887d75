//! Tables for people, JSON for programs.

use std::fmt::Write as _;

use aicpw_protocol::{device::Reputation, units::AICP};
use serde_json::{json, Value};

use crate::{
    jurors::{self, Outcome},
    player::Kind,
    rules::Rules,
    scenario::Scenario,
    tally::{Role, Tally},
    theory::{self, Idle},
};

const ROLES: [Role; 4] = [Role::Provider, Role::Auditor, Role::Juror, Role::Requester];

/// Shares of the stake for which the closed form is shown.
const SHARES: [u32; 7] = [0, 10, 20, 33, 40, 45, 49];

/// Juries for which the closed form of jurors that do not work is shown: the chance that the trace root is known
/// without work, and the share of the other jurors that do not work either.
pub const JURIES: [(f64, f64); 5] = [(0.0, 0.0), (0.2, 0.1), (0.2, 0.3), (0.2, 0.6), (1.0, 0.0)];

/// The whole report for people.
pub fn text(rules: &Rules, outcomes: &[(Scenario, Tally)], jurors: &[Outcome]) -> String {
    let mut out = String::new();
    table(
        &mut out,
        "What came of it",
        &[
            "scenario",
            "settled",
            "refunded",
            "accepted wrong",
            "%",
            "found wrong",
            "turned down right",
            "audits",
            "disputes",
            "appeals",
            "called unasked",
            "compute",
            "a wrong one cost, AICP",
        ],
        outcomes.iter().map(|(scenario, tally)| {
            vec![
                scenario.name.to_string(),
                tally.settled.to_string(),
                tally.refunded.to_string(),
                tally.undetected.to_string(),
                format!("{:.2}", tally.undetected_share() * 100.0),
                tally.detected.to_string(),
                tally.robbed.to_string(),
                tally.audits.to_string(),
                tally.disputes.to_string(),
                tally.appeals.to_string(),
                tally.unasked.to_string(),
                format!("{:.3}", tally.overhead()),
                match tally.cost_of_wrong(scenario.kind) {
                    Some(cost) => format!("{cost:+.2}"),
                    None => "-".into(),
                },
            ]
        }),
    );
    table(
        &mut out,
        "Who has what of it: income less the cost of the work, in prices of one assignment, audit or dispute, or in a juror's pay",
        &["scenario", "player", "provider", "auditor", "juror", "requester", "all, AICP", "all, per assignment"],
        outcomes.iter().flat_map(|(scenario, tally)| {
            players(tally).into_iter().map(|kind| {
                let mut row = vec![scenario.name.to_string(), kind.name().to_string()];
                row.extend(ROLES.map(|role| match tally.account(kind, role) {
                    account if account.times == 0 => "-".into(),
                    account => format!("{:+.2} ({})", account.net(), account.times),
                }));
                row.push(format!("{:+.0}", aicp(tally.net_of(kind))));
                row.push(format!("{:+.2}", tally.per_assignment(kind)));
                row
            })
        }),
    );
    table(
        &mut out,
        "In closed form, at a price of 1 AICP",
        &[
            "stake in one hand, %",
            "an audit finds",
            "gain at reputation 1000",
            "at 500",
            "at 0",
        ],
        SHARES.iter().map(|percent| {
            let share = f64::from(*percent) / 100.0;
            let gain = |reputation| {
                format!(
                    "{:+.2}",
                    theory::cheat_gain(rules, share, AICP, Reputation(reputation))
                )
            };
            let found = theory::reliability(rules, share, theory::locks_per_price(rules, AICP));
            vec![
                percent.to_string(),
                format!("{found:.2}"),
                gain(1_000),
                gain(500),
                gain(0),
            ]
        }),
    );
    let who = if rules.honest_appeal {
        "everybody"
    } else {
        "nobody"
    };
    let _ = writeln!(
        out,
        "Cheating begins to pay at {:.1} % of the stake at reputation 1000, {:.1} % at 500,",
        theory::break_even(rules, AICP, Reputation::MAX) * 100.0,
        theory::break_even(rules, AICP, Reputation::START) * 100.0,
    );
    let _ = writeln!(out, "if {who} who is right and loses a verdict appeals;");
    let _ = writeln!(
        out,
        "at {:.1} and {:.1} % if its friends in a jury say that they are unable.\n",
        theory::break_even_if_unable(rules, AICP, Reputation::MAX) * 100.0,
        theory::break_even_if_unable(rules, AICP, Reputation::START) * 100.0,
    );
    friends(&mut out, rules);
    idle_jurors(&mut out, rules);
    if !jurors.is_empty() {
        played_jurors(&mut out, jurors);
    }
    out
}

/// How much friends in a first jury help a lie, with the larger jury and without it.
fn friends(out: &mut String, rules: &Rules) {
    let with = |larger_jury| Rules {
        larger_jury,
        ..rules.clone()
    };
    let (larger, none) = (with(true), with(false));
    let gain = theory::locks_per_price(rules, AICP) / rules.juror_pay as f64;
    let jury = rules.dispute.jury;
    table(
        out,
        "Chance that friends in a jury spare a lie what it costs, %, with the larger jury and without",
        &[
            "stake in one hand, %",
            "they vote for it",
            "are unable",
            "without larger jury",
            "unable, one silent",
            "without larger jury",
        ],
        SHARES.iter().map(|percent| {
            let share = f64::from(*percent) / 100.0;
            let spared = |rules, votes| theory::spared(rules, share, gain, votes);
            let chances = [
                theory::false_verdict(rules, share, gain, 0),
                spared(&larger, jury),
                spared(&none, jury),
                spared(&larger, jury.saturating_sub(1)),
                spared(&none, jury.saturating_sub(1)),
            ];
            let mut row = vec![percent.to_string()];
            row.extend(chances.map(|chance| format!("{:.1}", chance * 100.0)));
            row
        }),
    );
}

fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// What jurors earn that do not work, in closed form.
fn idle_jurors(out: &mut String, rules: &Rules) {
    table(
        out,
        "A juror that does not work, in its pay, in closed form; half of the disputed results are wrong, and what most will vote is known",
        &[
            "traces that say nothing, %",
            "others that do not work, %",
            "work is shown, %",
            "garbage",
            "what is disputed",
            "by a coin",
            "what most will vote",
            "unable",
        ],
        JURIES.iter().map(|(traceless, copying)| {
            let mut row = vec![
                percent(*traceless),
                percent(*copying),
                percent((1.0 - traceless) * theory::work_is_shown(rules, *copying)),
            ];
            row.extend(Idle::ALL.map(|votes| {
                let net = theory::idle(rules, votes, 0.5, *traceless, *copying);
                format!("{net:+.2}")
            }));
            row
        }),
    );
    let _ = writeln!(
        out,
        "One that says nothing has {:+.2}. Who votes right has something of it if work is shown in less than {:.1} %; \
         where none can be, who is surer than {:.1} % of its vote. With one trace in five that says nothing \
         it pays to copy what is right from {:.1} % of the others on that do.\n",
        theory::silent_juror(rules),
        theory::least_shown(rules) * 100.0,
        theory::least_right(rules) * 100.0,
        theory::copying_pays_from(rules, 0.2) * 100.0,
    );
}

/// What jurors earn that do not work, simulated.
fn played_jurors(out: &mut String, outcomes: &[Outcome]) {
    let title = format!(
        "The same, simulated with at most {} tasks for each seed; the mean of the seeds",
        jurors::TASKS
    );
    table(
        out,
        &title,
        &[
            "votes",
            "of the stake, %",
            "seeds",
            "seats",
            "disputed results that are wrong, %",
            "net, in its pay",
            "standard error",
            "below zero by, errors",
            "closed form",
        ],
        outcomes.iter().map(|outcome| {
            vec![
                outcome.bench.votes.name().to_string(),
                outcome.bench.percent.to_string(),
                outcome.seeds.to_string(),
                outcome.seats.to_string(),
                percent(outcome.wrong),
                format!("{:+.2}", outcome.mean),
                format!("{:.2}", outcome.error),
                match outcome.errors_below_zero() {
                    Some(errors) => format!("{errors:.1}"),
                    None => "-".into(),
                },
                format!("{:+.2}", outcome.expected),
            ]
        }),
    );
}

/// The whole report for programs. Amounts are AICP.
pub fn json(
    rules: &Rules,
    seed: u64,
    tasks: usize,
    outcomes: &[(Scenario, Tally)],
    jurors: &[Outcome],
) -> Value {
    let scenarios: Vec<Value> = outcomes
        .iter()
        .map(|(scenario, tally)| {
            let players: Vec<Value> = players(tally)
                .into_iter()
                .map(|kind| {
                    let roles = ROLES.map(|role| {
                        let account = tally.account(kind, role);
                        json!({
                            "role": role.name(),
                            "times": account.times,
                            "pricesAicp": aicp(account.prices as i128),
                            "incomeAicp": aicp(account.income),
                            "effortAicp": aicp(account.effort as i128),
                            "netPerPrice": account.net(),
                        })
                    });
                    json!({
                        "player": kind.name(),
                        "netAicp": aicp(tally.net_of(kind)),
                        "netPerAssignment": tally.per_assignment(kind),
                        "roles": roles,
                    })
                })
                .collect();
            json!({
                "scenario": scenario.name,
                "about": scenario.about,
                "submitted": tally.submitted,
                "settled": tally.settled,
                "refunded": tally.refunded,
                "undetectedWrong": tally.undetected,
                "undetectedShare": tally.undetected_share(),
                "detectedWrong": tally.detected,
                "turnedDownRight": tally.robbed,
                "turnedDownRightAicp": aicp(tally.robbed_amount as i128),
                "audits": tally.audits,
                "auditsOfWrong": tally.audits_of_wrong,
                "auditsThatFound": tally.audits_that_found,
                "disputes": tally.disputes,
                "withoutQuorum": tally.without_quorum,
                "disputesOfWrong": tally.disputes_of_wrong,
                "appeals": tally.appeals,
                "calledUnasked": tally.unasked,
                "unable": tally.unable,
                "withoutVerdict": tally.no_verdict,
                "auditable": tally.auditable,
                "costOfAWrongResultAicp": tally.cost_of_wrong(scenario.kind),
                "computeFactor": tally.overhead(),
                "auditCostsAicp": aicp(tally.audit_costs as i128),
                "auditPayAicp": aicp(tally.audit_pay as i128),
                "finesToTreasuryAicp": aicp(tally.fines as i128),
                "honestReputation": tally.honest_reputation,
                "otherReputation": tally.other_reputation,
                "players": players,
                "undetectedPerThousand": tally.undetected_over_time,
            })
        })
        .collect();
    let closed_form: Vec<Value> = SHARES
        .iter()
        .map(|percent| {
            let share = f64::from(*percent) / 100.0;
            let gain = |reputation| theory::cheat_gain(rules, share, AICP, Reputation(reputation));
            json!({
                "stakePercent": percent,
                "auditFinds": theory::reliability(rules, share, theory::locks_per_price(rules, AICP)),
                "gainAt1000": gain(1_000),
                "gainAt500": gain(500),
                "gainAt0": gain(0),
                "auditFindsIfUnable": theory::reliability_if_unable(
                    rules,
                    share,
                    theory::locks_per_price(rules, AICP),
                ),
            })
        })
        .collect();
    let idle: Vec<Value> = jurors
        .iter()
        .map(|outcome| {
            json!({
                "votes": outcome.bench.votes.name(),
                "stakePercent": outcome.bench.percent,
                "seeds": outcome.seeds,
                "seats": outcome.seats,
                "disputedWrong": outcome.wrong,
                "netPerPay": outcome.mean,
                "standardError": outcome.error,
                "errorsBelowZero": outcome.errors_below_zero(),
                "closedForm": outcome.expected,
            })
        })
        .collect();
    json!({
        "seed": seed,
        "tasks": tasks,
        "scenarios": scenarios,
        "closedForm": closed_form,
        "jurorsThatDoNotWork": idle,
    })
}

/// The kinds that did anything as a provider.
fn players(tally: &Tally) -> Vec<Kind> {
    let did = |kind: &Kind| {
        ROLES[..3]
            .iter()
            .any(|role| tally.account(*kind, *role).times > 0)
    };
    Kind::ALL.into_iter().filter(did).collect()
}

fn aicp(amount: i128) -> f64 {
    amount as f64 / AICP as f64
}

fn table(out: &mut String, title: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut all = vec![head.iter().map(ToString::to_string).collect::<Vec<_>>()];
    all.extend(rows);
    let width = |column: usize| {
        let cells = all.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let _ = writeln!(out, "{title}\n");
    for row in &all {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Names are aligned left, numbers right.
            let _ = match column {
                0 => write!(line, "{cell:<width$}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let _ = writeln!(out);
}
