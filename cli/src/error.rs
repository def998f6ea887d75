//! Errors as a person reads them: what happened, and what to do next. Each has a kind, which is
//! the exit code and, in `--json`, a stable name.

use std::fmt;

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
    pub fn file(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::other(format!("cannot {action} {}: {error}", path.display()))
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

    /// Says which task it is about.
    pub fn about_task(mut self, task: u64) -> Self {
        self.task.get_or_insert(task);
        self
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
