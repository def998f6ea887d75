//! Markets in which the cheapest provider lies: its executor gives its node another result than it has computed. This
//! has their members, what is submitted there, and which jury judges it.

use std::{collections::BTreeSet, time::Duration};

use aicpw_network_tests::{binaries, calls::Signer, chain, jobs::Count, Client, Market};
use aicpw_protocol::merkle::result_root;
use aicpw_runtime::{configs::parameters::MarketParameter, units::SS58_PREFIX, AccountId, Runtime};
use anyhow::Result;
use pallet_market_parameters::GovernedParameter;
use serde_json::Value;
use sp_core::{
    crypto::{Ss58AddressFormat, Ss58Codec},
    sr25519, Pair,
};

use super::faults::submit;

/// Longer than a block takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// The requester. It uses the validator's node.
pub(super) const REQUESTER: &str = "//Charlie";

/// The cheapest provider, which lies, and its node.
pub(super) const LIAR: (&str, &str) = ("liar", "//Bob");

/// Starts nodes of providers that lie.
pub(super) async fn add_liars(market: &mut Market, nodes: impl IntoIterator<Item = &'static str>) {
    let lies = binaries::find("lying-executor").unwrap();
    let arguments = ["--provider", "--executor-path", lies.to_str().unwrap()];
    for node in nodes {
        market.add(node, &arguments).await.unwrap();
    }
}

/// Submits [`Count::SHORT`] with a window that nobody waits for, and waits for a result, which is then in this folder.
pub(super) async fn submit_count(market: &Market, out: &str) -> Result<Value> {
    let manifest = Count::SHORT.write(&market.path("count"))?;
    let out = market.path(out);
    let verify = ["--verify", "optimistic=20m", "--wait", "--out"];
    let more = [&verify[..], &[out.to_str().unwrap()]].concat();
    let submit = submit(manifest.to_str().unwrap(), &more);
    market.json("alice", REQUESTER, &submit).await
}

pub(super) fn account(suri: &str) -> AccountId {
    let key = sr25519::Pair::from_string(suri, None).unwrap();
    key.public().into()
}

/// Returns an address as the command line prints it.
pub(super) fn address(suri: &str) -> String {
    account(suri).to_ss58check_with_version(Ss58AddressFormat::custom(SS58_PREFIX))
}

pub(super) fn root(output: &[u8]) -> String {
    format!("0x{}", hex::encode(result_root(output)))
}

pub(super) async fn client(market: &Market) -> Client {
    market.node("alice").unwrap().client().await.unwrap()
}

/// Sets a parameter of the market, as root.
pub(super) async fn set_parameter(market: &Market, parameter: MarketParameter) {
    let client = client(market).await;
    let call = pallet_market_parameters::Call::<Runtime>::set_parameter {
        parameter: parameter.clone(),
    };
    let call = Box::new(call.into());
    let call = pallet_sudo::Call::<Runtime>::sudo { call };
    let mut alice = Signer::new(&client, "//Alice").await.unwrap();
    let sent = alice.send_and_wait(&client, call, LIMIT);
    sent.await.unwrap();
    // A call that fails gets into a block all the same.
    let best = client.best().await.unwrap();
    let block = client.block_hash(best).await.unwrap().unwrap();
    let key = pallet_market_parameters::Changed::<Runtime>::hashed_key();
    let changed = chain::stored::<Vec<MarketParameter>>(&client, &key, &block).await;
    let changed = changed.unwrap().unwrap_or_default();
    let is_set = parameter.is_default() || changed.contains(&parameter);
    assert!(is_set, "{parameter:?}: {changed:?}");
}

/// Requires that these are all members of a jury, and that each of them has ended like this.
pub(super) fn require_jury(
    jury: &[&Value],
    members: &[(&str, &str)],
    has_ended: impl Fn(&Value) -> bool,
) {
    let found: BTreeSet<_> = jury
        .iter()
        .map(|one| one["provider"].as_str().unwrap().to_owned())
        .collect();
    let expected: BTreeSet<_> = members.iter().map(|(_, suri)| address(suri)).collect();
    assert_eq!(found, expected, "{jury:?}");
    assert_eq!(jury.len(), members.len(), "nobody was replaced: {jury:?}");
    for juror in jury {
        assert!(has_ended(juror), "{juror}");
    }
}
