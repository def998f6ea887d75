//! Asks a person before something that cannot be undone.

use std::io::{BufRead, IsTerminal, Write};

use super::Context;
use crate::{
    error::{Error, Result},
    signals::Ends,
};

/// The option of commands that ask.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Consent {
    /// Do it without asking. Needed where nobody can be asked: in scripts, and with --json
    #[arg(long, short)]
    pub yes: bool,
}

impl Context<'_> {
    /// Returns if the person agrees, now or with `--yes`. The caller must not send anything before that.
    ///
    /// # Errors
    /// The person does not agree, there is nobody to ask, or a signal comes instead of an answer.
    pub async fn confirm(&self, consequence: &str, consent: Consent) -> Result<()> {
        if consent.yes {
            return Ok(());
        }
        let (input, mut question) = (std::io::stdin(), std::io::stderr());
        if self.out.is_json() || !input.is_terminal() || !question.is_terminal() {
            return Err(Error::usage(format!("not confirmed: {consequence}"))
                .hint("nothing was sent; if that is what you want, give --yes"));
        }
        let mut ends = Ends::listen()?;
        // The question is asked in a thread of its own, which may wait for ever: the process can end without it. The
        // thread must not hold standard error meanwhile, because the reason why the process ends is written there.
        let consequence = consequence.to_owned();
        let asking = tokio::task::spawn_blocking(move || {
            ask(&consequence, &mut input.lock(), &mut question)
        });
        tokio::select! {
            biased;
            how = ends.next() => {
                // End the line with the question.
                let _ = writeln!(std::io::stderr());
                Err(Error::other(how).hint("nothing was sent"))
            }
            answer = asking => answer.map_err(Error::other)?,
        }
    }
}

fn ask(consequence: &str, input: &mut impl BufRead, question: &mut impl Write) -> Result<()> {
    let mut answer = String::new();
    let asked = write!(question, "{consequence}. Go on? [y/N] ")
        .and_then(|()| question.flush())
        .and_then(|()| input.read_line(&mut answer));
    match (asked, answer.trim()) {
        (Ok(_), "y" | "Y" | "yes") => Ok(()),
        _ => Err(Error::usage("not confirmed").hint("nothing was sent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Kind, output::Output};

    #[test]
    fn only_yes_is_yes() {
        for (answer, agrees) in [
            ("y\n", true),
            ("yes\n", true),
            ("\n", false),
            ("n\n", false),
        ] {
            let mut question = Vec::new();
            let result = ask("it is gone", &mut answer.as_bytes(), &mut question);
            assert_eq!(result.is_ok(), agrees, "{answer:?}");
            assert_eq!(question, b"it is gone. Go on? [y/N] ");
        }
        assert!(ask("it is gone", &mut &b""[..], &mut Vec::new()).is_err());
    }

    #[tokio::test]
    async fn a_program_is_not_asked() {
        let global = crate::args::tests::global();
        let context = Context {
            global: &global,
            out: &Output::new(true),
        };
        let error = context
            .confirm("it is gone", Consent { yes: false })
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert!(error.to_string().contains("--yes"), "{error}");
        let meant = Consent { yes: true };
        assert!(context.confirm("it is gone", meant).await.is_ok());
    }
}
