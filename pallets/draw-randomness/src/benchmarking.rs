//! Benchmarks of the hook, and of a seed that takes as long as it can.

use aicpw_primitives::traits::{DrawRandomness, DrawSeed};
use aicpw_protocol::BlockNumber;
use frame_benchmarking::v2::*;
use frame_support::traits::Get;
use sp_runtime::traits::BlockNumberProvider;

use crate::*;

/// Makes up what decides the seed for an anchor. Returns the height at which it is ready. For other pallets'
/// benchmarks, which weigh the search for it apart ([`Pallet::seed_weight`]).
pub fn bring_seed<T: Config>(anchor: BlockNumber) -> BlockNumber {
    let last = anchor.saturating_add(T::DrawBlocks::get());
    for block in anchor..=last {
        let outcome = Outcome {
            author: Some(account("author", block, 0)),
            output: Some([1; 32]),
            others: 0,
        };
        Outcomes::<T>::insert(block, outcome);
    }
    last.saturating_add(1)
}

#[benchmarks]
mod benches {
    use super::*;

    /// The oldest is forgotten.
    #[benchmark]
    fn on_finalize() {
        let height: BlockNumber = T::Retention::get() + 1;
        T::BlockNumberProvider::set_block_number(height);
        Outcomes::<T>::insert(
            1,
            Outcome {
                author: None,
                output: None,
                others: 0,
            },
        );

        #[block]
        {
            Pallet::<T>::record();
        }

        assert!(!Outcomes::<T>::contains_key(1));
        assert!(Outcomes::<T>::contains_key(height));
    }

    /// Every block has another author, and all but the last ones have no output.
    #[benchmark]
    fn seed(b: Linear<{ T::DrawBlocks::get() }, { T::LongestWait::get() }>) {
        let anchor: BlockNumber = 1;
        for block in anchor..=anchor + b {
            Outcomes::<T>::insert(
                block,
                Outcome {
                    author: Some(account("author", block, 0)),
                    output: (block > anchor + b - T::DrawBlocks::get()).then_some([1; 32]),
                    others: T::OtherAuthors::get(),
                },
            );
        }
        T::BlockNumberProvider::set_block_number(anchor + b + 1);
        // Not `seed`: that is the benchmark's own name here.
        let found;

        #[block]
        {
            found = Pallet::<T>::seed(anchor);
        }

        assert!(matches!(found, DrawSeed::Ready(_)));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
