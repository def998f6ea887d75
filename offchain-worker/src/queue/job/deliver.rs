//! The second half of a job's life: its result is committed to, opened, and served.

use aicpw_protocol::{
    content::ContentId,
    mailbox::{Report, MARGIN},
    task::Role,
    AssignmentId, BlockNumber,
};
use std::{future::Future, time::Duration};

use super::{
    super::{
        folder::FolderError,
        record::{Answer, Phase},
        sight::{last_chance, Commitment, End},
    },
    Life,
};
use crate::{blocking, ipfs::silent};

/// How long adding a result is tried after its assignment was settled.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(600);

/// The pause before adding a result is tried again; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Life {
    /// Takes a result to its opening, once the commit cannot be taken back any more; or, while finality stands still,
    /// before the reveal window closes.
    pub(super) async fn deliver(&mut self, answer: Answer) -> Result<(), FolderError> {
        let (commitment, opening) = self.commitment(&answer);
        self.report(&Report::Done { commitment });
        let assignment = self.order().assignment;
        let watch = self.watch.clone();
        let margin = self.last_chance();
        let deliver = async {
            match watch.committed(commitment, margin).await {
                Commitment::Hidden(on_chain) if on_chain == commitment => {}
                Commitment::Opened(on_chain) if on_chain == opening => {}
                Commitment::NotFinal => tracing::warn!(
                    %assignment,
                    "finality stands still: opens a result whose commit is not final, before the time to is over"
                ),
                other => {
                    tracing::error!(
                        %assignment,
                        ours = hex::encode(commitment),
                        on_chain = ?other,
                        "the chain holds another commitment than this worker's; does a second \
                         node use the same worker key?"
                    );
                    std::future::pending::<()>().await;
                }
            }
        };
        let delivered = tokio::select! {
            biased;
            () = deliver => Ok(()),
            end = watch.ended() => Err(end),
        };
        match delivered {
            Ok(()) => {
                let opened = Phase::Opened {
                    answer: answer.clone(),
                    published: false,
                    trace: None,
                };
                let Err(error) = self.enter(opened) else {
                    return Ok(());
                };
                // Opened all the same: a provider that does not open its commitment loses everything that is locked.
                // The opening follows from the result, which is on disk, and from the secret. After a crash all this is
                // repeated from there, with the same opening.
                tracing::error!(%assignment, %error, "opens a result, and cannot note it");
                let served = self.folder.record().served(&answer);
                self.pins.set(assignment, served);
                self.serve(answer, false, None).await
            }
            // Only a revealed result is settled: this node revealed it, and lost the folder meanwhile.
            Err(End::Settled) => self.end_with_result(End::Settled, answer).await,
            Err(end) => self.close(end, Vec::new()),
        }
    }

    /// Returns how many blocks are left to reveal when a commitment is opened that is not final.
    fn last_chance(&self) -> BlockNumber {
        match blocking::run(|| self.shop.chain.reveal_window()) {
            Ok(window) => last_chance(window),
            Err(error) => {
                tracing::warn!(%error, "not known how long there is to reveal");
                MARGIN
            }
        }
    }

    /// Serves the result until the end of the assignment. The opening goes on chain, and once it is there everybody can
    /// fetch the result. If the result is disputed, its trace may be wanted too.
    pub(super) async fn serve(
        &mut self,
        answer: Answer,
        published: bool,
        trace: Option<ContentId>,
    ) -> Result<(), FolderError> {
        let (commitment, opening) = self.commitment(&answer);
        self.report(&Report::Open {
            commitment,
            opening,
        });
        let watch = self.watch.clone();
        if !published {
            let end = tokio::select! {
                biased;
                () = async {
                    watch.revealed().await;
                    self.publish(&answer).await;
                } => None,
                end = watch.ended() => Some(end),
            };
            match end {
                None => {
                    self.promise = None;
                    let opened = Phase::Opened {
                        answer: answer.clone(),
                        published: true,
                        trace: trace.clone(),
                    };
                    if let Err(end) = self.enter_unless_ended(opened).await {
                        return self.close_with(end, &answer);
                    }
                }
                Some(end @ (End::Settled | End::Gone)) => {
                    return self.end_with_result(end, answer).await;
                }
                Some(end) => return self.close_with(end, &answer),
            }
        }
        if self.order().role == Role::Juror {
            return self.show_work(answer).await;
        }
        let opening = tokio::select! {
            biased;
            end = watch.ended() => return self.close_with(end, &answer),
            opening = self.open_trace(&answer) => opening,
        };
        // Recorded first: content that is pinned has to be unpinned later.
        let opened = Phase::Opened {
            answer: answer.clone(),
            published: true,
            trace: Some(opening.file.clone()),
        };
        if let Err(end) = self.enter_unless_ended(opened).await {
            let mut pins = self.folder.record().served(&answer);
            pins.push(opening.file);
            return self.close(end, pins);
        }
        self.report(&Report::Trace { opening });
        let end = watch.ended().await;
        self.close_with(end, &answer)
    }

    /// Waits until the end of a juror's assignment: its work is shown when its jury has decided.
    async fn show_work(&mut self, answer: Answer) -> Result<(), FolderError> {
        let watch = self.watch.clone();
        tokio::select! {
            biased;
            end = watch.ended() => return self.close_with(end, &answer),
            () = watch.trace_wanted() => {}
        }
        let (assignment, trace_root) = (self.order().assignment, answer.trace_root);
        tracing::info!(%assignment, trace = hex::encode(trace_root), "shows its work, for its jury");
        self.report(&Report::Work { trace_root });
        let end = watch.ended().await;
        self.close_with(end, &answer)
    }

    /// Closes an assignment that ended so soon after the reveal that the result is not published yet: whoever paid for
    /// it must still be able to fetch it.
    async fn end_with_result(&mut self, end: End, answer: Answer) -> Result<(), FolderError> {
        let publish = tokio::time::timeout(PUBLISH_TIMEOUT, self.publish(&answer));
        if publish.await.is_err() {
            tracing::error!(
                assignment = %self.order().assignment,
                result = %answer.result,
                "the result was revealed and is not on IPFS"
            );
        }
        self.close_with(end, &answer)
    }

    /// Adds the result to IPFS, however many attempts that takes; unless nobody is supposed to fetch it.
    async fn publish(&self, answer: &Answer) {
        if self.folder.record().has_fetched(answer) {
            return self.keep_fetched(answer).await;
        }
        if !self.order().role.delivers() {
            return;
        }
        add_until_done("result", self.order().assignment, || async {
            let added = self
                .shop
                .store
                .add_file(&self.folder.output(), &silent)
                .await;
            match added {
                Ok(cid) if cid.to_bytes() == answer.result.as_bytes() => Ok(()),
                Ok(cid) => Err(format!("it is {cid} now and was {} before", answer.result)),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }
}

/// Adds something to IPFS, however many attempts that takes.
pub(super) async fn add_until_done<T, F>(
    what: &str,
    assignment: AssignmentId,
    add: impl Fn() -> F,
) -> T
where
    F: Future<Output = Result<T, String>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match add().await {
            Ok(added) => return added,
            Err(error) => error,
        };
        tracing::error!(%assignment, what, error, ?pause, "cannot add to IPFS; trying again");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
