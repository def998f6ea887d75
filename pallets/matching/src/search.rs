//! The search through the book for one task. It only reads the book, and reports what it finds out of
//! place as `Repair`s.

use aicpw_primitives::traits::{DeviceOffers, Offer};
use aicpw_protocol::{task::Unmatched, DeviceId};
use alloc::vec::Vec;

use crate::{
    book::{listed_of, place_of},
    levels::Place,
    query::Query,
    types::{Bucket, Listed, Page, Phase, Progress, Spot, PAGE_SLOTS},
    walk::Walk,
    Buckets, Config, Pages,
};

/// The number of looks that are not sure to find a fitting device, after which a search first tries the
/// devices that are sure to fit.
pub const PATIENCE: u8 = 8;

/// A device that a search found out of place, and how to repair that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Repair {
    /// The device has no offer. It has to leave the book.
    Drop(DeviceId),
    /// The device has no free slot. It has to be closed.
    Close(DeviceId),
    /// The device's reputation, stake, spec, free memory or ask is not the one by which it was placed.
    Move {
        /// What the book has to store of the device.
        listed: Listed,
        /// The place where it belongs; `None` if it can run nothing.
        place: Option<Place>,
    },
}

impl Repair {
    /// Moves the device to the place where its offer belongs.
    pub(crate) fn moved<AccountId>(device: DeviceId, offer: &Offer<AccountId>) -> Self {
        Self::Move {
            listed: listed_of(device, offer),
            place: place_of(offer),
        }
    }
}

/// How a step of a search ended.
pub(crate) enum Outcome<AccountId> {
    /// The device fits, and was accepted.
    Accepted(DeviceId, Offer<AccountId>),
    /// The search has seen all candidates, and found none that fits and was accepted.
    Nothing,
    /// The step has reached one of its bounds.
    Cut,
}

/// The result of one step of a search.
pub(crate) struct Step<AccountId> {
    pub outcome: Outcome<AccountId>,
    /// Where the search can go on.
    pub progress: Progress,
    /// The number of roots and leaves that were read.
    pub nodes: u32,
    /// The number of buckets and further pages that were read.
    pub pages: u32,
    /// The number of offers that were read and did not fit.
    pub unfit: u32,
    /// The number of cells that the step went through in nodes.
    pub cells: u32,
    /// The number of devices that fitted, accepted or not.
    pub tries: u32,
    /// The repairs, at most as many as the bound.
    pub repairs: Vec<Repair>,
}

/// The bounds of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bounds {
    pub looks: u32,
    pub repairs: u32,
    pub tries: u32,
    /// At least three times the cells of the book, because it may take as many to get to the first look.
    pub cells: u32,
}

/// Continues a search, within the bounds, for a device that fits and that `accept` accepts. `rotation`
/// says where in a bucket the search begins, so that equal devices take turns. If `accept` returns
/// `false`, it must have changed nothing.
pub(crate) fn search<T: Config>(
    query: &Query<'_, T::AccountId>,
    rotation: u64,
    progress: Progress,
    bounds: Bounds,
    accept: impl FnMut(DeviceId, &Offer<T::AccountId>) -> bool,
) -> Step<T::AccountId> {
    let mut search = Search::<T, _> {
        query,
        accept,
        rotation,
        walk: Walk::new::<T>(query, progress.phase),
        progress,
        bounds,
        looks: 0,
        offers: 0,
        nodes: 0,
        cells: 0,
        tries: 0,
        repairs: Vec::new(),
    };
    let outcome = search.run();
    Step {
        outcome,
        progress: search.progress,
        nodes: search.nodes,
        pages: search.looks.saturating_sub(search.offers),
        unfit: search.offers.saturating_sub(search.tries),
        cells: search.cells,
        tries: search.tries,
        repairs: search.repairs,
    }
}

struct Search<'a, 'q, T: Config, Accept> {
    query: &'a Query<'q, T::AccountId>,
    accept: Accept,
    rotation: u64,
    walk: Walk,
    progress: Progress,
    bounds: Bounds,
    /// All looks: at buckets, pages and offers.
    looks: u32,
    /// The looks at offers.
    offers: u32,
    nodes: u32,
    cells: u32,
    tries: u32,
    repairs: Vec<Repair>,
}

/// How a visit to a bucket ended.
enum Visit<AccountId> {
    Accepted(DeviceId, Offer<AccountId>),
    Done,
    Cut,
    Impatient,
}

impl<T, Accept> Search<'_, '_, T, Accept>
where
    T: Config,
    Accept: FnMut(DeviceId, &Offer<T::AccountId>) -> bool,
{
    fn run(&mut self) -> Outcome<T::AccountId> {
        loop {
            let next = self.walk.next::<T>(self.query, self.progress.next);
            let read = self.walk.take_read();
            self.nodes = self.nodes.saturating_add(read.nodes);
            self.cells = self.cells.saturating_add(read.cells);
            let Some(place) = next else {
                match (self.progress.phase, self.progress.left.take()) {
                    (Phase::Sure, Some((place, spot))) => self.go_to(Phase::Rest, place, spot),
                    _ => return Outcome::Nothing,
                }
                continue;
            };
            if place != self.progress.next {
                self.progress.next = place;
                self.progress.spot = None;
            }
            match self.visit(place) {
                Visit::Accepted(device, offer) => return Outcome::Accepted(device, offer),
                Visit::Done => {
                    self.progress.next = place.next();
                    self.progress.spot = None;
                }
                Visit::Cut => return Outcome::Cut,
                Visit::Impatient => {
                    self.progress.left = Some((place, self.progress.spot));
                    self.go_to(Phase::Sure, place, None);
                }
            }
        }
    }

    fn go_to(&mut self, phase: Phase, next: Place, spot: Option<Spot>) {
        self.progress.phase = phase;
        self.progress.next = next;
        self.progress.spot = spot;
        self.walk = Walk::new::<T>(self.query, phase);
    }

    fn is_out_of_bounds(&self) -> bool {
        self.looks >= self.bounds.looks
            || self.cells > self.bounds.cells
            || self.tries >= self.bounds.tries
            || self.repairs.len() >= self.bounds.repairs as usize
    }

    /// Counts a look at a bucket, a page or an offer.
    fn look(&mut self, is_sure: bool) {
        self.looks = self.looks.saturating_add(1);
        if !is_sure && self.progress.phase == Phase::Cheapest {
            self.progress.wasted = self.progress.wasted.saturating_add(1);
        }
    }

    fn is_impatient(&self) -> bool {
        self.progress.phase == Phase::Cheapest && self.progress.wasted >= PATIENCE
    }

    /// Tries the open devices of a bucket. However the visit ends, `progress.spot` is where the search
    /// can go on.
    fn visit(&mut self, place: Place) -> Visit<T::AccountId> {
        if self.is_out_of_bounds() {
            return Visit::Cut;
        }
        let is_sure = self.query.is_sure(place);
        self.look(is_sure);
        let Some(bucket) = Buckets::<T>::get(place) else {
            return Visit::Done;
        };
        let slots = u32::from(bucket.further)
            .saturating_add(1)
            .saturating_mul(PAGE_SLOTS);
        let start = (self.rotation % u64::from(slots)) as u32;
        let mut spot = self.progress.spot.unwrap_or(Spot {
            start,
            next: start,
            wrapped: false,
        });
        loop {
            let end = if spot.wrapped { spot.start } else { slots };
            let number = open_page_from(&bucket, spot.next / PAGE_SLOTS)
                .filter(|number| number.saturating_mul(PAGE_SLOTS) < end);
            let Some(number) = number else {
                if spot.wrapped {
                    return Visit::Done;
                }
                spot.wrapped = true;
                spot.next = 0;
                continue;
            };
            spot.next = spot.next.max(number.saturating_mul(PAGE_SLOTS));
            self.progress.spot = Some(spot);
            if number > 0 && self.is_out_of_bounds() {
                return Visit::Cut;
            }
            let further;
            let page = if number == 0 {
                &bucket.first
            } else {
                self.look(is_sure);
                further = Pages::<T>::get(place, number as u16).unwrap_or_default();
                &further
            };
            if let Some(end) = self.turn(place, page, is_sure, &mut spot, end) {
                return end;
            }
            // If any slots of the page are left, they lie past the end.
            spot.next = spot
                .next
                .max(number.saturating_add(1).saturating_mul(PAGE_SLOTS));
        }
    }

    /// Tries the open devices of one page from the spot up to `end`. Returns how the visit to the bucket
    /// ends, if it ends on this page.
    fn turn(
        &mut self,
        place: Place,
        page: &Page,
        is_sure: bool,
        spot: &mut Spot,
        end: u32,
    ) -> Option<Visit<T::AccountId>> {
        let base = spot.next - spot.next % PAGE_SLOTS;
        let mut left = page.open & u32::MAX << (spot.next % PAGE_SLOTS);
        while left != 0 {
            let slot = left.trailing_zeros();
            left &= left - 1;
            if base.saturating_add(slot) >= end {
                break;
            }
            spot.next = base.saturating_add(slot);
            self.progress.spot = Some(*spot);
            let Some(listed) = page.devices.get(slot as usize) else {
                break;
            };
            match listed.shortfall(self.query.needs(), self.query.highest_ask()) {
                Some(reason) => self.missed(reason),
                None if self.is_out_of_bounds() => return Some(Visit::Cut),
                None if self.is_impatient() && !is_sure => return Some(Visit::Impatient),
                None => {
                    self.look(is_sure);
                    self.offers = self.offers.saturating_add(1);
                    spot.next = spot.next.saturating_add(1);
                    self.progress.spot = Some(*spot);
                    if let Some(offer) = self.examine(place, listed) {
                        self.tries = self.tries.saturating_add(1);
                        if (self.accept)(listed.device, &offer) {
                            return Some(Visit::Accepted(listed.device, offer));
                        }
                    }
                }
            }
        }
        // The spot is now past the page. A page without a fitting device counts against the patience too.
        spot.next = base.saturating_add(PAGE_SLOTS);
        self.progress.spot = Some(*spot);
        (self.is_impatient() && !is_sure).then_some(Visit::Impatient)
    }

    fn missed(&mut self, reason: Unmatched) {
        self.progress.best = self.progress.best.max(reason);
    }

    /// The offer of a device, if it fits.
    fn examine(&mut self, place: Place, listed: &Listed) -> Option<Offer<T::AccountId>> {
        let device = listed.device;
        let Some(offer) = T::Devices::offer(device) else {
            self.repairs.push(Repair::Drop(device));
            return None;
        };
        let Some(reason) = self.query.shortfall(&offer) else {
            return Some(offer);
        };
        self.missed(reason);
        if offer.free_slots == 0 {
            self.repairs.push(Repair::Close(device));
        } else {
            // The repair puts right the device's place and what its page says of it, so that the next
            // search does not look in vain.
            let moved = Repair::moved(device, &offer);
            let is_right = matches!(&moved, Repair::Move { listed: now, place: Some(to) }
                if now == listed && *to == place);
            if !is_right {
                self.repairs.push(moved);
            }
        }
        None
    }
}

/// The first page at or after `number` with an open device.
fn open_page_from(bucket: &Bucket, number: u32) -> Option<u32> {
    if number == 0 && bucket.first.open != 0 {
        return Some(0);
    }
    let further = u16::try_from(number.saturating_sub(1)).ok()?;
    bucket
        .open
        .first_from(further)
        .map(|bit| u32::from(bit).saturating_add(1))
}
