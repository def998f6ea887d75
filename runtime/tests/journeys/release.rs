//! This release understands what the previous release has left on chain. The runtime of the previous release is kept in
//! `releases/`.

use std::sync::LazyLock;

use aicpw_protocol::{task::TaskStatus, worker::Statement, AskPrice};
use aicpw_runtime::{
    configs::{
        market::MaxDevices,
        parameters::{FinderReward, MarketParameter, MarketRelations, SubmissionFee},
        system::MAX_BLOCK_WEIGHT,
    },
    units::{MILLI, UNIT},
    AccountId, Balances, MarketClock, MarketParameters, MultiBlockMigrations, ProviderStaking,
    Runtime, RuntimeEvent, RuntimeOrigin, Scheduler, System, VERSION,
};
use codec::{Decode, Encode};
use frame_metadata::{
    v14::{PalletMetadata, RuntimeMetadataV14, StorageEntryMetadata, StorageEntryType},
    RuntimeMetadata, RuntimeMetadataPrefixed,
};
use frame_support::{
    migrations::MultiStepMigrator,
    storage::storage_prefix,
    traits::{fungible::Mutate, GetStorageVersion, STORAGE_VERSION_STORAGE_KEY_POSTFIX},
};
use frame_system::LastRuntimeUpgradeInfo;
use pallet_market_parameters::{Changed, Relations};
use pallet_provider_staking::{migrations::v1, Devices, Occupations};
use sc_chain_spec::GenesisConfigBuilderRuntimeCaller;
use sc_executor::WasmExecutor;
use scale_info::{form::PortableForm, MetaType, PortableRegistry, Registry};
use serde_json::json;
use sp_core::{
    sr25519,
    storage::Storage,
    traits::{CallContext, CodeExecutor, ReadRuntimeVersion, RuntimeCode, WrappedRuntimeCode},
    Pair,
};
use sp_io::{hashing::blake2_256, TestExternalities};
use sp_keyring::Sr25519Keyring::{Bob, Charlie};
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;

use crate::{
    chain::{genesis, Chain},
    market::{
        ask, assignment, device, expecting_output, submission, submit, task, Provider, OUTPUT,
    },
    shapes::Readable,
};

const WASM: &[u8] = include_bytes!("../../../releases/previous.wasm");
const RECORD: &str = include_str!("../../../releases/previous.toml");

/// More blocks than any migration of a genesis takes.
const PATIENCE: u32 = 100;

/// Providers with as many devices as possible, which together are more than one block can migrate.
const CROWD: u32 = 130;

type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;

/// Returns the value of a name in the record.
fn record(name: &str) -> &'static str {
    let mut lines = RECORD.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
    let value = value.unwrap_or_else(|| panic!("releases/previous.toml has no {name}"));
    value.trim_matches('"')
}

fn previous_version() -> RuntimeVersion {
    let mut state = TestExternalities::default();
    let version = Executor::builder().build();
    let version = version.read_runtime_version(WASM, &mut state.ext());
    RuntimeVersion::decode(&mut &version.unwrap()[..]).unwrap()
}

fn decoded(bytes: &[u8]) -> RuntimeMetadataV14 {
    match RuntimeMetadataPrefixed::decode(&mut &bytes[..]).unwrap().1 {
        RuntimeMetadata::V14(metadata) => metadata,
        _ => panic!("not version 14"),
    }
}

/// Compiles the runtime of the previous release once.
static EXECUTOR: LazyLock<Executor> = LazyLock::new(|| Executor::builder().build());

/// Calls a function of the runtime of the previous release. Returns what the function returns.
fn call_previous(state: &mut TestExternalities, function: &str, input: &[u8]) -> Vec<u8> {
    let code = RuntimeCode {
        code_fetcher: &WrappedRuntimeCode(WASM.into()),
        heap_pages: None,
        hash: blake2_256(WASM).to_vec(),
    };
    let context = CallContext::Offchain;
    let (output, _) = EXECUTOR.call(&mut state.ext(), &code, function, input, context);
    output.unwrap_or_else(|error| panic!("{function} of the previous release: {error}"))
}

/// The metadata of the previous release, read from its runtime.
static PREVIOUS: LazyLock<RuntimeMetadataV14> = LazyLock::new(|| {
    let mut state = TestExternalities::default();
    let told = call_previous(&mut state, "Metadata_metadata_at_version", &14u32.encode());
    let told = Option::<Vec<u8>>::decode(&mut &told[..]).unwrap();
    decoded(&told.unwrap())
});

/// Returns the metadata of this release.
fn current() -> RuntimeMetadataV14 {
    let mut state = TestExternalities::default();
    decoded(&state.execute_with(|| Runtime::metadata_at_version(14).unwrap()))
}

/// Returns the genesis that the previous release makes of its preset.
fn previous_genesis() -> Storage {
    let runtime = GenesisConfigBuilderRuntimeCaller::<sp_io::SubstrateHostFunctions>::new(WASM);
    let preset = "local_testnet".to_owned();
    runtime.get_storage_for_named_preset(Some(&preset)).unwrap()
}

/// Returns the storage version of a pallet in this state.
fn storage_version(state: &Storage, pallet: &str) -> u16 {
    let key = storage_prefix(pallet.as_bytes(), STORAGE_VERSION_STORAGE_KEY_POSTFIX);
    let version = state.top.get(&key[..]);
    version.map_or(0, |version| u16::decode(&mut &version[..]).unwrap())
}

type Pallet = PalletMetadata<PortableForm>;
type Entry = StorageEntryMetadata<PortableForm>;

fn pallet<'a>(metadata: &'a RuntimeMetadataV14, name: &str) -> Option<&'a Pallet> {
    metadata.pallets.iter().find(|pallet| pallet.name == name)
}

fn entries(pallet: &Pallet) -> impl Iterator<Item = &Entry> {
    let storage = pallet.storage.iter();
    storage.flat_map(|storage| &storage.entries)
}

/// Whether an entry is made anew in each block.
fn is_of_one_block(pallet: &Pallet, entry: &Entry) -> bool {
    pallet.name == "System" && entry.name == "Events"
}

/// Returns an error that says why this release would misread what the previous release has stored in an entry, if it
/// would.
fn entry_changed(old: &Entry, new: &Pallet, types: &mut Readable) -> Result<(), String> {
    let Some(new) = entries(new).find(|new| new.name == old.name) else {
        return Err("is gone, and what was in it would stay".into());
    };
    if old.modifier != new.modifier || old.default != new.default {
        return Err("is another value where nothing is stored".into());
    }
    match (&old.ty, &new.ty) {
        (StorageEntryType::Plain(old), StorageEntryType::Plain(new)) => types.check(old.id, new.id),
        (
            StorageEntryType::Map {
                hashers: old_hashers,
                key: old_key,
                value: old_value,
            },
            StorageEntryType::Map {
                hashers,
                key,
                value,
            },
        ) => {
            if old_hashers != hashers {
                return Err("has keys that are hashed otherwise".into());
            }
            types.check(old_key.id, key.id)?;
            types.check(old_value.id, value.id)
        }
        _ => Err("is no map any more, or became one".into()),
    }
}

#[test]
fn the_kept_release_is_what_its_record_says_and_this_is_a_later_one() {
    let version = previous_version();
    assert_eq!(record("hash"), format!("0x{}", hex(&blake2_256(WASM))));
    assert_eq!(record("spec_version"), version.spec_version.to_string());
    assert_eq!(version.spec_name, VERSION.spec_name);
    assert!(
        VERSION.spec_version > version.spec_version,
        "raise spec_version in runtime/src/lib.rs: release {} is published",
        version.spec_version
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_pallet_that_stores_otherwise_than_before_has_another_storage_version() {
    let current = current();
    let mut types = Readable::new(&PREVIOUS.types, &current.types);
    let (before, now) = (previous_genesis(), genesis("local_testnet", json!({})));
    let mut broken = Vec::new();
    for old in &PREVIOUS.pallets {
        let Some(new) = pallet(&current, &old.name) else {
            broken.extend(entries(old).map(|entry| format!("{}.{} is gone", old.name, entry.name)));
            continue;
        };
        let is_migrated = storage_version(&now, &new.name) > storage_version(&before, &old.name);
        for entry in entries(old).filter(|entry| !is_of_one_block(old, entry)) {
            match entry_changed(entry, new, &mut types) {
                Err(why) if !is_migrated => {
                    broken.push(format!("{}.{} {why}", old.name, entry.name));
                }
                _ => {}
            }
        }
    }
    assert!(
        broken.is_empty(),
        "migrate these (a new StorageVersion of the pallet, and its migration in the runtime):\n{}",
        broken.join("\n")
    );
}

#[test]
fn a_call_that_is_encoded_otherwise_than_before_has_another_transaction_version() {
    let current = current();
    let mut types = Readable::new(&PREVIOUS.types, &current.types);
    let call = |metadata: &RuntimeMetadataV14| {
        let extrinsic = metadata.types.resolve(metadata.extrinsic.ty.id).unwrap();
        let mut parameters = extrinsic.type_params.iter();
        let call = parameters.find(|parameter| parameter.name == "Call");
        call.unwrap().ty.unwrap().id
    };
    let extensions = |metadata: &RuntimeMetadataV14| -> Vec<_> {
        let extensions = metadata.extrinsic.signed_extensions.iter();
        extensions
            .map(|one| (one.identifier.clone(), one.ty.id, one.additional_signed.id))
            .collect()
    };
    let mut changed = types.check(call(&PREVIOUS), call(&current));
    let (old, new) = (extensions(&PREVIOUS), extensions(&current));
    if old
        .iter()
        .map(|one| &one.0)
        .ne(new.iter().map(|one| &one.0))
    {
        changed = Err("signed extensions are others".into());
    }
    for (old, new) in old.iter().zip(&new) {
        changed = changed
            .and(types.check(old.1, new.1))
            .and(types.check(old.2, new.2));
    }
    if let Err(why) = changed {
        assert!(
            VERSION.transaction_version > previous_version().transaction_version,
            "raise transaction_version in runtime/src/lib.rs: {why}"
        );
    }
}

/// Makes blocks until no migration is under way, or for a while.
fn migrate(chain: &mut Chain) {
    for _ in 0..PATIENCE {
        if !chain.read(MultiBlockMigrations::ongoing) {
            break;
        }
        chain.block(Vec::new());
    }
}

#[test]
fn the_first_block_of_this_release_brings_the_state_of_the_previous_one_up_to_it() {
    let before = previous_genesis();
    let now = genesis("local_testnet", json!({}));
    // Every block checks the market's invariants.
    let mut chain = Chain::starting_from(before);
    migrate(&mut chain);
    let upgraded = chain.read(frame_system::LastRuntimeUpgrade::<Runtime>::get);
    assert_eq!(upgraded.unwrap().spec_version.0, VERSION.spec_version);
    for pallet in current().pallets {
        let key = storage_prefix(pallet.name.as_bytes(), STORAGE_VERSION_STORAGE_KEY_POSTFIX);
        let stored = chain.read(|| frame_support::storage::unhashed::get_or_default::<u16>(&key));
        assert_eq!(
            stored,
            storage_version(&now, &pallet.name),
            "{} has a storage version without a migration to it",
            pallet.name
        );
    }
    chain.block(Vec::new());
}

/// Regression: release 1 takes a reward of half for finders, with which the locks of a lie do not pay everybody. The
/// chain kept it after the upgrade, and no parameter could be set any more.
// RELEASE-1: remove when release 3 is main
#[test]
fn a_parameter_that_this_release_does_not_allow_goes_back_to_its_default() {
    let half = MarketParameter::FinderReward(Perbill::from_percent(50));
    let mut chain = Chain::without_a_block(previous_genesis());
    chain.block_of(call_previous);
    let next = chain.height() + 1;
    let parameter = half.clone();
    chain.read(|| {
        let set = pallet_market_parameters::Call::<Runtime>::set_parameter { parameter };
        let call = Box::new(set.into());
        Scheduler::schedule(RuntimeOrigin::root(), next, None, 0, call).unwrap();
    });
    chain.block_of(call_previous);
    chain.read(|| {
        assert_eq!(Changed::<Runtime>::get(), vec![half.clone()]);
        assert!(MarketRelations::check().is_err());
    });

    // Every block of this release checks the market's invariants.
    chain.block(Vec::new());
    let reset = pallet_market_parameters::Event::<Runtime>::ParameterReset { parameter: half };
    let reset = RuntimeEvent::from(reset);
    chain.read(|| {
        assert!(System::events().iter().any(|record| record.event == reset));
        assert_eq!(FinderReward::get(), FinderReward::DEFAULT);
        assert_eq!(MarketRelations::check(), Ok(()));
    });
    migrate(&mut chain);
    let fee = MarketParameter::SubmissionFee(25 * MILLI);
    chain.read(|| MarketParameters::set_parameter(RuntimeOrigin::root(), fee).unwrap());
    chain.block(Vec::new());
    assert_eq!(chain.read(SubmissionFee::get), 25 * MILLI);
}

/// The previous form, as the migration reads it, is what the previous release says that it stores. Once the previous
/// release has version 2, the migration goes, and this test with it.
// RELEASE-1: remove when release 3 is main
#[test]
fn a_migration_reads_what_the_previous_release_has_stored() {
    for (name, ty) in [
        ("Devices", MetaType::new::<v1::Device<AccountId>>()),
        ("Occupations", MetaType::new::<v1::Occupation>()),
    ] {
        let mut registry = Registry::new();
        let taken_for = registry.register_type(&ty).id;
        let registry = PortableRegistry::from(registry);
        let pallet = pallet(&PREVIOUS, "ProviderStaking").unwrap();
        let entry = entries(pallet).find(|entry| entry.name == name).unwrap();
        let StorageEntryType::Map { value, .. } = &entry.ty else {
            panic!("{name} is no map");
        };
        let same = Readable::new(&PREVIOUS.types, &registry).check(value.id, taken_for);
        same.unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

/// Has the crowd register, outside of any block.
fn register_crowd(chain: &mut Chain) {
    for number in 0..CROWD {
        let mut seed = [7; 32];
        seed[..4].copy_from_slice(&number.to_le_bytes());
        let (account, worker) = (AccountId::new(seed), sr25519::Pair::from_seed(&seed));
        let statement = Statement::Join {
            provider: account.clone(),
        };
        let proof = chain.proof(&worker, &statement);
        chain.read(|| {
            Balances::mint_into(&account, 2_000 * UNIT).unwrap();
            let origin = RuntimeOrigin::signed(account);
            ProviderStaking::register_provider(
                origin.clone(),
                1_000 * UNIT,
                worker.public().into(),
                [9; 32],
                Default::default(),
                proof,
            )
            .unwrap();
            for number in 0..MaxDevices::get() {
                let spec = device([number as u8; 32]);
                let ask = AskPrice(ask(300));
                ProviderStaking::register_device(origin.clone(), spec, ask, 1).unwrap();
            }
        });
    }
}

/// The state is that of the previous release, with more devices than one block can migrate. A job runs meanwhile.
#[test]
fn a_migration_goes_on_over_blocks_while_the_market_stands_still() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let running = submit(&mut chain, Charlie, submission(expecting_output()));
    let on = assignment(&mut chain, running);
    bob.start(&mut chain, on);
    register_crowd(&mut chain);
    let devices = (CROWD * MaxDevices::get() + 1) as usize;
    let readable = |chain: &mut Chain| chain.read(|| Devices::<Runtime>::iter().count());
    assert_eq!(readable(&mut chain), devices);
    chain.read(|| {
        v1::restore::<Runtime>();
        let previous = LastRuntimeUpgradeInfo::from(previous_version());
        frame_system::LastRuntimeUpgrade::<Runtime>::put(previous);
    });

    let mut seen = vec![readable(&mut chain)];
    assert_eq!(seen, [0], "not what this release reads");
    let clock = chain.read(MarketClock::market_block);
    loop {
        chain.block(Vec::new());
        let used = chain.read(System::block_weight).total();
        assert!(
            used.ref_time() <= MAX_BLOCK_WEIGHT.ref_time(),
            "{used:?} is more than a block has"
        );
        assert!(chain.read(MarketClock::is_paused));
        assert_eq!(chain.read(MarketClock::market_block), clock);
        let now = readable(&mut chain);
        assert!(now > seen[seen.len() - 1], "no step forward: {seen:?}");
        seen.push(now);
        if !chain.read(MultiBlockMigrations::ongoing) {
            break;
        }
        let version = chain.read(ProviderStaking::on_chain_storage_version);
        assert_eq!(version, 1, "it is not done");
    }
    assert!(seen.len() > 3, "it took two blocks at most: {seen:?}");
    assert_eq!(seen[seen.len() - 1], devices);
    let occupations = chain.read(|| Occupations::<Runtime>::iter().count());
    assert_eq!(occupations, 1);
    let version = chain.read(ProviderStaking::on_chain_storage_version);
    assert_eq!(version, 2);

    // The market does not resume by itself.
    chain.block(Vec::new());
    assert!(chain.read(MarketClock::is_paused));
    chain.read(|| MarketClock::resume(RuntimeOrigin::root()).unwrap());

    // The job ends as it would have, and its device gets another.
    bob.commit(&mut chain, on, OUTPUT);
    bob.reveal(&mut chain, on, OUTPUT);
    let status = task(&mut chain, running).status;
    assert!(matches!(status, TaskStatus::Settled { .. }), "{status:?}");
    let next = submit(&mut chain, Charlie, submission(expecting_output()));
    assignment(&mut chain, next);
}
