//! Functions that a program can ask for.

use aicpw_protocol::manifest::Library;

/// Returns the source text of a library, in OpenCL C 1.2. A change to what it computes changes the
/// results of jobs that exist already: a new version gets a new name.
pub fn source(library: Library) -> &'static str {
    match library {
        Library::StrictMath => concat!(
            include_str!("libraries/strict_math/base.cl"),
            include_str!("libraries/strict_math/exponential.cl"),
            include_str!("libraries/strict_math/trigonometric.cl"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source;
    use aicpw_protocol::task::DeterminismClass;

    #[test]
    fn strict_math_keeps_the_rules_that_it_helps_with() {
        let text = source(Library::StrictMath);
        // The one thing that a library may contain and a program may not.
        let pragma = "#pragma OPENCL FP_CONTRACT OFF\n";
        assert!(text.contains(pragma));
        let text = text.replace(pragma, "");
        source::check(&text, std::iter::empty(), DeterminismClass::Fp32Strict).unwrap();
    }
}
