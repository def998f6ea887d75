//! The pages in `docs/pallets` name everything that the pallets have, and nothing else.

use std::collections::BTreeSet;

use aicpw_runtime::Runtime;
use codec::Decode;
use frame_metadata::{
    v14::{PalletMetadata, RuntimeMetadataV14},
    RuntimeMetadata, RuntimeMetadataPrefixed,
};
use scale_info::{form::PortableForm, TypeDef};

const PAGES: [(&str, &str); 7] = [
    (
        "ProviderStaking",
        include_str!("../../../docs/pallets/provider-staking.md"),
    ),
    ("Tasks", include_str!("../../../docs/pallets/tasks.md")),
    (
        "Matching",
        include_str!("../../../docs/pallets/matching.md"),
    ),
    (
        "MarketClock",
        include_str!("../../../docs/pallets/market-clock.md"),
    ),
    (
        "Disputes",
        include_str!("../../../docs/pallets/disputes.md"),
    ),
    (
        "DrawRandomness",
        include_str!("../../../docs/pallets/draw-randomness.md"),
    ),
    (
        "MarketParameters",
        include_str!("../../../docs/pallets/market-parameters.md"),
    ),
];

fn metadata() -> RuntimeMetadataV14 {
    let mut state = sp_io::TestExternalities::default();
    let bytes = state.execute_with(|| Runtime::metadata_at_version(14).unwrap());
    match RuntimeMetadataPrefixed::decode(&mut &bytes[..]).unwrap().1 {
        RuntimeMetadata::V14(metadata) => metadata,
        _ => panic!("not version 14"),
    }
}

type Pallet = PalletMetadata<PortableForm>;

fn variants(metadata: &RuntimeMetadataV14, id: Option<u32>) -> BTreeSet<String> {
    let Some(id) = id else { return BTreeSet::new() };
    match &metadata.types.resolve(id).unwrap().type_def {
        TypeDef::Variant(variants) => variants.variants.iter().map(|v| v.name.clone()).collect(),
        other => panic!("not an enum: {other:?}"),
    }
}

/// Returns the rows of the table under a heading, in cells.
fn rows<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let (_, rest) = page
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("no heading {heading}"));
    rest.lines()
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').skip(1).map(str::trim).collect())
        .collect()
}

fn spans(cell: &str) -> impl Iterator<Item = String> + '_ {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

fn first_cells(page: &str, heading: &str) -> BTreeSet<String> {
    let rows = rows(page, heading);
    let count = rows.len();
    let names: BTreeSet<_> = rows.iter().flat_map(|row| spans(row[0])).collect();
    assert_eq!(names.len(), count, "{heading}: a name stands there twice");
    names
}

fn for_each(check: impl Fn(&RuntimeMetadataV14, &Pallet, &str)) {
    let metadata = metadata();
    for (name, page) in PAGES {
        let pallet = metadata.pallets.iter().find(|p| p.name == name).unwrap();
        check(&metadata, pallet, page);
    }
}

/// Asserts that the sets are equal; the message says what to add or to remove.
fn compare(pallet: &Pallet, heading: &str, page: BTreeSet<String>, runtime: BTreeSet<String>) {
    let missing: Vec<_> = runtime.difference(&page).collect();
    let stale: Vec<_> = page.difference(&runtime).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "the page of {} in docs/pallets, {heading}: add {missing:?}, remove {stale:?}",
        pallet.name
    );
}

#[test]
fn calls_events_errors_and_storage_are_those_of_the_runtime() {
    for_each(|metadata, pallet, page| {
        let id = |ty: Option<u32>| variants(metadata, ty);
        let calls = id(pallet.calls.as_ref().map(|c| c.ty.id));
        let events = id(pallet.event.as_ref().map(|e| e.ty.id));
        let errors = id(pallet.error.as_ref().map(|e| e.ty.id));
        let storage = pallet.storage.iter().flat_map(|storage| &storage.entries);
        let storage = storage.map(|entry| entry.name.clone()).collect();
        compare(pallet, "Calls", first_cells(page, "Calls"), calls);
        compare(pallet, "Events", first_cells(page, "Events"), events);
        compare(pallet, "Errors", first_cells(page, "Errors"), errors);
        compare(pallet, "Storage", first_cells(page, "Storage"), storage);
    });
}

#[test]
fn calls_name_errors_and_events_that_there_are() {
    for_each(|metadata, pallet, page| {
        let events = variants(metadata, pallet.event.as_ref().map(|e| e.ty.id));
        let errors = variants(metadata, pallet.error.as_ref().map(|e| e.ty.id));
        for row in rows(page, "Calls") {
            for error in spans(row[2]) {
                assert!(errors.contains(&error), "{}: {error}", row[0]);
            }
            for event in spans(row[3]) {
                assert!(events.contains(&event), "{}: {event}", row[0]);
            }
        }
    });
}

/// Each constant that a page names under *Properties* is in the metadata. Storage versions and the
/// like are not there, and not for people.
#[test]
fn constants_that_pages_name_are_there() {
    for_each(|_, pallet, page| {
        let (_, rest) = page.split_once("\n## Properties\n").unwrap();
        let properties = rest.split("\n## ").next().unwrap();
        let constants: BTreeSet<_> = pallet.constants.iter().map(|c| c.name.clone()).collect();
        let named: Vec<_> = spans(properties)
            .filter(|name| name.chars().all(char::is_alphanumeric))
            .filter(|name| name.starts_with(char::is_uppercase))
            .filter(|name| name != "ProviderStake" && name != "DisputeBond")
            .collect();
        for name in named {
            assert!(constants.contains(&name), "{}: {name}", pallet.name);
        }
    });
}
