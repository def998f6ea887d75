//! The native side of a provider: mailbox, queue, engines, sandbox, IPFS.
//!
//! The node starts it beside the chain. The runtime's offchain worker hook writes orders into the
//! `mailbox`, the `queue` fetches what they need over [`ipfs`], has an engine ([`engines`]) run
//! it in a `sandbox`, and reports back through the mailbox what the hook may say on chain.
//!
//! | module | what |
//! | --- | --- |
//! | [`service`] | starts and stops all of it |
//! | [`chain`] | what it needs of a node |
//! | `mailbox` | orders from the hook, reports to it |
//! | `queue` | one job per assignment, on the disk |
//! | [`engines`] | programs in OpenCL, later others |
//! | `sandbox` | processes for what strangers wrote |
//! | [`devices`] | what this machine can offer |
//! | [`inventory`] | the same while the worker runs, and measuring again |
//! | `lookout` | looks now and then which devices there are, and says so to the hook |
//! | `conformance` | does the conformance runs, by which a provider proves to the chain what its devices compute |
//! | `measuring_turn` | never a measurement and a conformance run at once; the run goes first |
//! | `drivers` | the files by which the loader finds drivers, and one of them alone |
//! | [`examine`] | what the executor says of this machine |
//! | [`trial`] | a job of ours on a device, before it gets others' |
//! | [`ipfs`] | content in and out |
//! | [`metrics`] | what Prometheus is told |
//! | [`secret`] | of which the salts of commitments and the sealing key are derived |
//! | `locate` | finds the programs that are started |
//! | `durable` | files that survive a power cut, and reading what a stranger's program may have made |
//! | `usage` | what a folder takes on the disk |
//! | `blocking` | work that holds up a thread |
//! | `clock` | the clock on the wall, and one that nobody sets |

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
