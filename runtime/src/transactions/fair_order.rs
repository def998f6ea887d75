//! The priority of submissions. All have the same, so that nobody can buy a place before others in the history, which
//! is the order in which matching serves tasks. Nobody can buy a place before workers either, who lose stake when they
//! are late, or before due calls of other accounts (`due.rs`).
//!
//! Among equal priorities a pool first takes the transaction that is valid for less long, and only then the one that
//! came first. So whoever signs with a short era moves ahead for nothing. That is the pool's rule, not the runtime's
//! (`docs/threat-model.md`, "What remains").

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod weights;

use aicpw_primitives::priority;
use aicpw_protocol::task::Submission;
use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::pallet_prelude::{
    DispatchResult, InvalidTransaction, TransactionPriority, TransactionSource,
    TransactionValidityError, Weight,
};
use pallet_transaction_payment::ChargeTransactionPayment;
use scale_info::{Type, TypeInfo};
use sp_runtime::traits::{
    DispatchInfoOf, DispatchOriginOf, Implication, PostDispatchInfoOf, TransactionExtension,
    TransactionExtensionMetadata, ValidateResult,
};

use super::due;
use crate::{Runtime, RuntimeCall, Tasks};
use weights::WeightInfo;

/// The code of `InvalidTransaction::Custom` for a submission with a tip. The market's other codes, which are about
/// workers' calls, are in [`pallet_tasks::types::Refusal`].
pub const TIPPED_SUBMISSION: u8 = 64;

/// The priority of every transaction that only submits tasks, whatever its length. It is that of a transaction whose
/// tip is as high as the submission fee, which the requester pays as well, and it is below that of workers' calls.
///
/// A transaction that also carries other calls has the priority of any transaction without a tip, and at most this one.
/// So has a transaction with a submission that is refused for its content, because it is refused before it pays the
/// submission fee. If the account cannot pay that fee when its turn comes, it pays only the network's fee; the threat
/// model says what a place costs then.
pub const SUBMISSION_PRIORITY: TransactionPriority = 1_000_000_000_000_000_000;

const _: () = assert!(SUBMISSION_PRIORITY < priority::PAID);

/// The weight of looking at the calls of a transaction.
type Look = weights::SubstrateWeight<Runtime>;

type Charge = ChargeTransactionPayment<Runtime>;

/// [`ChargeTransactionPayment`] with another rule for the priority. (By its own rule it prefers the higher tip and,
/// among equal tips, the smaller transaction.)
///
/// A tip on a transaction that submits a task is refused. All transactions that do nothing else, and are not refused
/// for their content, have the same priority. This extension gives a due call [`priority::DUE`], and nothing else more
/// than [`priority::PAID`]. From outside it looks like the extension that it wraps, so that every wallet can encode it.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, PartialEq, Eq, Debug)]
pub struct ChargeInFairOrder(Charge);

impl ChargeInFairOrder {
    /// Returns the extension with this tip for the author of the block.
    pub fn with_tip(tip: crate::Balance) -> Self {
        Self(Charge::from(tip))
    }
}

impl TypeInfo for ChargeInFairOrder {
    type Identity = Charge;

    fn type_info() -> Type {
        Charge::type_info()
    }
}

/// Returns the calls that a call carries, to be dispatched with it or later. A test keeps this complete: it looks for
/// calls in the arguments of all calls that the metadata knows.
fn carried(call: &RuntimeCall) -> Vec<&RuntimeCall> {
    use pallet_collective::Call as Collective;
    use pallet_multisig::Call as Multisig;
    use pallet_proxy::Call as Proxy;
    use pallet_scheduler::Call as Scheduler;
    use pallet_sudo::Call as Sudo;
    use pallet_utility::Call as Utility;
    use pallet_whitelist::Call as Whitelist;
    match call {
        RuntimeCall::Utility(
            Utility::batch { calls }
            | Utility::batch_all { calls }
            | Utility::force_batch { calls },
        ) => calls.iter().collect(),
        RuntimeCall::Utility(
            Utility::as_derivative { call, .. }
            | Utility::dispatch_as { call, .. }
            | Utility::dispatch_as_fallible { call, .. }
            | Utility::with_weight { call, .. },
        )
        | RuntimeCall::Sudo(
            Sudo::sudo { call }
            | Sudo::sudo_unchecked_weight { call, .. }
            | Sudo::sudo_as { call, .. },
        )
        | RuntimeCall::Proxy(Proxy::proxy { call, .. } | Proxy::proxy_announced { call, .. })
        | RuntimeCall::Multisig(
            Multisig::as_multi_threshold_1 { call, .. } | Multisig::as_multi { call, .. },
        )
        | RuntimeCall::Scheduler(
            Scheduler::schedule { call, .. }
            | Scheduler::schedule_named { call, .. }
            | Scheduler::schedule_after { call, .. }
            | Scheduler::schedule_named_after { call, .. },
        )
        | RuntimeCall::TechnicalCommittee(
            Collective::execute { proposal: call, .. } | Collective::propose { proposal: call, .. },
        )
        | RuntimeCall::Whitelist(Whitelist::dispatch_whitelisted_call_with_preimage { call }) => {
            Vec::from([&**call])
        }
        RuntimeCall::Utility(Utility::if_else { main, fallback }) => {
            Vec::from([&**main, &**fallback])
        }
        _ => Vec::new(),
    }
}

/// What a transaction does with its call and all calls that it carries.
struct Content<'a> {
    /// The submissions among these calls.
    submissions: Vec<&'a Submission>,
    /// Whether one of the calls neither submits a task nor carries other calls.
    does_more: bool,
    /// The number of carried calls.
    carried: u32,
}

impl Content<'_> {
    /// Whether one of the calls submits a task.
    fn submits(&self) -> bool {
        !self.submissions.is_empty()
    }

    /// Whether a submission is refused before it pays the submission fee. Reads only what a block already knows of the
    /// state.
    fn is_refused(&self) -> bool {
        self.submissions
            .iter()
            .any(|submission| Tasks::is_refused(submission))
    }

    /// The weight of finding all this out. In the calls of the benchmark every second one is a submission, so a
    /// submission counts as two more calls.
    fn weight(&self) -> Weight {
        let submissions = (self.submissions.len() as u32).saturating_mul(2);
        Look::look(self.carried.saturating_add(submissions))
    }
}

/// Collects the content of a call, as deep as calls can be nested, which decoding has bounded.
fn content(call: &RuntimeCall) -> Content<'_> {
    let mut content = Content {
        submissions: Vec::new(),
        does_more: false,
        carried: 0,
    };
    let mut open = Vec::from([call]);
    while let Some(call) = open.pop() {
        if let RuntimeCall::Tasks(pallet_tasks::Call::submit { submission }) = call {
            content.submissions.push(submission);
            continue;
        }
        let inner = carried(call);
        content.does_more |= inner.is_empty();
        content.carried = content.carried.saturating_add(inner.len() as u32);
        open.extend(inner);
    }
    content
}

impl TransactionExtension<RuntimeCall> for ChargeInFairOrder {
    const IDENTIFIER: &'static str = <Charge as TransactionExtension<RuntimeCall>>::IDENTIFIER;
    type Implicit = <Charge as TransactionExtension<RuntimeCall>>::Implicit;
    type Val = <Charge as TransactionExtension<RuntimeCall>>::Val;
    type Pre = <Charge as TransactionExtension<RuntimeCall>>::Pre;

    fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
        <Charge as TransactionExtension<RuntimeCall>>::implicit(&self.0)
    }

    fn metadata() -> Vec<TransactionExtensionMetadata> {
        <Charge as TransactionExtension<RuntimeCall>>::metadata()
    }

    fn weight(&self, call: &RuntimeCall) -> Weight {
        self.0.weight(call).saturating_add(content(call).weight())
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
        let content = content(call);
        if content.submits() && self.0.tip() != 0 {
            return Err(InvalidTransaction::Custom(TIPPED_SUBMISSION).into());
        }
        let (mut valid, val, origin) = self.0.validate(
            origin,
            call,
            info,
            len,
            self_implicit,
            inherited_implication,
            source,
        )?;
        valid.priority = valid.priority.min(priority::PAID);
        if content.submits() {
            valid.priority = match content.does_more || content.is_refused() {
                false => SUBMISSION_PRIORITY,
                true => valid.priority.min(SUBMISSION_PRIORITY),
            };
        } else if let Some(tag) = due::tag(&origin, call, info, &val, source) {
            valid.priority = priority::DUE;
            valid.provides.push(tag);
        }
        Ok((valid, val, origin))
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
        Charge::post_dispatch_details(pre, info, post_info, len, result)
    }
}
