//! The simulation of the market's economics uses this runtime's numbers.

use aicpw_economics::rules::{Rules, DAY};
use aicpw_runtime::{units::DAYS, Runtime};
use frame_support::traits::Get;
use pallet_disputes::Config as Disputes;
use pallet_provider_staking::Config as Staking;
use pallet_tasks::Config as Tasks;

#[test]
fn the_simulation_has_the_chains_numbers() {
    // On a chain on which nobody has changed a parameter.
    sp_io::TestExternalities::default().execute_with(|| {
        let rules = Rules::default();
        assert_eq!(DAY, DAYS);
        assert_eq!(rules.audit, <Runtime as Tasks>::AuditPolicy::get());
        assert_eq!(rules.dispute, <Runtime as Disputes>::Policy::get());
        assert_eq!(
            rules.juror_pay,
            <Runtime as Disputes>::JurorPay::get().into()
        );
        assert_eq!(rules.protocol_fee, <Runtime as Tasks>::ProtocolFee::get());
        assert_eq!(
            rules.submission_fee,
            <Runtime as Tasks>::SubmissionFee::get()
        );
        assert_eq!(
            rules.reports,
            pallet_tasks::Pallet::<Runtime>::report_limits()
        );
        assert_eq!(
            rules.collateral_share,
            <Runtime as Tasks>::CollateralShare::get()
        );
        assert_eq!(
            rules.min_collateral_base,
            <Runtime as Tasks>::MinCollateralBase::get()
        );
        assert_eq!(
            rules.retrieval_window,
            <Runtime as Tasks>::RetrievalWindow::get()
        );
        assert_eq!(rules.max_attempts, <Runtime as Tasks>::MaxAttempts::get());
        assert_eq!(rules.fault_slash, <Runtime as Staking>::FaultSlash::get());
        assert_eq!(rules.min_stake, <Runtime as Staking>::MinStake::get());
        assert_eq!(
            rules.half_life,
            <Runtime as Staking>::ReputationHalfLife::get()
        );
        assert_eq!(
            rules.reputation_unit,
            <Runtime as Staking>::ReputationUnit::get()
        );
    });
}
