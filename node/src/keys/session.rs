//! The keys of a validator's session.

use aicpw_primitives::AccountId;
use aicpw_runtime::SessionKeys;
use codec::Encode;
use sp_core::crypto::Ss58Codec;
use sp_keystore::{Keystore, KeystoreExt, KeystorePtr};
use sp_runtime::traits::OpaqueKeys;

use super::{hex, problem, NodeFiles};
use crate::cli::Cli;

/// Makes session keys in the node's keystore. A running node uses them without a restart. `author_rotateKeysWithOwner`
/// of its RPC does the same.
#[derive(Debug, clap::Args)]
pub struct SessionCmd {
    /// The account that will call `session.setKeys`; the keys come with a proof that they belong to it.
    #[arg(long, value_name = "ADDRESS", value_parser = account)]
    pub owner: AccountId,

    /// Make another set even if there is one. The old keys stay, and the chain decides which count, so a validator can
    /// change to new keys.
    #[arg(long)]
    pub another: bool,

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
    /// Makes the keys and prints them.
    ///
    /// # Errors
    /// If there are keys already and no others are asked for, or the keystore cannot be written.
    pub fn run(&self, cli: &Cli) -> sc_cli::Result<()> {
        let (keystore, path) = self.files.keystore(cli)?;
        if !self.another {
            refuse_second(&*keystore)
                .map_err(|error| problem(format!("{}: {error}", path.display())))?;
        }
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

/// Returns an error if there are session keys already.
fn refuse_second(keystore: &dyn Keystore) -> Result<(), String> {
    let mut sets = 0;
    for key_type in SessionKeys::key_ids() {
        let keys = keystore.keys(*key_type);
        let keys = keys.map_err(|error| format!("its keys cannot be read: {error}"))?;
        sets = sets.max(keys.len());
    }
    match sets {
        0 => Ok(()),
        1 => Err(format!("there is a set of session keys already; {ADVICE}")),
        sets => Err(format!(
            "there are {sets} sets of session keys already; {ADVICE}"
        )),
    }
}

/// The advice if there are keys.
const ADVICE: &str =
    "the node signs with those that its account has given to session.setKeys. To go \
    over to new ones, or where `keys` and `proof` were lost, make another set with --another";

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
    fn another_set_has_to_be_asked_for() {
        let (_folder, keystore) = testing::keystore();
        refuse_second(&*keystore).unwrap();
        let owner = AccountId::new([7; 32]);
        make(keystore.clone(), &owner).unwrap();
        let refused = refuse_second(&*keystore).unwrap_err();
        assert!(
            refused.contains("a set") && refused.contains("--another"),
            "{refused}"
        );
        make(keystore.clone(), &owner).unwrap();
        assert!(refuse_second(&*keystore).unwrap_err().contains("2 sets"));
    }

    #[test]
    fn one_key_of_one_type_counts() {
        let (_folder, keystore) = testing::keystore();
        let key_type = *SessionKeys::key_ids().last().unwrap();
        keystore.ecdsa_generate_new(key_type, None).unwrap();
        assert!(refuse_second(&*keystore).is_err());
    }

    #[test]
    fn an_owner_is_an_address() {
        let owner = AccountId::new([7; 32]);
        assert_eq!(account(&owner.to_ss58check()).unwrap(), owner);
        assert!(account("//Alice").unwrap_err().contains("not an address"));
    }
}
