//! What wasm-builder does to a runtime that it has linked, in the place of the registry's crate of this name. It has
//! the part of that crate which wasm-builder calls, and Binaryen is not behind it. README.md says why.

#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
mod tests;

use std::{
    error::Error,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use wasmparser::{BinaryReader, BinaryReaderError, Validator, WasmFeatures};

/// The magic number and the version, before the first section.
const HEADER_BYTES: usize = 8;
/// The id of a custom section, whose content begins with its name.
const CUSTOM: u8 = 0;

/// What is done to a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Refuses what WebAssembly 1.0 does not have, sign extension first of all. Binaryen writes that in other
    /// operators; the target of our runtime, `wasm32v1-none`, has none of it.
    SignextLowering,
    /// Removes the sections with DWARF, by the names that Binaryen goes by.
    StripDwarf,
}

/// What is done to a module, and how.
#[derive(Clone, Debug)]
pub struct OptimizationOptions {
    passes: Vec<Pass>,
    keeps_names: bool,
}

impl OptimizationOptions {
    /// Nothing but the passes that are added.
    pub fn new_opt_level_0() -> Self {
        Self {
            passes: Vec::new(),
            keeps_names: false,
        }
    }

    /// One more, after those that were added before.
    pub fn add_pass(&mut self, pass: Pass) -> &mut Self {
        self.passes.push(pass);
        self
    }

    /// Changes nothing: without it, too, no more than WebAssembly 1.0 is admitted.
    pub fn mvp_features_only(&mut self) -> &mut Self {
        self
    }

    /// Whether the names of functions stay. Nothing here removes them, so [`Self::run`] wants to be told that they do.
    pub fn debug_info(&mut self, kept: bool) -> &mut Self {
        self.keeps_names = kept;
        self
    }

    /// Reads the module in `input`, does the passes, and writes what comes of it to `output`, which may be the same
    /// file.
    ///
    /// # Errors
    /// A file cannot be read or written, the module is refused, or the names of functions were not asked for. In all
    /// but the first of these nothing is written.
    pub fn run(
        &self,
        input: impl AsRef<Path>,
        output: impl AsRef<Path>,
    ) -> Result<(), OptimizationError> {
        let (input, output) = (input.as_ref(), output.as_ref());
        if !self.keeps_names {
            return Err(OptimizationError::NamesUnwanted);
        }
        let mut module = fs::read(input).map_err(|source| OptimizationError::Read {
            path: input.to_owned(),
            source,
        })?;
        for pass in &self.passes {
            let done = match pass {
                Pass::SignextLowering => require_wasm1(&module).map(|()| module),
                Pass::StripDwarf => without_dwarf(&module),
            };
            module = done.map_err(|error| OptimizationError::Refused {
                path: input.to_owned(),
                what: error.to_string(),
            })?;
        }
        fs::write(output, module).map_err(|source| OptimizationError::Write {
            path: output.to_owned(),
            source,
        })
    }
}

/// Why a module did not get through.
#[derive(Debug)]
pub enum OptimizationError {
    /// The module cannot be read.
    Read {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is not WebAssembly 1.0, or no module at all.
    Refused {
        /// Where it is.
        path: PathBuf,
        /// The first thing in it that is not admitted, and where.
        what: String,
    },
    /// What came of it cannot be written.
    Write {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The names of functions were to go, which is not done here.
    NamesUnwanted,
}

impl fmt::Display for OptimizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, .. } => write!(f, "cannot read {}", path.display()),
            Self::Refused { path, what } => {
                let path = path.display();
                write!(f, "{path} is not WebAssembly 1.0 (wasm32v1-none): {what}")
            }
            Self::Write { path, .. } => write!(f, "cannot write {}", path.display()),
            Self::NamesUnwanted => f.write_str("the names of functions cannot be removed here"),
        }
    }
}

impl Error for OptimizationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::Refused { .. } | Self::NamesUnwanted => None,
        }
    }
}

/// Fails at the first thing in the module that WebAssembly 1.0 does not have: that is the first version, with
/// globals that are changed across modules.
fn require_wasm1(module: &[u8]) -> Result<(), BinaryReaderError> {
    Validator::new_with_features(WasmFeatures::WASM1)
        .validate_all(module)
        .map(drop)
}

/// The module without its sections of DWARF, else byte by byte the same.
fn without_dwarf(module: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut rest = BinaryReader::new(module, 0);
    let mut kept = rest.read_bytes(HEADER_BYTES)?.to_vec();
    while !rest.eof() {
        let start = rest.original_position();
        let id = rest.read_u8()?;
        let mut content = rest.read_reader()?;
        let dwarf = id == CUSTOM && is_dwarf(content.read_string()?);
        if !dwarf {
            kept.extend_from_slice(&module[start..rest.original_position()]);
        }
    }
    Ok(kept)
}

/// As `createStripDWARFPass` of Binaryen has it.
fn is_dwarf(section: &str) -> bool {
    section.starts_with(".debug") || section.starts_with("reloc..debug")
}
