//! An in-memory chain that is driven through `Executive`, block by block.

use std::{collections::HashMap, sync::LazyLock};

use aicpw_primitives::worker_key::WorkerProof;
use aicpw_protocol::worker::{signing_payload, Statement};
use aicpw_runtime::{
    configs::system::is_half_migrated, presets, transactions::fair_order::ChargeInFairOrder,
    units::SLOT_MILLISECONDS, AccountId, Address, Babe, Balance, Balances, Disputes,
    DrawRandomness, Executive, Header, MarketClock, MarketParameters, Matching, Nonce,
    ProviderStaking, Runtime, RuntimeCall, RuntimeGenesisConfig, Signature, SignedPayload, System,
    Tasks, TxExtension, UncheckedExtrinsic,
};
use codec::{Decode, Encode};
use frame_support::{dispatch::DispatchResult, traits::fungible::Inspect};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_draw_randomness::Outcomes;
use sc_chain_spec::json_merge;
use serde_json::{json, Value};
use sp_consensus_babe::{
    digests::{PreDigest, SecondaryPlainPreDigest, SecondaryVRFPreDigest},
    make_vrf_transcript, BABE_ENGINE_ID,
};
use sp_core::{crypto::VrfSecret, sr25519, storage::Storage, Pair};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    generic::{Digest, DigestItem, Era},
    traits::Header as _,
    transaction_validity::{TransactionSource, TransactionValidity, TransactionValidityError},
    ApplyExtrinsicResult, BuildStorage, ExtrinsicInclusionMode,
};

/// The slot of the first block; any slot would do.
const FIRST_SLOT: u64 = 7_000_000_000;

/// Blocks from one check of all outputs to the next. There is another check at the end.
const OUTPUTS_CHECKED_EVERY: u32 = 16;

/// Built once, natively. `tests/checks/genesis.rs` checks that the Wasm runtime builds the same.
static DEVELOPMENT: LazyLock<Storage> = LazyLock::new(|| genesis("development", json!({})));
static LOCAL_TESTNET: LazyLock<Storage> = LazyLock::new(|| genesis("local_testnet", json!({})));

/// Returns the genesis of a preset with the values of `patch`.
pub fn genesis(preset: &str, patch: Value) -> Storage {
    let preset = presets::get_preset(&preset.into()).unwrap();
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
    json_merge(&mut config, serde_json::from_slice(&preset).unwrap());
    json_merge(&mut config, patch);
    serde_json::from_value::<RuntimeGenesisConfig>(config)
        .unwrap()
        .build_storage()
        .unwrap()
}

/// Applies a transaction as an author does: one that is invalid, or has no room, leaves nothing behind.
fn apply(transaction: UncheckedExtrinsic) -> Result<DispatchResult, TransactionValidityError> {
    sp_io::storage::start_transaction();
    let outcome = Executive::apply_extrinsic(transaction);
    match outcome {
        Ok(_) => sp_io::storage::commit_transaction(),
        Err(_) => sp_io::storage::rollback_transaction(),
    }
    outcome
}

/// The key of a signer: a well-known account or, where more are needed than there are of these, one with a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    Known(Sr25519Keyring),
    Numbered(u8),
}

impl Key {
    pub fn pair(self) -> sr25519::Pair {
        /// To derive a key from its phrase takes thousands of hashes.
        static KNOWN: LazyLock<HashMap<Sr25519Keyring, sr25519::Pair>> = LazyLock::new(|| {
            Sr25519Keyring::iter()
                .map(|key| (key, key.pair()))
                .collect()
        });
        match self {
            Self::Known(key) => KNOWN[&key].clone(),
            Self::Numbered(number) => sr25519::Pair::from_seed(&[200 + number; 32]),
        }
    }

    pub fn to_account_id(self) -> AccountId {
        match self {
            Self::Known(key) => key.to_account_id(),
            Self::Numbered(_) => self.pair().public().into(),
        }
    }

    /// Returns a number that no other key has.
    pub fn number(self) -> u8 {
        match self {
            Self::Known(key) => key as u8,
            Self::Numbered(number) => 100 + number,
        }
    }
}

impl From<Sr25519Keyring> for Key {
    fn from(key: Sr25519Keyring) -> Self {
        Self::Known(key)
    }
}

pub struct Chain {
    state: TestExternalities,
    parent: Header,
    has_outputs: bool,
    /// The number of slots without a block before the next one.
    skipped_slots: u64,
}

impl Chain {
    /// Returns a chain of the development preset: Alice is the only validator.
    pub fn development() -> Self {
        Self::starting_from(DEVELOPMENT.clone())
    }

    /// Returns a chain of the preset with four validators: Alice, Bob, Charlie and Dave. The first of the set
    /// makes all blocks.
    pub fn local_testnet() -> Self {
        Self::starting_from(LOCAL_TESTNET.clone())
    }

    /// Returns a chain with this genesis, whose first validator makes all blocks.
    pub fn starting_from(genesis: Storage) -> Self {
        let mut chain = Self::without_a_block(genesis);
        chain.block(Vec::new());
        chain
    }

    /// Returns a chain that has only this genesis.
    pub fn without_a_block(genesis: Storage) -> Self {
        let mut state = TestExternalities::from(genesis);
        let root = state.execute_with(|| {
            sp_io::storage::root(sp_core::storage::StateVersion::V1)
                .try_into()
                .map(|bytes: [u8; 32]| bytes.into())
                .unwrap()
        });
        let parent = Header::new(
            0,
            Default::default(),
            root,
            Default::default(),
            Default::default(),
        );
        Self {
            state,
            parent,
            has_outputs: false,
            skipped_slots: 0,
        }
    }

    /// Makes blocks have VRF outputs from now on, which draws need. Outputs take time to make.
    pub fn with_outputs(mut self) -> Self {
        self.has_outputs = true;
        self
    }

    /// Sets whether blocks have outputs from now on. Returns whether they had.
    pub fn set_outputs(&mut self, has_outputs: bool) -> bool {
        core::mem::replace(&mut self.has_outputs, has_outputs)
    }

    /// Makes blocks have no outputs from now on.
    pub fn without_outputs(mut self) -> Self {
        self.has_outputs = false;
        self
    }

    /// Registers an extension of the node, which the runtime can then call.
    pub fn register<E: sp_externalities::Extension>(&mut self, extension: E) {
        self.state.register_extension(extension);
    }

    /// Ends the session with a block in the first slot of the next epoch.
    pub fn end_session(&mut self) {
        self.end_session_after(0);
    }

    /// Ends the session after this many epochs without a block.
    pub fn end_session_after(&mut self, empty_epochs: u64) {
        let next = FIRST_SLOT + self.skipped_slots + u64::from(self.height() + 1);
        let epoch = self.read(Babe::current_epoch);
        let begins = *epoch.start_slot + epoch.duration * (empty_epochs + 1);
        self.skipped_slots += begins.saturating_sub(next);
        self.block(Vec::new());
    }

    /// Makes a block after this many slots without one.
    pub fn block_after(&mut self, empty_slots: u64) {
        self.skipped_slots += empty_slots;
        self.block(Vec::new());
    }

    /// Reads the state.
    pub fn read<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.state.execute_with(f)
    }

    pub fn last_header(&self) -> &Header {
        &self.parent
    }

    pub fn height(&self) -> u32 {
        self.parent.number
    }

    /// Makes a block of these transactions, each of which must be valid. Returns the results of their dispatch.
    pub fn block(&mut self, transactions: Vec<UncheckedExtrinsic>) -> Vec<DispatchResult> {
        self.try_block(transactions)
            .into_iter()
            .map(|outcome| outcome.unwrap())
            .collect()
    }

    /// Makes a block of these transactions, which may be invalid.
    pub fn try_block(
        &mut self,
        transactions: Vec<UncheckedExtrinsic>,
    ) -> Vec<Result<DispatchResult, TransactionValidityError>> {
        let (header, time) = self.begin();
        let number = header.number;
        let (outcomes, header) = self.state.execute_with(|| {
            let mode = Executive::initialize_block(&header);
            assert!(
                mode == ExtrinsicInclusionMode::AllExtrinsics || transactions.is_empty(),
                "no transactions are taken while a migration is under way"
            );
            Executive::apply_extrinsic(time).unwrap().unwrap();
            let outcomes = transactions.into_iter().map(apply).collect();
            let header = Executive::finalize_block();
            // Until the migration is complete, some of what is stored has the previous form.
            if !is_half_migrated() {
                ProviderStaking::do_try_state().unwrap();
                Matching::do_try_state().unwrap();
                Tasks::do_try_state().unwrap();
                Disputes::do_try_state().unwrap();
            }
            MarketClock::do_try_state().unwrap();
            // This check goes through the outputs of hours, so it does not run after each block.
            if number.is_multiple_of(OUTPUTS_CHECKED_EVERY) {
                DrawRandomness::do_try_state().unwrap();
            }
            MarketParameters::do_try_state().unwrap();
            (outcomes, header)
        });
        // Without this, each block's root would be computed from all changes since the first block.
        self.state.commit_all().unwrap();
        self.parent = header;
        outcomes
    }

    /// Makes a block without transactions of people, by another runtime than this one. `call` calls a function of that
    /// runtime.
    pub fn block_of(&mut self, call: fn(&mut TestExternalities, &str, &[u8]) -> Vec<u8>) {
        let (header, time) = self.begin();
        call(&mut self.state, "Core_initialize_block", &header.encode());
        let applied = call(
            &mut self.state,
            "BlockBuilder_apply_extrinsic",
            &time.encode(),
        );
        let applied = ApplyExtrinsicResult::decode(&mut &applied[..]);
        assert_eq!(applied, Ok(Ok(Ok(()))));
        let header = call(&mut self.state, "BlockBuilder_finalize_block", &[]);
        self.state.commit_all().unwrap();
        self.parent = Header::decode(&mut &header[..]).unwrap();
    }

    /// Returns the header with which the next block begins, and the transaction that sets its time.
    fn begin(&mut self) -> (Header, UncheckedExtrinsic) {
        let number = self.parent.number + 1;
        let slot = FIRST_SLOT + self.skipped_slots + u64::from(number);
        let claim = self.claim(slot);
        let digest = Digest {
            logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())],
        };
        let none = Default::default();
        let header = Header::new(number, none, none, self.parent.hash(), digest);
        let time = pallet_timestamp::Call::set {
            now: slot * SLOT_MILLISECONDS,
        };
        (header, UncheckedExtrinsic::new_bare(time.into()))
    }

    /// Returns the first validator's claim on a slot.
    fn claim(&mut self, slot: u64) -> PreDigest {
        if !self.has_outputs {
            return PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
                authority_index: 0,
                slot: slot.into(),
            });
        }
        let transcript = self.read(|| {
            // A block in a later epoch begins that epoch, with the randomness that was drawn for the next one.
            let epoch = Babe::current_epoch();
            let passed = slot.saturating_sub(*epoch.start_slot) / epoch.duration;
            let randomness = match passed {
                0 => epoch.randomness,
                _ => Babe::next_epoch().randomness,
            };
            make_vrf_transcript(&randomness, slot.into(), epoch.epoch_index + passed)
        });
        PreDigest::SecondaryVRF(SecondaryVRFPreDigest {
            authority_index: 0,
            slot: slot.into(),
            vrf_signature: Key::Known(Sr25519Keyring::Alice)
                .pair()
                .vrf_sign(&transcript.into_sign_data()),
        })
    }

    /// Advances by this many blocks and makes only the last of them, as if the others had had no time for anything.
    pub fn skip(&mut self, blocks: u32) {
        let last = self.parent.number + blocks.saturating_sub(1);
        self.read(|| {
            System::set_block_number(last);
            // The skipped blocks would have forgotten these outputs.
            let retention = <Runtime as pallet_draw_randomness::Config>::Retention::get();
            let outputs: Vec<_> = Outcomes::<Runtime>::iter_keys().collect();
            for block in outputs {
                if block.saturating_add(retention) <= last {
                    Outcomes::<Runtime>::remove(block);
                }
            }
        });
        self.parent.number = last;
        self.block(Vec::new());
    }

    /// Makes blocks up to this height.
    pub fn run_to(&mut self, height: u32) {
        while self.height() < height {
            self.block(Vec::new());
        }
    }

    /// Makes a block with one signed transaction. Returns the result of its dispatch.
    pub fn sign(&mut self, who: impl Into<Key>, call: impl Into<RuntimeCall>) -> DispatchResult {
        let transaction = self.signed(who, call, 0);
        self.block(vec![transaction]).remove(0)
    }

    /// Returns a transaction of this account with a tip.
    pub fn signed(
        &mut self,
        who: impl Into<Key>,
        call: impl Into<RuntimeCall>,
        tip: Balance,
    ) -> UncheckedExtrinsic {
        let who = who.into();
        let account = who.to_account_id();
        let nonce = self.read(|| System::account_nonce(&account));
        self.signed_as(who, call, tip, nonce)
    }

    /// Returns the same with this nonce, for more than one in a block.
    pub fn signed_as(
        &mut self,
        who: impl Into<Key>,
        call: impl Into<RuntimeCall>,
        tip: Balance,
        nonce: Nonce,
    ) -> UncheckedExtrinsic {
        self.signed_with(who, call, tip, nonce, Era::Immortal)
    }

    /// Returns a transaction of this account that is valid for this long.
    pub fn signed_in(
        &mut self,
        who: impl Into<Key>,
        call: impl Into<RuntimeCall>,
        era: Era,
    ) -> UncheckedExtrinsic {
        let who = who.into();
        let account = who.to_account_id();
        let nonce = self.read(|| System::account_nonce(&account));
        self.signed_with(who, call, 0, nonce, era)
    }

    fn signed_with(
        &mut self,
        who: impl Into<Key>,
        call: impl Into<RuntimeCall>,
        tip: Balance,
        nonce: Nonce,
        era: Era,
    ) -> UncheckedExtrinsic {
        let call = call.into();
        let pair = who.into().pair();
        let account = AccountId::from(pair.public());
        self.state.execute_with(|| {
            let extension: TxExtension = (
                frame_system::AuthorizeCall::new(),
                frame_system::CheckNonZeroSender::new(),
                frame_system::CheckSpecVersion::new(),
                frame_system::CheckTxVersion::new(),
                frame_system::CheckGenesis::new(),
                frame_system::CheckMortality::<Runtime>::from(era).into(),
                frame_system::CheckNonce::<Runtime>::from(nonce).into(),
                frame_system::CheckWeight::new(),
                ChargeInFairOrder::with_tip(tip).into(),
                frame_metadata_hash_extension::CheckMetadataHash::<Runtime>::new(false).into(),
                frame_system::WeightReclaim::new(),
            );
            let payload = SignedPayload::new(call.clone(), extension.clone()).unwrap();
            let signature = payload.using_encoded(|bytes| pair.sign(bytes));
            UncheckedExtrinsic::new_signed(
                call,
                Address::Id(account),
                Signature::Sr25519(signature),
                extension,
            )
        })
    }

    /// Returns what a node's transaction pool would say of a transaction.
    pub fn validity(&mut self, transaction: UncheckedExtrinsic) -> TransactionValidity {
        let parent = self.parent.hash();
        // The validation leaves nothing behind.
        self.state.execute_with(|| {
            sp_io::storage::start_transaction();
            let validity =
                Executive::validate_transaction(TransactionSource::External, transaction, parent);
            sp_io::storage::rollback_transaction();
            validity
        })
    }

    /// Returns a worker call as a transaction.
    pub fn authorised(&self, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
        <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
            call.into(),
        )
    }

    /// Makes a block with one worker call, which must be valid and succeed.
    pub fn work(&mut self, call: impl Into<RuntimeCall>) {
        let transaction = self.authorised(call);
        self.block(vec![transaction]).remove(0).unwrap();
    }

    /// Returns a worker's signature over a statement, bound to the newest block whose hash the state knows.
    pub fn proof(
        &mut self,
        worker: &sr25519::Pair,
        statement: &Statement<AccountId>,
    ) -> WorkerProof {
        let recent_block = self.height() - 1;
        let (genesis, recent) =
            self.read(|| (System::block_hash(0), System::block_hash(recent_block)));
        let payload = signing_payload(&genesis.0, &recent.0, statement);
        WorkerProof {
            recent_block,
            signature: worker.sign(&payload),
        }
    }

    /// Returns what an account owns, held or not.
    pub fn balance(&mut self, account: &AccountId) -> Balance {
        self.read(|| Balances::total_balance(account))
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.read(|| DrawRandomness::do_try_state().unwrap());
        }
    }
}
