//! Ends a program with an error message for people, and not in the form meant for programmers.

use std::process::{Command, ExitCode};

use anyhow::{ensure, Context, Result};

/// The exit code for a result. An error is printed to standard error, with each of its causes on a line of its own.
pub fn ended(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", text(&error));
            ExitCode::FAILURE
        }
    }
}

/// The text of an error for people.
pub fn text(error: &anyhow::Error) -> String {
    let mut causes = error
        .chain()
        .map(|cause| cause.to_string().replace('\n', "\n    "));
    let first = causes.next().unwrap_or_default();
    let more: String = causes
        .map(|cause| format!("\n  because: {cause}"))
        .collect();
    format!("error: {first}{more}")
}

/// Checks that a program that is given a missing file names the file and the cause, each on a line of its own, and
/// prints nothing else. For the tests of programs that end this way.
///
/// # Errors
/// The program does otherwise, or it cannot be started.
pub fn check_told(program: &str, arguments: &[&str], missing: &str) -> Result<()> {
    let mut command = Command::new(program);
    let output = command
        .args(arguments)
        .env("RUST_BACKTRACE", "1")
        .output()
        .with_context(|| program.to_owned())?;
    ensure!(output.status.code() == Some(1), "{}", output.status);
    let said = String::from_utf8(output.stderr)?;
    let lines: Vec<_> = said.lines().collect();
    ensure!(
        matches!(lines[..], [first, second]
            if first.starts_with("error: ") && first.contains(missing)
                && second.starts_with("  because: ")),
        "{said}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_with_its_causes() {
        let error = Err::<(), _>(std::io::Error::other("no room\nat all"))
            .context("cannot write")
            .context("the task")
            .unwrap_err();
        assert_eq!(
            text(&error),
            "error: the task\n  because: cannot write\n  because: no room\n    at all"
        );
        assert_eq!(text(&anyhow::anyhow!("alone")), "error: alone");
    }
}
