//! The `aicpw-ipfs` process, as the node sees it.

use super::error::DaemonError;
use super::rpc::KuboRpc;
use super::supervise::{self, Program, Running, Standing};
use super::PeerAddress;
use crate::locate;
use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The name of the program.
pub const BINARY: &str = "aicpw-ipfs";

/// The longest path of a Unix socket on Linux, without the terminating zero.
const MAX_SOCKET_PATH: usize = 107;

/// How long the process of a killed node may take to end: it lets its requests end first.
const TAKE_OVER: Duration = Duration::from_secs(30);

/// How often to check whether it has ended.
const TAKE_OVER_POLL: Duration = Duration::from_millis(50);

/// Finds `aicpw-ipfs`: `explicit` if given, otherwise beside the running program, and then in
/// `$PATH`.
///
/// # Errors
/// [`DaemonError::NoBinary`] with the places that were searched.
pub fn find_binary(explicit: Option<&Path>) -> Result<PathBuf, DaemonError> {
    locate::find(BINARY, explicit).map_err(|looked_at| DaemonError::NoBinary { looked_at })
}

/// How the process is started.
#[derive(Debug, Clone, Default)]
pub struct DaemonConfig {
    /// The program, if it is neither beside the running one nor in `$PATH`.
    pub binary: Option<PathBuf>,
    /// The folder for its identity, its blocks and its socket; made if missing.
    pub folder: PathBuf,
    /// The multiaddresses on which it listens for peers. With port 0 they change at every start.
    pub listen: Vec<String>,
    /// Further multiaddresses at which peers reach it.
    pub external_addresses: Vec<String>,
    /// Bootnodes: it stays connected to them, tells them what it has, and asks them who has what.
    pub bootstrap: Vec<PeerAddress>,
    /// Relays through which peers reach it if they cannot dial it.
    pub relays: Vec<PeerAddress>,
    /// Whether it is a bootnode for others, and a relay.
    pub bootnode: bool,
    /// The most bytes that its store may hold.
    pub storage_max: Option<u64>,
    /// The bytes that it leaves free on its disk, if not its own default.
    pub disk_reserve: Option<u64>,
    /// The most bytes of memory that it may take, if not its own default.
    pub memory_max: Option<u64>,
    /// Whether peers that strangers name are also dialled at private addresses.
    pub allow_private_ip: bool,
}

/// A running `aicpw-ipfs`. It is started again when it ends by itself. It is ended when this value
/// is dropped, and also when this process dies without dropping anything.
#[derive(Debug)]
pub struct Daemon {
    rpc: KuboRpc,
    stop: Option<oneshot::Sender<()>>,
    supervisor: JoinHandle<()>,
    /// Removed after the process has ended.
    _socket_folder: Option<RemoveFolder>,
}

impl Daemon {
    /// Starts the process and waits until it answers.
    ///
    /// # Errors
    /// When the program is missing, ends at once (the error has its last words), does not become
    /// ready, or another process continues to use the folder. Later failures are not reported but
    /// repaired.
    pub async fn start(config: DaemonConfig) -> Result<Self, DaemonError> {
        let binary = find_binary(config.binary.as_deref())?;
        private_folder(&config.folder, true)?;
        let (socket, socket_folder) = socket_for(&config.folder)?;
        let rpc = KuboRpc::unix(&socket)?.allow_private_ip(config.allow_private_ip);
        let program = Program {
            binary,
            arguments: arguments(&config, &socket),
            rpc: rpc.clone(),
        };

        let first = take_over(&program, &socket).await?;
        let (tell, standing) = watch::channel(Standing {
            ready: true,
            ends: 0,
        });
        let (stop, stopped) = oneshot::channel();
        let supervisor = tokio::spawn(supervise::supervise(program, first, tell, stopped));
        let rpc = rpc.supervised(standing);
        Ok(Self {
            rpc,
            stop: Some(stop),
            supervisor,
            _socket_folder: socket_folder,
        })
    }

    /// Returns a store backed by the process. While the process is being started again, new
    /// operations wait; those that were running fail.
    pub fn store(&self) -> KuboRpc {
        self.rpc.clone()
    }

    /// Ends the process and waits until it is gone.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // The supervisor ends by itself now; its own thread has reported any panic.
        let _ = (&mut self.supervisor).await;
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // This also drops the process, which kills it.
        self.supervisor.abort();
    }
}

/// Starts the process, once the process of an earlier node has ended. That one ends by itself when
/// its node does, but if a killed node is started again it may still answer on the socket or hold
/// the repository.
async fn take_over(program: &Program, socket: &Path) -> Result<Running, DaemonError> {
    let deadline = Instant::now() + TAKE_OVER;
    let mut told = false;
    loop {
        let error = if program.rpc.ping().await.is_ok() {
            DaemonError::InUse {
                socket: socket.to_owned(),
            }
        } else {
            match program.start().await {
                Err(error) if error.is_repository_in_use() => error,
                started => return started,
            }
        };
        if Instant::now() >= deadline {
            return Err(error);
        }
        if !std::mem::replace(&mut told, true) {
            tracing::info!("waiting for the aicpw-ipfs of the node before this one to end");
        }
        tokio::time::sleep(TAKE_OVER_POLL).await;
    }
}

fn arguments(config: &DaemonConfig, socket: &Path) -> Vec<std::ffi::OsString> {
    let mut arguments: Vec<std::ffi::OsString> = vec![
        "--repo".into(),
        config.folder.join("repo").into(),
        "--rpc-socket".into(),
        socket.into(),
        "--exit-with-parent".into(),
    ];
    for address in &config.listen {
        arguments.extend(["--listen".into(), address.into()]);
    }
    for address in &config.external_addresses {
        arguments.extend(["--external-address".into(), address.into()]);
    }
    for peer in &config.bootstrap {
        arguments.extend(["--bootstrap".into(), peer.to_string().into()]);
    }
    for relay in &config.relays {
        arguments.extend(["--relay".into(), relay.to_string().into()]);
    }
    if config.bootnode {
        arguments.push("--bootnode".into());
    }
    if let Some(bytes) = config.storage_max {
        arguments.extend(["--storage-max".into(), bytes.to_string().into()]);
    }
    if let Some(bytes) = config.disk_reserve {
        arguments.extend(["--disk-reserve".into(), bytes.to_string().into()]);
    }
    if let Some(bytes) = config.memory_max {
        arguments.extend(["--memory-max".into(), bytes.to_string().into()]);
    }
    arguments
}

/// Returns a place for the socket: in `folder`, or in a new folder if that path would be too long
/// for a socket.
fn socket_for(folder: &Path) -> Result<(PathBuf, Option<RemoveFolder>), DaemonError> {
    let near = folder.join("rpc.sock");
    if near.as_os_str().len() <= MAX_SOCKET_PATH {
        return Ok((near, None));
    }
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let name = format!("aicpw-ipfs-{}-{count}", std::process::id());
    let short = std::env::temp_dir().join(name);
    // Not an existing folder: in a shared place it might be somebody else's.
    private_folder(&short, false)?;
    Ok((short.join("rpc.sock"), Some(RemoveFolder(short))))
}

/// Makes a folder that nobody else can enter.
fn private_folder(path: &Path, may_exist: bool) -> Result<(), DaemonError> {
    let failed = |action| {
        move |source: io::Error| DaemonError::System {
            action,
            path: path.to_owned(),
            source,
        }
    };
    DirBuilder::new()
        .recursive(may_exist)
        .mode(0o700)
        .create(path)
        .map_err(failed("create"))?;
    std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(failed("protect"))
}

#[derive(Debug)]
struct RemoveFolder(PathBuf);

impl Drop for RemoveFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_program_is_not_it_is_said_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let error = find_binary(Some(&dir.path().join("no"))).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("/no") && error.contains("make build"),
            "{error}"
        );
    }

    #[test]
    fn memory_is_limited_by_the_node_only_if_it_is_told_to() {
        let of = |memory_max| {
            let config = DaemonConfig {
                memory_max,
                ..Default::default()
            };
            let arguments = arguments(&config, Path::new("/x"));
            let at = arguments.iter().position(|a| a == "--memory-max")?;
            Some(arguments[at + 1].to_str().unwrap().to_owned())
        };
        assert_eq!(of(None), None);
        assert_eq!(of(Some(1 << 30)).as_deref(), Some("1073741824"));
    }

    #[test]
    fn sockets_are_near_unless_the_path_is_too_long() {
        let dir = tempfile::tempdir().unwrap();
        let (near, none) = socket_for(dir.path()).unwrap();
        assert_eq!(near, dir.path().join("rpc.sock"));
        assert!(none.is_none());

        let (short, folder) = socket_for(&dir.path().join("x".repeat(100))).unwrap();
        assert!(short.as_os_str().len() <= MAX_SOCKET_PATH);
        let parent = short.parent().unwrap().to_owned();
        let mode = std::fs::metadata(&parent).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
        drop(folder);
        assert!(!parent.exists());
    }
}
