//! Continues after the connection to the node was lost.

use std::time::{Duration, Instant};

use super::Context;
use crate::{
    chain::{follow::task_is_gone, is_stalled, Chain, STALL_TIMEOUT},
    error::{Error, Kind, Result},
    output::Output,
};

/// How long to wait before trying again to reach a node.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);

/// How long to keep trying if the caller gives no timeout.
const WITHOUT_TIMEOUT: Duration = Duration::from_secs(600);

/// A connection that is lost sooner than this does not count as the end of the trouble before it.
const STEADY_AFTER: Duration = Duration::from_secs(60);

/// After how long to report a lasting failure again.
const TELL_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Connects again, however long that takes. `failed` gets each failure.
async fn connect_again<C>(
    connect: impl AsyncFn() -> Result<C>,
    pause: Duration,
    mut failed: impl FnMut(Error),
) -> C {
    loop {
        tokio::time::sleep(pause).await;
        match connect().await {
            Ok(chain) => return chain,
            // The node may have come back as one that this program cannot talk to.
            Err(error) => failed(error),
        }
    }
}

fn say_back(out: &Output) {
    out.say("connected again");
}

/// Runs `work` on the connection `first`, and runs it again on a new connection whenever one is lost or brings no new
/// blocks, as one to a node that is synchronising does. `work` must only read the chain, or know by itself what it has
/// sent. A new connection is used once its node has synchronised, however far finality is behind; before `work` signs
/// something, it can wait for finality with [`until_ready`]. The user is told of each lost connection and of each new
/// one. This gives up after `timeout` without a node, by default ten minutes.
///
/// # Errors
/// Those of `work`. After giving up: [`Kind::Unreachable`], or [`Kind::Timeout`] if the chain stands still or the node
/// makes no progress.
pub async fn follow_on<T>(
    context: &Context<'_>,
    first: &Chain,
    timeout: Option<Duration>,
    work: impl AsyncFnMut(&Chain) -> Result<T>,
) -> Result<T> {
    let connect = async || connect_synchronised(context).await;
    let limit = timeout.unwrap_or(WITHOUT_TIMEOUT);
    go_on(context.out, first, connect, RECONNECT_AFTER, limit, work).await
}

/// Connects to the node again, and waits until it has synchronised: a node that is behind the chain shows an old state.
///
/// # Errors
/// [`Kind::Unreachable`] if nothing answers, [`Kind::Timeout`] if the node is behind and makes no progress.
pub async fn connect_synchronised(context: &Context<'_>) -> Result<Chain> {
    let chain = context.connect().await?;
    let synchronised = chain.synchronised(context.out).await;
    synchronised.map_err(of_follower)?;
    Ok(chain)
}

/// Waits until the node is far enough for a transaction of a command that is following something. A transaction that is
/// bound to an old final block is invalid.
///
/// # Errors
/// [`Kind::Timeout`] if the node or finality is behind and makes no progress.
pub async fn until_ready(out: &Output, chain: &Chain) -> Result<()> {
    chain.caught_up(out).await.map_err(of_follower)
}

/// Replaces the hint: a command that follows something may already have sent a transaction, so the error must not say
/// that nothing was sent.
fn of_follower(error: Error) -> Error {
    let error = Error {
        hint: None,
        ..error
    };
    error.hint("look at the node's log, and at its --bootnodes")
}

async fn go_on<C, T>(
    out: &Output,
    first: &C,
    connect: impl AsyncFn() -> Result<C>,
    pause: Duration,
    limit: Duration,
    mut work: impl AsyncFnMut(&C) -> Result<T>,
) -> Result<T> {
    let mut later: Option<C> = None;
    let mut until: Option<Instant> = None;
    loop {
        let begun = Instant::now();
        let mut newest = match work(later.as_ref().unwrap_or(first)).await {
            Err(error) if is_lost(&error) => error,
            Err(error) if later.is_some() => return Err(task_is_gone(&error).unwrap_or(error)),
            end => return end,
        };
        let now = Instant::now();
        let is_steady = was_steady(&newest, now.saturating_duration_since(begun));
        let end = match until {
            Some(until) if !is_steady => until,
            _ => now + limit,
        };
        until = Some(end);
        out.warn(format!("{}; trying again", newest.message));
        let left = end.saturating_duration_since(now);
        let again = connect_again(&connect, pause, |error| newest = error);
        let connected = tokio::time::timeout(left, again).await;
        match connected {
            Ok(chain) => later = Some(chain),
            Err(_) => return Err(given_up(newest)),
        }
        say_back(out);
    }
}

/// Whether another connection may help.
fn is_lost(error: &Error) -> bool {
    error.kind == Kind::Unreachable || is_stalled(error)
}

/// Whether the connection that ended with this error after this time had been of use for long enough.
fn was_steady(error: &Error, lasted: Duration) -> bool {
    let stood_still = match is_stalled(error) {
        true => STALL_TIMEOUT,
        false => Duration::ZERO,
    };
    lasted.saturating_sub(stood_still) >= STEADY_AFTER
}

/// The error after giving up: that the node cannot be reached, whatever the last attempt failed with, unless the node
/// was there and made no progress.
fn given_up(error: Error) -> Error {
    if error.kind == Kind::Timeout {
        return error;
    }
    Error {
        kind: Kind::Unreachable,
        ..error
    }
}

/// A problem that keeps a command, which never gives up, from its work. It is reported when it is new, and again when it
/// lasts.
#[derive(Default)]
pub struct Trouble {
    told: Option<(String, Instant)>,
}

impl Trouble {
    /// Reports the failure, connects again, however long that takes, and reports the new connection.
    pub async fn reconnect(
        &mut self,
        out: &Output,
        failed: &Error,
        connect: impl AsyncFn() -> Result<Chain>,
    ) -> Chain {
        let mut is_told = self.tell(out, &failed.message);
        let chain = connect_again(connect, RECONNECT_AFTER, |error| {
            is_told |= self.tell(out, &error.message);
        })
        .await;
        if is_told {
            say_back(out);
        }
        chain
    }

    fn tell(&mut self, out: &Output, message: &str) -> bool {
        let is_worth_it = self.is_worth_telling(message, Instant::now());
        if is_worth_it {
            out.warn(format!("{message}; trying again"));
        }
        is_worth_it
    }

    fn is_worth_telling(&mut self, message: &str, now: Instant) -> bool {
        let is_known = self.told.as_ref().is_some_and(|(told, at)| {
            told == message && now.saturating_duration_since(*at) < TELL_AGAIN_AFTER
        });
        if !is_known {
            self.told = Some((message.to_owned(), now));
        }
        !is_known
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use aicpw_protocol::TaskId;

    use super::*;
    use crate::chain::{follow::unknown_task, stalled};

    const SOON: Duration = Duration::from_millis(1);
    const LATE: Duration = Duration::from_secs(600);

    fn lost() -> Error {
        Error::new(Kind::Unreachable, "lost")
    }

    /// Otherwise, a node that comes back on another chain would be waited for silently and for ever.
    #[test]
    fn what_is_wrong_is_told_when_it_changes_and_while_it_lasts() {
        let mut trouble = Trouble::default();
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        assert!(trouble.is_worth_telling("gone", begun));
        assert!(!trouble.is_worth_telling("gone", after(2)));
        assert!(trouble.is_worth_telling("of another chain", after(4)));
        assert!(!trouble.is_worth_telling("of another chain", after(63)));
        assert!(trouble.is_worth_telling("of another chain", after(64)));
        assert!(!trouble.is_worth_telling("of another chain", after(66)));
        assert!(trouble.is_worth_telling("gone", after(68)));
    }

    /// Regression: waiting for a task ended with the first lost connection.
    #[tokio::test]
    async fn who_follows_goes_on_with_the_next_connection() {
        let out = Output::new(true);
        let tries = Cell::new(0u32);
        // Connections have numbers; every other attempt fails.
        let connect = async || -> Result<u32> {
            tries.set(tries.get() + 1);
            match tries.get() % 2 {
                1 => Err(lost()),
                _ => Ok(tries.get()),
            }
        };
        let used = RefCell::new(Vec::<u32>::new());
        let work = async |number: &u32| -> Result<u32> {
            used.borrow_mut().push(*number);
            match *number {
                4 => Ok(7),
                _ => Err(lost()),
            }
        };
        let end = go_on(&out, &0, connect, SOON, LATE, work).await;
        assert_eq!(end.unwrap(), 7);
        assert_eq!(*used.borrow(), [0, 2, 4]);
    }

    /// Regression: a node that had to synchronise for more than a minute ended the wait.
    #[tokio::test]
    async fn a_node_without_new_blocks_is_as_one_that_was_lost() {
        let out = Output::new(true);
        let connect = async || -> Result<u32> { Ok(1) };
        let work = async |number: &u32| -> Result<u32> {
            match *number {
                0 => Err(stalled()),
                _ => Ok(7),
            }
        };
        let end = go_on(&out, &0, connect, SOON, LATE, work).await;
        assert_eq!(end.unwrap(), 7);
        let connect = async || -> Result<u32> { Ok(1) };
        // The chain stands still. That it took a minute to notice does not make the connection a good one.
        let work = async |_: &u32| -> Result<()> { Err(stalled()) };
        let end = go_on(&out, &0, connect, SOON, 50 * SOON, work).await;
        let error = end.unwrap_err();
        assert_eq!(error.kind, Kind::Timeout);
        assert_eq!(error.message, stalled().message);
        for (error, seconds, expected) in [
            (lost(), 59, false),
            (lost(), 60, true),
            (stalled(), 60, false),
            (stalled(), 119, false),
            (stalled(), 120, true),
        ] {
            let lasted = Duration::from_secs(seconds);
            assert_eq!(was_steady(&error, lasted), expected, "{error} {seconds}");
        }
    }

    /// Regression: when a task was gone together with the chain of a development node, the message said that it had
    /// never been submitted, or had ended long ago.
    #[tokio::test]
    async fn a_task_that_is_gone_with_its_chain_was_there_before() {
        let out = Output::new(true);
        let connect = async || -> Result<u32> { Ok(1) };
        let work = async |number: &u32| -> Result<()> {
            match *number {
                0 => Err(lost()),
                _ => Err(unknown_task(TaskId(20))),
            }
        };
        let end = go_on(&out, &0, connect, SOON, LATE, work).await;
        let error = end.unwrap_err();
        assert!(
            error.message.starts_with("there is no task 20 any more: ")
                && error.message.contains("a new chain"),
            "{error}"
        );
        assert!(error.hint.unwrap().contains("--dev"));
        // A task that was missing at the first look may never have existed.
        let connect = async || -> Result<u32> { panic!("the node is there") };
        let work = async |_: &u32| -> Result<()> { Err(unknown_task(TaskId(20))) };
        let end = go_on(&out, &0, connect, SOON, LATE, work).await;
        assert!(end.unwrap_err().message.contains("never submitted"));
    }

    #[tokio::test]
    async fn another_failure_is_the_end() {
        let out = Output::new(true);
        for kind in [Kind::Error, Kind::Timeout, Kind::TaskFailed] {
            let connect = async || -> Result<u32> { panic!("the node is there") };
            let work = async |_: &u32| -> Result<()> { Err(Error::new(kind, "it ends")) };
            let end = go_on(&out, &0, connect, SOON, LATE, work).await;
            assert_eq!(end.unwrap_err().kind, kind);
        }
    }

    #[tokio::test]
    async fn a_node_that_stays_away_is_given_up() {
        let out = Output::new(true);
        let connect = async || -> Result<u32> { Err(Error::other("of another chain")) };
        let work = async |_: &u32| -> Result<()> { Err(lost()) };
        let end = go_on(&out, &0, connect, SOON, 50 * SOON, work).await;
        let error = end.unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable);
        assert_eq!(error.message, "of another chain");
        // So is a node that never answers more than once.
        let connect = async || -> Result<u32> { Ok(1) };
        let work = async |_: &u32| -> Result<()> { Err(lost()) };
        let end = go_on(&out, &0, connect, SOON, 50 * SOON, work).await;
        assert_eq!(end.unwrap_err().message, "lost");
        // A node that answers but makes no progress is not unreachable.
        let behind = "the node is behind";
        let connect = async || -> Result<u32> { Err(Error::new(Kind::Timeout, behind)) };
        let work = async |_: &u32| -> Result<()> { Err(lost()) };
        let end = go_on(&out, &0, connect, SOON, 50 * SOON, work).await;
        let error = end.unwrap_err();
        assert_eq!((error.kind, &*error.message), (Kind::Timeout, behind));
    }
}
