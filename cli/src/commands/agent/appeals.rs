//! Appeals against verdicts that go against the account. Nobody has to be there in the few minutes in which an appeal
//! is possible.
//!
//! Everything that matters is on the chain: once a verdict was appealed against, it is no longer a verdict, whoever
//! appealed. So no verdict is appealed against twice, and an agent that starts in between continues. Only appeals that
//! were sent and are in no block yet are not on the chain: the agent remembers those, even when its connection breaks.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::discriminant,
    time::Duration,
};

use aicpw_protocol::{
    task::AssignmentStatus,
    verdict::{DisputeView, Outcome},
    view::TaskView,
    Balance, BlockNumber, Milliseconds, TaskId,
};
use futures::{StreamExt, TryStreamExt};
use subxt::config::substrate::H256;

use super::{Line, PARALLEL};
use crate::{
    account::Account,
    amount::{positive, Amount},
    chain::{
        call::Call,
        posts::{Posts, Turn},
        read::Clock,
        submit::Inclusion,
        Chain,
    },
    commands::contest::{self, Plan},
    error::{Error, Kind, Result},
    keys::Signer,
    output::Output,
};

/// How often to look for verdicts, which can be appealed against for minutes.
pub const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How much time is left when even a verdict that is not final is appealed against: finality can stand still, and
/// nobody else speaks for the account.
const LAST_CHANCE: Milliseconds = Milliseconds(60_000);

/// What is appealed against.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct AppealArgs {
    /// Appeal against nothing, only say which verdicts are against this account's results
    #[arg(long, conflicts_with_all = ["appeal_up_to", "appeal_disputes"])]
    no_appeal: bool,
    /// Most that is put up for one appeal; without it whatever it takes, if the account can spend it
    #[arg(long, value_name = "AICP", allow_hyphen_values = true, value_parser = positive)]
    appeal_up_to: Option<Amount>,
    /// Also appeal where a jury upholds a result that this account disputes, of a task of its own
    #[arg(long)]
    appeal_disputes: bool,
}

/// Which of the account's interests a verdict goes against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Against {
    /// A result that the account has revealed, as provider or as auditor.
    Result,
    /// A dispute that the account has opened.
    Dispute,
}

impl Against {
    fn name(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Dispute => "dispute",
        }
    }
}

/// A verdict that goes against the account, and can be appealed against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Verdict {
    task: TaskId,
    /// How many larger juries were called before this verdict.
    round: u8,
    against: Against,
    /// The last block in which a larger jury can be called.
    until: BlockNumber,
    /// The bond for calling it.
    bond: Balance,
    /// Whether the verdict is in the last final block.
    is_final: bool,
    /// Whether the account has to grant the larger jury the key of the task.
    grants: bool,
}

impl Verdict {
    /// What the account loses by the newest verdict about a task; `None` if it loses nothing.
    fn of(
        dispute: &DisputeView<Account>,
        task: &TaskView<Account>,
        account: Account,
        of_disputes: bool,
    ) -> Option<Self> {
        let (until, outcome) = dispute.appealable()?;
        let mut own = task
            .assignments
            .iter()
            .filter(|one| one.provider == account);
        let is_against_result = own.any(|one| match &one.status {
            AssignmentStatus::Revealed { opening, .. } => {
                dispute.is_against(one.role, &opening.result_root)
            }
            _ => false,
        });
        let is_lost =
            matches!(outcome, Outcome::Upheld { .. }) && dispute.challenger == Some(account);
        let against = if is_against_result {
            Against::Result
        } else if is_lost && of_disputes {
            Against::Dispute
        } else {
            return None;
        };
        Some(Self {
            task: task.id,
            round: dispute.round,
            against,
            until,
            bond: dispute.appeal_bond,
            is_final: false,
            grants: task.requester == account && task.submission.privacy.is_sealed(),
        })
    }

    /// Reads the newest verdict about a task in the state of the block `at`, or of the best block.
    async fn read(
        chain: &Chain,
        account: Account,
        id: TaskId,
        of_disputes: bool,
        at: Option<H256>,
    ) -> Result<Option<Self>> {
        let Some(dispute) = chain.dispute(id, at).await? else {
            return Ok(None);
        };
        if dispute.appealable().is_none() {
            return Ok(None);
        }
        let Some(task) = chain.task(id, at).await? else {
            return Ok(None);
        };
        let Some(verdict) = Self::of(&dispute, &task, account, of_disputes) else {
            return Ok(None);
        };
        let last = chain.final_hash().await?;
        let before = chain.dispute(id, Some(last)).await?;
        let is_final = before.is_some_and(|before| before.state == dispute.state);
        Ok(Some(Self {
            is_final,
            ..verdict
        }))
    }

    fn key(&self) -> (TaskId, u8) {
        (self.task, self.round)
    }

    /// Whether to act on the verdict: the account must not put up a bond because of a fork that the chain does not
    /// keep.
    fn counts(&self, clock: &Clock) -> bool {
        let left = self.until.saturating_sub(clock.now);
        self.is_final || left <= clock.blocks(LAST_CHANCE)
    }

    fn plan(&self) -> Plan {
        Plan {
            call: Call::appeal(self.task),
            bond: self.bond,
            round: self.round.saturating_add(1),
            needs_key: self.grants,
            consequence: String::new(),
        }
    }

    /// The verdict, for people.
    fn show(&self) -> String {
        let what = match self.against {
            Against::Result => "a jury finds another result than this account's",
            Against::Dispute => "a jury upholds the result that this account disputes",
        };
        format!("task {}: {what}", self.task)
    }
}

/// Why a verdict was not appealed against.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Why {
    /// The options rule out appeals.
    Unwanted,
    /// The bond is more than this limit.
    TooMuch(Amount),
    /// The account cannot pay.
    Funds(String),
    /// A larger jury was already called.
    Overtaken,
    /// The node or the chain refused the appeal.
    Failed(String),
}

impl Why {
    fn of(error: &Error) -> Self {
        match error.kind {
            Kind::InsufficientFunds => Self::Funds(error.message.clone()),
            _ => Self::Failed(error.message.clone()),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Unwanted => "no-appeal",
            Self::TooMuch(_) => "bond-too-large",
            Self::Funds(_) => "insufficient-funds",
            Self::Overtaken => "overtaken",
            Self::Failed(_) => "failed",
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Unwanted => "--no-appeal was given".into(),
            Self::TooMuch(most) => format!("--appeal-up-to allows {}", most.with_unit()),
            Self::Funds(text) | Self::Failed(text) => text.clone(),
            Self::Overtaken => "a larger jury is called already".into(),
        }
    }

    /// Whether someone who was told `before` need not be told this.
    fn is_told_by(&self, before: &Self) -> bool {
        match (self, before) {
            (Self::Failed(now), Self::Failed(before)) => now == before,
            // The account's balance changes now and then.
            _ => discriminant(self) == discriminant(before),
        }
    }
}

/// What became of a verdict.
#[derive(Debug)]
enum Step {
    Appealed(Verdict, Inclusion),
    NotAppealed(Verdict, Why),
}

impl Step {
    fn line(&self) -> Line {
        match self {
            Self::Appealed(verdict, inclusion) => Line::Appealed {
                task: verdict.task.0,
                against: verdict.against.name(),
                bond: Amount(verdict.bond),
                transaction: format!("{:?}", inclusion.transaction),
                transaction_fee: inclusion.fee_paid().map(Amount),
            },
            Self::NotAppealed(verdict, why) => Line::NotAppealed {
                task: verdict.task.0,
                against: verdict.against.name(),
                bond: Amount(verdict.bond),
                until: verdict.until,
                reason: why.name(),
                message: why.show(),
            },
        }
    }

    fn tell(&self, out: &Output, clock: &Clock) {
        out.json_line(&self.line());
        match self {
            Self::Appealed(verdict, inclusion) => {
                let fee = inclusion.fee_paid().map(Amount);
                let fee = fee.map_or(String::new(), |fee| format!(", fee {}", fee.with_unit()));
                out.say(format!(
                    "{}; appealed (bond {}{fee})",
                    verdict.show(),
                    Amount(verdict.bond).with_unit()
                ));
            }
            Self::NotAppealed(verdict, Why::Overtaken) => {
                out.say(format!("{}; {}", verdict.show(), Why::Overtaken.show()));
            }
            Self::NotAppealed(verdict, why) => out.warn(format!(
                "{}; not appealed: {}. `aicpw task appeal {}` does it, for a bond of {}: {}",
                verdict.show(),
                why.show(),
                verdict.task,
                Amount(verdict.bond).with_unit(),
                clock.left(verdict.until)
            )),
        }
    }
}

/// Makes the appeals of one account.
pub struct Appeals {
    args: AppealArgs,
    /// The verdicts for which it was reported why they were not appealed against, so that this is reported once.
    told: BTreeMap<(TaskId, u8), Why>,
    /// The last failure that was reported, so that it is reported once.
    failed: Option<String>,
    /// The appeals that were sent.
    posts: Posts<(TaskId, u8)>,
}

impl Appeals {
    /// Appeals as these options ask for.
    pub fn new(args: &AppealArgs) -> Self {
        Self {
            args: args.clone(),
            told: BTreeMap::new(),
            failed: None,
            posts: Posts::default(),
        }
    }

    /// Appeals against the verdicts against which it can, and reports its appeals and why it did not appeal against
    /// others. `own` are the account's own disputed tasks, which are looked at too. Returns when the appeals are in
    /// blocks: while finality stands still, there is no time to wait for it. An appeal that a fork takes back is in the
    /// pool again; if it is lost there, it is made again.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn look(
        &mut self,
        out: &Output,
        chain: &Chain,
        signer: &Signer,
        own: &BTreeSet<TaskId>,
    ) -> Result<()> {
        let posts = self.posts.clone();
        let appeal = async |verdict: Verdict, nonce: Option<u64>| -> Result<Inclusion> {
            let (id, plan) = (verdict.task, verdict.plan());
            let signed = contest::sign(chain, signer, &plan, verdict.grants, nonce).await?;
            let at = chain.clock().await?.now;
            let note = |nonce| posts.note(verdict.key(), nonce, at);
            let sent = async {
                let mut sent = chain.send_noted(&plan.call, &signed, note).await?;
                sent.included().await
            };
            sent.await.map_err(|error| error.about_task(id.0))
        };
        let tell = |step: Step, clock: &Clock| step.tell(out, clock);
        match self.go(chain, signer.account, own, appeal, tell).await {
            Ok(()) => {
                self.failed = None;
                Ok(())
            }
            Err(error) if matches!(error.kind, Kind::Unreachable | Kind::Timeout) => Err(error),
            Err(error) => {
                let text = format!("not known which verdicts are against this account: {error}");
                if self.failed.as_ref() != Some(&text) {
                    out.warn(&text);
                    self.failed = Some(text);
                }
                Ok(())
            }
        }
    }

    async fn go(
        &mut self,
        chain: &Chain,
        account: Account,
        own: &BTreeSet<TaskId>,
        appeal: impl AsyncFn(Verdict, Option<u64>) -> Result<Inclusion>,
        mut tell: impl FnMut(Step, &Clock),
    ) -> Result<()> {
        let verdicts = self.verdicts(chain, account, own).await?;
        self.told
            .retain(|key, _| verdicts.iter().any(|verdict| verdict.key() == *key));
        if verdicts.is_empty() {
            return Ok(());
        }
        let clock = chain.clock().await?;
        for verdict in verdicts.into_iter().filter(|one| one.counts(&clock)) {
            let mut why = match self.obstacle(&verdict) {
                Some(why) => why,
                None => {
                    let nonce = match self.turn(chain, account, &verdict).await? {
                        Turn::Anew => None,
                        Turn::Instead(nonce) => Some(nonce),
                        Turn::Wait => continue,
                    };
                    match appeal(verdict, nonce).await {
                        Ok(inclusion) => {
                            tell(Step::Appealed(verdict, inclusion), &clock);
                            continue;
                        }
                        // The appeal may have been sent: the chain will say so once there is a connection.
                        Err(error) if error.kind == Kind::Unreachable => return Err(error),
                        Err(error) => Why::of(&error),
                    }
                }
            };
            let mut seen = Ok(());
            if let Why::Failed(_) = why {
                // Somebody else may have been faster, or the appeal is in a block that does not become final.
                let of_disputes = self.args.appeal_disputes;
                match Verdict::read(chain, account, verdict.task, of_disputes, None).await {
                    Ok(Some(now)) if now.key() == verdict.key() => {}
                    Ok(_) => why = Why::Overtaken,
                    Err(error) if error.kind == Kind::Unreachable => return Err(error),
                    Err(error) => seen = Err(error),
                }
            }
            let before = self.told.insert(verdict.key(), why.clone());
            if !before.is_some_and(|before| why.is_told_by(&before)) {
                tell(Step::NotAppealed(verdict, why), &clock);
            }
            seen?;
        }
        Ok(())
    }

    /// How to send an appeal that may have been sent already.
    async fn turn(&self, chain: &Chain, account: Account, verdict: &Verdict) -> Result<Turn> {
        let (id, key) = (verdict.task, verdict.key());
        let of_disputes = self.args.appeal_disputes;
        let stands = async |at: H256| -> Result<bool> {
            let then = Verdict::read(chain, account, id, of_disputes, Some(at)).await?;
            Ok(then.is_some_and(|then| then.key() == key))
        };
        self.posts
            .turn(chain, account, key, verdict.until, stands)
            .await
    }

    /// Why no appeal is sent; `None` if nothing prevents it.
    fn obstacle(&self, verdict: &Verdict) -> Option<Why> {
        if self.args.no_appeal {
            return Some(Why::Unwanted);
        }
        let most = self.args.appeal_up_to?;
        (verdict.bond > most.0).then_some(Why::TooMuch(most))
    }

    /// The verdicts that go against the account, those with the least time left first. Of the account's results, only
    /// those for which its stake is locked are looked at, so that others cannot make their number grow.
    async fn verdicts(
        &self,
        chain: &Chain,
        account: Account,
        own: &BTreeSet<TaskId>,
    ) -> Result<Vec<Verdict>> {
        let of_disputes = self.args.appeal_disputes;
        let mut tasks = BTreeSet::new();
        if of_disputes {
            tasks.extend(own.iter().copied());
        }
        if let Some(provider) = chain.provider(account, None).await? {
            let locked = chain.locked(&provider.worker).await?;
            tasks.extend(locked.into_iter().map(|assignment| assignment.task));
        }
        let mut verdicts: Vec<Verdict> = futures::stream::iter(tasks)
            .map(|id| Verdict::read(chain, account, id, of_disputes, None))
            .buffered(PARALLEL)
            .try_filter_map(|found| async move { Ok(found) })
            .try_collect()
            .await?;
        verdicts.sort_by_key(|verdict| verdict.until);
        Ok(verdicts)
    }
}

#[cfg(test)]
#[path = "appeals_tests.rs"]
mod tests;
