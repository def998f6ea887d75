//! Measures the lives of tasks on a network of real nodes, at a given rate: from `submit` to the payment, in real
//! transactions and blocks. The engines' work takes no time: the workers' keys are here, and report at once what real
//! workers report. Every submitted task has to be settled once, and the money has to add up.

mod books;
mod chain;
mod ledger;
mod market;
mod requesters;
mod workers;

use std::{
    collections::{BTreeMap, HashSet},
    future::Future,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use aicpw_network_tests::{Client, Cluster};
use aicpw_protocol::BlockNumber;
use aicpw_runtime::{configs::market::HeartbeatPeriod, units::SLOT_MILLISECONDS, Header, Runtime};
use anyhow::{bail, ensure, Context, Result};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use sp_core::H256;
use tokio::{
    task::JoinSet,
    time::{interval, MissedTickBehavior},
};

use self::{
    books::Books,
    chain::Blocks,
    ledger::Ledger,
    market::Market,
    requesters::{Prepared, Requesters, Which},
    workers::Workers,
};
use crate::{machine, market::submission, report::Measured};

/// How often requesters check whether something is due.
const TICK: Duration = Duration::from_millis(25);

/// How long nothing may end before the run is abandoned.
const PATIENCE: Duration = Duration::from_secs(120);

/// The final height from which the network counts as started, before the load.
const STARTED: BlockNumber = 8;

/// The characters of a refusal that are shown.
const REFUSAL: usize = 80;

/// The options of the load.
#[derive(Args, Clone)]
pub struct Options {
    /// Load: tasks submitted in a second.
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// Load: seconds for which tasks are submitted.
    #[arg(long, default_value_t = 60)]
    duration: u32,
    /// Load: validators, all on this machine.
    #[arg(long, value_enum, default_value_t = Validators::One)]
    validators: Validators,
    /// Load: tasks in a transaction, as `Utility.batch_all`.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    batch: u32,
    /// Load: each job reports its progress once, at the earliest that it may.
    #[arg(long)]
    reports: bool,
}

/// How many validators there are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Validators {
    /// The development chain.
    #[value(name = "1")]
    One,
    /// The `local` preset.
    #[value(name = "4")]
    Four,
}

pub async fn measure(options: &Options, report: &mut Measured) -> Result<()> {
    let rate = options.rate;
    ensure!(
        rate > 0.0 && options.duration > 0,
        "a load needs --rate and --duration"
    );
    let transactions = (rate * f64::from(options.duration) / f64::from(options.batch)).ceil();
    let tasks = transactions * f64::from(options.batch);
    let cluster = match options.validators {
        Validators::One => Cluster::development().await?,
        Validators::Four => Cluster::local(&[]).await?,
    };
    for node in &cluster.validators {
        node.wait_finalised(STARTED, PATIENCE).await?;
    }
    let providers = market::providers_for(tasks as u32, rate);
    let outcome = async {
        let mut market = Market::open(&cluster, providers).await?;
        let prepared = prepare(&mut market, transactions as usize, options.batch)?;
        let never = std::future::pending();
        run(options, &cluster, &market, prepared, never, report).await
    };
    outcome.await.map_err(|error| cluster.explain(error))?;
    Ok(())
}

/// Signs the transactions of a load.
fn prepare(market: &mut Market, count: usize, batch: u32) -> Result<Vec<Prepared>> {
    let bar = bar("signing", count as u64);
    let call = requesters::call(batch)?;
    let prepared = requesters::prepare(&mut market.requesters, count, &call, &bar)?;
    bar.finish_and_clear();
    Ok(prepared)
}

/// A small load, beside which something else is measured.
pub struct Steady<'a> {
    cluster: &'a Cluster,
    market: Market,
    options: Options,
}

impl<'a> Steady<'a> {
    /// Opens a load of tasks at this rate, on a network that makes blocks, with providers for this many tasks.
    pub async fn open(cluster: &'a Cluster, rate: f64, tasks: u32) -> Result<Self> {
        let market = Market::open(cluster, market::providers_for(tasks, rate)).await?;
        Ok(Self {
            cluster,
            market,
            options: Options {
                rate,
                duration: 0,
                validators: Validators::Four,
                batch: 1,
                reports: false,
            },
        })
    }

    /// Runs tasks until something else has ended, which must not take longer than `most` tasks do. All of them have to
    /// be settled in the end. Returns how many there were.
    pub async fn beside(&mut self, end: impl Future<Output = ()>, most: u32) -> Result<u64> {
        let first = self.cluster.validators.first().context("no validator")?;
        // A run that ended early has left gaps in the nonces that they had signed.
        self.market.requesters = market::requesters(&first.client().await?).await?;
        let prepared = prepare(&mut self.market, most as usize, self.options.batch)?;
        let mut rest = Measured::new("tasks");
        let (options, market) = (&self.options, &self.market);
        run(options, self.cluster, market, prepared, end, &mut rest).await
    }
}

fn bar(what: &'static str, length: u64) -> ProgressBar {
    let template = "  {prefix} {bar:30} {pos}/{len} {elapsed} {msg}";
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─");
    ProgressBar::new(length).with_style(style).with_prefix(what)
}

/// The subject of a call that was sent.
enum Sent {
    Tasks(Which),
    Worker,
}

/// Everything that is under way.
struct Run<'a> {
    /// The connection that follows the chain.
    client: &'a Client,
    /// The connections that send transactions, one for each node.
    senders: &'a [Arc<Client>],
    market: &'a Market,
    blocks: Blocks,
    requesters: Requesters<'a>,
    workers: Workers<'a>,
    ledger: Ledger,
    /// The best blocks that the workers know.
    told: HashSet<H256>,
    /// The last final block that is in the ledger.
    finalised: BlockNumber,
    /// The last period for which heartbeats were sent.
    period: u32,
    /// Separate tasks: a call that waits for its turn on one connection must go on while this task waits for another.
    sending: JoinSet<(Sent, std::result::Result<(), String>)>,
    /// What nodes have refused, and how often.
    refused: BTreeMap<String, u64>,
}

/// Submits what is prepared, or as much of it as is due until `end`. Returns how many tasks were settled, which are
/// all.
async fn run(
    options: &Options,
    cluster: &Cluster,
    market: &Market,
    prepared: Vec<Prepared>,
    end: impl Future<Output = ()>,
    report: &mut Measured,
) -> Result<u64> {
    let mut senders = Vec::new();
    for node in &cluster.validators {
        senders.push(Arc::new(node.client().await?));
    }
    let first = cluster.validators.first().context("no validator")?;
    let client = &first.client().await?;
    let mut heads = client
        .subscribe_with::<Header>("chain_subscribeNewHeads", &[], "chain_unsubscribeNewHeads")
        .await?;
    let mut final_heads = client
        .subscribe_with::<Header>(
            "chain_subscribeFinalizedHeads",
            &[],
            "chain_unsubscribeFinalizedHeads",
        )
        .await?;
    let (hash, header) = chain::finalised(client).await?;
    let before = Books::at(client, hash).await?;
    let disk_before = databases(cluster)?;
    let report_after = match options.reports {
        true => Some(report_interval()?),
        false => None,
    };
    let every = Duration::from_secs_f64(f64::from(options.batch) / options.rate);
    let requesters = Requesters::new(&market.requesters, prepared, options.batch, every)?;
    let mut run = Run {
        client,
        senders: &senders,
        market,
        blocks: Blocks::default(),
        requesters,
        workers: Workers::new(&market.providers, market.genesis, report_after),
        ledger: Ledger::default(),
        told: HashSet::from([hash]),
        finalised: header.number,
        period: 0,
        sending: JoinSet::new(),
        refused: BTreeMap::new(),
    };
    let bar = bar("settled", run.requesters.tasks());
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let loads = machine::load_average()?;
    let processors = processors(cluster)?;
    let started = Instant::now();
    run.requesters.begin();
    // The moment at which the last task was due, and the processor time until then.
    let mut issued = None;
    let (mut ended, mut ended_at) = (0, started);
    let mut end = pin!(end);
    let mut is_stopped = false;
    while !(run.requesters.is_done() && run.ended() >= run.requesters.tasks()) {
        tokio::select! {
            () = &mut end, if !is_stopped => {
                is_stopped = true;
                run.requesters.stop();
                bar.set_length(run.requesters.tasks());
            }
            head = heads.next() => run.best(&head.context("no more best blocks")??).await?,
            head = final_heads.next() => {
                run.finalised(&head.context("no more final blocks")??).await?;
                bar.set_position(run.ledger.settled());
                bar.set_message(format!(
                    "{} submitted, the last block was {:.0} % full",
                    run.ledger.submitted(),
                    run.ledger.fullness() * 100.0,
                ));
            }
            _ = tick.tick() => run.submit(),
            Some(sent) = run.sending.join_next() => {
                let (sent, answer) = sent?;
                run.answered(&sent, answer);
            }
        }
        if issued.is_none() && run.requesters.is_issued() {
            issued = Some((Instant::now(), self::processors(cluster)?));
        }
        if run.ended() > ended {
            (ended, ended_at) = (run.ended(), Instant::now());
        }
        if ended_at.elapsed() > PATIENCE {
            break;
        }
    }
    bar.finish_and_clear();
    let (to, processors_after) = issued.unwrap_or((Instant::now(), self::processors(cluster)?));
    let goal = match options.validators {
        Validators::One => "≥ 100",
        Validators::Four => "",
    };
    run.ledger.report(started, to, goal, report);
    let seconds = (to - started).as_secs_f64();
    for (what, before, after) in [
        ("nodes", processors.0, processors_after.0),
        ("load generator", processors.1, processors_after.1),
    ] {
        let name = format!("processors busy with the {what}, mean");
        report.add(name, (after - before) / seconds, "cores", "");
    }
    let (hash, _) = chain::finalised(client).await?;
    let after = Books::at(client, hash).await?;
    let grown = databases(cluster)?.saturating_sub(disk_before) as f64;
    let per_node = grown / cluster.validators.len() as f64;
    let thousands = run.ledger.settled().max(1) as f64 / 1e3;
    let name = "database growth of a node, per 1,000 tasks";
    report.add(name, per_node / thousands / 1e6, "MB", "");
    report.note(format!(
        "{} tasks/s for {} s, {} in a transaction, {} validators, {} providers with {} devices each; \
         load average {loads} before and {} after, on {} cores",
        options.rate,
        options.duration,
        options.batch,
        cluster.validators.len(),
        market.providers.len(),
        market::DEVICES,
        machine::load_average()?,
        std::thread::available_parallelism()?,
    ));
    report.note(format!(
        "the growth of the database is that of {} blocks and of all that they changed in the state",
        run.ledger.blocks()
    ));
    for (answer, count) in &run.refused {
        report.note(format!("refused by a node, {count} times: {answer}"));
    }
    let mut faults = run.ledger.faults();
    let missing = run
        .requesters
        .tasks()
        .saturating_sub(run.ledger.submitted());
    if missing > 0 {
        faults.push(format!("{missing} tasks never got into a block"));
    }
    faults.extend(after.faults(&before, run.ledger.settled()));
    if !faults.is_empty() {
        bail!("the books do not add up: {}", faults.join("; "));
    }
    report.note(
        "every task was settled once; nothing is held for tasks; all accounts together have what was \
         issued, and that is what it was before",
    );
    Ok(run.ledger.settled())
}

impl Run<'_> {
    fn ended(&self) -> u64 {
        self.ledger.settled() + self.ledger.refunded()
    }

    /// Shows a new best block to the workers.
    async fn best(&mut self, head: &Header) -> Result<()> {
        let client = self.client;
        let (told, finalised) = (&self.told, self.finalised);
        let known = |height, hash: &H256| height <= finalised || told.contains(hash);
        let blocks = match self.blocks.up_to(client, head, known).await {
            Ok(blocks) => blocks,
            // This block has lost against another by now: the next head shows what is there instead.
            Err(error) if is_discarded(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        for (hash, block) in blocks {
            self.told.insert(hash);
            self.workers.best(&block);
        }
        let recent = self.blocks.recent(client, (head.hash(), head.number));
        let recent = recent.await?;
        for (provider, call) in self.workers.calls(head.number, recent)? {
            self.send(provider, Sent::Worker, call);
        }
        // The period of the next block.
        let period = (head.number + 1) / HeartbeatPeriod::get();
        if self.period != period {
            self.period = period;
            let heartbeats = self.market.heartbeats(period, recent);
            for (provider, call) in heartbeats.into_iter().enumerate() {
                self.send(provider, Sent::Worker, call);
            }
        }
        Ok(())
    }

    /// Handles a block that is final, and so are all below it.
    async fn finalised(&mut self, head: &Header) -> Result<()> {
        let client = self.client;
        let last = self.finalised;
        let known = |height, _: &H256| height <= last;
        for (hash, block) in self.blocks.up_to(client, head, known).await? {
            let submitted = self.requesters.finalised(&block)?;
            let used = chain::used(client, hash).await?;
            self.ledger.finalised(&block, submitted, used);
            self.workers.finalised(&block);
            self.finalised = block.height;
        }
        self.blocks.prune(self.finalised);
        Ok(())
    }

    fn submit(&mut self) {
        for (which, transaction) in self.requesters.due(Instant::now()) {
            self.send(which.0, Sent::Tasks(which), transaction);
        }
    }

    /// Sends a transaction. Each account has a node, and stays with it.
    fn send(&mut self, who: usize, sent: Sent, transaction: String) {
        let client = Arc::clone(&self.senders[who % self.senders.len()]);
        self.sending
            .spawn(async move { (sent, market::submit(&client, transaction).await) });
    }

    fn answered(&mut self, sent: &Sent, answer: std::result::Result<(), String>) {
        let Err(error) = answer else {
            return;
        };
        if let Sent::Tasks(which) = sent {
            // The transaction is in the pool or in a block: it was sent twice.
            let is_known = error.contains("Already Imported") || error.contains("outdated");
            if !is_known {
                let is_banned = error.contains("banned");
                let now = Instant::now();
                self.requesters.refused(*which, is_banned, now);
            }
        }
        // The rest of a long message names a block.
        let error = error.chars().take(REFUSAL).collect();
        *self.refused.entry(error).or_default() += 1;
    }
}

/// Whether a node has discarded a block, because it is on no chain that counts.
fn is_discarded(error: &anyhow::Error) -> bool {
    format!("{error:#}").contains("State already discarded")
}

/// Returns the blocks from the start of a job to the first report that it may make, as at genesis.
fn report_interval() -> Result<BlockNumber> {
    let limit = submission()?.time_limit.in_blocks(SLOT_MILLISECONDS);
    Ok(sp_io::TestExternalities::default()
        .execute_with(|| pallet_tasks::Pallet::<Runtime>::report_limits().interval(limit, 0)))
}

/// Returns how much disk space all databases take.
fn databases(cluster: &Cluster) -> Result<u64> {
    let sizes = cluster
        .validators
        .iter()
        .map(|node| machine::on_disk(&node.base().join("chains")));
    sizes.sum()
}

/// Returns the processor time of the nodes, and of this process, in seconds.
fn processors(cluster: &Cluster) -> Result<(f64, f64)> {
    let mut nodes = 0.0;
    for node in &cluster.validators {
        nodes += machine::processor_time(node.pid().context("a node has ended")?)?;
    }
    Ok((nodes, machine::processor_time(std::process::id())?))
}
