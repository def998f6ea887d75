//! Rules that the chain, the worker and the client must agree on, written once.
//!
//! Everything here is pure: no storage, no clock, no I/O. The chain uses it in Wasm (`no_std`),
//! the worker and the command line natively (`std`, which adds the JSON [`manifest`] and the
//! parallel root computation).
//!
//! | module | rule |
//! | --- | --- |
//! | [`ids`], [`units`] | newtypes, so that a wrong argument does not compile |
//! | [`content`] | CIDs and peer addresses, as the chain stores them |
//! | [`hashing`] | the one hash function (BLAKE3) with a domain for each use |
//! | [`merkle`] | trees, and the result root |
//! | [`trace`] | the states that a job went through, as hashes that leave nothing out |
//! | [`commitment`] | what a worker commits to, and how it is opened |
//! | [`history`] | the hash chain over submissions |
//! | [`pricing`] | price of an assignment, fees, locks |
//! | [`progress`] | how often progress is reported, and what a submission costs because of that |
//! | [`availability`] | how a juror shows that it has fetched a result |
//! | [`audit`] | how often results are audited, what that costs, the fraud bond |
//! | [`judging`] | the price on which the cost of judging is based |
//! | [`reputation`] | a provider's past, as a number |
//! | [`dispute`] | what a jury costs, what its jurors risk, who is paid first |
//! | [`verdict`] | what a jury finds, and the states of a dispute |
//! | [`task`] | needs, verification modes, states, faults |
//! | [`device`] | what a device reports about itself |
//! | [`conformance`] | what a device computes to prove its classes and its computing power, and how the chain checks that |
//! | [`draw`] | seeds and tickets of draws |
//! | [`sealing`] | data only for those to whom the requester grants the key; `sealing` seals and opens |
//! | [`worker`] | the statements that a worker key signs |
//! | [`mailbox`] | how the offchain worker hook and the native engine talk |
//! | [`manifest`] (`std`) | a job described in JSON |
//! | [`job`] (`std`) | how a node and the executor talk about one job |
//! | [`view`] | what the runtime APIs answer |
//! | [`json`] (`std`) | the JSON form of values |
//! | [`reach`] (`std`) | which peer addresses named by strangers are dialled, and by whom |

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

extern crate alloc;

pub mod audit;
pub mod availability;
pub mod commitment;
pub mod conformance;
pub mod content;
pub mod device;
pub mod dispute;
pub mod draw;
pub mod hashing;
pub mod history;
pub mod ids;
#[cfg(feature = "std")]
pub mod job;
#[cfg(feature = "std")]
pub mod json;
pub mod judging;
pub mod mailbox;
#[cfg(feature = "std")]
pub mod manifest;
pub mod merkle;
pub mod pricing;
pub mod progress;
#[cfg(feature = "std")]
pub mod reach;
pub mod reputation;
pub mod sealing;
pub mod task;
pub mod trace;
pub mod units;
pub mod verdict;
pub mod view;
pub mod worker;

pub use content::ContentId;
pub use hashing::Hash;
pub use ids::{AssignmentId, DeviceId, TaskId};
pub use units::{
    AskPrice, Balance, BlockNumber, Gflops, Mebibytes, MegabitsPerSecond, Milliseconds,
};
