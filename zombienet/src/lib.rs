//! Networks of real `aicpw-node` processes on this machine, for tests and measurements.
//!
//! Every process has its own base path and IPFS store, listens only on loopback, on ports that the
//! system assigns, and finds the others by the addresses it is told, without mDNS. Waits are for
//! conditions, with a generous deadline. The message of a missed deadline says what was seen last,
//! and shows the ends of the nodes' logs. The networks of one process take turns, and end with
//! whoever started them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod binaries;
pub mod calls;
pub mod chain;
pub mod client;
pub mod cluster;
pub mod command_line;
pub mod definition;
pub mod devices;
pub mod entries;
pub mod jobs;
pub mod kept_port;
pub mod ledger;
pub mod market;
pub mod mesh;
pub mod metrics;
pub mod network;
pub mod node;
pub mod prepared;
pub mod proxy;
pub mod release;
pub mod wait;

pub use client::Client;
pub use cluster::Cluster;
pub use command_line::{CommandLine, Said};
pub use definition::Definition;
pub use entries::Entries;
pub use ledger::Ledger;
pub use market::Market;
pub use mesh::Mesh;
pub use network::Network;
pub use node::{Node, NodeOptions};
