//! Element types: OpenCL's scalars and vectors, in little-endian byte order.

use std::{fmt, str::FromStr};

/// A scalar type of OpenCL C.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
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
pub struct ElementType {
    /// The type of a lane.
    pub scalar: Scalar,
    /// 1, 2, 4, 8 or 16.
    pub lanes: u8,
}

impl ElementType {
    /// Its size.
    pub fn bytes(self) -> u64 {
        self.scalar.bytes() * u64::from(self.lanes)
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scalar.name())?;
        match self.lanes {
            1 => Ok(()),
            lanes => write!(f, "{lanes}"),
        }
    }
}

impl FromStr for ElementType {
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
                "unknown type `{text}`; a type is one of {}, or one of these with 2, 4, 8 or 16 \
				 after it",
                Scalar::ALL.map(|(name, _)| name).join(", ")
            )),
        }
    }
}

impl serde::Serialize for ElementType {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ElementType {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
