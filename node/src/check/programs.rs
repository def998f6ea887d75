//! Checks of the node's other programs, and of what the executor says about devices and sandbox.

use std::io;
use std::path::Path;
use std::time::Duration;

use aicpw_offchain_worker::{
    engines::{find_executor, EXECUTOR},
    examine::{scratch, Described, ExamineError, Examiner, Judged, SANDBOX_NEEDS, TRYING_NEEDS},
    ipfs::{find_binary, BINARY},
    trial::{TrialError, Trials, TRIAL_NEEDS},
};
use aicpw_protocol::Hash;
use tempfile::TempDir;

use super::{report::Finding, Subject};
use crate::worker::{worker_folder, IpfsChoice};

/// A program that has not printed its version by then does not work.
const VERSION_TIMEOUT: Duration = Duration::from_secs(20);

/// The advice if OpenCL finds no device.
const NO_DEVICE: &str =
    "install an OpenCL driver: pocl-opencl-icd for the processor, the vendor's \
                         for a graphics card, whose user must be in the groups render and video; \
                         clinfo -l shows what is there";

/// Checks programs, devices and sandbox, as far as the node needs them.
pub async fn examine(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let IpfsChoice::Own(config) = subject.market.ipfs_choice(&subject.folder) {
        findings.push(match find_binary(config.binary.as_deref()) {
            Ok(program) => works(BINARY, &program).await,
            Err(error) => missing(BINARY, &error, "--ipfs-path"),
        });
    }
    if !subject.market.provider {
        return findings;
    }
    let program = match find_executor(subject.market.executor_path.as_deref()) {
        Ok(program) => program,
        Err(error) => {
            findings.push(missing(EXECUTOR, &error, "--executor-path"));
            return findings;
        }
    };
    findings.push(works(EXECUTOR, &program).await);
    let folder = match place(&worker_folder(&subject.folder)) {
        Ok(folder) => folder,
        Err(error) => {
            let found = format!("cannot be tried without a temporary folder: {error}");
            findings.push(Finding::unfit("sandbox", found, "make $TMPDIR writable"));
            return findings;
        }
    };
    let examiner = Examiner {
        program: program.clone(),
        folder: folder.path().to_owned(),
    };
    let allow_weak = subject.market.allow_weak_sandbox;
    let listed = examiner.devices().await;
    let judged = examiner.sandboxes(allow_weak).await;
    let can_try = judged.iter().all(is_usable);
    let tried = match &listed {
        Ok(devices) if can_try => {
            let trials = Trials::new(program, folder.path().to_owned(), allow_weak);
            try_devices(&trials, devices).await
        }
        // Another finding says that already.
        _ => Vec::new(),
    };
    findings.extend(devices(listed));
    findings.extend(judged.map(sandbox));
    findings.extend(trials(tried));
    findings
}

fn is_usable(judged: &Judged) -> bool {
    matches!(judged, Judged::Holds(_) | Judged::Weak(_))
}

/// The result of a trial job of ours on a device, with the device's name.
type Tried = (String, Result<(), TrialError>);

async fn try_devices(trials: &Trials, devices: &[Described]) -> Vec<Tried> {
    let mut tried = Vec::new();
    for device in devices {
        let mut fingerprint = Hash::default();
        // The node ignores a device without a fingerprint.
        if hex::decode_to_slice(&device.fingerprint, &mut fingerprint).is_ok() {
            let came_to = trials.of(&fingerprint, device.kind, &device.name).await;
            tried.push((device.name.clone(), came_to));
        }
    }
    tried
}

/// Judges the trials. One device that works is enough for a node.
fn trials(tried: Vec<Tried>) -> Vec<Finding> {
    const NAME: &str = "trial";
    let some_works = tried.iter().any(|(_, came_to)| came_to.is_ok());
    let judge = |(device, came_to): Tried| match came_to {
        Ok(()) => {
            let found = format!("{device}: a job of ours was built and run in its sandbox");
            Finding::fit(NAME, found)
        }
        Err(error) if some_works => Finding::warning(NAME, error.to_string(), TRIAL_NEEDS),
        Err(error) => Finding::unfit(NAME, error.to_string(), TRIAL_NEEDS),
    };
    tried.into_iter().map(judge).collect()
}

/// Makes a folder to try the sandbox in: in the worker's folder, or in the closest existing folder above it, because
/// whether a process without privileges can reach it depends on all folders above. If this user cannot write there, the
/// folder is a temporary one.
fn place(worker: &Path) -> io::Result<TempDir> {
    let worker = std::path::absolute(worker)?;
    let near = worker.ancestors().find(|folder| folder.is_dir());
    near.and_then(|near| scratch(near).ok())
        .map_or_else(tempfile::tempdir, Ok)
}

fn missing(name: &str, error: &dyn std::fmt::Display, option: &str) -> Finding {
    let advice = format!("put {name} beside aicpw-node, or name it with {option}");
    Finding::unfit("program", error.to_string(), advice)
}

/// Checks whether a program can be run here.
async fn works(name: &str, program: &Path) -> Finding {
    let asked = tokio::process::Command::new(program)
        .arg("--version")
        .kill_on_drop(true)
        .output();
    let answer = tokio::time::timeout(VERSION_TIMEOUT, asked).await;
    let problem = match answer {
        Ok(Ok(answer)) if answer.status.success() => {
            let version = String::from_utf8_lossy(&answer.stdout);
            let found = format!("{}: {}", program.display(), version.trim());
            return Finding::fit("program", found);
        }
        Ok(Ok(answer)) => {
            let said = String::from_utf8_lossy(&answer.stderr);
            format!("{}: {}", answer.status, said.trim())
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer in {} s", VERSION_TIMEOUT.as_secs()),
    };
    Finding::unfit(
        "program",
        format!("{}: {problem}", program.display()),
        format!(
            "build it for this machine, or install what {name} lacks: ldd {}",
            program.display()
        ),
    )
}

fn devices(listed: Result<Vec<Described>, ExamineError>) -> Vec<Finding> {
    const NAME: &str = "device";
    match listed {
        Ok(devices) if devices.is_empty() => {
            vec![Finding::unfit(NAME, "there is no OpenCL device", NO_DEVICE)]
        }
        Ok(devices) => {
            let describe = |device: &Described| {
                let Described {
                    platform,
                    driver,
                    name,
                    kind,
                    ..
                } = device;
                let memory = memory(device);
                let kind = format!("{kind:?}").to_uppercase();
                let found = format!("{kind} {name}, {memory}; {platform}, driver {driver}");
                Finding::fit(NAME, found)
            };
            devices.iter().map(describe).collect()
        }
        Err(error) => vec![Finding::unfit(NAME, error.to_string(), NO_DEVICE)],
    }
}

/// Returns how much of a device's memory jobs can use. The limit of a unit or container is seen only if it applies to
/// this process too.
fn memory(device: &Described) -> String {
    let driver = device.memory_bytes >> 20;
    match device.usable_bytes.map(|bytes| bytes >> 20) {
        Some(usable) if usable < driver => format!("{usable} of {driver} MiB usable"),
        Some(usable) => format!("{usable} MiB usable"),
        None => format!("at most {driver} MiB usable: the node measures it when it starts"),
    }
}

fn sandbox(judged: Judged) -> Finding {
    const NAME: &str = "sandbox";
    match judged {
        Judged::Holds(found) => Finding::fit(NAME, found),
        Judged::Weak(found) => {
            let advice = format!("--allow-weak-sandbox allows it; {SANDBOX_NEEDS}");
            Finding::warning(NAME, found, advice)
        }
        Judged::Unfit(found) => Finding::unfit(NAME, found, SANDBOX_NEEDS),
        Judged::Untried(found) => Finding::unfit(NAME, found, TRYING_NEEDS),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::check::report::Verdict;
    use aicpw_offchain_worker::examine::{SandboxReport, Tried as Stage};
    use aicpw_protocol::device::DeviceKind;

    fn judged(stage: Stage, report: SandboxReport, allow_weak: bool) -> Finding {
        sandbox(Judged::of(stage, Ok(report), allow_weak))
    }

    fn closed() -> SandboxReport {
        SandboxReport {
            landlock_abi: Some(4),
            failure: None,
            files_closed: true,
            network_closed: true,
            processes_closed: true,
            signals_closed: true,
        }
    }

    #[test]
    fn a_sandbox_that_holds_and_ones_that_do_not() {
        for (stage, name) in [
            (Stage::Build, "the build stage"),
            (Stage::Run, "the run stage"),
        ] {
            let fit = judged(stage, closed(), false);
            assert_eq!(fit.verdict, Verdict::Fit);
            assert!(fit.found.contains("ABI 4"), "{fit:?}");
            assert!(fit.found.contains(name), "{fit:?}");

            let weak = SandboxReport {
                landlock_abi: None,
                files_closed: false,
                ..closed()
            };
            let verdict = |report: &SandboxReport, allow_weak| {
                judged(stage, report.clone(), allow_weak).verdict
            };
            assert_eq!(verdict(&weak, false), Verdict::Unfit);
            assert_eq!(verdict(&weak, true), Verdict::Warning);
            let network = SandboxReport {
                network_closed: false,
                ..weak.clone()
            };
            let signals = SandboxReport {
                signals_closed: false,
                ..weak.clone()
            };
            for open in [network, signals] {
                assert_eq!(verdict(&open, true), Verdict::Unfit);
            }
            // Landlock limits which programs the build stage starts; the run stage starts none.
            let programs = SandboxReport {
                processes_closed: false,
                ..weak
            };
            assert_eq!(verdict(&programs, false), Verdict::Unfit);
            let expected = match stage {
                Stage::Build => Verdict::Warning,
                Stage::Run => Verdict::Unfit,
            };
            assert_eq!(verdict(&programs, true), expected);

            let failed = SandboxReport {
                failure: Some("no seccomp".into()),
                ..closed()
            };
            let failed = judged(stage, failed, true);
            assert_eq!(failed.verdict, Verdict::Unfit);
            assert_eq!(failed.found, format!("{name}: no seccomp"));
        }
    }

    #[test]
    fn a_device_that_fails_is_unfit_only_where_no_other_works() {
        let verdicts = |tried: &[(&str, bool)]| {
            let tried = tried.iter().map(|(name, works)| {
                let device = (*name).to_owned();
                let failed = TrialError::Failed {
                    device: device.clone(),
                    stage: Stage::Run,
                    reason: "SIGSYS".into(),
                };
                (device, works.then_some(()).ok_or(failed))
            });
            let findings = trials(tried.collect());
            for finding in &findings {
                let names_it = tried_names_it(finding);
                assert!(names_it, "{finding:?}");
            }
            findings
                .iter()
                .map(|finding| finding.verdict)
                .collect::<Vec<_>>()
        };
        let (fit, warning, unfit) = (Verdict::Fit, Verdict::Warning, Verdict::Unfit);
        assert_eq!(verdicts(&[("One", true), ("Two", false)]), [fit, warning]);
        assert_eq!(verdicts(&[("One", false), ("Two", false)]), [unfit; 2]);
        assert_eq!(verdicts(&[("One", true)]), [fit]);
        assert_eq!(verdicts(&[]), []);
    }

    /// Whether the finding names the device and, if the device fails, the stage and what happened.
    fn tried_names_it(finding: &Finding) -> bool {
        let named = finding.found.starts_with("One") || finding.found.starts_with("Two");
        let says = |part: &str| finding.found.contains(part);
        named && (finding.verdict == Verdict::Fit || says("the run stage") && says("SIGSYS"))
    }

    #[test]
    fn the_sandbox_is_tried_in_the_workers_folder_or_as_near_as_can_be() {
        let base = tempfile::tempdir().unwrap();
        let worker = base.path().join("chains/dev/aicpw");
        let within = |worker: &Path| {
            let place = place(worker).unwrap();
            place.path().parent().unwrap().to_owned()
        };
        assert_eq!(within(&worker), base.path());
        std::fs::create_dir_all(&worker).unwrap();
        assert_eq!(within(&worker), worker);
        let left = std::fs::read_dir(&worker).unwrap();
        assert_eq!(left.count(), 0);
        // No user can make a folder there.
        assert_eq!(within(Path::new("/proc/aicpw")), std::env::temp_dir());
    }

    #[test]
    fn no_device_says_what_to_install() {
        let [none] = devices(Ok(Vec::new())).try_into().unwrap();
        assert_eq!(none.verdict, Verdict::Unfit);
        assert!(none.advice.unwrap().contains("pocl-opencl-icd"));
        let device = Described {
            fingerprint: "ab".into(),
            platform: "PoCL".into(),
            driver: "3.1".into(),
            name: "One".into(),
            kind: DeviceKind::Cpu,
            memory_bytes: 5 << 20,
            usable_bytes: Some(5 << 20),
            compute_units: 2,
        };
        let [one] = devices(Ok(vec![device.clone()])).try_into().unwrap();
        assert_eq!(one.found, "CPU One, 5 MiB usable; PoCL, driver 3.1");
        for (usable_bytes, says) in [
            (Some(3 << 20), "3 of 5 MiB usable"),
            (
                None,
                "at most 5 MiB usable: the node measures it when it starts",
            ),
        ] {
            let device = Described {
                usable_bytes,
                ..device.clone()
            };
            assert_eq!(memory(&device), says);
        }
    }

    #[tokio::test]
    async fn a_program_has_to_say_its_version() {
        assert_eq!(
            works("true", Path::new("/bin/true")).await.verdict,
            Verdict::Fit
        );
        let fails = works("false", Path::new("/bin/false")).await;
        assert_eq!(fails.verdict, Verdict::Unfit);
        let gone = works("x", Path::new("/nonexistent")).await;
        assert!(gone.found.contains("No such file"), "{gone:?}");
    }
}
