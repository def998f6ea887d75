//! Seeds and tickets on the real runtime, with the VRF outputs of real claims.

use aicpw_primitives::traits::{DrawRandomness as _, DrawSeed, StakeDraw as _};
use aicpw_protocol::draw::mix;
use aicpw_runtime::{Babe, DrawRandomness, ProviderStaking, Runtime};
use pallet_draw_randomness::Outcomes;
use sp_keyring::Sr25519Keyring::{Alice, Bob};

use crate::{
    chain::Chain,
    market::{ask, Provider},
};

#[test]
fn a_block_s_output_is_its_own() {
    let mut chain = Chain::development().with_outputs();
    let mut last = None;
    for _ in 0..5 {
        chain.block(Vec::new());
        let height = chain.height();
        let (outcome, output) = chain.read(|| {
            let outcome = Outcomes::<Runtime>::get(height).unwrap();
            (outcome, Babe::author_vrf_randomness())
        });
        assert_eq!(outcome.author, Some(Alice.to_account_id()));
        assert!(outcome.output.is_some());
        assert_eq!(outcome.output, output, "what Babe learned in this block");
        assert_ne!(outcome.output, last, "and not in the one before");
        last = outcome.output;
    }
}

#[test]
fn a_seed_is_there_after_eight_blocks() {
    let mut chain = Chain::development().with_outputs();
    let anchor = chain.read(DrawRandomness::anchor);
    for _ in 0..7 {
        chain.block(Vec::new());
        assert_eq!(
            chain.read(|| DrawRandomness::seed(anchor)),
            DrawSeed::NotYet,
            "{} blocks after the anchor",
            chain.height() - anchor
        );
    }
    // The output of a block is known at its end, so the next block can draw.
    chain.block(Vec::new());
    let expected = chain.read(|| {
        let outputs: Vec<_> = (anchor + 1..=anchor + 8)
            .map(|block| Outcomes::<Runtime>::get(block).unwrap())
            .map(|outcome| (outcome.author.unwrap(), outcome.output.unwrap()))
            .collect();
        mix(&outputs)
    });
    assert_eq!(
        chain.read(|| DrawRandomness::seed(anchor)),
        DrawSeed::Ready(expected)
    );
}

#[test]
fn a_block_without_an_output_has_none_of_an_earlier_one() {
    let mut chain = Chain::development();
    chain.block(Vec::new());
    let height = chain.height();
    let outcome = chain.read(|| Outcomes::<Runtime>::get(height).unwrap());
    assert_eq!(outcome.author, Some(Alice.to_account_id()));
    assert_eq!(outcome.output, None);

    let mut chain = chain.with_outputs();
    chain.block(Vec::new());
    let mut chain = chain.without_outputs();
    chain.block(Vec::new());
    let height = chain.height();
    chain.read(|| {
        assert!(Babe::author_vrf_randomness().is_some(), "the earlier one");
        assert_eq!(Outcomes::<Runtime>::get(height).unwrap().output, None);
    });
}

/// Regression: every draw was charged as if it had taken four silent providers out of the tree.
#[test]
fn a_draw_that_meets_nobody_silent_is_not_charged_for_their_leaves() {
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(500));
    chain.read(|| {
        let (drawn, weight) = ProviderStaking::draw_weighed(&[7; 32]);
        assert_eq!(drawn, Some(Bob.to_account_id()));
        // Four leaves, their places, their nodes on two levels, the root, and the list of free leaves.
        let writes =
            <Runtime as frame_system::Config>::DbWeight::get().writes(4 + 4 + 4 + 4 + 1 + 1);
        let most = ProviderStaking::draw_weight();
        assert_eq!(weight, most.saturating_sub(writes));
        assert!(weight.ref_time() < most.ref_time() / 2);
    });
}
