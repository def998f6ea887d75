//! How many disputes there are, and what juries have found. The numbers are updated with each event, so that
//! nothing has to be counted later.

use aicpw_protocol::{verdict::Outcome, view::DisputeCensus};

use crate::{Census, ClaimCensus, Config, Pallet};

impl<T: Config> Pallet<T> {
    /// How many disputes there are, and what juries have found.
    pub fn dispute_census() -> DisputeCensus {
        Census::<T>::get()
    }

    /// Counts a new dispute.
    pub(crate) fn count_opened() {
        Census::<T>::mutate(|census| {
            census.open = census.open.saturating_add(1);
            census.opened = census.opened.saturating_add(1);
        });
    }

    /// Counts a call of a larger jury.
    pub(crate) fn count_appealed() {
        Census::<T>::mutate(|census| census.appealed = census.appealed.saturating_add(1));
    }

    /// Counts a jury that is done, with this many votes.
    pub(crate) fn count_verdict(outcome: &Outcome, votes: usize) {
        Census::<T>::mutate(|census| {
            census.votes = census.votes.saturating_add(votes as u64);
            let verdicts = match outcome {
                Outcome::Available { .. } | Outcome::Unavailable => return,
                Outcome::Upheld { .. } => &mut census.upheld,
                Outcome::Wrong { .. } => &mut census.wrong,
                Outcome::Unable => &mut census.unable,
                Outcome::KeyWithheld => &mut census.key_withheld,
                Outcome::NoMajority => &mut census.no_majority,
                Outcome::TooFewJurors => &mut census.too_few_jurors,
            };
            *verdicts = verdicts.saturating_add(1);
        });
        match outcome {
            Outcome::Available { .. } => ClaimCensus::<T>::mutate(|census| {
                census.available = census.available.saturating_add(1);
            }),
            Outcome::Unavailable => ClaimCensus::<T>::mutate(|census| {
                census.unavailable = census.unavailable.saturating_add(1);
            }),
            _ => {}
        }
    }

    /// What juries have found about unavailable claims.
    pub fn claim_census() -> aicpw_protocol::view::ClaimCensus {
        ClaimCensus::<T>::get()
    }

    /// Counts a dispute that is over.
    pub(crate) fn count_ended() {
        Census::<T>::mutate(|census| census.open = census.open.saturating_sub(1));
    }
}
