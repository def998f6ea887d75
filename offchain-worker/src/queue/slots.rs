//! One job per device slot.

use aicpw_protocol::Hash;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, Semaphore,
};

/// The slots of all devices of this machine, by fingerprint.
#[derive(Debug, Default)]
pub struct Slots {
    devices: Mutex<HashMap<Hash, Device>>,
}

#[derive(Debug)]
struct Device {
    slots: usize,
    free: Arc<Semaphore>,
    /// Read-locked by each job, write-locked by whoever wants the device alone, however many slots it has by then.
    door: Arc<RwLock<()>>,
}

/// A job's slot, which is free again when this is dropped.
#[derive(Debug)]
pub struct Slot {
    _permit: OwnedSemaphorePermit,
    _door: OwnedRwLockReadGuard<()>,
}

impl Device {
    fn new(slots: usize) -> Self {
        Self {
            slots,
            free: Arc::new(Semaphore::new(slots)),
            door: Arc::default(),
        }
    }
}

impl Slots {
    /// Waits for a free slot of a device that now has `slots` of them.
    pub async fn take(&self, fingerprint: Hash, slots: u8) -> Slot {
        let (free, door) = self.resized(fingerprint, usize::from(slots.max(1)));
        let door = door.read_owned().await;
        match free.acquire_owned().await {
            Ok(permit) => Slot {
                _permit: permit,
                _door: door,
            },
            // Nobody closes the semaphore.
            Err(_closed) => std::future::pending().await,
        }
    }

    /// Takes the whole device, if no job has a slot of it: no job starts until this is dropped.
    pub fn take_all(&self, fingerprint: Hash) -> Option<OwnedRwLockWriteGuard<()>> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let device = devices.entry(fingerprint).or_insert_with(|| Device::new(1));
        device.door.clone().try_write_owned().ok()
    }

    fn resized(&self, fingerprint: Hash, slots: usize) -> (Arc<Semaphore>, Arc<RwLock<()>>) {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let device = devices
            .entry(fingerprint)
            .or_insert_with(|| Device::new(slots));
        if slots > device.slots {
            device.free.add_permits(slots - device.slots);
            device.slots = slots;
        } else {
            // Slots in use cannot be taken away; the rest is taken away when the next job comes.
            device.slots -= device.free.forget_permits(device.slots - slots);
        }
        (device.free.clone(), device.door.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn as_many_jobs_as_slots_and_each_device_has_its_own() {
        let slots = Slots::default();
        let first = slots.take([1; 32], 2).await;
        let _second = slots.take([1; 32], 2).await;
        let mut third = std::pin::pin!(slots.take([1; 32], 2));
        assert!(futures::poll!(&mut third).is_pending());
        let _other = slots.take([2; 32], 1).await;
        drop(first);
        let _third = third.await;

        assert!(slots.take_all([1; 32]).is_none(), "two jobs run");
        let all = slots.take_all([3; 32]).unwrap();
        let mut fourth = std::pin::pin!(slots.take([3; 32], 2));
        assert!(futures::poll!(&mut fourth).is_pending());
        drop(all);
        let _fourth = fourth.await;
        assert!(slots.take_all([3; 32]).is_none(), "one job runs");

        let _grown = slots.take([1; 32], 3).await;
        let mut shrunk = std::pin::pin!(slots.take([1; 32], 1));
        assert!(futures::poll!(&mut shrunk).is_pending());
    }
}
