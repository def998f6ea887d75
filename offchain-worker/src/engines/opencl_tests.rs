//! Tests of the engine with a shell script in the executor's place.

use super::*;
use crate::{devices::Kinds, testing};
use aicpw_protocol::{
    job::{Checkpoint, Part, PartResult},
    merkle,
    trace::{End, MAX_HASHES},
    Mebibytes,
};
use std::sync::Mutex;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// What the executor says when the driver gets the program.
const HAS_PROGRAM: &str = r#"echo '{"progress":{"done":0,"total":4}}'"#;

/// A job folder, and an executor that runs `script`.
struct Case {
    dir: tempfile::TempDir,
    engine: OpenCl,
    job: Job,
}

fn case(script: &str, limit: Duration) -> Case {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("executor");
    aicpw_stand_in::program(&program, &format!("#!/bin/sh\n{script}\n")).unwrap();
    let folder = dir.path().join("job");
    for name in ["build", "output"] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    Case {
        engine: OpenCl {
            program,
            allow_weak_sandbox: false,
            builds: None,
            kinds: Kinds::default(),
        },
        job: Job {
            folder,
            fingerprint: [1; 32],
            needs: testing::order(1).needs,
            output_bytes: 6,
            deadline: Instant::now() + limit,
            keep_build: true,
            part: None,
        },
        dir,
    }
}

fn trace() -> TraceRecord {
    TraceRecord {
        checkpoints: vec![Checkpoint([5; 32])],
        end: End {
            launches: 4,
            state_root: [6; 32],
            result_root: merkle::result_root(b"result"),
        },
    }
}

fn result() -> JobResult {
    JobResult {
        result_root: merkle::result_root(b"result"),
        trace_root: trace().root(),
        output_bytes: 6,
        launches: 4,
        run_milliseconds: 1,
    }
}

/// Puts what a run leaves behind where the script finds it.
fn prepare(case: &Case, result: JobResult) {
    let done = Message::Done(Done::Run(result)).to_line();
    std::fs::write(case.dir.path().join("done"), done).unwrap();
    let trace = serde_json::to_vec(&trace()).unwrap();
    std::fs::write(case.job.folder.join(path::TRACE), trace).unwrap();
    std::fs::write(case.job.folder.join(path::OUTPUT), b"result").unwrap();
}

async fn run(case: &Case) -> (Result<Product, Failure>, Vec<Progress>) {
    let seen = Mutex::new(Vec::new());
    let progress = |progress| seen.lock().unwrap().push(progress);
    let result = case.engine.run(&case.job, &progress).await;
    (result, seen.into_inner().unwrap())
}

#[tokio::test]
async fn a_run_with_progress_and_garbage() {
    let script = r#"[ "$1" = run ] && [ -d "$2" ] || exit 9
        echo '{"progress":{"done":1,"total":4}}'; echo garbage; echo; echo '{"progress":{}}'
        echo '{"progress":{"done":9,"total":9}}'; echo '{"progress":{"done":0,"total":0}}'
        echo '{"progress":{"done":9,"total":4}}'; cat ../done"#;
    let case = case(script, LONG);
    prepare(&case, result());
    let (product, progress) = run(&case).await;
    let product = product.unwrap();
    assert_eq!(product.result_root, merkle::result_root(b"result"));
    assert_eq!(product.trace_root, trace().root());
    assert_eq!(std::fs::read(product.output).unwrap(), b"result");
    let progress: Vec<_> = progress
        .iter()
        .map(|p| (p.steps_done, p.steps_total))
        .collect();
    assert_eq!(progress, [(1, 4), (4, 4)]);
}

#[tokio::test]
async fn a_build_gets_the_job_and_its_limits() {
    let script = r#"grep -q '"memory_bytes": 67108864' "$2/job.json" || exit 9
        echo '{"done":"build"}'"#;
    let case = case(script, LONG);
    case.engine.build(&case.job).await.unwrap();
    let text = std::fs::read(case.job.folder.join(path::JOB)).unwrap();
    let spec: JobSpec = serde_json::from_slice(&text).unwrap();
    assert_eq!(spec.device, [1; 32]);
    assert_eq!(spec.limits.output_bytes, 6);
    assert!(spec.limits.cpu_seconds >= 60);
}

#[tokio::test]
async fn a_compiler_error_comes_with_its_log() {
    let script = r#"echo "program.cl:3: error" > build/build.log; echo noise >&2
        echo '{"failed":{"fault":"build-failed","message":"no","log":"build/build.log"}}'; exit 1"#;
    let case = case(script, LONG);
    let failure = case.engine.build(&case.job).await.unwrap_err();
    assert_eq!(failure.fault, Fault::BuildFailed);
    assert_eq!(failure.message, "no");
    let log = String::from_utf8(failure.log).unwrap();
    assert!(
        log.starts_with("program.cl:3: error") && log.contains("noise"),
        "{log}"
    );
}

/// Each of the files is shorter than a file may be.
#[tokio::test]
async fn a_compiler_that_fills_the_disk_is_stopped_and_it_is_the_programs_doing() {
    let megabytes = MAX_BUILD_FOLDER_BYTES / 1_000_000 + 20;
    let script = format!(
        "{HAS_PROGRAM}; n=0
        while [ $n -lt {megabytes} ]; do n=$((n + 20)); head -c 20000000 /dev/zero > build/$n; done
        sleep 1000 & wait"
    );
    let case = case(&script, LONG);
    let failure = case.engine.build(&case.job).await.unwrap_err();
    assert_eq!(failure.fault, Fault::BuildFailed);
    let reason = "it wrote more to the disk than it may";
    assert!(failure.message.contains(reason), "{}", failure.message);
}

#[tokio::test]
async fn what_the_compilers_log_says_is_not_said_twice() {
    // As the executor does it: the job's folder is removed from the log, but not from what the driver prints.
    let script = r#"echo "/work/p.cl:3: error" > build/build.log
        echo "$PWD/work/p.cl:3: error" >&2; echo noise >&2
        echo '{"failed":{"fault":"build-failed","message":"no","log":"build/build.log"}}'; exit 1"#;
    let case = case(script, LONG);
    let failure = case.engine.build(&case.job).await.unwrap_err();
    let log = String::from_utf8(failure.log).unwrap();
    assert_eq!(log.matches("p.cl:3: error").count(), 1, "{log}");
    assert!(log.ends_with("noise"), "{log}");
}

/// Regression: the log ended with "the program does not compile:" and nothing behind it. That was left of the
/// executor's own message once the log's lines were removed from it.
#[tokio::test]
async fn what_the_executor_says_itself_is_not_told_as_the_drivers_words() {
    // The message has the beginning of the log, and its last line is cut.
    let script = r#"printf 'program.cl:3: error\nprogram.cl:4: error: and more\n' > build/build.log
        echo noise >&2
        printf 'aicpw-executor: it does not compile:\nprogram.cl:3: error\nprogram.cl:4: er\n' >&2
        printf '%s\n' '{"failed":{"fault":"build-failed","log":"build/build.log","message":"it does not compile:\nprogram.cl:3: error\nprogram.cl:4: er"}}'
        exit 1"#;
    let case = case(script, LONG);
    let failure = case.engine.build(&case.job).await.unwrap_err();
    let log = String::from_utf8(failure.log).unwrap();
    let (compiler, process) = log.split_once("--- the process said ---").unwrap();
    assert!(compiler.contains("program.cl:4: error: and more"), "{log}");
    assert_eq!(process.trim(), "noise", "{log}");
}

#[tokio::test]
async fn what_a_stranger_could_say_is_not_followed() {
    // Another file as log, and a fault that only the chain can find.
    let script = r#"echo '{"failed":{"fault":"wrong-result","message":"x","log":"../secret"}}'
        exit 1"#;
    let case = case(script, LONG);
    std::fs::write(case.dir.path().join("secret"), b"key").unwrap();
    let failure = case.engine.build(&case.job).await.unwrap_err();
    assert_eq!((failure.fault, failure.log), (Fault::Crashed, Vec::new()));

    // A link in place of the log.
    let link = r#"ln -s ../../secret build/build.log
        echo '{"failed":{"fault":"build-failed","message":"x","log":"build/build.log"}}'; exit 1"#;
    let case = self::case(link, LONG);
    std::fs::write(case.dir.path().join("secret"), b"key").unwrap();
    let failure = case.engine.build(&case.job).await.unwrap_err();
    assert_eq!(failure.log, b"");
}

#[tokio::test]
async fn crashes_and_silence_name_the_cause() {
    let segv = case(
        &format!("{HAS_PROGRAM}; echo about to fall >&2; kill -SEGV $$"),
        LONG,
    );
    let (failure, _) = run(&segv).await;
    let failure = failure.unwrap_err();
    assert_eq!(failure.fault, Fault::RunFailed);
    assert!(failure.message.contains("SIGSEGV"), "{}", failure.message);
    assert!(
        failure.message.contains("about to fall"),
        "{}",
        failure.message
    );

    let silent = case("exit 0", LONG);
    let failure = run(&silent).await.0.unwrap_err();
    assert!(failure.message.contains("code 0"), "{}", failure.message);

    // It says that it is done, and then fails.
    let undone = case(&format!("{HAS_PROGRAM}; cat ../done; exit 3"), LONG);
    prepare(&undone, result());
    assert_eq!(run(&undone).await.0.unwrap_err().fault, Fault::RunFailed);

    let other = case(
        &format!("{HAS_PROGRAM}; echo '{{\"done\":\"build\"}}'"),
        LONG,
    );
    assert_eq!(run(&other).await.0.unwrap_err().fault, Fault::RunFailed);

    let mut none = case("", LONG);
    none.engine.program = "/nonexistent/executor".into();
    let failure = run(&none).await.0.unwrap_err();
    assert!(
        failure.message.contains("cannot start"),
        "{}",
        failure.message
    );
}

/// Regression: a kernel could write its result to the log, crash, and not be paid for.
#[tokio::test]
async fn a_run_that_says_its_result_tells_others_a_few_words() {
    // 100 KiB on one line, in which every byte could count.
    let says = "head -c 102400 /dev/zero | tr '\\0' r";
    let speaks = r#"message=$(head -c 30000 /dev/zero | tr '\0' r)
        echo "{\"failed\":{\"fault\":\"run-failed\",\"message\":\"$message\"}}"; exit 1"#;
    let told = |failure: &Failure| {
        let count = |text: &[u8]| text.iter().filter(|byte| **byte == b'r').count();
        (count(failure.message.as_bytes()), count(&failure.log))
    };
    // Some of our own words have an r.
    let most = MAX_SAID_BY_RUN + 20;
    for (end, limit) in [
        ("kill -SEGV $$", LONG),
        (speaks, LONG),
        ("sleep 1000", Duration::from_secs(1)),
    ] {
        let case = case(&format!("{HAS_PROGRAM}; {says} >&2; {end}"), limit);
        let failure = run(&case).await.0.unwrap_err();
        let (message, log) = told(&failure);
        assert!(message <= most && log <= most, "{message}, {log}: {end}");
        // Its message was heard, and cut.
        assert!(end != speaks || message == MAX_SAID_BY_RUN, "{message}");
        assert!(
            String::from_utf8_lossy(&failure.log).contains("are not told"),
            "{end}"
        );
    }
    // A short log is complete, and so is what the compiler says.
    let short = case(&format!("{HAS_PROGRAM}; echo why >&2; exit 9"), LONG);
    assert_eq!(run(&short).await.0.unwrap_err().log, b"why\n");
    let build = case(&format!("{HAS_PROGRAM}; {says} >&2; exit 9"), LONG);
    let failure = build.engine.build(&build.job).await.unwrap_err();
    assert_eq!(told(&failure).1, 102_400);
}

/// Regression: a program that crashes, or that speaks in the executor's place, could get the provider slashed.
#[tokio::test]
async fn a_process_that_has_the_program_cannot_blame_the_provider() {
    let says_crashed = r#"echo '{"failed":{"fault":"crashed","message":"no disk"}}'; exit 1"#;
    for (stage, end, fault) in [
        ("build", "kill -SEGV $$", Fault::BuildFailed),
        ("build", says_crashed, Fault::BuildFailed),
        ("run", "kill -SYS $$", Fault::RunFailed),
        ("run", "kill -KILL $$", Fault::RunFailed),
        ("run", says_crashed, Fault::RunFailed),
    ] {
        for (script, expected) in [
            (format!("{HAS_PROGRAM}; {end}"), fault),
            // Before the program is handed over, the provider's machine is at fault.
            (end.to_owned(), Fault::Crashed),
        ] {
            let case = case(&script, LONG);
            let failure = match stage {
                "build" => case.engine.build(&case.job).await.unwrap_err(),
                _ => run(&case).await.0.unwrap_err(),
            };
            assert_eq!(failure.fault, expected, "{stage}: {script}");
        }
    }
}

#[tokio::test]
async fn a_program_that_prints_without_end_ends_its_own_run() {
    for pipe in ["", " >&2"] {
        let case = case(&format!("{HAS_PROGRAM}; exec yes{pipe}"), LONG);
        let failure = run(&case).await.0.unwrap_err();
        assert_eq!(failure.fault, Fault::RunFailed);
        assert!(failure.message.contains("printed too much"), "{failure:?}");
    }
}

#[tokio::test]
async fn the_deadline_is_the_time_limit() {
    let case = case("sleep 1000", Duration::from_millis(200));
    let (failure, _) = run(&case).await;
    let failure = failure.unwrap_err();
    assert_eq!(failure.fault, Fault::TimeLimit);
    assert!(failure.message.contains("run stage"), "{}", failure.message);
}

/// Regression: nobody was blamed for a card that hung in its driver until the deadline, and the card got the next task.
/// But providers must not pay for a requester that gives no time.
#[tokio::test]
async fn a_driver_that_never_gets_the_program_in_a_long_time_is_the_providers() {
    let long = BEFORE_THE_PROGRAM + LONG;
    let before = "echo the card is gone >&2; kill -XCPU $$";
    let after = format!("{HAS_PROGRAM}; {before}");
    for (script, limit, fault) in [
        (before, long, Fault::Crashed),
        (before, BEFORE_THE_PROGRAM / 2, Fault::TimeLimit),
        (after.as_str(), long, Fault::TimeLimit),
    ] {
        for stage in ["build", "run"] {
            let case = case(script, limit);
            let failure = match stage {
                "build" => case.engine.build(&case.job).await.unwrap_err(),
                _ => run(&case).await.0.unwrap_err(),
            };
            assert_eq!(failure.fault, fault, "{stage}: {script}");
            assert!(failure.message.contains(stage), "{}", failure.message);
            assert_eq!(failure.log, b"the card is gone\n");
        }
    }
}

#[tokio::test]
async fn a_trace_that_is_not_the_one_on_the_disk_is_refused() {
    let case = case("cat ../done", LONG);
    let mut lie = result();
    lie.trace_root = [0; 32];
    prepare(&case, lie);
    let (failure, _) = run(&case).await;
    let failure = failure.unwrap_err();
    assert_eq!(failure.fault, Fault::RunFailed);
    assert!(failure.message.contains("trace"), "{}", failure.message);
}

#[tokio::test]
async fn a_trace_that_ends_with_another_result_is_refused() {
    let case = case("cat ../done", LONG);
    let lie = JobResult {
        result_root: [0; 32],
        ..result()
    };
    prepare(&case, lie);
    let (failure, _) = run(&case).await;
    let failure = failure.unwrap_err();
    assert_eq!(failure.fault, Fault::RunFailed);
    assert!(
        failure.message.contains("another result"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn a_trace_that_no_job_can_have_is_refused() {
    let hashes = |count: usize| TraceRecord {
        checkpoints: vec![Checkpoint([5; 32]); count],
        ..trace()
    };
    let text = serde_json::to_vec(&hashes(MAX_HASHES as usize)).unwrap();
    for (text, why) in [(text, "more hashes"), (vec![b' '; 9 << 20], "longer than")] {
        let case = case("cat ../done", LONG);
        prepare(&case, result());
        std::fs::write(case.job.folder.join(path::TRACE), text).unwrap();
        let (failure, _) = run(&case).await;
        let failure = failure.unwrap_err();
        assert_eq!(failure.fault, Fault::RunFailed);
        assert!(failure.message.contains(why), "{}", failure.message);
    }
}

#[tokio::test]
async fn a_part_is_asked_for_and_nothing_else_is_taken_for_it() {
    let checkpoint = [7; 32];
    let said = Message::Done(Done::Part(PartResult {
        hash: [8; 32],
        launches: 6,
        run_milliseconds: 1,
    }));
    let mut case = case("cat job.json > ../asked; cat ../done", LONG);
    case.job.part = Some(Part::After { checkpoint });
    prepare(&case, result());
    std::fs::write(case.dir.path().join("done"), said.to_line()).unwrap();
    case.engine.write_spec(&case.job).unwrap();
    let ran = case.engine.run_part(&case.job, &|_| {}).await;
    assert_eq!(ran.unwrap(), [8; 32]);
    let asked = std::fs::read(case.dir.path().join("asked")).unwrap();
    let asked: JobSpec = serde_json::from_slice(&asked).unwrap();
    assert_eq!(asked.part, case.job.part);
    // The outcome of a part is no result, and the other way round.
    let (whole, _) = run(&case).await;
    assert_eq!(whole.unwrap_err().fault, Fault::RunFailed);
    prepare(&case, result());
    let failure = case.engine.run_part(&case.job, &|_| {}).await.unwrap_err();
    assert_eq!(failure.fault, Fault::RunFailed);
}

fn manifest(program: &str) -> String {
    format!(
        r#"{{"version":"aicpw.task/v1","name":"double","engine":"opencl","class":"int",
        "program":{program},
        "buffers":[{{"name":"x","type":"int","length":4,"init":{{"cid":"{}"}}}}],
        "steps":[{{"kernel":"double_it","args":[{{"buffer":"x"}}],"global":[4]}}],
        "outputs":["x"]}}"#,
        testing::content_id(b"input")
    )
}

#[test]
fn a_plan_names_what_to_fetch() {
    let program = testing::content_id(b"program");
    let manifest = manifest(&format!(r#"{{"cid":"{program}"}}"#));
    let engine = case("", LONG).engine;
    let needs = testing::order(1).needs;
    let plan = engine.plan(manifest.as_bytes(), &needs).unwrap();
    assert_eq!(plan.output_bytes, 16);
    let paths: Vec<_> = plan
        .blobs
        .iter()
        .map(|blob| blob.path.to_str().unwrap())
        .collect();
    assert_eq!(paths, [path::PROGRAM, "inputs/buffer-0"]);
    assert_eq!(plan.blobs[0].cid, program);
    assert_eq!(plan.blobs[0].max_bytes, limits::PROGRAM_BYTES);
    assert_eq!(plan.blobs[1].length, Some(16));
    assert_eq!(plan.blobs[1].field, "buffers[0].init");
}

#[test]
fn a_manifest_must_be_what_the_task_asked_for() {
    let engine = case("", LONG).engine;
    let needs = testing::order(1).needs;
    let good = manifest(&format!(
        r#"{{"cid":"{}"}}"#,
        testing::content_id(b"program")
    ));
    let field =
        |manifest: &str, needs: &Needs| engine.plan(manifest.as_bytes(), needs).unwrap_err().field;

    let small = Needs {
        memory: Mebibytes(0),
        ..needs
    };
    assert_eq!(field(&good, &small), "buffers");
    let strict = Needs {
        class: aicpw_protocol::task::DeterminismClass::Fp32Strict,
        ..needs
    };
    assert_eq!(field(&good, &strict), "class");
    let local = manifest(r#"{"file":"double.cl"}"#);
    let error = engine.plan(local.as_bytes(), &needs).unwrap_err();
    assert!(error.to_string().contains("double.cl"), "{error}");
    let wrong = good.replace(r#""buffer":"x""#, r#""buffer":"y""#);
    assert_eq!(field(&wrong, &needs), "steps[0].args[0].buffer");
    assert_eq!(field("{", &needs), "manifest");
}

#[tokio::test]
async fn a_program_is_compiled_once_and_again_after_a_crash() {
    let script = r#"
        if [ "$1" = run ]; then exit 9; fi
        echo compiled >> ../log
        for file in program.bin build.log kernels.json build.json; do echo "$file" > build/$file; done
        echo '{"done":"build"}'
    "#;
    let mut case = case(script, LONG);
    let builds = Builds::open(case.dir.path().join("builds"), case.engine.program.clone());
    case.engine.builds = Some(builds.unwrap());
    with_program(&case);
    let compiled = || {
        let log = std::fs::read_to_string(case.dir.path().join("log")).unwrap();
        log.lines().count()
    };

    case.engine.build(&case.job).await.unwrap();
    std::fs::remove_dir_all(case.job.folder.join(path::BUILD)).unwrap();
    case.engine.build(&case.job).await.unwrap();
    assert_eq!(compiled(), 1);
    let binary = std::fs::read_to_string(case.job.folder.join(path::BINARY)).unwrap();
    assert_eq!(binary, "program.bin\n");

    let failure = case.engine.run(&case.job, &|_| {}).await.unwrap_err();
    assert_eq!(failure.fault, Fault::Crashed);
    case.engine.build(&case.job).await.unwrap();
    assert_eq!(compiled(), 2);
}

#[tokio::test]
async fn what_is_built_for_a_sealed_task_is_not_kept() {
    let script = r#"
        for file in program.bin build.log kernels.json build.json; do echo "$file" > build/$file; done
        echo '{"done":"build"}'
    "#;
    let mut case = case(script, LONG);
    let kept = case.dir.path().join("builds");
    let builds = Builds::open(kept.clone(), case.engine.program.clone());
    case.engine.builds = Some(builds.unwrap());
    with_program(&case);
    let count = || std::fs::read_dir(&kept).unwrap().count();
    case.job.keep_build = false;
    case.engine.build(&case.job).await.unwrap();
    assert_eq!(count(), 0);
    case.job.keep_build = true;
    case.engine.build(&case.job).await.unwrap();
    assert_eq!(count(), 1);
}

/// Puts manifest and program into the job's folder.
fn with_program(case: &Case) {
    std::fs::create_dir(case.job.folder.join(path::INPUTS)).unwrap();
    std::fs::write(case.job.folder.join(path::PROGRAM), "text").unwrap();
    let manifest = serde_json::json!({
        "version": "aicpw.task/v1", "name": "test", "engine": "opencl", "class": "int",
        "program": { "cid": "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi" },
        "buffers": [{ "name": "v", "type": "int", "length": 1 }],
        "steps": [{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }],
        "outputs": ["v"],
    });
    std::fs::write(case.job.folder.join(path::MANIFEST), manifest.to_string()).unwrap();
}
