//! Trials with a shell script in the executor's place.

use super::*;
use crate::{sandbox::keep_hanging, testing::passes_trials};

const DEVICE: Hash = [1; 32];

/// Returns trials with a stand-in for the executor that does `first` before it does the job.
fn trials(folder: &Path, first: &str) -> Trials {
    let program = folder.join("executor");
    let rest = passes_trials(folder);
    aicpw_stand_in::program(&program, &format!("#!/bin/sh\n{first}\n{rest}")).unwrap();
    Trials::new(program, folder.to_owned(), false)
}

async fn error_of(trials: &Trials) -> String {
    let tried = trials.of(&DEVICE, DeviceKind::Gpu, "Card").await;
    tried.unwrap_err().to_string()
}

#[test]
fn the_job_is_one_that_a_task_could_bring() {
    let dir = tempfile::tempdir().unwrap();
    let engine = trials(dir.path(), "").engine(Kinds::default());
    let plan = engine.plan(manifest().as_bytes(), &needs()).unwrap();
    assert_eq!(plan.output_bytes, BYTES);
    assert_eq!(expected().len() as u64, BYTES);
    // As computed by PoCL.
    let words = [2_654_435_761_u32, 1_013_904_233, 387_276_931];
    let begin: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    assert!(expected().starts_with(&begin));
}

#[tokio::test]
async fn a_device_that_works_passes_and_both_stages_know_its_kind() {
    let dir = tempfile::tempdir().unwrap();
    let stages = r#"echo "$1 $3" >> ../stages
        grep -q '"kind": "gpu"' "$2/job.json" && grep -q 0101 "$2/job.json" || exit 9"#;
    let tried = trials(dir.path(), stages);
    assert_eq!(tried.passed(&DEVICE), None);
    tried.of(&DEVICE, DeviceKind::Gpu, "Card").await.unwrap();
    assert_eq!(tried.passed(&DEVICE), Some(true));
    tried.of(&DEVICE, DeviceKind::Gpu, "Card").await.unwrap();
    let stages = std::fs::read_to_string(dir.path().join("stages")).unwrap();
    let stages: Vec<_> = stages.lines().map(str::trim).collect();
    assert_eq!(
        stages,
        ["build", "run", "build", "run"],
        "each time, and with no weaker sandbox"
    );
    let left = std::fs::read_dir(dir.path()).unwrap();
    let mut left = left.map(|entry| entry.unwrap().file_name());
    assert!(left.all(|name| !name.to_string_lossy().starts_with("executor-")));
}

/// Regression: the first job of a stranger was the first that met the driver in its sandbox.
#[tokio::test]
async fn who_fails_is_named_with_the_stage_and_what_was_said() {
    for (stage, name) in [("build", "the build stage"), ("run", "the run stage")] {
        for (end, says) in [
            (
                "echo 'cannot open /dev/nvidia-uvm' >&2; exit 1",
                "/dev/nvidia-uvm",
            ),
            ("kill -SYS $$", "SIGSYS"),
            (
                r#"echo noise >&2; echo 'aicpw-executor: no queue' >&2
                   echo '{"failed":{"fault":"crashed","message":"no queue"}}'; exit 1"#,
                "no queue; the executor said: noise",
            ),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let fails = trials(
                dir.path(),
                &format!("if [ \"$1\" = {stage} ]; then {end}; fi"),
            );
            let error = error_of(&fails).await;
            for part in ["Card", name, says] {
                assert!(error.contains(part), "{part}: {error}");
            }
            assert_eq!(fails.passed(&DEVICE), Some(false));
        }
    }
}

#[tokio::test]
async fn who_had_little_time_and_was_not_done_is_not_judged() {
    let dir = tempfile::tempdir().unwrap();
    let hangs = trials(dir.path(), "exec sleep 1000");
    let limit = Duration::from_millis(300);
    let tried = hangs.of_within(&DEVICE, DeviceKind::Gpu, "Card", limit);
    let error = tried.await.unwrap_err();
    assert!(matches!(error, TrialError::NotDone { .. }), "{error}");
    assert_eq!(hangs.passed(&DEVICE), None);
    // A device that fails before the limit is.
    let fails = trials(dir.path(), "exit 1");
    let limit = TIMEOUT - Duration::from_secs(1);
    let tried = fails.of_within(&DEVICE, DeviceKind::Gpu, "Card", limit);
    let error = tried.await.unwrap_err();
    assert!(matches!(error, TrialError::Failed { .. }), "{error}");
    assert_eq!(fails.passed(&DEVICE), Some(false));
}

/// Regression: a device that failed once, on a full disk, was not offered until the node was started again.
#[tokio::test]
async fn who_fails_is_tried_again_after_a_pause_that_doubles() {
    let dir = tempfile::tempdir().unwrap();
    let fails = trials(dir.path(), "exit 1");
    let after = |pause: Duration| fails.passed_as_of(&DEVICE, Instant::now() + pause);
    assert_eq!(after(Duration::ZERO), None);
    let mut pause = FIRST_PAUSE;
    for _ in 0..7 {
        error_of(&fails).await;
        assert_eq!(fails.passed(&DEVICE), Some(false));
        // A trial takes less than a minute.
        let soon_due = pause - Duration::from_secs(60);
        assert_eq!((after(soon_due), after(pause)), (Some(false), None));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    assert_eq!(pause, LONGEST_PAUSE);
    let works = trials(dir.path(), "");
    let works = Trials {
        program: works.program,
        ..fails.clone()
    };
    works.of(&DEVICE, DeviceKind::Gpu, "Card").await.unwrap();
    assert_eq!(after(LONGEST_PAUSE), Some(true));
    // The pauses start from the beginning.
    let fails_again = trials(dir.path(), "exit 1");
    let fails_again = Trials {
        program: fails_again.program,
        ..fails.clone()
    };
    error_of(&fails_again).await;
    assert_eq!(after(FIRST_PAUSE), None);
}

#[tokio::test]
async fn a_wrong_result_is_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    let lies = trials(dir.path(), "");
    let wrong = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut output = expected();
        change(&mut output);
        std::fs::write(dir.path().join("trial-output"), output).unwrap();
    };
    wrong(&|output| output[13] ^= 1);
    let error = error_of(&lies).await;
    assert!(error.contains("work item 3"), "{error}");
    wrong(&|output| output.truncate(4));
    let error = error_of(&lies).await;
    assert!(error.contains("4 bytes in place of 256"), "{error}");
    assert_eq!(lies.passed(&DEVICE), Some(false));
    wrong(&|_| {});
    lies.of(&DEVICE, DeviceKind::Gpu, "Card").await.unwrap();
    assert_eq!(lies.passed(&DEVICE), Some(true));
}

#[tokio::test]
async fn without_a_folder_nothing_is_known_of_the_device() {
    let dir = tempfile::tempdir().unwrap();
    let mut nowhere = trials(dir.path(), "");
    nowhere.folder = dir.path().join("gone");
    let error = error_of(&nowhere).await;
    assert!(error.contains("cannot be tried"), "{error}");
    assert_eq!(nowhere.passed(&DEVICE), None);
}

/// Regression: for a device that hung in its driver, each trial left one more process that nobody can end.
#[tokio::test]
async fn while_a_process_hangs_nothing_is_tried() {
    let dir = tempfile::tempdir().unwrap();
    let waits = trials(dir.path(), "");
    keep_hanging(&waits.program, None, None, std::future::pending());
    let error = error_of(&waits).await;
    assert!(error.contains("its driver hangs"), "{error}");
    assert_eq!(waits.passed(&DEVICE), None);
}

#[tokio::test]
async fn while_a_job_hangs_on_a_device_the_others_are_tried() {
    let dir = tempfile::tempdir().unwrap();
    let tried = trials(dir.path(), "");
    let (program, never) = (&tried.program, std::future::pending());
    keep_hanging(program, None, Some(DEVICE), never);
    let error = error_of(&tried).await;
    assert!(error.contains("its driver hangs"), "{error}");
    let other = [2; 32];
    tried.of(&other, DeviceKind::Gpu, "Other").await.unwrap();
    assert_eq!(tried.passed(&DEVICE), None);
    assert_eq!(tried.passed(&other), Some(true));
}

#[test]
fn of_a_long_log_the_end_is_told() {
    let mut log = "ü".repeat(MAX_SAID).into_bytes();
    log.extend_from_slice(b"\nthe last line");
    let failure = Failure {
        log,
        ..Failure::new(aicpw_protocol::task::Fault::Crashed, "no")
    };
    let said = told(failure);
    assert!(said.ends_with("the last line"), "{said}");
    assert!(said.len() < MAX_SAID + 40, "{said}");
}
