//! Reads what jurors' executors run, according to their own messages.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use aicpw_protocol::{
    job::{path, Done, Message},
    trace::Position,
};
use anyhow::{Context, Result};
use codec::Decode;
use tempfile::TempDir;

/// The file in the folder of a run with everything that its executor said.
const SAID: &str = "said";
/// The file with the state from which the run continued, if it did.
const STATE: &str = "state";

/// A program in the executor's place that has the executor do what it is asked for, and keeps what it says in each run.
pub struct Recorder {
    folder: TempDir,
}

impl Recorder {
    /// Returns a recorder of the executor at this absolute path.
    pub fn of(executor: &Path) -> Result<Self> {
        let folder = TempDir::with_prefix("aicpw-bench-").context("a temporary folder")?;
        let recorder = Self { folder };
        fs::create_dir(recorder.runs())?;
        let (executor, runs) = (executor.display(), recorder.runs());
        let (runs, before) = (runs.display(), path::STATE_BEFORE);
        // A run's failure is in its messages, so nobody misses its exit code.
        let script = format!(
            "#!/bin/sh\n\
             [ \"$1\" = run ] || exec '{executor}' \"$@\"\n\
             run=$(mktemp -d '{runs}/XXXXXX') || exit\n\
             if [ -f \"$2/{before}\" ]; then cp \"$2/{before}\" \"$run/{STATE}\"; fi\n\
             '{executor}' \"$@\" | tee \"$run/{SAID}\"\n"
        );
        let program = recorder.program();
        aicpw_stand_in::program(&program, &script)?;
        Ok(recorder)
    }

    /// Returns the program, for `--executor-path`.
    pub fn program(&self) -> PathBuf {
        self.folder.path().join("executor")
    }

    fn runs(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    /// Returns the launches in each run of a part that has ended so far.
    pub fn parts(&self) -> Result<Vec<u64>> {
        let mut parts = Vec::new();
        for run in fs::read_dir(self.runs())? {
            parts.extend(launches(&run?.path())?);
        }
        Ok(parts)
    }
}

/// Returns the launches in a run; `None` if it was not a run of a part, or has not ended.
fn launches(run: &Path) -> Result<Option<u64>> {
    let said = match fs::read(run.join(SAID)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        said => said?,
    };
    let mut lines = said.split(|byte| *byte == b'\n');
    let last = lines.rfind(|line| !line.is_empty()).unwrap_or_default();
    let Some(Message::Done(Done::Part(part))) = Message::from_line(last) else {
        return Ok(None);
    };
    let state = run.join(STATE);
    let before = match state.exists() {
        true => Position::decode(&mut fs::read(state)?.as_slice())?.launches,
        false => 0,
    };
    // What an executor reports for a part includes the launches before it.
    let launches = part.launches.checked_sub(before);
    let launches = launches.with_context(|| format!("{part:?} from {before} on"))?;
    Ok(Some(launches))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use aicpw_protocol::job::PartResult;
    use codec::Encode;

    use super::*;

    /// A shell in the executor's place: `run` is a script that it runs.
    #[test]
    fn of_a_part_the_launches_count_that_were_not_made_before() {
        let recorder = Recorder::of(Path::new("/bin/sh")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let run = |launches: u64| {
            let part = Message::Done(Done::Part(PartResult {
                hash: [1; 32],
                launches,
                run_milliseconds: 0,
            }));
            let total = 100;
            let lines =
                Message::Progress { done: 0, total }.to_line() + part.to_line().trim_end() + "\n";
            fs::write(folder.path().join("run"), format!("echo '{lines}'")).unwrap();
            let mut shell = Command::new("/bin/sh");
            let said = shell
                .arg(recorder.program())
                .args([Path::new("run"), folder.path()])
                .current_dir(folder.path())
                .output()
                .unwrap();
            assert_eq!(
                String::from_utf8(said.stdout).unwrap().trim(),
                lines.trim(),
                "{}",
                String::from_utf8_lossy(&said.stderr)
            );
        };
        run(2);
        assert_eq!(recorder.parts().unwrap(), [2]);
        let state = Position {
            launches: 48,
            place: vec![0, 47, 0],
        };
        let path = folder.path().join(path::STATE_BEFORE);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, [state.encode(), vec![7; 8]].concat()).unwrap();
        run(51);
        let mut parts = recorder.parts().unwrap();
        parts.sort_unstable();
        assert_eq!(parts, [2, 3]);
    }

    #[test]
    fn other_runs_are_none_of_a_part() {
        let run = tempfile::tempdir().unwrap();
        assert_eq!(launches(run.path()).unwrap(), None);
        let progress = Message::Progress { done: 1, total: 2 }.to_line();
        fs::write(run.path().join(SAID), progress).unwrap();
        assert_eq!(launches(run.path()).unwrap(), None);
    }
}
