//! The errors of the `aicpw_*` methods. Their codes are stable.

use aicpw_offchain_worker::ipfs::BlobError;
use jsonrpsee::types::{error::INVALID_PARAMS_CODE, ErrorObjectOwned};

/// The node does not have what the method needs; the message names the argument to start it with.
pub const NOT_OFFERED: i32 = 7_001;
/// The state of a block cannot be read.
pub const STATE: i32 = 7_002;
/// Nobody delivered the content in time.
pub const NOT_FOUND: i32 = 7_003;
/// The IPFS node does not answer.
pub const IPFS_UNREACHABLE: i32 = 7_004;
/// The IPFS node, or the disk below, has no room.
pub const FULL: i32 = 7_005;
/// The IPFS node refused.
pub const IPFS_REFUSED: i32 = 7_006;
/// There is no such upload (any more).
pub const NO_UPLOAD: i32 = 7_007;
/// Too many uploads are open.
pub const BUSY: i32 = 7_008;
/// The keystore failed.
pub const KEYSTORE: i32 = 7_009;
/// The operation takes longer; ask again.
pub const NOT_YET: i32 = 7_010;
/// The peer cannot be reached.
pub const PEER_UNREACHABLE: i32 = 7_011;
/// A job runs on the device; try again when it has ended.
pub const DEVICE_BUSY: i32 = 7_012;
/// The device is not there any more, or it fails.
pub const NOT_MEASURED: i32 = 7_013;
/// Too many tasks are watched.
pub const TOO_MANY_WATCHED: i32 = 7_014;

/// Returns an error with a code and a message.
pub fn error(code: i32, message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(code, message, None::<()>)
}

/// Returns the error for a parameter that cannot be used.
pub fn invalid(message: impl Into<String>) -> ErrorObjectOwned {
    error(INVALID_PARAMS_CODE, message)
}

/// Returns the error for a failure of the IPFS node.
pub fn blob(failure: BlobError) -> ErrorObjectOwned {
    let code = match &failure {
        BlobError::NotFound { .. } | BlobError::Stalled { .. } => NOT_FOUND,
        BlobError::DiskFull { .. } | BlobError::StoreFull { .. } => FULL,
        BlobError::NodeUnreachable { .. } => IPFS_UNREACHABLE,
        BlobError::PeerUnreachable { .. } => PEER_UNREACHABLE,
        BlobError::TooLarge { .. } | BlobError::BadAddress { .. } => INVALID_PARAMS_CODE,
        BlobError::File { .. } | BlobError::FileChanged { .. } | BlobError::Refused { .. } => {
            IPFS_REFUSED
        }
    };
    error(code, failure.to_string())
}
