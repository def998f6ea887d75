//! `aicpw task claim-unavailable`: claims that a result that was paid for cannot be fetched.

use aicpw_protocol::{
    task::{AssignmentStatus, TaskStatus},
    verdict::DisputeView,
    view::{AssignmentView, TaskView},
    Balance,
};

use super::{
    contest::{call_jury, open_already, ContestArgs, Plan},
    task, Context,
};
use crate::{
    account::Account,
    amount::Amount,
    chain::call::Call,
    error::{Error, Result},
    life,
    quantity::whole,
};

/// What it takes.
#[derive(clap::Args, Debug)]
pub struct ClaimArgs {
    #[command(flatten)]
    contest: ContestArgs,
    /// Of several results of the task the one of this replica: the second number of its assignment
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u8>(0..=u8::MAX.into()))]
    replica: Option<u8>,
}

/// Makes the claim.
pub async fn claim(context: &Context<'_>, args: &ClaimArgs) -> Result<()> {
    let id = args.contest.id();
    let signer = context.signer()?;
    let chain = context.connect_to_send().await?;
    let task = task::read(&chain, id).await?;
    let before = chain.dispute(id, None).await?;
    if let Some(refused) = obstacle(&task, before.as_ref(), signer.account) {
        return Err(refused);
    }
    let claimed = delivered(&task, args.replica)?;
    let bond = chain.claim_bond(claimed.id).await?.ok_or_else(|| {
        task::refused(
            &task,
            "nothing is locked for its result any more: the time to fetch it has ended, or a claim about \
             it was decided",
            "Tasks",
            "RetrievalEnded",
        )
    })?;
    let plan = Plan {
        call: Call::claim_unavailable(claimed.id),
        bond,
        round: 0,
        // For a sealed task, only the ciphertext is fetched.
        needs_key: false,
        consequence: consequence(&task, claimed, bond),
    };
    call_jury(context, &args.contest, &signer, &chain, &task, plan).await
}

/// Why the chain would refuse the claim. It is checked first, so that no fee is paid for a refusal.
fn obstacle(
    task: &TaskView<Account>,
    before: Option<&DisputeView<Account>>,
    account: Account,
) -> Option<Error> {
    let refused = |what: &str, pallet, error| Some(task::refused(task, what, pallet, error));
    if task.requester != account {
        let what = format!("only its requester {} can claim that", task.requester);
        return refused(&what, "Tasks", "NotRequester");
    }
    if let open @ Some(_) = open_already(task, before) {
        return open;
    }
    if !matches!(task.status, TaskStatus::Settled { .. }) {
        return refused(
            "only a result that was paid can be claimed not to be there",
            "Tasks",
            "NotSettled",
        );
    }
    None
}

/// The paid result that the claim is about.
fn delivered(task: &TaskView<Account>, replica: Option<u8>) -> Result<&AssignmentView<Account>> {
    let mut paid = life::results(task);
    paid.retain(|one| matches!(one.status, AssignmentStatus::Settled { .. }));
    let all = || {
        let ids = paid.iter().map(|one| one.id.replica.to_string());
        ids.collect::<Vec<_>>().join(", ")
    };
    match (replica, paid.as_slice()) {
        (None, [only]) => Ok(only),
        (None, _) => Err(Error::usage(format!(
            "task {} has several results: those of the replicas {}",
            task.id,
            all()
        ))
        .hint("nothing was sent; say by --replica whose cannot be fetched")
        .about_task(task.id.0)),
        (Some(number), _) => paid
            .iter()
            .find(|one| one.id.replica == number)
            .copied()
            .ok_or_else(|| {
                Error::usage(format!(
                    "--replica: none of that number was paid for task {}; there are {}",
                    task.id,
                    all()
                ))
                .hint("nothing was sent; `aicpw task show TASK` lists the assignments")
                .about_task(task.id.0)
            }),
    }
}

fn consequence(
    task: &TaskView<Account>,
    claimed: &AssignmentView<Account>,
    bond: Balance,
) -> String {
    let sealed = match task.submission.privacy.is_sealed() {
        true => {
            ". The task is sealed, so the jury cannot tell a wrong result from the right one: if you can fetch a \
             result that does not open, they can too, and the bond is lost"
        }
        false => "",
    };
    format!(
        "a bond of {} is held: it is the pay of a jury that tries to fetch the result of assignment {}, and \
         of what its provider gets if they can. Then it is lost, and they serve the result. If they cannot, \
         the provider loses {}: you get the price ({}) back as far as that goes, and the bond, less what \
         is lacking for the jury{sealed}",
        Amount(bond).with_unit(),
        claimed.id,
        Amount(claimed.collateral).brief_with_unit(),
        Amount(claimed.price).brief_with_unit()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        life::tests::{assignment, opening, view},
        output::dispute::tests::dispute as disputed,
    };
    use aicpw_protocol::{task::Privacy, verdict::DisputeState};

    const REQUESTER: Account = Account([1; 32]);

    fn settled() -> AssignmentStatus {
        AssignmentStatus::Settled {
            opening: opening(),
            at: 1,
        }
    }

    fn of(replica: u8) -> AssignmentView<Account> {
        let mut one = assignment(0, settled());
        one.id.replica = replica;
        one
    }

    fn task(results: Vec<AssignmentView<Account>>) -> TaskView<Account> {
        view(TaskStatus::Settled { at: 1, paid: 1 }, results)
    }

    #[test]
    fn a_claim_that_the_chain_would_refuse_is_not_sent() {
        let refused = |task: &TaskView<Account>, state: Option<DisputeState>, account| {
            let before = state.map(disputed);
            obstacle(task, before.as_ref(), account).map(|error| error.to_string())
        };
        let paid = task(vec![of(0)]);
        let verifying = view(TaskStatus::Verifying { settle_at: 9 }, vec![of(0)]);
        assert_eq!(refused(&paid, None, REQUESTER), None);
        for (task, before, account, code) in [
            (&paid, None, Account([9; 32]), "Tasks.NotRequester"),
            (&verifying, None, REQUESTER, "Tasks.NotSettled"),
            (
                &paid,
                Some(DisputeState::Judging),
                REQUESTER,
                "Disputes.AlreadyDisputed",
            ),
        ] {
            let error = refused(task, before, account).unwrap();
            assert!(
                error.contains(code) && error.contains("nothing was sent"),
                "{error}"
            );
        }
    }

    #[test]
    fn of_several_results_one_has_to_be_named() {
        let several = task(vec![of(0), of(2)]);
        assert_eq!(delivered(&task(vec![of(0)]), None).unwrap().id.replica, 0);
        assert_eq!(delivered(&several, Some(2)).unwrap().id.replica, 2);
        let error = delivered(&several, None).unwrap_err().to_string();
        assert!(
            error.contains("replicas 2, 0") && error.contains("--replica"),
            "{error}"
        );
        let error = delivered(&several, Some(1)).unwrap_err().to_string();
        assert!(error.contains("there are 2, 0"), "{error}");
    }

    #[test]
    fn what_is_at_stake_is_said() {
        let mut task = task(vec![of(0)]);
        let text = consequence(&task, &of(0), aicpw_protocol::units::AICP);
        assert!(
            text.contains("bond of 1 AICP") && text.contains("assignment 7-0-0"),
            "{text}"
        );
        assert!(!text.contains("sealed"), "{text}");
        task.submission.privacy = Privacy::Sealed {
            key_commitment: [1; 32],
        };
        let text = consequence(&task, &of(0), aicpw_protocol::units::AICP);
        assert!(
            text.contains("is sealed") && text.contains("the bond is lost"),
            "{text}"
        );
    }
}
