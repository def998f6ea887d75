//! Avoids nonce collisions when several programs send transactions of one account at the same time.
//!
//! Each program asks for the account's next nonce and sends its transaction a few requests later. By then another
//! program may have used that nonce, and the pool refuses whichever transaction comes second. The pool keeps nothing of
//! a refused transaction, so it can safely be signed anew with the next nonce.

use crate::error::{Error, Result};

/// How often to sign a transaction anew. In each such round, one of the programs gets its nonce.
const SIGN_AGAIN: u32 = 10;

/// A transaction that the pool did not take.
#[derive(Debug)]
pub struct Refused {
    /// Whether another transaction of the account has its nonce.
    pub is_taken: bool,
    /// The error that explains the refusal.
    pub error: Error,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self {
            is_taken: false,
            error,
        }
    }
}

/// Sends a transaction with `nonce`; if another transaction has that nonce, with the account's `next` one. It
/// waits for the `next_block` only if there is no newer nonce yet. `note` gets each nonce before it is tried, because
/// after the last attempt it may remain unknown whether the pool took the transaction.
///
/// # Errors
/// The pool refused the transaction for another reason, or too often for this one; the node does not answer.
pub async fn send_in_turn<T>(
    mut nonce: u64,
    note: impl Fn(u64),
    send: impl AsyncFn(u64) -> Result<T, Refused>,
    next: impl AsyncFn() -> Result<u64>,
    next_block: impl AsyncFn() -> Result<()>,
) -> Result<T> {
    let mut again = 0..SIGN_AGAIN;
    loop {
        note(nonce);
        let refused = match send(nonce).await {
            Ok(sent) => return Ok(sent),
            Err(refused) => refused,
        };
        if !refused.is_taken || again.next().is_none() {
            return Err(refused.error);
        }
        let newest = next().await?;
        nonce = if newest > nonce {
            newest
        } else {
            next_block().await?;
            next().await?
        };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::error::Kind;

    /// For tests in which nobody has to note the nonces.
    fn unnoted(_: u64) {}

    fn taken() -> Refused {
        Refused {
            is_taken: true,
            error: Error::other("taken"),
        }
    }

    /// Regression: of several tasks that were submitted at once, some failed at random.
    #[tokio::test]
    async fn who_comes_second_goes_on_with_the_next_nonce() {
        for others in 0..=u64::from(SIGN_AGAIN) {
            // Each time, another program is faster.
            let tried = RefCell::new(Vec::<u64>::new());
            let send = async |nonce: u64| -> Result<_, Refused> {
                tried.borrow_mut().push(nonce);
                match nonce < 5 + others {
                    true => Err(taken()),
                    false => Ok("sent"),
                }
            };
            let next = async || -> Result<u64> {
                let last = tried.borrow().last().copied();
                Ok(last.map_or(5, |nonce| nonce + 1))
            };
            let never = async || -> Result<()> { panic!("there is a newer one") };
            let end = send_in_turn(5, unnoted, send, next, never).await;
            assert_eq!(end.unwrap(), "sent");
            assert_eq!(*tried.borrow(), (5..=5 + others).collect::<Vec<_>>());
        }
    }

    /// Regression: the nonce of a transaction that was signed anew was noted only after the node had answered, so it
    /// was not noted at all if the connection broke.
    #[tokio::test]
    async fn each_nonce_is_noted_before_it_is_tried() {
        let noted = RefCell::new(Vec::<u64>::new());
        let note = |nonce: u64| noted.borrow_mut().push(nonce);
        let send = async |nonce: u64| -> Result<(), Refused> {
            assert_eq!(noted.borrow().last(), Some(&nonce));
            match nonce {
                5 => Err(taken()),
                _ => Err(Error::new(Kind::Unreachable, "the connection was lost").into()),
            }
        };
        let next = async || -> Result<u64> { Ok(6) };
        let end = send_in_turn(5, note, send, next, async || Ok(())).await;
        assert_eq!(end.unwrap_err().kind, Kind::Unreachable);
        assert_eq!(*noted.borrow(), [5, 6]);
    }

    #[tokio::test]
    async fn it_ends_where_another_is_faster_each_time() {
        let tries = Cell::new(0u32);
        let send = async |_: u64| -> Result<(), Refused> {
            tries.set(tries.get() + 1);
            Err(taken())
        };
        let next = async || -> Result<u64> { Ok(5 + u64::from(tries.get())) };
        let end = send_in_turn(5, unnoted, send, next, async || Ok(())).await;
        assert_eq!(end.unwrap_err().message, "taken");
        assert_eq!(tries.get(), SIGN_AGAIN + 1);
    }

    #[tokio::test]
    async fn a_block_is_waited_for_where_the_node_knows_no_newer_nonce() {
        let blocks = Cell::new(0u64);
        let send = async |nonce: u64| -> Result<u64, Refused> {
            match nonce {
                5 => Err(taken()),
                nonce => Ok(nonce),
            }
        };
        let next = async || -> Result<u64> { Ok(5 + blocks.get()) };
        let next_block = async || -> Result<()> {
            blocks.set(blocks.get() + 1);
            Ok(())
        };
        let end = send_in_turn(5, unnoted, send, next, next_block).await;
        assert_eq!(end.unwrap(), 6);
        assert_eq!(blocks.get(), 1);
    }

    #[tokio::test]
    async fn what_is_refused_for_itself_is_not_sent_again() {
        let send = async |_: u64| Err::<(), _>(Refused::from(Error::other("too poor")));
        let never = async || -> Result<u64> { panic!("no other nonce helps") };
        let end = send_in_turn(5, unnoted, send, never, async || Ok(())).await;
        assert_eq!(end.unwrap_err().message, "too poor");
    }
}
