//! The keys that a block reads or writes once, however many of its calls do so, in addition to those that pallets have
//! marked (`#[pallet::whitelist_storage]`). Benchmarks do not count them, so this module says who pays for them
//! instead.

use alloc::vec::Vec;

use pallet_matching::types::List;

use super::money::TreasuryAccount;
#[cfg(doc)]
use crate::transactions::weights::of_a_block;
use crate::Runtime;

/// Returns these keys. They are paid for as follows:
///
/// - The hooks of the tasks pallet pay for the treasury's account, and for the reads that find whether there is a
///   migration or one has failed.
/// - The hooks of matching pay for the ends of the queue.
/// - The inherent that sets the time pays for the time.
/// - [The block](of_a_block) pays for what extensions read.
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
