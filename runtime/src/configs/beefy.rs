//! What another chain can verify of this one: BEEFY, with which the validators sign commitments that a contract can
//! check, and the Merkle mountain range (MMR) of all blocks, which the commitments commit to (ADR 13).

use codec::{Decode, Encode};
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64},
    weights::Weight,
};
use pallet_beefy_mmr::{BeefyEcdsaToEthereum, DepositBeefyDigest};
use pallet_mmr::primitives::LeafDataProvider;
use scale_info::TypeInfo;
use sp_consensus_beefy::{
    ecdsa_crypto::AuthorityId as BeefyId,
    mmr::{BeefyDataProvider, MmrLeafVersion},
};
use sp_runtime::traits::Keccak256;
use sp_session::MembershipProof;

use super::{
    consensus::{ReportLongevity, MAX_AUTHORITIES, REPORTABLE_SESSIONS},
    reports::ReportWeight,
    validators::MAX_BACKERS,
};
use crate::{Balance, Balances, BeefyMmrLeaf, Historical, Offences, Runtime};

/// What a leaf says about this chain's $AICP, for the contract on the other chain that holds the tokens.
///
/// A leaf describes the state at the beginning of its block; otherwise two blocks with the same parent would have
/// different leaves in the same place. Fields are only ever added at the end, with a new minor [`LeafVersion`].
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct LeafExtra {
    /// All $AICP on this chain, in the token's smallest unit. The contract has to hold as much; it need not release
    /// anything to a chain that claims to have more.
    pub issuance: Balance,
}

/// A leaf of the MMR. There is one for each block; it names the parent and the next set of validators.
pub type MmrLeaf = <BeefyMmrLeaf as LeafDataProvider>::LeafData;

/// The [`LeafExtra`] of the block that begins.
pub struct BridgeLeaf;

impl BeefyDataProvider<LeafExtra> for BridgeLeaf {
    fn extra_data() -> LeafExtra {
        LeafExtra {
            issuance: Balances::total_issuance(),
        }
    }
}

parameter_types! {
    /// 0.0, the first version.
    pub LeafVersion: MmrLeafVersion = MmrLeafVersion::new(0, 0);
}

/// The weight of a leaf. The pallet's default counts no hashing, and the writes of another database.
pub struct LeafWeight;

impl pallet_mmr::WeightInfo for LeafWeight {
    fn on_initialize(peaks: u32) -> Weight {
        let peaks = u64::from(peaks);
        let db = <Runtime as frame_system::Config>::DbWeight::get();
        // From the benchmark in the pallet's sources, on the SDK's reference machine.
        let hashing = Weight::from_parts(26_954_406, 0)
            .saturating_add(Weight::from_parts(24_147, 0).saturating_mul(peaks));
        // Besides the peaks, a leaf reads the count, the parent's hash, the next set and the issuance, and writes the
        // count, the root and the new peak.
        hashing.saturating_add(db.reads_writes(peaks.saturating_add(4), peaks.saturating_add(3)))
    }
}

/// The weight of checking a proof that a vote was for a block that is not in this chain.
///
/// In the pallet's default, the check that the proof is as short as possible grows with the number of leaves, which is
/// the age of the chain. The check itself grows only with the number of their peaks. With the default, a report of such
/// a vote would fit into no block once the chain is five weeks old.
pub struct AncestryWeight;

impl pallet_beefy_mmr::WeightInfo for AncestryWeight {
    fn n_leafs_proof_is_optimal(leaves: u32) -> Weight {
        let most_peaks = u32::BITS.saturating_sub(leaves.leading_zeros());
        // Each peak weighs as much as the most leaves of the benchmark.
        <() as pallet_beefy_mmr::WeightInfo>::n_leafs_proof_is_optimal(512)
            .saturating_mul(most_peaks.max(1).into())
    }

    fn extract_validation_context() -> Weight {
        <() as pallet_beefy_mmr::WeightInfo>::extract_validation_context()
    }

    fn read_peak() -> Weight {
        <() as pallet_beefy_mmr::WeightInfo>::read_peak()
    }

    fn n_items_proof_is_non_canonical(items: u32) -> Weight {
        <() as pallet_beefy_mmr::WeightInfo>::n_items_proof_is_non_canonical(items)
    }
}

impl pallet_beefy::Config for Runtime {
    type BeefyId = BeefyId;
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<MAX_BACKERS>;
    type MaxSetIdSessionEntries = ConstU64<{ REPORTABLE_SESSIONS as u64 }>;
    type OnNewValidatorSet = BeefyMmrLeaf;
    type AncestryHelper = BeefyMmrLeaf;
    type WeightInfo = ReportWeight;
    type KeyOwnerProof = MembershipProof;
    type EquivocationReportSystem =
        pallet_beefy::EquivocationReportSystem<Runtime, Offences, Historical, ReportLongevity>;
}

impl pallet_mmr::Config for Runtime {
    const INDEXING_PREFIX: &'static [u8] = pallet_mmr::primitives::INDEXING_PREFIX;
    // Cheap for a contract to compute.
    type Hashing = Keccak256;
    type LeafData = BeefyMmrLeaf;
    type OnNewRoot = DepositBeefyDigest<Runtime>;
    type BlockHashProvider = pallet_mmr::DefaultBlockHashProvider<Runtime>;
    type WeightInfo = LeafWeight;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = ();
}

impl pallet_beefy_mmr::Config for Runtime {
    type LeafVersion = LeafVersion;
    // The address that a contract recovers from a signature.
    type BeefyAuthorityToMerkleLeaf = BeefyEcdsaToEthereum;
    type LeafExtra = LeafExtra;
    type BeefyDataProvider = BridgeLeaf;
    type WeightInfo = AncestryWeight;
}
