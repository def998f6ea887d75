//! Journeys of people across the pallets, on the real runtime. Blocks are made of signed and
//! authorised transactions, as a node makes them, and the market's invariants are checked after
//! each block.

#![allow(clippy::unwrap_used)]

mod accounts;
mod appeals;
mod audits;
mod beefy;
mod calendar;
mod chain;
mod claims;
mod conformance;
mod court;
mod disputes;
mod draws;
mod emergency;
mod encoding;
mod failure;
mod finality;
mod flood;
mod governance;
mod half_migrated;
mod identity;
mod market;
mod order;
mod parts;
mod pause;
mod ranges;
mod release;
mod replicated;
mod sealed;
mod settlement;
mod shapes;
mod tight;
mod upgrade;
mod validators;
mod waiting;
mod watched;
mod withheld;
