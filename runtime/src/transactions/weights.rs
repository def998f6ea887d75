//! The weights of the extension pipeline: those that the SDK has measured, less the database accesses that they charge
//! to each transaction although a block makes them only once, or that are charged already.

use frame_support::weights::Weight;
use frame_system::{ExtensionsWeightInfo, SubstrateExtensionsWeight};

use crate::Runtime;

type Measured = SubstrateExtensionsWeight<Runtime>;
type MeasuredPayment = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
type Database = <Runtime as frame_system::Config>::DbWeight;

/// The database accesses that a block makes for the extensions of its transactions, however many there are. They are
/// part of [the weight of a block](crate::configs::system).
///
/// Reads: the genesis hash, the weight that transactions got back, and the account of the block's author. Writes: that
/// account, which gets the fees.
pub fn of_a_block() -> Weight {
    Database::get().reads_writes(3, 1)
}

/// The extensions of `frame-system`.
pub struct ExtensionsWeight;

impl ExtensionsWeightInfo for ExtensionsWeight {
    /// The genesis hash is read once in a block.
    fn check_genesis() -> Weight {
        Measured::check_genesis().saturating_sub(Database::get().reads(1))
    }

    fn check_mortality_mortal_transaction() -> Weight {
        Measured::check_mortality_mortal_transaction()
    }

    /// An immortal transaction is born at the genesis.
    fn check_mortality_immortal_transaction() -> Weight {
        Measured::check_mortality_immortal_transaction().saturating_sub(Database::get().reads(1))
    }

    fn check_non_zero_sender() -> Weight {
        Measured::check_non_zero_sender()
    }

    fn check_nonce() -> Weight {
        Measured::check_nonce()
    }

    fn check_spec_version() -> Weight {
        Measured::check_spec_version()
    }

    fn check_tx_version() -> Weight {
        Measured::check_tx_version()
    }

    fn check_weight() -> Weight {
        Measured::check_weight()
    }

    /// The access that the SDK counted is for the length of all transactions in the block, which is not used here any
    /// more. The weight that a transaction gets back is forgotten before the next transaction, so it never gets into
    /// the database.
    fn weight_reclaim() -> Weight {
        Measured::weight_reclaim().saturating_sub(Database::get().reads_writes(1, 1))
    }
}

/// The payment for a transaction.
pub struct PaymentWeight;

impl pallet_transaction_payment::WeightInfo for PaymentWeight {
    /// The signer pays, and its account is already read and written for the nonce.
    fn charge_transaction_payment() -> Weight {
        MeasuredPayment::charge_transaction_payment()
            .saturating_sub(Database::get().reads_writes(1, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pallet_transaction_payment::WeightInfo as _;

    /// Guards against the SDK measuring again, and counting less.
    #[test]
    fn no_more_is_taken_off_than_was_measured() {
        let (read, both) = (Database::get().reads(1), Database::get().reads_writes(1, 1));
        for (measured, off) in [
            (Measured::check_genesis(), read),
            (Measured::check_mortality_immortal_transaction(), read),
            (Measured::weight_reclaim(), both),
            (MeasuredPayment::charge_transaction_payment(), both),
        ] {
            assert!(measured.all_gt(off), "{measured:?} of which {off:?}");
        }
    }
}
