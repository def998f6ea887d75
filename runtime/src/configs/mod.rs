//! The pallets' configuration, by theme. Every number says why it is what it is.

pub mod consensus;
pub mod market;
pub mod money;
pub mod system;
