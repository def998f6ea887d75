//! Measures how fast a device is, with kernels that do nothing else.

use std::time::{Duration, Instant};

use aicpw_protocol::manifest::{KernelLaunch, Value};

use super::own_programs;
use crate::opencl::{buffer::Buffer, devices::Device, Error};

/// Four chains of eight lanes keep the arithmetic units of a core busy.
const SOURCE: &str = r"
#pragma OPENCL FP_CONTRACT OFF
#define CHAINS(TYPE) \
	TYPE a = (TYPE)(i) + (TYPE)(0, 1, 2, 3, 4, 5, 6, 7), b = a + (TYPE)(8), c = a + (TYPE)(16), \
		d = a + (TYPE)(24); \
	for (uint k = 0; k < count; k++) { \
		a = a * factor + term; b = b * factor + term; c = c * factor + term; d = d * factor + term; \
	} \
	a += b + c + d; \
	out[i] = a.s0 + a.s1 + a.s2 + a.s3 + a.s4 + a.s5 + a.s6 + a.s7;

__kernel void fp32(__global float* out, uint count, float factor, float term) {
	size_t i = get_global_id(0);
	CHAINS(float8)
}
__kernel void integer(__global uint* out, uint count, uint factor, uint term) {
	uint i = get_global_id(0);
	CHAINS(uint8)
}
__kernel void copy(__global uint4* to, __global const uint4* from) {
	size_t i = get_global_id(0);
	to[i] = from[i] + (uint4)(1);
}
";

/// The additions and multiplications in one iteration of the loop.
const OPERATIONS: f64 = 4.0 * 8.0 * 2.0;

/// The work items for each compute unit: enough for a graphics card to hide its latency.
const ITEMS_PER_UNIT: u64 = 2048;

/// A measurement lasts at least this long.
const LONG_ENOUGH: Duration = Duration::from_millis(150);

/// Returns the speed in 10⁹ single precision operations per second.
pub fn fp32(device: &Device) -> Result<f64, Error> {
    let factor = 0.999_9f32.to_le_bytes().to_vec();
    let term = 0.000_1f32.to_le_bytes().to_vec();
    arithmetic(device, "fp32", factor, term)
}

/// Returns the speed in 10⁹ operations on 32-bit integers per second.
pub fn int(device: &Device) -> Result<f64, Error> {
    let factor = 2_654_435_761u32.to_le_bytes().to_vec();
    let term = 12_345u32.to_le_bytes().to_vec();
    arithmetic(device, "integer", factor, term)
}

fn arithmetic(device: &Device, name: &str, factor: Vec<u8>, term: Vec<u8>) -> Result<f64, Error> {
    let session = device.session()?;
    let items = device.info.compute_units.max(1) * ITEMS_PER_UNIT;
    let out = [Buffer::new(session, "out", items * 4, false)?];
    let mut count = 16u32;
    loop {
        let taken = best(device, name, items, &out, |_| {
            vec![
                Value::Buffer(0),
                Value::Scalar(count.to_le_bytes().to_vec()),
                Value::Scalar(factor.clone()),
                Value::Scalar(term.clone()),
            ]
        })?;
        if taken >= LONG_ENOUGH || count >= 1 << 30 {
            let operations = items as f64 * f64::from(count) * OPERATIONS;
            return Ok(operations / taken.as_secs_f64() / 1e9);
        }
        // Aim beyond the goal, so that two or three rounds suffice.
        let wanted = LONG_ENOUGH.as_secs_f64() * 1.5 / taken.as_secs_f64().max(1e-6);
        count = (f64::from(count) * wanted.clamp(2.0, 256.0)) as u32;
    }
}

/// Returns the memory that a copy reads and writes, in 10⁹ bytes per second.
pub fn memory(device: &Device) -> Result<f64, Error> {
    let session = device.session()?;
    let bytes = (device.info.memory_bytes / 16)
        .min(device.info.max_buffer_bytes)
        .clamp(1 << 20, 128 << 20);
    let bytes = bytes - bytes % 16;
    let buffers = [
        Buffer::new(session, "to", bytes, false)?,
        Buffer::new(session, "from", bytes, false)?,
    ];
    for buffer in &buffers {
        buffer.zero(session)?;
    }
    session.finish()?;
    let taken = best(device, "copy", bytes / 16, &buffers, |_| {
        vec![Value::Buffer(0), Value::Buffer(1)]
    })?;
    Ok(2.0 * bytes as f64 / taken.as_secs_f64() / 1e9)
}

/// Returns the best of three runs: whatever else the machine does can only slow them down.
fn best(
    device: &Device,
    name: &str,
    items: u64,
    buffers: &[Buffer],
    arguments: impl Fn(()) -> Vec<Value>,
) -> Result<Duration, Error> {
    let session = device.session()?;
    let built = own_programs::build(device, SOURCE, "-cl-std=CL1.2")?;
    let launch = KernelLaunch {
        step: 0,
        kernel: name,
        arguments: arguments(()),
        global: vec![items],
        local: None,
        offset: None,
    };
    let mut kernel = own_programs::kernel(&built, name, &launch.arguments)?;
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let started = Instant::now();
        own_programs::run(session, &mut kernel, &launch, buffers, "measuring")?;
        best = best.min(started.elapsed());
    }
    Ok(best)
}
