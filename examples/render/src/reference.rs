//! The same light transport on the CPU, written independently of the kernel: there is no
//! acceleration structure, every ray is tested against every triangle. Rust's `f32` is IEEE 754
//! without contraction, so the pictures must be equal, not just alike.

use crate::{
    scene::{Format, Scene},
    vector::{vec3, Vec3},
};

const MAX_BOUNCES: u32 = 4;
const EPSILON: f32 = 1e-3;
const FLOOR_REACH: f32 = 200.0;

/// PCG with 32 bits of state and the output permutation RXS-M-XS.
struct Random(u32);

impl Random {
    fn for_path(pixel: u32, path: u32) -> Self {
        let mut s = pixel
            .wrapping_mul(9781)
            .wrapping_add(path.wrapping_mul(6271))
            .wrapping_add(1);
        s = (s ^ (s >> 16)).wrapping_mul(0x7feb_352d);
        s = (s ^ (s >> 15)).wrapping_mul(0x846c_a68b);
        Self(s ^ (s >> 16))
    }

    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        let word = ((self.0 >> ((self.0 >> 28) + 4)) ^ self.0).wrapping_mul(277_803_737);
        (((word >> 22) ^ word) >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    fn in_ball(&mut self) -> Vec3 {
        for _ in 0..16 {
            let mut side = || self.next() * 2.0 - 1.0;
            let p = vec3(side(), side(), side());
            let squared = p.dot(p);
            if squared <= 1.0 && squared > 1e-6 {
                return p;
            }
        }
        vec3(0.0, 1.0, 0.0)
    }
}

enum Surface {
    Floor,
    Triangle { index: usize, u: f32, v: f32 },
}

fn closest(scene: &Scene, origin: Vec3, direction: Vec3) -> Option<(f32, Surface)> {
    let mut best: Option<(f32, Surface)> = None;
    if direction.y < -1e-6 {
        let t = -origin.y / direction.y;
        if t > EPSILON && t < FLOOR_REACH {
            best = Some((t, Surface::Floor));
        }
    }
    for (index, [a, b, c]) in scene.corners.iter().enumerate() {
        let (e1, e2) = (*b - *a, *c - *a);
        let p = direction.cross(e2);
        let det = e1.dot(p);
        if det > -1e-9 && det < 1e-9 {
            continue;
        }
        let inverse = 1.0 / det;
        let s = origin - *a;
        let u = s.dot(p) * inverse;
        if !(0.0..=1.0).contains(&u) {
            continue;
        }
        let q = s.cross(e1);
        let v = direction.dot(q) * inverse;
        if v < 0.0 || u + v > 1.0 {
            continue;
        }
        let t = e2.dot(q) * inverse;
        let nearer = match &best {
            None => t < 1e30,
            // The floor counts as triangle -2, so it wins a tie.
            Some((distance, _)) => t < *distance,
        };
        if t > EPSILON && nearer {
            best = Some((t, Surface::Triangle { index, u, v }));
        }
    }
    best
}

fn sky(direction: Vec3) -> Vec3 {
    let h = 0.5 * (direction.y + 1.0);
    vec3(0.95 - 0.60 * h, 0.97 - 0.42 * h, 1.0 - 0.12 * h)
}

fn path(scene: &Scene, mut origin: Vec3, mut direction: Vec3, random: &mut Random) -> Vec3 {
    let mut light = Vec3::default();
    let mut throughput = vec3(1.0, 1.0, 1.0);
    for _ in 0..MAX_BOUNCES {
        let Some((t, surface)) = closest(scene, origin, direction) else {
            return light + throughput * sky(direction);
        };
        let mut point = origin + direction.scaled(t);
        let (mut normal, albedo, shine) = match surface {
            Surface::Floor => {
                let cell = (point.x * 0.25).floor() as i32 + (point.z * 0.25).floor() as i32;
                let albedo = if cell & 1 == 1 {
                    vec3(0.80, 0.78, 0.74)
                } else {
                    vec3(0.22, 0.27, 0.33)
                };
                (vec3(0.0, 1.0, 0.0), albedo, 0.05)
            }
            Surface::Triangle { index, u, v } => {
                let [a, b, c] = scene.normals[index];
                let blend = a.scaled(1.0 - u - v) + b.scaled(u) + c.scaled(v);
                (blend.unit(), vec3(0.86, 0.42, 0.22), 0.25)
            }
        };
        if normal.dot(direction) > 0.0 {
            normal = normal.scaled(-1.0);
        }
        point = point + normal.scaled(EPSILON);
        origin = point;
        if random.next() < shine {
            direction = (direction - normal.scaled(2.0 * normal.dot(direction))).unit();
            continue;
        }
        throughput = throughput * albedo;
        let sun = (vec3(-0.55, 0.75, 0.45) + random.in_ball().scaled(0.06)).unit();
        let facing = normal.dot(sun);
        if facing > 0.0 && closest(scene, point, sun).is_none() {
            light = light + throughput * vec3(2.4, 2.2, 1.9).scaled(facing);
        }
        let scattered = normal + random.in_ball().unit();
        direction = if scattered.dot(scattered) < 1e-6 {
            normal
        } else {
            scattered
        }
        .unit();
    }
    light
}

fn tone(sum: f32, count: f32) -> u8 {
    let c = sum / count;
    let c = (c / (1.0 + 0.45 * c)).clamp(0.0, 1.0);
    (c.sqrt() * 255.0 + 0.5) as u8
}

/// One pixel of a frame as RGBA, 8 bits each; rows count from the top.
pub fn pixel(scene: &Scene, frame: u32, x: u32, y: u32) -> [u8; 4] {
    let camera = &scene.cameras[frame as usize];
    let Format {
        width,
        height,
        samples,
        ..
    } = scene.format;
    let mut sum = Vec3::default();
    for sample in 0..samples {
        let mut random = Random::for_path(y * width + x, frame * samples + sample);
        let across = (x as f32 + random.next()) / width as f32;
        let upward = ((height - 1 - y) as f32 + random.next()) / height as f32;
        let target = camera.corner + camera.right.scaled(across) + camera.up.scaled(upward);
        let direction = (target - camera.eye).unit();
        sum = sum + path(scene, camera.eye, direction, &mut random);
    }
    let count = samples as f32;
    [
        tone(sum.x, count),
        tone(sum.y, count),
        tone(sum.z, count),
        255,
    ]
}
