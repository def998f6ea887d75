//! The lanes in which a search waits for its turn ([`crate::turns`]): those of all files that want its block.
//!
//! A block may be part of several files, and one of them may be a stranger's whose other blocks never come. So a search
//! has a place in the lane of each file, takes whichever turn comes first, and uses that file's time. After a turn in
//! vain it leaves only that lane. The effect is as if each file searched for itself, but only one of them asks at a
//! time.

use crate::turns::{Place, Turn, Turns};
use cid::Cid;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::watch;

/// The files that want a block.
pub struct Files {
    turns: Arc<Turns>,
    wanting: watch::Sender<HashMap<Cid, Wanting>>,
}

/// A file's place, and how many of its readers want the block.
struct Wanting {
    place: Arc<Place>,
    readers: usize,
}

/// The lanes in which the search of these files waits.
pub struct Lanes {
    wanting: watch::Receiver<HashMap<Cid, Wanting>>,
    waits: HashMap<Cid, Wait>,
}

/// A wait in the lane of one file.
struct Wait {
    is_first: bool,
    /// The pause after a turn in vain.
    pause: Duration,
    turn: Pin<Box<dyn Future<Output = Turn> + Send>>,
}

/// The turn that came first, of one of the files.
pub struct Granted {
    turn: Turn,
    root: Cid,
    is_first: bool,
    pause: Duration,
}

impl Files {
    /// Returns the files and the lanes of a block that no file wants yet.
    pub fn new(turns: Arc<Turns>) -> (Self, Lanes) {
        let (wanting, receiver) = watch::channel(HashMap::new());
        let lanes = Lanes {
            wanting: receiver,
            waits: HashMap::new(),
        };
        (Self { turns, wanting }, lanes)
    }

    /// Notes that a reader of the file `root` wants the block.
    pub fn join(&self, root: Cid) {
        self.wanting.send_if_modified(|wanting| {
            let is_new = !wanting.contains_key(&root);
            let file = wanting.entry(root).or_insert_with(|| Wanting {
                place: Arc::new(self.turns.place(root)),
                readers: 0,
            });
            file.readers += 1;
            is_new
        });
    }

    /// Notes that a reader of the file `root` no longer wants the block.
    pub fn leave(&self, root: &Cid) {
        self.wanting.send_if_modified(|wanting| {
            let Some(file) = wanting.get_mut(root) else {
                return false;
            };
            file.readers -= 1;
            let was_last = file.readers == 0;
            if was_last {
                wanting.remove(root);
            }
            was_last
        });
    }
}

impl Lanes {
    /// Waits for the first turn of any of the files, including files that come to want the block meanwhile.
    pub async fn turn(&mut self) -> Granted {
        loop {
            self.follow();
            let waits = &mut self.waits;
            let first = std::future::poll_fn(|cx| {
                for (root, wait) in waits.iter_mut() {
                    if let Poll::Ready(turn) = wait.turn.as_mut().poll(cx) {
                        return Poll::Ready((*root, turn));
                    }
                }
                Poll::Pending
            });
            let granted = tokio::select! {
                granted = first => Some(granted),
                Ok(()) = self.wanting.changed() => None,
            };
            if let Some((root, turn)) = granted {
                // Only one of the waits is over, and it cannot be waited for again.
                if let Some(wait) = self.waits.remove(&root) {
                    return Granted {
                        turn,
                        root,
                        is_first: wait.is_first,
                        pause: wait.pause,
                    };
                }
            }
        }
    }

    /// Ends a turn in vain. The search comes back to that file's lane after a pause.
    pub fn in_vain(&mut self, granted: Granted) {
        let Granted {
            turn, root, pause, ..
        } = granted;
        drop(turn);
        let wanting = self.wanting.borrow();
        if let Some(file) = wanting.get(&root) {
            self.waits.insert(root, Wait::again(&file.place, pause));
        }
    }

    /// Leaves all lanes until the next turn is waited for: nobody would take a turn that came before.
    pub fn leave(&mut self) {
        self.waits.clear();
    }

    /// Waits in the lanes of the files that want the block now.
    fn follow(&mut self) {
        let wanting = self.wanting.borrow_and_update();
        self.waits.retain(|root, _| wanting.contains_key(root));
        for (root, file) in wanting.iter() {
            self.waits
                .entry(*root)
                .or_insert_with(|| Wait::first(&file.place));
        }
    }
}

impl Wait {
    fn first(place: &Arc<Place>) -> Self {
        let pause = place.pace().first_pause;
        let place = place.clone();
        Self {
            is_first: true,
            pause,
            turn: Box::pin(async move { place.turn().await }),
        }
    }

    fn again(place: &Arc<Place>, pause: Duration) -> Self {
        let longest = place.pace().longest_pause;
        let place = place.clone();
        Self {
            is_first: false,
            pause: (pause * 2).min(longest),
            turn: Box::pin(async move {
                tokio::time::sleep(pause).await;
                place.turn().await
            }),
        }
    }
}

impl Granted {
    /// Returns how long the turn may be.
    pub fn limit(&self) -> Duration {
        self.turn.limit(self.is_first)
    }

    /// Ends the turn with the block.
    pub fn brought(self) {
        self.turn.brought();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turns::Pace;
    use cid::multihash::Multihash;
    use futures::FutureExt;

    const NEVER: Duration = Duration::from_secs(3600);

    fn cid(number: u8) -> Cid {
        Cid::new_v1(0x55, Multihash::wrap(0x12, &[number; 32]).unwrap())
    }

    /// Returns turns in which no file has another turn after one in vain.
    fn turns() -> Arc<Turns> {
        Turns::new(Pace {
            first_pause: NEVER,
            longest_pause: NEVER,
            ..Pace::default()
        })
    }

    fn now(lanes: &mut Lanes) -> Option<Granted> {
        lanes.turn().now_or_never()
    }

    #[tokio::test]
    async fn each_file_has_its_turns_and_pauses() {
        let pace = *turns().place(cid(0)).pace();
        let (files, mut lanes) = Files::new(turns());
        assert!(now(&mut lanes).is_none(), "nobody wants it");
        let (one, other) = (cid(1), cid(2));
        files.join(one);
        let granted = now(&mut lanes).unwrap();
        assert_eq!(granted.root, one);
        assert_eq!(granted.limit(), pace.first_turn);
        lanes.in_vain(granted);
        assert!(now(&mut lanes).is_none(), "it is out of its lane");

        files.join(other);
        let granted = now(&mut lanes).unwrap();
        assert_eq!(granted.root, other);
        assert_eq!(granted.limit(), pace.first_turn);
        lanes.in_vain(granted);
        // Another reader of the same file does not wait separately.
        files.join(other);
        assert!(now(&mut lanes).is_none());
    }

    #[tokio::test]
    async fn pauses_grow_and_later_turns_are_longer() {
        let tick = Duration::from_millis(1);
        let pace = Pace {
            first_pause: tick,
            longest_pause: 3 * tick,
            ..Pace::default()
        };
        let (files, mut lanes) = Files::new(Turns::new(pace));
        files.join(cid(1));
        let mut seen = Vec::new();
        for _ in 0..4 {
            let granted = lanes.turn().await;
            seen.push((granted.limit(), granted.pause));
            lanes.in_vain(granted);
        }
        let expected = [1, 2, 3, 3].map(|ticks| ticks * tick);
        assert_eq!(seen[0], (pace.first_turn, expected[0]));
        for (seen, pause) in seen.iter().zip(expected).skip(1) {
            assert_eq!(*seen, (pace.turn, pause));
        }
    }

    #[tokio::test]
    async fn a_file_whose_last_reader_has_left_gives_no_turn() {
        let turns = turns();
        let (files, mut lanes) = Files::new(turns.clone());
        let held = turns.place(cid(0)).turn().await;
        let (gone, stays) = (cid(1), cid(2));
        for _ in 0..2 {
            files.join(gone);
        }
        let mut waiting = Box::pin(lanes.turn());
        assert!(futures::poll!(&mut waiting).is_pending());
        // This file comes later, so its turn would, too.
        files.join(stays);
        assert!(futures::poll!(&mut waiting).is_pending());
        files.leave(&gone);
        assert!(futures::poll!(&mut waiting).is_pending());
        files.leave(&gone);
        assert!(futures::poll!(&mut waiting).is_pending());
        drop(held);
        assert_eq!(waiting.await.root, stays);
    }

    #[tokio::test]
    async fn who_leaves_the_lanes_keeps_no_turn_from_others() {
        let turns = turns();
        let (files, mut lanes) = Files::new(turns.clone());
        let other = turns.place(cid(0));
        let held = other.turn().await;
        files.join(cid(1));
        assert!(now(&mut lanes).is_none());
        lanes.leave();
        drop(held);
        assert!(other.turn().now_or_never().is_some());
    }
}
