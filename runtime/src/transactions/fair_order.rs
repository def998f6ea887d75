//! Submissions have one priority, so that nobody can buy a place before others in the history, which is the
//! order in which matching serves tasks. And nobody can buy a place before workers, who lose stake when they are
//! late, or before calls of other accounts that are due (`due.rs`).
//!
//! Among equals a pool takes the one first that is valid for less long, and only among those the one that came
//! first: who signs with a short era moves ahead for nothing. That is the pool's rule and not the runtime's
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

/// `InvalidTransaction::Custom` of a submission with a tip. The market's other codes, which are
/// about worker calls, are in [`pallet_tasks::types::Refusal`].
pub const TIPPED_SUBMISSION: u8 = 64;

/// Priority of every transaction that submits tasks, however long it is: that of one with a tip as high
/// as the fee for a submission, which is paid as well. Below the calls of workers. One that carries other calls beside has at
/// most this, and otherwise that of any transaction without a tip, and so has one with a submission that is refused for what it
/// says, before it pays that fee. One that its account cannot pay when its turn comes pays only the network's fee: the threat model says
/// what a place costs then.
pub const SUBMISSION_PRIORITY: TransactionPriority = 1_000_000_000_000_000_000;

const _: () = assert!(SUBMISSION_PRIORITY < priority::PAID);

/// What looking at the calls of a transaction weighs.
type Look = weights::SubstrateWeight<Runtime>;

type Charge = ChargeTransactionPayment<Runtime>;

/// [`ChargeTransactionPayment`], which in addition refuses a tip on a transaction that submits a task, and gives all that
/// do nothing else, and are not refused for what they say, the same priority; what is due has [`priority::DUE`], and
/// nothing else a higher one than [`priority::PAID`]. (`ChargeTransactionPayment` prefers the higher tip and, among equal
/// tips, the smaller transaction.) Looks like the one that it wraps from outside, so that every wallet can encode it.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, PartialEq, Eq, Debug)]
pub struct ChargeInFairOrder(Charge);

impl ChargeInFairOrder {
    /// With this tip for the author of the block.
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

/// The calls that a call carries, to be dispatched with it or later. A test keeps this complete: it looks
/// for calls in the arguments of all calls that the metadata knows.
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

/// What a transaction does, by its call and all those that it carries.
struct Content<'a> {
    /// What is submitted by them.
    submissions: Vec<&'a Submission>,
    /// One of them does something else than to submit a task or to carry such calls.
    does_more: bool,
    /// How many it carries.
    carried: u32,
}

impl Content<'_> {
    /// One of them submits a task.
    fn submits(&self) -> bool {
        !self.submissions.is_empty()
    }

    /// A submission pays no fee, because it is refused before. Reads of the state what a block knows already.
    fn is_refused(&self) -> bool {
        self.submissions
            .iter()
            .any(|submission| Tasks::is_refused(submission))
    }

    /// What it weighs to find all this out. Every second of the calls of which that was measured is a submission, so one
    /// counts as two calls more.
    fn weight(&self) -> Weight {
        let submissions = (self.submissions.len() as u32).saturating_mul(2);
        Look::look(self.carried.saturating_add(submissions))
    }
}

/// As deep as calls can be nested, which decoding has bounded.
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
