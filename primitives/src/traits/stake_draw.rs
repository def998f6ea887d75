use aicpw_protocol::{DeviceId, Hash};
use alloc::vec::Vec;
use frame_support::weights::Weight;

/// Draws providers by their stake. Implemented by `pallet-provider-staking`.
///
/// Contract: drawn are providers that are online with at least the least stake, each with a chance of
/// its active stake over that of all of them. The ticket decides alone: who knows it before the draw
/// knows who will be drawn, so it has to come from randomness that nobody knew
/// ([`DrawRandomness`](super::DrawRandomness)), and each draw needs a ticket of its own. One provider can
/// be drawn by several tickets; whom the caller cannot use it leaves out, and draws again.
pub trait StakeDraw<AccountId> {
    /// The provider that the ticket draws. `None` if there is nobody, or if those that it met had
    /// fallen silent; they cannot be drawn any more, and another ticket may find somebody.
    fn draw(ticket: &Hash) -> Option<AccountId>;

    /// What one draw weighs at most, however many providers there are.
    fn draw_weight() -> Weight;

    /// The same as [`Self::draw`], and what it has weighed: the most only where all that it met had fallen silent.
    fn draw_weighed(ticket: &Hash) -> (Option<AccountId>, Weight) {
        (Self::draw(ticket), Self::draw_weight())
    }

    /// The provider's devices: bounded by what a provider can register.
    fn devices_of(provider: &AccountId) -> Vec<DeviceId>;
}

/// Nobody to draw.
impl<AccountId> StakeDraw<AccountId> for () {
    fn draw(_: &Hash) -> Option<AccountId> {
        None
    }
    fn draw_weight() -> Weight {
        Weight::zero()
    }
    fn devices_of(_: &AccountId) -> Vec<DeviceId> {
        Vec::new()
    }
}
