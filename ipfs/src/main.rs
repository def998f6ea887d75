//! `aicpw-ipfs`: the IPFS node that `aicpw-node` runs as a child process. It holds no key but
//! its own identity, and whatever a hostile DAG or peer does to it, the node lives on and starts
//! it again.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod adder;
mod budget;
mod cli;
mod dht;
mod error;
mod foreign_peers;
mod gate;
mod identity;
mod lanes;
mod memory;
mod node;
mod peers;
mod reader;
#[cfg(test)]
mod reader_tests;
mod rpc;
mod server;
mod storage;
mod turns;
mod unixfs;
mod wants;
mod window;

use anyhow::Context;
use clap::Parser;
use cli::Cli;
use rustix::fs::Mode;
use std::future::Future;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use tokio::io::AsyncReadExt;
use tokio::signal::unix::{signal, SignalKind};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Blocks, key and socket are private from the moment they are created.
    rustix::process::umask(Mode::from_raw_mode(0o077));
    let filter = EnvFilter::try_from_env("AICPW_IPFS_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,aicpw_ipfs=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aicpw-ipfs: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let bytes = memory::bound(cli.memory_max)?;
    memory::go_first();
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = memory::threads(bytes, cores);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(memory::STACK)
        .worker_threads(threads.workers)
        .max_blocking_threads(threads.blocking)
        .enable_all()
        .build()?;
    let result = runtime.block_on(serve(cli));
    // A blocked read of standard input must not keep the process alive.
    runtime.shutdown_background();
    result
}

async fn serve(cli: Cli) -> anyhow::Result<()> {
    let mut shutdown = Box::pin(shutdown(cli.exit_with_parent)?);
    create_repo(&cli.repo)?;
    let source = tokio::select! {
        started = node::start(&cli) => started?,
        () = &mut shutdown => return Ok(()),
    };
    let ipfs = source.ipfs.clone();
    // Bound last, so that whoever sees the socket finds a node that is ready.
    let socket = server::bind(&cli.rpc_socket).await?;
    tracing::info!(peer = %ipfs.keypair().public().to_peer_id(), "ready");
    server::serve(socket, rpc::router(source), shutdown).await?;
    tracing::info!("stopping");
    ipfs.exit_daemon().await;
    Ok(())
}

fn create_repo(path: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(path)
        .with_context(|| format!("cannot create repository {}", path.display()))
}

/// Resolves on SIGTERM, on SIGINT, and at the end of standard input if asked to watch it.
fn shutdown(with_parent: bool) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let parent = async {
            if with_parent {
                let mut stdin = tokio::io::stdin();
                let mut ignored = [0; 64];
                while matches!(stdin.read(&mut ignored).await, Ok(1..)) {}
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = parent => {}
        }
    })
}
