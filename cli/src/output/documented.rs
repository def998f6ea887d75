//! Tests that `docs/cli.md` describes what the program prints.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

/// The page.
pub const PAGE: &str = include_str!("../../../docs/cli.md");

/// Fails unless every field of the document, at any depth, is named in one of these sections.
pub fn check(sections: &[&str], document: &impl Serialize) {
    let text: String = sections.iter().map(|name| section(name)).collect();
    let named = spans(&text);
    let mut fields = BTreeSet::new();
    collect(&serde_json::to_value(document).unwrap(), &mut fields);
    assert!(!fields.is_empty(), "a sample without fields");
    for field in fields {
        assert!(
            named.contains(&field[..]),
            "docs/cli.md, {sections:?}: `{field}` is not described"
        );
    }
}

/// The section of the page whose heading starts with this text, including the heading.
pub fn section(name: &str) -> String {
    let level = |line: &str| line.chars().take_while(|c| *c == '#').count();
    let mut lines = PAGE.lines();
    let heading = lines
        .by_ref()
        .find(|line| {
            let title = line.trim_start_matches('#').replace('`', "");
            level(line) > 0 && title.trim().starts_with(name)
        })
        .unwrap_or_else(|| panic!("docs/cli.md has no section `{name}`"));
    std::iter::once(heading)
        .chain(lines.take_while(|line| level(line) == 0 || level(line) > level(heading)))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// The parts of a text that are formatted as code.
pub fn spans(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn collect(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            fields.insert(name.clone());
            collect(value, fields);
        }),
        Value::Array(values) => values.iter().for_each(|value| collect(value, fields)),
        _ => {}
    }
}

#[test]
#[should_panic(expected = "`nonsense` is not described")]
fn a_field_that_is_missing_is_found() {
    check(
        &["Exit codes"],
        &serde_json::json!({ "error": { "nonsense": 1 } }),
    );
}
