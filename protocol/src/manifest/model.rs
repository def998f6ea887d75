//! The fields of a manifest, as they are written; those of its steps are in [`super::steps`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    element::ElementType,
    error::{ManifestErrors, Problems},
    number::{present, InlineContent},
    object::only_from_objects,
    plan, shape,
    steps::Step,
    validate,
};
use crate::{
    content::ContentId,
    task::{DeterminismClass, Engine},
};

/// The version string.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// The only one so far.
    #[serde(rename = "aicpw.task/v1")]
    V1,
}

/// A job.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct Manifest {
    /// Always `aicpw.task/v1`.
    pub version: Version,
    /// A short name for people.
    pub name: String,
    /// What the job does, for people.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<String>,
    /// The engine that runs the program.
    pub engine: Engine,
    /// How far results can be compared bit for bit. It decides what the program may use.
    pub class: DeterminismClass,
    /// The source text of the program.
    pub program: Source,
    /// How the program is built.
    #[serde(default, skip_serializing_if = "Build::is_default")]
    pub build: Build,
    /// Device memory, by name.
    pub buffers: Vec<Buffer>,
    /// What runs, in order.
    pub steps: Vec<Step>,
    /// The number of launches between two checkpoints. If it is zero or absent, there is no checkpoint before the end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub checkpoint_every: u32,
    /// The buffers that make up the canonical output, concatenated in this order.
    pub outputs: Vec<String>,
}

only_from_objects!(Manifest, Build, Buffer);

fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// Where bytes come from.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A blob on IPFS.
    Cid(ContentId),
    /// A file, relative to the manifest's folder, with `/` between its parts. Only until the command line uploads it: a
    /// submitted manifest names only CIDs.
    File(String),
}

/// How the program is built.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(remote = "Self", deny_unknown_fields, default, expecting = "an object")]
pub struct Build {
    /// Compiler options, each out of [`validate::options_allowed`]. The engine leaves out
    /// [`validate::options_dropped`], and adds those that the class demands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Libraries of functions that are put before the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub libraries: Vec<Library>,
    /// Macros, defined after the libraries and before the program.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub defines: BTreeMap<String, DefineValue>,
}

impl Build {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A library of functions that a program can ask for.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Library {
    /// `strict_exp`, `strict_sin` and others in single precision, which give the same bits on every
    /// device of class `fp32-strict`.
    StrictMath,
}

/// The value of a macro: a whole number, or a string of identifiers and numbers of OpenCL C, spaces and
/// `( ) * + - ,` (such as `"unsigned int"`, `"0.5f"` or `"(N + 1)"`).
#[derive(Clone, PartialEq, Debug)]
pub struct DefineValue(pub(super) String);

impl DefineValue {
    /// The text that replaces the macro.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Device memory.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct Buffer {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    #[serde(rename = "type")]
    pub element: ElementType,
    /// Number of elements.
    pub length: u64,
    /// Whether no kernel writes the buffer, so that it is not part of checkpoints. If a job writes a constant buffer
    /// all the same, its manifest is bad.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub constant: bool,
    /// The initial content; zeros if absent.
    #[serde(default = "Init::zero")]
    pub init: Init,
}

impl Buffer {
    /// The size of the buffer; `None` if it does not fit 64 bits.
    pub fn bytes(&self) -> Option<u64> {
        self.length.checked_mul(self.element.bytes())
    }
}

/// The initial content of a buffer.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// Zeros; the value is always `true`.
    Zero(bool),
    /// Content in the manifest: base64 of the little-endian bytes, or an array of all numbers in
    /// the elements, in order.
    Inline(InlineContent),
    /// A blob on IPFS, exactly as long as the buffer.
    Cid(ContentId),
    /// A file, see [`Source::File`].
    File(String),
}

impl Init {
    fn zero() -> Self {
        Self::Zero(true)
    }
}

/// A blob that a manifest names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blob {
    /// The field that names it: `program`, or `buffers[3].init`.
    pub path: String,
    /// Position of the buffer that it fills; `None` for the program.
    pub buffer: Option<usize>,
    /// The blob.
    pub cid: ContentId,
    /// The length that the blob must have; `None` for the program, which may have at most
    /// [`validate::limits::PROGRAM_BYTES`].
    pub bytes: Option<u64>,
}

impl Manifest {
    /// Reads and validates a manifest.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; each problem names its field.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestErrors> {
        let manifest = Self::read(json)?;
        manifest.validate()?;
        Ok(manifest)
    }

    /// Reads a manifest and checks only its shape. [`Self::validate`] checks the rest.
    ///
    /// # Errors
    ///
    /// It is no JSON, or it does not have the shape of a manifest.
    pub fn read(json: &[u8]) -> Result<Self, ManifestErrors> {
        let mut problems = Problems::default();
        if json.len() as u64 > validate::limits::MANIFEST_BYTES {
            problems.add(
                "",
                format!(
                    "the manifest has {} bytes, and {} are allowed; put large contents into files",
                    json.len(),
                    validate::limits::MANIFEST_BYTES
                ),
            );
            problems.into_result()?;
        }
        let mut reader = serde_json::Deserializer::from_slice(json);
        let manifest: Self = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| shape::problems(json, error))?;
        reader.end().map_err(|error| ManifestErrors {
            problems: vec![shape::no_json(&error)],
        })?;
        Ok(manifest)
    }

    /// Checks every rule.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn validate(&self) -> Result<(), ManifestErrors> {
        validate::validate(self)
    }

    /// The manifest as JSON for people.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest has only string keys; qed")
    }

    /// Whether the manifest names all contents by CID, as a submitted one must.
    pub fn is_resolved(&self) -> bool {
        self.sources().all(|(_, file, _)| file.is_none())
    }

    /// The paths of the local files that the manifest names, each once, in order, with the length that the file must
    /// have (`None` for the program).
    pub fn local_files(&self) -> Vec<(&str, Option<u64>)> {
        let mut files = Vec::new();
        for (buffer, file, _) in self.sources() {
            if let Some(file) = file {
                let bytes = buffer.and_then(|i| self.buffers[i].bytes());
                if !files.contains(&(file, bytes)) {
                    files.push((file, bytes));
                }
            }
        }
        files
    }

    /// Replaces local files by the CIDs of their uploads.
    ///
    /// # Errors
    ///
    /// The fields with a file that is not in `uploaded`.
    pub fn resolve(&self, uploaded: &BTreeMap<String, ContentId>) -> Result<Self, ManifestErrors> {
        let mut resolved = self.clone();
        let mut problems = Problems::default();
        let mut look_up = |file: &str, path: String| {
            let cid = uploaded.get(file).cloned();
            if cid.is_none() {
                problems.add(path, format!("file `{file}` was not uploaded"));
            }
            cid
        };
        if let Source::File(file) = &self.program {
            if let Some(cid) = look_up(file, "program.file".into()) {
                resolved.program = Source::Cid(cid);
            }
        }
        for (i, buffer) in resolved.buffers.iter_mut().enumerate() {
            if let Init::File(file) = &buffer.init {
                if let Some(cid) = look_up(file, format!("buffers[{i}].init.file")) {
                    buffer.init = Init::Cid(cid);
                }
            }
        }
        problems.into_result()?;
        Ok(resolved)
    }

    /// The blobs that the manifest names by CID.
    pub fn blobs(&self) -> Vec<Blob> {
        self.sources()
            .filter_map(|(buffer, _, cid)| {
                Some(Blob {
                    path: match buffer {
                        None => "program".into(),
                        Some(i) => format!("buffers[{i}].init"),
                    },
                    buffer,
                    cid: cid?.clone(),
                    bytes: buffer.and_then(|i| self.buffers[i].bytes()),
                })
            })
            .collect()
    }

    /// Buffer position, file and CID of everything that comes from outside.
    fn sources(&self) -> impl Iterator<Item = (Option<usize>, Option<&str>, Option<&ContentId>)> {
        let program = match &self.program {
            Source::Cid(cid) => (None, None, Some(cid)),
            Source::File(file) => (None, Some(file.as_str()), None),
        };
        let buffers = self.buffers.iter().enumerate();
        std::iter::once(program).chain(buffers.filter_map(|(i, buffer)| match &buffer.init {
            Init::Cid(cid) => Some((Some(i), None, Some(cid))),
            Init::File(file) => Some((Some(i), Some(file.as_str()), None)),
            Init::Zero(_) | Init::Inline(_) => None,
        }))
    }

    /// The device memory for all buffers. (For a valid manifest; saturates.)
    pub fn memory_bytes(&self) -> u64 {
        self.buffers.iter().fold(0, |sum: u64, buffer| {
            sum.saturating_add(buffer.bytes().unwrap_or(u64::MAX))
        })
    }

    /// The length of a checkpoint's contents: those of all buffers that are not constant. (For a valid manifest;
    /// saturates.)
    pub fn state_bytes(&self) -> u64 {
        let buffers = self.buffers.iter().filter(|buffer| !buffer.constant);
        buffers.fold(0, |sum: u64, buffer| {
            sum.saturating_add(buffer.bytes().unwrap_or(u64::MAX))
        })
    }

    /// Whether the driver chooses the size of any work group.
    pub fn leaves_groups_to_driver(&self) -> bool {
        fn any(steps: &[Step]) -> bool {
            steps.iter().any(|step| match step {
                Step::Kernel(kernel) => kernel.local.is_none(),
                Step::Loop(inner) => any(&inner.steps),
                Step::Fill(_) | Step::Copy(_) => false,
            })
        }
        any(&self.steps)
    }

    /// The length of the canonical plaintext output. (For a valid manifest; saturates.)
    pub fn output_bytes(&self) -> u64 {
        self.outputs.iter().fold(0, |sum: u64, name| {
            let bytes = self.buffer(name).map(|(_, buffer)| buffer.bytes());
            sum.saturating_add(bytes.flatten().unwrap_or(0))
        })
    }

    /// The launches of the whole job if no loop ends before its count, which are the steps of its progress. (For a
    /// valid manifest; saturates.)
    pub fn launches(&self) -> u64 {
        plan::compile(self, &mut Problems::default()).launches()
    }

    /// The number of hashes in the job's trace if no loop ends before its count: one for each checkpoint, and one for
    /// the end.
    pub fn checkpoints(&self) -> u64 {
        self.checkpoints_of(self.launches())
    }

    pub(super) fn checkpoints_of(&self, launches: u64) -> u64 {
        match self.checkpoint_every {
            0 => 1,
            every => (launches / u64::from(every)).saturating_add(1),
        }
    }

    /// The buffer with this name, and its position.
    pub fn buffer(&self, name: &str) -> Option<(usize, &Buffer)> {
        self.buffers
            .iter()
            .enumerate()
            .find(|(_, buffer)| buffer.name == name)
    }
}
