//! The storage of reputations. Their arithmetic is in [`aicpw_protocol::reputation`].

use aicpw_primitives::traits::Reputations;
use aicpw_protocol::{
    device::Reputation,
    reputation::{weight, ReputationRecord},
    Balance,
};
use frame_support::traits::Get;

use crate::{Config, Pallet, ReputationRecords};

impl<T: Config> Pallet<T> {
    fn change_record(
        provider: &T::AccountId,
        change: impl FnOnce(&mut ReputationRecord<T::AccountId>),
    ) {
        ReputationRecords::<T>::mutate_extant(provider, |record| {
            record.settle_time(Self::now(), T::ReputationHalfLife::get());
            change(record);
        });
    }
}

impl<T: Config> Reputations<T::AccountId> for Pallet<T> {
    fn of(provider: &T::AccountId) -> Reputation {
        ReputationRecords::<T>::get(provider).map_or(Reputation::START, |record| {
            record.reputation(Self::now(), T::ReputationHalfLife::get())
        })
    }

    fn settled(provider: &T::AccountId, requester: &T::AccountId, paid: Balance) {
        let weight = weight(paid, T::ReputationUnit::get());
        Self::change_record(provider, |record| record.settled(requester, weight));
    }

    fn faulted(provider: &T::AccountId, at_stake: Balance) {
        let weight = weight(at_stake, T::ReputationUnit::get());
        Self::change_record(provider, |record| record.faulted(weight));
    }

    fn convicted(provider: &T::AccountId) {
        Self::change_record(provider, ReputationRecord::convicted);
    }

    fn rated(provider: &T::AccountId, requester: &T::AccountId, rating: u8, paid: Balance) {
        let weight = weight(paid, T::ReputationUnit::get());
        Self::change_record(provider, |record| record.rated(requester, rating, weight));
    }
}
