//! The moves by which providers change what they have said about themselves and their devices.

use aicpw_protocol::{content::PeerAddress, task::PeerAddresses};
use aicpw_runtime::Runtime;
use pallet_provider_staking::{Call as Staking, Devices, Providers};

use crate::{
    actors::spec,
    chain::Chain,
    input::Input,
    moves::{provider, some_device},
};

/// Sets up to two addresses of a provider, or something that is not an address.
pub fn set_peers(chain: &mut Chain, input: &mut Input<'_>) {
    let who = provider(input);
    let addresses: Vec<PeerAddress> = match input.number() % 4 {
        3 => vec![PeerAddress::default()],
        count => (0..count)
            .map(|last| PeerAddress::truncate_from(vec![4, 127, 0, 0, last]))
            .collect(),
    };
    let peers = PeerAddresses::truncate_from(addresses);
    chain.sign(
        who,
        Staking::set_peers {
            peers: peers.clone(),
        },
    );
    let has = Providers::<Runtime>::get(who.to_account_id()).map(|provider| provider.peers);
    if !peers.is_empty() && has == Some(peers) {
        chain.report.seen.insert("a provider has addresses".into());
    }
}

/// Changes a device's spec; the chain refuses this while a job relies on the current one.
pub fn update_spec(chain: &mut Chain, input: &mut Input<'_>) {
    let who = provider(input);
    let device = some_device(input);
    let spec = spec(input);
    let found = || Devices::<Runtime>::get(device).map(|device| device.spec);
    let before = found();
    chain.sign(who, Staking::update_spec { device, spec });
    if before != found() {
        chain.report.seen.insert("a device has another spec".into());
    }
}
