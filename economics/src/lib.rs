//! Who earns and who loses under the market's rules: an event simulation, reproducible from a seed.
//!
//! The rules are the protocol's own functions (`aicpw_protocol::{pricing, audit, dispute,
//! reputation}`), so that the simulation and the chain cannot drift apart. What it shows, and what it
//! leaves out, is in `docs/economics.md`.
//!
//! | module | what |
//! | --- | --- |
//! | [`rules`] | the governed numbers |
//! | [`player`] | the players, and how each of them behaves |
//! | [`scenario`] | which players meet |
//! | [`market`] | the event loop: match, run, commit, audit, reveal, settle |
//! | [`ledger`] | every AICP, so that none can appear or vanish |
//! | [`theory`] | the outcomes in closed form, where there is one |
//! | [`jurors`] | what jurors earn that do not work, over many seeds |
//! | [`tally`], [`report`], [`plot`] | the outcomes as numbers, tables and pictures |

pub mod jurors;
pub mod ledger;
pub mod market;
pub mod player;
pub mod plot;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod tally;
pub mod theory;
