//! A task's manifest and files, checked before anything is sent or paid.

use std::path::{Path, PathBuf};

use aicpw_protocol::manifest::{limits, validate, Manifest, ManifestErrors, Source};

use crate::{
    error::{io_cause, Error, Result},
    fetch::{self, OutputFile},
    plain_file,
};

/// The bytes that some editors put before a text in UTF-8. They are not part of the text: JSON does not allow them, and
/// providers leave them out when they build a program.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A file that has to be uploaded.
#[derive(Debug)]
pub struct LocalFile {
    /// The file's name in the manifest.
    pub name: String,
    /// The file's path.
    pub path: PathBuf,
    /// The file's length.
    pub bytes: u64,
}

/// A valid manifest whose files exist and have the right lengths.
#[derive(Debug)]
pub struct Prepared {
    /// The manifest.
    pub manifest: Manifest,
    /// The files that the manifest names.
    pub files: Vec<LocalFile>,
    /// The outputs.
    pub outputs: Vec<OutputFile>,
}

impl Prepared {
    /// Reads a manifest and finds its files.
    ///
    /// # Errors
    /// Everything that is wrong with the manifest, each with its field, and with its files, as far as it names any that
    /// can be read.
    pub fn load(path: &Path) -> Result<Self> {
        let json = read(path).map_err(|cause| {
            Error::usage(format!("cannot read {}: {cause}", path.display()))
                .hint("see whether the path is right; nothing was sent")
        })?;
        let json = without_mark(&json);
        if let Some((problem, next)) = no_manifest(json) {
            let what = format!("the manifest {} is not valid: {problem}", path.display());
            return Err(Error::usage(what).hint(format!("{next}; nothing was sent")));
        }
        let manifest = Manifest::read(json).map_err(|errors| invalid(path, &errors, &[]))?;
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let (files, problems) = local_files(folder, &manifest);
        if let Err(errors) = manifest.validate() {
            return Err(invalid(path, &errors, &problems));
        }
        if !problems.is_empty() {
            return Err(Error::usage(format!(
                "files of the manifest {} are not as they should be:{}",
                path.display(),
                problems.concat()
            ))
            .hint("correct them; nothing was sent"));
        }
        let outputs = fetch::outputs(&manifest);
        Ok(Self {
            manifest,
            files,
            outputs,
        })
    }

    /// The program's file, as the manifest names it.
    pub fn program(&self) -> Option<String> {
        match &self.manifest.program {
            Source::File(name) => Some(name.clone()),
            Source::Cid(_) => None,
        }
    }

    /// The program's file.
    pub fn program_file(&self) -> Option<&LocalFile> {
        let name = self.program()?;
        self.files.iter().find(|file| file.name == name)
    }

    /// The total length of all files, in bytes.
    pub fn upload_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Reads a manifest's file, unless it is longer than a manifest may be.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = plain_file::length(path)?;
    if bytes > limits::MANIFEST_BYTES {
        return Err(format!(
            "it has {bytes} bytes, and a manifest may have {}; put large contents into files",
            limits::MANIFEST_BYTES
        ));
    }
    plain_file::begin(path, limits::MANIFEST_BYTES + 1)
}

fn without_mark(content: &[u8]) -> &[u8] {
    content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content)
}

fn is_blank(content: &[u8]) -> bool {
    content.iter().all(u8::is_ascii_whitespace)
}

/// Why a JSON parser could say nothing useful about a file's content, and what to do about it.
fn no_manifest(content: &[u8]) -> Option<(String, &'static str)> {
    if is_blank(content) {
        let next =
            "write the task into it, as in docs/manifest.md, or see whether the path is right";
        return Some(("the file is empty".into(), next));
    }
    Some((no_text(content, "a manifest")?, "save it as UTF-8"))
}

/// Why a file is not text in UTF-8, which is the encoding of `what`.
fn no_text(content: &[u8], what: &str) -> Option<String> {
    // With a byte order mark, or without: in that case every second byte of ASCII is zero, the first or the second of
    // each pair.
    let is_utf16 = matches!(
        content,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, ..] | [0, ..]
    );
    if is_utf16 {
        return Some(format!("it is text in UTF-16, and {what} is in UTF-8"));
    }
    let line = |at: usize| {
        let before = content[..at].iter().filter(|byte| **byte == b'\n');
        before.count() + 1
    };
    if let Err(error) = std::str::from_utf8(content) {
        let wrong = line(error.valid_up_to());
        return Some(format!("line {wrong} is not text in UTF-8"));
    }
    let zero = content.iter().position(|byte| *byte == 0)?;
    Some(format!("line {} has a zero byte", line(zero)))
}

/// Refuses a program that no provider would give to its compiler. Providers would say so only once it is paid for.
fn check_program(path: &Path) -> Result<(), String> {
    let content = plain_file::begin(path, limits::PROGRAM_BYTES)?;
    let content = without_mark(&content);
    if is_blank(content) {
        return Err("is empty".into());
    }
    match no_text(content, "a program") {
        Some(problem) => Err(format!("{problem}; save its source as text in UTF-8")),
        None => Ok(()),
    }
}

/// The error with what is wrong with a manifest, and with its files as far as they could be examined.
fn invalid(path: &Path, errors: &ManifestErrors, files: &[String]) -> Error {
    let mut text = format!("the manifest {} is not valid:", path.display());
    for problem in &errors.problems {
        text += &format!("\n  {problem}");
    }
    if !files.is_empty() {
        text += "\nnor are its files as they should be:";
        text += &files.concat();
    }
    Error::usage(text).hint("correct it; nothing was sent")
}

/// The files that a manifest names, and what is wrong with each that is not as it should be. Names that are not
/// allowed, and buffers whose length cannot be determined, are left to the manifest's own rules.
fn local_files(folder: &Path, manifest: &Manifest) -> (Vec<LocalFile>, Vec<String>) {
    let is_program = |name: &str| matches!(&manifest.program, Source::File(file) if file == name);
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for (name, expected) in manifest.local_files() {
        let has_length = expected.is_some() || is_program(name);
        if !has_length || validate::file_refused(name).is_some() {
            continue;
        }
        match local_file(folder, name, expected) {
            Ok(file) => files.push(file),
            Err(problem) => problems.push(format!("\n  {name}: {problem}")),
        }
    }
    (files, problems)
}

fn local_file(folder: &Path, name: &str, expected: Option<u64>) -> Result<LocalFile, String> {
    let path = folder.join(name);
    let real = path.canonicalize().map_err(|error| io_cause(&error))?;
    // A manifest that somebody else wrote must not publish this person's other files.
    let root = folder.canonicalize().map_err(|error| io_cause(&error))?;
    if !real.starts_with(&root) {
        return Err("leads out of the manifest's folder".into());
    }
    let info = std::fs::metadata(&real).map_err(|error| io_cause(&error))?;
    if !info.is_file() {
        return Err("is not a file".into());
    }
    let bytes = info.len();
    match expected {
        Some(expected) if bytes != expected => {
            return Err(format!("has {bytes} bytes, but its buffer has {expected}"));
        }
        Some(_) => {}
        None if bytes > limits::PROGRAM_BYTES => {
            return Err(format!(
                "has {bytes} bytes, and a program may have {}",
                limits::PROGRAM_BYTES
            ));
        }
        None => check_program(&real)?,
    }
    Ok(LocalFile {
        name: name.to_owned(),
        path,
        bytes,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::error::Kind;

    pub const MANIFEST: &str = r#"{
        "version": "aicpw.task/v1", "name": "double", "engine": "opencl", "class": "int",
        "program": { "file": "double.cl" },
        "buffers": [ { "name": "x", "type": "int", "length": 4, "init": { "file": "x.bin" } } ],
        "steps": [ { "kernel": "twice", "args": [ { "buffer": "x" } ], "global": [4] } ],
        "outputs": [ "x" ]
    }"#;

    /// A folder with a task.
    pub fn folder(manifest: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("manifest.json");
        std::fs::write(&path, manifest).unwrap();
        std::fs::write(dir.path().join("double.cl"), "kernel void twice() {}").unwrap();
        std::fs::write(dir.path().join("x.bin"), [1; 16]).unwrap();
        (dir, path)
    }

    fn problem(path: &Path) -> String {
        let error = Prepared::load(path).unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        error.message
    }

    #[test]
    fn a_task_with_its_files() {
        let (_dir, path) = folder(MANIFEST);
        let prepared = Prepared::load(&path).unwrap();
        assert_eq!(prepared.program().as_deref(), Some("double.cl"));
        assert_eq!(prepared.files.len(), 2);
        assert_eq!(prepared.upload_bytes(), 38);
        assert_eq!(prepared.outputs[0].file_name(), "x.bin");
        assert_eq!(prepared.outputs[0].bytes, 16);
    }

    #[test]
    fn a_problem_names_its_field() {
        let (_dir, path) = folder(&MANIFEST.replace("\"length\": 4", "\"length\": \"four\""));
        assert!(
            problem(&path).contains("buffers[0].length"),
            "{}",
            problem(&path)
        );
        std::fs::write(&path, "{").unwrap();
        assert!(problem(&path).contains("not valid"));
        assert!(problem(Path::new("/no/such/manifest.json")).contains("cannot read"));
    }

    /// Regression: `/dev/zero` was read for ever.
    #[test]
    fn a_manifest_is_a_file_and_not_read_beyond_its_limit() {
        let (dir, path) = folder(MANIFEST);
        let most = usize::try_from(limits::MANIFEST_BYTES).unwrap();
        let padded = |length: usize| {
            let blanks = " ".repeat(length - MANIFEST.len());
            std::fs::write(&path, format!("{MANIFEST}{blanks}"))
        };
        padded(most).unwrap();
        Prepared::load(&path).unwrap();
        padded(most + 1).unwrap();
        let length = format!("it has {} bytes, and a manifest may have {most};", most + 1);
        assert!(problem(&path).contains(&length), "{}", problem(&path));
        // None of this file is on the disk, and reading it all would need more memory than there is.
        let file = std::fs::File::create(&path).unwrap();
        file.set_len(1 << 40).unwrap();
        assert!(problem(&path).contains("it has 1099511627776 bytes"));

        assert!(problem(dir.path()).ends_with(": it is a folder"));
        #[cfg(unix)]
        {
            let zero = problem(Path::new("/dev/zero"));
            assert_eq!(
                zero,
                "cannot read /dev/zero: it is a device, and not a file"
            );
            let socket = dir.path().join("socket");
            let _listens = std::os::unix::net::UnixListener::bind(&socket).unwrap();
            assert!(problem(&socket).ends_with(": it is a socket, and not a file"));
        }
    }

    /// Regression: "expected value at line 1 column 1".
    #[test]
    fn a_byte_order_mark_is_no_part_of_a_manifest() {
        let (_dir, path) = folder(&format!("\u{feff}{MANIFEST}"));
        let prepared = Prepared::load(&path).unwrap();
        assert_eq!(
            prepared.manifest,
            Manifest::parse(MANIFEST.as_bytes()).unwrap()
        );
        std::fs::write(&path, format!("\u{feff}\u{feff}{MANIFEST}")).unwrap();
        assert!(problem(&path).contains("not valid"));
    }

    /// Regression: "EOF while parsing a value at line 1 column 0", and "expected value at line 1 column 1".
    #[test]
    fn a_file_without_text_is_called_what_it_is() {
        let (_dir, path) = folder(MANIFEST);
        let said = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            let error = Prepared::load(&path).unwrap_err();
            assert_eq!(error.kind, Kind::Usage);
            let hint = error.hint.unwrap();
            assert!(hint.ends_with("; nothing was sent"), "{hint}");
            (error.message, hint)
        };
        for empty in ["", " \n\t\r\n", "\u{feff}"] {
            let (message, hint) = said(empty.as_bytes());
            assert!(
                message.ends_with("is not valid: the file is empty"),
                "{message}"
            );
            assert!(hint.contains("path is right"), "{hint}");
        }
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{MANIFEST}");
            let little: Vec<_> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<_> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for utf16 in [little, big] {
                let (message, hint) = said(&utf16);
                assert!(message.contains("text in UTF-16"), "{message}");
                assert!(hint.contains("save it as UTF-8"), "{hint}");
            }
        }
        // In an encoding of older editors, with the name on the third line.
        let latin: Vec<_> = "{\n\n\"name\": \"gr\u{f6}\u{df}er\"}"
            .chars()
            .map(|c| c as u8)
            .collect();
        let (message, _) = said(&latin);
        assert!(message.contains("line 3 is not text in UTF-8"), "{message}");
    }

    #[test]
    fn files_that_are_not_as_they_should_be() {
        let (dir, path) = folder(MANIFEST);
        std::fs::write(dir.path().join("x.bin"), [1; 15]).unwrap();
        std::fs::remove_file(dir.path().join("double.cl")).unwrap();
        let message = problem(&path);
        assert!(
            message.contains("x.bin: has 15 bytes, but its buffer has 16"),
            "{message}"
        );
        assert!(
            message.contains("double.cl: there is no such file"),
            "{message}"
        );
        for empty in ["", "\n", "\u{feff}"] {
            std::fs::write(dir.path().join("double.cl"), empty).unwrap();
            assert!(problem(&path).contains("double.cl: is empty"), "{empty:?}");
        }
    }

    /// Regression: with a wrong output and two missing files, only the output was reported.
    #[test]
    fn what_is_wrong_with_a_manifest_and_with_its_files_is_told_together() {
        let wrong = MANIFEST.replace("\"outputs\": [ \"x\" ]", "\"outputs\": [ \"nxt\" ]");
        let (dir, path) = folder(&wrong);
        std::fs::write(dir.path().join("x.bin"), [1; 15]).unwrap();
        std::fs::remove_file(dir.path().join("double.cl")).unwrap();
        let message = problem(&path);
        for part in [
            "\n  outputs[0]: no buffer named `nxt`",
            "\nnor are its files as they should be:",
            "\n  double.cl: there is no such file",
            "\n  x.bin: has 15 bytes, but its buffer has 16",
        ] {
            assert!(message.contains(part), "{part} in {message}");
        }
        // A name that is not allowed is not looked for, nor is the file of a buffer whose length cannot be determined.
        let length = format!("\"length\": {}", u64::MAX);
        let wrong = wrong
            .replace("double.cl", "../double.cl")
            .replace("\"length\": 4", &length);
        std::fs::write(&path, wrong).unwrap();
        let message = problem(&path);
        assert!(message.contains("\n  program.file: "), "{message}");
        assert!(message.contains("\n  buffers[0].length: "), "{message}");
        assert!(!message.contains("nor are its files"), "{message}");
    }

    /// Regression: the only message was "expected value at line 1 column 1" when a kernel was named instead of the
    /// manifest.
    #[test]
    fn what_is_no_json_is_called_that() {
        let (dir, _) = folder(MANIFEST);
        let message = problem(&dir.path().join("double.cl"));
        let said = "is not valid:\n  it is not JSON: expected value at line 1 column 1";
        assert!(message.ends_with(said), "{message}");
    }

    /// Regression: the program was paid for, and failed at each provider that was tried.
    #[test]
    fn a_program_that_is_no_text_is_found_before_it_is_paid_for() {
        let (dir, path) = folder(MANIFEST);
        let program = "// \u{a9} us\nkernel void twice() {}\n";
        let write = |content: &[u8]| std::fs::write(dir.path().join("double.cl"), content).unwrap();
        for mark in ["", "\u{feff}"] {
            write(format!("{mark}{program}").as_bytes());
            Prepared::load(&path).unwrap();
        }

        let latin = |text: &str| -> Vec<u8> { text.chars().map(|c| c as u8).collect() };
        let wide = |text: &str| -> Vec<u8> {
            let units = text.encode_utf16();
            units.flat_map(u16::to_le_bytes).collect()
        };
        let next = "save its source as text in UTF-8";
        for (content, why) in [
            (latin(program), "line 1 is not text in UTF-8"),
            (
                latin(&format!("\n{program}")),
                "line 2 is not text in UTF-8",
            ),
            (
                wide(program),
                "it is text in UTF-16, and a program is in UTF-8",
            ),
            (
                wide(&format!("\u{feff}{program}")),
                "it is text in UTF-16, and a program is in UTF-8",
            ),
            (
                program.replace("()", "(\0)").into(),
                "line 2 has a zero byte",
            ),
        ] {
            write(&content);
            let message = problem(&path);
            let said = format!("\n  double.cl: {why}; {next}");
            assert!(message.ends_with(&said), "{message}");
        }
        // A program that is too long is not read.
        let file = std::fs::File::create(dir.path().join("double.cl")).unwrap();
        file.set_len(1 << 40).unwrap();
        let long = "double.cl: has 1099511627776 bytes, and a program may have 1048576";
        assert!(problem(&path).contains(long), "{}", problem(&path));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_not_uploaded() {
        let (dir, path) = folder(MANIFEST);
        let outside = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(outside.path(), [1; 16]).unwrap();
        std::fs::remove_file(dir.path().join("x.bin")).unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("x.bin")).unwrap();
        assert!(problem(&path).contains("x.bin: leads out of"));
    }
}
