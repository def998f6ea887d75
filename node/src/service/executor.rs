//! The executor of the runtime.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use sc_executor::{HeapAllocStrategy, WasmExecutor, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_service::Configuration;

/// Executes the Wasm runtime.
pub type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;

/// Returns the executor that the SDK would make of this configuration, which in addition keeps what it compiles, in
/// `compiled` or beside the chain's database. A start with a runtime that was compiled before takes seconds less. An
/// entry is found by the hash of the runtime and of the compiler's settings. If the folder cannot be written, the log
/// has a warning.
pub fn executor(config: &Configuration, compiled: Option<&Path>) -> Executor {
    let heap = config
        .executor
        .default_heap_pages
        .map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| {
            HeapAllocStrategy::Static {
                extra_pages: u32::try_from(pages).unwrap_or(u32::MAX),
            }
        });
    let compiled = compiled.map_or_else(|| beside_database(config), Path::to_path_buf);
    WasmExecutor::builder()
        .with_execution_method(config.executor.wasm_method)
        .with_onchain_heap_alloc_strategy(heap)
        .with_offchain_heap_alloc_strategy(heap)
        .with_max_runtime_instances(config.executor.max_runtime_instances)
        .with_runtime_cache_size(config.executor.runtime_cache_size)
        // The compiler refuses a relative path.
        .with_cache_path(std::path::absolute(&compiled).unwrap_or(compiled))
        .build()
}

/// Runs the first use of the runtime since the start, and logs it: a runtime that is not compiled yet takes half a
/// minute, in which nothing else happens.
///
/// # Errors
/// Those of `first_use`.
pub fn prepare<T, E>(first_use: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    log::info!(
        "preparing the runtime, which is compiled if it is new here: half a minute where the cores are busy"
    );
    let begun = Instant::now();
    let prepared = first_use()?;
    let seconds = begun.elapsed().as_secs_f64();
    log::info!("the runtime is prepared, after {seconds:.1} s");
    Ok(prepared)
}

fn beside_database(config: &Configuration) -> PathBuf {
    let chain = config.base_path.config_dir(config.chain_spec.id());
    chain.join("compiled")
}
