//! Checks how full the store is. What is on its way counts, so that many downloads together keep to
//! the limit.
//!
//! Each block is a file, and most file systems can have only a limited number of them: a stranger's
//! small blocks use them up long before the bytes, and then nobody can make a file on that disk any
//! more. So a part of them is left for others, like bytes.

use super::Storage;
use crate::error::OpError;
use anyhow::Context;
use std::sync::atomic::Ordering;
use std::sync::Arc;

/// One part in this many of the limit is freed beyond what is needed, so that not every block
/// causes a collection.
const SLACK_DIVISOR: u64 = 20;

/// One part in this many of all files that a disk can have is left for others. A worker's jobs on
/// the same disk are refused at half of that (`queue/promises.rs`): the store collects first. What
/// is on its way is not counted, because it is little in comparison.
const FILES_LEFT_DIVISOR: u64 = 20;

/// Room in the store for a block that is on its way. It is given back when dropped; what really
/// came is noted with [`Reserved::filled`].
pub struct Reserved {
    storage: Arc<Storage>,
    bytes: u64,
}

/// What is free on the store's disk, for this user.
#[derive(Debug, Clone, Copy)]
pub(super) struct Free {
    bytes: u64,
    /// Files that can still be made.
    files: u64,
    /// The files that it can have in all; 0 if the file system has no such limit.
    all_files: u64,
}

/// What a collection has to free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) bytes: u64,
    /// Blocks, each of which is a file.
    pub(super) files: u64,
}

/// How much must be freed, and the error if it cannot be.
pub(super) struct Shortage {
    pub(super) wanted: Wanted,
    error: OpError,
}

impl Storage {
    /// Reserves room for `bytes` more, and removes what is not pinned if necessary.
    ///
    /// # Errors
    /// [`OpError::StorageLimit`], [`OpError::DiskFull`] or [`OpError::FilesFull`] if there is no
    /// room even then.
    pub async fn reserve(self: &Arc<Self>, bytes: u64) -> Result<Reserved, OpError> {
        // Added first, so that of two operations at once only one gets the last bytes.
        self.reserved.fetch_add(bytes, Ordering::Relaxed);
        let reserved = Reserved {
            storage: self.clone(),
            bytes,
        };
        if self.shortage()?.is_some() {
            self.evict().await?;
            self.check_room()?;
        }
        Ok(reserved)
    }

    /// # Errors
    /// When there is no room for what is on its way, so that it cannot be stored when it comes.
    pub fn check_room(&self) -> Result<(), OpError> {
        self.shortage()?
            .map_or(Ok(()), |shortage| Err(shortage.error))
    }

    pub(super) fn shortage(&self) -> Result<Option<Shortage>, OpError> {
        Ok(Shortage::of(
            self.used.load(Ordering::Relaxed),
            self.reserved.load(Ordering::Relaxed),
            self.limit,
            self.disk_free()?,
            self.disk_reserve,
        ))
    }

    /// Returns what is free on the store's disk.
    pub(super) fn disk_free(&self) -> Result<Free, OpError> {
        let disk = rustix::fs::statvfs(&self.path)
            .with_context(|| format!("cannot read the free space of {}", self.path.display()))?;
        Ok(Free {
            bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
            files: disk.f_favail,
            all_files: disk.f_files,
        })
    }
}

impl Free {
    /// Returns the bytes that blocks may take, with `reserve` left; none if there are too few
    /// files.
    pub(super) fn room(&self, reserve: u64) -> u64 {
        match self.files_lacking() {
            0 => self.bytes.saturating_sub(reserve),
            _ => 0,
        }
    }

    /// Returns how many files have to go before there can be more.
    fn files_lacking(&self) -> u64 {
        let left = self.all_files / FILES_LEFT_DIVISOR;
        match left.saturating_sub(self.files) {
            0 => 0,
            lacking => lacking.saturating_add(left / SLACK_DIVISOR),
        }
    }
}

impl Shortage {
    fn of(
        used: u64,
        reserved: u64,
        limit: Option<u64>,
        free: Free,
        disk_reserve: u64,
    ) -> Option<Self> {
        let wanted = used.saturating_add(reserved);
        let of_limit = limit.filter(|limit| wanted > *limit).map(|limit| Self {
            wanted: Wanted {
                bytes: (wanted - limit).saturating_add(limit / SLACK_DIVISOR),
                files: 0,
            },
            error: OpError::StorageLimit { used, limit },
        });
        let wanted = reserved.saturating_add(disk_reserve);
        let of_bytes = (free.bytes < wanted).then(|| Self {
            wanted: Wanted {
                bytes: wanted - free.bytes,
                files: 0,
            },
            error: OpError::DiskFull { free: free.bytes },
        });
        let lacking = free.files_lacking();
        let of_files = (lacking > 0).then(|| Self {
            wanted: Wanted {
                bytes: 0,
                files: lacking,
            },
            error: OpError::FilesFull {
                free: free.files,
                all: free.all_files,
            },
        });
        let all = [of_limit, of_bytes, of_files].into_iter().flatten();
        all.reduce(Self::and)
    }

    /// Returns both together, so that one collection is enough.
    fn and(self, other: Self) -> Self {
        Self {
            wanted: Wanted {
                bytes: self.wanted.bytes.max(other.wanted.bytes),
                files: self.wanted.files.max(other.wanted.files),
            },
            error: self.error,
        }
    }
}

impl Reserved {
    /// Notes that the block is in the store now, and has `bytes` bytes.
    pub fn filled(self, bytes: u64) {
        // Added only once the reservation is given back, so that the count is never more than what
        // is there.
        let storage = self.storage.clone();
        drop(self);
        storage.used.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.storage
            .reserved
            .fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_ipfs::Block;
    use rust_unixfs::file::adder::FileAdder;
    use std::io::Write;
    use std::process::Command;

    const FREE: Free = Free {
        bytes: 1 << 40,
        files: 0,
        all_files: 0,
    };

    fn free(bytes: u64) -> Free {
        Free { bytes, ..FREE }
    }

    fn free_files(files: u64, all_files: u64) -> Free {
        Free {
            files,
            all_files,
            ..FREE
        }
    }

    #[test]
    fn the_limit_counts_what_is_on_its_way() {
        assert!(Shortage::of(600, 400, Some(1000), FREE, 0).is_none());
        assert!(Shortage::of(600, 400, None, FREE, 0).is_none());
        let shortage = Shortage::of(601, 400, Some(1000), FREE, 0).unwrap();
        assert_eq!(shortage.wanted.bytes, 1 + 1000 / SLACK_DIVISOR);
        assert!(matches!(
            shortage.error,
            OpError::StorageLimit {
                used: 601,
                limit: 1000
            }
        ));
    }

    #[test]
    fn the_disk_is_full_before_it_is() {
        let reserve = 1000;
        assert!(Shortage::of(0, 5, None, free(reserve + 5), reserve).is_none());
        let shortage = Shortage::of(0, 5, None, free(reserve + 3), reserve).unwrap();
        assert_eq!(shortage.wanted.bytes, 2);
        let text = shortage.error.to_string();
        assert!(text.contains("no space left on device"), "{text}");
    }

    #[test]
    fn the_disk_is_full_before_it_has_no_more_files() {
        let of = |free| Shortage::of(0, 5, None, free, 0);
        assert!(of(free_files(100, 2000)).is_none());
        let shortage = of(free_files(98, 2000)).unwrap();
        let wanted = Wanted {
            bytes: 0,
            files: 2 + 100 / SLACK_DIVISOR,
        };
        assert_eq!(shortage.wanted, wanted);
        let text = shortage.error.to_string();
        assert!(text.contains("no space left on device"), "{text}");
        // A file system without such a limit reports 0.
        assert!(of(free_files(0, 0)).is_none());
        assert_eq!(free_files(100, 2000).room(1), FREE.bytes - 1);
        assert_eq!(free_files(99, 2000).room(1), 0);
    }

    #[test]
    fn all_that_is_short_is_freed_together() {
        let few = Free {
            bytes: 3,
            ..free_files(0, 2000)
        };
        let shortage = Shortage::of(1000, 5, Some(1000), few, 0).unwrap();
        let wanted = Wanted {
            bytes: 5 + 1000 / SLACK_DIVISOR,
            files: 100 + 100 / SLACK_DIVISOR,
        };
        assert_eq!(shortage.wanted, wanted);
        assert!(matches!(shortage.error, OpError::StorageLimit { .. }));
        let shortage = Shortage::of(0, 5, None, few, 0).unwrap();
        assert_eq!(shortage.wanted.bytes, 2);
        assert!(matches!(shortage.error, OpError::DiskFull { free: 3 }));
    }

    /// A separate disk that can have few files. Only root can mount one, and not in every
    /// container.
    struct FewFiles(tempfile::TempDir);

    impl FewFiles {
        /// Mounts a disk. Returns `None`, with a message, if none can be mounted.
        fn mount(files: u64) -> Option<Self> {
            let folder = tempfile::tempdir().unwrap();
            let options = format!("size=64m,nr_inodes={files}");
            let mount = Command::new("mount")
                .args(["-t", "tmpfs", "-o", &options, "aicpw-test"])
                .arg(folder.path())
                .output();
            if mount.unwrap().status.success() {
                return Some(Self(folder));
            }
            let required =
                std::env::var_os("AICPW_DISK_REQUIRED").is_some_and(|value| value == "1");
            let how = "run this as root, in a container with --cap-add SYS_ADMIN";
            assert!(!required, "no disk, and AICPW_DISK_REQUIRED=1: {how}");
            let thread = std::thread::current();
            let test = thread.name().unwrap_or("a test");
            // Not with a macro: what those print is hidden when a test passes.
            let mut stderr = std::io::stderr().lock();
            writeln!(
                stderr,
                "SKIPPED {test}: no file system can be mounted here; {how}"
            )
            .unwrap();
            None
        }
    }

    impl Drop for FewFiles {
        fn drop(&mut self) {
            // Lazily: open files do not keep it mounted.
            let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
        }
    }

    /// Blocks that are stored together.
    const PER_TURN: u32 = 40;

    /// Returns the blocks of this turn, which differ from all others.
    fn blocks(turn: u32) -> Vec<Block> {
        let one = |number: u32| {
            let mut adder = FileAdder::default();
            let _ = adder.push(&number.to_le_bytes()).1;
            let (cid, data) = adder.finish().next().unwrap();
            Block::new(cid, data).unwrap()
        };
        (PER_TURN * turn..PER_TURN * (turn + 1)).map(one).collect()
    }

    /// Regression: small blocks used up all files of the disk although bytes were free, and nothing
    /// was collected.
    #[tokio::test]
    async fn small_blocks_leave_files_for_others() {
        let Some(disk) = FewFiles::mount(2000) else {
            return;
        };
        let storage = Storage::open(disk.0.path(), None, 0).await.unwrap();
        // As many as there can be files; and the folders that they are in stay.
        for turn in 0..50 {
            storage.put(blocks(turn)).await.unwrap();
        }
        let free = storage.disk_free().unwrap();
        // The last turn has taken some of the twentieth that is left: a block may need a folder
        // too.
        let least = 100 - 2 * u64::from(PER_TURN);
        assert!(free.files >= least, "{free:?}");
        let last = *blocks(49).pop().unwrap().cid();
        assert!(storage.repo().contains(last).await.unwrap());

        let mut hold = storage.hold();
        let mut turns = 50..100;
        let error = loop {
            let blocks = blocks(turns.next().unwrap());
            hold.add(blocks.iter().map(|block| *block.cid())).await;
            if let Err(error) = storage.put(blocks).await {
                break error;
            }
        };
        assert!(matches!(error, OpError::FilesFull { .. }), "{error}");
        let usage = storage.usage().await.unwrap();
        assert_eq!(usage.most, usage.bytes);
        let free = storage.disk_free().unwrap();
        assert!(free.files >= least, "{free:?}");
        // Nothing needs the blocks any more.
        drop(hold);
        storage.put(blocks(100)).await.unwrap();
    }
}
