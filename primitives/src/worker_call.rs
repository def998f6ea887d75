//! How the hooks of a node make worker calls, for any pallet: signed for a block that a short fork does not remove, and
//! made again if they did not get into a block.

use aicpw_protocol::{mailbox::RETRY_AFTER, worker::Statement, BlockNumber, Hash};
use codec::{Codec, Encode};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{offchain::storage::StorageValueRef, SaturatedConversion};

use crate::worker_key::{prove, WorkerId, WorkerProof};

/// How many blocks below the best block a proof names. A fork that is this short does not invalidate the proof.
pub const PROOF_DEPTH: BlockNumber = 4;

/// Why a statement was not signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotProven {
    /// The chain does not know a block to bind the proof to.
    NoRecentBlock,
    /// The keystore did not sign.
    NoSignature,
}

/// The height of the state that the caller runs on.
pub fn height<T: frame_system::Config>() -> BlockNumber {
    frame_system::Pallet::<T>::block_number().saturated_into()
}

/// The hash of a recent block, or of the first; `None` if the state does not know it.
pub fn hash_of<T: frame_system::Config>(block: BlockNumber) -> Option<Hash> {
    let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(block));
    let hash = Hash::try_from(hash.as_ref()).ok()?;
    (hash != Hash::default()).then_some(hash)
}

/// Returns the statement, signed for a block that a short fork does not remove.
///
/// # Errors
/// Fails if the chain knows no such block, or if the keystore does not have the key.
pub fn prove_now<T: frame_system::Config>(
    worker: &WorkerId,
    statement: &Statement<T::AccountId>,
) -> Result<WorkerProof, NotProven>
where
    T::AccountId: Encode,
{
    let recent = height::<T>().saturating_sub(PROOF_DEPTH);
    let genesis = hash_of::<T>(0).ok_or(NotProven::NoRecentBlock)?;
    let hash = hash_of::<T>(recent).ok_or(NotProven::NoRecentBlock)?;
    prove(worker, &genesis, (recent, &hash), statement).ok_or(NotProven::NoSignature)
}

/// Whether a call that was made at one height may still get into a block at another. After a fork, `made_at` can be the
/// higher one: then the call has to be made again.
pub fn was_lately(made_at: BlockNumber, now: BlockNumber) -> bool {
    made_at <= now && now < made_at.saturating_add(RETRY_AFTER)
}

/// Records under this key of the node's store that a call about `what` is being made now. Returns false if one was made
/// recently. If hooks overlap, only one of them goes on.
pub fn claim<What: Codec + PartialEq>(key: &[u8], what: What, now: BlockNumber) -> bool {
    StorageValueRef::persistent(key)
        .mutate(|last: Result<Option<(What, BlockNumber)>, _>| match last {
            Ok(Some((last, at))) if last == what && was_lately(at, now) => Err(()),
            _ => Ok((what, now)),
        })
        .is_ok()
}

/// Forgets what was [claimed](claim), because the call was not made.
pub fn unclaim(key: &[u8]) {
    StorageValueRef::persistent(key).clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_again_after_a_while_and_after_a_fork() {
        assert!(was_lately(10, 10));
        assert!(was_lately(10, 10 + RETRY_AFTER - 1));
        assert!(!was_lately(10, 10 + RETRY_AFTER));
        assert!(!was_lately(10, 9));
    }
}
