//! The Unix socket on which the RPC is served.

use anyhow::Context;
use axum::Router;
use std::fs::{DirBuilder, Permissions};
use std::future::{Future, IntoFuture};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};

/// The longest path of a Unix socket on Linux, without the terminating zero.
const MAX_PATH: usize = 107;

/// How long running requests may take to end after a shutdown was asked for.
const GRACE: Duration = Duration::from_secs(3);

/// A bound socket, removed when dropped.
pub struct Socket {
    listener: UnixListener,
    path: Remove,
}

struct Remove(PathBuf);

impl Drop for Remove {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Binds `path` with mode 0600, in a folder that nobody else can write to.
///
/// # Errors
/// When the path is too long, its folder is open to others, or a process serves it already.
pub async fn bind(path: &Path) -> anyhow::Result<Socket> {
    let name = path.display();
    anyhow::ensure!(
        path.as_os_str().len() <= MAX_PATH,
        "socket path {name} is longer than {MAX_PATH} bytes; choose a shorter one"
    );
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mode = std::fs::metadata(folder)?.permissions().mode() & 0o777;
    anyhow::ensure!(
        mode & 0o077 == 0,
        "{} has mode {mode:o}; whoever reaches the socket controls the node, so make it 0700",
        folder.display()
    );
    remove_stale(path).await?;
    let listener = UnixListener::bind(path).with_context(|| format!("cannot bind {name}"))?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(Socket {
        listener,
        path: Remove(path.to_owned()),
    })
}

/// Removes the socket of a process that was killed.
async fn remove_stale(path: &Path) -> anyhow::Result<()> {
    let Ok(found) = std::fs::symlink_metadata(path) else {
        return Ok(());
    };
    let name = path.display();
    anyhow::ensure!(
        found.file_type().is_socket(),
        "{name} exists and is not a socket"
    );
    anyhow::ensure!(
        UnixStream::connect(path).await.is_err(),
        "another process serves {name} already"
    );
    std::fs::remove_file(path).with_context(|| format!("cannot remove the stale {name}"))
}

/// Serves until `shutdown`, then lets running requests end for [`GRACE`].
pub async fn serve(
    socket: Socket,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let Socket { listener, path } = socket;
    let (told, tell) = tokio::sync::oneshot::channel();
    let graceful = async move {
        shutdown.await;
        let _ = told.send(());
    };
    let server = axum::serve(listener, router).with_graceful_shutdown(graceful);
    let out_of_patience = async {
        let _ = tell.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = server.into_future() => result?,
        () = out_of_patience => tracing::debug!("requests were cut off by the shutdown"),
    }
    drop(path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private_dir() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();
        dir
    }

    #[tokio::test]
    async fn socket_and_new_folder_are_private() {
        let dir = private_dir();
        let path = dir.path().join("new/rpc.sock");
        let socket = bind(&path).await.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        drop(socket);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_served_socket_is_not_taken_over_and_a_stale_one_is() {
        let dir = private_dir();
        let path = dir.path().join("rpc.sock");
        let socket = bind(&path).await.unwrap();
        let error = bind(&path).await.err().unwrap().to_string();
        assert!(error.contains("already"), "{error}");
        // What a killed process leaves: the file, with nobody behind it.
        let Socket {
            listener,
            path: remove,
        } = socket;
        std::mem::forget(remove);
        drop(listener);
        assert!(path.exists());
        bind(&path).await.unwrap();
    }

    #[tokio::test]
    async fn open_folders_foreign_files_and_long_paths_are_refused() {
        let dir = private_dir();
        let file = dir.path().join("file");
        std::fs::write(&file, b"mine").unwrap();
        assert!(bind(&file)
            .await
            .err()
            .unwrap()
            .to_string()
            .contains("not a socket"));
        assert_eq!(std::fs::read(&file).unwrap(), b"mine");

        let long = dir.path().join("x".repeat(120));
        assert!(bind(&long)
            .await
            .err()
            .unwrap()
            .to_string()
            .contains("longer than"));

        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        let error = bind(&dir.path().join("rpc.sock"))
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("make it 0700"), "{error}");
    }
}
