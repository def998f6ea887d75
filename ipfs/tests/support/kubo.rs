//! A kubo daemon, if one was built (`make kubo`).
#![allow(dead_code, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A daemon with its own repository and without peers, killed when dropped.
pub struct Kubo {
    binary: PathBuf,
    repo: tempfile::TempDir,
    child: Child,
}

/// Returns the program that the variable names, or that `make kubo` has built.
fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("AICPW_KUBO") {
        let named = PathBuf::from(named);
        assert!(named.is_file(), "AICPW_KUBO: no file {}", named.display());
        return Some(named);
    }
    let cache = match std::env::var_os("AICPW_CACHE") {
        Some(cache) => PathBuf::from(cache),
        None => Path::new(&std::env::var_os("HOME")?).join(".cache/aicpw"),
    };
    let built = cache.join("kubo/ipfs");
    built.is_file().then_some(built)
}

impl Kubo {
    /// Starts a daemon. If there is no kubo, returns `None` and prints a line that says so, or
    /// panics if `AICPW_KUBO_REQUIRED` is 1.
    pub fn start() -> Option<Self> {
        let Some(binary) = find() else {
            let how = "build it with `make kubo`, or name it in AICPW_KUBO";
            let required =
                std::env::var_os("AICPW_KUBO_REQUIRED").is_some_and(|value| value == "1");
            assert!(!required, "no kubo, and AICPW_KUBO_REQUIRED=1: {how}");
            let test = std::thread::current();
            let test = test.name().unwrap_or("a test");
            // Not with a macro: what those print is hidden when a test passes.
            let mut seen = std::io::stderr().lock();
            writeln!(seen, "SKIPPED {test}: no kubo; {how}").unwrap();
            return None;
        };
        let repo = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            let output = command(&binary, repo.path())
                .args(arguments)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "ipfs {arguments:?}: {said}");
        };
        // Loopback, free ports, no mDNS, no bootstrap.
        run(&["init", "--profile=test"]);
        run(&["config", "--json", "AutoConf.Enabled", "false"]);
        run(&["config", "Routing.Type", "none"]);
        let listen = r#"["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"]"#;
        run(&["config", "--json", "Addresses.Swarm", listen]);
        let mut child = command(&binary, repo.path())
            .arg("daemon")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("Daemon is ready") {
            let read = stdout.read_line(&mut said).unwrap();
            assert_ne!(read, 0, "kubo did not start: {said}");
        }
        std::thread::spawn(move || for _ in stdout.lines().map_while(Result::ok) {});
        Some(Self {
            binary,
            repo,
            child,
        })
    }

    /// Runs a command of kubo's with `input`, and returns what it prints.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = command(&self.binary, self.repo.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "ipfs {arguments:?}: {said}");
        writer.join().unwrap().unwrap();
        output.stdout
    }

    fn text(&self, arguments: &[&str], input: &[u8]) -> String {
        String::from_utf8(self.run(arguments, input))
            .unwrap()
            .trim()
            .to_owned()
    }

    /// Adds a file and returns its CID.
    pub fn add(&self, content: &[u8], options: &[&str]) -> String {
        let arguments = [&["add", "-Q"], options].concat();
        self.text(&arguments, content)
    }

    pub fn cat(&self, cid: &str) -> Vec<u8> {
        self.run(&["cat", "--timeout=100s", cid], b"")
    }

    /// Returns an address for `transport`, `tcp` or `quic`.
    pub fn address(&self, transport: &str) -> String {
        let addresses = self.text(&["id", "-f", "<addrs>"], b"");
        let fits =
            |address: &&str| address.contains(transport) && !address.contains("webtransport");
        addresses.lines().find(fits).unwrap().to_owned()
    }

    /// Returns where its RPC is, as kubo itself writes it down.
    pub fn api(&self) -> String {
        std::fs::read_to_string(self.repo.path().join("api")).unwrap()
    }
}

impl Drop for Kubo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(binary: &Path, repo: &Path) -> Command {
    let mut command = Command::new(binary);
    command.env("IPFS_PATH", repo).env("IPFS_TELEMETRY", "off");
    command
}
