//! Starts the process, and restarts it.

use super::error::DaemonError;
use super::rpc::KuboRpc;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

/// How long the process may take to become ready: a store of many blocks is read through at the
/// start.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// How often a starting process is asked whether it is ready.
const READY_POLL: Duration = Duration::from_millis(20);

/// The pause before the process is started again; doubles with every failure in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A process that ran for this long did not fail because of how it was started.
const RAN_WELL: Duration = Duration::from_secs(60);

/// How long the process may take to end after it was told to.
const GRACE: Duration = Duration::from_secs(10);

/// How many lines of the process's output are kept, for errors.
const KEPT_LINES: usize = 12;

/// The program to start.
pub(super) struct Program {
    pub(super) binary: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) rpc: KuboRpc,
}

/// The state of the process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Whether it answers.
    pub(super) ready: bool,
    /// How often it has ended by itself.
    pub(super) ends: u64,
}

/// A process that has answered once. It is killed when dropped.
pub(super) struct Running {
    child: Child,
    /// The process ends when this is closed. It is not left in `child`, because waiting would close
    /// it there.
    stdin: Option<ChildStdin>,
    said: Said,
    since: Instant,
}

/// The last lines that a process wrote to its standard error.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<VecDeque<String>>>);

impl Program {
    /// Starts the process and waits until it answers.
    pub(super) async fn start(&self) -> Result<Running, DaemonError> {
        let mut child = Command::new(&self.binary)
            .args(&self.arguments)
            // Ctrl-C is for the node, which then ends the process in good order.
            .process_group(0)
            // The child ends when this pipe is closed, however this process ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| DaemonError::System {
                action: "start",
                path: self.binary.clone(),
                source,
            })?;
        let stdin = child.stdin.take();
        let said = Said::default();
        let listening = child
            .stderr
            .take()
            .map(|stderr| tokio::spawn(said.clone().listen(stderr)));

        let deadline = Instant::now() + READY_TIMEOUT;
        loop {
            tokio::select! {
                status = child.wait() => {
                    let status = status.map_err(|source| DaemonError::System {
                        action: "watch",
                        path: self.binary.clone(),
                        source,
                    })?;
                    if let Some(listening) = listening {
                        let _ = listening.await;
                    }
                    return Err(DaemonError::Ended { status, said: said.text() });
                }
                answered = self.rpc.ping() => match answered {
                    Ok(()) => return Ok(Running { child, stdin, said, since: Instant::now() }),
                    Err(_) if Instant::now() >= deadline => {
                        let (waited, said) = (READY_TIMEOUT, said.text());
                        return Err(DaemonError::NotReady { waited, said });
                    }
                    Err(_) => tokio::time::sleep(READY_POLL).await,
                },
            }
        }
    }
}

impl Running {
    async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Tells the process to end, and kills it if it does not.
    async fn stop(mut self) {
        drop(self.stdin.take());
        if tokio::time::timeout(GRACE, self.child.wait())
            .await
            .is_err()
        {
            tracing::warn!("aicpw-ipfs does not end; killing it");
            let _ = self.child.kill().await;
        }
    }
}

/// Keeps the program running until told to stop. `standing` shows its state.
pub(super) async fn supervise(
    program: Program,
    first: Running,
    standing: watch::Sender<Standing>,
    stop: oneshot::Receiver<()>,
) {
    let mut running = first;
    let mut pause = FIRST_PAUSE;
    let mut stop = std::pin::pin!(stop);
    loop {
        let status = tokio::select! {
            status = running.ended() => status,
            _ = &mut stop => {
                standing.send_modify(|standing| standing.ready = false);
                return running.stop().await;
            }
        };
        standing.send_modify(|standing| {
            standing.ready = false;
            standing.ends += 1;
        });
        let ends = standing.borrow().ends;
        tracing::warn!(?status, ends, said = %running.said.text(), "aicpw-ipfs ended; starting it again");
        if running.since.elapsed() >= RAN_WELL {
            pause = FIRST_PAUSE;
        }
        running = loop {
            let started = async {
                tokio::time::sleep(pause).await;
                program.start().await
            };
            let started = tokio::select! {
                started = started => started,
                _ = &mut stop => return,
            };
            pause = (pause * 2).min(LONGEST_PAUSE);
            match started {
                Ok(running) => break running,
                Err(error) => tracing::error!(%error, ?pause, "cannot start aicpw-ipfs again"),
            }
        };
        tracing::info!("aicpw-ipfs is ready again");
        standing.send_modify(|standing| standing.ready = true);
    }
}

impl Said {
    async fn listen(self, stderr: ChildStderr) {
        let mut lines = BufReader::new(stderr).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            tracing::debug!(target: "aicpw_ipfs", "{line}");
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() == KEPT_LINES {
                kept.pop_front();
            }
            kept.push_back(line);
        }
    }

    fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.len() {
            0 => "nothing".into(),
            _ => kept.iter().cloned().collect::<Vec<_>>().join("\n"),
        }
    }
}
