//! The steps of a manifest, as they are written.

use serde::{Deserialize, Serialize};

use super::{
    element::ElementType,
    number::{present, Number, NumberOrExpression, ScalarValue, SizeValue},
    object::only_from_objects,
};

/// A step of a job.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(try_from = "RawStep", into = "RawStep")]
pub enum Step {
    /// One launch of a kernel.
    Kernel(KernelStep),
    /// Sets elements of a buffer to a value.
    Fill(FillStep),
    /// Copies elements from one buffer to another.
    Copy(CopyStep),
    /// Repeats steps.
    Loop(Loop),
}

/// One launch of a kernel.
#[derive(Clone, PartialEq, Debug)]
pub struct KernelStep {
    /// Its name in the program.
    pub kernel: String,
    /// Its arguments, in order.
    pub args: Vec<Argument>,
    /// Work items in one to three dimensions.
    pub global: Vec<SizeValue>,
    /// The size of a work group, in as many dimensions; if absent, the driver chooses it.
    pub local: Option<Vec<u32>>,
    /// Where the global ids start, in as many dimensions; zero if absent.
    pub offset: Option<Vec<SizeValue>>,
}

/// Sets elements of a buffer to a value.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct FillStep {
    /// The buffer, of a scalar or vector type.
    pub buffer: String,
    /// The value of each element, as in [`ScalarArgument::value`].
    pub value: ScalarValue,
    /// The first element; zero if absent.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub offset: Option<SizeValue>,
    /// The number of elements; if absent, all that follow.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub length: Option<SizeValue>,
}

/// Copies elements from one buffer to another of the same type.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct CopyStep {
    /// The buffer that is read.
    pub from: String,
    /// The first element that is read; zero if absent.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub from_offset: Option<SizeValue>,
    /// The buffer that is written, which must be another one.
    pub to: String,
    /// The first element that is written; zero if absent.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub to_offset: Option<SizeValue>,
    /// The number of elements; if absent, all that follow in `from`.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub length: Option<SizeValue>,
}

/// Repeats steps.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct Loop {
    /// The name of the index, which counts from zero and can be used in expressions.
    pub index: String,
    /// The number of iterations, or with `until` the most iterations. May depend on the loops
    /// around this one.
    pub count: SizeValue,
    /// What ends the loop before that number.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub until: Option<Until>,
    /// The steps that are repeated.
    pub steps: Vec<Step>,
}

/// A flag that the device writes and that ends a loop.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct Until {
    /// The buffer, of an integer type.
    pub buffer: String,
    /// The element; may depend on this loop's index.
    #[serde(default = "zero", skip_serializing_if = "is_zero")]
    pub element: SizeValue,
    /// The value that the element must have for the loop to end.
    #[serde(default, skip_serializing_if = "Is::is_default")]
    pub is: Is,
    /// The number of iterations between two looks at the flag. Each look waits for the device.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub every: u32,
}

/// What a flag must be for a loop to end.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    /// Anything but zero.
    #[default]
    Nonzero,
    /// Zero.
    Zero,
}

impl Is {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

only_from_objects!(
    FillStep,
    CopyStep,
    Loop,
    Until,
    ScalarArgument,
    RawStep,
    RawArgument
);

fn zero() -> SizeValue {
    NumberOrExpression::Number(Number::Integer(0))
}

fn is_zero(value: &SizeValue) -> bool {
    *value == zero()
}

fn one() -> u32 {
    1
}

fn is_one(value: &u32) -> bool {
    *value == 1
}

/// An argument of a kernel.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(try_from = "RawArgument", into = "RawArgument")]
pub enum Argument {
    /// A buffer, by name.
    Buffer(String),
    /// One of several buffers.
    Choose {
        /// Their names.
        choose: Vec<String>,
        /// The position of the chosen buffer in the list, from zero.
        by: SizeValue,
    },
    /// A value.
    Scalar(ScalarArgument),
    /// Local memory of this many bytes.
    Local(SizeValue),
}

/// A value passed to a kernel.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
pub struct ScalarArgument {
    /// Its type.
    #[serde(rename = "type")]
    pub element: ElementType,
    /// A number or an expression. For a vector or a structure: an array of them, one for each
    /// number in it. For plain bytes: base64.
    pub value: ScalarValue,
}

/// The fields of all kinds of something. The fields of exactly one kind must be present. A field
/// that is present must not be `null`.
macro_rules! as_written {
    ($(#[$doc:meta])* struct $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Serialize, Deserialize, Default)]
        #[serde(remote = "Self", deny_unknown_fields, expecting = "an object")]
        struct $name {
            $(
                #[serde(
                    default,
                    deserialize_with = "present",
                    skip_serializing_if = "Option::is_none"
                )]
                $field: Option<$type>,
            )*
        }
    };
}

as_written! {
    /// A step as written, with the fields of all kinds.
    struct RawStep {
        kernel: String,
        args: Vec<Argument>,
        global: Vec<SizeValue>,
        local: Vec<u32>,
        offset: Vec<SizeValue>,
        fill: FillStep,
        copy: CopyStep,
        r#loop: Loop,
    }
}

impl TryFrom<RawStep> for Step {
    type Error = &'static str;

    fn try_from(raw: RawStep) -> Result<Self, Self::Error> {
        const ONE: &str =
            "a step is one of: a launch (`kernel`, `args`, `global`), `fill`, `copy`, `loop`";
        let of_kernel = raw.kernel.is_some()
            || raw.args.is_some()
            || raw.global.is_some()
            || raw.local.is_some()
            || raw.offset.is_some();
        match (of_kernel, raw.fill, raw.copy, raw.r#loop) {
            (false, Some(fill), None, None) => Ok(Self::Fill(fill)),
            (false, None, Some(copy), None) => Ok(Self::Copy(copy)),
            (false, None, None, Some(body)) => Ok(Self::Loop(body)),
            (true, None, None, None) => Ok(Self::Kernel(KernelStep {
                kernel: raw.kernel.ok_or("missing field `kernel`")?,
                args: raw.args.ok_or("missing field `args`")?,
                global: raw.global.ok_or("missing field `global`")?,
                local: raw.local,
                offset: raw.offset,
            })),
            _ => Err(ONE),
        }
    }
}

impl From<Step> for RawStep {
    fn from(step: Step) -> Self {
        match step {
            Step::Kernel(step) => Self {
                kernel: Some(step.kernel),
                args: Some(step.args),
                global: Some(step.global),
                local: step.local,
                offset: step.offset,
                ..Self::default()
            },
            Step::Fill(fill) => Self {
                fill: Some(fill),
                ..Self::default()
            },
            Step::Copy(copy) => Self {
                copy: Some(copy),
                ..Self::default()
            },
            Step::Loop(body) => Self {
                r#loop: Some(body),
                ..Self::default()
            },
        }
    }
}

as_written! {
    /// An argument as written, with the fields of all kinds.
    struct RawArgument {
        buffer: String,
        choose: Vec<String>,
        by: SizeValue,
        scalar: ScalarArgument,
        local: SizeValue,
    }
}

impl TryFrom<RawArgument> for Argument {
    type Error = &'static str;

    fn try_from(raw: RawArgument) -> Result<Self, Self::Error> {
        match (raw.buffer, raw.choose, raw.by, raw.scalar, raw.local) {
            (Some(buffer), None, None, None, None) => Ok(Self::Buffer(buffer)),
            (None, Some(choose), Some(by), None, None) => Ok(Self::Choose { choose, by }),
            (None, None, None, Some(scalar), None) => Ok(Self::Scalar(scalar)),
            (None, None, None, None, Some(local)) => Ok(Self::Local(local)),
            _ => Err("an argument is one of: `buffer`, `choose` and `by`, `scalar`, `local`"),
        }
    }
}

impl From<Argument> for RawArgument {
    fn from(argument: Argument) -> Self {
        match argument {
            Argument::Buffer(name) => Self {
                buffer: Some(name),
                ..Self::default()
            },
            Argument::Choose { choose, by } => Self {
                choose: Some(choose),
                by: Some(by),
                ..Self::default()
            },
            Argument::Scalar(scalar) => Self {
                scalar: Some(scalar),
                ..Self::default()
            },
            Argument::Local(bytes) => Self {
                local: Some(bytes),
                ..Self::default()
            },
        }
    }
}
