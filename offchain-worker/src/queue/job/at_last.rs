//! Saves the phase of a job on a disk that cannot be written for a while: retries until it is
//! saved.

use std::time::Duration;

use super::{
    super::{record::Phase, sight::End},
    Life,
};

/// The pause before the next attempt; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Life {
    /// Enters a phase, however many attempts that takes. Nothing is left half done if this is
    /// dropped.
    pub(super) async fn enter_at_last(&mut self, phase: Phase) {
        let assignment = self.order().assignment;
        let mut pause = FIRST_PAUSE;
        while let Err(error) = self.enter(phase.clone()) {
            let phase = phase.name();
            tracing::error!(%assignment, phase, %error, ?pause, "cannot note how far a job is; trying again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Like [`Self::enter_at_last`], unless the assignment ends first.
    pub(super) async fn enter_unless_ended(&mut self, phase: Phase) -> Result<(), End> {
        let watch = self.watch.clone();
        tokio::select! {
            biased;
            () = self.enter_at_last(phase) => Ok(()),
            end = watch.ended() => Err(end),
        }
    }
}
