use aicpw_protocol::{DeviceId, Hash};
use alloc::vec::Vec;
use frame_support::weights::Weight;

/// Draws providers by their stake. Implemented by `pallet-provider-staking`.
///
/// Contract:
/// - A provider can be drawn if it is online and has at least the minimum stake. Its chance is its active stake,
///   divided by the active stake of all providers that can be drawn.
/// - Only the ticket decides. Anybody who knows the ticket before the draw knows who will be drawn. So the ticket must
///   come from randomness that nobody knew ([`DrawRandomness`](super::DrawRandomness)), and each draw needs its own
///   ticket.
/// - Several tickets can draw the same provider. The caller skips a provider that it cannot use, and draws again.
pub trait StakeDraw<AccountId> {
    /// The provider that the ticket draws. `None` if nobody can be drawn, or if every provider that the draw met had
    /// fallen silent. Those providers can no longer be drawn, and another ticket may find one that can.
    fn draw(ticket: &Hash) -> Option<AccountId>;

    /// The most that one draw weighs, however many providers there are.
    fn draw_weight() -> Weight;

    /// [`Self::draw`], and what it has weighed. It weighs the most only if every provider that it met had fallen
    /// silent.
    fn draw_weighed(ticket: &Hash) -> (Option<AccountId>, Weight) {
        (Self::draw(ticket), Self::draw_weight())
    }

    /// The provider's devices. Bounded by the number that a provider can register.
    fn devices_of(provider: &AccountId) -> Vec<DeviceId>;
}

/// There is nobody to draw.
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
