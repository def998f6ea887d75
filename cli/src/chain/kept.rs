//! A transaction that the node's pool has but does not report on: its fate is read from the chain.

use std::collections::HashMap;

use subxt::{
    config::substrate::H256,
    error::{DispatchError, TransactionEventsError},
    events::Phase,
    OnlineClient, SubstrateConfig,
};

use super::{
    explain,
    submit::{Event, MORTAL_BLOCKS},
    Chain, Heads,
};
use crate::error::{Error, Kind, Result};

/// How many blocks to look at, at most, for one best head: more than the blocks for which a transaction is valid.
const LOOK_BACK: usize = 1_024;

/// How often to start again from a new best block because an ancestor is gone. The node may have dropped it for good.
const READ_AGAIN: u32 = 3;

/// Where a transaction is on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The block.
    pub block: H256,
    /// The block's height.
    pub height: u64,
    /// The index of the transaction in the block.
    pub index: u32,
}

/// A transaction that the pool has but does not report on.
pub struct Kept {
    chain: Chain,
    heads: Option<Heads>,
    encoded: Vec<u8>,
    /// The height of the block to which the transaction is bound: only later blocks can include it.
    born: u64,
    /// For each of these blocks, where the transaction is in the chain that ends with it. The ancestors of a block
    /// never change, so each block is looked at once, however many forks there are.
    known: HashMap<H256, Option<Place>>,
    place: Option<Place>,
}

impl Kept {
    /// Starts to follow a transaction that is bound to the block at height `born`, and of which nothing is known yet.
    pub fn new(chain: &Chain, encoded: &[u8], born: u64) -> Self {
        Self {
            chain: Chain::over(chain.rpc.clone()),
            heads: None,
            encoded: encoded.to_vec(),
            born,
            known: HashMap::new(),
            place: None,
        }
    }

    /// Where the transaction is in the best chain now.
    ///
    /// # Errors
    /// The node does not answer, or does not have the blocks: then nobody can say that no block includes the
    /// transaction.
    pub async fn look(&mut self) -> Result<Option<Place>> {
        let mut at = self.chain.best_hash().await?;
        let mut looked_at = Vec::new();
        let mut again = 0..READ_AGAIN;
        let place = loop {
            if let Some(known) = self.known.get(&at) {
                break *known;
            }
            if looked_at.len() >= LOOK_BACK {
                break None;
            }
            let read = self.chain.methods.chain_get_block(Some(at)).await;
            let Some(read) = read.map_err(|error| explain::rpc(&error))? else {
                // The block was replaced while the chain was read, so by now there is another best block.
                if again.next().is_none() {
                    let message =
                        "the node does not have the blocks in which the transaction may be";
                    return Err(Error::new(Kind::Timeout, message));
                }
                at = self.chain.best_hash().await?;
                looked_at.clear();
                continue;
            };
            let block = read.block;
            if block.header.number <= self.born {
                break None;
            }
            looked_at.push(at);
            let mut all = (0u32..).zip(&block.extrinsics);
            if let Some((index, _)) = all.find(|(_, one)| one.0 == self.encoded) {
                break Some(Place {
                    block: at,
                    height: block.header.number,
                    index,
                });
            }
            at = block.header.parent_hash;
        };
        self.known
            .extend(looked_at.into_iter().map(|block| (block, place)));
        Ok(place)
    }

    /// The next block that includes the transaction, and whether that block is final.
    ///
    /// # Errors
    /// No block includes the transaction, and no later one can; the node does not answer.
    pub async fn next(&mut self) -> Result<(Place, bool)> {
        loop {
            if let Some(place) = self.place {
                if self.is_final(place).await? {
                    return Ok((place, true));
                }
            }
            match &mut self.heads {
                // The transaction may already be in a block.
                None => self.heads = Some(self.chain.best_heads().await?),
                Some(heads) => drop(heads.whenever().await?),
            }
            let before = self.place;
            self.place = self.look().await?;
            match self.place {
                Some(place) if self.place != before => return Ok((place, false)),
                Some(_) => {}
                None if self.is_over().await? => {
                    return Err(Error::other(
                        "the transaction was in no block as long as it was valid",
                    )
                    .hint("send it again"))
                }
                None => {}
            }
        }
    }

    /// Whether it is too late for any further block to include the transaction.
    async fn is_over(&self) -> Result<bool> {
        Ok(self.chain.final_height().await? > self.born.saturating_add(MORTAL_BLOCKS))
    }

    async fn is_final(&self, place: Place) -> Result<bool> {
        Ok(place.height <= self.chain.final_height().await?
            && self.chain.hash_at(place.height).await? == Some(place.block))
    }
}

/// The events that the transaction at this place caused, if it succeeded.
///
/// # Errors
/// The transaction failed; the node does not answer.
pub async fn events(
    client: &OnlineClient<SubstrateConfig>,
    place: Place,
) -> Result<Vec<Event>, subxt::Error> {
    let at = client
        .at_block_hash_and_number(place.block, place.height)
        .await?;
    let mut records = Vec::new();
    for event in at.events().fetch().await?.iter() {
        let event = event?;
        if event.phase() != Phase::ApplyExtrinsic(place.index) {
            continue;
        }
        if event.pallet_name() == "System" && event.event_name() == "ExtrinsicFailed" {
            let error = DispatchError::decode_from(event.field_bytes(), at.metadata())?;
            return Err(TransactionEventsError::ExtrinsicFailed(error).into());
        }
        records.push(Event {
            pallet: event.pallet_name().to_owned(),
            name: event.event_name().to_owned(),
            fields: event.field_bytes().to_owned(),
        });
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{json, Value};

    use super::*;
    use crate::chain::fake;

    const ENCODED: [u8; 3] = [1, 2, 3];

    /// The height of the block to which the transaction is bound.
    const BORN: u64 = 10;

    /// The hash of the block at this height of this fork.
    fn hash(fork: u8, height: u64) -> H256 {
        let mut hash = H256::repeat_byte(fork);
        hash.0[24..].copy_from_slice(&height.to_be_bytes());
        hash
    }

    /// A fake node with forks that separate at [`BORN`].
    #[derive(Default)]
    struct Node {
        best: (u8, u64),
        last: u64,
        /// The blocks that include the transaction.
        with: Vec<(u8, u64)>,
        /// The blocks that were read.
        read: Vec<H256>,
        /// How many of the next blocks that are asked for are gone.
        gone: u32,
    }

    impl Node {
        fn answer(&mut self, method: &str, params: &[Value]) -> Value {
            let asked = params.first().cloned().unwrap_or_default();
            let (fork, best) = self.best;
            match method {
                "chain_getBlockHash" => json!(hash(fork, asked.as_u64().unwrap_or(best))),
                "chain_getFinalizedHead" => json!(hash(fork, self.last)),
                "chain_getHeader" => header(serde_json::from_value(asked).unwrap()),
                "chain_getBlock" => {
                    let at: H256 = serde_json::from_value(asked).unwrap();
                    self.read.push(at);
                    if self.gone > 0 {
                        self.gone -= 1;
                        return Value::Null;
                    }
                    let has_it = self
                        .with
                        .iter()
                        .any(|(fork, height)| at == hash(*fork, *height));
                    let all = match has_it {
                        true => json!(["0x04", "0x010203"]),
                        false => json!(["0x04"]),
                    };
                    json!({
                        "block": { "header": header(at), "extrinsics": all },
                        "justifications": null,
                    })
                }
                method => panic!("{method}"),
            }
        }
    }

    fn header(at: H256) -> Value {
        let mut height = [0; 8];
        height.copy_from_slice(&at.0[24..]);
        let height = u64::from_be_bytes(height);
        let fork = if height == BORN + 1 { 0 } else { at.0[0] };
        json!({
            "parentHash": hash(fork, height - 1), "number": format!("{height:#x}"),
            "stateRoot": H256::zero(), "extrinsicsRoot": H256::zero(), "digest": { "logs": [] },
        })
    }

    fn kept(node: Node) -> (Kept, Arc<Mutex<Node>>) {
        let node = Arc::new(Mutex::new(node));
        let of_chain = node.clone();
        let chain = fake::answering(move |method, params| {
            Ok(of_chain.lock().unwrap().answer(method, params))
        });
        (Kept::new(&chain, &ENCODED, BORN), node)
    }

    fn place(fork: u8, height: u64) -> Place {
        Place {
            block: hash(fork, height),
            height,
            index: 1,
        }
    }

    #[tokio::test]
    async fn it_is_found_in_a_block_that_is_best_no_more_and_followed_until_it_is_final() {
        let (mut kept, node) = kept(Node {
            best: (1, 15),
            last: 11,
            with: vec![(1, 12)],
            ..Node::default()
        });
        assert_eq!(kept.next().await.unwrap(), (place(1, 12), false));
        node.lock().unwrap().last = 12;
        assert_eq!(kept.next().await.unwrap(), (place(1, 12), true));
    }

    #[tokio::test]
    async fn one_that_is_in_no_block_is_waited_for() {
        let (mut kept, node) = kept(Node {
            best: (1, 15),
            last: 11,
            ..Node::default()
        });
        // At this point the connection is lost.
        let lost = kept.next().await.unwrap_err();
        assert_eq!(lost.kind, Kind::Unreachable, "{lost}");
        let read = |node: &Mutex<Node>| std::mem::take(&mut node.lock().unwrap().read);
        let expected = (BORN..=15).rev().map(|height| match height {
            BORN => hash(0, BORN),
            height => hash(1, height),
        });
        assert_eq!(read(&node), expected.collect::<Vec<_>>());

        // The blocks between two heads are looked at too, and none of them twice.
        node.lock().unwrap().best = (1, 18);
        node.lock().unwrap().with = vec![(1, 16)];
        assert_eq!(kept.look().await.unwrap(), Some(place(1, 16)));
        assert_eq!(read(&node), [hash(1, 18), hash(1, 17), hash(1, 16)]);
    }

    #[tokio::test]
    async fn one_that_no_block_can_have_any_more_is_waited_for_no_longer() {
        let last = BORN + MORTAL_BLOCKS + 1;
        let (mut kept, _) = kept(Node {
            best: (1, last + 2),
            last,
            ..Node::default()
        });
        let over = kept.next().await.unwrap_err();
        assert_eq!(over.kind, Kind::Error, "{over}");
    }

    /// Regression: if a block was gone, the transaction counted as one that no block includes.
    #[tokio::test]
    async fn blocks_that_are_gone_do_not_say_that_it_is_in_none() {
        let (mut kept, node) = kept(Node {
            best: (1, 13),
            with: vec![(1, 12)],
            gone: READ_AGAIN,
            ..Node::default()
        });
        assert_eq!(kept.look().await.unwrap(), Some(place(1, 12)));
        node.lock().unwrap().best = (2, 13);
        node.lock().unwrap().gone = READ_AGAIN + 1;
        assert_eq!(kept.look().await.unwrap_err().kind, Kind::Timeout);
    }

    #[tokio::test]
    async fn forks_are_told_apart() {
        let (mut kept, node) = kept(Node {
            best: (1, 13),
            last: BORN,
            with: vec![(1, 12), (2, 14)],
            ..Node::default()
        });
        for (best, expected) in [
            ((1, 13), Some(place(1, 12))),
            ((2, 13), None),
            ((1, 14), Some(place(1, 12))),
            ((2, 15), Some(place(2, 14))),
        ] {
            node.lock().unwrap().best = best;
            assert_eq!(kept.look().await.unwrap(), expected, "{best:?}");
        }
        // The final chain has another block at this height.
        node.lock().unwrap().last = 13;
        assert!(!kept.is_final(place(1, 12)).await.unwrap());
        assert!(!kept.is_final(place(2, 14)).await.unwrap());
        node.lock().unwrap().last = 14;
        assert!(kept.is_final(place(2, 14)).await.unwrap());
    }
}
