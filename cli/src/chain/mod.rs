//! The chain, as seen through a node.
//!
//! Reads go through the runtime APIs and are decoded into the types of `aicpw-protocol`.
//! Transactions are built from the same types ([`call`]) and signed here. So no code has to be
//! generated from a runtime's metadata.

pub mod block;
pub mod call;
mod explain;
pub use explain::{is_of_replaced_block, node_method as explain_node_method};
#[cfg(test)]
pub mod fake;
pub mod follow;
mod kept;
mod next_step;
pub use next_step::next_step;
mod nonce;
pub mod posts;
pub mod read;
pub mod submit;
mod sync;

use std::{sync::Arc, time::Duration};

use aicpw_protocol::Milliseconds;
use codec::{Decode, Encode};
use subxt::{
    backend::LegacyBackend,
    config::{substrate::H256, RpcConfigFor},
    ext::jsonrpsee::{core::client::async_client::PingConfig, ws_client::WsClientBuilder},
    rpcs::{methods::LegacyRpcMethods, RpcClient},
    OnlineClient, SubstrateConfig,
};
use tokio::sync::OnceCell;

use crate::error::{Error, Kind, Result};

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the node may take for one answer. Pinning fetches whole files, and the node has its own
/// time limit for that.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(900);

/// A block header.
pub type Header = <SubstrateConfig as subxt::Config>::Header;

/// A connection to a node.
pub struct Chain {
    rpc: RpcClient,
    methods: LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>,
    // Needed only for signing: creating it reads the metadata.
    client: OnceCell<OnlineClient<SubstrateConfig>>,
    block_time: OnceCell<Milliseconds>,
}

impl Chain {
    /// Connects to the node at `url` (`ws://` or `wss://`).
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if nothing answers there.
    pub async fn connect(url: &str) -> Result<Self> {
        if !(url.starts_with("ws://") || url.starts_with("wss://")) {
            return Err(Error::usage(format!(
                "--url: `{url}` does not start with ws:// or wss://"
            ))
            .hint("write it as ws://127.0.0.1:9944"));
        }
        let connecting = WsClientBuilder::default()
            .connection_timeout(CONNECT_TIMEOUT)
            .request_timeout(REQUEST_TIMEOUT)
            // So that a vanished node is noticed before a request times out.
            .enable_ws_ping(PingConfig::new())
            .build(url);
        let client = connecting.await.map_err(|error| {
            Error::new(
                Kind::Unreachable,
                format!(
                    "no node answers at {url}: {}",
                    explain::no_connection(&error)
                ),
            )
            .hint(
                "one that was just started needs some seconds until it listens; if there is none, start \
                 it (`aicpw-node --dev --provider` for a development chain), or name another with --url or \
                 AICPW_URL",
            )
        })?;
        Ok(Self::over(RpcClient::new(client)))
    }

    /// The chain behind an existing connection.
    fn over(rpc: RpcClient) -> Self {
        Self {
            methods: LegacyRpcMethods::new(rpc.clone()),
            rpc,
            client: OnceCell::new(),
            block_time: OnceCell::new(),
        }
    }

    /// The connection, for the node's own methods.
    pub fn rpc(&self) -> &RpcClient {
        &self.rpc
    }

    async fn client(&self) -> Result<&OnlineClient<SubstrateConfig>> {
        self.client
            .get_or_try_init(|| async {
                let backend = LegacyBackend::builder().build(self.rpc.clone());
                OnlineClient::from_backend_with_config(SubstrateConfig::new(), Arc::new(backend))
                    .await
                    .map_err(|error| explain::subxt(error.into()))
            })
            .await
    }

    /// Calls a runtime API in the state of the block `at`, or of the best block if `at` is `None`.
    async fn runtime_api<T: Decode>(
        &self,
        function: &str,
        arguments: &impl Encode,
        at: Option<H256>,
    ) -> Result<T> {
        let answer = self
            .methods
            .state_call(function, Some(&arguments.encode()), at)
            .await
            .map_err(|error| explain::runtime_api(function, &error))?;
        let mut input = &answer[..];
        match T::decode(&mut input) {
            Ok(value) if input.is_empty() => Ok(value),
            Ok(_) | Err(_) => Err(Error::other(format!(
                "the node's answer to {function} has a shape that this aicpw does not know"
            ))
            .hint("use the aicpw of the same release as the node")),
        }
    }

    /// The hash of the newest final block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn final_hash(&self) -> Result<H256> {
        self.methods
            .chain_get_finalized_head()
            .await
            .map_err(|error| explain::rpc(&error))
    }

    /// The hash of the newest final block, and its height.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn final_block(&self) -> Result<(H256, u64)> {
        let last = self.final_hash().await?;
        let header = self.methods.chain_get_header(Some(last)).await;
        let header = header.map_err(|error| explain::rpc(&error))?;
        let header = header.ok_or_else(|| Error::other("the node has no final block"))?;
        Ok((last, header.number))
    }

    /// Subscribes to the headers of best blocks.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn best_heads(&self) -> Result<Heads> {
        self.methods
            .chain_subscribe_new_heads()
            .await
            .map(Heads)
            .map_err(|error| explain::rpc(&error))
    }
}

/// A subscription to best blocks; see [`Chain::best_heads`].
pub struct Heads(subxt::rpcs::client::RpcSubscription<Header>);

/// If no block comes for this long, the chain stands still.
pub const STALL_TIMEOUT: Duration = Duration::from_secs(60);

impl Heads {
    /// The next best block.
    ///
    /// # Errors
    /// The connection broke, or the chain stands still.
    pub async fn next(&mut self) -> Result<Header> {
        match tokio::time::timeout(STALL_TIMEOUT, self.whenever()).await {
            Ok(next) => next,
            Err(_) => Err(stalled()),
        }
    }

    /// Like [`Self::next`], for callers that have their own time limit.
    async fn whenever(&mut self) -> Result<Header> {
        match self.0.next().await {
            Some(Ok(header)) => Ok(header),
            Some(Err(error)) => Err(explain::rpc(&error)),
            None => Err(explain::connection_lost()),
        }
    }
}

/// The error for a chain that stands still.
pub fn stalled() -> Error {
    let seconds = STALL_TIMEOUT.as_secs();
    Error::new(
        Kind::Timeout,
        format!("the node had no new block for {seconds} s"),
    )
    .hint("look at the node's log: it makes no blocks, or has no peers")
}

/// Whether the error says that the chain stands still.
pub fn is_stalled(error: &Error) -> bool {
    error.kind == Kind::Timeout && error.message == stalled().message
}
