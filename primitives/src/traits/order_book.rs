use aicpw_protocol::{device::DeviceSpec, AskPrice, DeviceId};

/// What the book keeps of a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Its spec, as it is offered.
    pub spec: DeviceSpec,
    /// Its ask.
    pub ask: AskPrice,
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

    /// Where the device stands: as long as it is the same, no call has moved the device. `None` if it is not in the book.
    fn place(device: DeviceId) -> Option<u64>;
}

/// Nobody keeps a book.
impl OrderBook for () {
    fn list(_: DeviceId, _: Listing) {}
    fn unlist(_: DeviceId) {}
    fn place(_: DeviceId) -> Option<u64> {
        None
    }
}
