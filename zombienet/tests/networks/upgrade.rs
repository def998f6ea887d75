//! Token holders upgrade a working network from the previous release's runtime to this one.

use std::{fs, path::Path, time::Duration};

use aicpw_network_tests::{
    calls::Signer,
    chain,
    jobs::Count,
    market::newest_state,
    prepared::{self, Preset},
    release,
    wait::{self, Seen},
    Client, Cluster, CommandLine, Entries, Node, NodeOptions,
};
use aicpw_runtime::{
    units::UNIT, Disputes, DrawRandomness, MarketClock, MarketParameters, Matching,
    ProviderStaking, Runtime, RuntimeCall, Tasks, VERSION,
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use frame_support::{
    dispatch::GetDispatchInfo,
    storage::storage_prefix,
    traits::{schedule::DispatchTime, Bounded},
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use frame_system::LastRuntimeUpgradeInfo;
use pallet_collective::Instance1;
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use serde_json::{json, Value};
use sp_core::storage::Storage;
use sp_io::hashing::blake2_256;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Dave, Ferdie};
use sp_maybe_compressed_blob::{compress_strongly, decompress, CODE_BLOB_BOMB_LIMIT};

/// Longer than a job, and than all nodes need to compile a runtime, on a busy machine.
const LIMIT: Duration = Duration::from_secs(900);

/// How many times faster the periods of governance pass: the day of confirming and the day before the enactment take
/// fourteen blocks each.
const TIME_LAPSE: u32 = 24_000;

/// A job that runs longer than a referendum takes.
const ACROSS: Count = Count {
    launches: 300,
    ..Count::LONG
};

/// Returns the spec version of the runtime that the chain has.
async fn spec_version(client: &Client) -> Result<u32> {
    let version: Value = client.call("state_getRuntimeVersion", &[]).await?;
    let version = version["specVersion"].as_u64().context("a version")?;
    Ok(version.try_into()?)
}

/// Sends a call, and waits until it is in the best chain.
async fn send(client: &Client, who: Sr25519Keyring, call: impl Into<RuntimeCall>) {
    let mut signer = Signer::new(client, &who.to_seed()).await.unwrap();
    let sent = signer.send_and_wait(client, call, LIMIT);
    sent.await.unwrap();
}

/// Proposes a runtime in a referendum, as the page about governance says.
async fn propose(client: &Client, code: Vec<u8>) {
    let set_code = frame_system::Call::set_code { code };
    let call: RuntimeCall = pallet_utility::Call::with_weight {
        call: Box::new(set_code.into()),
        weight: Weight::from_parts(20 * WEIGHT_REF_TIME_PER_MILLIS, 0),
    }
    .into();
    let bytes = call.encode();
    let proposal = Bounded::Lookup {
        hash: blake2_256(&bytes).into(),
        len: bytes.len().try_into().unwrap(),
    };
    send(
        client,
        Alice,
        pallet_preimage::Call::note_preimage { bytes },
    )
    .await;
    let submit = pallet_referenda::Call::submit {
        proposal_origin: Box::new(frame_system::RawOrigin::Root.into()),
        proposal,
        enactment_moment: DispatchTime::After(0),
    };
    send(client, Alice, submit).await;
    let deposit = pallet_referenda::Call::place_decision_deposit { index: 0 };
    send(client, Bob, deposit).await;
}

/// Votes for the first referendum with most of what the account has.
async fn vote(client: &Client, who: Sr25519Keyring) {
    let vote = AccountVote::Standard {
        vote: Vote {
            aye: true,
            conviction: Conviction::Locked1x,
        },
        balance: 900_000 * UNIT,
    };
    let call = pallet_conviction_voting::Call::vote {
        poll_index: 0,
        vote,
    };
    send(client, who, call).await;
}

/// Waits until the market is paused, or is not.
async fn until_paused(client: &Client, wanted: bool) {
    let what = format!("a market of which it is {wanted} that it is paused");
    let seen = wait::until(&what, LIMIT, || async {
        let clock: Value = client.call("aicpw_marketClock", &[]).await?;
        let is_paused = clock["isPaused"].as_bool().context("a clock")?;
        Ok(Seen::when(is_paused == wanted, || clock))
    });
    seen.await.unwrap();
}

/// Two of the three members of the committee resume the market, as they do after they have looked at the upgrade.
async fn resume(client: &Client) {
    type Committee = pallet_collective::Call<Runtime, Instance1>;
    let call: RuntimeCall = pallet_market_clock::Call::resume {}.into();
    let length_bound = call.encoded_size() as u32;
    let proposal = blake2_256(&call.encode()).into();
    let weight = call.get_dispatch_info().call_weight;
    let motion = Committee::propose {
        threshold: 2,
        proposal: Box::new(call),
        length_bound,
    };
    send(client, Alice, motion).await;
    for member in [Alice, Bob] {
        let vote = Committee::vote {
            proposal,
            index: 0,
            approve: true,
        };
        send(client, member, vote).await;
    }
    let close = Committee::close {
        proposal_hash: proposal,
        index: 0,
        proposal_weight_bound: weight,
        length_bound,
    };
    send(client, Bob, close).await;
}

/// Submits a task of Charlie's. Returns what the command prints.
async fn submit(node: &Node, job: Count, folder: &Path, more: &[&str]) -> Value {
    let manifest = job.write(folder).unwrap();
    let mut arguments = vec!["submit", manifest.to_str().unwrap(), "--budget", "1"];
    arguments.extend(["--time-limit", "30m", "--match-window", "30m"]);
    arguments.extend(more);
    let requester = CommandLine::new(node.url(), "//Charlie").unwrap();
    let said = requester.json(&arguments).await;
    said.map_err(|error| node.explain(error)).unwrap()
}

/// Submits a short task, and waits until its result is here and paid.
async fn settle_one(node: &Node, folder: &Path) {
    let out = folder.join("out");
    let wait = ["--wait", "--accept", "--out", out.to_str().unwrap()];
    let said = submit(node, Count::SHORT, folder, &wait).await;
    assert_eq!(said["state"], "settled", "{said}");
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::SHORT.output());
}

async fn task(client: &Client, id: u64) -> Result<Value> {
    let task: Value = client.call("aicpw_task", &[id.into()]).await?;
    ensure!(!task.is_null(), "there is no task {id}");
    Ok(task)
}

async fn until_task(client: &Client, id: u64, what: &str, wanted: impl Fn(&Value) -> bool) {
    let what = format!("task {id} to be {what}");
    let seen = wait::until(&what, LIMIT, || async {
        let task = task(client, id).await?;
        Ok(Seen::when(wanted(&task), || task))
    });
    seen.await.unwrap();
}

/// Waits until this runtime runs and its migrations are complete, in a final block. Returns the hash of that block.
async fn until_upgraded(node: &Node, client: &Client) -> String {
    let what = format!("release {} in a final block", VERSION.spec_version);
    let upgrade = storage_prefix(b"System", b"LastRuntimeUpgrade");
    let migrating = storage_prefix(b"MultiBlockMigrations", b"Cursor");
    let upgraded = wait::until(&what, LIMIT, || async {
        let head = client.finalised_head().await?;
        let last: Option<LastRuntimeUpgradeInfo> = chain::stored(client, &upgrade, &head).await?;
        let last = last.context("no runtime began")?.spec_version.0;
        let cursor: Option<[u8; 1]> = chain::stored(client, &migrating, &head).await?;
        let is_met = last == VERSION.spec_version && cursor.is_none();
        Ok(Seen::some(is_met.then_some(head), || {
            format!("release {last}, migrating: {}", cursor.is_some())
        }))
    });
    let upgraded = upgraded.await;
    upgraded.map_err(|error| node.explain(error)).unwrap()
}

/// Requires that everything that is stored can be read by the chain's current runtime and by this program's, and that
/// the invariants of the latter hold.
async fn audit(client: &Client) {
    let head = client.finalised_head().await.unwrap();
    let state = chain::state(client, &head).await.unwrap();
    let entries = Entries::at(client, &head).await.unwrap();
    let unreadable = entries.unreadable(&state);
    assert!(unreadable.is_empty(), "{}", unreadable.join("\n"));
    // The state is not empty.
    let used = entries.used(&state);
    for entry in ["Tasks.Tasks", "ProviderStaking.Devices", "Staking.Ledger"] {
        assert!(used.contains(entry), "{entry} is not among {used:?}");
    }
    let storage = Storage {
        top: state,
        children_default: Default::default(),
    };
    sp_io::TestExternalities::from(storage).execute_with(|| {
        ProviderStaking::do_try_state().unwrap();
        Matching::do_try_state().unwrap();
        Tasks::do_try_state().unwrap();
        MarketClock::do_try_state().unwrap();
        DrawRandomness::do_try_state().unwrap();
        MarketParameters::do_try_state().unwrap();
        Disputes::do_try_state().unwrap();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referendum_carries_a_working_network_to_the_next_release() {
    let before = release::previous().unwrap();
    assert!(before.spec_version < VERSION.spec_version, "{before:?}");
    let folder = tempfile::tempdir().unwrap();
    let genesis = json!({ "origins": { "timeLapse": TIME_LAPSE } });
    let spec = release::previous_chain_spec(folder.path(), Preset::LOCAL_TESTNET, genesis);
    let spec = spec.await.unwrap().display().to_string();
    let cluster = Cluster::local_on(&spec, &["--ipfs"]).await.unwrap();
    let provider = NodeOptions::new("provider", &spec).arg("--provider");
    let provider = cluster.join(provider).await.unwrap();
    let nodes: Vec<&Node> = cluster.validators.iter().chain([&provider]).collect();
    let processes: Vec<_> = nodes.iter().map(|node| node.pid()).collect();
    let register = ["provider", "register", "--stake", "1000", "--ask", "0.5"];
    let registered = CommandLine::new(provider.url(), "//Eve").unwrap();
    let registered = registered.json(&register).await;
    registered.map_err(|error| provider.explain(error)).unwrap();
    let first = &cluster.validators[0];
    let client = first.client().await.unwrap();
    let work = |name: &str| cluster.folder().join(name);

    // Works under the previous release.
    assert_eq!(spec_version(&client).await.unwrap(), before.spec_version);
    settle_one(first, &work("before")).await;

    // The runtime with which this build's nodes start new chains, as it would be published.
    let code = prepared::runtime().await.unwrap();
    let code = decompress(&code, CODE_BLOB_BOMB_LIMIT).unwrap();
    let code = compress_strongly(&code, CODE_BLOB_BOMB_LIMIT).unwrap();
    propose(&client, code).await;

    // Across the upgrade: it is decided, enacted and done while a job runs.
    submit(
        first,
        ACROSS,
        &work("across"),
        &["--verify", "optimistic=5s"],
    )
    .await;
    let runs = |task: &Value| newest_state(task) == "running";
    until_task(&client, 1, "running", runs).await;
    assert_eq!(spec_version(&client).await.unwrap(), before.spec_version);
    for voter in [Alice, Bob, Dave, Ferdie] {
        vote(&client, voter).await;
    }
    let upgraded = until_upgraded(first, &client).await;
    let height = client.header(Some(&upgraded)).await.unwrap();
    let height = height.number().unwrap();
    let across = task(&client, 1).await.unwrap();
    assert!(runs(&across), "it ended too early to be across: {across}");
    audit(&client).await;
    // The release has a migration of many blocks, which has paused the market: nothing is matched, and nothing is late.
    until_paused(&client, true).await;
    resume(&client).await;
    until_paused(&client, false).await;
    // A task is submitted while that job runs, and waits for the only device.
    submit(
        first,
        Count::SHORT,
        &work("queued"),
        &["--verify", "optimistic=5s"],
    )
    .await;

    // Every node follows, by itself.
    for node in &nodes {
        node.wait_finalised(height + 8, LIMIT).await.unwrap();
        let client = node.client().await.unwrap();
        assert_eq!(spec_version(&client).await.unwrap(), VERSION.spec_version);
        assert_eq!(node.ended().unwrap(), None);
    }
    first.wait_committed(height + 8, LIMIT).await.unwrap();
    let is_settled = |task: &Value| task["status"]["state"] == "settled";
    for (id, name, job) in [(1, "across", ACROSS), (2, "queued", Count::SHORT)] {
        until_task(&client, id, "settled", is_settled).await;
        let task = task(&client, id).await.unwrap();
        assert_eq!(task["assignments"].as_array().unwrap().len(), 1, "{task}");
        let (id, out) = (id.to_string(), work(name).join("out"));
        let fetch = ["task", "fetch", &id, "--out", out.to_str().unwrap()];
        let requester = CommandLine::new(first.url(), "//Charlie").unwrap();
        requester.json(&fetch).await.unwrap();
        assert_eq!(fs::read(out.join("x.bin")).unwrap(), job.output());
    }

    // After the upgrade works too, and nothing is lost: there is one history, and no money is held for a task that has
    // ended.
    settle_one(first, &work("after")).await;
    let requester = CommandLine::new(first.url(), "//Charlie").unwrap();
    let history = requester.json(&["history", "verify"]).await.unwrap();
    assert_eq!(history["valid"], true, "{history}");
    assert_eq!(history["verified"], 4, "{history}");
    for (more, ids) in [
        (&[][..], vec![3, 2, 1, 0]),
        (&["--before", "3"], vec![2, 1, 0]),
    ] {
        let list = [&["task", "ls", "--mine"], more].concat();
        let list = requester.json(&list).await.unwrap();
        let listed: Vec<_> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["task"])
            .collect();
        assert_eq!(listed, ids, "of before and of after it");
    }
    let finalised = client.best().await.unwrap();
    first.wait_finalised(finalised, LIMIT).await.unwrap();
    audit(&client).await;
    let now: Vec<_> = nodes.iter().map(|node| node.pid()).collect();
    assert_eq!(now, processes, "no node was started again");
}
