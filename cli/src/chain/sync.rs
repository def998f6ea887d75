//! Checks whether a node is far enough for transactions: one that is made on an old state is invalid by the time it
//! arrives.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use serde::Deserialize;
use subxt::rpcs::rpc_params;

use super::{explain, submit::MORTAL_BLOCKS, Chain};
use crate::{
    error::{Error, Kind, Result},
    output::Output,
};

/// How often to ask a node that is behind.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// How long a node that is behind may make no progress before it is given up.
const STALL_TIMEOUT: Duration = Duration::from_secs(120);

/// How far finality may lag behind. A transaction is bound to the newest final block and has to get into one of the
/// next [`MORTAL_BLOCKS`].
const MAX_LAG: u64 = MORTAL_BLOCKS / 2;

/// How far a node has come, compared to the chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Standing {
    peers: usize,
    should_have_peers: bool,
    is_syncing: bool,
    best: u64,
    /// The highest block that the node's peers have.
    highest: u64,
    finalised: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SyncState {
    current_block: u64,
    highest_block: u64,
}

/// What to wait for before using a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Goal {
    /// The node knows the newest blocks of the chain.
    Synchronised,
    /// The node knows enough to make a transaction.
    CaughtUp,
}

impl Goal {
    /// Why the node has not reached this goal yet.
    fn obstacle(self, standing: &Standing) -> Option<String> {
        match self {
            Self::Synchronised => standing.behind(),
            Self::CaughtUp => standing.obstacle(),
        }
    }

    /// A measure that grows while the node makes progress towards this goal.
    fn advance(self, standing: &Standing) -> u64 {
        match self {
            Self::Synchronised => standing.best,
            Self::CaughtUp => standing
                .best
                .min(standing.finalised.saturating_add(MAX_LAG)),
        }
    }
}

impl Standing {
    /// Why the node does not know the newest blocks.
    fn behind(&self) -> Option<String> {
        if self.should_have_peers && self.peers == 0 {
            Some("it has no peers".into())
        } else if self.is_syncing {
            Some(format!("it is at block {} of {}", self.best, self.highest))
        } else if self.best == 0 {
            Some("it has no blocks".into())
        } else {
            None
        }
    }

    /// Why no transaction can be made with what the node knows.
    fn obstacle(&self) -> Option<String> {
        self.behind().or_else(|| {
            let is_late = self.best.saturating_sub(self.finalised) > MAX_LAG;
            is_late.then(|| {
                format!(
                    "its best block is {}, and only {} is final",
                    self.best, self.finalised
                )
            })
        })
    }
}

impl Chain {
    async fn standing(&self) -> Result<Standing> {
        let failed = |error: subxt::rpcs::Error| explain::rpc(&error);
        let health = self.methods.system_health().await.map_err(failed)?;
        let sync: SyncState = self
            .rpc
            .request("system_syncState", rpc_params![])
            .await
            .map_err(failed)?;
        let newest_final = self.final_hash().await?;
        let header = self.methods.chain_get_header(Some(newest_final)).await;
        Ok(Standing {
            peers: health.peers,
            should_have_peers: health.should_have_peers,
            is_syncing: health.is_syncing,
            best: sync.current_block,
            highest: sync.highest_block,
            finalised: header.map_err(failed)?.map_or(0, |header| header.number),
        })
    }

    /// Whether the chain's type says that it is for a single machine or network. Only there do nodes dial private
    /// addresses that strangers name, unless they are told otherwise.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn is_of_one_network(&self) -> Result<bool> {
        let asked = self.rpc.request("system_chainType", rpc_params![]).await;
        let chain_type: serde_json::Value = asked.map_err(|error| explain::rpc(&error))?;
        Ok(chain_type == "Development" || chain_type == "Local")
    }

    /// Waits until the node has caught up with the chain, so that a transaction can be made; tells the user if it has
    /// to wait.
    ///
    /// # Errors
    /// [`Kind::Timeout`] if the node is behind and makes no progress.
    pub async fn caught_up(&self, out: &Output) -> Result<()> {
        let goal = Goal::CaughtUp;
        reached(goal, || self.standing(), ASK_EVERY, STALL_TIMEOUT, out).await
    }

    /// Like [`Self::caught_up`], for callers that only read: finality may be far behind.
    ///
    /// # Errors
    /// [`Kind::Timeout`] if the node is behind and makes no progress.
    pub async fn synchronised(&self, out: &Output) -> Result<()> {
        let goal = Goal::Synchronised;
        reached(goal, || self.standing(), ASK_EVERY, STALL_TIMEOUT, out).await
    }
}

async fn reached<F: Future<Output = Result<Standing>>>(
    goal: Goal,
    mut ask: impl FnMut() -> F,
    every: Duration,
    stall: Duration,
    out: &Output,
) -> Result<()> {
    let mut waiting = None;
    let (mut advance, mut since) = (0, Instant::now());
    loop {
        let standing = ask().await?;
        let Some(obstacle) = goal.obstacle(&standing) else {
            return Ok(());
        };
        let text = format!("waiting for the node to catch up: {obstacle}");
        let bar = waiting.get_or_insert_with(|| {
            out.say(&text);
            out.wait(&text)
        });
        bar.message(text);
        let newest = goal.advance(&standing);
        if newest > advance {
            (advance, since) = (newest, Instant::now());
        } else if since.elapsed() >= stall {
            return Err(Error::new(
                Kind::Timeout,
                format!(
                    "the node is behind the chain and gets no further: {obstacle}, for {} s",
                    stall.as_secs()
                ),
            )
            .hint("look at the node's log, and at its --bootnodes; nothing was sent"));
        }
        tokio::time::sleep(every).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: Standing = Standing {
        peers: 1,
        should_have_peers: true,
        is_syncing: false,
        best: 1_000,
        highest: 1_000,
        finalised: 998,
    };

    #[test]
    fn what_is_in_the_way_is_named() {
        let obstacle = |standing: Standing| standing.obstacle().unwrap();
        assert_eq!(READY.obstacle(), None);
        let lonely = Standing { peers: 0, ..READY };
        assert!(obstacle(lonely).contains("no peers"));
        // A development chain on one machine.
        let alone = Standing {
            should_have_peers: false,
            ..lonely
        };
        assert_eq!(alone.obstacle(), None);
        let syncing = Standing {
            is_syncing: true,
            best: 120,
            ..READY
        };
        assert!(obstacle(syncing).contains("block 120 of 1000"));
        let empty = Standing {
            best: 0,
            finalised: 0,
            ..READY
        };
        assert!(obstacle(empty).contains("no blocks"));
        let not_final = Standing {
            finalised: 700,
            ..READY
        };
        assert!(obstacle(not_final).contains("only 700 is final"));
    }

    /// Answers with these one after the other, and with the last one for ever.
    fn answers(
        standings: &[Standing],
    ) -> impl FnMut() -> std::future::Ready<Result<Standing>> + '_ {
        let mut next = 0;
        move || {
            let standing = standings[next.min(standings.len() - 1)];
            next += 1;
            std::future::ready(Ok(standing))
        }
    }

    #[tokio::test]
    async fn a_node_that_gets_further_is_waited_for() {
        let out = Output::new(true);
        let at = |best| Standing {
            is_syncing: true,
            best,
            finalised: best,
            ..READY
        };
        let standings = [at(1), at(400), at(900), READY];
        let soon = Duration::from_millis(1);
        let long = Duration::from_secs(60);
        for goal in [Goal::Synchronised, Goal::CaughtUp] {
            reached(goal, answers(&standings), soon, long, &out)
                .await
                .unwrap();
        }
        // Blocks are made, but none becomes final, so it still counts as standing still.
        let stuck: Vec<_> = (500..2_000)
            .map(|best| Standing {
                best,
                finalised: 3,
                ..READY
            })
            .collect();
        let short = Duration::from_millis(20);
        let error = reached(Goal::CaughtUp, answers(&stuck), soon, short, &out)
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Timeout);
        assert!(error.message.contains("only 3 is final"), "{error}");
    }

    /// Regression: after a lost connection, a task could not be followed further as long as finality stood still.
    #[tokio::test]
    async fn who_only_looks_does_not_wait_for_finality() {
        let out = Output::new(true);
        let soon = Duration::from_millis(1);
        let short = Duration::from_millis(20);
        let not_final = Standing {
            finalised: 3,
            ..READY
        };
        reached(Goal::Synchronised, answers(&[not_final]), soon, short, &out)
            .await
            .unwrap();
        // While the node synchronises it makes progress, even if none of its new blocks is final.
        let at = |best| Standing {
            is_syncing: true,
            best,
            ..not_final
        };
        assert!(Goal::Synchronised.advance(&at(500)) > Goal::Synchronised.advance(&at(400)));
        let stuck = [at(400)];
        let error = reached(Goal::Synchronised, answers(&stuck), soon, short, &out)
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Timeout);
        assert!(error.message.contains("block 400 of 1000"), "{error}");
    }
}
