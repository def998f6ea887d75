//! One job per device slot.

use aicpw_protocol::Hash;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The slots of all devices of this machine, by fingerprint.
#[derive(Debug, Default)]
pub struct Slots {
    devices: Mutex<HashMap<Hash, Device>>,
}

#[derive(Debug)]
struct Device {
    slots: usize,
    free: Arc<Semaphore>,
}

impl Slots {
    /// Waits for a free slot of a device that has `slots` of them now. It is free again when the
    /// permit is dropped.
    pub async fn take(&self, fingerprint: Hash, slots: u8) -> OwnedSemaphorePermit {
        let free = self.resized(fingerprint, usize::from(slots.max(1)));
        match free.acquire_owned().await {
            Ok(permit) => permit,
            // Nobody closes it.
            Err(_closed) => std::future::pending().await,
        }
    }

    fn resized(&self, fingerprint: Hash, slots: usize) -> Arc<Semaphore> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let device = devices.entry(fingerprint).or_insert_with(|| Device {
            slots,
            free: Arc::new(Semaphore::new(slots)),
        });
        if slots > device.slots {
            device.free.add_permits(slots - device.slots);
            device.slots = slots;
        } else {
            // What is in use cannot be taken away; the rest is when the next job comes.
            device.slots -= device.free.forget_permits(device.slots - slots);
        }
        device.free.clone()
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

        let _grown = slots.take([1; 32], 3).await;
        let mut shrunk = std::pin::pin!(slots.take([1; 32], 1));
        assert!(futures::poll!(&mut shrunk).is_pending());
    }
}
