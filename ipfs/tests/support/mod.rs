//! A running `aicpw-ipfs` and a client of its RPC.
#![allow(dead_code, clippy::unwrap_used)]

pub mod kubo;

use bytes::Bytes;
use futures::stream;
use http_body::Frame;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tokio::net::UnixStream;

/// Nothing here takes that long; a test that hangs says where it hangs.
const HANG: Duration = Duration::from_secs(120);

/// A daemon with its own repository, killed when dropped.
pub struct Daemon {
    child: Child,
    dir: Dir,
}

/// A private folder that outlives the daemon in it.
pub struct Dir(tempfile::TempDir);

impl Dir {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        Self(dir)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn socket(&self) -> PathBuf {
        self.path().join("rpc.sock")
    }
}

/// Returns the command line of a daemon in `dir`, without network addresses.
pub fn command(dir: &Dir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aicpw-ipfs"));
    command
        .arg("--repo")
        .arg(dir.path().join("repo"))
        .arg("--rpc-socket")
        .arg(dir.socket())
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// The answer to a command.
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
    pub stream_error: Option<String>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {:?}", self.status, self.body))
    }

    /// Returns the message of an error.
    pub fn message(&self) -> String {
        let json = self.json();
        assert_eq!(json["Type"], "error");
        json["Message"].as_str().unwrap().to_owned()
    }

    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{:?}", self.body);
        assert_eq!(self.stream_error, None);
        self
    }
}

impl Daemon {
    pub fn start(extra: &[&str]) -> Self {
        Self::start_in(Dir::new(), extra)
    }

    /// Starts a daemon that listens on loopback, and waits until it says that it is ready.
    pub fn start_in(dir: Dir, extra: &[&str]) -> Self {
        let listen = ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"];
        Self::start_with(dir, &listen, extra)
    }

    /// Starts a daemon that listens on `listen`.
    pub fn start_with(dir: Dir, listen: &[&str], extra: &[&str]) -> Self {
        let mut command = command(&dir);
        command.arg("--exit-with-parent").stdin(Stdio::piped());
        for address in listen {
            command.args(["--listen", address]);
        }
        let mut child = command.args(extra).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("ready") {
            let read = stderr.read_line(&mut said).unwrap();
            assert_ne!(read, 0, "the daemon did not start: {said}");
        }
        // What the daemon prints from now on belongs to the output of the test.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                eprintln!("{line}");
            }
        });
        Self { child, dir }
    }

    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// Asks it to stop as `how` does, and returns how it ended and its folder.
    pub fn stop(mut self, how: impl FnOnce(&mut Child)) -> (ExitStatus, Dir) {
        how(&mut self.child);
        let status = self.child.wait().unwrap();
        let dir = std::mem::replace(&mut self.dir, Dir::new());
        (status, dir)
    }

    /// Calls a command, as a client that takes trailers.
    pub async fn call(&self, command: &str, query: &[(&str, &str)]) -> Answer {
        let request = request(command, query)
            .header("te", "trailers")
            .body(Empty::new())
            .unwrap();
        self.send(request).await.unwrap()
    }

    /// Calls a command, as a client that takes no trailers.
    pub async fn call_plainly(
        &self,
        command: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer, hyper::Error> {
        self.send(request(command, query).body(Empty::new()).unwrap())
            .await
    }

    /// Adds a file, sent in pieces and without its length, as a file of any size is.
    pub async fn add(&self, content: Vec<u8>, query: &[(&str, &str)]) -> Answer {
        let head = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"input\"\r\n\
                    Content-Type: application/octet-stream\r\n\r\n";
        let content = Bytes::from(content);
        let mut pieces = vec![Bytes::from(head)];
        for at in (0..content.len()).step_by(50_000) {
            pieces.push(content.slice(at..content.len().min(at + 50_000)));
        }
        pieces.push(Bytes::from("\r\n--cut--\r\n"));
        let frames = pieces
            .into_iter()
            .map(|piece| Ok::<_, Infallible>(Frame::data(piece)));
        let request = request("add", query)
            .header("content-type", "multipart/form-data; boundary=cut")
            .body(StreamBody::new(stream::iter(frames)))
            .unwrap();
        self.send(request).await.unwrap()
    }

    async fn send<B>(&self, request: Request<B>) -> Result<Answer, hyper::Error>
    where
        B: http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static,
    {
        let stream = UnixStream::connect(self.dir.socket()).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // The connection ends when the sender is dropped.
        tokio::spawn(connection);
        let answer = async {
            let response: Response<Incoming> = sender.send_request(request).await?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await?;
            let error = body
                .trailers()
                .and_then(|trailers| trailers.get("x-stream-error"));
            let stream_error = error.map(|error| error.to_str().unwrap().to_owned());
            Ok(Answer {
                status: parts.status.as_u16(),
                stream_error,
                body: body.to_bytes(),
            })
        };
        tokio::time::timeout(HANG, answer)
            .await
            .expect("the daemon hangs")
    }

    /// Adds a file and returns its CID.
    pub async fn cid_of(&self, content: Vec<u8>, query: &[(&str, &str)]) -> String {
        self.add(content, query).await.ok().json()["Hash"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn cat(&self, cid: &str) -> Bytes {
        self.call("cat", &[("arg", cid)]).await.ok().body
    }

    pub async fn addresses(&self) -> Vec<String> {
        let id = self.call("id", &[]).await.ok().json();
        let addresses = id["Addresses"].as_array().unwrap();
        addresses
            .iter()
            .map(|address| address.as_str().unwrap().to_owned())
            .collect()
    }

    /// Connects to `other` over `transport`, `tcp` or `quic`.
    pub async fn connect(&self, other: &Self, transport: &str) {
        let addresses = other.addresses().await;
        let fits = |address: &&String| address.contains(transport);
        let address = addresses.iter().find(fits).unwrap();
        self.call("swarm/connect", &[("arg", address)]).await.ok();
    }

    pub async fn wantlist(&self) -> Vec<String> {
        let list = self.call("bitswap/wantlist", &[]).await.ok().json();
        let keys = list["Keys"].as_array().unwrap();
        keys.iter()
            .map(|key| key["/"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn request(command: &str, query: &[(&str, &str)]) -> hyper::http::request::Builder {
    // No value in these tests needs escaping.
    let query: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Request::post(format!("/api/v0/{command}?{}", query.join("&"))).header("host", "localhost")
}

/// Returns bytes that do not repeat.
pub fn content(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Asks until `condition` holds; panics if it never does.
pub async fn until<F: std::future::Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let wait = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .unwrap_or_else(|_| panic!("never happened: {what}"));
}
