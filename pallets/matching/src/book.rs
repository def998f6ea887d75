//! The order book: where each device is, and the nodes through which a search finds it.

use aicpw_primitives::traits::{DeviceOffers, Listing, Offer, OrderBook, Standing};
use aicpw_protocol::DeviceId;

use crate::{
    levels::{Place, Segment},
    types::{Bucket, Entry, List, Listed, Node, Page, MAX_FURTHER_PAGES, PAGE_SLOTS},
    Buckets, Config, Entries, Event, Leaves, Listings, Pages, Pallet, Roots,
};

/// The place of a device with this offer; `None` if it can run nothing.
pub(crate) fn place_of<AccountId>(offer: &Offer<AccountId>) -> Option<Place> {
    Place::of_device(&offer.spec, offer.ask, offer.reputation, offer.free_stake)
}

/// What the book stores of a device with this offer.
pub(crate) fn listed_of<AccountId>(device: DeviceId, offer: &Offer<AccountId>) -> Listed {
    let listing = Listing {
        spec: offer.spec.clone(),
        ask: offer.ask,
    };
    Listed::new(device, &listing)
}

impl<T: Config> OrderBook for Pallet<T> {
    fn list(device: DeviceId, listing: Listing) {
        let Some(offer) = T::Devices::offer(device) else {
            return Self::unlist(device);
        };
        let place = Place::of_device(
            &listing.spec,
            listing.ask,
            offer.reputation,
            offer.free_stake,
        );
        let open = offer.free_slots > 0;
        Self::put(Listed::new(device, &listing), place, open);
        // If its bucket is full, it is not in the book. A task that it woke would not find it.
        if open && Entries::<T>::contains_key(device) {
            Self::note_fresh(device);
        }
    }

    fn unlist(device: DeviceId) {
        if let Some(entry) = Self::take_out(device) {
            Self::count(Some(entry.place.segment()), None);
        }
        Self::remove_from(List::Fresh, device.0);
    }

    fn reopen(device: DeviceId, listing: Listing, has_free_slot: bool) -> bool {
        let Some(entry) = Entries::<T>::get(device) else {
            return false;
        };
        if !entry.place.suits(&listing) {
            return false;
        }
        Self::put(
            Listed::new(device, &listing),
            Some(entry.place),
            has_free_slot,
        );
        if has_free_slot {
            Self::note_fresh(device);
        }
        true
    }

    fn stake_freed(device: DeviceId) {
        if Entries::<T>::contains_key(device) {
            Self::note_fresh(device);
        }
    }

    fn standing(device: DeviceId) -> Standing {
        let entry = Entries::<T>::get(device);
        let bucket = entry.and_then(|entry| Buckets::<T>::get(entry.place));
        Standing {
            place: entry.map(|entry| entry.place.into()),
            is_on_further_page: entry.is_some_and(|entry| entry.page > 0),
            is_bucket_open: bucket.is_some_and(|bucket| bucket.is_open()),
            is_fresh: Self::is_in(List::Fresh, device.0),
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Puts a device into the bucket of `place`, and takes it out of the bucket in which it was. Takes it out of the
    /// book if there is no place for it.
    pub(crate) fn put(listed: Listed, place: Option<Place>, open: bool) {
        let Some(place) = place else {
            return Self::unlist(listed.device);
        };
        let before = Entries::<T>::get(listed.device);
        if let Some(entry) = before.filter(|entry| entry.place == place) {
            Self::with_page(entry.place, entry.page, |page| {
                if let Some(slot) = page.devices.get_mut(usize::from(entry.slot)) {
                    *slot = listed;
                }
                page.open = with_bit(page.open, entry.slot, open);
            });
            return;
        }
        Self::take_out(listed.device);
        let inserted = Self::insert(listed, place, open);
        let segment_before = before.map(|entry| entry.place.segment());
        let segment_after = inserted.then(|| place.segment());
        Self::count(segment_before, segment_after);
    }

    /// Counts a device that goes from one segment to another.
    fn count(from: Option<Segment>, to: Option<Segment>) {
        if from == to {
            return;
        }
        Listings::<T>::mutate(|census| {
            if let Some(from) = from {
                census.change(from, |count| {
                    count.devices = count.devices.saturating_sub(1)
                });
            }
            if let Some(to) = to {
                census.change(to, |count| count.devices = count.devices.saturating_add(1));
            }
        });
    }

    /// Closes a device that has no free slot. It stays in the book, but searches no longer meet it. Returns whether
    /// it was the last open device of its bucket, so that nodes above the bucket have changed.
    pub(crate) fn close(device: DeviceId) -> bool {
        Entries::<T>::get(device).is_some_and(|entry| {
            Self::with_page(entry.place, entry.page, |page| {
                page.open = with_bit(page.open, entry.slot, false);
            })
        })
    }

    /// What searches read of the device at this entry, and whether it is open, so that they meet it.
    pub(crate) fn listed_at(entry: Entry) -> Option<(Listed, bool)> {
        let page = match entry.page {
            0 => Buckets::<T>::get(entry.place).map(|bucket| bucket.first),
            page => Pages::<T>::get(entry.place, page),
        }?;
        let listed = page.devices.get(usize::from(entry.slot))?;
        let is_open = with_bit(page.open, entry.slot, true) == page.open;
        Some((*listed, is_open))
    }

    fn insert(listed: Listed, place: Place, open: bool) -> bool {
        let bucket = Buckets::<T>::get(place).unwrap_or_default();
        let page = if bucket.first.taken != u32::MAX {
            0
        } else if let Some(number) = bucket.room.first_from(0) {
            number.saturating_add(1)
        } else {
            bucket.further.saturating_add(1)
        };
        if u32::from(page) > MAX_FURTHER_PAGES {
            Self::deposit_event(Event::BucketFull {
                device: listed.device,
            });
            return false;
        }
        let mut slot = 0;
        Self::with_page(place, page, |page| {
            slot = page.taken.trailing_ones() as u8;
            page.taken = with_bit(page.taken, slot, true);
            page.open = with_bit(page.open, slot, open);
            match page.devices.get_mut(usize::from(slot)) {
                Some(vacant) => *vacant = listed,
                // The push succeeds: the lowest vacant slot is at most one past the last, and the page is not full.
                None => {
                    let _ = page.devices.try_push(listed);
                }
            }
        });
        Entries::<T>::insert(listed.device, Entry { place, page, slot });
        true
    }

    /// Takes a device out of its bucket. The caller has to update the census.
    fn take_out(device: DeviceId) -> Option<Entry> {
        let entry = Entries::<T>::take(device)?;
        Self::with_page(entry.place, entry.page, |page| {
            page.taken = with_bit(page.taken, entry.slot, false);
            page.open = with_bit(page.open, entry.slot, false);
            let used = PAGE_SLOTS.saturating_sub(page.taken.leading_zeros());
            page.devices.truncate(used as usize);
        });
        Some(entry)
    }

    /// Changes a page, and brings its bucket, leaf and root in line with it. Writes only what changed. Returns
    /// whether the leaf and the root may have changed too.
    fn with_page(place: Place, number: u16, change: impl FnOnce(&mut Page)) -> bool {
        let known = Buckets::<T>::get(place);
        let (was_online, was_open) = known
            .as_ref()
            .map_or((false, false), |bucket| (true, bucket.is_open()));
        let mut bucket = known.clone().unwrap_or_default();

        if number == 0 {
            let before = bucket.first.taken.count_ones();
            change(&mut bucket.first);
            recount(&mut bucket, before);
        } else {
            let known = Pages::<T>::get(place, number).unwrap_or_default();
            let mut page = known.clone();
            change(&mut page);
            let taken = page.taken;
            bucket.open.set(number - 1, page.open != 0);
            bucket.room.set(number - 1, taken != u32::MAX);
            bucket.further = bucket.further.max(number);
            bucket.devices = bucket
                .devices
                .saturating_sub(known.taken.count_ones())
                .saturating_add(taken.count_ones());
            if taken == 0 {
                Pages::<T>::remove(place, number);
            } else if page != known {
                Pages::<T>::insert(place, number, page);
            }
        }

        let (online, open) = (bucket.devices > 0, bucket.is_open());
        if !online {
            Buckets::<T>::remove(place);
        } else if known.as_ref() != Some(&bucket) {
            Buckets::<T>::insert(place, bucket);
        }
        let has_turned = (online, open) != (was_online, was_open);
        if has_turned {
            Self::reflect(place, online, open);
        }
        has_turned
    }

    /// Brings the leaf and the root of a bucket in line with it.
    fn reflect(place: Place, online: bool, open: bool) {
        let (segment, cell, tick) = (place.segment(), place.cell(), place.tick());
        let mut leaf = Leaves::<T>::get(segment, tick.octave()).unwrap_or_default();
        let (masks, changed) = leaf.set(cell, tick.step(), online, open);
        if !changed {
            return;
        }
        store(leaf, |leaf| {
            Leaves::<T>::set(segment, tick.octave(), leaf);
        });

        let mut root = Roots::<T>::get(segment).unwrap_or_default();
        let cells_before = root.0.len();
        let (_, changed) = root.set(cell, tick.octave(), masks.online != 0, masks.open != 0);
        if changed {
            let cells = root.0.len();
            if cells != cells_before {
                Listings::<T>::mutate(|census| {
                    census.change(segment, |count| count.cells = cells as u16);
                });
            }
            store(root, |root| {
                Roots::<T>::set(segment, root);
            });
        }
    }
}

/// Stores a node, or removes it if it is empty.
fn store(node: Node, set: impl FnOnce(Option<Node>)) {
    set((!node.0.is_empty()).then_some(node));
}

fn with_bit(mask: u32, bit: u8, value: bool) -> u32 {
    let bit = 1u32.checked_shl(u32::from(bit)).unwrap_or(0);
    if value {
        mask | bit
    } else {
        mask & !bit
    }
}

fn recount(bucket: &mut Bucket, before: u32) {
    bucket.devices = bucket
        .devices
        .saturating_sub(before)
        .saturating_add(bucket.first.taken.count_ones());
}
