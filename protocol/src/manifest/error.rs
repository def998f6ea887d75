//! What is wrong with a manifest, in a form that leads its author to the place.

use std::fmt;

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Problem {
    /// The field, such as `steps[2].args[0].buffer`; empty for the whole manifest.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// All problems of a manifest; at least one. (JSON that does not have the shape of a manifest is reported at its first
/// error, after each word that is not one of those that its field takes. Text that is no JSON is reported at the place
/// where this is noticed, after a field that is wrong before it. All other problems are reported together.)
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ManifestErrors {
    /// In the order of the manifest's fields.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ManifestErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ManifestErrors {}

/// Collects problems under a path.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem {
            path: path.into(),
            message: message.into(),
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_result(self) -> Result<(), ManifestErrors> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(ManifestErrors { problems: self.0 })
        }
    }
}
