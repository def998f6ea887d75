//! The key to which data of sealed tasks is sealed.

use std::path::Path;

use aicpw_offchain_worker::secret::{WorkerSecret, FILE};

use super::{hex, problem, NodeFiles};
use crate::{cli::Cli, worker::worker_folder};

/// What to do with the sealing key.
#[derive(Debug, clap::Subcommand)]
pub enum SealingCmd {
    /// Print the public x25519 key, which `aicpw provider register` puts on chain, and the file that it is derived
    /// from.
    Show(NodeFiles),

    /// Make the secret that the key is derived from, if there is none. A provider's node does this by itself.
    Generate(NodeFiles),
}

impl SealingCmd {
    /// Runs the command.
    ///
    /// # Errors
    /// If the secret cannot be read or made, or there is none to show.
    pub fn run(&self, cli: &Cli) -> sc_cli::Result<()> {
        let (Self::Show(files) | Self::Generate(files)) = self;
        let folder = worker_folder(&files.folder(cli)?);
        let secret = match self {
            Self::Show(_) => show(&folder),
            Self::Generate(_) => generate(&folder),
        };
        let secret = secret.map_err(problem)?;
        files.print(&[
            ("sealingKey", hex(secret.sealing_key())),
            ("secret", folder.join(FILE).display().to_string()),
        ]);
        Ok(())
    }
}

fn show(folder: &Path) -> Result<WorkerSecret, String> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Err(format!(
            "{} is not there yet; a node makes it when it starts with --provider, and `key sealing \
             generate` makes it now",
            path.display()
        ));
    }
    WorkerSecret::open(folder).map_err(|error| error.to_string())
}

fn generate(folder: &Path) -> Result<WorkerSecret, String> {
    let path = folder.join(FILE);
    if path.exists() {
        let path = path.display();
        return Err(format!(
            "{path} is there already; `key sealing show` prints its public key"
        ));
    }
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    WorkerSecret::open(folder).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn it_is_made_once_and_shown() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("aicpw");
        assert!(show(&folder).unwrap_err().contains("key sealing generate"));
        assert!(!folder.exists(), "showing makes nothing");
        let made = generate(&folder).unwrap();
        assert_eq!(show(&folder).unwrap().sealing_key(), made.sealing_key());
        assert!(generate(&folder).unwrap_err().contains("already"));
    }
}
