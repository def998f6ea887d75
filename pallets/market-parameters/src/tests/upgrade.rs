//! An upgrade to this runtime, with values that another runtime has allowed.

use frame_support::{
    traits::OnRuntimeUpgrade,
    weights::{constants::RocksDbWeight, Weight},
    BoundedVec,
};

use crate::{mock::*, Changed, Event, WeightInfo, MAX_PARAMETERS};

/// Stores these values, the last of which was set last, and upgrades. Returns the weight of the upgrade.
fn upgrade_with(values: Vec<TestParameter>) -> Weight {
    Changed::<Test>::put(BoundedVec::truncate_from(values));
    MarketParameters::on_runtime_upgrade()
}

/// The values that were reset, as the events say.
fn reset() -> Vec<TestParameter> {
    let events = System::events().into_iter();
    let parameters = events.map(|record| match record.event {
        RuntimeEvent::MarketParameters(Event::ParameterReset { parameter }) => parameter,
        other => panic!("another event: {other:?}"),
    });
    parameters.collect()
}

/// The weight of an upgrade that resets this many values.
fn weight_of(resets: u64) -> Weight {
    let looks = <() as WeightInfo>::set_parameter().saturating_mul(resets + 1);
    looks.saturating_add(RocksDbWeight::get().reads_writes(1, resets.min(1)))
}

#[test]
fn what_this_runtime_allows_stays() {
    execute(|| {
        let values = vec![
            TestParameter::Fee(1_000),
            TestParameter::Long(60),
            TestParameter::Short(60),
        ];
        assert_eq!(upgrade_with(values.clone()), weight_of(0));
        assert_eq!(Changed::<Test>::get(), values);
        assert!(reset().is_empty());
    });
}

#[test]
fn without_changed_parameters_there_is_nothing_to_do() {
    execute(|| {
        assert_eq!(upgrade_with(vec![]), weight_of(0));
        assert!(reset().is_empty());
    });
}

#[test]
fn what_is_out_of_its_range_goes_back_to_its_default() {
    execute(|| {
        let values = vec![
            TestParameter::Fee(1_001),
            TestParameter::Short(7),
            TestParameter::Long(101),
        ];
        assert_eq!(upgrade_with(values), weight_of(2));
        assert_eq!((Fee::get(), Short::get(), Long::get()), (10, 7, 50));
        assert_eq!(Changed::<Test>::get(), vec![TestParameter::Short(7)]);
        assert_eq!(
            reset(),
            [TestParameter::Fee(1_001), TestParameter::Long(101)]
        );
    });
}

#[test]
fn of_values_that_contradict_each_other_the_one_that_was_set_last_goes_back() {
    execute(|| {
        let (fee, long, short) = (
            TestParameter::Fee(20),
            TestParameter::Long(30),
            TestParameter::Short(40),
        );
        let values = vec![fee.clone(), long.clone(), short.clone()];
        assert_eq!(upgrade_with(values), weight_of(1));
        assert_eq!((Fee::get(), Short::get(), Long::get()), (20, 5, 30));
        assert_eq!(Changed::<Test>::get(), vec![fee.clone(), long.clone()]);
        assert_eq!(reset(), std::slice::from_ref(&short));

        System::reset_events();
        assert_eq!(upgrade_with(vec![fee, short, long.clone()]), weight_of(1));
        assert_eq!((Fee::get(), Short::get(), Long::get()), (20, 40, 50));
        assert_eq!(reset(), [long]);
    });
}

/// The value that was set last need not be the one that contradicts another. Then more than one goes back.
#[test]
fn values_go_back_until_the_relations_hold() {
    execute(|| {
        let values = vec![
            TestParameter::Long(30),
            TestParameter::Short(40),
            TestParameter::Fee(20),
        ];
        assert_eq!(upgrade_with(values), weight_of(2));
        assert_eq!((Fee::get(), Short::get(), Long::get()), (10, 5, 30));
        assert_eq!(reset(), [TestParameter::Fee(20), TestParameter::Short(40)]);
    });
}

/// What goes back because of its range can contradict what stays.
#[test]
fn the_default_of_a_value_out_of_its_range_can_contradict_another() {
    execute(|| {
        let values = vec![TestParameter::Long(101), TestParameter::Short(60)];
        assert_eq!(upgrade_with(values), weight_of(2));
        assert_eq!((Short::get(), Long::get()), (5, 50));
        assert!(Changed::<Test>::get().is_empty());
        assert_eq!(
            reset(),
            [TestParameter::Long(101), TestParameter::Short(60)]
        );
    });
}

/// A release has made a value the default that was set before. The value stays in force, so there is no event.
#[test]
fn what_has_become_the_default_is_not_kept() {
    execute(|| {
        let values = vec![TestParameter::Fee(10), TestParameter::Short(7)];
        let write = RocksDbWeight::get().writes(1);
        assert_eq!(upgrade_with(values), weight_of(0).saturating_add(write));
        assert_eq!((Fee::get(), Short::get()), (10, 7));
        assert_eq!(Changed::<Test>::get(), vec![TestParameter::Short(7)]);
        assert!(reset().is_empty());
    });
}

/// There are never this many declared parameters; the bound is that of the storage.
#[test]
fn the_weight_is_bounded_by_what_can_be_stored() {
    execute(|| {
        let values = vec![TestParameter::Fee(0); MAX_PARAMETERS as usize];
        assert_eq!(upgrade_with(values), weight_of(MAX_PARAMETERS.into()));
        assert!(Changed::<Test>::get().is_empty());
    });
}

/// Regression: after an upgrade to a runtime with another relation, no parameter could be set any more.
#[test]
fn parameters_can_be_set_after_it() {
    execute(|| {
        upgrade_with(vec![TestParameter::Long(30), TestParameter::Short(40)]);
        set(TestParameter::Fee(20)).unwrap();
        assert_eq!(Fee::get(), 20);
    });
}
