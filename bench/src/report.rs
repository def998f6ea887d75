//! The table and the JSON.

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
    goal: Option<String>,
}

/// Everything that was measured.
#[derive(Serialize)]
pub struct Report {
    cores: usize,
    rows: Vec<Row>,
}

impl Report {
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        Self {
            cores,
            rows: Vec::new(),
        }
    }

    pub fn add(&mut self, what: impl Into<String>, value: f64, unit: &'static str, goal: &str) {
        let goal = (!goal.is_empty()).then(|| goal.to_owned());
        self.rows.push(Row {
            what: what.into(),
            value,
            unit,
            goal,
        });
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let json = serde_json::to_string_pretty(self)?;
        fs::write(path, json + "\n").with_context(|| path.display().to_string())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::ASCII_MARKDOWN);
        table.set_header(["measured", "value", "unit", "goal"]);
        for row in &self.rows {
            let digits = if row.value.abs() >= 100.0 { 0 } else { 2 };
            table.add_row([
                row.what.clone(),
                format!("{:.digits$}", row.value),
                row.unit.to_owned(),
                row.goal.clone().unwrap_or_default(),
            ]);
        }
        write!(f, "{table}\n{} cores", self.cores)
    }
}
