//! Governance can set each parameter to both ends of its range.

use aicpw_runtime::{
    configs::{governance::origins::Origin, parameters::MarketParameter},
    units::{DAYS, HOURS, MINUTES, SECONDS},
    Runtime, RuntimeCall, RuntimeOrigin,
};
use frame_support::dispatch::DispatchResult;
use pallet_market_parameters::{Error, GovernedParameter};
use sp_runtime::{traits::Dispatchable, Perbill};

use crate::chain::Chain;

const HOUR: u64 = 3_600_000;

/// Makes the call with the origin of the track that sets parameters.
fn set(parameter: MarketParameter) -> DispatchResult {
    let call: RuntimeCall = pallet_market_parameters::Call::set_parameter { parameter }.into();
    let origin: RuntimeOrigin = Origin::MarketParameters.into();
    call.dispatch(origin)
        .map(drop)
        .map_err(|failed| failed.error)
}

/// Returns the parameters that have to be set before this one can have this value, in order; for
/// most there are none.
fn before(value: &MarketParameter) -> Vec<MarketParameter> {
    use MarketParameter::*;
    let percent = Perbill::from_percent;
    match value {
        // Stake is locked for longer, so it has to unbond for longer.
        MaxTimeLimit(limit) if *limit > 24 * HOUR => {
            vec![UnbondingPeriod(60 * DAYS), ProgressWindow(3 * MINUTES)]
        }
        MaxMatchWindow(window) if *window > 24 * 7 * HOUR => vec![UnbondingPeriod(60 * DAYS)],
        MaxOptimisticWindow(window) if *window > 24 * HOUR => vec![UnbondingPeriod(60 * DAYS)],
        KeyWindow(window)
        | StartWindow(window)
        | RevealWindow(window)
        | RematchWindow(window)
        | TraceWindow(window)
            if *window == HOURS =>
        {
            vec![UnbondingPeriod(60 * DAYS)]
        }
        RetrievalWindow(window) | AppealWindow(window) if *window > HOURS => {
            vec![UnbondingPeriod(60 * DAYS)]
        }
        UnbondingPeriod(period) if *period < 28 * DAYS => vec![
            MaxTimeLimit(HOUR),
            MaxOptimisticWindow(HOUR),
            MaxMatchWindow(HOUR),
            KeyWindow(10 * SECONDS),
            StartWindow(10 * SECONDS),
            RevealWindow(10 * SECONDS),
            RematchWindow(5 * SECONDS),
            RetrievalWindow(MINUTES),
        ],
        // A worker has to be able to report twice in the window.
        ProgressWindow(window) if *window < MINUTES => vec![MaxTimeLimit(HOUR)],
        MinProgressInterval(interval) if *interval == MINUTES => vec![ProgressWindow(2 * MINUTES)],
        // Audit rates rise from the best providers to the worst.
        BeginnerAuditRate(rate) if *rate > percent(50) => vec![WorstAuditRate(percent(100))],
        BeginnerAuditRate(rate) if *rate < percent(5) => vec![LowestAuditRate(*rate)],
        WorstAuditRate(rate) if *rate < percent(8) => {
            vec![LowestAuditRate(*rate), BeginnerAuditRate(*rate)]
        }
        // A lie has to pay everybody whom it owes.
        LowestAuditRate(rate) if *rate > percent(8) => {
            vec![BeginnerAuditRate(*rate), AuditReliability(percent(10))]
        }
        AuditReliability(share) if *share > percent(50) => vec![LowestAuditRate(percent(2))],
        FinderReward(share) if *share > percent(10) => vec![LowestAuditRate(percent(3))],
        // Telling has to bring more than a bribe.
        Auditors(2) => vec![FinderReward(percent(11))],
        FinderReward(share) if *share < percent(5) => {
            vec![LowestAuditRate(percent(1)), AuditReliability(percent(10))]
        }
        _ => vec![],
    }
}

/// Returns `Ok` if the value is in force after it was set, and otherwise why not.
fn can_be_set(value: &MarketParameter) -> Result<(), String> {
    let mut chain = Chain::development();
    let steps = before(value);
    let has_steps = !steps.is_empty();
    chain.read(|| {
        sp_io::storage::start_transaction();
        let at_once = set(value.clone());
        sp_io::storage::rollback_transaction();
        if has_steps != (at_once == Err(Error::<Runtime>::Contradiction.into())) {
            return Err(format!("{value:?} by itself: {at_once:?}"));
        }
        for step in steps {
            set(step.clone()).map_err(|why| format!("{step:?} before {value:?}: {why:?}"))?;
        }
        set(value.clone()).map_err(|why| format!("{value:?}: {why:?}"))?;
        match MarketParameter::current().contains(value) {
            true => Ok(()),
            false => Err(format!("{value:?} is not in force")),
        }
    })
}

/// A value that contradicts others can be set once those are changed, and needs nothing more than
/// that.
#[test]
fn both_ends_of_every_range_can_be_set() {
    let ends = MarketParameter::ranges()
        .into_iter()
        .flat_map(|range| [range.lowest, range.highest]);
    let failed: Vec<_> = ends.filter_map(|end| can_be_set(&end).err()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}
