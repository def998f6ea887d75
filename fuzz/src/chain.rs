//! The real runtime in memory. Blocks are made as a node makes them. Calls are dispatched without a transaction around
//! them, because the bugs to be found are in the market and not in signatures.

use std::{ops::Range, sync::LazyLock};

use aicpw_primitives::worker_key::WorkerProof;
use aicpw_protocol::worker::{signing_payload, Statement};
use aicpw_runtime::{
    presets, units::SLOT_MILLISECONDS, AccountId, Balance, Balances, Disputes, Executive, Header,
    MarketClock, Matching, ProviderStaking, Runtime, RuntimeCall, RuntimeGenesisConfig,
    RuntimeOrigin, System, Tasks, UncheckedExtrinsic,
};
use codec::Encode;
use frame_support::traits::{Authorize, UnfilteredDispatchable};
use frame_system::RawOrigin;
use pallet_draw_randomness::Outcome;
use serde_json::Value;
use sp_consensus_babe::{
    digests::{PreDigest, SecondaryPlainPreDigest},
    BABE_ENGINE_ID,
};
use sp_core::{sr25519, storage::Storage, Pair};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::{Digest, DigestItem},
    traits::Header as _,
    transaction_validity::TransactionSource,
    BuildStorage, DispatchResult,
};

use crate::{
    actors::{PROVIDERS, REQUESTERS},
    disputes, moves,
    purses::Purses,
    Report,
};

/// The slot with which the chain starts; any slot would do.
const FIRST_SLOT: u64 = 7_000_000_000;

/// How many past blocks get an output: more than a draw needs.
const OUTPUTS: u32 = 16;

/// The development preset, built natively.
static GENESIS: LazyLock<Storage> = LazyLock::new(|| {
    let patch = presets::get_preset(&"development".into()).expect("there is a development preset");
    let patch: Value = serde_json::from_slice(&patch).expect("a preset is JSON");
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default())
        .expect("the genesis configuration is JSON");
    merge(&mut config, patch);
    let config: RuntimeGenesisConfig =
        serde_json::from_value(config).expect("the preset fits the genesis configuration");
    config.build_storage().expect("the preset can be built")
});

/// Merges a patch into a value.
fn merge(value: &mut Value, patch: Value) {
    match (value, patch) {
        (Value::Object(value), Value::Object(patch)) => {
            for (key, patch) in patch {
                merge(value.entry(key).or_insert(Value::Null), patch);
            }
        }
        (value, patch) => *value = patch,
    }
}

/// A chain with an open block.
pub struct Chain {
    parent: Header,
    height: u32,
    slot: u64,
    issuance: Balance,
    /// The blocks that have no output.
    without_output: Vec<Range<u32>>,
    purses: Purses,
    /// The outcome of the moves so far.
    pub report: Report,
}

/// Makes a new chain and plays on it.
pub fn on_a_new_chain(play: impl FnOnce(&mut Chain)) -> Report {
    TestExternalities::from(GENESIS.clone()).execute_with(|| {
        let none = Default::default();
        let mut chain = Chain {
            parent: Header::new(0, none, none, none, Default::default()),
            height: 1,
            slot: FIRST_SLOT,
            issuance: Balances::total_issuance(),
            without_output: Vec::new(),
            purses: Purses::counted(),
            report: Report::default(),
        };
        chain.begin();
        // Most devices here are too fast for what can be computed in time; a move turns conformance runs on.
        chain.govern(moves::runs_of(0));
        play(&mut chain);
        chain.report
    })
}

impl Chain {
    /// The height of the open block.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Ends the block and opens the one that is this many blocks further. The blocks in between are left out: the
    /// market must not depend on being run in each of them.
    pub fn go_on(&mut self, blocks: u32) {
        self.parent = Executive::finalize_block();
        // A provider that was matched at the end of this block can lose something at the beginning of the next.
        self.purses.see();
        self.height += blocks.max(1);
        self.slot += 1;
        self.begin();
        self.check();
    }

    /// Leaves this many blocks, beginning with the open one, without an output for draws.
    pub fn leave_out_outputs(&mut self, blocks: u32) {
        let end = self.height.saturating_add(blocks);
        self.without_output.push(self.height..end);
        if blocks > 0 {
            self.report.seen.insert("outputs are missing".into());
        }
    }

    fn begin(&mut self) {
        let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
            authority_index: 0,
            slot: self.slot.into(),
        });
        let digest = Digest {
            logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())],
        };
        let none = Default::default();
        let header = Header::new(self.height, none, none, self.parent.hash(), digest);
        // After a jump, this is not the block that the runtime saw last, but the runtime insists that it is.
        self.bring_outputs();
        System::set_block_number(self.height - 1);
        Executive::initialize_block(&header);
        let now = self.slot * SLOT_MILLISECONDS;
        let time = pallet_timestamp::Call::set { now };
        let applied = Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time.into()));
        assert_eq!(applied, Ok(Ok(())), "a block has its time");
        self.report.blocks += 1;
    }

    /// Provides the outputs of earlier blocks, from which draws are made. They are made up, because making a real
    /// output takes time, and because some blocks were left out.
    fn bring_outputs(&self) {
        for height in self.height.saturating_sub(OUTPUTS)..self.height {
            let has_none = self.without_output.iter().any(|all| all.contains(&height));
            let outcome = Outcome {
                author: Some(Sr25519Keyring::Alice.to_account_id()),
                output: (!has_none).then(|| sp_io::hashing::blake2_256(&height.encode())),
                others: 0,
            };
            pallet_draw_randomness::Outcomes::<Runtime>::insert(height, outcome);
        }
    }

    /// Dispatches an account's call.
    pub fn sign(&mut self, who: Sr25519Keyring, call: impl Into<RuntimeCall>) {
        // A refusal is a valid answer too.
        let _ = self.dispatch(call.into(), RuntimeOrigin::signed(who.to_account_id()));
    }

    /// Dispatches a call of governance.
    pub fn govern(&mut self, call: impl Into<RuntimeCall>) {
        let _ = self.dispatch(call.into(), RuntimeOrigin::root());
    }

    /// Dispatches a worker's call. If the call is authorised, it must succeed.
    pub fn work(&mut self, call: impl Into<RuntimeCall>) {
        let call = call.into();
        let valid = call
            .authorize(TransactionSource::External)
            .expect("every call of a worker has an authorisation");
        if valid.is_err() {
            self.report.calls += 1;
            return;
        }
        let done = self.dispatch(call.clone(), RawOrigin::Authorized.into());
        assert_eq!(done, Ok(()), "{call:?} was authorised, and failed");
    }

    fn dispatch(&mut self, call: RuntimeCall, origin: RuntimeOrigin) -> DispatchResult {
        let done = call.dispatch_bypass_filter(origin);
        self.report.calls += 1;
        self.report.accepted += u64::from(done.is_ok());
        self.check();
        done.map(|_| ()).map_err(|error| error.error)
    }

    /// A worker key's signature over a statement.
    pub fn proof(&self, worker: &sr25519::Pair, statement: &Statement<AccountId>) -> WorkerProof {
        let recent_block = self.height - 1;
        let (genesis, recent) = (System::block_hash(0), System::block_hash(recent_block));
        let payload = signing_payload(&genesis.0, &recent.0, statement);
        WorkerProof {
            recent_block,
            signature: worker.sign(&payload),
        }
    }

    fn check(&mut self) {
        ProviderStaking::do_try_state().expect("provider-staking");
        Matching::do_try_state().expect("matching");
        Tasks::do_try_state().expect("tasks");
        MarketClock::do_try_state().expect("market-clock");
        Disputes::do_try_state().expect("disputes");
        assert_eq!(
            Balances::total_issuance(),
            self.issuance,
            "funds appeared or vanished"
        );
        self.purses.see();
        for who in self.purses.losers() {
            let name = match (REQUESTERS.contains(&who), PROVIDERS.contains(&who)) {
                (true, false) => "a requester has lost",
                (false, true) => "a provider has lost",
                // It may have lost that in either role.
                _ => continue,
            };
            self.report.seen.insert(name.into());
        }
        self.see();
    }

    /// Records which states were reached.
    fn see(&mut self) {
        use aicpw_protocol::task::{AssignmentStatus, TaskStatus};
        for (_, task) in pallet_tasks::Tasks::<Runtime>::iter() {
            let name = match task.status {
                TaskStatus::Queued { .. } => "queued".into(),
                TaskStatus::Parked { reason, .. } => format!("parked: {reason:?}"),
                TaskStatus::Active => "active".into(),
                TaskStatus::Verifying { .. } => "verifying".into(),
                TaskStatus::Disputed => "disputed".into(),
                TaskStatus::Settled { .. } if task.escrow > 0 => "settled by a quorum".into(),
                TaskStatus::Settled { .. } => "settled".into(),
                TaskStatus::Cancelled { .. } => "cancelled".into(),
                TaskStatus::Refunded { reason, .. } => format!("refunded: {reason:?}"),
            };
            self.report.seen.insert(name);
        }
        for (_, audit) in pallet_tasks::Audits::<Runtime>::iter() {
            self.report.seen.insert(format!("audit: {:?}", audit.state));
        }
        for (_, assignment) in pallet_tasks::Assignments::<Runtime>::iter() {
            let name = match assignment.status {
                AssignmentStatus::Failed { fault, .. } => format!("failed: {fault:?}"),
                AssignmentStatus::Cancelled { .. } => "cancelled assignment".into(),
                AssignmentStatus::Committed {
                    reveal_by: None, ..
                } => "hidden".into(),
                _ => continue,
            };
            self.report.seen.insert(name);
        }
        if pallet_provider_staking::MissingDevicesOf::<Runtime>::iter_keys()
            .next()
            .is_some()
        {
            self.report.seen.insert("a device is missing".into());
        }
        self.report.seen.extend(disputes::seen());
    }
}
