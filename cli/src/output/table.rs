//! Tables for people.

use comfy_table::{presets, CellAlignment, ContentArrangement, Table, TableComponent};

/// A table with a header. Columns whose name starts with `>` are aligned right.
pub fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_style(TableComponent::HeaderLines, '─')
        .set_style(TableComponent::MiddleHeaderIntersections, '─')
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header.iter().map(|name| name.trim_start_matches('>')))
        .add_rows(rows);
    for (column, name) in table.column_iter_mut().zip(header) {
        if name.starts_with('>') {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    trim(&table)
}

/// Names and values, one pair on each line. Values that are `None` are left out; the lines of a
/// longer value are aligned with each other.
pub fn pairs(rows: Vec<(&str, Option<String>)>) -> String {
    let width = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    rows.into_iter()
        .filter_map(|(name, value)| {
            let value = value?
                .trim_end()
                .replace('\n', &format!("\n{:width$}  ", ""));
            Some(format!("{name:<width$}  {value}\n"))
        })
        .collect()
}

fn trim(table: &Table) -> String {
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// An id or hash, shortened to fit into a table.
pub fn short(text: &str) -> String {
    let count = text.chars().count();
    if count <= 14 {
        return text.to_owned();
    }
    let head: String = text.chars().take(6).collect();
    let tail: String = text.chars().skip(count - 6).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table() {
        let rows = vec![
            vec!["1".into(), "settled".into()],
            vec!["20".into(), "running".into()],
        ];
        let expected = "\x20Task   State
────────────────
    1   settled
   20   running
";
        assert_eq!(table(&[">Task", "State"], rows), expected);
    }

    #[test]
    fn pairs_without_the_missing() {
        let text = pairs(vec![
            ("Task", Some("7".into())),
            ("Rating", None),
            ("Requester", Some("x\ny\n".into())),
        ]);
        assert_eq!(text, "Task       7\nRequester  x\n           y\n");
    }

    #[test]
    fn long_ids_are_shortened() {
        assert_eq!(short("0x12"), "0x12");
        assert_eq!(short("bafybeigdyrzt5sfp7udm7hu76uh7"), "bafybe…u76uh7");
    }
}
