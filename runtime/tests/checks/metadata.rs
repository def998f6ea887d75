//! The metadata has what tools read: the versions that they ask for, and the names that they look
//! for.

use std::collections::BTreeSet;

use aicpw_runtime::Runtime;
use codec::Decode;
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};

fn metadata(version: u32) -> RuntimeMetadata {
    // The metadata shows the current values of parameters, so it needs a state.
    let mut state = sp_io::TestExternalities::default();
    let bytes = state.execute_with(|| Runtime::metadata_at_version(version).unwrap());
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

/// The wrapper of an SDK extension does not show, so that signers encode the extension that they
/// know.
#[test]
fn extensions_look_like_those_of_the_sdk() {
    let RuntimeMetadata::V14(metadata) = metadata(14) else {
        panic!("not version 14")
    };
    for extension in &metadata.extrinsic.signed_extensions {
        let ty = metadata.types.resolve(extension.ty.id).unwrap();
        let name = ty.path.segments.last().map(String::as_str);
        assert_eq!(name, Some(extension.identifier.as_str()));
    }
}

#[test]
fn tools_find_the_validators_where_they_look_for_them() {
    let RuntimeMetadata::V14(metadata) = metadata(14) else {
        panic!("not version 14")
    };
    for name in ["Staking", "VoterList", "Session", "AuthorityDiscovery"] {
        assert!(
            metadata.pallets.iter().any(|pallet| pallet.name == name),
            "{name}"
        );
    }
}

/// `ChargeInFairOrder` looks for submissions in these. A new one has to be added there and here.
#[test]
fn the_calls_that_carry_calls_are_known() {
    let RuntimeMetadata::V14(metadata) = metadata(14) else {
        panic!("not version 14")
    };
    let types = &metadata.types;
    let path_of = |id: u32| types.resolve(id).unwrap().path.segments.join("::");
    let is_call = |id: u32| path_of(id) == "aicpw_runtime::RuntimeCall";
    let mut carriers = BTreeSet::new();
    for pallet in &metadata.pallets {
        let Some(calls) = &pallet.calls else { continue };
        let scale_info::TypeDef::Variant(calls) = &types.resolve(calls.ty.id).unwrap().type_def
        else {
            panic!("calls are an enum")
        };
        for call in &calls.variants {
            let mut seen = BTreeSet::new();
            if call
                .fields
                .iter()
                .any(|field| contains(types, field.ty.id, &is_call, &mut seen))
            {
                carriers.insert(format!("{}.{}", pallet.name, call.name));
            }
        }
    }
    let known = [
        "Multisig.as_multi",
        "Multisig.as_multi_threshold_1",
        "Proxy.proxy",
        "Proxy.proxy_announced",
        "Scheduler.schedule",
        "Scheduler.schedule_after",
        "Scheduler.schedule_named",
        "Scheduler.schedule_named_after",
        "Sudo.sudo",
        "Sudo.sudo_as",
        "Sudo.sudo_unchecked_weight",
        "TechnicalCommittee.execute",
        "TechnicalCommittee.propose",
        "Utility.as_derivative",
        "Utility.batch",
        "Utility.batch_all",
        "Utility.dispatch_as",
        "Utility.dispatch_as_fallible",
        "Utility.force_batch",
        "Utility.if_else",
        "Utility.with_weight",
        "Whitelist.dispatch_whitelisted_call_with_preimage",
    ];
    assert_eq!(carriers, known.map(str::to_owned).into());
}

fn contains(
    types: &scale_info::PortableRegistry,
    id: u32,
    is_wanted: &dyn Fn(u32) -> bool,
    seen: &mut BTreeSet<u32>,
) -> bool {
    use scale_info::TypeDef::*;
    if is_wanted(id) {
        return true;
    }
    if !seen.insert(id) {
        return false;
    }
    let inside: Vec<u32> = match &types.resolve(id).unwrap().type_def {
        Composite(composite) => composite.fields.iter().map(|field| field.ty.id).collect(),
        Variant(variant) => variant
            .variants
            .iter()
            .flat_map(|variant| variant.fields.iter().map(|field| field.ty.id))
            .collect(),
        Sequence(sequence) => vec![sequence.type_param.id],
        Array(array) => vec![array.type_param.id],
        Tuple(tuple) => tuple.fields.iter().map(|field| field.id).collect(),
        Compact(compact) => vec![compact.type_param.id],
        Primitive(_) | BitSequence(_) => Vec::new(),
    };
    inside
        .into_iter()
        .any(|id| contains(types, id, is_wanted, seen))
}
