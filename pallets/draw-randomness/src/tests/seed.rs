//! When there is a seed, and what it depends on.

use aicpw_primitives::traits::{DrawRandomness as _, DrawSeed};
use aicpw_protocol::draw::mix;

use crate::mock::*;

#[test]
fn it_is_mixed_from_the_blocks_after_the_anchor() {
    execute(|| {
        made_by(&[1, 2]);
        let anchor = anchor();
        made_by(&[1]);
        let mut outputs = Vec::new();
        for author in [2, 3, 4, 1] {
            assert_eq!(seed(anchor), DrawSeed::NotYet);
            outputs.push((author, output(author)));
            made_by(&[author]);
        }
        assert_eq!(ready(anchor), mix(&outputs));
    });
}

#[test]
fn it_is_good_for_the_block_after_the_last_output() {
    execute(|| {
        let anchor = anchor();
        made_by(&[1, 2, 3, 4, 1]);
        let first = ready(anchor);
        Validators::set(1);
        assert_eq!(ready(anchor), first, "who makes blocks now does not matter");
        while System::block_number() <= u64::from(anchor + RETENTION) {
            made_by(&[3]);
            assert_eq!(seed(anchor), DrawSeed::Gone);
        }
    });
}

#[test]
fn every_output_counts_and_so_does_the_anchor() {
    let with = |authors: &[AccountId]| {
        let mut seeds = (DrawSeed::NotYet, DrawSeed::NotYet);
        execute(|| {
            for author in authors {
                made_by(&[*author]);
                for (anchor, known) in [(1, &mut seeds.0), (2, &mut seeds.1)] {
                    if let DrawSeed::Ready(_) = seed(anchor) {
                        *known = seed(anchor);
                    }
                }
            }
        });
        seeds
    };
    let (first, second) = with(&[1, 2, 3, 4, 1, 2]);
    assert_ne!(first, second);
    for changed in [
        [1, 3, 3, 4, 1, 2],
        [1, 2, 4, 4, 1, 2],
        [1, 2, 3, 1, 1, 2],
        [1, 2, 3, 4, 2, 2],
    ] {
        assert_ne!(with(&changed).0, first, "{changed:?}");
    }
    assert_eq!(
        with(&[1, 2, 3, 4, 1, 4]).0,
        first,
        "what comes later does not"
    );
    assert_eq!(with(&[4, 2, 3, 4, 1, 4]).0, first, "nor what was before");
}

#[test]
fn a_missing_output_is_waited_for() {
    execute(|| {
        let anchor = anchor();
        made_by(&[1, 2, 3]);
        end(Some(4), None);
        end(None, Some([9; 32]));
        assert_eq!(seed(anchor), DrawSeed::NotYet);
        made_by(&[4]);
        assert_eq!(seed(anchor), DrawSeed::NotYet, "three of four");
        made_by(&[4]);
        ready(anchor);
    });
}

#[test]
fn two_other_authors_are_waited_for() {
    execute(|| {
        let anchor = anchor();
        made_by(&[1, 1, 1, 1, 1, 2, 2]);
        assert_eq!(seed(anchor), DrawSeed::NotYet, "one other");
        made_by(&[3]);
        ready(anchor);
    });
}

#[test]
fn when_nobody_else_makes_blocks_there_is_no_seed() {
    execute(|| {
        let anchor = anchor();
        made_by(&[1; 1 + LONGEST_WAIT as usize]);
        assert_eq!(seed(anchor), DrawSeed::Gone, "not what one author knew");
        let again = crate::mock::anchor();
        made_by(&[1, 2, 3, 1, 1]);
        ready(again);
        assert_eq!(seed(anchor), DrawSeed::Gone, "for good");
    });
}

#[test]
fn a_single_validator_has_no_others() {
    execute(|| {
        Validators::set(1);
        let anchor = anchor();
        made_by(&[1; DRAW_BLOCKS as usize]);
        assert_eq!(seed(anchor), DrawSeed::NotYet);
        made_by(&[1]);
        ready(anchor);
    });
}

#[test]
fn of_two_validators_one_is_another() {
    execute(|| {
        Validators::set(2);
        let anchor = anchor();
        made_by(&[1, 1, 1, 1, 1]);
        assert_eq!(seed(anchor), DrawSeed::NotYet);
        made_by(&[2]);
        ready(anchor);
    });
}

#[test]
fn what_is_in_the_future_is_not_yet() {
    execute(|| {
        made_by(&[1, 2, 3]);
        assert_eq!(seed(anchor()), DrawSeed::NotYet);
        assert_eq!(seed(anchor() + 5), DrawSeed::NotYet);
    });
}

#[test]
fn a_draw_whose_inputs_were_fixed_finds_its_seed_later_too() {
    execute(|| {
        let anchor = anchor();
        assert_eq!(crate::Pallet::<Test>::decided(anchor), DrawSeed::NotYet);
        made_by(&[1, 2, 3, 1, 2]);
        let DrawSeed::Ready(found) = seed(anchor) else {
            panic!("not ready")
        };
        let first = System::block_number() as u32;
        made_by(&[1, 2]);
        assert_eq!(
            crate::Pallet::<Test>::decided_since(anchor),
            (DrawSeed::Ready(found), first)
        );
        assert_eq!(seed(anchor), DrawSeed::Gone, "for whoever could prepare");
        assert_eq!(
            crate::Pallet::<Test>::decided(anchor),
            DrawSeed::Ready(found)
        );
        made_by(&[1; RETENTION as usize]);
        assert_eq!(
            crate::Pallet::<Test>::decided(anchor),
            DrawSeed::Gone,
            "forgotten"
        );
    });
}
