//! `aicpw-node`: one binary for validators, providers and requesters.
//!
//! It wires services together and knows no rule of the market: the rules are in the runtime, and the work itself is in
//! `aicpw-offchain-worker`. It is also a library, for programs that need the parts of a node without running one.

mod aicpw_rpc;
mod chain_spec;
mod check;
mod cli;
mod command;
mod disk;
mod ending;
mod keys;
mod log_writer;
mod logs;
mod metrics;
mod ports;
mod rpc;
pub mod service;
mod worker;

pub use command::{configuration, run, tell};
pub use log_writer::flush as flush_log;
