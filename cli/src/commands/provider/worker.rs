//! `aicpw provider rotate-worker` and `aicpw provider peers`: choose the node that works for a provider.

use aicpw_protocol::hashing::Hash;
use serde::Serialize;

use super::{
    super::{
        addresses::{AddressArgs, Named},
        confirm::Consent,
        Context,
    },
    change::{read, Change},
};
use crate::{
    account::Account,
    amount::Amount,
    chain::{call::Call, next_step, Chain},
    error::{Error, Result},
    hash::show_hash,
    node_rpc::NodeRpc,
    peers,
};

/// What `provider peers` takes.
#[derive(clap::Args, Debug)]
pub struct PeersArgs {
    /// Register this multiaddress, with its /p2p/ part, instead of those there are; can be given
    /// several times, at most 8
    #[arg(long, value_name = "ADDRESS", conflicts_with = "from_node", value_parser = peers::parse)]
    pub set: Vec<String>,

    /// Register the addresses that the node gives, instead of those there are; private ones only on a chain of type
    /// Local or Development
    #[arg(long)]
    pub from_node: bool,

    #[command(flatten)]
    pub address: AddressArgs,
}

/// The document of `provider peers`.
#[derive(Serialize)]
pub struct PeersJson {
    registered: Vec<String>,
    node: Option<Vec<String>>,
}

/// Checks that the worker key acts for no other provider. The chain would refuse that, and charge the fee.
///
/// # Errors
/// The key acts for another provider; the node does not answer.
pub async fn check_free(chain: &Chain, worker: &Hash, account: Account) -> Result<()> {
    let owner = chain.provider_of_worker(worker).await?;
    match owner.filter(|owner| *owner != account) {
        Some(owner) => Err(taken(worker, owner)),
        None => Ok(()),
    }
}

fn taken(worker: &Hash, owner: Account) -> Error {
    let worker = show_hash(worker);
    let error = Error::other(format!(
        "this node's worker key {worker} acts for {owner} already (ProviderStaking.WorkerTaken)"
    ));
    match next_step("ProviderStaking", "WorkerTaken") {
        Some(step) => error.hint(format!("nothing was sent; {step}")),
        None => error,
    }
}

/// Makes this node's worker key act for the provider.
pub async fn rotate(context: &Context<'_>, consent: Consent) -> Result<()> {
    let change = Change::begin(context).await?;
    let keys = NodeRpc::new(&change.chain)
        .worker_keys(change.signer.account)
        .await?;
    let worker = show_hash(&keys.worker);
    let mut calls = Vec::new();
    if keys.worker != change.view.worker {
        check_free(&change.chain, &keys.worker, change.signer.account).await?;
        let at_work = change.chain.at_work(&change.view.worker).await?;
        let consequence = format!(
            "the node with the worker key {} stops working for this provider{}",
            show_hash(&change.view.worker),
            at_work.lost()
        );
        context.confirm(&consequence, consent).await?;
        calls.push(Call::rotate_worker(
            keys.worker,
            keys.sealing_key,
            &keys.proof,
        ));
    }
    change
        .send(&calls, Amount(0), |_| {
            format!("the worker key {worker} acts for this provider")
        })
        .await
}

/// Shows or sets the addresses at which the provider's blobs can be fetched.
pub async fn peers(context: &Context<'_>, args: PeersArgs) -> Result<()> {
    if args.set.is_empty() && !args.from_node {
        return show_peers(context, args.address.allow_private_ip).await;
    }
    let change = Change::begin(context).await?;
    let wanted = if args.from_node {
        let node = NodeRpc::new(&change.chain);
        let worker = node.worker_keys(change.signer.account).await?.worker;
        check_own(&worker, &change.view.worker)?;
        let named = Named::of_node(&change.chain, &node, args.address.allow_private_ip).await?;
        named.confirm(context, args.address.consent).await?;
        named.addresses().clone()
    } else {
        peers::for_chain(&args.set).map_err(|error| Error::usage(error.message))?
    };
    let calls: Vec<_> = (wanted != change.view.peers)
        .then(|| Call::set_peers(&wanted))
        .into_iter()
        .collect();
    change
        .send(&calls, Amount(0), |view| {
            format!("registered: {}", list(&peers::show_all(&view.peers)))
        })
        .await
}

/// Checks that the connected node is the one that works for the provider: the provider's results cannot be fetched at
/// another node's addresses.
fn check_own(worker: &Hash, registered: &Hash) -> Result<()> {
    if worker == registered {
        return Ok(());
    }
    Err(Error::other(format!(
        "this node does not work for this provider: its worker key is {}, and {} is registered",
        show_hash(worker),
        show_hash(registered)
    ))
    .hint(
        "nothing was sent; name the provider's own node with --url, or have this one take over with \
         `aicpw provider rotate-worker`",
    ))
}

/// Shows the registered addresses, and those that would be registered for this node.
async fn show_peers(context: &Context<'_>, allow_private_ip: bool) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.connect().await?;
    let view = read(&chain, signer.account).await?;
    let node = NodeRpc::new(&chain);
    // A node that does not trust this machine does not answer this, and another node's addresses are not the
    // provider's.
    let own = match node.worker_keys(signer.account).await {
        Ok(keys) if keys.worker == view.worker => {
            let named = Named::of_node(&chain, &node, allow_private_ip).await.ok();
            named.map(|named| peers::show_all(named.addresses()))
        }
        _ => None,
    };
    let document = PeersJson {
        registered: peers::show_all(&view.peers),
        node: own,
    };
    context.out.result(&document, show);
    Ok(())
}

fn show(document: &PeersJson) -> String {
    let mut text = format!("registered: {}\n", list(&document.registered));
    if let Some(node) = &document.node {
        text += &format!("the node:   {}\n", list(node));
        if *node != document.registered && !node.is_empty() {
            text += "They differ: `aicpw provider peers --from-node` registers those of the node\n";
        }
    }
    text
}

fn list(addresses: &[String]) -> String {
    match addresses {
        [] => "none".into(),
        addresses => addresses.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told() {
        let of = |registered: &str, node: Option<&str>| {
            show(&PeersJson {
                registered: vec![registered.into()],
                node: node.map(|address| vec![address.into()]),
            })
        };
        assert!(of("/a", Some("/b")).contains("--from-node"));
        assert!(!of("/a", Some("/a")).contains("--from-node"));
        assert!(!of("/a", None).contains("the node"));
        let unreachable = show(&PeersJson {
            registered: vec!["/a".into()],
            node: Some(vec![]),
        });
        assert!(unreachable.contains("the node:   none"), "{unreachable}");
        assert!(!unreachable.contains("--from-node"), "{unreachable}");
    }

    #[test]
    fn another_node_is_not_taken_for_the_providers_own() {
        assert!(check_own(&[1; 32], &[1; 32]).is_ok());
        let error = check_own(&[1; 32], &[2; 32]).unwrap_err();
        assert!(error.message.contains("0x0202"), "{}", error.message);
        assert!(error.hint.unwrap().contains("--url"));
    }

    #[test]
    fn the_document_is_documented() {
        crate::output::documented::check(
            &["Addresses of a provider"],
            &PeersJson {
                registered: vec![],
                node: None,
            },
        );
    }
}
