//! The worker key: a hot sr25519 key in the node's keystore that may act for a provider's devices
//! and holds no funds.

use aicpw_protocol::{
    worker::{signing_payload, Statement},
    BlockNumber,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::crypto::KeyTypeId;

/// Key type of worker keys in the keystore.
pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"aicw");

mod app {
    use super::KEY_TYPE;
    use sp_application_crypto::{app_crypto, sr25519};

    app_crypto!(sr25519, KEY_TYPE);
}

/// Public worker key.
pub type WorkerId = app::Public;

/// Signature by a worker key.
pub type WorkerSignature = app::Signature;

/// Key pair of a worker key.
#[cfg(feature = "std")]
pub type WorkerPair = app::Pair;

/// The authorisation of a worker call: a signature over the call's [`Statement`], the chain and a recent block.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug,
)]
pub struct WorkerProof {
    /// Height of the recent block that the signature names.
    pub recent_block: BlockNumber,
    /// The signature.
    pub signature: sp_core::sr25519::Signature,
}

/// Whether `proof` is `worker`'s signature over `statement`. `recent_hash` is the hash of the block at
/// `proof.recent_block`. The caller has checked that this block is recent.
pub fn verify<AccountId: Encode>(
    worker: &WorkerId,
    proof: &WorkerProof,
    genesis: &[u8; 32],
    recent_hash: &[u8; 32],
    statement: &Statement<AccountId>,
) -> bool {
    use sp_application_crypto::RuntimeAppPublic;
    worker.verify(
        &signing_payload(genesis, recent_hash, statement),
        &proof.signature.into(),
    )
}

/// Signs `statement` with `worker`'s key in the local keystore, bound to the recent block
/// `(height, hash)`. For offchain workers; `None` if the keystore does not have the key.
pub fn prove<AccountId: Encode>(
    worker: &WorkerId,
    genesis: &[u8; 32],
    recent_block: (BlockNumber, &[u8; 32]),
    statement: &Statement<AccountId>,
) -> Option<WorkerProof> {
    use sp_application_crypto::RuntimeAppPublic;
    let (height, hash) = recent_block;
    worker
        .sign(&signing_payload(genesis, hash, statement))
        .map(|signature| WorkerProof {
            recent_block: height,
            signature: signature.into(),
        })
}
