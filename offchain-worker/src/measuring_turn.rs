//! Whose turn it is on this machine: either a device is measured or a conformance run is done, and never two of these
//! at once, because each would slow down the other.
//!
//! A conformance run has a deadline on chain, some seconds after its seed is known. A measurement takes up to minutes
//! and has no deadline. So a measurement that is under way when a run comes is interrupted, and done again after the
//! run. That comes to an end: the pauses between the attempts at a run double.

use std::future::Future;
use std::sync::Arc;
use tokio::sync::{watch, Mutex, OwnedMutexGuard};

/// The turns of one machine, which all clones share.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    held: Arc<Mutex<()>>,
    /// How many runs wait for their turn or have it.
    runs: watch::Sender<usize>,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            held: Arc::default(),
            runs: watch::channel(0).0,
        }
    }
}

/// The turn of a conformance run, until this is dropped.
#[derive(Debug)]
pub(crate) struct RunsTurn {
    _held: OwnedMutexGuard<()>,
    _wanted: Wanted,
}

/// A run that is counted.
#[derive(Debug)]
struct Wanted(watch::Sender<usize>);

impl Wanted {
    fn new(runs: &watch::Sender<usize>) -> Self {
        runs.send_modify(|runs| *runs += 1);
        Self(runs.clone())
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.send_modify(|runs| *runs -= 1);
    }
}

impl Turn {
    /// Waits for a conformance run's turn: until any measurement has been interrupted and other runs are done.
    pub(crate) async fn for_run(&self) -> RunsTurn {
        let wanted = Wanted::new(&self.runs);
        RunsTurn {
            _held: self.held.clone().lock_owned().await,
            _wanted: wanted,
        }
    }

    /// Measures something while no run is to be done. When a run comes, the future of `measure` is dropped, and begun
    /// again later.
    pub(crate) async fn measure<T, F>(&self, measure: impl Fn() -> F) -> T
    where
        F: Future<Output = T>,
    {
        let mut runs = self.runs.subscribe();
        loop {
            until(&mut runs, |runs| runs == 0).await;
            let _held = self.held.lock().await;
            tokio::select! {
                biased;
                () = until(&mut runs, |runs| runs > 0) => {
                    tracing::info!("a conformance run goes before a measurement, which is done again");
                }
                measured = measure() => return measured,
            }
        }
    }
}

/// Waits until the number of runs meets the condition.
async fn until(runs: &mut watch::Receiver<usize>, is_it: impl Fn(usize) -> bool) {
    if runs.wait_for(|runs| is_it(*runs)).await.is_err() {
        // The caller holds the other end.
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::soon;
    use futures::poll;
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn a_run_goes_before_a_measurement_which_is_done_again() {
        let turn = Turn::default();
        let begun = AtomicUsize::new(0);
        let (may_end, end) = watch::channel(false);
        let measuring = turn.measure(|| {
            begun.fetch_add(1, Ordering::Relaxed);
            let mut end = end.clone();
            async move { end.wait_for(|end| *end).await.is_ok() }
        });
        let mut measuring = pin!(measuring);
        assert!(poll!(&mut measuring).is_pending());

        let mut run = pin!(turn.for_run());
        assert!(poll!(&mut run).is_pending(), "both at once");
        assert!(poll!(&mut measuring).is_pending());
        let run = soon("the run has its turn", run).await;
        // The measurement waits for the run, whether it could end or not.
        may_end.send_replace(true);
        assert!(poll!(&mut measuring).is_pending());
        assert_eq!(begun.load(Ordering::Relaxed), 1);
        // Another run waits, too.
        let mut other = pin!(turn.for_run());
        assert!(poll!(&mut other).is_pending());
        drop(run);
        assert!(poll!(&mut measuring).is_pending());
        drop(soon("the other run has its turn", other).await);

        assert!(soon("it is measured", measuring).await);
        assert_eq!(begun.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_run_that_is_given_up_keeps_nobody_waiting() {
        let turn = Turn::default();
        let first = turn.for_run().await;
        {
            let mut given_up = pin!(turn.for_run());
            assert!(poll!(&mut given_up).is_pending());
        }
        drop(first);
        soon("it is measured", turn.measure(|| async {})).await;
    }
}
