//! Reads Wavefront OBJ: `v` and `f` lines, with polygons as triangle fans; everything else is
//! skipped.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{bail, ensure, Context, Result};

use crate::vector::{vec3, Vec3};

/// Triangles with a normal at each corner.
pub struct Mesh {
    pub corners: Vec<[Vec3; 3]>,
    pub normals: Vec<[Vec3; 3]>,
}

impl Mesh {
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    pub fn parse(text: &str) -> Result<Self> {
        let mut positions = Vec::new();
        let mut corners = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line_number = number + 1;
            let mut words = line.split_whitespace();
            match words.next() {
                Some("v") => {
                    let mut next = || -> Result<f32> {
                        let word = words.next().context("a vertex needs three numbers")?;
                        let value: f32 = word.parse().with_context(|| word.to_owned())?;
                        ensure!(value.is_finite(), "{word} is not finite");
                        Ok(value)
                    };
                    let vertex = (|| Ok::<_, anyhow::Error>(vec3(next()?, next()?, next()?)))();
                    positions.push(vertex.with_context(|| format!("line {line_number}"))?);
                }
                Some("f") => {
                    let polygon = words
                        .map(|word| corner(word, positions.len()))
                        .collect::<Result<Vec<usize>>>()
                        .with_context(|| format!("line {line_number}"))?;
                    ensure!(
                        polygon.len() >= 3,
                        "line {line_number}: a face needs three corners"
                    );
                    for pair in polygon[1..].windows(2) {
                        corners.push([
                            positions[polygon[0]],
                            positions[pair[0]],
                            positions[pair[1]],
                        ]);
                    }
                }
                _ => {}
            }
        }
        // Triangles without area have no normal and cannot be hit.
        corners.retain(|[a, b, c]| {
            let n = (*b - *a).cross(*c - *a);
            n.dot(n) > 0.0
        });
        ensure!(!corners.is_empty(), "the mesh has no triangles");
        let normals = smooth_normals(&corners);
        Ok(Self { corners, normals })
    }
}

/// The index of a corner's vertex. Indices count from one, negative ones from the end; anything
/// after a slash is ignored.
fn corner(word: &str, vertices: usize) -> Result<usize> {
    let index: i64 = word
        .split('/')
        .next()
        .unwrap_or_default()
        .parse()
        .with_context(|| format!("{word} is not a vertex number"))?;
    let position = match index {
        1.. => index - 1,
        0 => bail!("vertices count from 1"),
        _ => vertices as i64 + index,
    };
    ensure!(
        (0..vertices as i64).contains(&position),
        "there is no vertex {index}"
    );
    Ok(position as usize)
}

/// The normals at the corners. Each is the sum of the normals of the faces that meet there,
/// weighted by their area.
fn smooth_normals(corners: &[[Vec3; 3]]) -> Vec<[Vec3; 3]> {
    let key = |p: Vec3| [p.x.to_bits(), p.y.to_bits(), p.z.to_bits()];
    let face_normal = |[a, b, c]: [Vec3; 3]| (b - a).cross(c - a);
    let mut sums: HashMap<[u32; 3], Vec3> = HashMap::new();
    for triangle in corners {
        let normal = face_normal(*triangle);
        for point in triangle {
            let sum = sums.entry(key(*point)).or_default();
            *sum = *sum + normal;
        }
    }
    corners
        .iter()
        .map(|triangle| {
            triangle.map(|point| {
                let sum = sums[&key(point)];
                if sum.dot(sum) > 0.0 {
                    sum.unit()
                } else {
                    face_normal(*triangle).unit()
                }
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1/1 2/2 3/3 -1\n";

    #[test]
    fn polygons_become_fans() {
        let mesh = Mesh::parse(SQUARE).unwrap();
        assert_eq!(mesh.corners.len(), 2);
        assert_eq!(mesh.normals[0], [vec3(0.0, 0.0, 1.0); 3]);
    }

    #[test]
    fn errors_name_the_line() {
        for (text, cause) in [
            ("v 0 0", "line 1"),
            ("v 0 0 x", "line 1"),
            ("v 0 0 0\nf 1 1 2", "there is no vertex 2"),
            ("v 0 0 0\nf 0 1 1", "vertices count from 1"),
            ("", "no triangles"),
        ] {
            let error = format!("{:#}", Mesh::parse(text).err().unwrap());
            assert!(error.contains(cause), "{text:?}: {error}");
        }
    }
}
