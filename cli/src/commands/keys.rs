//! `aicpw keys …`: the data keys of sealed tasks.

use std::path::PathBuf;

use aicpw_protocol::{hashing::Hash, task::Privacy, ContentId, Milliseconds, TaskId};
use clap::Subcommand;
use serde::Serialize;

use super::Context;
use crate::{
    chain::follow::unknown_task,
    data_keys::{self, Record},
    error::{Error, Result},
    output::table::{short, table},
    quantity::show_about,
    user_data::unix_ms,
};

/// `aicpw keys …`
#[derive(Subcommand, Debug)]
pub enum KeysCommand {
    /// List the data keys on this machine, newest first
    #[command(after_long_help = "\
Examples:
  aicpw keys ls
  aicpw keys ls --json")]
    Ls,
    /// Write a data key to a file, or to standard output: a secret, for a machine that is to grant
    /// it or to open the result
    ///
    /// Whoever has the key can read the task's data.
    #[command(after_long_help = "\
Examples:
  aicpw keys export 7 --out task-7.json
  aicpw keys export 0x7d1f6e0ba9c6b0a6d2e1c7a3d9b8f5e4c3b2a1908f7e6d5c4b3a29181706f5e4")]
    Export {
        /// The task, or how the key's commitment begins (0x and 8 digits or more)
        #[arg(value_name = "TASK|COMMITMENT", allow_negative_numbers = true)]
        which: Which,
        /// A new file, readable by its owner only
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Take in a data key that was exported
    #[command(after_long_help = "\
Examples:
  aicpw keys import task-7.json")]
    Import {
        /// The file
        file: PathBuf,
    },
}

/// How the user names a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Which {
    /// By its task.
    Task(TaskId),
    /// By the first digits of its commitment, as text.
    Commitment(String),
}

/// The fewest digits of a commitment that name a key.
const FEWEST_DIGITS: usize = 8;

/// How many digits of a commitment the list of keys shows.
const LISTED_DIGITS: usize = 16;

impl std::str::FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Task(TaskId(number)));
        }
        let digits = text.strip_prefix("0x").filter(|digits| {
            (FEWEST_DIGITS..=2 * size_of::<Hash>()).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        digits
            .map(|digits| Self::Commitment(format!("0x{}", digits.to_ascii_lowercase())))
            .ok_or_else(|| {
                format!(
                    "`{text}` is neither the number of a task nor the beginning of a key's commitment \
                     (0x and {FEWEST_DIGITS} digits or more); `aicpw keys ls` shows them"
                )
            })
    }
}

/// The document about a key, without the key itself.
#[derive(Serialize)]
struct KeyJson {
    commitment: String,
    manifest: ContentId,
    requester: String,
    genesis: String,
    created: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

impl From<Record> for KeyJson {
    fn from(record: Record) -> Self {
        let Record {
            commitment,
            manifest,
            requester,
            genesis,
            created,
            ..
        } = record;
        Self {
            commitment,
            manifest,
            requester,
            genesis,
            created,
            file: None,
        }
    }
}

/// Runs a keys command.
pub async fn run(context: &Context<'_>, command: KeysCommand) -> Result<()> {
    let keys = context.global.data_keys.open();
    match command {
        KeysCommand::Ls => {
            let (records, problems) = keys.list()?;
            problems
                .iter()
                .for_each(|problem| context.out.warn(problem));
            let documents: Vec<_> = records.into_iter().map(KeyJson::from).collect();
            context
                .out
                .result(&documents, |documents| list(documents, unix_ms()));
            Ok(())
        }
        KeysCommand::Export { which, out } => {
            let commitment = match which {
                Which::Commitment(begins) => keys.find(&begins)?,
                Which::Task(task) => commitment_of(context, task).await?,
            };
            let (record, _) = keys.load(&commitment)?;
            let Some(path) = out else {
                // The key's own file is the document, for people and for programs.
                context.out.result(&record, |record| {
                    serde_json::to_string_pretty(record).unwrap_or_default()
                });
                return Ok(());
            };
            data_keys::write_new(&path, &record)?;
            tell(context, record, &path, "exported");
            Ok(())
        }
        KeysCommand::Import { file } => {
            let (record, _) = data_keys::read_given(&file)?;
            let path = keys.save(&record)?;
            tell(context, record, &path, "imported");
            Ok(())
        }
    }
}

fn tell(context: &Context<'_>, record: Record, path: &std::path::Path, what: &str) {
    let document = KeyJson {
        file: Some(path.display().to_string()),
        ..record.into()
    };
    context.out.result(&document, |document| {
        format!(
            "{what} the data key {} to {}",
            document.commitment,
            path.display()
        )
    });
}

async fn commitment_of(context: &Context<'_>, task: TaskId) -> Result<Hash> {
    let chain = context.connect().await?;
    let view = chain
        .task(task, None)
        .await?
        .ok_or_else(|| unknown_task(task))?;
    match view.submission.privacy {
        Privacy::Sealed { key_commitment } => Ok(key_commitment),
        Privacy::Public => Err(
            Error::usage(format!("task {task} is public: it has no data key"))
                .hint("`aicpw keys ls` lists the keys on this machine")
                .about_task(task.0),
        ),
    }
}

/// The list of keys for people, at the time `now` in milliseconds since the Unix epoch.
fn list(documents: &[KeyJson], now: u64) -> String {
    if documents.is_empty() {
        return "no data keys on this machine".into();
    }
    let rows = documents
        .iter()
        .map(|key| {
            let age = Milliseconds(now.saturating_sub(key.created));
            vec![
                key.commitment.chars().take(2 + LISTED_DIGITS).collect(),
                format!("{} ago", show_about(age)),
                short(&key.manifest.to_string()),
                short(&key.requester),
            ]
        })
        .collect();
    table(&["Key", ">Created", "Manifest", "Requester"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicpw_protocol::sealing::DataKey;

    #[test]
    fn the_document_is_documented_and_has_no_key() {
        let key = DataKey::from_bytes([7; 32]);
        let (_dir, keys) = crate::data_keys::tests::with_key(&key);
        let (record, _) = keys.load(&key.commitment()).unwrap();
        let document = KeyJson {
            file: Some("task-7.json".into()),
            ..record.into()
        };
        crate::output::documented::check(&["Data key"], &document);
        let text = serde_json::to_string(&document).unwrap();
        assert!(!text.contains(&"07".repeat(32)), "{text}");
        let created = document.created;
        let table = list(&[document], created + 9_300_000);
        assert!(table.contains(" 2.6 h ago   bafybe…5fbzdi "), "{table}");
        assert!(table.lines().all(|line| line.chars().count() < 80));
        assert!(list(&[], 0).contains("no data keys"));
        // The digits that the list shows are enough to name the key.
        let shown = table.lines().nth(2).unwrap().trim();
        let shown = shown.split(' ').next().unwrap();
        let Ok(Which::Commitment(begins)) = shown.parse() else {
            panic!("{shown}");
        };
        assert_eq!(keys.find(&begins).unwrap(), key.commitment());
    }

    #[test]
    fn a_key_is_named_by_its_task_or_by_itself() {
        assert!(matches!("7".parse(), Ok(Which::Task(TaskId(7)))));
        let commitment = format!("0x{}", "0a".repeat(32));
        assert_eq!(
            commitment.to_uppercase().replace("0X", "0x").parse(),
            Ok(Which::Commitment(commitment))
        );
        assert!("0x01234567".parse::<Which>().is_ok());
        let long = format!("0x{}", "0a".repeat(33));
        for bad in ["seven", "0x0123456", "0x0123456g", &long] {
            let problem = bad.parse::<Which>().unwrap_err();
            assert!(problem.contains("keys ls"), "{problem}");
        }
    }
}
