//! Errors as a person reads them: what happened, and what to do next. Each has a kind, which
//! determines the exit code and, in `--json`, a stable name.

use std::{fmt, io};

/// Stands for the task's number in a next step, until the number is known.
const TASK: &str = "TASK";

/// What a failure means to the caller. The numbers are the exit codes and never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Any failure without a code of its own.
    Error = 1,
    /// Wrong arguments, or a manifest that is not valid: nothing was sent.
    Usage = 2,
    /// The task ended without a result: cancelled, or refunded.
    TaskFailed = 3,
    /// Something is not as promised: a result with another root, or a history that does not follow
    /// from its submissions.
    Verification = 4,
    /// It did not happen within the time allowed.
    Timeout = 5,
    /// The node does not answer.
    Unreachable = 6,
    /// The account has too little AICP.
    InsufficientFunds = 7,
}

impl Kind {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Usage => "usage",
            Self::TaskFailed => "task-failed",
            Self::Verification => "verification",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::InsufficientFunds => "insufficient-funds",
        }
    }
}

/// A failure.
#[derive(Debug)]
pub struct Error {
    /// What the failure means to the caller.
    pub kind: Kind,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The task that the error is about, if it was already submitted.
    pub task: Option<u64>,
    /// Whether the command's own document reports the error, so that `--json` prints no second
    /// document.
    pub in_document: bool,
}

/// A result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Makes an error of this kind.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            hint: None,
            task: None,
            in_document: false,
        }
    }

    /// Makes an error of [`Kind::Error`].
    pub fn other(message: impl fmt::Display) -> Self {
        Self::new(Kind::Error, message)
    }

    /// Makes an error of [`Kind::Usage`].
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Makes an error of [`Kind::Verification`].
    pub fn verification(message: impl fmt::Display) -> Self {
        Self::new(Kind::Verification, message)
    }

    /// Makes an error about a file that cannot be read or written.
    pub fn file(action: &str, path: &std::path::Path, error: &io::Error) -> Self {
        let failed = Self::other(format!(
            "cannot {action} {}: {}",
            path.display(),
            io_cause(error)
        ));
        match error.kind() {
            io::ErrorKind::NotFound => failed.hint("see whether the path is right"),
            io::ErrorKind::AlreadyExists => {
                failed.hint("give another name, or move what is there away")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                failed.hint("make room, then try again")
            }
            io::ErrorKind::PermissionDenied => {
                failed.hint("give another place, or run this as a user who may")
            }
            _ => failed,
        }
    }

    /// Adds what to do next. If there is a hint already, that one stays: it is nearer to the cause.
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint.get_or_insert_with(|| hint.to_string());
        self
    }

    /// Puts what was being done before the message.
    pub fn while_doing(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Says which task the error is about, and puts its number in place of `TASK` in the next step.
    pub fn about_task(mut self, task: u64) -> Self {
        self.task.get_or_insert(task);
        self.hint = self.hint.map(|hint| hint.replace(TASK, &task.to_string()));
        self
    }
}

/// Why something could not be done with a file, for people.
pub fn io_cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "this user may not".into(),
        io::ErrorKind::AlreadyExists => "it exists already, and is never overwritten".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        io::ErrorKind::IsADirectory => "it is a folder".into(),
        io::ErrorKind::NotADirectory => "a part of its path is not a folder".into(),
        io::ErrorKind::ReadOnlyFilesystem => "its file system is read-only".into(),
        _ => error.to_string(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  → {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_file_says_what_is_wrong_and_what_to_do() {
        for (kind, cause, next) in [
            (io::ErrorKind::NotFound, "no such file", "path is right"),
            (
                io::ErrorKind::AlreadyExists,
                "exists already",
                "another name",
            ),
            (io::ErrorKind::StorageFull, "disk is full", "make room"),
            (io::ErrorKind::PermissionDenied, "may not", "another place"),
        ] {
            let error = Error::file("write", Path::new("/x/y"), &kind.into()).to_string();
            assert!(error.contains("cannot write /x/y: "), "{error}");
            assert!(error.contains(cause) && error.contains(next), "{error}");
            assert!(!error.contains("os error"), "{error}");
        }
    }

    #[test]
    fn a_next_step_names_the_task() {
        let error = Error::other("it is late").hint("`aicpw task show TASK` says more");
        assert_eq!(
            error.about_task(7).hint.unwrap(),
            "`aicpw task show 7` says more"
        );
    }
}
