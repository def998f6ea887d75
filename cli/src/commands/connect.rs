//! Connects the node to peers that probably have some content.

use std::time::Duration;

use aicpw_protocol::ContentId;

use crate::{
    error::{Error, Kind, Result},
    node_rpc::{BlobSource, NodeRpc},
    peers,
};

/// How long connecting to a peer may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Makes the node connect to peers that its own user named. Returns a message about each peer that it did not reach.
/// That is not an error: others may have the content.
pub async fn to_named(node: &NodeRpc<'_>, addresses: &[String]) -> Vec<String> {
    to_each(node, addresses, false).await
}

async fn to_each(node: &NodeRpc<'_>, addresses: &[String], are_strangers: bool) -> Vec<String> {
    let connecting = addresses.iter().map(|address| async move {
        let connect = async {
            match are_strangers {
                true => node.connect_to_stranger(address).await,
                false => node.connect(address).await,
            }
        };
        match tokio::time::timeout(CONNECT_TIMEOUT, connect).await {
            Ok(connected) => connected.err().map(|error| error.message),
            Err(_) => {
                let limit = CONNECT_TIMEOUT.as_secs();
                Some(format!(
                    "cannot connect to {address}: no answer in {limit} s"
                ))
            }
        }
    });
    let ended = futures::future::join_all(connecting).await;
    ended.into_iter().flatten().collect()
}

/// The node as a source of content of other nodes, connected to the peers that should have it. If it still gets
/// nothing, the failure says which peers it did not reach.
pub struct Connected<'a> {
    node: &'a NodeRpc<'a>,
    unreached: Vec<String>,
}

impl<'a> Connected<'a> {
    /// Connects to peers that strangers named, as providers do at their registration and requesters in their tasks. The
    /// node does not dial private addresses for that, unless its settings allow it.
    pub async fn to_strangers(node: &'a NodeRpc<'a>, addresses: &[String]) -> Connected<'a> {
        // The node cannot dial itself. If it does not say who it is, the next request fails.
        let own = node.addresses().await.ok();
        let own = own.and_then(|addresses| peers::own_id(&addresses));
        let others = peers::others(addresses.to_vec(), own.as_deref());
        Self {
            node,
            unreached: to_each(node, &others, true).await,
        }
    }

    fn explain(&self, error: Error) -> Error {
        if self.unreached.is_empty() || error.kind == Kind::Unreachable {
            return error;
        }
        Error {
            message: format!(
                "{}; peers that should have it are not reached: {}",
                error.message,
                self.unreached.join("; ")
            ),
            ..error
        }
    }
}

impl BlobSource for Connected<'_> {
    async fn size(&self, cid: &ContentId) -> Result<u64> {
        let size = self.node.size(cid).await;
        size.map_err(|error| self.explain(error))
    }

    async fn read(&self, cid: &ContentId, offset: u64, len: u64) -> Result<Vec<u8>> {
        let piece = self.node.read(cid, offset, len).await;
        piece.map_err(|error| self.explain(error))
    }
}
