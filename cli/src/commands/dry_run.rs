//! `aicpw dry-run`: who would take a task now.

use aicpw_protocol::{
    task::{Privacy, Unmatched},
    view::{DryRun, MarketParameters},
};
use serde::Serialize;

use super::{
    costs::{self, Costs},
    prepare::Prepared,
    terms::{Terms, TermsArgs},
    Context,
};
use crate::{
    amount::Amount, chain::Chain, error::Result, keys::Signer, life::explain_unmatched,
    output::Output,
};

/// What `dry-run` takes.
#[derive(clap::Args, Debug)]
pub struct DryRunArgs {
    #[command(flatten)]
    pub terms: TermsArgs,
}

#[derive(Serialize)]
struct DryRunJson {
    #[serde(flatten)]
    answer: AnswerJson,
    submission_fee: Amount,
}

#[derive(Serialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
enum AnswerJson {
    Match {
        device: u64,
        ask: Amount,
        price: Amount,
        audit_cost: Amount,
    },
    Unmatched {
        reason: Unmatched,
    },
    Undecided,
}

/// The answer for people: `Err` if nothing fits now.
/// `replicas` are wanted.
pub fn explain(answer: &DryRun, replicas: u8) -> Result<String, String> {
    match answer {
        DryRun::Match {
            device,
            ask,
            price,
            audit_cost,
        } => {
            let audits = match audit_cost {
                0 => String::new(),
                cost => format!(" and {} for audits", Amount(*cost).brief_with_unit()),
            };
            let others = match replicas {
                0 | 1 => String::new(),
                n => format!(
                    "; that is one of {n} replicas, each paid by itself, and they need {n} different \
                     providers"
                ),
            };
            Ok(format!(
                "device {device} would take it now for {}{audits} (its ask is {} per TFLOPS-hour){others}",
                Amount(*price).brief_with_unit(),
                Amount(ask.0).brief_with_unit()
            ))
        }
        DryRun::Unmatched(reason) => Err(format!(
            "no device fits now: {}",
            explain_unmatched(*reason)
        )),
        DryRun::Undecided => Ok("too many devices to say which would take it".into()),
    }
}

/// Asks.
pub async fn run(context: &Context<'_>, args: &DryRunArgs) -> Result<()> {
    let prepared = Prepared::load(&args.terms.manifest)?;
    let signer = context.signer()?;
    let chain = context.connect().await?;
    let market = chain.market_parameters().await?;
    let audits = chain.audit_policy().await?;
    let terms = Terms::new(&args.terms, &prepared.manifest, &market, &audits)?;
    terms
        .warnings
        .iter()
        .for_each(|warning| context.out.warn(warning));
    let answer = chain
        .dry_run(
            signer.account,
            terms.needs(),
            terms.budget().0,
            terms.time_limit(),
            terms.verification(),
        )
        .await?;
    warn_of_funds(context.out, &chain, &signer, &market, &terms).await?;
    let document = DryRunJson {
        answer: match answer {
            DryRun::Match {
                device,
                ask,
                price,
                audit_cost,
            } => AnswerJson::Match {
                device: device.0,
                ask: Amount(ask.0),
                price: Amount(price),
                audit_cost: Amount(audit_cost),
            },
            DryRun::Unmatched(reason) => AnswerJson::Unmatched { reason },
            DryRun::Undecided => AnswerJson::Undecided,
        },
        submission_fee: Amount(market.fee_for(terms.time_limit(), terms.verification().replicas())),
    };
    context.out.result(&document, |document| {
        let replicas = terms.verification().replicas();
        let text = explain(&answer, replicas).unwrap_or_else(|text| text);
        let fee = document.submission_fee.with_unit();
        format!("{text}\nsubmitting costs {fee} besides, which is never refunded")
    });
    Ok(())
}

/// Warns if the account could not pay for the submission, which `submit` then refuses.
async fn warn_of_funds(
    out: &Output,
    chain: &Chain,
    signer: &Signer,
    market: &MarketParameters,
    terms: &Terms,
) -> Result<()> {
    let submission = terms.submission(costs::any_cid()?, Privacy::Public, Default::default());
    let costs = Costs::estimate(chain, signer, market, &submission, false).await?;
    let funds = chain.funds(signer.account).await?;
    if let Err(error) = costs.check(signer.account, &funds) {
        out.warn(format!("it could not be submitted: {}", error.message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audits_are_a_line_of_their_own() {
        let answer = |audit_cost| DryRun::Match {
            device: aicpw_protocol::DeviceId(3),
            ask: aicpw_protocol::AskPrice(1),
            price: 2_000_000_000_000_000_000,
            audit_cost,
        };
        let text = explain(&answer(160_000_000_000_000_000), 1).unwrap();
        assert!(
            text.contains("for 2 AICP and 0.16 AICP for audits"),
            "{text}"
        );
        let text = explain(&answer(0), 1).unwrap();
        assert!(!text.contains("audits"), "{text}");
        assert!(!text.contains("replicas"), "{text}");
        let text = explain(&answer(0), 3).unwrap();
        assert!(text.contains("one of 3 replicas"), "{text}");
    }

    #[test]
    fn the_documents_are_documented() {
        for answer in [
            AnswerJson::Match {
                device: 1,
                ask: Amount(1),
                price: Amount(1),
                audit_cost: Amount(1),
            },
            AnswerJson::Unmatched {
                reason: Unmatched::Busy,
            },
            AnswerJson::Undecided,
        ] {
            let document = DryRunJson {
                answer,
                submission_fee: Amount(1),
            };
            crate::output::documented::check(&["Dry run"], &document);
        }
    }
}
