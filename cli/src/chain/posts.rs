//! Transactions that were sent before, and whether another is to be sent for the same.
//!
//! When a connection breaks, nobody hears what became of a transaction, and a fork takes back one that was in a block.
//! Another with the next nonce would not replace it: both would get into blocks, and both would cost a fee.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aicpw_protocol::BlockNumber;
use subxt::config::substrate::H256;

use super::{explain::is_of_replaced_block, submit::MORTAL_BLOCKS, Chain};
use crate::{account::Account, error::Result};

/// Blocks in which a transaction gets into one, where nothing is in its way: ten seconds.
const TIME_TO_COME: u64 = 40;

/// One that was sent, or was about to be.
#[derive(Clone, Copy)]
struct Posted {
    nonce: u64,
    /// The market's block when it had been signed.
    at: BlockNumber,
}

impl Posted {
    /// Whether it can get into a block after this one. The market's clock is no faster than blocks come.
    fn can_come(&self, now: BlockNumber) -> bool {
        u64::from(now.saturating_sub(self.at)) <= MORTAL_BLOCKS
    }

    /// Whether there is too little time left to do it by this block when it cannot come any more.
    fn outlasts(&self, by: BlockNumber) -> bool {
        let over = u64::from(self.at).saturating_add(MORTAL_BLOCKS);
        over.saturating_add(TIME_TO_COME) > u64::from(by)
    }
}

/// How to send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// As the account's next transaction: nothing was sent, or it did not do it and will not any more.
    Anew,
    /// With the nonce of the one before, which was lost: should that come after all, only one gets into a block.
    Instead(u64),
    /// Not now: the one before is in a block, or can still get into one.
    Wait,
}

/// An account's transactions that can still get into a block, by what they are for. All copies are of the same, so that
/// it is kept from one connection to the next.
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

    /// Notes a transaction with this nonce before it is sent, which was first signed when the market's block was `at`,
    /// or before. If it was signed anew since, that was hardly later. Those that cannot come any more are forgotten.
    pub fn note(&self, what: K, nonce: u64, at: BlockNumber) {
        let mut all = self.all();
        all.retain(|_, posted| posted.can_come(at));
        all.insert(what, Posted { nonce, at });
    }

    /// How to send what is needed, and is of no use after the block `by`. Where a transaction of the account has the
    /// nonce of the one before, `is_needed` says whether it still is in the state of that block.
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
            // If it is, another transaction has the nonce, or this one failed.
            Ok(Some(match is_needed(best).await? {
                true => Turn::Anew,
                false => Turn::Wait,
            }))
        };
        match is_in_block().await {
            Ok(Some(turn)) => return Ok(turn),
            Ok(None) => {}
            // The chain goes on with another block, so that nothing is known of it yet.
            Err(error) if is_of_replaced_block(&error) => return Ok(Turn::Wait),
            Err(error) => return Err(error),
        }
        Ok(match chain.next_nonce(account).await?.cmp(&posted.nonce) {
            Ordering::Greater => Turn::Wait,
            Ordering::Equal => Turn::Instead(posted.nonce),
            // One before it was lost. It may wait for that, and would come behind whatever has that nonce now. It is
            // not waited for until it is too late for another: that costs more than a second fee.
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

    /// What a node has of the account.
    #[derive(Clone, Copy)]
    struct State {
        /// Its transactions in blocks.
        in_blocks: u32,
        /// Those in the pool too, as far as none is missing.
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

    /// Sent with the nonce 5 in block 1,000.
    const SENT: State = State {
        in_blocks: 5,
        with_pool: 5,
        now: 1_000,
    };

    /// A deadline that is far off.
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
        // One before it was lost: it can come in another block for so long.
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

    /// Regression: a grant whose turn did not come was waited for until the time for the key was over.
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
        // It can come until block 1,256, and another one needs forty blocks.
        for (by, expected) in [
            (1_001, Turn::Anew),
            (1_240, Turn::Anew),
            (1_295, Turn::Anew),
            (1_296, Turn::Wait),
        ] {
            assert_eq!(turn(behind, by).await, expected, "{by}");
        }
        // One that is on its way, or was lost, needs no second fee, however little time there is.
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
