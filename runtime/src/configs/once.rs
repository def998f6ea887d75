//! What blocks read or write once, however many calls do it, beside what pallets have marked so
//! (`#[pallet::whitelist_storage]`). Benchmarks do not count it: who pays instead is said here.

use alloc::vec::Vec;

use pallet_matching::types::List;

use super::money::TreasuryAccount;
#[cfg(doc)]
use crate::transactions::weights::of_a_block;
use crate::Runtime;

/// The keys. The hooks of the tasks pallet pay for the treasury's account and for the looks whether there is a
/// migration or one has failed, those of matching for the ends of the queue, the inherent that sets it for the time, and
/// [the block](of_a_block) for what extensions look at.
pub fn keys() -> Vec<Vec<u8>> {
    [
        frame_system::Account::<Runtime>::hashed_key_for(TreasuryAccount::get()),
        pallet_matching::ListEnds::<Runtime>::hashed_key_for(List::Back),
        super::system::migration_key(),
        super::system::migrated_version().0,
        pallet_timestamp::Now::<Runtime>::hashed_key().to_vec(),
        frame_system::BlockHash::<Runtime>::hashed_key_for(0),
        frame_system::ExtrinsicWeightReclaimed::<Runtime>::hashed_key().to_vec(),
    ]
    .into()
}
