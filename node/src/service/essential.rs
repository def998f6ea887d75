//! Essential tasks: a node that can no longer run them must stop.
//!
//! Such tasks also end when the services are gone that they work for. When the process ends, that may happen before
//! their task manager stops them: one task of the transaction pool blocks its thread on a channel of the pool, and
//! others are between two checks of the signal. So an orderly end would now and then be logged as a failure.

use std::time::Duration;

use futures::{future::BoxFuture, FutureExt};
use futures_timer::Delay;
use sp_core::traits::SpawnEssentialNamed;

/// The time after the end of a task in which it may turn out that the whole process is ending.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// Spawns tasks whose end counts as a failure only if the task manager lives on.
#[derive(Clone)]
pub struct Patient<S>(pub S);

impl<S: SpawnEssentialNamed + Clone> SpawnEssentialNamed for Patient<S> {
    fn spawn_essential_blocking(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) {
        self.0.spawn_essential_blocking(name, group, patient(task));
    }

    fn spawn_essential(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) {
        self.0.spawn_essential(name, group, patient(task));
    }
}

/// Runs the task, and then waits long enough for a task manager that is ending to drop it.
fn patient(task: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
    async move {
        task.await;
        // This timer does not need the runtime, which may be shutting down.
        Delay::new(GRACE).await;
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use sc_service::TaskManager;
    use std::sync::mpsc;

    fn manager() -> TaskManager {
        TaskManager::new(tokio::runtime::Handle::current(), None).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_task_that_ends_while_the_node_runs_stops_it() {
        let mut manager = manager();
        let tasks = Patient(manager.spawn_essential_handle());
        tasks.spawn_essential("ends", None, async {}.boxed());
        let failed = tokio::time::timeout(Duration::from_secs(60), manager.future());
        assert!(failed.await.unwrap().is_err());
    }

    /// A task like the pool's, which holds its thread until its channel is gone.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_task_that_ends_with_the_node_has_not_failed() {
        let manager = manager();
        let (pool, requests) = mpsc::channel::<()>();
        let (ended, has_ended) = tokio::sync::oneshot::channel::<()>();
        let task = async move { while requests.recv().is_ok() {} };
        // The code after the task is reached only if its end counts.
        let counted = async move {
            patient(task.boxed()).await;
            let _ = ended.send(());
        };
        let handle = manager.spawn_essential_handle();
        handle.spawn_essential_blocking("pool", None, counted.boxed());
        drop(manager);
        drop(pool);
        let counted = tokio::time::timeout(Duration::from_secs(60), has_ended).await;
        assert!(counted.unwrap().is_err(), "it was dropped in its patience");
    }
}
