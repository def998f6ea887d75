//! What transactions cost.

#![allow(clippy::unwrap_used)]

use aicpw_runtime::{
    units::{EXISTENTIAL_DEPOSIT, MICRO, UNIT},
    Address, Balance, Runtime, RuntimeCall, Signature, TransactionPayment, UncheckedExtrinsic,
};
use codec::Encode;
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_core::sr25519;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::{Alice, Bob};

fn fee_of_a_transfer() -> Balance {
    let call = RuntimeCall::from(pallet_balances::Call::transfer_keep_alive {
        dest: Address::Id(Bob.to_account_id()),
        value: UNIT,
    });
    let extrinsic = UncheckedExtrinsic::new_signed(
        call,
        Address::Id(Alice.to_account_id()),
        Signature::Sr25519(sr25519::Signature::from_raw([0; 64])),
        <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension(),
    );
    let length = extrinsic.encoded_size() as u32;
    TestExternalities::default()
        .execute_with(|| TransactionPayment::query_info(extrinsic, length).partial_fee)
}

#[test]
fn a_transfer_costs_a_thousandth_of_an_aicp() {
    let fee = fee_of_a_transfer();
    assert!(
        (900 * MICRO..1_100 * MICRO).contains(&fee),
        "{} millionths",
        fee / MICRO
    );
}

#[test]
fn whoever_is_paid_a_fee_can_hold_it() {
    assert!(fee_of_a_transfer() > EXISTENTIAL_DEPOSIT);
}
