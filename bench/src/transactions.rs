//! Signed transactions with nothing to do but be included.

use anyhow::Result;

use crate::calls::{self, Signer};

/// Signs `count` remarks of Alice's, `0x…`, in the order of their nonces.
pub async fn remarks(url: &str, count: u32) -> Result<Vec<String>> {
    let at = calls::at(url).await?;
    let mut alice = Signer::new(&at, "//Alice").await?;
    let mut signed = Vec::new();
    for i in 0..count {
        let remark = format!("remark {i}").into_bytes();
        let call = frame_system::Call::remark { remark };
        signed.push(alice.sign(&at, call)?);
    }
    Ok(signed)
}
