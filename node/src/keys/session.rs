//! The keys of a validator's session.

use aicpw_primitives::AccountId;
use aicpw_runtime::SessionKeys;
use codec::Encode;
use sp_core::crypto::Ss58Codec;
use sp_keystore::{KeystoreExt, KeystorePtr};

use super::{hex, NodeFiles};
use crate::cli::Cli;

/// Makes new session keys in the node's keystore. Those that are there stay; the chain says which
/// count. A node that runs uses the new ones without a restart, and `author_rotateKeysWithOwner` of
/// its RPC does the same as this.
#[derive(Debug, clap::Args)]
pub struct SessionCmd {
    /// The account that will call `session.setKeys`: the keys prove that they are its own.
    #[arg(long, value_name = "ADDRESS", value_parser = account)]
    pub owner: AccountId,

    /// Which node's keys.
    #[clap(flatten)]
    pub files: NodeFiles,
}

fn account(text: &str) -> Result<AccountId, String> {
    AccountId::from_ss58check(text).map_err(|error| format!("not an address: {error}"))
}

/// What `session.setKeys` takes.
struct Made {
    keys: Vec<u8>,
    proof: Vec<u8>,
    /// Each key by its name.
    each: Vec<(String, String)>,
}

impl SessionCmd {
    /// Makes and prints them.
    ///
    /// # Errors
    /// When the keystore cannot be written.
    pub fn run(&self, cli: &Cli) -> sc_cli::Result<()> {
        let (keystore, path) = self.files.keystore(cli)?;
        let made = make(keystore, &self.owner)?;
        let each = made.each.iter();
        let each = each.map(|(name, key)| (name.as_str(), key.clone()));
        let mut values = vec![("keys", hex(&made.keys)), ("proof", hex(&made.proof))];
        values.extend(each);
        values.push(("keystore", path.display().to_string()));
        self.files.print(&values);
        if !self.files.json {
            println!(
                "\nNow {} signs session.setKeys(keys, proof). The keys count from the session after \
                 the next.",
                self.owner
            );
        }
        Ok(())
    }
}

fn make(keystore: KeystorePtr, owner: &AccountId) -> sc_cli::Result<Made> {
    let mut environment = sp_io::TestExternalities::new_empty();
    environment.register_extension(KeystoreExt::from(keystore));
    let made = environment.execute_with(|| SessionKeys::generate(&owner.encode(), None));
    let fields = serde_json::to_value(&made.keys)
        .map_err(|error| format!("cannot print the keys: {error}"))?;
    let fields = fields.as_object().into_iter().flatten();
    let each =
        fields.map(|(name, key)| (name.clone(), key.as_str().unwrap_or_default().to_owned()));
    Ok(Made {
        each: each.collect(),
        keys: made.keys.encode(),
        proof: made.proof.encode(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::keys::testing;
    use codec::Decode;
    use sp_runtime::traits::OpaqueKeys;

    #[test]
    fn new_keys_are_kept_and_prove_that_they_are_the_owners() {
        let (_folder, keystore) = testing::keystore();
        let owner = AccountId::new([7; 32]);
        let made = make(keystore.clone(), &owner).unwrap();
        for key_type in SessionKeys::key_ids() {
            assert_eq!(testing::count(&keystore, *key_type), 1, "{key_type:?}");
        }
        let keys = SessionKeys::decode(&mut made.keys.as_slice()).unwrap();
        assert!(keys.ownership_proof_is_valid(&owner.encode(), &made.proof));
        let other = AccountId::new([8; 32]);
        assert!(!keys.ownership_proof_is_valid(&other.encode(), &made.proof));
        assert_eq!(made.each.len(), SessionKeys::key_ids().len());
        assert!(made
            .each
            .iter()
            .any(|(name, key)| name == "babe" && !key.is_empty()));

        let again = make(keystore.clone(), &owner).unwrap();
        assert_ne!(again.keys, made.keys);
        for key_type in SessionKeys::key_ids() {
            assert_eq!(testing::count(&keystore, *key_type), 2, "the old ones stay");
        }
    }

    #[test]
    fn an_owner_is_an_address() {
        let owner = AccountId::new([7; 32]);
        assert_eq!(account(&owner.to_ss58check()).unwrap(), owner);
        assert!(account("//Alice").unwrap_err().contains("not an address"));
    }
}
