//! The signals by which a person or the system ends a command.

use std::{
    cell::Cell,
    future::{pending, poll_fn, Future},
    pin::pin,
    sync::Once,
    task::Poll,
};

use tokio::signal::unix::{signal, Signal, SignalKind};

use crate::error::{Error, Result};

/// The exit code after a second signal, as for a program that Ctrl-C has ended.
const IMPATIENT: i32 = 130;

thread_local! {
    /// How many listeners there are. What a command does is one future, which stays on one thread.
    static LISTENERS: Cell<usize> = const { Cell::new(0) };
}

/// A listener, which is counted as long as it exists.
struct Listener;

impl Listener {
    fn new() -> Self {
        LISTENERS.set(LISTENERS.get().saturating_add(1));
        Self
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        LISTENERS.set(LISTENERS.get().saturating_sub(1));
    }
}

/// Listens to the usual signals, which from then on end nothing by themselves. A second signal ends the program at
/// once: whoever sends it does not want to wait for what the first has started.
pub struct Ends {
    signals: Signals,
    _counted: Listener,
}

impl Ends {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system does not allow it.
    pub fn listen() -> Result<Self> {
        static WATCHED: Once = Once::new();
        let signals = Signals::listen()?;
        let mut twice = Signals::listen()?;
        WATCHED.call_once(|| {
            tokio::spawn(async move {
                twice.next().await;
                twice.next().await;
                std::process::exit(IMPATIENT);
            });
        });
        Ok(Self {
            signals,
            _counted: Listener::new(),
        })
    }

    /// Waits for the next signal, and returns it in words.
    pub async fn next(&mut self) -> &'static str {
        self.signals.next().await
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` if whoever started this program had the signal ignored, as `nohup` does.
    hangup: Option<Signal>,
}

impl Signals {
    fn listen() -> Result<Self> {
        let of = |kind| {
            signal(kind).map_err(|error| Error::other(format!("cannot wait for signals: {error}")))
        };
        Ok(Self {
            interrupt: of(SignalKind::interrupt())?,
            terminate: of(SignalKind::terminate())?,
            hangup: match is_ignored(SignalKind::hangup()) {
                true => None,
                false => Some(of(SignalKind::hangup())?),
            },
        })
    }

    async fn next(&mut self) -> &'static str {
        let Self {
            interrupt,
            terminate,
            hangup,
        } = self;
        let hangup = async {
            match hangup {
                Some(signal) => signal.recv().await,
                None => pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => "interrupted",
            _ = terminate.recv() => "told to end",
            _ = hangup => "its terminal is gone",
        }
    }
}

/// Whether this process ignores a signal, as far as the system says so.
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & (1 << (kind.as_raw_value() - 1)) != 0)
}

/// Runs `work` unless a signal comes first. Then `work` is dropped, and with it the folders and processes that it has
/// made. `next_step` is a hint for the person who ended it.
///
/// # Errors
/// Those of `work`; a signal came.
pub async fn unless_ended<T>(work: impl Future<Output = Result<T>>, next_step: &str) -> Result<T> {
    unless_ended_amid(work, || next_step).await
}

/// Like [`unless_ended`], with a next step that depends on how far `work` has got.
///
/// # Errors
/// As of [`unless_ended`].
pub async fn unless_ended_amid<'a, T>(
    work: impl Future<Output = Result<T>>,
    next_step: impl FnOnce() -> &'a str,
) -> Result<T> {
    let mut ends = Ends::listen()?;
    let listeners = LISTENERS.get();
    let mut work = pin!(work);
    // A listener that is added while the signal comes may not have got it: only earlier listeners count.
    let listens_further_in = Cell::new(false);
    let looked_at = poll_fn(|context| {
        listens_further_in.set(LISTENERS.get() > listeners);
        work.as_mut().poll(context)
    });
    let how = tokio::select! {
        biased;
        done = looked_at => return done,
        how = ends.next() => how,
    };
    // A part of `work` that listens has got the signal too, and its own answer to it says more.
    if LISTENERS.get() > listeners {
        if listens_further_in.get() {
            return work.await;
        }
        // A listener that was added at the last poll of `work` either has an answer by now, or has not got the signal.
        if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await
        {
            return done;
        }
    }
    Err(Error::other(how).hint(next_step()))
}
