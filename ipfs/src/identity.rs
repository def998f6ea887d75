//! The node's identity: an ed25519 key that stays the same over restarts.

use anyhow::Context;
use rust_ipfs::Keypair;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FILE: &str = "identity.key";

/// Loads the key from `repo`, or makes one and stores it with mode 0600.
///
/// # Errors
/// When the file is unreadable, readable by others, or not a key: a new identity in its place would
/// silently change the address that peers know.
pub fn load_or_create(repo: &Path) -> anyhow::Result<Keypair> {
    let path = repo.join(FILE);
    match File::open(&path) {
        Ok(file) => load(file).with_context(|| format!("identity key {}", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(repo, &path).with_context(|| format!("cannot write {}", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn load(mut file: File) -> anyhow::Result<Keypair> {
    let mode = file.metadata()?.permissions().mode() & 0o777;
    anyhow::ensure!(
        mode & 0o077 == 0,
        "has mode {mode:o}; others can read it, make it 0600"
    );
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Keypair::from_protobuf_encoding(&bytes).context("is damaged; restore it or remove it")
}

fn create(repo: &Path, path: &Path) -> anyhow::Result<Keypair> {
    let key = Keypair::generate_ed25519();
    let bytes = key.to_protobuf_encoding()?;
    // Written whole and renamed, so that a crash cannot leave half a key behind.
    let temporary = repo.join(format!("{FILE}.new"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    File::open(repo)?.sync_all()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_survives_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = load_or_create(dir.path()).unwrap();
        let second = load_or_create(dir.path()).unwrap();
        assert_eq!(first.public().to_peer_id(), second.public().to_peer_id());
        let mode = std::fs::metadata(dir.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn open_or_damaged_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        load_or_create(dir.path()).unwrap();
        let path = dir.path().join(FILE);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = load_or_create(dir.path()).unwrap_err();
        assert!(format!("{error:#}").contains("0600"), "{error:#}");

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, b"junk").unwrap();
        let error = load_or_create(dir.path()).unwrap_err();
        assert!(format!("{error:#}").contains("damaged"), "{error:#}");
    }
}
