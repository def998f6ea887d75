//! What must hold between the constants that the runtime chooses.

use aicpw_protocol::BlockNumber;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;

use crate::{heartbeat, Config, Pallet};

impl<T: Config> Pallet<T> {
    /// Panics, in tests only, with the constant that is wrong.
    pub(crate) fn check_config() {
        assert!(
            T::HeartbeatPeriod::get() > 0,
            "HeartbeatPeriod must not be zero"
        );
        assert!(
            T::UnbondingPeriod::get() > T::LongestObligation::get(),
            "stake must not leave before the obligations it was locked for end",
        );
        assert!(
            T::RecentBlocks::get() > heartbeat::PROOF_DEPTH + heartbeat::RETRY_AFTER,
            "a heartbeat must stay valid until the worker would send it again",
        );
        assert!(
            BlockNumberFor::<T>::from(T::RecentBlocks::get()) < T::BlockHashCount::get(),
            "the chain must know the hashes of all recent blocks",
        );
        assert!(
            T::MaxAssignments::get() >= T::MaxDevices::get() * u32::from(T::MaxSlots::get()),
            "every slot must be able to have an assignment",
        );
        let (base, cap): (BlockNumber, BlockNumber) =
            (T::CoolDownBase::get(), T::CoolDownCap::get());
        assert!(
            0 < base && base <= cap,
            "cool-downs must grow from above zero to the cap",
        );
    }
}
