//! A client of a node's JSON-RPC, with what tests and measurements need.

use anyhow::{Context, Result};
use jsonrpsee::{
    core::{
        client::{ClientT, Subscription, SubscriptionClientT},
        params::ArrayParams,
    },
    ws_client::{WsClient, WsClientBuilder},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A connection to one node.
pub struct Client {
    inner: WsClient,
}

/// The parts of a header that are used.
#[derive(serde::Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Hash of the parent, `0x…`.
    pub parent_hash: String,
    number: String,
    digest: Digest,
}

#[derive(serde::Deserialize, Clone, Debug)]
struct Digest {
    logs: Vec<String>,
}

impl Header {
    /// Returns the height.
    pub fn number(&self) -> Result<u32> {
        let digits = self.number.trim_start_matches("0x");
        u32::from_str_radix(digits, 16).with_context(|| format!("height {}", self.number))
    }

    /// Returns what consensus has written into the header, `0x…` each.
    pub fn logs(&self) -> &[String] {
        &self.digest.logs
    }

    /// Returns the author's seal, which differs between any two blocks of the same height.
    pub fn seal(&self) -> Option<String> {
        self.digest.logs.last().cloned()
    }
}

impl Client {
    /// Connects to `ws://…`.
    pub async fn connect(url: &str) -> Result<Self> {
        let inner = WsClientBuilder::default()
            .max_response_size(64 * 1024 * 1024)
            .build(url)
            .await
            .with_context(|| format!("connecting to {url}"))?;
        Ok(Self { inner })
    }

    /// Calls a method with positional parameters.
    pub async fn call<T: DeserializeOwned>(&self, method: &str, params: &[Value]) -> Result<T> {
        let mut array = ArrayParams::new();
        for param in params {
            array.insert(param)?;
        }
        self.inner
            .request(method, array)
            .await
            .with_context(|| method.to_owned())
    }

    /// Subscribes with positional parameters.
    pub async fn subscribe_with<T: DeserializeOwned>(
        &self,
        method: &str,
        params: &[Value],
        unsubscribe: &str,
    ) -> Result<Subscription<T>> {
        let mut array = ArrayParams::new();
        for param in params {
            array.insert(param)?;
        }
        self.inner
            .subscribe(method, array, unsubscribe)
            .await
            .with_context(|| method.to_owned())
    }

    /// Returns the header of the best block, or of the block with this hash.
    pub async fn header(&self, hash: Option<&str>) -> Result<Header> {
        let params: Vec<Value> = hash.map(Value::from).into_iter().collect();
        self.call("chain_getHeader", &params).await
    }

    /// Returns the height of the best block.
    pub async fn best(&self) -> Result<u32> {
        self.header(None).await?.number()
    }

    /// Returns the hash of the last finalised block.
    pub async fn finalised_head(&self) -> Result<String> {
        self.call("chain_getFinalizedHead", &[]).await
    }

    /// Returns the height of the last finalised block.
    pub async fn finalised(&self) -> Result<u32> {
        let hash = self.finalised_head().await?;
        self.header(Some(&hash)).await?.number()
    }

    /// Returns the hash of the last block for which BEEFY's validators have signed a commitment that this node has seen
    /// since it started.
    ///
    /// # Errors
    /// If the node has seen none.
    pub async fn committed(&self) -> Result<String> {
        self.call("beefy_getFinalizedHead", &[]).await
    }

    /// Returns the hash of the block at this height on the best chain.
    pub async fn block_hash(&self, height: u32) -> Result<Option<String>> {
        self.call("chain_getBlockHash", &[height.into()]).await
    }

    /// Returns how many peers the node is connected to.
    pub async fn peers(&self) -> Result<u64> {
        let health: Value = self.call("system_health", &[]).await?;
        health["peers"]
            .as_u64()
            .context("system_health without peers")
    }

    /// Returns an address at which the node's chain networking listens on loopback, with its peer id.
    pub async fn listen_address(&self) -> Result<Option<String>> {
        let addresses: Vec<String> = self.call("system_localListenAddresses", &[]).await?;
        Ok(addresses
            .into_iter()
            .find(|a| a.starts_with("/ip4/127.0.0.1/tcp/") && a.contains("/p2p/")))
    }
}
