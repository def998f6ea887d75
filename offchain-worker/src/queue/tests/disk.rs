//! A disk on which no job's folder can be made is the provider's own failure: said at once, and
//! nothing else is lost by it.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use aicpw_protocol::job::most_on_disk;

use super::*;

/// A small file system of its own. Only root can mount one, and not in every container.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(folder: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        // What a job can write, and little more.
        let size = format!("size={}", most_on_disk(OUTPUT.len() as u64) + (1 << 20));
        mount.args(["-t", "tmpfs", "-o", &size, "aicpw-test"]);
        let output = mount.arg(folder).output().ok()?;
        output.status.success().then_some(Self(folder))
    }

    /// Leaves no room for one byte more.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.filler()).unwrap();
        for piece in [vec![1; 1 << 20], vec![1; 512]] {
            let full = loop {
                if let Err(error) = file.write_all(&piece) {
                    break error;
                }
            };
            assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> std::path::PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // Lazily: the queue may still be at it.
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// Says that a test is skipped because no small disk can be mounted here. Panics instead if `AICPW_DISK_REQUIRED` is 1,
/// as `scripts/test.sh` has it where one can.
fn skip() {
    let how = "run this as root, in a container with --cap-add SYS_ADMIN";
    let required = std::env::var_os("AICPW_DISK_REQUIRED").is_some_and(|value| value == "1");
    assert!(
        !required,
        "no file system can be mounted, and AICPW_DISK_REQUIRED=1: {how}"
    );
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test");
    // Not with a macro: what those print is hidden where a test passes.
    let mut seen = std::io::stderr().lock();
    writeln!(
        seen,
        "SKIPPED {test}: no file system can be mounted here; {how}"
    )
    .unwrap();
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
    node.stop().await;
    let folder = node.folder.path().to_owned();
    let Some(disk) = SmallDisk::mount(&folder) else {
        // The next test stands for this one.
        return skip();
    };
    node.start();
    a_job_without_a_folder(&node, || disk.fill(), || disk.make_room()).await;
    node.stop().await;
}

/// A file in the place of the folder of all jobs, which waits elsewhere.
struct InTheWay<'a> {
    jobs: &'a Path,
    away: tempfile::TempDir,
}

impl<'a> InTheWay<'a> {
    fn new(jobs: &'a Path) -> Self {
        let away = tempfile::tempdir().unwrap();
        Self { jobs, away }
    }

    fn put(&self) {
        std::fs::rename(self.jobs, self.away.path().join("jobs")).unwrap();
        std::fs::write(self.jobs, "not a folder").unwrap();
    }

    fn take_away(&self) {
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
