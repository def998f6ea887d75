//! Errors as a person reads them: what happened, and what to do next. Each has a kind, which is
//! the exit code and, in `--json`, a stable name.

use std::{fmt, io};

/// In a next step, the place of the task's number, which is filled in once it is known.
const TASK: &str = "TASK";

/// What a failure means to a caller. The numbers are the exit codes and never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Anything that has no code of its own.
    Error = 1,
    /// Wrong arguments, or a manifest that is not valid: nothing was sent.
    Usage = 2,
    /// The task ended without a result: cancelled, or refunded.
    TaskFailed = 3,
    /// Something is not what was promised: a result with another root, a history that does not
    /// follow from its submissions.
    Verification = 4,
    /// It did not happen in the time that was given to it.
    Timeout = 5,
    /// The node does not answer.
    Unreachable = 6,
    /// The account owns too little.
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
    /// What it means to a caller.
    pub kind: Kind,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The task that it is about, if that was submitted already.
    pub task: Option<u64>,
    /// Whether the command's own document says it, so that `--json` prints no second one.
    pub in_document: bool,
}

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            hint: None,
            task: None,
            in_document: false,
        }
    }

    /// [`Kind::Error`].
    pub fn other(message: impl fmt::Display) -> Self {
        Self::new(Kind::Error, message)
    }

    /// [`Kind::Usage`].
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// [`Kind::Verification`].
    pub fn verification(message: impl fmt::Display) -> Self {
        Self::new(Kind::Verification, message)
    }

    /// A file that cannot be read or written.
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

    /// Adds what to do next; the first one stays, being nearer to the cause.
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint.get_or_insert_with(|| hint.to_string());
        self
    }

    /// Puts what was being done before the message.
    pub fn while_doing(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Says which task it is about, also in a next step that names it `TASK`.
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
