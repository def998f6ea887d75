//! The limits on how many tasks are watched at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jsonrpsee::{types::ErrorObjectOwned, ConnectionId};

use super::error::{error, TOO_MANY_WATCHED};

/// Most subscriptions to tasks, of all connections together. Each may have the runtime executed for every new block,
/// best and finalised, so subscriptions cost the node and not only the connection.
pub const MOST: usize = 256;

/// Most subscriptions of one connection. A connection that takes as many as it can leaves seven eighths to others.
pub const MOST_OF_ONE: usize = 32;

/// Places for subscriptions, which all clones share.
#[derive(Clone, Default)]
pub struct Watchers(Arc<Mutex<Taken>>);

/// The places that are taken.
#[derive(Default)]
struct Taken {
    all: usize,
    /// The number of places per connection that has any. The server numbers the connections separately for each address
    /// that it listens on, so two connections can have the same number, and then share what one connection may have.
    by_connection: HashMap<ConnectionId, usize>,
}

/// A place for one subscription, which is freed when this is dropped.
pub struct Place {
    watchers: Watchers,
    connection: ConnectionId,
}

impl Watchers {
    /// Takes a place for this connection.
    ///
    /// # Errors
    /// If all places are taken, or the connection has as many as it may have.
    pub fn place(&self, connection: ConnectionId) -> Result<Place, ErrorObjectOwned> {
        let mut taken = self.taken();
        let own = taken.by_connection.get(&connection).copied().unwrap_or(0);
        let reason = if own >= MOST_OF_ONE {
            format!("this connection watches {MOST_OF_ONE} tasks already, the most that one may; end a subscription")
        } else if taken.all >= MOST {
            format!("this node watches {MOST} tasks already; try again later")
        } else {
            taken.all += 1;
            taken.by_connection.insert(connection, own + 1);
            return Ok(Place {
                watchers: self.clone(),
                connection,
            });
        };
        let message = format!("{reason}, or ask aicpw_task from time to time");
        Err(error(TOO_MANY_WATCHED, message))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.watchers.taken();
        taken.all = taken.all.saturating_sub(1);
        if let Some(own) = taken.by_connection.get_mut(&self.connection) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.by_connection.remove(&self.connection);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn places(watchers: &Watchers, connection: usize, count: usize) -> Vec<Place> {
        let place = |_| watchers.place(ConnectionId(connection)).ok().unwrap();
        (0..count).map(place).collect()
    }

    fn refused(watchers: &Watchers, connection: usize) -> String {
        let refused = watchers.place(ConnectionId(connection)).err().unwrap();
        assert_eq!(refused.code(), TOO_MANY_WATCHED);
        refused.message().to_owned()
    }

    #[test]
    fn so_many_tasks_are_watched_and_no_more() {
        let watchers = Watchers::default();
        let other = watchers.clone();
        let connections = MOST / MOST_OF_ONE;
        let mut taken: Vec<_> = (0..connections)
            .map(|connection| places(&watchers, connection, MOST_OF_ONE))
            .collect();
        let message = refused(&other, connections);
        assert!(message.contains("this node watches 256 tasks"), "{message}");
        drop(taken.pop());
        assert_eq!(places(&other, connections, MOST_OF_ONE).len(), MOST_OF_ONE);
    }

    #[test]
    fn one_connection_leaves_places_to_others() {
        let watchers = Watchers::default();
        let mut taken = places(&watchers, 1, MOST_OF_ONE);
        let message = refused(&watchers, 1);
        assert!(
            message.contains("this connection watches 32 tasks"),
            "{message}"
        );
        assert_eq!(places(&watchers, 2, 1).len(), 1);
        // A connection can take a place again that it gave back. Nothing is kept about a connection without places.
        drop(taken.pop());
        taken.extend(places(&watchers, 1, 1));
        refused(&watchers, 1);
        drop(taken);
        assert!(watchers.taken().by_connection.is_empty());
    }
}
