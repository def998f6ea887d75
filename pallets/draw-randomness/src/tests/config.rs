//! Conditions on the constants.

use frame_support::traits::Hooks;

use crate::{mock::*, Pallet};

#[test]
fn the_mocks_numbers_fit_together() {
    <Pallet<Test> as Hooks<u64>>::integrity_test();
}
