//! Tests with a shell script in place of the executor.

use std::collections::BTreeMap;

use aicpw_protocol::{
    device::Reputation, job::Checkpoint, merkle::result_root, task::Engine, trace::End, Gflops,
    Mebibytes, MegabitsPerSecond,
};

use super::*;

struct Blobs(BTreeMap<ContentId, Vec<u8>>);

impl BlobSource for Blobs {
    async fn size(&self, cid: &ContentId) -> Result<u64> {
        let content = self
            .0
            .get(cid)
            .ok_or_else(|| Error::other("nobody has it"))?;
        Ok(content.len() as u64)
    }

    async fn read(&self, cid: &ContentId, offset: u64, len: u64) -> Result<Vec<u8>> {
        let content = self
            .0
            .get(cid)
            .ok_or_else(|| Error::other("nobody has it"))?;
        let end = content.len().min((offset + len) as usize);
        Ok(content[offset as usize..end].to_vec())
    }
}

fn cid(seed: u8) -> ContentId {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([seed; 32]);
    ContentId::from_bytes(bytes).unwrap()
}

fn blobs() -> Blobs {
    let manifest = format!(
        r#"{{ "version": "aicpw.task/v1", "name": "double", "engine": "opencl", "class": "int",
        "program": {{ "cid": "{}" }},
        "buffers": [ {{ "name": "x", "type": "int", "length": 4, "init": {{ "cid": "{}" }} }} ],
        "steps": [ {{ "kernel": "twice", "args": [ {{ "buffer": "x" }} ], "global": [4] }} ],
        "outputs": [ "x" ] }}"#,
        cid(2),
        cid(3)
    );
    Blobs(
        [
            (cid(1), manifest.into_bytes()),
            (cid(2), b"kernel void twice() {}".to_vec()),
            (cid(3), vec![7; 16]),
        ]
        .into(),
    )
}

fn needs(class: DeterminismClass) -> Needs {
    Needs {
        engine: Engine::OpenCl,
        class,
        gflops: Gflops(1),
        memory: Mebibytes(64),
        bandwidth: MegabitsPerSecond(0),
        min_reputation: Reputation(0),
    }
}

fn trace() -> TraceRecord {
    TraceRecord {
        checkpoints: vec![Checkpoint([1; 32]), Checkpoint([2; 32])],
        end: End {
            launches: 3,
            state_root: [3; 32],
            result_root: result_root(b"output"),
        },
    }
}

/// A fake executor with two devices, of which only the second has the memory and keeps
/// `fp32-strict`.
fn executor(run: &str) -> (tempfile::TempDir, ExecutorArgs) {
    let dir = tempfile::tempdir().unwrap();
    let device = |digit: &str, memory: u64| {
        format!(
            r#"{{"fingerprint":"{}","kind":"cpu","memory_bytes":{memory},"x":1}}"#,
            digit.repeat(64)
        )
    };
    let devices = format!("[{},{}]", device("1", 1), device("2", 1 << 30));
    let write =
        |name: &str, content: &[u8]| std::fs::write(dir.path().join(name), content).unwrap();
    write("devices", devices.as_bytes());
    write("trace", &serde_json::to_vec(&trace()).unwrap());
    let done = |done| Message::Done(done).to_line();
    write("build", done(Done::Build).as_bytes());
    let ran = JobResult {
        result_root: trace().end.result_root,
        trace_root: trace().root(),
        output_bytes: 6,
        launches: 3,
        run_milliseconds: 1,
    };
    write("run", done(Done::Run(ran)).as_bytes());
    let part = PartResult {
        hash: [2; 32],
        launches: 2,
        run_milliseconds: 1,
    };
    write("part", done(Done::Part(part)).as_bytes());
    let script = format!(
        "#!/bin/sh\nhere=$(dirname \"$0\")\ncase \"$1\" in\n\
         devices) cat \"$here/devices\";;\n\
         measure) echo '{{\"classes\":{{\"int\":true,\"fp32Strict\":true,\"device\":true}}}}';;\n\
         build) [ -s \"$2/inputs/program.cl\" ] && cat \"$here/build\";;\n\
         run) {run};;\nesac\n"
    );
    let program = dir.path().join("executor");
    aicpw_stand_in::program(&program, &script).unwrap();
    let args = ExecutorArgs {
        executor_path: Some(program),
        allow_weak_sandbox: false,
    };
    (dir, args)
}

const RUN: &str = r#"mkdir -p "$2/output"; cp "$here/trace" "$2/output/trace.json"
    if grep -q '"state"' "$2/job.json"; then echo state > "$2/output/state.bin"; cat "$here/part"
    else cat "$here/run"; fi"#;

#[tokio::test]
async fn a_job_is_fetched_run_and_its_state_made() {
    let (_dir, args) = executor(RUN);
    let job = Rerun::prepare(&args, &blobs(), &cid(1), &needs(DeterminismClass::Int)).await;
    let job = job.unwrap();
    assert_eq!(job.spec.device, [0x22; 32], "the first that has the memory");
    assert_eq!(job.spec.limits.output_bytes, 16);
    // The manifest, the program, the buffer, and a state of the buffer's size.
    let some = blobs().0;
    let all: usize = some.values().map(Vec::len).sum();
    assert_eq!(job.fetched_bytes(), all as u64 + 16);
    assert!(!job.sees_groups());
    assert_eq!(std::fs::read(job.file("inputs/buffer-0")).unwrap(), [7; 16]);
    let (result, own) = job.run().await.unwrap();
    assert_eq!((result.launches, own), (3, trace()));
    let (hash, file) = job.state(1).await.unwrap();
    assert_eq!(hash, [2; 32]);
    assert_eq!(std::fs::read(file).unwrap(), b"state\n");
    let asked: JobSpec =
        serde_json::from_slice(&std::fs::read(job.file(path::JOB)).unwrap()).unwrap();
    assert_eq!(asked.part, Some(Part::State { number: 1 }));
}

#[tokio::test]
async fn a_device_must_keep_the_class_and_have_the_memory() {
    let (_dir, args) = executor(RUN);
    let strict = needs(DeterminismClass::Fp32Strict);
    assert!(Rerun::prepare(&args, &blobs(), &cid(1), &strict)
        .await
        .is_ok());
    let large = Needs {
        memory: Mebibytes(1 << 20),
        ..strict
    };
    let error = Rerun::prepare(&args, &blobs(), &cid(1), &large)
        .await
        .err()
        .unwrap();
    assert!(error.message.contains("no device"), "{}", error.message);
}

#[tokio::test]
async fn a_program_that_sees_how_the_driver_groups_its_work_is_known() {
    let (_dir, args) = executor(RUN);
    let needs = needs(DeterminismClass::Int);
    let sees = async |program: &str, kernel: (&str, &str)| {
        let mut some = blobs();
        some.0.insert(cid(2), program.as_bytes().to_vec());
        let manifest = String::from_utf8(some.0[&cid(1)].clone()).unwrap();
        let step = r#"{ "kernel": "twice", "args": [ { "buffer": "x" } ], "global": [4] }"#;
        assert!(manifest.contains(step));
        let changed = [kernel.0, step, kernel.1].concat();
        some.0
            .insert(cid(1), manifest.replace(step, &changed).into_bytes());
        let job = Rerun::prepare(&args, &some, &cid(1), &needs).await;
        job.unwrap().sees_groups()
    };
    let by_size = "kernel void twice(global int *x) { x[get_global_id(0)] = get_local_size(0); }";
    let named_so = "kernel void twice(global int *x) { int my_get_local_size = 0; }";
    assert!(sees(by_size, ("", "")).await);
    assert!(!sees(named_so, ("", "")).await);
    let in_loop = (
        r#"{ "loop": { "index": "i", "count": 2, "steps": [ "#,
        "] } }",
    );
    assert!(sees(by_size, in_loop).await);
    let mut some = blobs();
    some.0.insert(cid(2), by_size.into());
    let manifest = String::from_utf8(some.0[&cid(1)].clone()).unwrap();
    let said = manifest.replace(r#""global": [4]"#, r#""global": [4], "local": [2]"#);
    some.0.insert(cid(1), said.into_bytes());
    let job = Rerun::prepare(&args, &some, &cid(1), &needs).await;
    assert!(!job.unwrap().sees_groups(), "the manifest says the size");
}

#[tokio::test]
async fn what_cannot_be_fetched_or_run_is_said() {
    let (_dir, args) = executor(RUN);
    let mut some = blobs();
    some.0.remove(&cid(3));
    let needs = needs(DeterminismClass::Int);
    let error = Rerun::prepare(&args, &some, &cid(1), &needs)
        .await
        .err()
        .unwrap();
    assert!(
        error.message.contains("buffers[0].init"),
        "{}",
        error.message
    );

    let said = r#"echo '{"failed":{"fault":"run-failed","message":"no room"}}'; exit 1"#;
    for (run, what) in [
        (said, "no room"),
        ("echo bye >&2; exit 3", "bye"),
        ("cat $here/build", "did not run"),
    ] {
        let (_dir, args) = executor(run);
        let job = Rerun::prepare(&args, &blobs(), &cid(1), &needs)
            .await
            .unwrap();
        let error = job.run().await.err().unwrap();
        assert!(error.message.contains(what), "{}", error.message);
        assert!(error.hint.is_some());
    }
}

#[tokio::test]
async fn an_executor_that_contradicts_itself_is_not_believed() {
    let lie = r#"mkdir -p "$2/output"; sed 's/"launches":3/"launches":4/' "$here/trace" > "$2/output/trace.json"
        cat "$here/run""#;
    let (_dir, args) = executor(lie);
    let needs = needs(DeterminismClass::Int);
    let job = Rerun::prepare(&args, &blobs(), &cid(1), &needs)
        .await
        .unwrap();
    let error = job.run().await.err().unwrap();
    assert!(
        error.message.contains("another result"),
        "{}",
        error.message
    );
}

/// Much more output than is kept, before the part that matters.
const CHATTER: &str =
    "head -c 5000000 /dev/zero | tr '\\0' 'x'; head -c 5000000 /dev/zero >&2; echo";

#[tokio::test]
async fn all_that_a_job_prints_is_not_kept() {
    let much = vec![7; 5 * KEPT_BYTES + 3];
    let said = end_of(&much[..], KEPT_BYTES).await.unwrap();
    assert_eq!((said.end.len(), said.is_whole), (KEPT_BYTES, false));
    assert!(
        said.end.capacity() <= 4 * KEPT_BYTES,
        "{}",
        said.end.capacity()
    );
    let said = end_of(&b"0123456789"[..], 4).await.unwrap();
    assert_eq!((&said.end[..], said.is_whole), (&b"6789"[..], false));
    let said = end_of(&b"0123"[..], 4).await.unwrap();
    assert_eq!((&said.end[..], said.is_whole), (&b"0123"[..], true));

    let (_dir, args) = executor(&format!("{CHATTER}; {RUN}"));
    let needs = needs(DeterminismClass::Int);
    let job = Rerun::prepare(&args, &blobs(), &cid(1), &needs).await;
    let (result, _) = job.unwrap().run().await.unwrap();
    assert_eq!(result.launches, 3);
}

#[tokio::test]
async fn a_trace_without_end_is_not_read() {
    let endless = format!(
        r#"mkdir -p "$2/output"; head -c {} /dev/zero > "$2/output/trace.json"; cat "$here/run""#,
        TRACE_BYTES + 1
    );
    let (_dir, args) = executor(&endless);
    let needs = needs(DeterminismClass::Int);
    let job = Rerun::prepare(&args, &blobs(), &cid(1), &needs).await;
    let error = job.unwrap().run().await.err().unwrap();
    assert!(error.message.contains("left more than"), "{error}");
}

#[tokio::test]
async fn a_signal_leaves_nothing_behind() {
    // It writes into the folder until it is killed, but does not create the folder anew once it is
    // removed.
    let busy = r#"echo $$ > "$2/process"; mkdir "$2/more"
        while :; do n=$((n + 1)); mkdir "$2/more/$n"; done"#;
    let (_dir, args) = executor(busy);
    let needs = needs(DeterminismClass::Int);
    let job = Rerun::prepare(&args, &blobs(), &cid(1), &needs)
        .await
        .unwrap();
    let folder = job.folder.path().to_owned();
    let signal = async {
        while !folder.join("more").exists() {
            tokio::task::yield_now().await;
        }
        let own = std::process::id().to_string();
        let sent = Command::new("kill").args(["-TERM", &own]).status().await;
        assert!(sent.unwrap().success());
        std::future::pending::<()>().await;
    };
    let work = async move {
        tokio::select! {
            ended = job.run() => ended.map(|_| ()),
            () = signal => unreachable!("it never ends"),
        }
    };
    let error = crate::signals::unless_ended(work, "do this")
        .await
        .unwrap_err();
    assert_eq!(error.message, "told to end");
    assert_eq!(error.hint.unwrap(), "do this");
    assert!(!folder.exists());
}

#[test]
fn without_an_executor_it_says_what_to_do() {
    let args = ExecutorArgs {
        executor_path: Some("/nonexistent/executor".into()),
        allow_weak_sandbox: false,
    };
    let error = args.find("do this").unwrap_err();
    assert_eq!(
        error.hint.unwrap(),
        "name it with --executor-path, or do this"
    );
}
