//! The product, and the task that computes it.

use std::{fmt, path::Path};

use aicpw_example_task::TaskFolder;
use anyhow::{ensure, Result};
use serde_json::json;

use crate::table::Table;

const KERNELS: &str = include_str!("../input/matmul.cl");

/// The side of a work group.
const TILE: usize = 16;

/// The most columns: a 32-bit sum holds this many products of two bytes, whatever their signs.
const MAX_COLUMNS: usize = i32::MAX as usize / (128 * 128);

/// Multiplies every row of one table with every row of another.
#[derive(Clone, Debug)]
pub struct Product {
    pub left: Table,
    pub right: Table,
}

impl Product {
    pub fn new(left: Table, right: Table) -> Result<Self> {
        ensure!(
            left.columns == right.columns,
            "the tables have {} and {} columns: they must have equally many",
            left.columns,
            right.columns
        );
        ensure!(
            left.columns <= MAX_COLUMNS,
            "{} columns could overflow a sum of 32 bits: at most {MAX_COLUMNS} fit",
            left.columns
        );
        Ok(Self { left, right })
    }

    /// The task's `product` output as numbers, row by row.
    pub fn elements(&self, bytes: &[u8]) -> Result<Vec<i32>> {
        let expected = 4 * self.left.rows * self.right.rows;
        ensure!(
            bytes.len() == expected,
            "the product has {} bytes, {expected} were expected",
            bytes.len()
        );
        let words = bytes.chunks_exact(4);
        Ok(words
            .map(|word| i32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect())
    }

    /// Writes `manifest.json`, `matmul.cl`, `left.bin` and `right.bin`.
    pub fn write_task(&self, out: &Path) -> Result<()> {
        let folder = TaskFolder::create(out)?;
        folder.write("matmul.cl", KERNELS.as_bytes())?;
        folder.write("left.bin", &self.left.to_bytes())?;
        folder.write("right.bin", &self.right.to_bytes())?;
        folder.write_manifest(&self.manifest())
    }

    fn manifest(&self) -> serde_json::Value {
        let (left, right, inner) = (self.left.rows, self.right.rows, self.left.columns);
        let input = |name: &str, rows: usize| {
            json!({ "name": name, "type": "char", "length": rows * inner, "constant": true,
                    "init": { "file": format!("{name}.bin") } })
        };
        json!({
            "version": "aicpw.task/v1",
            "name": "matmul",
            "description": "Every row of one table times every row of another",
            "engine": "opencl",
            "class": "int",
            "program": { "file": "matmul.cl" },
            "build": { "defines": {
                "LEFT": format!("{left}u"),
                "RIGHT": format!("{right}u"),
                "INNER": format!("{inner}u"),
                "TILE": format!("{TILE}u"),
            } },
            "buffers": [
                input("left", left),
                input("right", right),
                { "name": "product", "type": "int", "length": left * right },
            ],
            "steps": [
                { "kernel": "multiply",
                  "args": [{ "buffer": "left" }, { "buffer": "right" }, { "buffer": "product" }],
                  "global": [right.next_multiple_of(TILE), left.next_multiple_of(TILE)],
                  "local": [TILE, TILE] }
            ],
            "outputs": ["product"]
        })
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} rows times {} rows of {} numbers",
            self.left.rows, self.right.rows, self.left.columns
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_multiplied_is_refused() {
        let row = |columns: usize| Table {
            rows: 1,
            columns,
            elements: vec![-128; columns],
        };
        let refused = |left, right| format!("{}", Product::new(row(left), row(right)).unwrap_err());
        assert!(refused(2, 3).contains("2 and 3 columns"));
        let most = MAX_COLUMNS;
        assert!(refused(most + 1, most + 1).contains("overflow"));
        let product = Product::new(row(most), row(most)).unwrap();
        // The largest possible sum.
        assert!(i32::try_from(most * 128 * 128).is_ok());
        let error = product.elements(&[0; 8]).unwrap_err().to_string();
        assert!(error.contains("8 bytes, 4 were expected"), "{error}");
    }
}
