//! Waiting for conditions.

use std::{fmt::Display, future::Future, time::Duration};

use anyhow::{bail, Result};
use tokio::time::{sleep, Instant};

const POLL: Duration = Duration::from_millis(50);

/// What a probe saw.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen<T> {
    /// The condition is met.
    Met(T),
    /// The condition is not met; the text says how things are instead.
    NotYet(String),
}

impl<T> Seen<T> {
    /// Returns `Met` if there is a value; otherwise `otherwise` describes what there is.
    pub fn some<D: Display>(value: Option<T>, otherwise: impl FnOnce() -> D) -> Self {
        match value {
            Some(value) => Self::Met(value),
            None => Self::NotYet(otherwise().to_string()),
        }
    }
}

impl Seen<()> {
    /// Returns `Met` if `met` is true; otherwise `otherwise` describes what there is.
    pub fn when<D: Display>(met: bool, otherwise: impl FnOnce() -> D) -> Self {
        Self::some(met.then_some(()), otherwise)
    }
}

/// Calls `probe` until the condition is met.
///
/// # Errors
/// If the condition is not met after `limit`: the error says `what` was waited for and what was seen last. An
/// error from the probe counts as "not yet".
pub async fn until<T, F, Fut>(what: &str, limit: Duration, mut probe: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Seen<T>>>,
{
    let deadline = Instant::now() + limit;
    loop {
        // A probe that hangs must not outlive the deadline.
        let last = match tokio::time::timeout_at(deadline, probe()).await {
            Ok(Ok(Seen::Met(value))) => return Ok(value),
            Ok(Ok(Seen::NotYet(seen))) => format!("last seen: {seen}"),
            Ok(Err(error)) => format!("last error: {error:#}"),
            Err(_) => "the last look at it did not end".into(),
        };
        if Instant::now() >= deadline {
            bail!("waited {} s for {what}; {last}", limit.as_secs_f32());
        }
        sleep(POLL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_condition_that_is_met_gives_its_value() {
        let mut looks = 0;
        let value = until("three", Duration::from_secs(60), || {
            looks += 1;
            let looks = looks;
            async move { Ok(Seen::some((looks == 3).then_some(looks), || looks)) }
        });
        assert_eq!(value.await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_condition_that_is_not_met_says_what_was_seen_last() {
        let short = Duration::from_millis(1);
        let seen = until("rain", short, || async { Ok(Seen::when(false, || "sun")) });
        let error = seen.await.unwrap_err().to_string();
        assert!(
            error.contains("for rain") && error.contains("last seen: sun"),
            "{error}"
        );
        let failed = until("rain", short, || async {
            Err::<Seen<()>, _>(anyhow::anyhow!("blind"))
        });
        let error = failed.await.unwrap_err().to_string();
        assert!(error.contains("last error: blind"), "{error}");
        let hangs = until("rain", short, std::future::pending::<Result<Seen<()>>>);
        let error = hangs.await.unwrap_err().to_string();
        assert!(error.contains("did not end"), "{error}");
    }
}
