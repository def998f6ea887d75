//! The tests of the pallet, by behaviour.

mod choice;
mod cost;
mod draw;
mod dry_run;
mod judging;
mod levels;
mod memory;
mod model;
mod parking;
mod queue;
mod reasons;
mod standing;
mod sweep;
mod tickets;
