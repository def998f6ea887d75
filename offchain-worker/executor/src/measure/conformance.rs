//! Checks which classes a device keeps: whether it computes the same as this program, bit for bit.
//!
//! The device gets pairs and triples of values (all combinations of special ones, and arbitrary
//! bits), and the host computes the same in Rust, whose arithmetic is IEEE 754 and two's
//! complement. Two NaNs are equal whatever their bits: OpenCL does not say which NaN results.

use aicpw_protocol::manifest::{KernelLaunch, Value};

use super::own_programs;
use crate::opencl::{buffer::Buffer, devices::Device, Error};

/// How many values of arbitrary bits are tried.
const ARBITRARY: usize = 1 << 15;

const INT_SOURCE: &str = r"
__kernel void check(__global const uint* a, __global const uint* b, __global const uint* c,
	__global uint* out) {
	size_t i = get_global_id(0), n = get_global_size(0);
	uint x = a[i], y = b[i], z = c[i];
	int sx = as_int(x), sy = as_int(y);
	uint divisor = y | 1;
	int signed_divisor = (sy & 0x7fffffff) | 1;
	ulong wide = ((ulong)x << 32) | z;
	ulong other = ((ulong)y << 16) | 1;
	out[0 * n + i] = x + y * z;
	out[1 * n + i] = x - y;
	out[2 * n + i] = mul_hi(x, y);
	out[3 * n + i] = as_uint(mul_hi(sx, sy));
	out[4 * n + i] = x / divisor;
	out[5 * n + i] = x % divisor;
	out[6 * n + i] = as_uint(sx / signed_divisor);
	out[7 * n + i] = as_uint(sx % signed_divisor);
	out[8 * n + i] = (x << (y & 31)) ^ (x >> (z & 31));
	out[9 * n + i] = as_uint(sx >> (y & 31));
	out[10 * n + i] = rotate(x, y);
	out[11 * n + i] = popcount(x) + clz(y);
	out[12 * n + i] = (uint)((wide * other) >> 32) ^ (uint)(wide * other);
	out[13 * n + i] = (uint)(wide / other);
	out[14 * n + i] = (uint)(wide % other);
	out[15 * n + i] = (uint)(uchar)(x * y) | ((uint)(ushort)(x + y) << 8);
	out[16 * n + i] = as_uint((int)(char)x * (int)(short)y);
	out[17 * n + i] = add_sat(x, y) ^ sub_sat(y, z);
	out[18 * n + i] = max(sx, sy) ^ as_uint(min(sx, as_int(z)));
	out[19 * n + i] = bitselect(x, y, z);
}
";

/// What a line of a kernel computes, in words and in Rust.
type Check<T> = (&'static str, fn(T, T, T) -> T);

const INT_CHECKS: [Check<u32>; 20] = [
    ("x + y * z", |x, y, z| x.wrapping_add(y.wrapping_mul(z))),
    ("x - y", |x, y, _| x.wrapping_sub(y)),
    ("mul_hi of uint", |x, y, _| {
        ((u64::from(x) * u64::from(y)) >> 32) as u32
    }),
    ("mul_hi of int", |x, y, _| {
        ((i64::from(x as i32) * i64::from(y as i32)) >> 32) as u32
    }),
    ("division of uint", |x, y, _| x / (y | 1)),
    ("remainder of uint", |x, y, _| x % (y | 1)),
    ("division of int", |x, y, _| {
        (x as i32 / ((y & 0x7fff_ffff) as i32 | 1)) as u32
    }),
    ("remainder of int", |x, y, _| {
        (x as i32 % ((y & 0x7fff_ffff) as i32 | 1)) as u32
    }),
    ("shifts", |x, y, z| (x << (y & 31)) ^ (x >> (z & 31))),
    ("shift of int", |x, y, _| ((x as i32) >> (y & 31)) as u32),
    ("rotate", |x, y, _| x.rotate_left(y & 31)),
    ("popcount and clz", |x, y, _| {
        x.count_ones() + y.leading_zeros()
    }),
    ("product of ulong", |x, y, z| {
        let product = wide(x, z).wrapping_mul(other(y));
        (product >> 32) as u32 ^ product as u32
    }),
    ("division of ulong", |x, y, z| {
        (wide(x, z) / other(y)) as u32
    }),
    ("remainder of ulong", |x, y, z| {
        (wide(x, z) % other(y)) as u32
    }),
    ("uchar and ushort", |x, y, _| {
        u32::from(x.wrapping_mul(y) as u8) | (u32::from(x.wrapping_add(y) as u16) << 8)
    }),
    ("char and short", |x, y, _| {
        (i32::from(x as i8) * i32::from(y as i16)) as u32
    }),
    ("saturation", |x, y, z| {
        x.saturating_add(y) ^ y.saturating_sub(z)
    }),
    ("max and min", |x, y, z| {
        ((x as i32).max(y as i32) ^ (x as i32).min(z as i32)) as u32
    }),
    ("bitselect", |x, y, z| (x & !z) | (y & z)),
];

fn wide(high: u32, low: u32) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}

fn other(y: u32) -> u64 {
    (u64::from(y) << 16) | 1
}

const FP32_SOURCE: &str = r"
#pragma OPENCL FP_CONTRACT OFF
__kernel void check(__global const float* a, __global const float* b, __global const float* c,
	__global float* out) {
	size_t i = get_global_id(0), n = get_global_size(0);
	float x = a[i], y = b[i], z = c[i];
	out[0 * n + i] = x + y;
	out[1 * n + i] = x - y;
	out[2 * n + i] = x * y;
	out[3 * n + i] = x / y;
	out[4 * n + i] = sqrt(x);
	out[5 * n + i] = fma(x, y, z);
	out[6 * n + i] = x * y + z;
	out[7 * n + i] = x * y - z * x;
	float4 v = (float4)(x, y, z, 1.0f) * (float4)(y, z, x, z) + (float4)(z, x, y, x);
	out[8 * n + i] = (v.x + v.y) + (v.z + v.w);
	out[9 * n + i] = convert_float(as_int(x));
	out[10 * n + i] = convert_float(as_uint(y));
	float small = fmod(x, 65536.0f);
	out[11 * n + i] = isfinite(small) ? as_float(convert_int(small)) : 0.0f;
	out[12 * n + i] = floor(x) + ceil(y);
	out[13 * n + i] = trunc(x) - rint(y);
	out[14 * n + i] = as_float((x < y) | ((x == y) << 1) | ((x >= z) << 2) | ((x != x) << 3));
	out[15 * n + i] = x < y ? fabs(x) : copysign(z, y);
}
";

const FP32_CHECKS: [Check<f32>; 16] = [
    ("addition", |x, y, _| x + y),
    ("subtraction", |x, y, _| x - y),
    ("multiplication", |x, y, _| x * y),
    ("division", |x, y, _| x / y),
    ("sqrt", |x, _, _| x.sqrt()),
    ("fma", |x, y, z| x.mul_add(y, z)),
    ("x * y + z without contraction", |x, y, z| x * y + z),
    ("x * y - z * x without contraction", |x, y, z| x * y - z * x),
    ("vectors without contraction", |x, y, z| {
        ((x * y + z) + (y * z + x)) + ((z * x + y) + (1.0 * z + x))
    }),
    ("conversion of int", |x, _, _| x.to_bits() as i32 as f32),
    ("conversion of uint", |_, y, _| y.to_bits() as f32),
    ("conversion to int", |x, _, _| {
        let small = x % 65536.0;
        match small.is_finite() {
            true => f32::from_bits(small as i32 as u32),
            false => 0.0,
        }
    }),
    ("floor and ceil", |x, y, _| x.floor() + y.ceil()),
    ("trunc and rint", |x, y, _| x.trunc() - y.round_ties_even()),
    ("comparison", |x, y, z| {
        f32::from_bits(
            u32::from(x < y)
                | (u32::from(x == y) << 1)
                | (u32::from(x >= z) << 2)
                | (u32::from(x.is_nan()) << 3),
        )
    }),
    ("selection and sign", |x, y, z| match x < y {
        true => x.abs(),
        false => z.copysign(y),
    }),
];

/// Checks that integers are exact. The inner error says what is not.
///
/// # Errors
///
/// When the device fails.
pub fn int(device: &Device) -> Result<Result<(), String>, Error> {
    let special = [
        0,
        1,
        2,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
    ];
    let inputs = inputs(&special);
    let out = run(
        device,
        INT_SOURCE,
        "-cl-std=CL1.2",
        &inputs,
        INT_CHECKS.len(),
    )?;
    Ok(compare(
        &inputs,
        &out,
        &INT_CHECKS.map(|(name, _)| name),
        |check, x, y, z| {
            let expected = INT_CHECKS[check].1(x, y, z);
            move |found| found == expected
        },
    ))
}

/// Checks that single precision is exact. The inner error says what is not.
///
/// # Errors
///
/// When the device fails.
pub fn fp32_strict(device: &Device) -> Result<Result<(), String>, Error> {
    if !device.info.correct_divide_sqrt {
        return Ok(Err(
            "the driver does not offer correctly rounded division and square root".into(),
        ));
    }
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        3.0,
        1.000_000_1,
        16_777_217.0,
        f32::MAX,
        f32::MIN_POSITIVE,
        f32::from_bits(1),
        f32::from_bits(0x007f_ffff),
        -f32::from_bits(0x0040_0001),
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
    ]
    .map(f32::to_bits);
    let inputs = inputs(&special);
    let options = "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt";
    let out = run(device, FP32_SOURCE, options, &inputs, FP32_CHECKS.len())?;
    Ok(compare(
        &inputs,
        &out,
        &FP32_CHECKS.map(|(name, _)| name),
        |check, x, y, z| {
            let [x, y, z] = [x, y, z].map(f32::from_bits);
            let expected = FP32_CHECKS[check].1(x, y, z);
            move |found| {
                found == expected.to_bits() || (f32::from_bits(found).is_nan() && expected.is_nan())
            }
        },
    ))
}

/// Returns all triples of the special values, then arbitrary ones, then arbitrary ones of similar
/// size.
fn inputs(special: &[u32]) -> [Vec<u32>; 3] {
    let mut inputs = [Vec::new(), Vec::new(), Vec::new()];
    let mut add = |triple: [u32; 3]| {
        for (to, value) in inputs.iter_mut().zip(triple) {
            to.push(value);
        }
    };
    for x in special {
        for y in special {
            for z in special {
                add([*x, *y, *z]);
            }
        }
    }
    let mut bits = blake3::Hasher::new()
        .update(b"aicpw conformance")
        .finalize_xof();
    let mut triple = || {
        let mut bytes = [0; 12];
        bits.fill(&mut bytes);
        let word = |i: usize| u32::from_le_bytes([0, 1, 2, 3].map(|j| bytes[i * 4 + j]));
        [word(0), word(1), word(2)]
    };
    for i in 0..ARBITRARY {
        let triple = triple();
        // As floats, every other triple is near 1, where sums and products round.
        add(match i % 2 {
            0 => triple,
            _ => triple.map(|bits| (bits & 0x83ff_ffff) | 0x3c00_0000),
        });
    }
    inputs
}

fn run(
    device: &Device,
    source: &str,
    options: &str,
    inputs: &[Vec<u32>; 3],
    checks: usize,
) -> Result<Vec<u32>, Error> {
    let session = device.session()?;
    let count = inputs[0].len();
    let mut buffers = Vec::new();
    for input in inputs {
        let buffer = Buffer::new(session, "in", count as u64 * 4, true)?;
        buffer.write(session, |bytes| {
            for (to, from) in bytes.chunks_exact_mut(4).zip(input) {
                to.copy_from_slice(&from.to_le_bytes());
            }
        })?;
        buffers.push(buffer);
    }
    buffers.push(Buffer::new(
        session,
        "out",
        (count * checks * 4) as u64,
        false,
    )?);
    let built = own_programs::build(device, source, options)?;
    let launch = KernelLaunch {
        step: 0,
        kernel: "check",
        arguments: (0..buffers.len()).map(Value::Buffer).collect(),
        global: vec![count as u64],
        local: None,
        offset: None,
    };
    let mut kernel = own_programs::kernel(&built, launch.kernel, &launch.arguments)?;
    own_programs::run(
        session,
        &mut kernel,
        &launch,
        &buffers,
        "checking the device",
    )?;
    own_programs::words(session, &buffers[3])
}

/// Compares, and returns the first difference.
fn compare<E: FnOnce(u32) -> bool>(
    inputs: &[Vec<u32>; 3],
    out: &[u32],
    names: &[&str],
    expect: impl Fn(usize, u32, u32, u32) -> E,
) -> Result<(), String> {
    let count = inputs[0].len();
    for (check, name) in names.iter().enumerate() {
        for i in 0..count {
            let [x, y, z] = [inputs[0][i], inputs[1][i], inputs[2][i]];
            let found = out[check * count + i];
            if !expect(check, x, y, z)(found) {
                return Err(format!(
                    "{name} of {x:#010x}, {y:#010x}, {z:#010x} gives {found:#010x}"
                ));
            }
        }
    }
    Ok(())
}
