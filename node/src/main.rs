//! `aicpw-node`: one binary for validators, providers and requesters.
//!
//! It wires services together and knows no rule of the market: those are in the runtime, and the
//! work itself is in `aicpw-offchain-worker`.

mod aicpw_rpc;
mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;
mod worker;

fn main() -> sc_cli::Result<()> {
    command::run()
}
