//! Builds the program of a task that is not submitted yet, so that its author sees the compiler's messages before a
//! provider does.

use std::path::Path;

use aicpw_protocol::{
    job::{path, without_log, Done, Failed, JobLimits, JobSpec, JobVersion},
    manifest::Manifest,
    task::Fault,
};

use super::{ask, begin_of, odd, ExecutorArgs, Folder, Listed, Rerun, CPU_SECONDS};
use crate::{
    error::{Error, Result},
    program_name::with_own_name,
};

/// The longest part of a compiler's log that is shown.
const LOG_BYTES: u64 = 1 << 20;

/// What the user can do if nothing can be built.
const OTHERWISE: &str =
    "nothing was sent; without --compile the first provider's compiler sees the program first";

/// A program that compiles.
#[derive(Debug)]
pub struct Built {
    /// The device for which it was built.
    pub device: String,
    /// The compiler's log, which may have warnings.
    pub log: String,
}

/// Builds the program in this file, which is the manifest's program, for the first device of this machine, as a
/// provider's node would. The log calls it `name`.
///
/// # Errors
/// [`crate::error::Kind::Usage`] if the program does not compile or the manifest does not fit it; another kind if it
/// cannot be built here.
pub async fn build(
    args: &ExecutorArgs,
    manifest: &Manifest,
    program: &Path,
    name: &str,
) -> Result<Built> {
    let executor = args.find("leave --compile away")?;
    let otherwise = |error: Error| error.hint(OTHERWISE);
    let devices: Vec<Listed> = ask(&executor, &["devices"]).await.map_err(otherwise)?;
    let Some(device) = devices.into_iter().next() else {
        return Err(otherwise(Error::other("this machine has no OpenCL device")));
    };
    let job = Rerun {
        folder: Folder::new()?,
        executor,
        allow_weak_sandbox: args.allow_weak_sandbox,
        spec: JobSpec {
            version: JobVersion::V1,
            device: device.fingerprint,
            kind: Some(device.kind),
            limits: JobLimits {
                memory_bytes: manifest.memory_bytes(),
                output_bytes: manifest.output_bytes(),
                cpu_seconds: CPU_SECONDS,
            },
            part: None,
        },
        fetched_bytes: 0,
        sees_groups: false,
    };
    let text = manifest.to_json();
    job.write(path::MANIFEST, text.as_bytes()).await?;
    let content = tokio::fs::read(program).await;
    let content = content.map_err(|error| Error::file("read", program, &error))?;
    let inputs = job.file(path::INPUTS);
    let made = tokio::fs::create_dir_all(&inputs).await;
    made.map_err(|error| Error::file("make", &inputs, &error))?;
    job.write(path::PROGRAM, &content).await?;
    job.say_part(None).await?;
    match job.said("build").await.map_err(otherwise)? {
        Ok(Done::Build) => Ok(Built {
            device: device.name,
            log: with_own_name(log(&job).await?.trim(), Some(name)),
        }),
        Ok(Done::Run(_) | Done::Part(_)) => Err(odd("did not build the program")),
        Err(failed) => {
            let log = match failed.log.as_deref() {
                Some(path::BUILD_LOG) => log(&job).await?,
                _ => String::new(),
            };
            Err(refused(&failed, &log, name))
        }
    }
}

/// The compiler's log.
async fn log(job: &Rerun) -> Result<String> {
    let log = begin_of(&job.file(path::BUILD_LOG), LOG_BYTES).await?;
    Ok(String::from_utf8_lossy(&log).into_owned())
}

fn refused(failed: &Failed, log: &str, name: &str) -> Error {
    let said = match log.trim() {
        "" => failed.message.clone(),
        log => format!("{}\n{log}", without_log(&failed.message, log)),
    };
    let said = with_own_name(&said, Some(name));
    let correct = "correct it; nothing was sent";
    match failed.fault {
        Fault::BuildFailed => Error::usage(said).hint(correct),
        Fault::BadManifest => {
            Error::usage(format!("the manifest does not fit the program: {said}")).hint(correct)
        }
        _ => Error::other(format!("the program cannot be built here: {said}")).hint(OTHERWISE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        commands::prepare::{tests as folders, Prepared},
        error::Kind,
    };

    /// Builds with a fake executor that does `stage` in its build stage, and returns the outcome.
    async fn built(devices: &str, stage: &str) -> Result<Built> {
        let dir = tempfile::tempdir().unwrap();
        let executor = dir.path().join("executor");
        let script = format!(
            "#!/bin/sh\ncase \"$1\" in\ndevices) echo '{devices}';;\nbuild) mkdir \"$2/build\"; {stage};;\nesac\n"
        );
        aicpw_stand_in::program(&executor, &script).unwrap();
        let args = ExecutorArgs {
            executor_path: Some(executor),
            allow_weak_sandbox: false,
        };
        let (task, path) = folders::folder(folders::MANIFEST);
        let manifest = Prepared::load(&path).unwrap().manifest;
        let program = task.path().join("double.cl");
        build(&args, &manifest, &program, "kernels/double.cl").await
    }

    fn device() -> String {
        let digits = "22".repeat(32);
        format!(r#"[{{"fingerprint":"{digits}","kind":"cpu","memory_bytes":1,"name":"slow one"}}]"#)
    }

    #[tokio::test]
    async fn a_program_that_compiles() {
        // The executor is given everything it needs; the last of these is the content of the manifest's only buffer.
        let stage = r#"grep -q twice "$2/inputs/program.cl" && grep -q twice "$2/manifest.json" \
            && grep -q '"memory_bytes": 16' "$2/job.json" || exit 9
            echo 'program.cl:1: warning: x' > "$2/build/build.log"; echo '{"done":"build"}'"#;
        let built = built(&device(), stage).await.unwrap();
        assert_eq!(built.device, "slow one");
        assert_eq!(built.log, "kernels/double.cl:1: warning: x");
    }

    #[tokio::test]
    async fn what_the_compiler_says_is_told_whole_and_once() {
        let stage = r#"printf 'program.cl:3: error\nprogram.cl:9: error\n' > "$2/build/build.log"
            printf '%s\n' '{"failed":{"fault":"build-failed","log":"build/build.log","message":"it does not compile:\nprogram.cl:3: er"}}'
            exit 1"#;
        let error = built(&device(), stage).await.unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(
            error.message,
            "it does not compile:\nkernels/double.cl:3: error\nkernels/double.cl:9: error"
        );
        assert_eq!(error.hint.unwrap(), "correct it; nothing was sent");
    }

    #[tokio::test]
    async fn what_does_not_fit_and_what_cannot_be_built_here_are_told_apart() {
        let failed = |fault: &str| {
            format!(r#"echo '{{"failed":{{"fault":"{fault}","message":"why"}}}}'; exit 1"#)
        };
        for (stage, kind, what) in [
            (
                failed("bad-manifest"),
                Kind::Usage,
                "does not fit the program: why",
            ),
            (failed("crashed"), Kind::Error, "cannot be built here: why"),
            ("echo bye >&2; exit 3".into(), Kind::Error, "bye"),
        ] {
            let error = built(&device(), &stage).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            assert!(error.message.contains(what), "{error}");
            assert!(error.hint.unwrap().contains("nothing was sent"));
        }
        let error = built("[]", "exit 9").await.unwrap_err();
        assert!(error.message.contains("no OpenCL device"), "{error}");
        assert!(error.hint.unwrap().contains("without --compile"));
    }
}
