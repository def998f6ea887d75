//! A bounding volume hierarchy: median split on the longest axis, four triangles in a leaf.

use crate::vector::{vec3, Vec3};

pub const LEAF_TRIANGLES: usize = 4;

/// A node in the form that the kernel reads.
pub struct Node {
    pub low: Vec3,
    pub high: Vec3,
    /// In an inner node: the left and the right child. In a leaf: its first triangle, and an unused
    /// number.
    pub link: [i32; 2],
    /// The number of triangles in a leaf; zero in an inner node.
    pub count: i32,
}

/// Orders `corners` and `normals` so that each leaf's triangles stand together, and returns the
/// nodes, the root first.
pub fn build(corners: &mut [[Vec3; 3]], normals: &mut [[Vec3; 3]]) -> Vec<Node> {
    let mut order: Vec<usize> = (0..corners.len()).collect();
    let mut nodes = Vec::new();
    split(corners, &mut order, 0, &mut nodes);
    let sorted_corners: Vec<_> = order.iter().map(|&i| corners[i]).collect();
    let sorted_normals: Vec<_> = order.iter().map(|&i| normals[i]).collect();
    corners.copy_from_slice(&sorted_corners);
    normals.copy_from_slice(&sorted_normals);
    nodes
}

fn split(corners: &[[Vec3; 3]], order: &mut [usize], first: usize, nodes: &mut Vec<Node>) -> i32 {
    let (low, high) = bounds(order.iter().flat_map(|&i| corners[i]));
    let position = nodes.len();
    nodes.push(Node {
        low,
        high,
        link: [first as i32, 0],
        count: order.len() as i32,
    });
    if order.len() > LEAF_TRIANGLES {
        let centre = |i: usize| (corners[i][0] + corners[i][1] + corners[i][2]).scaled(1.0 / 3.0);
        let (low, high) = bounds(order.iter().map(|&i| centre(i)));
        let extent = high - low;
        let axis = (0..3)
            .max_by(|&a, &b| extent.axis(a).total_cmp(&extent.axis(b)))
            .unwrap_or(0);
        let middle = order.len() / 2;
        order.select_nth_unstable_by(middle, |&a, &b| {
            centre(a)
                .axis(axis)
                .total_cmp(&centre(b).axis(axis))
                .then(a.cmp(&b))
        });
        let (left, right) = order.split_at_mut(middle);
        let left = split(corners, left, first, nodes);
        let right = split(corners, right, first + middle, nodes);
        nodes[position].link = [left, right];
        nodes[position].count = 0;
    }
    position as i32
}

fn bounds(points: impl Iterator<Item = Vec3>) -> (Vec3, Vec3) {
    let (far, near) = (
        vec3(f32::MAX, f32::MAX, f32::MAX),
        vec3(f32::MIN, f32::MIN, f32::MIN),
    );
    let (low, high) = points.fold((far, near), |(low, high), p| (low.min(p), high.max(p)));
    // A flat box would lose rays to rounding.
    let margin = vec3(1e-3, 1e-3, 1e-3);
    (low - margin, high + margin)
}
