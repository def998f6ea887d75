//! What holds for the runtime as a whole: its presets, its fees and metadata, and what the pages and the simulation say
//! of it. They are one program, because each program of tests compiles much of the runtime once more.

#![allow(clippy::unwrap_used)]

mod economics;
mod fees;
mod genesis;
mod governance_page;
mod guide_numbers;
mod metadata;
mod once;
mod pallet_pages;
