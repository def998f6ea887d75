//! Tests of the reports of BEEFY's voter, on the parts of a node. They are in a file of their own because tests that
//! open a client compile all of its generic code, which the library's own tests would do a second time.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use aicpw_node::service::{self, FullClient, Reporting};
use aicpw_runtime::opaque::Block;
use codec::Encode;
use sc_client_api::HeaderBackend;
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_consensus_beefy::{
    ecdsa_crypto::{AuthorityId, Signature},
    known_payloads::MMR_ROOT_ID,
    BeefyApi, Commitment, DoubleVotingProof, Payload, VoteMessage,
};
use sp_core::{ecdsa, Pair};
use sp_runtime::traits::{Hash, Keccak256};

/// Returns a proof that Alice voted for two roots of one block.
fn double_vote() -> DoubleVotingProof<u32, AuthorityId, Signature> {
    let alice = ecdsa::Pair::from_string("//Alice", None).unwrap();
    let vote = |root: u8| {
        let commitment = Commitment {
            payload: Payload::from_single_entry(MMR_ROOT_ID, [root; 32].encode()),
            block_number: 1,
            validator_set_id: 0,
        };
        let signature = alice.sign_prehashed(&Keccak256::hash_of(&commitment).0);
        VoteMessage {
            commitment,
            id: alice.public().into(),
            signature: signature.into(),
        }
    };
    DoubleVotingProof {
        first: vote(1),
        second: vote(2),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_the_voter_gets_into_the_pool() {
    let runtime = tokio::runtime::Handle::current();
    let config = aicpw_node::configuration(&["--dev", "--tmp"], runtime).unwrap();
    // Where the other tests have their nodes look for compiled runtimes: beside the programs.
    let programs = Path::new(env!("CARGO_BIN_EXE_aicpw-node")).parent();
    let compiled = programs.unwrap().join("compiled-runtimes");
    let partial = service::new_partial(&config, Some(&compiled)).unwrap();
    let (client, pool) = (partial.client.clone(), partial.transaction_pool.clone());
    let genesis = client.info().genesis_hash;
    let proof = double_vote();
    let alice = proof.first.id.clone();
    let owner = client.runtime_api();
    let owner = owner.generate_key_ownership_proof(genesis, 0, alice);
    let owner = owner.unwrap().unwrap();

    let report = move |api: &<FullClient as ProvideRuntimeApi<Block>>::Api| {
        let (proof, owner) = (proof.clone(), owner.clone());
        api.submit_report_double_voting_unsigned_extrinsic(genesis, proof, owner)
    };
    let reporting = Reporting::new(client.clone(), pool.clone());
    // The pool is called on a thread that may block.
    let reported = tokio::task::spawn_blocking(move || {
        // The result that the voter would get by itself, and the one that it gets here.
        (
            report(&client.runtime_api()).is_err(),
            report(&reporting.runtime_api()).unwrap(),
        )
    });
    assert_eq!(reported.await.unwrap(), (true, Some(())));
    assert_eq!(pool.status().ready + pool.status().future, 1);
}
