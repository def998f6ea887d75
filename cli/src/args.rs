//! The command line's arguments.

use clap::{Parser, Subcommand};

use crate::{commands::*, data_keys::DataKeyArgs, error::Error, keys::KeyArgs, pins::PinsArgs};

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  an error without a code of its own
  2  wrong arguments, or a manifest or its files are not valid: nothing was sent
  3  the task ended without a result
  4  a result or the history is not what it should be
  5  it did not happen in time
  6  the node does not answer
  7  the account owns too little

`aicpw help COMMAND…` describes a command with examples. docs/cli.md describes the documents that
--json prints.";

/// Rent computing power, or offer it, on the AICPW chain.
#[derive(Parser, Debug)]
#[command(name = "aicpw", version, propagate_version = true, after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(clap::Args, Debug)]
pub struct GlobalArgs {
    /// The node, ws:// or wss://
    ///
    /// Uploads, downloads and what registers this machine's devices need a node that offers its
    /// unsafe methods to this machine, as one on the same machine does.
    #[arg(
        long,
        global = true,
        env = "AICPW_URL",
        default_value = DEFAULT_URL,
        value_name = "URL",
        help_heading = "General"
    )]
    pub url: String,

    /// Print one JSON document (docs/cli.md describes the fields)
    #[arg(long, global = true, help_heading = "General")]
    pub json: bool,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub data_keys: DataKeyArgs,

    #[command(flatten)]
    pub pins: PinsArgs,
}

/// The node's address by default.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:9944";

impl GlobalArgs {
    /// Another command for the same node and, if it signs, with the same key, ready to be pasted into a shell.
    pub fn again(&self, command: &str, is_signed: bool) -> String {
        let mut line = String::from("aicpw ");
        if self.url != DEFAULT_URL {
            line += &format!("--url {} ", self.url);
        }
        if is_signed {
            line += &self.keys.again();
        }
        line + command
    }
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Upload a task's files, submit it, and with --wait see it through
    ///
    /// Checks the manifest, its files, the options and the account's funds before anything is
    /// sent, and says which device would take the task now. The budget is held until the task
    /// ends; what the price does not need goes back. Without --wait it ends once the submission is
    /// final, and the node has to stay up until the task ends: providers fetch the inputs from it.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key submit task/manifest.json --budget 2.5 --time-limit 120s
  aicpw --key-file me.key submit task/manifest.json --budget 2.5 --time-limit 120s \\
    --wait --out result
  aicpw --key-file me.key submit task/manifest.json --budget 1 --time-limit 10m \\
    --gflops 500 --memory 4GiB --verify expected=@expected.bin --wait --out result --json
  aicpw --key-file me.key submit task/manifest.json --budget 1 --time-limit 10m \\
    --sealed --wait --out result")]
    Submit(Box<submit::SubmitArgs>),
    /// Ask which device would take a task now, and for how much, without submitting it
    ///
    /// Free. Takes the options of `submit`, sends no transaction and uploads nothing. With a key it also says
    /// whether the account could pay, and leaves out its own devices, which get no task of it.
    ///
    /// With --compile it compiles the program first, in the sandbox in which a provider would: that takes
    /// aicpw-executor and an OpenCL device on this machine, and no node. Another device's compiler may say
    /// something else.
    #[command(after_long_help = "\
Examples:
  aicpw dry-run task/manifest.json --budget 2.5 --time-limit 120s
  aicpw dry-run task/manifest.json --budget 2.5 --time-limit 120s --compile
  aicpw --key-file me.key dry-run task/manifest.json --budget 1 --time-limit 10m \\
    --gflops 500 --json")]
    DryRun(Box<dry_run::DryRunArgs>),
    /// Look at tasks, follow them, fetch their results
    #[command(subcommand)]
    Task(task::TaskCommand),
    /// Look at disputes about results, follow them
    ///
    /// `aicpw task dispute` opens one.
    #[command(subcommand)]
    Dispute(dispute::DisputeCommand),
    /// Stay up for the account: grant keys of sealed tasks, serve files, fetch results, appeal against verdicts
    ///
    /// For a requester: a sealed task whose key is not granted soon after its match ends at the requester's cost,
    /// and each further provider, and each juror of a dispute, has to be granted it anew. With --out it fetches each
    /// result while it can be fetched: an hour after the payment it may be gone.
    ///
    /// For a provider: a verdict against its result takes all that is locked for it, unless a larger jury is called
    /// within minutes. The agent calls it, as far as the account can spend the bond: a bond is lost if the larger
    /// jury finds the same. Ends with Ctrl-C.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key agent
  aicpw --key-file me.key agent --out results
  aicpw --key-file me.key agent --until-idle --json
  aicpw --key-file provider.key agent --appeal-up-to 500")]
    Agent(agent::AgentArgs),
    /// The data keys of sealed tasks
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Offer this machine's devices, look at providers
    #[command(subcommand)]
    Provider(provider::ProviderCommand),
    /// Put files into the node's IPFS store, and read them
    #[command(subcommand)]
    Ipfs(ipfs::IpfsCommand),
    /// Check the history of all submissions
    #[command(subcommand)]
    History(history::HistoryCommand),
    /// Look at accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Send AICP to another account
    ///
    /// Never ends the sending account: what keeps it alive stays there. An account that has nothing yet has to get as
    /// much as that, or more.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key transfer 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 12.5")]
    Transfer(account::TransferArgs),
    /// Print a script that has a shell complete commands and options
    #[command(after_long_help = "\
Examples:
  aicpw completions bash
  aicpw completions zsh
  aicpw completions fish

The script belongs where the shell looks for it: for bash
~/.local/share/bash-completion/completions/aicpw, for zsh a file _aicpw in a folder of $fpath, for
fish ~/.config/fish/completions/aicpw.fish.")]
    Completions(completions::CompletionsArgs),
}

/// Converts clap's refusal of the arguments into an [`Error`] with the first paragraph of clap's message.
pub fn usage_error(error: &clap::Error) -> Error {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let problem = text.split("\n\n").next().unwrap_or(text);
    Error::usage(problem.trim()).hint("`aicpw help COMMAND…` describes it with examples")
}

#[cfg(test)]
#[path = "args_tests.rs"]
pub mod tests;
