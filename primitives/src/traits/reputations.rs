use aicpw_protocol::{device::Reputation, Balance};

/// Reputation of providers. Implemented by `pallet-provider-staking`.
///
/// Contract: only settled tasks raise it; nothing here fails.
pub trait Reputations<AccountId> {
    /// The provider's reputation now.
    fn of(provider: &AccountId) -> Reputation;

    /// A task of `requester` was settled and paid.
    fn settled(provider: &AccountId, requester: &AccountId, paid: Balance);

    /// An assignment failed by the provider's fault.
    fn faulted(provider: &AccountId, at_stake: Balance);

    /// A verdict found a result of the provider wrong, or the provider did not open its commitment. Nothing is left
    /// of its reputation.
    fn convicted(provider: &AccountId);

    /// `requester` rated a settled task, one to five. The more business it had with this provider lately, the less the
    /// rating moves the reputation.
    fn rated(provider: &AccountId, requester: &AccountId, rating: u8, paid: Balance);
}

/// Everybody is a beginner.
impl<AccountId> Reputations<AccountId> for () {
    fn of(_: &AccountId) -> Reputation {
        Reputation::START
    }
    fn settled(_: &AccountId, _: &AccountId, _: Balance) {}
    fn faulted(_: &AccountId, _: Balance) {}
    fn convicted(_: &AccountId) {}
    fn rated(_: &AccountId, _: &AccountId, _: u8, _: Balance) {}
}
