//! What a validator that runs two nodes loses.

use std::{cell::Cell, time::Duration};

use aicpw_network_tests::{
    chain,
    prepared::{self, Preset},
    wait::{self, Seen},
    Client, Cluster, Node, NodeOptions,
};
use aicpw_runtime::{
    configs::{calendar::SHORTEST_EPOCH, money::TreasuryAccount, validators::SLASH_DEFER_ERAS},
    presets::DEVELOPMENT_BOND,
    units::MICRO,
    AccountId, Balance, Runtime, RuntimeEvent,
};
use anyhow::Context;
use pallet_staking::{ActiveEraInfo, StakingLedger, UnappliedSlash};
use serde_json::{json, Value};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring::Dave};
use sp_runtime::Perbill;

/// Many times what it takes to apply a slash, in eras of five seconds.
const LIMIT: Duration = Duration::from_secs(600);

/// The name of BABE's offence on chain.
const TWO_BLOCKS: &[u8; 16] = b"babe:equivocatio";
/// The name of GRANDPA's offence on chain.
const TWO_VOTES: &[u8; 16] = b"grandpa:equivoca";

/// The slash for one offender of four validators: (3 · 1 / 4)².
const ONE_OF_FOUR: Perbill = Perbill::from_parts(562_500_000);

/// Inserts another of Dave's keys into a node.
async fn insert_key(node: &Node, kind: &str, public: [u8; 32]) {
    let public = format!("0x{}", hex::encode(public));
    let insert: [Value; 3] = [kind.into(), "//Dave".into(), public.into()];
    let client = node.client().await.unwrap();
    let _: () = client.call("author_insertKey", &insert).await.unwrap();
}

/// Returns a test whether an event reports this offence.
fn is_offence(wanted: &'static [u8; 16]) -> impl Fn(&RuntimeEvent) -> bool {
    move |event| match event {
        RuntimeEvent::Offences(pallet_offences::Event::Offence { kind, .. }) => kind == wanted,
        _ => false,
    }
}

/// Returns who is to be slashed, by what share, and for which era.
fn slash_reported(events: &[RuntimeEvent]) -> Option<(AccountId, Perbill, u32)> {
    events.iter().find_map(|event| match event {
        RuntimeEvent::Staking(pallet_staking::Event::SlashReported {
            validator,
            fraction,
            slash_era,
        }) => Some((validator.clone(), *fraction, *slash_era)),
        _ => None,
    })
}

/// Returns what Dave has bonded, as of this block.
async fn bonded(client: &Client, block: &str) -> Balance {
    let key = pallet_staking::Ledger::<Runtime>::hashed_key_for(Dave.to_account_id());
    let ledger: Option<StakingLedger<Runtime>> = chain::stored(client, &key, block).await.unwrap();
    ledger.unwrap().active
}

/// Returns what an account has free, as of this block.
async fn free(client: &Client, account: &AccountId, block: &str) -> Balance {
    type Account = frame_system::AccountInfo<u32, <Runtime as frame_system::Config>::AccountData>;
    let key = frame_system::Account::<Runtime>::hashed_key_for(account);
    let account: Option<Account> = chain::stored(client, &key, block).await.unwrap();
    account.unwrap_or_default().data.free
}

/// Looks through all final blocks from this height on. Returns the events and the hash of the first block that has an
/// event as wanted.
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
    insert_key(&twin, "babe", Dave.public().0).await;
    let (events, block) = until_event(&client, from, "an offence", is_offence(TWO_BLOCKS)).await;
    let slashed = (Dave.to_account_id(), ONE_OF_FOUR, 0);
    assert_eq!(slash_reported(&events), Some(slashed), "{events:?}");
    // Dave makes no more blocks, and the others go on.
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

/// A slash waits for 27 eras, which pass in two minutes and a quarter if they are as short as a genesis can make them
/// (ADR 16).
#[tokio::test(flavor = "multi_thread")]
async fn who_votes_twice_in_a_round_loses_stake_to_the_treasury_and_to_who_reports() {
    let folder = tempfile::tempdir().unwrap();
    let calendar = json!({ "calendar": { "epochSlots": SHORTEST_EPOCH, "sessionsPerEra": 1 } });
    let preset = Preset::LOCAL_TESTNET;
    let spec = prepared::changed_chain_spec(folder.path(), "shortest", preset, None, calendar);
    let spec = spec.await.unwrap().display().to_string();
    let cluster = Cluster::local_on(&spec, &["--finality-lag=0"]);
    let cluster = cluster.await.unwrap();
    let first = &cluster.validators[0];

    // A second node with Dave's key for votes. The first one, which has no lag here, votes for the newest block, and
    // this one for what the previous round has agreed on. These are two different votes whenever a block has come in
    // between, which happens in nearly every round.
    let twin = NodeOptions::new("twin", &spec)
        .arg("--validator")
        .arg("--finality-lag=8");
    let mut twin = cluster.join(twin).await.unwrap();
    let client = first.client().await.unwrap();
    let from = client.finalised().await.unwrap();
    insert_key(&twin, "gran", Ed25519Keyring::Dave.public().0).await;
    let (events, block) = until_event(&client, from, "an offence", is_offence(TWO_VOTES)).await;
    // Otherwise it would vote twice in the next era too, and lose more.
    twin.kill().unwrap();

    // No node was told to report it, nor did anybody sign a report.
    let (validator, share, era) = slash_reported(&events).unwrap();
    assert_eq!(
        (validator, share),
        (Dave.to_account_id(), ONE_OF_FOUR),
        "{events:?}"
    );
    let due = era + SLASH_DEFER_ERAS + 1;
    let key = pallet_staking::UnappliedSlashes::<Runtime>::hashed_key_for(due);
    let slashes: Option<Vec<UnappliedSlash<AccountId, Balance>>> =
        chain::stored(&client, &key, &block).await.unwrap();
    let [slash]: [UnappliedSlash<AccountId, Balance>; 1] = slashes.unwrap().try_into().unwrap();
    assert_eq!(slash.validator, Dave.to_account_id());
    // An election counts stake in coarser units than the token's smallest.
    let expected = ONE_OF_FOUR * DEVELOPMENT_BOND;
    assert!(slash.own.abs_diff(expected) < MICRO, "{slash:?}");
    // The payout goes to the reporter, which made the block with the report.
    assert!(slash.payout.abs_diff(slash.own / 20) < MICRO, "{slash:?}");
    let author = chain::author(&client, &block).await.unwrap();
    assert_eq!(slash.reporters.as_slice(), std::slice::from_ref(&author));
    assert_eq!(bonded(&client, &block).await, DEVELOPMENT_BOND);

    let from = client.header(Some(&block)).await.unwrap();
    let from = from.number().unwrap();
    let is_slash = |event: &RuntimeEvent| match event {
        RuntimeEvent::Staking(pallet_staking::Event::Slashed { staker, .. }) => {
            *staker == Dave.to_account_id()
        }
        _ => false,
    };
    let (events, after) = until_event(&client, from, "the slash", is_slash).await;
    let key = pallet_staking::ActiveEra::<Runtime>::hashed_key();
    let era: Option<ActiveEraInfo> = chain::stored(&client, &key, &after).await.unwrap();
    assert_eq!(era.unwrap().index, due);
    let before = client.header(Some(&after)).await.unwrap().parent_hash;
    assert_eq!(bonded(&client, &before).await, DEVELOPMENT_BOND);
    assert_eq!(
        bonded(&client, &after).await,
        DEVELOPMENT_BOND - slash.own,
        "{slash:?}"
    );

    // Everything that was taken has a new owner. In the same block the treasury pays for the era that ends with it.
    let paid: Balance = events
        .iter()
        .map(|event| match event {
            RuntimeEvent::Staking(pallet_staking::Event::EraPaid {
                validator_payout, ..
            }) => *validator_payout,
            _ => 0,
        })
        .sum();
    let treasury = TreasuryAccount::get();
    assert_eq!(
        free(&client, &treasury, &after).await + paid,
        free(&client, &treasury, &before).await + slash.own - slash.payout,
        "{slash:?}, {events:?}"
    );
    assert_eq!(
        free(&client, &author, &after).await,
        free(&client, &author, &before).await + slash.payout,
        "{slash:?}, {events:?}"
    );
}
