//! How far a job is, on a disk that cannot be written for a while: tried again until it is there.

use std::time::Duration;

use super::{
    super::{record::Phase, sight::End},
    Life,
};

/// Pause before it is tried again; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Life {
    /// Enters a phase, however often it takes. Nothing is left half done where this is dropped.
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

    /// The same, unless the assignment ends before.
    pub(super) async fn enter_unless_ended(&mut self, phase: Phase) -> Result<(), End> {
        let watch = self.watch.clone();
        tokio::select! {
            biased;
            () = self.enter_at_last(phase) => Ok(()),
            end = watch.ended() => Err(end),
        }
    }
}
