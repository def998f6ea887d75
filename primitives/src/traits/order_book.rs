use aicpw_protocol::{device::DeviceSpec, AskPrice, DeviceId};

/// What the book stores about a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Its spec, as offered.
    pub spec: DeviceSpec,
    /// Its ask.
    pub ask: AskPrice,
}

/// How a device stands in the order book. If a field is the same after a call, the call did not write it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Standing {
    /// The device's bucket; `None` if the device is not in the book.
    pub place: Option<u64>,
    /// Whether the device is on a further page of that bucket.
    pub is_on_further_page: bool,
    /// Whether any device in that bucket has a free slot. The nodes above the bucket say the same.
    pub is_bucket_open: bool,
    /// Whether the device still has to be compared with parked tasks.
    pub is_fresh: bool,
}

impl Standing {
    /// The number of keys that a call has not read, and has not written, if the device stands as `after` when it ends.
    /// The count starts from the most expensive call: the device was alone in its bucket, moves to a further page of
    /// another bucket, and has to be compared with parked tasks. The device's own bucket is never spared, because what
    /// the device offers may have changed.
    pub fn spared(&self, after: &Self) -> (u64, u64) {
        let (reads, writes) = self.spared_of_many(after);
        let has_stayed = self.place == after.place;
        // The census, and the root, which records what the bucket does.
        let nodes = match (has_stayed, self.is_bucket_open == after.is_bucket_open) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => 2u64,
        };
        // A word of the list and its two neighbours. The call has read in any case that the device is not in the list.
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

    /// The same without the keys that several devices of a provider share: the root, the census and the words.
    pub fn spared_of_many(&self, after: &Self) -> (u64, u64) {
        if self.place != after.place {
            return (0, 0);
        }
        let of_page = u64::from(!after.is_on_further_page);
        let of_leaf = u64::from(self.is_bucket_open == after.is_bucket_open);
        // The other bucket, and the entry, which has been read in any case.
        let (reads, writes) = (1u64, 2u64);
        (
            reads.saturating_add(of_page).saturating_add(of_leaf),
            writes.saturating_add(of_page).saturating_add(of_leaf),
        )
    }
}

/// The order book of devices. Implemented by `pallet-matching`.
///
/// Contract:
/// - A device is listed when it comes online, becomes available, or changes its spec or ask. It is unlisted when it is
///   no longer offered.
/// - When a slot or memory becomes free, the device is reopened, or listed if it cannot be reopened. The end of a
///   cool-down counts as a slot that becomes free: the next heartbeat lists the device.
/// - When stake becomes free, the book is told at once. All devices of the provider are listed with its next heartbeat.
/// - The caller stores its change first and lists afterwards. The book asks
///   [`DeviceOffers::offer`](super::DeviceOffers::offer) for reputation, free stake and free slots. It keeps a
///   device without a free slot aside, and unlists a device without an offer.
/// - The book may drop a device by itself when a search finds it offline. `provider-staking` lists the device again
///   when it comes back.
/// - `list` and `unlist` are idempotent and bounded.
pub trait OrderBook {
    /// Puts the device into the book, or moves it to the place where it belongs now. Parked tasks that may fit the
    /// device are woken.
    fn list(device: DeviceId, listing: Listing);

    /// Takes the device out of the book.
    fn unlist(device: DeviceId);

    /// Notes that a slot and memory of the device became free: searches find it again in its present place. Returns
    /// whether this was possible: the device must be in the book, and its spec and ask must belong to that place. Stake
    /// and reputation of the provider are not checked. If they belong elsewhere, searches notice it, and the next
    /// [`Self::list`] corrects it.
    fn reopen(device: DeviceId, listing: Listing, has_free_slot: bool) -> bool;

    /// Notes that stake of the device's provider became free: parked tasks may fit a device that is in the book. The
    /// visit to the parked tasks finds out where the device belongs now.
    fn stake_freed(device: DeviceId);

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
    fn stake_freed(_: DeviceId) {}
    fn standing(_: DeviceId) -> Standing {
        Standing::default()
    }
}
