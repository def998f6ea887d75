//! The command line.

use std::path::{Path, PathBuf};

use sc_cli::RunCmd;
use sc_storage_monitor::StorageMonitorParams;

use crate::{check::CheckCmd, keys::KeyCmd, logs::LogArgs, worker::MarketArgs};

/// Arguments of `aicpw-node`.
#[derive(Debug, clap::Parser)]
// The SDK's help text of `--chain` names chains and a command that this node does not have.
#[command(mut_arg("chain", of_ours), mut_subcommands(of_ours_everywhere))]
pub struct Cli {
    /// What to do; without a subcommand a node is run.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// The node's own.
    #[clap(flatten)]
    pub node: NodeArgs,
}

impl Cli {
    /// Returns the folder for compiled runtimes that was named behind a subcommand, or else the one before it.
    pub fn compiled_folder<'a>(&'a self, behind: &'a CompiledArgs) -> Option<&'a Path> {
        behind.folder().or(self.node.compiled.folder())
    }
}

/// The node's own arguments. Whoever checks a machine for a node puts the same behind `check`.
#[derive(Debug, clap::Args)]
// A node that prunes the blocks of a fork when the fork loses cannot answer peers that were just told of them, and is
// taken for a liar (ADR 20).
#[command(mut_arg("blocks_pruning", |arg| arg.default_value("archive")))]
pub struct NodeArgs {
    /// How to run the node.
    #[clap(flatten)]
    pub run: RunCmd,

    /// The market's services.
    #[clap(flatten)]
    pub market: MarketArgs,

    /// Voting on finality.
    #[clap(flatten)]
    pub finality: FinalityArgs,

    /// Room on the disk.
    #[clap(flatten)]
    pub storage: StorageMonitorParams,

    /// The log.
    #[clap(flatten)]
    pub logs: LogArgs,

    /// Compiled runtimes.
    #[clap(flatten)]
    pub compiled: CompiledArgs,
}

/// Compiled runtimes.
#[derive(Debug, clap::Args)]
pub struct CompiledArgs {
    /// The folder in which compiled runtimes are kept between starts; without this, `compiled` beside the chain's
    /// database. Several nodes of a machine can share it. What is in it is executed, so only the user that runs the
    /// node should be able to write there.
    #[arg(long, value_name = "PATH")]
    compiled_runtimes: Option<PathBuf>,
}

impl CompiledArgs {
    /// Returns the folder that was named.
    pub fn folder(&self) -> Option<&Path> {
        self.compiled_runtimes.as_deref()
    }
}

/// One of the SDK's commands that executes the runtime.
#[derive(Debug, clap::Args)]
pub struct Executes<C: clap::Args> {
    /// The command.
    #[clap(flatten)]
    pub cmd: C,

    /// Compiled runtimes.
    #[clap(flatten)]
    pub compiled: CompiledArgs,
}

const CHAINS: &str = "Which chain: `dev`, `local`, or a file with its specification, as \
    `export-chain-spec` writes it";

fn of_ours(chain: clap::Arg) -> clap::Arg {
    chain.help(CHAINS).long_help(CHAINS)
}

fn of_ours_everywhere(command: clap::Command) -> clap::Command {
    let has_chain = command
        .get_arguments()
        .any(|argument| argument.get_id() == "chain");
    let command = match has_chain {
        true => command.mut_arg("chain", of_ours),
        false => command,
    };
    command.mut_subcommands(of_ours_everywhere)
}

/// How this node votes on finality. The defaults are the result of `aicpw-bench consensus` (ADR 4),
/// which measures others with these.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Finality")]
pub struct FinalityArgs {
    /// How long a vote is expected to take to reach all validators, in milliseconds. A round of voting takes a few
    /// times as long.
    #[arg(long, value_name = "MS", default_value_t = 50, value_parser = clap::value_parser!(u64).range(10..=10_000))]
    pub finality_gossip: u64,

    /// Vote for the block this many below the best one. If two blocks have the same height, both reach the voters
    /// before they decide between them, and every block becomes final this much later.
    #[arg(long, value_name = "BLOCKS", default_value_t = 1)]
    pub finality_lag: u32,
}

/// Everything that is not running a node.
#[derive(Debug, clap::Subcommand)]
// Parsed once in the life of the process, so the size of a variant costs nothing.
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
    /// Make, look at and insert keys.
    #[command(subcommand)]
    Key(KeyCmd),

    /// Check whether this machine is fit for a node: put the node's own arguments after it. If something is not fit,
    /// says what to do about it, and fails.
    Check(CheckCmd),

    /// Write a chain specification (`--chain dev`, `local` or a file) to standard output or a file.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Execute a block again and check that it is valid.
    CheckBlock(Executes<sc_cli::CheckBlockCmd>),

    /// Write blocks to a file or to standard output.
    ExportBlocks(Executes<sc_cli::ExportBlocksCmd>),

    /// Write the state at a block as a chain specification.
    ExportState(Executes<sc_cli::ExportStateCmd>),

    /// Import blocks that `export-blocks` has written.
    ImportBlocks(Executes<sc_cli::ImportBlocksCmd>),

    /// Delete this chain's database.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Go back by a number of blocks, not beyond the last finalised one.
    Revert(Executes<sc_cli::RevertCmd>),

    /// Show what the database holds.
    ChainInfo(sc_cli::ChainInfoCmd),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use clap::Parser;
    use sc_cli::CliConfiguration;
    use sc_service::BlocksPruning;

    fn arguments_of(environment: &str) -> Vec<&str> {
        let name = "AICPW_NODE_ARGS=";
        let line = environment.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim_matches('"').split_whitespace().collect()
    }

    /// Returns the strings of a JSON array after an instruction of the Dockerfile.
    fn words_of(docker: &str, instruction: &str) -> Vec<String> {
        let mut lines = docker.lines().rev();
        let array = lines.find_map(|line| line.strip_prefix(instruction));
        serde_json::from_str(array.unwrap()).unwrap()
    }

    fn parses(arguments: &[&str]) -> Cli {
        let line = std::iter::once("aicpw-node").chain(arguments.iter().copied());
        Cli::try_parse_from(line).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    }

    #[test]
    fn blocks_of_forks_are_kept_unless_somebody_says_otherwise() {
        let pruning = |arguments: &[&str]| parses(arguments).node.run.blocks_pruning().unwrap();
        assert!(pruning(&[]) == BlocksPruning::KeepAll);
        let canonical = ["--blocks-pruning", "archive-canonical"];
        assert!(pruning(&canonical) == BlocksPruning::KeepFinalized);
    }

    #[test]
    fn what_is_packaged_starts_the_node_with_arguments_that_it_has() {
        let provider = include_str!("../../packaging/systemd/provider.env");
        let validator = include_str!("../../packaging/systemd/validator.env");
        let unit = include_str!("../../packaging/systemd/aicpw-node.service");
        let start =
            "ExecStart=/usr/local/bin/aicpw-node --base-path /var/lib/aicpw $AICPW_NODE_ARGS";
        assert!(unit.lines().any(|line| line == start));
        let base = ["--base-path", "/var/lib/aicpw"];
        let of = |environment| parses(&[&base[..], &arguments_of(environment)].concat());
        assert!(of(provider).node.market.provider);
        assert!(of(validator).node.run.validator);
        assert!(is_guarded_and_found(&of(validator)));

        let docker = include_str!("../../packaging/docker/Dockerfile");
        let start = [words_of(docker, "ENTRYPOINT "), words_of(docker, "CMD ")].concat();
        let start: Vec<&str> = start.iter().map(String::as_str).collect();
        assert!(parses(&start[1..]).node.market.provider);
    }

    #[test]
    fn what_is_packaged_is_what_make_release_builds() {
        let docker = include_str!("../../packaging/docker/Dockerfile");
        let page = include_str!("../../packaging/README.md");
        assert!(docker.lines().any(|line| line == "RUN make release"));
        assert!(docker.contains("/build/release/$program"));
        assert!(page.contains("target/release/$program"));
        for text in [docker, page] {
            assert!(!text.contains("/debug/"));
        }
    }

    #[test]
    fn a_job_that_runs_out_of_memory_does_not_end_the_unit() {
        let unit = include_str!("../../packaging/systemd/aicpw-node.service");
        let lines = unit.lines().map(str::trim);
        let policies: Vec<_> = lines
            .filter(|line| line.starts_with("OOMPolicy="))
            .collect();
        assert_eq!(policies, ["OOMPolicy=continue"]);
    }

    #[test]
    fn the_unit_allows_what_a_job_locks_itself_in_with() {
        let unit = include_str!("../../packaging/systemd/aicpw-node.service");
        let filters = unit
            .lines()
            .filter_map(|line| line.strip_prefix("SystemCallFilter="));
        let (taken, allowed): (Vec<_>, Vec<_>) = filters.partition(|line| line.starts_with('~'));
        assert_eq!(taken, ["~@privileged @resources @keyring"]);
        // The calls are in these groups, or in none that the unit names. What a later line allows is allowed.
        let calls = [
            "capset",
            "landlock_create_ruleset",
            "landlock_add_rule",
            "landlock_restrict_self",
            "prlimit64",
            "seccomp",
        ];
        for call in calls {
            let has = |line: &&str| line.split(' ').any(|allowed| allowed == call);
            assert!(allowed.iter().any(has), "{call}");
        }
    }

    /// The node's own unit may make no device nodes, whatever its privileges.
    #[test]
    fn nvidias_nodes_are_made_by_a_unit_of_its_own_before_the_nodes() {
        let drop_in = include_str!("../../packaging/systemd/nvidia.conf");
        let unit = include_str!("../../packaging/systemd/aicpw-nvidia.service");
        let node = include_str!("../../packaging/systemd/aicpw-node.service");
        let has = |text: &str, line: &str| text.lines().any(|other| other == line);
        for line in ["Wants=aicpw-nvidia.service", "After=aicpw-nvidia.service"] {
            assert!(has(drop_in, line), "{line}");
        }
        assert!(has(unit, "Before=aicpw-node.service"));
        assert!(has(unit, "ExecStart=-/usr/bin/nvidia-modprobe -c 0 -u"));
        assert!(has(node, "DevicePolicy=closed"));
        for text in [drop_in, node] {
            assert!(!text.lines().any(|line| line.starts_with("ExecStartPre=")));
        }
    }

    fn chains(command: &clap::Command, found: &mut Vec<String>) {
        let mut arguments = command.get_arguments();
        if let Some(chain) = arguments.find(|argument| argument.get_id() == "chain") {
            found.push(chain.get_long_help().unwrap().to_string());
        }
        for command in command.get_subcommands() {
            chains(command, found);
        }
    }

    #[test]
    fn every_command_names_the_chains_that_there_are() {
        let mut found = Vec::new();
        chains(&<Cli as clap::CommandFactory>::command(), &mut found);
        // The node, `check`, our own key commands and the SDK's commands.
        assert!(found.len() > 10, "{found:?}");
        assert!(found.iter().all(|help| help == CHAINS), "{found:?}");
    }

    /// Whether web pages cannot call unsafe methods, and other validators know where the node is.
    fn is_guarded_and_found(cli: &Cli) -> bool {
        let run = &cli.node.run;
        let methods = format!("{:?}", run.rpc_params.rpc_methods);
        methods == "Safe" && !run.network_params.public_addr.is_empty()
    }

    #[test]
    fn the_page_about_validators_starts_one_that_is_guarded_and_found() {
        let page = include_str!("../../docs/validator.md").replace("\\\n", " ");
        let mut lines = page.lines().map(str::trim);
        let start = lines.find_map(|line| line.strip_prefix("aicpw-node --chain"));
        let line: Vec<_> = ["--chain"]
            .into_iter()
            .chain(start.unwrap().split_whitespace())
            .collect();
        assert!(is_guarded_and_found(&parses(&line)));
    }

    #[test]
    fn check_takes_the_arguments_of_a_node() {
        let provider = include_str!("../../packaging/systemd/provider.env");
        let line = [&["check"], &arguments_of(provider)[..], &["--json"]].concat();
        let Some(Subcommand::Check(check)) = parses(&line).subcommand else {
            panic!("no check");
        };
        assert!(check.json && check.node.market.provider);
    }

    #[test]
    fn check_takes_every_argument_of_a_node() {
        let node = <Cli as clap::CommandFactory>::command();
        let check = node.find_subcommand("check").unwrap();
        let shape = |argument: &clap::Arg| {
            let (long, short) = (argument.get_long(), argument.get_short());
            format!("{long:?}, {short:?}, {:?}", argument.get_default_values())
        };
        for argument in node.get_arguments() {
            let name = argument.get_id();
            let known = check.get_arguments().find(|other| other.get_id() == name);
            let known = known.unwrap_or_else(|| panic!("check refuses {name}"));
            assert_eq!(shape(known), shape(argument), "{name}");
        }
        let line = ["check", "--compiled-runtimes", "/var/cache/aicpw"];
        assert!(matches!(
            parses(&line).subcommand,
            Some(Subcommand::Check(check)) if check.node.compiled.folder().is_some()
        ));
    }

    /// Regression: these commands compiled the runtime anew if a node kept its compiled runtimes in another folder.
    /// Later they ignored a folder that was named before them.
    #[test]
    fn what_executes_the_runtime_takes_a_folder_of_compiled_ones() {
        let one = &["--compiled-runtimes", "/var/cache/aicpw"][..];
        let other = &["--compiled-runtimes", "/var/cache/other"][..];
        for command in [
            &["check-block", "1"][..],
            &["export-blocks"],
            &["export-state"],
            &["import-blocks"],
            &["revert"],
        ] {
            for line in [
                [command, one].concat(),
                [one, command].concat(),
                [other, command, one].concat(),
            ] {
                let cli = parses(&line);
                let compiled = match &cli.subcommand {
                    Some(
                        Subcommand::CheckBlock(Executes { compiled, .. })
                        | Subcommand::ExportBlocks(Executes { compiled, .. })
                        | Subcommand::ExportState(Executes { compiled, .. })
                        | Subcommand::ImportBlocks(Executes { compiled, .. })
                        | Subcommand::Revert(Executes { compiled, .. }),
                    ) => compiled,
                    other => panic!("{line:?}: {other:?}"),
                };
                let folder = cli.compiled_folder(compiled);
                assert_eq!(folder, Some(Path::new("/var/cache/aicpw")), "{line:?}");
            }
        }
    }
}
