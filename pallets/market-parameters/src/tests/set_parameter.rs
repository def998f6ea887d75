//! `set_parameter`: within its range, and without contradicting other parameters.

use frame_support::{assert_noop, assert_ok, BoundedVec};
use sp_runtime::DispatchError;

use crate::{mock::*, Changed, Error, Event, MAX_PARAMETERS};

#[test]
fn it_has_its_new_value_at_once() {
    execute(|| {
        assert_ok!(set(TestParameter::Fee(20)));
        assert_eq!(Fee::get(), 20);
        let parameter = TestParameter::Fee(20);
        System::assert_last_event(Event::ParameterSet { parameter }.into());
        assert_ok!(set(TestParameter::Fee(30)));
        assert_eq!(Fee::get(), 30);
        assert_eq!(Changed::<Test>::get().len(), 1);
    });
}

#[test]
fn the_default_is_not_kept() {
    execute(|| {
        assert_ok!(set(TestParameter::Fee(20)));
        assert_ok!(set(TestParameter::Fee(10)));
        assert_eq!(Fee::get(), 10);
        assert!(Changed::<Test>::get().is_empty());
    });
}

#[test]
fn both_ends_of_the_range_and_nothing_beyond() {
    execute(|| {
        assert_ok!(set(TestParameter::Fee(1)));
        assert_ok!(set(TestParameter::Fee(1_000)));
        for fee in [0, 1_001, u128::MAX] {
            assert_noop!(set(TestParameter::Fee(fee)), Error::<Test>::OutOfRange);
        }
    });
}

#[test]
fn not_against_another() {
    execute(|| {
        assert_noop!(set(TestParameter::Short(51)), Error::<Test>::Contradiction);
        assert_eq!(Short::get(), 5);
        assert_ok!(set(TestParameter::Long(60)));
        assert_ok!(set(TestParameter::Short(51)));
        assert_noop!(set(TestParameter::Long(50)), Error::<Test>::Contradiction);
        assert_eq!(Long::get(), 60);
    });
}

/// There are never this many declared parameters; the bound is that of the storage.
#[test]
fn not_more_than_there_is_room_for() {
    execute(|| {
        let full = vec![TestParameter::Fee(20); MAX_PARAMETERS as usize];
        Changed::<Test>::put(BoundedVec::truncate_from(full));
        assert_noop!(
            set(TestParameter::Long(60)),
            Error::<Test>::TooManyParameters
        );
        // A parameter that is already stored needs no more room.
        assert_ok!(set(TestParameter::Fee(30)));
        assert_eq!(Changed::<Test>::get().len(), 1);
    });
}

#[test]
fn not_by_anybody() {
    execute(|| {
        assert_noop!(
            MarketParameters::set_parameter(RuntimeOrigin::signed(1), TestParameter::Fee(20)),
            DispatchError::BadOrigin
        );
    });
}
