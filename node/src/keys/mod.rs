//! `aicpw-node key …`: the SDK's commands, and those for the keys of a validator's session, of a worker
//! and of sealed tasks. They work on the files of a node, which need not run.

mod sealing;
mod session;
mod worker;

use std::path::PathBuf;

use rustix::fs::Mode;
use sc_cli::{KeystoreParams, SharedParams, SubstrateCli};
use sc_keystore::LocalKeystore;
use sc_service::{config::KeystoreConfig, BasePath};
use sp_keystore::KeystorePtr;

use crate::cli::Cli;

/// What to do with keys.
#[derive(Debug, clap::Subcommand)]
pub enum KeyCmd {
    /// Make the keys with which a validator's node signs, and print them for `session.setKeys`.
    Session(session::SessionCmd),

    /// Make or show the key that acts for a provider's devices.
    #[command(subcommand)]
    Worker(worker::WorkerCmd),

    /// Make or show the key to which data of sealed tasks is sealed.
    #[command(subcommand)]
    Sealing(sealing::SealingCmd),

    /// The SDK's.
    #[command(flatten)]
    Sdk(sc_cli::KeySubcommand),
}

impl KeyCmd {
    /// Runs the command.
    ///
    /// # Errors
    /// If a file cannot be used, or a key is missing.
    pub fn run(&self, cli: &Cli) -> sc_cli::Result<()> {
        match self {
            Self::Session(cmd) => cmd.run(cli),
            Self::Worker(cmd) => cmd.run(cli),
            Self::Sealing(cmd) => cmd.run(cli),
            Self::Sdk(cmd) => {
                // The command writes the key of the network identity like any file, readable for all.
                rustix::process::umask(Mode::RWXG | Mode::RWXO);
                cmd.run(cli)
            }
        }
    }
}

/// Which node's keys.
#[derive(Debug, clap::Args)]
pub struct NodeFiles {
    /// Print a JSON document.
    #[arg(long)]
    pub json: bool,

    /// Which chain, and where its data is.
    #[clap(flatten)]
    pub shared: SharedParams,

    /// The keystore.
    #[clap(flatten)]
    pub keystore: KeystoreParams,
}

impl NodeFiles {
    /// Returns the folder in which the node keeps everything of its chain.
    fn folder(&self, cli: &Cli) -> sc_cli::Result<PathBuf> {
        let id = self.shared.chain_id(self.shared.is_dev());
        let spec = cli.load_spec(&id).map_err(sc_cli::Error::Input)?;
        let base = self.shared.base_path()?;
        let base = base.unwrap_or_else(|| BasePath::from_project("", "", &Cli::executable_name()));
        Ok(base.config_dir(spec.id()))
    }

    /// Opens the keystore, which is made if it is missing. Returns it with its path.
    fn keystore(&self, cli: &Cli) -> sc_cli::Result<(KeystorePtr, PathBuf)> {
        match self.keystore.keystore_config(&self.folder(cli)?)? {
            KeystoreConfig::Path { path, password } => {
                let keystore = LocalKeystore::open(&path, password).map_err(|error| {
                    problem(format!(
                        "cannot use the keystore {}: {error}",
                        path.display()
                    ))
                })?;
                Ok((keystore.into(), path))
            }
            KeystoreConfig::InMemory => Err("a keystore in memory holds nothing".into()),
        }
    }

    /// Prints pairs of name and value, as lines or as one JSON document.
    fn print(&self, values: &[(&str, String)]) {
        if self.json {
            let pairs = values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone().into()));
            println!("{:#}", serde_json::Value::Object(pairs.collect()));
            return;
        }
        let width = values.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in values {
            println!("{name:<width$}  {value}");
        }
    }
}

/// Returns an error in our own words: the SDK's conversion would call it invalid input.
fn problem(text: String) -> sc_cli::Error {
    sc_cli::Error::Application(text.into())
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod testing {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use sp_keystore::Keystore;
    use std::sync::Arc;

    /// Returns a keystore on the disk, with its folder.
    pub fn keystore() -> (tempfile::TempDir, Arc<LocalKeystore>) {
        let folder = tempfile::tempdir().unwrap();
        let keystore = LocalKeystore::open(folder.path(), None).unwrap();
        (folder, Arc::new(keystore))
    }

    /// Returns how many keys of a type there are.
    pub fn count(keystore: &LocalKeystore, key_type: sp_core::crypto::KeyTypeId) -> usize {
        keystore.keys(key_type).unwrap().len()
    }
}
