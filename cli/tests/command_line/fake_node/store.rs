//! The fake node's IPFS store. It has the same content under every CID but three, and reaches no peer. It searches for
//! ever for anything that it is told to keep, except for content that nobody has.

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use base64::{engine::general_purpose::STANDARD as BASE64, Engine as _};
use jsonrpsee::{server::RpcModule, types::ErrorObjectOwned};
use serde_json::json;

use super::{methods::unknown, MANIFEST};

/// The node's peer id.
pub const PEER: &str = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";

/// The CID of content that nobody has.
pub const NOWHERE: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

/// The CID of content of which only the beginning arrives.
pub const STALLED: &str = "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy";

/// The CID of content that ends within a character.
pub const CUT: &str = "bafkreihecflvlmp37tgskalslvup2767oxq2zxsop4ipvuci7ikjo5hjou";

/// The length of the content in bytes.
const LENGTH: usize = 512;

/// What the store was told to do, in order, and with which CID or address. Of reads, only those of [`STALLED`] are
/// recorded.
pub type Asked = Arc<Mutex<Vec<(&'static str, String)>>>;

/// A manifest that is as long as a result of its own task.
pub(super) fn content() -> String {
    let manifest = json!({
        "version": "aicpw.task/v1", "name": "store", "engine": "opencl", "class": "int",
        "program": { "cid": MANIFEST },
        "buffers": [{ "name": "x", "type": "char", "length": LENGTH }],
        "steps": [{ "kernel": "f", "args": [{ "buffer": "x" }], "global": [1] }],
        "outputs": ["x"],
    });
    format!("{:<LENGTH$}", manifest.to_string())
}

/// The content under a CID.
fn content_of(cid: &str) -> Vec<u8> {
    let mut content = content().into_bytes();
    if cid == CUT {
        // Two of the three bytes of a character.
        content.truncate(LENGTH - 2);
        content.extend([0xe2, 0x82]);
    }
    content
}

/// Adds the store's methods to those of a node.
pub fn add_to<T: Send + Sync + 'static>(module: &mut RpcModule<T>, asked: &Asked) {
    module
        .register_method("aicpw_ipfsAddresses", |_, _, _| {
            json!([format!("/ip4/127.0.0.1/tcp/4001/p2p/{PEER}")])
        })
        .unwrap();
    module
        .register_method("aicpw_ipfsStat", |params, _, _| {
            let cid: String = params.one()?;
            match cid == NOWHERE {
                true => Err(unknown(&cid)),
                false => Ok(json!({ "cid": cid, "size": LENGTH })),
            }
        })
        .unwrap();
    let noted = Arc::clone(asked);
    module
        .register_async_method("aicpw_ipfsRead", move |params, _, _| {
            let asked = params.parse::<(String, usize, usize)>();
            let noted = Arc::clone(&noted);
            async move {
                let (cid, offset, len) = asked?;
                if cid == STALLED {
                    noted.lock().unwrap().push(("read", cid.clone()));
                    pending::<()>().await;
                }
                let content = content_of(&cid).into_iter();
                let piece: Vec<u8> = content.skip(offset).take(len).collect();
                Ok::<_, ErrorObjectOwned>(BASE64.encode(piece))
            }
        })
        .unwrap();
    let noted = Arc::clone(asked);
    module
        .register_method("aicpw_ipfsUnpin", move |params, _, _| {
            let cid: String = params.one()?;
            noted.lock().unwrap().push(("unpin", cid));
            Ok::<_, ErrorObjectOwned>(())
        })
        .unwrap();
    let noted = Arc::clone(asked);
    module
        .register_method("aicpw_ipfsConnect", move |params, _, _| {
            let (address, of_stranger): (String, bool) = match params.one() {
                Ok(address) => (address, false),
                Err(_) => params.parse()?,
            };
            let error = unknown(&address);
            let what = match of_stranger {
                true => "connect to stranger",
                false => "connect",
            };
            noted.lock().unwrap().push((what, address));
            Err::<(), ErrorObjectOwned>(error)
        })
        .unwrap();
    let noted = Arc::clone(asked);
    module
        .register_async_method("aicpw_ipfsPin", move |params, _, _| {
            let cid = params.one::<String>();
            let noted = Arc::clone(&noted);
            async move {
                let cid = cid?;
                let error = (cid == NOWHERE).then(|| unknown(&cid));
                noted.lock().unwrap().push(("pin", cid));
                match error {
                    Some(error) => Err(error),
                    None => pending::<Result<(), ErrorObjectOwned>>().await,
                }
            }
        })
        .unwrap();
}
