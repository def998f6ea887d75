use aicpw_protocol::{
    mailbox::{self, Order, Orders, Report},
    task::{AssignmentStatus, Role},
    AssignmentId, BlockNumber, DeviceId, Hash,
};
use codec::{DecodeAll, Encode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

use super::soon;
use crate::chain::{BlockRef, ChainView, Heads, LocalStorage, StateError, Verdict};

/// Offchain storage in memory, which announces every change.
pub struct MemoryStorage {
    values: watch::Sender<BTreeMap<Vec<u8>, Vec<u8>>>,
    /// All reports that were ever written, in order.
    reports: Mutex<Vec<(AssignmentId, Report)>>,
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self {
            values: watch::channel(BTreeMap::new()).0,
            reports: Mutex::default(),
        }
    }
}

impl MemoryStorage {
    /// Sets a value, as the hook does.
    pub fn put(&self, key: &[u8], value: Vec<u8>) {
        self.values.send_modify(|all| {
            all.insert(key.to_vec(), value);
        });
    }

    /// Waits until the report on an assignment is as wanted.
    pub async fn report(
        &self,
        assignment: AssignmentId,
        what: &str,
        mut wanted: impl FnMut(&Report) -> bool,
    ) -> Report {
        let key = mailbox::report_key(assignment);
        let mut values = self.values.subscribe();
        let mut found = None;
        let met = values.wait_for(|all| {
            let report = all
                .get(&key)
                .map(|v| Report::decode_all(&mut &v[..]).unwrap());
            found = report.filter(|report| wanted(report));
            found.is_some()
        });
        soon(what, met).await.unwrap();
        found.unwrap()
    }

    /// Waits until there is a value.
    pub async fn value(&self, key: &[u8]) {
        let mut values = self.values.subscribe();
        let met = values.wait_for(|all| all.contains_key(key));
        soon("the value is there", met).await.unwrap();
    }

    /// Waits until a value is this one.
    pub async fn value_is(&self, key: &[u8], wanted: &[u8]) {
        let mut values = self.values.subscribe();
        let met = values.wait_for(|all| all.get(key).is_some_and(|value| value == wanted));
        soon("the value is the wanted one", met).await.unwrap();
    }

    /// Waits until there is no report on an assignment.
    pub async fn no_report(&self, assignment: AssignmentId) {
        let key = mailbox::report_key(assignment);
        let mut values = self.values.subscribe();
        let met = values.wait_for(|all| !all.contains_key(&key));
        soon("the report is cleared", met).await.unwrap();
    }

    /// All commitments that were ever reported for an assignment.
    pub fn commitments(&self, assignment: AssignmentId) -> Vec<Hash> {
        let reports = self.reports.lock().unwrap();
        let of_it = reports.iter().filter(|(a, _)| *a == assignment);
        of_it
            .filter_map(|(_, report)| match report {
                Report::Done { commitment } | Report::Open { commitment, .. } => Some(*commitment),
                _ => None,
            })
            .collect()
    }
}

impl LocalStorage for MemoryStorage {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.values.borrow().get(key).cloned()
    }

    fn compare_and_set(&self, key: &[u8], old: Option<&[u8]>, new: &[u8]) -> bool {
        let prefix = b"aicpw/mailbox/v1/report/";
        let mut set = false;
        self.values.send_if_modified(|all| {
            set = all.get(key).map(Vec::as_slice) == old;
            if set {
                all.insert(key.to_vec(), new.to_vec());
            }
            set
        });
        if let Some(mut assignment) = key.strip_prefix(prefix.as_slice()).filter(|_| set) {
            let assignment = AssignmentId::decode_all(&mut assignment).unwrap();
            let report = Report::decode_all(&mut &new[..]).unwrap();
            self.reports.lock().unwrap().push((assignment, report));
        }
        set
    }

    fn remove(&self, key: &[u8]) {
        self.values.send_modify(|all| {
            all.remove(key);
        });
    }
}

/// Whether an assignment in this state is among the orders of a chain.
fn is_open(order: &&Order) -> bool {
    !matches!(
        order.status,
        AssignmentStatus::Settled { .. }
            | AssignmentStatus::Failed { .. }
            | AssignmentStatus::Cancelled { .. }
    )
}

/// A chain whose states the test writes.
pub struct FakeChain {
    /// The storage of its node.
    pub storage: Arc<MemoryStorage>,
    heads: watch::Sender<Heads>,
    states: Mutex<BTreeMap<Hash, Vec<Order>>>,
    locked: Mutex<BTreeSet<AssignmentId>>,
    verdicts: Mutex<BTreeMap<AssignmentId, Verdict>>,
}

impl FakeChain {
    /// Genesis hash.
    pub const GENESIS: Hash = [9; 32];

    /// Returns a chain at block 0, without orders.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            storage: Arc::default(),
            heads: watch::channel(Heads::default()).0,
            states: Mutex::default(),
            locked: Mutex::default(),
            verdicts: Mutex::default(),
        })
    }

    fn block(number: u32) -> BlockRef {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&number.to_le_bytes());
        BlockRef { number, hash }
    }

    /// Makes a new best block with these assignments; the hook writes the orders of the open ones
    /// into the mailbox.
    pub fn best(&self, number: u32, orders: &[Order]) {
        let block = Self::block(number);
        let open = orders.iter().filter(is_open).cloned().collect();
        self.states
            .lock()
            .unwrap()
            .insert(block.hash, orders.to_vec());
        let mail = Orders {
            genesis: Self::GENESIS,
            block: number,
            now: number,
            orders: open,
        };
        self.heads.send_modify(|heads| heads.best = block);
        self.storage.put(mailbox::ORDERS, mail.encode());
    }

    /// Sets what disputes want, as of this block; written before its orders, as the hook does.
    pub fn asks(&self, number: u32, asks: Vec<(AssignmentId, mailbox::Ask)>) {
        let asks = mailbox::Asks {
            genesis: Self::GENESIS,
            block: number,
            asks,
        };
        self.storage.put(mailbox::ASKS, asks.encode());
    }

    /// Finalises a block that was best.
    pub fn finalise(&self, number: u32) {
        let block = Self::block(number);
        self.heads.send_modify(|heads| heads.finalised = block);
    }

    /// Sets the ended assignments for which the chain holds locks, in all states.
    pub fn set_locked(&self, locked: &[AssignmentId]) {
        *self.locked.lock().unwrap() = locked.iter().copied().collect();
    }

    /// Sets a jury's verdict about an assignment's result, in all states.
    pub fn set_verdict(&self, assignment: AssignmentId, verdict: Option<Verdict>) {
        let mut verdicts = self.verdicts.lock().unwrap();
        match verdict {
            Some(verdict) => verdicts.insert(assignment, verdict),
            None => verdicts.remove(&assignment),
        };
    }

    /// Makes a new block, final at once, in which one order has this state.
    pub fn step(&self, number: u32, order: &Order, status: AssignmentStatus) {
        let order = Order {
            status,
            ..order.clone()
        };
        self.best(number, &[order]);
        self.finalise(number);
    }
}

impl ChainView for FakeChain {
    fn genesis(&self) -> Hash {
        Self::GENESIS
    }

    fn heads(&self) -> watch::Receiver<Heads> {
        self.heads.subscribe()
    }

    fn is_syncing(&self) -> bool {
        false
    }

    fn orders_at(&self, block: Hash) -> Result<Orders, StateError> {
        let states = self.states.lock().unwrap();
        let orders = states.get(&block).into_iter().flatten();
        Ok(Orders {
            genesis: Self::GENESIS,
            block: 0,
            now: 0,
            orders: orders.filter(is_open).cloned().collect(),
        })
    }

    fn end_of(&self, block: Hash, order: &Order) -> Result<Option<AssignmentStatus>, StateError> {
        let states = self.states.lock().unwrap();
        let mut assignments = states.get(&block).into_iter().flatten();
        let found = assignments
            .find(|found| found.assignment == order.assignment && found.manifest == order.manifest);
        let ended = found.filter(|found| !is_open(found));
        Ok(ended.map(|ended| ended.status.clone()))
    }

    fn locked_at(&self, block: Hash) -> Result<BTreeSet<AssignmentId>, StateError> {
        let mut locked = self.locked.lock().unwrap().clone();
        let open = self.orders_at(block)?.orders;
        locked.extend(open.into_iter().map(|order| order.assignment));
        Ok(locked)
    }

    fn verdict_against(
        &self,
        _: Hash,
        assignment: AssignmentId,
        _: Role,
        _: &Hash,
    ) -> Result<Option<Verdict>, StateError> {
        Ok(self.verdicts.lock().unwrap().get(&assignment).copied())
    }

    fn slots_of(&self, _: DeviceId) -> Result<Option<u8>, StateError> {
        Ok(Some(1))
    }

    fn reveal_window(&self) -> Result<BlockNumber, StateError> {
        Ok(240)
    }
}
