//! How many blocks to ask for ahead of their turn.

use std::time::Duration;

/// The library asks again for a block that takes longer than five seconds, and the peer then
/// sends it twice. The window must therefore fit the link: a fixed one is too small for a fast
/// link or makes a slow one carry everything twice. It grows by one with every block that comes
/// quickly and halves with one that comes late.
#[derive(Debug)]
pub struct Window {
    blocks: usize,
}

const FEWEST: usize = 2;
const MOST: usize = 32;
const QUICK: Duration = Duration::from_secs(1);
const LATE: Duration = Duration::from_millis(2500);

impl Default for Window {
    fn default() -> Self {
        Self { blocks: 8 }
    }
}

impl Window {
    /// Returns how many blocks may be under way.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Notes how long a block took from being asked for to being stored.
    pub fn arrived_after(&mut self, took: Duration) {
        if took <= QUICK {
            self.blocks = (self.blocks + 1).min(MOST);
        } else if took >= LATE {
            self.blocks = (self.blocks / 2).max(FEWEST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_while_quick_and_halves_when_late() {
        let mut window = Window::default();
        for _ in 0..100 {
            window.arrived_after(Duration::from_millis(20));
        }
        assert_eq!(window.blocks(), MOST);
        window.arrived_after(Duration::from_secs(2));
        assert_eq!(window.blocks(), MOST);
        window.arrived_after(Duration::from_secs(3));
        assert_eq!(window.blocks(), MOST / 2);
        for _ in 0..100 {
            window.arrived_after(Duration::from_secs(3));
        }
        assert_eq!(window.blocks(), FEWEST);
    }
}
