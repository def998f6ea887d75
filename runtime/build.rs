//! Builds the runtime to Wasm and embeds it in the native crate.

fn main() {
    #[cfg(all(feature = "std", feature = "metadata-hash"))]
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
        .enable_metadata_hash("AICP", 18)
        .build();

    // The hash costs a second link of the Wasm, so only builds that serve hardware signers pay it.
    #[cfg(all(feature = "std", not(feature = "metadata-hash")))]
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
}
