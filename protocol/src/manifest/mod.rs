//! The manifest `aicpw.task/v1`: a job described in JSON.
//!
//! ```
//! use aicpw_protocol::manifest::Manifest;
//!
//! let manifest = Manifest::parse(br#"{
//!   "version": "aicpw.task/v1", "name": "double", "engine": "opencl", "class": "int",
//!   "program": { "file": "double.cl" },
//!   "buffers": [ { "name": "x", "type": "int", "length": 4, "init": { "inline": [1, 2, 3, 4] } } ],
//!   "steps": [ { "loop": { "index": "i", "count": 3, "steps": [
//!     { "kernel": "add", "args": [ { "buffer": "x" }, { "scalar": { "type": "int", "value": "i * 10" } } ],
//!       "global": [4] } ] } } ],
//!   "outputs": [ "x" ]
//! }"#).unwrap();
//! assert_eq!(manifest.launches(), 3);
//! assert_eq!(manifest.output_bytes(), 16);
//! ```
//!
//! | module | what |
//! | --- | --- |
//! | [`model`], [`steps`] | the fields, as they are written |
//! | [`element`] | types of elements and values |
//! | [`number`] | numbers, and initial contents written into the manifest |
//! | [`expression`] | arithmetic over loop indices |
//! | [`plan`] | the launches of a job, one after the other; when checkpoints are due |
//! | [`validate`] | every rule, and [`limits`] |
//! | `object` | reads structures from JSON objects, and from nothing else |
//! | `shape` | what is wrong with text that is no manifest |
//! | [`error`] | problems, each with the path of its field |
//!
//! # Properties
//!
//! * A manifest that passes cannot fail later because of what it says: expressions are proven over the whole range of
//!   their loop indices (no division by zero, every value fits its type).
//! * Everything that a job's results depend on is in the manifest and in the blobs that it names by CID, never in the
//!   environment. Unknown fields are refused, so an older worker never runs only the half of a newer manifest that it
//!   understands.

pub mod element;
pub mod error;
pub mod expression;
pub mod model;
pub mod number;
mod object;
pub mod plan;
mod shape;
pub mod steps;
pub mod validate;

pub use element::{ElementType, Field, Lane, Scalar, VectorType};
pub use error::{ManifestErrors, Problem};
pub use model::{Blob, Buffer, Build, DefineValue, Init, Library, Manifest, Source, Version};
pub use plan::{Flag, KernelLaunch, Launch, Plan, Runner, Value, Work, WrittenKernel};
pub use steps::{Argument, CopyStep, FillStep, Is, KernelStep, Loop, ScalarArgument, Step, Until};
pub use validate::limits;
