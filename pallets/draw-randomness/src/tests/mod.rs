//! What is recorded of each block, and which seeds come of it.

mod config;
mod record;
mod seed;
