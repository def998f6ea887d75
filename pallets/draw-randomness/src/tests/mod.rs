//! What is recorded about each block, and the seeds that follow from it.

mod config;
mod record;
mod seed;
