//! Signed transactions with any call of the runtime that this program is linked with, for a node that runs it, or runs
//! a release whose calls have the same encoding.

use std::time::Duration;

use aicpw_runtime::{
    AccountId, Address, Runtime, RuntimeCall, Signature, SignedPayload, UncheckedExtrinsic, VERSION,
};
use anyhow::{anyhow, ensure, Context, Result};
use codec::Encode;
use frame_system::{offchain::CreateAuthorizedTransaction, CheckNonce};
use sp_core::{sr25519, Pair, H256};

use crate::{
    chain,
    wait::{self, Seen},
    Client,
};

/// An account that signs one transaction after the other.
pub struct Signer {
    key: sr25519::Pair,
    nonce: u32,
    genesis: H256,
    versions: Versions,
}

/// The versions of the runtime that a transaction is for.
#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Versions {
    spec_version: u32,
    transaction_version: u32,
}

impl Signer {
    /// Returns a signer for the account of a derivation such as `//Alice`.
    ///
    /// # Errors
    /// If the derivation is invalid, the node does not answer, or its runtime encodes calls differently.
    pub async fn new(client: &Client, suri: &str) -> Result<Self> {
        let genesis = client.call("chain_getBlockHash", &[0.into()]).await?;
        let mut signer = Self::of_new_account(suri, genesis)?;
        signer.versions = client.call("state_getRuntimeVersion", &[]).await?;
        ensure!(
            signer.versions.transaction_version == VERSION.transaction_version,
            "the node's runtime has transactions of version {}, this program makes those of version {}",
            signer.versions.transaction_version,
            VERSION.transaction_version
        );
        let address = signer.account().to_string();
        signer.nonce = client
            .call("system_accountNextIndex", &[address.into()])
            .await?;
        Ok(signer)
    }

    /// Returns a signer for an account that has signed nothing yet, on the chain with this genesis.
    pub fn of_new_account(suri: &str, genesis: H256) -> Result<Self> {
        let key = sr25519::Pair::from_string(suri, None);
        let key = key.map_err(|error| anyhow!("{suri}: {error:?}"))?;
        Ok(Self {
            key,
            nonce: 0,
            genesis,
            versions: Versions {
                spec_version: VERSION.spec_version,
                transaction_version: VERSION.transaction_version,
            },
        })
    }

    /// Returns the account that signs.
    pub fn account(&self) -> AccountId {
        self.key.public().into()
    }

    /// Returns the nonce of the next transaction.
    pub fn nonce(&self) -> u32 {
        self.nonce
    }

    /// Returns the next transaction, `0x…`, without asking the node.
    pub fn sign(&mut self, call: impl Into<RuntimeCall>) -> String {
        let transaction = self.sign_as(call, self.nonce);
        self.nonce += 1;
        transaction
    }

    /// Submits the next transaction to a node's pool.
    ///
    /// # Errors
    /// If the node refuses the transaction.
    pub async fn send(&mut self, client: &Client, call: impl Into<RuntimeCall>) -> Result<()> {
        let signed = self.sign(call);
        let _: String = client
            .call("author_submitExtrinsic", &[signed.into()])
            .await?;
        Ok(())
    }

    /// Submits the next transaction, and waits until it is in that node's best chain.
    ///
    /// # Errors
    /// If the node refuses the transaction, or it gets into no block in that time.
    pub async fn send_and_wait(
        &mut self,
        client: &Client,
        call: impl Into<RuntimeCall>,
        limit: Duration,
    ) -> Result<()> {
        self.send(client, call).await?;
        let account = self.account();
        let what = format!("a transaction of {account}");
        wait::until(&what, limit, || async {
            let best = client.best().await?;
            let block = client.block_hash(best).await?.context("the best block")?;
            let sent = chain::nonce(client, &account, &block).await?;
            Ok(Seen::when(sent >= self.nonce, || {
                format!("{sent} sent at {best}")
            }))
        })
        .await
    }

    /// Returns the transaction with this nonce. Its bytes differ each time, because a signature contains random data.
    pub fn sign_as(&self, call: impl Into<RuntimeCall>, nonce: u32) -> String {
        let call = call.into();
        // The extension of an authorised call equals that of an account's first transaction, except for the nonce.
        let mut extension =
            <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
        extension.6 = CheckNonce::<Runtime>::from(nonce).into();
        let implicit = (
            (),
            (),
            self.versions.spec_version,
            self.versions.transaction_version,
            self.genesis,
            // The block that the era begins with: a transaction that stays valid has the genesis.
            self.genesis,
            (),
            (),
            (),
            None,
            (),
        );
        let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
        let signature = payload.using_encoded(|bytes| self.key.sign(bytes));
        let address = Address::Id(self.account());
        let signature = Signature::Sr25519(signature);
        let transaction = UncheckedExtrinsic::new_signed(call, address, signature, extension);
        format!("0x{}", hex::encode(transaction.encode()))
    }
}
