//! `aicpw account …` and `aicpw transfer`.

use clap::Subcommand;
use serde::Serialize;

use super::{ledger, Context};
use crate::{
    account::Account,
    amount::{positive, Amount},
    chain::{call::Call, read::Funds},
    error::{Error, Kind, Result},
    output::table::pairs,
};

/// `aicpw account …`
#[derive(Subcommand, Debug)]
pub enum AccountCommand {
    /// Show what an account owns
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key account balance
  aicpw account balance 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --json")]
    Balance {
        /// The account [default: the key's]
        account: Option<Account>,
    },
    /// Show the address of the key
    ///
    /// Asks no node.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file me.key account address")]
    Address,
    /// List what an account was paid and has paid: results, fees, slashes, audits, bonds, refunds
    ///
    /// From final blocks. An ordinary node has the states of the newest 256 only, about a minute, so whoever keeps
    /// books stays up with --follow, or asks a node with `--state-pruning archive`. A file goes on where it ends when
    /// the same command is started again, and says which blocks are missing, if any are.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key account ledger --out ledger.csv --follow
  aicpw --key-file me.key account ledger --json
  aicpw --url ws://archive.example.org:9944 account ledger \\
    5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --from-block 120000 --out ledger.csv")]
    Ledger(ledger::LedgerArgs),
}

/// What `transfer` takes.
#[derive(clap::Args, Debug)]
pub struct TransferArgs {
    /// Who gets it
    pub to: Account,
    /// How much, in AICP
    #[arg(allow_negative_numbers = true, value_parser = positive)]
    pub amount: Amount,
}

#[derive(Serialize)]
struct BalanceJson {
    account: Account,
    spendable: Amount,
    free: Amount,
    held: Amount,
    frozen: Amount,
}

#[derive(Serialize)]
struct TransferJson {
    from: Account,
    to: Account,
    amount: Amount,
    transaction: String,
    block: u64,
    block_hash: String,
    transaction_fee: Option<Amount>,
}

/// Runs an account command.
pub async fn run(context: &Context<'_>, command: AccountCommand) -> Result<()> {
    match command {
        AccountCommand::Balance { account } => {
            let account = context.account(account)?;
            let funds = context.connect().await?.funds(account).await?;
            let document = BalanceJson {
                account,
                spendable: Amount(funds.spendable()),
                free: Amount(funds.free),
                held: Amount(funds.held),
                frozen: Amount(funds.frozen),
            };
            context.out.result(&document, |balance| {
                pairs(vec![
                    ("Account", Some(balance.account.to_string())),
                    ("Spendable", Some(balance.spendable.with_unit())),
                    ("Free", Some(balance.free.with_unit())),
                    (
                        "Held",
                        Some(format!("{} (stake and escrow)", balance.held.with_unit())),
                    ),
                    (
                        "Frozen",
                        (balance.frozen.0 > 0).then(|| balance.frozen.with_unit()),
                    ),
                ])
            });
        }
        AccountCommand::Ledger(args) => ledger::run(context, &args).await?,
        AccountCommand::Address => {
            let account = context.signer()?.account;
            let document = serde_json::json!({ "account": account });
            context.out.result(&document, |_| account.to_string());
        }
    }
    Ok(())
}

/// Why the chain would refuse to give so little to an account with these funds. It is checked first, so that no fee is
/// paid for a refusal.
fn too_little(args: &TransferArgs, owned: &Funds) -> Option<Error> {
    let least = owned.existential_deposit.saturating_sub(owned.free);
    if args.amount.0 >= least {
        return None;
    }
    let error = Error::usage(format!(
        "AMOUNT: at least {}: {} has {}, and no account exists with less than {}",
        Amount(least).with_unit(),
        args.to,
        Amount(owned.free).with_unit(),
        Amount(owned.existential_deposit).with_unit()
    ));
    Some(error.hint("nothing was sent"))
}

/// Sends AICP.
pub async fn transfer(context: &Context<'_>, args: &TransferArgs) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.connect_to_send().await?;
    if let Some(refused) = too_little(args, &chain.funds(args.to).await?) {
        return Err(refused);
    }
    let call = Call::transfer(args.to, args.amount.0);
    let signed = chain.sign(&signer, &call).await?;
    let funds = chain.funds(signer.account).await?;
    let need = args.amount.0.saturating_add(signed.fee);
    if funds.spendable() < need {
        return Err(Error::new(
            Kind::InsufficientFunds,
            format!(
                "{} can spend {}, but this and its fee need {}",
                signer.account,
                Amount(funds.spendable()).with_unit(),
                Amount(need).with_unit()
            ),
        )
        .hint("nothing was sent; send less, or from another account (--suri, --key-file)"));
    }
    let inclusion = chain.send(&call, &signed).await?.finalised().await?;
    let document = TransferJson {
        from: signer.account,
        to: args.to,
        amount: args.amount,
        transaction: format!("{:?}", inclusion.transaction),
        block: inclusion.height,
        block_hash: format!("{:?}", inclusion.block),
        transaction_fee: inclusion.fee_paid().map(Amount),
    };
    context.out.result(&document, |sent| {
        format!(
            "{} sent to {} (final in block {})",
            sent.amount.with_unit(),
            sent.to,
            sent.block
        )
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicpw_protocol::units::AICP;

    /// Regression: the transfer was sent, and the chain refused it for a fee.
    #[test]
    fn what_a_new_account_could_not_exist_with_is_not_sent() {
        let refused = |amount, free| {
            let args = TransferArgs {
                to: Account([1; 32]),
                amount: Amount(amount),
            };
            let owned = Funds {
                free,
                held: 0,
                frozen: 0,
                existential_deposit: AICP / 1_000,
            };
            too_little(&args, &owned)
        };
        let least = AICP / 1_000;
        let error = refused(least - 1, 0).unwrap();
        assert_eq!(error.kind, Kind::Usage);
        assert!(
            error.message.starts_with("AMOUNT: at least 0.001 AICP: "),
            "{error}"
        );
        assert_eq!(error.hint.unwrap(), "nothing was sent");
        assert!(refused(least, 0).is_none());
        assert!(refused(1, least).is_none());
        // What is held does not count.
        assert!(refused(least - 2, 1).is_some());
        assert!(refused(least - 1, 1).is_none());
    }

    #[test]
    fn the_documents_are_documented() {
        let account = Account([1; 32]);
        let balance = BalanceJson {
            account,
            spendable: Amount(1),
            free: Amount(1),
            held: Amount(1),
            frozen: Amount(1),
        };
        crate::output::documented::check(&["Balance"], &balance);
        let transfer = TransferJson {
            from: account,
            to: account,
            amount: Amount(1),
            transaction: String::new(),
            block: 1,
            block_hash: String::new(),
            transaction_fee: None,
        };
        crate::output::documented::check(&["Transfer", "Transaction"], &transfer);
    }
}
