use super::*;
use std::sync::{Arc, Mutex};

use crate::chain::fake;

const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

/// A fake node with one upload, which remembers what it was asked.
#[derive(Clone, Default)]
struct Node {
    content: Arc<Mutex<Vec<u8>>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// The parameters of the last call.
    params: Arc<Mutex<Vec<serde_json::Value>>>,
    answers: Arc<Vec<(&'static str, serde_json::Value)>>,
}

impl Node {
    fn answering(answers: Vec<(&'static str, serde_json::Value)>) -> (Self, RpcClient) {
        let node = Self {
            answers: Arc::new(answers),
            ..Self::default()
        };
        let asked = node.clone();
        let client = fake::client(move |method, params| {
            let answer = asked.answer(method, params);
            let refusal = answer.get("refused").and_then(|code| code.as_i64());
            match refusal {
                Some(code) => Err(code as i32),
                None => Ok(answer),
            }
        });
        (node, client)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn answer(&self, method: &str, params: &[serde_json::Value]) -> serde_json::Value {
        self.asked.lock().unwrap().push(method.into());
        *self.params.lock().unwrap() = params.to_vec();
        let mut content = self.content.lock().unwrap();
        match method {
            "aicpw_ipfsAddOpen" => "upload-1".into(),
            "aicpw_ipfsAddWrite" => {
                assert_eq!(params[0], "upload-1");
                content.extend(BASE64.decode(params[1].as_str().unwrap()).unwrap());
                content.len().into()
            }
            "aicpw_ipfsAddFinish" => serde_json::json!({ "cid": CID, "size": content.len() }),
            "aicpw_ipfsAddAbort" => serde_json::Value::Null,
            "aicpw_ipfsStat" => serde_json::json!({ "cid": CID, "size": content.len() }),
            "aicpw_ipfsRead" => {
                let [offset, len] = [&params[1], &params[2]].map(|n| n.as_u64().unwrap() as usize);
                let piece: Vec<u8> = content.iter().skip(offset).take(len).copied().collect();
                BASE64.encode(piece).into()
            }
            method => {
                let known = self.answers.iter().find(|(name, _)| *name == method);
                known.unwrap_or_else(|| panic!("{method}")).1.clone()
            }
        }
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 253) as u8).collect()
}

#[tokio::test]
async fn a_file_goes_up_in_pieces_and_comes_down_again() {
    let (node, client) = Node::answering(vec![]);
    let rpc = NodeRpc(&client);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let content = bytes(2 * CHUNK_BYTES as usize + 7);
    std::fs::write(&path, &content).unwrap();
    let told = Mutex::new(Vec::new());
    let cid = rpc
        .add_file(&path, |done| told.lock().unwrap().push(done))
        .await
        .unwrap();
    assert_eq!(cid.to_string(), CID);
    assert_eq!(*node.content.lock().unwrap(), content);
    let told = told.into_inner().unwrap();
    assert_eq!(told, [0, CHUNK_BYTES, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 7]);
    assert_eq!(
        read_all(&rpc, &cid, content.len() as u64).await.unwrap(),
        content
    );
}

#[tokio::test]
async fn what_is_empty_can_be_added() {
    let (node, client) = Node::answering(vec![]);
    NodeRpc(&client).add_bytes(&[]).await.unwrap();
    assert_eq!(node.asked(), ["aicpw_ipfsAddOpen", "aicpw_ipfsAddFinish"]);
}

#[tokio::test]
async fn a_length_that_changes_ends_the_upload() {
    let (node, client) = Node::answering(vec![]);
    let rpc = NodeRpc(&client);
    for length in [9, 11] {
        let error = rpc.add(&bytes(10)[..], length, |_| {}).await.unwrap_err();
        assert!(error.message.contains("changed"), "{error}");
        assert_eq!(node.asked().last().unwrap(), "aicpw_ipfsAddAbort");
    }
}

#[tokio::test]
async fn devices_and_keys_as_the_node_says_them() {
    let (_, client) = Node::answering(vec![
        (
            "aicpw_localDevices",
            serde_json::json!([{
                "kind": "cpu",
                "engine": "opencl",
                "name": "pthread",
                "fingerprint": format!("0x{}", "07".repeat(32)),
                "classes": { "int": true, "fp32Strict": false, "device": true },
                "gflops": 40,
                "memory": 8000,
                "bandwidth": 100,
                "memoryGigabytesPerSecond": 12.5,
                "deviations": ["fp32-strict: exp differs"],
            }]),
        ),
        (
            "aicpw_workerKeys",
            serde_json::json!({
                "worker": format!("0x{}", "01".repeat(32)),
                "sealingKey": format!("0x{}", "02".repeat(32)),
                "proof": { "recentBlock": 9, "signature": format!("0x{}", "03".repeat(64)) },
            }),
        ),
    ]);
    let rpc = NodeRpc(&client);
    let devices = rpc.local_devices().await.unwrap();
    assert_eq!(devices[0].spec.fingerprint, [7; 32]);
    assert_eq!(devices[0].spec.gflops.0, 40);
    assert_eq!(devices[0].memory_gigabytes_per_second, Some(12.5));
    assert_eq!(devices[0].deviations, ["fp32-strict: exp differs"]);
    let keys = rpc.worker_keys(Account([1; 32])).await.unwrap();
    assert_eq!((keys.worker, keys.sealing_key), ([1; 32], [2; 32]));
    assert_eq!(
        keys.proof,
        WorkerProof {
            recent_block: 9,
            signature: [3; 64]
        }
    );
}

#[tokio::test]
async fn one_device_is_measured_by_its_fingerprint() {
    let device = serde_json::json!({
        "kind": "cpu",
        "engine": "opencl",
        "name": "pthread",
        "fingerprint": format!("0x{}", "07".repeat(32)),
        "classes": { "int": true, "fp32Strict": true, "device": true },
        "gflops": 41,
        "memory": 8000,
        "bandwidth": 100,
        "deviations": [],
    });
    let (node, client) = Node::answering(vec![("aicpw_measureDevice", device)]);
    let measured = NodeRpc(&client).measure_device(&[7; 32]).await.unwrap();
    assert_eq!(measured.spec.gflops.0, 41);
    // Like an answer of an older node.
    assert_eq!(measured.memory_gigabytes_per_second, None);
    assert_eq!(node.asked(), ["aicpw_measureDevice"]);
    let params = node.params.lock().unwrap().clone();
    assert_eq!(params, [format!("0x{}", "07".repeat(32))]);
}

#[tokio::test]
async fn what_is_not_offered_says_what_to_do() {
    let refused = |code: i32| serde_json::json!({ "refused": code });
    let (node, client) = Node::answering(vec![
        ("aicpw_ipfsAddresses", refused(-32601)),
        ("aicpw_localDevices", refused(7_010)),
        ("aicpw_measureDevice", refused(7_012)),
        ("aicpw_ipfsPin", refused(7_003)),
    ]);
    let rpc = NodeRpc(&client);
    let error = rpc.addresses().await.unwrap_err();
    assert!(error.to_string().contains("a node of your own"), "{error}");
    assert_eq!(rpc.local_devices().await.unwrap_err().kind, Kind::Timeout);
    assert_eq!(
        node.asked().len() as u32,
        1 + MEASURING_TRIES,
        "asked again while it measures"
    );
    // Nobody knows when a job ends, so that is not waited for.
    let before = node.asked().len();
    let busy = rpc.measure_device(&[7; 32]).await.unwrap_err();
    assert_ne!(busy.kind, Kind::Timeout);
    assert_eq!(node.asked().len(), before + 1);
    assert_eq!(
        rpc.pin(&CID.parse().unwrap()).await.unwrap_err().kind,
        Kind::Timeout
    );
}
