//! Hashes, read and written in hexadecimal.

use aicpw_protocol::hashing::Hash;

/// Reads 32 bytes in hexadecimal, with or without `0x`.
pub fn parse_hash(text: &str) -> Result<Hash, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut hash = [0; 32];
    hex::decode_to_slice(digits, &mut hash)
        .map_err(|_| format!("`{text}` is not a hash: it must have 64 hexadecimal digits"))?;
    Ok(hash)
}

/// The hash in hexadecimal, with `0x`.
pub fn show_hash(hash: &Hash) -> String {
    format!("0x{}", hex::encode(hash))
}
