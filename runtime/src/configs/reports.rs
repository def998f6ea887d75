//! The weights of reports of equivocations.
//!
//! The pallets' defaults count the reads and writes of another database than this chain's. With them a report would
//! weigh more than half of a block, and a block that is busy with tasks has no room for that. A validator that wants to
//! sign twice and get away with it would only have to keep the market busy for as long as a report is valid.

use frame_support::weights::{
    constants::{WEIGHT_REF_TIME_PER_MICROS, WEIGHT_REF_TIME_PER_NANOS},
    Weight,
};

use crate::Runtime;

/// The weights of reports about BABE, GRANDPA and BEEFY.
pub struct ReportWeight;

impl ReportWeight {
    /// The weight of a report whose check takes `check` microseconds. The times are those of the pallets' defaults, and
    /// so is what is read and written.
    fn report(check: u64, validators: u32, backers: u32) -> Weight {
        let (validators, backers) = (u64::from(validators.max(100)), u64::from(backers));
        let micros = |count: u64| Weight::from_parts(count * WEIGHT_REF_TIME_PER_MICROS, 0);
        let db = <Runtime as frame_system::Config>::DbWeight::get();
        // The proof that the key was the validator's.
        micros(35)
            .saturating_add(
                Weight::from_parts(175 * WEIGHT_REF_TIME_PER_NANOS, 0).saturating_mul(validators),
            )
            .saturating_add(db.reads(5))
            .saturating_add(micros(check))
            // The offence, which counts for every backer.
            .saturating_add(micros(110))
            .saturating_add(micros(25).saturating_mul(backers))
            .saturating_add(db.reads(backers.saturating_mul(3).saturating_add(14)))
            .saturating_add(db.writes(backers.saturating_mul(3).saturating_add(10)))
    }

    /// The weight of finding the session of the set in a report.
    fn session_of_set() -> Weight {
        <Runtime as frame_system::Config>::DbWeight::get().reads(2)
    }
}

impl pallet_babe::WeightInfo for ReportWeight {
    fn plan_config_change() -> Weight {
        <Runtime as frame_system::Config>::DbWeight::get().writes(1)
    }

    fn report_equivocation(validators: u32, backers: u32) -> Weight {
        Self::report(110, validators, backers)
    }
}

impl pallet_grandpa::WeightInfo for ReportWeight {
    fn report_equivocation(validators: u32, backers: u32) -> Weight {
        Self::report(95, validators, backers).saturating_add(Self::session_of_set())
    }

    fn note_stalled() -> Weight {
        Weight::from_parts(3 * WEIGHT_REF_TIME_PER_MICROS, 0)
            .saturating_add(<Runtime as frame_system::Config>::DbWeight::get().writes(1))
    }
}

impl pallet_beefy::WeightInfo for ReportWeight {
    fn report_voting_equivocation(votes: u32, validators: u32, backers: u32) -> Weight {
        Self::report(u64::from(votes).saturating_mul(50), validators, backers)
            .saturating_add(Self::session_of_set())
    }

    fn set_new_genesis() -> Weight {
        <Runtime as frame_system::Config>::DbWeight::get().writes(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            consensus::MAX_AUTHORITIES,
            market::{AgendaWeight, MatchingWeight},
            validators::MAX_BACKERS,
        },
        *,
    };
    use crate::configs::system::RuntimeBlockWeights;
    use frame_support::dispatch::DispatchClass;

    /// The rest of a block: twice what an empty block weighs by `aicpw-bench lifecycle`, and a transaction's base.
    const REST: Weight = Weight::from_parts(3_500 * WEIGHT_REF_TIME_PER_MICROS, 0);

    #[test]
    fn a_report_fits_into_a_block_in_which_the_market_does_all_it_can() {
        let weights = RuntimeBlockWeights::get();
        let block = weights.max_block.ref_time();
        let normal = weights.get(DispatchClass::Normal).max_extrinsic;
        // Only the time is bounded: the hooks' share of the proof is not.
        let hooks = [MatchingWeight::get(), AgendaWeight::get(), REST];
        let hooks: u64 = hooks.iter().map(|weight| weight.ref_time()).sum();
        let (validators, backers) = (MAX_AUTHORITIES, MAX_BACKERS);
        for report in [
            <ReportWeight as pallet_babe::WeightInfo>::report_equivocation(validators, backers),
            <ReportWeight as pallet_grandpa::WeightInfo>::report_equivocation(validators, backers),
            <ReportWeight as pallet_beefy::WeightInfo>::report_voting_equivocation(
                2, validators, backers,
            ),
        ] {
            let all = hooks + report.ref_time();
            assert!(all < block, "{report} beside {hooks}: {all} of {block}");
            assert!(normal.is_some_and(|most| report.all_lte(most)));
        }
    }
}
