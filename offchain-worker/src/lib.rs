//! The native side of a provider: mailbox, queue, engines, sandbox, IPFS.
//!
//! The node starts it beside the chain. The runtime's offchain worker hook writes orders into the `mailbox`. The
//! `queue` fetches what they need over [`ipfs`], has an engine ([`engines`]) run it in a `sandbox`, and reports back
//! through the mailbox what the hook may say on chain.
//!
//! | module | what |
//! | --- | --- |
//! | [`service`] | starts and stops all of it |
//! | [`chain`] | what the worker needs from a node |
//! | `mailbox` | orders from the hook, reports to it |
//! | `queue` | one job per assignment, on disk |
//! | [`engines`] | programs in OpenCL, later others |
//! | `sandbox` | processes for strangers' programs |
//! | [`devices`] | what this machine can offer |
//! | [`inventory`] | the devices while the worker runs, and measuring them again |
//! | `lookout` | checks now and then which devices there are, and tells the hook |
//! | `conformance` | does the conformance runs, which prove to the chain what a provider's devices compute |
//! | `measuring_turn` | prevents a measurement and a conformance run at the same time; the run goes first |
//! | `drivers` | the files by which the loader finds drivers, and loading a single driver |
//! | [`examine`] | what the executor reports about this machine |
//! | [`trial`] | a trial job of our own on a device, before the device gets other people's jobs |
//! | [`ipfs`] | content in and out |
//! | [`metrics`] | metrics for Prometheus |
//! | [`secret`] | the secret from which the salts of commitments and the sealing key are derived |
//! | `locate` | finds the programs that the worker starts |
//! | `durable` | files that survive a power cut, and reading files that a stranger's program may have made |
//! | `usage` | how much disk space a folder takes |
//! | `blocking` | work that blocks a thread |
//! | `clock` | the wall clock, and one that nobody can set |

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod blocking;
pub mod chain;
mod clock;
mod conformance;
pub mod devices;
mod drivers;
mod durable;
pub mod engines;
pub mod examine;
pub mod inventory;
pub mod ipfs;
mod locate;
mod lookout;
mod mailbox;
mod measuring_turn;
pub mod metrics;
mod queue;
mod sandbox;
pub mod secret;
pub mod service;
pub mod trial;
mod usage;

pub use queue::{remove_partial_downloads, JOBS};

#[cfg(test)]
mod testing;
