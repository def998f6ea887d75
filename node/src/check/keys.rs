//! Checks of keys: whether the node has the keys that it signs with, and only the node can read them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use aicpw_offchain_worker::secret;
use aicpw_primitives::worker_key;
use aicpw_runtime::SessionKeys;
use sc_cli::CliConfiguration;
use sc_network::config::{NodeKeyConfig, Secret};
use sc_service::config::KeystoreConfig;
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::OpaqueKeys;

use super::{report::Finding, Subject};
use crate::worker::worker_folder;

/// Checks everything about keys.
pub fn examine(subject: &Subject<'_>) -> sc_cli::Result<Vec<Finding>> {
    let keystore = match subject.run.keystore_config(&subject.folder)? {
        KeystoreConfig::Path { path, .. } => path,
        KeystoreConfig::InMemory => return Ok(Vec::new()),
    };
    let secret = worker_folder(&subject.folder).join(secret::FILE);
    let mut secrets = vec![keystore.clone(), secret];
    secrets.extend(network_key(subject));
    // The base path, `chains`, and the folder of this chain.
    if subject.folder.ancestors().take(3).any(nobody_enters) {
        secrets.retain(|secret| !secret.starts_with(&subject.folder));
    }
    let mut findings = vec![private(&secrets)];
    let has_dev_keys = subject.run.dev_key_seed(subject.is_dev)?.is_some();
    if subject.is_validator && !has_dev_keys {
        findings.push(session(&keystore));
        findings.push(network(subject));
    }
    if subject.market.provider {
        findings.push(worker(&keystore));
    }
    Ok(findings)
}

/// Returns the file with the key of the node's network identity, if the key is in a file. Whoever has this key can take
/// the node's place among its peers.
fn network_key(subject: &Subject<'_>) -> Option<PathBuf> {
    match subject.run.node_key(&subject.folder.join("network")) {
        Ok(NodeKeyConfig::Ed25519(Secret::File(path))) => Some(path),
        // The key is in the arguments, or there is none, which another check reports.
        Ok(NodeKeyConfig::Ed25519(Secret::Input(_) | Secret::New)) | Err(_) => None,
    }
}

/// Whether nobody else can reach anything in a folder, whatever the permissions of the files in it are.
fn nobody_enters(folder: &Path) -> bool {
    mode(folder).is_some_and(|mode| mode & 0o011 == 0)
}

/// Checks that nobody else can read these paths, and what is in them.
fn private(paths: &[PathBuf]) -> Finding {
    const NAME: &str = "keystore";
    let inside = |path: &PathBuf| {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    // A folder that others cannot enter protects its contents, whatever their permissions are.
    let mut open = Vec::new();
    for path in paths {
        match mode(path) {
            Some(mode) if mode & 0o077 != 0 && path.is_dir() => {
                let inside = inside(path).into_iter();
                open.extend(inside.filter(|path| mode_is_open(path)));
            }
            Some(mode) if mode & 0o077 != 0 => open.push(path.clone()),
            _ => {}
        }
    }
    match open.first() {
        Some(first) => Finding::unfit(
            NAME,
            format!(
                "{} of its secrets can be read by others, such as {}",
                open.len(),
                first.display()
            ),
            "chmod -R go= on it; and make new keys if others have an account on this machine",
        ),
        None => Finding::fit(NAME, "nobody else can read its secrets"),
    }
}

fn mode(path: &Path) -> Option<u32> {
    Some(fs::metadata(path).ok()?.permissions().mode())
}

fn mode_is_open(path: &Path) -> bool {
    mode(path).is_some_and(|mode| mode & 0o077 != 0)
}

/// Returns how many keys of a type are in the keystore: a file is named by type and public key.
fn count(keystore: &Path, key_type: KeyTypeId) -> usize {
    let prefix = hex::encode(key_type.0);
    let entries = fs::read_dir(keystore).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .count()
}

fn session(keystore: &Path) -> Finding {
    const NAME: &str = "keys";
    let missing: Vec<_> = SessionKeys::key_ids()
        .iter()
        .filter(|key_type| count(keystore, **key_type) == 0)
        .map(|key_type| String::from_utf8_lossy(&key_type.0).into_owned())
        .collect();
    if missing.is_empty() {
        return Finding::fit(NAME, "there are session keys of every type");
    }
    Finding::unfit(
        NAME,
        format!("there are no session keys of type {}", missing.join(", ")),
        "aicpw-node key session --owner ADDRESS, with the same --base-path and --chain",
    )
}

/// Checks the key of the network identity, without which a validator's node does not start.
fn network(subject: &Subject<'_>) -> Finding {
    const NAME: &str = "keys";
    match subject.run.node_key(&subject.folder.join("network")) {
        Ok(_) => Finding::fit(NAME, "the node has a network identity"),
        // The SDK's own error is a page about ways to make one.
        Err(sc_cli::Error::NetworkKeyNotFound(path)) => Finding::unfit(
            NAME,
            format!(
                "the node has no network identity: {} is not there",
                path.display()
            ),
            "aicpw-node key generate-node-key, with the same --base-path and --chain",
        ),
        Err(error) => Finding::unfit(
            NAME,
            error.to_string(),
            "aicpw-node key generate-node-key, with the same --base-path and --chain",
        ),
    }
}

fn worker(keystore: &Path) -> Finding {
    const NAME: &str = "keys";
    match count(keystore, worker_key::KEY_TYPE) {
        0 => Finding::fit(
            NAME,
            "no worker key yet: the node makes it when its provider registers",
        ),
        1 => Finding::fit(NAME, "there is a worker key"),
        several => Finding::warning(
            NAME,
            format!("there are {several} worker keys"),
            "move those of other nodes away: two nodes that act with one key cost stake",
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::check::report::Verdict;

    fn key(keystore: &Path, key_type: KeyTypeId, number: u8) -> PathBuf {
        let path = keystore.join(format!("{}{number:064}", hex::encode(key_type.0)));
        fs::write(&path, "secret").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    #[test]
    fn a_validator_needs_session_keys_of_every_type() {
        let keystore = tempfile::tempdir().unwrap();
        let missing = session(keystore.path());
        assert_eq!(missing.verdict, Verdict::Unfit);
        assert!(missing.found.contains("babe") && missing.found.contains("gran"));
        for key_type in SessionKeys::key_ids() {
            key(keystore.path(), *key_type, 1);
        }
        assert_eq!(session(keystore.path()).verdict, Verdict::Fit);
    }

    #[test]
    fn one_worker_key_or_none_is_well() {
        let keystore = tempfile::tempdir().unwrap();
        assert_eq!(worker(keystore.path()).verdict, Verdict::Fit);
        key(keystore.path(), worker_key::KEY_TYPE, 1);
        assert_eq!(worker(keystore.path()).verdict, Verdict::Fit);
        key(keystore.path(), worker_key::KEY_TYPE, 2);
        assert_eq!(worker(keystore.path()).verdict, Verdict::Warning);
    }

    #[test]
    fn a_folder_that_nobody_else_enters_keeps_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let set = |mode| {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        };
        set(0o700);
        assert!(nobody_enters(folder.path()));
        for open in [0o755, 0o710, 0o701] {
            set(open);
            assert!(!nobody_enters(folder.path()), "{open:o}");
        }
        assert!(!nobody_enters(&folder.path().join("missing")));
    }

    #[test]
    fn secrets_that_others_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        set(folder.path(), 0o755);
        let paths = [folder.path().to_owned(), folder.path().join("missing")];
        let secret = key(folder.path(), worker_key::KEY_TYPE, 1);
        assert_eq!(private(&paths).verdict, Verdict::Fit);
        set(&secret, 0o644);
        let open = private(&paths);
        assert_eq!(open.verdict, Verdict::Unfit);
        assert!(open.found.contains(&*secret.to_string_lossy()), "{open:?}");
        // Now nobody else can enter the folder.
        set(folder.path(), 0o700);
        assert_eq!(private(&paths).verdict, Verdict::Fit);
    }
}
