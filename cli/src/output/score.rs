//! A provider's reputation: its value, how time changes it, and whose tasks affect it less.

use std::cmp::Reverse;

use aicpw_protocol::{device::Reputation, units::AICP, view::ReputationView, Balance, BlockNumber};
use serde::Serialize;

use super::table::short;
use crate::{account::Account, chain::read::Clock};

/// The price for which the audit rate is shown; results of a higher price are audited more often.
const PRICE: Balance = AICP;

/// What there is to say about a reputation.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Score {
    /// The share of results at [`PRICE`] that is audited.
    audit_rate: f64,
    /// In how many blocks the reputation's distance from the value at which all start is halved.
    reputation_half_life: BlockNumber,
    /// The reputation after one half-life in which nothing else happens.
    reputation_after_half_life: Reputation,
    /// The requesters of the last settled tasks and ratings, the most frequent one first.
    recent_requesters: Vec<Recent>,
    #[serde(skip)]
    now: Reputation,
}

/// A requester that the chain remembers.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
struct Recent {
    requester: Account,
    /// How many of those are this requester's.
    times: u32,
    /// What share of one task this requester's next task counts.
    next_counts: f64,
}

impl Recent {
    fn new(requester: Account, times: u32) -> Self {
        Self {
            requester,
            times,
            next_counts: f64::from(halved(times)).recip(),
        }
    }

    fn show(&self) -> String {
        let Self {
            requester, times, ..
        } = self;
        let requester = short(&requester.to_string());
        format!(
            "{requester}  {times} of them, so its next one counts for the reputation as 1/{} of one",
            halved(*times)
        )
    }
}

/// The divisor after halving this many times.
fn halved(times: u32) -> u32 {
    1u32.checked_shl(times).unwrap_or(u32::MAX)
}

impl Score {
    /// The score of a provider as of block `now`.
    pub fn new(view: &ReputationView<Account>, now: BlockNumber) -> Self {
        let ReputationView {
            record, half_life, ..
        } = view;
        let half_life = *half_life;
        let reputation = record.reputation(now, half_life);
        // If the fraud bond is locked in full, no more results are audited than the reputation asks for.
        let locked = view.audits.fraud_bond(PRICE).unwrap_or(Balance::MAX);
        let rate = view.audits.rate(PRICE, locked, reputation).deconstruct();
        let later = now.saturating_add(half_life);
        let mut recent_requesters: Vec<Recent> = Vec::new();
        for requester in record.recent.iter() {
            let is_new = |one: &Recent| one.requester != *requester;
            if recent_requesters.iter().all(is_new) {
                recent_requesters.push(Recent::new(*requester, record.times(requester)));
            }
        }
        recent_requesters.sort_by_key(|one| Reverse(one.times));
        Self {
            audit_rate: f64::from(rate) / 1e9,
            reputation_half_life: half_life,
            reputation_after_half_life: record.reputation(later, half_life),
            recent_requesters,
            now: reputation,
        }
    }

    /// Names and values, for people.
    pub fn rows(&self, clock: &Clock) -> Vec<(&'static str, Option<String>)> {
        let audited = format!(
            "{:.2} % of results, at a price of 1 AICP",
            self.audit_rate * 100.0
        );
        let with_time = match self.reputation_after_half_life {
            after if after == self.now => "the reputation stays as it is".into(),
            after => format!(
                "the reputation comes to {} in {} if nothing else happens",
                after.0,
                clock.span(self.reputation_half_life)
            ),
        };
        vec![
            ("Audited", Some(audited)),
            ("With time", Some(with_time)),
            ("Requesters", self.requesters()),
        ]
    }

    fn requesters(&self) -> Option<String> {
        let recent = &self.recent_requesters;
        let all: u32 = recent.iter().map(|one| one.times).sum();
        let lines = recent.iter().map(|one| format!("\n{}", one.show()));
        let lines: String = lines.collect();
        (all > 0).then(|| format!("of the last {all} settled tasks and ratings{lines}"))
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::chain::read::tests::CLOCK;
    use aicpw_protocol::{
        audit::AuditPolicy,
        reputation::{weight, ReputationRecord},
    };

    /// A minute.
    const HALF_LIFE: BlockNumber = 240;

    fn beginner() -> ReputationView<Account> {
        ReputationView {
            record: ReputationRecord::new(CLOCK.now),
            half_life: HALF_LIFE,
            audits: AuditPolicy::DEFAULT,
        }
    }

    fn settle(view: &mut ReputationView<Account>, requester: u8) {
        let half = weight(AICP, AICP);
        view.record.settled(&Account([requester; 32]), half);
    }

    /// The reputation of a provider that has settled four tasks, three of them for the same requester.
    pub fn reputation() -> ReputationView<Account> {
        let mut view = beginner();
        for requester in [2, 3, 2, 2] {
            settle(&mut view, requester);
        }
        view
    }

    fn shown(view: &ReputationView<Account>) -> Vec<String> {
        let rows = Score::new(view, CLOCK.now).rows(&CLOCK).into_iter();
        rows.filter_map(|(name, value)| Some(format!("{name}: {}", value?)))
            .collect()
    }

    #[test]
    fn a_beginner() {
        assert_eq!(
            shown(&beginner()),
            [
                "Audited: 8.02 % of results, at a price of 1 AICP",
                "With time: the reputation stays as it is",
            ]
        );
    }

    #[test]
    fn who_has_worked_for_the_same_requester_again_and_again() {
        let [often, once] = [2, 3].map(|one| short(&Account([one; 32]).to_string()));
        assert_eq!(
            shown(&reputation()),
            [
                "Audited: 7.82 % of results, at a price of 1 AICP".to_owned(),
                "With time: the reputation comes to 516 in 60 s if nothing else happens".to_owned(),
                format!(
                    "Requesters: of the last 4 settled tasks and ratings\n\
                     {often}  3 of them, so its next one counts for the reputation as 1/8 of one\n\
                     {once}  1 of them, so its next one counts for the reputation as 1/2 of one"
                ),
            ]
        );
    }

    #[test]
    fn what_is_said_of_a_requester_is_what_its_next_task_does() {
        let before = reputation();
        let gain = |requester: u8| {
            let mut after = before.clone();
            settle(&mut after, requester);
            f64::from(after.record.score - before.record.score)
        };
        let stranger = gain(9);
        for one in Score::new(&before, CLOCK.now).recent_requesters {
            let share = gain(one.requester.0[0]) / stranger;
            assert!((share - one.next_counts).abs() < 0.001, "{share} {one:?}");
        }
    }

    #[test]
    fn a_verdict_has_every_second_result_audited_and_time_makes_good_half_of_it() {
        let mut convicted = reputation();
        convicted.record.convicted();
        let shown = shown(&convicted);
        assert!(shown[0].starts_with("Audited: 50.02 %"), "{shown:?}");
        assert_eq!(
            shown[1],
            "With time: the reputation comes to 250 in 60 s if nothing else happens"
        );
    }

    #[test]
    fn for_programs() {
        let score = Score::new(&reputation(), CLOCK.now);
        let document = serde_json::to_value(score).unwrap();
        let rate = document["audit_rate"].as_f64().unwrap();
        assert!((rate - 0.0782).abs() < 0.0001, "{rate}");
        assert_eq!(document["reputation_half_life"], HALF_LIFE);
        assert_eq!(document["reputation_after_half_life"], 516);
        assert_eq!(
            document["recent_requesters"][0],
            serde_json::json!({
                "requester": Account([2; 32]).to_string(),
                "times": 3,
                "next_counts": 0.125,
            })
        );
        assert_eq!(document.get("now"), None);
    }
}
