use aicpw_primitives::traits::DevicePool;
use frame_support::{assert_noop, assert_ok, BoundedVec};

use crate::{mock::*, Error, Event, Pallet};

#[test]
fn replaces_the_addresses() {
    ExtBuilder.build_and_execute(|| {
        let device = online_provider(ALICE, MIN_STAKE);
        let two = BoundedVec::truncate_from(vec![
            BoundedVec::truncate_from(vec![1]),
            BoundedVec::truncate_from(vec![2]),
        ]);
        assert_ok!(ProviderStaking::set_peers(
            RuntimeOrigin::signed(ALICE),
            two.clone()
        ));
        assert_eq!(Pallet::<Test>::peers(device), two);
        assert_eq!(last_event(), Event::PeersSet { provider: ALICE });
    });
}

#[test]
fn refuses_an_empty_address() {
    ExtBuilder.build_and_execute(|| {
        register(ALICE, MIN_STAKE);
        let empty = BoundedVec::truncate_from(vec![Default::default()]);
        assert_noop!(
            ProviderStaking::set_peers(RuntimeOrigin::signed(ALICE), empty),
            Error::<Test>::EmptyPeerAddress
        );
    });
}

#[test]
fn refuses_who_is_no_provider() {
    ExtBuilder.build_and_execute(|| {
        assert_noop!(
            ProviderStaking::set_peers(RuntimeOrigin::signed(ALICE), peers()),
            Error::<Test>::NotRegistered
        );
    });
}
