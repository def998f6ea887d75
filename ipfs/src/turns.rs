//! Decides whose turn it is, when one block is asked for at a time.
//!
//! Wants stand in lanes, one lane for each file (and in several if several files want the block, [`crate::lanes`]).
//! Lanes share the time and not the turns: the next turn goes to the lane that has had the least time. So a file whose
//! blocks come at once has many turns for each turn of a file whose blocks never come. Time that a lane did not use is
//! not saved up.
//!
//! A turn ends with the block or when its time is up. Most blocks come at once or never, so a want's first turn is
//! short, unless a block of its file took longer: the file's peers are then slow, and not silent. They count as slow
//! until three blocks in a row have come sooner. A turn in vain does not change that. A want whose turn was in vain
//! leaves its lane for a while.

use cid::Cid;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// After this many quick blocks in a row, a file's peers are no longer slow.
const QUICK_IN_A_ROW: u32 = 3;

/// How long turns are, and the pauses after turns in vain.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The first turn of a want.
    pub first_turn: Duration,
    /// Any other.
    pub turn: Duration,
    /// The first pause; doubled with each turn in vain.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_turn: Duration::from_millis(500),
            turn: Duration::from_secs(3),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// One turn at a time.
pub struct Turns {
    pace: Pace,
    state: Mutex<State>,
}

/// A want's place in the lane of its file.
pub struct Place {
    turns: Arc<Turns>,
    root: Cid,
}

/// A turn. Ends when dropped.
pub struct Turn {
    turns: Arc<Turns>,
    root: Cid,
    since: Instant,
    brought: bool,
}

#[derive(Default)]
struct State {
    taken: bool,
    /// The time that the lane served last had had.
    clock: Duration,
    /// The number of turns that were asked for until now.
    asked: u64,
    lanes: HashMap<Cid, Lane>,
}

struct Lane {
    /// The number of places in the lane. Without places it is forgotten.
    places: usize,
    /// The time that it has had, on the scale of [`State::clock`].
    had: Duration,
    /// While this is not zero, the file's peers are slow: this many quick blocks in a row show that they no longer are.
    slow: u32,
    waiting: VecDeque<Waiting>,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy)]
enum End {
    /// Without a block.
    InVain,
    /// With a block that took no longer than a first turn may.
    Quick,
    /// With a block that took longer.
    Slow,
}

struct Waiting {
    number: u64,
    grant: oneshot::Sender<Turn>,
}

impl Turns {
    /// Returns turns for which nobody waits yet.
    pub fn new(pace: Pace) -> Arc<Self> {
        Arc::new(Self {
            pace,
            state: Mutex::default(),
        })
    }

    /// Returns a place for a want of the file `root`.
    pub fn place(self: &Arc<Self>, root: Cid) -> Place {
        self.state().enter(root);
        Place {
            turns: self.clone(),
            root,
        }
    }

    /// Gives the turn to the next want, if it is free.
    fn serve(self: &Arc<Self>) {
        let granted = self.state().next().map(|(root, grant)| {
            let turn = Turn {
                turns: self.clone(),
                root,
                since: Instant::now(),
                brought: false,
            };
            (grant, turn)
        });
        if let Some((grant, turn)) = granted {
            // A want that has given up at this moment drops its turn, which serves the next.
            let _ = grant.send(turn);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits for a turn.
    pub async fn turn(&self) -> Turn {
        let (grant, granted) = oneshot::channel();
        self.turns.state().wait(&self.root, grant);
        self.turns.serve();
        match granted.await {
            Ok(turn) => turn,
            // The lane is there as long as this place is.
            Err(_) => std::future::pending().await,
        }
    }

    /// Returns how long turns and pauses are.
    pub fn pace(&self) -> &Pace {
        &self.turns.pace
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.turns.state().leave(&self.root);
    }
}

impl Turn {
    /// Returns how long the turn may be.
    pub fn limit(&self, is_first: bool) -> Duration {
        let pace = &self.turns.pace;
        let state = self.turns.state();
        let is_slow = state.lanes.get(&self.root).is_some_and(Lane::is_slow);
        if is_first && !is_slow {
            pace.first_turn
        } else {
            pace.turn
        }
    }

    /// Ends the turn with a block. A turn that is dropped was in vain.
    pub fn brought(mut self) {
        self.brought = true;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let took = self.since.elapsed();
        let end = match self.brought {
            false => End::InVain,
            true if took > self.turns.pace.first_turn => End::Slow,
            true => End::Quick,
        };
        self.turns.state().end(&self.root, took, end);
        self.turns.serve();
    }
}

impl Lane {
    fn is_slow(&self) -> bool {
        self.slow > 0
    }
}

impl State {
    fn enter(&mut self, root: Cid) {
        let lane = self.lanes.entry(root).or_insert_with(|| Lane {
            places: 0,
            had: self.clock,
            slow: 0,
            waiting: VecDeque::new(),
        });
        lane.places += 1;
    }

    fn leave(&mut self, root: &Cid) {
        if let Some(lane) = self.lanes.get_mut(root) {
            lane.places -= 1;
            if lane.places == 0 {
                self.lanes.remove(root);
            }
        }
    }

    fn wait(&mut self, root: &Cid, grant: oneshot::Sender<Turn>) {
        let number = self.asked;
        self.asked += 1;
        if let Some(lane) = self.lanes.get_mut(root) {
            lane.had = lane.had.max(self.clock);
            lane.waiting.push_back(Waiting { number, grant });
        }
    }

    fn next(&mut self) -> Option<(Cid, oneshot::Sender<Turn>)> {
        if self.taken {
            return None;
        }
        for lane in self.lanes.values_mut() {
            lane.waiting.retain(|waiting| !waiting.grant.is_closed());
        }
        let lanes = self.lanes.iter().filter_map(|(root, lane)| {
            let first = lane.waiting.front()?;
            Some((lane.had, first.number, *root))
        });
        let (had, _, root) = lanes.min()?;
        let waiting = self.lanes.get_mut(&root)?.waiting.pop_front()?;
        self.clock = had;
        self.taken = true;
        Some((root, waiting.grant))
    }

    fn end(&mut self, root: &Cid, took: Duration, end: End) {
        self.taken = false;
        if let Some(lane) = self.lanes.get_mut(root) {
            lane.had += took;
            lane.slow = match end {
                End::InVain => lane.slow,
                End::Slow => QUICK_IN_A_ROW,
                End::Quick => lane.slow.saturating_sub(1),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cid::multihash::Multihash;
    use futures::FutureExt;

    const LONG: Duration = Duration::from_secs(3);
    const SHORT: Duration = Duration::from_millis(10);

    fn cid(number: u8) -> Cid {
        Cid::new_v1(0x55, Multihash::wrap(0x12, &[number; 32]).unwrap())
    }

    /// Makes `count` wants of `root` wait, for as long as the returned values exist.
    fn wait(state: &mut State, root: Cid, count: usize) -> Vec<oneshot::Receiver<Turn>> {
        let wants = (0..count).map(|_| {
            let (grant, granted) = oneshot::channel();
            state.wait(&root, grant);
            granted
        });
        wants.collect()
    }

    /// Serves the next want, for as long as `took` says, and returns its file.
    fn serve(state: &mut State, took: impl Fn(Cid) -> Duration) -> Cid {
        let (root, _) = state.next().unwrap();
        assert!(state.next().is_none(), "one at a time");
        state.end(&root, took(root), End::Quick);
        root
    }

    #[test]
    fn lanes_share_the_time_and_not_the_turns() {
        let mut state = State::default();
        let (quick, silent) = (cid(0), cid(1));
        state.enter(quick);
        state.enter(silent);
        let _quick = wait(&mut state, quick, 1000);
        let _silent = wait(&mut state, silent, 1000);
        let took = |root: Cid| if root == quick { SHORT } else { LONG };
        let served: Vec<_> = (0..302).map(|_| serve(&mut state, took)).collect();
        assert_eq!(served.iter().filter(|root| **root == silent).count(), 1);
        assert_eq!(serve(&mut state, took), silent);
    }

    #[test]
    fn time_that_was_not_used_is_not_saved_up() {
        let mut state = State::default();
        let (busy, idle, new) = (cid(0), cid(1), cid(2));
        state.enter(busy);
        state.enter(idle);
        let _busy = wait(&mut state, busy, 102);
        for _ in 0..100 {
            assert_eq!(serve(&mut state, |_| LONG), busy);
        }
        state.enter(new);
        let _idle = wait(&mut state, idle, 2);
        let _new = wait(&mut state, new, 2);
        let served: Vec<_> = (0..4).map(|_| serve(&mut state, |_| LONG)).collect();
        assert_eq!(served, [idle, new, busy, idle]);
    }

    #[test]
    fn a_lane_without_places_is_forgotten() {
        let mut state = State::default();
        state.enter(cid(0));
        state.enter(cid(0));
        state.leave(&cid(0));
        let _one = wait(&mut state, cid(0), 1);
        assert_eq!(serve(&mut state, |_| LONG), cid(0));
        state.leave(&cid(0));
        assert!(state.lanes.is_empty());
    }

    #[tokio::test]
    async fn who_gives_up_leaves_the_turn_to_others() {
        let turns = Turns::new(Pace::default());
        let (one, other) = (turns.place(cid(0)), turns.place(cid(1)));
        let held = one.turn().await;
        // This want waits, and is gone.
        assert!(one.turn().now_or_never().is_none());
        let mut waiting = Box::pin(other.turn());
        assert!(futures::poll!(&mut waiting).is_pending());
        drop(held);
        // This want is given the turn and never takes it.
        drop(waiting);
        assert!(one.turn().now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_file_whose_blocks_take_longer_has_longer_turns() {
        let pace = Pace {
            first_turn: Duration::ZERO,
            ..Pace::default()
        };
        let turns = Turns::new(pace);
        let (file, other) = (turns.place(cid(0)), turns.place(cid(1)));
        let turn = file.turn().await;
        assert_eq!(turn.limit(true), pace.first_turn);
        assert_eq!(turn.limit(false), pace.turn);
        turn.brought();
        assert_eq!(other.turn().await.limit(true), pace.first_turn);
        // A turn in vain, which says nothing about the peers.
        assert_eq!(file.turn().await.limit(true), pace.turn);
        assert_eq!(file.turn().await.limit(true), pace.turn);
    }

    #[test]
    fn peers_are_slow_until_three_quick_blocks_in_a_row() {
        use End::{InVain, Quick, Slow};
        let mut state = State::default();
        let (file, other) = (cid(0), cid(1));
        state.enter(file);
        state.enter(other);
        for (number, (end, is_slow)) in [
            (Quick, false),
            (InVain, false),
            (Slow, true),
            (InVain, true),
            (Quick, true),
            (Quick, true),
            (Slow, true),
            (Quick, true),
            (InVain, true),
            (Quick, true),
            (InVain, true),
            (Quick, false),
            (InVain, false),
        ]
        .into_iter()
        .enumerate()
        {
            state.end(&file, SHORT, end);
            assert_eq!(state.lanes[&file].is_slow(), is_slow, "{number}: {end:?}");
            assert!(!state.lanes[&other].is_slow());
        }
    }
}
