use aicpw_protocol::{
    device::{DeviceSpec, Reputation},
    AskPrice, Balance, DeviceId,
};

/// What a device offers at this moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer<AccountId> {
    /// The account that answers for the device.
    pub provider: AccountId,
    /// Its spec. The computing power is what the device counts for now, and the memory is what its running assignments
    /// leave free.
    pub spec: DeviceSpec,
    /// Its ask.
    pub ask: AskPrice,
    /// The reputation of its provider.
    pub reputation: Reputation,
    /// The part of its provider's stake that is not locked.
    pub free_stake: Balance,
    /// Slots that are not in use; zero while the device cools down.
    pub free_slots: u8,
}

/// Devices and what they offer, as matching sees them. Implemented by `pallet-provider-staking`.
///
/// Contract: a device has no offer while it is offline or unavailable. An unknown id has none either.
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
