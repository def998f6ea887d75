//! The migration of the state of an earlier release.

use aicpw_primitives::traits::DevicePool;
use aicpw_protocol::{AssignmentId, DeviceId, Mebibytes};
use codec::{Decode, Encode};
use frame_support::{
    assert_noop, assert_ok, assert_storage_noop,
    migrations::{SteppedMigration, SteppedMigrationError},
    traits::{GetStorageVersion, StorageVersion},
    weights::{Weight, WeightMeter},
};

use crate::{
    migrations::{v1, Position, ToVersion2},
    mock::*,
    Device, Devices, Occupation, Occupations, Pallet,
};

type Migration = ToVersion2<Test>;
type Stepped = Result<Option<Position<AccountId>>, SteppedMigrationError>;

/// Makes one step, with weight for this many values.
fn step(cursor: Option<Position<AccountId>>, values: u64) -> Stepped {
    let mut meter = WeightMeter::with_limit(Migration::weight_of(values));
    Migration::step(cursor, &mut meter)
}

/// Continues the migration to its end, in steps of this many values. Returns the number of steps.
fn finish(mut cursor: Option<Position<AccountId>>, values: u64) -> u32 {
    for steps in 1..100 {
        // Between two blocks the cursor is stored as bytes.
        let bytes = cursor.encode();
        cursor = step(Decode::decode(&mut &bytes[..]).unwrap(), values).unwrap();
        if cursor.is_none() {
            return steps;
        }
    }
    panic!("it does not end");
}

fn version() -> StorageVersion {
    Pallet::<Test>::on_chain_storage_version()
}

/// All values that are migrated, in the form of this version.
type State = (
    Vec<(DeviceId, Device<Test>)>,
    Vec<(AccountId, AssignmentId, Occupation)>,
);

/// The number of devices and of occupations that can be read now.
fn readable() -> (usize, usize) {
    (
        Devices::<Test>::iter().count(),
        Occupations::<Test>::iter().count(),
    )
}

/// Makes two devices, of which the first has a job and the locks of another, in the form of version 1.
/// Returns the state that they have to become.
fn of_version_1() -> State {
    let device = online_provider(ALICE, MIN_STAKE);
    add_device(ALICE, 2);
    for task in [1, 2] {
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(task),
            Mebibytes(1),
            locks(100, 50)
        ));
    }
    Pallet::<Test>::vacate(device, assignment(2));
    let mut devices: Vec<_> = Devices::<Test>::iter().collect();
    for (_, device) in &mut devices {
        device.used_memory = Mebibytes(0);
    }
    let mut occupations: Vec<_> = Occupations::<Test>::iter().collect();
    for (_, _, occupation) in &mut occupations {
        occupation.memory = Mebibytes(0);
    }
    assert_eq!((devices.len(), occupations.len()), (2, 2));
    v1::restore::<Test>();
    assert_eq!(readable(), (0, 0), "not what this version reads");
    assert_eq!(version(), 1);
    (devices, occupations)
}

fn expect((devices, occupations): State) {
    assert_eq!(version(), 2);
    assert_eq!(Devices::<Test>::iter().collect::<Vec<_>>(), devices);
    assert_eq!(Occupations::<Test>::iter().collect::<Vec<_>>(), occupations);
}

#[test]
fn devices_and_what_runs_on_them_are_there_after_an_upgrade_from_version_1() {
    ExtBuilder.build_and_execute(|| {
        let expected = of_version_1();
        let (first, second) = (expected.0[0].0, expected.0[1].0);
        // Weight for all four values, and for the look that there are no more.
        assert_eq!(finish(None, 5), 1);
        expect(expected);

        // The job that ran before ends as it would have without the migration.
        let (busy, other) = match Devices::<Test>::get(first).unwrap().used_slots {
            0 => (second, first),
            _ => (first, second),
        };
        Pallet::<Test>::vacate(busy, assignment(1));
        assert_eq!(Devices::<Test>::get(busy).unwrap().used_slots, 0);
        assert_ok!(Pallet::<Test>::occupy(
            other,
            assignment(3),
            Mebibytes(1),
            locks(1, 0)
        ));
        // The migration runs only once.
        assert_storage_noop!(assert_eq!(step(None, 5), Ok(None)));
    });
}

#[test]
fn a_step_writes_what_there_is_room_for_and_the_next_goes_on_after_it() {
    ExtBuilder.build_and_execute(|| {
        let expected = of_version_1();
        let last_of = |cursor: &Option<Position<AccountId>>| cursor.clone().unwrap();

        let cursor = step(None, 1).unwrap();
        assert_eq!(last_of(&cursor), Position::Device(expected.0[0].0));
        assert_eq!((readable(), version()), ((1, 0), StorageVersion::new(1)));

        let cursor = step(cursor, 2).unwrap();
        let (provider, assignment, _) = expected.1[0];
        let occupied = Position::Occupation(provider, assignment);
        assert_eq!(last_of(&cursor), occupied);
        assert_eq!((readable(), version()), ((2, 1), StorageVersion::new(1)));

        let cursor = step(cursor, 1).unwrap();
        assert!(
            cursor.is_some(),
            "it does not know yet that it was the last"
        );
        assert_eq!((readable(), version()), ((2, 2), StorageVersion::new(1)));

        assert_eq!(step(cursor, 1), Ok(None));
        expect(expected);
    });
}

#[test]
fn it_ends_however_small_the_steps_are() {
    ExtBuilder.build_and_execute(|| {
        let expected = of_version_1();
        assert_eq!(
            finish(None, 1),
            5,
            "one for each value, and one that finds no more"
        );
        expect(expected);
    });
}

#[test]
fn a_step_weighs_what_it_says_and_no_more_than_it_may() {
    ExtBuilder.build_and_execute(|| {
        of_version_1();
        let mut meter = WeightMeter::with_limit(Migration::weight_of(3));
        let cursor = Migration::step(None, &mut meter).unwrap();
        assert_eq!(readable(), (2, 1));
        assert_eq!(meter.consumed(), Migration::weight_of(3));
        finish(cursor, 1);
    });
}

#[test]
fn with_too_little_weight_for_a_value_nothing_is_done() {
    ExtBuilder.build_and_execute(|| {
        let expected = of_version_1();
        let required = Migration::weight_of(1);
        let mut cursor = None;
        for _ in 0..3 {
            let mut meter = WeightMeter::with_limit(required - Weight::from_parts(1, 0));
            assert_noop!(
                Migration::step(cursor.clone(), &mut meter),
                SteppedMigrationError::InsufficientWeight { required }
            );
            assert_eq!(meter.consumed(), Weight::zero());
            cursor = step(cursor, 1).unwrap();
        }
        finish(cursor, 1);
        expect(expected);
    });
}

#[test]
fn a_chain_that_began_with_version_2_has_nothing_to_migrate() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(1),
            Mebibytes(1),
            locks(100, 50)
        ));
        StorageVersion::new(2).put::<Pallet<Test>>();
        assert_storage_noop!(assert_eq!(step(None, 5), Ok(None)));
    });
}

/// Only root could cause such a state, by a call in a provider's name while the migration is under way.
#[test]
fn what_is_of_version_2_already_is_left_alone() {
    ExtBuilder.build_and_execute(|| {
        let expected = of_version_1();
        for (id, device) in &expected.0 {
            Devices::<Test>::insert(id, device);
        }
        for (provider, assignment, occupation) in &expected.1 {
            Occupations::<Test>::insert(provider, assignment, occupation);
        }
        finish(None, 2);
        expect(expected);
    });
}

#[test]
fn it_says_which_values_cannot_be_read_meanwhile() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let prefixes: Vec<_> = Migration::migrating_prefixes()
            .unwrap()
            .into_iter()
            .collect();
        let keys = [
            Devices::<Test>::hashed_key_for(device),
            Occupations::<Test>::hashed_key_for(ALICE, assignment(1)),
        ];
        assert_eq!(prefixes.len(), keys.len());
        for (prefix, key) in prefixes.iter().zip(keys) {
            assert!(key.starts_with(prefix));
        }
    });
}
