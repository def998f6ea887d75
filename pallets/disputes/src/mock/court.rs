//! The tasks of the tests, from the point of view of disputes.

use aicpw_primitives::traits::{
    ClaimDecided, Claimed, ClosedJuror, Contest, Contested, Decided, JurorTerms,
};
use aicpw_protocol::verdict::Verdict;
use frame_support::{
    traits::{fungible::Mutate, tokens::Preservation},
    weights::Weight,
};
use sp_runtime::DispatchError;

use super::*;

pub(super) fn with<R>(task: TaskId, f: impl FnOnce(&mut TaskMock) -> R) -> Option<R> {
    TheTasks::mutate(|tasks| tasks.get_mut(&task).map(f))
}

fn is_right(task: TaskId, seat: u8, verdict: Verdict) -> bool {
    with(task, |task| {
        let has_worked = verdict.work == Some(WORK) && !task.copied.contains(&seat);
        task.seats[usize::from(seat)] == Some(verdict.vote)
            && (verdict.work.is_none() || has_worked)
    })
    .unwrap_or_default()
}

fn slash(amount: Balance) -> Balance {
    Balances::transfer(&STAKE, &TREASURY, amount, Preservation::Preserve).unwrap()
}

const UNKNOWN: DispatchError = DispatchError::Other("no such task");
const NOT_OPEN: DispatchError = DispatchError::Other("not open");
const STRANGER: DispatchError = DispatchError::Other("not the requester");

pub struct Court;
impl Contested<AccountId> for Court {
    fn contestable(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError> {
        let task = TheTasks::get().get(&task).cloned().ok_or(UNKNOWN)?;
        let fits = if escalated {
            task.is_active
        } else {
            task.is_open
        };
        if !fits {
            return Err(NOT_OPEN);
        }
        Ok(Contest {
            requester: REQUESTER,
            providers: task.results.iter().map(|(who, ..)| *who).collect(),
            price: ThePrice::get(),
            // No less than this, however low the price is.
            price_cap: ThePrice::get().saturating_mul(2).max(PAY),
            is_sealed: task.is_sealed,
        })
    }
    fn contest_weight(task: Option<TaskId>) -> Weight {
        let seats = task.map_or(u8::MAX, Self::seats);
        Weight::from_parts(seats.into(), 0)
    }
    fn contest(task: TaskId, escalated: bool) -> Result<Contest<AccountId>, DispatchError> {
        Self::contestable(task, escalated)
    }
    fn seat_jury(
        task: TaskId,
        jurors: u16,
        terms: JurorTerms,
        _: Vec<AccountId>,
    ) -> Result<u8, DispatchError> {
        if !HasRoom::get() {
            return Err(DispatchError::Other("no room"));
        }
        with(task, |task| {
            let first = task.seats.len();
            task.is_open = false;
            task.is_active = false;
            task.lock = terms.lock;
            task.seats.resize(first + usize::from(jurors), None);
            first as u8
        })
        .ok_or(UNKNOWN)
    }
    fn votes(task: TaskId, first: u8) -> Vec<Vote> {
        with(task, |task| task.seats[first.into()..].to_vec())
            .unwrap()
            .into_iter()
            .flatten()
            .collect()
    }
    fn withheld(_: TaskId, _: u8) -> usize {
        Withheld::get()
    }
    fn voted(task: TaskId, first: u8, vote: Vote) -> (usize, usize) {
        let votes = Self::votes(task, first);
        let same = votes.iter().filter(|other| **other == vote).count();
        let gone = with(task, |task| task.gone.clone()).unwrap_or_default();
        let gone = gone.iter().filter(|seat| **seat >= first);
        (same, votes.len() + gone.count())
    }
    fn remind(task: TaskId, at: BlockNumber) {
        assert!(at > System::block_number(), "a reminder is for later");
        Reminders::mutate(|reminders| reminders.push((at, task)));
    }
    fn ensure_room(_: TaskId, _: u16) -> DispatchResult {
        match HasRoom::get() {
            true => Ok(()),
            false => Err(DispatchError::Other("no room")),
        }
    }
    fn time_limit(_: TaskId) -> BlockNumber {
        TIME_LIMIT
    }
    fn seats(task: TaskId) -> u8 {
        with(task, |task| task.seats.len() as u8).unwrap_or_default()
    }
    fn is_exact(_: TaskId) -> bool {
        IsExact::get()
    }
    fn worked(task: TaskId, first: u8, vote: Vote, trace_root: &Hash) -> (usize, usize) {
        with(task, |task| {
            let right: Vec<u8> = (first..task.seats.len() as u8)
                .filter(|seat| task.seats[usize::from(*seat)] == Some(vote))
                .collect();
            let worked = right
                .iter()
                .filter(|seat| *trace_root == WORK && !task.copied.contains(seat));
            (worked.count(), right.len())
        })
        .unwrap_or_default()
    }
    fn close_juror(
        task: TaskId,
        seat: u8,
        verdict: Option<Verdict>,
    ) -> Result<ClosedJuror, DispatchError> {
        let is_right = verdict.is_some_and(|verdict| is_right(task, seat, verdict));
        let (vote, lock) = with(task, |task| (task.seats[usize::from(seat)], task.lock)).unwrap();
        let closed = match (vote, verdict.map(|verdict| verdict.vote)) {
            _ if is_right => return Ok(ClosedJuror::Right),
            (Some(vote), Some(right)) if vote == right => ClosedJuror::Wrong(slash(lock / 2)),
            // If the jury was unable, a juror that has found something is not wrong.
            (Some(Vote::Root(_)), Some(Vote::Root(_))) => ClosedJuror::Wrong(slash(lock)),
            (Some(Vote::Unable), Some(Vote::Root(_))) => ClosedJuror::Wrong(slash(lock / 2)),
            _ => ClosedJuror::Released,
        };
        if let Some(Vote::Root(_)) = vote {
            // Its assignment is failed or cancelled, and so has no vote.
            with(task, |task| {
                task.seats[usize::from(seat)] = None;
                task.gone.push(seat);
            });
        }
        Ok(closed)
    }
    fn right_juror(task: TaskId, seat: u8, verdict: Verdict) -> Option<AccountId> {
        is_right(task, seat, verdict).then_some(juror(seat))
    }
    fn is_claimed(task: TaskId, root: &Hash) -> bool {
        with(task, |task| {
            task.results.iter().any(|(_, other, _)| other == root)
        })
        .unwrap_or_default()
    }
    fn decide(task: TaskId, root: Option<Hash>) -> Result<Decided<AccountId>, DispatchError> {
        let results = with(task, |task| {
            task.decided = Some(root);
            core::mem::take(&mut task.results)
        })
        .ok_or(UNKNOWN)?;
        let is_right = results.iter().any(|(_, other, _)| Some(*other) == root);
        let slashed = results
            .iter()
            .filter(|(_, other, _)| Some(*other) != root)
            .map(|(.., behind)| slash(*behind))
            .sum();
        end(
            task,
            if is_right {
                Ending::Settled
            } else {
                Ending::Again
            },
        );
        Ok(Decided {
            slashed,
            lost: slash(AuditorsLose::get()),
            finders: Finders::get(),
            compensation: (REQUESTER, if is_right { 0 } else { HARM }),
        })
    }
    fn restore_escrow(task: TaskId, amount: Balance) {
        with(task, |task| {
            if task.ending == Some(Ending::Again) {
                task.restored += amount;
            }
        });
    }
    fn uphold(task: TaskId) -> DispatchResult {
        end(task, Ending::Upheld);
        Ok(())
    }
    fn give_up(task: TaskId) -> DispatchResult {
        end(task, Ending::Refunded);
        Ok(())
    }
    fn claimable(assignment: AssignmentId) -> Result<Claimed, DispatchError> {
        let task = TheTasks::get().get(&assignment.task).cloned();
        let task = task.ok_or(UNKNOWN)?;
        let collateral = task.retrievable.filter(|_| !task.is_claimed);
        let collateral = collateral.ok_or(NOT_OPEN)?;
        Ok(Claimed { collateral })
    }
    fn claim(assignment: AssignmentId, who: &AccountId) -> Result<Claimed, DispatchError> {
        if *who != REQUESTER {
            return Err(STRANGER);
        }
        let claimed = Self::claimable(assignment)?;
        with(assignment.task, |task| task.is_claimed = true);
        Ok(claimed)
    }
    fn decide_claim(
        task: TaskId,
        is_available: bool,
    ) -> Result<ClaimDecided<AccountId>, DispatchError> {
        let at_stake = with(task, |task| {
            assert!(task.is_claimed, "what is decided was claimed");
            task.retrievable.take().unwrap()
        })
        .ok_or(UNKNOWN)?;
        end(
            task,
            if is_available {
                Ending::Available
            } else {
                Ending::Unavailable
            },
        );
        Ok(ClaimDecided {
            slashed: if is_available { 0 } else { slash(at_stake) },
            provider: PROVIDER,
            compensation: (REQUESTER, if is_available { 0 } else { PRICE }),
        })
    }
    fn drop_claim(task: TaskId) -> DispatchResult {
        with(task, |task| task.is_claimed = false);
        end(task, Ending::Dropped);
        Ok(())
    }
}

fn end(task: TaskId, ending: Ending) {
    let before = with(task, |task| task.ending.replace(ending)).unwrap();
    assert_eq!(before, None, "a task is decided once");
}
