//! The commands, one file for each group.

pub mod account;
mod addresses;
pub mod agent;
mod await_trace;
pub mod claim;
pub mod completions;
mod confirm;
mod connect;
pub mod contest;
mod costs;
pub mod dispute;
pub mod dry_run;
mod fitting;
pub mod history;
pub mod ipfs;
pub mod keys;
pub mod ledger;
mod let_go;
mod narrow;
pub mod prepare;
pub mod provider;
mod reconnect;
mod result;
mod step_view;
pub mod submit;
pub mod task;
pub mod terms;
mod upload;
mod wait;
mod waiting;

use crate::{
    account::Account,
    args::{Args, Command, GlobalArgs},
    chain::Chain,
    error::{Error, Result},
    keys::Signer,
    output::Output,
    signals::unless_ended,
};

/// What every command works with.
pub struct Context<'a> {
    /// The options that every command takes.
    pub global: &'a GlobalArgs,
    /// Where the command prints.
    pub out: &'a Output,
}

impl Context<'_> {
    /// Connects to the node.
    pub async fn connect(&self) -> Result<Chain> {
        Chain::connect(&self.global.url).await
    }

    /// Connects to the node for a transaction: waits until the node has caught up with the chain.
    pub async fn connect_to_send(&self) -> Result<Chain> {
        let chain = self.connect().await?;
        chain.caught_up(self.out).await?;
        Ok(chain)
    }

    /// The signer.
    pub fn signer(&self) -> Result<Signer> {
        self.global.keys.signer()
    }

    /// The account that was named, or else the account of the key.
    ///
    /// # Errors
    /// No account was named, and there is no key or it cannot be read.
    pub fn account(&self, named: Option<Account>) -> Result<Account> {
        if let Some(account) = named {
            return Ok(account);
        }
        let signer = self.signer_if_given()?;
        let own = signer.map(|signer| signer.account);
        own.ok_or_else(|| {
            Error::usage("no account is named, and no key is given whose account it would be").hint(
                "put the account's address behind the command, or give --key-file FILE, or set AICPW_SURI; on a \
                 development chain: --suri //Alice",
            )
        })
    }

    /// The signer, if a key was given, for commands that also work without one.
    pub fn signer_if_given(&self) -> Result<Option<Signer>> {
        self.global.keys.signer_if_given()
    }
}

/// What to do after a signal has ended a command that has no hint of its own.
fn next_step(command: &Command) -> &'static str {
    use task::TaskCommand::{Accept, Appeal, Cancel, ClaimUnavailable, Dispute, Rate};

    match command {
        Command::Task(Rate { .. } | Cancel { .. } | Accept { .. }) => {
            "what was sent by then can still get into a block: `aicpw task show` shows it"
        }
        Command::Task(Dispute(_) | Appeal(_) | ClaimUnavailable(_)) => {
            "what was sent by then can still get into a block: `aicpw dispute show` shows it"
        }
        Command::Provider(_) => {
            "what was sent by then can still get into a block: `aicpw provider status` shows it"
        }
        Command::Account(account::AccountCommand::Ledger(_)) => {
            "with --out the same command goes on where the file ends"
        }
        Command::Transfer(_) => {
            "what was sent by then can still get into a block: `aicpw account balance` shows it"
        }
        _ => "the same command begins anew",
    }
}

/// Runs a command, unless a signal ends it. In that case the temporary files of the command are
/// removed, too.
///
/// # Errors
/// What happened, what it means, and what to do next.
pub async fn run(args: Args, out: &Output) -> Result<()> {
    let context = Context {
        global: &args.global,
        out,
    };
    let next_step = next_step(&args.command);
    unless_ended(run_command(&context, args.command), next_step).await
}

async fn run_command(context: &Context<'_>, command: Command) -> Result<()> {
    match command {
        Command::Submit(args) => submit::run(context, &args).await,
        Command::DryRun(args) => dry_run::run(context, &args).await,
        Command::Task(command) => task::run(context, command).await,
        Command::Dispute(command) => dispute::run(context, command).await,
        Command::Agent(args) => agent::run(context, &args).await,
        Command::Keys(command) => keys::run(context, command).await,
        Command::Provider(command) => provider::run(context, command).await,
        Command::Ipfs(command) => ipfs::run(context, command).await,
        Command::History(command) => history::run(context, command).await,
        Command::Account(command) => account::run(context, command).await,
        Command::Transfer(args) => account::transfer(context, &args).await,
        Command::Completions(args) => completions::run(context, args),
    }
}
