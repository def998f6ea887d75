//! The clock never goes back, and counts only blocks in which the market was open.

use proptest::prelude::*;

use crate::mock::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_counts_the_open_blocks(steps in proptest::collection::vec((0u64..50, any::<bool>()), 0..40)) {
        execute(|| {
            let (mut expected, mut paused) = (10, false);
            for (blocks, toggle) in steps {
                if toggle {
                    let toggled = match paused {
                        true => MarketClock::resume(RuntimeOrigin::root()),
                        false => MarketClock::pause(RuntimeOrigin::root()),
                    };
                    assert_eq!(toggled, Ok(()));
                    paused = !paused;
                }
                if !paused {
                    expected += blocks as u32;
                }
                assert_eq!(after(blocks), expected);
                MarketClock::do_try_state().unwrap();
            }
        });
    }
}
