//! `aicpw provider deregister`.

use aicpw_protocol::view::ProviderView;

use super::{
    super::{confirm::Consent, Context},
    change::Change,
};
use crate::{
    account::Account,
    amount::Amount,
    chain::{call::Call, read::Clock},
    error::{Error, Result},
    output::provider::by_number,
};

/// Deregisters the provider.
pub async fn run(context: &Context<'_>, consent: Consent) -> Result<()> {
    let change = Change::begin(context).await?;
    let clock = change.chain.clock().await?;
    if let Some(error) = what_remains(&change.view, &clock) {
        return Err(error);
    }
    let account = change.view.account;
    context
        .confirm(
            &format!("{account} is a provider no more, and its reputation is forgotten"),
            consent,
        )
        .await?;
    change
        .send(&[Call::deregister_provider()], Amount(0), |_| {
            format!("{account} is a provider no more")
        })
        .await
}

/// Why the provider cannot be deregistered yet, with the next step.
fn what_remains(view: &ProviderView<Account>, clock: &Clock) -> Option<Error> {
    if !view.devices.is_empty() {
        let devices = by_number(view.devices.iter().map(|device| device.id));
        return Some(
            Error::usage(format!("it still has {devices}")).hint(
                "`aicpw provider devices remove all` first; docs/provider.md tells the order",
            ),
        );
    }
    let active = view.stake.saturating_sub(view.unbonding);
    if active > 0 {
        return Some(
            Error::usage(format!("{} are staked", Amount(active).with_unit()))
                .hint("`aicpw provider unbond all` first, then `aicpw provider withdraw`"),
        );
    }
    let last = view.unbondings.last()?;
    Some(
        Error::usage(format!(
            "{} unbond; the last of it can be withdrawn {}",
            Amount(view.unbonding).with_unit(),
            clock.until(last.available_at)
        ))
        .hint("`aicpw provider withdraw` then"),
    )
}

#[cfg(test)]
mod tests {
    use super::{super::register::tests::provider, *};
    use aicpw_protocol::{view::UnbondingView, Milliseconds};

    #[test]
    fn each_step_names_the_next() {
        let clock = Clock {
            now: 100,
            is_paused: false,
            block_time: Milliseconds(250),
        };
        let next = |view: &_| what_remains(view, &clock).map(|error| error.to_string());
        let mut view = provider([5; 32], &[3, 4]);
        let text = next(&view).unwrap();
        assert!(
            text.contains("it still has devices 3, 4") && text.contains("devices remove"),
            "{text}"
        );
        view.devices.truncate(1);
        assert!(next(&view).unwrap().contains("it still has device 3\n"));
        view.devices.clear();
        assert!(next(&view).unwrap().contains("unbond all"));
        view.unbonding = view.stake;
        view.unbondings = vec![UnbondingView {
            amount: view.stake,
            available_at: 140,
        }];
        let text = next(&view).unwrap();
        assert!(
            text.contains("in about 10 s") && text.contains("withdraw"),
            "{text}"
        );
        view = provider([5; 32], &[]);
        view.stake = 0;
        assert!(next(&view).is_none());
    }
}
