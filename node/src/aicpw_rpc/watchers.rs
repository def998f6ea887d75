//! How many tasks are watched at once.

use std::sync::Arc;

use jsonrpsee::types::ErrorObjectOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{error, TOO_MANY_WATCHED};

/// Subscriptions to tasks, of all connections together: each may have the runtime executed for every new block, best and
/// finalised, so they cost the node and not only the connection.
pub const MOST: usize = 256;

/// Places for subscriptions, which all clones share.
#[derive(Clone)]
pub struct Watchers(Arc<Semaphore>);

impl Default for Watchers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST)))
    }
}

impl Watchers {
    /// A place, which is free again when this is dropped.
    ///
    /// # Errors
    /// If all are taken.
    pub fn place(&self) -> Result<OwnedSemaphorePermit, ErrorObjectOwned> {
        self.0.clone().try_acquire_owned().map_err(|_| {
            let message = format!(
                "this node watches {MOST} tasks already; try again later, or ask aicpw_task from time to time"
            );
            error(TOO_MANY_WATCHED, message)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn so_many_tasks_are_watched_and_no_more() {
        let watchers = Watchers::default();
        let other = watchers.clone();
        let mut places: Vec<_> = (0..MOST).map(|_| watchers.place().unwrap()).collect();
        let refused = other.place().unwrap_err();
        assert_eq!(refused.code(), TOO_MANY_WATCHED);
        assert!(refused.message().contains("256"), "{refused:?}");
        drop(places.pop());
        assert!(other.place().is_ok());
    }
}
