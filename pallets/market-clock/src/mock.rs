//! A runtime with only the clock. Root pauses and resumes.

use aicpw_protocol::BlockNumber;
use frame_support::{derive_impl, parameter_types};
use sp_runtime::{traits::BlockNumberProvider, BuildStorage};

use crate as pallet_market_clock;

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
    pub type MarketClock = pallet_market_clock;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
}

pub struct Blocks;

impl BlockNumberProvider for Blocks {
    type BlockNumber = BlockNumber;
    fn current_block_number() -> BlockNumber {
        System::block_number() as BlockNumber
    }
    #[cfg(feature = "runtime-benchmarks")]
    fn set_block_number(block: BlockNumber) {
        System::set_block_number(block.into());
    }
}

parameter_types! {
    pub static IsMigrating: bool = false;
}

impl pallet_market_clock::Config for Test {
    type BlockNumberProvider = Blocks;
    type PauseOrigin = frame_system::EnsureRoot<u64>;
    type IsMigrating = IsMigrating;
    type WeightInfo = ();
}

/// State at block 10.
pub fn new_test_ext() -> sp_io::TestExternalities {
    let storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .unwrap();
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| System::set_block_number(10));
    ext
}

/// Runs a test and checks the invariants after it.
pub fn execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        MarketClock::do_try_state().unwrap();
    });
}

/// Moves the chain on by `blocks`, and returns what the clock shows then.
pub fn after(blocks: u64) -> BlockNumber {
    System::set_block_number(System::block_number() + blocks);
    MarketClock::current_block_number()
}
