//! The AICPW runtime: the pallets that the chain is made of, and the numbers they run with.
//!
//! There is no logic here. Rules live in the pallets and in `aicpw-protocol`; this crate composes
//! them ([`configs`], by theme), exposes them to the node ([`apis`]) and describes the chains that
//! can be started from them ([`presets`]).

#![cfg_attr(not(feature = "std"), no_std)]
// The composition macro nests one level per pallet, and generates items without documentation.
#![recursion_limit = "256"]
#![allow(missing_docs)]

extern crate alloc;

/// The runtime as Wasm, in both forms (`WASM_BINARY` is the one for a genesis).
#[cfg(feature = "std")]
#[allow(
    dead_code,
    reason = "the builder also says where the file is, which nothing needs"
)]
mod wasm {
    include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}
#[cfg(feature = "std")]
pub use wasm::{WASM_BINARY, WASM_BINARY_BLOATY};

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
#[warn(missing_docs)]
pub mod configs;
#[warn(missing_docs)]
pub mod presets;
#[warn(missing_docs)]
pub mod transactions;
#[warn(missing_docs)]
pub mod units;

use alloc::vec::Vec;

use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256, MultiAddress};
use sp_version::RuntimeVersion;

pub use transactions::TxExtension;

pub use aicpw_primitives::{AccountId, Balance, BlockNumber, Hash, Nonce, Signature};

/// How transactions name an account.
pub type Address = MultiAddress<AccountId, ()>;
/// A block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block with decoded transactions.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// A transaction whose signature is not yet checked.
pub type UncheckedExtrinsic =
    generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What a signer signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Drives the pallets through a block.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

/// The node's view of blocks: transactions are bytes, so the node can follow runtime upgrades.
pub mod opaque {
    use sp_runtime::{generic, OpaqueExtrinsic};

    pub use super::Header;

    /// A block with undecoded transactions.
    pub type Block = generic::Block<Header, OpaqueExtrinsic>;
}

impl_opaque_keys! {
    /// The keys that a validator's node signs with.
    pub struct SessionKeys {
        /// The key with which the validator makes blocks (sr25519).
        pub babe: Babe,
        /// The key with which it votes on finality (ed25519).
        pub grandpa: Grandpa,
        /// The key with which it tells other validators where to find the node (sr25519).
        pub authority_discovery: AuthorityDiscovery,
        /// The key with which it signs what other chains can verify (ECDSA on secp256k1).
        pub beefy: Beefy,
    }
}

/// Identifies this runtime. `spec_version` grows with every change of behaviour,
/// `transaction_version` with every change of how a call is encoded.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: alloc::borrow::Cow::Borrowed("aicpw"),
    impl_name: alloc::borrow::Cow::Borrowed("aicpw"),
    authoring_version: 1,
    spec_version: 2,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

// Indices are part of every call's encoding: they never change, and a removed one is not reused.
// They leave room by theme: 0 blocks, 10 money, 13 validators, 20 people's tools, 30 the market, 40
// governance, 50 other chains. Hooks and genesis run in this order.
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
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Babe = pallet_babe;
    #[runtime::pallet_index(2)]
    pub type Timestamp = pallet_timestamp;
    // Before the session, so the author is looked up among the validators of the session that ends. The first block of a
    // new session is claimed by a validator of the new set. So if an era has changed the order, this one block (of
    // 86,400) counts for another validator.
    #[runtime::pallet_index(3)]
    pub type Authorship = pallet_authorship;
    #[runtime::pallet_index(4)]
    pub type Calendar = crate::configs::calendar;

    #[runtime::pallet_index(10)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(11)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(12)]
    pub type Treasury = pallet_treasury;

    // Genesis needs this order: stake is bonded out of balances, and the first session consists of accounts that have
    // stake.
    #[runtime::pallet_index(13)]
    pub type Staking = pallet_staking;
    #[runtime::pallet_index(14)]
    pub type VoterList = pallet_bags_list<Instance1>;
    #[runtime::pallet_index(15)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(16)]
    pub type Historical = pallet_session::historical;
    #[runtime::pallet_index(17)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(18)]
    pub type Offences = pallet_offences;
    #[runtime::pallet_index(19)]
    pub type AuthorityDiscovery = pallet_authority_discovery;

    #[runtime::pallet_index(20)]
    pub type Utility = pallet_utility;
    // Has a key only on development chains (ADR 11).
    #[runtime::pallet_index(21)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(22)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(23)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(24)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(25)]
    pub type Scheduler = pallet_scheduler;
    #[runtime::pallet_index(26)]
    pub type Identity = pallet_identity;

    #[runtime::pallet_index(30)]
    pub type ProviderStaking = pallet_provider_staking;
    #[runtime::pallet_index(31)]
    pub type Tasks = pallet_tasks;
    #[runtime::pallet_index(32)]
    pub type Matching = pallet_matching;
    #[runtime::pallet_index(33)]
    pub type MarketClock = pallet_market_clock;
    // After Babe, which learns the VRF output of a block at the end of the block.
    #[runtime::pallet_index(34)]
    pub type DrawRandomness = pallet_draw_randomness;
    #[runtime::pallet_index(35)]
    pub type Disputes = pallet_disputes;
    #[runtime::pallet_index(39)]
    pub type MarketParameters = pallet_market_parameters;

    #[runtime::pallet_index(40)]
    pub type Referenda = pallet_referenda;
    #[runtime::pallet_index(41)]
    pub type ConvictionVoting = pallet_conviction_voting;
    #[runtime::pallet_index(42)]
    pub type Origins = crate::configs::governance::origins;
    #[runtime::pallet_index(43)]
    pub type TechnicalCommittee = pallet_collective<Instance1>;
    #[runtime::pallet_index(44)]
    pub type Whitelist = pallet_whitelist;
    #[runtime::pallet_index(45)]
    pub type SafeMode = pallet_safe_mode;
    #[runtime::pallet_index(46)]
    pub type TxPause = pallet_tx_pause;
    #[runtime::pallet_index(47)]
    pub type MultiBlockMigrations = pallet_migrations;

    // After the session, so that the first leaf of a session names the set that follows. The order of the three matters
    // too: a leaf is put together from what the two others know.
    #[runtime::pallet_index(50)]
    pub type Beefy = pallet_beefy;
    #[runtime::pallet_index(51)]
    pub type Mmr = pallet_mmr;
    #[runtime::pallet_index(52)]
    pub type BeefyMmrLeaf = pallet_beefy_mmr;
}
