use aicpw_protocol::{device::Reputation, Balance};

/// Reputation of providers. Implemented by `pallet-provider-staking`.
///
/// Contract: only settled tasks raise a reputation, and nothing here fails.
pub trait Reputations<AccountId> {
    /// The provider's reputation now.
    fn of(provider: &AccountId) -> Reputation;

    /// Notes that a task of `requester` was settled and paid.
    fn settled(provider: &AccountId, requester: &AccountId, paid: Balance);

    /// Notes that an assignment failed by the provider's fault.
    fn faulted(provider: &AccountId, at_stake: Balance);

    /// Notes that a verdict found a result of the provider wrong, or that the provider did not open its commitment.
    /// Nothing is left of its reputation.
    fn convicted(provider: &AccountId);

    /// Notes that `requester` rated a settled task from one to five. The more business it recently had with this
    /// provider, the less its rating moves the reputation.
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
