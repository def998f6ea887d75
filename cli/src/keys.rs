//! The key that signs transactions.

use std::{path::PathBuf, str::FromStr};

use subxt_signer::{sr25519::Keypair, SecretUri};

use crate::{
    account::Account,
    error::{io_cause, Error, Result},
};

/// Where the key is.
#[derive(clap::Args, Clone, Default)]
pub struct KeyArgs {
    /// Secret of the signing account: a phrase or 0x seed, with derivation (`//Alice` on a
    /// development chain). Others on this machine can see it; prefer AICPW_SURI or --key-file.
    #[arg(
        long,
        global = true,
        env = "AICPW_SURI",
        hide_env_values = true,
        value_name = "SECRET",
        help_heading = "Key"
    )]
    pub suri: Option<String>,

    /// File with the secret, readable by its owner only; goes before --suri and AICPW_SURI
    #[arg(long, global = true, value_name = "FILE", help_heading = "Key")]
    pub key_file: Option<PathBuf>,
}

// Written by hand, because a secret must not reach a log.
impl std::fmt::Debug for KeyArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyArgs")
            .field("key_file", &self.key_file)
            .finish_non_exhaustive()
    }
}

/// A key pair, and the account for which it signs.
#[derive(Clone)]
pub struct Signer {
    /// The key pair.
    pub pair: Keypair,
    /// The account.
    pub account: Account,
}

impl KeyArgs {
    /// The options that select this key again, each followed by a space; never a secret.
    pub fn again(&self) -> String {
        match (&self.key_file, &self.suri) {
            (Some(path), _) => format!("--key-file '{}' ", path.display()),
            (None, Some(suri)) if suri.starts_with("//") && !suri.contains("///") => {
                format!("--suri {suri} ")
            }
            _ => String::new(),
        }
    }

    /// The signer.
    ///
    /// # Errors
    /// No key was given, or it cannot be read.
    pub fn signer(&self) -> Result<Signer> {
        self.signer_if_given()?.ok_or_else(|| {
            Error::usage("no key to sign with").hint(
                "give --key-file FILE, or set AICPW_SURI; on a development chain: --suri //Alice",
            )
        })
    }

    /// The signer, if a key was given, for commands that also work without one.
    ///
    /// # Errors
    /// The key cannot be read.
    pub fn signer_if_given(&self) -> Result<Option<Signer>> {
        let secret = match (&self.key_file, &self.suri) {
            (Some(path), _) => read_key_file(path)?,
            (None, Some(suri)) => suri.clone(),
            (None, None) => return Ok(None),
        };
        signer(&secret).map(Some)
    }
}

fn signer(secret: &str) -> Result<Signer> {
    // The causes are left out on purpose: they could quote the secret.
    let wrong = |_| {
        Error::usage("the secret is not valid")
            .hint("it is a phrase of 12 to 24 words or a 0x seed, then derivations such as //name")
    };
    let secret = secret.trim();
    if secret.is_empty() {
        return Err(Error::usage("the secret is empty").hint(
            "`aicpw-node key generate` makes one; write its phrase into a file and give --key-file FILE",
        ));
    }
    // Without a phrase, it would be the well-known phrase from which development chains derive their accounts.
    let is_development = secret.starts_with("//") && !secret.starts_with("///");
    if secret.starts_with('/') && !is_development {
        return Err(wrong(()));
    }
    let uri = SecretUri::from_str(secret).map_err(|_| wrong(()))?;
    let pair = Keypair::from_uri(&uri).map_err(|_| wrong(()))?;
    let account = Account(pair.public_key().0);
    Ok(Signer { pair, account })
}

/// What a key file should be.
const EXPECTED: &str = "it is a text file with the secret, of mode 600";

fn read_key_file(path: &std::path::Path) -> Result<String> {
    let wrong = |error: std::io::Error| {
        Error::usage(format!(
            "--key-file: cannot read {}: {}",
            path.display(),
            io_cause(&error)
        ))
        .hint(EXPECTED)
    };
    let info = std::fs::metadata(path).map_err(wrong)?;
    // If the path is a folder, the mode is not what is wrong with it.
    if info.is_dir() {
        let what = format!("--key-file: {} is a folder", path.display());
        return Err(Error::usage(what).hint(format!("name the file in it: {EXPECTED}")));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = info.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Error::usage(format!(
                "--key-file: {} can be read by others (mode {mode:o})",
                path.display()
            ))
            .hint(format!("chmod 600 {}", path.display())));
        }
    }
    std::fs::read_to_string(path).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_development_key() {
        let keys = KeyArgs {
            suri: Some("//Alice".into()),
            key_file: None,
        };
        let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
            .parse()
            .unwrap();
        assert_eq!(keys.signer().unwrap().account, alice);
        let error = KeyArgs::default().signer().err().unwrap().to_string();
        assert!(error.contains("AICPW_SURI"), "{error}");
        assert!(KeyArgs::default().signer_if_given().unwrap().is_none());
    }

    #[test]
    fn a_wrong_secret_is_not_repeated() {
        let secret = "correct horse battery staple";
        let keys = KeyArgs {
            suri: Some(secret.into()),
            key_file: None,
        };
        let error = keys.signer().err().unwrap().to_string();
        assert!(!error.contains("horse"), "{error}");
        assert!(!format!("{keys:?}").contains("horse"));
    }

    #[test]
    fn a_command_to_paste_names_the_key_and_shows_no_secret() {
        let named = |suri: Option<&str>, file: Option<&str>| {
            let keys = KeyArgs {
                suri: suri.map(Into::into),
                key_file: file.map(Into::into),
            };
            keys.again()
        };
        assert_eq!(named(Some("//Charlie"), None), "--suri //Charlie ");
        assert_eq!(named(Some("correct horse"), None), "");
        assert_eq!(named(Some("0x12"), None), "");
        assert_eq!(named(Some("//x///password"), None), "");
        assert_eq!(named(Some("//x"), Some("me.key")), "--key-file 'me.key' ");
    }

    #[test]
    fn nothing_is_no_secret() {
        for secret in ["", "  \n", "/soft", "///password"] {
            let error = signer(secret).err().unwrap();
            assert!(error.hint.is_some(), "{secret:?}: {error}");
        }
        assert!(signer("//Alice//stash").is_ok());
    }

    /// Regression: the error for a folder said that others could read it, and advised `chmod 600`.
    #[test]
    fn a_folder_is_no_key_file() {
        let dir = tempfile::tempdir().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(dir.path(), mode).unwrap();
        }
        let keys = KeyArgs {
            suri: None,
            key_file: Some(dir.path().into()),
        };
        let error = keys.signer().err().unwrap();
        assert!(error.message.ends_with(" is a folder"), "{error}");
        let hint = error.hint.unwrap();
        assert!(
            hint.contains("name the file in it") && hint.contains("mode 600"),
            "{hint}"
        );
        assert!(!hint.contains("chmod"), "{hint}");
        // A key that is wrong is not treated as one that was not given.
        assert!(keys.signer_if_given().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, "//Bob\n").unwrap();
        let keys = KeyArgs {
            suri: None,
            key_file: Some(path.clone()),
        };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = keys.signer().err().unwrap().to_string();
        assert!(
            error.contains("mode 644") && error.contains("chmod 600"),
            "{error}"
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let bob = signer("//Bob").unwrap().account;
        assert_eq!(keys.signer().unwrap().account, bob);
    }
}
