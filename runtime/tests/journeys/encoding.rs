//! A transaction without a signer has one encoding: whoever has seen a worker's call cannot send it as another
//! transaction.

use aicpw_runtime::{
    transactions::{fair_order::ChargeInFairOrder, of_signer::SIGNERS_CHOICE},
    Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic,
};
use codec::{Decode, Encode};
use frame_system::{offchain::CreateAuthorizedTransaction, CheckMortality, CheckNonce};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{
    generic::Era,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

use crate::{
    chain::Chain,
    market::{ask, assignment, submission, submit, Provider, OPTIMISTIC},
};

/// Returns the extensions of a worker's call as its node makes it.
fn of_worker() -> TxExtension {
    <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension()
}

/// Returns a transaction as it arrives at a node.
fn received(call: &RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
    let sent = UncheckedExtrinsic::new_transaction(call.clone(), extension).encode();
    UncheckedExtrinsic::decode(&mut &sent[..]).unwrap()
}

/// Returns a block whose hash the state knows, in which an era can begin.
fn known_block(chain: &Chain) -> u64 {
    u64::from(chain.height() - 1)
}

/// Regression: a stranger could copy a worker's call with a short era, which pools put first and then forget.
#[test]
fn a_copy_of_a_workers_call_is_no_other_transaction() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(500));
    let task = submit(&mut chain, Alice, submission(OPTIMISTIC));
    let assignment = assignment(&mut chain, task);
    let call: RuntimeCall = bob.start_call(&mut chain, assignment).into();

    let birth = known_block(&chain);
    let mut copies = Vec::new();
    for period in [4, 64, 4_096] {
        let mut mortal = of_worker();
        mortal.5 = CheckMortality::<Runtime>::from(Era::mortal(period, birth)).into();
        copies.push(mortal);
    }
    for nonce in [1, u32::MAX] {
        let mut counted = of_worker();
        counted.6 = CheckNonce::<Runtime>::from(nonce).into();
        copies.push(counted);
    }
    for tip in [1, u128::MAX] {
        let mut tipped = of_worker();
        tipped.8 = ChargeInFairOrder::with_tip(tip).into();
        copies.push(tipped);
    }
    let refusal = TransactionValidityError::from(InvalidTransaction::Custom(SIGNERS_CHOICE));
    let mut transactions = Vec::new();
    for copy in copies {
        let transaction = received(&call, copy.clone());
        let said = chain.validity(transaction.clone());
        assert_eq!(said, Err(refusal), "{copy:?}");
        transactions.push(transaction);
    }
    let original = received(&call, of_worker());
    assert!(chain.validity(original.clone()).is_ok());
    assert_eq!(original.encode(), chain.authorised(call).encode());

    // Nor can an author get the copies into its own block, before the original.
    transactions.push(original);
    let mut outcomes = chain.try_block(transactions);
    outcomes.pop().unwrap().unwrap().unwrap();
    for outcome in outcomes {
        assert_eq!(outcome, Err(refusal));
    }
}

/// A signer can still choose its extensions.
#[test]
fn a_signer_says_what_it_likes() {
    let mut chain = Chain::development();
    let remark = || frame_system::Call::remark { remark: vec![] };
    let birth = known_block(&chain);
    let tipped = chain.signed(Alice, remark(), 1);
    assert!(chain.validity(tipped).is_ok());
    let mortal = chain.signed_in(Alice, remark(), Era::mortal(64, birth));
    let valid = chain.validity(mortal.clone()).unwrap();
    assert!(valid.longevity <= 64, "{}", valid.longevity);
    chain.block(vec![mortal]).remove(0).unwrap();
    // The next transaction has another nonce.
    chain.sign(Alice, remark()).unwrap();
}
