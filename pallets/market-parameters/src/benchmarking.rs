//! Benchmarks: one for each call.

use frame_benchmarking::v2::*;
use frame_support::{traits::EnsureOrigin, BoundedVec};

use crate::*;

#[benchmarks]
mod benches {
    use super::*;

    /// All parameters are stored, and the last one is set again.
    #[benchmark]
    fn set_parameter() -> Result<(), BenchmarkError> {
        let origin =
            T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let mut parameters = T::Parameter::current();
        let parameter = parameters
            .last()
            .cloned()
            .ok_or(BenchmarkError::Weightless)?;
        parameters.reverse();
        Changed::<T>::put(BoundedVec::truncate_from(parameters));
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, parameter.clone());
        assert!(T::Parameter::current().contains(&parameter));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
