//! The form of transactions: the extension pipeline, and how the runtime itself makes transactions off chain (workers'
//! calls, equivocation reports).

mod due;
pub mod fair_order;
pub mod of_signer;
pub mod weights;

use frame_system::offchain::{
    CreateAuthorizedTransaction, CreateBare, CreateTransaction, CreateTransactionBase,
};

use crate::{Runtime, RuntimeCall, UncheckedExtrinsic};
use fair_order::ChargeInFairOrder;
use of_signer::OfSigner;

/// The extensions that check and charge every transaction, in this order.
///
/// `AuthorizeCall` is first: it gives workers' calls their origin, so the later extensions that concern a signer
/// (nonce, fee) have nothing to do for them. A transaction without a signer may not set what a signer may choose
/// ([`of_signer`]).
pub type TxExtension = (
    frame_system::AuthorizeCall<Runtime>,
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    OfSigner<frame_system::CheckMortality<Runtime>>,
    OfSigner<frame_system::CheckNonce<Runtime>>,
    frame_system::CheckWeight<Runtime>,
    OfSigner<ChargeInFairOrder>,
    OfSigner<frame_metadata_hash_extension::CheckMetadataHash<Runtime>>,
    frame_system::WeightReclaim<Runtime>,
);

impl<C> CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> CreateTransaction<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extension = TxExtension;

    fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_transaction(call, extension)
    }
}

impl<C> CreateAuthorizedTransaction<C> for Runtime
where
    RuntimeCall: From<C>,
{
    /// Nonce, era and tip are those that an unsigned transaction must have. With other values it is invalid, so that
    /// one call and its proof make exactly one transaction. What keeps an authorised call from being replayed is in its
    /// own payload, which the worker key signs.
    fn create_extension() -> TxExtension {
        (
            frame_system::AuthorizeCall::new(),
            frame_system::CheckNonZeroSender::new(),
            frame_system::CheckSpecVersion::new(),
            frame_system::CheckTxVersion::new(),
            frame_system::CheckGenesis::new(),
            OfSigner::unsigned(),
            OfSigner::unsigned(),
            frame_system::CheckWeight::new(),
            OfSigner::unsigned(),
            OfSigner::unsigned(),
            frame_system::WeightReclaim::new(),
        )
    }
}

impl<C> CreateBare<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}
