//! One file per call, one for the endings, and one for random sequences of events. The invariants
//! are checked after every test.

mod appeal;
mod claim_unavailable;
mod dispute;
mod endings;
mod escalation;
mod parts;
mod properties;
mod views;
mod work;
