//! How a program ends, for people: not in the way in which a programmer looks at an error.

use std::process::ExitCode;

use anyhow::Result;

/// The exit code; an error is told on standard error, each of its causes on a line of its own.
pub fn ended(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", text(&error));
            ExitCode::FAILURE
        }
    }
}

fn text(error: &anyhow::Error) -> String {
    let mut causes = error
        .chain()
        .map(|cause| cause.to_string().replace('\n', "\n    "));
    let first = causes.next().unwrap_or_default();
    let more: String = causes
        .map(|cause| format!("\n  because: {cause}"))
        .collect();
    format!("error: {first}{more}")
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

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
