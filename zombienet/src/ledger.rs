//! Ledgers that `aicpw account ledger --follow` keeps during a test.

use std::{fs, path::PathBuf, time::Duration};

use aicpw_runtime::AccountId;
use anyhow::{anyhow, bail, ensure, Context, Result};
use sp_core::{sr25519, Pair};

use crate::{
    chain,
    market::{Begun, Funds},
    wait::{self, Seen},
    Market,
};

/// How long a ledger may be behind: many times the twenty blocks after which its file again says how far it goes.
const LIMIT: Duration = Duration::from_secs(300);

/// The events of a provider's ledger that the metric of its earnings counts.
pub const EARNED: [&str; 4] = ["ProviderPaid", "BaseFeePaid", "AuditorPaid", "JurorPaid"];

const HEADER: &str = "block,time,event,subject,planck,aicp,held_planck,account";

/// The event of the last line, which says how far the file goes.
const SEEN: &str = "seen";

/// The event of a line about missing blocks.
const GAP: &str = "gap";

/// A ledger that is being kept; the command ends when this is dropped.
pub struct Ledger {
    account: AccountId,
    path: PathBuf,
    /// What the account owned right before the first block of the file.
    before: Funds,
    command: Begun,
}

/// What an event did to the account, in the smallest unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The name of the event.
    pub event: String,
    /// The task or assignment, or the account on the other side.
    pub subject: String,
    /// The change of what the account owns.
    pub change: i128,
    /// The change of the held part of it.
    pub held: i128,
}

impl Ledger {
    /// Starts the ledger of a development account such as `//Bob`, with the block after the newest final one.
    ///
    /// # Errors
    /// If the validator does not answer, or there is no such account.
    pub async fn begin(market: &Market, suri: &str) -> Result<Self> {
        let client = market.node("alice")?.client().await?;
        let last = client.finalised_head().await?;
        let first = (client.header(Some(&last)).await?.number()? + 1).to_string();
        let key = sr25519::Pair::from_string(suri, None);
        let key = key.map_err(|error| anyhow!("{suri}: {error:?}"))?;
        let account: AccountId = key.public().into();
        let before = chain::funds(&client, &account, &last).await?;
        let path = market.path(&format!("{}-ledger.csv", suri.replace('/', "")));
        let out = path.display().to_string();
        let arguments = ["account", "ledger", "--from-block", &first, "--follow"];
        let arguments = [&arguments[..], &["--out", &out]].concat();
        let command = market.begin("alice", suri, &arguments)?;
        Ok(Self {
            account,
            path,
            before,
            command,
        })
    }

    /// Waits until the ledger has everything that is in a block by now, requires that its sum is the change of what the
    /// account owns since the ledger was started, and ends it. Returns its entries.
    ///
    /// # Errors
    /// If the ledger does not get that far, blocks are missing, or the sum is different.
    pub async fn end(self, market: &Market) -> Result<Vec<Entry>> {
        let Self {
            account,
            path,
            before,
            command,
        } = self;
        let path = path.display().to_string();
        let client = market.node("alice")?.client().await?;
        let best = client.best().await?;
        let what = format!("{path} to go to block {best}");
        let reached = wait::until(&what, LIMIT, || async {
            let text = fs::read_to_string(&path)?;
            let block = last_seen(&text).map(|(block, _)| block);
            let is_there = block.is_some_and(|block| block >= best);
            Ok(Seen::some(is_there.then_some(text), || {
                format!("it goes to {block:?}")
            }))
        });
        let text = tokio::select! {
            ended = market.done(command) => bail!("{path} is not kept any more: {ended:?}"),
            text = reached => text.map_err(|error| market.explain(error))?,
        };
        let entries = entries(&text).context(path.clone())?;
        let (_, last) = last_seen(&text).context("it does not say how far it goes")?;
        let after = chain::funds(&client, &account, last).await?;
        let sum = |of: fn(&Entry) -> i128| entries.iter().map(of).sum::<i128>();
        let found = (sum(|entry| entry.change), sum(|entry| entry.held));
        let owned = difference(before.free + before.held, after.free + after.held)?;
        let held = difference(before.held, after.held)?;
        ensure!(
            found == (owned, held),
            "{path}: its changes, and what of them is held, sum up to {found:?}; of {before:?} and {after:?} they \
             should to {owned} and {held}:\n{text}"
        );
        Ok(entries)
    }
}

/// Returns the amounts of these events, in their order.
pub fn amounts(entries: &[Entry], events: &[&str]) -> Vec<u128> {
    let those = entries
        .iter()
        .filter(|entry| events.contains(&entry.event.as_str()));
    those.map(|entry| entry.change.unsigned_abs()).collect()
}

fn difference(before: u128, after: u128) -> Result<i128> {
    Ok(i128::try_from(after)? - i128::try_from(before)?)
}

/// Returns the fields of a line.
fn fields(line: &str) -> Option<[&str; 8]> {
    let fields: Vec<_> = line.split(',').collect();
    fields.try_into().ok()
}

/// Returns the block up to which a file goes, and its hash; `None` while the file is being written.
fn last_seen(text: &str) -> Option<(u32, &str)> {
    let line = text.strip_suffix('\n')?.rsplit('\n').next()?;
    let [block, _, event, hash, ..] = fields(line)?;
    let block: u32 = block.parse().ok()?;
    (event == SEEN).then_some((block, hash))
}

/// Returns the entries of a file.
fn entries(text: &str) -> Result<Vec<Entry>> {
    let mut lines = text.lines();
    ensure!(lines.next() == Some(HEADER), "it has another header");
    let mut entries = Vec::new();
    for line in lines {
        let fields = fields(line).with_context(|| format!("it has other fields: {line}"))?;
        let [_, _, event, subject, change, _, held, _] = fields;
        ensure!(event != GAP, "blocks are missing: {line}");
        if event != SEEN {
            entries.push(Entry {
                event: event.into(),
                subject: subject.into(),
                change: change.parse::<i128>().with_context(|| line.to_owned())?,
                held: held.parse::<i128>().with_context(|| line.to_owned())?,
            });
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAID: &str = "5,2026-11-29T23:50:04Z,ProviderPaid,7-0-1,15,0.000000000000000015,-3,5F\n";
    const LOST: &str = "6,2026-11-29T23:50:05Z,BondLost,7,-2,-0.000000000000000002,-2,5F\n";
    const END: &str = "9,2026-11-29T23:50:06Z,seen,0xab,,,,5F\n";

    #[test]
    fn what_is_in_a_file_is_read() {
        let text = format!("{HEADER}\n{PAID}{LOST}{END}");
        assert_eq!(last_seen(&text), Some((9, "0xab")));
        let found = entries(&text).unwrap();
        let entry = |event: &str, subject: &str, change, held| Entry {
            event: event.into(),
            subject: subject.into(),
            change,
            held,
        };
        assert_eq!(
            found,
            [
                entry("ProviderPaid", "7-0-1", 15, -3),
                entry("BondLost", "7", -2, -2)
            ]
        );
        assert_eq!(amounts(&found, &EARNED), [15]);
        assert_eq!(amounts(&found, &["BondLost", "StakeSlashed"]), [2]);
    }

    #[test]
    fn a_file_that_is_being_written_says_nothing() {
        let text = format!("{HEADER}\n{PAID}{END}");
        let before_the_end = text.len() - END.len();
        for cut in 0..text.len() {
            assert_eq!(last_seen(&text[..cut]), None, "{cut}");
        }
        assert_eq!(entries(&text[..before_the_end]).unwrap().len(), 1);
    }

    #[test]
    fn what_is_missing_or_no_ledger_is_no_account_of_anything() {
        let gap = format!("{HEADER}\n{PAID}6,,gap,8,,,,5F\n{END}");
        assert!(entries(&gap).is_err());
        assert!(entries(PAID).is_err());
        assert!(entries(&format!("{HEADER}\n5,6\n")).is_err());
    }
}
