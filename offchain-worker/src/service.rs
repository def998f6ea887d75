//! Starts and stops the native side of a worker.

use aicpw_protocol::MegabitsPerSecond;
use std::fs::Permissions;
use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::{
    chain::{ChainView, LocalStorage},
    conformance::Prover,
    devices::{DevicesError, Kinds, LocalDevice, Measuring},
    drivers,
    engines::{find_executor, Builds, ExecutorMissing, OpenCl},
    examine::{remove_left_over, Examiner, Judged, SANDBOX_NEEDS, TRYING_NEEDS},
    inventory::Inventory,
    ipfs::BlobStore,
    lookout::Lookout,
    mailbox::Mailbox,
    measuring_turn::Turn,
    metrics::{MeteredEngine, WorkerMetrics},
    queue::{owes, FetchLimits, FolderError, Queue, Shop, Slots, JOBS},
    secret::{SecretError, WorkerSecret},
    trial::{TrialError, Trials, TIMEOUT, TRIAL_NEEDS},
};

/// How long a start may take before results that are already committed to are opened meanwhile. It is a fraction of the
/// reveal window, and several times as long as a start takes when no device has to be measured.
const PREPARED_SOON: Duration = Duration::from_secs(10);

/// How long each device is tried at the start. All are tried at the same time, and devices that work wait no longer
/// than this for one that hangs. That one is tried again, with the full time limit, as soon as the worker runs.
const TRIED_SOON: Duration = Duration::from_secs(20);

/// How long after a failed start the next one is tried, while there are jobs to finish.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// How a worker is run.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Folder for jobs, secret, measurements and kept builds; made if missing. Only one node may use it.
    pub folder: PathBuf,
    /// The executor, if it is neither beside the running program nor in `$PATH`.
    pub executor: Option<PathBuf>,
    /// Run jobs where the kernel has no Landlock: a stranger's program can then read the files of
    /// this user.
    pub allow_weak_sandbox: bool,
    /// The bandwidth that the provider declares.
    pub bandwidth: MegabitsPerSecond,
    /// The longest time without a single new byte of a download.
    pub fetch_stall: Duration,
    /// The longest time for one file.
    pub fetch_total: Duration,
    /// The bytes that jobs leave free on the folder's disk.
    pub disk_reserve: u64,
    /// How long results are kept after their assignment has ended.
    pub retention: Duration,
    /// Where jobs are counted.
    pub metrics: WorkerMetrics,
}

impl WorkerConfig {
    /// Returns the usual configuration, in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            executor: None,
            allow_weak_sandbox: false,
            bandwidth: MegabitsPerSecond(100),
            fetch_stall: Duration::from_secs(20),
            fetch_total: Duration::from_secs(3600),
            disk_reserve: 0,
            retention: Duration::from_secs(24 * 3600),
            metrics: WorkerMetrics::default(),
        }
    }
}

/// A worker cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no executor.
    #[error(transparent)]
    Executor(#[from] ExecutorMissing),
    /// No job can be locked in: each would fail, which costs collateral, or be dangerous.
    #[error("{found}; {}", SANDBOX_NEEDS)]
    Sandbox {
        /// What was found, and in which stage.
        found: String,
    },
    /// It is not known whether a job can be locked in.
    #[error("{found}; {}", TRYING_NEEDS)]
    Untried {
        /// What was found, and in which stage.
        found: String,
    },
    /// The devices cannot be listed.
    #[error(transparent)]
    Devices(#[from] DevicesError),
    /// There is nothing to offer.
    #[error(
        "this machine has no OpenCL device that works, so it cannot be a provider. A processor \
         can be used with PoCL (Debian: apt-get install pocl-opencl-icd); a graphics card needs \
         its vendor's OpenCL driver"
    )]
    NoDevice,
    /// There are devices, but none of them does our trial job.
    #[error(
        "none of this machine's devices does a job of ours in its sandbox, so it cannot be a provider: {}; {}",
        failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        TRIAL_NEEDS
    )]
    NoneWorks {
        /// Why each fails, and in which stage.
        failures: Vec<TrialError>,
    },
    /// There is no secret, so no commitments can be made.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A folder of jobs cannot be used.
    #[error(transparent)]
    Jobs(#[from] FolderError),
    /// The folder cannot be used.
    #[error("cannot use the worker's folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// A running worker. It is stopped when dropped; [`Self::shutdown`] also waits for its end.
#[derive(Debug)]
pub struct WorkerService {
    inventory: Arc<Inventory>,
    stop: watch::Sender<bool>,
    queue: JoinHandle<()>,
    prover: JoinHandle<()>,
    lookout: JoinHandle<()>,
}

impl WorkerService {
    /// Starts a worker: checks that jobs can be locked in, measures the devices if necessary, tries each with a trial
    /// job, takes up the jobs in the folder, and works on what the chain orders. While that is not possible yet, and
    /// jobs in the folder have not ended, it finishes the jobs that need no program to run, and tries again.
    ///
    /// # Errors
    /// When something is missing that every job needs.
    pub async fn start(
        config: WorkerConfig,
        chain: Arc<dyn ChainView>,
        storage: Arc<dyn LocalStorage>,
        store: Arc<dyn BlobStore>,
    ) -> Result<Self, StartError> {
        let program = find_executor(config.executor.as_deref())?;
        make_private(&config.folder)?;
        let folder = std::path::absolute(&config.folder).unwrap_or(config.folder);
        remove_left_over(&folder).map_err(|source| StartError::Folder {
            path: folder.clone(),
            source,
        })?;
        let secret = WorkerSecret::open(&folder)?;
        let mailbox = Mailbox::new(storage, chain.genesis());
        // A killed node may have left the statement that it serves; this node does not serve yet.
        mailbox.stop_serving();
        let examiner = Examiner {
            program: program.clone(),
            folder: folder.clone(),
        };
        let kinds = Kinds::default();
        let measuring = Measuring {
            program: program.clone(),
            folder: folder.clone(),
            bandwidth: config.bandwidth,
            kinds: kinds.clone(),
        };
        let allow_weak = config.allow_weak_sandbox;
        let trials = Trials::new(program.clone(), folder.clone(), allow_weak);
        let trials = trials.with_drivers_of(kinds.clone());
        let builds = folder.join("builds");
        let builds =
            Builds::open(builds.clone(), program.clone()).map_err(|source| StartError::Folder {
                path: builds,
                source,
            })?;
        let slots = Arc::<Slots>::default();
        let engine = Arc::new(MeteredEngine {
            inner: Arc::new(OpenCl {
                program,
                allow_weak_sandbox: allow_weak,
                builds: Some(builds),
                kinds: kinds.clone(),
            }),
            metrics: config.metrics.clone(),
        });
        let shop = || Shop {
            mailbox: mailbox.clone(),
            chain: chain.clone(),
            store: store.clone(),
            engine: engine.clone(),
            secret: secret.clone(),
            slots: slots.clone(),
            fetch: FetchLimits {
                stall: config.fetch_stall,
                total: config.fetch_total,
                disk_reserve: config.disk_reserve,
            },
            progress_every: Duration::from_millis(500),
            log_timeout: Duration::from_secs(10),
            metrics: config.metrics.clone(),
        };
        let jobs = folder.join(JOBS);
        let devices = {
            let mut first = pin!(prepare(&examiner, &measuring, &trials, allow_weak));
            let soon = timeout(PREPARED_SOON, &mut first).await;
            match (soon, owes(&jobs, chain.genesis())) {
                (Ok(Ok(devices)), _) => devices,
                (Ok(Err(error)), false) => return Err(error),
                (Err(_), false) => first.await?,
                (soon, true) => {
                    let queue = Queue::open_to_finish(shop(), &jobs, config.retention)?;
                    let (stop, stopped) = watch::channel(false);
                    let queue = tokio::spawn(queue.run(stopped));
                    let prepared = match soon {
                        Ok(prepared) => prepared,
                        Err(_) => first.await,
                    };
                    let devices = match prepared {
                        Ok(devices) => devices,
                        Err(error) => {
                            prepare_at_last(error, &examiner, &measuring, &trials, allow_weak).await
                        }
                    };
                    stop.send_replace(true);
                    // A panic in it has been reported by its own thread.
                    let _ = queue.await;
                    devices
                }
            }
        };
        let queue = Queue::open(shop(), &jobs, config.retention)?;
        let turn = Turn::default();
        let prover = Prover {
            chain,
            mailbox: mailbox.clone(),
            examiner: examiner.clone(),
            kinds: kinds.clone(),
            turn: turn.clone(),
            metrics: config.metrics.clone(),
        };
        let number = devices.len();
        config.metrics.devices(number);
        let (stop, stopped) = watch::channel(false);
        let inventory = Inventory::new(
            measuring,
            trials.clone(),
            mailbox.clone(),
            devices,
            slots,
            turn,
            stopped.clone(),
        );
        let inventory = Arc::new(inventory);
        let lookout = Lookout {
            mailbox,
            examiner,
            kinds,
            trials,
            inventory: inventory.clone(),
            vendors: drivers::vendors(|name| std::env::var_os(name)),
            metrics: config.metrics.clone(),
        };
        let prover = tokio::spawn(prover.run(stopped.clone()));
        let lookout = tokio::spawn(lookout.run(stopped.clone()));
        let queue = tokio::spawn(queue.run(stopped));
        tracing::info!(devices = number, folder = %folder.display(), "the worker is ready for jobs");
        Ok(Self {
            inventory,
            stop,
            queue,
            prover,
            lookout,
        })
    }

    /// The devices of this machine.
    pub fn inventory(&self) -> &Arc<Inventory> {
        &self.inventory
    }

    /// Ends the running jobs (they are done again after the next start) and waits for the end.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // A panic in it has been reported by its own thread.
        let _ = (&mut self.queue).await;
        let _ = (&mut self.prover).await;
        let _ = (&mut self.lookout).await;
    }
}

impl Drop for WorkerService {
    fn drop(&mut self) {
        // The queue also ends because its stop signal is gone; this does not wait for it.
        self.stop.send_replace(true);
    }
}

/// Returns the devices of this machine that have done a trial job, if jobs can be locked in.
async fn prepare(
    examiner: &Examiner,
    measuring: &Measuring,
    trials: &Trials,
    allow_weak: bool,
) -> Result<Vec<LocalDevice>, StartError> {
    require_sandboxes(examiner, allow_weak).await?;
    let measured = measuring.devices().await?;
    let (mut devices, mut others) = trials.of_all(measured, TRIED_SOON).await;
    if devices.is_empty() {
        // Then no working device would have to wait for those that need longer.
        let is_slow =
            |(_, error): &(LocalDevice, TrialError)| matches!(error, TrialError::NotDone { .. });
        let (slow, failed): (Vec<_>, Vec<_>) = others.into_iter().partition(is_slow);
        let slow = slow.into_iter().map(|(device, _)| device).collect();
        (devices, others) = trials.of_all(slow, TIMEOUT).await;
        others.extend(failed);
    }
    let failures: Vec<TrialError> = others.into_iter().map(|(_, error)| error).collect();
    for error in &failures {
        tracing::error!("{error}; {TRIAL_NEEDS}");
    }
    match (devices.is_empty(), failures.is_empty()) {
        (true, true) => Err(StartError::NoDevice),
        (true, false) => Err(StartError::NoneWorks { failures }),
        (false, _) => Ok(devices),
    }
}

/// Like [`prepare`], but tries until it succeeds.
async fn prepare_at_last(
    mut error: StartError,
    examiner: &Examiner,
    measuring: &Measuring,
    trials: &Trials,
    allow_weak: bool,
) -> Vec<LocalDevice> {
    loop {
        tracing::error!(
            "this node takes no jobs, and runs only to open and serve the results that it has: {error}"
        );
        tokio::time::sleep(TRY_AGAIN_AFTER).await;
        match prepare(examiner, measuring, trials, allow_weak).await {
            Ok(devices) => return devices,
            Err(again) => error = again,
        }
    }
}

/// Checks that jobs can be locked in. A child of this process tries it, in this folder: a system call filter, such as
/// that of a systemd unit, applies to what the node starts, and not to `aicpw-node check` beside it.
async fn require_sandboxes(examiner: &Examiner, allow_weak: bool) -> Result<(), StartError> {
    for judged in examiner.sandboxes(allow_weak).await {
        match judged {
            Judged::Holds(found) => tracing::debug!("{found}"),
            Judged::Weak(found) => tracing::warn!("--allow-weak-sandbox: {found}"),
            Judged::Unfit(found) => return Err(StartError::Sandbox { found }),
            Judged::Untried(found) => return Err(StartError::Untried { found }),
        }
    }
    Ok(())
}

/// Makes the folder private, new or not. Others need not see whose jobs run here, nor what is in a sealed job.
fn make_private(folder: &std::path::Path) -> Result<(), StartError> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    const PRIVATE: u32 = 0o700;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(PRIVATE)
        .create(folder)
        .and_then(|()| std::fs::set_permissions(folder, Permissions::from_mode(PRIVATE)))
        .map_err(|source| StartError::Folder {
            path: folder.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{passes_trials, FakeChain, FakeStore};
    use aicpw_protocol::mailbox::DEVICES;
    use codec::Encode;
    use std::path::Path;

    /// Starts a node with a stand-in for the executor, which does `check` when the sandbox is tried, and has no device.
    /// Returns how the worker's start ends, and what the executor was asked for, in alphabetical order.
    async fn start(folder: &Path, check: &str, allow_weak_sandbox: bool) -> (StartError, String) {
        let (program, asked) = (folder.join("executor"), folder.join("asked"));
        let script = format!(
            r#"#!/bin/sh
echo "$1 $3" >> '{}'
case "$1" in
devices) echo '[]';;
check) stage=run; [ "$3" = --build ] && stage=build
  files=true; failure=null
  {check}
  echo "{{\"landlockAbi\":4,\"failure\":$failure,\"filesClosed\":$files,\"networkClosed\":true,
    \"processesClosed\":true,\"signalsClosed\":true}}";;
esac
"#,
            asked.display()
        );
        aicpw_stand_in::program(&program, &script).unwrap();
        let worker = folder.join("worker");
        let config = WorkerConfig {
            executor: Some(program),
            allow_weak_sandbox,
            ..WorkerConfig::new(worker.clone())
        };
        let chain = FakeChain::new();
        let storage = chain.storage.clone();
        let store = Arc::new(FakeStore::default());
        let error = WorkerService::start(config, chain, storage, store)
            .await
            .unwrap_err();
        let left = std::fs::read_dir(worker).unwrap();
        let left = left.map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left
            .filter(|name| name.to_string_lossy().starts_with("executor-"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
        let text = std::fs::read_to_string(&asked).unwrap();
        std::fs::remove_file(&asked).unwrap();
        let mut lines: Vec<_> = text.lines().map(str::trim).collect();
        lines.sort_unstable();
        (error, lines.join(", "))
    }

    /// Regression: each job crashed, which cost collateral, if the node's unit refused a system call that the sandbox
    /// makes, or if a folder above the job's was closed to a process without privileges.
    #[tokio::test]
    async fn where_a_job_cannot_be_locked_in_there_is_no_worker() {
        let dir = tempfile::tempdir().unwrap();
        for (stage, check, says) in [
            (
                "the run stage",
                r#"[ $stage = run ] && failure='"cannot give up privileges"'"#,
                "cannot give up privileges",
            ),
            (
                "the build stage",
                r#"[ $stage = build ] && failure='"cannot be reached"'"#,
                "cannot be reached",
            ),
            (
                "the run stage",
                "[ $stage = run ] && kill -SYS $$",
                "SIGSYS",
            ),
            ("the build stage", "files=false", "files of this user"),
        ] {
            let (error, asked) = start(dir.path(), check, false).await;
            assert!(matches!(error, StartError::Sandbox { .. }), "{error:?}");
            let said = error.to_string();
            for part in [stage, says, "SystemCallFilter=", "--base-path"] {
                assert!(said.contains(part), "{said}");
            }
            assert_eq!(asked, "check, check --build", "no device is looked for");
        }
    }

    #[tokio::test]
    async fn where_it_could_not_be_tried_nothing_is_said_of_landlock() {
        let dir = tempfile::tempdir().unwrap();
        let check = "echo 'No space left on device' >&2; exit 1";
        let (error, _) = start(dir.path(), check, false).await;
        assert!(matches!(error, StartError::Untried { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains("No space left"), "{said}");
        assert!(!said.contains("andlock"), "{said}");
    }

    #[tokio::test]
    async fn where_jobs_can_be_locked_in_devices_are_looked_for() {
        let dir = tempfile::tempdir().unwrap();
        let (error, asked) = start(dir.path(), "", false).await;
        assert!(matches!(error, StartError::NoDevice), "{error:?}");
        assert_eq!(asked, "check, check --build, devices");
        // The same check passes if the owner accepts a weak sandbox.
        let (error, _) = start(dir.path(), "files=false", true).await;
        assert!(matches!(error, StartError::NoDevice), "{error:?}");
    }

    /// Starts a node with two devices whose executor fails this stage of jobs: on the card if `on` is `gpu`, on both if
    /// it is empty.
    async fn start_with_a_card(
        folder: &Path,
        fails: &str,
        on: &str,
    ) -> Result<WorkerService, StartError> {
        let then = "then echo 'no /dev/nvidia-uvm' >&2; exit 1; fi;;";
        let is_it = format!(r#"if grep -q '"kind": "{on}' "$2/job.json""#);
        start_with_two(folder, &format!("{fails}) {is_it}; {then}")).await
    }

    /// Starts a node with a processor and a card; `case` is a case of the executor's script.
    async fn start_with_two(folder: &Path, case: &str) -> Result<WorkerService, StartError> {
        let program = folder.join("executor");
        let (one, two) = (hex::encode([1u8; 32]), hex::encode([2u8; 32]));
        let trial = passes_trials(folder);
        let script = format!(
            r#"#!/bin/sh
case "$1" in
check) echo '{{"landlockAbi":4,"failure":null,"filesClosed":true,"networkClosed":true,
  "processesClosed":true,"signalsClosed":true}}';;
devices) echo '[{{"fingerprint":"{one}","name":"One","driver":"x","platform":"P","kind":"cpu",
  "memory_bytes":1024,"compute_units":2}},{{"fingerprint":"{two}","name":"Two","driver":"x","platform":"P",
  "kind":"gpu","memory_bytes":1024,"compute_units":2}}]';;
measure) kind=cpu; [ "$3" = {two} ] && kind=gpu
  echo '{{"kind":"'$kind'","engine":"opencl","name":"Some","fingerprint":"'$3'","gflops":7,"memory":1024,
  "classes":{{"int":true,"fp32Strict":false,"device":true}},"memory_gigabytes_per_second":3.0,"deviations":[]}}';;
{case}
esac
{trial}"#
        );
        aicpw_stand_in::program(&program, &script).unwrap();
        let config = WorkerConfig {
            executor: Some(program),
            ..WorkerConfig::new(folder.join("worker"))
        };
        let chain = FakeChain::new();
        let storage = chain.storage.clone();
        let store = Arc::new(FakeStore::default());
        let worker = WorkerService::start(config, chain, storage.clone(), store).await?;
        // Heartbeats go by these.
        let offered = worker.inventory().devices().into_iter();
        let offered: Vec<_> = offered.map(|device| device.spec.fingerprint).collect();
        storage.value_is(DEVICES, &offered.encode()).await;
        Ok(worker)
    }

    /// Regression: a card was offered although its driver had never met the sandbox, and each of its jobs cost
    /// collateral.
    #[tokio::test]
    async fn a_device_that_fails_a_job_of_ours_is_left_out_and_the_other_is_offered() {
        for (fails, expected) in [
            ("build", vec![[1u8; 32]]),
            ("run", vec![[1u8; 32]]),
            ("none", vec![[1u8; 32], [2; 32]]),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let worker = start_with_a_card(dir.path(), fails, "gpu").await.unwrap();
            let offered = worker.inventory().devices().into_iter();
            let offered: Vec<_> = offered.map(|device| device.spec.fingerprint).collect();
            assert_eq!(offered, expected, "{fails}");
            worker.shutdown().await;
        }
    }

    /// Regression: devices were tried one after the other, and the others waited for one that hung.
    #[tokio::test]
    async fn devices_are_tried_at_the_same_time() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        let mut make = std::process::Command::new("mkfifo");
        assert!(make.arg(&fifo).status().unwrap().success());
        // Each trial waits for the other.
        let case = format!(
            r#"build) if grep -q '"kind": "gpu"' "$2/job.json"
              then read -r line < '{fifo}'; else echo > '{fifo}'; fi;;"#,
            fifo = fifo.display()
        );
        let worker = start_with_two(dir.path(), &case).await.unwrap();
        assert_eq!(worker.inventory().devices().len(), 2);
        worker.shutdown().await;
    }

    /// Regression: the owner of two failing devices was told to install PoCL.
    #[tokio::test]
    async fn where_all_devices_fail_each_is_named_with_its_stage() {
        for (fails, stage) in [("build", "the build stage"), ("run", "the run stage")] {
            let dir = tempfile::tempdir().unwrap();
            let error = start_with_a_card(dir.path(), fails, "").await.unwrap_err();
            assert!(
                matches!(&error, StartError::NoneWorks { failures } if failures.len() == 2),
                "{error:?}"
            );
            let said = error.to_string();
            assert_eq!(said.matches(&format!("{stage}: ")).count(), 2, "{said}");
            assert!(said.contains("no /dev/nvidia-uvm"), "{said}");
            assert!(!said.contains("pocl-opencl-icd"), "{said}");
        }
    }
}
