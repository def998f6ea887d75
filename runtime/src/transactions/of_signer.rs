//! The rule that a transaction without a signer has only one encoding.
//!
//! A worker key signs a statement, not the transaction that carries it. So whoever sees a worker's call could send it
//! as another transaction: with a mortal era, a nonce, a tip or a hash of the metadata, which are for a signer to
//! choose. The SDK accepts them from anybody. A copy with a short era would then go before the original, which has the
//! same priority, and be gone when the era ends. Here such a copy is invalid.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_metadata_hash_extension::CheckMetadataHash;
use frame_support::pallet_prelude::{
    DispatchResult, InvalidTransaction, TransactionSource, TransactionValidityError, Weight,
};
use frame_system::{CheckMortality, CheckNonce};
use scale_info::{Type, TypeInfo};
use sp_runtime::{
    generic::Era,
    traits::{
        AsSystemOriginSigner, DispatchInfoOf, DispatchOriginOf, Implication, PostDispatchInfoOf,
        TransactionExtension, TransactionExtensionMetadata, ValidateResult,
    },
};

use super::fair_order::ChargeInFairOrder;
use crate::{Runtime, RuntimeCall};

/// The code of `InvalidTransaction::Custom` for a transaction without a signer that sets what only a signer may set.
/// The other code is [`TIPPED_SUBMISSION`](super::fair_order::TIPPED_SUBMISSION).
pub const SIGNERS_CHOICE: u8 = 65;

/// An extension whose value a signer chooses.
pub trait SignersChoice: Sized {
    /// Returns its value in a transaction that nobody signs.
    fn unsigned() -> Self;
}

impl SignersChoice for CheckMortality<Runtime> {
    fn unsigned() -> Self {
        Self::from(Era::Immortal)
    }
}

impl SignersChoice for CheckNonce<Runtime> {
    fn unsigned() -> Self {
        Self::from(0)
    }
}

impl SignersChoice for ChargeInFairOrder {
    fn unsigned() -> Self {
        Self::with_tip(0)
    }
}

impl SignersChoice for CheckMetadataHash<Runtime> {
    fn unsigned() -> Self {
        Self::new(false)
    }
}

/// An extension that must be [`SignersChoice::unsigned`] unless the origin is signed. From outside it looks like the
/// extension that it wraps, so that every wallet can encode it.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, PartialEq, Eq, Debug)]
pub struct OfSigner<E>(E);

impl<E: SignersChoice> OfSigner<E> {
    /// Returns the extension for a transaction that nobody signs.
    pub fn unsigned() -> Self {
        Self(E::unsigned())
    }
}

impl<E> From<E> for OfSigner<E> {
    fn from(extension: E) -> Self {
        Self(extension)
    }
}

impl<E: TypeInfo + 'static> TypeInfo for OfSigner<E> {
    type Identity = E::Identity;

    fn type_info() -> Type {
        E::type_info()
    }
}

impl<E> TransactionExtension<RuntimeCall> for OfSigner<E>
where
    E: TransactionExtension<RuntimeCall> + SignersChoice,
{
    const IDENTIFIER: &'static str = E::IDENTIFIER;
    type Implicit = E::Implicit;
    type Val = E::Val;
    type Pre = E::Pre;

    fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
        self.0.implicit()
    }

    fn metadata() -> Vec<TransactionExtensionMetadata> {
        E::metadata()
    }

    fn weight(&self, call: &RuntimeCall) -> Weight {
        self.0.weight(call)
    }

    fn validate(
        &self,
        origin: DispatchOriginOf<RuntimeCall>,
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        len: usize,
        self_implicit: Self::Implicit,
        inherited_implication: &impl Implication,
        source: TransactionSource,
    ) -> ValidateResult<Self::Val, RuntimeCall> {
        if origin.as_system_origin_signer().is_none() && self.0 != E::unsigned() {
            return Err(InvalidTransaction::Custom(SIGNERS_CHOICE).into());
        }
        self.0.validate(
            origin,
            call,
            info,
            len,
            self_implicit,
            inherited_implication,
            source,
        )
    }

    fn prepare(
        self,
        val: Self::Val,
        origin: &DispatchOriginOf<RuntimeCall>,
        call: &RuntimeCall,
        info: &DispatchInfoOf<RuntimeCall>,
        len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        self.0.prepare(val, origin, call, info, len)
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        info: &DispatchInfoOf<RuntimeCall>,
        post_info: &PostDispatchInfoOf<RuntimeCall>,
        len: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        E::post_dispatch_details(pre, info, post_info, len, result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountId, RuntimeOrigin};
    use frame_support::dispatch::GetDispatchInfo;
    use frame_system::RawOrigin;
    use sp_runtime::traits::DispatchTransaction;

    /// Whether an extension is accepted from this origin.
    fn is_taken<E>(extension: E, origin: RuntimeOrigin) -> bool
    where
        E: TransactionExtension<RuntimeCall> + SignersChoice,
    {
        let remark = frame_system::Call::<Runtime>::remark { remark: Vec::new() };
        let call = RuntimeCall::from(remark);
        let info = call.get_dispatch_info();
        let source = TransactionSource::External;
        match OfSigner(extension).validate_only(origin, &call, &info, 0, source, 0) {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error, InvalidTransaction::Custom(SIGNERS_CHOICE).into());
                false
            }
        }
    }

    /// The runtime of these tests has no hash of its metadata, so a test can set this one but no transaction can match
    /// it.
    #[test]
    fn who_signs_nothing_says_no_hash_of_the_metadata() {
        let with_hash = || CheckMetadataHash::<Runtime>::new_with_custom_hash([7; 32]);
        let signed = || RuntimeOrigin::signed([1; 32].into());
        let authorised = || RuntimeOrigin::from(RawOrigin::<AccountId>::Authorized);
        let without = CheckMetadataHash::<Runtime>::unsigned;
        assert!(is_taken(with_hash(), signed()));
        assert!(is_taken(without(), signed()));
        assert!(is_taken(without(), authorised()));
        assert!(!is_taken(with_hash(), authorised()));
    }

    #[test]
    fn it_is_encoded_as_what_it_wraps() {
        let (era, nonce) = (Era::mortal(64, 7), 300);
        let mortality = CheckMortality::<Runtime>::from(era);
        assert_eq!(
            OfSigner::from(mortality.clone()).encode(),
            mortality.encode()
        );
        let count = CheckNonce::<Runtime>::from(nonce);
        assert_eq!(OfSigner::from(count.clone()).encode(), count.encode());
        assert_eq!(
            OfSigner::<CheckMortality<Runtime>>::type_info(),
            CheckMortality::<Runtime>::type_info()
        );
    }
}
