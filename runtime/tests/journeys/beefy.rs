//! What another chain verifies of this one: votes that cost stake when they contradict each other, and a mountain range
//! with a leaf for each block.

use aicpw_runtime::{
    configs::{
        beefy::{LeafExtra, MmrLeaf},
        system::RuntimeBlockWeights,
    },
    units::{DAYS, UNIT},
    Address, Balance, Balances, Beefy, BeefyMmrLeaf, BlockNumber, Historical, Mmr, Runtime,
    RuntimeCall, RuntimeEvent, SessionKeys, System,
};
use codec::{Decode, Encode};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::KeyOwnerProofSystem,
};
use pallet_mmr::primitives::{AncestryProof, LeafDataProvider};
use pallet_staking::Event::SlashReported;
use sp_consensus_beefy::{
    ecdsa_crypto::{AuthorityId, AuthoritySignature},
    known_payloads::MMR_ROOT_ID,
    Commitment, ConsensusLog, DoubleVotingProof, ForkVotingProof, FutureBlockVotingProof,
    MmrRootHash, Payload, ValidatorSet, VoteMessage, BEEFY_ENGINE_ID, KEY_TYPE,
};
use sp_core::{ecdsa, Pair};
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie, Ferdie};
use sp_runtime::{
    traits::{Hash, Keccak256},
    Perbill,
};
use sp_session::MembershipProof;

use crate::{
    chain::Chain,
    validators::{expect_disabled, expect_slash, ONE_OF_FOUR},
};

type Vote = VoteMessage<BlockNumber, AuthorityId, AuthoritySignature>;

/// Returns a vote of this validator for a block with such a root.
fn vote(chain: &mut Chain, who: Sr25519Keyring, block: BlockNumber, root: u8) -> Vote {
    let set = chain.read(|| Beefy::validator_set().unwrap().id());
    let pair = ecdsa::Pair::from_string(&format!("//{who}"), None).unwrap();
    let commitment = Commitment {
        payload: Payload::from_single_entry(MMR_ROOT_ID, [root; 32].encode()),
        block_number: block,
        validator_set_id: set,
    };
    let signature = pair.sign_prehashed(&Keccak256::hash_of(&commitment).0);
    VoteMessage {
        commitment,
        id: pair.public().into(),
        signature: signature.into(),
    }
}

fn key_owner(chain: &mut Chain, id: &AuthorityId) -> MembershipProof {
    let key = (KEY_TYPE, id.clone());
    chain.read(|| Historical::prove(key)).unwrap()
}

fn report_double_voting(chain: &mut Chain, first: Vote, second: Vote) -> RuntimeCall {
    let key_owner_proof = key_owner(chain, &first.id);
    pallet_beefy::Call::report_double_voting {
        equivocation_proof: Box::new(DoubleVotingProof { first, second }),
        key_owner_proof,
    }
    .into()
}

#[test]
fn two_votes_for_one_block_cost_stake() {
    let mut chain = Chain::local_testnet();
    let (first, second) = (
        vote(&mut chain, Charlie, 1, 1),
        vote(&mut chain, Charlie, 1, 2),
    );
    let report = report_double_voting(&mut chain, first, second);
    chain.sign(Ferdie, report.clone()).unwrap();
    expect_disabled(&mut chain, Charlie);
    expect_slash(&mut chain, Charlie, ONE_OF_FOUR);
    // The work left over from the era weighs too much for a report in the same block.
    chain.block(Vec::new());
    assert_eq!(
        chain.sign(Ferdie, report),
        Err(pallet_beefy::Error::<Runtime>::DuplicateOffenceReport.into()),
        "once"
    );
}

#[test]
fn a_vote_for_a_block_that_is_not_there_yet_costs_half_of_the_stake() {
    let mut chain = Chain::local_testnet();
    let ahead = chain.height() + DAYS;
    let vote = vote(&mut chain, Charlie, ahead, 1);
    let key_owner_proof = key_owner(&mut chain, &vote.id);
    let report = pallet_beefy::Call::report_future_block_voting {
        equivocation_proof: Box::new(FutureBlockVotingProof { vote }),
        key_owner_proof,
    };
    chain.sign(Ferdie, report).unwrap();
    expect_disabled(&mut chain, Charlie);
    let reported = chain.read(|| {
        let events = System::events().into_iter();
        events
            .filter_map(|record| match record.event {
                RuntimeEvent::Staking(SlashReported { fraction, .. }) => Some(fraction),
                _ => None,
            })
            .collect::<Vec<_>>()
    });
    assert_eq!(reported, [Perbill::from_percent(50)]);
}

#[test]
fn the_same_vote_twice_and_a_forged_one_cost_nothing() {
    let mut chain = Chain::local_testnet();
    let first = vote(&mut chain, Bob, 1, 1);
    let mut forged = vote(&mut chain, Charlie, 1, 2);
    forged.id = first.id.clone();
    for second in [first.clone(), forged] {
        let report = report_double_voting(&mut chain, first.clone(), second);
        assert_eq!(
            chain.sign(Ferdie, report),
            Err(pallet_beefy::Error::<Runtime>::InvalidDoubleVotingProof.into())
        );
    }
    assert!(chain
        .read(aicpw_runtime::Session::disabled_validators)
        .is_empty());
}

/// The report fits however old the chain is. With the pallet's own weights it would fit for some weeks only.
#[test]
fn a_report_of_a_vote_for_a_fork_fits_into_a_block_at_any_age() {
    let mut chain = Chain::local_testnet();
    let vote = vote(&mut chain, Bob, 1, 1);
    let key_owner_proof = key_owner(&mut chain, &vote.id);
    let most = RuntimeBlockWeights::get()
        .get(DispatchClass::Normal)
        .max_extrinsic
        .unwrap();
    let years = 20;
    let blocks = years * 365 * u64::from(DAYS);
    for leaf_count in [1_000, blocks, (1 << 31) - 1] {
        // As many items as a proof over so many leaves can have.
        let items = vec![(0, MmrRootHash::default()); 31];
        let ancestry_proof = AncestryProof {
            prev_peaks: vec![MmrRootHash::default(); 31],
            prev_leaf_count: leaf_count - 1,
            leaf_count,
            items,
        };
        let report: RuntimeCall = pallet_beefy::Call::report_fork_voting {
            equivocation_proof: Box::new(ForkVotingProof {
                vote: vote.clone(),
                ancestry_proof,
                header: chain.last_header().clone(),
            }),
            key_owner_proof: key_owner_proof.clone(),
        }
        .into();
        let weight = report.get_dispatch_info().total_weight();
        assert!(weight.all_lte(most), "{leaf_count}: {weight} of {most}");
    }
}

/// Returns the MMR root in the digest of the last block.
fn root(chain: &Chain) -> Option<MmrRootHash> {
    logs(chain).into_iter().find_map(|log| match log {
        ConsensusLog::MmrRoot(root) => Some(root),
        _ => None,
    })
}

fn new_set(chain: &Chain) -> Option<ValidatorSet<AuthorityId>> {
    logs(chain).into_iter().find_map(|log| match log {
        ConsensusLog::AuthoritiesChange(set) => Some(set),
        _ => None,
    })
}

fn logs(chain: &Chain) -> Vec<ConsensusLog<AuthorityId>> {
    let logs = chain.last_header().digest.logs.iter();
    logs.filter_map(|log| log.consensus_try_to(&BEEFY_ENGINE_ID))
        .collect()
}

#[test]
fn each_block_adds_a_leaf_and_says_the_root() {
    let mut chain = Chain::local_testnet();
    let mut roots = Vec::new();
    for _ in 0..5 {
        chain.block(Vec::new());
        let leaves = chain.read(Mmr::mmr_leaves);
        assert_eq!(leaves, u64::from(chain.height()));
        assert_eq!(root(&chain), Some(chain.read(Mmr::mmr_root)));
        roots.push(root(&chain));
    }
    roots.dedup();
    assert_eq!(roots.len(), 5);
}

/// A leaf has, byte by byte, what a contract reads according to ADR 13.
#[test]
fn a_leaf_is_what_the_contract_reads() {
    let mut chain = Chain::local_testnet();
    let parent = chain.last_header().clone();
    let issued: Balance = chain.read(Balances::total_issuance);
    chain.block(Vec::new());
    let (leaf, next, height) = chain.read(|| {
        (
            BeefyMmrLeaf::leaf_data().encode(),
            BeefyMmrLeaf::next_authority_set_proof(),
            System::block_number(),
        )
    });
    assert_eq!(leaf.len(), 1 + 4 + 32 + 8 + 4 + 32 + 16);
    assert_eq!(leaf[0], 0, "version");
    assert_eq!(leaf[1..5], (height - 1).to_le_bytes());
    assert_eq!(leaf[5..37], parent.hash().0);
    assert_eq!(leaf[37..45], next.id.to_le_bytes());
    assert_eq!(leaf[45..49], 4u32.to_le_bytes());
    assert_eq!(leaf[49..81], next.keyset_commitment.0);
    assert_eq!(leaf[81..], issued.to_le_bytes());
}

#[test]
fn a_leaf_tells_how_much_there_is() {
    let mut chain = Chain::local_testnet();
    let issuance = |chain: &mut Chain| {
        let bytes = chain.read(|| BeefyMmrLeaf::leaf_data().encode());
        let leaf = MmrLeaf::decode(&mut &bytes[..]).unwrap();
        let LeafExtra { issuance } = leaf.leaf_extra;
        issuance
    };
    let before = issuance(&mut chain);
    let burn = pallet_balances::Call::burn {
        value: 5 * UNIT,
        keep_alive: true,
    };
    chain.sign(Ferdie, burn).unwrap();
    assert_eq!(issuance(&mut chain), before - 5 * UNIT);
    // Moving tokens changes nothing.
    let pay = pallet_balances::Call::transfer_keep_alive {
        dest: Address::Id(Bob.to_account_id()),
        value: UNIT,
    };
    chain.sign(Ferdie, pay).unwrap();
    assert_eq!(issuance(&mut chain), before - 5 * UNIT);
}

/// A session begins with a block on which BEEFY has to vote. The block names the new set, and its leaf the set after
/// that, so a contract that knows one set learns the next from it.
#[test]
fn each_session_hands_over_from_set_to_set() {
    let mut chain = Chain::local_testnet();
    for _ in 0..3 {
        let before = chain.read(BeefyMmrLeaf::authority_set_proof);
        let announced = chain.read(BeefyMmrLeaf::next_authority_set_proof);
        assert_eq!(announced.id, before.id + 1);
        chain.end_session();
        let set = new_set(&chain).unwrap();
        assert_eq!(chain.read(Beefy::validator_set), Some(set.clone()));
        let now = chain.read(BeefyMmrLeaf::authority_set_proof);
        assert_eq!((now.id, now.len), (set.id(), 4));
        assert_eq!(now, announced, "as the leaves of the session before said");
        let leaf = chain.read(|| BeefyMmrLeaf::leaf_data().beefy_next_authority_set);
        assert_eq!(leaf.id, set.id() + 1);
    }
}

/// One of the session keys is the BEEFY key, and the proof of ownership covers it.
#[test]
fn keys_of_the_session_have_one_that_contracts_know() {
    use sp_runtime::traits::OpaqueKeys;
    assert!(SessionKeys::key_ids().contains(&KEY_TYPE));
    let mut chain = Chain::local_testnet();
    let keys =
        chain.read(|| pallet_session::NextKeys::<Runtime>::get(Bob.to_account_id()).unwrap());
    let bob = ecdsa::Pair::from_string("//Bob", None).unwrap();
    assert_eq!(keys.beefy, bob.public().into());
    assert_eq!(keys.encode().len(), 3 * 32 + 33);
}
