//! `aicpw`: the requester's and the provider's command line.
//!
//! | module | what |
//! | --- | --- |
//! | [`args`] | the command line's arguments |
//! | [`commands`] | one file for each group of commands |
//! | [`chain`] | reads through runtime APIs, signs and sends transactions |
//! | [`account`], [`amount`], [`hash`], [`quantity`] | accounts, amounts, hashes, spans of time and sizes as text |
//! | [`keys`] | the key that signs |
//! | [`error`] | errors, what to do next, and the exit codes |
//! | [`node_rpc`] | the node's own methods: IPFS, devices, worker keys |
//! | [`peers`] | peer addresses: binary on chain, text for people and the node |
//! | [`verify`] | the option `--verify`: how a result is verified |
//! | [`life`] | what happens to a task, found out from its views |
//! | [`faults`] | why attempts failed, in words |
//! | [`program_name`] | a program's own file name in messages about it |
//! | [`data_keys`], [`sealed`], [`grant`] | sealed tasks: their keys, their data, and who gets them |
//! | [`pins`] | notes of what nodes keep for tasks, until it can be released |
//! | [`signals`] | Ctrl-C, and the other signals that end a command |
//! | [`fetch`], [`unchecked`], [`result_folder`] | results: checked before their files have names, and put into a folder |
//! | [`rerun`] | running a job on this machine, as a provider's node would |
//! | [`user_data`] | where this program stores its user's data |
//! | [`whole_file`], [`unnamed_file`] | files that appear as a whole or not at all, and files without a name |
//! | [`output`] | tables for people, JSON for programs, progress bars |

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account;
mod amount;
mod args;
mod chain;
mod commands;
mod data_keys;
mod error;
mod faults;
mod fetch;
mod grant;
mod hash;
mod keys;
mod ledger;
mod ledger_file;
mod life;
mod node_rpc;
mod output;
mod peers;
mod pins;
mod plain_file;
mod program_name;
mod quantity;
mod rerun;
mod result_folder;
mod sealed;
mod signals;
mod unchecked;
mod unnamed_file;
mod user_data;
mod verify;
mod whole_file;

use clap::Parser;

/// Ends the program with clap's message; for `--json`, as a document like any other failure.
fn not_parsed(error: &clap::Error) -> std::process::ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if !error.use_stderr() || !wants_json {
        error.exit();
    }
    let error = args::usage_error(error);
    output::Output::new(true).failure(&error);
    std::process::ExitCode::from(error.kind as u8)
}

fn main() -> std::process::ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => return not_parsed(&error),
    };
    let output = output::Output::new(args.global.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            output.failure(&error::Error::other(format!("cannot start: {error}")));
            return std::process::ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(commands::run(args, &output));
    // Do not wait for other threads, which may be blocked by another program or by a name server that does not answer.
    // Everything that had to be written has been written.
    runtime.shutdown_background();
    match ended {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            output.failure(&error);
            std::process::ExitCode::from(error.kind as u8)
        }
    }
}
