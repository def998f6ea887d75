//! Checks of the machine: limits, clock, disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{getrlimit, Resource};

use super::report::Finding;
use crate::{
    disk::{free, size},
    worker::{IpfsChoice, MarketArgs},
};

/// Files that the database and the peers of a node may have open at once.
const OPEN_FILES: u64 = 10_000;

/// A disk whose writes take longer holds up blocks, which come every 250 ms.
const SLOW_SYNC: Duration = Duration::from_millis(100);

/// 2026-01-01, in seconds since the Unix epoch: nothing of this chain is older.
const NOT_BEFORE: u64 = 1_767_225_600;

/// The least by which a clock counts as set back: less is within what file systems round.
const SET_BACK: Duration = Duration::from_secs(2);

/// Checks how many files the node may have open.
pub fn open_files() -> Finding {
    const NAME: &str = "limits";
    match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < OPEN_FILES => Finding::warning(
            NAME,
            format!("at most {most} open files"),
            format!("allow {OPEN_FILES}: LimitNOFILE= in the systemd unit, or ulimit -n"),
        ),
        Some(most) => Finding::fit(NAME, format!("at most {most} open files")),
        None => Finding::fit(NAME, "any number of open files"),
    }
}

/// Checks whether the clock is right, as far as that is known without asking another machine. Blocks are made and
/// checked by it.
pub async fn clock(folder: &Path) -> Vec<Finding> {
    let mut findings = vec![sane(SystemTime::now(), newest(folder))];
    findings.push(synchronised(ask_timedatectl().await.as_deref()));
    findings
}

fn sane(now: SystemTime, newest_file: Option<SystemTime>) -> Finding {
    const NAME: &str = "clock";
    let set = "set it: timedatectl set-ntp true, or install chrony";
    let seconds = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    if seconds < NOT_BEFORE {
        return Finding::unfit(NAME, "it shows a time before 2026", set);
    }
    let ahead = newest_file.and_then(|newest| newest.duration_since(now).ok());
    match ahead {
        Some(ahead) if ahead > SET_BACK => Finding::unfit(
            NAME,
            format!(
                "it was set back, or is wrong: the node wrote files that are from {} s ahead",
                ahead.as_secs()
            ),
            set,
        ),
        _ => Finding::fit(NAME, "it shows a possible time"),
    }
}

/// Returns when the node last wrote a file of its database.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder.join("paritydb/full")).ok()?.flatten();
    let times = entries.filter_map(|entry| entry.metadata().ok()?.modified().ok());
    times.max()
}

/// Returns `yes` or `no`, or `None` if nothing on this machine can answer.
async fn ask_timedatectl() -> Option<String> {
    let asked = tokio::process::Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .kill_on_drop(true)
        .output();
    let answer = tokio::time::timeout(Duration::from_secs(10), asked).await;
    let answer = answer.ok()?.ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    (answer.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

fn synchronised(answer: Option<&str>) -> Finding {
    const NAME: &str = "clock";
    match answer {
        Some("yes") => Finding::fit(NAME, "the system keeps it synchronised"),
        Some(_) => Finding::warning(
            NAME,
            "the system does not keep it synchronised",
            "timedatectl set-ntp true, or install chrony: blocks of a node whose clock is off by \
             half a second are late, and a worker's deadlines too",
        ),
        None => Finding::warning(
            NAME,
            "whether it is synchronised is not known: there is no timedatectl to ask",
            "see to it that chrony or another NTP service runs, in a container on the host",
        ),
    }
}

/// Checks whether the node's folder can be written, lastingly and quickly, and has room: `least` bytes for the chain,
/// and what the IPFS store may take in addition to the `reserve` that it leaves free.
pub fn disk(folder: &Path, market: &MarketArgs, least: u64, reserve: Option<u64>) -> Vec<Finding> {
    let Some(existing) = folder.ancestors().find(|folder| folder.is_dir()) else {
        let found = format!("{} has no folder above it", folder.display());
        return vec![Finding::unfit("disk", found, "choose another --base-path")];
    };
    let cap = match market.ipfs_choice(folder) {
        IpfsChoice::Own(config) => config.storage_max.unwrap_or(0),
        IpfsChoice::None | IpfsChoice::External(_) => 0,
    };
    vec![
        write(existing),
        room(
            existing,
            (least, reserve.unwrap_or(least)),
            (cap, held(&folder.join("ipfs/repo"))),
        ),
    ]
}

fn write(folder: &Path) -> Finding {
    const NAME: &str = "disk";
    let began = Instant::now();
    match write_and_sync(folder) {
        Ok(()) => {
            let took = began.elapsed();
            let found = format!("{}: a file is safe after {took:.0?}", folder.display());
            match took > SLOW_SYNC {
                true => {
                    Finding::warning(NAME, found, "use a faster disk: blocks come every 250 ms")
                }
                false => Finding::fit(NAME, found),
            }
        }
        Err(error) => Finding::unfit(
            NAME,
            format!("{}: {error}", folder.display()),
            "make it this user's (chown), or choose another --base-path",
        ),
    }
}

fn write_and_sync(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".aicpw-check-{}", std::process::id()));
    let mut file = File::create_new(&path)?;
    let _remove = Remove(&path);
    file.write_all(&[0; 4096])?;
    file.sync_all()?;
    File::open(folder)?.sync_all()
}

struct Remove<'a>(&'a Path);

impl Drop for Remove<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.0);
    }
}

fn room(folder: &Path, kept: (u64, u64), store: (u64, u64)) -> Finding {
    const NAME: &str = "disk";
    match free(folder) {
        Ok(free) => judge_room(free, kept, store),
        Err(error) => Finding::warning(
            NAME,
            format!("{}: its room is not known: {error}", folder.display()),
            "look with df",
        ),
    }
}

/// Judges `free` bytes for a chain that needs `least`, and for a store that may grow to `cap`, has `held` already, and
/// leaves `reserve` free.
fn judge_room(free: u64, (least, reserve): (u64, u64), (cap, held): (u64, u64)) -> Finding {
    const NAME: &str = "disk";
    let wanted = cap.saturating_sub(held);
    if free < least {
        let lacking = wanted.saturating_add(if wanted > 0 { reserve } else { least });
        let advice = format!("free at least {}", size(lacking));
        return Finding::unfit(NAME, format!("{} free", size(free)), advice);
    }
    let found = match wanted {
        0 => format!("{} free", size(free)),
        _ => format!(
            "{} free; the IPFS store may take {} more",
            size(free),
            size(wanted)
        ),
    };
    if wanted > 0 && free < wanted.saturating_add(reserve) {
        let fits = free.saturating_add(held).saturating_sub(reserve) >> 20;
        let advice = format!("free some, or give the store less with --ipfs-storage-max {fits}");
        return Finding::warning(NAME, found, advice);
    }
    Finding::fit(NAME, found)
}

/// Returns the bytes of all readable files below a folder.
fn held(folder: &Path) -> u64 {
    let mut bytes = 0u64;
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(info) if info.is_dir() => folders.push(entry.path()),
                Ok(info) => bytes = bytes.saturating_add(info.len()),
                Err(_) => {}
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::check::report::Verdict;

    #[test]
    fn a_clock_from_before_the_chain_or_that_was_set_back() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let now = at(NOT_BEFORE + 1_000);
        assert_eq!(sane(at(0), None).verdict, Verdict::Unfit);
        assert_eq!(sane(now, None).verdict, Verdict::Fit);
        assert_eq!(sane(now, Some(at(NOT_BEFORE))).verdict, Verdict::Fit);
        let ahead = sane(now, Some(at(NOT_BEFORE + 1_060)));
        assert_eq!(ahead.verdict, Verdict::Unfit);
        assert!(ahead.found.contains("60 s ahead"), "{ahead:?}");
    }

    #[test]
    fn who_keeps_the_clock() {
        assert_eq!(synchronised(Some("yes")).verdict, Verdict::Fit);
        for answer in [Some("no"), None] {
            let finding = synchronised(answer);
            assert_eq!(finding.verdict, Verdict::Warning);
            assert!(finding.advice.unwrap().contains("chrony"));
        }
    }

    #[test]
    fn the_newest_file_of_the_database_counts() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest(folder.path()), None);
        let database = folder.path().join("paritydb/full");
        fs::create_dir_all(&database).unwrap();
        let future = SystemTime::now() + Duration::from_secs(3600);
        let file = File::create(database.join("log0")).unwrap();
        file.set_modified(future).unwrap();
        assert_eq!(newest(folder.path()), Some(future));
    }

    #[test]
    fn a_folder_that_can_be_written_is_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        assert_ne!(write(folder.path()).verdict, Verdict::Unfit);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let missing = write(&folder.path().join("missing"));
        assert_eq!(missing.verdict, Verdict::Unfit);
        assert!(missing.advice.unwrap().contains("--base-path"));
    }

    #[test]
    fn room_for_the_store_and_the_chain() {
        const GIB: u64 = 1 << 30;
        let judge = |free, cap, held| judge_room(free, (GIB, 2 * GIB), (cap, held));
        assert_eq!(judge(20 * GIB, 10 * GIB, 0).verdict, Verdict::Fit);
        let full = judge(2 * GIB, 10 * GIB, 10 * GIB);
        assert_eq!(full.verdict, Verdict::Fit);
        assert_eq!(full.found, "2.0 GiB free");
        let nearly = judge(2 * GIB, 10 * GIB, 10 * GIB - (51 << 20));
        assert!(nearly.found.contains("51 MiB more"), "{nearly:?}");
        assert_eq!(judge(GIB / 2, 0, 0).verdict, Verdict::Unfit);
        assert_eq!(
            judge_room(GIB / 2, (GIB / 4, GIB), (0, 0)).verdict,
            Verdict::Fit
        );
        let tight = judge(5 * GIB, 10 * GIB, GIB);
        assert_eq!(tight.verdict, Verdict::Warning);
        assert!(tight.advice.unwrap().ends_with("--ipfs-storage-max 4096"));
    }

    #[test]
    fn what_a_store_holds_is_counted_with_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("blockstore")).unwrap();
        fs::write(folder.path().join("key"), [0; 10]).unwrap();
        fs::write(folder.path().join("blockstore/one"), [0; 32]).unwrap();
        assert_eq!(held(folder.path()), 42);
        assert_eq!(held(&folder.path().join("missing")), 0);
    }
}
