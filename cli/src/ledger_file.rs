//! An account's ledger in a file: comma-separated values, with a line for each entry, in the order of blocks.
//!
//! The last line of the file says up to which block the ledger goes, so that it can be continued there. Without that
//! line, for example after a power cut in the middle of a write, it continues with the block of its last entry, and
//! writes the entries of that block anew.
//!
//! Nothing in the file is removed before what replaces it is on the disk.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    account::Account,
    error::{Error, Result},
    ledger::{Change, Entry},
};

const HEADER: &str = "block,time,event,subject,planck,aicp,held_planck,account\n";

/// The word in the event's column of the last line.
const SEEN: &str = "seen";

/// The word in the event's column of a line about blocks whose states the node did not have.
const GAP: &str = "gap";

/// A line of a ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Line {
    /// The height of the block.
    pub block: u64,
    /// The block's time, in milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// What the block did to the account.
    #[serde(flatten)]
    pub entry: Entry,
}

/// The last block that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The block's height.
    pub block: u64,
    /// The block's hash; `None` for a file whose last line is missing.
    pub hash: Option<String>,
    /// The block's time, in milliseconds since the Unix epoch.
    pub timestamp: u64,
}

/// The file with an account's ledger.
pub struct LedgerFile {
    file: File,
    path: PathBuf,
    account: Account,
    /// Where the next entry goes. The line that says how far the ledger goes is replaced.
    end: u64,
    seen: Option<Seen>,
    /// The block of the last lines, if some of its lines may be missing.
    begun: Option<Begun>,
}

/// A block whose entries are to be written anew.
#[derive(Clone, Copy)]
struct Begun {
    block: u64,
    /// Where the block's lines begin.
    start: u64,
}

impl LedgerFile {
    /// Opens the file, or creates it.
    ///
    /// # Errors
    /// The file cannot be read or written, another program is using it, or it is not the ledger of this account.
    pub fn open(path: &Path, account: Account) -> Result<Self> {
        let failed = |error| Error::file("open", path, &error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        // On file systems without locks, this works without one.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(Error::other(format!(
                "{} is kept by another program already",
                path.display()
            ))
            .hint(
                "another `aicpw account ledger --follow` may be running, also as a service: end it, or give another \
                 name",
            ));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let mut opened = Self {
            file,
            path: path.to_owned(),
            account,
            end: 0,
            seen: None,
            begun: None,
        };
        if HEADER.starts_with(&text[..]) && text.len() < HEADER.len() {
            opened.put(0, HEADER)?;
            opened.end = length(HEADER);
            return Ok(opened);
        }
        let lines = text.strip_prefix(HEADER).ok_or_else(|| {
            Error::usage(format!(
                "{} is no ledger that `account ledger` has written",
                path.display()
            ))
            .hint("nothing was changed; give another name")
        })?;
        opened.go_on_after(lines)?;
        Ok(opened)
    }

    /// The last block that the ledger covers, as it does all blocks before it.
    pub fn seen(&self) -> Option<&Seen> {
        self.seen.as_ref()
    }

    /// Keeps the existing lines of a block of which some may be missing, because the block can no longer be read;
    /// further lines are added after them. Returns `false` if this is no such block.
    pub fn keep_begun(&mut self, block: u64) -> bool {
        self.begun.take_if(|begun| begun.block == block).is_some()
    }

    /// Adds the entries that were found up to a block.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, lines: &[Line], gap: Option<(u64, u64)>, seen: Seen) -> Result<()> {
        let mut text = String::new();
        if let Some((first, last)) = gap {
            text += &self.line(first, 0, GAP, &last.to_string(), None);
        }
        for Line {
            block,
            timestamp,
            entry,
        } in lines
        {
            let changes = Some((entry.change, entry.held));
            text += &self.line(*block, *timestamp, &entry.event, &entry.subject, changes);
        }
        let stays = text.len();
        let hash = seen.hash.clone().unwrap_or_default();
        text += &self.line(seen.block, seen.timestamp, SEEN, &hash, None);
        let start = self.begun.map_or(self.end, |begun| begun.start);
        self.put(start, &text)?;
        self.end = start + length(&text[..stays]);
        self.begun = None;
        self.seen = Some(seen);
        Ok(())
    }

    /// Finds out how far the lines go.
    fn go_on_after(&mut self, lines: &str) -> Result<()> {
        let mut known: Vec<Known<'_>> = Vec::new();
        let mut start = length(HEADER);
        let mut unknown = None;
        for (line, number) in lines.split_inclusive('\n').zip(2_usize..) {
            if let Some(unknown) = unknown {
                return Err(Error::usage(format!(
                    "line {unknown} of {} is none that `account ledger` has written",
                    self.path.display()
                ))
                .hint("nothing was changed; mend the line, or give another name"));
            }
            match Known::read(line, start) {
                Some(found) => known.push(found),
                // The last line may be incomplete.
                None => unknown = Some(number),
            }
            start += length(line);
        }
        let Some(last) = known.last() else {
            self.end = length(HEADER);
            return Ok(());
        };
        if last.account != self.account.to_string() {
            return Err(Error::usage(format!(
                "{} is the ledger of {}",
                self.path.display(),
                last.account
            ))
            .hint(format!(
                "nothing was changed; give another name for that of {}",
                self.account
            )));
        }
        let gap_to = match last.event {
            GAP => last.subject.parse::<u64>().ok(),
            _ => None,
        };
        let none_known = |block| Seen {
            block,
            hash: None,
            timestamp: 0,
        };
        if last.event == SEEN {
            self.end = last.start;
            self.seen = Some(Seen {
                hash: Some(last.subject.to_owned()).filter(|hash| !hash.is_empty()),
                ..none_known(last.block)
            });
        } else if let Some(block) = gap_to {
            self.end = last.end;
            self.seen = Some(none_known(block));
        } else {
            // Some entries of the last block may be missing.
            let first = known.iter().find(|line| line.block == last.block);
            self.end = last.end;
            self.begun = Some(Begun {
                block: last.block,
                start: first.map_or(last.start, |line| line.start),
            });
            self.seen = last.block.checked_sub(1).map(none_known);
        }
        Ok(())
    }

    fn line(
        &self,
        block: u64,
        timestamp: u64,
        event: &str,
        subject: &str,
        changes: Option<(Change, Change)>,
    ) -> String {
        let time = match timestamp {
            0 => String::new(),
            milliseconds => utc(milliseconds),
        };
        let account = self.account;
        let (planck, aicp, held) = match changes {
            Some((change, held)) => (change.0.to_string(), change.aicp(), held.0.to_string()),
            None => Default::default(),
        };
        format!("{block},{time},{event},{subject},{planck},{aicp},{held},{account}\n")
    }

    /// Replaces everything from `start` on, and syncs it to the disk. The old text is removed only once the new one is
    /// there.
    fn put(&mut self, start: u64, text: &str) -> Result<()> {
        let mut write = || {
            self.file.seek(SeekFrom::Start(start))?;
            self.file.write_all(text.as_bytes())?;
            self.file.sync_data()?;
            self.file.set_len(start + length(text))
        };
        write().map_err(|error| Error::file("write", &self.path, &error))
    }
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// A line that the file already has.
struct Known<'t> {
    block: u64,
    event: &'t str,
    subject: &'t str,
    account: &'t str,
    /// Where the line begins.
    start: u64,
    /// Where the line after it begins.
    end: u64,
}

impl<'t> Known<'t> {
    /// Parses the line; `None` if it is not a complete line of a ledger.
    fn read(line: &'t str, start: u64) -> Option<Self> {
        let fields: Vec<_> = line.strip_suffix('\n')?.split(',').collect();
        let [block, _, event, subject, _, _, _, account] = fields[..] else {
            return None;
        };
        Some(Self {
            block: block.parse().ok()?,
            event,
            subject,
            account,
            start,
            end: start + length(line),
        })
    }
}

/// A time as ISO 8601 writes it, in UTC, to the second.
pub fn utc(milliseconds: u64) -> String {
    const DAY: u64 = 24 * 60 * 60;
    let seconds = milliseconds / 1_000;
    let (year, month, day) = date(seconds / DAY);
    let of_day = seconds % DAY;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date that is this many days after 1 January 1970. Years are counted from 1 March of the year 0, so that a leap
/// day is the last day of its year. 400 years have 146,097 days, and five months from March on have 153.
fn date(days: u64) -> (u64, u64, u64) {
    const TO_1970: u64 = 719_468;
    let days = days + TO_1970;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = match month {
        0..=9 => (month + 3, 0),
        _ => (month - 9, 1),
    };
    (400 * era + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::{PROVIDER, REQUESTER};

    fn line(block: u64, change: i128) -> Line {
        Line {
            block,
            timestamp: 1_795_996_204_512,
            entry: Entry {
                event: "ProviderPaid".into(),
                subject: "7-0-1".into(),
                change: Change(change),
                held: Change(-3),
            },
        }
    }

    fn seen(block: u64) -> Seen {
        Seen {
            block,
            hash: Some("0xab".into()),
            timestamp: 1_795_996_204_512,
        }
    }

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.csv");
        (folder, path)
    }

    fn last_seen(path: &Path) -> Option<(u64, Option<String>)> {
        let file = LedgerFile::open(path, PROVIDER).unwrap();
        file.seen().map(|seen| (seen.block, seen.hash.clone()))
    }

    #[test]
    fn it_goes_on_after_the_last_block_that_was_looked_at() {
        let (_folder, path) = place();
        assert_eq!(last_seen(&path), None);
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        file.add(&[line(5, 1_500_000_000_000_000_000)], None, seen(7))
            .unwrap();
        file.add(&[], None, seen(27)).unwrap();
        drop(file);
        assert_eq!(last_seen(&path), Some((27, Some("0xab".into()))));
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        file.add(&[line(40, -2)], Some((28, 39)), seen(41)).unwrap();
        let account = PROVIDER;
        let expected = format!(
            "block,time,event,subject,planck,aicp,held_planck,account\n\
             5,2026-11-29T23:50:04Z,ProviderPaid,7-0-1,1500000000000000000,1.5,-3,{account}\n\
             28,,gap,39,,,,{account}\n\
             40,2026-11-29T23:50:04Z,ProviderPaid,7-0-1,-2,-0.000000000000000002,-3,{account}\n\
             41,2026-11-29T23:50:04Z,seen,0xab,,,,{account}\n"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    }

    #[test]
    fn a_block_whose_lines_may_be_missing_is_written_anew() {
        let (_folder, path) = place();
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        file.add(&[line(5, 1), line(6, 2), line(6, 3)], None, seen(9))
            .unwrap();
        drop(file);
        let whole = std::fs::read_to_string(&path).unwrap();
        let before = whole.find("\n6,").unwrap() + 1;
        for cut in before + 1..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            // The file has the first line of block 6 only in part, or completely.
            let expected = match whole[before..cut].contains('\n') {
                false => 4,
                true => 5,
            };
            assert_eq!(last_seen(&path), Some((expected, None)), "{cut}");
        }
        // The lines of the blocks that are read now replace it.
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        file.add(&[line(6, 2), line(6, 3)], None, seen(9)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    }

    /// Regression: the lines of the last block were replaced by a gap, although the node could no longer provide them.
    #[test]
    fn the_lines_of_a_block_whose_state_is_gone_stay() {
        let (_folder, path) = place();
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        file.add(&[line(5, 1), line(6, 2)], None, seen(9)).unwrap();
        drop(file);
        let whole = std::fs::read_to_string(&path).unwrap();
        let end = whole.find("\n9,").unwrap() + 1;
        // An incomplete line after them does not count.
        std::fs::write(&path, &whole[..end + 3]).unwrap();
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        assert_eq!(file.seen().map(|seen| seen.block), Some(5));
        assert!(!file.keep_begun(5));
        assert!(file.keep_begun(6));
        assert!(!file.keep_begun(6));
        let gone = Seen {
            hash: None,
            timestamp: 0,
            ..seen(8)
        };
        file.add(&[], Some((7, 8)), gone).unwrap();
        let account = PROVIDER;
        let expected = format!(
            "{}7,,gap,8,,,,{account}\n8,,seen,,,,,{account}\n",
            &whole[..end]
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        drop(file);
        // A complete line about a gap says by itself how far the file goes.
        let end = expected.find("\n8,").unwrap() + 1;
        for cut in end..expected.len() {
            std::fs::write(&path, &expected[..cut]).unwrap();
            assert_eq!(last_seen(&path), Some((8, None)), "{cut}");
        }
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        file.add(&[], None, seen(9)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&expected[..end]), "{text}");
    }

    /// Regression: everything after a line that somebody had broken was removed.
    #[test]
    fn a_line_that_is_none_is_the_end_of_a_file_or_nothing_is_changed() {
        let (_folder, path) = place();
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        file.add(&[line(5, 1), line(6, 2)], None, seen(9)).unwrap();
        drop(file);
        let whole = std::fs::read_to_string(&path).unwrap();
        let broken = whole.replacen("\n5,", "\nfive,", 1);
        std::fs::write(&path, &broken).unwrap();
        let error = LedgerFile::open(&path, PROVIDER).err().unwrap();
        assert_eq!(error.kind, crate::error::Kind::Usage);
        assert!(error.message.starts_with("line 2 of "), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), broken);
        // The remainder of a longer line that was overwritten.
        std::fs::write(&path, format!("{whole}3,,,\n")).unwrap();
        assert_eq!(last_seen(&path), Some((9, Some("0xab".into()))));
        let mut file = LedgerFile::open(&path, PROVIDER).unwrap();
        file.add(&[], None, seen(9)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    }

    #[test]
    fn two_programs_do_not_keep_one_file() {
        let (_folder, path) = place();
        let mut first = LedgerFile::open(&path, PROVIDER).unwrap();
        let error = LedgerFile::open(&path, PROVIDER).err().unwrap();
        assert!(error.message.contains("by another program"), "{error}");
        first.add(&[], None, seen(7)).unwrap();
        drop(first);
        assert_eq!(last_seen(&path), Some((7, Some("0xab".into()))));
    }

    #[test]
    fn a_file_that_was_begun_and_not_more_is_begun_again() {
        let (_folder, path) = place();
        for length in [0, 1, HEADER.len() - 1, HEADER.len()] {
            std::fs::write(&path, &HEADER[..length]).unwrap();
            assert_eq!(last_seen(&path), None);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), HEADER);
        }
    }

    #[test]
    fn what_is_something_else_is_left_as_it_is() {
        let (_folder, path) = place();
        let mut file = LedgerFile::open(&path, REQUESTER).unwrap();
        file.add(&[], None, seen(7)).unwrap();
        drop(file);
        let other = std::fs::read_to_string(&path).unwrap();
        for (text, said) in [(&other[..], "is the ledger of"), ("a,b\n", "is no ledger")] {
            std::fs::write(&path, text).unwrap();
            let error = LedgerFile::open(&path, PROVIDER).err().unwrap();
            assert!(error.message.contains(said), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn times_are_dates() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_782_399_999), "2000-02-28T23:59:59Z");
        assert_eq!(utc(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(utc(4_107_542_400_000), "2100-03-01T00:00:00Z");
        assert_eq!(utc(1_798_761_599_000), "2026-12-31T23:59:59Z");
    }
}
