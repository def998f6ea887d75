//! The arithmetic of buckets.

use aicpw_protocol::{
    device::Reputation,
    task::{DeterminismClass, Engine, Needs},
    AskPrice, Gflops, Mebibytes, MegabitsPerSecond,
};
use proptest::prelude::*;

use crate::levels::{Cell, Levels, Place, Segment, Tick};

fn needs(gflops: u64, memory: u64, bandwidth: u32, reputation: u16) -> Needs {
    Needs {
        engine: Engine::OpenCl,
        class: DeterminismClass::Int,
        gflops: Gflops(gflops),
        memory: Mebibytes(memory),
        bandwidth: MegabitsPerSecond(bandwidth),
        min_reputation: Reputation(reputation),
    }
}

fn any_needs() -> impl Strategy<Value = (Needs, u128)> {
    // The magnitude is chosen first, so that all levels occur.
    let wide =
        |bits: u32| (0..bits, any::<u128>()).prop_map(|(bit, low)| (1 << bit) | (low % (1 << bit)));
    (wide(30), wide(22), wide(14), 0..1_001u16, wide(100))
        .prop_map(|(g, m, b, r, s)| (needs(g as u64, m as u64, b as u32, r), s))
}

#[test]
fn ticks_cover_all_asks() {
    assert_eq!(Tick::from(AskPrice(0)), Tick(0));
    assert_eq!(Tick::from(AskPrice(1)), Tick(0));
    assert_eq!(Tick::from(AskPrice(2)), Tick(128));
    assert_eq!(Tick::from(AskPrice(3)), Tick(128 + 64));
    assert_eq!(Tick::from(AskPrice(u128::MAX)), Tick(128 * 128 - 1));
    assert!(Tick::from(AskPrice(u128::MAX)).ends_at(AskPrice(u128::MAX)));
    assert!(Tick(0).ends_at(AskPrice(1)));
    assert!(!Tick::from(AskPrice(1_024)).ends_at(AskPrice(1_024)));
    assert!(Tick::from(AskPrice(1_031)).ends_at(AskPrice(1_031)));
}

#[test]
fn a_need_on_the_bound_of_a_level_is_sure_there() {
    let at = |gflops| needs(gflops, 0, 0, 0);
    assert_eq!(Levels::floor_of(&at(64), 0).gflops, 1);
    assert_eq!(Levels::sure_of(&at(64), 0).gflops, 1);
    assert_eq!(Levels::floor_of(&at(65), 0).gflops, 1);
    assert_eq!(Levels::sure_of(&at(65), 0).gflops, 2);
    assert_eq!(Levels::sure_of(&at(0), 0).gflops, 0);
    assert_eq!(Levels::floor_of(&at(u64::MAX), 0).gflops, 15);
    assert_eq!(Levels::sure_of(&at(u64::MAX), 0).gflops, 16, "no level");
}

#[test]
fn beginners_are_a_level_of_their_own() {
    let level = |reputation| Levels::floor_of(&needs(0, 0, 0, reputation), 0).reputation;
    assert_eq!([499, 500, 501, 749, 750].map(level), [0, 1, 2, 2, 3]);
}

proptest! {
    #[test]
    fn a_cell_keeps_its_levels((needs, stake) in any_needs()) {
        let levels = Levels::floor_of(&needs, stake);
        let cell = Cell::from(levels);
        prop_assert!(u32::from(cell.0) < crate::levels::CELLS);
        prop_assert_eq!(Levels::from(cell), levels);
    }

    #[test]
    fn levels_never_lie((need, stake) in any_needs(), (has, free) in any_needs()) {
        let device = Levels::floor_of(&has, free);
        let fits = has.gflops >= need.gflops
            && has.memory >= need.memory
            && has.bandwidth >= need.bandwidth
            && has.min_reputation >= need.min_reputation
            && free >= stake;
        if fits {
            prop_assert!(device.dominates(&Levels::floor_of(&need, stake)), "a candidate");
        }
        if device.dominates(&Levels::sure_of(&need, stake)) {
            prop_assert!(fits, "what is sure fits");
        }
    }

    #[test]
    fn ticks_rise_with_asks_and_are_narrow(low: u128, high: u128, shift in 0u32..128) {
        let (low, high) = ((low >> shift).min(high >> shift), (low >> shift).max(high >> shift));
        let (low_tick, high_tick) = (Tick::from(AskPrice(low)), Tick::from(AskPrice(high)));
        prop_assert!(low_tick <= high_tick);
        if low_tick == high_tick && low > 0 {
            prop_assert!(high - low <= low / 128, "{} and {}", low, high);
        }
        prop_assert_eq!(
            low_tick.ends_at(AskPrice(low)),
            low < u128::MAX && Tick::from(AskPrice(low + 1)) > low_tick || low == u128::MAX
        );
    }

    #[test]
    fn a_place_keeps_its_coordinates(tick in 0u16..16_384, cell in 0u16..16_384, segment: u8) {
        let place = Place::new(Tick(tick), Cell(cell), Segment(segment));
        prop_assert_eq!(place.tick(), Tick(tick));
        prop_assert_eq!(place.cell(), Cell(cell));
        prop_assert_eq!(place.segment(), Segment(segment));
        prop_assert!(place.next() > place);
        prop_assert!(Place::start_of_octave(place.tick().octave()) <= place);
    }
}
