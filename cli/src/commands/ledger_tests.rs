use std::cell::Cell;

use super::*;
use crate::ledger::tests::{settled, PROVIDER};

/// A fake node that has these blocks' states. Block 5 settles a task.
fn node(kept: std::ops::RangeInclusive<u64>) -> impl AsyncFn(u64) -> Result<Option<Block>> {
    async move |height: u64| -> Result<Option<Block>> {
        let block = Block {
            hash: H256([height as u8; 32]),
            timestamp: 1_000 * height,
            events: if height == 5 { settled() } else { Vec::new() },
        };
        Ok(kept.contains(&height).then_some(block))
    }
}

fn seen(block: u64) -> Seen {
    Seen {
        block,
        hash: Some(show_hash(&[block as u8; 32])),
        timestamp: 1_000 * block,
    }
}

fn ledger(out: &Output) -> Ledger<'_> {
    Ledger {
        out,
        account: PROVIDER,
        follow: false,
        said: 0,
        last: None,
        found: LedgerJson::default(),
    }
}

async fn found(
    read: &impl AsyncFn(u64) -> Result<Option<Block>>,
    from: u64,
    newest: u64,
) -> Vec<Found> {
    let mut all = Vec::new();
    let take = |found| {
        all.push(found);
        Ok(())
    };
    walk(read, &PROVIDER, from, newest, take).await.unwrap();
    all
}

#[tokio::test]
async fn blocks_are_gone_through_and_those_that_are_not_there_are_said() {
    let all = found(&node(3..=6), 1, 6).await;
    assert_eq!(all[0], Found::Gap { first: 1, last: 2 });
    let blocks: Vec<_> = all[1..]
        .iter()
        .map(|found| match found {
            Found::Block { seen, lines } => (seen.clone(), lines.len()),
            Found::Gap { .. } => panic!("{found:?}"),
        })
        .collect();
    assert_eq!(
        blocks,
        [(seen(3), 0), (seen(4), 0), (seen(5), 1), (seen(6), 0)]
    );
    let Found::Block { lines, .. } = &all[3] else {
        panic!("{all:?}")
    };
    assert_eq!((lines[0].block, lines[0].timestamp), (5, 5_000));
    assert_eq!(lines[0].entry.change, Change(98));
    assert!(found(&node(3..=6), 7, 6).await.is_empty());
    // The node has none of these states.
    let none = found(&node(9..=9), 2, 6).await;
    assert_eq!(none, [Found::Gap { first: 2, last: 6 }]);
}

/// Regression: the first lost connection ended a ledger that stays up.
#[test]
fn a_lost_connection_passes_and_another_chain_does_not() {
    assert!(passes(&Error::new(Kind::Unreachable, "lost")));
    assert!(passes(&Error::new(Kind::Timeout, "no new block")));
    assert!(!passes(&Error::other("the disk is full")));
    let here = |byte| Some(H256([byte; 32]));
    require_same(&seen(5), here(5)).unwrap();
    let other = require_same(&seen(5), here(6)).unwrap_err();
    assert!(other.message.contains("another chain"), "{other}");
    assert!(!passes(&other));
    // Nothing can be said about a block that the node does not have, or for which the file has no
    // hash.
    require_same(&seen(5), None).unwrap();
    let gone = Seen {
        hash: None,
        ..seen(5)
    };
    require_same(&gone, here(6)).unwrap();
}

/// Regression: blocks were read one after the other, which from far away is slower than they become
/// final.
#[tokio::test]
async fn blocks_are_read_ahead_and_come_in_their_order() {
    let (running, most) = (Cell::new(0_usize), Cell::new(0_usize));
    let node = node(3..=50);
    let read = async |height: u64| {
        running.set(running.get() + 1);
        most.set(most.get().max(running.get()));
        // Later blocks are answered sooner.
        for _ in height..60 {
            tokio::task::yield_now().await;
        }
        running.set(running.get() - 1);
        node(height).await
    };
    let all = found(&read, 3, 50).await;
    assert_eq!(most.get(), PARALLEL);
    let heights = all.iter().map(|found| match found {
        Found::Block { seen, .. } => seen.block,
        Found::Gap { .. } => panic!("{found:?}"),
    });
    assert!(heights.eq(3..=50));
    // Blocks whose states are gone are passed over at once.
    let all = found(&read, 1, 4).await;
    assert_eq!(all.len(), 3);
    assert_eq!(all[0], Found::Gap { first: 1, last: 2 });
}

#[tokio::test]
async fn the_oldest_state_is_found() {
    let first = async |kept, gone| first_kept(&node(kept), gone, 1_000).await.unwrap();
    assert_eq!(first(745..=1_000, 744).await, 745);
    assert_eq!(first(745..=1_000, 0).await, 745);
    // An archive has all states, but only the newest blocks are wanted.
    assert_eq!(first(0..=1_000, 744).await, 745);
    assert_eq!(first(1_000..=1_000, 0).await, 1_000);
    assert_eq!(first(2_000..=2_000, 0).await, 1_001);
    assert_eq!(first_kept(&node(0..=3), 0, 3).await.unwrap(), 1);
}

/// When a signal ends it, the file is at most some blocks behind.
#[tokio::test]
async fn a_file_says_how_far_it_goes_also_where_nothing_happens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.csv");
    let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
    let out = Output::new(true);
    let mut ledger = ledger(&out);
    let goes_to = |file: &LedgerFile| file.seen().map(|seen| seen.block);
    let nothing = |block| Found::Block {
        seen: seen(block),
        lines: Vec::new(),
    };
    let mut take = |ledger: &mut Ledger<'_>, found| {
        ledger.take(found, 100, Some(&mut file)).unwrap();
        goes_to(&file)
    };
    assert_eq!(take(&mut ledger, nothing(19)), None);
    assert_eq!(take(&mut ledger, nothing(20)), Some(20));
    assert_eq!(take(&mut ledger, nothing(21)), Some(20));
    let gap = Found::Gap {
        first: 22,
        last: 30,
    };
    assert_eq!(take(&mut ledger, gap), Some(30));
    let mut paid = found(&node(1..=9), 5, 5).await;
    assert_eq!(take(&mut ledger, paid.remove(0)), Some(5));
    assert_eq!(take(&mut ledger, nothing(100)), Some(100));
    assert_eq!(ledger.last, Some(seen(100)));
    assert_eq!(ledger.found.gaps, [(22, 30)]);
    assert_eq!(ledger.found.sum, Change(98));
    assert_eq!(ledger.found.entries.len(), 1);
}

/// Regression: the lines were replaced by a gap.
#[tokio::test]
async fn lines_that_are_there_stay_when_the_state_of_their_block_is_gone() {
    for last in [5, 8] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.csv");
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        let Found::Block { seen, lines } = found(&node(1..=9), 5, 5).await.remove(0) else {
            panic!("no block")
        };
        file.add(&lines, None, seen).unwrap();
        drop(file);
        let whole = std::fs::read_to_string(&path).unwrap();
        let entry = &whole[..whole.rfind("\n5,").unwrap() + 1];
        std::fs::write(&path, entry).unwrap();
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        assert_eq!(file.seen().map(|seen| seen.block), Some(4));
        let out = Output::new(true);
        let mut ledger = ledger(&out);
        let gap = Found::Gap { first: 5, last };
        ledger.take(gap, 100, Some(&mut file)).unwrap();
        assert_eq!(file.seen().map(|seen| seen.block), Some(last));
        let text = std::fs::read_to_string(&path).unwrap();
        let added = text.strip_prefix(entry).unwrap();
        let gaps = match last {
            5 => vec![],
            last => vec![(6, last)],
        };
        assert_eq!(added.starts_with("6,,gap,8,"), !gaps.is_empty(), "{added}");
        assert_eq!(added.lines().count(), gaps.len() + 1, "{added}");
        assert_eq!(ledger.found.gaps, gaps);
    }
}

/// Regression: "Blocks 99999999 to 99999998".
#[test]
fn where_no_block_was_looked_at_it_is_said() {
    let blocks = |from_block, to_block| {
        let found = LedgerJson {
            from_block,
            to_block,
            ..LedgerJson::default()
        };
        show(&found, None)
    };
    let none = blocks(9, 8);
    assert!(none.contains("none: block 9 is not final yet"), "{none}");
    let one = blocks(9, 9);
    assert!(one.contains("9 to 9"), "{one}");
}

/// Regression: a program that reads the output of a ledger did not learn that blocks are missing.
#[test]
fn a_gap_is_a_line_for_programs() {
    let gap = GapJson { gap: (3, 9) };
    assert_eq!(crate::output::json::line(&gap), r#"{"gap":[3,9]}"#);
    crate::output::documented::check(&["Ledger"], &gap);
}

#[tokio::test]
async fn the_document_is_documented() {
    let mut found = found(&node(1..=9), 5, 5).await;
    let Found::Block { lines, .. } = found.remove(0) else {
        panic!("no block")
    };
    let document = LedgerJson {
        account: Some(PROVIDER),
        gaps: vec![(1, 2)],
        entries: lines,
        ..LedgerJson::default()
    };
    crate::output::documented::check(&["Ledger"], &document);
}
