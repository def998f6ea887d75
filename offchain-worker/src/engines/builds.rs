//! Built programs, kept for the next job with the same program: compiling is most of the time
//! between the inputs and the first kernel.
//!
//! A build is found by everything that it was made from: the text of the program, what the manifest says about
//! compiling and about the kernels' arguments, the device, and the executor. So a stranger's text meets only what was
//! built from the very same text, and the run stage compares the record once more. Jobs get copies: a program in the
//! sandbox cannot reach the kept builds.

use aicpw_protocol::{
    job::path,
    manifest::{limits, Manifest},
    Hash,
};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::Job;
use crate::{durable, usage};

/// The number of builds that are kept; the one that was not used for the longest time goes first.
const MAX_BUILDS: usize = 128;

/// The most bytes that all of them take on disk. They are not part of what any job was promised there. A build that is
/// just being kept comes on top.
const MAX_BYTES: u64 = 1 << 30;

/// The most bytes of a file of a build. A build with a larger file is not kept.
const MAX_FILE: u64 = 16 << 20;

/// The files that the build stage leaves, the record last: with it a build is complete.
const FILES: [&str; 4] = [
    path::BINARY,
    path::BUILD_LOG,
    path::KERNELS,
    path::BUILD_RECORD,
];

/// The most files of a build that are looked at: more than it has.
const MOST_FILES: u64 = 2 * FILES.len() as u64;

/// The builds in a folder.
#[derive(Debug, Clone)]
pub struct Builds {
    folder: PathBuf,
    executor: PathBuf,
    most_bytes: u64,
}

impl Builds {
    /// Opens the builds in `folder`, which is made if missing, by this executor. Builds beyond the limits are removed.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: PathBuf, executor: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let builds = Self {
            folder,
            executor,
            most_bytes: MAX_BYTES,
        };
        if let Err(error) = builds.evict() {
            tracing::warn!(%error, "cannot remove kept builds");
        }
        Ok(builds)
    }

    /// Puts the build that this job needs into its folder. Returns `false` if there is none.
    pub(super) fn give(&self, job: &Job) -> bool {
        let Ok(kept) = self.place(job) else {
            return false;
        };
        let give = || -> io::Result<()> {
            fs::create_dir_all(job.folder.join(path::BUILD))?;
            for file in FILES {
                fs::copy(kept.join(name(file)), job.folder.join(file))?;
            }
            File::open(kept.join(name(path::BUILD_RECORD)))?.set_modified(SystemTime::now())
        };
        match give() {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => {
                tracing::warn!(%error, folder = %kept.display(), "cannot use a kept build");
                false
            }
        }
    }

    /// Keeps what the build stage of this job made. It is no failure if it cannot be kept.
    pub(super) fn keep(&self, job: &Job) {
        if let Err(error) = self.try_keep(job) {
            tracing::warn!(%error, "a build is not kept");
        }
    }

    /// Removes the build that this job had: a run that crashes may have met a damaged one.
    pub(super) fn forget(&self, job: &Job) {
        if let Ok(kept) = self.place(job) {
            if let Err(error) = durable::remove_folder(&kept) {
                tracing::warn!(%error, folder = %kept.display(), "cannot remove a kept build");
            }
        }
    }

    fn try_keep(&self, job: &Job) -> io::Result<()> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let kept = self.place(job)?;
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let part = self
            .folder
            .join(format!("part-{}-{count}", std::process::id()));
        fs::create_dir(&part)?;
        let copied = FILES.iter().try_for_each(|file| {
            let content = durable::read_untrusted(&job.folder.join(file), MAX_FILE)?;
            durable::replace(&part.join(name(file)), &content)
        });
        let moved = copied.and_then(|()| {
            durable::remove_folder(&kept)?;
            fs::rename(&part, &kept)
        });
        if moved.is_err() {
            durable::remove_folder(&part)?;
        }
        moved?;
        self.evict()
    }

    /// Removes the builds that are too many or too large together, and what a crash left.
    fn evict(&self) -> io::Result<()> {
        let mut builds = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let used = fs::metadata(path.join(name(path::BUILD_RECORD)))
                .and_then(|record| record.modified())
                .unwrap_or(SystemTime::UNIX_EPOCH);
            let bytes = usage::of(&path, MOST_FILES).bytes;
            builds.push((used, path, bytes));
        }
        builds.sort();
        let mut left = builds.len();
        let all_bytes = builds.iter().map(|(_, _, bytes)| *bytes);
        let mut left_bytes = all_bytes.fold(0, u64::saturating_add);
        for (_, path, bytes) in builds {
            if left <= MAX_BUILDS && left_bytes <= self.most_bytes {
                break;
            }
            durable::remove_folder(&path)?;
            left -= 1;
            left_bytes = left_bytes.saturating_sub(bytes);
        }
        Ok(())
    }

    /// Returns where the build for this job is kept.
    fn place(&self, job: &Job) -> io::Result<PathBuf> {
        let manifest =
            durable::read_untrusted(&job.folder.join(path::MANIFEST), limits::MANIFEST_BYTES)?;
        let manifest = Manifest::parse(&manifest).map_err(io::Error::other)?;
        let plan = manifest.plan().map_err(io::Error::other)?;
        let program =
            durable::read_untrusted(&job.folder.join(path::PROGRAM), limits::PROGRAM_BYTES)?;
        let executor = fs::metadata(&self.executor)?;
        let changed = executor.modified()?.duration_since(SystemTime::UNIX_EPOCH);

        let mut hasher = blake3::Hasher::new_derive_key("aicpw 2026 kept build v1");
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(&program);
        part(&serde_json::to_vec(&(&manifest.class, &manifest.build))?);
        part(&job.fingerprint);
        part(&executor.len().to_le_bytes());
        part(&changed.unwrap_or_default().as_nanos().to_le_bytes());
        for step in plan.kernels() {
            part(step.kernel.as_bytes());
            part(&(step.arguments as u64).to_le_bytes());
        }
        let hash: Hash = hasher.finalize().into();
        Ok(self.folder.join(hex::encode(hash)))
    }
}

/// Returns the file's name without its folder in the job.
fn name(file: &str) -> &Path {
    Path::new(file.rsplit('/').next().unwrap_or(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use serde_json::json;
    use std::time::{Duration, Instant};

    struct World {
        dir: tempfile::TempDir,
        builds: Builds,
    }

    impl World {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let executor = dir.path().join("executor");
            fs::write(&executor, b"program").unwrap();
            let builds = Builds::open(dir.path().join("builds"), executor).unwrap();
            Self { dir, builds }
        }

        fn job(&self, name: &str, program: &str, defines: serde_json::Value, device: u8) -> Job {
            let folder = self.dir.path().join(name);
            fs::create_dir_all(folder.join(path::INPUTS)).unwrap();
            fs::write(folder.join(path::PROGRAM), program).unwrap();
            let manifest = json!({
                "version": "aicpw.task/v1", "name": "test", "engine": "opencl", "class": "int",
                "program": { "cid": "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi" },
                "build": { "defines": defines },
                "buffers": [{ "name": "v", "type": "int", "length": 1 }],
                "steps": [{ "kernel": "f", "args": [{ "buffer": "v" }], "global": [1] }],
                "outputs": ["v"],
            });
            fs::write(folder.join(path::MANIFEST), manifest.to_string()).unwrap();
            let order = testing::order(1);
            Job {
                folder,
                fingerprint: [device; 32],
                needs: order.needs,
                output_bytes: 4,
                deadline: Instant::now() + Duration::from_secs(60),
                keep_build: true,
                part: None,
            }
        }

        /// Returns a job with what a build stage leaves.
        fn built(&self, name: &str, program: &str) -> Job {
            let job = self.job(name, program, json!({}), 1);
            fs::create_dir_all(job.folder.join(path::BUILD)).unwrap();
            for file in FILES {
                fs::write(job.folder.join(file), format!("{file} of {program}")).unwrap();
            }
            job
        }
    }

    #[test]
    fn the_same_program_gets_the_same_build() {
        let world = World::new();
        world.builds.keep(&world.built("first", "text"));
        let job = world.job("second", "text", json!({}), 1);
        assert!(world.builds.give(&job));
        for file in FILES {
            let content = fs::read_to_string(job.folder.join(file)).unwrap();
            assert_eq!(content, format!("{file} of text"));
        }
        world.builds.forget(&job);
        assert!(!world.builds.give(&job));
    }

    #[test]
    fn another_text_option_device_or_executor_gets_none() {
        let world = World::new();
        world.builds.keep(&world.built("first", "text"));
        let same = world.job("same", "text", json!({}), 1);
        for other in [
            world.job("a", "other text", json!({}), 1),
            world.job("b", "text", json!({ "N": 2 }), 1),
            world.job("c", "text", json!({}), 2),
        ] {
            assert!(!world.builds.give(&other), "{}", other.folder.display());
            assert!(!other.folder.join(path::BUILD_RECORD).exists());
        }
        assert!(world.builds.give(&same));
        fs::write(&world.builds.executor, b"another program").unwrap();
        assert!(!world.builds.give(&same));
    }

    #[test]
    fn what_is_not_an_ordinary_file_is_not_kept() {
        let world = World::new();
        let job = world.built("first", "text");
        let secret = world.dir.path().join("secret");
        fs::write(&secret, b"key").unwrap();
        let binary = job.folder.join(path::BINARY);
        fs::remove_file(&binary).unwrap();
        std::os::unix::fs::symlink(&secret, &binary).unwrap();
        world.builds.keep(&job);
        assert!(!world
            .builds
            .give(&world.job("second", "text", json!({}), 1)));
        assert_eq!(fs::read_dir(&world.builds.folder).unwrap().count(), 0);
    }

    /// Regression: only the number of builds had a limit, and together they could take gigabytes that nobody had
    /// counted.
    #[test]
    fn together_they_take_no_more_than_they_may() {
        let mut world = World::new();
        world.builds.most_bytes = 5 << 19;
        for (second, name) in (1..).zip(["first", "second", "third"]) {
            let job = world.built(name, name);
            // Two builds fit beside each other, with all their files.
            fs::write(job.folder.join(path::BINARY), vec![1; 1 << 20]).unwrap();
            world.builds.keep(&job);
            let kept = world.builds.place(&job).unwrap();
            let record = File::open(kept.join(super::name(path::BUILD_RECORD))).unwrap();
            let used = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
            record.set_modified(used).unwrap();
        }
        let is_kept = |program: &str| {
            let job = world.job(&format!("{program} again"), program, json!({}), 1);
            world.builds.give(&job)
        };
        assert!(!is_kept("first"));
        assert!(is_kept("second") && is_kept("third"));
    }

    #[test]
    fn what_is_too_much_goes_at_the_start() {
        let world = World::new();
        let folder = world.builds.folder.clone();
        for number in 0..=MAX_BUILDS {
            fs::create_dir(folder.join(number.to_string())).unwrap();
        }
        Builds::open(folder.clone(), world.builds.executor.clone()).unwrap();
        assert_eq!(fs::read_dir(folder).unwrap().count(), MAX_BUILDS);
    }

    #[test]
    fn the_longest_unused_goes_first() {
        let world = World::new();
        let old = world.built("old", "old");
        world.builds.keep(&old);
        for number in 0..MAX_BUILDS {
            let place = world.builds.folder.join(number.to_string());
            fs::create_dir(&place).unwrap();
            fs::write(place.join("build.json"), b"").unwrap();
        }
        // This one is used again, so another one has to go.
        let again = world.job("again", "old", json!({}), 1);
        assert!(world.builds.give(&again));
        world.builds.keep(&world.built("new", "new"));
        assert_eq!(
            fs::read_dir(&world.builds.folder).unwrap().count(),
            MAX_BUILDS
        );
        assert!(world.builds.give(&again));
    }
}
