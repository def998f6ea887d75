//! Changes a provider: sends one transaction, and shows the provider after it.

use aicpw_protocol::{view::ProviderView, Balance};
use serde::Serialize;

use super::super::Context;
use crate::{
    account::Account,
    amount::Amount,
    chain::{
        call::Call,
        submit::{Inclusion, Signed},
        Chain,
    },
    error::{Error, Kind, Result},
    keys::Signer,
    output::json::ProviderJson,
};

/// The document of every command that changes a provider. If nothing had to be changed, there is no
/// transaction; if the account is no longer a provider, there is no provider.
#[derive(Serialize)]
pub struct ChangedJson {
    provider: Option<ProviderJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<Amount>,
    transaction: Option<String>,
    block: Option<u64>,
    block_hash: Option<String>,
    transaction_fee: Option<Amount>,
}

impl ChangedJson {
    /// Makes the document from the provider as it is now, and the transaction that changed it.
    pub fn new(provider: Option<&ProviderView<Account>>, sent: Option<&Inclusion>) -> Self {
        Self {
            provider: provider.map(ProviderJson::from),
            withdrawn: sent.and_then(Inclusion::stake_withdrawn).map(Amount),
            transaction: sent.map(|sent| format!("{:?}", sent.transaction)),
            block: sent.map(|sent| sent.height),
            block_hash: sent.map(|sent| format!("{:?}", sent.block)),
            transaction_fee: sent.and_then(Inclusion::fee_paid).map(Amount),
        }
    }
}

/// A provider that is about to be changed with its own key.
pub struct Change<'a> {
    /// What the command works with.
    context: &'a Context<'a>,
    /// The provider's key.
    pub signer: Signer,
    /// The chain.
    pub chain: Chain,
    /// The provider before the change.
    pub view: ProviderView<Account>,
}

impl<'a> Change<'a> {
    /// Reads the provider that belongs to the key.
    ///
    /// # Errors
    /// There is no key, the node has not caught up, or the account is not a provider.
    pub async fn begin(context: &'a Context<'a>) -> Result<Self> {
        let signer = context.signer()?;
        let chain = context.connect_to_send().await?;
        let view = read(&chain, signer.account).await?;
        Ok(Self {
            context,
            signer,
            chain,
            view,
        })
    }

    /// Sends the calls as one transaction that takes effect as a whole or not at all, waits until
    /// it is final, and prints what `tell` says about the provider after it. `holds` is what the
    /// calls take besides the fee.
    ///
    /// # Errors
    /// The account cannot pay; the chain refuses.
    pub async fn send(
        self,
        calls: &[Call],
        holds: Amount,
        tell: impl FnOnce(&ProviderView<Account>) -> String,
    ) -> Result<()> {
        let out = self.context.out;
        if calls.is_empty() {
            let document = ChangedJson::new(Some(&self.view), None);
            out.result(&document, |_| {
                format!("nothing to change: {}", tell(&self.view))
            });
            return Ok(());
        }
        let paid = sign_all(&self.chain, &self.signer, calls, holds.0).await?;
        let sent = paid.send(&self.chain).await?;
        let account = self.signer.account;
        let after = self.chain.provider(account, Some(sent.block)).await?;
        let document = ChangedJson::new(after.as_ref(), Some(&sent));
        out.result(&document, |_| {
            let text = tell(after.as_ref().unwrap_or(&self.view));
            format!("{text} (final in block {})", sent.height)
        });
        Ok(())
    }
}

/// Reads a provider.
///
/// # Errors
/// The account is not one.
pub async fn read(chain: &Chain, account: Account) -> Result<ProviderView<Account>> {
    let view = chain.provider(account, None).await?;
    view.ok_or_else(|| not_a_provider(account))
}

/// The error for an account that is not a provider.
pub fn not_a_provider(account: Account) -> Error {
    Error::other(format!("{account} is not a provider"))
        .hint("`aicpw provider register` makes it one; `aicpw provider ls` lists all")
}

/// A signed transaction with calls that take effect together or not at all, for an account that can
/// pay for it.
pub struct Paid {
    call: Call,
    signed: Signed,
}

/// Signs calls as one such transaction, if the account can pay for it and for what the calls hold.
///
/// # Errors
/// The account cannot pay; the node does not answer.
pub async fn sign_all(
    chain: &Chain,
    signer: &Signer,
    calls: &[Call],
    holds: Balance,
) -> Result<Paid> {
    let call = chain.all_of(calls).await?;
    let signed = chain.sign(signer, &call).await?;
    let funds = chain.funds(signer.account).await?;
    let need = holds.saturating_add(signed.fee);
    if funds.spendable() < need {
        let what = if holds == 0 {
            "the fee"
        } else {
            "stake and fee"
        };
        return Err(Error::new(
            Kind::InsufficientFunds,
            format!(
                "{} can spend {}, but {what} need {}",
                signer.account,
                Amount(funds.spendable()).with_unit(),
                Amount(need).with_unit()
            ),
        )
        .hint("nothing was sent; `aicpw transfer` moves AICP to this account from another"));
    }
    Ok(Paid { call, signed })
}

impl Paid {
    /// Sends the transaction, and waits until it is final.
    ///
    /// # Errors
    /// The chain refuses.
    pub async fn send(self, chain: &Chain) -> Result<Inclusion> {
        chain
            .send(&self.call, &self.signed)
            .await?
            .finalised()
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::{super::register::tests::provider, *};
    use crate::chain::submit::Event;
    use aicpw_protocol::units::AICP;
    use codec::Encode;

    /// A transaction that withdrew 3 AICP for a fee of 1.
    fn inclusion() -> Inclusion {
        let event = |pallet: &str, name: &str, amount: Balance| Event {
            pallet: pallet.into(),
            name: name.into(),
            fields: ([1u8; 32], amount, 0u128).encode(),
        };
        Inclusion {
            block: Default::default(),
            height: 77,
            transaction: Default::default(),
            events: vec![
                event("ProviderStaking", "StakeWithdrawn", 3 * AICP),
                event("TransactionPayment", "TransactionFeePaid", AICP),
            ],
            after: Default::default(),
        }
    }

    #[test]
    fn the_document_of_a_change() {
        let view = provider([5; 32], &[3]);
        let document = ChangedJson::new(Some(&view), Some(&inclusion()));
        let sections = ["Provider change", "Provider", "Transaction"];
        crate::output::documented::check(&sections, &document);
        let document = serde_json::to_value(document).unwrap();
        assert_eq!(document["withdrawn"], "3");
        assert_eq!(document["transaction_fee"], "1");
        assert_eq!(document["block"], 77);
        assert_eq!(document["provider"]["stake"], "1000");
    }

    #[test]
    fn where_nothing_was_sent_there_is_no_transaction() {
        let document = serde_json::to_value(ChangedJson::new(None, None)).unwrap();
        for field in [
            "provider",
            "transaction",
            "block",
            "block_hash",
            "transaction_fee",
        ] {
            assert!(document[field].is_null(), "{field}");
        }
    }
}
