//! Checks now and then which devices the machine has.
//!
//! A driver can be changed while the node runs, and a device can break. A registered device should then not be matched.
//! Neither should a device that fails our trial job, which a device does when it is first seen, and again some time
//! after a failure. The hook compares the devices with those registered, and says so with its heartbeats.

use aicpw_protocol::Hash;
use futures::{
    future::join_all,
    stream::{FuturesUnordered, StreamExt},
};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::{
    sync::watch,
    time::{interval, MissedTickBehavior},
};

use crate::{
    devices::Kinds,
    drivers,
    examine::{Described, Examiner},
    inventory::Inventory,
    mailbox::Mailbox,
    metrics::WorkerMetrics,
    trial::{Trials, TRIAL_NEEDS},
};

/// How often it checks: once in a heartbeat period.
const EVERY: Duration = Duration::from_secs(30);

/// The number of failed checks in a row after which each driver is asked alone, and a device counts as working only if
/// its driver answers. A driver that is being changed fails once or twice. A driver that hangs fails each time, and
/// takes along all drivers that are loaded with it.
const TOO_MANY: u64 = 3;

/// Checks for devices.
pub(crate) struct Lookout {
    pub mailbox: Mailbox,
    pub examiner: Examiner,
    pub kinds: Kinds,
    pub trials: Trials,
    pub inventory: Arc<Inventory>,
    /// The folder of the drivers' files.
    pub vendors: Option<PathBuf>,
    pub metrics: WorkerMetrics,
}

impl Lookout {
    /// Checks until `stop` is true or gone.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        self.run_every(EVERY, stop).await;
    }

    async fn run_every(self, every: Duration, mut stop: watch::Receiver<bool>) {
        let mut due = interval(every);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failed = 0;
        loop {
            tokio::select! {
                _ = due.tick() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            tokio::select! {
                () = self.look(&mut failed) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// `failed`: how many checks have failed since the last that worked.
    async fn look(&self, failed: &mut u64) {
        self.look_as_of(failed, Instant::now()).await;
    }

    async fn look_as_of(&self, failed: &mut u64, now: Instant) {
        match self.examiner.devices().await {
            Ok(devices) => {
                if *failed >= TOO_MANY {
                    tracing::warn!(
                        "it is seen again which devices are there; they are tried, and offered"
                    );
                    self.trials.forget_passed(|_| true);
                    self.kinds.set_drivers(HashMap::new());
                }
                *failed = 0;
                self.offer(&devices, now).await;
            }
            Err(error) if error.no_room => {
                tracing::warn!(%error, "cannot look which devices are there; those that were seen last are offered");
            }
            Err(error) => {
                *failed = failed.saturating_add(1);
                match *failed {
                    // The devices found before stay for now, and jobs report what they meet.
                    1 => tracing::warn!(%error, "cannot look which devices are there"),
                    TOO_MANY => {
                        tracing::warn!(
                            %error,
                            "cannot look which devices are there, {TOO_MANY} times now: until it works only those get \
                             tasks whose drivers answer alone. A driver hangs or is broken; `aicpw-executor devices` \
                             shows it"
                        );
                        self.trials.forget_passed(|_| true);
                    }
                    _ => {}
                }
                if *failed >= TOO_MANY {
                    self.look_apart(now).await;
                }
            }
        }
        self.metrics.looks_failed(*failed);
    }

    /// Asks each driver alone, all of them at the same time.
    async fn look_apart(&self, now: Instant) {
        let files = drivers::apart(self.vendors.as_deref());
        let looks = files.into_iter().map(|file| async move {
            let listed = self.examiner.devices_of(&file).await;
            (file, listed)
        });
        let (mut devices, mut alone) = (Vec::new(), HashMap::new());
        for (file, listed) in join_all(looks).await {
            let listed = listed.unwrap_or_else(|error| {
                tracing::debug!(driver = %file.display(), %error, "a driver fails alone as well");
                Vec::new()
            });
            for device in listed {
                let Some(fingerprint) = fingerprint(&device) else {
                    continue;
                };
                // Two files can name the same driver.
                if alone.insert(fingerprint, file.clone()).is_none() {
                    devices.push(device);
                }
            }
        }
        self.trials
            .forget_passed(|device| !alone.contains_key(device));
        self.kinds.set_drivers(alone);
        self.offer(&devices, now).await;
    }

    /// Says which of these devices work. The trials of devices run at the same time, and the other devices do not wait
    /// for them.
    async fn offer(&self, devices: &[Described], now: Instant) {
        let mut seen = Vec::new();
        for device in devices {
            let Some(fingerprint) = fingerprint(device) else {
                continue;
            };
            self.kinds.put(fingerprint, device.kind);
            let works = self.trials.passed_as_of(&fingerprint, now);
            seen.push(Seen {
                fingerprint,
                device,
                works,
            });
        }
        let mut trying = FuturesUnordered::new();
        for (at, seen) in seen.iter().enumerate() {
            if seen.works.is_none() {
                trying.push(self.try_one(at, seen.fingerprint, seen.device));
            }
        }
        if seen.iter().any(|seen| seen.works == Some(true)) {
            self.say(&seen);
        }
        while let Some((at, works)) = trying.next().await {
            seen[at].works = Some(works);
            if works {
                self.say(&seen);
            }
        }
        self.say(&seen);
    }

    fn say(&self, seen: &[Seen<'_>]) {
        let that = |works: bool| {
            let those = seen.iter().filter(move |seen| seen.works == Some(works));
            those.map(|seen| seen.fingerprint).collect::<Vec<_>>()
        };
        // The sizes of the devices are written before the devices.
        for seen in seen.iter().filter(|seen| seen.works == Some(true)) {
            self.metrics.devices(self.inventory.admit(seen.device));
        }
        // Written first: the hook says that a device is gone if it is in neither list.
        self.mailbox.write_failing_devices(&that(false));
        if self.mailbox.write_devices(&that(true)) {
            let works = seen.iter().filter(|seen| seen.works == Some(true));
            let names: Vec<&str> = works.map(|seen| &*seen.device.name).collect();
            tracing::info!(devices = names.join(", "), "the devices of this machine");
        }
    }

    /// Tries a device. Returns its position `at` in a list, and whether it does our trial job.
    async fn try_one(&self, at: usize, fingerprint: Hash, device: &Described) -> (usize, bool) {
        let tried = self.trials.of(&fingerprint, device.kind, &device.name);
        match tried.await {
            Ok(()) => (at, true),
            Err(error) => {
                tracing::error!("{error}; {TRIAL_NEEDS}");
                (at, false)
            }
        }
    }
}

/// A device that is there, and whether it works, if known.
struct Seen<'a> {
    fingerprint: Hash,
    device: &'a Described,
    works: Option<bool>,
}

fn fingerprint(device: &Described) -> Option<Hash> {
    let mut fingerprint = Hash::default();
    hex::decode_to_slice(&device.fingerprint, &mut fingerprint).ok()?;
    Some(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chain::LocalStorage,
        devices::Measuring,
        measuring_turn::Turn,
        metrics::scrape,
        sandbox::{hangs, keep_hanging},
        testing::{passes_trials, MemoryStorage},
    };
    use aicpw_protocol::{
        device::DeviceKind,
        mailbox::{DeviceSize, DEVICES, DEVICE_SIZES, FAILING_DEVICES},
        MegabitsPerSecond,
    };
    use codec::{DecodeAll, Encode};
    use std::{fs, path::Path};
    use substrate_prometheus_endpoint::Registry;

    /// Makes an executor that lists the devices whose fingerprints are in a file, and fails if there is no file; while
    /// a file `apart` exists, it also fails if it loads another driver than `good.icd`. It builds no job for device 5
    /// unless a file `mended` exists, and records for which devices it is asked to build.
    fn executor(folder: &Path) -> Examiner {
        let program = folder.join("executor");
        let list = folder.join("list");
        let script = format!(
            r#"#!/bin/sh
if [ "$1" = devices ]; then echo "$OCL_ICD_VENDORS" >> '{looks}'; fi
if [ -e '{apart}' ]; then
  case "$OCL_ICD_VENDORS" in */good.icd) ;; *) exit 1;; esac
fi
if [ "$1" = build ]; then
  grep -o '"device": ".."*' "$2/job.json" >> '{tried}'
  if grep -q '"device": "05' "$2/job.json" && [ ! -e '{mended}' ]; then exit 1; fi
fi
{trial}
if [ "$1" = measure ]; then
  echo '{{"kind":"cpu","engine":"opencl","name":"Some","fingerprint":"'$3'","gflops":7,"memory":1,
  "classes":{{"int":true,"fp32Strict":false,"device":true}},"memory_gigabytes_per_second":3.0,"deviations":[]}}'
  exit 0
fi
[ "$1" = devices ] || exit 2
first=1
printf '['
while read -r digits; do
  [ $first = 1 ] || printf ','
  first=0
  printf '{{"index":0,"fingerprint":"%s","platform":"P","driver":"x","name":"%s","kind":"cpu","memory_bytes":1,"compute_units":1}}' "$digits" "$digits"
done < {list} || exit 1
printf ']'
"#,
            tried = folder.join("tried").display(),
            trial = passes_trials(folder),
            list = list.display(),
            apart = folder.join("apart").display(),
            mended = folder.join("mended").display(),
            looks = folder.join("looks").display(),
        );
        aicpw_stand_in::program(&program, &script).unwrap();
        Examiner {
            program,
            folder: folder.into(),
        }
    }

    fn list(folder: &Path, fingerprints: &[u8]) {
        let lines = fingerprints
            .iter()
            .map(|byte| hex::encode([*byte; 32]) + "\n");
        // The file appears complete, for its readers.
        fs::write(folder.join("new"), lines.collect::<String>()).unwrap();
        fs::rename(folder.join("new"), folder.join("list")).unwrap();
    }

    fn measuring(examiner: &Examiner, kinds: &Kinds) -> Measuring {
        Measuring {
            program: examiner.program.clone(),
            folder: examiner.folder.clone(),
            bandwidth: MegabitsPerSecond(50),
            kinds: kinds.clone(),
        }
    }

    fn lookout(folder: &Path, storage: &Arc<MemoryStorage>, metrics: WorkerMetrics) -> Lookout {
        let (examiner, kinds) = (executor(folder), Kinds::default());
        let mailbox = Mailbox::new(storage.clone(), [0; 32]);
        let trials = Trials::new(examiner.program.clone(), folder.into(), false)
            .with_drivers_of(kinds.clone());
        let inventory = Inventory::new(
            measuring(&examiner, &kinds),
            trials.clone(),
            mailbox.clone(),
            Vec::new(),
            Arc::default(),
            Turn::default(),
            watch::channel(false).1,
        );
        Lookout {
            mailbox,
            trials,
            inventory: Arc::new(inventory),
            examiner,
            kinds,
            vendors: None,
            metrics,
        }
    }

    #[tokio::test]
    async fn who_fails_a_job_of_ours_is_not_there_and_is_asked_once() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let lookout = lookout(folder.path(), &storage, WorkerMetrics::default());
        let mut failed = 0;
        for devices in [&[1, 5][..], &[1, 5, 2][..], &[5, 2, 1][..]] {
            list(folder.path(), devices);
            lookout.look(&mut failed).await;
            let here = storage.get(DEVICES).unwrap();
            let here = Vec::<Hash>::decode_all(&mut here.as_slice()).unwrap();
            let passed = devices.iter().filter(|device| **device != 5);
            let passed: Vec<Hash> = passed.map(|device| [*device; 32]).collect();
            assert_eq!(here, passed);
        }
        let tried = fs::read_to_string(folder.path().join("tried")).unwrap();
        assert_eq!(tried.lines().count(), 3, "{tried}");
        // Jobs that were assigned to it before get the sandbox of its kind all the same.
        assert_eq!(lookout.kinds.of(&[5; 32]), Some(DeviceKind::Cpu));
    }

    /// Regression: a device that failed once, on a full disk, was not offered until the node was started again.
    #[tokio::test]
    async fn who_failed_is_tried_again_later_and_is_not_said_to_be_gone() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let lookout = lookout(folder.path(), &storage, WorkerMetrics::default());
        list(folder.path(), &[1, 5]);
        let said = |key: &[u8]| {
            let bytes = storage.get(key).unwrap();
            Vec::<Hash>::decode_all(&mut bytes.as_slice()).unwrap()
        };
        let tried = || {
            let tried = fs::read_to_string(folder.path().join("tried")).unwrap();
            tried.lines().count()
        };
        let in_minutes = |minutes: u64| Instant::now() + Duration::from_secs(60 * minutes);
        let mut failed = 0;
        // Tried twice at first: device 5 fails. It fails again after 10 minutes, after which there is a pause of 20.
        for (minutes, trials) in [(0, 2), (8, 2), (11, 3), (18, 3)] {
            lookout.look_as_of(&mut failed, in_minutes(minutes)).await;
            assert_eq!(tried(), trials, "{minutes}");
            assert_eq!(said(DEVICES), [[1; 32]]);
            assert_eq!(said(FAILING_DEVICES), [[5; 32]]);
        }
        fs::write(folder.path().join("mended"), "").unwrap();
        lookout.look_as_of(&mut failed, in_minutes(21)).await;
        assert_eq!(tried(), 4);
        assert_eq!(said(DEVICES), [[1; 32], [5; 32]]);
        assert!(said(FAILING_DEVICES).is_empty());
    }

    /// Regression: one driver that hung took along the devices of all others; and when it was back, nobody knew whether
    /// its devices worked.
    #[tokio::test]
    async fn who_answers_alone_is_offered_alone_and_is_tried_anew_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let mut lookout = lookout(folder.path(), &storage, WorkerMetrics::default());
        let vendors = folder.path().join("vendors");
        fs::create_dir(&vendors).unwrap();
        let (good, bad) = (vendors.join("good.icd"), vendors.join("bad.icd"));
        for file in [&good, &bad] {
            fs::write(file, "").unwrap();
        }
        lookout.vendors = Some(vendors);
        list(folder.path(), &[1]);
        let apart = folder.path().join("apart");
        let offered = || {
            let bytes = storage.get(DEVICES).unwrap();
            Vec::<Hash>::decode_all(&mut bytes.as_slice()).unwrap()
        };
        let tried = || {
            let tried = fs::read_to_string(folder.path().join("tried")).unwrap();
            tried.lines().count()
        };
        let looks_at_bad = || {
            let looks = fs::read_to_string(folder.path().join("looks")).unwrap();
            looks
                .lines()
                .filter(|line| line.ends_with("bad.icd"))
                .count()
        };
        let mut failed = 0;
        lookout.look(&mut failed).await;
        assert_eq!((offered(), tried()), (vec![[1; 32]], 1));

        fs::write(&apart, "").unwrap();
        for trials in [1, 1, 2, 2] {
            lookout.look(&mut failed).await;
            assert_eq!((offered(), tried()), (vec![[1; 32]], trials), "{failed}");
        }
        assert_eq!(failed, 4);
        assert_eq!(lookout.kinds.driver_of(&[1; 32]), Some(good));
        assert_eq!(looks_at_bad(), 2);
        // The hanging driver has one process and no more, and the other driver is asked all the same.
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let program = lookout.examiner.program.clone();
        keep_hanging(&program, Some(&bad), None, async move {
            let _ = ended.await;
        });
        lookout.look(&mut failed).await;
        assert_eq!((offered(), tried()), (vec![[1; 32]], 2));
        assert_eq!((failed, looks_at_bad()), (5, 2));
        end.send(()).unwrap();
        while hangs(&program, None) {
            tokio::task::yield_now().await;
        }

        fs::remove_file(&apart).unwrap();
        lookout.look(&mut failed).await;
        assert_eq!((offered(), tried()), (vec![[1; 32]], 3));
        assert_eq!((failed, lookout.kinds.driver_of(&[1; 32])), (0, None));
    }

    /// Regression: a device that could not be tried at the start was later offered without a size.
    #[tokio::test]
    async fn who_works_later_than_at_the_start_is_in_the_inventory() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let lookout = lookout(folder.path(), &storage, WorkerMetrics::default());
        list(folder.path(), &[1, 5]);
        let measuring = measuring(&lookout.examiner, &lookout.kinds);
        assert_eq!(measuring.devices().await.unwrap().len(), 2);
        lookout.look(&mut 0).await;
        let offered = lookout.inventory.devices();
        let offered: Vec<Hash> = offered.iter().map(|one| one.spec.fingerprint).collect();
        assert_eq!(offered, [[1; 32]]);
        let sizes = storage.get(DEVICE_SIZES).unwrap();
        let sizes = Vec::<DeviceSize>::decode_all(&mut sizes.as_slice()).unwrap();
        let sizes: Vec<Hash> = sizes.iter().map(|size| size.fingerprint).collect();
        assert_eq!(sizes, [[1; 32]]);
    }

    #[tokio::test]
    async fn a_look_without_room_says_nothing_of_devices() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let mut lookout = lookout(folder.path(), &storage, WorkerMetrics::default());
        list(folder.path(), &[1]);
        let mut failed = 0;
        lookout.look(&mut failed).await;
        lookout.examiner.folder = folder.path().join("gone");
        for _ in 0..=TOO_MANY {
            lookout.look(&mut failed).await;
        }
        assert_eq!(failed, 0);
        let here = storage.get(DEVICES).unwrap();
        let here = Vec::<Hash>::decode_all(&mut here.as_slice()).unwrap();
        assert_eq!(here, [[1; 32]]);
    }

    /// Regression: a card that hung in its driver stayed offered, and each of its jobs waited until its deadline.
    #[tokio::test]
    async fn devices_that_cannot_be_listed_are_offered_no_longer_until_they_can() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let registry = Registry::new();
        let metrics = WorkerMetrics::register(&registry).unwrap();
        let lookout = lookout(folder.path(), &storage, metrics);
        let here = || {
            let bytes = storage.get(DEVICES).unwrap();
            let here = Vec::<Hash>::decode_all(&mut bytes.as_slice()).unwrap();
            let failed = scrape::value(&registry, "aicpw_device_look_failed", &[]);
            (here.len(), failed)
        };
        let mut failed = 0;
        for turn in 0..2 {
            list(folder.path(), &[1, 2]);
            lookout.look(&mut failed).await;
            assert_eq!(here(), (2, 0.0), "turn {turn}");
            fs::remove_file(folder.path().join("list")).unwrap();
            for expected in [(2, 1.0), (2, 2.0), (0, 3.0), (0, 4.0)] {
                lookout.look(&mut failed).await;
                assert_eq!(here(), expected, "turn {turn}");
            }
        }
    }

    /// Regression: for a device that hung in its driver, each check left one more process that nobody can end.
    #[tokio::test]
    async fn while_a_process_hangs_no_other_is_started() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let lookout = lookout(folder.path(), &storage, WorkerMetrics::default());
        list(folder.path(), &[1]);
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let program = &lookout.examiner.program;
        keep_hanging(program, None, None, async move {
            let _ = ended.await;
        });
        let mut failed = 0;
        for expected in 1..=4 {
            lookout.look(&mut failed).await;
            assert_eq!(failed, expected);
        }
        assert!(!folder.path().join("looks").exists());
        end.send(()).unwrap();
        while hangs(program, None) {
            tokio::task::yield_now().await;
        }
        lookout.look(&mut failed).await;
        assert_eq!(failed, 0);
        assert!(folder.path().join("looks").exists());
        let here = storage.get(DEVICES).unwrap();
        let here = Vec::<Hash>::decode_all(&mut here.as_slice()).unwrap();
        assert_eq!(here, [[1; 32]]);
    }

    /// Regression: a job that hung on one card withdrew all other cards.
    #[tokio::test]
    async fn while_a_job_hangs_devices_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let lookout = lookout(folder.path(), &storage, WorkerMetrics::default());
        list(folder.path(), &[1, 2]);
        let (program, never) = (&lookout.examiner.program, std::future::pending());
        keep_hanging(program, None, Some([1; 32]), never);
        let mut failed = 0;
        lookout.look(&mut failed).await;
        assert_eq!(failed, 0);
        let said = |key: &[u8]| {
            let bytes = storage.get(key).unwrap();
            Vec::<Hash>::decode_all(&mut bytes.as_slice()).unwrap()
        };
        assert_eq!(said(DEVICES), [[2; 32]]);
        assert_eq!(said(FAILING_DEVICES), [[1; 32]]);
    }

    #[tokio::test]
    async fn says_what_is_there_and_keeps_it_when_it_cannot_look() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Arc::new(MemoryStorage::default());
        let lookout = lookout(folder.path(), &storage, WorkerMetrics::default());
        let kinds = lookout.kinds.clone();
        let said = || {
            let bytes = storage.get(DEVICES)?;
            Some(Vec::<Hash>::decode_all(&mut bytes.as_slice()).unwrap())
        };
        let mut failed = 0;
        lookout.look(&mut failed).await;
        assert_eq!((said(), failed), (None, 1));

        list(folder.path(), &[1, 2]);
        lookout.look(&mut failed).await;
        assert_eq!((said(), failed), (Some(vec![[1; 32], [2; 32]]), 0));
        assert_eq!(kinds.of(&[2; 32]), Some(DeviceKind::Cpu));

        fs::remove_file(folder.path().join("list")).unwrap();
        lookout.look(&mut failed).await;
        assert_eq!((said(), failed), (Some(vec![[1; 32], [2; 32]]), 1));

        // That all devices are gone has to be said too.
        list(folder.path(), &[]);
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(lookout.run_every(Duration::from_millis(10), stopped));
        let none: &[Hash] = &[];
        storage.value_is(DEVICES, &none.encode()).await;
        list(folder.path(), &[3]);
        storage.value_is(DEVICES, &vec![[3u8; 32]].encode()).await;
        stop.send_replace(true);
        running.await.unwrap();
    }
}
