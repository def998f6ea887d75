//! How a dispute is opened, judged and appealed.

use aicpw_primitives::traits::{
    Awaited, Claimed as Claimable, Contest, Contested, Escalation, JurorTerms,
};
use aicpw_protocol::{
    availability::NOT_FETCHED,
    judging,
    trace::{DisputedPart, OpenTrace},
    verdict::{count, is_undecided, is_withheld, About, Count, DisputeState, Outcome, Vote},
    AssignmentId, Balance, BlockNumber, Hash, TaskId,
};
use frame_support::{
    ensure,
    storage::with_storage_layer,
    traits::{fungible::MutateHold, Get},
    weights::Weight,
    BoundedVec,
};
use sp_runtime::{traits::BlockNumberProvider, DispatchError, DispatchResult};

use crate::{
    closing::LONGEST_CLOSING, Bond, Claimed, Config, Dispute, Disputes, Error, Event, HoldReason,
    Narrowings, Pallet, Shown, Steps, WeightInfo, MAX_APPEALS,
};

impl<T: Config> Pallet<T> {
    /// The block on the market's clock.
    pub(crate) fn now() -> BlockNumber {
        T::BlockNumberProvider::current_block_number()
    }

    /// Panics, in tests only, and names the constant that is wrong.
    pub(crate) fn check_config() {
        let policy = T::Policy::get();
        assert!(
            policy.is_sound(),
            "the policy of disputes keeps its promises"
        );
        assert!(
            u32::from(policy.appeals) <= MAX_APPEALS,
            "no more appeals than can be stored"
        );
        assert!(T::JurorPay::get() > 0, "jurors are paid");
        assert!(
            T::AppealWindow::get() > 0,
            "a verdict can be appealed against"
        );
        assert!(T::TraceWindow::get() > 0, "a trace can be opened");
    }

    /// The pay of a juror for this task.
    pub(crate) fn pay(contest: &Contest<T::AccountId>) -> Balance {
        judging::pay(contest.price, contest.price_cap)
    }

    pub(crate) fn do_dispute(who: T::AccountId, task: TaskId) -> DispatchResult {
        Self::ensure_undisputed(task)?;
        let contest = T::Tasks::contest(task, false)?;
        ensure!(!contest.providers.contains(&who), Error::<T>::IsParty);
        ensure!(
            !contest.is_sealed || contest.requester == who,
            Error::<T>::NotRequester
        );
        let bond = Self::put_up(who, &contest)?;
        Self::open(task, Self::terms(&contest), Some(bond))
    }

    /// Holds the bond of an account that disputes a result.
    pub(crate) fn put_up(
        who: T::AccountId,
        contest: &Contest<T::AccountId>,
    ) -> Result<Bond<T::AccountId>, DispatchError> {
        let amount = T::Policy::get()
            .bond(Self::pay(contest), 0)
            .ok_or(Error::<T>::BondTooLarge)?;
        T::NativeBalance::hold(&HoldReason::DisputeBond.into(), &who, amount)?;
        Ok(Bond { who, amount })
    }

    /// The pay and the lock of each juror that runs this task again.
    pub(crate) fn terms(contest: &Contest<T::AccountId>) -> JurorTerms {
        let pay = Self::pay(contest);
        let lock = T::Policy::get().juror_lock(pay);
        JurorTerms { pay, lock }
    }

    /// The pay and the lock of each juror of a claim about this result.
    pub(crate) fn fetch_terms(claimed: Claimable) -> JurorTerms {
        let policy = T::Policy::get();
        JurorTerms {
            pay: policy.fetch_pay(claimed.collateral),
            lock: policy.fetch_lock(claimed.collateral),
        }
    }

    /// What the newest dispute about a task is about.
    pub(crate) fn about(task: TaskId) -> About {
        match Claimed::<T>::get(task) {
            Some(assignment) => About::Availability { assignment },
            None => About::Result,
        }
    }

    pub(crate) fn do_claim_unavailable(
        who: T::AccountId,
        assignment: AssignmentId,
    ) -> DispatchResult {
        let task = assignment.task;
        Self::ensure_undisputed(task)?;
        let terms = Self::fetch_terms(T::Tasks::claim(assignment, &who)?);
        let amount = T::Policy::get()
            .claim_bond(terms.pay)
            .ok_or(Error::<T>::BondTooLarge)?;
        T::NativeBalance::hold(&HoldReason::DisputeBond.into(), &who, amount)?;
        // The record before it, if there is one, is of a dispute that is over.
        Claimed::<T>::insert(task, assignment);
        Self::open(task, terms, Some(Bond { who, amount }))
    }

    pub(crate) fn ensure_undisputed(task: TaskId) -> DispatchResult {
        let is_over = Disputes::<T>::get(task)
            .is_none_or(|dispute| matches!(dispute.state, DisputeState::Ended { .. }));
        ensure!(is_over, Error::<T>::AlreadyDisputed);
        Ok(())
    }

    fn open(
        task: TaskId,
        terms: JurorTerms,
        challenger: Option<Bond<T::AccountId>>,
    ) -> DispatchResult {
        let mut dispute = Self::begin(task, terms, challenger);
        Self::call_first_jury(task, &mut dispute)?;
        Disputes::<T>::insert(task, dispute);
        Ok(())
    }

    /// Begins a dispute. Its jury is not called yet.
    pub(crate) fn begin(
        task: TaskId,
        JurorTerms { pay, lock }: JurorTerms,
        challenger: Option<Bond<T::AccountId>>,
    ) -> Dispute<T::AccountId> {
        // Of an earlier dispute.
        Narrowings::<T>::remove(task);
        Shown::<T>::remove(task);
        Self::deposit_event(Event::DisputeOpened {
            task,
            about: Self::about(task),
            challenger: challenger.as_ref().map(|bond| bond.who.clone()),
            bond: challenger.as_ref().map_or(0, |bond| bond.amount),
        });
        Self::count_opened();
        Dispute {
            opened_at: Self::now(),
            pay,
            lock,
            first_seat: 0,
            jury_seat: 0,
            appeals: BoundedVec::new(),
            state: DisputeState::Judging,
            challenger,
        }
    }

    pub(crate) fn call_first_jury(
        task: TaskId,
        dispute: &mut Dispute<T::AccountId>,
    ) -> DispatchResult {
        Self::call_jury(task, dispute)?;
        dispute.first_seat = dispute.jury_seat;
        Ok(())
    }

    /// How many jurors the present jury has. A jury that takes the place of the jury of a part cannot be appealed
    /// against, and takes the time of an appeal. So it is as large as the jury of an appeal.
    pub(crate) fn jury_size(task: TaskId, dispute: &Dispute<T::AccountId>) -> Option<u16> {
        let (policy, round) = (T::Policy::get(), dispute.round());
        let usual = policy.jurors(round)?;
        match Self::whole_from(task) {
            Some(_) => policy.jurors(round.saturating_add(1)).or(Some(usual)),
            None => Some(usual),
        }
    }

    /// Seats the jury of this round.
    fn call_jury(task: TaskId, dispute: &mut Dispute<T::AccountId>) -> DispatchResult {
        let round = dispute.round();
        let jurors = Self::jury_size(task, dispute).ok_or(Error::<T>::NoFurtherAppeal)?;
        let (pay, lock) = (dispute.pay, dispute.lock);
        let parties = dispute.bonds().map(|bond| bond.who.clone()).collect();
        dispute.jury_seat = T::Tasks::seat_jury(task, jurors, JurorTerms { pay, lock }, parties)?;
        dispute.state = DisputeState::Judging;
        Self::deposit_event(Event::JuryCalled {
            task,
            round,
            jurors,
            pay,
            lock,
        });
        Ok(())
    }

    pub(crate) fn do_appeal(who: T::AccountId, task: TaskId) -> DispatchResult {
        let mut dispute = Disputes::<T>::get(task).ok_or(Error::<T>::NotDisputed)?;
        let DisputeState::Appealable { until, outcome } = dispute.state else {
            return Err(Error::<T>::NotAppealable.into());
        };
        ensure!(Self::now() <= until, Error::<T>::NotAppealable);
        let next = dispute.round().saturating_add(1);
        let policy = T::Policy::get();
        ensure!(policy.jurors(next).is_some(), Error::<T>::NoFurtherAppeal);
        let amount = policy
            .bond(dispute.pay, next)
            .ok_or(Error::<T>::BondTooLarge)?;
        T::NativeBalance::hold(&HoldReason::DisputeBond.into(), &who, amount)?;
        let bond = Bond {
            who: who.clone(),
            amount,
        };
        dispute
            .appeals
            .try_push((bond, outcome))
            .map_err(|_| Error::<T>::NoFurtherAppeal)?;
        Self::deposit_event(Event::VerdictAppealed {
            task,
            appellant: who,
            bond: amount,
        });
        Self::call_jury(task, &mut dispute)?;
        Disputes::<T>::insert(task, dispute);
        Self::count_appealed();
        Ok(())
    }

    /// The outcome of these votes of the jury.
    fn outcome(task: TaskId, dispute: &Dispute<T::AccountId>, votes: &[Vote]) -> Outcome {
        let jurors = Self::jury_size(task, dispute).unwrap_or_default();
        let counted = count(votes, jurors);
        if let About::Availability { .. } = Self::about(task) {
            return match counted {
                Count::Majority(Vote::Root(NOT_FETCHED)) => Outcome::Unavailable,
                Count::Majority(Vote::Root(digest)) => Outcome::Available { digest },
                Count::Majority(Vote::Unable) | Count::Divided => Outcome::NoMajority,
                Count::TooFew => Outcome::TooFewJurors,
            };
        }
        match counted {
            Count::Majority(Vote::Root(root)) if Self::is_claimed(task, &root) => {
                Outcome::Upheld { root }
            }
            Count::Majority(Vote::Root(root)) => Outcome::Wrong { root },
            Count::Majority(Vote::Unable) => Outcome::Unable,
            Count::Divided => Outcome::NoMajority,
            Count::TooFew => Outcome::TooFewJurors,
        }
    }

    /// Whether the first jury comes to nothing although two of its jurors agree on a root. Either these jurors are no
    /// majority, or most jurors say that they were unable, or too many did not open their votes. Only for a jury that
    /// ran the whole job. Such a jury does not end the dispute, because otherwise a few friends of a liar could make it
    /// come to nothing.
    fn is_undecided(
        task: TaskId,
        dispute: &Dispute<T::AccountId>,
        votes: &[Vote],
        outcome: &Outcome,
    ) -> bool {
        let is_first = dispute.appeals.is_empty() && Self::whole_from(task).is_none();
        if !is_first || Self::about(task) != About::Result {
            return false;
        }
        if *outcome != Outcome::TooFewJurors {
            return is_undecided(votes, outcome);
        }
        let jury = Self::jury_size(task, dispute).unwrap_or_default();
        is_withheld(votes, T::Tasks::withheld(task, dispute.jury_seat), jury)
    }

    /// Calls the jury of an appeal without an appellant and without a bond. It uses up an appeal: if there is only one,
    /// this jury has the last word.
    fn call_unasked(
        task: TaskId,
        mut dispute: Dispute<T::AccountId>,
        outcome: Outcome,
    ) -> DispatchResult {
        Self::deposit_event(Event::VerdictReached {
            task,
            round: dispute.round(),
            outcome,
            appeal_until: None,
        });
        let nobody = Bond {
            who: T::Treasury::get(),
            amount: 0,
        };
        dispute
            .appeals
            .try_push((nobody, outcome))
            .map_err(|_| Error::<T>::NoFurtherAppeal)?;
        Self::call_jury(task, &mut dispute)?;
        Disputes::<T>::insert(task, dispute);
        Ok(())
    }

    /// A jury is done. Its verdict can be appealed against, or ends the judging.
    fn conclude(
        task: TaskId,
        mut dispute: Dispute<T::AccountId>,
        outcome: Outcome,
    ) -> DispatchResult {
        let before = dispute.appeals.last().map(|(_, before)| *before);
        let outcome = outcome.standing(before);
        let round = dispute.round();
        // A jury that takes the place of another has taken the time of an appeal.
        let has_next = T::Policy::get().jurors(round.saturating_add(1)).is_some()
            && Self::whole_from(task).is_none();
        let is_appealable = Self::about(task) == About::Result && outcome.is_appealable();
        let appeal_until =
            (has_next && is_appealable).then(|| Self::now().saturating_add(T::AppealWindow::get()));
        Self::deposit_event(Event::VerdictReached {
            task,
            round,
            outcome,
            appeal_until,
        });
        match appeal_until {
            Some(until) => {
                dispute.state = DisputeState::Appealable { until, outcome };
                T::Tasks::remind(task, until.saturating_add(1));
            }
            None => Self::end_judging(task, &mut dispute, outcome),
        }
        Disputes::<T>::insert(task, dispute);
        Ok(())
    }
}

impl<T: Config> Escalation for Pallet<T> {
    fn take_over(task: TaskId) -> bool {
        let opened = with_storage_layer(|| {
            Self::ensure_undisputed(task)?;
            let contest = T::Tasks::contest(task, true)?;
            Self::open(task, Self::terms(&contest), None)
        });
        opened.is_ok()
    }

    fn judged_price(price: Balance, price_cap: Balance) -> Balance {
        judging::judged_price(price, price_cap, T::JurorPay::get().into())
    }

    fn auditor_terms(price: Balance, price_cap: Balance) -> JurorTerms {
        let pay = judging::pay(price, price_cap);
        // If the lock is larger than an amount can be, no provider has it, and none is drawn.
        let lock = T::Policy::get().bond(pay, 0).unwrap_or(Balance::MAX);
        JurorTerms { pay, lock }
    }

    fn jury_done(task: TaskId) -> DispatchResult {
        match Disputes::<T>::get(task) {
            Some(dispute) if dispute.state == DisputeState::Judging => {
                let votes = T::Tasks::votes(task, dispute.jury_seat);
                let outcome = Self::outcome(task, &dispute, &votes);
                Self::count_verdict(&outcome, votes.len());
                if Self::is_for_all(task, &dispute, &outcome) {
                    return Self::judge_all_instead(task, dispute);
                }
                if Self::is_undecided(task, &dispute, &votes, &outcome)
                    && with_storage_layer(|| Self::call_unasked(task, dispute.clone(), outcome))
                        .is_ok()
                {
                    return Ok(());
                }
                Self::conclude(task, dispute, outcome)
            }
            // The dispute was decided without these jurors. Nothing that they still do changes it.
            _ => Ok(()),
        }
    }

    fn key_withheld(task: TaskId) -> DispatchResult {
        match Disputes::<T>::get(task) {
            Some(dispute) if dispute.state == DisputeState::Judging => {
                let votes = T::Tasks::votes(task, dispute.jury_seat).len();
                Self::count_verdict(&Outcome::KeyWithheld, votes);
                Self::conclude(task, dispute, Outcome::KeyWithheld)
            }
            _ => Ok(()),
        }
    }

    fn trace_wanted(task: TaskId) -> Option<BlockNumber> {
        match Disputes::<T>::get(task)?.state {
            DisputeState::Opening { until } => Some(until),
            _ => None,
        }
    }

    fn trace_opened(task: TaskId, trace: OpenTrace) -> DispatchResult {
        Self::do_trace_opened(task, trace)
    }

    fn work_wanted(task: TaskId) -> Option<BlockNumber> {
        Self::work_is_wanted(task)
    }

    fn is_work(task: TaskId, trace_root: &Hash) -> bool {
        Self::is_work_of_most(task, trace_root)
    }

    fn work_shown(task: TaskId, trace_root: Hash) -> DispatchResult {
        Self::do_work_shown(task, trace_root)
    }

    fn part(task: TaskId) -> Option<DisputedPart> {
        Narrowings::<T>::get(task)?.part
    }

    fn due(task: TaskId) -> DispatchResult {
        match Disputes::<T>::get(task) {
            Some(dispute) => Self::go_on(task, dispute),
            // A final task can be removed before the time to name a part ends.
            None => Ok(()),
        }
    }

    fn division_weight() -> Weight {
        T::WeightInfo::divide_pot()
    }

    fn awaited(task: TaskId) -> Option<Awaited> {
        // A step that is not in storage is due at once.
        let step = || Steps::<T>::get(task).unwrap_or_else(Self::now);
        match Disputes::<T>::get(task)?.state {
            DisputeState::Opening { until }
            | DisputeState::Naming { until }
            | DisputeState::Appealable { until, .. }
            | DisputeState::Showing { until, .. } => Some(Awaited::Due(until.saturating_add(1))),
            DisputeState::Judging => Some(Awaited::Jury),
            DisputeState::Closing { .. } => Some(Awaited::Due(step())),
            DisputeState::Paying { .. } => Some(Awaited::DueToPay(step())),
            DisputeState::Ended { .. } => None,
        }
    }

    fn is_over(task: TaskId) -> bool {
        Self::ensure_undisputed(task).is_ok()
    }

    fn forget(task: TaskId) -> bool {
        // The other maps have entries only for tasks with a dispute.
        if Disputes::<T>::take(task).is_none() {
            return false;
        }
        Claimed::<T>::remove(task);
        Narrowings::<T>::remove(task);
        Steps::<T>::remove(task);
        Shown::<T>::remove(task);
        true
    }

    fn longest_dispute(jury: BlockNumber, time_limit: BlockNumber) -> BlockNumber {
        let appeals = BlockNumber::from(T::Policy::get().appeals);
        // A jury that takes the place of that of a part takes the time of an appeal, even if none is allowed.
        jury.saturating_mul(appeals.max(1).saturating_add(1))
            .saturating_add(Self::longest_narrowing(time_limit))
            .saturating_add(T::AppealWindow::get().saturating_mul(appeals))
            .saturating_add(T::TraceWindow::get().saturating_add(1))
            .saturating_add(LONGEST_CLOSING)
    }
}
