//! `aicpw provider …`.

use clap::Subcommand;

use super::{
    register::{self, RegisterArgs},
    Context,
};
use crate::{
    account::Account,
    error::{Error, Result},
    output::{
        json::ProviderJson,
        provider::{list, show},
    },
};

/// `aicpw provider …`
#[derive(Subcommand, Debug)]
pub enum ProviderCommand {
    /// Register the node's devices, and the key's account as their provider
    Register(RegisterArgs),
    /// Show a provider and its devices
    Status {
        /// The provider [default: the key's account]
        account: Option<Account>,
    },
    /// List providers
    Ls {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
    },
}

/// Runs one of them.
pub async fn run(context: &Context<'_>, command: ProviderCommand) -> Result<()> {
    match command {
        ProviderCommand::Register(args) => register::run(context, &args).await,
        ProviderCommand::Status { account } => {
            let account = match account {
                Some(account) => account,
                None => context.signer()?.account,
            };
            let chain = context.connect().await?;
            let view = chain.provider(account).await?.ok_or_else(|| {
                Error::other(format!("{account} is not a provider"))
                    .hint("`aicpw provider register` makes it one; `aicpw provider ls` lists all")
            })?;
            context
                .out
                .result(&ProviderJson::from(&view), |_| show(&view));
            Ok(())
        }
        ProviderCommand::Ls { limit } => {
            let chain = context.connect().await?;
            let views = chain.providers(limit).await?;
            let documents: Vec<_> = views.iter().map(ProviderJson::from).collect();
            context.out.result(&documents, |_| list(&views));
            Ok(())
        }
    }
}
