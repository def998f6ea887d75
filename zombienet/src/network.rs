//! A network that is started for people, and runs until they end it.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};

use crate::{
    definition::{Definition, Member, Role},
    CommandLine, Node,
};

/// The processes of a [`Definition`], which are killed when this is dropped.
pub struct Network {
    members: Vec<(Member, Node)>,
}

impl Network {
    /// Starts all nodes, one after the other, with their data under `folder`, and registers the
    /// providers. `progress` is told each step.
    ///
    /// # Errors
    /// If a node does not start, or a provider is not online in time; the error has the end of its
    /// log.
    pub async fn start(
        folder: &Path,
        definition: &Definition,
        progress: impl Fn(&str),
    ) -> Result<Self> {
        let chain = &definition.relaychain;
        let mut members: Vec<(Member, Node)> = Vec::new();
        let mut bootnode: Option<String> = None;
        for member in &chain.nodes {
            progress(&format!(
                "starting {}, {} of {}",
                member.name,
                members.len() + 1,
                chain.nodes.len()
            ));
            let mut options = member.options(&chain.chain).with_metrics();
            options.bootnodes.extend(bootnode.clone());
            let node = Node::start(folder, options).await?;
            if bootnode.is_none() {
                bootnode = Some(node.address().await?);
            }
            members.push((member.clone(), node));
        }
        for (member, node) in &members {
            if member.role() == Role::Provider {
                let (name, suri) = (&member.name, member.suri());
                progress(&format!("registering the devices of {name} for {suri}"));
                register(node, &suri).await?;
            }
        }
        Ok(Self { members })
    }

    /// Returns the nodes, in the order of the definition.
    pub fn members(&self) -> impl Iterator<Item = (&Member, &Node)> {
        self.members.iter().map(|(member, node)| (member, node))
    }

    /// Returns the first node with this purpose.
    ///
    /// # Errors
    /// If no node has this purpose.
    pub fn first(&self, role: Role) -> Result<&Node> {
        let mut members = self.members();
        let found = members.find(|(member, _)| member.role() == role);
        let (_, node) = found.with_context(|| format!("the network has no {}", role.name()))?;
        Ok(node)
    }

    /// Ends all nodes in good order. Those that have not ended after `patience` are killed.
    ///
    /// # Errors
    /// If a node does not end for minutes; then it is killed, too.
    pub async fn stop(self, patience: Duration) -> Result<()> {
        for (_, node) in &self.members {
            node.interrupt()?;
        }
        let all = async {
            for (_, node) in &self.members {
                node.wait_ended().await?;
            }
            Ok::<_, anyhow::Error>(())
        };
        // Dropping a node kills it.
        let ended = tokio::time::timeout(patience, all).await;
        ended.unwrap_or(Ok(()))
    }
}

/// Registers the devices of a node's machine for an account, and waits until they are online.
async fn register(node: &Node, suri: &str) -> Result<()> {
    let arguments = ["provider", "register", "--stake", "1000", "--ask", "0.5"];
    let wait = ["--timeout", "10m"];
    let command_line = CommandLine::new(node.url(), suri)?;
    let registered = command_line.json(&[&arguments[..], &wait].concat()).await;
    registered.map(|_| ()).map_err(|error| node.explain(error))
}
