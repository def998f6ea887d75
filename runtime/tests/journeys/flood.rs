//! More submissions than there is room for, block after block. They slow down what comes in, and never what is in
//! already.

use std::collections::{BTreeMap, HashMap, VecDeque};

use aicpw_protocol::{device::Slots, AskPrice, AssignmentId, BlockNumber, TaskId};
use aicpw_runtime::{
    configs::{parameters::MarketParameter, system::MAX_BLOCK_WEIGHT},
    AccountId, ProviderStaking, Runtime, RuntimeEvent, System, UncheckedExtrinsic,
};
use frame_system::RawOrigin;
use sp_keyring::Sr25519Keyring::{Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

use crate::{
    chain::Chain,
    governance::set_as_root,
    market::{ask, device, expecting_output, submission, Provider, OUTPUT},
};

/// Blocks for which the flood lasts.
const BLOCKS: u32 = 24;

/// Submissions that wait for each block: more than an empty block can hold.
const OFFERED: u32 = 150;

/// Blocks from a commit to its reveal, because workers wait until the commit is final.
const FINALITY: BlockNumber = 3;

/// Blocks that a step of a task may wait for its turn.
const PATIENCE: BlockNumber = 4;

/// Devices of a provider besides its first.
const DEVICES: u8 = 15;

/// Jobs that each of those runs at once.
const SLOTS: Slots = 8;

type TaskEvent = pallet_tasks::Event<Runtime>;

/// A worker call that waits for a block.
struct Waiting {
    since: BlockNumber,
    transaction: UncheckedExtrinsic,
}

struct Flood {
    chain: Chain,
    providers: HashMap<AccountId, Provider>,
    /// The provider of each assignment.
    assigned: HashMap<AssignmentId, AccountId>,
    /// Calls for the next block, the oldest first: they have a higher priority than submissions.
    calls: VecDeque<Waiting>,
    /// The assignments that can be revealed, by the first block in which they can.
    reveals: BTreeMap<BlockNumber, Vec<AssignmentId>>,
    nonce: u32,
    /// Tasks without a device, and the block since which they have waited for one.
    unmatched: BTreeMap<TaskId, BlockNumber>,
    submitted: u32,
    settled: u32,
    /// The longest time that a task was without a device, and below it that a worker call was outside a block.
    longest_match: BlockNumber,
    longest_call: BlockNumber,
}

impl Flood {
    fn new() -> Self {
        let mut chain = Chain::development();
        // The devices compute nothing, so nobody would answer their conformance challenges.
        set_as_root(&mut chain, MarketParameter::ConformanceRun(0)).unwrap();
        let mut providers = HashMap::new();
        for key in [Bob, Dave, Eve, Ferdie] {
            let provider = Provider::join(&mut chain, key, ask(500));
            let account = provider.account();
            chain.read(|| {
                for number in 0..DEVICES {
                    let mut fingerprint = [key as u8; 32];
                    fingerprint[0] = 100 + number;
                    let who = RawOrigin::Signed(account.clone()).into();
                    let spec = device(fingerprint);
                    ProviderStaking::register_device(who, spec, AskPrice(ask(500)), SLOTS).unwrap();
                }
            });
            providers.insert(account, provider);
        }
        Self {
            chain,
            providers,
            assigned: HashMap::new(),
            calls: VecDeque::new(),
            reveals: BTreeMap::new(),
            nonce: 0,
            unmatched: BTreeMap::new(),
            submitted: 0,
            settled: 0,
            longest_match: 0,
            longest_call: 0,
        }
    }

    /// Makes a block of all workers' calls that are due, and of as many of the offered submissions as have room.
    fn block(&mut self, offered: u32) {
        let height = self.chain.height() + 1;
        let open = self.reveals.split_off(&(height + 1));
        for assignment in std::mem::replace(&mut self.reveals, open)
            .into_values()
            .flatten()
        {
            let provider = &self.providers[&self.assigned[&assignment]];
            let call = provider.reveal_call(&mut self.chain, assignment, OUTPUT);
            self.say(call);
        }
        let mut transactions: Vec<_> = self
            .calls
            .iter()
            .map(|one| one.transaction.clone())
            .collect();
        for further in 0..offered {
            let call = pallet_tasks::Call::submit {
                submission: submission(expecting_output()),
            };
            let nonce = self.nonce + further;
            transactions.push(self.chain.signed_as(Charlie, call, 0, nonce));
        }
        let mut outcomes = self.chain.try_block(transactions).into_iter();
        for waiting in std::mem::take(&mut self.calls) {
            match outcomes.next().unwrap() {
                Ok(dispatched) => {
                    dispatched.unwrap();
                    self.longest_call = self.longest_call.max(height - waiting.since);
                }
                Err(error) => {
                    assert_eq!(error, no_room());
                    self.calls.push_back(waiting);
                }
            }
        }
        for dispatched in outcomes.map_while(Result::ok) {
            dispatched.unwrap();
            self.nonce += 1;
        }
        self.look(height);
    }

    /// Reads what happened in the block, and queues the calls with which workers respond.
    fn look(&mut self, height: BlockNumber) {
        let events = self.chain.read(System::events);
        for event in events {
            let RuntimeEvent::Tasks(event) = event.event else {
                continue;
            };
            match event {
                TaskEvent::TaskSubmitted { task, .. } => {
                    self.submitted += 1;
                    self.unmatched.insert(task, height);
                }
                TaskEvent::TaskMatched {
                    assignment,
                    provider,
                    ..
                } => {
                    let since = self.unmatched.remove(&assignment.task).unwrap();
                    self.longest_match = self.longest_match.max(height - since);
                    let call = self.providers[&provider].start_call(&mut self.chain, assignment);
                    self.assigned.insert(assignment, provider);
                    self.say(call);
                }
                TaskEvent::TaskStarted { assignment, .. } => {
                    let provider = &self.providers[&self.assigned[&assignment]];
                    let commitment = provider.commitment(assignment, OUTPUT);
                    let call = provider.commit_call(&mut self.chain, assignment, commitment);
                    self.say(call);
                }
                TaskEvent::ResultCommitted { assignment, .. } => {
                    let at = self.reveals.entry(height + FINALITY).or_default();
                    at.push(assignment);
                }
                TaskEvent::TaskSettled { .. } => self.settled += 1,
                TaskEvent::AssignmentFailed { .. } | TaskEvent::TaskRefunded { .. } => {
                    panic!("{event:?}")
                }
                _ => {}
            }
        }
        for since in self.unmatched.values() {
            self.longest_match = self.longest_match.max(height - since);
        }
    }

    fn say(&mut self, call: pallet_tasks::Call<Runtime>) {
        self.calls.push_back(Waiting {
            since: self.chain.height() + 1,
            transaction: self.chain.authorised(call),
        });
    }

    /// Returns how full the last block was, in percent.
    fn fullness(&mut self) -> u64 {
        let used = self.chain.read(System::block_weight).total().ref_time();
        used * 100 / MAX_BLOCK_WEIGHT.ref_time()
    }
}

fn no_room() -> TransactionValidityError {
    InvalidTransaction::ExhaustsResources.into()
}

#[test]
fn a_flood_of_submissions_holds_up_no_task_that_is_in() {
    let mut flood = Flood::new();
    let mut least = u64::MAX;
    for _ in 0..BLOCKS {
        let before = flood.submitted;
        flood.block(OFFERED);
        let taken = flood.submitted - before;
        assert!(taken < OFFERED, "a block took all: that is no flood");
        least = least.min(flood.fullness());
    }
    assert!(least >= 90, "a block was {least} % full: that is no flood");
    assert!(flood.longest_match <= PATIENCE, "{}", flood.longest_match);
    assert!(flood.longest_call <= PATIENCE, "{}", flood.longest_call);
    // The tasks that are in are done soon after.
    for _ in 0..4 * PATIENCE {
        flood.block(0);
    }
    assert_eq!(flood.settled, flood.submitted);
}
