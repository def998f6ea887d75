//! Pushes whole blocks to validators, which need not ask for them (ADR 20).
//!
//! The SDK announces a block to peers, and they request it. With the negotiation of the request that takes four delays
//! more than the block itself, which is longer than a slot if validators are 50 ms apart. A validator that has not seen
//! the last block when its slot comes makes a fork. So whoever makes or imports a block that is small enough sends it
//! to the validators among its peers. Announcements and requests go on as before, and bring all blocks that do not come
//! this way.

#[cfg(test)]
pub(super) mod chains;
mod gate;
mod pending;

use std::{sync::Arc, time::Duration};

use aicpw_runtime::{opaque::Block, Header};
use codec::{Compact, Decode, DecodeAll, Encode};
use futures::{FutureExt, StreamExt};
use sc_client_api::{BlockBackend, BlockImportNotification, BlockchainEvents, HeaderBackend};
use sc_consensus::{import_queue::ImportQueueService, IncomingBlock};
use sc_network::{
    config::{FullNetworkConfiguration, NonReservedPeerMode, SetConfig},
    service::{traits::NetworkService, NotificationMetrics},
    NetworkBackend, NotificationService, PeerId, ProtocolName, ReputationChange,
};
use sc_network_gossip::{GossipEngine, TopicNotification};
use sc_network_sync::SyncingService;
use sp_blockchain::BlockStatus;
use sp_consensus::BlockOrigin;
use sp_runtime::{
    traits::{BlakeTwo256, Block as BlockT, Hash as _, Header as _},
    StateVersion,
};

use self::{gate::Gate, pending::Pending};
use super::{partial::FullClient, voter_network};

type BlockHash = <Block as BlockT>::Hash;

/// Most bytes of a pushed block; larger blocks have to be requested.
const MAX_BYTES: usize = 256 * 1024;

/// Most bytes of a pushed block that another validator made. Such blocks come from every peer that does not know yet
/// that this node has them.
const MAX_BYTES_OF_OTHERS: usize = 32 * 1024;

/// Most transactions of a pushed block; no block can hold as many by their weight.
const MAX_TRANSACTIONS: u32 = 2_048;

/// The penalty for a message that is no block, or whose body does not belong to its header.
const NO_BLOCK: ReputationChange = ReputationChange::new(-(1 << 29), "pushed no block");

/// The penalty for a block whose parent never came. An honest peer has the parent, but may have gone, or be on a fork.
const NO_PARENT: ReputationChange =
    ReputationChange::new(-(1 << 20), "pushed a block without parent");

/// The protocol, before its network is built.
pub struct BlockPush {
    name: ProtocolName,
    notifications: Box<dyn NotificationService>,
}

impl BlockPush {
    /// Adds the protocol to a network that is not built yet.
    pub fn add_to<N: NetworkBackend<Block, BlockHash>>(
        net_config: &mut FullNetworkConfiguration<Block, BlockHash, N>,
        (genesis, fork_id): (BlockHash, Option<&str>),
        metrics: NotificationMetrics,
    ) -> Self {
        let genesis = hex::encode(genesis);
        let name: ProtocolName = match fork_id {
            Some(fork_id) => format!("/{genesis}/{fork_id}/aicpw/blocks/1"),
            None => format!("/{genesis}/aicpw/blocks/1"),
        }
        .into();
        let (config, notifications) = N::notification_config(
            name.clone(),
            Vec::new(),
            MAX_BYTES as u64,
            None,
            // The peers with whom blocks are synchronised, and no others.
            SetConfig {
                in_peers: 0,
                out_peers: 0,
                reserved_nodes: Vec::new(),
                non_reserved_mode: NonReservedPeerMode::Deny,
            },
            metrics,
            net_config.peer_store_handle(),
        );
        net_config.add_notification_protocol(config);
        Self {
            name,
            notifications,
        }
    }

    /// Sends and receives blocks until the network ends.
    pub async fn run(
        self,
        slot: Duration,
        client: Arc<FullClient>,
        queue: Box<dyn ImportQueueService<Block>>,
        sync: Arc<SyncingService<Block>>,
        network: Arc<dyn NetworkService>,
    ) {
        let gate = Arc::new(Gate::new(client.clone(), sync.clone(), topic(), slot));
        let mut gossip = GossipEngine::new(
            network,
            voter_network::Syncing(sync),
            self.notifications,
            self.name,
            gate.clone(),
            None,
        );
        let mut pushed = gossip.messages_for(topic()).fuse();
        let mut imported = client.import_notification_stream().fuse();
        let mut taking = Taking {
            client: client.clone(),
            queue,
            pending: Pending::default(),
        };
        loop {
            futures::select! {
                () = (&mut gossip).fuse() => return,
                message = pushed.select_next_some() => {
                    let TopicNotification { message, sender } = message;
                    match (taking.take(&message, sender), sender) {
                        (Ok(Some(hash)), _) => gate.remember(hash),
                        (Err(NoBlock), Some(sender)) => gossip.report(sender, NO_BLOCK),
                        (Ok(None) | Err(NoBlock), _) => {}
                    }
                }
                notification = imported.select_next_some() => {
                    for sender in taking.is_imported(notification.hash) {
                        gossip.report(sender, NO_PARENT);
                    }
                    if gate.is_open() {
                        if let Some(message) = message_of(&*client, &notification) {
                            gossip.gossip_message(topic(), message, false);
                        }
                    }
                }
            }
        }
    }
}

/// Returns the only topic.
fn topic() -> BlockHash {
    BlakeTwo256::hash(b"blocks")
}

/// The pushed message is no block.
#[derive(Debug, PartialEq, Eq)]
struct NoBlock;

/// Returns the block as it is pushed, if other nodes may lack it and it is small enough.
fn message_of(
    client: &impl BlockBackend<Block>,
    notification: &BlockImportNotification<Block>,
) -> Option<Vec<u8>> {
    let most = match notification.origin {
        BlockOrigin::Own => MAX_BYTES,
        BlockOrigin::NetworkBroadcast => MAX_BYTES_OF_OTHERS,
        _ => return None,
    };
    // The block was pruned at once, or the database has an error that others will report. Then peers request the block.
    let body = client.block_body(notification.hash).ok().flatten()?;
    let message = Block::new(notification.header.clone(), body).encode();
    (message.len() <= most).then_some(message)
}

/// Returns the block of a message, if the body belongs to the header.
fn block_of(message: &[u8]) -> Result<Block, NoBlock> {
    // This is checked before the transactions are read, because one of a single byte takes many times that in memory.
    let mut rest = message;
    Header::decode(&mut rest).map_err(|_| NoBlock)?;
    let Compact(transactions) = Compact::<u32>::decode(&mut rest).map_err(|_| NoBlock)?;
    if transactions > MAX_TRANSACTIONS {
        return Err(NoBlock);
    }
    let block = Block::decode_all(&mut &message[..]).map_err(|_| NoBlock)?;
    let transactions: Vec<_> = block.extrinsics().iter().map(Encode::encode).collect();
    let is_root = |version| {
        let root = BlakeTwo256::ordered_trie_root(transactions.clone(), version);
        root == *block.header().extrinsics_root()
    };
    match is_root(StateVersion::V0) || is_root(StateVersion::V1) {
        true => Ok(block),
        false => Err(NoBlock),
    }
}

/// Hands pushed blocks to the import queue, each after its parent.
struct Taking<C> {
    client: Arc<C>,
    queue: Box<dyn ImportQueueService<Block>>,
    pending: Pending,
}

impl<C: HeaderBackend<Block>> Taking<C> {
    /// Takes a block that a peer has pushed, unless the peer has too many. Returns the hash of the block.
    fn take(
        &mut self,
        message: &[u8],
        sender: Option<PeerId>,
    ) -> Result<Option<BlockHash>, NoBlock> {
        if !self.pending.has_room_for(sender) {
            return Ok(None);
        }
        let (header, body) = block_of(message)?.deconstruct();
        let (hash, number, parent) = (header.hash(), header.number, header.parent_hash);
        if is_there(&*self.client, hash) {
            return Ok(Some(hash));
        }
        let block = IncomingBlock {
            hash,
            header: Some(header),
            body: Some(body),
            indexed_body: None,
            justifications: None,
            origin: sender,
            allow_missing_state: false,
            skip_execution: false,
            import_existing: false,
            state: None,
        };
        let is_taken = self.pending.add(number, parent, block);
        self.import_what_is_ready();
        Ok(is_taken.then_some(hash))
    }

    /// Continues with the blocks that waited for this one. Returns the peers that have pushed a block whose parent
    /// never came.
    fn is_imported(&mut self, hash: BlockHash) -> Vec<PeerId> {
        let finalised = self.client.info().finalized_number;
        let senders = self.pending.forget(hash, finalised);
        self.import_what_is_ready();
        senders
    }

    /// Hands on the blocks whose parent is imported. The import queue would treat a block that comes before its parent
    /// as one whose parent nobody knows.
    fn import_what_is_ready(&mut self) {
        let client = &self.client;
        for block in self.pending.ready(|hash| is_there(&**client, hash)) {
            // One by one, because one that fails would take the others with it.
            self.queue
                .import_blocks(BlockOrigin::NetworkBroadcast, vec![block]);
        }
    }
}

/// Whether a block is imported. If the database does not answer, the block comes by request.
fn is_there(client: &impl HeaderBackend<Block>, hash: BlockHash) -> bool {
    matches!(client.status(hash), Ok(BlockStatus::InChain))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Mutex;

    use super::{chains::Chain, *};
    use sc_consensus::import_queue::RuntimeOrigin;
    use sp_runtime::{traits::NumberFor, Justifications, OpaqueExtrinsic};

    /// The blocks that were handed to the import queue.
    #[derive(Clone, Default)]
    struct Queue(Arc<Mutex<Vec<BlockHash>>>);

    impl Queue {
        fn taken(&self) -> Vec<BlockHash> {
            self.0.lock().unwrap().clone()
        }
    }

    impl ImportQueueService<Block> for Queue {
        fn import_blocks(&mut self, origin: BlockOrigin, blocks: Vec<IncomingBlock<Block>>) {
            assert_eq!(origin, BlockOrigin::NetworkBroadcast);
            self.0
                .lock()
                .unwrap()
                .extend(blocks.iter().map(|block| block.hash));
        }

        fn import_justifications(
            &mut self,
            _: RuntimeOrigin,
            _: BlockHash,
            _: NumberFor<Block>,
            _: Justifications,
        ) {
            unreachable!("blocks are pushed without")
        }
    }

    fn block_with(parent: &Header, transactions: Vec<OpaqueExtrinsic>) -> Block {
        let encoded = transactions.iter().map(Encode::encode).collect();
        let root = BlakeTwo256::ordered_trie_root(encoded, StateVersion::V0);
        let none = BlockHash::default();
        let digest = Default::default();
        let header = Header::new(parent.number + 1, root, none, parent.hash(), digest);
        Block::new(header, transactions)
    }

    /// Returns a block on that parent, with one transaction.
    fn block_on(parent: &Header, transaction: u8) -> Block {
        let transaction = OpaqueExtrinsic::from_blob(vec![transaction; 100]);
        block_with(parent, vec![transaction])
    }

    /// Returns a block with this many small transactions.
    fn block_of_many(parent: &Header, count: u32) -> Block {
        let transaction = OpaqueExtrinsic::from_blob(Vec::new());
        block_with(parent, vec![transaction; count as usize])
    }

    #[test]
    fn a_pushed_block_is_imported_once_and_behind_its_parent() {
        let chain = Arc::new(Chain::new(3, 1));
        let queue = Queue::default();
        let mut taking = Taking {
            client: chain.clone(),
            queue: Box::new(queue.clone()),
            pending: Pending::default(),
        };
        let first = block_on(&chain.best(), 1);
        let second = block_on(first.header(), 2);
        // The child comes first, and waits.
        let hash = taking.take(&second.encode(), None).unwrap();
        assert_eq!(hash, Some(second.hash()));
        assert!(queue.taken().is_empty());
        taking.take(&first.encode(), None).unwrap();
        assert_eq!(queue.taken(), [first.hash()]);
        chain.import(first.header());
        assert!(taking.is_imported(first.hash()).is_empty());
        assert_eq!(queue.taken(), [first.hash(), second.hash()]);
        // Another peer's copies: of the block that is imported, and of the one in the queue.
        for block in [&first, &second] {
            let other = Some(PeerId::random());
            taking.take(&block.encode(), other).unwrap();
        }
        assert_eq!(queue.taken().len(), 2);
    }

    #[test]
    fn what_is_no_block_or_has_another_body_is_refused() {
        let chain = Chain::new(1, 0);
        let block = block_on(&chain.best(), 1);
        assert_eq!(block_of(&block.encode()), Ok(block.clone()));
        assert_eq!(block_of(&block.encode()[1..]), Err(NoBlock));
        let longer = [block.encode(), vec![0]].concat();
        assert_eq!(block_of(&longer), Err(NoBlock));
        let other = block_on(&chain.best(), 2);
        let mixed = Block::new(block.header().clone(), other.extrinsics().to_vec());
        assert_eq!(block_of(&mixed.encode()), Err(NoBlock));
        let many = block_of_many(&chain.best(), MAX_TRANSACTIONS);
        assert_eq!(block_of(&many.encode()), Ok(many));
        let too_many = block_of_many(&chain.best(), MAX_TRANSACTIONS + 1);
        assert_eq!(block_of(&too_many.encode()), Err(NoBlock));
    }
}
