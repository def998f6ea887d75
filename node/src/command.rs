//! Runs what the command line asks for.

use aicpw_runtime::{opaque::Block, units::SS58_PREFIX};
use clap::Parser;
use sc_cli::{CliConfiguration, OffchainWorkerEnabled, SubstrateCli};
use sc_network::config::NetworkBackendType;
use sc_service::{Configuration, PartialComponents};
use sp_core::crypto::{set_default_ss58_version, Ss58AddressFormat};
use sp_runtime::traits::Block as BlockT;

use crate::{
    chain_spec,
    cli::{Cli, Executes, Subcommand},
    ending,
    logs::{InJson, LogFormat},
    ports, service,
    worker::MarketServices,
};

/// Log targets that write a line per block, four times a second, which repeats what the line about the block's import
/// says. `--log babe=info` brings them back. The node itself logs which node it is.
const QUIET_TARGETS: &str = "babe=warn,sc_basic_authorship=warn,sc_cli::runner=warn";

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "AICPW Node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        // There is no public tracker yet; the text follows "report it at".
        "the issue tracker of the repository you have this node from".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        Ok(Box::new(chain_spec::load(id)?))
    }
}

/// Returns the configuration of a node that is started with these arguments, which do not include the name of the
/// program. Opens nothing.
///
/// # Errors
/// If there is no such argument, or what it names does not exist.
pub fn configuration(
    arguments: &[&str],
    tokio: tokio::runtime::Handle,
) -> sc_cli::Result<Configuration> {
    let line = std::iter::once(env!("CARGO_PKG_NAME")).chain(arguments.iter().copied());
    let cli = Cli::try_parse_from(line).map_err(|error| error.to_string())?;
    cli.node.run.create_configuration(&cli, tokio)
}

/// Parses the arguments of the process and runs them.
///
/// # Errors
/// If what is asked for cannot be done.
pub fn run() -> sc_cli::Result<()> {
    run_arguments().map_err(|error| match error {
        // The services' own prefix to the message helps nobody.
        sc_cli::Error::Service(sc_service::Error::Application(cause)) => {
            sc_cli::Error::Application(cause)
        }
        other => other,
    })
}

/// Says why the process ends, as its last message. Uses the log if that is open, because the log's lines wait for a
/// while before they are written, and would otherwise follow.
pub fn tell(error: &sc_cli::Error) {
    if log::log_enabled!(log::Level::Error) {
        log::error!("aicpw-node: {error}");
    } else {
        eprintln!("aicpw-node: {error}");
    }
}

fn run_arguments() -> sc_cli::Result<()> {
    set_default_ss58_version(Ss58AddressFormat::custom(SS58_PREFIX));
    let mut cli = Cli::from_args();
    let node = &mut cli.node;
    if std::env::var_os("RUST_LOG").is_none() {
        node.run.shared_params.log.insert(0, QUIET_TARGETS.into());
    }
    if node.market.provider {
        // Without the hook, nothing that the worker does would reach the chain.
        node.run.offchain_worker_params.enabled = OffchainWorkerEnabled::Always;
    }

    node.market.disk_reserve = crate::disk::reserve(&node.storage);

    match &cli.subcommand {
        Some(Subcommand::Key(cmd)) => cmd.run(&cli),
        Some(Subcommand::Check(cmd)) => cmd.run(&cli),
        Some(Subcommand::ExportChainSpec(cmd)) => {
            cmd.run(cli.load_spec(&cmd.chain).map_err(sc_cli::Error::Input)?)
        }
        Some(Subcommand::CheckBlock(Executes { cmd, compiled })) => {
            cli.create_runner(cmd)?.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    import_queue,
                    ..
                } = service::new_partial(&config, cli.compiled_folder(compiled))?;
                Ok((cmd.run(client, import_queue), task_manager))
            })
        }
        Some(Subcommand::ExportBlocks(Executes { cmd, compiled })) => {
            cli.create_runner(cmd)?.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    ..
                } = service::new_partial(&config, cli.compiled_folder(compiled))?;
                Ok((cmd.run(client, config.database), task_manager))
            })
        }
        Some(Subcommand::ExportState(Executes { cmd, compiled })) => {
            cli.create_runner(cmd)?.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    ..
                } = service::new_partial(&config, cli.compiled_folder(compiled))?;
                Ok((cmd.run(client, config.chain_spec), task_manager))
            })
        }
        Some(Subcommand::ImportBlocks(Executes { cmd, compiled })) => {
            cli.create_runner(cmd)?.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    import_queue,
                    ..
                } = service::new_partial(&config, cli.compiled_folder(compiled))?;
                Ok((cmd.run(client, import_queue), task_manager))
            })
        }
        Some(Subcommand::PurgeChain(cmd)) => cli.create_runner(cmd)?.sync_run(|config| {
            service::refuse_second(&config).map_err(application)?;
            cmd.run(config.database)
        }),
        Some(Subcommand::Revert(Executes { cmd, compiled })) => {
            cli.create_runner(cmd)?.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    backend,
                    ..
                } = service::new_partial(&config, cli.compiled_folder(compiled))?;
                let revert_consensus = Box::new(
                    |client: std::sync::Arc<service::FullClient>, backend, blocks| {
                        sc_consensus_babe::revert(client.clone(), backend, blocks)?;
                        sc_consensus_grandpa::revert(client, blocks)?;
                        Ok(())
                    },
                );
                Ok((
                    cmd.run(client, backend, Some(revert_consensus)),
                    task_manager,
                ))
            })
        }
        Some(Subcommand::ChainInfo(cmd)) => cli.create_runner(cmd)?.sync_run(|config| {
            service::refuse_second(&config).map_err(application)?;
            cmd.run::<Block>(&config)
        }),
        None => run_node(&cli),
    }
}

fn application(error: impl std::error::Error + Send + Sync + 'static) -> sc_cli::Error {
    sc_cli::Error::Application(Box::new(error))
}

/// Logs which node this is. The SDK's own lines have a span of years, whose first and last year are the same.
fn say_which(config: &Configuration) {
    if log::log_enabled!(target: "sc_cli::runner", log::Level::Info) {
        return;
    }
    log::info!("{}", Cli::impl_name());
    log::info!("✌️  version {}", Cli::impl_version());
    let since = Cli::copyright_start_year();
    log::info!("❤️  by {}, since {since}", Cli::author());
    log::info!("📋 Chain specification: {}", config.chain_spec.name());
    log::info!("🏷  Node name: {}", config.network.node_name);
    log::info!("👤 Role: {}", config.display_role());
    if let Some(folder) = config.database.path() {
        log::info!("💾 Database: {} at {}", config.database, folder.display());
    }
}

fn run_node(cli: &Cli) -> sc_cli::Result<()> {
    let node = &cli.node;
    let compiled = node.compiled.folder();
    let kept = service::Kept::default();
    let runner = match node.logs.log_format {
        LogFormat::Text => cli.create_runner(&node.run)?,
        LogFormat::Json => cli.create_runner(&InJson(&node.run))?,
    };
    say_which(runner.config());
    let forgets = ending::forgets(&node.run);
    ending::follow_signals(forgets)?;
    let ended = runner.run_node_until_exit(|mut config| async {
        // First of all: before ports move because the other node has them, and before anything is started.
        service::refuse_second(&config).map_err(application)?;
        ports::settle(&mut config, &node.run).map_err(application)?;
        let market = MarketServices::start(&node.market, &config)
            .await
            .map_err(application)?;
        match config.network.network_backend {
            NetworkBackendType::Libp2p => {
                service::new_full::<sc_network::NetworkWorker<Block, <Block as BlockT>::Hash>>(
                    config,
                    market,
                    node.finality,
                    &node.storage,
                    compiled,
                    &kept,
                )
            }
            NetworkBackendType::Litep2p => service::new_full::<sc_network::Litep2pNetworkBackend>(
                config,
                market,
                node.finality,
                &node.storage,
                compiled,
                &kept,
            ),
        }
        .map_err(sc_cli::Error::Service)
    });
    if forgets {
        // Dropping the last handle to the chain closes its database, and first writes all of it to the disk. The
        // database is deleted next, so that would be for nothing.
        std::mem::forget(kept);
    }
    ended
}
