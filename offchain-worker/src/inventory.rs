//! The devices of a running worker: their measurements, and measuring one again when its owner asks. The inventory
//! tells the hook the devices' sizes.
//!
//! While a device is being measured, no job starts on it. A device that then fails its trial is no longer offered. A
//! device that works only after the start is taken in then. A conformance run, of this device or another, interrupts
//! the measurement, which is then done again (`measuring_turn`).

use aicpw_protocol::{mailbox::DeviceSize, Hash};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

use crate::{
    devices::{LocalDevice, Measuring},
    examine::Described,
    mailbox::Mailbox,
    measuring_turn::Turn,
    queue::Slots,
    trial::Trials,
};

/// Why a device was not measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMeasured {
    /// A job runs on it: the measurement would be wrong, and the job late.
    #[error(
        "a job runs on the device, so it was not measured; `aicpw provider devices pause` keeps new \
         ones away, then try again when it has ended"
    )]
    Busy,
    /// It is not there, or fails.
    #[error("{0}")]
    Failed(String),
}

type Outcome = Result<LocalDevice, NotMeasured>;

/// What this machine offers.
#[derive(Debug)]
pub struct Inventory {
    measuring: Measuring,
    trials: Trials,
    mailbox: Mailbox,
    slots: Arc<Slots>,
    turn: Turn,
    stop: watch::Receiver<bool>,
    devices: Mutex<Vec<LocalDevice>>,
    under_way: Mutex<HashMap<Hash, watch::Receiver<Option<Outcome>>>>,
}

impl Inventory {
    /// Returns the inventory of devices that have been measured and tried. Nothing is measured any more once `stop` is
    /// true.
    pub(crate) fn new(
        measuring: Measuring,
        trials: Trials,
        mailbox: Mailbox,
        devices: Vec<LocalDevice>,
        slots: Arc<Slots>,
        turn: Turn,
        stop: watch::Receiver<bool>,
    ) -> Self {
        say_sizes(&mailbox, &devices);
        Self {
            measuring,
            trials,
            mailbox,
            slots,
            turn,
            stop,
            devices: Mutex::new(devices),
            under_way: Mutex::default(),
        }
    }

    /// Returns the devices with their last measurements.
    pub fn devices(&self) -> Vec<LocalDevice> {
        locked(&self.devices).clone()
    }

    /// Takes in a device that works and is not in the inventory yet, because it could not be tried at the start or
    /// failed then. Returns the number of devices.
    ///
    /// The device has the measurement from before. If it was never measured at its present size, nothing is known of
    /// it, and it is not taken in.
    pub(crate) fn admit(&self, described: &Described) -> usize {
        let is_it =
            |device: &LocalDevice| hex::encode(device.spec.fingerprint) == described.fingerprint;
        let mut devices = locked(&self.devices);
        if !devices.iter().any(is_it) {
            if let Some(device) = self.measuring.known(described) {
                devices.push(device);
                say_sizes(&self.mailbox, &devices);
            }
        }
        devices.len()
    }

    /// Measures a device again. The measurement continues when nobody waits for it any more; whoever asks meanwhile
    /// waits for the same one.
    ///
    /// # Errors
    /// When a job runs on the device, or it is not there, or fails. The earlier measurement then stays, unless the
    /// device failed its trial.
    pub async fn measure(self: &Arc<Self>, fingerprint: Hash) -> Result<LocalDevice, NotMeasured> {
        let mut outcome = self.begin(fingerprint)?;
        let outcome = match outcome.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone(),
            Err(_) => None,
        };
        outcome.unwrap_or_else(|| Err(stopped()))
    }

    fn begin(
        self: &Arc<Self>,
        fingerprint: Hash,
    ) -> Result<watch::Receiver<Option<Outcome>>, NotMeasured> {
        let mut under_way = locked(&self.under_way);
        if let Some(outcome) = under_way.get(&fingerprint) {
            // Unless the measurement never ended.
            if outcome.has_changed().is_ok() {
                return Ok(outcome.clone());
            }
        }
        let slots = self.slots.take_all(fingerprint).ok_or(NotMeasured::Busy)?;
        let (sender, receiver) = watch::channel(None);
        under_way.insert(fingerprint, receiver.clone());
        let this = self.clone();
        tokio::spawn(async move {
            let outcome = this.measure_now(fingerprint).await;
            drop(slots);
            locked(&this.under_way).remove(&fingerprint);
            sender.send_replace(Some(outcome));
        });
        Ok(receiver)
    }

    async fn measure_now(&self, fingerprint: Hash) -> Outcome {
        let mut stop = self.stop.clone();
        let measuring = self.turn.measure(|| self.measure_and_try(&fingerprint));
        let measured = tokio::select! {
            measured = measuring => measured,
            _ = stop.wait_for(|stop| *stop) => return Err(stopped()),
        };
        let mut devices = locked(&self.devices);
        let is_it = |device: &LocalDevice| device.spec.fingerprint == fingerprint;
        if self.trials.passed(&fingerprint) == Some(false) {
            devices.retain(|device| !is_it(device));
            say_sizes(&self.mailbox, &devices);
        }
        let measured = measured.map_err(NotMeasured::Failed)?;
        match devices.iter().position(is_it) {
            Some(at) => devices[at] = measured.clone(),
            None => devices.push(measured.clone()),
        }
        say_sizes(&self.mailbox, &devices);
        Ok(measured)
    }

    async fn measure_and_try(&self, fingerprint: &Hash) -> Result<LocalDevice, String> {
        let measured = self.measuring.again(fingerprint).await;
        let measured = measured.map_err(|error| error.to_string())?;
        let tried = self.trials.of_local(&measured).await;
        tried.map_err(|error| error.to_string())?;
        Ok(measured)
    }
}

fn say_sizes(mailbox: &Mailbox, devices: &[LocalDevice]) {
    let devices = devices.iter();
    let sizes: Vec<_> = devices.map(|device| DeviceSize::of(&device.spec)).collect();
    mailbox.write_device_sizes(&sizes);
}

fn stopped() -> NotMeasured {
    NotMeasured::Failed("the worker has stopped; start the node again".into())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::LocalStorage;
    use crate::devices::Kinds;
    use crate::testing::{passes_trials, soon, MemoryStorage};
    use aicpw_protocol::{
        device::DeviceKind, mailbox::DEVICE_SIZES, Gflops, Mebibytes, MegabitsPerSecond,
    };
    use codec::DecodeAll;
    use std::path::Path;

    const DEVICE: Hash = [1; 32];

    async fn inventory(folder: &Path) -> (Arc<Inventory>, watch::Sender<bool>) {
        inventory_of(folder, Arc::default()).await
    }

    /// Returns an inventory with a stand-in for the executor. Its device has as many GFLOPS as the number of calls of
    /// `measure`, and 1024 MiB or what is in a file `memory`. It measures while a file `wait` exists, fails if a file
    /// `broken` does, and builds no job if a file `locked` does.
    async fn inventory_of(
        folder: &Path,
        storage: Arc<MemoryStorage>,
    ) -> (Arc<Inventory>, watch::Sender<bool>) {
        let digits = hex::encode(DEVICE);
        let script = format!(
            r#"#!/bin/sh
case "$1" in
devices) echo '[{{"fingerprint":"{digits}","name":"One","driver":"x","platform":"P",
    "kind":"cpu","memory_bytes":1024,"compute_units":2}}]';;
measure) echo >> measurements
  while [ -e wait ]; do sleep 0.01; done
  [ ! -e broken ] || exit 1
  echo '{{"kind":"cpu","engine":"opencl","name":"One","fingerprint":"{digits}",
    "classes":{{"int":true,"fp32Strict":false,"device":true}},
    "gflops":'$(wc -l < measurements)',"memory":'$(cat memory || echo 1024)',
    "memory_gigabytes_per_second":3.5,"deviations":[]}}';;
build) [ ! -e '{folder}/locked' ] || exit 1;;
esac
{trial}"#,
            folder = folder.display(),
            trial = passes_trials(folder),
        );
        let program = folder.join("executor");
        aicpw_stand_in::program(&program, &script).unwrap();
        let measuring = Measuring {
            program,
            folder: folder.to_owned(),
            bandwidth: MegabitsPerSecond(50),
            kinds: Kinds::default(),
        };
        let devices = measuring.devices().await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let slots = Arc::default();
        let mailbox = Mailbox::new(storage, [0; 32]);
        let turn = Turn::default();
        let trials = Trials::new(measuring.program.clone(), folder.to_owned(), false);
        let inventory = Inventory::new(measuring, trials, mailbox, devices, slots, turn, stopped);
        (Arc::new(inventory), stop)
    }

    fn gflops(inventory: &Inventory) -> Vec<u64> {
        let devices = inventory.devices();
        devices.iter().map(|device| device.spec.gflops.0).collect()
    }

    #[tokio::test]
    async fn a_device_is_measured_as_often_as_its_owner_asks() {
        let dir = tempfile::tempdir().unwrap();
        let (inventory, _stop) = inventory(dir.path()).await;
        assert_eq!(gflops(&inventory), [1]);
        let measured = inventory.measure(DEVICE).await.unwrap();
        assert_eq!(measured.spec.gflops, Gflops(2));
        assert_eq!(gflops(&inventory), [2]);
        // After a start the last measurement is still known.
        let kept = inventory.measuring.devices().await.unwrap();
        assert_eq!(kept, inventory.devices());

        let error = inventory.measure([9; 32]).await.unwrap_err().to_string();
        assert!(error.contains("start the node again"), "{error}");
        std::fs::write(dir.path().join("broken"), "").unwrap();
        assert!(matches!(
            inventory.measure(DEVICE).await,
            Err(NotMeasured::Failed(_))
        ));
        assert_eq!(gflops(&inventory), [2], "as before");
    }

    #[tokio::test]
    async fn the_hook_is_told_how_much_there_is_at_the_start_and_after_each_measurement() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Arc::<MemoryStorage>::default();
        let told = || {
            let bytes = storage.get(DEVICE_SIZES)?;
            Some(Vec::<DeviceSize>::decode_all(&mut bytes.as_slice()).unwrap())
        };
        let has = |memory| {
            Some(vec![DeviceSize {
                fingerprint: DEVICE,
                memory: Mebibytes(memory),
                bandwidth: MegabitsPerSecond(50),
            }])
        };
        // Left by an earlier run, with a device that is no longer there.
        let before = Mailbox::new(storage.clone(), [0; 32]);
        before.write_device_sizes(&[DeviceSize {
            fingerprint: [9; 32],
            memory: Mebibytes(1),
            bandwidth: MegabitsPerSecond(1),
        }]);
        let (inventory, _stop) = inventory_of(dir.path(), storage.clone()).await;
        assert_eq!(told(), has(1024));
        std::fs::write(dir.path().join("memory"), "512").unwrap();
        inventory.measure(DEVICE).await.unwrap();
        assert_eq!(told(), has(512));
        // It is not known that there is less.
        std::fs::write(dir.path().join("memory"), "256").unwrap();
        std::fs::write(dir.path().join("broken"), "").unwrap();
        inventory.measure(DEVICE).await.unwrap_err();
        assert_eq!(told(), has(512));
    }

    #[tokio::test]
    async fn a_device_that_fails_its_trial_is_offered_no_longer_until_it_passes() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Arc::<MemoryStorage>::default();
        let (inventory, _stop) = inventory_of(dir.path(), storage.clone()).await;
        let sizes = || {
            let bytes = storage.get(DEVICE_SIZES).unwrap();
            let sizes = Vec::<DeviceSize>::decode_all(&mut bytes.as_slice());
            sizes.unwrap().len()
        };
        let locked = dir.path().join("locked");
        std::fs::write(&locked, "").unwrap();
        let error = inventory.measure(DEVICE).await.unwrap_err().to_string();
        assert!(error.contains("the build stage"), "{error}");
        assert_eq!((gflops(&inventory), sizes()), (Vec::new(), 0));
        std::fs::remove_file(&locked).unwrap();
        inventory.measure(DEVICE).await.unwrap();
        assert_eq!((gflops(&inventory), sizes()), (vec![3], 1));
    }

    /// Regression: a device that could not be tried at the start was offered later, and the hook was not told its size.
    #[tokio::test]
    async fn a_device_that_works_later_is_taken_in_as_it_was_measured() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Arc::<MemoryStorage>::default();
        let (inventory, _stop) = inventory_of(dir.path(), storage.clone()).await;
        let sizes = || {
            let bytes = storage.get(DEVICE_SIZES).unwrap();
            let sizes = Vec::<DeviceSize>::decode_all(&mut bytes.as_slice());
            sizes.unwrap().len()
        };
        let described = |memory_bytes| Described {
            fingerprint: hex::encode(DEVICE),
            platform: "P".into(),
            driver: "x".into(),
            name: "One".into(),
            kind: DeviceKind::Cpu,
            memory_bytes,
            usable_bytes: None,
            compute_units: 2,
        };
        locked(&inventory.devices).clear();
        say_sizes(&inventory.mailbox, &[]);
        assert_eq!(inventory.admit(&described(4096)), 0, "another size");
        assert_eq!((gflops(&inventory), sizes()), (Vec::new(), 0));
        for _ in 0..2 {
            assert_eq!(inventory.admit(&described(1024)), 1);
            assert_eq!((gflops(&inventory), sizes()), (vec![1], 1));
        }
    }

    #[tokio::test]
    async fn no_job_runs_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let (inventory, _stop) = inventory(dir.path()).await;
        let job = inventory.slots.take(DEVICE, 1).await;
        assert_eq!(inventory.measure(DEVICE).await, Err(NotMeasured::Busy));
        drop(job);

        std::fs::write(dir.path().join("wait"), "").unwrap();
        let outcome = inventory.begin(DEVICE).unwrap();
        let mut job = std::pin::pin!(inventory.slots.take(DEVICE, 2));
        assert!(futures::poll!(&mut job).is_pending());
        // Whoever asks now waits for the same measurement.
        assert!(inventory.begin(DEVICE).unwrap().same_channel(&outcome));
        std::fs::remove_file(dir.path().join("wait")).unwrap();
        drop(soon("the job has a slot", job).await);
        assert_eq!(gflops(&inventory), [2]);
    }

    #[tokio::test]
    async fn a_conformance_run_waits_for_no_measurement() {
        let dir = tempfile::tempdir().unwrap();
        let (inventory, _stop) = inventory(dir.path()).await;
        let waits = dir.path().join("wait");
        std::fs::write(&waits, "").unwrap();
        let measurements = dir.path().join("measurements");
        let begun = || std::fs::read(&measurements).unwrap().len();
        let mut outcome = inventory.begin(DEVICE).unwrap();
        let is_begun = async {
            while begun() < 2 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        soon("the device is being measured", is_begun).await;
        // It would never end.
        let run = soon("the run has its turn", inventory.turn.for_run()).await;
        std::fs::remove_file(&waits).unwrap();
        drop(run);
        let measured = soon("it is measured", outcome.wait_for(Option::is_some)).await;
        let measured = measured.unwrap().clone().unwrap();
        assert_eq!(measured.unwrap().spec.gflops, Gflops(3), "once more");
    }

    #[tokio::test]
    async fn a_worker_that_stops_measures_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let (inventory, stop) = inventory(dir.path()).await;
        std::fs::write(dir.path().join("wait"), "").unwrap();
        let measuring = inventory.measure(DEVICE);
        stop.send_replace(true);
        assert_eq!(soon("it has ended", measuring).await, Err(stopped()));
    }
}
