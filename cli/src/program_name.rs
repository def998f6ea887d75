//! Puts a program's own file name into the messages of compilers and workers.
//!
//! They call every program by the same name, because they get only its text.

/// The name that they use, before the number of a line.
const EVERY: &str = "program.cl:";

/// The name for a program whose file is unknown, as compilers name input that is no file.
const UNNAMED: &str = "<program>";

/// The message with the name of the user's own file, or with a placeholder if that is unknown.
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
        // Another file whose name ends the same way, and text that is no position in a file.
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
