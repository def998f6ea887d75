//! Tables for people, JSON for programs.

use std::fmt::Write as _;

use aicpw_protocol::{device::Reputation, units::AICP};
use serde_json::{json, Value};

use crate::{
    player::Kind,
    rules::Rules,
    scenario::Scenario,
    tally::{Role, Tally},
    theory,
};

const ROLES: [Role; 4] = [Role::Provider, Role::Auditor, Role::Juror, Role::Requester];

/// Shares of the stake for which the closed form is shown.
const SHARES: [u32; 7] = [0, 10, 20, 33, 40, 45, 49];

/// Everything, for people.
pub fn text(rules: &Rules, outcomes: &[(Scenario, Tally)]) -> String {
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
    let _ = writeln!(
        out,
        "Cheating begins to pay at {:.1} % of the stake at reputation 1000, {:.1} % at 500.",
        theory::break_even(rules, AICP, Reputation::MAX) * 100.0,
        theory::break_even(rules, AICP, Reputation::START) * 100.0,
    );
    out
}

/// Everything, for programs. Amounts are AICP.
pub fn json(rules: &Rules, seed: u64, tasks: usize, outcomes: &[(Scenario, Tally)]) -> Value {
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
                "appeals": tally.appeals,
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
            })
        })
        .collect();
    json!({
        "seed": seed,
        "tasks": tasks,
        "scenarios": scenarios,
        "closedForm": closed_form,
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
            // Names to the left, numbers to the right.
            let _ = match column {
                0 => write!(line, "{cell:<width$}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let _ = writeln!(out);
}
