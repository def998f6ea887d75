//! Computes a conformance run: what [`aicpw_protocol::conformance::program`] describes, in OpenCL C.

use std::time::Instant;

use aicpw_protocol::{
    conformance::{
        program::{words, LANES, STEPS},
        Part, Run,
    },
    manifest::{KernelLaunch, Value},
    Hash,
};
use codec::Encode;
use serde::Serialize;

use super::{own_programs, with_device};
use crate::opencl::{buffer::Buffer, devices::Device, Error};

/// Four vectors of eight lanes, so that a step has four chains that do not wait for each other.
const SOURCE: &str = r"
#pragma OPENCL FP_CONTRACT OFF
#define WORDS uint w0, uint w1, uint w2, uint w3, uint w4, uint w5, uint w6
#define LOW (uint8)(0, 1, 2, 3, 4, 5, 6, 7)
#define FOUR(EACH) EACH(0) EACH(1) EACH(2) EACH(3)

uint8 spread(uint segment, uint8 lane, uint w0) {
	uint8 bits = (((uint8)(segment * 32) + lane) * (uint8)(0x9e3779b9)) ^ (uint8)(w0);
	bits = (bits ^ (bits >> (uint8)(16))) * (uint8)(0x85ebca6b);
	bits = (bits ^ (bits >> (uint8)(13))) * (uint8)(0xc2b2ae35);
	return bits ^ (bits >> (uint8)(16));
}
float8 fraction(uint8 bits) {
	return convert_float8(bits >> (uint8)(9)) * 0x1p-23f;
}
uint total(uint8 sum) {
	return sum.s0 + sum.s1 + sum.s2 + sum.s3 + sum.s4 + sum.s5 + sum.s6 + sum.s7;
}

__kernel void integer(__global uint* out, WORDS) {
	uint segment = (uint)get_global_id(0);
	uint8 sum = (uint8)(0);
#define BEGIN(n) \
	uint8 h##n = spread(segment, LOW + (uint8)(8 * n), w0); \
	uint8 a##n = h##n ^ (uint8)(w1), b##n = h##n * (uint8)(w2 | 1) + (uint8)(w3);
#define STEP(n) \
	a##n = a##n * b##n + (uint8)(w4); \
	b##n = rotate(b##n, (uint8)(7)) ^ a##n;
#define END(n) sum += a##n ^ rotate(b##n, LOW + (uint8)(8 * n));
	FOUR(BEGIN)
	for (uint k = 0; k < STEPS; k++) { FOUR(STEP) }
	FOUR(END)
	out[segment] = total(sum);
#undef BEGIN
#undef STEP
#undef END
}

__kernel void single(__global uint* out, WORDS) {
	uint segment = (uint)get_global_id(0);
	uint8 sum = (uint8)(0);
#define BEGIN(n) \
	uint8 h##n = spread(segment, LOW + (uint8)(8 * n), w0); \
	float8 x##n = 0.1f + 0.8f * fraction(h##n); \
	float8 r##n = 3.6f + 0.375f * fraction(h##n * (uint8)(w5 | 1) + (uint8)(w6));
#define STEP(n) x##n = (r##n * x##n) * (1.0f - x##n);
#define END(n) \
	sum += as_uint8(x##n) ^ rotate(as_uint8(x##n / r##n), LOW + (uint8)(8 * n)); \
	sum += as_uint8((x##n * 0x1p-100f) * 0x1p-34f);
	FOUR(BEGIN)
	for (uint k = 0; k < STEPS; k++) { FOUR(STEP) }
	FOUR(END)
	out[segment] = total(sum);
}
";

/// The segments in a launch: they take a fraction of a second, so that a card can also draw a screen.
const LAUNCH: u32 = 1 << 14;

/// The computed answer.
#[derive(Serialize, Debug)]
pub struct Computed {
    /// The answer, SCALE-encoded.
    #[serde(with = "hex::serde")]
    pub answer: Vec<u8>,
    /// How long the device took to compute it.
    pub milliseconds: u64,
}

/// Computes a run on a device.
///
/// # Errors
///
/// When the device is not here or fails.
pub fn compute(fingerprint: &Hash, run: &Run) -> Result<Computed, Error> {
    with_device(fingerprint, |device| {
        let options = format!("-cl-std=CL1.2 -DSTEPS={STEPS}");
        let strict = format!("{options} -cl-fp32-correctly-rounded-divide-sqrt");
        let began = Instant::now();
        let int = outputs(device, run, Part::Int, &options)?;
        let fp32 = match run.fp32 {
            0 => Vec::new(),
            _ => outputs(device, run, Part::Fp32, &strict)?,
        };
        let milliseconds = began.elapsed().as_millis() as u64;
        Ok(Computed {
            answer: run.answer(&int, &fp32).encode(),
            milliseconds,
        })
    })
}

fn outputs(device: &Device, run: &Run, part: Part, options: &str) -> Result<Vec<u32>, Error> {
    // The kernels have this number of lanes written out.
    const { assert!(LANES == 32) };
    let session = device.session()?;
    let segments = run.segments(part);
    let out = [Buffer::new(session, "out", u64::from(segments) * 4, false)?];
    let name = match part {
        Part::Int => "integer",
        Part::Fp32 => "single",
    };
    let built = own_programs::build(device, SOURCE, options)?;
    let words = words(&run.seed);
    let scalars = words.iter().take(7);
    let mut arguments = vec![Value::Buffer(0)];
    arguments.extend(scalars.map(|word| Value::Scalar(word.to_le_bytes().to_vec())));
    let mut kernel = own_programs::kernel(&built, name, &arguments)?;
    let mut first = 0;
    while first < segments {
        let count = LAUNCH.min(segments - first);
        let launch = KernelLaunch {
            step: 0,
            kernel: name,
            arguments: arguments.clone(),
            global: vec![u64::from(count)],
            local: None,
            offset: Some(vec![u64::from(first)]),
        };
        own_programs::run(
            session,
            &mut kernel,
            &launch,
            &out,
            "computing the conformance run",
        )?;
        first += count;
    }
    own_programs::words(session, &out[0])
}
