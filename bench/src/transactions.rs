//! Signed transactions with nothing to do but be included.

use anyhow::{Context, Result};
use subxt::{config::PolkadotConfig, dynamic::Value, OnlineClient};
use subxt_signer::sr25519::dev;

/// Signs `count` remarks of Alice's, `0x…`, in the order of their nonces.
pub async fn remarks(url: &str, count: u32) -> Result<Vec<String>> {
    let api = OnlineClient::<PolkadotConfig>::from_insecure_url(url)
        .await
        .with_context(|| format!("connecting to {url}"))?;
    let at = api.at_current_block().await.context("the current block")?;
    let signer = dev::alice();
    let mut signed = Vec::new();
    let first = at
        .transactions()
        .account_nonce(&signer.public_key().to_account_id())
        .await?;
    for i in 0..u64::from(count) {
        let call = subxt::transactions::dynamic(
            "System",
            "remark",
            vec![Value::from_bytes(format!("remark {i}"))],
        );
        let params = subxt::config::DefaultExtrinsicParamsBuilder::<PolkadotConfig>::new()
            .immortal()
            .nonce(first + i)
            .build();
        let transaction = at
            .transactions()
            .create_signed(&call, &signer, params)
            .await?;
        signed.push(format!("0x{}", hex::encode(transaction.encoded())));
    }
    Ok(signed)
}
