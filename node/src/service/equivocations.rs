//! Completes reports of two blocks in one slot on their way to the pool.
//!
//! BABE's block import (`sc-consensus-babe` 0.60) takes the proof from the blocks that it imports, whose headers have
//! been separated from their seals by then. The chain finds no signature in such a proof and slashes nobody. So this
//! module remembers the seals of recent blocks, and puts them back.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use aicpw_runtime::{opaque::Block, Header, RuntimeCall, UncheckedExtrinsic};
use codec::{Decode, Encode};
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use sc_transaction_pool_api::{LocalTransactionFor, LocalTransactionPool};
use sp_consensus_babe::digests::CompatibleDigestItem;
use sp_runtime::{
    traits::{Block as BlockT, Header as _},
    DigestItem, OpaqueExtrinsic,
};

type Hash = <Block as BlockT>::Hash;

/// How many seals are remembered: BABE looks for a second block of a slot for 1,000 slots, and there is seldom more
/// than one block in each.
const REMEMBERED: usize = 2_048;

/// The seals of the newest blocks, by the hash of what they seal.
#[derive(Clone, Default)]
pub struct Seals(Arc<Mutex<VecDeque<(Hash, DigestItem)>>>);

impl Seals {
    fn remember(&self, sealed: Hash, seal: DigestItem) {
        let mut seals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seals.len() == REMEMBERED {
            seals.pop_front();
        }
        seals.push_back((sealed, seal));
    }

    /// Adds its seal to a header that has none. If the seal is not remembered, this logs a warning: the chain will find
    /// no signature, and refuse the report.
    fn complete(&self, header: &mut Header) {
        let last = header.digest().logs().last();
        if last.is_some_and(|item| item.as_babe_seal().is_some()) {
            return;
        }
        let sealed = header.hash();
        let seals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = seals.iter().rev().find(|(hash, _)| *hash == sealed);
        match found {
            Some((_, seal)) => header.digest_mut().push(seal.clone()),
            None => log::warn!(
                "a report of two blocks in one slot lacks the seal of block {sealed:?}, which this node has not \
                 imported since its start",
            ),
        }
    }

    /// Returns a transaction as it is, or with seals if it is a report.
    fn mend(&self, transaction: OpaqueExtrinsic) -> OpaqueExtrinsic {
        let encoded = transaction.encode();
        let decoded = match UncheckedExtrinsic::decode(&mut &encoded[..]) {
            Ok(decoded) => decoded,
            Err(error) => {
                log::warn!(
                        "a transaction of this node's own cannot be read ({error}); if it reports two blocks in one \
                     slot, it goes without their seals. Is the node older than the runtime?",
                );
                return transaction;
            }
        };
        let RuntimeCall::Babe(pallet_babe::Call::report_equivocation_unsigned {
            mut equivocation_proof,
            key_owner_proof,
        }) = decoded.function
        else {
            return transaction;
        };
        self.complete(&mut equivocation_proof.first_header);
        self.complete(&mut equivocation_proof.second_header);
        // Made anew, because a decoded call keeps its original bytes.
        let call = pallet_babe::Call::report_equivocation_unsigned {
            equivocation_proof,
            key_owner_proof,
        };
        UncheckedExtrinsic::new_bare(call.into()).into()
    }
}

/// A block import that remembers the seals of the blocks that it hands on.
#[derive(Clone)]
pub struct RememberSeals<I> {
    inner: I,
    seals: Seals,
}

impl<I> RememberSeals<I> {
    /// Wraps this import.
    pub fn new(inner: I, seals: Seals) -> Self {
        Self { inner, seals }
    }
}

#[async_trait::async_trait]
impl<I: BlockImport<Block> + Send + Sync> BlockImport<Block> for RememberSeals<I> {
    type Error = I::Error;

    async fn check_block(
        &self,
        block: BlockCheckParams<Block>,
    ) -> Result<ImportResult, Self::Error> {
        self.inner.check_block(block).await
    }

    async fn import_block(
        &self,
        block: BlockImportParams<Block>,
    ) -> Result<ImportResult, Self::Error> {
        let mut digests = block.post_digests.iter();
        if let Some(seal) = digests.find(|item| item.as_babe_seal().is_some()) {
            self.seals.remember(block.header.hash(), seal.clone());
        }
        self.inner.import_block(block).await
    }
}

/// A pool that completes the reports it is given.
pub struct MendReports<P> {
    pool: P,
    seals: Seals,
}

impl<P> MendReports<P> {
    /// Wraps this pool.
    pub fn new(pool: P, seals: Seals) -> Self {
        Self { pool, seals }
    }
}

impl<P: LocalTransactionPool<Block = Block>> LocalTransactionPool for MendReports<P> {
    type Block = Block;
    type Hash = P::Hash;
    type Error = P::Error;

    fn submit_local(
        &self,
        at: Hash,
        transaction: LocalTransactionFor<Self>,
    ) -> Result<Self::Hash, Self::Error> {
        self.pool.submit_local(at, self.seals.mend(transaction))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use sp_consensus_babe::{
        check_equivocation_proof,
        digests::{PreDigest, SecondaryPlainPreDigest},
        EquivocationProof,
    };
    use sp_core::{sr25519, Pair};
    use sp_runtime::Digest;

    fn key() -> sr25519::Pair {
        sr25519::Pair::from_string("//Dave", None).unwrap()
    }

    /// Returns a header without its seal, and the seal.
    fn block(number: u32) -> (Header, DigestItem) {
        let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
            authority_index: 3,
            slot: 7.into(),
        });
        let digest = Digest {
            logs: vec![DigestItem::babe_pre_digest(claim)],
        };
        let none = Hash::default();
        let header = Header::new(number, none, none, none, digest);
        let seal = key().sign(header.hash().as_ref());
        (header, DigestItem::babe_seal(seal.into()))
    }

    fn report(proof: EquivocationProof<Header>) -> OpaqueExtrinsic {
        // The proof of the key's owner, which must not change.
        let owner = [0u8; 64];
        let key_owner_proof = Decode::decode(&mut &owner[..]).unwrap();
        let call = pallet_babe::Call::report_equivocation_unsigned {
            equivocation_proof: Box::new(proof),
            key_owner_proof,
        };
        UncheckedExtrinsic::new_bare(call.into()).into()
    }

    fn proof_of(transaction: &OpaqueExtrinsic) -> EquivocationProof<Header> {
        let encoded = transaction.encode();
        let decoded = UncheckedExtrinsic::decode(&mut &encoded[..]).unwrap();
        match decoded.function {
            RuntimeCall::Babe(pallet_babe::Call::report_equivocation_unsigned {
                equivocation_proof,
                ..
            }) => *equivocation_proof,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_report_without_seals_gets_them_back_and_is_a_proof_then() {
        let seals = Seals::default();
        let ((first_header, first), (second_header, second)) = (block(1), block(2));
        seals.remember(first_header.hash(), first);
        seals.remember(second_header.hash(), second);
        let proof = EquivocationProof {
            offender: key().public().into(),
            slot: 7.into(),
            first_header,
            second_header,
        };
        assert!(!check_equivocation_proof(proof.clone()));
        let mended = seals.mend(report(proof));
        assert!(check_equivocation_proof(proof_of(&mended)));
        // A report that has its seals stays as it is.
        assert_eq!(seals.mend(mended.clone()), mended);
    }

    #[test]
    fn other_transactions_are_left_as_they_are() {
        let remark = frame_system::Call::remark { remark: vec![1] };
        let remark = UncheckedExtrinsic::new_bare(remark.into()).into();
        let mended = Seals::default().mend(OpaqueExtrinsic::clone(&remark));
        assert_eq!(mended, remark);
    }

    #[test]
    fn the_oldest_seals_are_forgotten() {
        let seals = Seals::default();
        let (first, _) = block(0);
        for number in 0..=REMEMBERED as u32 {
            let (header, seal) = block(number);
            seals.remember(header.hash(), seal);
        }
        assert_eq!(seals.0.lock().unwrap().len(), REMEMBERED);
        let mut header = first.clone();
        seals.complete(&mut header);
        assert_eq!(header, first);
    }
}
