//! The scene as the kernel's buffers, and the task's manifest.

use std::{f64::consts::TAU, path::Path};

use aicpw_example_task::TaskFolder;
use anyhow::Result;
use serde_json::json;

use crate::{
    bvh::{self, Node},
    mesh::Mesh,
    vector::{vec3, Vec3},
};

const KERNELS: &str = include_str!("../scene/render.cl");

/// Size and number of the pictures.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// The number of paths for each pixel.
    pub samples: u32,
    /// The number of pictures; over all of them the camera goes once around the mesh.
    pub frames: u32,
}

/// Where the camera stands: the eye, the lower left corner of the picture, and its two sides.
pub struct Camera {
    pub eye: Vec3,
    pub corner: Vec3,
    pub right: Vec3,
    pub up: Vec3,
}

/// A mesh that stands on the floor, and for each frame a camera that sees the whole mesh.
pub struct Scene {
    pub corners: Vec<[Vec3; 3]>,
    pub normals: Vec<[Vec3; 3]>,
    nodes: Vec<Node>,
    pub cameras: Vec<Camera>,
    pub format: Format,
}

impl Scene {
    pub fn new(mesh: &Mesh, format: Format) -> Self {
        let all = || mesh.corners.iter().flatten().copied();
        let low = all().fold(vec3(f32::MAX, f32::MAX, f32::MAX), Vec3::min);
        let high = all().fold(vec3(f32::MIN, f32::MIN, f32::MIN), Vec3::max);
        // Scale the mesh to a height of 16 units, and stand it on the floor with its middle over
        // the origin.
        let size = (high.y - low.y).max(1e-6);
        let scale = 16.0 / size;
        let middle = (low + high).scaled(0.5);
        let place = |p: Vec3| (p - vec3(middle.x, low.y, middle.z)).scaled(scale);
        let mut corners: Vec<[Vec3; 3]> = mesh.corners.iter().map(|t| t.map(place)).collect();
        let mut normals = mesh.normals.clone();
        let nodes = bvh::build(&mut corners, &mut normals);
        let reach = (high.x - low.x).max(high.z - low.z).max(size) * scale;
        let offset = vec3(0.45, 0.42, 1.0).unit().scaled(1.35 * reach);
        let cameras = (0..format.frames)
            .map(|frame| {
                Camera::looking_at(
                    vec3(0.0, 6.5, 0.0),
                    turned(offset, f64::from(frame) / f64::from(format.frames)),
                    format.width as f32 / format.height as f32,
                )
            })
            .collect();
        Self {
            corners,
            normals,
            nodes,
            cameras,
            format,
        }
    }

    pub fn triangles(&self) -> usize {
        self.corners.len()
    }

    /// Writes `manifest.json`, `render.cl` and one file for each input buffer.
    pub fn write_task(&self, out: &Path) -> Result<()> {
        let folder = TaskFolder::create(out)?;
        let points = |triangles: &[[Vec3; 3]]| {
            triangles
                .iter()
                .flatten()
                .flat_map(|p| float4(*p))
                .collect::<Vec<u8>>()
        };
        folder.write("render.cl", KERNELS.as_bytes())?;
        let boxes = self
            .nodes
            .iter()
            .flat_map(|n| [float4(n.low), float4(n.high)]);
        folder.write("boxes.bin", &boxes.flatten().collect::<Vec<u8>>())?;
        let links = self
            .nodes
            .iter()
            .flat_map(|n| [n.link[0], n.link[1], n.count, 0]);
        folder.write(
            "links.bin",
            &links.flat_map(i32::to_le_bytes).collect::<Vec<u8>>(),
        )?;
        folder.write("vertices.bin", &points(&self.corners))?;
        folder.write("normals.bin", &points(&self.normals))?;
        let cameras = self
            .cameras
            .iter()
            .flat_map(|c| [c.eye, c.corner, c.right, c.up].map(float4).concat());
        folder.write("cameras.bin", &cameras.collect::<Vec<u8>>())?;
        folder.write_manifest(&self.manifest())
    }

    fn manifest(&self) -> serde_json::Value {
        let Format {
            width,
            height,
            samples,
            frames,
        } = self.format;
        let pixels = u64::from(width) * u64::from(height);
        let input = |name: &str, kind: &str, length: usize| {
            json!({ "name": name, "type": kind, "length": length,
                    "init": { "file": format!("{name}.bin") } })
        };
        let zeros = |name: &str, kind: &str, length: u64| json!({ "name": name, "type": kind, "length": length, "init": { "zero": true } });
        let uint = |value: &str| json!({ "scalar": { "type": "uint", "value": value } });
        json!({
            "version": "aicpw.task/v1",
            "name": "render",
            "description": "A path tracer: one mesh on a chequered floor under sun and sky",
            "engine": "opencl",
            "class": "fp32-strict",
            "program": { "file": "render.cl" },
            "build": { "defines": {
                "WIDTH": format!("{width}u"),
                "HEIGHT": format!("{height}u"),
                "SAMPLES": format!("{samples}u"),
            } },
            "buffers": [
                input("boxes", "float4", 2 * self.nodes.len()),
                input("links", "int4", self.nodes.len()),
                input("vertices", "float4", 3 * self.corners.len()),
                input("normals", "float4", 3 * self.corners.len()),
                input("cameras", "float4", 4 * self.cameras.len()),
                zeros("accumulated", "float4", pixels),
                zeros("image", "uchar4", u64::from(frames) * pixels),
            ],
            "steps": [{ "loop": { "index": "frame", "count": frames, "steps": [
                { "loop": { "index": "sample", "count": samples, "steps": [{
                    "kernel": "trace",
                    "args": [
                        { "buffer": "boxes" }, { "buffer": "links" }, { "buffer": "vertices" },
                        { "buffer": "normals" }, { "buffer": "cameras" },
                        { "buffer": "accumulated" }, uint("frame"), uint("sample")
                    ],
                    "global": [width.next_multiple_of(8), height.next_multiple_of(8)],
                    "local": [8, 8]
                }] } },
                { "kernel": "develop",
                  "args": [{ "buffer": "accumulated" }, { "buffer": "image" }, uint("frame")],
                  "global": [pixels.next_multiple_of(64)], "local": [64] }
            ] } }],
            // Four checkpoints for a single picture, or one for each of several pictures.
            "checkpoint_every": if frames == 1 { samples.div_ceil(4) } else { samples + 1 },
            "outputs": ["image"]
        })
    }
}

impl Camera {
    /// A camera at `target + offset` whose picture is 0.72 times as high as its distance.
    fn looking_at(target: Vec3, offset: Vec3, aspect: f32) -> Self {
        let eye = target + offset;
        let distance = offset.dot(offset).sqrt();
        let back = offset.unit();
        let right = vec3(0.0, 1.0, 0.0).cross(back).unit();
        let up = back.cross(right);
        let (right, up) = (
            right.scaled(0.72 * distance * aspect),
            up.scaled(0.72 * distance),
        );
        let corner = target - right.scaled(0.5) - up.scaled(0.5);
        Self {
            eye,
            corner,
            right,
            up,
        }
    }
}

/// The point rotated around the vertical axis, by this part of a full turn.
fn turned(p: Vec3, part: f64) -> Vec3 {
    // Computed in 64 bits and rounded, which removes differences between machines in the last of
    // these bits.
    let (sine, cosine) = (part * TAU).sin_cos();
    let (sine, cosine) = (sine as f32, cosine as f32);
    vec3(p.x * cosine + p.z * sine, p.y, p.z * cosine - p.x * sine)
}

fn float4(p: Vec3) -> Vec<u8> {
    [p.x, p.y, p.z, 0.0]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_camera_goes_round_at_one_height() {
        let start = vec3(3.0, 5.0, 4.0);
        assert_eq!(turned(start, 0.0), start);
        let quarter = turned(start, 0.25);
        assert!(
            (quarter - vec3(4.0, 5.0, -3.0))
                .dot(vec3(1.0, 1.0, 1.0))
                .abs()
                < 1e-5
        );
        for frame in 0..12 {
            let p = turned(start, f64::from(frame) / 12.0);
            assert!((p.dot(p) - 50.0).abs() < 1e-4);
        }
    }
}
