//! The reason why a task is not matched.

use aicpw_protocol::task::Unmatched;

use crate::{
    levels::Levels,
    query::{up_to, Query},
    types::Count,
    Config, Leaves, Listings, Pallet, Roots,
};

impl<T: Config> Pallet<T> {
    /// The first need, in the order of [`Unmatched`], that no device meets, after a search that found
    /// no device. `best` is how far the candidates of the search came, compared exactly. The other
    /// devices, which are outside of the search's levels or have no free slot, are judged by their
    /// levels alone: a device on the level of the need counts as enough.
    pub(crate) fn reason(query: &Query<'_, T::AccountId>, best: Unmatched) -> Unmatched {
        let census = Listings::<T>::get().0;
        let floor = query.floor();
        let last = query.last();
        let whole_octaves = up_to(last.octave()) & !(1 << last.octave());
        let steps = up_to(last.step());
        let by_levels = census.iter().map(|Count { segment, .. }| {
            if !segment.runs(query.needs().engine, query.needs().class) {
                return Unmatched::Class;
            }
            let root = Roots::<T>::get(segment).unwrap_or_default();
            let leaf = Leaves::<T>::get(segment, last.octave()).unwrap_or_default();
            root.0
                .iter()
                .map(|masks| {
                    let in_last = leaf.masks(masks.cell);
                    // The octaves and ticks with devices whose ask may be paid, and those with open ones.
                    let online = (masks.online & whole_octaves, in_last.online & steps);
                    let open = (masks.open & whole_octaves, in_last.open & steps);
                    let levels = Levels::from(masks.cell);
                    if levels.gflops < floor.gflops {
                        Unmatched::Gflops
                    } else if levels.memory < floor.memory {
                        Unmatched::Memory
                    } else if levels.bandwidth < floor.bandwidth {
                        Unmatched::Bandwidth
                    } else if levels.reputation < floor.reputation {
                        Unmatched::Reputation
                    } else if online == (0, 0) {
                        Unmatched::Budget
                    } else if levels.stake < floor.stake {
                        Unmatched::Stake
                    } else if online != open {
                        Unmatched::Busy
                    } else {
                        // The devices of this cell were candidates, so they count in `best`.
                        Unmatched::Class
                    }
                })
                .max()
                .unwrap_or(Unmatched::Class)
        });
        by_levels.fold(best, Unmatched::max)
    }
}
