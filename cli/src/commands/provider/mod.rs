//! `aicpw provider …`.

mod change;
mod devices;
mod leave;
pub mod register;
mod stake;
mod worker;

use clap::Subcommand;
use serde::Serialize;

use self::{
    devices::{DevicesCommand, Which},
    register::RegisterArgs,
    stake::Share,
    worker::PeersArgs,
};
use super::{confirm::Consent, Context};
use crate::{
    account::Account,
    amount::{positive, Amount},
    error::Result,
    output::{
        at_work::AtWork,
        json::ProviderJson,
        provider::{list, show},
        score::Score,
    },
    quantity::whole,
};

/// `aicpw provider …`
#[derive(Subcommand, Debug)]
pub enum ProviderCommand {
    /// Register the node's devices, and the key's account as their provider
    ///
    /// Asks the node for its measured devices and its worker key, shows what will be done, does it
    /// in one transaction, and waits for the first heartbeat. Repeated, it registers the devices
    /// that are not registered yet. Runs on the node's own machine.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider register --stake 1000 --ask 0.5 --dry-run
  aicpw --key-file provider.key provider register --stake 1000 --ask 0.5
  aicpw --key-file provider.key provider register --stake 1000 --ask 0.5 --device 1 --slots 2")]
    Register(RegisterArgs),
    /// Show a provider and its devices
    ///
    /// `Locked` is the part of the stake that backs assignments; `Free` is what new ones can lock
    /// of what is active. `Audited` says what the reputation comes to, `With time` what becomes of it
    /// by itself, and `Requesters` whose next task moves it less.
    #[command(
        visible_alias = "show",
        after_long_help = "\
Examples:
  aicpw --key-file provider.key provider status
  aicpw provider status 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --json"
    )]
    Status {
        /// The provider [default: the key's account]
        account: Option<Account>,
    },
    /// List providers
    #[command(after_long_help = "\
Examples:
  aicpw provider ls
  aicpw provider ls --limit 1000 --json")]
    Ls {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 100, allow_negative_numbers = true, value_parser = whole::<u32>(1..=u32::MAX.into()))]
        limit: u32,
    },
    /// Add to the stake
    ///
    /// More stake lets a provider have more and dearer tasks at once: each locks a part of it.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider stake 250")]
    Stake {
        /// How much more, in AICP
        #[arg(allow_negative_numbers = true, value_parser = positive)]
        amount: Amount,
    },
    /// Take stake out of the active part, so that it can be withdrawn later
    ///
    /// It backs no new task, but can be slashed for the old ones until it is withdrawn. Asks first
    /// if too little stays for the devices to get tasks.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider unbond 250
  aicpw --key-file provider.key provider unbond all --yes")]
    Unbond {
        /// How much, in AICP, or `all`
        #[arg(allow_negative_numbers = true)]
        amount: Share,
        #[command(flatten)]
        consent: Consent,
    },
    /// Take back the stake that has finished unbonding, or say when it will have
    ///
    /// What is locked for assignments stays.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider withdraw")]
    Withdraw,
    /// Set the price of a device
    ///
    /// The price of an assignment is ask × GFLOPS that the task requires × its time limit, fixed
    /// when it is matched; assignments that exist keep theirs. Asks first if the price is more than a
    /// million times the least on the chain, which hardly any task pays.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider ask 3 0.45
  aicpw --key-file provider.key provider ask all 0.5")]
    Ask {
        /// Its number, as `devices` shows it, or `all`
        #[arg(allow_negative_numbers = true)]
        device: Which,
        /// AICP per TFLOPS-hour
        #[arg(allow_negative_numbers = true)]
        price: Amount,
        #[command(flatten)]
        consent: Consent,
    },
    /// List the devices of the key's account, and change them
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider devices
  aicpw --key-file provider.key provider devices pause all")]
    Devices {
        #[command(subcommand)]
        command: Option<DevicesCommand>,
    },
    /// Have this node work for the provider instead of the one that does
    ///
    /// The key of the other node's worker is of no use from then on. Runs on the new node's own
    /// machine. Asks first.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider rotate-worker
  aicpw --key-file provider.key provider rotate-worker --yes")]
    RotateWorker {
        #[command(flatten)]
        consent: Consent,
    },
    /// Show or set where the results of the provider can be fetched
    ///
    /// Without options it shows the registered addresses and, on the node's own machine, those
    /// that the node gives.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider peers
  aicpw --key-file provider.key provider peers --from-node
  aicpw --key-file provider.key provider peers \\
    --set /ip4/203.0.113.7/tcp/30433/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8")]
    Peers(PeersArgs),
    /// End being a provider, once it has no device and no stake
    ///
    /// Frees the worker key and forgets the reputation. Asks first.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider deregister")]
    Deregister {
        #[command(flatten)]
        consent: Consent,
    },
}

/// The document of `status`: a provider, its reputation, and what its node is working on.
#[derive(Serialize)]
struct StatusJson {
    #[serde(flatten)]
    provider: ProviderJson,
    #[serde(flatten)]
    score: Score,
    #[serde(flatten)]
    at_work: AtWork,
}

/// Runs a provider command.
pub async fn run(context: &Context<'_>, command: ProviderCommand) -> Result<()> {
    match command {
        ProviderCommand::Register(args) => register::run(context, &args).await,
        ProviderCommand::Status { account } => {
            let account = context.account(account)?;
            let chain = context.connect().await?;
            let view = change::read(&chain, account).await?;
            let clock = chain.clock().await?;
            let min_stake = chain.market_parameters().await?.min_stake;
            let at_work = chain.at_work(&view.worker).await?;
            let reputation = chain.reputation(account).await?;
            let reputation = reputation.ok_or_else(|| change::not_a_provider(account))?;
            let document = StatusJson {
                provider: ProviderJson::from(&view),
                score: Score::new(&reputation, clock.now),
                at_work,
            };
            context.out.result(&document, |document| {
                let of_status = (at_work, &document.score);
                show(&view, &clock, min_stake, Some(of_status))
            });
            Ok(())
        }
        ProviderCommand::Ls { limit } => {
            let chain = context.connect().await?;
            let views = chain.providers(limit).await?;
            let documents: Vec<_> = views.iter().map(ProviderJson::from).collect();
            let min_stake = chain.market_parameters().await?.min_stake;
            context.out.result(&documents, |_| list(&views, min_stake));
            Ok(())
        }
        ProviderCommand::Stake { amount } => stake::stake(context, amount).await,
        ProviderCommand::Unbond { amount, consent } => {
            stake::unbond(context, amount, consent).await
        }
        ProviderCommand::Withdraw => stake::withdraw(context).await,
        ProviderCommand::Ask {
            device,
            price,
            consent,
        } => devices::ask(context, device, price, consent).await,
        ProviderCommand::Devices { command } => {
            devices::run(context, command.unwrap_or(DevicesCommand::Ls)).await
        }
        ProviderCommand::RotateWorker { consent } => worker::rotate(context, consent).await,
        ProviderCommand::Peers(args) => worker::peers(context, args).await,
        ProviderCommand::Deregister { consent } => leave::run(context, consent).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::score::tests::reputation;

    #[test]
    fn every_field_of_a_status_is_documented() {
        let document = StatusJson {
            provider: ProviderJson::from(&register::tests::provider([5; 32], &[3])),
            score: Score::new(&reputation(), 100),
            at_work: AtWork::default(),
        };
        crate::output::documented::check(&["Provider"], &document);
    }
}
