//! Networks of real processes. One program, so that networks which mostly wait can run beside each
//! other (see `Cluster`), and whatever cargo runs next does not.

#![allow(clippy::unwrap_used)]

mod appeals;
mod audits;
mod blocks;
mod budget;
mod claims;
mod clock;
mod disk;
mod disputes;
mod distance;
mod equivocation;
mod examples;
mod faults;
mod hostile;
mod late;
mod liars;
mod network;
mod partition;
mod pictures;
mod provider;
mod replicas;
mod restart;
mod sealed;
mod task;
mod upgrade;
mod validator;
mod wealth;
