use aicpw_protocol::{device::DeviceSpec, AskPrice, DeviceId};

/// What the book keeps of a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Its spec, as it is offered.
    pub spec: DeviceSpec,
    /// Its ask.
    pub ask: AskPrice,
}

/// How a device stands in the order book. What is the same after a call has not been written by it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Standing {
    /// The bucket that it is in; `None` if it is not in the book.
    pub place: Option<u64>,
    /// Whether it is on a further page of that bucket.
    pub is_on_further_page: bool,
    /// Whether a device in that bucket has a free slot, which is what the nodes above the bucket say.
    pub is_bucket_open: bool,
    /// Whether it is to be compared with parked tasks.
    pub is_fresh: bool,
}

impl Standing {
    /// The keys, read and written, that a call has not touched which leaves the device as `after`: of those that it touches
    /// where the device was alone in its bucket, goes to a further page of another, and becomes one that is compared with
    /// parked tasks. The bucket that it is in is never among them: what the device offers may have changed.
    pub fn spared(&self, after: &Self) -> (u64, u64) {
        let (reads, writes) = self.spared_of_many(after);
        let has_stayed = self.place == after.place;
        // The root, which says what the bucket does, and the census.
        let nodes = match (has_stayed, self.is_bucket_open == after.is_bucket_open) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => 2u64,
        };
        // The word of a list, and its two neighbours; that it is not in it has been read.
        let (in_lists, of_lists) = if self.is_fresh == after.is_fresh {
            (2, 3)
        } else {
            (0, 0)
        };
        (
            reads.saturating_add(nodes).saturating_add(in_lists),
            writes.saturating_add(nodes).saturating_add(of_lists),
        )
    }

    /// The same without what several devices of a provider touch together: root, census and words.
    pub fn spared_of_many(&self, after: &Self) -> (u64, u64) {
        if self.place != after.place {
            return (0, 0);
        }
        let of_page = u64::from(!after.is_on_further_page);
        let of_leaf = u64::from(self.is_bucket_open == after.is_bucket_open);
        // The other bucket; and the entry, which has been read.
        let (reads, writes) = (1u64, 2u64);
        (
            reads.saturating_add(of_page).saturating_add(of_leaf),
            writes.saturating_add(of_page).saturating_add(of_leaf),
        )
    }
}

/// The order book of devices. Implemented by `pallet-matching`.
///
/// Contract: a device is listed when it comes online, becomes available, changes its spec or ask,
/// or gets a slot, memory or stake free, and unlisted when it is no longer offered. To list comes after the
/// change is stored: the book asks [`DeviceOffers::offer`](super::DeviceOffers::offer) for reputation,
/// free stake and free slots, keeps a device without a free slot aside, and unlists one without an
/// offer. A slot that is free again at the end of a cool-down counts as one that gets free. The book
/// may drop a device by itself when it meets it offline; `provider-staking` lists it again when it
/// comes back. Both calls are idempotent and bounded.
pub trait OrderBook {
    /// Puts the device into the book, or moves it to where it belongs now, and wakes parked tasks
    /// that may fit it.
    fn list(device: DeviceId, listing: Listing);

    /// Takes the device out of the book.
    fn unlist(device: DeviceId);

    /// A slot and memory of the device got free: has searches meet it again where it stands. Returns whether it could: the
    /// device is in the book, and still belongs there as far as its spec and ask say. Where its provider's stake or reputation
    /// says otherwise, searches find that out, and the next [`Self::list`] mends it.
    fn reopen(device: DeviceId, listing: Listing, has_free_slot: bool) -> bool;

    /// How the device stands.
    fn standing(device: DeviceId) -> Standing;
}

/// Nobody keeps a book.
impl OrderBook for () {
    fn list(_: DeviceId, _: Listing) {}
    fn unlist(_: DeviceId) {}
    fn reopen(_: DeviceId, _: Listing, _: bool) -> bool {
        true
    }
    fn standing(_: DeviceId) -> Standing {
        Standing::default()
    }
}
