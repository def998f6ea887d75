use aicpw_protocol::{
    device::{DeviceSpec, Reputation},
    AskPrice, Balance, DeviceId,
};

/// What a device offers at this moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer<AccountId> {
    /// The account that answers for the device.
    pub provider: AccountId,
    /// Its spec. The computing power is what the device counts for now. The memory is what its running assignments
    /// leave free.
    pub spec: DeviceSpec,
    /// Its ask.
    pub ask: AskPrice,
    /// Reputation of its provider.
    pub reputation: Reputation,
    /// Stake of its provider that is not locked.
    pub free_stake: Balance,
    /// Slots not in use; zero while it cools down.
    pub free_slots: u8,
}

/// Devices and what they offer, as matching sees them. Implemented by `pallet-provider-staking`.
///
/// Contract: a device has no offer while it is offline or unavailable. An id without a device has none either.
pub trait DeviceOffers<AccountId> {
    /// What the device offers now; `None` if it is unknown, offline or not available.
    fn offer(device: DeviceId) -> Option<Offer<AccountId>>;
}

/// No devices at all.
impl<AccountId> DeviceOffers<AccountId> for () {
    fn offer(_: DeviceId) -> Option<Offer<AccountId>> {
        None
    }
}
