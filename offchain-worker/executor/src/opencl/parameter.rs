//! What a driver says about a kernel's parameters, and which of them a job can give.
//!
//! To `clSetKernelArg` an argument is bytes. If the parameter is a pointer, an image or a sampler, the driver takes
//! them for a handle, which is an address in this process. So a stranger's bytes go to a parameter only if it is
//! certain to be a value.
//!
//! A driver gives the name of a type as it is written in the program, and a program can give a sampler a name of its
//! own (`typedef sampler_t size;`). So a name is certain only if no program can take it: the keywords of OpenCL C, and
//! the names that it reserves on every device. For other names [`crate::kernels`] asks the compiler.

use aicpw_protocol::{job::ParameterKind, manifest::Value};
use ocl::core::{
    self, Kernel, KernelArgAddressQualifier, KernelArgInfo, KernelArgInfoResult, KernelInfo,
    KernelInfoResult, OpenclVersion,
};

use super::Error;

/// The message about a driver that does not answer.
const UNTOLD: &str = "the driver does not tell the kinds of kernel arguments, and without them nobody could say which \
                      of a job's values it would take for a handle";

/// Integers and `float`, and words that stand beside them. No program can give these names to anything, and each of the
/// types and its vectors exist on every device.
const NUMBERS: [&str; 9] = [
    "char", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "float",
];

/// Words that stand beside those, or that are only keywords: a device without doubles or halves may lack their vectors,
/// and a program can then give those names to something else.
const WORDS: [&str; 4] = ["signed", "unsigned", "double", "half"];

/// The numbers of elements of vectors.
const LANES: [&str; 6] = ["", "2", "3", "4", "8", "16"];

/// Words that some drivers put beside the name of a type.
const QUALIFIERS: [&str; 12] = [
    "const",
    "volatile",
    "restrict",
    "__restrict",
    "__global",
    "global",
    "__constant",
    "constant",
    "__local",
    "local",
    "__private",
    "private",
];

/// The types of handles that OpenCL C 1.2 has besides images.
const HANDLES: [&str; 2] = ["sampler_t", "event_t"];

/// The types of handles that later versions have. Programs are in 1.2, where such a name is free; a value of a type
/// with such a name is refused all the same.
const LATER_HANDLES: [&str; 5] = [
    "queue_t",
    "clk_event_t",
    "reserve_id_t",
    "ndrange_t",
    "pipe",
];

/// The longest name of a type that is repeated in a message.
const SHOWN_CHARS: usize = 64;

/// A parameter of a kernel, as the driver describes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    space: KernelArgAddressQualifier,
    type_name: String,
}

/// What a parameter is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind<'p> {
    /// Something that a job can give.
    Known(ParameterKind),
    /// A value if this name is that of a value type. The program chose the name.
    Named(&'p str),
    /// Nothing that a job can give.
    Other,
}

/// Asks the driver for a kernel's parameters.
///
/// # Errors
///
/// When the driver failed, or does not describe them.
pub fn of(kernel: &Kernel) -> Result<Vec<Parameter>, Error> {
    match core::get_kernel_info(kernel, KernelInfo::NumArgs) {
        Ok(KernelInfoResult::NumArgs(count)) => (0..count).map(|i| ask(kernel, i)).collect(),
        Ok(_) => Err(Error::Driver("the driver cannot count arguments".into())),
        Err(error) => Err(Error::when("asking a kernel for its arguments")(error)),
    }
}

fn ask(kernel: &Kernel, i: u32) -> Result<Parameter, Error> {
    // A device whose compiler takes OpenCL C 1.2 has this call, which came with that version.
    let version = OpenclVersion::new(1, 2);
    let asked = |what| {
        core::get_kernel_arg_info(kernel, i, what, Some(&[version])).map_err(|error| {
            match error.api_status() {
                Some(core::Status::CL_KERNEL_ARG_INFO_NOT_AVAILABLE) => {
                    Error::Driver(UNTOLD.into())
                }
                _ => Error::when("asking a kernel for the kinds of its arguments")(error),
            }
        })
    };
    let space = asked(KernelArgInfo::AddressQualifier)?;
    let type_name = asked(KernelArgInfo::TypeName)?;
    match (space, type_name) {
        (
            KernelArgInfoResult::AddressQualifier(space),
            KernelArgInfoResult::TypeName(type_name),
        ) if !type_name.is_empty() => Ok(Parameter { space, type_name }),
        _ => Err(Error::Driver(UNTOLD.into())),
    }
}

impl Parameter {
    /// Returns what the parameter is.
    pub fn kind(&self) -> Kind<'_> {
        use KernelArgAddressQualifier::{Constant, Global, Local, Private};
        let words: Vec<&str> = self
            .type_name
            .split_whitespace()
            .filter(|word| !QUALIFIERS.contains(word))
            .collect();
        let mut names = self.type_name.split(|c: char| !is_of_name(c));
        if names.any(is_handle) {
            return Kind::Other;
        }
        match self.space {
            // An image is also in global memory, but is not a pointer.
            Global | Constant if self.type_name.contains('*') => Kind::Known(ParameterKind::Buffer),
            Global | Constant => Kind::Other,
            Local => Kind::Known(ParameterKind::Local),
            Private => match words[..] {
                ["struct" | "union" | "enum", name] if is_name(name) => {
                    Kind::Known(ParameterKind::Value)
                }
                [] => Kind::Other,
                _ if words.iter().all(|word| is_number(word)) => Kind::Known(ParameterKind::Value),
                [name] if is_name(name) && !LATER_HANDLES.contains(&name) => Kind::Named(name),
                _ => Kind::Other,
            },
        }
    }

    /// Returns its type, for a message.
    pub fn shown(&self) -> String {
        self.type_name.chars().take(SHOWN_CHARS).collect()
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_name(word: &str) -> bool {
    word.chars().all(is_of_name) && !word.starts_with(|c: char| c.is_ascii_digit())
}

fn is_number(word: &str) -> bool {
    let base = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let lanes = &word[base.len()..];
    WORDS.contains(&word) || NUMBERS.contains(&base) && LANES.contains(&lanes)
}

fn is_handle(name: &str) -> bool {
    let images = ["image1d_", "image2d_", "image3d_"];
    let is_image = images.iter().any(|image| name.starts_with(image)) && name.ends_with("_t");
    is_image || HANDLES.contains(&name)
}

/// Returns what an argument is.
pub fn kind_of(argument: &Value) -> ParameterKind {
    match argument {
        Value::Buffer(_) => ParameterKind::Buffer,
        Value::Scalar(_) => ParameterKind::Value,
        Value::Local(_) => ParameterKind::Local,
    }
}

/// Returns why an argument cannot go to a parameter of this kind, or to none; `None` if it can.
pub fn misfit(argument: &Value, parameter: Option<ParameterKind>) -> Option<String> {
    let given = kind_of(argument);
    match parameter {
        None => Some("the kernel has fewer arguments".into()),
        Some(taken) if taken == given => None,
        Some(taken) => Some(format!(
            "does not fit: it is {}, and the kernel's parameter is {}",
            in_words(given),
            in_words(taken)
        )),
    }
}

fn in_words(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Buffer => "a buffer (`__global` or `__constant`)",
        ParameterKind::Value => "a value",
        ParameterKind::Local => "local memory (`__local`)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use KernelArgAddressQualifier::{Constant, Global, Local, Private};

    const BUFFER: Kind<'static> = Kind::Known(ParameterKind::Buffer);
    const VALUE: Kind<'static> = Kind::Known(ParameterKind::Value);

    #[track_caller]
    fn check(space: KernelArgAddressQualifier, type_name: &str, kind: Kind<'_>) {
        let parameter = Parameter {
            space,
            type_name: type_name.to_owned(),
        };
        assert_eq!(parameter.kind(), kind, "{parameter:?}");
    }

    #[test]
    fn buffers_are_pointers_to_memory_that_lasts() {
        for type_name in [
            "int*",
            "float4 *",
            "const float*",
            "__global uchar*",
            "struct body*",
            "body*",
            "void*",
            "__global int[4]*",
            "float *restrict",
            // Names that OpenCL C 1.2 leaves free.
            "queue_t*",
            "image_t*",
            "event*",
        ] {
            check(Global, type_name, BUFFER);
            check(Constant, type_name, BUFFER);
            check(Private, type_name, Kind::Other);
            check(Local, type_name, Kind::Known(ParameterKind::Local));
        }
    }

    #[test]
    fn images_are_no_buffers_under_any_name() {
        for type_name in ["image2d_t", "read_only image3d_t", "picture", "image2d_t*"] {
            check(Global, type_name, Kind::Other);
            check(Constant, type_name, Kind::Other);
        }
        check(Private, "image1d_buffer_t", Kind::Other);
        check(Private, "read_only image2d_array_t", Kind::Other);
        check(Local, "image2d_t", Kind::Other);
    }

    #[test]
    fn values_have_names_that_no_program_can_take() {
        for type_name in [
            "int",
            "const int",
            "unsigned int",
            "unsigned",
            "long long",
            "long unsigned int",
            "uchar",
            "ulong16",
            "float3",
            "double",
            "half",
            "struct body",
            "union word",
            "enum colour",
        ] {
            check(Private, type_name, VALUE);
            check(Global, type_name, Kind::Other);
        }
    }

    #[test]
    fn other_names_are_the_programs() {
        for type_name in [
            "body",
            "real",
            "half4",
            "double2",
            "unsigned4",
            "int1",
            "int32",
            "float4x",
            "structbody",
            "size_t",
        ] {
            check(Private, type_name, Kind::Named(type_name));
        }
        check(Private, "const real", Kind::Named("real"));
    }

    #[test]
    fn handles_are_nothing_that_a_job_has() {
        for type_name in [
            "sampler_t",
            "const sampler_t",
            "event_t",
            "queue_t",
            "clk_event_t",
            "reserve_id_t",
            "pipe int",
            "pipe",
            "",
            "*",
            "typeof (s)",
            "struct (unnamed)",
            "int real",
            "4",
        ] {
            check(Private, type_name, Kind::Other);
        }
        check(Global, "sampler_t*", Kind::Other);
    }

    #[test]
    fn only_what_is_taken_fits() {
        let arguments = [
            (Value::Buffer(0), ParameterKind::Buffer),
            (Value::Scalar(vec![0; 8]), ParameterKind::Value),
            (Value::Local(8), ParameterKind::Local),
        ];
        for (argument, given) in &arguments {
            for (_, taken) in &arguments {
                let fits = misfit(argument, Some(*taken)).is_none();
                assert_eq!(fits, given == taken, "{argument:?} to {taken:?}");
            }
            assert!(misfit(argument, None).is_some());
        }
    }
}
