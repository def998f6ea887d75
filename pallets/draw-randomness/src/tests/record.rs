//! What is recorded about a block.

use crate::{mock::*, Outcome, Outcomes};

#[test]
fn author_output_and_the_others_that_a_draw_wants() {
    execute(|| {
        end(Some(1), Some([7; 32]));
        end(None, None);
        assert_eq!(
            Outcomes::<Test>::get(1),
            Some(Outcome {
                author: Some(1),
                output: Some([7; 32]),
                others: 2
            })
        );
        assert_eq!(
            Outcomes::<Test>::get(2),
            Some(Outcome {
                author: None,
                output: None,
                others: 2
            })
        );
    });
}

#[test]
fn with_fewer_validators_fewer_others_are_wanted() {
    execute(|| {
        for (validators, others) in [(0, 0), (1, 0), (2, 1), (3, 2), (100, 2)] {
            Validators::set(validators);
            let block = anchor();
            made_by(&[1]);
            assert_eq!(Outcomes::<Test>::get(block).unwrap().others, others);
        }
    });
}

#[test]
fn one_comes_and_one_goes() {
    execute(|| {
        for _ in 0..3 * RETENTION {
            made_by(&[1]);
            assert!(Outcomes::<Test>::iter().count() <= RETENTION as usize);
        }
        assert_eq!(Outcomes::<Test>::iter().count(), RETENTION as usize);
    });
}
