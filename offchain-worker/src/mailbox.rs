//! The mailbox between the offchain worker hook and this side: see [`aicpw_protocol::mailbox`] for
//! its contract.

use aicpw_protocol::{
    mailbox::{
        answer_key, report_key, Asks, ChallengeAnswer, Challenges, DeviceSize, Orders, Report,
        ASKS, CHALLENGES, DEVICES, DEVICE_SIZES, FAILING_DEVICES, ORDERS, SERVING,
    },
    AssignmentId, DeviceId, Hash,
};
use codec::{DecodeAll, Encode};
use std::fmt;
use std::sync::Arc;

use crate::chain::LocalStorage;

/// The content of the mailbox cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MailboxError {
    /// It is not what the hook of this version writes.
    #[error(
        "what the hook put into the mailbox cannot be read ({0}); node and runtime may be of \
         different versions"
    )]
    Garbled(codec::Error),
    /// The folder served another chain before.
    #[error("what the hook put into the mailbox is of another chain (genesis 0x{})", hex::encode(.0))]
    OtherChain(Hash),
}

/// Typed access to the mailbox.
#[derive(Clone)]
pub struct Mailbox {
    storage: Arc<dyn LocalStorage>,
    genesis: Hash,
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let genesis = hex::encode(self.genesis);
        f.debug_struct("Mailbox")
            .field("genesis", &genesis)
            .finish_non_exhaustive()
    }
}

impl Mailbox {
    /// The mailbox of the chain with this genesis hash.
    pub fn new(storage: Arc<dyn LocalStorage>, genesis: Hash) -> Self {
        Self { storage, genesis }
    }

    /// Returns the newest orders; `None` before the hook has written any.
    ///
    /// # Errors
    /// When they are not readable, or of another chain.
    pub fn orders(&self) -> Result<Option<Orders>, MailboxError> {
        self.read(ORDERS, |orders: &Orders| orders.genesis)
    }

    /// Returns the open conformance challenges; `None` before the hook has written any.
    ///
    /// # Errors
    /// When they are not readable, or of another chain.
    pub fn challenges(&self) -> Result<Option<Challenges>, MailboxError> {
        self.read(CHALLENGES, |challenges: &Challenges| challenges.genesis)
    }

    /// Reads what the hook wrote under a key, if it is of this chain.
    fn read<V: DecodeAll>(
        &self,
        key: &[u8],
        genesis: impl Fn(&V) -> Hash,
    ) -> Result<Option<V>, MailboxError> {
        let Some(bytes) = self.storage.get(key) else {
            return Ok(None);
        };
        let value = V::decode_all(&mut bytes.as_slice()).map_err(MailboxError::Garbled)?;
        match genesis(&value) {
            own if own == self.genesis => Ok(Some(value)),
            other => Err(MailboxError::OtherChain(other)),
        }
    }

    /// Replaces the answer of a device.
    pub fn write_answer(&self, device: DeviceId, answer: &ChallengeAnswer) {
        self.replace(&answer_key(device), answer.encode());
    }

    /// Returns the answer of a device, if there is one that can be read.
    pub fn answer(&self, device: DeviceId) -> Option<ChallengeAnswer> {
        let bytes = self.storage.get(&answer_key(device))?;
        ChallengeAnswer::decode_all(&mut bytes.as_slice()).ok()
    }

    /// Returns what disputes want; `None` before the hook has written any, and if the runtime is older than disputes'
    /// wants.
    ///
    /// # Errors
    /// When they are not readable.
    // RELEASE-1: remove when release 3 is main (such a runtime)
    pub fn asks(&self) -> Result<Option<Asks>, MailboxError> {
        match self.read(ASKS, |asks: &Asks| asks.genesis) {
            // The hook leaves another chain's there until it has some of this one.
            Err(MailboxError::OtherChain(_)) => Ok(None),
            read => read,
        }
    }

    /// Replaces the report on an assignment. Returns whether it changed.
    pub fn write_report(&self, assignment: AssignmentId, report: &Report) -> bool {
        self.replace(&report_key(assignment), report.encode())
    }

    /// Returns the report on an assignment, if there is one that can be read.
    pub fn report(&self, assignment: AssignmentId) -> Option<Report> {
        let bytes = self.storage.get(&report_key(assignment))?;
        Report::decode_all(&mut bytes.as_slice()).ok()
    }

    /// Removes the report on an assignment if the hook would repeat it as long as the job runs.
    pub fn clear_sign_of_life(&self, assignment: AssignmentId) {
        if let Some(Report::Ready | Report::Running { .. }) = self.report(assignment) {
            self.clear_report(assignment);
        }
    }

    /// Removes the report on an assignment that has ended.
    pub fn clear_report(&self, assignment: AssignmentId) {
        self.storage.remove(&report_key(assignment));
    }

    /// Says that this side is alive at `now` (milliseconds since the Unix epoch). Without it the
    /// hook sends no heartbeat, so that a node that cannot work is not given work.
    pub fn renew_serving(&self, now: u64) {
        self.replace(SERVING, now.encode());
    }

    /// Says that this side should be given nothing more for now.
    pub fn stop_serving(&self) {
        self.storage.remove(SERVING);
    }

    /// Says which devices this machine has, by fingerprint. Returns whether they differ from
    /// before.
    pub fn write_devices(&self, fingerprints: &[Hash]) -> bool {
        self.replace(DEVICES, fingerprints.encode())
    }

    /// Says which devices of this machine fail our trial job.
    pub fn write_failing_devices(&self, fingerprints: &[Hash]) {
        self.replace(FAILING_DEVICES, fingerprints.encode());
    }

    /// Says the size of each device that is offered.
    pub fn write_device_sizes(&self, sizes: &[DeviceSize]) {
        self.replace(DEVICE_SIZES, sizes.encode());
    }

    /// Writes a value and returns whether it changed. If somebody else writes at the same time,
    /// compares with the newer value again.
    fn replace(&self, key: &[u8], new: Vec<u8>) -> bool {
        loop {
            let old = self.storage.get(key);
            if old.as_ref() == Some(&new) {
                return false;
            }
            if self.storage.compare_and_set(key, old.as_deref(), &new) {
                return true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{content_id, order, MemoryStorage};
    use aicpw_protocol::{
        mailbox::{FetchOrder, Order, ORDERS},
        TaskId,
    };

    const GENESIS: Hash = [7; 32];

    #[test]
    fn orders_of_another_chain_or_version_are_refused() {
        let storage = Arc::new(MemoryStorage::default());
        let mailbox = Mailbox::new(storage.clone(), GENESIS);
        assert_eq!(mailbox.orders(), Ok(None));

        let orders = Orders {
            genesis: GENESIS,
            block: 3,
            now: 3,
            orders: Vec::new(),
        };
        storage.put(ORDERS, orders.encode());
        assert_eq!(mailbox.orders(), Ok(Some(orders.clone())));

        let mut longer = orders.encode();
        longer.push(0);
        storage.put(ORDERS, longer);
        assert!(matches!(mailbox.orders(), Err(MailboxError::Garbled(_))));

        let other = Orders {
            genesis: [8; 32],
            ..orders
        };
        storage.put(ORDERS, other.encode());
        assert_eq!(mailbox.orders(), Err(MailboxError::OtherChain([8; 32])));
    }

    /// The runtime of release 1, which does not know of results that are to be fetched, encodes one
    /// list of orders where this one encodes two lists.
    #[test]
    fn orders_of_the_release_before_are_read() {
        let storage = Arc::new(MemoryStorage::default());
        let mailbox = Mailbox::new(storage.clone(), GENESIS);
        let fetch = FetchOrder {
            result: content_id(b"result"),
            root: None,
            key: [5; 32],
            peers: Default::default(),
        };
        let to_run = order(1);
        let to_fetch = Order {
            fetch: Some(fetch),
            ..order(2)
        };
        let mut orders = Orders {
            genesis: GENESIS,
            block: 3,
            now: 2,
            orders: vec![to_run.clone(), to_fetch],
        };
        storage.put(ORDERS, orders.encode());
        assert_eq!(mailbox.orders(), Ok(Some(orders.clone())));

        orders.orders.pop();
        let before = (GENESIS, 3_u32, 2_u32, vec![to_run]).encode();
        storage.put(ORDERS, before);
        assert_eq!(mailbox.orders(), Ok(Some(orders)));
    }

    #[test]
    fn a_report_replaces_the_one_before() {
        let mailbox = Mailbox::new(Arc::new(MemoryStorage::default()), GENESIS);
        let one = AssignmentId {
            task: TaskId(1),
            ..Default::default()
        };
        let two = AssignmentId {
            task: TaskId(2),
            ..Default::default()
        };
        assert!(mailbox.write_report(one, &Report::Ready));
        assert!(!mailbox.write_report(one, &Report::Ready));
        let done = Report::Done {
            commitment: [1; 32],
        };
        assert!(mailbox.write_report(one, &done));
        assert_eq!(mailbox.report(one), Some(done));
        assert_eq!(mailbox.report(two), None);
        mailbox.clear_report(one);
        assert_eq!(mailbox.report(one), None);
    }
}
