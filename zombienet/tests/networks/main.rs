//! Networks of real processes. They are one program, so that networks which mostly wait can run
//! beside each other (see `Cluster`), and not beside what cargo runs next.

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
