//! Nodes whose clock is wrong.

use std::{fs, time::Duration};

use aicpw_network_tests::{
    jobs::Count,
    metrics,
    wait::{self, Seen},
    Client, Cluster, CommandLine, Node, NodeOptions,
};
use aicpw_stand_in::clock::{skip, WrongClock};

const LIMIT: Duration = Duration::from_secs(180);

/// How far clocks are off, in seconds: six slots, while BABE takes blocks that are one slot ahead. One node is ahead by
/// this and one behind, so these two are twelve slots apart, half of what a node waits for.
const OFF: f64 = 1.5;

/// Blocks in half a minute: enough for the SDK to ban peers many times, if it does.
const BLOCKS: u32 = 120;

const ARRIVAL: &str = "aicpw_block_arrival_seconds";

/// Returns how long after their slot began blocks come, by this node's clock, once the node can say.
async fn arrival(node: &Node) -> f64 {
    let url = node.metrics().unwrap();
    let seen = wait::until("a minute of blocks", LIMIT, || async {
        let text = metrics::read(url).await?;
        let line = text.lines().find(|line| line.starts_with(ARRIVAL));
        let value: f64 = line
            .and_then(|line| line.rsplit(' ').next())
            .unwrap_or("0")
            .parse()?;
        // The value is zero until it is known, and never exactly zero afterwards.
        Ok(Seen::some((value != 0.0).then_some(value), || {
            "nothing yet"
        }))
    });
    seen.await.map_err(|error| node.explain(error)).unwrap()
}

fn says(node: &Node, words: &str) -> bool {
    node.log().unwrap().contains(words)
}

async fn peers(clients: &[Client]) -> Vec<u64> {
    let mut peers = Vec::new();
    for client in clients {
        peers.push(client.peers().await.unwrap());
    }
    peers
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_clock_is_wrong_is_told_so_and_dropped_by_nobody() {
    let Some(clock) = WrongClock::find() else {
        return skip().unwrap();
    };
    let set = |mut options: NodeOptions, seconds| {
        options.variables.extend(clock.ahead_by(seconds));
        options
    };
    // One validator is ahead, and the provider's node is behind.
    let cluster = Cluster::local_each(|options| match options.name.as_str() {
        "dave" => set(options.with_metrics(), OFF),
        "alice" => options.arg("--ipfs").with_metrics(),
        _ => options,
    });
    let cluster = cluster.await.unwrap();
    let late = NodeOptions::new("late", "local").arg("--provider");
    let late = cluster.join(set(late.with_metrics(), -OFF)).await.unwrap();
    let [right, .., ahead] = &cluster.validators[..] else {
        unreachable!("a network has four validators")
    };

    // The provider's node works although its clock is behind.
    let provider = CommandLine::new(late.url(), "//Eve").unwrap();
    let register = ["provider", "register", "--stake", "1000", "--ask", "0.5"];
    let registered = provider.json(&register).await;
    registered.map_err(|error| late.explain(error)).unwrap();
    let manifest = Count::SHORT.write(&cluster.folder().join("count")).unwrap();
    let out = cluster.folder().join("result");
    let submit = ["submit", manifest.to_str().unwrap(), "--budget", "1"];
    let wait = ["--time-limit", "60s", "--wait", "--accept", "--out"];
    let arguments = [&submit[..], &wait, &[out.to_str().unwrap()]].concat();
    let requester = CommandLine::new(right.url(), "//Charlie").unwrap();
    let result = requester.json(&arguments).await;
    let result = result.map_err(|error| late.explain(error)).unwrap();
    assert_eq!(result["state"], "settled", "{result}");
    assert_eq!(fs::read(out.join("x.bin")).unwrap(), Count::SHORT.output());

    let nodes = || cluster.validators.iter().chain([&late]);
    let height = right.client().await.unwrap().best().await.unwrap();
    let mut clients = Vec::new();
    for node in nodes() {
        node.wait_finalised(height + BLOCKS, LIMIT).await.unwrap();
        clients.push(node.client().await.unwrap());
    }
    // A peer that was dropped for good would not come back.
    let met = wait::until("four peers for each", LIMIT, || async {
        let peers = peers(&clients).await;
        Ok(Seen::when(peers == [4; 5], || format!("{peers:?}")))
    });
    met.await.unwrap();
    for node in nodes() {
        let log = node.log().unwrap();
        let refused = log
            .lines()
            .find(|line| line.contains("Verification failed"));
        assert_eq!(refused, None, "{}", node.name());
    }

    // The median is from a busy machine, so these bounds are wide.
    assert!(arrival(&late).await < -0.1);
    assert!(says(&late, "clock is behind"), "{:?}", late.log());
    assert!(arrival(ahead).await > 1.0);
    assert!(says(ahead, "ahead of the others"), "{:?}", ahead.log());
    assert!(arrival(right).await > 0.0);
    assert!(!says(right, "clock is behind"), "{:?}", right.log());
}
