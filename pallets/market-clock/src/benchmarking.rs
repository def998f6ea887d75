//! Benchmarks: one for each call.

use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;

use crate::*;

#[benchmarks]
mod benches {
    use super::*;

    #[benchmark]
    fn pause() -> Result<(), BenchmarkError> {
        let origin =
            T::PauseOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin);
        assert!(Pallet::<T>::is_paused());
        Ok(())
    }

    #[benchmark]
    fn resume() -> Result<(), BenchmarkError> {
        let origin =
            T::PauseOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        Pallet::<T>::pause(origin.clone())?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin);
        assert!(!Pallet::<T>::is_paused());
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
