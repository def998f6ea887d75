//! The definition of a network, in the format of the zombienet tool, which cannot start it itself (ADR 12).

use anyhow::{ensure, Context, Result};
use serde::Deserialize;

use crate::NodeOptions;

/// The only program that can be a node here.
const PROGRAM: &str = "aicpw-node";

/// The network of `make network`.
pub const NETWORK: &str = include_str!("../network.toml");

/// A network, with the part of the format that we understand. Other fields are refused, not ignored.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The chain, and the nodes that take part in it.
    pub relaychain: Chain,
}

/// A chain and its nodes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// The name of a preset, or a file.
    pub chain: String,
    default_command: String,
    /// The nodes. The first is started first, and is known to the others.
    pub nodes: Vec<Member>,
}

/// A node.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name. A provider is named after its account: `eve` belongs to `//Eve`.
    pub name: String,
    validator: bool,
    #[serde(default)]
    bootnode: bool,
    #[serde(default)]
    args: Vec<String>,
}

/// The purpose of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Makes blocks.
    Validator,
    /// Works on tasks.
    Provider,
    /// Serves the inputs of tasks.
    Requester,
    /// Follows the chain.
    Follower,
}

impl Role {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Validator => "validator",
            Self::Provider => "provider",
            Self::Requester => "requester's node",
            Self::Follower => "node",
        }
    }
}

impl Definition {
    /// Reads a definition.
    ///
    /// # Errors
    /// If the text is no definition that we can start; the error says where.
    pub fn parse(text: &str) -> Result<Self> {
        let definition: Self =
            toml::from_str(text).context("this is no definition of a network")?;
        let chain = &definition.relaychain;
        let command = &chain.default_command;
        ensure!(
            command == PROGRAM,
            "default_command is {command:?}: only {PROGRAM:?} can be started"
        );
        let first = chain.nodes.first().context("there are no nodes")?;
        for member in &chain.nodes {
            let name = &member.name;
            let is_first = std::ptr::eq(member, first);
            ensure!(
                is_first || !member.bootnode,
                "{name} is not the first node: only the first can be a bootnode"
            );
            let namesakes = chain.nodes.iter().filter(|other| other.name == *name);
            ensure!(namesakes.count() == 1, "there are two nodes called {name}");
        }
        Ok(definition)
    }
}

impl Member {
    /// Returns the purpose of the node.
    pub fn role(&self) -> Role {
        let has = |option: &str| self.args.iter().any(|argument| argument == option);
        if self.validator {
            Role::Validator
        } else if has("--provider") {
            Role::Provider
        } else if has("--ipfs") {
            Role::Requester
        } else {
            Role::Follower
        }
    }

    /// Returns the key of the account that answers for the node: `//Eve` for `eve`.
    pub fn suri(&self) -> String {
        let mut letters = self.name.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        format!("//{}{}", first.unwrap_or_default(), letters.as_str())
    }

    /// Returns the options with which its process is started.
    pub fn options(&self, chain: &str) -> NodeOptions {
        let mut options = NodeOptions::new(&self.name, chain);
        if self.validator {
            options = options.arg("--validator");
        }
        self.args.iter().fold(options, |all, one| all.arg(one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(definition: &Definition, role: Role) -> usize {
        let nodes = definition.relaychain.nodes.iter();
        nodes.filter(|member| member.role() == role).count()
    }

    #[test]
    fn the_network_has_four_validators_two_providers_and_a_requester() {
        let network = Definition::parse(NETWORK).unwrap();
        assert_eq!(network.relaychain.chain, "local");
        assert_eq!(count(&network, Role::Validator), 4);
        assert_eq!(count(&network, Role::Provider), 2);
        assert_eq!(count(&network, Role::Requester), 1);
        assert_eq!(count(&network, Role::Follower), 0);
        let suri = |role| {
            let mut nodes = network.relaychain.nodes.iter();
            nodes.find(|member| member.role() == role).map(Member::suri)
        };
        assert_eq!(suri(Role::Provider).as_deref(), Some("//Eve"));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let refused = |before: &str, after: &str| {
            assert!(NETWORK.contains(before));
            let changed = Definition::parse(&NETWORK.replacen(before, after, 1));
            format!("{:#}", changed.unwrap_err())
        };
        let said = refused("validator = true", "validator = true\nimage = \"x\"");
        assert!(said.contains("image"), "{said}");
        let said = refused("\"aicpw-node\"", "\"polkadot\"");
        assert!(said.contains("default_command"), "{said}");
        let said = refused("name = \"bob\"", "name = \"alice\"");
        assert!(said.contains("two nodes called alice"), "{said}");
        let said = refused("name = \"dave\"", "name = \"dave\"\nbootnode = true");
        assert!(said.contains("dave is not the first"), "{said}");
        assert!(Definition::parse("[relaychain]\nchain = \"x\"").is_err());
    }
}
