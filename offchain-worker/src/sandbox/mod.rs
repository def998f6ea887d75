//! The parent's side of the sandbox: each stage of a job is a process with its own process group and environment,
//! watched and ended as a group.
//!
//! The child locks itself in (Landlock, seccomp, limits) before it touches anything of the job. Whatever it says is
//! data from a stranger.

mod hanging;
mod output;
mod starter;
mod written;

use aicpw_protocol::Hash;
use rustix::process::{kill_process_group, Pid, Signal};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::io::AsyncRead;
use tokio::process::Command;

#[cfg(test)]
pub(crate) use hanging::keep as keep_hanging;
pub(crate) use hanging::{hangs, hangs_for};
pub use output::Log;
pub use written::Allowance;

use crate::blocking;
use written::Written;

/// How long the pipes of a killed process group may stay open.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How long to wait for a process that was killed. A process that hangs in its driver, in the kernel, may never end;
/// the wait then goes on in the background.
const DIES_WITHIN: Duration = Duration::from_secs(30);

/// A process to run.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The file of the one driver that it loads, if it was told to load only one.
    pub driver: Option<PathBuf>,
    /// The device whose job or trial it runs, if it is for one device.
    pub device: Option<Hash>,
    /// Its working folder.
    pub folder: PathBuf,
    /// When the process is killed.
    pub deadline: Instant,
    /// What it may write in its folder, all files together; `None` if that is not checked.
    pub allowance: Option<Allowance>,
}

/// How a process ended.
#[derive(Debug)]
pub struct Exit {
    /// In which way.
    pub how: How,
    /// What it wrote to its standard error.
    pub log: Log,
}

/// In which way a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Killed at the deadline.
    Deadline,
    /// Killed because it said more than it may.
    Flooded,
    /// Wrote more than it may. It was killed, or this was found after it had ended.
    Overfilled,
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "it ended with code {code}"),
            Self::Signal(number) => match signal_name(*number) {
                Some(name) => write!(f, "it was killed by {name}"),
                None => write!(f, "it was killed by signal {number}"),
            },
            Self::Deadline => f.write_str("it was killed at its deadline"),
            Self::Flooded => f.write_str("it was killed because it printed too much"),
            Self::Overfilled => {
                f.write_str("it was stopped because it wrote more to the disk than it may")
            }
        }
    }
}

impl Stage {
    /// Runs the process to its end and passes each line of its standard output to `line`. Dropping the future kills the
    /// process and its group.
    ///
    /// # Errors
    /// When it cannot be started or watched.
    pub async fn run(&self, mut line: impl FnMut(&[u8])) -> io::Result<Exit> {
        let written = self
            .allowance
            .map(|allowance| blocking::run(|| Written::begin(self.folder.clone(), allowance)));
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .process_group(0)
            // By this pipe the child sees that this process is gone, for whatever reason.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = starter::start(command).await?;
        let mut group = Group::of(&child);
        let _alive = child.stdin.take();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());

        let mut log = Log::default();
        let ended = {
            let read = async {
                let time = self.deadline.saturating_duration_since(Instant::now());
                let lines = read_lines(stdout, &mut line, output::most_messages(time));
                let logged = read_log(stderr, &mut log);
                futures::future::try_join(lines, logged).await.map(drop)
            };
            let mut read = std::pin::pin!(read);
            let mut reading = true;
            let deadline = tokio::time::sleep_until(self.deadline.into());
            let mut deadline = std::pin::pin!(deadline);
            let overfilled = async {
                match &written {
                    Some(written) => written.over().await,
                    None => std::future::pending().await,
                }
            };
            let mut overfilled = std::pin::pin!(overfilled);
            let ended = loop {
                tokio::select! {
                    status = child.wait() => break Ok(status?),
                    all = &mut read, if reading => {
                        reading = false;
                        if let Err(output::Flood) = all {
                            break Err(How::Flooded);
                        }
                    }
                    () = &mut deadline => break Err(How::Deadline),
                    () = &mut overfilled => break Err(How::Overfilled),
                }
            };
            // Kills whatever the process started; its pipes are then closed and can be read to their end.
            group.kill();
            if reading && tokio::time::timeout(LAST_WORDS, read).await.is_err() {
                tracing::warn!(program = %self.program.display(), "a process left its group");
            }
            ended
        };
        let how = match ended {
            // Much can be written between two checks.
            Ok(status) if status.success() && is_over(written.as_ref()) => How::Overfilled,
            Ok(status) => how(status),
            Err(killed) => {
                let ended = tokio::time::timeout(DIES_WITHIN, child.wait()).await;
                match ended {
                    Ok(ended) => {
                        ended?;
                    }
                    Err(_) => {
                        tracing::warn!(
                            program = %self.program.display(),
                            "a process was killed and does not end: its driver hangs"
                        );
                        let driver = self.driver.as_deref();
                        hanging::keep(&self.program, driver, self.device, async move {
                            // Nothing is left to do, even if the wait fails.
                            let _ = child.wait().await;
                        });
                    }
                }
                killed
            }
        };
        Ok(Exit { how, log })
    }
}

fn is_over(written: Option<&Written>) -> bool {
    written.is_some_and(|written| blocking::run(|| written.is_over()))
}

fn how(status: ExitStatus) -> How {
    match (status.code(), status.signal()) {
        (Some(code), _) => How::Code(code),
        (None, signal) => How::Signal(signal.unwrap_or(0)),
    }
}

async fn read_lines(
    stdout: Option<impl AsyncRead + Unpin>,
    line: &mut impl FnMut(&[u8]),
    most: u64,
) -> Result<(), output::Flood> {
    match stdout {
        Some(stdout) => output::lines(stdout, line, most).await,
        None => Ok(()),
    }
}

async fn read_log(
    stderr: Option<impl AsyncRead + Unpin>,
    log: &mut Log,
) -> Result<(), output::Flood> {
    match stderr {
        Some(stderr) => output::collect(stderr, log, output::MOST_LOG).await,
        None => Ok(()),
    }
}

/// A process group, killed when dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// Kills the group once: later its number may belong to another group.
    fn kill(&mut self) {
        if let Some(group) = self.0.take() {
            // It may be gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns the name of a signal that ends processes.
fn signal_name(number: i32) -> Option<&'static str> {
    Some(match number {
        libc::SIGABRT => "SIGABRT (it gave up)",
        libc::SIGBUS => "SIGBUS (memory error)",
        libc::SIGFPE => "SIGFPE (arithmetic error)",
        libc::SIGILL => "SIGILL (illegal instruction)",
        libc::SIGINT => "SIGINT",
        libc::SIGKILL => "SIGKILL (out of memory, or killed by the system)",
        libc::SIGSEGV => "SIGSEGV (it touched memory that is not its own)",
        libc::SIGSYS => "SIGSYS (a filter of system calls ended it: no job may start a program, make a process or open a socket)",
        libc::SIGTERM => "SIGTERM",
        libc::SIGXCPU => "SIGXCPU (processor time limit)",
        libc::SIGXFSZ => "SIGXFSZ (file size limit)",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, folder: &std::path::Path, limit: Duration) -> Stage {
        Stage {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("ONLY".into(), "this".into())],
            driver: None,
            device: None,
            folder: folder.to_owned(),
            deadline: Instant::now() + limit,
            allowance: None,
        }
    }

    const LONG: Duration = Duration::from_secs(60);

    async fn run(script: &str, limit: Duration) -> (Exit, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        let mut lines = Vec::new();
        let stage = shell(script, dir.path(), limit);
        let exit = stage
            .run(|line| lines.push(String::from_utf8_lossy(line).into_owned()))
            .await
            .unwrap();
        (exit, lines)
    }

    #[tokio::test]
    async fn lines_log_code_and_a_clean_environment() {
        let (exit, lines) = run("echo one; echo $ONLY$HOME; echo bad >&2; exit 3", LONG).await;
        assert_eq!(exit.how, How::Code(3));
        assert_eq!(lines, ["one", "this"]);
        assert_eq!(exit.log.into_bytes(), b"bad\n");
    }

    #[tokio::test]
    async fn signals_have_names() {
        let (exit, _) = run("kill -SEGV $$", LONG).await;
        assert_eq!(exit.how, How::Signal(libc::SIGSEGV));
        assert!(exit.how.to_string().contains("SIGSEGV"));
    }

    #[tokio::test]
    async fn the_deadline_ends_the_whole_group() {
        // The grandchild holds the pipes; without its death this would not return.
        let (exit, lines) = run("sleep 1000 & echo $!; wait", Duration::from_millis(300)).await;
        assert_eq!(exit.how, How::Deadline);
        assert_eq!(lines.len(), 1);
    }

    /// Regression: a stranger's process that wrote without end kept the node's own threads busy until its deadline.
    #[tokio::test]
    async fn a_flood_ends_the_whole_group() {
        for script in ["yes >&2 & wait", "yes & wait", "exec yes", "exec yes >&2"] {
            let (exit, lines) = run(script, LONG).await;
            assert_eq!(exit.how, How::Flooded, "{script}");
            let said: usize = lines.iter().map(|line| line.len() + 1).sum();
            assert!(said as u64 <= output::most_messages(LONG), "{said}");
            assert!(exit.log.into_bytes().len() < 1 << 20);
        }
    }

    /// A stranger's compiler can write many files, none of which is too long.
    #[tokio::test]
    async fn who_writes_more_than_it_may_is_ended() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("input"), vec![1; 2 << 20]).unwrap();
        let ends = |script: &str| {
            let stage = Stage {
                allowance: Some(Allowance {
                    bytes: 1 << 20,
                    files: 20,
                }),
                ..shell(script, dir.path(), LONG)
            };
            async move { stage.run(|_| {}).await.unwrap().how }
        };
        // Neither files that were there before nor files that are deleted again count.
        let modest = "mkdir a; head -c 500000 input > a/b; rm -r a; head -c 500000 input > c; rm c";
        assert_eq!(ends(modest).await, How::Code(0));
        // The process is stopped in the middle, with its children; or found to be over when it ended before the first
        // check.
        let long = "mkdir out; for n in 1 2 3 4; do head -c 500000 input > out/$n; done";
        let many = "mkdir out; for n in 1 2 3 4; do mkdir out/$n; touch out/$n/a out/$n/b \
                    out/$n/c out/$n/d out/$n/e; done";
        for script in [long, many] {
            for end in ["sleep 1000 & wait", "exit 0"] {
                let script = format!("{script}; {end}");
                assert_eq!(ends(&script).await, How::Overfilled, "{script}");
                std::fs::remove_dir_all(dir.path().join("out")).unwrap();
            }
        }
    }

    #[tokio::test]
    async fn what_it_leaves_running_ends_with_it() {
        let (exit, _) = run("sleep 1000 & exit 0", LONG).await;
        assert_eq!(exit.how, How::Code(0));
    }

    #[tokio::test]
    async fn dropping_kills_it() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("alive");
        let made = std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap();
        assert!(made.success());
        // Reading ends when the last process that writes is dead.
        let reader = tokio::task::spawn_blocking(move || std::fs::read(fifo));
        let stage = shell(
            "exec 3> alive; sleep 1000 & echo up; wait",
            dir.path(),
            LONG,
        );
        let (up, is_up) = tokio::sync::oneshot::channel();
        let mut up = Some(up);
        let running = tokio::spawn(async move {
            let line = |_: &[u8]| {
                if let Some(up) = up.take() {
                    up.send(()).unwrap();
                }
            };
            stage.run(line).await
        });
        is_up.await.unwrap();
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        let read = tokio::time::timeout(LONG, reader).await.unwrap();
        assert!(read.unwrap().unwrap().is_empty());
    }
}
