//! One file per call or behaviour.

mod accept;
mod agenda;
mod audit_pot;
mod audits;
mod authorization;
mod board;
mod cancel;
mod census;
mod claims;
mod commit_result;
mod contested;
mod fail;
mod grant_key;
mod offchain;
mod open_trace;
mod properties;
mod quorum;
mod rate;
mod replica_failures;
mod replica_matches;
mod report_progress;
mod reveal_result;
mod start;
mod submit;
mod undecided;
mod views;
