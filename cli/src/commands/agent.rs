//! `aicpw agent`: stays up for an account. It grants the keys of the account's sealed tasks, to the first provider and
//! to each next one, and makes the node keep and serve what providers fetch. It appeals against verdicts that go
//! against the account's own results. And it fetches the results of the account's tasks.

mod appeals;
mod fetches;
mod serve;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    path::PathBuf,
    time::{Duration, Instant},
};

use aicpw_protocol::{task::TaskStatus, view::TaskView, AssignmentId, BlockNumber, TaskId};
use futures::{
    future::LocalBoxFuture, stream::FuturesUnordered, FutureExt, StreamExt, TryStreamExt,
};
use serde::Serialize;

use appeals::{AppealArgs, Appeals};
use fetches::{fetch, Ended, Fetches};
use serve::{fetchers, meet, serve, waits_for_data};

use super::{
    let_go::{self, let_go},
    reconnect::{connect_synchronised, Trouble},
    Context,
};
use crate::{
    account::Account,
    amount::Amount,
    chain::{posts::Posts, Chain},
    data_keys::DataKeys,
    error::{Error, Kind, Result},
    grant::{self, Granted, Granter},
    keys::Signer,
    life,
    output::Output,
    peers,
    pins::Pins,
    quantity::count,
    signals::Ends,
};

/// How often to look at the account's tasks.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How often to check whether the node can release something.
const LET_GO_EVERY: Duration = Duration::from_secs(60);

/// How many of the tasks that existed when the agent started are read in one look, newest first. So the agent can grant
/// keys before it has read them all. Newer tasks are read back to the first one that it knows.
const AT_ONCE: usize = 1_000;
/// How many ids to ask for at once.
const PAGE: u32 = 100;
/// How many requests run at the same time.
const PARALLEL: usize = 16;

/// How long to wait before trying again to serve a task's files.
const SERVE_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What `agent` takes.
#[derive(clap::Args, Debug)]
pub struct AgentArgs {
    /// End when none of the account's tasks is open
    #[arg(long)]
    pub until_idle: bool,
    /// Fetch the result of each of the account's tasks into a folder of its own there, DIR/TASK, once
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    appeals: AppealArgs,
}

/// A line of `agent --json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line {
    Ready {
        account: Account,
    },
    Granted {
        task: u64,
        assignment: String,
        provider: Account,
        transaction: String,
        transaction_fee: Option<Amount>,
    },
    Serving {
        task: u64,
        blobs: usize,
    },
    Released {
        task: Option<u64>,
        blobs: usize,
    },
    Ended {
        task: u64,
        state: &'static str,
    },
    Fetched {
        task: u64,
        assignment: Option<String>,
        folder: String,
        result_root: String,
    },
    NotFetched {
        task: u64,
        folder: String,
        reason: &'static str,
        message: String,
    },
    Appealed {
        task: u64,
        against: &'static str,
        bond: Amount,
        transaction: String,
        transaction_fee: Option<Amount>,
    },
    NotAppealed {
        task: u64,
        against: &'static str,
        bond: Amount,
        until: BlockNumber,
        reason: &'static str,
        message: String,
    },
}

/// Runs the agent.
pub async fn run(context: &Context<'_>, args: &AgentArgs) -> Result<()> {
    let signer = context.signer()?;
    let keys = context.global.data_keys.open();
    let mut state = State {
        has_looked: false,
        appeals: Appeals::new(&args.appeals),
        grants: Posts::default(),
        fetches: Fetches::new(args.out.as_deref())?,
    };
    let mut chain = context.connect().await?;
    context.out.say(format!("agent of {}", signer.account));
    context.out.json_line(&Line::Ready {
        account: signer.account,
    });
    let work = async {
        let mut trouble = Trouble::default();
        loop {
            let idle = args.until_idle;
            let followed = follow(context, &chain, &signer, &keys, idle, &mut state);
            let Err(error) = followed.await else {
                return Ok(());
            };
            let is_lost = matches!(error.kind, Kind::Unreachable | Kind::Timeout);
            if !is_lost && !state.has_looked {
                return Err(error);
            }
            let connect = async || connect_synchronised(context).await;
            chain = trouble.reconnect(context.out, &error, connect).await;
        }
    };
    let mut ends = Ends::listen()?;
    tokio::select! {
        ended = work => ended,
        how = ends.next() => {
            context.out.say(format!(
                "{how}: until an agent runs again, open sealed tasks get no key, and nothing is appealed against"
            ));
            Ok(())
        }
    }
}

/// What the agent keeps when it connects again after a lost connection.
struct State {
    /// Whether the node has answered. A failure after that may be temporary: a lost connection, or a limit of the node.
    has_looked: bool,
    appeals: Appeals,
    grants: Posts<AssignmentId>,
    fetches: Fetches,
}

/// Follows the account's tasks as long as the node answers. With `until_idle`, it ends once no task is open, no grant is
/// on its way and no result is left to fetch.
async fn follow(
    context: &Context<'_>,
    chain: &Chain,
    signer: &Signer,
    keys: &DataKeys,
    until_idle: bool,
    state: &mut State,
) -> Result<()> {
    let out = context.out;
    let State {
        has_looked,
        appeals,
        grants,
        fetches,
    } = state;
    fetches.begin_anew();
    let retrieval_window = match fetches.are_on() {
        true => chain.market_parameters().await?.retrieval_window,
        false => 0,
    };
    let pins = context.global.pins.open();
    let granter = Granter::new(chain, signer, keys.clone()).await?;
    let mut granter = granter.after(grants.clone());
    let mut tasks = Tasks::default();
    let mut serving: FuturesUnordered<LocalBoxFuture<'_, (TaskId, Result<usize>)>> =
        FuturesUnordered::new();
    let mut meeting: FuturesUnordered<LocalBoxFuture<'_, ()>> = FuturesUnordered::new();
    let mut fetching: FuturesUnordered<LocalBoxFuture<'_, Ended>> = FuturesUnordered::new();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut tidy = tokio::time::interval(LET_GO_EVERY);
    let mut letting_go = LettingGo::default();
    let mut verdicts = tokio::time::interval(appeals::LOOK_EVERY);
    verdicts.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The account's own disputed tasks.
    let mut disputed = BTreeSet::new();
    loop {
        tokio::select! {
            biased;
            _ = tidy.tick() => letting_go.look(out, chain, &pins).await?,
            Some((task, served)) = serving.next() => match served {
                Ok(blobs) => {
                    out.say(format!("task {task}: the node serves {}", count(blobs, "file")));
                    out.json_line(&Line::Serving { task: task.0, blobs });
                }
                Err(error) => {
                    tasks.not_served(task, Instant::now());
                    let pause = SERVE_AGAIN_AFTER.as_secs();
                    out.warn(format!(
                        "task {task}: this node does not serve its files: {error}; tried again in {pause} s"
                    ));
                }
            },
            Some(()) = meeting.next() => {}
            Some(granted) = granter.ended(out) => out.json_line(&line(&granted)),
            Some(ended) = fetching.next() => {
                fetches::tell(out, fetches.ended(ended, Instant::now()).as_slice());
            }
            _ = verdicts.tick() => appeals.look(out, chain, signer, &disputed).await?,
            _ = look.tick() => {
                let mut awaited = Vec::new();
                let mut to_meet = BTreeSet::new();
                let seen = |id, view: Option<&TaskView<Account>>| match view {
                    Some(view) => fetches.note(view),
                    None => fetches.forget(id),
                };
                let views = tasks.look(chain, signer.account, seen).await?;
                *has_looked = true;
                disputed.clear();
                for view in views {
                    if life::is_final(&view.status) {
                        let state = life::state_name(&view.status);
                        out.say(format!("task {}: {state}", view.id));
                        out.json_line(&Line::Ended { task: view.id.0, state });
                        continue;
                    }
                    if view.status == TaskStatus::Disputed {
                        disputed.insert(view.id);
                    }
                    if waits_for_data(&view) && tasks.is_to_be_served(view.id, Instant::now()) {
                        let task = view.id;
                        let served = serve(out, chain, keys, &pins, view.clone());
                        serving.push(served.map(move |end| (task, end)).boxed_local());
                    }
                    to_meet.extend(tasks.new_fetchers(&view));
                    if grant::is_awaited(&view) {
                        awaited.push(view.id);
                    }
                }
                if !fetches.are_done() {
                    let clock = chain.clock().await?;
                    let (begun, steps) = fetches.look(&clock, retrieval_window, Instant::now());
                    fetches::tell(out, &steps);
                    for begun in begun {
                        fetching.push(fetch(out, chain, keys, begun).boxed_local());
                    }
                }
                if !to_meet.is_empty() {
                    meeting.push(meet(chain, to_meet).boxed_local());
                }
                granter.look(out, &awaited).await;
                let is_idle = tasks.are_idle() && serving.is_empty();
                if until_idle && is_idle && fetches.are_done() && granter.is_done() {
                    return Ok(());
                }
            }
        }
    }
}

fn line(granted: &Granted) -> Line {
    Line::Granted {
        task: granted.assignment.task.0,
        assignment: granted.assignment.to_string(),
        provider: granted.provider,
        transaction: format!("{:?}", granted.inclusion.transaction),
        transaction_fee: granted.inclusion.fee_paid().map(Amount),
    }
}

/// Makes the node release what is no longer needed, and reports that.
#[derive(Default)]
struct LettingGo {
    /// The last failure that was reported, so that it is reported once.
    told: Option<String>,
}

impl LettingGo {
    async fn look(&mut self, out: &Output, chain: &Chain, pins: &Pins) -> Result<()> {
        match let_go(chain, pins).await {
            Ok(released) => {
                self.told = None;
                for released in released {
                    let_go::tell(out, &released);
                    out.json_line(&Line::Released {
                        task: released.task.map(|task| task.0),
                        blobs: released.blobs,
                    });
                }
                Ok(())
            }
            Err(error) if matches!(error.kind, Kind::Unreachable | Kind::Timeout) => Err(error),
            Err(error) => {
                let text = let_go::failed(&error);
                if self.told.as_ref() != Some(&text) {
                    out.warn(&text);
                    self.told = Some(text);
                }
                Ok(())
            }
        }
    }
}

/// The open tasks of an account.
#[derive(Default)]
struct Tasks {
    open: BTreeSet<TaskId>,
    seen: BTreeSet<TaskId>,
    /// Those open tasks whose end was already reported, or had already happened when they were first seen.
    told: BTreeSet<TaskId>,
    /// Tasks with ids below this one existed when the agent started, and have not been looked at yet.
    older: Option<TaskId>,
    /// The tasks whose files the node serves, or is fetching in order to serve them.
    served: BTreeSet<TaskId>,
    /// The tasks whose files could not be served, and when to try again.
    again: BTreeMap<TaskId, Instant>,
    /// The assignments whose providers the node was told to connect to.
    met: BTreeSet<AssignmentId>,
}

impl Tasks {
    /// Returns all open tasks as they are now, and, one last time, those that have ended since the last look. `seen`
    /// gets each task that was looked at, even if there is nothing to report about it; `None` if the account has no task
    /// of this number any more.
    async fn look(
        &mut self,
        chain: &Chain,
        account: Account,
        mut seen: impl FnMut(TaskId, Option<&TaskView<Account>>),
    ) -> Result<Vec<TaskView<Account>>> {
        self.look_for_more(|before| chain.task_ids_before(Some(account), before, PAGE, None))
            .await?;
        let last = match self.open.is_empty() {
            true => return Ok(Vec::new()),
            false => Some(chain.final_hash().await?),
        };
        // On another fork the number of a task can be that of another account's.
        let is_own = |view: &TaskView<Account>| view.requester == account;
        // That a task has ended counts only once it is final: on a fork a task can miss a deadline that it meets on the
        // final chain.
        let read = |id| async move {
            let view = chain.task(id, None).await?.filter(is_own);
            let is_certain = match &view {
                Some(view) if life::is_final(&view.status) => {
                    let view = chain.task(id, last).await?.filter(is_own);
                    view.is_some_and(|view| life::is_final(&view.status))
                }
                _ => false,
            };
            Ok::<_, Error>((id, view, is_certain))
        };
        let open: Vec<_> = futures::stream::iter(self.open.clone())
            .map(read)
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let mut views = Vec::new();
        for (id, view, is_certain) in open {
            seen(id, view.as_ref());
            match view {
                Some(view) => views.extend(self.note(view, is_certain)),
                None => self.forget(id),
            }
        }
        Ok(views)
    }

    /// Forgets a task whose submission a fork has removed. If the number comes back, perhaps as that of another
    /// submission, the task is looked at again.
    fn forget(&mut self, id: TaskId) {
        self.open.remove(&id);
        self.seen.remove(&id);
        self.told.remove(&id);
        self.served.remove(&id);
        self.again.remove(&id);
        self.met.retain(|assignment| assignment.task != id);
    }

    /// Adds tasks that are new since the last look, and as many of those that existed when the agent started as one
    /// look has room for.
    async fn look_for_more<F>(&mut self, mut page: impl FnMut(Option<TaskId>) -> F) -> Result<()>
    where
        F: Future<Output = Result<Vec<TaskId>>>,
    {
        let seen = &self.seen;
        let is_known = |next: &[TaskId]| next.iter().any(|id| seen.contains(id));
        let enough = |ids: &[TaskId]| ids.len() >= AT_ONCE;
        let mut found = Vec::new();
        if seen.is_empty() {
            let (ids, is_end) = pages(None, &mut page, |ids, _| enough(ids)).await?;
            self.older = ids.last().copied().filter(|_| !is_end);
            found.extend(ids);
        } else {
            found.extend(pages(None, &mut page, |_, next| is_known(next)).await?.0);
            if self.older.is_some() {
                let (ids, is_end) = pages(self.older, &mut page, |ids, _| enough(ids)).await?;
                self.older = ids.last().copied().filter(|_| !is_end);
                found.extend(ids);
            }
        }
        found.retain(|id| !seen.contains(id));
        self.open.extend(found);
        Ok(())
    }

    /// Whether no task is open, and all tasks have been looked at.
    fn are_idle(&self) -> bool {
        self.open.is_empty() && self.older.is_none()
    }

    /// Whether to ask the node now to serve the files of a task. If so, it counts as asked from now on.
    fn is_to_be_served(&mut self, id: TaskId, now: Instant) -> bool {
        if self.again.get(&id).is_some_and(|at| now < *at) {
            return false;
        }
        self.again.remove(&id);
        self.served.insert(id)
    }

    /// Notes that the files of a task could not be served.
    fn not_served(&mut self, id: TaskId, now: Instant) {
        self.served.remove(&id);
        self.again.insert(id, now + SERVE_AGAIN_AFTER);
    }

    /// The addresses of providers that may have to fetch the task's files, and did not have to at an earlier look.
    fn new_fetchers(&mut self, view: &TaskView<Account>) -> Vec<String> {
        fetchers(view)
            .filter(|assignment| self.met.insert(assignment.id))
            .flat_map(|assignment| peers::show_all(&assignment.peers))
            .collect()
    }

    /// Notes a view of a task, and returns it if there is something to report. Nothing is reported about a task that
    /// had ended when it was first seen. A task that has ended stays open until that `is_certain`. Its end is reported
    /// once: at once if it has a result, otherwise when it is certain.
    fn note(&mut self, view: TaskView<Account>, is_certain: bool) -> Option<TaskView<Account>> {
        let id = view.id;
        let is_new = self.seen.insert(id);
        if !life::is_final(&view.status) {
            self.told.remove(&id);
            return Some(view);
        }
        let is_to_tell = if is_certain {
            self.open.remove(&id);
            self.again.remove(&id);
            !self.told.remove(&id)
        } else {
            let has_result = matches!(view.status, TaskStatus::Settled { .. });
            (is_new || has_result) && self.told.insert(id)
        };
        (is_to_tell && !is_new).then_some(view)
    }
}

/// Reads pages of task ids below `before`, newest first, until `is_enough` accepts all ids so far and the last page.
/// Returns the ids, and whether there are no more.
async fn pages<F>(
    before: Option<TaskId>,
    mut page: impl FnMut(Option<TaskId>) -> F,
    is_enough: impl Fn(&[TaskId], &[TaskId]) -> bool,
) -> Result<(Vec<TaskId>, bool)>
where
    F: Future<Output = Result<Vec<TaskId>>>,
{
    let mut ids: Vec<TaskId> = Vec::new();
    loop {
        let next = page(ids.last().copied().or(before)).await?;
        if next.is_empty() {
            return Ok((ids, true));
        }
        ids.extend(&next);
        if is_enough(&ids, &next) {
            return Ok((ids, false));
        }
    }
}

#[cfg(test)]
#[path = "agent_tests.rs"]
mod tests;
