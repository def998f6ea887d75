//! One file per call, one for the ends, and one for whatever can happen. The invariants are checked
//! after every test.

mod appeal;
mod claim_unavailable;
mod dispute;
mod endings;
mod escalation;
mod parts;
mod properties;
mod views;
mod work;
