//! The walk of a search through the nodes of the book, in order, from one bucket that may hold a fitting device to
//! the next. It skips all buckets that cannot hold one.

use alloc::vec::Vec;

use crate::{
    levels::{Cell, Levels, Place, Segment, Tick, TICKS_PER_OCTAVE},
    query::{from_on, Query},
    types::{Count, Node, Phase},
    Config, Leaves, Listings, Roots,
};

/// A cell of one segment that a phase looks at, with the children of the node that hold open devices of it.
struct Candidate {
    cell: Cell,
    segment: Segment,
    children: u128,
}

/// The buckets with open devices that a phase looks at, in order. The walk keeps what it has read for the whole
/// step, because nothing changes the book during a step.
pub(crate) struct Walk {
    phase: Phase,
    octaves: Vec<Candidate>,
    leaf: Option<(u8, Vec<Candidate>)>,
    read: Read,
}

/// How much of the book a walk has read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Read {
    /// The number of roots and leaves.
    pub nodes: u32,
    /// The number of cells that the walk went through in nodes.
    pub cells: u32,
}

impl Read {
    fn add(&mut self, node: &Node) {
        self.nodes = self.nodes.saturating_add(1);
        self.cells = self.cells.saturating_add(node.0.len() as u32);
    }
}

impl Walk {
    pub(crate) fn new<T: Config>(query: &Query<'_, T::AccountId>, phase: Phase) -> Self {
        let mut octaves = Vec::new();
        let mut read = Read::default();
        for Count { segment, .. } in Listings::<T>::get().0 {
            if segment.runs(query.needs().engine, query.needs().class) {
                let root = Roots::<T>::get(segment).unwrap_or_default();
                read.add(&root);
                collect(&mut octaves, query, segment, &root, |cell_is_sure| {
                    query.octaves(phase, cell_is_sure)
                });
            }
        }
        Self {
            phase,
            octaves,
            leaf: None,
            read,
        }
    }

    /// Returns what the walk has read since the last call.
    pub(crate) fn take_read(&mut self) -> Read {
        core::mem::take(&mut self.read)
    }

    /// The first bucket of the phase at or after `from`.
    pub(crate) fn next<T: Config>(
        &mut self,
        query: &Query<'_, T::AccountId>,
        from: Place,
    ) -> Option<Place> {
        let mut from = from;
        loop {
            let octave = self.octave_from(from.tick().octave())?;
            from = from.max(Place::start_of_octave(octave));
            if self
                .leaf
                .as_ref()
                .is_none_or(|(loaded, _)| *loaded != octave)
            {
                self.leaf = Some((octave, self.load::<T>(query, octave)));
            }
            let candidates = self.leaf.iter().flat_map(|(_, cells)| cells);
            let gone_through = candidates.clone().count() as u32;
            self.read.cells = self.read.cells.saturating_add(gone_through);
            let found = candidates
                .filter_map(|candidate| candidate.first_from(octave, from))
                .min();
            if found.is_some() {
                return found;
            }
            from = Place::start_of_octave(octave.checked_add(1).filter(|next| *next < 128)?);
        }
    }

    fn octave_from(&self, first: u8) -> Option<u8> {
        let all = self.octaves.iter().fold(0, |all, cell| all | cell.children);
        let left = all & from_on(first);
        (left != 0).then(|| left.trailing_zeros() as u8)
    }

    fn load<T: Config>(&mut self, query: &Query<'_, T::AccountId>, octave: u8) -> Vec<Candidate> {
        let mut cells = Vec::new();
        let mut last = None;
        for candidate in &self.octaves {
            // The candidates of a segment follow one another.
            if candidate.children & 1 << octave == 0 || last == Some(candidate.segment) {
                continue;
            }
            last = Some(candidate.segment);
            let leaf = Leaves::<T>::get(candidate.segment, octave).unwrap_or_default();
            self.read.add(&leaf);
            collect(
                &mut cells,
                query,
                candidate.segment,
                &leaf,
                |cell_is_sure| query.ticks(self.phase, cell_is_sure, octave),
            );
        }
        cells
    }
}

/// Adds the cells of a node that may fit, with their open children among those that `looked_at` returns. Its argument
/// is whether the cell is sure to fit.
fn collect<AccountId: PartialEq>(
    into: &mut Vec<Candidate>,
    query: &Query<'_, AccountId>,
    segment: Segment,
    node: &Node,
    looked_at: impl Fn(bool) -> u128,
) {
    let (sure, other) = (looked_at(true), looked_at(false));
    into.extend(node.0.iter().filter_map(|masks| {
        let levels = Levels::from(masks.cell);
        if !levels.dominates(query.floor()) {
            return None;
        }
        let mask = if levels.dominates(query.sure()) {
            sure
        } else {
            other
        };
        let children = masks.open & mask;
        (children != 0).then_some(Candidate {
            cell: masks.cell,
            segment,
            children,
        })
    }));
}

impl Candidate {
    /// The first bucket of this cell at or after `from`, which is in this octave too.
    fn first_from(&self, octave: u8, from: Place) -> Option<Place> {
        let place = |step: u8| {
            let tick = u16::from(octave) * TICKS_PER_OCTAVE + u16::from(step);
            Place::new(Tick(tick), self.cell, self.segment)
        };
        let mut left = self.children & from_on(from.tick().step());
        let first = place(left.trailing_zeros().min(127) as u8);
        if left != 0 && first < from {
            // That bucket is on the tick of `from`, but before it.
            left &= left - 1;
        }
        (left != 0).then(|| place(left.trailing_zeros() as u8))
    }
}
