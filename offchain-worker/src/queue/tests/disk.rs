//! A disk on which no job's folder can be made is the provider's own failure: said at once, and
//! nothing else is lost by it.

use std::path::Path;

use aicpw_protocol::{job::most_on_disk, DeviceId};
use aicpw_stand_in::disk::{skip, SmallDisk};

use super::*;

/// A small disk in place of the folder of all jobs, with room for what one job can write, and little more. `None` if none
/// can be mounted here.
async fn on_small_disk(node: &mut Node) -> Option<SmallDisk> {
    node.stop().await;
    let bytes = most_on_disk(OUTPUT.len() as u64) + (1 << 20);
    let disk = SmallDisk::mount(node.folder.path(), bytes).unwrap()?;
    node.start();
    Some(disk)
}

/// What `breaks` takes away and `mends` gives back is room for a job's folder.
async fn a_job_without_a_folder(node: &Node, breaks: impl FnOnce(), mends: impl FnOnce()) {
    // One that is there already goes on.
    let before = order(1);
    node.chain.best(1, std::slice::from_ref(&before));
    node.engine.until_started(1).await;

    breaks();
    let refused = order(2);
    node.chain.best(2, &[before.clone(), refused.clone()]);
    let (fault, message, _) = node.failed(&refused).await;
    assert_eq!(
        (fault, message.as_str()),
        (Fault::Crashed, NO_FOLDER_MESSAGE)
    );

    mends();
    node.engine.ends(0, Ok(OUTPUT));
    node.done(&before).await;
    // What was said stays said, though there would be a folder now; the next order is taken.
    let after = order(3);
    node.engine.ends(1, Ok(OUTPUT));
    node.chain
        .best(3, &[before.clone(), refused.clone(), after.clone()]);
    node.done(&after).await;
    assert_eq!(node.failed(&refused).await.0, Fault::Crashed);
    assert_eq!(node.engine.started(), 2);
    let storage = &node.chain.storage;
    assert!(storage.commitments(refused.assignment).is_empty());
    let path = JobFolder::path_of(node.folder.path(), refused.assignment);
    assert!(!path.exists(), "half a folder was left");

    // Its end on chain is the end of it.
    node.chain.best(4, &[before, after]);
    storage.no_report(refused.assignment).await;
}

#[tokio::test]
async fn a_full_disk_is_said_at_once_and_loses_nothing() {
    let mut node = Node::new();
    let Some(disk) = on_small_disk(&mut node).await else {
        // The next test but one stands for this one.
        return skip().unwrap();
    };
    let (fill, make_room) = (|| disk.leave(0).unwrap(), || disk.make_room().unwrap());
    a_job_without_a_folder(&node, fill, make_room).await;
    node.stop().await;
}

/// Regression: it went on saying that it serves, and each further task cost its collateral.
#[tokio::test]
async fn a_node_that_can_make_no_folder_takes_nothing_new() {
    let mut node = Node::new();
    node.chain.storage.value(SERVING).await;
    let folder = node.folder.path().to_owned();
    let file = InTheWay::new(&folder);
    file.put();
    let refused = order(1);
    node.chain.best(1, std::slice::from_ref(&refused));
    assert_eq!(node.failed(&refused).await.0, Fault::Crashed);
    assert!(node.chain.storage.get(SERVING).is_none(), "no heartbeats");

    file.take_away();
    node.chain.storage.value(SERVING).await;
    let left = || std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(left(), 0, "what was tried is there");

    // Nor is what a crash left of it.
    node.stop().await;
    std::fs::create_dir_all(super::super::room::probe_in(&folder).join("work")).unwrap();
    node.start();
    assert_eq!(left(), 0);
}

/// Regression: no folder could be made any more while there were bytes, which was the provider's fault.
#[tokio::test]
async fn a_disk_is_full_before_it_can_have_no_more_files() {
    let mut node = Node::new();
    node.stop().await;
    let bytes = 2 * most_on_disk(OUTPUT.len() as u64);
    let mounted = SmallDisk::mount_with_files(node.folder.path(), bytes, 1000);
    let Some(disk) = mounted.unwrap() else {
        // `a_disk_that_can_have_few_files_more_has_no_room` stands for this one.
        return skip().unwrap();
    };
    node.start();
    // What a fortieth leaves is enough for the folder itself.
    disk.leave_files(24).unwrap();
    let refused = order(1);
    node.chain.best(1, std::slice::from_ref(&refused));
    let (fault, message, _) = node.failed(&refused).await;
    assert_eq!(fault, Fault::RunFailed);
    let reason = "the result (6 bytes): at the provider";
    assert!(message.starts_with(reason), "{message}");
    assert_eq!(node.engine.started(), 0);
    node.stop().await;
}

/// Regression: each of two jobs that began together was told of the room that was free before the other wrote anything.
#[tokio::test]
async fn two_jobs_that_begin_together_are_not_promised_the_same_room() {
    let mut node = Node::new();
    let Some(disk) = on_small_disk(&mut node).await else {
        // The tests of `promises` stand for this one.
        return skip().unwrap();
    };
    // On two devices, so that neither waits for the other's slot.
    let first = order(1);
    let second = Order {
        device: DeviceId(2),
        fingerprint: [2; 32],
        ..order(2)
    };
    node.chain.best(1, std::slice::from_ref(&first));
    node.engine.until_started(1).await;
    node.chain.best(2, &[first.clone(), second.clone()]);
    let (fault, message, _) = node.failed(&second).await;
    assert_eq!(fault, Fault::RunFailed);
    let reason = "the result (6 bytes): at the provider";
    assert!(message.starts_with(reason), "{message}");
    assert_eq!(node.engine.started(), 1);
    // It had all that it was promised; nothing of it is kept for it when it is done.
    node.engine.ends(0, Ok(OUTPUT));
    node.done(&first).await;
    let third = Order {
        device: DeviceId(2),
        fingerprint: [2; 32],
        ..order(3)
    };
    node.engine.ends(1, Ok(OUTPUT));
    node.chain.best(3, &[first, second, third.clone()]);
    node.done(&third).await;
    node.stop().await;
    drop(disk);
}

/// A file in the place of the folder of all jobs, which waits elsewhere.
pub(super) struct InTheWay<'a> {
    jobs: &'a Path,
    away: tempfile::TempDir,
}

impl<'a> InTheWay<'a> {
    pub(super) fn new(jobs: &'a Path) -> Self {
        let away = tempfile::tempdir().unwrap();
        Self { jobs, away }
    }

    pub(super) fn put(&self) {
        std::fs::rename(self.jobs, self.away.path().join("jobs")).unwrap();
        std::fs::write(self.jobs, "not a folder").unwrap();
    }

    pub(super) fn take_away(&self) {
        std::fs::remove_file(self.jobs).unwrap();
        std::fs::rename(self.away.path().join("jobs"), self.jobs).unwrap();
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_said_at_once_and_loses_nothing() {
    let node = Node::new();
    let file = InTheWay::new(node.folder.path());
    a_job_without_a_folder(&node, || file.put(), || file.take_away()).await;
}

#[tokio::test]
async fn a_committed_result_waits_for_room() {
    let mut node = Node::new();
    let first = order(1);
    node.engine.ends(0, Ok(OUTPUT));
    node.engine.ends(1, Ok(OUTPUT));
    node.chain.best(1, std::slice::from_ref(&first));
    let commitment = node.done(&first).await;
    node.stop().await;
    let storage = node.chain.storage.clone();
    storage.remove(&aicpw_protocol::mailbox::report_key(first.assignment));
    JobFolder::remove(&JobFolder::path_of(node.folder.path(), first.assignment)).unwrap();
    node.start();
    let folder = node.folder.path().to_owned();
    let file = InTheWay::new(&folder);
    file.put();
    let on_chain = Order {
        status: committed(commitment),
        ..first.clone()
    };
    // What is refused after it is a sign that it was looked at.
    let sign = order(2);
    node.chain.best(3, &[on_chain.clone(), sign.clone()]);
    node.failed(&sign).await;
    assert_eq!(
        node.chain
            .storage
            .get(&aicpw_protocol::mailbox::report_key(first.assignment)),
        None
    );
    file.take_away();
    node.chain.step(4, &first, committed(commitment));
    node.opened(&first).await;
    assert_eq!(node.engine.started(), 2);
}
