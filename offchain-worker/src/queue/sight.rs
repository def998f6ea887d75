//! What the chain says about one assignment, and waiting for changes of it.

use aicpw_protocol::{
    mailbox::MARGIN,
    sealing::Envelope,
    task::{AssignmentStatus, Progress},
    BlockNumber, Hash,
};
use tokio::sync::watch;

/// What the chain says about an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The time of the market's clock in the best block.
    pub now: BlockNumber,
    /// The state of the assignment in the best block, if it is there.
    pub best: Option<AssignmentStatus>,
    /// What is final.
    pub finalised: Finalised,
    /// The data key of a sealed task, once its grant is final.
    pub granted: Option<Envelope>,
    /// The best block in which a dispute first wanted the trace of the result; `None` while no dispute wants it.
    pub trace_wanted: Option<BlockNumber>,
    /// The last block that is known to be final.
    pub final_block: BlockNumber,
}

/// What the last finalised block says about an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finalised {
    /// The chain is not final yet at the block in which the assignment was first seen, or in which the fork that is now
    /// best has it.
    NotYet,
    /// The state of the assignment.
    Status(AssignmentStatus),
    /// The assignment is not known there, nor open in the best block. It can come back only on a chain that had lost it
    /// in a fork.
    Gone,
}

/// How an assignment ended, for this worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Paid.
    Settled,
    /// Ended without payment.
    Failed,
    /// No longer needed.
    Cancelled,
    /// No longer known to the chain: it was lost in a fork, or ended so long ago that it is forgotten.
    Gone,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Settled, Self::Failed, Self::Cancelled, Self::Gone];

    /// Returns the name of the end.
    pub fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Gone => "gone",
        }
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Sight {
    /// Returns the sight when nothing but the order itself is known.
    pub fn first(now: BlockNumber, best: Option<AssignmentStatus>) -> Self {
        Self {
            now,
            best,
            finalised: Finalised::NotYet,
            granted: None,
            trace_wanted: None,
            final_block: 0,
        }
    }

    fn end(&self) -> Option<End> {
        match &self.finalised {
            Finalised::NotYet => None,
            Finalised::Gone => Some(End::Gone),
            Finalised::Status(status) => match status {
                AssignmentStatus::AwaitingKey { .. }
                | AssignmentStatus::Assigned { .. }
                | AssignmentStatus::Running { .. }
                | AssignmentStatus::Committed { .. }
                | AssignmentStatus::Revealed { .. } => None,
                AssignmentStatus::Settled { .. } => Some(End::Settled),
                AssignmentStatus::Failed { .. } => Some(End::Failed),
                AssignmentStatus::Cancelled { .. } => Some(End::Cancelled),
            },
        }
    }

    /// Returns the commitment that the finalised chain holds for the assignment, once it may be opened: the commits of
    /// all others that are waited for are final too by then. If finality stands still, returns that `ours` is in the
    /// best chain when fewer than `margin` blocks are left to open it.
    fn commitment(&self, ours: Hash, margin: BlockNumber) -> Option<Commitment> {
        match &self.finalised {
            Finalised::Status(AssignmentStatus::Committed {
                commitment,
                reveal_by: Some(_),
                ..
            }) => Some(Commitment::Hidden(*commitment)),
            Finalised::Status(AssignmentStatus::Revealed { opening, .. }) => {
                Some(Commitment::Opened(opening.clone()))
            }
            // An assignment that is over has nothing to open.
            _ if self.end().is_some() => None,
            _ => self.stalled(ours, margin),
        }
    }

    fn stalled(&self, ours: Hash, margin: BlockNumber) -> Option<Commitment> {
        match self.best {
            Some(AssignmentStatus::Committed {
                commitment,
                reveal_by: Some(by),
                ..
            }) if commitment == ours => closes(self, by, margin).map(|()| Commitment::NotFinal),
            _ => None,
        }
    }
}

/// Returns how many blocks of the reveal window are left when a commitment is opened that is not final: enough to make
/// the call twice.
///
/// A provider that does not open its commitment loses everything that is locked, and it is no fault of the provider's
/// if finality stands still. All that a fork could give away is the result of one job.
pub fn last_chance(reveal_window: BlockNumber) -> BlockNumber {
    (reveal_window / 4).max(MARGIN)
}

/// A commitment that may be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commitment {
    /// In the finalised chain, not opened.
    Hidden(Hash),
    /// In the finalised chain, and opened already.
    Opened(aicpw_protocol::commitment::ResultOpening),
    /// Our own, and only in the best chain; the time to open it is over soon.
    NotFinal,
}

/// Waits for changes of a [`Sight`].
///
/// When its sender is gone, the worker is being shut down. The methods that wait then never return: their callers are
/// dropped.
#[derive(Debug, Clone)]
pub struct Watch(watch::Receiver<Sight>);

impl Watch {
    /// Follows the sights that are sent.
    pub fn new(receiver: watch::Receiver<Sight>) -> Self {
        Self(receiver)
    }

    /// Waits until the assignment has ended in the finalised chain.
    pub async fn ended(&self) -> End {
        self.until(Sight::end).await
    }

    /// Waits until the grant of a sealed task's data key is final.
    pub async fn granted(&self) -> Envelope {
        self.until(|sight| sight.granted).await
    }

    /// Waits until a dispute wants the trace of a result, and both that and the result's reveal are final.
    ///
    /// As long as a fork can take either away, the opening of the result may have to be repeated, or there can be a
    /// jury that must not know the trace.
    pub async fn trace_wanted(&self) {
        self.until(|sight| {
            let is_final = matches!(
                sight.finalised,
                Finalised::Status(AssignmentStatus::Revealed { .. })
            );
            let is_wanted = |at| at <= sight.final_block;
            (is_final && sight.trace_wanted.is_some_and(is_wanted)).then_some(())
        })
        .await;
    }

    /// Waits until the finalised chain holds a commitment for the assignment that may be opened; or until the best
    /// chain holds `ours`, and fewer than `margin` blocks are left to open it.
    pub async fn committed(&self, ours: Hash, margin: BlockNumber) -> Commitment {
        self.until(|sight| sight.commitment(ours, margin)).await
    }

    /// Returns the progress that the chain knows of; none before the first report.
    pub fn progress(&self) -> Option<Progress> {
        match self.0.borrow().best {
            Some(AssignmentStatus::Running { progress, .. }) => Some(progress),
            _ => None,
        }
    }

    /// Returns the last block that is known to be final.
    pub fn final_block(&self) -> BlockNumber {
        self.0.borrow().final_block
    }

    /// Waits until fewer than `margin` blocks are left to start.
    pub async fn start_window_closes(&self, margin: BlockNumber) {
        self.until(|sight| match sight.best {
            Some(AssignmentStatus::Assigned { start_by }) => closes(sight, start_by, margin),
            _ => None,
        })
        .await;
    }

    /// Waits until fewer than `margin` blocks are left to commit.
    pub async fn time_runs_out(&self, margin: BlockNumber) {
        self.until(|sight| commit_window_closes(sight, margin))
            .await;
    }

    /// Whether fewer than `margin` blocks are left to commit now.
    pub fn time_has_run_out(&self, margin: BlockNumber) -> bool {
        commit_window_closes(&self.0.borrow(), margin).is_some()
    }

    /// Waits until the result is revealed in the best chain: from then on everybody knows where it is.
    pub async fn revealed(&self) {
        self.until(|sight| match sight.best {
            Some(AssignmentStatus::Revealed { .. } | AssignmentStatus::Settled { .. }) => Some(()),
            _ => None,
        })
        .await;
    }

    async fn until<T>(&self, mut met: impl FnMut(&Sight) -> Option<T>) -> T {
        let mut receiver = self.0.clone();
        loop {
            // In a block of its own: the guard must not live across the wait.
            let now = met(&receiver.borrow_and_update());
            if let Some(value) = now {
                return value;
            }
            if receiver.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

fn commit_window_closes(sight: &Sight, margin: BlockNumber) -> Option<()> {
    match sight.best {
        Some(AssignmentStatus::Running { commit_by, .. }) => closes(sight, commit_by, margin),
        _ => None,
    }
}

fn closes(sight: &Sight, by: BlockNumber, margin: BlockNumber) -> Option<()> {
    (sight.now.saturating_add(margin) > by).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn windows_close_before_their_last_block() {
        let status = AssignmentStatus::Assigned { start_by: 10 };
        let (sender, receiver) = watch::channel(Sight::first(5, Some(status.clone())));
        let watch = Watch::new(receiver);
        let mut closes = std::pin::pin!(watch.start_window_closes(4));
        assert!(futures::poll!(&mut closes).is_pending());
        sender.send_replace(Sight::first(6, Some(status.clone())));
        assert!(futures::poll!(&mut closes).is_pending());
        sender.send_replace(Sight::first(7, Some(status)));
        assert!(futures::poll!(&mut closes).is_ready());
    }

    #[tokio::test]
    async fn a_trace_is_not_shown_as_long_as_a_fork_can_take_the_reveal_or_the_wish_away() {
        let revealed = AssignmentStatus::Revealed {
            opening: aicpw_protocol::commitment::ResultOpening {
                salt: [1; 32],
                result_root: [2; 32],
                trace_commitment: [3; 32],
                result: crate::testing::content_id(b"result"),
            },
            at: 3,
        };
        let (sender, receiver) = watch::channel(Sight::first(5, Some(revealed.clone())));
        let watch = Watch::new(receiver);
        let mut wanted = std::pin::pin!(watch.trace_wanted());
        sender.send_modify(|sight| (sight.trace_wanted, sight.final_block) = (Some(7), 7));
        assert!(futures::poll!(&mut wanted).is_pending(), "not revealed");
        sender.send_modify(|sight| sight.finalised = Finalised::Status(revealed));
        sender.send_modify(|sight| sight.final_block = 6);
        assert!(futures::poll!(&mut wanted).is_pending(), "not final");
        sender.send_modify(|sight| sight.final_block = 7);
        assert!(futures::poll!(&mut wanted).is_ready());
    }

    #[tokio::test]
    async fn nothing_is_opened_before_the_reveal_is_open_in_the_finalised_chain() {
        let committed = |reveal_by| AssignmentStatus::Committed {
            commitment: [4; 32],
            at: 3,
            reveal_by,
        };
        let (sender, receiver) = watch::channel(Sight::first(5, Some(committed(None))));
        let watch = Watch::new(receiver);
        let mut opens = std::pin::pin!(watch.committed([4; 32], 2));
        sender.send_modify(|sight| sight.finalised = Finalised::Status(committed(None)));
        assert!(futures::poll!(&mut opens).is_pending(), "others work");
        sender.send_modify(|sight| sight.best = Some(committed(Some(9))));
        assert!(futures::poll!(&mut opens).is_pending(), "not final");
        sender.send_modify(|sight| sight.finalised = Finalised::Status(committed(Some(9))));
        assert!(futures::poll!(&mut opens).is_ready());
    }

    /// Two commits whose reveal windows open in the same block, which does not become final: one still has time, the
    /// other has none.
    #[tokio::test]
    async fn where_finality_stands_still_a_commitment_is_opened_before_it_is_too_late() {
        let ours = [4; 32];
        let committed = |commitment, reveal_by| AssignmentStatus::Committed {
            commitment,
            at: 3,
            reveal_by,
        };
        let margin = last_chance(240);
        assert_eq!(margin, 60);
        let (sender, receiver) = watch::channel(Sight::first(182, Some(committed(ours, None))));
        let watch = Watch::new(receiver);
        let mut opens = std::pin::pin!(watch.committed(ours, margin));
        assert!(futures::poll!(&mut opens).is_pending(), "others work");
        sender.send_modify(|sight| sight.best = Some(committed([5; 32], Some(240))));
        assert!(futures::poll!(&mut opens).is_pending(), "not ours");
        sender.send_modify(|sight| sight.best = Some(committed(ours, Some(242))));
        assert!(futures::poll!(&mut opens).is_pending(), "there is time");
        sender.send_modify(|sight| sight.finalised = Finalised::Gone);
        sender.send_modify(|sight| sight.now = 183);
        assert!(futures::poll!(&mut opens).is_pending(), "it is over");
        sender.send_modify(|sight| sight.finalised = Finalised::Status(committed(ours, None)));
        let opened = futures::poll!(&mut opens);
        assert_eq!(opened, std::task::Poll::Ready(Commitment::NotFinal));
    }

    #[test]
    fn of_a_short_window_to_reveal_enough_is_left_for_two_tries() {
        assert_eq!(last_chance(40), MARGIN);
    }

    #[tokio::test]
    async fn a_key_is_not_used_before_its_grant_is_final() {
        let (sender, receiver) = watch::channel(Sight::first(5, None));
        let watch = Watch::new(receiver);
        let mut granted = std::pin::pin!(watch.granted());
        let assigned = AssignmentStatus::Assigned { start_by: 6 };
        sender.send_modify(|sight| sight.best = Some(assigned));
        assert!(futures::poll!(&mut granted).is_pending());
    }

    #[tokio::test]
    async fn only_the_finalised_chain_ends_a_job() {
        let failed = AssignmentStatus::Cancelled { at: 3 };
        let (sender, receiver) = watch::channel(Sight::first(5, Some(failed.clone())));
        let watch = Watch::new(receiver);
        let mut ended = std::pin::pin!(watch.ended());
        assert!(futures::poll!(&mut ended).is_pending());
        sender.send_modify(|sight| sight.finalised = Finalised::Status(failed));
        assert!(futures::poll!(&mut ended).is_ready());
    }
}
