//! `aicpw dispute …`: shows disputes.

use std::time::{Duration, Instant};

use aicpw_protocol::{
    verdict::{DisputeState, DisputeView},
    view::TaskView,
    Milliseconds, TaskId,
};
use clap::Subcommand;
use subxt::config::substrate::H256;

use super::{reconnect::follow_on, task, wait, Context};
use crate::{
    account::Account,
    chain::{follow::Watch, is_of_replaced_block, posts::Posts, Chain},
    error::{Error, Result},
    grant::{self, Granter},
    keys::Signer,
    life,
    output::dispute::{self, DisputeJson},
    quantity::{parse_span, parse_task, show_elapsed, whole},
};

/// `aicpw dispute …`
#[derive(Subcommand, Debug)]
pub enum DisputeCommand {
    /// List disputes, those about the newest tasks first
    #[command(after_long_help = "\
Examples:
  aicpw dispute ls
  aicpw dispute ls --open --json")]
    Ls {
        /// Only those that are not over
        #[arg(long)]
        open: bool,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20, allow_negative_numbers = true, value_parser = whole::<u32>(1..=u32::MAX.into()))]
        limit: u32,
    },
    /// Show the newest dispute about a task, with its jurors and what they found
    #[command(after_long_help = "\
Examples:
  aicpw dispute show 7
  aicpw dispute show 7 --json")]
    Show {
        /// The task
        #[arg(allow_negative_numbers = true, value_parser = parse_task)]
        id: u64,
    },
    /// Tell what happens to a dispute until it is over (with --json: one line for each change)
    ///
    /// Exit code 0 once it is over, whatever the jury has found.
    #[command(after_long_help = "\
Examples:
  aicpw dispute watch 7
  aicpw dispute watch 7 --timeout 1h --json")]
    Watch {
        /// The task
        #[arg(allow_negative_numbers = true, value_parser = parse_task)]
        id: u64,
        /// Give up after this span
        #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = parse_span)]
        timeout: Option<Milliseconds>,
    },
}

/// Runs a dispute command.
pub async fn run(context: &Context<'_>, command: DisputeCommand) -> Result<()> {
    let chain = context.connect().await?;
    match command {
        DisputeCommand::Ls { open, limit } => {
            let at = chain.best_hash().await?;
            let disputes = chain.disputes(open, limit, at).await?;
            let clock = chain.clock_at(Some(at)).await?;
            let documents: Vec<_> = disputes
                .iter()
                .map(|(dispute, task)| DisputeJson::new(dispute, task))
                .collect();
            context
                .out
                .result(&documents, |_| dispute::list(&disputes, &clock));
            Ok(())
        }
        DisputeCommand::Show { id } => {
            let at = chain.best_hash().await?;
            let (dispute, task) = read(&chain, TaskId(id), at).await?;
            let clock = chain.clock_at(Some(at)).await?;
            context.out.result(&DisputeJson::new(&dispute, &task), |_| {
                dispute::show(&dispute, &task, &clock)
            });
            Ok(())
        }
        DisputeCommand::Watch { id, timeout } => {
            let id = TaskId(id);
            read(&chain, id, chain.best_hash().await?).await?;
            let timeout = timeout.map(span);
            let work = follow(context, &chain, id, None, true, timeout);
            wait::bounded(id, timeout, work).await?;
            Ok(())
        }
    }
}

/// Converts a span to the type that this machine's clock uses.
pub fn span(span: Milliseconds) -> Duration {
    Duration::from_millis(span.0)
}

/// Reads a dispute and its task, both as of one block.
async fn read(
    chain: &Chain,
    id: TaskId,
    at: H256,
) -> Result<(DisputeView<Account>, TaskView<Account>)> {
    let task = task::read_at(chain, id, Some(at)).await?;
    match chain.dispute(id, Some(at)).await? {
        Some(dispute) => Ok((dispute, task)),
        None => {
            let state = life::state_name(&task.status);
            let error = Error::other(format!(
                "task {id} is {state}, and no dispute about it is known"
            ));
            let error = match task::next_step_of(&task, "Disputes", "NotDisputed") {
                Some(step) => error.hint(step),
                None => error,
            };
            Err(error.about_task(id.0))
        }
    }
}

/// Reports what happens to a dispute until it is over, each time with task and dispute as of one block. On the way it
/// grants jurors the key of a sealed task, if there is a signer for that (`granting`). With `lines`, it prints each
/// change as a line of JSON for programs. It goes on after a lost connection, see [`follow_on`].
///
/// # Errors
/// The node does not answer; the task is gone.
pub async fn follow(
    context: &Context<'_>,
    chain: &Chain,
    id: TaskId,
    granting: Option<&Signer>,
    lines: bool,
    timeout: Option<Duration>,
) -> Result<(DisputeView<Account>, TaskView<Account>)> {
    let start = Instant::now();
    let mut told: Option<DisputeJson> = None;
    // The grants that were sent, over whichever connection.
    let grants = Posts::default();
    follow_on(context, chain, timeout, async |chain: &Chain| {
        let mut granter = match granting {
            Some(signer) => {
                let keys = context.global.data_keys.open();
                let granter = Granter::new(chain, signer, keys).await?;
                Some(granter.after(grants.clone()))
            }
            None => None,
        };
        let mut watch = Watch::new(chain, id).await?;
        loop {
            let next = watch.next_at();
            let (task, at) = match &mut granter {
                Some(granter) => granter.beside(context.out, next).await?,
                None => next.await?,
            };
            if let Some(granter) = granter.as_mut().filter(|_| grant::is_awaited(&task)) {
                granter.look(context.out, &[id]).await;
            }
            let read = async {
                Ok::<_, Error>((
                    chain.dispute(id, Some(at)).await?,
                    chain.clock_at(Some(at)).await?,
                ))
            };
            let (dispute, clock) = match read.await {
                // A fork may have removed the dispute for some blocks,
                Ok((None, _)) => continue,
                Ok((Some(dispute), clock)) => (dispute, clock),
                // or the block.
                Err(error) if is_of_replaced_block(&error) => continue,
                Err(error) => return Err(error),
            };
            let document = DisputeJson::new(&dispute, &task);
            if told.as_ref() != Some(&document) {
                if lines {
                    context.out.json_line(&document);
                }
                let text = dispute::headline(&dispute, &task, &clock);
                let text = text.replace('\n', "\n           ");
                context
                    .out
                    .say(format!("{:>9}  {text}", show_elapsed(start.elapsed())));
                told = Some(document);
            }
            if matches!(dispute.state, DisputeState::Ended { .. }) {
                return Ok((dispute, task));
            }
        }
    })
    .await
}
