//! The same search on the CPU, with the `sha2` crate.

use std::{cmp::Reverse, fmt};

use anyhow::{ensure, Result};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::task::{Search, HEADER_BYTES};

/// The best nonce of a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    nonce: u32,
    zeros: u32,
    hash: [u8; 32],
}

fn header_hash(header: &[u8; HEADER_BYTES], nonce: u32) -> [u8; 32] {
    let mut header = *header;
    header[HEADER_BYTES - 4..].copy_from_slice(&nonce.to_le_bytes());
    Sha256::digest(Sha256::digest(header)).into()
}

fn leading_zeros(hash: &[u8; 32]) -> u32 {
    let zero_bytes = hash.iter().rev().take_while(|byte| **byte == 0).count();
    let next = hash
        .iter()
        .rev()
        .nth(zero_bytes)
        .map_or(0, |byte| byte.leading_zeros());
    8 * zero_bytes as u32 + next
}

impl Found {
    /// Tries all nonces of the search on the CPU.
    pub fn by_cpu(search: &Search) -> Self {
        let nonces = search.items * search.batches;
        let (Reverse(nonce), zeros) = (0..nonces)
            .into_par_iter()
            .map(|offset| {
                let nonce = search.first + offset;
                (
                    Reverse(nonce),
                    leading_zeros(&header_hash(&search.header, nonce)),
                )
            })
            .max_by_key(|(nonce, zeros)| (*zeros, *nonce))
            .unwrap_or((Reverse(search.first), 0));
        Self {
            nonce,
            zeros,
            hash: header_hash(&search.header, nonce),
        }
    }

    /// The task's `result` output: nonce, zeros and the hash as eight big-endian words, each stored
    /// little-endian as OpenCL does.
    pub fn to_bytes(self) -> [u8; 40] {
        let mut bytes = [0; 40];
        bytes[..4].copy_from_slice(&self.nonce.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.zeros.to_le_bytes());
        for (word, out) in self.hash.chunks(4).zip(bytes[8..].chunks_mut(4)) {
            out.iter_mut()
                .zip(word.iter().rev())
                .for_each(|(to, from)| *to = *from);
        }
        bytes
    }

    pub fn require_equal(self, result: &[u8]) -> Result<()> {
        ensure!(
            result == self.to_bytes(),
            "the result is {}, the CPU finds {}",
            hex::encode(result),
            hex::encode(self.to_bytes())
        );
        Ok(())
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.hash;
        shown.reverse();
        let Self { nonce, zeros, .. } = self;
        write!(
            f,
            "nonce {nonce}: {zeros} leading zero bits, block hash {}",
            hex::encode(shown)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_block_is_found() {
        let header = include_str!("../input/genesis-header.hex");
        let search = Search::new(header.trim(), 2_083_236_864, 64, 1).unwrap();
        let found = Found::by_cpu(&search);
        assert_eq!(found.nonce, 2_083_236_893);
        assert!(found
            .to_string()
            .ends_with("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"));
    }
}
