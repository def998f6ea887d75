//! Element types: OpenCL's scalars and vectors, structures of them, and plain bytes; all in
//! little-endian byte order.
//!
//! ```text
//! "float"                          a scalar
//! "float4"                         a vector
//! {"struct": ["float4", "int[3]"]} a structure as OpenCL C lays it out
//! {"bytes": 20}                    this many bytes, whatever is in them
//! ```

use std::{fmt, str::FromStr};

use serde::{de::Error as _, Deserialize, Serialize};

use super::validate::limits;

/// A scalar type of OpenCL C.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "they are called as in OpenCL C")]
pub enum Scalar {
    Char,
    UChar,
    Short,
    UShort,
    Int,
    UInt,
    Long,
    ULong,
    Float,
    Double,
}

impl Scalar {
    /// All of them, with their names in OpenCL C.
    pub const ALL: [(&'static str, Self); 10] = [
        ("char", Self::Char),
        ("uchar", Self::UChar),
        ("short", Self::Short),
        ("ushort", Self::UShort),
        ("int", Self::Int),
        ("uint", Self::UInt),
        ("long", Self::Long),
        ("ulong", Self::ULong),
        ("float", Self::Float),
        ("double", Self::Double),
    ];

    /// Its name in OpenCL C.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    /// Its size.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Char | Self::UChar => 1,
            Self::Short | Self::UShort => 2,
            Self::Int | Self::UInt | Self::Float => 4,
            Self::Long | Self::ULong | Self::Double => 8,
        }
    }

    /// Whether it is an integer type.
    pub fn is_integer(self) -> bool {
        !matches!(self, Self::Float | Self::Double)
    }

    /// Smallest and largest value of an integer type; `None` for the others.
    pub fn integer_range(self) -> Option<(i128, i128)> {
        let bits = self.bytes() * 8;
        match self {
            Self::Float | Self::Double => None,
            Self::Char | Self::Short | Self::Int | Self::Long => {
                Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1))
            }
            Self::UChar | Self::UShort | Self::UInt | Self::ULong => Some((0, (1 << bits) - 1)),
        }
    }

    /// Largest finite value of a floating-point type; `None` for the others.
    pub fn real_limit(self) -> Option<f64> {
        match self {
            Self::Float => Some(f64::from(f32::MAX)),
            Self::Double => Some(f64::MAX),
            _ => None,
        }
    }

    /// Appends an integer that is in [`Self::integer_range`].
    pub(super) fn put_integer(self, value: i128, out: &mut Vec<u8>) {
        out.extend_from_slice(&value.to_le_bytes()[..self.bytes() as usize]);
    }

    /// Appends a real number, rounded to the nearest value of the type.
    pub(super) fn put_real(self, value: f64, out: &mut Vec<u8>) {
        match self {
            Self::Float => out.extend_from_slice(&(value as f32).to_le_bytes()),
            _ => out.extend_from_slice(&value.to_le_bytes()),
        }
    }
}

/// A scalar, or a vector of 2, 4, 8 or 16 of them. Vectors of 3 take the room of 4 in OpenCL, so
/// a manifest says 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VectorType {
    /// The type of a lane.
    pub scalar: Scalar,
    /// 1, 2, 4, 8 or 16.
    pub lanes: u8,
}

impl VectorType {
    /// Its size, which is its alignment too.
    pub fn bytes(self) -> u64 {
        self.scalar.bytes() * u64::from(self.lanes)
    }
}

impl fmt::Display for VectorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scalar.name())?;
        match self.lanes {
            1 => Ok(()),
            lanes => write!(f, "{lanes}"),
        }
    }
}

impl FromStr for VectorType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let scalar = Scalar::ALL.iter().find(|(known, _)| *known == name);
        let lanes = match &text[name.len()..] {
            "" => Some(1),
            "2" => Some(2),
            "4" => Some(4),
            "8" => Some(8),
            "16" => Some(16),
            "3" if scalar.is_some() => {
                return Err(format!(
                    "`{text}` takes the room of `{name}4` in OpenCL; write `{name}4`"
                ))
            }
            _ => None,
        };
        match (scalar, lanes) {
            (Some((_, scalar)), Some(lanes)) => Ok(Self {
                scalar: *scalar,
                lanes,
            }),
            _ => Err(format!(
                "unknown type `{text}`; a type is one of {}, one of these with 2, 4, 8 or 16 after \
                 it, {{\"struct\": […]}} or {{\"bytes\": N}}",
                Scalar::ALL.map(|(name, _)| name).join(", ")
            )),
        }
    }
}

/// A member of a structure: `"float4"`, or with the length of an array: `"float4[16]"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its type.
    pub element: VectorType,
    /// The length of the array; 1 if the member is no array (which has the same layout).
    pub count: u16,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => self.element.fmt(f),
            count => write!(f, "{}[{count}]", self.element),
        }
    }
}

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((element, count)) = text.split_once('[') else {
            return Ok(Self {
                element: text.parse()?,
                count: 1,
            });
        };
        let digits = count.strip_suffix(']').filter(|digits| {
            !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
        });
        let count = digits.and_then(|digits| digits.parse().ok());
        match count {
            Some(count) if u64::from(count) <= limits::STRUCT_BYTES => Ok(Self {
                element: element.parse()?,
                count,
            }),
            _ => Err(format!(
                "`{text}`: an array is written with its length from 1 to {}, such as `{element}[3]`",
                limits::STRUCT_BYTES
            )),
        }
    }
}

/// One number in an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lane {
    /// Its type.
    pub scalar: Scalar,
    /// Where the number starts, in bytes from the element's start.
    pub offset: u64,
}

/// The type of a buffer's elements or of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ElementType {
    /// A scalar or a vector.
    Vector(VectorType),
    /// A structure, laid out as in OpenCL C. Each member starts at the next multiple of its own
    /// size, and the length of the whole is a multiple of the size of its largest member. At most
    /// [`limits::STRUCT_BYTES`].
    Struct(Vec<Field>),
    /// This many bytes, at most [`limits::STRUCT_BYTES`].
    Bytes(u32),
}

impl ElementType {
    /// Its size.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Vector(vector) => vector.bytes(),
            Self::Struct(fields) => struct_bytes(fields),
            Self::Bytes(bytes) => (*bytes).into(),
        }
    }

    /// The numbers in it, in order; none in plain bytes. The bytes between the numbers are zero.
    pub fn lanes(&self) -> Vec<Lane> {
        match self {
            Self::Vector(vector) => (0..u64::from(vector.lanes))
                .map(|i| Lane {
                    scalar: vector.scalar,
                    offset: i * vector.scalar.bytes(),
                })
                .collect(),
            Self::Struct(fields) => struct_lanes(fields),
            Self::Bytes(_) => Vec::new(),
        }
    }

    /// Whether it is a single number.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Vector(vector) if vector.lanes == 1)
    }
}

fn struct_lanes(fields: &[Field]) -> Vec<Lane> {
    let mut lanes = Vec::new();
    let mut at = 0u64;
    for field in fields {
        at = at.next_multiple_of(field.element.bytes());
        for _ in 0..u64::from(field.count) * u64::from(field.element.lanes) {
            lanes.push(Lane {
                scalar: field.element.scalar,
                offset: at,
            });
            at += field.element.scalar.bytes();
        }
    }
    lanes
}

/// Does not look at each number: a stranger's structure may be enormous until it is refused.
fn struct_bytes(fields: &[Field]) -> u64 {
    let (end, alignment) = fields.iter().fold((0u64, 1u64), |(at, alignment), field| {
        let bytes = field.element.bytes();
        (
            at.next_multiple_of(bytes) + bytes * u64::from(field.count),
            alignment.max(bytes),
        )
    });
    end.next_multiple_of(alignment)
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vector(vector) => vector.fmt(f),
            Self::Struct(fields) => {
                f.write_str("struct {")?;
                for field in fields {
                    write!(f, " {field};")?;
                }
                f.write_str(" }")
            }
            Self::Bytes(bytes) => write!(f, "{bytes} bytes"),
        }
    }
}

/// A type that is not one word, as written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Struct(Vec<String>),
    Bytes(u32),
}

impl Serialize for ElementType {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Vector(vector) => s.collect_str(vector),
            Self::Struct(fields) => {
                Written::Struct(fields.iter().map(Field::to_string).collect()).serialize(s)
            }
            Self::Bytes(bytes) => Written::Bytes(*bytes).serialize(s),
        }
    }
}

impl<'de> Deserialize<'de> for ElementType {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(d)?;
        if let Some(text) = value.as_str() {
            return text.parse().map(Self::Vector).map_err(D::Error::custom);
        }
        match serde_json::from_value(value).map_err(|error| {
            D::Error::custom(format!(
                "a type is a name, {{\"struct\": [names]}} or {{\"bytes\": N}}: {error}"
            ))
        })? {
            Written::Struct(fields) => {
                let fields = fields
                    .iter()
                    .enumerate()
                    .map(|(i, field)| {
                        let field: Result<Field, String> = field.parse();
                        field.map_err(|error| D::Error::custom(format!("struct[{i}]: {error}")))
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                if fields.is_empty() || fields.len() > limits::STRUCT_FIELDS {
                    return Err(D::Error::custom(format!(
                        "a struct has from 1 to {} members",
                        limits::STRUCT_FIELDS
                    )));
                }
                let bytes = struct_bytes(&fields);
                if bytes > limits::STRUCT_BYTES {
                    return Err(D::Error::custom(format!(
                        "a struct may have {} bytes, and this one has {bytes}",
                        limits::STRUCT_BYTES
                    )));
                }
                Ok(Self::Struct(fields))
            }
            Written::Bytes(bytes) if bytes == 0 || u64::from(bytes) > limits::STRUCT_BYTES => {
                Err(D::Error::custom(format!(
                    "`bytes` must be from 1 to {}",
                    limits::STRUCT_BYTES
                )))
            }
            Written::Bytes(bytes) => Ok(Self::Bytes(bytes)),
        }
    }
}
