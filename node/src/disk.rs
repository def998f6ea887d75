//! The free space on the disk of the chain's database.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sc_service::TaskManager;
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};
use substrate_prometheus_endpoint::{
    register, MetricSource, Opts, PrometheusError, Registry, SourcedGauge,
};

/// Free bytes below which the database is not safe, if the node was not told another limit to stop at.
const LEAST_FREE: u64 = 1 << 30;

/// The multiple of the least below which the free space counts as little.
const LITTLE: u64 = 2;

/// How often a node with little free space says so.
const REMIND_EVERY: Duration = Duration::from_secs(600);

/// The node does not start, because there is too little free space.
#[derive(Debug, thiserror::Error)]
#[error(
    "the disk of {}: {source}. Free some of it, choose another --base-path, or let the node go on with \
     less with --db-storage-threshold", folder.display()
)]
pub struct DiskError {
    folder: PathBuf,
    source: sc_storage_monitor::Error,
}

/// Returns the bytes that are free on the disk of a folder, for this user.
pub fn free(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Returns the bytes that have to be free for a node with these options.
pub fn least(params: &StorageMonitorParams) -> u64 {
    match params.threshold {
        0 => LEAST_FREE,
        threshold => threshold.saturating_mul(1 << 20),
    }
}

/// Returns the bytes that strangers' data must leave free, so that nobody can stop a node by having it fetch or make
/// something; `None` if the node does not stop.
pub fn reserve(params: &StorageMonitorParams) -> Option<u64> {
    (params.threshold > 0).then(|| least(params).saturating_mul(LITTLE))
}

/// Returns a size for people.
pub fn size(bytes: u64) -> String {
    match bytes >> 20 {
        mib @ ..1024 => format!("{mib} MiB"),
        mib => format!("{:.1} GiB", mib as f64 / 1024.0),
    }
}

/// Stops the node in good order when the free space at `folder` falls below the least, and warns before that.
///
/// # Errors
/// If there is too little already, or the free space cannot be read.
pub fn watch(
    params: &StorageMonitorParams,
    folder: &Path,
    tasks: &TaskManager,
) -> Result<(), DiskError> {
    StorageMonitorService::try_spawn(
        params.clone(),
        folder.to_owned(),
        &tasks.spawn_essential_handle(),
    )
    .map_err(|source| DiskError {
        folder: folder.to_owned(),
        source,
    })?;
    let every = Duration::from_secs(params.polling_period.into());
    let notice = Notice {
        folder: folder.to_owned(),
        least: least(params),
        stops: params.threshold > 0,
        every: u32::try_from(REMIND_EVERY.as_secs()).unwrap_or(u32::MAX)
            / params.polling_period.max(1),
        silent_for: 0,
    };
    tasks
        .spawn_handle()
        .spawn("disk-room", None, notice.tell(every));
    Ok(())
}

/// Decides what is said about little free space, and when.
struct Notice {
    folder: PathBuf,
    least: u64,
    /// Whether the node stops when there is less than the least.
    stops: bool,
    /// How many looks stay silent after one that was not.
    every: u32,
    silent_for: u32,
}

impl Notice {
    async fn tell(mut self, every: Duration) {
        loop {
            match free(&self.folder).map(|free| self.look(free)) {
                Ok(Some(line)) => log::warn!("⚠️  {line}"),
                Ok(None) => {}
                // The monitor reports this and stops the node.
                Err(_) => return,
            }
            tokio::time::sleep(every).await;
        }
    }

    /// Returns what to say now that this much is free.
    fn look(&mut self, free: u64) -> Option<String> {
        if free >= self.least.saturating_mul(LITTLE) {
            self.silent_for = 0;
            return None;
        }
        if self.silent_for > 0 {
            self.silent_for = self.silent_for.saturating_sub(1);
            return None;
        }
        self.silent_for = self.every;
        let then = match self.stops {
            true => format!("the node stops below {}", size(self.least)),
            false => "what is written to a full disk is lost".to_owned(),
        };
        Some(format!(
            "{} free on the disk of {}: {then}. Free some of it",
            size(free),
            self.folder.display(),
        ))
    }
}

/// The folder from whose disk the metric is read.
#[derive(Clone)]
struct Free(PathBuf);

impl MetricSource for Free {
    type N = u64;

    fn collect(&self, mut set: impl FnMut(&[&str], u64)) {
        // Without an answer there is no value, which is better than a wrong one.
        if let Ok(free) = free(&self.0) {
            set(&[], free);
        }
    }
}

/// Registers the metric of the free space at `folder` with `registry`. It is read whenever the metrics are.
///
/// # Errors
/// If `registry` already has a metric of this name.
pub fn register_metric(registry: &Registry, folder: &Path) -> Result<(), PrometheusError> {
    let opts = Opts::new(
        "aicpw_disk_free_bytes",
        "Bytes free on the disk of the chain's database, for the user of the node",
    );
    let gauge = SourcedGauge::new(&opts, Free(folder.to_owned()))?;
    register(gauge, registry).map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn small_sizes_are_not_rounded_to_nothing() {
        assert_eq!(size(0), "0 MiB");
        assert_eq!(size(51 * MIB), "51 MiB");
        assert_eq!(size(1023 * MIB), "1023 MiB");
        assert_eq!(size(1536 * MIB), "1.5 GiB");
    }

    #[test]
    fn little_room_is_said_now_and_then_and_at_once_when_it_comes_again() {
        let mut notice = Notice {
            folder: "/data".into(),
            least: 100 * MIB,
            stops: true,
            every: 2,
            silent_for: 0,
        };
        assert_eq!(notice.look(200 * MIB), None);
        let line = notice.look(199 * MIB).unwrap();
        for part in ["199 MiB", "/data", "stops below 100 MiB"] {
            assert!(line.contains(part), "{line}");
        }
        assert_eq!(notice.look(150 * MIB), None);
        assert_eq!(notice.look(150 * MIB), None);
        assert!(notice.look(150 * MIB).is_some());
        assert_eq!(notice.look(300 * MIB), None);
        assert!(notice.look(150 * MIB).is_some());
    }

    #[test]
    fn the_least_is_what_the_node_stops_at() {
        let params = |threshold| StorageMonitorParams {
            threshold,
            polling_period: 5,
        };
        assert_eq!(least(&params(7)), 7 * MIB);
        assert_eq!(least(&params(0)), 1024 * MIB);
    }

    #[tokio::test]
    async fn a_node_with_too_little_room_is_told_where_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let tasks = TaskManager::new(tokio::runtime::Handle::current(), None).unwrap();
        let all_disks = StorageMonitorParams {
            threshold: u64::MAX,
            polling_period: 5,
        };
        let refused = watch(&all_disks, folder.path(), &tasks).unwrap_err();
        let refused = refused.to_string();
        for part in [&*folder.path().to_string_lossy(), "--db-storage-threshold"] {
            assert!(refused.contains(part), "{refused}");
        }
    }
}
