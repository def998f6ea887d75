//! Tests that `examples/bring-your-own` produces what its README says.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use aicpw_example_task::trial;

const SIDE: usize = 512;
const GENERATIONS: usize = 1103;

/// The next generation, computed by adding each living cell to the counts of its neighbours.
fn next(world: &[u8]) -> Vec<u8> {
    let mut around = vec![0u8; world.len()];
    for (at, _) in world.iter().enumerate().filter(|(_, cell)| **cell == 1) {
        let (x, y) = (at % SIDE, at / SIDE);
        for (dx, dy) in [0, 1, SIDE - 1]
            .into_iter()
            .flat_map(|dx| [0, 1, SIDE - 1].map(|dy| (dx, dy)))
            .filter(|way| *way != (0, 0))
        {
            around[(y + dy) % SIDE * SIDE + (x + dx) % SIDE] += 1;
        }
    }
    let survives = |(cell, around): (&u8, u8)| u8::from(around == 3 || around == 2 && *cell == 1);
    world.iter().zip(around).map(survives).collect()
}

#[test]
fn the_r_pentomino_comes_to_rest() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bring-your-own");
    let out = tempfile::tempdir().unwrap();
    trial::run(&folder.join("manifest.json"), out.path()).unwrap();
    let found = fs::read(out.path().join("next.bin")).unwrap();

    // This has been known since 1971.
    assert_eq!(found.iter().filter(|cell| **cell != 0).count(), 116);
    let start = fs::read(folder.join("world.bin")).unwrap();
    let expected = (0..GENERATIONS).fold(start, |world, _| next(&world));
    assert!(found == expected, "a cell differs from the CPU's");
}
