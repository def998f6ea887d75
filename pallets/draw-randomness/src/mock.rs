//! A runtime with only this pallet, in which a test decides each block's author and output.

use aicpw_primitives::traits::{DrawRandomness, DrawSeed};
use aicpw_protocol::{BlockNumber, Hash};
use frame_support::{
    derive_impl, parameter_types,
    traits::{FindAuthor, Hooks},
    ConsensusEngineId,
};
use sp_runtime::{traits::BlockNumberProvider, BuildStorage};

use crate as pallet_draw_randomness;

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
    pub type DrawRandomnessPallet = pallet_draw_randomness;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
}

pub type AccountId = u64;

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

pub struct TheAuthor;
impl FindAuthor<AccountId> for TheAuthor {
    fn find_author<'a, I>(_: I) -> Option<AccountId>
    where
        I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
    {
        Author::get()
    }
}

pub const DRAW_BLOCKS: u32 = 4;
pub const LONGEST_WAIT: BlockNumber = 10;
pub const RETENTION: BlockNumber = 20;

parameter_types! {
    pub static Author: Option<AccountId> = None;
    pub static VrfOutput: Option<Hash> = None;
    pub static Validators: u32 = 4;
    pub const DrawBlocks: u32 = DRAW_BLOCKS;
    pub const OtherAuthors: u32 = 2;
    pub const LongestWait: BlockNumber = LONGEST_WAIT;
    pub const Retention: BlockNumber = RETENTION;
}

impl pallet_draw_randomness::Config for Test {
    type BlockNumberProvider = Blocks;
    type FindAuthor = TheAuthor;
    type VrfOutput = VrfOutput;
    type Validators = Validators;
    type DrawBlocks = DrawBlocks;
    type OtherAuthors = OtherAuthors;
    type LongestWait = LongestWait;
    type Retention = Retention;
    type WeightInfo = ();
}

type Pallet = crate::Pallet<Test>;

pub fn new_test_ext() -> sp_io::TestExternalities {
    let storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .unwrap();
    Validators::set(4);
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test in block 1, and checks the invariants after it.
pub fn execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        Pallet::do_try_state().unwrap();
    });
}

/// Ends this block, made by this author with this output, and begins the next block.
pub fn end(author: Option<AccountId>, output: Option<Hash>) {
    Author::set(author);
    VrfOutput::set(output);
    Pallet::on_finalize(System::block_number());
    System::set_block_number(System::block_number() + 1);
}

/// Ends one block for each of these authors, each with its own output.
pub fn made_by(authors: &[AccountId]) {
    for author in authors {
        end(Some(*author), Some(output(*author)));
    }
}

/// The output of the block that this author makes now.
pub fn output(author: AccountId) -> Hash {
    let mut output = [author as u8; 32];
    output[0] = System::block_number() as u8;
    output
}

pub fn anchor() -> BlockNumber {
    Pallet::anchor()
}

pub fn seed(anchor: BlockNumber) -> DrawSeed {
    Pallet::seed(anchor)
}

pub fn ready(anchor: BlockNumber) -> Hash {
    match seed(anchor) {
        DrawSeed::Ready(seed) => seed,
        other => panic!("{other:?}"),
    }
}
