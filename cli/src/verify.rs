//! `--verify`: how the result is verified.

use std::{
    io::Read,
    path::{Path, PathBuf},
    str::FromStr,
};

use aicpw_protocol::{
    commitment::expected_root_hash,
    hashing::Hash,
    merkle::ResultRootBuilder,
    task::{is_majority, Verification, REPLICAS},
    Milliseconds,
};

use crate::{
    error::{io_cause, Error, Result},
    hash::parse_hash,
    plain_file,
    quantity::{count, parse_span, show_span},
};

/// Outputs shorter than this can be guessed, so `expected` does not protect them.
const GUESSABLE_BYTES: u64 = 16;

/// The time for looking at a fetched result and disputing it.
const LOOKING: Milliseconds = Milliseconds(60_000);

/// How many bytes are fetched in a second at the bandwidth assumed for windows, 20 Mbit/s.
const FETCHED_BYTES_PER_SECOND: u64 = 2_500_000;

/// The default number of replicas of `replicated`.
const DEFAULT_REPLICAS: u8 = 3;

/// The option as the user wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VerifyArg {
    /// `optimistic`, or `optimistic=60s`.
    Optimistic(Option<Milliseconds>),
    /// `replicated`, `replicated=3`, or `replicated=3/2`: replicas, and how many have to agree.
    Replicated { replicas: u8, quorum: u8 },
    /// `expected=0x…`: the result root itself. Only its hash goes on chain.
    ExpectedRoot(Hash),
    /// `expected=@FILE`: a file with the expected canonical output.
    ExpectedFile(PathBuf),
}

impl Default for VerifyArg {
    fn default() -> Self {
        Self::Optimistic(None)
    }
}

impl FromStr for VerifyArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "optimistic" => Ok(Self::Optimistic(None)),
            Some(("optimistic", window)) => parse_span(window).map(|w| Self::Optimistic(Some(w))),
            None if text == "replicated" => Ok(Self::Replicated {
                replicas: DEFAULT_REPLICAS,
                quorum: majority_of(DEFAULT_REPLICAS),
            }),
            Some(("replicated", numbers)) => parse_replicas(numbers),
            Some(("expected", file)) if file.starts_with('@') && file.len() > 1 => {
                Ok(Self::ExpectedFile(PathBuf::from(&file[1..])))
            }
            Some(("expected", root)) => parse_hash(root).map(Self::ExpectedRoot),
            _ => Err(format!(
                "`{text}` is not a verification mode; write optimistic=60s, replicated=3/2, \
                 expected=0x<result root> or expected=@<file with the expected output>"
            )),
        }
    }
}

/// The smallest number that is more than half.
fn majority_of(replicas: u8) -> u8 {
    replicas / 2 + 1
}

fn parse_replicas(numbers: &str) -> Result<VerifyArg, String> {
    let number = |text: &str| text.parse::<u8>().ok();
    let parsed = match numbers.split_once('/') {
        None => number(numbers).map(|replicas| (replicas, majority_of(replicas))),
        Some((replicas, quorum)) => number(replicas).zip(number(quorum)),
    };
    let Some((replicas, quorum)) = parsed else {
        return Err(format!(
            "`{numbers}` is not a number of replicas; write replicated=3, or replicated=5/4 for four that \
             have to agree"
        ));
    };
    if !REPLICAS.contains(&replicas) {
        return Err(format!(
            "{}: there can be {} to {}",
            count(replicas.into(), "replica"),
            REPLICAS.start(),
            REPLICAS.end()
        ));
    }
    if !is_majority(quorum, replicas) {
        let least = majority_of(replicas);
        let agree = if least == replicas {
            "all".into()
        } else {
            format!("between {least} and {replicas}")
        };
        return Err(format!(
            "`{numbers}` asks for {quorum} of {replicas} replicas: {agree} have to agree"
        ));
    }
    Ok(VerifyArg::Replicated { replicas, quorum })
}

/// The window in which a result can be fetched and looked at, in whole seconds. It is the default of `optimistic`,
/// before it is limited to what the chain allows.
fn window_for(output_bytes: u64) -> Milliseconds {
    let fetching = (output_bytes / FETCHED_BYTES_PER_SECOND).saturating_mul(1_000);
    Milliseconds(LOOKING.0.saturating_add(fetching))
}

/// Warns about a window that may be too short to fetch and look at the result.
fn too_short(window: Milliseconds, longest: u64, output_bytes: u64) -> Option<String> {
    let needed = window_for(output_bytes);
    if window.0 >= needed.0 {
        return None;
    }
    let remedy = match needed.0 <= longest {
        true => format!("--verify optimistic={} is enough", show_span(needed)),
        false => "this chain allows none that is long enough: split the job, or verify it in another way \
                  (--verify replicated=3/2)"
            .into(),
    };
    Some(format!(
        "the window of {} is short for a result of {output_bytes} bytes: to fetch it at 20 Mbit/s and look at it takes \
         {}. When the window ends the provider is paid, and nothing can be disputed; {remedy}",
        show_span(window),
        show_span(needed),
    ))
}

impl VerifyArg {
    /// What goes on chain, and a warning for the person. `window_range` is what the chain allows, in milliseconds;
    /// `output_bytes` is the length of the canonical output.
    ///
    /// # Errors
    /// The chain does not allow the window; or the file cannot be read, is not a regular file, or is not as long as the
    /// output.
    pub fn resolve(
        &self,
        window_range: (u64, u64),
        output_bytes: u64,
    ) -> Result<(Verification, Option<String>)> {
        let (shortest, longest) = window_range;
        let expected = |root: &Hash| {
            let warning = (output_bytes < GUESSABLE_BYTES).then(|| {
                format!(
                    "the output has only {output_bytes} bytes: a provider can find it from the \
                     hash on chain by trying, without running the job"
                )
            });
            (
                Verification::Expected {
                    root_hash: expected_root_hash(root),
                },
                warning,
            )
        };
        match self {
            Self::Optimistic(None) => {
                let wanted = window_for(output_bytes).0;
                let window = Milliseconds(wanted.clamp(shortest, longest.max(shortest)));
                let warning = too_short(window, longest, output_bytes);
                Ok((Verification::Optimistic { window }, warning))
            }
            Self::Optimistic(Some(window)) if (shortest..=longest).contains(&window.0) => {
                let warning = too_short(*window, longest, output_bytes);
                Ok((Verification::Optimistic { window: *window }, warning))
            }
            Self::Optimistic(Some(_)) => Err(Error::usage(format!(
                "--verify: the window must be between {} and {} on this chain",
                show_span(Milliseconds(shortest)),
                show_span(Milliseconds(longest)),
            ))
            .hint("nothing was sent; give another, as --verify optimistic=60s")),
            Self::Replicated { replicas, quorum } => Ok((
                Verification::Replicated {
                    replicas: *replicas,
                    quorum: *quorum,
                },
                None,
            )),
            Self::ExpectedRoot(root) => Ok(expected(root)),
            Self::ExpectedFile(path) => Ok(expected(&root_of_file(path, output_bytes)?)),
        }
    }
}

/// The root of a file with the canonical output, whose length is known.
fn root_of_file(path: &Path, output_bytes: u64) -> Result<Hash> {
    let file = path.display();
    let wrong = |cause: String| {
        Error::usage(format!("--verify: cannot read {file}: {cause}"))
            .hint("see whether the path is right; nothing was sent")
    };
    let require = |length: u64| match length == output_bytes {
        true => Ok(()),
        false => Err(Error::usage(format!(
            "--verify: {file} has {length} bytes, but the manifest's outputs have {output_bytes}"
        ))
        .hint(
            "nothing was sent; the file has all outputs in the order of the manifest's `outputs`, \
             one right after the other",
        )),
    };
    require(plain_file::length(path).map_err(wrong)?)?;
    let content = std::fs::File::open(path)
        // The file may grow meanwhile.
        .map(|file| file.take(output_bytes.saturating_add(1)))
        .and_then(root_of);
    let (root, length) = content.map_err(|error| wrong(io_cause(&error)))?;
    require(length)?;
    Ok(root)
}

/// The root of some content, treated as a whole output, and its length.
///
/// # Errors
/// The content cannot be read.
pub fn root_of(mut content: impl Read) -> std::io::Result<(Hash, u64)> {
    let mut root = RootWriter(ResultRootBuilder::default());
    let length = std::io::copy(&mut content, &mut root)?;
    Ok((root.0.finish(), length))
}

struct RootWriter(ResultRootBuilder);

impl std::io::Write for RootWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use aicpw_protocol::merkle::result_root;

    const RANGE: (u64, u64) = (10_000, 3_600_000);

    #[test]
    fn the_forms() {
        let parse = |text: &str| text.parse::<VerifyArg>();
        assert_eq!(parse("optimistic"), Ok(VerifyArg::Optimistic(None)));
        assert_eq!(
            parse("optimistic=90s"),
            Ok(VerifyArg::Optimistic(Some(Milliseconds(90_000))))
        );
        let root = "ab".repeat(32);
        assert_eq!(
            parse(&format!("expected=0x{root}")),
            Ok(VerifyArg::ExpectedRoot([0xab; 32]))
        );
        assert_eq!(
            parse("expected=@out.bin"),
            Ok(VerifyArg::ExpectedFile("out.bin".into()))
        );
        for bad in [
            "",
            "expected",
            "expected=",
            "expected=0x12",
            "expected=@",
            "replicated=",
            "replicated=many",
            "replicated=3/",
            "replicated=1",
            "replicated=6",
            "replicated=4/2",
            "replicated=3/4",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let replicated = |replicas, quorum| Ok(VerifyArg::Replicated { replicas, quorum });
        assert_eq!(parse("replicated"), replicated(3, 2));
        assert_eq!(parse("replicated=4"), replicated(4, 3));
        assert_eq!(parse("replicated=5/4"), replicated(5, 4));
        let few = parse("replicated=5/2").unwrap_err();
        assert!(few.contains("between 3 and 5"), "{few}");
        let one = parse("replicated=1").unwrap_err();
        assert_eq!(one, "1 replica: there can be 2 to 5");
        assert!(parse("optimistic=soon").unwrap_err().contains("span"));
    }

    #[test]
    fn only_the_hash_of_the_root_goes_on_chain() {
        let root = result_root(&[7; 100]);
        let (verification, warning) = VerifyArg::ExpectedRoot(root).resolve(RANGE, 100).unwrap();
        assert_eq!(
            verification,
            Verification::Expected {
                root_hash: expected_root_hash(&root)
            }
        );
        assert_eq!(warning, None);
        let (_, warning) = VerifyArg::ExpectedRoot(root).resolve(RANGE, 4).unwrap();
        assert!(warning.unwrap().contains("4 bytes"));
    }

    #[test]
    fn a_file_with_the_output_gives_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.bin");
        std::fs::write(&path, [7; 100]).unwrap();
        let from_file = VerifyArg::ExpectedFile(path.clone());
        let from_root = VerifyArg::ExpectedRoot(result_root(&[7; 100]));
        assert_eq!(
            from_file.resolve(RANGE, 100).unwrap(),
            from_root.resolve(RANGE, 100).unwrap()
        );
        let error = from_file.resolve(RANGE, 99).unwrap_err().to_string();
        assert!(
            error.contains("100 bytes") && error.contains("99"),
            "{error}"
        );
    }

    /// Regression: `/dev/zero` was read for ever, and a pipe until somebody wrote into it.
    #[test]
    fn what_is_expected_is_a_file_and_read_only_if_it_is_as_long_as_the_output() {
        let said = |path: &Path| {
            let file = VerifyArg::ExpectedFile(path.to_owned());
            let error = file.resolve(RANGE, 100).unwrap_err();
            assert_eq!(error.kind, Kind::Usage);
            assert!(error.hint.unwrap().contains("nothing was sent"));
            error.message
        };
        let dir = tempfile::tempdir().unwrap();
        assert!(said(dir.path()).ends_with(": it is a folder"));
        assert!(said(&dir.path().join("none")).ends_with(": there is no such file or folder"));
        // None of this file is on the disk, and reading it would take hours.
        let long = dir.path().join("long");
        let file = std::fs::File::create(&long).unwrap();
        file.set_len(1 << 40).unwrap();
        let lengths = "has 1099511627776 bytes, but the manifest's outputs have 100";
        assert!(said(&long).ends_with(lengths), "{}", said(&long));
        #[cfg(unix)]
        {
            assert_eq!(
                said(Path::new("/dev/zero")),
                "--verify: cannot read /dev/zero: it is a device, and not a file"
            );
            let pipe = dir.path().join("pipe");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            assert!(said(&pipe).ends_with(": it is a pipe, and not a file"));
        }
    }

    #[test]
    fn windows_that_the_chain_allows() {
        let window = |arg: VerifyArg, range| match arg.resolve(range, 100) {
            Ok((Verification::Optimistic { window }, None)) => Ok(window.0),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.message),
        };
        assert_eq!(window(VerifyArg::default(), RANGE), Ok(60_000));
        assert_eq!(
            window(VerifyArg::default(), (90_000, 100_000)),
            Ok(90_000),
            "fitted"
        );
        let long = VerifyArg::Optimistic(Some(Milliseconds(7_200_000)));
        assert!(window(long, RANGE)
            .unwrap_err()
            .contains("between 10s and 1h"));
    }

    /// Regression: the default was a minute for a result of 16 GiB too. In that time, only 750 MB arrive at 100 Mbit/s.
    #[test]
    fn the_window_grows_with_the_result() {
        let resolved = |arg: VerifyArg, bytes| match arg.resolve(RANGE, bytes) {
            Ok((Verification::Optimistic { window }, warning)) => (window.0, warning),
            other => panic!("{other:?}"),
        };
        let default = |bytes| resolved(VerifyArg::default(), bytes);
        assert_eq!(default(2_499_999), (60_000, None));
        assert_eq!(default(2_500_000), (61_000, None));
        // As much as arrives in five minutes at 20 Mbit/s.
        assert_eq!(default(750_000_000), (360_000, None));
        let (window, warning) = default(16 << 30);
        assert_eq!(window, 3_600_000, "all that the chain allows");
        let warning = warning.unwrap();
        assert!(
            warning.contains("17179869184 bytes") && warning.contains("split the job"),
            "{warning}"
        );
        let (window, warning) = default(u64::MAX);
        assert_eq!(window, 3_600_000);
        assert!(warning.is_some());
    }

    #[test]
    fn a_window_too_short_for_the_result_is_warned_of() {
        let warning = |seconds: u64, bytes| {
            let arg = VerifyArg::Optimistic(Some(Milliseconds(seconds * 1_000)));
            let (verification, warning) = arg.resolve(RANGE, bytes).unwrap();
            let window = Milliseconds(seconds * 1_000);
            assert_eq!(verification, Verification::Optimistic { window }, "taken");
            warning
        };
        assert_eq!(warning(360, 750_000_000), None);
        let text = warning(359, 750_000_000).unwrap();
        assert!(
            text.contains("the window of 359s")
                && text.contains("--verify optimistic=6m is enough"),
            "{text}"
        );
        assert_eq!(warning(60, 100), None);
        assert!(warning(59, 100).is_some(), "nobody looks at it as fast");
    }
}
