//! `aicpw account ledger`: what an account received and paid, from final blocks.

use std::path::PathBuf;

use futures::{StreamExt, TryStreamExt};
use serde::Serialize;
use subxt::config::substrate::H256;

use super::{reconnect::Trouble, Context};
use crate::{
    account::Account,
    chain::{block::Block, Chain, Heads},
    error::{Error, Kind, Result},
    hash::show_hash,
    ledger::{entries, Change},
    ledger_file::{utc, LedgerFile, Line, Seen},
    output::{
        table::{pairs, table},
        Output,
    },
};

/// For how many final blocks an ordinary node has the states.
const KEPT: u64 = 256;

/// How many blocks are read at once. An archive node may be far away, so each answer may take long.
const PARALLEL: usize = 16;

/// After how many blocks without entries the file is brought up to date on how far it goes. That is seconds, compared
/// with the minute for which an ordinary node keeps a state.
const SAY_EVERY: u64 = 20;

/// What `account ledger` takes.
#[derive(clap::Args, Debug)]
pub struct LedgerArgs {
    /// The account [default: the key's]
    account: Option<Account>,
    /// Begin with this block [default: where the file ends, or the oldest of the newest 256]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    from_block: Option<u64>,
    /// Add to this file, as comma-separated values
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Stay up, and add what each block does as it becomes final
    #[arg(long, requires = "out")]
    follow: bool,
}

/// The document of the command.
#[derive(Serialize, Default)]
struct LedgerJson {
    account: Option<Account>,
    from_block: u64,
    to_block: u64,
    /// The first and the last block of each range of blocks whose states the node does not have.
    gaps: Vec<(u64, u64)>,
    entries: Vec<Line>,
    sum: Change,
}

/// The line about missing blocks that a program gets from a ledger that stays up.
#[derive(Serialize)]
struct GapJson {
    /// The first and the last missing block.
    gap: (u64, u64),
}

/// What was found next.
#[derive(PartialEq, Eq, Debug)]
enum Found {
    /// A block, and what it did to the account.
    Block { seen: Seen, lines: Vec<Line> },
    /// A range of blocks whose states the node does not have.
    Gap { first: u64, last: u64 },
}

/// Runs the command.
pub async fn run(context: &Context<'_>, args: &LedgerArgs) -> Result<()> {
    let account = context.account(args.account)?;
    let mut file = match &args.out {
        Some(path) => Some(LedgerFile::open(path, account)?),
        None => None,
    };
    let mut chain = context.connect().await?;
    let newest = chain.final_height().await?;
    let seen = file.as_ref().and_then(LedgerFile::seen).cloned();
    let from_block = match (&seen, args.from_block) {
        (Some(seen), None) => {
            is_of_chain(&chain, seen, newest).await?;
            seen.block.saturating_add(1)
        }
        (Some(seen), Some(_)) => {
            return Err(
                Error::usage("--from-block: the file goes on where it ends").hint(format!(
                    "that is at block {}: leave --from-block out, or give another file",
                    seen.block
                )),
            );
        }
        // Block 0 moves nothing: what accounts own there is in the chain specification.
        (None, Some(from)) => from.max(1),
        (None, None) => {
            let read = async |height: u64| chain.block(height).await;
            first_kept(&read, newest.saturating_sub(KEPT), newest).await?
        }
    };
    let mut ledger = Ledger {
        out: context.out,
        account,
        follow: args.follow,
        said: from_block.saturating_sub(1),
        last: seen,
        found: LedgerJson {
            account: Some(account),
            from_block,
            to_block: from_block.saturating_sub(1),
            ..LedgerJson::default()
        },
    };
    let mut trouble = Trouble::default();
    while let Err(error) = ledger.go_on(&chain, file.as_mut()).await {
        if !(args.follow && passes(&error)) {
            return Err(error);
        }
        // Do not wait until the node has synchronised: by then it has dropped the states of the blocks that it fetched
        // first.
        let connect = async || context.connect().await;
        chain = trouble.reconnect(context.out, &error, connect).await;
    }
    let path = args.out.as_ref().map(|path| path.display().to_string());
    context.out.result(&ledger.found, |found| show(found, path));
    Ok(())
}

/// Whether this error is temporary, so that a ledger that stays up goes on after it. If it ended, it would miss blocks:
/// a node drops a block's state after about a minute.
fn passes(error: &Error) -> bool {
    matches!(error.kind, Kind::Unreachable | Kind::Timeout)
}

/// Fails unless the last block of a file is a block of this chain.
async fn is_of_chain(chain: &Chain, seen: &Seen, newest: u64) -> Result<()> {
    if seen.block > newest {
        return Err(Error::other(format!(
            "the file goes up to block {}, and the node's newest final block is {newest}",
            seen.block
        ))
        .hint("wait until the node has caught up; or the file is of another chain"));
    }
    require_same(seen, chain.hash_at(seen.block).await?)
}

/// Fails if the block at that height is another one.
fn require_same(seen: &Seen, here: Option<H256>) -> Result<()> {
    let (Some(hash), Some(here)) = (&seen.hash, here) else {
        return Ok(());
    };
    if show_hash(&here.0) == *hash {
        return Ok(());
    }
    Err(Error::usage(format!(
        "the file is of another chain: there block {} is {hash}",
        seen.block
    ))
    .hint("nothing was changed; give another name, or another node with --url"))
}

/// Goes through the blocks from `from` to `newest`, and passes on what it finds.
async fn walk(
    read: &impl AsyncFn(u64) -> Result<Option<Block>>,
    account: &Account,
    from: u64,
    newest: u64,
    mut take: impl FnMut(Found) -> Result<()>,
) -> Result<()> {
    let mut next = from;
    while next <= newest {
        let mut blocks = futures::stream::iter(next..=newest)
            .map(|height| async move { read(height).await.map(|block| (height, block)) })
            .buffered(PARALLEL);
        while let Some((height, Some(block))) = blocks.try_next().await? {
            let found = entries(&block.events, account)
                .map_err(|error| error.while_doing(format!("block {height}")))?;
            let lines = found.into_iter().map(|entry| Line {
                block: height,
                timestamp: block.timestamp,
                entry,
            });
            take(Found::Block {
                lines: lines.collect(),
                seen: Seen {
                    block: height,
                    hash: Some(show_hash(&block.hash.0)),
                    timestamp: block.timestamp,
                },
            })?;
            next = height.saturating_add(1);
        }
        drop(blocks);
        // The range ended with a block that is gone.
        if next <= newest {
            let kept = first_kept(read, next, newest).await?;
            take(Found::Gap {
                first: next,
                last: kept.saturating_sub(1),
            })?;
            next = kept;
        }
    }
    Ok(())
}

/// Takes incoming heads, so that they do not pile up while the caller is at work. Ends when no more come.
async fn drain(heads: &mut Heads) -> Result<()> {
    loop {
        heads.next().await?;
    }
}

/// The first block after `gone` whose state the node has; it has those of all blocks after it, too. If there is none,
/// the block after `newest`.
async fn first_kept(
    read: &impl AsyncFn(u64) -> Result<Option<Block>>,
    gone: u64,
    newest: u64,
) -> Result<u64> {
    let (mut gone, mut kept) = (gone, newest.saturating_add(1));
    while kept.saturating_sub(gone) > 1 {
        let middle = gone.midpoint(kept);
        match read(middle).await? {
            Some(_) => kept = middle,
            None => gone = middle,
        }
    }
    Ok(kept)
}

/// What was found so far, and where it goes.
struct Ledger<'a> {
    out: &'a Output,
    account: Account,
    follow: bool,
    /// The block up to which the file says that it goes.
    said: u64,
    /// The last block that was looked at.
    last: Option<Seen>,
    found: LedgerJson,
}

impl Ledger<'_> {
    /// Continues after the last block that was looked at, up to the newest final block; with `follow`, for as long as
    /// the node answers.
    async fn go_on(&mut self, chain: &Chain, mut file: Option<&mut LedgerFile>) -> Result<()> {
        let read = async |height: u64| chain.block(height).await;
        let account = self.account;
        let mut heads = None;
        let mut is_known = false;
        loop {
            let newest = chain.final_height().await?;
            // After a lost connection it may be another node, which may still have to catch up.
            if !is_known && newest >= self.found.to_block {
                if let Some(last) = &self.last {
                    is_of_chain(chain, last, newest).await?;
                }
                is_known = true;
            }
            let from = self.found.to_block.saturating_add(1);
            let is_new = from <= newest;
            if is_new {
                let walking = walk(&read, &account, from, newest, |found| {
                    self.take(found, newest, file.as_deref_mut())
                });
                match &mut heads {
                    Some(heads) => tokio::select! {
                        walked = walking => walked?,
                        lost = drain(heads) => lost?,
                    },
                    None => walking.await?,
                }
            }
            if !self.follow {
                return Ok(());
            }
            // Look at blocks that became final meanwhile without waiting for the next head.
            if is_new {
                continue;
            }
            if heads.is_none() {
                heads = Some(chain.best_heads().await?);
            }
            if let Some(heads) = &mut heads {
                heads.next().await?;
            }
        }
    }

    fn take(&mut self, found: Found, newest: u64, mut file: Option<&mut LedgerFile>) -> Result<()> {
        let (seen, lines, gap, is_gone) = match found {
            Found::Block { seen, lines } => (seen, lines, None, false),
            Found::Gap { first, last } => {
                let kept = file.as_mut().is_some_and(|file| file.keep_begun(first));
                let gap = match kept {
                    true => {
                        self.out.warn(format!(
                            "the file may not have all entries of block {first}: a write was cut off there, and this \
                             node has not kept its state"
                        ));
                        Some((first.saturating_add(1), last)).filter(|(first, last)| first <= last)
                    }
                    false => Some((first, last)),
                };
                if let Some((first, last)) = gap {
                    self.out.warn(format!(
                        "blocks {first} to {last} are missing: this node has not kept their states. One with \
                         `--state-pruning archive` has"
                    ));
                }
                let seen = Seen {
                    block: last,
                    hash: None,
                    timestamp: 0,
                };
                (seen, Vec::new(), gap, true)
            }
        };
        let block = seen.block;
        self.found.to_block = block;
        self.last = Some(seen.clone());
        let is_end = !self.follow && block == newest;
        let is_time = is_end || block.saturating_sub(self.said) >= SAY_EVERY;
        if let Some(file) = file {
            if is_gone || !lines.is_empty() || is_time {
                file.add(&lines, gap, seen)?;
                self.said = block;
            }
        }
        // By now the file has the lines: a program that is told about them can read them there.
        if let Some(gap) = gap.filter(|_| self.follow) {
            self.out.json_line(&GapJson { gap });
        }
        for line in &lines {
            self.found.sum = self.found.sum.plus(line.entry.change);
            if self.follow {
                self.out.say(in_words(line));
                self.out.json_line(line);
            }
        }
        // A ledger that stays up would keep them for ever.
        if !self.follow {
            self.found.gaps.extend(gap);
            self.found.entries.extend(lines);
        }
        Ok(())
    }
}

fn in_words(line: &Line) -> String {
    let entry = &line.entry;
    let (block, change) = (line.block, entry.change.aicp());
    format!(
        "block {block}: {} {}: {change} AICP",
        entry.event, entry.subject
    )
}

fn show(found: &LedgerJson, path: Option<String>) -> String {
    let rows = found.entries.iter().map(|line| {
        let entry = &line.entry;
        vec![
            line.block.to_string(),
            utc(line.timestamp),
            entry.event.clone(),
            entry.subject.clone(),
            entry.change.aicp(),
            entry.held.aicp(),
        ]
    });
    let header = [">Block", "Time", "Event", "For", ">AICP", ">Held"];
    let blocks = match found.to_block < found.from_block {
        true => format!("none: block {} is not final yet", found.from_block),
        false => format!("{} to {}", found.from_block, found.to_block),
    };
    let summary = pairs(vec![
        ("Blocks", Some(blocks)),
        ("Sum", Some(format!("{} AICP", found.sum.aicp()))),
        ("File", path),
    ]);
    format!("{}\n{summary}", table(&header, rows.collect()))
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
