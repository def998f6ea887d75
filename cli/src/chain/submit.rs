//! Signs and sends transactions, and follows what becomes of them.

use std::time::{Duration, Instant};

use aicpw_protocol::{Balance, TaskId};
use codec::Decode;
use subxt::{
    client::OnlineClientAtBlockImpl,
    config::{substrate::H256, DefaultExtrinsicParamsBuilder},
    error::ExtrinsicError,
    transactions::{
        SubmittableTransaction, TransactionInBlock, TransactionProgress, TransactionStatus,
    },
    OnlineClient, SubstrateConfig,
};

use super::{
    call::Call,
    explain,
    kept::{self, Kept},
    nonce::{send_in_turn, Refused},
    Chain,
};
use crate::{
    account::Account,
    error::{Error, Kind, Result},
    keys::Signer,
};

type AtBlock = OnlineClientAtBlockImpl<SubstrateConfig>;
type Progress = TransactionProgress<SubstrateConfig, AtBlock>;

/// For how many blocks a transaction stays valid: about a minute. A transaction that is not in a block by then never
/// will be, so it is safe to send another.
pub(super) const MORTAL_BLOCKS: u64 = 256;

/// How long to wait for a transaction to be in a block, and then for finality.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(90);

/// How long a node's transaction pool may take to reach the blocks that the node already has. When a node has caught
/// up, its pool continues only with the next block that is new to the network.
const POOL_TIMEOUT: Duration = Duration::from_secs(15);
/// How often to try again while the pool is behind.
const TRY_EVERY: Duration = Duration::from_millis(250);

/// A transaction to send.
struct Transaction {
    of_subxt: SubmittableTransaction<SubstrateConfig, AtBlock>,
    /// The height of the block to which the transaction is bound.
    born: u64,
}

/// Where the news about a transaction comes from.
enum Source {
    Pool(Progress),
    /// From the chain, for a transaction that the pool has but does not report on.
    Chain {
        kept: Box<Kept>,
        client: OnlineClient<SubstrateConfig>,
        transaction: H256,
    },
}

/// News about a transaction.
enum Told {
    Pool(TransactionStatus<SubstrateConfig, AtBlock>),
    /// The transaction is in this block, and whether the block is final.
    Block(InBlock, bool),
}

/// A transaction in a block. Whether it succeeded is not yet known.
enum InBlock {
    OfPool(TransactionInBlock<SubstrateConfig, AtBlock>),
    OfChain {
        client: OnlineClient<SubstrateConfig>,
        place: kept::Place,
        transaction: H256,
    },
}

/// A signed transaction.
pub struct Signed {
    transaction: Transaction,
    /// Who signs the transaction anew if another one of the account has its nonce; `None` if the nonce was given.
    signer: Option<Signer>,
    /// The transaction's nonce: how many transactions of its account come before it.
    pub nonce: u64,
    /// The estimated network fee.
    pub fee: Balance,
}

/// A transaction that was sent.
pub struct Sent {
    source: Source,
    title: String,
    at: Instant,
    newest: Option<Inclusion>,
}

/// A transaction that is in a block and succeeded.
#[derive(Clone, Debug)]
pub struct Inclusion {
    /// The block.
    pub block: H256,
    /// The block's height.
    pub height: u64,
    /// The transaction's hash.
    pub transaction: H256,
    /// The events that the transaction caused.
    pub events: Vec<Event>,
    /// The time since the transaction was sent.
    pub after: Duration,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    /// The pallet.
    pub pallet: String,
    /// The event's name.
    pub name: String,
    /// The event's fields, SCALE-encoded one after the other.
    pub fields: Vec<u8>,
}

impl Inclusion {
    /// The id of the task that a `Tasks.submit` created.
    ///
    /// # Errors
    /// The runtime's event is not as this client expects.
    pub fn submitted_task(&self) -> Result<TaskId> {
        self.event("Tasks", "TaskSubmitted")
            .and_then(|mut fields| TaskId::decode(&mut fields).ok())
            .ok_or_else(|| {
                Error::other("the task was submitted, but the chain's event about it is unknown")
                    .hint("`aicpw task ls --mine` shows its id")
            })
    }

    /// The network fee that was paid for the transaction.
    pub fn fee_paid(&self) -> Option<Balance> {
        let mut fields = self.event("TransactionPayment", "TransactionFeePaid")?;
        let (_who, fee) = <([u8; 32], Balance)>::decode(&mut fields).ok()?;
        Some(fee)
    }

    /// The amount that a `ProviderStaking.withdraw_unbonded` returned.
    pub fn stake_withdrawn(&self) -> Option<Balance> {
        let mut fields = self.event("ProviderStaking", "StakeWithdrawn")?;
        let (_who, amount) = <([u8; 32], Balance)>::decode(&mut fields).ok()?;
        Some(amount)
    }

    fn event(&self, pallet: &str, name: &str) -> Option<&[u8]> {
        self.events
            .iter()
            .find(|event| event.pallet == pallet && event.name == name)
            .map(|event| &event.fields[..])
    }
}

impl Chain {
    async fn encode_call(&self, call: &Call) -> Result<Vec<u8>> {
        let at = self.at_final_block().await?;
        at.transactions()
            .call_data(call)
            .map_err(|error| explain::subxt(error.into()))
    }

    /// Combines calls into one that takes effect as a whole or not at all; a single call is returned as it is.
    ///
    /// # Errors
    /// The runtime does not have such a call.
    pub async fn all_of(&self, calls: &[Call]) -> Result<Call> {
        if let [only] = calls {
            return Ok(only.clone());
        }
        let mut encoded = Vec::new();
        for call in calls {
            encoded.push(self.encode_call(call).await?);
        }
        Ok(Call::batch_all(&encoded))
    }

    /// Signs a call with the account's next nonce. If another transaction has that nonce when this one is sent, it is
    /// signed anew.
    ///
    /// # Errors
    /// The runtime does not have such a call; the node does not answer.
    pub async fn sign(&self, signer: &Signer, call: &Call) -> Result<Signed> {
        let nonce = self.next_nonce(signer.account).await?;
        Ok(Signed {
            signer: Some(signer.clone()),
            ..self.sign_with(signer, call, nonce).await?
        })
    }

    /// Signs a call with the given nonce, to replace the account's transaction that has it; with `None`, with the
    /// account's next nonce.
    ///
    /// # Errors
    /// As of [`Self::sign`].
    pub async fn sign_instead(
        &self,
        signer: &Signer,
        call: &Call,
        nonce: Option<u64>,
    ) -> Result<Signed> {
        match nonce {
            Some(nonce) => self.sign_with(signer, call, nonce).await,
            None => self.sign(signer, call).await,
        }
    }

    /// The nonce of the account's next transaction. Transactions that still wait in the pool count, up to the first
    /// missing nonce.
    pub(super) async fn next_nonce(&self, account: Account) -> Result<u64> {
        self.methods
            .system_account_next_index(&account.into())
            .await
            .map_err(|error| explain::rpc(&error))
    }

    /// The account's nonce in the state of this block: that of its first transaction in no block so far.
    pub(super) async fn nonce_at(&self, account: Account, at: H256) -> Result<u64> {
        let function = "AccountNonceApi_account_nonce";
        let nonce: u32 = self.runtime_api(function, &account, Some(at)).await?;
        Ok(nonce.into())
    }

    /// Signs a call with exactly this nonce.
    ///
    /// # Errors
    /// As of [`Self::sign`].
    async fn sign_with(&self, signer: &Signer, call: &Call, nonce: u64) -> Result<Signed> {
        let transaction = self.transaction(signer, call, nonce).await?;
        let fee = transaction
            .of_subxt
            .partial_fee_estimate()
            .await
            .map_err(|error| explain::subxt(error.into()))?;
        Ok(Signed {
            transaction,
            signer: None,
            nonce,
            fee,
        })
    }

    async fn transaction(&self, signer: &Signer, call: &Call, nonce: u64) -> Result<Transaction> {
        let at = self.at_final_block().await?;
        let parameters = DefaultExtrinsicParamsBuilder::new()
            .nonce(nonce)
            .mortal(MORTAL_BLOCKS)
            .build();
        let of_subxt = at
            .transactions()
            .create_signed(call, &signer.pair, parameters)
            .await
            .map_err(|error| explain::subxt(error.into()))?;
        Ok(Transaction {
            of_subxt,
            born: at.block_number(),
        })
    }

    /// The estimated network fee of a call.
    ///
    /// # Errors
    /// As of [`Self::sign`].
    pub async fn fee(&self, signer: &Signer, call: &Call) -> Result<Balance> {
        Ok(self.sign(signer, call).await?.fee)
    }

    /// Sends a signed transaction. If another transaction of the account has its nonce by now, it is signed anew with
    /// the next nonce, unless the nonce was given.
    ///
    /// # Errors
    /// The node refuses the transaction: nothing was paid.
    pub async fn send(&self, call: &Call, signed: &Signed) -> Result<Sent> {
        self.send_noted(call, signed, |_| {}).await
    }

    /// Like [`Self::send`]. `note` gets each nonce before the transaction is sent with it: if the connection breaks
    /// then, nobody hears whether the transaction arrived.
    ///
    /// # Errors
    /// As of [`Self::send`].
    pub async fn send_noted(
        &self,
        call: &Call,
        signed: &Signed,
        note: impl Fn(u64),
    ) -> Result<Sent> {
        let at = Instant::now();
        let source = match &signed.signer {
            None => {
                note(signed.nonce);
                let sent = self.send_to_pool(call, &signed.transaction).await;
                sent.map_err(|refused| refused.error)?
            }
            Some(signer) => {
                let send = async |nonce: u64| -> Result<Source, Refused> {
                    if nonce == signed.nonce {
                        return self.send_to_pool(call, &signed.transaction).await;
                    }
                    let anew = self.transaction(signer, call, nonce).await?;
                    self.send_to_pool(call, &anew).await
                };
                let next = async || self.next_nonce(signer.account).await;
                let next_block = async || self.next_block().await;
                send_in_turn(signed.nonce, note, send, next, next_block).await?
            }
        };
        Ok(Sent {
            source,
            title: call.title(),
            at,
            newest: None,
        })
    }

    async fn send_to_pool(
        &self,
        call: &Call,
        transaction: &Transaction,
    ) -> Result<Source, Refused> {
        let Transaction { of_subxt, born } = transaction;
        let kept = || Kept::new(self, of_subxt.encoded(), *born);
        let submit = async || of_subxt.submit_and_watch().await;
        let is_in_block = async || -> Result<bool> { Ok(kept().look().await?.is_some()) };
        match send_until_known(&call.title(), submit, is_in_block).await? {
            Some(progress) => Ok(Source::Pool(progress)),
            None => Ok(Source::Chain {
                kept: Box::new(kept()),
                client: self.client().await?.clone(),
                transaction: of_subxt.hash(),
            }),
        }
    }

    /// Waits for a block after the current best one.
    async fn next_block(&self) -> Result<()> {
        let mut heads = self.best_heads().await?;
        // The first header is that of the current best block.
        heads.next().await?;
        heads.next().await.map(drop)
    }

    /// Signs and sends a call, and waits until it is final.
    ///
    /// # Errors
    /// As of [`Self::sign`], [`Self::send`] and [`Sent::finalised`].
    pub async fn submit(&self, signer: &Signer, call: &Call) -> Result<Inclusion> {
        let signed = self.sign(signer, call).await?;
        self.send(call, &signed).await?.finalised().await
    }

    pub(super) async fn at_final_block(
        &self,
    ) -> Result<subxt::client::OnlineClientAtBlock<SubstrateConfig>> {
        self.client()
            .await?
            .at_current_block()
            .await
            .map_err(|error| explain::subxt(error.into()))
    }
}

/// Sends a transaction, and tries again while the pool does not know the block to which it is bound. A pool that
/// reports this may have kept the transaction all the same. On the next try it then answers that it already has the
/// transaction, or that the nonce is taken, possibly by this very transaction; neither proves that the transaction is
/// still there. So the same transaction is sent until the pool takes it or `is_in_block` finds it. It is never signed
/// anew: that could pay twice. Returns `None` if the pool will not report what becomes of the transaction.
async fn send_until_known<P>(
    title: &str,
    submit: impl AsyncFn() -> Result<P, ExtrinsicError>,
    is_in_block: impl AsyncFn() -> Result<bool>,
) -> Result<Option<P>, Refused> {
    let begun = Instant::now();
    let mut may_be_kept = false;
    loop {
        let error = match submit().await {
            Ok(progress) => return Ok(Some(progress)),
            Err(error) => error,
        };
        let is_behind = explain::is_pool_behind(&error);
        let is_taken = explain::is_nonce_taken(&error);
        let is_known = may_be_kept && (explain::is_already_imported(&error) || is_taken);
        if is_known && is_in_block().await? {
            return Ok(None);
        }
        may_be_kept |= is_behind;
        let is_late = begun.elapsed() >= POOL_TIMEOUT;
        if (is_behind || is_known) && !is_late {
            tokio::time::sleep(TRY_EVERY).await;
            continue;
        }
        if is_known {
            return Ok(None);
        }
        let error = explain::subxt(error.into()).while_doing(title);
        let error = match may_be_kept {
            // The transaction may be somewhere.
            true => Error {
                kind: Kind::Timeout,
                ..error
            },
            false => error,
        };
        return Err(Refused {
            is_taken: is_taken && !may_be_kept,
            error,
        });
    }
}

impl Sent {
    /// Waits until the transaction is in a best block. That block can still be replaced by another.
    ///
    /// # Errors
    /// The transaction failed, or will never be in a block.
    pub async fn included(&mut self) -> Result<Inclusion> {
        self.next().await.map(|(inclusion, _)| inclusion)
    }

    /// Waits until the transaction is final.
    ///
    /// # Errors
    /// As of [`Self::included`].
    pub async fn finalised(mut self) -> Result<Inclusion> {
        self.until_final().await
    }

    /// Like [`Self::finalised`], for callers that go on waiting after a timeout.
    ///
    /// # Errors
    /// As of [`Self::included`].
    pub async fn until_final(&mut self) -> Result<Inclusion> {
        loop {
            if let (inclusion, true) = self.next().await? {
                return Ok(inclusion);
            }
        }
    }

    /// The last known block that includes the transaction.
    pub fn newest(&self) -> Option<&Inclusion> {
        self.newest.as_ref()
    }

    /// The next block that includes the transaction, and whether that block is final.
    async fn next(&mut self) -> Result<(Inclusion, bool)> {
        loop {
            let told = match tokio::time::timeout(INCLUSION_TIMEOUT, self.source.next()).await {
                Ok(told) => told?,
                Err(_) => {
                    let state = if self.newest.is_some() {
                        "final"
                    } else {
                        "in a block"
                    };
                    return Err(Error::new(
                        Kind::Timeout,
                        format!(
                            "{} is not {state} after {} s",
                            self.title,
                            INCLUSION_TIMEOUT.as_secs()
                        ),
                    )
                    .hint("look at the node's log: are blocks made, and are they finalised?"));
                }
            };
            let lost = |how: &str, message: String| {
                Error::other(format!("{} was {how}: {message}", self.title)).hint("send it again")
            };
            let (block, is_final) = match told {
                Told::Block(block, is_final) => (block, is_final),
                Told::Pool(status) => match status {
                    TransactionStatus::Validated
                    | TransactionStatus::Broadcasted
                    | TransactionStatus::NoLongerInBestBlock => continue,
                    TransactionStatus::InBestBlock(block) => (InBlock::OfPool(block), false),
                    TransactionStatus::InFinalizedBlock(block) => (InBlock::OfPool(block), true),
                    TransactionStatus::Error { message } => return Err(lost("lost", message)),
                    TransactionStatus::Invalid { message } => return Err(lost("refused", message)),
                    TransactionStatus::Dropped { message } => return Err(lost("dropped", message)),
                },
            };
            match self.read(block).await {
                Ok(inclusion) => return Ok((inclusion, is_final)),
                // The chain went on without this block, and another one will include the transaction.
                Err(error) if !is_final && explain::is_block_discarded(&error) => {}
                Err(error) => return Err(explain::subxt(error).while_doing(&self.title)),
            }
        }
    }

    async fn read(&mut self, block: InBlock) -> Result<Inclusion, subxt::Error> {
        let after = self.at.elapsed();
        let hash = block.hash();
        if let Some(known) = self.newest.as_ref().filter(|known| known.block == hash) {
            return Ok(Inclusion {
                after,
                ..known.clone()
            });
        }
        let inclusion = block.read(after).await?;
        self.newest = Some(inclusion.clone());
        Ok(inclusion)
    }
}

impl Source {
    async fn next(&mut self) -> Result<Told> {
        match self {
            Self::Pool(progress) => match progress.next().await {
                Some(Ok(status)) => Ok(Told::Pool(status)),
                Some(Err(error)) => Err(explain::subxt(error.into())),
                None => Err(explain::connection_lost()),
            },
            Self::Chain {
                kept,
                client,
                transaction,
            } => {
                let (place, is_final) = kept.next().await?;
                let block = InBlock::OfChain {
                    client: client.clone(),
                    place,
                    transaction: *transaction,
                };
                Ok(Told::Block(block, is_final))
            }
        }
    }
}

impl InBlock {
    fn hash(&self) -> H256 {
        match self {
            Self::OfPool(block) => block.block_hash(),
            Self::OfChain { place, .. } => place.block,
        }
    }

    async fn read(&self, after: Duration) -> Result<Inclusion, subxt::Error> {
        let (height, transaction, events) = match self {
            Self::OfPool(block) => {
                let mut records = Vec::new();
                for event in block.wait_for_success().await?.iter() {
                    let event = event?;
                    records.push(Event {
                        pallet: event.pallet_name().to_owned(),
                        name: event.event_name().to_owned(),
                        fields: event.field_bytes().to_owned(),
                    });
                }
                let height = block.at().await?.block_number();
                (height, block.extrinsic_hash(), records)
            }
            Self::OfChain {
                client,
                place,
                transaction,
            } => {
                let events = kept::events(client, *place).await?;
                (place.height, *transaction, events)
            }
        };
        Ok(Inclusion {
            block: self.hash(),
            height,
            transaction,
            events,
            after,
        })
    }
}

#[cfg(test)]
#[path = "submit_tests.rs"]
mod tests;
