//! `aicpw dry-run`: shows which device would take a task now.

use aicpw_protocol::{
    judging,
    task::{DeterminismClass, Privacy, Unmatched, Verification},
    view::{DryRun, MarketParameters},
    Balance,
};
use serde::Serialize;

use super::{
    costs::{self, Costs},
    fitting::{self, Wanted},
    prepare::Prepared,
    terms::{Terms, TermsArgs},
    Context,
};
use crate::{
    account::Account,
    amount::Amount,
    chain::Chain,
    error::{Error, Result},
    keys::Signer,
    life::explain_unmatched,
    output::{printable_name, Output},
    quantity::count,
    rerun::{self, ExecutorArgs},
    signals::unless_ended,
};

/// The requester if there is no key. This account has no devices, so none is left out as the requester's own.
const NOBODY: Account = Account([0; 32]);

/// How many votes a jury needs for a verdict: more than half of the five of the first jury.
const VERDICT: usize = 3;

/// What `dry-run` takes.
#[derive(clap::Args, Debug)]
pub struct DryRunArgs {
    #[command(flatten)]
    pub terms: TermsArgs,

    /// First compile the program on this machine, which takes a device here, and show what the compiler says
    #[arg(long)]
    pub compile: bool,

    #[command(flatten)]
    pub executor: ExecutorArgs,
}

#[derive(Serialize)]
struct DryRunJson {
    #[serde(flatten)]
    answer: AnswerJson,
    providers: Option<usize>,
    submission_fee: Amount,
    compiler_log: Option<String>,
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

/// What is known, before a task is submitted, about who would take it.
pub struct Outlook {
    /// Who would take the first replica now.
    answer: DryRun,
    verification: Verification,
    /// What the budget makes more expensive.
    dearer: Option<Dearer>,
    /// How many different providers offer what the task needs (in class `device`, on a device that is equal to that of
    /// the first replica). `None` if the chain does not compare their results, or if the number is not known.
    providers: Option<usize>,
    class: DeterminismClass,
}

/// The judged price, if the budget makes it higher than the price although a lower budget would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Dearer {
    judged: Balance,
    /// The highest budget with which the judged price is the price; or the lowest budget that the chain takes, if that
    /// is higher.
    lower: Amount,
}

impl Dearer {
    /// Compares the budget with this price of each replica.
    fn new(
        price: Balance,
        budget: Balance,
        lowest_budget: Amount,
        replicas: u8,
        juror_pay: Balance,
    ) -> Option<Self> {
        let replicas = Balance::from(replicas.max(1));
        let judged = judging::judged_price(price, budget / replicas, juror_pay);
        let of_price = price.saturating_mul(juror_pay).saturating_mul(replicas);
        let lower = of_price.max(lowest_budget.0);
        (judged > price && lower < budget).then_some(Self {
            judged,
            lower: Amount(lower),
        })
    }

    /// Explains it to people.
    fn explain(&self) -> String {
        format!(
            "the budget is far more than the price: audits, a dispute and what its provider locks are reckoned by {} \
             then, and not by the price. With --budget {} they cost less",
            Amount(self.judged).brief_with_unit(),
            self.lower
        )
    }
}

impl Outlook {
    /// Asks the chain.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn ask(
        chain: &Chain,
        requester: Account,
        market: &MarketParameters,
        terms: &Terms,
    ) -> Result<Self> {
        let (needs, budget, limit) = (terms.needs(), terms.budget().0, terms.time_limit());
        let verification = terms.verification();
        let answer = chain
            .dry_run(requester, needs, budget, limit, verification)
            .await?;
        let mut dearer = None;
        if let (DryRun::Match { price, .. }, true) = (&answer, verification.is_audited()) {
            let juror_pay: u32 = chain.constant("Disputes", "JurorPay").await?;
            let (lowest, replicas) = (terms.lowest_budget(), verification.replicas());
            dearer = Dearer::new(*price, budget, lowest, replicas, juror_pay.into());
        }
        let mut providers = None;
        let counts = verification.replicas() > 1 || needs_equals(needs.class, verification);
        if let (DryRun::Match { device, .. }, true) = (&answer, counts) {
            let wanted = Wanted::new(needs, budget, limit, verification, market.min_stake);
            let known = fitting::count(chain, &wanted, Some(*device), &[requester]).await?;
            // A provider that was found just now may have left in the next block.
            providers = known.map(|fit| fit.max(1));
        }
        Ok(Self {
            answer,
            verification,
            dearer,
            providers,
            class: needs.class,
        })
    }

    /// Warns if hardly anybody could find out that a result is wrong.
    pub fn warning(&self) -> Option<String> {
        let DryRun::Match { device, .. } = &self.answer else {
            return None;
        };
        let others = self.providers?.saturating_sub(1);
        if !needs_equals(self.class, self.verification) || others >= VERDICT {
            return None;
        }
        let have = match others {
            0 => "no other provider that fits has".into(),
            1 => "only 1 other provider that fits has".into(),
            others => format!("only {others} other providers that fit have"),
        };
        Some(format!(
            "{have} a device that is equal to device {device}, and in class device no other can check its result. A \
             replica or an audit takes one of them, and a jury {VERDICT}: a wrong result may cost its provider nothing. \
             Use --verify expected=0x<result root> if the answer is known, or class int or fp32-strict if the program \
             can be written for it"
        ))
    }

    /// The answer for people; `Err` if, as things are, the task would end without a result.
    pub fn explain(&self) -> Result<String, String> {
        let mut first = explain(&self.answer, self.verification.replicas())?;
        if let Some(dearer) = self.dearer {
            first += &format!("\n{}", dearer.explain());
        }
        let (replicas, quorum) = (self.verification.replicas(), self.verification.quorum());
        let Some(fit) = self.providers.filter(|fit| *fit < usize::from(replicas)) else {
            return Ok(first);
        };
        let offer = match fit {
            1 => "only 1 provider offers what the task needs".into(),
            fit => format!("only {} offer what the task needs", count(fit, "provider")),
        };
        if fit < usize::from(quorum) {
            return Err(format!(
                "{offer}, none gets two replicas, and {quorum} have to agree: ask for less, or \
                 verify it in another way (--verify optimistic=60s takes one provider); `aicpw provider ls` \
                 lists those that there are\n{first}"
            ));
        }
        Ok(format!(
            "{first}\n{offer}, and none gets two replicas: unless another comes it is decided by these, of \
             whom {quorum} have to agree"
        ))
    }
}

/// Whether a result may have to be compared with others, and only results of equal devices can be compared with it.
fn needs_equals(class: DeterminismClass, verification: Verification) -> bool {
    class == DeterminismClass::Device && verification.is_audited()
}

/// The chain's answer for people; `Err` if nothing fits now. `replicas` is how many replicas are wanted.
fn explain(answer: &DryRun, replicas: u8) -> Result<String, String> {
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

/// Runs the command. If a signal ends it, no compiler process stays behind on this machine.
pub async fn run(context: &Context<'_>, args: &DryRunArgs) -> Result<()> {
    unless_ended(ask(context, args), "nothing was sent").await
}

async fn ask(context: &Context<'_>, args: &DryRunArgs) -> Result<()> {
    let prepared = Prepared::load(&args.terms.manifest)?;
    let compiler_log = match args.compile {
        true => Some(compile(context.out, &args.executor, &prepared).await?),
        false => None,
    };
    let signer = context.signer_if_given()?;
    let chain = context.connect().await?;
    let market = chain.market_parameters().await?;
    let audits = chain.audit_policy().await?;
    let terms = Terms::new(&args.terms, &prepared.manifest, &market, &audits)?;
    terms
        .warnings
        .iter()
        .for_each(|warning| context.out.warn(warning));
    let requester = signer.as_ref().map_or(NOBODY, |signer| signer.account);
    let outlook = Outlook::ask(&chain, requester, &market, &terms).await?;
    if let Some(warning) = outlook.warning() {
        context.out.warn(warning);
    }
    match &signer {
        Some(signer) => warn_of_funds(context.out, &chain, signer, &market, &terms).await?,
        None => context.out.say(
            "no key was given: whether an account can pay was not looked at, nor which devices are its own, \
             which get no task of it",
        ),
    }
    let document = DryRunJson {
        answer: match outlook.answer {
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
        providers: outlook.providers,
        submission_fee: Amount(market.fee_for(terms.time_limit(), terms.verification().replicas())),
        compiler_log,
    };
    context.out.result(&document, |document| {
        let text = outlook.explain().unwrap_or_else(|text| text);
        let fee = document.submission_fee.with_unit();
        format!("{text}\nsubmitting costs {fee} besides, which is never refunded")
    });
    Ok(())
}

/// Compiles the program on this machine; reports and returns the compiler's messages.
async fn compile(out: &Output, executor: &ExecutorArgs, prepared: &Prepared) -> Result<String> {
    let program = prepared.program_file().ok_or_else(|| {
        Error::usage("--compile: the manifest names its program by CID").hint(
            "nothing was sent; leave --compile away, or name the program's file in the manifest",
        )
    })?;
    let compiling = out.wait("compiling");
    let (manifest, path) = (&prepared.manifest, &program.path);
    let built = rerun::build(executor, manifest, path, &program.name).await?;
    drop(compiling);
    let said = match &*built.log {
        "" => String::new(),
        log => format!("; the compiler says:\n{log}"),
    };
    out.say(format!(
        "{} compiles on {}{said}",
        program.name,
        printable_name(&built.device)
    ));
    Ok(built.log)
}

/// Warns if the account could not pay for the submission, which `submit` would then refuse.
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
    use aicpw_protocol::units::AICP;

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

    /// Regression: at the lowest budget that the chain takes, it was advised to choose a lower one.
    #[test]
    fn what_the_budget_makes_dearer_than_the_price_is_said() {
        let said = |dearer| {
            let outlook = Outlook {
                answer: DryRun::Match {
                    device: aicpw_protocol::DeviceId(3),
                    ask: aicpw_protocol::AskPrice(1),
                    price: 50_000_000_000_000,
                    audit_cost: 40_000_000_000_000_000,
                },
                verification: Verification::Optimistic {
                    window: aicpw_protocol::Milliseconds(60_000),
                },
                dearer,
                providers: None,
                class: DeterminismClass::Int,
            };
            outlook.explain().unwrap()
        };
        // At a price of 0.00005 AICP, and a lowest budget of 0.01.
        let dearer =
            |budget, replicas| Dearer::new(AICP / 20_000, budget, Amount(AICP / 100), replicas, 2);
        let text = said(dearer(AICP, 1));
        assert!(text.contains("are reckoned by 0.5 AICP then"), "{text}");
        assert!(text.contains("With --budget 0.01 they cost less"), "{text}");
        assert_eq!(dearer(AICP / 100, 1), None);
        assert!(!said(None).contains("--budget"));
        // At a price of 1 AICP, where each of three replicas can have two.
        let dearer = |budget| Dearer::new(AICP, budget, Amount(AICP / 100), 3, 2);
        assert_eq!(dearer(6 * AICP), None);
        let text = said(dearer(12 * AICP));
        assert!(text.contains("are reckoned by 2 AICP then"), "{text}");
        assert!(text.contains("With --budget 6 they cost less"), "{text}");
    }

    /// Regression: one fitting provider was enough even for a task that cannot get a result then.
    #[test]
    fn as_many_providers_are_needed_as_have_to_agree() {
        let said = |providers, quorum| {
            let outlook = Outlook {
                answer: DryRun::Match {
                    device: aicpw_protocol::DeviceId(3),
                    ask: aicpw_protocol::AskPrice(1),
                    price: 1,
                    audit_cost: 0,
                },
                verification: Verification::Replicated {
                    replicas: 3,
                    quorum,
                },
                dearer: None,
                providers,
                class: DeterminismClass::Int,
            };
            outlook.explain()
        };
        let text = said(Some(1), 2).unwrap_err();
        assert!(text.contains("device 3 would take it"), "{text}");
        assert!(text.contains("only 1 provider offers"), "{text}");
        assert!(text.contains("2 have to agree: ask for less"), "{text}");
        assert!(said(Some(2), 3)
            .unwrap_err()
            .contains("only 2 providers offer"));
        let text = said(Some(2), 2).unwrap();
        assert!(text.contains("decided by these, of whom 2"), "{text}");
        for enough in [Some(3), None] {
            assert!(!said(enough, 2).unwrap().contains("only"), "{enough:?}");
        }
    }

    #[test]
    fn who_could_not_be_judged_is_warned_of() {
        let optimistic = Verification::Optimistic {
            window: aicpw_protocol::Milliseconds(60_000),
        };
        let replicated = Verification::Replicated {
            replicas: 3,
            quorum: 2,
        };
        let expected = Verification::Expected { root_hash: [1; 32] };
        let warning = |class, verification, providers| {
            let outlook = Outlook {
                answer: DryRun::Match {
                    device: aicpw_protocol::DeviceId(7),
                    ask: aicpw_protocol::AskPrice(1),
                    price: 1,
                    audit_cost: 0,
                },
                verification,
                dearer: None,
                providers,
                class,
            };
            outlook.warning()
        };
        let device = DeterminismClass::Device;
        for verification in [optimistic, replicated] {
            for (providers, have) in [
                (
                    1,
                    "no other provider that fits has a device that is equal to device 7",
                ),
                (2, "only 1 other provider that fits has a device"),
                (3, "only 2 other providers that fit have a device"),
            ] {
                let text = warning(device, verification, Some(providers)).unwrap();
                assert!(text.starts_with(have), "{text}");
                assert!(text.contains("--verify expected="), "{text}");
            }
            for enough in [Some(4), None] {
                assert_eq!(warning(device, verification, enough), None);
            }
            assert_eq!(warning(DeterminismClass::Int, verification, Some(1)), None);
        }
        assert_eq!(warning(device, expected, Some(1)), None);
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
                providers: Some(3),
                submission_fee: Amount(1),
                compiler_log: Some(String::new()),
            };
            crate::output::documented::check(&["Dry run"], &document);
        }
    }
}
