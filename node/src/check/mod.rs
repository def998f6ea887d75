//! `aicpw-node check`: whether this machine is fit for the node that the arguments describe. Nothing is
//! started, changed or sent; only a file, and a folder, are written and removed again, to see whether that works.

mod keys;
mod machine;
mod programs;
mod report;

use std::path::PathBuf;

use sc_cli::{CliConfiguration, DefaultConfigurationValues as Ports, RunCmd, SubstrateCli};
use sc_network::config::{NodeKeyConfig, Role, Secret};
use sc_service::{BasePath, ChainSpec};
use sc_storage_monitor::StorageMonitorParams;

use crate::{
    cli::{Cli, NodeArgs},
    disk,
    ports::{self, Wish},
    worker::{ipfs_wish, MarketArgs},
};
use report::{Finding, Report};

/// Arguments of `aicpw-node check`: those of the node, and how to answer.
#[derive(Debug, clap::Args)]
pub struct CheckCmd {
    /// Answer with a JSON document.
    #[arg(long)]
    pub json: bool,

    /// How the node would be run. How it votes, its log and its compiled runtimes are not looked at.
    #[clap(flatten)]
    pub node: NodeArgs,
}

/// The node that the checks are about.
struct Subject<'a> {
    run: &'a RunCmd,
    market: &'a MarketArgs,
    storage: &'a StorageMonitorParams,
    spec: Box<dyn ChainSpec>,
    /// The folder for everything of this chain.
    folder: PathBuf,
    is_validator: bool,
    is_dev: bool,
    /// Keeps a development chain's temporary folder, which is removed when this is dropped.
    _base: BasePath,
}

impl CheckCmd {
    /// Runs all checks and prints what they found.
    ///
    /// # Errors
    /// If something is unfit, or the arguments describe no node.
    pub fn run(&self, cli: &Cli) -> sc_cli::Result<()> {
        let subject = self.subject(cli)?;
        let runtime = tokio::runtime::Runtime::new()?;
        let report = runtime.block_on(subject.examine())?;
        if self.json {
            let text = serde_json::to_string_pretty(&report)
                .map_err(|error| sc_cli::Error::Application(Box::new(error)))?;
            println!("{text}");
        } else {
            println!("{report}");
        }
        match report.fit {
            true => Ok(()),
            false => Err(sc_cli::Error::Application(
                "this machine is not fit for this node: see what is UNFIT".into(),
            )),
        }
    }

    fn subject(&self, cli: &Cli) -> sc_cli::Result<Subject<'_>> {
        let NodeArgs {
            run,
            market,
            storage,
            ..
        } = &self.node;
        let is_dev = run.is_dev()?;
        let spec = cli
            .load_spec(&run.chain_id(is_dev)?)
            .map_err(sc_cli::Error::Input)?;
        let base = run.base_path()?;
        let base = base.unwrap_or_else(|| BasePath::from_project("", "", &Cli::executable_name()));
        Ok(Subject {
            run,
            market,
            storage,
            folder: base.config_dir(spec.id()),
            spec,
            is_validator: matches!(run.role(is_dev)?, Role::Authority),
            is_dev,
            _base: base,
        })
    }
}

impl Subject<'_> {
    async fn examine(&self) -> sc_cli::Result<Report> {
        let mut findings = programs::examine(self).await;
        findings.push(machine::open_files());
        for wish in self.wishes()? {
            findings.push(port(&wish));
        }
        findings.extend(machine::clock(&self.folder).await);
        findings.extend(machine::disk(
            &self.folder,
            self.market,
            disk::least(self.storage),
            disk::reserve(self.storage),
        ));
        findings.extend(keys::examine(self)?);
        Ok(Report::of(findings))
    }

    /// Returns the ports that the node would listen on.
    fn wishes(&self) -> sc_cli::Result<Vec<Wish>> {
        let network = self.run.network_config(
            &self.spec,
            self.is_dev,
            self.is_validator,
            self.folder.join("network"),
            "",
            "",
            NodeKeyConfig::Ed25519(Secret::New),
            <() as Ports>::p2p_listen_port(),
        )?;
        let mut wishes = vec![ports::chain_wish(&network.listen_addresses, self.run)];
        if let Some(endpoints) = self.run.rpc_addr(<() as Ports>::rpc_listen_port())? {
            let needed = endpoints.iter().filter(|endpoint| !endpoint.is_optional);
            let needed = needed.map(|endpoint| endpoint.listen_addr);
            wishes.push(ports::rpc_wish(needed, self.run));
        }
        let prometheus = self
            .run
            .prometheus_config(<() as Ports>::prometheus_listen_port(), &self.spec)?;
        if let Some(prometheus) = prometheus {
            wishes.push(ports::metrics_wish(prometheus.port, self.run));
        }
        wishes.extend(ipfs_wish(self.market, &self.folder));
        Ok(wishes)
    }
}

fn port(wish: &Wish) -> Finding {
    const NAME: &str = "port";
    let Some((socket, error)) = wish.first_problem() else {
        let sockets: Vec<_> = wish.sockets.iter().map(ToString::to_string).collect();
        let found = format!("{}: {} free", wish.service, sockets.join(", "));
        return Finding::fit(NAME, found);
    };
    let found = format!("{}: {socket}: {error}", wish.service);
    let advice = format!(
        "stop what uses it (perhaps this very node), or choose another with {}",
        wish.option
    );
    match wish.is_chosen {
        true => Finding::unfit(NAME, found, advice),
        false => Finding::warning(
            NAME,
            found,
            format!("{advice}; the node would move by itself"),
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::ports::Socket;
    use report::Verdict;
    use std::net::TcpListener;

    #[test]
    fn a_port_that_is_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut wish = Wish {
            service: "JSON-RPC",
            option: "--rpc-port",
            is_chosen: true,
            sockets: vec![Socket::Tcp(listener.local_addr().unwrap())],
        };
        let chosen = port(&wish);
        assert_eq!(chosen.verdict, Verdict::Unfit);
        assert!(chosen.advice.unwrap().contains("--rpc-port"));
        wish.is_chosen = false;
        assert_eq!(port(&wish).verdict, Verdict::Warning);
        drop(listener);
        assert_eq!(port(&wish).verdict, Verdict::Fit);
    }
}
