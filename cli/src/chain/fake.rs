//! A fake node for tests, without a connection. Every subscription to it behaves as if the connection was lost.

use serde_json::Value;
use subxt::rpcs::{
    client::{RawRpcFuture, RawRpcSubscription, RawValue},
    Error, RpcClient, RpcClientT, UserError,
};

use super::Chain;

/// The error code for a state that the node no longer has.
pub const DISCARDED: i32 = 4_003;

/// A chain behind a fake node. `answer` gets the method and the parameters of each call; if it returns a number, the
/// node refuses the call with that error code.
pub fn answering<F>(answer: F) -> Chain
where
    F: Fn(&str, &[Value]) -> Result<Value, i32> + Send + Sync + 'static,
{
    Chain::over(client(answer))
}

/// A connection to such a fake node.
pub fn client<F>(answer: F) -> RpcClient
where
    F: Fn(&str, &[Value]) -> Result<Value, i32> + Send + Sync + 'static,
{
    RpcClient::new(Node(answer))
}

struct Node<F>(F);

impl<F> RpcClientT for Node<F>
where
    F: Fn(&str, &[Value]) -> Result<Value, i32> + Send + Sync + 'static,
{
    fn request_raw<'a>(
        &'a self,
        method: &'a str,
        params: Option<Box<RawValue>>,
    ) -> RawRpcFuture<'a, Box<RawValue>> {
        let params: Vec<Value> = params
            .map(|raw| serde_json::from_str(raw.get()).unwrap())
            .unwrap_or_default();
        let answer = (self.0)(method, &params);
        Box::pin(async move {
            match answer {
                Ok(value) => Ok(RawValue::from_string(value.to_string()).unwrap()),
                Err(code) => Err(Error::User(UserError {
                    code,
                    message: match code {
                        DISCARDED => "Client error: UnknownBlock: State already discarded".into(),
                        _ => "refused".into(),
                    },
                    data: None,
                })),
            }
        })
    }

    fn subscribe_raw<'a>(
        &'a self,
        _: &'a str,
        _: Option<Box<RawValue>>,
        _: &'a str,
    ) -> RawRpcFuture<'a, RawRpcSubscription> {
        Box::pin(async {
            Ok(RawRpcSubscription {
                stream: Box::pin(futures::stream::empty()),
                id: None,
            })
        })
    }
}
