//! Tests of [`BlobStore`] with real `aicpw-ipfs` processes.
#![allow(clippy::unwrap_used)]

mod common;

use aicpw_offchain_worker::ipfs::{
    silent, BlobError, BlobStore, Daemon, DaemonConfig, DaemonError, FetchOptions, PeerAddress,
};
use cid::Cid;
use common::{config, content, NOWHERE};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;

/// A daemon with its own folder, which is also a place for files.
struct Node {
    daemon: Daemon,
    dir: TempDir,
}

impl Node {
    async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    async fn start_with(change: impl FnOnce(&mut DaemonConfig)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(dir.path());
        change(&mut config);
        let daemon = Daemon::start(config).await.unwrap();
        Self { daemon, dir }
    }

    fn store(&self) -> impl BlobStore {
        self.daemon.store()
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    async fn addresses(&self) -> Vec<PeerAddress> {
        self.store().local_addresses().await.unwrap()
    }

    /// Returns the names of the files in its folder.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let files = entries
            .map(Result::unwrap)
            .filter(|e| e.file_type().unwrap().is_file());
        files
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect()
    }
}

fn options(peers: Vec<PeerAddress>) -> FetchOptions {
    FetchOptions {
        peers,
        max_bytes: 100_000_000,
        stall_timeout: Duration::from_secs(30),
        total_timeout: Duration::from_secs(60),
    }
}

#[tokio::test]
async fn a_store_says_how_full_it_is_and_who_is_connected() {
    let limited = |config: &mut DaemonConfig| config.storage_max = Some(50_000_000);
    let (one, other) = (Node::start_with(limited).await, Node::start().await);
    let before = one.store().status().await.unwrap();
    assert_eq!((before.limit, before.peers), (Some(50_000_000), 0));
    let input = one.file("input", &content(3_000_000));
    one.store().add_file(&input, &silent).await.unwrap();
    let after = one.store().status().await.unwrap();
    assert!(after.bytes >= before.bytes + 3_000_000, "{after:?}");

    // Without a limit of its own, a store may fill its disk except for what it leaves free.
    let status = other.store().status().await.unwrap();
    let disk = rustix::fs::statvfs(other.dir.path()).unwrap();
    let (limit, size) = (status.limit.unwrap(), disk.f_blocks * disk.f_frsize);
    assert!(status.bytes < limit && limit < size, "{status:?} of {size}");
    let address = other.addresses().await.remove(0);
    one.store().connect(&address).await.unwrap();
    assert_eq!(one.store().status().await.unwrap().peers, 1);
}

#[tokio::test]
async fn a_file_goes_from_one_node_to_another() {
    let (from, to) = (Node::start().await, Node::start().await);
    for len in [0, 1, 1_048_575, 1_048_576, 1_048_577, 5_000_000] {
        let input = from.file("input", &content(len));
        let calls = Mutex::new(vec![]);
        let progress = |done, total| calls.lock().unwrap().push((done, total));
        let hashed = from.store().hash_file(&input, &silent).await.unwrap();
        let cid = from.store().add_file(&input, &progress).await.unwrap();
        assert_eq!(hashed, cid, "{len} bytes");
        check_progress(&calls, len);

        let output = to.dir.path().join("output");
        let calls = Mutex::new(vec![]);
        let progress = |done, total| calls.lock().unwrap().push((done, total));
        let options = options(from.addresses().await);
        let size = to
            .store()
            .fetch_to_file(&cid, &output, &options, &progress)
            .await
            .unwrap();
        assert_eq!(size, len as u64);
        assert!(
            std::fs::read(&output).unwrap() == content(len),
            "{len} bytes arrived changed"
        );
        check_progress(&calls, len);

        let (mut got, calls) = (Vec::new(), Mutex::new(vec![]));
        let progress = |done, total| calls.lock().unwrap().push((done, total));
        let mut sink = |piece: &[u8]| got.extend_from_slice(piece);
        let size = to
            .store()
            .fetch_through(&cid, &options, &progress, &mut sink)
            .await
            .unwrap();
        assert_eq!(size, len as u64);
        assert!(got == content(len), "{len} bytes came through changed");
        check_progress(&calls, len);
        let limit = Duration::from_secs(10);
        assert_eq!(to.store().size(&cid, limit).await.unwrap(), len as u64);
        let part = to
            .store()
            .read_range(&cid, 1_048_570, 10, limit)
            .await
            .unwrap();
        assert_eq!(part, content(len)[len.min(1_048_570)..len.min(1_048_580)]);
    }
    assert_eq!(to.files(), ["output"]);
}

fn check_progress(calls: &Mutex<Vec<(u64, u64)>>, len: usize) {
    let calls = calls.lock().unwrap();
    let total = len as u64;
    assert!(calls.iter().all(|call| call.1 == total), "{calls:?}");
    assert!(calls.is_sorted(), "{calls:?}");
    assert_eq!(
        calls.iter().filter(|call| call.0 == total).count(),
        if len == 0 { 2 } else { 1 }
    );
    assert_eq!(calls.last(), Some(&(total, total)));
}

#[tokio::test]
async fn pins_keep_content_and_unpinning_twice_is_fine() {
    let node = Node::start().await;
    let store = node.store();
    let cid = store
        .add_file(&node.file("input", &content(300_000)), &silent)
        .await
        .unwrap();
    store.unpin(&cid).await.unwrap();
    store.unpin(&cid).await.unwrap();
    store.pin(&cid, Duration::from_secs(10)).await.unwrap();
    let error = store
        .pin(&NOWHERE.parse().unwrap(), Duration::from_millis(300))
        .await;
    assert!(
        matches!(error, Err(BlobError::NotFound { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_nobody_has_is_not_found_in_time_and_leaves_nothing() {
    let node = Node::start().await;
    let gone = {
        let other = Node::start().await;
        other.addresses().await.remove(0)
    };
    let output = node.dir.path().join("output");
    let cid: Cid = NOWHERE.parse().unwrap();
    let options = FetchOptions {
        stall_timeout: Duration::from_millis(1500),
        ..options(vec![gone.clone()])
    };
    let error = node
        .store()
        .fetch_to_file(&cid, &output, &options, &silent)
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, BlobError::NotFound { .. }), "{text}");
    assert!(text.contains(NOWHERE) && text.contains("1.5"), "{text}");
    let cause = format!("cannot connect to {gone}");
    assert!(text.contains(&cause), "{text}");
    // Only the owner of this machine reads those: others are told the reason.
    let BlobError::NotFound {
        reason,
        unreachable,
        ..
    } = error
    else {
        panic!("{text}")
    };
    assert!(unreachable[0].contains(&cause), "{unreachable:?}");
    assert_eq!(reason, "no connected peer delivered it");
    assert!(node.files().is_empty());
}

/// Regression: a requester could have the provider's network probed.
#[tokio::test]
async fn strangers_peers_in_a_private_network_are_not_dialled() {
    let from = Node::start().await;
    let to = Node::start_with(|config| config.allow_private_ip = false).await;
    let input = from.file("input", &content(1_000));
    let cid = from.store().add_file(&input, &silent).await.unwrap();
    let address = from.addresses().await.remove(0);
    let named = address
        .to_string()
        .replace("/ip4/127.0.0.1", "/dns4/localhost");
    assert_ne!(named, address.to_string());
    let options = FetchOptions {
        stall_timeout: Duration::from_millis(1500),
        ..options(vec![address.clone(), named.parse().unwrap()])
    };
    let output = to.dir.path().join("output");
    let error = to
        .store()
        .fetch_to_file(&cid, &output, &options, &silent)
        .await
        .unwrap_err();
    let BlobError::NotFound { unreachable, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(unreachable.len(), 2, "{unreachable:?}");
    for cause in unreachable {
        assert!(cause.contains("--allow-private-ip"), "{cause}");
    }
    assert_eq!(to.store().status().await.unwrap().peers, 0);
    // It connects to a peer that its owner names.
    to.store().connect(&address).await.unwrap();
    let store = to.store();
    let got = store.fetch_to_file(&cid, &output, &options, &silent).await;
    assert_eq!(got.unwrap(), 1_000);
}

#[tokio::test]
async fn what_is_too_large_is_not_fetched() {
    let (from, to) = (Node::start().await, Node::start().await);
    let input = from.file("input", &content(1_000_001));
    let cid = from.store().add_file(&input, &silent).await.unwrap();
    let output = to.dir.path().join("output");
    let options = FetchOptions {
        max_bytes: 1_000_000,
        ..options(from.addresses().await)
    };
    let error = to
        .store()
        .fetch_to_file(&cid, &output, &options, &silent)
        .await
        .unwrap_err();
    let BlobError::TooLarge { size, max, .. } = error else {
        panic!("{error}")
    };
    assert_eq!((size, max), (1_000_001, 1_000_000));
    assert!(to.files().is_empty());
    let error = to.store().look_up(&cid, &options).await.unwrap_err();
    assert!(matches!(error, BlobError::TooLarge { .. }), "{error}");
    let mut came = 0;
    let mut sink = |piece: &[u8]| came += piece.len();
    let error = to
        .store()
        .fetch_through(&cid, &options, &silent, &mut sink)
        .await
        .unwrap_err();
    assert!(matches!(error, BlobError::TooLarge { .. }), "{error}");
    assert_eq!(came, 0);
}

/// A small store, and a small file that declares a much larger size: what passes through takes only the room of its
/// blocks.
#[tokio::test]
async fn a_bomb_of_repeated_parts_passes_through_a_small_store() {
    const SIZE: u64 = 64 << 20;
    let from = Node::start().await;
    let to = Node::start_with(|config| config.storage_max = Some(4_000_000)).await;
    let input = from.file("input", b"");
    let zeros = std::fs::File::options().write(true).open(&input);
    zeros.unwrap().set_len(SIZE).unwrap();
    let cid = from.store().add_file(&input, &silent).await.unwrap();
    let options = options(from.addresses().await);
    assert_eq!(to.store().look_up(&cid, &options).await.unwrap(), SIZE);
    let (mut bytes, mut longest) = (0, 0);
    let mut sink = |piece: &[u8]| {
        assert!(piece.iter().all(|byte| *byte == 0));
        bytes += piece.len() as u64;
        longest = longest.max(piece.len());
    };
    let size = to
        .store()
        .fetch_through(&cid, &options, &silent, &mut sink)
        .await
        .unwrap();
    assert_eq!((size, bytes), (SIZE, SIZE));
    assert!(longest <= 4 << 20, "{longest} bytes at a time");
    let held = to.store().status().await.unwrap().bytes;
    assert!(held <= 4_000_000, "{held}");
    assert!(to.files().is_empty());
}

#[tokio::test]
async fn what_passes_through_and_does_not_fit_into_the_store_says_so() {
    let from = Node::start().await;
    let to = Node::start_with(|config| config.storage_max = Some(2_000_000)).await;
    let input = from.file("input", &content(5_000_000));
    let cid = from.store().add_file(&input, &silent).await.unwrap();
    let options = options(from.addresses().await);
    let store = to.store();
    let mut sink = |_: &[u8]| {};
    let fetch = store.fetch_through(&cid, &options, &silent, &mut sink);
    let error = fetch.await.unwrap_err();
    assert!(matches!(error, BlobError::StoreFull { .. }), "{error}");
}

#[tokio::test]
async fn a_peer_that_dies_stalls_the_download_and_leaves_what_was_there() {
    let (from, to) = (Node::start().await, Node::start().await);
    let input = from.file("input", &content(3_000_000));
    let cid = from.store().add_file(&input, &silent).await.unwrap();
    to.store()
        .connect(&from.addresses().await[0])
        .await
        .unwrap();
    // Fetches only the first block.
    to.store()
        .size(&cid, Duration::from_secs(10))
        .await
        .unwrap();
    from.daemon.shutdown().await;

    let output = to.file("output", b"old");
    let options = FetchOptions {
        stall_timeout: Duration::from_secs(1),
        ..options(vec![])
    };
    let error = to
        .store()
        .fetch_to_file(&cid, &output, &options, &silent)
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(
            error,
            BlobError::Stalled {
                received: 0,
                size: 3_000_000,
                ..
            }
        ),
        "{text}"
    );
    assert!(text.contains("nothing came for 1 s"), "{text}");
    assert_eq!(std::fs::read(&output).unwrap(), b"old");
    assert_eq!(to.files(), ["output"]);
    let store = to.store();
    let mut sink = |_: &[u8]| {};
    let fetch = store.fetch_through(&cid, &options, &silent, &mut sink);
    let error = fetch.await.unwrap_err();
    assert!(matches!(error, BlobError::Stalled { .. }), "{error}");
}

#[tokio::test]
async fn a_cancelled_download_leaves_nothing() {
    let (from, to) = (Node::start().await, Node::start().await);
    let input = from.file("input", &content(20_000_000));
    let cid = from.store().add_file(&input, &silent).await.unwrap();
    let output = to.dir.path().join("output");
    let options = options(from.addresses().await);
    let (store, begun) = (to.store(), tokio::sync::Notify::new());
    let progress = |done, _| {
        if done > 0 {
            begun.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = begun.notified() => {}
        result = store.fetch_to_file(&cid, &output, &options, &progress) => {
            panic!("20 MB in one piece: {result:?}")
        }
    }
    assert!(to.files().is_empty());
}

#[tokio::test]
async fn files_that_cannot_be_read_or_written_are_named() {
    let node = Node::start().await;
    let store = node.store();
    let missing = node.dir.path().join("missing");
    let error = store
        .add_file(&missing, &silent)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("cannot read") && error.contains("missing"),
        "{error}"
    );
    let error = store
        .add_file(node.dir.path(), &silent)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("not a file"), "{error}");

    let cid = store
        .add_file(&node.file("input", b"x"), &silent)
        .await
        .unwrap();
    let nowhere = missing.join("output");
    let error = store
        .fetch_to_file(&cid, &nowhere, &options(vec![]), &silent)
        .await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("cannot write") && error.contains("missing/output"),
        "{error}"
    );
}

#[tokio::test]
async fn room_is_made_by_collecting_and_else_refused() {
    let dir = tempfile::tempdir().unwrap();
    let small = DaemonConfig {
        storage_max: Some(2_000_000),
        ..config(dir.path())
    };
    let daemon = Daemon::start(small).await.unwrap();
    let store = daemon.store();
    store.make_room(1_000_000).await.unwrap();
    let path = dir.path().join("large");
    std::fs::write(&path, content(1_500_000)).unwrap();
    let cid = store.add_file(&path, &silent).await.unwrap();
    let error = store.make_room(1_000_000).await.unwrap_err();
    assert!(matches!(error, BlobError::StoreFull { .. }), "{error}");
    store.unpin(&cid).await.unwrap();
    store.make_room(1_000_000).await.unwrap();
}

#[tokio::test]
async fn a_full_store_says_so() {
    let node = Node::start_with(|config| config.storage_max = Some(1_000_000)).await;
    let input = node.file("input", &content(2_000_000));
    let error = node.store().add_file(&input, &silent).await.unwrap_err();
    assert!(matches!(error, BlobError::StoreFull { .. }), "{error}");
}

#[tokio::test]
async fn a_file_is_found_through_a_bootnode_and_reached_through_its_relay() {
    let bootnode = Node::start_with(|config| config.bootnode = true).await;
    let known = bootnode.addresses().await;
    let hidden = Node::start_with(|config| {
        config.listen = vec![];
        config.bootstrap = known.clone();
        config.relays = known.clone();
    })
    .await;
    let seeker = Node::start_with(|config| config.bootstrap = known.clone()).await;
    let through_relay = async {
        while !hidden
            .addresses()
            .await
            .iter()
            .any(|address| address.to_string().contains("/p2p-circuit/"))
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), through_relay)
        .await
        .expect("no relay");

    let input = hidden.file("input", &content(1_000_000));
    let cid = hidden.store().add_file(&input, &silent).await.unwrap();
    let output = seeker.dir.path().join("output");
    seeker
        .store()
        .fetch_to_file(&cid, &output, &options(vec![]), &silent)
        .await
        .unwrap();
    assert!(std::fs::read(&output).unwrap() == content(1_000_000));
}

#[tokio::test]
async fn a_killed_process_is_started_again() {
    let node = Node::start().await;
    let store = node.store();
    let cid = store
        .add_file(&node.file("input", b"still here"), &silent)
        .await
        .unwrap();
    kill_daemon_of(node.dir.path());
    // The kill may be noticed by the request or by the supervisor first.
    let read = async {
        loop {
            match store
                .read_range(&cid, 0, 100, Duration::from_secs(30))
                .await
            {
                Err(BlobError::NodeUnreachable { .. }) => tokio::task::yield_now().await,
                result => break result,
            }
        }
    };
    assert_eq!(read.await.unwrap(), b"still here");
    assert_eq!(store.status().await.unwrap().ends, 1);
}

#[tokio::test]
async fn the_process_ends_with_its_daemon() {
    let node = Node::start().await;
    let pid = daemon_of(node.dir.path()).unwrap();
    node.daemon.shutdown().await;
    assert_eq!(daemon_of(node.dir.path()), None);

    let node = Node::start().await;
    let dropped = daemon_of(node.dir.path()).unwrap();
    assert_ne!(pid, dropped);
    drop(node.daemon);
    while daemon_of(node.dir.path()).is_some() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_process_of_a_node_that_was_killed_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let first = Daemon::start(config(dir.path())).await.unwrap();
    let old = daemon_of(dir.path()).unwrap();
    let second = tokio::spawn(Daemon::start(config(dir.path())));
    // Two daemons in one folder: the second waits, and so do its requests.
    tokio::task::yield_now().await;
    assert!(!second.is_finished());
    first.shutdown().await;
    let second = second.await.unwrap().unwrap();
    second.store().local_addresses().await.unwrap();
    assert_ne!(daemon_of(dir.path()).unwrap(), old);
}

#[tokio::test]
async fn a_process_that_cannot_start_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let config = DaemonConfig {
        listen: vec!["/ip4/192.0.2.1/tcp/1".into()],
        ..config(dir.path())
    };
    let error = Daemon::start(config).await.unwrap_err();
    assert!(matches!(error, DaemonError::Ended { .. }));
    assert!(
        error
            .to_string()
            .contains("cannot listen on /ip4/192.0.2.1/tcp/1"),
        "{error}"
    );
}

/// Returns the process that runs in `folder`.
fn daemon_of(folder: &Path) -> Option<u32> {
    let folder = folder.to_str().unwrap();
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .find_map(|process| {
            let pid = process.file_name().to_str()?.parse().ok()?;
            let line = std::fs::read(process.path().join("cmdline")).ok()?;
            String::from_utf8_lossy(&line)
                .contains(folder)
                .then_some(pid)
        })
}

fn kill_daemon_of(folder: &Path) {
    let pid = daemon_of(folder).unwrap().to_string();
    assert!(std::process::Command::new("kill")
        .args(["-KILL", &pid])
        .status()
        .unwrap()
        .success());
}
