//! Granting the data keys of sealed tasks to the providers that they are matched with.

use aicpw_protocol::{
    hashing::Hash,
    sealing::{envelope, EnvelopeContext},
    task::{AssignmentStatus, Privacy},
    view::TaskView,
    AssignmentId, TaskId,
};

use crate::{
    account::Account,
    amount::Amount,
    chain::{call::Call, submit::Inclusion, Chain},
    data_keys::DataKeys,
    error::{Error, Result},
    keys::Signer,
    output::Output,
};

/// Grants keys for one account.
pub struct Granter<'a> {
    chain: &'a Chain,
    signer: &'a Signer,
    keys: DataKeys,
    genesis: Hash,
    /// The last failure that was told, so that it is told once and not in each block.
    told: Option<String>,
}

/// A key that was granted.
#[derive(Debug)]
pub struct Granted {
    /// For this assignment.
    pub assignment: AssignmentId,
    /// To this provider.
    pub provider: Account,
    /// By this transaction.
    pub inclusion: Inclusion,
}

/// An assignment that waits for its key, and to whom the key has to be sealed.
fn awaiting(view: &TaskView<Account>) -> Option<(AssignmentId, Account, Hash)> {
    view.assignments
        .iter()
        .find_map(|assignment| match assignment.status {
            AssignmentStatus::AwaitingKey { recipient, .. } => {
                Some((assignment.id, assignment.provider, recipient))
            }
            _ => None,
        })
}

/// Whether somebody should look whether a key can be granted.
pub fn is_awaited(view: &TaskView<Account>) -> bool {
    awaiting(view).is_some()
}

impl<'a> Granter<'a> {
    /// Grants what `signer`'s account has keys for.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn new(chain: &'a Chain, signer: &'a Signer, keys: DataKeys) -> Result<Self> {
        Ok(Self {
            chain,
            signer,
            keys,
            genesis: chain.genesis().await?,
            told: None,
        })
    }

    /// Grants the key of a task if an assignment of it waits for it in the finalised chain: a fork
    /// must not give the data to a provider that is not to have it. Returns when that is final.
    ///
    /// # Errors
    /// The key is not here, or the chain refuses the grant.
    pub async fn look(&self, task: TaskId) -> Result<Option<Granted>> {
        let last = self.chain.final_hash().await?;
        let Some(view) = self.chain.task(task, Some(last)).await? else {
            return Ok(None);
        };
        let Some((assignment, provider, recipient)) = awaiting(&view) else {
            return Ok(None);
        };
        if view.requester != self.signer.account {
            return Err(Error::usage(format!(
                "task {task} is another account's, {}",
                view.requester
            )));
        }
        let Privacy::Sealed { key_commitment } = view.submission.privacy else {
            return Ok(None);
        };
        let (_, key) = self.keys.load(&key_commitment)?;
        let context = EnvelopeContext {
            genesis: &self.genesis,
            assignment,
            manifest: &view.submission.manifest,
            recipient: &recipient,
        };
        let envelope = envelope::seal(&key, &context)
            .map_err(|error| Error::other(format!("the key of task {task}: {error}")))?;
        let call = Call::grant_key(assignment, &envelope);
        match self.chain.submit(self.signer, &call).await {
            Ok(inclusion) => Ok(Some(Granted {
                assignment,
                provider,
                inclusion,
            })),
            // Another process of this account may have been faster.
            Err(error) => match self.chain.task(task, None).await? {
                Some(view) if is_awaited(&view) => Err(error.about_task(task.0)),
                _ => Ok(None),
            },
        }
    }

    /// The same for all that wait, for somebody who tries again with each block: failures are told, once
    /// each.
    pub async fn look_and_tell(&mut self, out: &Output, task: TaskId) -> Vec<Granted> {
        let mut all = Vec::new();
        while let Some(granted) = self.look_once(out, task).await {
            all.push(granted);
        }
        all
    }

    async fn look_once(&mut self, out: &Output, task: TaskId) -> Option<Granted> {
        match self.look(task).await {
            Ok(Some(granted)) => {
                self.told = None;
                let fee = granted.inclusion.fee_paid().map(Amount);
                let fee = fee.map_or(String::new(), |fee| format!(", fee {}", fee.with_unit()));
                out.say(format!(
                    "granted the key of task {task} to {} (assignment {}{fee})",
                    granted.provider, granted.assignment
                ));
                Some(granted)
            }
            Ok(None) => None,
            Err(error) => {
                let text = format!("the key of task {task} is not granted yet: {error}");
                if self.told.as_ref() != Some(&text) {
                    out.warn(&text);
                    self.told = Some(text);
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::tests::{assignment, opening, view};
    use aicpw_protocol::task::{Fault, Role, TaskStatus};

    #[test]
    fn the_attempt_that_waits_is_granted() {
        let failed = AssignmentStatus::Failed {
            fault: Fault::Crashed,
            at: 1,
            log: None,
            message: Default::default(),
        };
        let waits = AssignmentStatus::AwaitingKey {
            grant_by: 9,
            recipient: [5; 32],
        };
        let both = view(
            TaskStatus::Active,
            vec![assignment(0, failed.clone()), assignment(1, waits)],
        );
        let (id, provider, recipient) = awaiting(&both).unwrap();
        assert_eq!((id.attempt, recipient), (1, [5; 32]));
        assert_eq!(provider, both.assignments[1].provider);
        let none = view(TaskStatus::Active, vec![assignment(0, failed)]);
        assert!(!is_awaited(&none));
    }

    #[test]
    fn every_juror_is_granted_in_its_turn() {
        let revealed = AssignmentStatus::Revealed {
            opening: opening(),
            at: 1,
        };
        let juror = |replica, status| {
            let mut juror = assignment(0, status);
            juror.id.replica = replica;
            juror.role = Role::Juror;
            juror
        };
        let waits = |recipient| AssignmentStatus::AwaitingKey {
            grant_by: 9,
            recipient: [recipient; 32],
        };
        let mut disputed = view(
            TaskStatus::Disputed,
            vec![
                assignment(0, revealed),
                juror(1, waits(1)),
                juror(2, waits(2)),
            ],
        );
        let mut granted = Vec::new();
        while let Some((id, _, recipient)) = awaiting(&disputed) {
            granted.push((id.replica, recipient[0]));
            disputed.assignments[usize::from(id.replica)].status =
                AssignmentStatus::Assigned { start_by: 9 };
        }
        assert_eq!(granted, [(1, 1), (2, 2)]);
    }
}
