//! What a validator with two nodes loses.

use std::{cell::Cell, time::Duration};

use aicpw_network_tests::{
    chain,
    wait::{self, Seen},
    Client, Cluster, NodeOptions,
};
use aicpw_runtime::{Runtime, RuntimeEvent};
use anyhow::Context;
use serde_json::Value;
use sp_keyring::Sr25519Keyring::Dave;
use sp_runtime::Perbill;

const LIMIT: Duration = Duration::from_secs(180);

/// The name that BABE's offence has on chain.
const TWO_BLOCKS: &[u8; 16] = b"babe:equivocatio";

/// Looks through all final blocks from this height on; returns the events and the hash of the first
/// in which there is one as wanted.
async fn until_event(
    client: &Client,
    from: u32,
    what: &str,
    wanted: impl Fn(&RuntimeEvent) -> bool,
) -> (Vec<RuntimeEvent>, String) {
    let next = Cell::new(from);
    let seen = wait::until(what, LIMIT, || async {
        while next.get() <= client.finalised().await? {
            let hash = client.block_hash(next.get()).await?;
            let hash = hash.context("a final block")?;
            let events = chain::events(client, &hash).await?;
            if events.iter().any(&wanted) {
                return Ok(Seen::Met((events, hash)));
            }
            next.set(next.get() + 1);
        }
        Ok(Seen::NotYet(format!("none up to block {}", next.get())))
    });
    seen.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_makes_two_blocks_in_a_slot_is_slashed_and_makes_no_more() {
    let cluster = Cluster::local(&[]).await.unwrap();
    let first = &cluster.validators[0];
    for node in &cluster.validators {
        node.wait_finalised(8, LIMIT).await.unwrap();
    }

    // A second node with Dave's key: in each of his slots both make a block.
    let twin = NodeOptions::new("twin", "local").arg("--validator");
    let twin = cluster.join(twin).await.unwrap();
    let client = first.client().await.unwrap();
    let from = client.finalised().await.unwrap();
    let key = format!("0x{}", hex::encode(Dave.public().0));
    let insert: [Value; 3] = ["babe".into(), "//Dave".into(), key.into()];
    let _: () = twin
        .client()
        .await
        .unwrap()
        .call("author_insertKey", &insert)
        .await
        .unwrap();
    let is_offence = |event: &RuntimeEvent| match event {
        RuntimeEvent::Offences(pallet_offences::Event::Offence { kind, .. }) => kind == TWO_BLOCKS,
        _ => false,
    };
    let (events, block) = until_event(&client, from, "an offence", is_offence).await;
    // One of four: (3 · 1 / 4)².
    let slashed = events.iter().find_map(|event| match event {
        RuntimeEvent::Staking(pallet_staking::Event::SlashReported {
            validator,
            fraction,
            ..
        }) => Some((validator.clone(), *fraction)),
        _ => None,
    });
    let share = Perbill::from_rational(9u32, 16);
    assert_eq!(slashed, Some((Dave.to_account_id(), share)), "{events:?}");
    // He makes no more blocks, and the others go on.
    let validators = chain::validators(&client, &block).await.unwrap();
    let key = pallet_session::DisabledValidators::<Runtime>::hashed_key();
    let disabled: Vec<(u32, sp_staking::offence::OffenceSeverity)> =
        chain::stored(&client, &key, &block).await.unwrap().unwrap();
    let disabled: Vec<_> = disabled
        .iter()
        .map(|(index, _)| validators[*index as usize].clone())
        .collect();
    assert_eq!(disabled, [Dave.to_account_id()]);
    let reported = client.header(Some(&block)).await.unwrap();
    let reported = reported.number().unwrap();
    first.wait_finalised(reported + 8, LIMIT).await.unwrap();
    for height in reported + 1..=reported + 8 {
        let hash = client.block_hash(height).await.unwrap().unwrap();
        let author = chain::author(&client, &hash).await.unwrap();
        assert_ne!(author, Dave.to_account_id(), "block {height}");
    }
}
