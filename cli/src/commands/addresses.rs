//! The addresses that are published on chain, so that others can fetch what this node has.

use aicpw_protocol::task::PeerAddresses;

use super::{confirm::Consent, Context};
use crate::{chain::Chain, error::Result, node_rpc::NodeRpc, output::Output, peers};

/// The options of commands that name the node's addresses on chain.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct AddressArgs {
    /// Name addresses of private networks too: others dial them only if they are in the same network, and their nodes
    /// run with --allow-private-ip
    #[arg(long)]
    pub allow_private_ip: bool,

    #[command(flatten)]
    pub consent: Consent,
}

/// A node's addresses in the form in which they go on chain.
#[derive(Debug)]
pub struct Named {
    addresses: PeerAddresses,
    /// Whether others can be expected to dial at least one of them.
    are_dialled: bool,
    /// Whether the node gave any addresses at all.
    were_given: bool,
}

impl Named {
    /// Asks the node for its addresses. Private ones are included if the chain's type says that it runs in one network,
    /// or if they are asked for: nobody else's node dials them.
    ///
    /// # Errors
    /// The node does not answer, or gives something that is not an address.
    pub async fn of_node(
        chain: &Chain,
        node: &NodeRpc<'_>,
        allow_private_ip: bool,
    ) -> Result<Self> {
        let given = node.addresses().await?;
        let with_private = allow_private_ip || chain.is_of_one_network().await?;
        let addresses = peers::of_node(&given, with_private)?;
        Ok(Self {
            are_dialled: !addresses.is_empty(),
            were_given: !given.is_empty(),
            addresses,
        })
    }

    /// The addresses that go on chain.
    pub fn addresses(&self) -> &PeerAddresses {
        &self.addresses
    }

    /// Warns if others cannot be expected to fetch anything from the node. Returns whether they can.
    pub fn warn(&self, out: &Output) -> bool {
        if self.are_dialled {
            return true;
        }
        let why = match self.were_given {
            true => {
                "all addresses of the node are of this machine or of private networks, and others dial none of these"
            }
            false => "the node gave no address at which others reach its files",
        };
        out.warn(format!(
            "{why}. Start it with --ipfs-external-address, where its port is forwarded to it, or with --ipfs-relay, \
             where no port can be (docs/ipfs.md). Where all nodes are in one network, give --allow-private-ip to them \
             and here"
        ));
        false
    }

    /// Warns likewise, and asks whether to go on all the same.
    ///
    /// # Errors
    /// The person does not want that, or there is nobody to ask.
    pub async fn confirm(&self, context: &Context<'_>, consent: Consent) -> Result<()> {
        if self.warn(context.out) {
            return Ok(());
        }
        let consequence =
            "others are told no address of the node, and will probably get no files from it";
        context.confirm(consequence, consent).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, Value};

    use super::*;
    use crate::{chain::fake, error::Kind};

    const PEER: &str = "12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";

    fn address(host: &str) -> String {
        format!("/ip4/{host}/tcp/30433/p2p/{PEER}")
    }

    /// A node with these hosts, of a chain of this type.
    fn node(chain_type: Value, hosts: &[&str]) -> Chain {
        let addresses: Vec<_> = hosts.iter().map(|host| address(host)).collect();
        fake::answering(move |method, _| {
            Ok(match method {
                "aicpw_ipfsAddresses" => json!(addresses),
                "system_chainType" => chain_type.clone(),
                method => panic!("{method}"),
            })
        })
    }

    async fn named(chain_type: Value, hosts: &[&str], allow_private_ip: bool) -> Named {
        let chain = node(chain_type, hosts);
        Named::of_node(&chain, &NodeRpc::new(&chain), allow_private_ip)
            .await
            .unwrap()
    }

    async fn confirm(named: &Named, yes: bool) -> Result<()> {
        let global = crate::args::tests::global();
        // There is nobody to ask.
        let context = Context {
            global: &global,
            out: &Output::new(true),
        };
        named.confirm(&context, Consent { yes }).await
    }

    #[tokio::test]
    async fn private_addresses_are_named_where_others_dial_them() {
        let hosts = ["127.0.0.1", "192.168.1.7", "8.8.8.8"];
        let shown = |named: &Named| peers::show_all(named.addresses());
        for (chain_type, allow_private_ip, expected) in [
            (json!("Live"), false, &["8.8.8.8"][..]),
            (json!({ "Custom": "test" }), false, &["8.8.8.8"]),
            (
                json!("Live"),
                true,
                &["8.8.8.8", "192.168.1.7", "127.0.0.1"],
            ),
            (
                json!("Local"),
                false,
                &["8.8.8.8", "192.168.1.7", "127.0.0.1"],
            ),
            (
                json!("Development"),
                false,
                &["8.8.8.8", "192.168.1.7", "127.0.0.1"],
            ),
        ] {
            let named = named(chain_type.clone(), &hosts, allow_private_ip).await;
            let expected: Vec<_> = expected.iter().map(|host| address(host)).collect();
            assert_eq!(shown(&named), expected, "{chain_type}");
            assert!(confirm(&named, false).await.is_ok(), "{chain_type}");
        }
    }

    /// Regression: a provider behind a router registered addresses that nobody dials, and was not told.
    #[tokio::test]
    async fn who_has_no_address_that_others_dial_is_asked() {
        let hosts = ["127.0.0.1", "172.17.0.1"];
        for (chain_type, hosts) in [
            (json!("Live"), &hosts[..]),
            (json!("Live"), &[]),
            (json!("Development"), &[]),
        ] {
            let named = named(chain_type, hosts, false).await;
            assert!(named.addresses().is_empty());
            let error = confirm(&named, false).await.unwrap_err();
            assert_eq!(error.kind, Kind::Usage);
            assert!(error.to_string().contains("--yes"), "{error}");
            assert!(confirm(&named, true).await.is_ok());
        }
        for (chain_type, allow_private_ip) in [(json!("Live"), true), (json!("Local"), false)] {
            let named = named(chain_type, &hosts, allow_private_ip).await;
            assert_eq!(named.addresses().len(), 2);
            assert!(confirm(&named, false).await.is_ok());
        }
    }
}
