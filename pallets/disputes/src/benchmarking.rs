//! Benchmarks: one for each call.

use aicpw_protocol::{
    verdict::{DisputeState, Outcome},
    AssignmentId, Balance, TaskId,
};
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate;
use frame_system::RawOrigin;

use crate::*;

/// What the benchmarks need of the tasks pallet.
pub trait BenchmarkHelper<AccountId> {
    /// A task whose result this account can dispute.
    fn verifying() -> (TaskId, AccountId);

    /// A settled assignment whose result can be fetched, and the requester of its task.
    fn settled() -> (AssignmentId, AccountId);
}

/// Such a task; whoever can dispute it can pay for it.
fn verifying<T: Config>() -> (TaskId, T::AccountId) {
    let (task, who) = T::BenchmarkHelper::verifying();
    T::NativeBalance::set_balance(&who, Balance::MAX / 1_000_000);
    (task, who)
}

#[benchmarks]
mod benches {
    use super::*;

    #[benchmark]
    fn dispute() {
        let (task, who) = verifying::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(who), task);

        assert!(Disputes::<T>::contains_key(task));
    }

    #[benchmark]
    fn appeal() -> Result<(), BenchmarkError> {
        let (task, who) = verifying::<T>();
        Pallet::<T>::do_dispute(who.clone(), task)?;
        // Not `dispute`: that is a benchmark's name here.
        Disputes::<T>::mutate(task, |stored| {
            if let Some(stored) = stored {
                stored.state = DisputeState::Appealable {
                    until: Pallet::<T>::now() + 1,
                    outcome: Outcome::NoMajority,
                };
            }
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(who), task);

        assert!(Disputes::<T>::get(task).is_some_and(|stored| stored.round() == 1));
        Ok(())
    }

    #[benchmark]
    fn claim_unavailable() {
        let (assignment, who) = T::BenchmarkHelper::settled();
        T::NativeBalance::set_balance(&who, Balance::MAX / 1_000_000);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), assignment);

        assert!(Disputes::<T>::contains_key(assignment.task));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
