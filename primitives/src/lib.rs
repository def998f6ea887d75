//! Shared types, the runtime APIs, the traits through which the pallets meet, and what their hooks share.
//!
//! Pallets know each other only through [`traits`]; each trait states its contract and has an
//! implementation for `()`, so that a mock builds one pallet and not all of them.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod api;
pub mod priority;
pub mod traits;
pub mod worker_call;
pub mod worker_key;

use sp_runtime::{
    traits::{IdentifyAccount, Verify},
    MultiSignature,
};

pub use aicpw_protocol::{Balance, BlockNumber};

/// A signature of an account: sr25519, ed25519 or ECDSA.
pub type Signature = MultiSignature;

/// An account.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// The number of transactions that an account has sent.
pub type Nonce = u32;

/// A block hash.
pub type Hash = sp_core::H256;
