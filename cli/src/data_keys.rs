//! The data keys of sealed tasks. Each is in a file of its own that only its owner can read.

use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use aicpw_protocol::{
    hashing::Hash,
    sealing::{key_commitment, DataKey},
    ContentId,
};
use serde::{Deserialize, Serialize};

use crate::{
    account::Account,
    error::{Error, Result},
    hash::{parse_hash, show_hash},
    user_data::{make_private, unix_ms, user_data_folder},
    whole_file::WholeFile,
};

/// The version in a key's file.
const VERSION: &str = "aicpw.data-key/v1";

/// How much of a file is read at most: more than a key file ever has.
const MOST_BYTES: u64 = 1 << 16;

/// What to say about a file that holds no key.
struct Expected {
    why: &'static str,
    next: &'static str,
}

/// For a file in the folder of keys.
const KEPT: Expected = Expected {
    why: "it is damaged",
    next: "restore it, or `aicpw keys import` a copy",
};

/// For a file that is being imported, which may be any file.
const GIVEN: Expected = Expected {
    why: "it is another file, or damaged",
    next: "give one that `aicpw keys export` has written",
};

impl Expected {
    fn wrong(&self, path: &Path, why: &str) -> Error {
        Error::other(format!("{} is not a data key: {why}", path.display())).hint(self.next)
    }
}

/// Where the keys are.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct DataKeyArgs {
    /// Folder with the data keys of sealed tasks [default: aicpw/data-keys in the user's data
    /// folder, ~/.local/share]
    #[arg(
        long,
        global = true,
        env = "AICPW_DATA_KEYS",
        value_name = "DIR",
        help_heading = "Key"
    )]
    pub data_keys: Option<PathBuf>,
}

impl DataKeyArgs {
    /// Opens the folder of keys. Most commands need no key, so it is not an error yet if no place for it is known.
    pub fn open(&self) -> DataKeys {
        let folder = self.data_keys.clone();
        DataKeys {
            folder: folder.or_else(|| Some(user_data_folder()?.join("aicpw").join("data-keys"))),
        }
    }
}

/// A key with what a person wants to know about it.
#[derive(Serialize, Deserialize, Clone)]
pub struct Record {
    version: String,
    /// The data key: a secret.
    key: String,
    /// The key commitment, which the task names.
    pub commitment: String,
    /// The CID of the sealed manifest.
    pub manifest: ContentId,
    /// Who submitted the task, as an address.
    pub requester: String,
    /// The hash of the chain's block 0.
    pub genesis: String,
    /// When the key was made, in milliseconds since the Unix epoch.
    pub created: u64,
}

impl Record {
    /// Makes the record of a new key.
    pub fn new(key: &DataKey, manifest: &ContentId, requester: Account, genesis: &Hash) -> Self {
        Self {
            version: VERSION.into(),
            key: show_hash(key.bytes()),
            commitment: show_hash(&key.commitment()),
            manifest: manifest.clone(),
            requester: requester.to_string(),
            genesis: show_hash(genesis),
            created: unix_ms(),
        }
    }

    fn parse(text: &[u8], path: &Path, expected: &Expected) -> Result<(Self, DataKey)> {
        let wrong = |why: &str| expected.wrong(path, why);
        // The parser's own message could quote the key.
        let record: Self = serde_json::from_slice(text).map_err(|_| wrong(expected.why))?;
        if record.version != VERSION {
            return Err(wrong(&format!("version {} is not known", record.version)));
        }
        let key = parse_hash(&record.key).map_err(|_| wrong("it is damaged"))?;
        if show_hash(&key_commitment(&key)) != record.commitment {
            return Err(wrong("the key is not the one of its commitment"));
        }
        Ok((record, DataKey::from_bytes(key)))
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("commitment", &self.commitment)
            .finish_non_exhaustive()
    }
}

/// The folder of keys.
#[derive(Clone, Debug)]
pub struct DataKeys {
    folder: Option<PathBuf>,
}

impl DataKeys {
    fn folder(&self) -> Result<&Path> {
        self.folder.as_deref().ok_or_else(|| {
            Error::usage("there is no user's data folder for the data keys: HOME is not set")
                .hint("name a folder with --data-keys or AICPW_DATA_KEYS")
        })
    }

    fn path_of(&self, commitment: &str) -> Result<PathBuf> {
        Ok(self.folder()?.join(format!("{commitment}.json")))
    }

    /// Saves a key, unless it can be loaded already; when this returns, it is on the disk. A file of the same name that
    /// is damaged, or that others can read, is replaced.
    ///
    /// # Errors
    /// The file cannot be written, or another key is in it.
    pub fn save(&self, record: &Record) -> Result<PathBuf> {
        let folder = self.folder()?;
        let path = self.path_of(&record.commitment)?;
        make_private(folder).map_err(|error| Error {
            hint: Some("name another folder with --data-keys or AICPW_DATA_KEYS".into()),
            ..Error::file("make the folder", folder, &error)
        })?;
        let is_bad = match read_content(&path, &KEPT) {
            // That may be the only copy of the other key.
            Ok((other, _)) if other.commitment != record.commitment => {
                return Err(misnamed(&path, &other));
            }
            Ok(_) => require_private(&path).is_err(),
            Err(_) => path.symlink_metadata().is_ok(),
        };
        let mut file = WholeFile::begin(&path)?;
        file.write_json(record)?;
        match is_bad {
            true => file.overwrite_for_owner()?,
            false => file.create_for_owner()?,
        }
        Ok(path)
    }

    /// The key with this commitment.
    ///
    /// # Errors
    /// The key is missing or damaged, or others can read its file.
    pub fn load(&self, commitment: &Hash) -> Result<(Record, DataKey)> {
        let name = show_hash(commitment);
        let path = self.path_of(&name)?;
        if !path.exists() {
            return Err(Error::other(format!(
                "the data key {name} is not in {}",
                self.folder()?.display()
            ))
            .hint(
                "`aicpw keys export` where the task was submitted, and `aicpw keys import` here",
            ));
        }
        let (record, key) = read(&path)?;
        if record.commitment != name {
            return Err(misnamed(&path, &record));
        }
        Ok((record, key))
    }

    /// The commitment of the only key whose commitment begins with this text.
    ///
    /// # Errors
    /// There is no such key, or more than one.
    pub fn find(&self, begins: &str) -> Result<Hash> {
        if let Ok(whole) = parse_hash(begins) {
            return Ok(whole);
        }
        let (records, _) = self.list()?;
        let mut found = records
            .iter()
            .map(|record| &record.commitment)
            .filter(|commitment| commitment.starts_with(begins));
        match (found.next(), found.next()) {
            (Some(commitment), None) => parse_hash(commitment).map_err(Error::other),
            (Some(_), Some(_)) => Err(Error::usage(format!(
                "several data keys begin with {begins}"
            ))
            .hint("give more digits; `aicpw keys ls --json` shows all of them")),
            (None, _) => Err(Error::other(format!(
                "no data key in {} begins with {begins}",
                self.folder()?.display()
            ))
            .hint("`aicpw keys ls` lists those on this machine")),
        }
    }

    /// All keys, newest first, and the errors of those files that hold none.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<(Vec<Record>, Vec<Error>)> {
        let folder = self.folder()?;
        let failed = |error: std::io::Error| Error::file("read", folder, &error);
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok((Vec::new(), Vec::new()))
            }
            entries => entries.map_err(failed)?,
        };
        let (mut records, mut problems) = (Vec::new(), Vec::new());
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                match read(&path) {
                    Ok((record, _)) => records.push(record),
                    Err(error) => problems.push(error),
                }
            }
        }
        records.sort_by(|a, b| (b.created, &b.commitment).cmp(&(a.created, &a.commitment)));
        Ok((records, problems))
    }
}

/// The error that the file of one key has another one in it.
fn misnamed(path: &Path, other: &Record) -> Error {
    Error::other(format!(
        "{} holds the data key {}",
        path.display(),
        other.commitment
    ))
    .hint("move that file to another folder, and `aicpw keys import` it from there")
}

/// Reads a key from a file in the folder of keys.
///
/// # Errors
/// The file holds no key, or others can read it.
fn read(path: &Path) -> Result<(Record, DataKey)> {
    read_as(path, &KEPT)
}

/// Reads a key from a file that the user names, wherever it is.
///
/// # Errors
/// As of [`read`].
pub fn read_given(path: &Path) -> Result<(Record, DataKey)> {
    read_as(path, &GIVEN)
}

fn read_as(path: &Path, expected: &Expected) -> Result<(Record, DataKey)> {
    let found = read_content(path, expected)?;
    // Who can read the file matters only if it holds a key.
    require_private(path)?;
    Ok(found)
}

/// Reads a key from a file, whoever else can read that.
fn read_content(path: &Path, expected: &Expected) -> Result<(Record, DataKey)> {
    let failed = |error: std::io::Error| Error::file("read", path, &error);
    let info = std::fs::metadata(path).map_err(failed)?;
    // A path that is not a regular file may have no end, or block until somebody writes.
    if !info.is_file() {
        return Err(expected.wrong(path, expected.why));
    }
    let mut text = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MOST_BYTES)
        .read_to_end(&mut text)
        .map_err(failed)?;
    Record::parse(&text, path, expected)
}

/// Refuses a file that others can read.
fn require_private(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let info = std::fs::metadata(path).map_err(|error| Error::file("read", path, &error))?;
        let mode = info.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::other(format!(
                "{} can be read by others (mode {:o})",
                path.display(),
                mode & 0o777
            ))
            .hint(format!("chmod 600 {}", path.display())));
        }
    }
    Ok(())
}

/// Writes a key to a new file that only its owner can read.
///
/// # Errors
/// The file exists already, or cannot be written.
pub fn write_new(path: &Path, record: &Record) -> Result<()> {
    let failed = |error: std::io::Error| Error::file("write", path, &error);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    let text = serde_json::to_string_pretty(record).map_err(Error::other)?;
    writeln!(file, "{text}").map_err(failed)?;
    file.sync_all().map_err(failed)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

    /// A folder of keys that has this one key in it.
    pub fn with_key(key: &DataKey) -> (tempfile::TempDir, DataKeys) {
        let dir = tempfile::tempdir().unwrap();
        let keys = DataKeys {
            folder: Some(dir.path().join("keys")),
        };
        let manifest = CID.parse().unwrap();
        keys.save(&Record::new(key, &manifest, Account([1; 32]), &[2; 32]))
            .unwrap();
        (dir, keys)
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let key = DataKey::from_bytes([7; 32]);
        let (_dir, keys) = with_key(&key);
        let (record, found) = keys.load(&key.commitment()).unwrap();
        assert_eq!(found, key);
        assert_eq!(record.manifest.to_string(), CID);
        assert!(!format!("{record:?}").contains(&record.key));
        // A second time: the first file stays.
        keys.save(&record).unwrap();
        let (records, problems) = keys.list().unwrap();
        assert_eq!((records.len(), problems.len()), (1, 0));

        let error = keys.load(&[1; 32]).unwrap_err();
        assert!(error.hint.unwrap().contains("keys import"));
        let name = show_hash(&key.commitment());
        assert_eq!(keys.find(&name[..10]).unwrap(), key.commitment());
        assert_eq!(keys.find(&name).unwrap(), key.commitment());
        let error = keys.find("0x00000000").unwrap_err();
        assert!(error.hint.unwrap().contains("keys ls"));
        // Every commitment begins with this text.
        let other = DataKey::from_bytes([8; 32]);
        let manifest = CID.parse().unwrap();
        keys.save(&Record::new(&other, &manifest, Account([1; 32]), &[2; 32]))
            .unwrap();
        assert!(keys.find("0x").unwrap_err().message.contains("several"));

        let exported = keys.folder().unwrap().join("exported");
        write_new(&exported, &record).unwrap();
        assert_eq!(read(&exported).unwrap().1, key);
        let error = write_new(&exported, &record).unwrap_err();
        assert!(error
            .message
            .ends_with("exists already, and is never overwritten"));
        assert!(error.hint.unwrap().contains("another name"));
    }

    #[test]
    fn without_a_place_for_keys_only_those_who_need_one_fail() {
        let nowhere = DataKeys { folder: None };
        let error = nowhere.load(&[1; 32]).unwrap_err();
        assert!(error.hint.unwrap().contains("--data-keys"));
        assert!(nowhere.list().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_a_key() {
        use std::os::unix::fs::PermissionsExt;
        let key = DataKey::from_bytes([7; 32]);
        let (_dir, keys) = with_key(&key);
        let path = keys.path_of(&show_hash(&key.commitment())).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(keys.folder().unwrap()), 0o700);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = keys.load(&key.commitment()).unwrap_err();
        assert!(error.hint.unwrap().contains("chmod 600"));
    }

    /// Regression: `keys import` said that it had imported the key, and left the damaged file where it was.
    #[test]
    fn a_file_that_holds_no_key_is_replaced_by_the_key_that_is_imported() {
        let key = DataKey::from_bytes([7; 32]);
        let (_dir, keys) = with_key(&key);
        let (record, _) = keys.load(&key.commitment()).unwrap();
        let path = keys.path_of(&show_hash(&key.commitment())).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for damaged in [&whole[..whole.len() / 2], b""] {
            std::fs::write(&path, damaged).unwrap();
            assert!(keys.load(&key.commitment()).is_err());
            assert_eq!(keys.save(&record).unwrap(), path);
            assert_eq!(keys.load(&key.commitment()).unwrap().1, key);
        }
    }

    /// Regression: the same with a file that others can read.
    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_replaced_by_the_key_that_is_imported() {
        use std::os::unix::fs::PermissionsExt;
        let key = DataKey::from_bytes([7; 32]);
        let (_dir, keys) = with_key(&key);
        let (record, _) = keys.load(&key.commitment()).unwrap();
        let path = keys.path_of(&show_hash(&key.commitment())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        keys.save(&record).unwrap();
        assert_eq!(keys.load(&key.commitment()).unwrap().1, key);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_in_the_file_of_another_is_never_replaced() {
        let key = DataKey::from_bytes([7; 32]);
        let (_dir, keys) = with_key(&key);
        let (record, _) = keys.load(&key.commitment()).unwrap();
        let path = keys.path_of(&record.commitment).unwrap();
        let other = DataKey::from_bytes([8; 32]);
        let manifest = CID.parse().unwrap();
        let another = Record::new(&other, &manifest, Account([1; 32]), &[2; 32]);
        std::fs::rename(keys.save(&another).unwrap(), &path).unwrap();
        let misplaced = std::fs::read(&path).unwrap();
        for error in [
            keys.save(&record).unwrap_err(),
            keys.load(&key.commitment()).unwrap_err(),
        ] {
            assert!(error.message.contains(&another.commitment), "{error}");
            let hint = error.hint.unwrap();
            assert!(hint.contains("keys import"), "{hint}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), misplaced);
    }

    /// Regression: a picture was called a damaged key that should be restored.
    #[test]
    fn another_file_is_not_taken_for_a_damaged_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("picture");
        for content in [&b"\x89PNG\r\n"[..], b"{}", b"", &[b' '; 100_000]] {
            std::fs::write(&path, content).unwrap();
            let error = read_given(&path).unwrap_err();
            let said = "is not a data key: it is another file, or damaged";
            assert!(error.message.ends_with(said), "{error}");
            let hint = error.hint.unwrap();
            assert!(hint.contains("keys export"), "{hint}");
        }
        let error = read_given(dir.path()).unwrap_err();
        assert!(error.message.contains("is not a data key"), "{error}");
    }

    #[test]
    fn a_place_where_no_key_can_be_kept_is_named_by_its_option() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let keys = DataKeys {
            folder: Some(file.path().join("keys")),
        };
        let manifest = CID.parse().unwrap();
        let key = DataKey::from_bytes([7; 32]);
        let record = Record::new(&key, &manifest, Account([1; 32]), &[2; 32]);
        let hint = keys.save(&record).unwrap_err().hint.unwrap();
        assert!(hint.contains("--data-keys"), "{hint}");
    }

    #[test]
    fn a_damaged_key_is_told_and_not_quoted() {
        let key = DataKey::from_bytes([7; 32]);
        let (_dir, keys) = with_key(&key);
        let path = keys.path_of(&show_hash(&key.commitment())).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let other = text.replace(&"07".repeat(32), &"08".repeat(32));
        for (damaged, why) in [
            (other.as_str(), "not the one of its commitment"),
            (&text.replace("/v1", "/v9"), "v9 is not known"),
            (&text[..text.len() / 2], "damaged"),
        ] {
            std::fs::write(&path, damaged).unwrap();
            let error = keys.load(&key.commitment()).unwrap_err();
            assert!(error.message.contains(why), "{error}");
            assert!(!error.to_string().contains(&"07".repeat(8)), "{error}");
        }
        let (records, problems) = keys.list().unwrap();
        assert_eq!((records.len(), problems.len()), (0, 1));
    }
}
