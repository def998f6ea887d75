//! `aicpw history verify`: the hash chain over all submissions, computed again.

use aicpw_protocol::{
    hashing::Hash,
    history::{next_head, task_hash, GENESIS_HEAD},
    view::{HistoryHead, TaskView},
    TaskId,
};
use clap::Subcommand;
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::Context;
use crate::{
    account::Account,
    error::{Error, Result},
    hash::show_hash,
    output::table::pairs,
    quantity::{count, parse_task},
};

/// Requests that are under way at once.
const PARALLEL: usize = 16;

/// `aicpw history …`
#[derive(Subcommand, Debug)]
pub enum HistoryCommand {
    /// Compute the hash chain over all submissions again, and compare it with the chain's
    ///
    /// Reads the state of the newest final block. Exit code 4 if a link is wrong.
    #[command(after_long_help = "\
Examples:
  aicpw history verify
  aicpw history verify --from 1000 --json")]
    Verify {
        /// Start with this task instead of the first
        #[arg(long, value_name = "TASK", default_value_t = 0, allow_negative_numbers = true, value_parser = parse_task)]
        from: u64,
    },
}

/// What was found.
#[derive(Serialize, Debug, Default, PartialEq, Eq)]
struct HistoryJson {
    valid: bool,
    length: u64,
    head: String,
    from: u64,
    /// Submissions whose link was computed again.
    verified: u64,
    /// Submissions whose link could not be: the task before was removed, so that only its own head
    /// is known.
    unlinked: u64,
    /// Ranges of tasks that were removed, the last one included.
    removed: Vec<(u64, u64)>,
    /// The first task whose head is not what it should be.
    wrong: Option<u64>,
}

/// Computes the chain over tasks in order.
struct Verifier {
    /// The head before the next task, if it is known.
    head: Option<Hash>,
    found: HistoryJson,
}

impl Verifier {
    fn new(from: u64, before: Option<Hash>) -> Self {
        let head = if from == 0 {
            Some(GENESIS_HEAD)
        } else {
            before
        };
        Self {
            head,
            found: HistoryJson {
                from,
                ..Default::default()
            },
        }
    }

    /// The next task, or that it was removed. `false`: its head is wrong.
    fn add(&mut self, id: u64, view: Option<&TaskView<Account>>) -> bool {
        let Some(view) = view else {
            self.head = None;
            match self.found.removed.last_mut() {
                Some((_, last)) if *last + 1 == id => *last = id,
                _ => self.found.removed.push((id, id)),
            }
            return true;
        };
        match self.head {
            None => self.found.unlinked += 1,
            Some(head) => {
                let hash = task_hash(&view.requester, &view.submission);
                let expected =
                    next_head(&head, TaskId(id), &hash, view.submitted_at, view.timestamp);
                if expected != view.history_head {
                    self.found.wrong = Some(id);
                    return false;
                }
                self.found.verified += 1;
            }
        }
        self.head = Some(view.history_head);
        true
    }

    fn finish(mut self, head: &HistoryHead) -> HistoryJson {
        self.found.length = head.length;
        self.found.head = show_hash(&head.head);
        // With the last task removed its head is not known, and there is nothing to compare.
        let ends_there = self.head.is_none_or(|found| found == head.head);
        self.found.valid = self.found.wrong.is_none() && ends_there;
        self.found
    }
}

/// Runs one of them.
pub async fn run(context: &Context<'_>, command: HistoryCommand) -> Result<()> {
    let HistoryCommand::Verify { from } = command;
    let chain = context.connect().await?;
    // One state for all reads: a final one, which no fork replaces.
    let at = Some(chain.final_hash().await?);
    let head = chain.history_head(at).await?;
    if from > head.length {
        return Err(Error::usage(format!(
            "--from: there are {} so far",
            count(usize::try_from(head.length).unwrap_or(usize::MAX), "task")
        ))
        .hint("without --from all of them are looked at"));
    }
    let before = match from.checked_sub(1) {
        Some(id) => chain
            .task(TaskId(id), at)
            .await?
            .map(|view| view.history_head),
        None => None,
    };
    let bar = context.out.steps_bar("verifying");
    let mut verifier = Verifier::new(from, before);
    let mut views = futures::stream::iter(from..head.length)
        .map(|id| {
            let view = chain.task(TaskId(id), at);
            async move { view.await.map(|view| (id, view)) }
        })
        .buffered(PARALLEL);
    while let Some((id, view)) = views.try_next().await? {
        bar.set_of(id - from, head.length - from);
        if !verifier.add(id, view.as_ref()) {
            break;
        }
    }
    drop(bar);
    let found = verifier.finish(&head);
    context.out.result(&found, show);
    if found.valid {
        return Ok(());
    }
    let message = match found.wrong {
        Some(id) => format!("the history does not follow from its submissions at task {id}"),
        None => "the history's head is not that of its last submission".into(),
    };
    let error =
        Error::verification(message).hint("do not trust this node: compare with another (--url)");
    Err(Error {
        in_document: true,
        ..error
    })
}

fn show(found: &HistoryJson) -> String {
    let removed: u64 = found
        .removed
        .iter()
        .map(|(first, last)| last - first + 1)
        .sum();
    pairs(vec![
        (
            "History",
            Some(if found.valid { "valid" } else { "WRONG" }.into()),
        ),
        ("Submissions", Some(found.length.to_string())),
        ("Head", Some(found.head.clone())),
        (
            "Verified",
            Some(format!("{} links computed again", found.verified)),
        ),
        (
            "Removed",
            (removed > 0)
                .then(|| format!("{removed} tasks ended long ago and cannot be computed again")),
        ),
        (
            "Unlinked",
            (found.unlinked > 0).then(|| {
                format!(
                    "{} follow a removed task: their own heads were taken as given",
                    found.unlinked
                )
            }),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::tests::view;
    use aicpw_protocol::task::TaskStatus;

    fn history(length: u64) -> (Vec<TaskView<Account>>, HistoryHead) {
        let mut head = GENESIS_HEAD;
        let mut views = Vec::new();
        for id in 0..length {
            let mut next = view(TaskStatus::Active, vec![]);
            next.id = TaskId(id);
            next.submitted_at = 10 + id as u32;
            next.timestamp = 1_000 * id;
            let hash = task_hash(&next.requester, &next.submission);
            head = next_head(&head, next.id, &hash, next.submitted_at, next.timestamp);
            next.history_head = head;
            views.push(next);
        }
        (views, HistoryHead { length, head })
    }

    fn verify(views: &[Option<TaskView<Account>>], head: &HistoryHead) -> HistoryJson {
        let mut verifier = Verifier::new(0, None);
        for (id, view) in (0..).zip(views) {
            if !verifier.add(id, view.as_ref()) {
                break;
            }
        }
        verifier.finish(head)
    }

    #[test]
    fn a_whole_history() {
        let (views, head) = history(5);
        let views: Vec<_> = views.into_iter().map(Some).collect();
        let found = verify(&views, &head);
        assert!(found.valid);
        assert_eq!(
            (found.verified, found.unlinked, found.removed.len()),
            (5, 0, 0)
        );
        assert!(
            verify(
                &[],
                &HistoryHead {
                    length: 0,
                    head: GENESIS_HEAD
                }
            )
            .valid
        );
    }

    #[test]
    fn the_document_is_documented() {
        crate::output::documented::check(&["History"], &HistoryJson::default());
    }

    #[test]
    fn removed_tasks_are_said() {
        let (views, head) = history(6);
        let mut views: Vec<_> = views.into_iter().map(Some).collect();
        for id in [0, 1, 3] {
            views[id] = None;
        }
        let found = verify(&views, &head);
        assert!(found.valid);
        assert_eq!(found.removed, [(0, 1), (3, 3)]);
        assert_eq!((found.verified, found.unlinked), (1, 2));
        views[5] = None;
        assert!(verify(&views, &head).valid);
    }

    #[test]
    fn a_changed_submission_is_found() {
        let (views, head) = history(5);
        let mut views: Vec<_> = views.into_iter().map(Some).collect();
        if let Some(view) = &mut views[3] {
            view.submission.budget += 1;
        }
        let found = verify(&views, &head);
        assert!(!found.valid);
        assert_eq!(found.wrong, Some(3));
        let (views, mut head) = history(5);
        head.head = [7; 32];
        let views: Vec<_> = views.into_iter().map(Some).collect();
        assert!(
            !verify(&views, &head).valid,
            "a head that is not the last task's"
        );
    }
}
