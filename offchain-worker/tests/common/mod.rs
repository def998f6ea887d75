//! Code that the tests of [`Daemon`](aicpw_offchain_worker::ipfs::Daemon) share.

use aicpw_offchain_worker::ipfs::{find_binary, DaemonConfig, BINARY};
use std::path::{Path, PathBuf};

/// The CID of content that nobody has.
pub const NOWHERE: &str = "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy";

/// Returns the program: `$AICPW_IPFS_BIN`, or where `make build` puts it, beside the other programs
/// and one folder above the tests.
fn binary() -> PathBuf {
    let named = std::env::var_os("AICPW_IPFS_BIN").map(PathBuf::from);
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().and_then(Path::parent).unwrap().join(BINARY);
    find_binary(Some(&named.unwrap_or(built))).unwrap_or_else(|error| panic!("{error}"))
}

pub fn config(folder: &Path) -> DaemonConfig {
    DaemonConfig {
        binary: Some(binary()),
        folder: folder.join("ipfs"),
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        allow_private_ip: true,
        ..Default::default()
    }
}

pub fn content(len: usize) -> Vec<u8> {
    // The high byte has no short period: blocks that repeat would be stored once.
    (0..len as u64)
        .map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
        .collect()
}
