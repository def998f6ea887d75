//! How much a file may cost in addition to its content.
//!
//! The size that a root declares bounds the content, but not the cost of fetching it: a leaf may
//! hold one byte, or two megabytes of padding around one. Whoever fetches a file for a stranger
//! relies on its size, so blocks and bytes beyond it are bounded here.

/// What a block costs a store in addition to its bytes: a file, which takes whole blocks of the
/// disk and is one of the limited number that a disk can have, and a record.
const PER_BLOCK: u64 = 4096;

/// Allowed for any file, however small.
const FLAT: u64 = 1 << 20;

/// Counts what the blocks of a file cost.
#[derive(Debug)]
pub struct Budget {
    allowed: u64,
    overhead: u64,
    blocks: u64,
}

impl Budget {
    /// Returns the budget of a file of `size` bytes: half of that again, and a mebibyte. Leaves of
    /// 16 KiB, the smallest that are made here, take a little more than a quarter.
    pub fn for_size(size: u64) -> Self {
        Self {
            allowed: (size / 2).saturating_add(FLAT),
            overhead: 0,
            blocks: 0,
        }
    }

    /// Counts a block of `bytes` bytes, `content` of which are content.
    ///
    /// # Errors
    /// With the reason when the budget is used up.
    pub fn charge(&mut self, bytes: u64, content: u64) -> Result<(), String> {
        self.blocks += 1;
        let overhead = bytes.saturating_sub(content).saturating_add(PER_BLOCK);
        self.overhead = self.overhead.saturating_add(overhead);
        if self.overhead <= self.allowed {
            return Ok(());
        }
        Err(format!(
            "its first {} blocks carry too little content: {} bytes beside it, and {} are allowed \
             for a file of this size; add it again with larger chunks",
            self.blocks, self.overhead, self.allowed
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_chunks_pass_and_tiny_ones_do_not() {
        const SIZE: u64 = 100 << 20;
        const SMALL: u64 = 16 << 10;
        let mut budget = Budget::for_size(SIZE);
        for leaf in 0..SIZE / SMALL {
            budget.charge(SMALL, SMALL).unwrap();
            if leaf % 174 == 0 {
                budget.charge(174 * 55, 0).unwrap();
            }
        }
        for tiny in [100, 1024, 4096] {
            let mut budget = Budget::for_size(SIZE);
            let refused = (0..SIZE / tiny).find_map(|_| budget.charge(tiny, tiny).err());
            assert!(refused.unwrap().contains("too little content"));
        }
    }

    #[test]
    fn padding_is_counted() {
        let mut budget = Budget::for_size(1000);
        let refused = (0..1000).position(|_| budget.charge(2 << 20, 1).is_err());
        assert_eq!(refused, Some(0));
    }
}
