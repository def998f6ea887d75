//! A check whether a runtime can read what is stored.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, Context, Result};
use codec::Decode;
use frame_metadata::{
    v14::{RuntimeMetadataV14, StorageEntryType},
    RuntimeMetadata, RuntimeMetadataPrefixed,
};
use frame_support::{storage::storage_prefix, traits::STORAGE_VERSION_STORAGE_KEY_POSTFIX};
use scale_decode::visitor::{decode_with_visitor, IgnoreVisitor};
use scale_info::PortableRegistry;
use sp_core::storage::well_known_keys::is_default_child_storage_key;

use crate::Client;

/// A pallet's storage entry, or its storage version.
struct Entry {
    name: String,
    is_map: bool,
    /// `None` for a storage version.
    ty: Option<u32>,
}

/// The entries that a runtime knows, by the hashes that their keys begin with.
pub struct Entries {
    known: BTreeMap<[u8; 32], Entry>,
    types: PortableRegistry,
}

impl Entries {
    /// Returns the entries of the runtime at this block.
    ///
    /// # Errors
    /// If the node does not answer, or its metadata is malformed.
    pub async fn at(client: &Client, block: &str) -> Result<Self> {
        let metadata: String = client.call("state_getMetadata", &[block.into()]).await?;
        let metadata = hex::decode(metadata.trim_start_matches("0x")).context("the metadata")?;
        match RuntimeMetadataPrefixed::decode(&mut &metadata[..])?.1 {
            RuntimeMetadata::V14(metadata) => Ok(metadata.into()),
            other => bail!("metadata of version {}", other.version()),
        }
    }

    /// Returns what the runtime cannot read of a state, one line each: keys of no entry, and values that are not of
    /// their entry's type.
    pub fn unreadable(&self, state: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<String> {
        let mut lines = Vec::new();
        for (key, value) in state {
            if let Err(why) = self.read(key, value) {
                lines.push(format!("0x{}: {why:#}", hex::encode(key)));
            }
        }
        lines
    }

    /// Returns the entries in which something is stored, as `Pallet.Entry`.
    pub fn used(&self, state: &BTreeMap<Vec<u8>, Vec<u8>>) -> BTreeSet<&str> {
        let entries = state.keys().filter_map(|key| self.entry(key));
        entries.map(|entry| entry.name.as_str()).collect()
    }

    fn entry(&self, key: &[u8]) -> Option<&Entry> {
        self.known.get(key.get(..32)?)
    }

    fn read(&self, key: &[u8], mut value: &[u8]) -> Result<()> {
        // `:code` and the like belong to the node. No pallet has child tries.
        if key.starts_with(b":") && !is_default_child_storage_key(key) {
            return Ok(());
        }
        let entry = self.entry(key).context("of no entry")?;
        let name = &entry.name;
        if entry.is_map != (key.len() > 32) {
            bail!("{name}: the key has {} bytes", key.len());
        }
        match entry.ty {
            Some(ty) => {
                let ignore = IgnoreVisitor::<PortableRegistry>::new();
                decode_with_visitor(&mut value, ty, &self.types, ignore)
                    .with_context(|| name.clone())?;
            }
            None => {
                u16::decode(&mut value).with_context(|| name.clone())?;
            }
        }
        if !value.is_empty() {
            bail!("{name}: {} bytes are left over", value.len());
        }
        Ok(())
    }
}

impl From<RuntimeMetadataV14> for Entries {
    fn from(metadata: RuntimeMetadataV14) -> Self {
        let mut known = BTreeMap::new();
        for pallet in metadata.pallets {
            let version = Entry {
                name: format!("{}'s storage version", pallet.name),
                is_map: false,
                ty: None,
            };
            let of_pallet = |name| storage_prefix(pallet.name.as_bytes(), name);
            known.insert(of_pallet(STORAGE_VERSION_STORAGE_KEY_POSTFIX), version);
            let Some(storage) = pallet.storage else {
                continue;
            };
            for entry in storage.entries {
                let prefix = storage_prefix(storage.prefix.as_bytes(), entry.name.as_bytes());
                let (is_map, ty) = match entry.ty {
                    StorageEntryType::Plain(value) => (false, value),
                    StorageEntryType::Map { value, .. } => (true, value),
                };
                let name = format!("{}.{}", pallet.name, entry.name);
                let ty = Some(ty.id);
                known.insert(prefix, Entry { name, is_map, ty });
            }
        }
        Self {
            known,
            types: metadata.types,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicpw_runtime::Runtime;
    use codec::Encode;

    fn entries() -> Entries {
        let mut state = sp_io::TestExternalities::default();
        let metadata = state.execute_with(|| Runtime::metadata_at_version(14).unwrap());
        match RuntimeMetadataPrefixed::decode(&mut &metadata[..])
            .unwrap()
            .1
        {
            RuntimeMetadata::V14(metadata) => metadata.into(),
            _ => panic!("not version 14"),
        }
    }

    fn unreadable(key: Vec<u8>, value: Vec<u8>) -> String {
        let lines = entries().unreadable(&[(key, value)].into());
        lines.join("\n")
    }

    #[test]
    fn what_is_of_its_type_is_readable_and_nothing_else_is() {
        let number = storage_prefix(b"System", b"Number").to_vec();
        assert_eq!(unreadable(number.clone(), 7u32.encode()), "");
        let short = unreadable(number.clone(), 7u16.encode());
        assert!(short.contains("System.Number"), "{short}");
        let long = unreadable(number.clone(), 7u64.encode());
        assert!(long.contains("4 bytes are left over"), "{long}");
        let deep = unreadable([number, vec![1]].concat(), 7u32.encode());
        assert!(deep.contains("the key has 33 bytes"), "{deep}");
    }

    #[test]
    fn what_no_pallet_has_is_not_readable() {
        let gone = storage_prefix(b"System", b"Gone").to_vec();
        assert!(unreadable(gone, Vec::new()).contains("of no entry"));
        assert_eq!(unreadable(b":code".to_vec(), vec![1, 2]), "");
        let version = storage_prefix(b"Tasks", STORAGE_VERSION_STORAGE_KEY_POSTFIX);
        assert_eq!(unreadable(version.to_vec(), 1u16.encode()), "");
        let used = [(version.to_vec(), 1u16.encode())].into();
        assert!(entries().used(&used).contains("Tasks's storage version"));
    }
}
