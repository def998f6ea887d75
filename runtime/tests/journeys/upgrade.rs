//! A referendum replaces the runtime.

use std::borrow::Cow;

use aicpw_runtime::{RuntimeCall, RuntimeEvent, System, VERSION, WASM_BINARY};
use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight};
use sc_executor::WasmExecutor;
use sp_core::traits::{ReadRuntimeVersion, ReadRuntimeVersionExt};
use sp_maybe_compressed_blob::{compress_strongly, decompress, CODE_BLOB_BOMB_LIMIT};
use sp_version::{embed::embed_runtime_version, RuntimeVersion};

use crate::{chain::Chain, governance::decide};

type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;

/// Returns this runtime with another release's version.
fn release(spec_version: u32) -> Vec<u8> {
    let code = WASM_BINARY.expect("the test needs the Wasm runtime: unset SKIP_WASM_BUILD");
    let code = decompress(code, CODE_BLOB_BOMB_LIMIT).unwrap();
    let version = RuntimeVersion {
        spec_version,
        apis: Cow::Borrowed(&[]),
        ..VERSION
    };
    let code = embed_runtime_version(&code, version).unwrap();
    compress_strongly(&code, CODE_BLOB_BOMB_LIMIT).unwrap()
}

/// Returns the call that a referendum proposes. With its own weight it would fit into no block; the stated weight
/// leaves room for reading the code.
fn upgrade(code: Vec<u8>) -> RuntimeCall {
    let set_code = frame_system::Call::set_code { code };
    pallet_utility::Call::with_weight {
        call: Box::new(set_code.into()),
        weight: Weight::from_parts(20 * WEIGHT_REF_TIME_PER_MILLIS, 0),
    }
    .into()
}

#[test]
fn a_referendum_replaces_the_runtime() {
    let executor = || Executor::builder().build();
    let mut chain = Chain::development();
    chain.register(ReadRuntimeVersionExt::new(executor()));
    let code = release(VERSION.spec_version + 1);
    let root = frame_system::RawOrigin::Root;
    decide(&mut chain, root.into(), upgrade(code.clone())).unwrap();
    let updated = chain.read(|| {
        System::events().iter().any(|record| {
            matches!(
                record.event,
                RuntimeEvent::System(frame_system::Event::CodeUpdated { .. })
            )
        })
    });
    assert!(updated);
    let stored = chain.read(|| sp_io::storage::get(b":code")).unwrap();
    assert_eq!(stored, code);

    // The stored code is a runtime, and of the next release: a node runs it from the next block on.
    let mut state = sp_io::TestExternalities::default();
    let version = executor()
        .read_runtime_version(&stored, &mut state.ext())
        .unwrap();
    let version = <RuntimeVersion as codec::Decode>::decode(&mut &version[..]).unwrap();
    assert_eq!(version.spec_version, VERSION.spec_version + 1);
    chain.block(Vec::new());
}

#[test]
fn the_same_release_again_is_refused() {
    let mut chain = Chain::development();
    chain.register(ReadRuntimeVersionExt::new(Executor::builder().build()));
    let code = release(VERSION.spec_version);
    let root = frame_system::RawOrigin::Root;
    assert_eq!(
        decide(&mut chain, root.into(), upgrade(code)),
        Err(frame_system::Error::<aicpw_runtime::Runtime>::SpecVersionNeedsToIncrease.into())
    );
}
