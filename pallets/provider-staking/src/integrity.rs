//! The rules that must hold between the constants that the runtime chooses.

use aicpw_primitives::worker_call::PROOF_DEPTH;
use aicpw_protocol::{
    dispute::DisputePolicy, mailbox::RETRY_AFTER, worker::MAX_NAMED_DEVICES, BlockNumber,
};
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;

use crate::{Config, Pallet};

impl<T: Config> Pallet<T> {
    /// Checks the constants as they are now, because some can change while the chain runs. The error is
    /// the rule that does not hold.
    pub fn check_config() -> Result<(), &'static str> {
        let holds = |holds: bool, rule: &'static str| if holds { Ok(()) } else { Err(rule) };
        holds(
            T::HeartbeatPeriod::get() > 0,
            "HeartbeatPeriod must not be zero",
        )?;
        holds(
            T::UnbondingPeriod::get() > T::LongestObligation::get(),
            "stake must not leave before the obligations it was locked for end",
        )?;
        holds(
            T::RecentBlocks::get() > PROOF_DEPTH + RETRY_AFTER,
            "a heartbeat must stay valid until the worker would send it again",
        )?;
        holds(
            BlockNumberFor::<T>::from(T::RecentBlocks::get()) < T::BlockHashCount::get(),
            "the chain must know the hashes of all recent blocks",
        )?;
        holds(
            T::MaxDevices::get() <= MAX_NAMED_DEVICES,
            "a heartbeat must be able to name all devices of a provider",
        )?;
        holds(
            DisputePolicy::deters_lies_about_claims(T::FaultSlash::get()),
            "three jurors who lie about an unavailable claim must lose more than there is to gain",
        )?;
        let slots = T::MaxDevices::get().saturating_mul(u32::from(T::MaxSlots::get()));
        holds(
            T::MaxAssignments::get() >= slots,
            "every slot must be able to have an assignment",
        )?;
        let (base, cap): (BlockNumber, BlockNumber) =
            (T::CoolDownBase::get(), T::CoolDownCap::get());
        holds(
            0 < base && base <= cap,
            "cool-downs must grow from above zero to the cap",
        )
    }
}
