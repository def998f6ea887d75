//! What a program of a determinism class may contain.
//!
//! The check reads tokens, after comments, strings and line splices are removed. It protects an honest author from
//! results that differ between devices. It is no proof against a dishonest one, who can always write a race. So it
//! rather refuses too much, and says what to do: a forbidden name is refused wherever it stands, even as the name of a
//! variable, because a macro could call it. (A name that the manifest makes a macro never reaches the compiler.)
//!
//! | class | refused |
//! | --- | --- |
//! | all | `#include`, `#embed`: there is nothing to include |
//! | `int`, `fp32-strict` | `##`, `_Pragma`, `#pragma` other than `unroll` and `OPENCL EXTENSION`, trigraphs and digraphs, inline assembler, compiler built-ins (`__builtin_…`), double and half precision, atomics on floats, images and pipes |
//! | `int` | every floating-point type, literal and conversion |
//! | `fp32-strict` | built-ins that OpenCL does not define exactly: see [`names::INEXACT`], and `native_…`, `half_…`, `fast_…` |

mod names;

use std::collections::BTreeMap;

use aicpw_protocol::task::DeterminismClass;

use names::{IMAGE_TYPES, INEXACT, INEXACT_IN_C};

/// Why a program is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The line, counted from one; `None` if it is in the manifest.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "program.cl:{line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Checks a program, and the values of the manifest's macros, against a class.
///
/// # Errors
///
/// All reasons to refuse the program.
pub fn check<'d>(
    source: &str,
    defines: impl Iterator<Item = (&'d str, &'d str)>,
    class: DeterminismClass,
) -> Result<(), Vec<Refusal>> {
    let defines: BTreeMap<&str, &str> = defines.collect();
    let mut refusals = Vec::new();
    let mut redefines = false;
    for token in tokens(source) {
        // The compiler never sees the name of a macro, as long as the program does not redefine the macro.
        let message = match &token.kind {
            Kind::Name(name) if defines.contains_key(name.as_str()) => redefines.then(|| {
                format!("`{name}` is a macro of the manifest (`build.defines`) and stays one")
            }),
            kind => refused(kind, class),
        };
        redefines = matches!(
            &token.kind,
            Kind::Directive(name) if ["define", "undef"].contains(&name.as_str())
        );
        refusals.extend(message.map(|message| Refusal {
            line: Some(token.line),
            message,
        }));
    }
    for (name, value) in defines {
        for token in tokens(value) {
            if let Some(message) = refused(&token.kind, class) {
                refusals.push(Refusal {
                    line: None,
                    message: format!("build.defines.{name}: {message}"),
                });
            }
        }
    }
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}

fn refused(token: &Kind, class: DeterminismClass) -> Option<String> {
    let name = class_name(class);
    match token {
        Kind::Directive(directive)
            if ["include", "include_next", "import", "embed"].contains(&directive.as_str()) =>
        {
            Some("there are no files to include; put everything into the program".into())
        }
        _ if class == DeterminismClass::Device => None,
        Kind::Pragma(text) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            match words.as_slice() {
                ["unroll", ..] => None,
                ["OPENCL", "EXTENSION", extension, ..]
                    if !["fp16", "fp64", "float", "all"]
                        .iter()
                        .any(|bad| extension.contains(bad)) =>
                {
                    None
                }
                _ => Some(format!(
                    "`#pragma {}` is not allowed in class {name}; allowed are `unroll` and integer \
					 extensions",
                    text.trim()
                )),
            }
        }
        Kind::Odd(what) => Some(format!("{what} is not allowed in class {name}")),
        Kind::Number(text) if class == DeterminismClass::Int && is_real(text) => Some(format!(
            "`{text}` is a floating-point number, and class int has integers only"
        )),
        Kind::Name(text) => refused_name(text, class),
        Kind::Number(_) | Kind::Directive(_) => None,
    }
}

fn refused_name(text: &str, class: DeterminismClass) -> Option<String> {
    let name = class_name(class);
    if matches!(text, "asm" | "__asm" | "__asm__" | "_Pragma")
        || text.starts_with("__builtin_")
        || text.starts_with("_Z")
        || IMAGE_TYPES.contains(&text)
        || text.starts_with("read_image")
        || text == "pipe"
    {
        return Some(format!("`{text}` is not allowed in class {name}"));
    }
    let base = text.trim_end_matches(|c: char| c.is_ascii_digit());
    if matches!(base, "double" | "half" | "quad")
        || text.contains("_double")
        || text.contains("_half")
        || text.contains("atomic_float")
        || text.contains("float_atomic")
    {
        return Some(format!(
            "`{text}`: class {name} has no double or half precision and no atomics on floats"
        ));
    }
    match class {
        DeterminismClass::Int if base == "float" || text.contains("_float") => Some(format!(
            "`{text}`: class int has integers only; the class with floats is fp32-strict"
        )),
        DeterminismClass::Fp32Strict
            if INEXACT.contains(&text)
                || INEXACT_IN_C.contains(&text)
                || ["native_", "half_", "fast_"]
                    .iter()
                    .any(|prefix| text.starts_with(prefix)) =>
        {
            Some(format!(
                "`{text}` is a built-in that gives different results on different devices, so \
				 class fp32-strict does not have it. The library `strict_math` (`build.libraries`) \
                 has many of them under other names, such as `strict_exp`; give your own function \
                 or variable another name"
            ))
        }
        _ => None,
    }
}

fn class_name(class: DeterminismClass) -> &'static str {
    match class {
        DeterminismClass::Int => "int",
        DeterminismClass::Fp32Strict => "fp32-strict",
        DeterminismClass::Device => "device",
    }
}

fn is_real(number: &str) -> bool {
    let hexadecimal = number.starts_with("0x") || number.starts_with("0X");
    number.contains('.')
        || match hexadecimal {
            true => number.contains(['p', 'P']),
            false => number.contains(['e', 'E', 'f', 'F']),
        }
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Kind {
    /// An identifier or keyword.
    Name(String),
    /// A number, as the preprocessor sees it.
    Number(String),
    /// The name of a preprocessor directive.
    Directive(String),
    /// The rest of a `#pragma`.
    Pragma(String),
    /// Something that hides what follows from this check.
    Odd(&'static str),
}

struct Token {
    line: usize,
    kind: Kind,
}

/// Returns the source text as logical lines, each with the number where it starts, without line splices, comments and
/// the contents of strings.
fn plain_lines(source: &str) -> Vec<(usize, String)> {
    let spliced = splice(source);
    let mut lines = vec![(1, String::new())];
    let mut at = 0;
    let mut quote = None;
    let mut in_comment = false;
    while let Some(&(c, number)) = spliced.get(at) {
        let following = spliced.get(at + 1).map(|(c, _)| *c);
        at += 1;
        if c == '\n' {
            // An unfinished string is an error that the compiler reports.
            quote = None;
            lines.push((number + 1, String::new()));
            continue;
        }
        let Some((_, line)) = lines.last_mut() else {
            break;
        };
        if in_comment {
            if (c, following) == ('*', Some('/')) {
                in_comment = false;
                at += 1;
            }
        } else if let Some(end) = quote {
            match c {
                '\\' => at += 1,
                _ if c == end => quote = None,
                _ => {}
            }
        } else {
            match (c, following) {
                ('/', Some('/')) => {
                    while spliced.get(at).is_some_and(|(c, _)| *c != '\n') {
                        at += 1;
                    }
                }
                ('/', Some('*')) => {
                    in_comment = true;
                    at += 1;
                    line.push(' ');
                }
                ('"' | '\'', _) => {
                    quote = Some(c);
                    line.push('"');
                }
                _ => line.push(c),
            }
        }
    }
    lines
}

/// Returns the characters with the numbers of their lines, without line splices.
fn splice(source: &str) -> Vec<(char, usize)> {
    let mut spliced = Vec::with_capacity(source.len());
    let mut number = 1;
    let mut chars = source.chars().filter(|c| *c != '\r').peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek() == Some(&'\n') {
            chars.next();
            number += 1;
            continue;
        }
        spliced.push((c, number));
        if c == '\n' {
            number += 1;
        }
    }
    spliced
}

fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut add = |line, kind| found.push(Token { line, kind });
    for (index, line) in source.lines().enumerate() {
        // Trigraphs are replaced before comments and strings are recognised, so they are refused anywhere.
        if line
            .match_indices("??")
            .any(|(i, _)| line[i + 2..].starts_with(['=', '/', '\'', '(', ')', '!', '<', '>', '-']))
        {
            add(
                index + 1,
                Kind::Odd("a trigraph (`??` with a sign after it)"),
            );
        }
        // Some compilers treat this as a splice, and this check does not.
        let trimmed = line.trim_end();
        if trimmed.len() != line.trim_end_matches('\r').len() && trimmed.ends_with('\\') {
            add(index + 1, Kind::Odd("a backslash with blanks after it"));
        }
    }
    for (number, line) in plain_lines(source) {
        line_tokens(&line, &mut |kind| add(number, kind));
    }
    found
}

fn line_tokens(line: &str, add: &mut dyn FnMut(Kind)) {
    let mut rest = line;
    if let Some(directive) = rest.trim_start().strip_prefix('#') {
        let directive = directive.trim_start();
        let (name, after) = directive.split_at(name_length(directive));
        if name == "pragma" {
            add(Kind::Pragma(after.to_owned()));
            return;
        }
        add(Kind::Directive(name.to_owned()));
        rest = after;
    }
    if rest.contains("##") {
        add(Kind::Odd("`##`, which pastes names together,"));
    }
    if ["%:", "<:", ":>", "<%", "%>"]
        .iter()
        .any(|d| rest.contains(d))
    {
        add(Kind::Odd("a digraph"));
    }
    if rest.contains('\\') {
        add(Kind::Odd("a backslash outside of strings"));
    }
    if !rest.is_ascii() {
        add(Kind::Odd(
            "a letter that is not ASCII, outside of comments,",
        ));
    }
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        let after_dot = rest[..start].ends_with('.');
        rest = &rest[start..];
        let is_number = rest.starts_with(|c: char| c.is_ascii_digit());
        let length = match is_number {
            true => number_length(rest),
            false => name_length(rest),
        };
        let (text, after) = rest.split_at(length);
        add(match (is_number, after_dot) {
            (true, true) => Kind::Number(format!(".{text}")),
            (true, false) => Kind::Number(text.to_owned()),
            (false, _) => Kind::Name(text.to_owned()),
        });
        rest = after;
    }
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len())
}

/// Returns the length of a preprocessing number: digits, letters, dots, and signs after an exponent's letter.
fn number_length(text: &str) -> usize {
    let mut before = '0';
    text.find(|c: char| {
        let exponent = matches!(before, 'e' | 'E' | 'p' | 'P') && matches!(c, '+' | '-');
        before = c;
        !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || exponent)
    })
    .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(source: &str, class: DeterminismClass) -> Vec<usize> {
        match check(source, std::iter::empty(), class) {
            Ok(()) => Vec::new(),
            Err(refusals) => refusals.iter().filter_map(|r| r.line).collect(),
        }
    }

    const NONE: [usize; 0] = [];
    const INT: DeterminismClass = DeterminismClass::Int;
    const FP32: DeterminismClass = DeterminismClass::Fp32Strict;

    #[test]
    fn plain_programs_pass() {
        let int = "/* float */ __kernel void f(__global uint* a) { // double sin(x)\n\
			 #pragma unroll 4\n for (int i = 0; i < 0xE0; i++) a[i] ^= 0xdeadbeefu; }";
        assert_eq!(lines(int, INT), NONE);
        let fp32 = "kernel void f(global float4* a) { float s = sqrt(a[0].x * 1.5e-3f); \
			 a[1].s0 = fma(s, .5f, min(s, 2.0f)); }";
        assert_eq!(lines(fp32, FP32), NONE);
        assert_eq!(
            lines("float x = sin(1.0f) ## exp;", DeterminismClass::Device),
            NONE
        );
    }

    #[test]
    fn floats_are_not_integers() {
        let source = "float a;\nint b = 1.0;\nint c = convert_int(as_float(1));\nint d = 1e3;\n\
			 half4 e; double2 f;\nint g = .5;\nint half_way, floater = 0x1e+1;";
        assert_eq!(lines(source, INT), [1, 2, 3, 4, 5, 5, 6]);
    }

    #[test]
    fn inexact_functions_are_refused_however_they_hide() {
        for hidden in [
            "y = sin(x);",
            "y = native_sqrt(x);",
            "#define f sin\n y = f(x);",
            "y = si\\\nn(x);",
            "y = si\\  \nn(x);",
            "#define glue(a, b) a ## b\n y = glue(si, n)(x);",
            "%:define glue(a, b) a %:%: b",
            "??=define a",
            "_Pragma(\"STDC FP_CONTRACT ON\") y = a * b + c;",
            "#pragma OPENCL FP_CONTRACT ON",
            "#pragma clang fp contract(fast)",
            "#pragma OPENCL EXTENSION cl_khr_fp64 : enable",
            "y = __builtin_sinf(x);",
            "float _Z3sinf(float);",
            "asm(\"fsin\");",
            "#include \"/etc/hostname\"",
            "float y = s\\u0069n(x);",
            "/* a *\\\n/ y = dot(a, b);",
            "y = length(v);",
            "read_imagef(i, s, p);",
        ] {
            assert_ne!(lines(hidden, FP32), NONE, "{hidden}");
        }
    }

    #[test]
    fn includes_are_refused_everywhere() {
        for class in [INT, FP32, DeterminismClass::Device] {
            assert_eq!(lines("int a;\n  # include <x>", class), [2]);
        }
    }

    #[test]
    fn macros_of_the_manifest_are_read_too() {
        let bad = check("", [("F", "native_sin"), ("N", "8")].into_iter(), FP32).unwrap_err();
        assert_eq!(bad.len(), 1);
        assert!(bad[0]
            .to_string()
            .starts_with("build.defines.F: `native_sin`"));
    }

    #[test]
    fn every_word_of_a_macro_is_read() {
        let said = |value: &str, class| match check("", [("F", value)].into_iter(), class) {
            Ok(()) => String::new(),
            Err(refusals) => refusals.iter().map(ToString::to_string).collect(),
        };
        for (value, class, word) in [
            ("(1 + native_sin(x))", FP32, "`native_sin`"),
            ("x, exp (y)", FP32, "`exp`"),
            ("(int *) (double)", FP32, "`double`"),
            ("unsigned int, float", INT, "`float`"),
            ("(2 * .5)", INT, "`.5`"),
        ] {
            let said = said(value, class);
            assert!(said.contains(word), "{value}: {said}");
        }
        for value in ["unsigned int", "(16)", "(2 * 8 - 1)", "a, - b"] {
            assert_eq!(said(value, INT), "", "{value}");
        }
    }

    #[test]
    fn macros_of_the_manifest_replace_what_is_refused() {
        let check = |source: &str| {
            let defines = [("sin", "strict_sin"), ("exp", "strict_exp")];
            match check(source, defines.into_iter(), FP32) {
                Ok(()) => Vec::new(),
                Err(refusals) => refusals.iter().filter_map(|r| r.line).collect(),
            }
        };
        assert_eq!(check("y = sin(x) * exp(z);"), NONE);
        assert_eq!(check("int a;\n#undef sin\ny = sin(x);"), [2]);
        assert_eq!(check("# define  exp cos"), [1, 1]);
        assert_eq!(check("y = cos(x);"), [1]);
        assert_eq!(check("#ifdef sin\ny = sin(x);\n#endif"), NONE);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        assert_eq!(
            lines("int a; /* \n\n */ float b;\n\"float\"\nfloat\\\n4 c;", INT),
            [3, 5]
        );
    }
}
