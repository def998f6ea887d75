//! `make weights`: does what the SDK's `frame-omni-bencher` does, with the host functions of our runtime, and without
//! RocksDB, which `frame-omni-bencher` spends half an hour compiling and does not use.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;
use tracing_subscriber::EnvFilter;

/// Runs the benchmarks of a pallet on a runtime's Wasm, and writes its weights.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    pallet: PalletCmd,
}

/// Nothing in addition to what every runtime of the SDK has.
type OurHostFunctions = ();

fn main() -> sc_cli::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    Arguments::parse()
        .pallet
        .run_with_spec::<BlakeTwo256, OurHostFunctions>(None)
}
