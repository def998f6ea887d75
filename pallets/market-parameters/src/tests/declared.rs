//! What `market_parameters!` generates.

use codec::{Decode, Encode};

use crate::{mock::*, GovernedParameter, Range};

#[test]
fn a_parameter_is_its_default_until_it_is_set() {
    execute(|| {
        assert_eq!((Fee::get(), Short::get(), Long::get()), (10, 5, 50));
        set(TestParameter::Short(7)).unwrap();
        assert_eq!((Fee::get(), Short::get(), Long::get()), (10, 7, 50));
        assert_eq!(
            MarketParameters::parameters(),
            [
                TestParameter::Fee(10),
                TestParameter::Short(7),
                TestParameter::Long(50)
            ]
        );
    });
}

#[test]
fn the_numbers_are_the_encoding() {
    assert_eq!(TestParameter::Long(1).encode(), [2, 1, 0, 0, 0]);
    assert_eq!(
        TestParameter::decode(&mut &[1, 9, 0, 0, 0][..]),
        Ok(TestParameter::Short(9))
    );
}

#[test]
fn ranges_are_as_declared() {
    assert_eq!(
        TestParameter::ranges()[1],
        Range {
            default: TestParameter::Short(5),
            lowest: TestParameter::Short(1),
            highest: TestParameter::Short(100),
        }
    );
    assert!(TestParameter::Long(10).is_in_range() && TestParameter::Long(100).is_in_range());
    assert!(!TestParameter::Long(9).is_in_range() && !TestParameter::Long(101).is_in_range());
}

#[test]
fn parameters_are_the_same_whatever_their_values() {
    assert!(TestParameter::Short(1).is_same(&TestParameter::Short(2)));
    assert!(!TestParameter::Short(1).is_same(&TestParameter::Long(1)));
}
