//! The log of a failure: the output of a stranger's program goes to IPFS for the requester.

use aicpw_protocol::{
    mailbox::{margin, MARGIN},
    ContentId,
};
use std::path::Path;
use std::time::Duration;

use super::Life;
use crate::{
    ipfs::{silent, BlobError},
    queue::folder::JobFolder,
};

/// The most bytes of a log that go to IPFS.
const MAX_LOG: usize = 1 << 20;

/// The longest time that adding a log may take once a window closes: about a block.
const LATE_LOG_TIMEOUT: Duration = Duration::from_millis(250);

impl Life {
    /// Adds the log of a failure to IPFS, if there is a log and IPFS works.
    pub(super) async fn keep_log(&self, log: &[u8]) -> Option<ContentId> {
        if log.is_empty() {
            return None;
        }
        let log = log.get(..MAX_LOG).unwrap_or(log);
        let text = self.without_paths(&String::from_utf8_lossy(log));
        let log = match &self.sealing {
            Some(sealing) => sealing.seal_log(text.as_bytes()).ok()?,
            None => text.into_bytes(),
        };
        let path = self.folder.log();
        let add = async {
            let written = tokio::fs::write(&path, log).await;
            written.map_err(|source| BlobError::File {
                action: "write",
                path: path.clone(),
                source,
            })?;
            self.shop.store.add_file(&path, &silent).await
        };
        // The failure has to be on chain in time; the log does not.
        let late = async {
            tokio::select! {
                () = self.watch.start_window_closes(MARGIN) => {}
                () = self.watch.time_runs_out(margin(self.order().time_limit)) => {}
            }
            tokio::time::sleep(LATE_LOG_TIMEOUT).await;
        };
        let timeout = self.shop.log_timeout;
        let error = tokio::select! {
            biased;
            added = add => match added {
                Ok(cid) => return ContentId::try_from(cid).ok(),
                Err(error) => error.to_string(),
            },
            () = late => "there is no time left for it".to_owned(),
            () = tokio::time::sleep(timeout) => format!("it took longer than {timeout:?}"),
        };
        tracing::warn!(assignment = %self.order().assignment, error, "the log is not on IPFS");
        None
    }

    /// Removes this machine's paths from a text for strangers: they do not concern them.
    pub(super) fn without_paths(&self, text: &str) -> String {
        without_paths(text, &self.folder, self.shop.store.endpoint())
    }
}

fn without_paths(text: &str, job: &JobFolder, endpoint: &str) -> String {
    let work = job.work();
    let jobs = job.path().parent();
    let socket = Path::new(endpoint);
    // A folder inside another goes first.
    let places = [
        (Some(&*work), "job"),
        (Some(job.path()), "job"),
        (jobs, "jobs"),
        // The worker's folder.
        (jobs.and_then(Path::parent), "node"),
        (Some(socket), "ipfs"),
        (socket.parent().filter(|_| socket.is_absolute()), "ipfs"),
    ];
    let mut text = text.to_owned();
    for (place, name) in places {
        // A root occurs in every path.
        let place = place.filter(|place| place.parent().is_some());
        let place = place.map(Path::to_string_lossy);
        if let Some(place) = place.filter(|place| !place.is_empty()) {
            text = text.replace(&*place, name);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{queue::record::Record, testing};

    #[test]
    fn no_place_of_this_machine_is_told() {
        let node = tempfile::tempdir().unwrap();
        let jobs = node.path().join("jobs");
        let record = Record::new([1; 32], testing::order(4), 9);
        let job = JobFolder::create(&jobs, record).unwrap();
        let told = |path: &Path, endpoint: &str| {
            let text = format!("cannot write {}: it is full", path.display());
            without_paths(&text, &job, endpoint)
        };
        let socket = "/var/lib/aicpw/ipfs/rpc.sock";
        for (path, name) in [
            (job.work().join("inputs/0"), "job/inputs/0"),
            (job.download(), "job/download"),
            (jobs.join("5-0-0"), "jobs/5-0-0"),
            (node.path().join("builds/x"), "node/builds/x"),
            (socket.into(), "ipfs"),
            ("/var/lib/aicpw/ipfs/blocks".into(), "ipfs/blocks"),
            ("program.cl".into(), "program.cl"),
            ("/a/b".into(), "/a/b"),
        ] {
            let expected = format!("cannot write {name}: it is full");
            assert_eq!(told(&path, socket), expected);
        }
        let url = "http://10.1.2.3:5001";
        assert_eq!(told(Path::new(url), url), "cannot write ipfs: it is full");
        for root in ["", "/", "/rpc.sock"] {
            let expected = "cannot write /a/b: it is full";
            assert_eq!(told(Path::new("/a/b"), root), expected, "{root}");
        }
    }
}
