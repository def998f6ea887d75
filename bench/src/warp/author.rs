//! Makes a long chain in less time than it spans: one block in each slot since a moment in the past, claimed, executed,
//! sealed and imported like a validator's own, and finalised as GRANDPA does it.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aicpw_network_tests::{
    prepared,
    wait::{self, Seen},
};
use aicpw_node::service::{self, FullClient, GrandpaImport, Partial, JUSTIFICATION_PERIOD};
use aicpw_runtime::{opaque::Block, units::SLOT_MILLISECONDS, Hash, Header};
use anyhow::{anyhow, bail, ensure, Context, Result};
use codec::Encode;
use finality_grandpa::Message;
use sc_block_builder::{BlockBuilderBuilder, BuiltBlock};
use sc_client_api::HeaderBackend;
use sc_consensus::{
    BlockImport as _, BlockImportParams, ImportResult, JustificationImport, StateAction,
    StorageChanges,
};
use sc_consensus_babe::{authorship::claim_slot, BabeIntermediate, Epoch, INTERMEDIATE_KEY};
use sc_consensus_epochs::{descendent_query, ViableEpochDescriptor};
use sc_consensus_grandpa::{Commit, GrandpaJustification, Precommit, GRANDPA_ENGINE_ID};
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{digests::CompatibleDigestItem, Slot};
use sp_consensus_grandpa::localized_payload;
use sp_core::{crypto::key_types::BABE, ed25519, sr25519, Pair};
use sp_inherents::InherentData;
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystorePtr};
use sp_runtime::{generic::DigestItem, traits::Block as _, Digest};

/// The only validator of the development chain.
const VALIDATOR: &str = "//Alice";

/// The round in which blocks are finalised: one is enough if one validator decides.
const ROUND: u64 = 1;

/// How long the node's tasks may take to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The node that has the chain, without network and RPC, and the keys of its only validator.
pub struct Author {
    node: Partial,
    babe: sr25519::Pair,
    /// A keystore with the same key, for claims.
    keystore: KeystorePtr,
    grandpa: ed25519::Pair,
    best: Header,
    /// The last final block, and how many blocks have a justification.
    finalised: Header,
    justified: u32,
    slot: u64,
}

impl Author {
    /// Makes a new chain of this specification in a node's folder. The last of its `blocks` blocks will be at about the
    /// present time.
    pub async fn new(base: &Path, spec: &Path, blocks: u32) -> Result<Self> {
        let (base, spec) = (base.display().to_string(), spec.display().to_string());
        let arguments = ["--base-path", &base, "--chain", &spec];
        let config = aicpw_node::configuration(&arguments, tokio::runtime::Handle::current())?;
        let node = service::new_partial(&config, Some(&prepared::compiled_runtimes()?))?;
        let genesis = node.client.info().genesis_hash;
        let genesis = node.client.header(genesis)?.context("no genesis")?;
        // Deriving a key from a phrase is slow, and a keystore does it for each claim.
        let (babe, seed) = sr25519::Pair::from_string_with_seed(VALIDATOR, None)
            .map_err(|error| anyhow!("{VALIDATOR}: {error:?}"))?;
        let seed = seed.context("a derived key has no seed")?;
        let keystore = MemoryKeystore::new();
        keystore.sr25519_generate_new(BABE, Some(&format!("0x{}", hex::encode(seed))))?;
        let grandpa = ed25519::Pair::from_string(VALIDATOR, None)
            .map_err(|error| anyhow!("{VALIDATOR}: {error:?}"))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64;
        Ok(Self {
            node,
            babe,
            keystore: Arc::new(keystore),
            grandpa,
            best: genesis.clone(),
            finalised: genesis,
            justified: 0,
            slot: now / SLOT_MILLISECONDS - u64::from(blocks) - 1,
        })
    }

    fn client(&self) -> &Arc<FullClient> {
        &self.node.client
    }

    /// Makes the block of the next slot. Some blocks are finalised: where the set of authorities changes, and otherwise
    /// as often as a node keeps a justification.
    pub async fn block(&mut self) -> Result<()> {
        self.slot += 1;
        let is_last_of_its_set = self.import(self.slot.into()).await?;
        let far = self.best.number - self.finalised.number >= JUSTIFICATION_PERIOD;
        if is_last_of_its_set || far {
            self.finalise().await?;
        }
        Ok(())
    }

    /// Makes a block. Returns whether it has to be finalised before another can be made.
    async fn import(&mut self, slot: Slot) -> Result<bool> {
        let epoch = self.epoch(slot)?;
        let (block, changes) = self.build(slot, &epoch)?.into_inner();
        let (header, body) = block.deconstruct();
        let seal = self.babe.sign(header.hash().as_ref());
        let mut block = BlockImportParams::new(BlockOrigin::Own, header);
        block.post_digests.push(DigestItem::babe_seal(seal.into()));
        block.body = Some(body);
        block.state_action = StateAction::ApplyChanges(StorageChanges::Changes(changes));
        let epoch_descriptor = epoch;
        block.insert_intermediate(
            INTERMEDIATE_KEY,
            BabeIntermediate::<Block> { epoch_descriptor },
        );
        let best = block.post_header();
        match self.node.other.block_import.import_block(block).await? {
            ImportResult::Imported(imported) => {
                ensure!(
                    imported.is_new_best,
                    "block {} is not the best",
                    best.number
                );
                self.best = best;
                Ok(imported.needs_justification)
            }
            other => bail!("block {} was not imported: {other:?}", best.number),
        }
    }

    /// Returns the epoch of the best block's child in a slot.
    fn epoch(&self, slot: Slot) -> Result<ViableEpochDescriptor<Hash, u32, Epoch>> {
        let epochs = self.node.other.babe_link.epoch_changes().shared_data();
        let (parent, height) = (self.best.hash(), self.best.number);
        let is_above = descendent_query(&**self.client());
        let epoch = epochs
            .epoch_descriptor_for_child_of(is_above, &parent, height, slot)
            .map_err(|error| anyhow!("the epoch of slot {slot}: {error}"))?;
        epoch.with_context(|| format!("no epoch for slot {slot}"))
    }

    /// Claims the slot, and executes a block that contains nothing but the time.
    fn build(
        &self,
        slot: Slot,
        epoch: &ViableEpochDescriptor<Hash, u32, Epoch>,
    ) -> Result<BuiltBlock<Block>> {
        let link = &self.node.other.babe_link;
        let claim = {
            let epochs = link.epoch_changes().shared_data();
            let genesis = |slot| Epoch::genesis(link.config(), slot);
            let epoch = epochs
                .viable_epoch(epoch, genesis)
                .with_context(|| format!("no epoch for slot {slot}"))?;
            claim_slot(slot, epoch.as_ref(), &self.keystore)
        };
        let (claim, _) = claim.with_context(|| format!("slot {slot} is another's"))?;
        let mut builder = BlockBuilderBuilder::new(&**self.client())
            .on_parent_block(self.best.hash())
            .with_parent_block_number(self.best.number)
            .with_inherent_digests(Digest {
                logs: vec![DigestItem::babe_pre_digest(claim)],
            })
            .build()?;
        let mut inherents = InherentData::new();
        let now = sp_timestamp::InherentType::new(*slot * SLOT_MILLISECONDS);
        inherents.put_data(sp_timestamp::INHERENT_IDENTIFIER, &now)?;
        inherents.put_data(sp_consensus_babe::inherents::INHERENT_IDENTIFIER, &slot)?;
        for inherent in builder.create_inherents(inherents)? {
            builder.push(inherent)?;
        }
        Ok(builder.build()?)
    }

    /// Finalises the best block with the vote of the only validator.
    pub async fn finalise(&mut self) -> Result<()> {
        let (target_hash, target_number) = (self.best.hash(), self.best.number);
        if target_number == self.finalised.number {
            return Ok(());
        }
        let set = self.node.other.grandpa_link.shared_authority_set().set_id();
        let precommit = Precommit::<Header> {
            target_hash,
            target_number,
        };
        let message = Message::Precommit(precommit.clone());
        let signature = self.grandpa.sign(&localized_payload(ROUND, set, &message));
        let vote = finality_grandpa::SignedPrecommit {
            precommit,
            signature: signature.into(),
            id: self.grandpa.public().into(),
        };
        let commit = Commit::<Header> {
            target_hash,
            target_number,
            precommits: vec![vote],
        };
        let justification =
            GrandpaJustification::<Block>::from_commit(self.client(), ROUND, commit)?;
        let justification = (GRANDPA_ENGINE_ID, justification.encode());
        let grandpa: &mut GrandpaImport = &mut self.node.other.grandpa_import;
        grandpa
            .import_justification(target_hash, target_number, justification)
            .await?;
        self.finalised = self.best.clone();
        self.justified += 1;
        Ok(())
    }

    /// Returns the number of blocks with a justification.
    pub fn justified(&self) -> u32 {
        self.justified
    }

    /// Returns how often the authorities have changed.
    pub fn authority_sets(&self) -> u64 {
        self.node.other.grandpa_link.shared_authority_set().set_id()
    }

    /// Closes the database: everything that it still has to write is then on disk.
    pub async fn close(self) -> Result<()> {
        let database = Arc::clone(&self.node.backend);
        drop(self);
        wait::until("the node's tasks to end", PATIENCE, || async {
            let others = Arc::strong_count(&database) - 1;
            Ok(Seen::when(others == 0, || {
                format!("{others} use the database")
            }))
        })
        .await
    }
}
