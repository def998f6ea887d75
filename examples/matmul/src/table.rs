//! Tables of integers.

use anyhow::{ensure, Context, Result};

/// Rows of signed bytes, all of the same length.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    pub rows: usize,
    pub columns: usize,
    /// The elements, row by row.
    pub elements: Vec<i8>,
}

impl Table {
    /// Reads CSV: of each row the first `columns` elements, or all if that is `None`.
    pub fn parse(text: &str, columns: Option<usize>) -> Result<Self> {
        let mut table = Self {
            rows: 0,
            columns: columns.unwrap_or(0),
            elements: Vec::new(),
        };
        for line in text.lines() {
            let number = table.rows + 1;
            table
                .add_row(line, columns)
                .with_context(|| format!("line {number}"))?;
        }
        ensure!(!table.elements.is_empty(), "the table is empty");
        Ok(table)
    }

    fn add_row(&mut self, line: &str, columns: Option<usize>) -> Result<()> {
        let before = self.elements.len();
        for word in line.split(',').take(columns.unwrap_or(usize::MAX)) {
            let element = word
                .trim()
                .parse()
                .with_context(|| format!("`{word}` is not an integer from -128 to 127"))?;
            self.elements.push(element);
        }
        let found = self.elements.len() - before;
        if self.rows == 0 && columns.is_none() {
            self.columns = found;
        }
        ensure!(
            found == self.columns,
            "{found} columns, {} were expected",
            self.columns
        );
        self.rows += 1;
        Ok(())
    }

    /// The rows, in order.
    pub fn each_row(&self) -> impl Iterator<Item = &[i8]> {
        self.elements.chunks(self.columns)
    }

    /// The elements in the form that the kernel reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.elements.iter().map(|e| e.to_le_bytes()[0]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns() {
        let table = Table::parse("1,-2,3\n 4,127,-128\n", None).unwrap();
        assert_eq!((table.rows, table.columns), (2, 3));
        assert_eq!(table.elements, [1, -2, 3, 4, 127, -128]);
        assert_eq!(table.to_bytes(), [1, 254, 3, 4, 127, 128]);
        let narrow = Table::parse("1,-2,x\n4,5,6\n", Some(2)).unwrap();
        assert_eq!(narrow.elements, [1, -2, 4, 5]);
    }

    #[test]
    fn errors_name_the_line_and_the_cause() {
        for (text, columns, cause) in [
            ("1,2\n3", None, "line 2: 1 columns, 2 were expected"),
            ("1,2\n3,4", Some(3), "line 1: 2 columns, 3 were expected"),
            ("1\n128", None, "line 2: `128` is not an integer"),
            ("a", None, "line 1: `a` is not an integer"),
            ("", None, "the table is empty"),
            ("1,2", Some(0), "the table is empty"),
        ] {
            let error = format!("{:#}", Table::parse(text, columns).unwrap_err());
            assert!(error.starts_with(cause), "{error}");
        }
    }
}
