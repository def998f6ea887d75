//! What tests of this crate share.

use proptest::prelude::ProptestConfig;

/// Property tests that try the same cases in each run, as CI wants it; another number, other cases.
pub(crate) fn fixed_seed(seed: u64) -> ProptestConfig {
    ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Default::default()
    }
}
