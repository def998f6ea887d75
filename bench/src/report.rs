//! Tables for people, one for each part, and JSON for programs.

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result};
use comfy_table::Table;
use serde::Serialize;

/// One measured value.
#[derive(Serialize)]
struct Row {
    what: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<String>,
}

/// What one part measured.
#[derive(Serialize)]
pub struct Measured {
    part: String,
    /// What one has to know to read the numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    rows: Vec<Row>,
    /// Why the part ended early.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Measured {
    pub fn new(part: impl Into<String>) -> Self {
        Self {
            part: part.into(),
            notes: Vec::new(),
            rows: Vec::new(),
            error: None,
        }
    }

    /// Adds a value, and the goal as it should be printed; empty if there is none.
    pub fn add(&mut self, what: impl Into<String>, value: f64, unit: &'static str, goal: &str) {
        let goal = (!goal.is_empty()).then(|| goal.to_owned());
        self.rows.push(Row {
            what: what.into(),
            value,
            unit,
            goal,
        });
    }

    /// Adds a sentence to be printed below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Notes that the part ended early.
    pub fn failed(&mut self, error: &anyhow::Error) {
        self.error = Some(format!("{error:#}"));
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::ASCII_MARKDOWN);
        table.set_header([self.part.as_str(), "value", "unit", "goal"]);
        for row in &self.rows {
            table.add_row([
                row.what.as_str(),
                &rounded(row.value),
                row.unit,
                row.goal.as_deref().unwrap_or_default(),
            ]);
        }
        write!(f, "{table}")?;
        for note in &self.notes {
            write!(f, "\n{note}")?;
        }
        match &self.error {
            Some(error) => write!(f, "\nnot finished: {error}"),
            None => Ok(()),
        }
    }
}

/// Rounds a value to the digits that matter.
fn rounded(value: f64) -> String {
    let digits = match value.abs() {
        0.0 => 0,
        at_least if at_least >= 100.0 => 0,
        at_least if at_least >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}

/// Everything that was measured.
#[derive(Serialize)]
pub struct Report {
    cores: usize,
    parts: Vec<Measured>,
}

impl Report {
    pub fn new() -> Self {
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            parts: Vec::new(),
        }
    }

    /// Adds a part.
    pub fn push(&mut self, measured: Measured) {
        self.parts.push(measured);
    }

    /// Returns the parts that ended early.
    pub fn failures(&self) -> Vec<&str> {
        let failed = self.parts.iter().filter(|part| part.error.is_some());
        failed.map(|part| part.part.as_str()).collect()
    }

    /// Writes the whole report, in place of what was there.
    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let json = serde_json::to_string_pretty(self)?;
        fs::write(path, json + "\n").with_context(|| path.display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_failed_keeps_its_values_and_says_why() {
        let mut part = Measured::new("idle");
        part.add("memory", 123.4, "MB", "< 400");
        part.failed(&anyhow::anyhow!("the node ended"));
        let text = part.to_string();
        assert!(text.contains("123") && text.contains("< 400"), "{text}");
        assert!(text.ends_with("not finished: the node ended"), "{text}");
        let mut report = Report::new();
        report.push(part);
        report.push(Measured::new("root"));
        assert_eq!(report.failures(), ["idle"]);
    }

    #[test]
    fn digits_follow_the_size() {
        assert_eq!(
            [0.0, 1234.5, 56.78, 1.234].map(rounded),
            ["0", "1234", "56.8", "1.23"]
        );
    }
}
