use aicpw_protocol::{device::DeviceSpec, AskPrice, DeviceId};

/// What the book stores about a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Its spec, as it is offered.
    pub spec: DeviceSpec,
    /// Its ask.
    pub ask: AskPrice,
}

/// How a device stands in the order book. A field that is the same after a call was not written by the call.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Standing {
    /// The device's bucket; `None` if the device is not in the book.
    pub place: Option<u64>,
    /// Whether it is on a further page of that bucket.
    pub is_on_further_page: bool,
    /// Whether any device in that bucket has a free slot. The nodes above the bucket say the same.
    pub is_bucket_open: bool,
    /// Whether the device is still to be compared with parked tasks.
    pub is_fresh: bool,
}

impl Standing {
    /// The number of keys that a call has not read, and has not written, if the device stands as `after` when it ends.
    /// They are counted from the dearest call: the device was alone in its bucket, moves to a further page of another
    /// bucket, and becomes one to compare with parked tasks. The device's own bucket is never spared, because
    /// what the device offers may have changed.
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

    /// The same without the keys that several devices of a provider share: root, census and words.
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
/// Contract:
/// - A device is listed when it comes online, becomes available, or changes its spec or ask. It is unlisted when it is
///   no longer offered.
/// - When a slot or memory gets free, the device is reopened, or listed if it cannot be. The end of a cool-down counts
///   as a slot that gets free: the next heartbeat lists the device.
/// - When stake gets free, the book hears of it at once. All devices of the provider are listed with its next heartbeat.
/// - The caller stores its change first and lists afterwards. The book asks
///   [`DeviceOffers::offer`](super::DeviceOffers::offer) for reputation, free stake and free slots. It keeps a
///   device without a free slot aside, and unlists a device without an offer.
/// - The book may drop a device by itself when a search meets it offline. `provider-staking` lists the device again
///   when it comes back.
/// - `list` and `unlist` are idempotent and bounded.
pub trait OrderBook {
    /// Puts the device into the book, or moves it to the place where it belongs now. Has parked tasks that may fit
    /// it woken.
    fn list(device: DeviceId, listing: Listing);

    /// Takes the device out of the book.
    fn unlist(device: DeviceId);

    /// A slot and memory of the device got free: searches meet it again in its present place. Returns whether this
    /// was possible: the device must be in the book, and its spec and ask must belong to that place. Stake and
    /// reputation of the provider are not checked: searches find out if they belong elsewhere, and the next
    /// [`Self::list`] mends it.
    fn reopen(device: DeviceId, listing: Listing, has_free_slot: bool) -> bool;

    /// Stake of the device's provider got free: parked tasks may fit a device that is in the book. Where it belongs now the
    /// visit finds out.
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
