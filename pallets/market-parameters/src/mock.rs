//! A runtime with two parameters, one of which must not be greater than the other. Root sets them.

use frame_support::{derive_impl, weights::constants::RocksDbWeight};
use sp_runtime::BuildStorage;

use crate as pallet_market_parameters;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;

    #[runtime::pallet_index(1)]
    pub type MarketParameters = pallet_market_parameters;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type DbWeight = RocksDbWeight;
}

crate::market_parameters! {
    /// The parameters of the mock.
    pub enum TestParameter for Test {
        /// A fee.
        0 Fee: u128 = 10, from 1, to 1_000;
        /// Not longer than [`Long`].
        1 Short: u32 = 5, from 1, to 100;
        /// Not shorter than [`Short`].
        2 Long: u32 = 50, from 10, to 100;
    }
}

/// `Short` is not longer than `Long`.
pub struct ShortIsNotLonger;

impl crate::Relations for ShortIsNotLonger {
    fn check() -> Result<(), &'static str> {
        if Short::get() > Long::get() {
            return Err("Short must not be longer than Long");
        }
        Ok(())
    }
}

impl pallet_market_parameters::Config for Test {
    type Parameter = TestParameter;
    type Relations = ShortIsNotLonger;
    type AdminOrigin = frame_system::EnsureRoot<u64>;
    type WeightInfo = ();
}

/// State at block 1, because block 0 has no events.
pub fn new_test_ext() -> sp_io::TestExternalities {
    let storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .unwrap();
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test and checks the invariants after it.
pub fn execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        MarketParameters::do_try_state().unwrap();
    });
}

/// Sets a parameter as root.
pub fn set(parameter: TestParameter) -> sp_runtime::DispatchResult {
    MarketParameters::set_parameter(RuntimeOrigin::root(), parameter)
}
