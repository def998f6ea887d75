//! A development chain in memory, block by block.

use aicpw_primitives::worker_key::WorkerProof;
use aicpw_protocol::worker::{signing_payload, Statement};
use aicpw_runtime::{
    configs::{
        consensus::BABE_GENESIS_EPOCH_CONFIG, money::TreasuryAccount, parameters::MarketParameter,
    },
    units::{EXISTENTIAL_DEPOSIT, SLOT_MILLISECONDS, UNIT},
    AccountId, Address, Executive, Header, Runtime, RuntimeCall, RuntimeGenesisConfig, SessionKeys,
    Signature, SignedPayload, System, UncheckedExtrinsic,
};
use anyhow::{anyhow, ensure, Result};
use codec::Encode;
use frame_support::storage::{storage_prefix, unhashed};
use frame_system::{offchain::CreateAuthorizedTransaction, RawOrigin};
use sp_consensus_babe::{
    digests::{PreDigest, SecondaryPlainPreDigest},
    BABE_ENGINE_ID,
};
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_io::TestExternalities;
use sp_runtime::{
    generic::{Digest, DigestItem},
    traits::{Dispatchable, Header as _},
    BuildStorage,
};

/// The slot with which the chain starts. Any would do.
const FIRST_SLOT: u64 = 7_000_000_000;

/// What each account owns at genesis.
const ENDOWMENT: u128 = 1_000_000 * UNIT;

/// The most dispatched calls whose changes are not in the trie yet.
const UNCOMMITTED: u32 = 512;

/// A chain with one validator.
pub struct World {
    /// Its state.
    pub state: TestExternalities,
    parent: Header,
    /// The number of calls without the checks of a transaction.
    dispatched: u32,
}

/// Returns the key pair of a well-known or derived account such as `//Alice`.
pub fn key(suri: &str) -> Result<sr25519::Pair> {
    sr25519::Pair::from_string(suri, None).map_err(|error| anyhow!("{suri}: {error:?}"))
}

pub fn account(key: &sr25519::Pair) -> AccountId {
    key.public().into()
}

impl World {
    /// Returns a chain with these accounts at genesis, and one block.
    pub fn new(endowed: impl IntoIterator<Item = AccountId>) -> Result<Self> {
        let babe = key("//Alice")?;
        let grandpa = ed25519::Pair::from_string("//Alice", None)
            .map_err(|error| anyhow!("//Alice: {error:?}"))?;
        let beefy = ecdsa::Pair::from_string("//Alice", None)
            .map_err(|error| anyhow!("//Alice: {error:?}"))?;
        let validator = account(&babe);
        let keys = SessionKeys {
            babe: babe.public().into(),
            grandpa: grandpa.public().into(),
            authority_discovery: babe.public().into(),
            beefy: beefy.public().into(),
        };
        let mut genesis = RuntimeGenesisConfig::default();
        genesis.balances.balances = endowed
            .into_iter()
            .chain([validator.clone()])
            .map(|account| (account, ENDOWMENT))
            .chain([(TreasuryAccount::get(), EXISTENTIAL_DEPOSIT)])
            .collect();
        genesis.babe.epoch_config = BABE_GENESIS_EPOCH_CONFIG;
        genesis.session.keys = vec![(validator.clone(), validator, keys)];
        let storage = genesis.build_storage().map_err(|error| anyhow!(error))?;
        let none = Default::default();
        let mut world = Self {
            state: storage.into(),
            parent: Header::new(0, none, none, none, Default::default()),
            dispatched: 0,
        };
        // Worker proofs are bound to a block below the best one.
        world.blocks(2)?;
        // Devices here compute nothing.
        let parameter = MarketParameter::ConformanceRun(0);
        let believe = pallet_market_parameters::Call::<Runtime>::set_parameter { parameter };
        world.dispatch(Origin::Root, believe)?;
        Ok(world)
    }

    pub fn height(&self) -> u32 {
        self.parent.number
    }

    /// Makes empty blocks.
    pub fn blocks(&mut self, count: u32) -> Result<()> {
        for _ in 0..count {
            self.begin()?;
            self.end()?;
        }
        Ok(())
    }

    /// Begins a block.
    pub fn begin(&mut self) -> Result<()> {
        let number = self.height() + 1;
        let slot = FIRST_SLOT + u64::from(number);
        let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
            authority_index: 0,
            slot: slot.into(),
        });
        let digest = Digest {
            logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())],
        };
        let none = Default::default();
        let header = Header::new(number, none, none, self.parent.hash(), digest);
        self.state.execute_with(|| {
            Executive::initialize_block(&header);
            let now = slot * SLOT_MILLISECONDS;
            let time = UncheckedExtrinsic::new_bare(pallet_timestamp::Call::set { now }.into());
            apply(time)
        })
    }

    /// Ends the block.
    pub fn end(&mut self) -> Result<()> {
        self.parent = self.state.execute_with(Executive::finalize_block);
        self.commit()
    }

    /// Moves the changes into the trie.
    pub fn commit(&mut self) -> Result<()> {
        self.state.commit_all().map_err(|error| anyhow!(error))
    }

    /// Dispatches a call without the checks of a transaction.
    pub fn dispatch(&mut self, origin: Origin<'_>, call: impl Into<RuntimeCall>) -> Result<()> {
        let origin = match origin {
            Origin::Signed(who) => RawOrigin::Signed(who.clone()),
            Origin::Worker => RawOrigin::Authorized,
            Origin::Root => RawOrigin::Root,
        };
        let call = call.into();
        let dispatched = self.state.execute_with(|| {
            forget_events();
            call.dispatch(origin.into())
        });
        dispatched.map_err(|error| anyhow!("{:?}", error.error))?;
        self.dispatched += 1;
        // Outside the trie, changes take several times the room.
        match self.dispatched.is_multiple_of(UNCOMMITTED) {
            true => self.commit(),
            false => Ok(()),
        }
    }

    /// Returns the first transaction of an account.
    pub fn signed(
        &mut self,
        signer: &sr25519::Pair,
        call: impl Into<RuntimeCall>,
    ) -> Result<UncheckedExtrinsic> {
        let call = call.into();
        // The nonce is zero, as in an account's first transaction.
        let extension = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
        let payload = self
            .state
            .execute_with(|| SignedPayload::new(call.clone(), extension.clone()))
            .map_err(|error| anyhow!("{error:?}"))?;
        let signature = payload.using_encoded(|bytes| signer.sign(bytes));
        Ok(UncheckedExtrinsic::new_signed(
            call,
            Address::Id(account(signer)),
            Signature::Sr25519(signature),
            extension,
        ))
    }

    /// Returns a worker's signature over a statement.
    pub fn proof(
        &mut self,
        worker: &sr25519::Pair,
        statement: &Statement<AccountId>,
    ) -> WorkerProof {
        let recent_block = self.height() - 1;
        let (genesis, recent) = self
            .state
            .execute_with(|| (System::block_hash(0), System::block_hash(recent_block)));
        let payload = signing_payload(&genesis.0, &recent.0, statement);
        WorkerProof {
            recent_block,
            signature: worker.sign(&payload),
        }
    }
}

/// Removes the events: nobody reads them here, and they would grow without end.
/// `System::reset_events` also clears the map of their topics, which goes through everything that
/// is not in the trie yet; no event has topics here.
fn forget_events() {
    for item in [&b"Events"[..], b"EventCount"] {
        unhashed::kill(&storage_prefix(b"System", item));
    }
}

/// The origin of a dispatched call.
pub enum Origin<'a> {
    Signed(&'a AccountId),
    Worker,
    Root,
}

/// Returns a worker call as a transaction.
pub fn authorised(call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
    <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
        call.into(),
    )
}

/// Applies a transaction of the block, which must be valid and succeed.
pub fn apply(transaction: UncheckedExtrinsic) -> Result<()> {
    let applied = Executive::apply_extrinsic(transaction);
    ensure!(matches!(applied, Ok(Ok(()))), "a transaction: {applied:?}");
    Ok(())
}
