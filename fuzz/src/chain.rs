//! The real runtime in memory. Blocks are made as a node makes them; calls are dispatched without a
//! transaction around them, because what is sought is in the market and not in signatures.

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

/// Any slot does; the chain starts with this one.
const FIRST_SLOT: u64 = 7_000_000_000;

/// More blocks than a draw needs.
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

/// Lays a patch over a value.
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
    /// Blocks that have no output.
    without_output: Vec<Range<u32>>,
    purses: Purses,
    /// What came of the moves so far.
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
        // Most devices here are too fast for what could be computed; a move turns runs on.
        chain.govern(moves::runs_of(0));
        play(&mut chain);
        chain.report
    })
}

impl Chain {
    /// The block that is open.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Ends the block and opens the one that is so many further. Those between are left out: the
    /// market must not depend on having been asked in each.
    pub fn go_on(&mut self, blocks: u32) {
        self.parent = Executive::finalize_block();
        // Who was matched at its end can lose something at the beginning of the next.
        self.purses.see();
        self.height += blocks.max(1);
        self.slot += 1;
        self.begin();
        self.check();
    }

    /// This block and those after it, so many in all, have no output from which could be drawn.
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
        // After a jump this is not the block that the runtime saw last, and it insists on that.
        self.bring_outputs();
        System::set_block_number(self.height - 1);
        Executive::initialize_block(&header);
        let now = self.slot * SLOT_MILLISECONDS;
        let time = pallet_timestamp::Call::set { now };
        let applied = Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time.into()));
        assert_eq!(applied, Ok(Ok(())), "a block has its time");
        self.report.blocks += 1;
    }

    /// What draws are made from, for the blocks before this one: made up, because a real output takes
    /// time to make, and because some of them were left out.
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

    /// An account's call.
    pub fn sign(&mut self, who: Sr25519Keyring, call: impl Into<RuntimeCall>) {
        // To be refused is an answer too.
        let _ = self.dispatch(call.into(), RuntimeOrigin::signed(who.to_account_id()));
    }

    /// A call of whoever governs.
    pub fn govern(&mut self, call: impl Into<RuntimeCall>) {
        let _ = self.dispatch(call.into(), RuntimeOrigin::root());
    }

    /// A worker's call. If it is authorised it must succeed.
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
                // Whatever it has lost it for.
                _ => continue,
            };
            self.report.seen.insert(name.into());
        }
        self.see();
    }

    /// Remembers which states were reached.
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
