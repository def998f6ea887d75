//! Logs that a validator's node makes blocks, or that it should and does not. A line for each block would be one more
//! of four in a second, so there is one a minute.

use std::{sync::Arc, time::Duration};

use aicpw_runtime::opaque::Block;
use futures::{future, StreamExt};
use sc_client_api::BlockchainEvents;
use sc_network_sync::SyncingService;
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_consensus::{BlockOrigin, SyncOracle};
use sp_consensus_babe::BabeApi;
use sp_core::crypto::{key_types::BABE, ByteArray};
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Header;
use tokio::time::{interval_at, Instant};

use super::FullClient;

/// How often there is a line.
const EVERY: Duration = Duration::from_secs(60);

/// Whether this node is one of those that should make blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Unknown, because the node is behind the others.
    Behind,
    /// It has the key of one of this many validators of the session.
    Validates(usize),
    /// It has the key of no validator.
    Waits,
}

const WAITS: Option<Standing> = Some(Standing::Waits);

/// The line about one minute.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Info(String),
    Warning(String),
}

/// What this node has made, and what was logged of it.
#[derive(Debug, Default)]
struct Book {
    /// Blocks made in the running minute.
    made: u32,
    /// The number of the last block it has made.
    last: Option<u32>,
    /// The standing at the end of the previous minute.
    standing: Option<Standing>,
}

impl Book {
    /// Notes a block that the node has made. Returns what to log about it.
    fn made(&mut self, number: u32) -> Option<Line> {
        self.made = self.made.saturating_add(1);
        let first = self.last.replace(number).is_none();
        first.then(|| Line::Info(format!("made its first block since the start: #{number}")))
    }

    /// Ends a minute. Returns what to log about it. `standing` is `None` if the state could not be read.
    fn minute(&mut self, standing: Option<Standing>) -> Option<Line> {
        let before = std::mem::replace(&mut self.standing, standing);
        let made = std::mem::take(&mut self.made);
        if let (1.., Some(last)) = (made, self.last) {
            return Some(Line::Info(format!(
                "made {made} block{} in the last minute, the last one is #{last}",
                if made == 1 { "" } else { "s" },
            )));
        }
        match (before, standing?) {
            (Some(Standing::Validates(_)), Standing::Validates(validators)) => {
                Some(Line::Warning(format!(
                    "made no block in the last minute, although this node has the key of one of the \
                     session's {validators} validators. See whether the clock is right, it has peers \
                     and blocks become final; a validator that was reported for an offence makes none \
                     until the set of validators changes"
                )))
            }
            (before, Standing::Waits) if before != WAITS => Some(Line::Info(
                "makes no blocks: this node has the key of none of the session's validators".into(),
            )),
            _ => None,
        }
    }
}

/// The parts that the log of own blocks needs.
pub struct OwnBlocks {
    /// The chain.
    pub client: Arc<FullClient>,
    /// This node's keys.
    pub keystore: KeystorePtr,
    /// Whether the node is behind.
    pub sync: Arc<SyncingService<Block>>,
}

impl OwnBlocks {
    /// Logs as long as the client lives.
    pub async fn tell(self) {
        let imported = self.client.import_notification_stream();
        let mut own = imported.filter_map(|imported| {
            let is_own = imported.origin == BlockOrigin::Own;
            future::ready(is_own.then(|| *imported.header.number()))
        });
        let mut minutes = interval_at(Instant::now() + EVERY, EVERY);
        let mut book = Book::default();
        loop {
            let line = tokio::select! {
                number = own.next() => match number {
                    Some(number) => book.made(number),
                    None => return,
                },
                _ = minutes.tick() => book.minute(self.standing()),
            };
            match line {
                Some(Line::Info(line)) => log::info!("🔖 {line}"),
                Some(Line::Warning(line)) => log::warn!("⚠️  {line}"),
                None => {}
            }
        }
    }

    fn standing(&self) -> Option<Standing> {
        if self.sync.is_major_syncing() {
            return Some(Standing::Behind);
        }
        let best = self.client.info().best_hash;
        let epoch = self.client.runtime_api().current_epoch(best).ok()?;
        let mut keys = epoch.authorities.iter().map(|(key, _)| key.to_raw_vec());
        Some(
            match keys.any(|key| self.keystore.has_keys(&[(key, BABE)])) {
                true => Standing::Validates(epoch.authorities.len()),
                false => Standing::Waits,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const VALIDATES: Option<Standing> = Some(Standing::Validates(4));
    fn text(line: Option<Line>) -> String {
        match line.unwrap() {
            Line::Info(line) | Line::Warning(line) => line,
        }
    }

    #[test]
    fn the_first_block_is_told_at_once_and_the_others_by_the_minute() {
        let mut book = Book::default();
        assert!(text(book.made(7)).ends_with("#7"));
        assert_eq!(book.made(9), None);
        let line = text(book.minute(VALIDATES));
        assert!(line.contains("2 blocks") && line.ends_with("#9"), "{line}");
        assert_eq!(book.made(12), None);
        assert!(text(book.minute(VALIDATES)).contains("1 block in"));
    }

    #[test]
    fn a_validator_that_makes_none_for_a_minute_is_a_warning() {
        let mut book = Book::default();
        // This may have been for a moment only.
        assert_eq!(book.minute(VALIDATES), None);
        for _ in 0..2 {
            let line = book.minute(VALIDATES).unwrap();
            assert!(matches!(line, Line::Warning(text) if text.contains("session's 4")));
        }
        assert_eq!(book.minute(Some(Standing::Behind)), None);
        assert_eq!(book.minute(VALIDATES), None);
        assert_eq!(book.minute(None), None);
        assert_eq!(book.minute(VALIDATES), None);
    }

    #[test]
    fn who_is_no_validator_is_told_so_once() {
        let mut book = Book::default();
        assert!(matches!(book.minute(WAITS), Some(Line::Info(text)) if text.contains("no blocks")));
        assert_eq!(book.minute(WAITS), None);
        assert_eq!(book.minute(VALIDATES), None);
        assert!(matches!(book.minute(WAITS), Some(Line::Info(_))));
    }
}
