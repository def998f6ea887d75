//! Signed transactions with nothing to do but be included.

use aicpw_network_tests::Client;
use anyhow::Result;

use crate::calls::Signer;

/// Signs `count` remarks of Alice's, `0x…`, in the order of their nonces.
pub async fn remarks(client: &Client, count: u32) -> Result<Vec<String>> {
    let mut alice = Signer::new(client, "//Alice").await?;
    let mut signed = Vec::new();
    for i in 0..count {
        let remark = format!("remark {i}").into_bytes();
        let call = frame_system::Call::remark { remark };
        signed.push(alice.sign(call));
    }
    Ok(signed)
}
