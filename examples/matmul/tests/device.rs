//! Tests products that are computed on a device, checked as a requester would.
#![allow(clippy::unwrap_used)]

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use aicpw_example_task::trial;
use anyhow::Result;

struct Tables<'t> {
    left: &'t Path,
    right: &'t Path,
    columns: &'t str,
}

impl Tables<'_> {
    fn matmul(&self, command: &str, option: &str, path: &Path) -> Result<String> {
        let mut program = Command::new(env!("CARGO_BIN_EXE_aicpw-matmul"));
        program.args([
            OsStr::new(command),
            OsStr::new("--left"),
            self.left.as_os_str(),
        ]);
        program.args([OsStr::new("--right"), self.right.as_os_str()]);
        program.args(["--columns", self.columns, option]).arg(path);
        trial::said(&mut program)
    }

    /// The path of the product.
    fn multiply(&self, folder: &Path) -> PathBuf {
        let (task, result) = (folder.join("task"), folder.join("result"));
        self.matmul("prepare", "--out", &task).unwrap();
        trial::run(&task.join("manifest.json"), &result).unwrap();
        result.join("product.bin")
    }
}

#[test]
fn every_digit_times_every_digit_and_a_changed_element_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let digits = Path::new(env!("CARGO_MANIFEST_DIR")).join("../digits/digits.csv");
    let tables = Tables {
        left: &digits,
        right: &digits,
        columns: "64",
    };
    let product = tables.multiply(folder.path());
    tables.matmul("check", "--product", &product).unwrap();

    let mut bytes = fs::read(&product).unwrap();
    let at = 4 * (1000 * 1797 + 321);
    bytes[at] ^= 1;
    fs::write(&product, bytes).unwrap();
    let error = tables.matmul("check", "--product", &product).unwrap_err();
    assert!(error.to_string().contains("row 1001"), "{error}");
}

#[test]
fn tables_that_fit_no_tile() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, rows: i32| {
        let path = folder.path().join(name);
        let row = |r: i32| (0..19).map(move |c| ((r * 37 + c * c * 11) % 256 - 128).to_string());
        let lines = (0..rows).map(|r| row(r).collect::<Vec<_>>().join(","));
        fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
        path
    };
    let (left, right) = (write("left.csv", 5), write("right.csv", 33));
    for columns in ["1", "16", "17", "19"] {
        let tables = Tables {
            left: &left,
            right: &right,
            columns,
        };
        let product = tables.multiply(folder.path());
        assert_eq!(fs::metadata(&product).unwrap().len(), 4 * 5 * 33);
        tables.matmul("check", "--product", &product).unwrap();
    }
}
