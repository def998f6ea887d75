//! The process: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    let code = match aicpw_node::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            aicpw_node::tell(&error);
            ExitCode::FAILURE
        }
    };
    aicpw_node::flush_log();
    code
}
