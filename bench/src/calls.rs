//! Signed transactions of any call of the runtime, for a node.

use aicpw_runtime::RuntimeCall;
use anyhow::{Context, Result};
use codec::Encode;
use frame_support::traits::GetCallMetadata;
use subxt::{
    client::OnlineClientAtBlock,
    config::{DefaultExtrinsicParamsBuilder, PolkadotConfig},
    ext::{
        scale_encode::{self, EncodeAsFields, FieldIter},
        scale_type_resolver::TypeResolver,
    },
    transactions::Payload,
    OnlineClient,
};
use subxt_signer::{sr25519::Keypair, SecretUri};

/// A block of the node, whose metadata say how transactions are made.
pub type At = OnlineClientAtBlock<PolkadotConfig>;

/// The node's best block now.
pub async fn at(url: &str) -> Result<At> {
    let api = OnlineClient::<PolkadotConfig>::from_insecure_url(url)
        .await
        .with_context(|| format!("connecting to {url}"))?;
    api.at_current_block().await.context("the current block")
}

/// An account that signs one transaction after the other.
pub struct Signer {
    keys: Keypair,
    nonce: u64,
}

impl Signer {
    /// The account of a derivation such as `//Alice`.
    pub async fn new(at: &At, suri: &str) -> Result<Self> {
        let uri: SecretUri = suri.parse().with_context(|| suri.to_owned())?;
        let keys = Keypair::from_uri(&uri).with_context(|| suri.to_owned())?;
        let account = keys.public_key().to_account_id();
        let nonce = at.transactions().account_nonce(&account).await?;
        Ok(Self { keys, nonce })
    }

    /// The next transaction, `0x…`; made without asking the node.
    pub fn sign(&mut self, at: &At, call: impl Into<RuntimeCall>) -> Result<String> {
        let call = Encoded::new(&call.into())?;
        let params = DefaultExtrinsicParamsBuilder::<PolkadotConfig>::new()
            .immortal()
            .nonce(self.nonce)
            .build();
        let transaction = at
            .transactions()
            .create_signable_offline(&call, params)?
            .sign(&self.keys)?;
        self.nonce += 1;
        Ok(format!("0x{}", hex::encode(transaction.encoded())))
    }
}

/// A call of the runtime that this program is linked with.
struct Encoded {
    pallet: &'static str,
    name: &'static str,
    arguments: Arguments,
}

struct Arguments(Vec<u8>);

impl Encoded {
    fn new(call: &RuntimeCall) -> Result<Self> {
        let names = call.get_call_metadata();
        // Before the arguments are the indices of the pallet and of the call.
        let arguments = call
            .encode()
            .get(2..)
            .context("a call has indices")?
            .to_vec();
        Ok(Self {
            pallet: names.pallet_name,
            name: names.function_name,
            arguments: Arguments(arguments),
        })
    }
}

impl Payload for Encoded {
    type CallData = Arguments;

    fn pallet_name(&self) -> &str {
        self.pallet
    }

    fn call_name(&self) -> &str {
        self.name
    }

    fn call_data(&self) -> &Arguments {
        &self.arguments
    }
}

impl EncodeAsFields for Arguments {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        _: &mut dyn FieldIter<'_, R::TypeId>,
        _: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        // The node runs this very runtime.
        out.extend(&self.0);
        Ok(())
    }
}
