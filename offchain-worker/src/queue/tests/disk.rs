//! A disk on which no job's folder can be made is the provider's own failure: it is reported at once, and nothing else
//! is lost.

use std::path::Path;

use aicpw_protocol::{job::most_on_disk, DeviceId};
use aicpw_stand_in::disk::{skip, SmallDisk};

use super::*;

/// Mounts a small disk in place of the folder of all jobs, with room for what one job can write, and little more.
/// Returns `None` if no disk can be mounted here.
async fn on_small_disk(node: &mut Node) -> Option<SmallDisk> {
    node.stop().await;
    let bytes = most_on_disk(OUTPUT.len() as u64) + (1 << 20);
    let disk = SmallDisk::mount(node.folder.path(), bytes).unwrap()?;
    node.start();
    Some(disk)
}

/// Checks a job without a folder: `breaks` takes away the room for a job's folder, and `mends` gives it back.
async fn a_job_without_a_folder(node: &Node, breaks: impl FnOnce(), mends: impl FnOnce()) {
    // A job that is there already goes on.
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
    // The report stays, although a folder could be made now; the next order is taken.
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

    // The order is forgotten when it ends on chain.
    node.chain.best(4, &[before, after]);
    storage.no_report(refused.assignment).await;
}

#[tokio::test]
async fn a_full_disk_is_said_at_once_and_loses_nothing() {
    let mut node = Node::new();
    let Some(disk) = on_small_disk(&mut node).await else {
        // The next test but one covers this case.
        return skip().unwrap();
    };
    let (fill, make_room) = (|| disk.leave(0).unwrap(), || disk.make_room().unwrap());
    a_job_without_a_folder(&node, fill, make_room).await;
    node.stop().await;
}

/// Regression: the node kept saying that it serves, and each further task cost its collateral.
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

    // What a crash left of the probe does not count as a folder either.
    node.stop().await;
    std::fs::create_dir_all(super::super::room::probe_in(&folder).join("work")).unwrap();
    node.start();
    assert_eq!(left(), 0);
}

/// Regression: no folder could be made any more although bytes were free, and that counted as the provider's fault.
#[tokio::test]
async fn a_disk_is_full_before_it_can_have_no_more_files() {
    let mut node = Node::new();
    node.stop().await;
    let bytes = 2 * most_on_disk(OUTPUT.len() as u64);
    let mounted = SmallDisk::mount_with_files(node.folder.path(), bytes, 1000);
    let Some(disk) = mounted.unwrap() else {
        // `a_disk_that_can_have_few_files_more_has_no_room` covers this case.
        return skip().unwrap();
    };
    node.start();
    // Fewer than a fortieth of the files are left, and still enough for the folder itself.
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

/// Regression: two jobs that began together were both told of the room that was free before the other wrote anything.
#[tokio::test]
async fn two_jobs_that_begin_together_are_not_promised_the_same_room() {
    let mut node = Node::new();
    let Some(disk) = on_small_disk(&mut node).await else {
        // The tests of `promises` cover this case.
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
    // The job had all the room that it was promised; none of it is kept for the job once that is done.
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

/// A file in place of the folder of all jobs, which is moved elsewhere meanwhile.
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
    // When the next order is refused, this one has been looked at.
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
