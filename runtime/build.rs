//! Builds the runtime to Wasm and embeds it in the native crate.

fn main() {
    #[cfg(all(feature = "std", feature = "metadata-hash"))]
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
        .enable_metadata_hash("AICP", 18)
        .build();

    // The hash costs a second link of the Wasm and 307 crates more on the build machine (404 against
    // 97: the executor that reads the metadata), so only builds for hardware signers pay for it.
    #[cfg(all(feature = "std", not(feature = "metadata-hash")))]
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
}
