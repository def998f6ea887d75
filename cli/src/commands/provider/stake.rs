//! `aicpw provider stake`, `unbond` and `withdraw`.

use std::str::FromStr;

use aicpw_protocol::{view::ProviderView, Balance, BlockNumber};

use super::{super::confirm::Consent, super::Context, change::Change};
use crate::{
    account::Account,
    amount::{positive, Amount},
    chain::{call::Call, read::Clock},
    error::{Error, Result},
    output::provider::active,
};

/// How much of the active stake to unbond.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Share {
    /// All of it.
    All,
    /// This amount.
    Of(Amount),
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            amount => positive(amount)
                .map(Self::Of)
                .map_err(|problem| format!("{problem}, or `all`")),
        }
    }
}

/// Adds to the active stake.
pub async fn stake(context: &Context<'_>, amount: Amount) -> Result<()> {
    let change = Change::begin(context).await?;
    let calls = [Call::bond_extra(amount.0)];
    change
        .send(&calls, amount, |view| {
            format!("{} more staked\n{}", amount.with_unit(), summary(view))
        })
        .await
}

/// Starts unbonding part of the active stake.
pub async fn unbond(context: &Context<'_>, share: Share, consent: Consent) -> Result<()> {
    let change = Change::begin(context).await?;
    let amount = to_unbond(&change.view, share)?;
    let market = change.chain.market_parameters().await?;
    if let Some(consequence) = takes_off_the_market(&change.view, amount, market.min_stake) {
        if consent.yes {
            context.out.warn(&consequence);
        }
        context.confirm(&consequence, consent).await?;
    }
    let clock = change.chain.clock().await?;
    let period: BlockNumber = change
        .chain
        .constant("ProviderStaking", "UnbondingPeriod")
        .await?;
    let calls = [Call::unbond(amount)];
    change
        .send(&calls, Amount(0), |view| {
            format!(
                "{} unbond and can be withdrawn in about {} (`aicpw provider withdraw`)\n{}",
                Amount(amount).with_unit(),
                clock.span(period),
                summary(view)
            )
        })
        .await
}

/// Withdraws the stake that has finished unbonding.
pub async fn withdraw(context: &Context<'_>) -> Result<()> {
    let change = Change::begin(context).await?;
    let clock = change.chain.clock().await?;
    if withdrawable(&change.view, clock.now) == 0 {
        return Err(nothing_to_withdraw(&change.view, &clock));
    }
    let held = change.view.stake;
    change
        .send(&[Call::withdraw_unbonded()], Amount(0), |view| {
            let given = Amount(held.saturating_sub(view.stake)).with_unit();
            let mut text = format!("{given} given back\n{}", summary(view));
            for chunk in &view.unbondings {
                let amount = Amount(chunk.amount).with_unit();
                text += &format!("\n{amount} can follow {}", clock.until(chunk.available_at));
            }
            text
        })
        .await
}

/// A sentence about the stake.
fn summary(view: &ProviderView<Account>) -> String {
    format!(
        "stake: {} active, {} of all locked, {} unbonding",
        Amount(active(view)).with_unit(),
        Amount(view.locked).brief_with_unit(),
        Amount(view.unbonding).with_unit()
    )
}

fn to_unbond(view: &ProviderView<Account>, share: Share) -> Result<Balance> {
    let active = active(view);
    match share {
        _ if active == 0 => Err(Error::usage("no stake is active: nothing can be unbonded")
            .hint("`aicpw provider withdraw` takes back what has finished unbonding")),
        Share::All => Ok(active),
        Share::Of(amount) if amount.0 <= active => Ok(amount.0),
        Share::Of(_) => Err(Error::usage(format!(
            "AMOUNT: only {} of the stake are active",
            Amount(active).with_unit()
        ))
        .hint("nothing was sent; `all` unbonds all of it")),
    }
}

/// How unbonding affects the provider's devices; `None` if it does not.
fn takes_off_the_market(
    view: &ProviderView<Account>,
    amount: Balance,
    min_stake: Balance,
) -> Option<String> {
    let left = active(view).saturating_sub(amount);
    // A provider without devices that unbonds everything is on its way to deregistering.
    let leaves = view.devices.is_empty() && left == 0;
    let gets_tasks = active(view) >= min_stake;
    (gets_tasks && left < min_stake && !leaves).then(|| {
        format!(
            "{} stay active, less than the minimum of {}: no device of this provider gets tasks \
             until `aicpw provider stake` adds to it",
            Amount(left).with_unit(),
            Amount(min_stake).with_unit()
        )
    })
}

/// What the chain would return at `now`: what has finished unbonding, but never so much that less
/// is held than is locked.
fn withdrawable(view: &ProviderView<Account>, now: BlockNumber) -> Balance {
    let spare = view.stake.saturating_sub(view.locked);
    finished(view, now).min(spare)
}

fn finished(view: &ProviderView<Account>, now: BlockNumber) -> Balance {
    let chunks = view.unbondings.iter();
    chunks
        .filter(|chunk| chunk.available_at <= now)
        .fold(0, |sum, chunk| sum.saturating_add(chunk.amount))
}

fn nothing_to_withdraw(view: &ProviderView<Account>, clock: &Clock) -> Error {
    let Some(first) = view.unbondings.first() else {
        return Error::other("no stake unbonds, so none can be withdrawn")
            .hint("`aicpw provider unbond AMOUNT` takes it out of the active stake first");
    };
    if finished(view, clock.now) > 0 {
        return Error::other(format!(
            "all that is held, {}, is locked for assignments",
            Amount(view.stake).with_unit()
        ))
        .hint("locks end with the retrieval windows of their tasks; try again later");
    }
    let chunks: Vec<_> = view
        .unbondings
        .iter()
        .map(|chunk| {
            let when = clock.until(chunk.available_at);
            format!("{} {when}", Amount(chunk.amount).with_unit())
        })
        .collect();
    Error::other(format!(
        "nothing can be withdrawn yet: {}",
        chunks.join(", ")
    ))
    .hint(format!(
        "try again {}; until then it backs what is locked",
        clock.until(first.available_at)
    ))
}

#[cfg(test)]
#[path = "stake_tests.rs"]
mod tests;
