//! Connecting the node to peers that probably have some content.

use std::time::Duration;

use aicpw_protocol::ContentId;

use crate::{
    error::{Error, Kind, Result},
    node_rpc::{BlobSource, NodeRpc},
    peers,
};

/// How long connecting to a peer may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Has the node connect to peers that its own user named; why not, of each that it does not reach. That
/// some do not answer is no failure: others may have it.
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

/// The node as a source of what others have, connected to those who should have it. Where it gets nothing all the
/// same, the failure says whom it does not reach.
pub struct Connected<'a> {
    node: &'a NodeRpc<'a>,
    unreached: Vec<String>,
}

impl<'a> Connected<'a> {
    /// Connected to peers that strangers named, as providers do at their registration and requesters in their
    /// tasks: the node dials no private addresses for them, unless it allows them.
    pub async fn to_strangers(node: &'a NodeRpc<'a>, addresses: &[String]) -> Connected<'a> {
        // Itself it cannot dial. One that says nothing of itself fails at what comes next.
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
