//! `aicpw-node`: one binary for validators, providers and requesters.
//!
//! It wires services together and knows no rule of the market: those are in the runtime, and the
//! work itself is in `aicpw-offchain-worker`.

use std::process::ExitCode;

mod aicpw_rpc;
mod chain_spec;
mod check;
mod cli;
mod command;
mod keys;
mod metrics;
mod ports;
mod rpc;
mod service;
mod worker;

fn main() -> ExitCode {
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aicpw-node: {error}");
            ExitCode::FAILURE
        }
    }
}
