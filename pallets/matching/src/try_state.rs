//! The invariants of the pallet.

use aicpw_protocol::TaskId;
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

use crate::{
    levels::{Cell, Segment},
    types::{Bits, CellMasks, Census, Count, List, Node, Page},
    Buckets, Compared, Config, Cursors, Directories, Entries, Leaves, ListEnds, Listings, Pages,
    Pallet, ParkedIn, Roots, TicketTurn, Turns, Words,
};

impl<T: Config> Pallet<T> {
    /// Checks every invariant of the pallet.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::devices_are_where_their_entries_say()?;
        Self::nodes_tell_what_is_below_them()?;
        Self::lists_are_linked()?;
        Self::turns_are_in_their_lists()?;
        Self::late_devices_know_where_they_are()?;
        Self::each_task_waits_in_one_place()?;
        Self::directories_know_their_groups()
    }

    fn devices_are_where_their_entries_say() -> Result<(), TryRuntimeError> {
        let mut census = Census::default();
        for (device, entry) in Entries::<T>::iter() {
            let page = match entry.page {
                0 => Buckets::<T>::get(entry.place).map(|bucket| bucket.first),
                number => Pages::<T>::get(entry.place, number),
            };
            let page = page.ok_or("The page of every entry exists.")?;
            ensure!(
                page.taken >> entry.slot & 1 == 1,
                "The slot of every entry is taken."
            );
            ensure!(
                page.devices
                    .get(usize::from(entry.slot))
                    .is_some_and(|listed| listed.device == device),
                "In the slot of every entry is its device."
            );
            let devices = |count: &mut Count| count.devices += 1;
            census.change(entry.place.segment(), devices);
        }
        for (segment, root) in Roots::<T>::iter() {
            census.change(segment, |count| count.cells = root.0.len() as u16);
        }
        ensure!(
            census == Listings::<T>::get(),
            "The listings count the entries and the cells of each segment."
        );
        let taken = Buckets::<T>::iter_values().fold(0, |sum, bucket| sum + bucket.devices);
        ensure!(
            taken == census.devices(),
            "Every taken slot belongs to an entry: no device is in the book twice."
        );
        Ok(())
    }

    fn nodes_tell_what_is_below_them() -> Result<(), TryRuntimeError> {
        let mut leaves: BTreeMap<(Segment, u8), BTreeMap<Cell, CellMasks>> = BTreeMap::new();
        let mut pages = 0;
        for (place, bucket) in Buckets::<T>::iter() {
            let mut devices = bucket.first.taken.count_ones();
            let (mut open, mut room) = (Bits::default(), Bits::default());
            Self::check_page(&bucket.first)?;
            for number in 1..=bucket.further {
                let page = Pages::<T>::get(place, number);
                pages += usize::from(page.is_some());
                let page = page.unwrap_or_default();
                Self::check_page(&page)?;
                open.set(number - 1, page.open != 0);
                room.set(number - 1, page.taken != u32::MAX);
                devices += page.taken.count_ones();
            }
            ensure!(devices > 0, "No bucket is empty.");
            ensure!(
                devices == bucket.devices,
                "A bucket counts the devices on its pages."
            );
            ensure!(
                open == bucket.open,
                "A bucket knows its pages with open devices."
            );
            ensure!(room == bucket.room, "A bucket knows its pages with room.");
            add(
                leaves
                    .entry((place.segment(), place.tick().octave()))
                    .or_default(),
                place.cell(),
                place.tick().step(),
                bucket.is_open(),
            );
        }
        ensure!(
            pages == Pages::<T>::iter().count(),
            "Every page belongs to a bucket."
        );
        ensure!(
            Pages::<T>::iter_values().all(|page| page.taken != 0),
            "No page beside a first one is empty."
        );

        let mut roots: BTreeMap<Segment, BTreeMap<Cell, CellMasks>> = BTreeMap::new();
        for ((segment, octave), cells) in &leaves {
            for masks in cells.values() {
                let root = roots.entry(*segment).or_default();
                add(root, masks.cell, *octave, masks.open != 0);
            }
        }
        let stored: BTreeMap<_, _> = Leaves::<T>::iter()
            .map(|(segment, octave, node)| ((segment, octave), node))
            .collect();
        ensure!(
            stored == leaves.into_iter().map(to_node).collect(),
            "Leaves tell which buckets exist, and which are open."
        );
        let stored: BTreeMap<_, _> = Roots::<T>::iter().collect();
        ensure!(
            stored == roots.into_iter().map(to_node).collect(),
            "Roots tell which cells of their leaves exist, and which are open."
        );
        Ok(())
    }

    fn check_page(page: &Page) -> Result<(), TryRuntimeError> {
        ensure!(page.open & !page.taken == 0, "Open slots are taken.");
        ensure!(
            page.devices.len() as u32 == 32 - page.taken.leading_zeros(),
            "A page is as long as its last taken slot."
        );
        Ok(())
    }

    fn lists_are_linked() -> Result<(), TryRuntimeError> {
        let mut linked = 0;
        for (list, ends) in ListEnds::<T>::iter() {
            let (mut at, mut before) = (Some(ends.head), None);
            while let Some(number) = at {
                let word = Words::<T>::get(list, number).ok_or("Every linked word exists.")?;
                ensure!(word.bits != 0, "No word is empty.");
                ensure!(
                    word.prev == before,
                    "Each word links back to the one that links to it."
                );
                linked += 1;
                before = Some(number);
                at = word.next;
            }
            ensure!(
                before == Some(ends.tail),
                "The last linked word is the tail."
            );
        }
        ensure!(
            linked == Words::<T>::iter().count(),
            "Every word is linked."
        );
        Ok(())
    }

    fn turns_are_in_their_lists() -> Result<(), TryRuntimeError> {
        for (list, next) in Turns::<T>::iter() {
            ensure!(
                list.is_served_in_turns(),
                "Only a list that is served in turns is left in the middle."
            );
            ensure!(
                Words::<T>::contains_key(list, next / 128),
                "Where a list was left there is a word of it."
            );
        }
        ensure!(
            TicketTurn::<T>::get()
                .is_none_or(|next| Words::<T>::contains_key(List::Slow, next / 128)),
            "The next task whose ticket is known is in a word of the slow tasks."
        );
        Ok(())
    }

    fn late_devices_know_where_they_are() -> Result<(), TryRuntimeError> {
        ensure!(
            Compared::<T>::iter_keys().all(|device| Self::is_in(List::Late, device.0)),
            "Only late devices are in the middle of the parked tasks."
        );
        Ok(())
    }

    /// The ids of a list in their order.
    pub(crate) fn ids_of(list: List) -> Vec<u64> {
        core::iter::successors(Self::first_of(list), |id| Self::after(list, *id)).collect()
    }

    fn each_task_waits_in_one_place() -> Result<(), TryRuntimeError> {
        let lists = [
            List::Front,
            List::Back,
            List::Slow,
            List::Urgent,
            List::Parked,
        ];
        let mut waiting: Vec<u64> = lists.into_iter().flat_map(Self::ids_of).collect();
        let all = waiting.len();
        waiting.sort_unstable();
        waiting.dedup();
        ensure!(
            waiting.len() == all,
            "A task is in at most one of front, back, slow, urgent and parked."
        );

        let slow = [List::Slow, List::Urgent].map(Self::ids_of).concat();
        ensure!(
            slow.iter()
                .all(|id| Cursors::<T>::contains_key(TaskId(*id)))
                && Cursors::<T>::iter().count() == slow.len(),
            "Slow and urgent tasks, and no others, have a cursor."
        );

        let parked = Self::ids_of(List::Parked);
        ensure!(
            ParkedIn::<T>::iter().count() == parked.len(),
            "Parked tasks, and no others, have a group."
        );
        for id in parked {
            let group = ParkedIn::<T>::get(TaskId(id)).ok_or("Every parked task has a group.")?;
            ensure!(
                Self::is_in(List::Group(group), id),
                "A parked task is in the list of its group."
            );
        }
        Ok(())
    }

    fn directories_know_their_groups() -> Result<(), TryRuntimeError> {
        let mut groups = 0;
        let mut tasks = 0;
        for (list, _) in ListEnds::<T>::iter() {
            let List::Group(group) = list else { continue };
            let directory = Directories::<T>::get(group.engine, group.class);
            let head = directory
                .iter()
                .find(|head| (head.cell, head.octave) == (group.cell, group.octave))
                .ok_or("Every group is in its directory.")?;
            ensure!(
                Self::first_of(list) == Some(head.oldest.0),
                "A directory knows the first task of each group."
            );
            groups += 1;
            tasks += Self::ids_of(list).len();
        }
        let known: usize = Directories::<T>::iter_values().map(|all| all.len()).sum();
        ensure!(known == groups, "Directories hold no empty group.");
        ensure!(
            tasks == ParkedIn::<T>::iter().count(),
            "Groups hold parked tasks only, each once."
        );
        ensure!(
            Directories::<T>::iter_values().all(|all| all.windows(2).all(|pair| (
                pair[0].cell,
                pair[0].octave
            ) < (
                pair[1].cell,
                pair[1].octave
            ))),
            "Directories are in order."
        );
        Ok(())
    }
}

fn add(cells: &mut BTreeMap<Cell, CellMasks>, cell: Cell, child: u8, open: bool) {
    let masks = cells.entry(cell).or_insert(CellMasks {
        cell,
        ..CellMasks::default()
    });
    masks.online |= 1 << child;
    masks.open |= u128::from(open) << child;
}

fn to_node<K>((key, cells): (K, BTreeMap<Cell, CellMasks>)) -> (K, Node) {
    let cells: Vec<_> = cells.into_values().collect();
    (key, Node(cells.try_into().unwrap_or_default()))
}
