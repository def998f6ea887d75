//! What the state of an earlier release becomes.

use aicpw_protocol::Mebibytes;
use frame_support::{
    assert_ok,
    storage::unhashed,
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
};

use crate::{
    migrations::{DeviceV1, OccupationV1, ToVersion2},
    mock::*,
    Devices, Occupations, Pallet,
};
use aicpw_primitives::traits::DevicePool;

#[test]
fn devices_and_what_runs_on_them_are_there_after_an_upgrade_from_version_1() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let other = add_device(ALICE, 2);
        let memory = Mebibytes(1);
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(1),
            memory,
            locks(100, 50)
        ));
        assert_ok!(Pallet::<Test>::occupy(
            device,
            assignment(2),
            memory,
            locks(3, 4)
        ));
        Pallet::<Test>::vacate(device, assignment(2));
        // As they would be had they been written by version 1.
        let devices: Vec<_> = Devices::<Test>::iter().collect();
        for (id, new) in &devices {
            let old = DeviceV1 {
                provider: new.provider,
                spec: new.spec.clone(),
                ask: new.ask,
                slots: new.slots,
                used_slots: new.used_slots,
                assignments: new.assignments,
                available: new.available,
                failures: new.failures,
                missed_deadlines: new.missed_deadlines,
                cools_until: new.cools_until,
            };
            unhashed::put(&Devices::<Test>::hashed_key_for(id), &old);
        }
        let occupations: Vec<_> = Occupations::<Test>::iter().collect();
        for (account, assignment, new) in &occupations {
            let old = OccupationV1 {
                device: new.device,
                collateral: new.collateral,
                fraud_bond: new.fraud_bond,
                in_slot: new.in_slot,
            };
            unhashed::put(
                &Occupations::<Test>::hashed_key_for(account, assignment),
                &old,
            );
        }
        assert_eq!((devices.len(), occupations.len()), (2, 2));
        assert_eq!(
            Devices::<Test>::get(device),
            None,
            "not what this version reads"
        );
        StorageVersion::new(1).put::<Pallet<Test>>();

        ToVersion2::<Test>::on_runtime_upgrade();
        assert_eq!(Pallet::<Test>::on_chain_storage_version(), 2);
        for (id, mut before) in devices {
            before.used_memory = Mebibytes(0);
            assert_eq!(Devices::<Test>::get(id), Some(before));
        }
        for (account, assignment, mut before) in occupations {
            before.memory = Mebibytes(0);
            assert_eq!(Occupations::<Test>::get(account, assignment), Some(before));
        }
        // What ran before ends as it would have.
        Pallet::<Test>::vacate(device, assignment(1));
        assert_eq!(Devices::<Test>::get(device).unwrap().used_slots, 0);
        assert_ok!(Pallet::<Test>::occupy(
            other,
            assignment(3),
            memory,
            locks(1, 0)
        ));
        // Once.
        let before = Devices::<Test>::get(other);
        ToVersion2::<Test>::on_runtime_upgrade();
        assert_eq!(Devices::<Test>::get(other), before);
    });
}
