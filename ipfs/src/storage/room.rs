//! How full the store is. What is on its way counts, so that many downloads together keep to the
//! limit.

use super::Storage;
use crate::error::OpError;
use anyhow::Context;
use std::sync::atomic::Ordering;
use std::sync::Arc;

/// Part of the limit that is freed beyond what is needed, so that not every block collects.
const SLACK_DIVISOR: u64 = 20;

/// Room in the store for a block that is on its way. Given back when dropped; what really came is
/// noted with [`Reserved::filled`].
pub struct Reserved {
    storage: Arc<Storage>,
    bytes: u64,
}

/// How much must be freed, and what to say if it cannot be.
pub(super) struct Shortage {
    pub(super) bytes: u64,
    error: OpError,
}

impl Storage {
    /// Reserves room for `bytes` more, removing what is not pinned if need be.
    ///
    /// # Errors
    /// [`OpError::StorageLimit`] or [`OpError::DiskFull`] when they do not fit even so.
    pub async fn reserve(self: &Arc<Self>, bytes: u64) -> Result<Reserved, OpError> {
        // First, so that of two who come at once only one gets the last bytes.
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

    /// Bytes that are free on the store's disk, for this user.
    pub(super) fn disk_free(&self) -> Result<u64, OpError> {
        let disk = rustix::fs::statvfs(&self.path)
            .with_context(|| format!("cannot read the free space of {}", self.path.display()))?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

impl Shortage {
    fn of(
        used: u64,
        reserved: u64,
        limit: Option<u64>,
        free: u64,
        disk_reserve: u64,
    ) -> Option<Self> {
        let wanted = used.saturating_add(reserved);
        match limit {
            Some(limit) if wanted > limit => Some(Self {
                bytes: (wanted - limit).saturating_add(limit / SLACK_DIVISOR),
                error: OpError::StorageLimit { used, limit },
            }),
            _ => {
                let wanted = reserved.saturating_add(disk_reserve);
                (free < wanted).then(|| Self {
                    bytes: wanted - free,
                    error: OpError::DiskFull { free },
                })
            }
        }
    }
}

impl Reserved {
    /// What was on its way is in the store, and has `bytes` bytes.
    pub fn filled(self, bytes: u64) {
        // Added once the reservation is given back: never more than there is.
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

    const FREE: u64 = 1 << 40;

    #[test]
    fn the_limit_counts_what_is_on_its_way() {
        assert!(Shortage::of(600, 400, Some(1000), FREE, 0).is_none());
        assert!(Shortage::of(600, 400, None, FREE, 0).is_none());
        let shortage = Shortage::of(601, 400, Some(1000), FREE, 0).unwrap();
        assert_eq!(shortage.bytes, 1 + 1000 / SLACK_DIVISOR);
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
        assert!(Shortage::of(0, 5, None, reserve + 5, reserve).is_none());
        let shortage = Shortage::of(0, 5, None, reserve + 3, reserve).unwrap();
        assert_eq!(shortage.bytes, 2);
        let text = shortage.error.to_string();
        assert!(text.contains("no space left on device"), "{text}");
    }
}
