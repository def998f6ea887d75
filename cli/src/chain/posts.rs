//! Remembers the transactions that were sent, to decide whether to send another for the same purpose.
//!
//! When a connection breaks, the sender does not hear what became of its transaction, and a fork can remove a
//! transaction from the chain again. A second transaction with the next nonce would not replace the first: both would
//! get into blocks, and both would cost a fee.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aicpw_protocol::BlockNumber;
use subxt::config::substrate::H256;

use super::{explain::is_of_replaced_block, submit::MORTAL_BLOCKS, Chain};
use crate::{account::Account, error::Result};

/// How many blocks it takes until a transaction with nothing in its way is in a block: ten seconds.
const TIME_TO_COME: u64 = 40;

/// A transaction that was sent, or was about to be.
#[derive(Clone, Copy)]
struct Posted {
    nonce: u64,
    /// The market's block by which the transaction had been signed.
    at: BlockNumber,
}

impl Posted {
    /// Whether the transaction can still get into a block after this one. The market's clock does not run faster than
    /// blocks come.
    fn can_come(&self, now: BlockNumber) -> bool {
        u64::from(now.saturating_sub(self.at)) <= MORTAL_BLOCKS
    }

    /// Whether, once this transaction has expired, there is too little time for another one before the block `by`.
    fn outlasts(&self, by: BlockNumber) -> bool {
        let over = u64::from(self.at).saturating_add(MORTAL_BLOCKS);
        over.saturating_add(TIME_TO_COME) > u64::from(by)
    }
}

/// How to send a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// With the account's next nonce: nothing was sent yet, or the previous transaction did not achieve its purpose and
    /// no longer can.
    Anew,
    /// With the nonce of the previous transaction, which was lost. If that one appears after all, only one of the two
    /// gets into a block.
    Instead(u64),
    /// Not now: the previous transaction is in a block, or can still get into one.
    Wait,
}

/// An account's transactions that can still get into a block, by their purpose. All clones share the same records, so
/// they survive from one connection to the next.
#[derive(Clone)]
pub struct Posts<K>(Arc<Mutex<BTreeMap<K, Posted>>>);

impl<K> Default for Posts<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Ord + Copy> Posts<K> {
    fn all(&self) -> MutexGuard<'_, BTreeMap<K, Posted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a transaction with this nonce before it is sent. It was first signed when the market's block was `at` or
    /// an earlier one; if it was signed anew since, that was hardly later. Forgets transactions that can no longer get
    /// into a block.
    pub fn note(&self, what: K, nonce: u64, at: BlockNumber) {
        let mut all = self.all();
        all.retain(|_, posted| posted.can_come(at));
        all.insert(what, Posted { nonce, at });
    }

    /// The nonce of the previous transaction for this purpose.
    pub fn nonce(&self, what: K) -> Option<u64> {
        self.all().get(&what).map(|posted| posted.nonce)
    }

    /// How to send a transaction for this purpose, which is of no use after the block `by`. If some transaction of the
    /// account already has the nonce of the previous one, `is_needed` says whether the purpose is still open in the
    /// state of the given block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn turn(
        &self,
        chain: &Chain,
        account: Account,
        what: K,
        by: BlockNumber,
        is_needed: impl AsyncFn(H256) -> Result<bool>,
    ) -> Result<Turn> {
        let before = self.all().get(&what).copied();
        let Some(posted) = before else {
            return Ok(Turn::Anew);
        };
        let best = chain.best_hash().await?;
        let is_in_block = async || -> Result<Option<Turn>> {
            if chain.nonce_at(account, best).await? <= posted.nonce {
                return Ok(None);
            }
            // If it is still needed, another transaction has the nonce, or the previous one failed.
            Ok(Some(match is_needed(best).await? {
                true => Turn::Anew,
                false => Turn::Wait,
            }))
        };
        match is_in_block().await {
            Ok(Some(turn)) => return Ok(turn),
            Ok(None) => {}
            // Another block takes the place of this one, so nothing is known yet.
            Err(error) if is_of_replaced_block(&error) => return Ok(Turn::Wait),
            Err(error) => return Err(error),
        }
        Ok(match chain.next_nonce(account).await?.cmp(&posted.nonce) {
            Ordering::Greater => Turn::Wait,
            Ordering::Equal => Turn::Instead(posted.nonce),
            // A transaction ahead of the previous one was lost. The previous one may be waiting for it, and would come
            // after whatever takes that nonce now. Do not wait so long that it is too late for another: that costs more
            // than a second fee.
            Ordering::Less if posted.outlasts(by) => Turn::Anew,
            Ordering::Less => match posted.can_come(chain.clock().await?.now) {
                true => Turn::Wait,
                false => Turn::Anew,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use codec::Encode;
    use serde_json::json;

    use super::*;
    use crate::{chain::fake, commands::terms::tests::market::market, error::Error};
    use aicpw_protocol::view::MarketClock;

    const ACCOUNT: Account = Account([1; 32]);

    /// What a fake node knows about the account.
    #[derive(Clone, Copy)]
    struct State {
        /// How many of the account's transactions are in blocks.
        in_blocks: u32,
        /// The same with those in the pool, up to the first missing nonce.
        with_pool: u64,
        now: BlockNumber,
    }

    fn node(state: State) -> Chain {
        let best = format!("0x{}", "be".repeat(32));
        fake::answering(move |method, params| {
            let answer = match method {
                "chain_getBlockHash" => return Ok(json!(best)),
                "system_accountNextIndex" => return Ok(json!(state.with_pool)),
                "state_call" => match params[0].as_str().unwrap() {
                    "AccountNonceApi_account_nonce" => {
                        assert_eq!(params[2], json!(best));
                        state.in_blocks.encode()
                    }
                    "TasksApi_market_clock" => MarketClock {
                        block: state.now,
                        is_paused: false,
                    }
                    .encode(),
                    "TasksApi_market_parameters" => market().encode(),
                    function => panic!("{function}"),
                },
                method => panic!("{method}"),
            };
            Ok(json!(format!("0x{}", hex::encode(answer))))
        })
    }

    /// The transaction was sent with the nonce 5 in block 1,000.
    const SENT: State = State {
        in_blocks: 5,
        with_pool: 5,
        now: 1_000,
    };

    /// A deadline that is far away.
    const LATE: BlockNumber = 10_000;

    fn posts() -> Posts<u8> {
        let posts = Posts::default();
        posts.note(7, 5, SENT.now);
        posts
    }

    #[tokio::test]
    async fn another_is_sent_only_when_the_one_before_did_not_arrive() {
        let posts = posts();
        let turn = async |state: State| {
            let never = async |_: H256| -> Result<bool> { panic!("its nonce is in no block") };
            let chain = node(state);
            let turn = posts.turn(&chain, ACCOUNT, 7, LATE, never);
            turn.await.unwrap()
        };
        assert_eq!(turn(SENT).await, Turn::Instead(5));
        let waits = State {
            with_pool: 6,
            ..SENT
        };
        assert_eq!(turn(waits).await, Turn::Wait);
        // A transaction ahead of it was lost. Until it expires, it can still get into another block.
        for (now, expected) in [
            (1_000, Turn::Wait),
            (1_256, Turn::Wait),
            (1_257, Turn::Anew),
        ] {
            let behind = State {
                in_blocks: 4,
                with_pool: 4,
                now,
            };
            assert_eq!(turn(behind).await, expected, "{now}");
        }
    }

    /// Regression: a grant that was stuck behind a missing nonce was waited for until the key window was over.
    #[tokio::test]
    async fn one_that_may_come_too_late_is_not_waited_for() {
        let posts = posts();
        let turn = async |state: State, by: BlockNumber| {
            let never = async |_: H256| -> Result<bool> { panic!("its nonce is in no block") };
            let chain = node(state);
            let turn = posts.turn(&chain, ACCOUNT, 7, by, never);
            turn.await.unwrap()
        };
        let behind = State {
            in_blocks: 4,
            with_pool: 4,
            now: 1_001,
        };
        // It can get into a block until block 1,256, and another transaction needs forty blocks.
        for (by, expected) in [
            (1_001, Turn::Anew),
            (1_240, Turn::Anew),
            (1_295, Turn::Anew),
            (1_296, Turn::Wait),
        ] {
            assert_eq!(turn(behind, by).await, expected, "{by}");
        }
        // A transaction that is on its way, or was lost, needs no second fee, however little time there is.
        let waits = State {
            with_pool: 6,
            ..SENT
        };
        assert_eq!(turn(waits, 1_001).await, Turn::Wait);
        assert_eq!(turn(SENT, 1_001).await, Turn::Instead(5));
    }

    fn replaced() -> Result<bool> {
        Err(Error::other("State already discarded for 0xbe"))
    }

    fn broken() -> Result<bool> {
        Err(Error::other("the connection to the node was lost"))
    }

    #[tokio::test]
    async fn where_its_nonce_is_in_a_block_the_same_block_says_whether_it_did_it() {
        let posts = posts();
        let chain = node(State {
            in_blocks: 6,
            with_pool: 6,
            ..SENT
        });
        let turn = async |answer: fn() -> Result<bool>| {
            let is_needed = async |at: H256| -> Result<bool> {
                assert_eq!(at, H256::repeat_byte(0xbe));
                answer()
            };
            posts.turn(&chain, ACCOUNT, 7, LATE, is_needed).await
        };
        assert_eq!(turn(|| Ok(true)).await.unwrap(), Turn::Anew);
        assert_eq!(turn(|| Ok(false)).await.unwrap(), Turn::Wait);
        assert_eq!(turn(replaced).await.unwrap(), Turn::Wait);
        assert!(turn(broken).await.is_err());
    }

    #[tokio::test]
    async fn what_was_not_sent_or_cannot_come_any_more_is_sent() {
        let posts = posts();
        let waits = State {
            with_pool: 6,
            ..SENT
        };
        let turn = async |what: u8| {
            let never = async |_: H256| -> Result<bool> { panic!("its nonce is in no block") };
            posts.turn(&node(waits), ACCOUNT, what, LATE, never).await
        };
        assert_eq!(turn(8).await.unwrap(), Turn::Anew);
        // The copy that another connection has knows of it.
        posts.clone().note(8, 6, 1_256);
        assert_eq!(turn(7).await.unwrap(), Turn::Wait);
        posts.clone().note(9, 7, 1_257);
        assert_eq!(turn(7).await.unwrap(), Turn::Anew);
    }
}
