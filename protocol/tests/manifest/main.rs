//! What a manifest may say: every field at its limits and beyond. Each manifest of these tests is
//! also given to the published JSON Schema, which must accept what the parser accepts, and refuse
//! what is wrong by its shape alone.
#![allow(clippy::unwrap_used)]

mod common;

mod buffers;
mod build;
mod choose;
mod contents;
mod docs;
mod expressions;
mod files;
mod fills;
mod hostile;
mod kernels;
mod loops;
mod outputs;
mod plan;
mod resume;
mod schema;
mod sizes;
mod top;
mod types;
mod until;
mod values;
