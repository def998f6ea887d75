//! The pallets' configuration, by theme. Every number says why it is what it is.

pub mod accounts;
pub mod beefy;
pub mod calendar;
pub mod consensus;
pub mod governance;
pub mod market;
pub mod money;
pub mod once;
pub mod parameters;
pub mod reports;
pub mod system;
pub mod validators;
