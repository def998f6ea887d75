//! Signed transactions of any call of the runtime that this program is linked with, for a node that runs it.

use aicpw_network_tests::Client;
use aicpw_runtime::{
    AccountId, Address, Runtime, RuntimeCall, Signature, SignedPayload, UncheckedExtrinsic, VERSION,
};
use anyhow::Result;
use codec::Encode;
use frame_system::{offchain::CreateAuthorizedTransaction, CheckNonce};
use sp_core::{sr25519, Pair, H256};

use crate::market::{account, key};

/// An account that signs one transaction after the other.
pub struct Signer {
    key: sr25519::Pair,
    nonce: u32,
    genesis: H256,
}

impl Signer {
    /// The account of a derivation such as `//Alice`.
    pub async fn new(client: &Client, suri: &str) -> Result<Self> {
        let key = key(suri)?;
        let address = account(&key).to_string();
        Ok(Self {
            key,
            nonce: client
                .call("system_accountNextIndex", &[address.into()])
                .await?,
            genesis: client.call("chain_getBlockHash", &[0.into()]).await?,
        })
    }

    pub fn account(&self) -> AccountId {
        account(&self.key)
    }

    /// The next transaction, `0x…`; made without asking the node.
    pub fn sign(&mut self, call: impl Into<RuntimeCall>) -> String {
        let call = call.into();
        // Of an authorised call, that is of the first one of an account: with everything but the nonce.
        let mut extension =
            <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
        extension.6 = CheckNonce::from(self.nonce);
        let implicit = (
            (),
            (),
            VERSION.spec_version,
            VERSION.transaction_version,
            self.genesis,
            // Of a transaction that stays valid.
            self.genesis,
            (),
            (),
            (),
            None,
            (),
        );
        let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
        let signature = payload.using_encoded(|bytes| self.key.sign(bytes));
        self.nonce += 1;
        let address = Address::Id(self.account());
        let signature = Signature::Sr25519(signature);
        let transaction = UncheckedExtrinsic::new_signed(call, address, signature, extension);
        format!("0x{}", hex::encode(transaction.encode()))
    }
}
