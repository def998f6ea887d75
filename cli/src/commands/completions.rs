//! `aicpw completions`: prints a script with which a shell completes `aicpw` commands.

use clap::CommandFactory;
use clap_complete::{generate, Shell};

use super::Context;
use crate::{
    args::Args,
    error::{Error, Result},
};

/// What `completions` takes.
#[derive(clap::Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// Prints the script.
pub fn run(context: &Context<'_>, args: CompletionsArgs) -> Result<()> {
    if context.out.is_json() {
        return Err(Error::usage("`completions --json`: a script is not JSON"));
    }
    context.out.say(script(args.shell).trim_end());
    Ok(())
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    generate(shell, &mut Args::command(), "aicpw", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_completes_commands_and_options() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = script(shell);
            assert_eq!(crate::output::printable(&script), script);
            for part in ["aicpw", "rotate-worker", "set-slots", "time-limit"] {
                assert!(script.contains(part), "{shell}: no {part}");
            }
        }
    }
}
