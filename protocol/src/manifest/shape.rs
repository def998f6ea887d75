//! Text that does not have the shape of a manifest, and what can be reported about it besides the first error.

use serde::de::IgnoredAny;
use serde_json::{error::Category, Value};

use super::{
    error::{ManifestErrors, Problem},
    model::Manifest,
};

/// The most problems that are reported. The text is read once more for each of them.
const MOST: usize = 8;

type Failed = serde_path_to_error::Error<serde_json::Error>;

/// The problems of a text whose first error is `first`. If a problem is a word that is not one of those that a field
/// takes, the rest is checked as if a right word stood there.
pub(super) fn problems(json: &[u8], first: Failed) -> ManifestErrors {
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(json) {
        // A wrong field stands before the place where the text stops being JSON.
        let field = first.inner().is_data().then(|| problem(first));
        return ManifestErrors {
            problems: field.into_iter().chain([no_json(&error)]).collect(),
        };
    }
    let mut place = wrong_word(&first);
    let mut problems = vec![problem(first)];
    let mut value: Value = match (&place, serde_json::from_slice(json)) {
        (Some(_), Ok(value)) => value,
        _ => return ManifestErrors { problems },
    };
    while let Some((at, right)) = place.filter(|_| problems.len() < MOST) {
        match value.pointer_mut(&at) {
            Some(wrong) => *wrong = Value::from(right),
            None => break,
        }
        let read: Result<Manifest, _> = serde_path_to_error::deserialize(&value);
        place = match read {
            Ok(_) => None,
            Err(error) => {
                let next = wrong_word(&error).filter(|(next, _)| *next != at);
                problems.push(problem(error));
                next
            }
        };
    }
    ManifestErrors { problems }
}

/// The problem of a text that is no JSON, with the place where this is noticed. No field is at fault.
pub(super) fn no_json(error: &serde_json::Error) -> Problem {
    let why = match error.classify() {
        Category::Eof => format!(
            "it ends too soon, at line {} column {}",
            error.line(),
            error.column()
        ),
        _ => error.to_string(),
    };
    Problem {
        path: String::new(),
        message: format!("it is not JSON: {why}"),
    }
}

fn problem(error: Failed) -> Problem {
    let path = match error.path().to_string() {
        // The second one is used where no field can be named.
        root if root == "." || root == "?" => String::new(),
        path => path,
    };
    let error = error.into_inner();
    let message = error.to_string();
    // The field says where the problem is. If no field can be named, the position helps.
    let position = format!(" at line {} column {}", error.line(), error.column());
    let message = match message.strip_suffix(&position) {
        Some(what) if error.is_data() && !path.is_empty() => what,
        _ => message.as_str(),
    };
    Problem {
        message: for_people(message),
        path,
    }
}

/// Serde's message, without the names of Rust types. It does not contain names of structures (see `expecting` at each
/// structure).
fn for_people(message: &str) -> String {
    let whole = |max: u64| format!(", expected a whole number from 0 to {max}");
    message
        .replace(", expected u32", &whole(u32::MAX.into()))
        .replace(", expected u64", &whole(u64::MAX))
}

/// The place of the wrong word (a JSON pointer), and a word that could stand there, if the field takes only certain
/// words.
fn wrong_word(error: &Failed) -> Option<(String, &'static str)> {
    use serde_path_to_error::Segment;

    if !error.inner().is_data() {
        return None;
    }
    let (mut at, mut field) = (String::new(), "");
    for segment in error.path() {
        match segment {
            Segment::Map { key } => {
                at += "/";
                at += &key.replace('~', "~0").replace('/', "~1");
                field = key;
            }
            Segment::Seq { index } => at += &format!("/{index}"),
            Segment::Enum { variant } => {
                at += "/";
                at += variant;
            }
            Segment::Unknown => return None,
        }
    }
    let right = match field {
        "version" => "aicpw.task/v1",
        "engine" => "opencl",
        "class" | "type" => "int",
        "libraries" => "strict_math",
        _ => return None,
    };
    Some((at, right))
}
