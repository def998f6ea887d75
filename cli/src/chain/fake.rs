//! A node that a test makes up, without a connection. Whoever subscribes to something at it is as one whose connection
//! is lost.

use serde_json::Value;
use subxt::rpcs::{
    client::{RawRpcFuture, RawRpcSubscription, RawValue},
    Error, RpcClient, RpcClientT, UserError,
};

use super::Chain;

/// The code of a state that the node has no more.
pub const DISCARDED: i32 = 4_003;

/// The chain behind a node that answers calls, of which it is told the method and the parameters; with a number it
/// refuses one, with that code.
pub fn answering<F>(answer: F) -> Chain
where
    F: Fn(&str, &[Value]) -> Result<Value, i32> + Send + Sync + 'static,
{
    Chain::over(client(answer))
}

/// A connection to the same.
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
