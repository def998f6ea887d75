//! What the executor reports about this machine.
//!
//! Drivers do not belong in the node's process, and only the executor knows what its sandbox needs.

use serde::{de::DeserializeOwned, Deserialize};
use std::ffi::OsString;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

use aicpw_protocol::device::DeviceKind;

use crate::{
    durable,
    engines::environment_with,
    sandbox::{hangs, How, Stage},
};

/// The longest time that drivers may take to list their devices.
const LIST_TIMEOUT: Duration = Duration::from_secs(60);

/// The longest time that one driver may take alone.
const LIST_ALONE_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest time that checking the sandbox may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(30);

/// The reason given when no process that loads drivers is started.
pub(crate) const HANGS: &str =
    "a process of before was killed and does not end, because its driver hangs; another is started when it is gone";

/// The prefix of the names of scratch folders: those for drivers' caches, and those in which the sandbox is tried.
const SCRATCH: &str = "executor-";

/// The environment variables in which drivers look for a folder for their caches. Without the first one PoCL uses
/// /tmp/pocl, as a node has no other.
const KEPT_AT: [&str; 5] = [
    "POCL_CACHE_DIR",
    "CUDA_CACHE_PATH",
    "XDG_CACHE_HOME",
    "HOME",
    "TMPDIR",
];

/// What a machine needs for the sandbox to hold, and why it may not hold.
pub const SANDBOX_NEEDS: &str =
    "a job needs a kernel with Landlock (Linux 5.13 or newer, and `landlock` in \
     /sys/kernel/security/lsm) and seccomp; neither a systemd unit's SystemCallFilter= (packaging/ has \
     a unit that does not) nor a container's seccomp profile may refuse capset, \
     landlock_create_ruleset or seccomp; and the node's user has to reach the job's folder, which is \
     below --base-path, without privileges";

/// What to say, and what to do, if the sandbox could not even be tried.
pub const TRYING_NEEDS: &str =
    "so nothing is known of the sandbox. To try it the node needs a little room below --base-path, a folder there \
     that its user can write, an executor that starts, and a machine that is not too busy: see to that and start \
     the node again";

/// Makes a folder in `folder` that nobody else can write to.
///
/// It is removed when the returned value is dropped. [`remove_left_over`] removes the folders of a process that was
/// killed.
///
/// # Errors
/// When the folder cannot be made.
pub fn scratch(folder: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix(SCRATCH)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(folder)
}

/// Removes the scratch folders that a killed node has left in the worker's `folder`.
///
/// Nothing else may work in `folder` yet. A folder that cannot be removed is logged, and stays.
///
/// # Errors
/// When the folder cannot be read.
pub fn remove_left_over(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_scratch = entry.file_name().to_string_lossy().starts_with(SCRATCH);
        // This is the type of the entry itself: a link is not one of our folders.
        if !is_scratch || !entry.file_type()?.is_dir() {
            continue;
        }
        let path = entry.path();
        match durable::remove_folder(&path) {
            Ok(()) => tracing::info!(path = %path.display(), "removed what a killed node had left"),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "cannot remove what a killed node has left");
            }
        }
    }
    Ok(())
}

/// The executor did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action}: {reason}")]
pub struct ExamineError {
    /// What it was asked for.
    pub action: String,
    /// How it ended, and the last line it wrote.
    pub reason: String,
    /// Whether a system call filter has killed it.
    pub by_filter: bool,
    /// Whether it was not even started, because no folder could be made for it. Nothing is known then.
    pub no_room: bool,
}

/// A device, as its driver describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Described {
    /// Its fingerprint, in hexadecimal digits.
    pub fingerprint: String,
    /// Its platform.
    pub platform: String,
    /// Version of its driver.
    pub driver: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// Its memory in bytes, according to the driver.
    pub memory_bytes: u64,
    /// The bytes of it that jobs can use, if that is known without measuring: for a device that uses the machine's
    /// memory.
    #[serde(default)]
    pub usable_bytes: Option<u64>,
    /// Its compute units.
    pub compute_units: u64,
}

/// A stage of a job whose sandbox is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// The one that compiles.
    Build,
    /// The one that runs what was compiled.
    Run,
}

impl Tried {
    /// Returns the name of the stage, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Build => "the build stage",
            Self::Run => "the run stage",
        }
    }
}

/// What a stage's sandbox keeps closed on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SandboxReport {
    /// The version of the kernel's Landlock, if the kernel has it.
    pub landlock_abi: Option<i64>,
    /// Why a process could not be locked in, if it could not.
    pub failure: Option<String>,
    /// Whether other files are out of reach.
    pub files_closed: bool,
    /// Whether there is no network.
    pub network_closed: bool,
    /// Whether no program can be started; in the build stage, none but the driver's tools.
    pub processes_closed: bool,
    /// Whether no other process can be signalled.
    pub signals_closed: bool,
}

/// The judgement of a stage's sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It holds.
    Holds(String),
    /// It does not keep away what Landlock would keep away from a job, and that is allowed.
    Weak(String),
    /// Every job would fail in it, or could reach something that it must not.
    Unfit(String),
    /// Nothing is known about it: there was no time or no room, or the executor does not work.
    Untried(String),
}

impl Judged {
    /// Judges a stage's sandbox by the outcome of trying it.
    pub fn of(stage: Tried, tried: Result<SandboxReport, ExamineError>, allow_weak: bool) -> Self {
        let what = stage.name();
        let programs = match stage {
            Tried::Build => "programs but the driver's tools",
            Tried::Run => "programs",
        };
        let report = match tried {
            Ok(report) => report,
            Err(error) if error.by_filter => return Self::Unfit(format!("{what}: {error}")),
            Err(error) => return Self::Untried(format!("{what}: {error}")),
        };
        if let Some(failure) = report.failure {
            return Self::Unfit(format!("{what}: {failure}"));
        }
        let abi = report.landlock_abi;
        let landlock = abi.map_or("no Landlock".into(), |abi| format!("Landlock ABI {abi}"));
        let open: Vec<_> = [
            (report.files_closed, "files of this user"),
            (report.network_closed, "the network"),
            (report.processes_closed, "other programs"),
            (report.signals_closed, "other processes"),
        ]
        .into_iter()
        .filter_map(|(is_closed, what)| (!is_closed).then_some(what))
        .collect();
        if open.is_empty() {
            return Self::Holds(format!(
                "{landlock}, seccomp and limits hold {what} of a job: no files, no network, no {programs}, \
                 no signals to other processes"
            ));
        }
        let found = format!(
            "{landlock}: {what} of a job could reach {}",
            open.join(", ")
        );
        // Weakness is allowed only if the owner asked for it, and only for what Landlock would close: files, and the
        // programs that the build stage starts.
        let is_landlocks = report.network_closed
            && report.signals_closed
            && (report.processes_closed || stage == Tried::Build);
        match allow_weak && is_landlocks {
            true => Self::Weak(found),
            false => Self::Unfit(found),
        }
    }
}

/// An executor that can be asked about this machine.
#[derive(Debug, Clone)]
pub struct Examiner {
    /// The executor.
    pub program: PathBuf,
    /// Its working folder, which must exist.
    pub folder: PathBuf,
}

impl Examiner {
    /// Lists the OpenCL devices of this machine, without measuring them.
    ///
    /// # Errors
    /// When a driver fails, or still hangs from an earlier call.
    pub async fn devices(&self) -> Result<Vec<Described>, ExamineError> {
        self.list(None, LIST_TIMEOUT).await
    }

    /// Lists the devices of one driver, which is loaded alone.
    ///
    /// # Errors
    /// When the driver fails, or still hangs from an earlier call.
    pub(crate) async fn devices_of(&self, driver: &Path) -> Result<Vec<Described>, ExamineError> {
        self.list(Some(driver), LIST_ALONE_TIMEOUT).await
    }

    async fn list(
        &self,
        driver: Option<&Path>,
        timeout: Duration,
    ) -> Result<Vec<Described>, ExamineError> {
        const ACTION: &str = "list the devices";
        if hangs(&self.program, driver) {
            return Err(ExamineError {
                action: ACTION.into(),
                reason: HANGS.into(),
                by_filter: false,
                no_room: false,
            });
        }
        self.ask(ACTION, &["devices".as_ref()], driver, timeout)
            .await
    }

    /// Tries the sandboxes of both stages, side by side.
    pub async fn sandboxes(&self, allow_weak: bool) -> [Judged; 2] {
        let (build, run) = tokio::join!(
            self.sandbox(Tried::Build, allow_weak),
            self.sandbox(Tried::Run, allow_weak),
        );
        [
            Judged::of(Tried::Build, build, allow_weak),
            Judged::of(Tried::Run, run, allow_weak),
        ]
    }

    /// Tries the sandbox of one stage: has a process lock itself in as for that stage of a job, in a folder of its own,
    /// and check whether that holds.
    ///
    /// # Errors
    /// When the executor cannot be started, or breaks off.
    pub async fn sandbox(
        &self,
        stage: Tried,
        allow_weak: bool,
    ) -> Result<SandboxReport, ExamineError> {
        const ACTION: &str = "try the sandbox";
        let folder = scratch(&self.folder).map_err(|error| ExamineError {
            action: ACTION.into(),
            reason: format!("no folder in {}: {error}", self.folder.display()),
            by_filter: false,
            no_room: true,
        })?;
        let mut arguments: Vec<&Path> = vec!["check".as_ref(), folder.path()];
        if stage == Tried::Build {
            arguments.push("--build".as_ref());
        }
        if allow_weak {
            arguments.push("--allow-weak-sandbox".as_ref());
        }
        self.ask(ACTION, &arguments, None, CHECK_TIMEOUT).await
    }

    /// Runs a command of the executor and reads its answer. If `driver` is named, only that driver is loaded.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        action: &str,
        arguments: &[&Path],
        driver: Option<&Path>,
        timeout: Duration,
    ) -> Result<T, ExamineError> {
        let failed = |reason: String| ExamineError {
            action: action.to_owned(),
            reason,
            by_filter: false,
            no_room: false,
        };
        // For drivers' caches, where nobody else can write. The folder is removed afterwards, also if the executor was
        // killed; if the node was killed, its next start removes the folder.
        let scratch = scratch(&self.folder).map_err(|error| ExamineError {
            no_room: true,
            ..failed(format!("no folder for drivers: {error}"))
        })?;
        let mut environment = environment_with(driver);
        let kept_at = |name: &str| (OsString::from(name), scratch.path().as_os_str().to_owned());
        environment.extend(KEPT_AT.map(kept_at));
        let stage = Stage {
            program: self.program.clone(),
            arguments: arguments.iter().map(Into::into).collect(),
            environment,
            driver: driver.map(Path::to_owned),
            device: None,
            folder: self.folder.clone(),
            deadline: Instant::now() + timeout,
            allowance: None,
        };
        let mut text = Vec::new();
        let exit = stage.run(|line| {
            text.extend_from_slice(line);
            text.push(b'\n');
        });
        let exit = exit
            .await
            .map_err(|error| failed(format!("{}: {error}", self.program.display())))?;
        if exit.how != How::Code(0) {
            let said = exit.log.last_line().unwrap_or_default();
            return Err(ExamineError {
                by_filter: exit.how == How::Signal(libc::SIGSYS),
                ..failed(format!("{}; {said}", exit.how))
            });
        }
        serde_json::from_slice(&text)
            .map_err(|error| failed(format!("it printed something else: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn executor(folder: &Path, script: &str) -> Examiner {
        let program = folder.join("executor");
        aicpw_stand_in::program(&program, &format!("#!/bin/sh\n{script}\n")).unwrap();
        Examiner {
            program,
            folder: folder.to_owned(),
        }
    }

    #[tokio::test]
    async fn devices_are_described() {
        let dir = tempfile::tempdir().unwrap();
        let examiner = executor(
            dir.path(),
            r#"[ "$1" = devices ] && echo '[{"index":0,"fingerprint":"ab","platform":"P",
               "driver":"1.2","name":"One","kind":"gpu","memory_bytes":5,"compute_units":6}]'"#,
        );
        let devices = examiner.devices().await.unwrap();
        assert_eq!(devices.len(), 1);
        assert_eq!(
            (
                devices[0].name.as_str(),
                devices[0].memory_bytes,
                devices[0].compute_units
            ),
            ("One", 5, 6)
        );
    }

    #[tokio::test]
    async fn what_drivers_keep_is_private_and_does_not_stay() {
        let dir = tempfile::tempdir().unwrap();
        let describe = r#"
            [ "${TMPDIR%/*}" = "$PWD" ] && [ "$(stat -c %a "$TMPDIR")" = 700 ] || exit 1
            for place in "$POCL_CACHE_DIR" "$CUDA_CACHE_PATH" "$XDG_CACHE_HOME" "$HOME"
            do [ "$place" = "$TMPDIR" ] || exit 1; done
            touch "$TMPDIR/cache""#;
        let examiner = executor(dir.path(), &format!("{describe} && echo '[]'"));
        assert_eq!(examiner.devices().await.unwrap(), []);
        let fails = executor(dir.path(), &format!("{describe}; exit 7"));
        let error = fails.devices().await.unwrap_err();
        assert!(error.reason.contains('7'), "{error}");
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "the executor alone: {left:?}");
    }

    #[test]
    fn of_what_a_killed_node_left_only_its_own_goes() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for folder in ["executor-AbCdEf/kcache", "executor-2", "jobs/1-0-0"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        std::fs::write(at("executor-AbCdEf/kcache/program.so"), "x").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("mine"), "x").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), at("executor-link")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), at("executor-2/link")).unwrap();
        std::fs::write(at("executor-file"), "x").unwrap();

        remove_left_over(dir.path()).unwrap();
        let left = std::fs::read_dir(dir.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["executor-file", "executor-link", "jobs"]);
        assert!(elsewhere.path().join("mine").exists());
        assert!(at("jobs/1-0-0").exists());
    }

    #[tokio::test]
    async fn the_sandbox_is_tried_in_a_folder_of_its_own_that_does_not_stay() {
        let dir = tempfile::tempdir().unwrap();
        let examiner = executor(
            dir.path(),
            r#"[ "$1" = check ] && [ "${2%/*}" = "$PWD" ] && [ "$(stat -c %a "$2")" = 700 ] &&
               [ "$2" != "$TMPDIR" ] && mkdir "$2/work" && [ "$3" = --allow-weak-sandbox ] && echo '{
               "landlockAbi":null,"failure":"no","filesClosed":false,"networkClosed":true,
               "processesClosed":true,"signalsClosed":true}'"#,
        );
        let report = examiner.sandbox(Tried::Run, true).await.unwrap();
        assert_eq!(report.landlock_abi, None);
        assert_eq!(report.failure.as_deref(), Some("no"));
        assert!(!report.files_closed && report.network_closed);
        assert!(report.processes_closed && report.signals_closed);
        for (stage, allow_weak) in [(Tried::Run, false), (Tried::Build, true)] {
            let error = examiner.sandbox(stage, allow_weak).await;
            let error = error.unwrap_err().to_string();
            assert!(error.contains("try the sandbox"), "{error}");
        }
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "the executor alone: {left:?}");
    }

    #[tokio::test]
    async fn a_sandbox_that_could_not_be_tried_is_not_one_that_does_not_hold() {
        let dir = tempfile::tempdir().unwrap();
        let lacks_room = executor(dir.path(), "echo 'No space left on device' >&2; exit 1");
        let [build, run] = lacks_room.sandboxes(false).await;
        for judged in [build, run] {
            assert!(
                matches!(&judged, Judged::Untried(found) if found.contains("No space left")),
                "{judged:?}"
            );
        }
        let filtered = executor(dir.path(), "kill -SYS $$");
        let [build, run] = filtered.sandboxes(false).await;
        for judged in [build, run] {
            assert!(matches!(&judged, Judged::Unfit(_)), "{judged:?}");
        }
    }

    #[tokio::test]
    async fn both_stages_are_tried() {
        let dir = tempfile::tempdir().unwrap();
        let examiner = executor(
            dir.path(),
            r#"failure=null; [ "$3" = --build ] && failure='"no"'
               echo "{\"landlockAbi\":4,\"failure\":$failure,\"filesClosed\":true,
               \"networkClosed\":true,\"processesClosed\":true,\"signalsClosed\":true}""#,
        );
        let [build, run] = examiner.sandboxes(false).await;
        assert_eq!(build, Judged::Unfit("the build stage: no".into()));
        assert!(
            matches!(&run, Judged::Holds(found) if found.contains("ABI 4")),
            "{run:?}"
        );
    }
}
