//! Code that the examples share.
//!
//! | module | what |
//! | --- | --- |
//! | [`mod@ended`] | how a program tells a person what went wrong |
//! | [`folder`] | a task as `aicpw submit` takes it: `manifest.json` and the files that it names |
//! | [`trial`] | the same task on a device of this machine, through the executor and without a chain: what the examples' tests run |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod ended;
pub mod folder;
pub mod trial;

pub use ended::ended;
pub use folder::TaskFolder;
