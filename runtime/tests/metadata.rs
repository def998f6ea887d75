//! The metadata is what tools can read: the versions they ask for, and the names they look for.

#![allow(clippy::unwrap_used)]

use aicpw_runtime::Runtime;
use codec::Decode;
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};

fn metadata(version: u32) -> RuntimeMetadata {
    let bytes = Runtime::metadata_at_version(version).unwrap();
    RuntimeMetadataPrefixed::decode(&mut &bytes[..]).unwrap().1
}

#[test]
fn every_version_that_is_offered_decodes() {
    for version in Runtime::metadata_versions()
        .into_iter()
        .filter(|version| *version != u32::MAX)
    {
        assert_eq!(metadata(version).version(), version);
    }
    assert!(
        Runtime::metadata_versions().contains(&14),
        "polkadot.js reads version 14"
    );
}

#[test]
fn extensions_are_in_the_order_that_signers_expect() {
    let RuntimeMetadata::V14(metadata) = metadata(14) else {
        panic!("not version 14")
    };
    let names: Vec<_> = metadata
        .extrinsic
        .signed_extensions
        .iter()
        .map(|extension| extension.identifier.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "AuthorizeCall",
            "CheckNonZeroSender",
            "CheckSpecVersion",
            "CheckTxVersion",
            "CheckGenesis",
            "CheckMortality",
            "CheckNonce",
            "CheckWeight",
            "ChargeTransactionPayment",
            "CheckMetadataHash",
            "WeightReclaim",
        ]
    );
}

#[test]
fn the_name_of_the_sdks_staking_is_free() {
    let RuntimeMetadata::V14(metadata) = metadata(14) else {
        panic!("not version 14")
    };
    assert!(metadata
        .pallets
        .iter()
        .all(|pallet| pallet.name != "Staking"));
}
