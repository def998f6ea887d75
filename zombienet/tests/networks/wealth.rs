//! What accounts own that a task can bring or cost something, and the standing of providers.

use std::collections::BTreeMap;

use aicpw_network_tests::{chain, market::units, Market};
use aicpw_protocol::device::Reputation;
use aicpw_runtime::configs::money::{AuditPot, TreasuryAccount};

use super::liars::{account, client};

/// The accounts without a key that a verdict takes something from, or brings something.
pub(super) const TREASURY: &str = "treasury";
pub(super) const POT: &str = "audit pot";

/// What accounts own, by their names.
pub(super) type Wealth = BTreeMap<&'static str, u128>;

pub(super) fn signed(amount: u128) -> i128 {
    amount.try_into().unwrap()
}

/// Returns what each of these accounts owns, and those without a key, all in one block.
pub(super) async fn wealth(market: &Market, suris: impl Iterator<Item = &'static str>) -> Wealth {
    let mut parties: BTreeMap<_, _> = suris.map(|suri| (suri, account(suri))).collect();
    parties.insert(TREASURY, TreasuryAccount::get());
    parties.insert(POT, AuditPot::get());
    let client = client(market).await;
    let best = client.best().await.unwrap();
    let block = client.block_hash(best).await.unwrap().unwrap();
    let mut wealth = BTreeMap::new();
    for (name, account) in parties {
        let owned = chain::owned(&client, &account, &block).await.unwrap();
        wealth.insert(name, owned);
    }
    wealth
}

/// Returns the change of what each of them owns.
pub(super) fn changes(before: &Wealth, after: &Wealth) -> BTreeMap<&'static str, i128> {
    let all = after.iter();
    all.map(|(name, owned)| (*name, signed(*owned) - signed(before[name])))
        .collect()
}

/// Requires that a provider has this stake, none of it locked, this reputation, and this many faults.
pub(super) async fn require_standing(
    market: &Market,
    suri: &str,
    stake: u128,
    reputation: Reputation,
    faults: u64,
) {
    let status = ["provider", "status"];
    let status = market.json("alice", suri, &status).await.unwrap();
    let of = |amount: &str| units(&status[amount]).unwrap();
    assert_eq!((of("stake"), of("locked")), (stake, 0), "{suri}: {status}");
    let count = |what: &str| status[what].as_u64().unwrap();
    let standing = (count("reputation"), count("faults"));
    let expected = (u64::from(reputation.0), faults);
    assert_eq!(standing, expected, "{suri}: {status}");
    assert_eq!(count("settled"), 0, "{suri}: {status}");
}
