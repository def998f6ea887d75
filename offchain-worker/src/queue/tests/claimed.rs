//! Results that are claimed to be unavailable: the fetchers try to fetch them.

use aicpw_protocol::{
    availability::{self, Digest, NOT_FETCHED},
    mailbox::FetchOrder,
    task::Privacy,
    Mebibytes,
};
use aicpw_stand_in::disk::{skip, SmallDisk};

use super::{
    super::record::{Answer, Record},
    *,
};

const KEY: Hash = [6; 32];

/// Returns an order to fetch this content.
fn to_fetch(content: &[u8]) -> Order {
    Order {
        role: Role::Fetcher,
        fetch: Some(FetchOrder {
            result: content_id(content),
            root: Some(merkle::result_root(content)),
            key: KEY,
            peers: Default::default(),
        }),
        ..order(1)
    }
}

fn digest(content: &[u8]) -> Hash {
    let mut digest = Digest::new(&KEY);
    digest.update(content);
    digest.finish()
}

/// Returns the commitment of a fetcher that has found this.
fn commitment(order: &Order, found: Hash) -> Hash {
    let answer = Answer {
        result_root: found,
        trace_root: Hash::default(),
        result: order.fetch.as_ref().unwrap().result.clone(),
        bytes: 0,
    };
    let job = Record::new(FakeChain::GENESIS, order.clone(), 1);
    answer::commit(&secret(), &job, &answer).0
}

/// Starts the job, which is ready at once; then it runs, until block `commit_by` at most.
async fn started(node: &Node, order: &Order, commit_by: u32) {
    node.chain.best(1, std::slice::from_ref(order));
    let is_ready = |report: &Report| *report == Report::Ready;
    let storage = &node.chain.storage;
    let ready = storage.report(order.assignment, "it starts", is_ready);
    ready.await;
    node.chain.step(2, order, runs_until(commit_by));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_fetched_shown_and_kept_for_others() {
    let node = Node::new();
    let order = to_fetch(OUTPUT);
    started(&node, &order, 1_000).await;
    let cid = node.store.put(OUTPUT);
    let committed_to = node.done(&order).await;
    assert_eq!(committed_to, commitment(&order, digest(OUTPUT)));
    node.chain.step(3, &order, committed(committed_to));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    assert_eq!(opening.result_root, digest(OUTPUT));
    assert_eq!(node.store.pinned(&cid), None, "not before it has said so");
    node.chain.step(4, &order, revealed(&opening));
    node.store.until_pinned(cid).await;
    node.chain
        .step(5, &order, AssignmentStatus::Settled { opening, at: 5 });
    node.chain.storage.no_report(order.assignment).await;
    let Phase::Closed { pins, .. } = node.phase(order.assignment) else {
        panic!("it has ended")
    };
    assert_eq!(pins, [content_id(OUTPUT)], "until the retention is over");
    assert_eq!(node.engine.started(), 0, "nothing is run");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_until_the_time_is_up_was_not_fetched() {
    let node = Node::new();
    let order = to_fetch(OUTPUT);
    node.store.nowhere(cid_of(OUTPUT));
    started(&node, &order, 100).await;
    node.chain.step(85, &order, runs_until(100));
    let committed_to = node.done(&order).await;
    assert_eq!(committed_to, commitment(&order, NOT_FETCHED));
    node.chain.step(86, &order, committed(committed_to));
    let Report::Open { opening, .. } = node.opened(&order).await else {
        unreachable!()
    };
    node.chain.step(87, &order, revealed(&opening));
    node.chain
        .step(88, &order, AssignmentStatus::Settled { opening, at: 5 });
    node.chain.storage.no_report(order.assignment).await;
    let phase = node.phase(order.assignment);
    assert!(matches!(phase, Phase::Closed { pins, .. } if pins.is_empty()));
}

/// The provider may come back in the meantime.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_looked_for_again_and_again() {
    let node = Node::new();
    let order = to_fetch(OUTPUT);
    node.store.nowhere(cid_of(OUTPUT));
    started(&node, &order, 1_000).await;
    node.store.put(OUTPUT);
    let committed_to = node.done(&order).await;
    assert_eq!(committed_to, commitment(&order, digest(OUTPUT)));
}

/// The CID is that of another content than the result.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_another_root_is_not_the_result() {
    let node = Node::new();
    let mut order = to_fetch(b"something else");
    node.store.put(b"something else");
    let expected = Some(merkle::result_root(OUTPUT));
    order.fetch.as_mut().unwrap().root = expected;
    started(&node, &order, 1_000).await;
    let committed_to = node.done(&order).await;
    assert_eq!(committed_to, commitment(&order, NOT_FETCHED));
}

/// For a sealed task the ciphertext is fetched: nobody waits for its key.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_result_needs_no_key() {
    let node = Node::new();
    let mut order = to_fetch(b"ciphertext");
    order.privacy = Privacy::Sealed {
        key_commitment: [3; 32],
    };
    order.fetch.as_mut().unwrap().root = None;
    node.store.put(b"ciphertext");
    started(&node, &order, 1_000).await;
    let committed_to = node.done(&order).await;
    assert_eq!(committed_to, commitment(&order, digest(b"ciphertext")));
}

/// It is longer than any output of the task.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_not_the_result() {
    let node = Node::new();
    let large = vec![1; (1 << 20) + 1];
    let mut order = to_fetch(&large);
    order.needs.memory = Mebibytes(1);
    node.store.put(&large);
    started(&node, &order, 1_000).await;
    let committed_to = node.done(&order).await;
    assert_eq!(committed_to, commitment(&order, NOT_FETCHED));
}

/// The provider is slower than expected, or many fetch from it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_slow_is_not_said_to_be_gone() {
    let node = Node::new();
    let order = to_fetch(OUTPUT);
    node.store.slow(cid_of(OUTPUT), 1, availability::ENOUGH);
    started(&node, &order, 100).await;
    node.chain.step(85, &order, runs_until(100));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::TimeLimit);
    assert!(message.contains("in time"), "{message}");
    assert!(node.chain.storage.commitments(order.assignment).is_empty());
}

/// A few bytes are not enough.
#[tokio::test(flavor = "multi_thread")]
async fn what_hardly_comes_is_not_there() {
    let node = Node::new();
    let order = to_fetch(OUTPUT);
    node.store.slow(cid_of(OUTPUT), 1, 2 * availability::ENOUGH);
    started(&node, &order, 100).await;
    node.chain.step(85, &order, runs_until(100));
    let committed_to = node.done(&order).await;
    assert_eq!(committed_to, commitment(&order, NOT_FETCHED));
}

/// A lack of room says nothing about the result, and the provider does not choose how much there is to fetch.
///
/// Regression: in each claim about a result that is larger than most stores, an honest fetcher lost half of its lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_room_abstains() {
    let node = Node::new();
    let order = to_fetch(OUTPUT);
    node.store.no_room_for(cid_of(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&order));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::TimeLimit);
    assert!(message.contains("full, says the test"), "{message}");
    assert!(node.chain.storage.commitments(order.assignment).is_empty());
}

/// Regression: the result was written to the disk of the jobs, whatever was free there, and the requester says how long
/// it can be.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_larger_than_the_disk_is_fetched_and_takes_none_of_it() {
    let mut node = Node::new();
    node.stop().await;
    let Some(disk) = SmallDisk::mount(node.folder.path(), 1 << 20).unwrap() else {
        // The next test covers this case.
        return skip().unwrap();
    };
    node.disk_reserve = 1 << 19;
    node.start();
    let result: Vec<u8> = (0..2 << 20).map(|n: u32| n.to_le_bytes()[1]).collect();
    let order = to_fetch(&result);
    started(&node, &order, 1_000).await;
    node.store.put(&result);
    let committed_to = node.done(&order).await;
    assert_eq!(committed_to, commitment(&order, digest(&result)));
    let free = disk.free().unwrap();
    assert!(free >= node.disk_reserve, "{free} bytes are free");
    node.stop().await;
    drop(disk);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_fetched_is_written_nowhere() {
    for is_result in [true, false] {
        let node = Node::new();
        let mut order = to_fetch(OUTPUT);
        if !is_result {
            order.fetch.as_mut().unwrap().root = Some(merkle::result_root(b"another"));
        }
        node.store.put(OUTPUT);
        started(&node, &order, 1_000).await;
        let found = match is_result {
            true => digest(OUTPUT),
            false => NOT_FETCHED,
        };
        assert_eq!(node.done(&order).await, commitment(&order, found));
        let folder = JobFolder::path_of(node.folder.path(), order.assignment);
        let entries = std::fs::read_dir(&folder).unwrap().map(Result::unwrap);
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        assert_eq!(names, ["state.json", "work"]);
        assert_eq!(std::fs::read_dir(folder.join("work")).unwrap().count(), 0);
    }
}

/// An IPFS node that is down says nothing about the result either: "not there" would convict an honest provider.
#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_look_does_not_say_that_it_is_not_there() {
    let node = Node::new();
    let order = to_fetch(OUTPUT);
    node.store.set_down(true);
    started(&node, &order, 100).await;
    node.chain.step(85, &order, runs_until(100));
    let (fault, message, _) = node.failed(&order).await;
    assert_eq!(fault, Fault::Crashed);
    assert!(message.contains("down, says the test"), "{message}");
    assert!(node.chain.storage.commitments(order.assignment).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_fetches_again_and_says_the_same() {
    let mut node = Node::new();
    let order = to_fetch(OUTPUT);
    node.store.put(OUTPUT);
    started(&node, &order, 1_000).await;
    let first = node.done(&order).await;
    node.restart().await;
    node.chain.step(4, &order, committed(first));
    node.opened(&order).await;
    let commitments = node.chain.storage.commitments(order.assignment);
    assert!(
        commitments.iter().all(|one| *one == first),
        "{commitments:?}"
    );
}
