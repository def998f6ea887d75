//! Several transactions of one account that are all sent before the first is waited for.
//!
//! Their nonces are consecutive, and none of them gets into a block before those ahead of it. If the node's pool drops
//! one, that leaves a gap, and all transactions behind the gap wait until they expire.

use tokio::sync::watch;

use crate::error::{Error, Result};

/// How often to send a lost transaction again.
const SEND_AGAIN: u32 = 3;

/// Transactions that were sent together.
pub struct Line {
    /// The lowest nonce that is missing for good.
    gap: watch::Sender<Option<u64>>,
}

impl Line {
    /// A line without a gap.
    pub fn new() -> Self {
        Self {
            gap: watch::channel(None).0,
        }
    }

    /// Follows the transaction with `nonce` to its end, for which `wait` waits. If the transaction was lost (`is_free`
    /// says that no transaction has its nonce), `send_again` sends another in its place, so that those behind it can go
    /// on.
    ///
    /// # Errors
    /// The last error of `wait`; or a transaction ahead of this one was lost and not replaced.
    pub async fn see_through<S, T>(
        &self,
        nonce: u64,
        sent: S,
        wait: impl AsyncFn(S) -> Result<T>,
        is_free: impl AsyncFn() -> Result<bool>,
        send_again: impl AsyncFn() -> Result<S>,
    ) -> Result<T> {
        let mut gap = self.gap.subscribe();
        let (mut sent, mut again) = (sent, 0..SEND_AGAIN);
        loop {
            let stands = gap.wait_for(|gap| gap.is_some_and(|missing| missing < nonce));
            let error = tokio::select! {
                biased;
                end = wait(sent) => match end {
                    Ok(end) => return Ok(end),
                    Err(error) => error,
                },
                _ = stands => return Err(behind_a_gap()),
            };
            // A node that cannot answer this does not take another transaction either.
            if !is_free().await.unwrap_or(false) {
                return Err(error);
            }
            let next = match again.next() {
                Some(_) => send_again().await.ok(),
                None => None,
            };
            match next {
                Some(next) => sent = next,
                None => {
                    self.stop_behind(nonce);
                    return Err(error);
                }
            }
        }
    }

    fn stop_behind(&self, nonce: u64) {
        self.gap.send_modify(|gap| {
            *gap = Some(gap.map_or(nonce, |missing| missing.min(nonce)));
        });
    }
}

fn behind_a_gap() -> Error {
    Error::other(
        "a transaction of this account that was sent before it was lost, and it cannot come first",
    )
    .hint("send it again")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures::join;

    use super::*;

    fn dropped() -> Error {
        Error::other("dropped")
    }

    /// A fake pool that drops a transaction a few times before it keeps it.
    struct Pool {
        drops: RefCell<u32>,
        /// The nonces whose transactions are in blocks.
        in_blocks: watch::Sender<Vec<u64>>,
        refuses: bool,
    }

    impl Pool {
        fn new(drops: u32, refuses: bool) -> Self {
            Self {
                drops: drops.into(),
                in_blocks: watch::channel(Vec::new()).0,
                refuses,
            }
        }

        /// Waits for the first transaction, which has nonce 5.
        async fn first(&self, line: &Line) -> Result<u64> {
            let wait = async |nonce: u64| {
                let mut drops = self.drops.borrow_mut();
                if *drops > 0 {
                    *drops -= 1;
                    return Err(dropped());
                }
                self.in_blocks.send_modify(|all| all.push(nonce));
                Ok(nonce)
            };
            let send_again = async || match self.refuses {
                true => Err(Error::other("the pool is full")),
                false => Ok(5),
            };
            line.see_through(5, 5, wait, async || Ok(true), send_again)
                .await
        }

        /// Waits for a transaction that gets into a block as soon as the one ahead of it has.
        async fn after(&self, line: &Line, nonce: u64) -> Result<u64> {
            let wait = async |nonce: u64| {
                let mut blocks = self.in_blocks.subscribe();
                let before = blocks.wait_for(|all| all.contains(&(nonce - 1))).await;
                before.map_err(Error::other).map(drop)?;
                self.in_blocks.send_modify(|all| all.push(nonce));
                Ok(nonce)
            };
            let never = async || -> Result<u64> { panic!("it was not lost") };
            line.see_through(nonce, nonce, wait, async || Ok(false), never)
                .await
        }
    }

    /// Regression: those behind it waited for a minute and a half, during which no other key was granted.
    #[tokio::test]
    async fn one_that_is_dropped_is_replaced_and_those_behind_it_go_on() {
        for drops in 0..=SEND_AGAIN {
            let (line, pool) = (Line::new(), Pool::new(drops, false));
            let ends = join!(
                pool.first(&line),
                pool.after(&line, 6),
                pool.after(&line, 7)
            );
            let (Ok(5), Ok(6), Ok(7)) = ends else {
                panic!("{drops} times: {ends:?}")
            };
        }
    }

    #[tokio::test]
    async fn those_behind_one_that_cannot_be_replaced_stop() {
        for (drops, refuses) in [(1, true), (SEND_AGAIN + 1, false)] {
            let (line, pool) = (Line::new(), Pool::new(drops, refuses));
            // A transaction ahead of it waits for something else, and goes on.
            let before = line.see_through(
                4,
                4,
                async |nonce: u64| {
                    let mut blocks = pool.in_blocks.subscribe();
                    let said = blocks.wait_for(|all| all.contains(&9)).await;
                    said.map_err(Error::other).map(drop)?;
                    Ok(nonce)
                },
                async || Ok(false),
                async || Err(dropped()),
            );
            let behind = async {
                let ends = join!(
                    pool.first(&line),
                    pool.after(&line, 6),
                    pool.after(&line, 7)
                );
                pool.in_blocks.send_modify(|all| all.push(9));
                ends
            };
            let (before, (first, second, third)) = join!(before, behind);
            assert_eq!(before.unwrap(), 4);
            assert_eq!(first.unwrap_err().message, "dropped");
            for end in [second, third] {
                assert_eq!(end.unwrap_err().message, behind_a_gap().message);
            }
        }
    }

    #[tokio::test]
    async fn one_whose_nonce_is_taken_is_not_sent_again() {
        let line = Line::new();
        let never = async || -> Result<()> { panic!("its nonce is another's") };
        let usurped = async |()| Err::<(), _>(Error::other("usurped"));
        for is_free in [Ok(false), Err(dropped())] {
            let is_free = RefCell::new(Some(is_free));
            let ask = async || is_free.take().unwrap();
            let end = line.see_through(5, (), usurped, ask, never).await;
            assert_eq!(end.unwrap_err().message, "usurped");
        }
        let pool = Pool::new(0, false);
        pool.in_blocks.send_modify(|all| all.push(5));
        assert_eq!(pool.after(&line, 6).await.unwrap(), 6, "there is no gap");
    }
}
