//! Waiting for conditions.

use std::{future::Future, time::Duration};

use anyhow::{bail, Result};
use tokio::time::{sleep, Instant};

const POLL: Duration = Duration::from_millis(50);

/// Asks `probe` until it answers with a value; fails with `what` after `limit`. An error from the
/// probe counts as "not yet" and is shown if time runs out.
pub async fn until<T, F, Fut>(what: &str, limit: Duration, mut probe: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>>>,
{
    let deadline = Instant::now() + limit;
    loop {
        let last = match probe().await {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        if Instant::now() >= deadline {
            match last {
                Some(error) => bail!("waited {limit:?} for {what}; last error: {error:#}"),
                None => bail!("waited {limit:?} for {what}"),
            }
        }
        sleep(POLL).await;
    }
}
