//! The worker key.

use aicpw_primitives::worker_key::KEY_TYPE;
use sp_core::{crypto::Ss58Codec, sr25519};
use sp_keystore::Keystore;

use super::{hex, problem, NodeFiles};
use crate::cli::Cli;

/// What to do with the worker key.
#[derive(Debug, clap::Subcommand)]
pub enum WorkerCmd {
    /// Print the public key, which `aicpw provider register` puts on chain.
    Show(NodeFiles),

    /// Make the key, if there is none. A node that has to register does this by itself.
    Generate(NodeFiles),
}

impl WorkerCmd {
    /// Runs the command.
    ///
    /// # Errors
    /// If the keystore cannot be used, or there is no key to show.
    pub fn run(&self, cli: &Cli) -> sc_cli::Result<()> {
        let (Self::Show(files) | Self::Generate(files)) = self;
        let (keystore, path) = files.keystore(cli)?;
        let key = match self {
            Self::Show(_) => show(&*keystore),
            Self::Generate(_) => generate(&*keystore),
        };
        let key = key.map_err(|error| problem(format!("{}: {error}", path.display())))?;
        files.print(&[
            ("worker", hex(key.0)),
            ("address", key.to_ss58check()),
            ("keystore", path.display().to_string()),
        ]);
        Ok(())
    }
}

fn show(keystore: &dyn Keystore) -> Result<sr25519::Public, String> {
    match keystore.sr25519_public_keys(KEY_TYPE).as_slice() {
        [key] => Ok(*key),
        [] => Err(
            "there is no worker key yet; the node makes it when its provider registers, and \
                   `key worker generate` makes it now"
                .into(),
        ),
        several => Err(format!(
            "there are {} worker keys; a node acts with all of them, and registers with the first \
             that it finds. Move those of other nodes away",
            several.len()
        )),
    }
}

fn generate(keystore: &dyn Keystore) -> Result<sr25519::Public, String> {
    if !keystore.sr25519_public_keys(KEY_TYPE).is_empty() {
        return Err("there is a worker key already; `key worker show` prints it".into());
    }
    let made = keystore.sr25519_generate_new(KEY_TYPE, None);
    made.map_err(|error| format!("cannot make a key: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::keys::testing;

    #[test]
    fn it_is_made_once_and_shown() {
        let (_folder, keystore) = testing::keystore();
        assert!(show(&*keystore)
            .unwrap_err()
            .contains("key worker generate"));
        let key = generate(&*keystore).unwrap();
        assert_eq!(show(&*keystore).unwrap(), key);
        assert!(generate(&*keystore).unwrap_err().contains("already"));
        assert_eq!(testing::count(&keystore, KEY_TYPE), 1);

        keystore.sr25519_generate_new(KEY_TYPE, None).unwrap();
        assert!(show(&*keystore).unwrap_err().contains("2 worker keys"));
    }
}
