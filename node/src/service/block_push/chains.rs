//! Chains of headers, for tests.

#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use aicpw_runtime::{opaque::Block, Header};
use sc_client_api::{blockchain::Info, HeaderBackend};
use sp_blockchain::{BlockStatus, Result};
use sp_runtime::traits::Header as _;

use super::BlockHash;

/// A chain of headers.
pub struct Chain {
    headers: Mutex<Vec<Header>>,
    finalised: u32,
}

impl Chain {
    /// Returns a chain of that height, which is final up to `finalised`.
    pub fn new(height: u32, finalised: u32) -> Self {
        let mut headers: Vec<Header> = Vec::new();
        for number in 0..=height {
            let parent = headers.last().map(Header::hash).unwrap_or_default();
            headers.push(header(number, parent, 0));
        }
        Self {
            headers: Mutex::new(headers),
            finalised,
        }
    }

    /// Adds a header to the end.
    pub fn import(&self, header: &Header) {
        self.headers.lock().unwrap().push(header.clone());
    }

    /// Returns the newest header.
    pub fn best(&self) -> Header {
        let headers = self.headers.lock().unwrap();
        headers.last().unwrap().clone()
    }

    /// Returns the header of that height.
    pub fn at(&self, number: u32) -> Header {
        self.headers.lock().unwrap()[number as usize].clone()
    }
}

/// Returns a header. Headers with the same parent differ by their seed.
pub fn header(number: u32, parent: BlockHash, seed: u8) -> Header {
    let seed = BlockHash::repeat_byte(seed);
    Header::new(number, seed, seed, parent, Default::default())
}

impl HeaderBackend<Block> for Chain {
    fn header(&self, hash: BlockHash) -> Result<Option<Header>> {
        let headers = self.headers.lock().unwrap();
        let found = headers.iter().find(|header| header.hash() == hash);
        Ok(found.cloned())
    }

    fn info(&self) -> Info<Block> {
        let best = self.best();
        let finalized_number = self.finalised;
        Info {
            best_hash: best.hash(),
            best_number: best.number,
            genesis_hash: self.at(0).hash(),
            finalized_hash: self.at(finalized_number).hash(),
            finalized_number,
            finalized_state: None,
            number_leaves: 1,
            block_gap: None,
        }
    }

    fn status(&self, hash: BlockHash) -> Result<BlockStatus> {
        Ok(match self.header(hash)? {
            Some(_) => BlockStatus::InChain,
            None => BlockStatus::Unknown,
        })
    }

    fn number(&self, hash: BlockHash) -> Result<Option<u32>> {
        Ok(self.header(hash)?.map(|header| header.number))
    }

    fn hash(&self, number: u32) -> Result<Option<BlockHash>> {
        let headers = self.headers.lock().unwrap();
        Ok(headers.get(number as usize).map(Header::hash))
    }
}
