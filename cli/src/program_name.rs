//! How a task's program is called in what compilers and workers say of it.
//!
//! They call every program by one name, for all that reaches them is its text.

/// That name, before the number of a line.
const EVERY: &str = "program.cl:";

/// A program whose file is not known: the way of compilers to name what is no file.
const UNNAMED: &str = "<program>";

/// What was said, with the name of the person's own file, or with none where that is not known.
pub fn with_own_name(text: &str, file: Option<&str>) -> String {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let mut parts = text.split(EVERY);
    let mut own = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match own.ends_with(is_of_name) {
            true => own += EVERY,
            false => {
                own += file.unwrap_or(UNNAMED);
                own.push(':');
            }
        }
        own += part;
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_names_the_file_of_the_person() {
        let said = "program.cl:3:5: error: x\nfrom \"program.cl:9\"";
        assert_eq!(
            with_own_name(said, Some("kernels/teapot.cl")),
            "kernels/teapot.cl:3:5: error: x\nfrom \"kernels/teapot.cl:9\""
        );
        assert_eq!(
            with_own_name(said, None),
            "<program>:3:5: error: x\nfrom \"<program>:9\""
        );
        // Another file, whose name ends so, and what is no place in a file.
        for other in [
            "my_program.cl:3: x",
            "lib/program.cl:3",
            "program.cl is there",
            "",
        ] {
            assert_eq!(with_own_name(other, Some("teapot.cl")), other);
            assert_eq!(with_own_name(other, None), other);
        }
    }
}
