//! What can be asked for.

use clap::{Parser, Subcommand};

use crate::{commands::*, keys::KeyArgs};

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 error, 2 wrong arguments or manifest, 3 the task ended without a result,
4 a result or the history is not what it should be, 5 timeout, 6 node unreachable,
7 insufficient funds.";

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
    /// The node. Uploads, downloads and `provider register` need one that trusts this machine
    #[arg(
        long,
        global = true,
        env = "AICPW_URL",
        default_value = "ws://127.0.0.1:9944",
        value_name = "URL"
    )]
    pub url: String,

    /// Print one JSON document (docs/cli.md describes the fields)
    #[arg(long, global = true)]
    pub json: bool,

    #[command(flatten)]
    pub keys: KeyArgs,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Upload a task's files, submit it, and with --wait see it through
    Submit(Box<submit::SubmitArgs>),
    /// Ask which device would take a task now, and for how much, without submitting it
    DryRun(Box<dry_run::DryRunArgs>),
    /// Look at tasks, follow them, fetch their results
    #[command(subcommand)]
    Task(task::TaskCommand),
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
    Transfer(account::TransferArgs),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn global_options_go_anywhere() {
        let line = "aicpw task show 7 --json --url ws://10.0.0.1:9944 --suri //Bob";
        let args = Args::try_parse_from(line.split(' ')).unwrap();
        assert!(args.global.json);
        assert_eq!(args.global.url, "ws://10.0.0.1:9944");
        assert!(args.global.keys.suri.is_some());
    }

    #[test]
    fn the_line_of_the_demo() {
        let line = "aicpw --url ws://127.0.0.1:1 --suri //Charlie submit m.json --budget 1 \
                    --time-limit 600s --verify optimistic=60s --wait --accept --out result";
        let args = Args::try_parse_from(line.split_whitespace()).unwrap();
        assert!(matches!(args.command, Command::Submit(args) if args.wait && args.accept));
        // What only makes sense while waiting.
        let line = "aicpw submit m.json --budget 1 --time-limit 600s --out result";
        assert!(Args::try_parse_from(line.split_whitespace()).is_err());
    }
}
