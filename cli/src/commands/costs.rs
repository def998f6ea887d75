//! What a submission costs the requester: everything that will be paid or held is added up before anything is uploaded.

use aicpw_protocol::{
    sealing::Envelope, task::Submission, view::MarketParameters, AssignmentId, Balance, ContentId,
    TaskId,
};

use crate::{
    account::Account,
    amount::Amount,
    chain::{call::Call, read::Funds, Chain},
    error::{Error, Kind, Result},
    keys::Signer,
};

/// A placeholder for estimating a fee before there is a task: only lengths count.
const ANY_ASSIGNMENT: AssignmentId = AssignmentId {
    task: TaskId(u64::MAX),
    replica: 0,
    attempt: 0,
};
const ANY_ENVELOPE: Envelope = Envelope {
    recipient: [0; 32],
    encapsulated: [0; 32],
    sealed_key: [0; 48],
};
const ANY_CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

/// A CID of the same length as that of every manifest.
///
/// # Errors
/// None: it is a valid CID.
pub fn any_cid() -> Result<ContentId> {
    ANY_CID.parse().map_err(Error::other)
}

/// The estimated network fee for the grant of a data key.
///
/// # Errors
/// The node does not answer.
pub async fn grant_fee(chain: &Chain, signer: &Signer) -> Result<Balance> {
    let grant = Call::grant_key(ANY_ASSIGNMENT, &ANY_ENVELOPE);
    chain.fee(signer, &grant).await
}

/// The costs of a submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Costs {
    budget: Balance,
    submission_fee: Balance,
    /// The network fee for the submission.
    transaction: Balance,
    /// The network fees for what has to follow: grants of a data key, the acceptance.
    following: Balance,
}

impl Costs {
    /// Estimates the costs of a submission. The network fees are the node's estimates. They depend on the length of a
    /// transaction, but not on the value of the manifest's CID. A sealed task may need a grant for each attempt of each
    /// replica; with `accepts` the result is accepted too.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn estimate(
        chain: &Chain,
        signer: &Signer,
        market: &MarketParameters,
        submission: &Submission,
        accepts: bool,
    ) -> Result<Self> {
        let transaction = chain.fee(signer, &Call::submit(submission)).await?;
        let mut following: Balance = 0;
        if submission.privacy.is_sealed() {
            let grant = grant_fee(chain, signer).await?;
            let replicas = u128::from(submission.verification.replicas());
            let grants = replicas.saturating_mul(market.max_attempts.into());
            following = grant.saturating_mul(grants);
        }
        if accepts {
            let accept = chain
                .fee(signer, &Call::accept(ANY_ASSIGNMENT.task))
                .await?;
            following = following.saturating_add(accept);
        }
        Ok(Self {
            budget: submission.budget,
            submission_fee: market
                .fee_for(submission.time_limit, submission.verification.replicas()),
            transaction,
            following,
        })
    }

    /// Replaces the network fee by that of the transaction as it was signed.
    pub fn with_transaction(self, fee: Balance) -> Self {
        Self {
            transaction: fee,
            ..self
        }
    }

    fn network(&self) -> Balance {
        self.transaction.saturating_add(self.following)
    }

    fn all(&self) -> Balance {
        self.budget
            .saturating_add(self.submission_fee)
            .saturating_add(self.network())
    }

    /// Checks that the account can pay this and still exists afterwards.
    ///
    /// # Errors
    /// [`Kind::InsufficientFunds`], with each part of the costs.
    pub fn check(&self, account: Account, funds: &Funds) -> Result<()> {
        let (need, has) = (self.all(), funds.spendable());
        if has >= need {
            return Ok(());
        }
        let text = |amount| Amount(amount).with_unit();
        Err(Error::new(
            Kind::InsufficientFunds,
            format!(
                "{account} can spend {}, and {} are needed: the budget of {}, the submission fee of {}, \
                 and {} for the network",
                text(has),
                text(need),
                text(self.budget),
                text(self.submission_fee),
                text(self.network()),
            ),
        )
        .hint(format!(
            "nothing was sent. Send it {} more, lower --budget, or use another account (--suri, \
             --key-file)",
            text(need.saturating_sub(has))
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicpw_protocol::units::AICP;

    const COSTS: Costs = Costs {
        budget: 5 * AICP,
        submission_fee: 2 * AICP,
        transaction: 3,
        following: 4,
    };

    fn funds(spendable: Balance) -> Funds {
        Funds {
            free: spendable + 10,
            held: 0,
            frozen: 0,
            existential_deposit: 10,
        }
    }

    #[test]
    fn every_part_counts() {
        let account = Account([1; 32]);
        assert!(COSTS.check(account, &funds(7 * AICP + 7)).is_ok());
        let error = COSTS.check(account, &funds(7 * AICP + 6)).unwrap_err();
        assert_eq!(error.kind, Kind::InsufficientFunds);
        for part in [
            "can spend 7.000000000000000006 AICP",
            "7.000000000000000007 AICP are needed",
            "budget of 5 AICP",
            "submission fee of 2 AICP",
            "0.000000000000000007 AICP for the network",
        ] {
            assert!(error.message.contains(part), "{part} in {error}");
        }
        let hint = error.hint.unwrap();
        assert!(hint.contains("0.000000000000000001 AICP more"), "{hint}");
    }

    #[test]
    fn what_is_held_is_frozen_first() {
        let of = |held, frozen| Funds {
            held,
            frozen,
            ..funds(90)
        };
        assert_eq!(of(0, 0).spendable(), 90);
        assert_eq!(of(0, 40).spendable(), 60);
        assert_eq!(of(30, 40).spendable(), 90);
        assert_eq!(of(30, 60).spendable(), 70);
        assert_eq!(of(0, 1_000).spendable(), 0);
    }

    #[test]
    fn the_fee_that_was_signed_replaces_the_estimate() {
        let costs = COSTS.with_transaction(5);
        assert!(costs.check(Account([1; 32]), &funds(7 * AICP + 8)).is_err());
        assert!(costs.check(Account([1; 32]), &funds(7 * AICP + 9)).is_ok());
    }
}
