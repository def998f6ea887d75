//! A person follows the page about validators, on a running network.

use std::{net::TcpListener, path::Path, time::Duration};

use aicpw_network_tests::{
    binaries,
    calls::Signer,
    chain,
    prepared::{self, Preset},
    wait::{self, Seen},
    Client, Cluster, Node, NodeOptions,
};
use aicpw_runtime::{presets::MIN_VALIDATOR_BOND, units::SS58_PREFIX, SessionKeys};
use anyhow::{ensure, Context, Result};
use codec::Decode;
use pallet_staking::{RewardDestination, ValidatorPrefs};
use serde_json::{json, Value};
use sp_core::crypto::{Ss58AddressFormat, Ss58Codec};
use sp_keyring::Sr25519Keyring::{self, Bob, Eve};
use sp_runtime::Perbill;
use tokio::process::Command;

/// Many times what two eras take.
const LIMIT: Duration = Duration::from_secs(600);

const PAGE: &str = include_str!("../../../docs/validator.md");

/// An epoch of ten seconds: five more than the shortest, because a busy machine may be late.
const EPOCH_SLOTS: u64 = 40;

/// Returns the commands of the section "Join a running network", each as its words.
fn commands() -> Vec<Vec<String>> {
    let (_, section) = PAGE.split_once("\n## Join a running network\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| {
        let whole = block.replace("\\\n", " ");
        whole.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    let words = lines.map(|line| line.split_whitespace().map(str::to_owned).collect());
    words
        .filter(|words: &Vec<String>| !words.is_empty())
        .collect()
}

/// Returns a command of the page, adapted to this machine. Each word in `instead` has to be in it.
fn adapted(command: &[String], instead: &[(&str, &str)]) -> Vec<String> {
    for (word, _) in instead {
        assert!(
            command.iter().any(|w| w == word),
            "{word} is not in {command:?}"
        );
    }
    let adapt = |word: &String| {
        let found = instead.iter().find(|(stand_in, _)| stand_in == word);
        found.map_or(word.clone(), |(_, real)| (*real).to_owned())
    };
    command.iter().map(adapt).collect()
}

/// Runs a command of the page to its end. Returns what it printed.
async fn run(words: &[String]) -> Result<String> {
    let output = Command::new(binaries::find(&words[0])?)
        .args(&words[1..])
        .kill_on_drop(true)
        .output()
        .await?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{words:?}: {error}");
    Ok(String::from_utf8(output.stdout)? + &error)
}

/// Returns the value after a name in what `key session` prints.
fn value(said: &str, name: &str) -> Vec<u8> {
    let mut lines = said.lines().map(|line| line.split_whitespace());
    let value = lines.find_map(|mut words| (words.next() == Some(name)).then(|| words.next())?);
    let value = value.unwrap_or_else(|| panic!("no {name}: {said}"));
    hex::decode(value.trim_start_matches("0x")).unwrap()
}

/// Waits for a final block that this account has made, not before `from`.
async fn until_author(node: &Node, client: &Client, who: Sr25519Keyring, from: u32) {
    let what = format!("a block of {who:?}");
    let next = std::cell::Cell::new(from);
    let made = wait::until(&what, LIMIT, || async {
        while next.get() <= client.finalised().await? {
            let hash = client.block_hash(next.get()).await?;
            let hash = hash.context("a final block")?;
            if chain::author(client, &hash).await? == who.to_account_id() {
                return Ok(Seen::Met(()));
            }
            next.set(next.get() + 1);
        }
        Ok(Seen::NotYet(format!("none up to block {}", next.get())))
    });
    made.await.map_err(|error| node.explain(error)).unwrap();
}

/// Waits until a node has found where this validator is, by its authority discovery key.
async fn until_found(node: &Node, who: Sr25519Keyring, address: &str) {
    let prefix = Ss58AddressFormat::custom(SS58_PREFIX);
    let key = who.public().to_ss58check_with_version(prefix);
    let (address, _) = address.split_once("/p2p/").unwrap();
    let line = format!("validator {key} is at {address}");
    let found = wait::until(&line, LIMIT, || async {
        let log = node.log()?;
        let is_said = log.lines().any(|said| said.trim_end().ends_with(&line));
        Ok(Seen::when(is_said, || "not in the log"))
    });
    found.await.map_err(|error| node.explain(error)).unwrap();
}

/// Returns a port that is free now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Writes the chain specification that a network gives to those who join, with a node to start from.
fn published(spec: &Path, bootnode: &str, path: &Path) {
    let mut spec: Value = serde_json::from_slice(&std::fs::read(spec).unwrap()).unwrap();
    spec["bootNodes"] = json!([bootnode]);
    std::fs::write(path, serde_json::to_vec(&spec).unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_page_is_elected_makes_blocks_and_votes() {
    let folder = tempfile::tempdir().unwrap();
    let calendar = json!({ "calendar": { "epochSlots": EPOCH_SLOTS, "sessionsPerEra": 2 } });
    let preset = Preset::LOCAL_TESTNET;
    let spec = prepared::changed_chain_spec(folder.path(), "short", preset, None, calendar);
    let spec = spec.await.unwrap();
    let mut cluster = Cluster::announced_on(&spec.display().to_string())
        .await
        .unwrap();
    let bootnode = cluster.validators[0].address().await.unwrap();
    let network = folder.path().join("network.json");
    published(&spec, &bootnode, &network);
    let network = network.display().to_string();

    // Step 1: the node's key, and the node.
    let [make_node_key, start, make_session_keys] = commands().try_into().unwrap();
    let base = cluster.folder().join("my-validator").display().to_string();
    let here = [("/var/lib/aicpw", &base[..]), ("network.json", &network)];
    let said = run(&adapted(&make_node_key, &here)).await.unwrap();
    let port = free_port().to_string();
    let public = format!("/ip4/127.0.0.1/tcp/{port}");
    let address = ("/dns/validator.example/tcp/30333", &public[..]);
    let start = adapted(&start, &[here[0], here[1], address]);
    let mut options = NodeOptions::new("my-validator", &network);
    // The arguments that the harness sets itself are taken out of the page's command.
    let mut words = start.into_iter().skip(1);
    while let Some(word) = words.next() {
        let of_harness = match word.as_str() {
            "--base-path" => Some(&base),
            "--chain" => Some(&network),
            "--name" => Some(&options.name),
            _ => None,
        };
        match of_harness {
            Some(known) => assert_eq!(words.next().as_ref(), Some(known)),
            None => options.arguments.push(word),
        }
    }
    options.listen = Some(public.clone());
    let joined = Node::start(cluster.folder(), options).await.unwrap();
    let client = cluster.validators[0].client().await.unwrap();
    let height = client.finalised().await.unwrap();
    joined.wait_finalised(height, LIMIT).await.unwrap();
    let own = joined.client().await.unwrap();
    let id: String = own.call("system_localPeerId", &[]).await.unwrap();
    assert!(
        said.contains(&id),
        "{id} is not the key that was made: {said}"
    );

    // Step 2: the keys of its session, while it runs.
    let owner = ("ADDRESS", &Eve.to_account_id().to_ss58check()[..]);
    let make_session_keys = adapted(&make_session_keys, &[here[0], here[1], owner]);
    let said = run(&make_session_keys).await.unwrap();
    let keys = SessionKeys::decode(&mut &value(&said, "keys")[..]).unwrap();

    // Step 3: what the account signs.
    let mut eve = Signer::new(&client, "//Eve").await.unwrap();
    let bond = pallet_staking::Call::bond {
        value: MIN_VALIDATOR_BOND,
        payee: RewardDestination::Staked,
    };
    eve.send(&client, bond).await.unwrap();
    let proof = value(&said, "proof");
    eve.send(&client, pallet_session::Call::set_keys { keys, proof })
        .await
        .unwrap();
    let validate = pallet_staking::Call::validate {
        prefs: ValidatorPrefs {
            commission: Perbill::from_parts(50_000_000),
            blocked: false,
        },
    };
    eve.send(&client, validate).await.unwrap();

    // Step 4: it is elected, and makes blocks.
    let elected = wait::until("the election of Eve", LIMIT, || async {
        let validators = chain::validators(&client, &client.finalised_head().await?).await?;
        let is_there = validators.contains(&Eve.to_account_id());
        Ok(Seen::when(is_there, || format!("{validators:?}")))
    });
    elected
        .await
        .map_err(|error| joined.explain(error))
        .unwrap();
    let from = client.finalised().await.unwrap();
    until_author(&joined, &client, Eve, from).await;

    // The new validator votes: without one of the others, four of five have to.
    cluster.validators[3].kill().unwrap();
    let best = client.best().await.unwrap();
    let first = &cluster.validators[0];
    first.wait_finalised(best + 12, LIMIT).await.unwrap();
    first.wait_committed(best + 12, LIMIT).await.unwrap();
    until_author(&joined, &client, Eve, best).await;
    // It was told only of Alice. It finds the address of another validator by his authority discovery key.
    let bob = cluster.validators[1].address().await.unwrap();
    until_found(&joined, Bob, &bob).await;
}
