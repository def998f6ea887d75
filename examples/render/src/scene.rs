//! The scene as the kernel's buffers, and the task's manifest.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::json;

use crate::{
    bvh::{self, Node},
    mesh::Mesh,
    vector::{vec3, Vec3},
};

const KERNELS: &str = include_str!("../scene/render.cl");

/// Where the camera stands: the eye, the lower left corner of the picture, and its two sides.
pub struct Camera {
    pub eye: Vec3,
    pub corner: Vec3,
    pub right: Vec3,
    pub up: Vec3,
}

/// A mesh that stands on the floor, and a camera that sees all of it.
pub struct Scene {
    pub corners: Vec<[Vec3; 3]>,
    pub normals: Vec<[Vec3; 3]>,
    nodes: Vec<Node>,
    pub camera: Camera,
    width: u32,
    height: u32,
}

impl Scene {
    pub fn new(mesh: &Mesh, width: u32, height: u32) -> Self {
        let all = || mesh.corners.iter().flatten().copied();
        let low = all().fold(vec3(f32::MAX, f32::MAX, f32::MAX), Vec3::min);
        let high = all().fold(vec3(f32::MIN, f32::MIN, f32::MIN), Vec3::max);
        // Stand it on the floor, its middle over the origin, 16 units high.
        let size = (high.y - low.y).max(1e-6);
        let scale = 16.0 / size;
        let middle = (low + high).scaled(0.5);
        let place = |p: Vec3| (p - vec3(middle.x, low.y, middle.z)).scaled(scale);
        let mut corners: Vec<[Vec3; 3]> = mesh.corners.iter().map(|t| t.map(place)).collect();
        let mut normals = mesh.normals.clone();
        let nodes = bvh::build(&mut corners, &mut normals);
        let reach = (high.x - low.x).max(high.z - low.z).max(size) * scale;
        let camera = Camera::looking_at(
            vec3(0.0, 6.5, 0.0),
            vec3(0.45, 0.42, 1.0).unit().scaled(1.35 * reach),
            width as f32 / height as f32,
        );
        Self {
            corners,
            normals,
            nodes,
            camera,
            width,
            height,
        }
    }

    pub fn triangles(&self) -> usize {
        self.corners.len()
    }

    /// Writes `manifest.json`, `render.cl` and one file for each input buffer.
    pub fn write_task(&self, out: &Path, samples: u32) -> Result<()> {
        fs::create_dir_all(out).with_context(|| out.display().to_string())?;
        let write = |name: &str, bytes: &[u8]| {
            let path = out.join(name);
            fs::write(&path, bytes).with_context(|| path.display().to_string())
        };
        let points = |triangles: &[[Vec3; 3]]| {
            triangles
                .iter()
                .flatten()
                .flat_map(|p| float4(*p))
                .collect::<Vec<u8>>()
        };
        write("render.cl", KERNELS.as_bytes())?;
        let boxes = self
            .nodes
            .iter()
            .flat_map(|n| [float4(n.low), float4(n.high)]);
        write("boxes.bin", &boxes.flatten().collect::<Vec<u8>>())?;
        let links = self
            .nodes
            .iter()
            .flat_map(|n| [n.link[0], n.link[1], n.count, 0]);
        write(
            "links.bin",
            &links.flat_map(i32::to_le_bytes).collect::<Vec<u8>>(),
        )?;
        write("vertices.bin", &points(&self.corners))?;
        write("normals.bin", &points(&self.normals))?;
        let Camera {
            eye,
            corner,
            right,
            up,
        } = self.camera;
        write("camera.bin", &[eye, corner, right, up].map(float4).concat())?;
        let manifest = serde_json::to_string_pretty(&self.manifest(samples))?;
        write("manifest.json", manifest.as_bytes())
    }

    fn manifest(&self, samples: u32) -> serde_json::Value {
        let (width, height) = (self.width, self.height);
        let pixels = u64::from(width) * u64::from(height);
        let input = |name: &str, kind: &str, length: usize| {
            json!({ "name": name, "type": kind, "length": length,
                    "init": { "file": format!("{name}.bin") } })
        };
        let zeros = |name: &str, kind: &str| {
            json!({ "name": name, "type": kind, "length": pixels,
                    "init": { "zero": true } })
        };
        json!({
            "version": "aicpw.task/v1",
            "name": "render",
            "description": "A path tracer: one mesh on a chequered floor under sun and sky",
            "engine": "opencl",
            "class": "fp32-strict",
            "program": { "file": "render.cl" },
            "build": { "defines": { "WIDTH": format!("{width}u"), "HEIGHT": format!("{height}u") } },
            "buffers": [
                input("boxes", "float4", 2 * self.nodes.len()),
                input("links", "int4", self.nodes.len()),
                input("vertices", "float4", 3 * self.corners.len()),
                input("normals", "float4", 3 * self.corners.len()),
                input("camera", "float4", 4),
                zeros("accumulated", "float4"),
                zeros("image", "uchar4"),
            ],
            "steps": [
                { "loop": { "index": "sample", "count": samples, "steps": [{
                    "kernel": "trace",
                    "args": [
                        { "buffer": "boxes" }, { "buffer": "links" }, { "buffer": "vertices" },
                        { "buffer": "normals" }, { "buffer": "camera" },
                        { "buffer": "accumulated" },
                        { "scalar": { "type": "uint", "value": "sample" } }
                    ],
                    "global": [width.next_multiple_of(8), height.next_multiple_of(8)],
                    "local": [8, 8]
                }] } },
                { "kernel": "develop",
                  "args": [{ "buffer": "accumulated" }, { "buffer": "image" }],
                  "global": [pixels.next_multiple_of(64)], "local": [64] }
            ],
            "checkpoint_every": samples.div_ceil(4).max(1),
            "outputs": ["image"]
        })
    }
}

impl Camera {
    /// A camera at `target + offset` whose picture is as high as 0.72 of its distance.
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

fn float4(p: Vec3) -> Vec<u8> {
    [p.x, p.y, p.z, 0.0]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect()
}
