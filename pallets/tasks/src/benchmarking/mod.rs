//! Benchmarks of the calls, the authorisations and the steps of the agenda, each in its worst case.

mod agenda;
mod setup;
mod shares;

use aicpw_primitives::traits::{Contested, Escalation};
use aicpw_protocol::{
    task::{AssignmentStatus, Fault, Progress, TaskStatus},
    verdict::{Verdict, Vote},
    view::AuditState,
    worker::Statement,
};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{Authorize, Get};
use frame_system::RawOrigin;
use sp_runtime::transaction_validity::TransactionSource;

use crate::{agenda::Served, pallet::*, types::Deadline, WeightInfo};

use agenda::*;
use setup::*;
pub use setup::{
    make_public, queue_task, settled_assignment, share_slots, verifying_task, BenchmarkHelper,
};
use shares::*;

#[benchmarks(where <T as frame_system::Config>::RuntimeCall: From<Call<T>>)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn submit() {
        let requester = signer::<T>();
        T::BenchmarkHelper::share_queue();
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), submission::<T>());
        assert_eq!(Submissions::<T>::get().length, 1);
    }

    #[benchmark]
    fn cancel(n: Linear<0, { MOST - ALL }>) {
        let requester = signer::<T>();
        // A task with an undecided fault cannot be cancelled.
        let id = failed::<T>(&requester, n, &[Fault::Crashed]);
        T::BenchmarkHelper::parked(id);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), id);
        assert!(matches!(task::<T>(id).status, TaskStatus::Cancelled { .. }));
    }

    #[benchmark]
    fn accept(n: Linear<1, 3>) {
        let requester = signer::<T>();
        let (last, _) = verifying::<T>(&requester, n);
        owed::<T>();
        all_misplaced::<T>(last.task);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), last.task);
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Settled { .. }
        ));
    }

    /// The same for a result that nobody audits, of the only provider that the task has had.
    #[benchmark]
    fn accept_only() {
        let requester = signer::<T>();
        let last = verifying_alone::<T>(&requester);
        owed::<T>();
        misplaced::<T>(last);
        share_slots::<T>();
        let before = Pallet::<T>::notes_of(last);
        #[extrinsic_call]
        accept(RawOrigin::Signed(requester), last.task);
        let most = T::WeightInfo::accept_only();
        assert_eq!(Pallet::<T>::only_assignment(last.task), Some(last));
        assert_eq!(Pallet::<T>::weight_of_payment(most, last, before), most);
    }

    #[benchmark]
    fn rate(n: Linear<ALL, MOST>) {
        let requester = signer::<T>();
        let (last, _) = all_settled::<T>(&requester, n);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), last.task, 5);
        assert_eq!(task::<T>(last.task).rating, Some(5));
    }

    #[benchmark]
    fn grant_key() {
        let requester = signer::<T>();
        let (assignment, _) = assigned::<T>(submitted::<T>(&requester), 1);
        let envelope = envelope::<T>(assignment);
        #[extrinsic_call]
        _(RawOrigin::Signed(requester), assignment, envelope);
        assert!(Envelopes::<T>::contains_key(assignment));
    }

    #[benchmark]
    fn start() {
        let (last, worker) = all_assigned::<T>(&requester::<T>(), MOST).remove(0);
        let proof = proof::<T>(&worker, &Statement::Start { assignment: last });
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, proof);
    }

    #[benchmark]
    fn report_progress() {
        let (last, worker) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        let progress = Progress {
            steps_done: 1,
            steps_total: 2,
        };
        let statement = Statement::Progress {
            assignment: last,
            progress,
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, progress, proof);
    }

    /// The last of all commits, that of an auditor: it opens the reveals.
    ///
    /// As in the other benchmarks in which locks change, the device is listed in another bucket of the order book than
    /// before, while a task is parked. This happens when the free stake of its provider, which has other devices, has
    /// reached another level. Only a call of the provider moves a device to another octave or segment.
    #[benchmark]
    fn commit_result(n: Linear<ALL, MOST>) {
        let all = all_committed::<T>(&requester::<T>(), n);
        let (last, worker) = auditor_running::<T>(all[0].0.task);
        misplaced::<T>(last);
        let proof = proof_of_commit::<T>(last, &worker);
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, COMMITMENT, proof);
        let first = Assignments::<T>::get(all[0].0).map(|one| one.status);
        assert!(matches!(
            first,
            Some(AssignmentStatus::Committed {
                reveal_by: Some(_),
                ..
            })
        ));
    }

    /// The commit of a single replica. It anchors the draw for an audit.
    #[benchmark]
    fn commit_alone() {
        let (last, worker) = running::<T>(&requester::<T>(), 3, optimistic::<T>());
        misplaced::<T>(last);
        let proof = proof_of_commit::<T>(last, &worker);
        let before = Pallet::<T>::standing_of(last);
        #[extrinsic_call]
        commit_result(RawOrigin::Authorized, last, COMMITMENT, proof);
        assert_eq!(
            Pallet::<T>::weight_of_commit(last, of_work(3), before),
            T::WeightInfo::commit_alone()
        );
    }

    /// The same without audits, so that the reveal is open at once.
    #[benchmark]
    fn commit_unaudited() {
        let (last, worker) = running::<T>(&requester::<T>(), 3, expected());
        misplaced::<T>(last);
        let proof = proof_of_commit::<T>(last, &worker);
        let before = Pallet::<T>::standing_of(last);
        #[extrinsic_call]
        commit_result(RawOrigin::Authorized, last, COMMITMENT, proof);
        assert_eq!(
            Pallet::<T>::weight_of_commit(last, of_work(3), before),
            T::WeightInfo::commit_unaudited()
        );
    }

    /// The reveal of the expected root by the only provider that the task has had. Pays the provider.
    #[benchmark]
    fn reveal_only() {
        let (last, worker) = running::<T>(&requester::<T>(), 1, expected());
        commit::<T>(last);
        all_misplaced::<T>(last.task);
        let proof = proof_of_reveal::<T>(last, &worker);
        share_slots::<T>();
        let before = Pallet::<T>::notes_of(last);
        #[extrinsic_call]
        reveal_result(RawOrigin::Authorized, last, opening(3), proof);
        assert_eq!(
            Pallet::<T>::weight_of_reveal(last, of_work(1), before),
            T::WeightInfo::reveal_only()
        );
    }

    /// The reveal of the expected root by a single replica. Pays the provider, and takes the locks of those that said
    /// that the task cannot be done.
    #[benchmark]
    fn reveal_alone(n: Linear<2, 3>) {
        let (last, worker) = running::<T>(&requester::<T>(), n, expected());
        commit::<T>(last);
        all_misplaced::<T>(last.task);
        let proof = proof_of_reveal::<T>(last, &worker);
        share_slots::<T>();
        let before = Pallet::<T>::notes_of(last);
        #[extrinsic_call]
        reveal_result(RawOrigin::Authorized, last, opening(3), proof);
        assert_eq!(
            Pallet::<T>::weight_of_reveal(last, of_work(n), before),
            T::WeightInfo::reveal_alone(n)
        );
    }

    /// The reveal that opens the window of `optimistic`.
    #[benchmark]
    fn reveal_to_wait() {
        let (last, worker) = running::<T>(&requester::<T>(), 3, optimistic::<T>());
        commit::<T>(last);
        spare_audit::<T>(last.task);
        let proof = proof_of_reveal::<T>(last, &worker);
        let before = Pallet::<T>::notes_of(last);
        #[extrinsic_call]
        reveal_result(RawOrigin::Authorized, last, opening(3), proof);
        assert_eq!(
            Pallet::<T>::weight_of_reveal(last, of_work(3), before),
            T::WeightInfo::reveal_to_wait()
        );
    }

    /// The deciding reveal. Pays all replicas and their auditor, and takes the locks of all that said that the task
    /// cannot be done.
    #[benchmark]
    fn reveal_result(n: Linear<ALL, MOST>) {
        let (last, worker) = all_but_the_auditor_revealed::<T>(&requester::<T>(), n);
        owed::<T>();
        all_misplaced::<T>(last.task);
        let proof = proof_of_reveal::<T>(last, &worker);
        #[extrinsic_call]
        _(RawOrigin::Authorized, last, opening(3), proof);
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Settled { .. }
        ));
    }

    /// The last attempt at a seat. All other assignments are cancelled.
    #[benchmark]
    fn fail(n: Linear<ALL, MOST>) {
        let (last, worker) = all_running::<T>(&requester::<T>(), n).remove(0);
        no_attempt_left::<T>(last);
        all_misplaced::<T>(last.task);
        let statement = Statement::Fail {
            assignment: last,
            fault: Fault::Crashed,
            log: Some(cid()),
            message: message(),
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(
            RawOrigin::Authorized,
            last,
            Fault::Crashed,
            Some(cid()),
            message(),
            proof,
        );
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Refunded { .. }
        ));
    }

    #[benchmark]
    fn open_trace() {
        let ((assignment, worker), opening) = trace_wanted::<T>(&requester::<T>());
        let statement = Statement::OpenTrace {
            assignment,
            opening: opening.clone(),
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(RawOrigin::Authorized, assignment, opening, proof);
        assert_eq!(T::Escalation::trace_wanted(assignment.task), None);
    }

    #[benchmark]
    fn show_work() -> Result<(), BenchmarkError> {
        let ((assignment, worker), trace_root) = work_wanted::<T>()?;
        let statement = Statement::ShowWork {
            assignment,
            trace_root,
        };
        let proof = proof::<T>(&worker, &statement);
        #[extrinsic_call]
        _(RawOrigin::Authorized, assignment, trace_root, proof);
        assert_eq!(T::Escalation::work_wanted(assignment.task), None);
        Ok(())
    }

    fn authorized<T: Config>(call: Call<T>) -> Result<(), BenchmarkError>
    where
        <T as frame_system::Config>::RuntimeCall: From<Call<T>>,
    {
        let call: <T as frame_system::Config>::RuntimeCall = call.into();
        call.authorize(TransactionSource::InBlock)
            .ok_or("the call has no authorisation")?
            .map_err(|_| "the authorisation was refused")?;
        Ok(())
    }

    #[benchmark]
    fn authorize_start() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_assigned::<T>(&requester::<T>(), MOST).remove(0);
        let proof = proof::<T>(&worker, &Statement::Start { assignment });
        let call = Call::start { assignment, proof };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_report_progress() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        on_from::<T>(T::ProgressWindow::get());
        let progress = Progress {
            steps_done: 1,
            steps_total: 2,
        };
        let statement = Statement::Progress {
            assignment,
            progress,
        };
        let proof = proof::<T>(&worker, &statement);
        let call = Call::report_progress {
            assignment,
            progress,
            proof,
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_commit_result() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        let call = Call::commit_result {
            assignment,
            commitment: COMMITMENT,
            proof: proof_of_commit::<T>(assignment, &worker),
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_reveal_result() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_but_one_revealed::<T>(&requester::<T>(), MOST);
        let call = Call::reveal_result {
            assignment,
            opening: opening(3),
            proof: proof_of_reveal::<T>(assignment, &worker),
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_fail() -> Result<(), BenchmarkError> {
        let (assignment, worker) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        let (fault, log, message) = (Fault::Crashed, Some(cid()), message());
        let statement = Statement::Fail {
            assignment,
            fault,
            log: log.clone(),
            message: message.clone(),
        };
        let proof = proof::<T>(&worker, &statement);
        let call = Call::fail {
            assignment,
            fault,
            log,
            message,
            proof,
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_open_trace() -> Result<(), BenchmarkError> {
        let ((assignment, worker), opening) = trace_wanted::<T>(&requester::<T>());
        let statement = Statement::OpenTrace {
            assignment,
            opening: opening.clone(),
        };
        let proof = proof::<T>(&worker, &statement);
        let call = Call::open_trace {
            assignment,
            opening,
            proof,
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_show_work() -> Result<(), BenchmarkError> {
        let ((assignment, worker), trace_root) = work_wanted::<T>()?;
        let statement = Statement::ShowWork {
            assignment,
            trace_root,
        };
        let call = Call::show_work {
            assignment,
            trace_root,
            proof: proof::<T>(&worker, &statement),
        };
        #[block]
        {
            authorized::<T>(call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn serve_slot() {
        full_slot::<T>();
        let only_the_slot = T::WeightInfo::serve_slot();
        #[block]
        {
            Pallet::<T>::serve_agenda(only_the_slot);
        }
    }

    /// The start window of an assignment that has ended in the meantime.
    #[benchmark]
    fn serve_stale() {
        let (last, _) = all_settled::<T>(&requester::<T>(), MOST);
        let now = Pallet::<T>::now();
        let served;
        #[block]
        {
            let _ = Pallet::<T>::assignments_of(last.task);
            served = Pallet::<T>::serve(now, Deadline::Assignment(last));
        }
        assert_eq!(served, Served::Stale);
    }

    /// An assignment that has got more time, and goes into a slot whose page is full.
    #[benchmark]
    fn serve_early() {
        let (last, _) = all_running::<T>(&requester::<T>(), MOST).remove(0);
        let now = Pallet::<T>::now();
        due_too_early::<T>(last, now);
        let served;
        #[block]
        {
            served = Pallet::<T>::serve(now, Deadline::Assignment(last));
        }
        assert_eq!(served, Served::Early);
    }

    /// No device is found for one seat, for which the task was parked. All other assignments are cancelled. The seat
    /// has an attempt left, so there were fewer assignments than possible.
    #[benchmark]
    fn serve_match(n: Linear<ALL, { MOST - ALL }>) {
        let requester = requester::<T>();
        let (last, _) = all_running::<T>(&requester, n).remove(0);
        Pallet::<T>::do_fail(last, Fault::Crashed, Some(cid()), message()).expect("it is open");
        let match_by = Pallet::<T>::now();
        match_vacant_by::<T>(last.task, match_by);
        T::BenchmarkHelper::parked(last.task);
        on_from::<T>(1);
        all_misplaced::<T>(last.task);
        let served;
        #[block]
        {
            served = Pallet::<T>::serve(match_by + 1, Deadline::Match(last.task));
        }
        assert_eq!(served, Served::Due);
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Refunded { .. }
        ));
    }

    /// The provider of the last attempt at a seat is silent. All other assignments are cancelled.
    #[benchmark]
    fn serve_assignment(n: Linear<ALL, MOST>) {
        let (last, _) = all_assigned::<T>(&requester::<T>(), n).remove(0);
        no_attempt_left::<T>(last);
        let assignment = Assignments::<T>::get(last).expect("it is there");
        let due = assignment.due;
        let deadline = assignment.deadline().expect("it has to start");
        T::BenchmarkHelper::set_block(deadline.saturating_add(1));
        all_misplaced::<T>(last.task);
        #[block]
        {
            Pallet::<T>::serve(due, Deadline::Assignment(last));
        }
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Refunded { .. }
        ));
    }

    /// The providers that are slashed for the faults that they reported are online, so their devices are listed anew.
    /// If a provider is offline or has too little stake, its device and its leaf of the draw are taken out instead.
    #[benchmark]
    fn serve_settle(n: Linear<1, 3>) {
        let (last, _) = verifying::<T>(&requester::<T>(), n);
        let TaskStatus::Verifying { settle_at } = task::<T>(last.task).status else {
            panic!("its window is open")
        };
        T::BenchmarkHelper::set_block(settle_at);
        owed::<T>();
        all_misplaced::<T>(last.task);
        #[block]
        {
            Pallet::<T>::serve(settle_at, Deadline::Settle(last.task));
        }
        assert!(matches!(
            task::<T>(last.task).status,
            TaskStatus::Settled { .. }
        ));
    }

    /// The same for a result that nobody audits, of the only provider that the task has had.
    #[benchmark]
    fn serve_settle_only() {
        let last = verifying_alone::<T>(&requester::<T>());
        let TaskStatus::Verifying { settle_at } = task::<T>(last.task).status else {
            panic!("its window is open")
        };
        T::BenchmarkHelper::set_block(settle_at);
        owed::<T>();
        misplaced::<T>(last);
        share_slots::<T>();
        let before = Pallet::<T>::notes_of(last);
        #[block]
        {
            Pallet::<T>::serve(settle_at, Deadline::Settle(last.task));
        }
        let most = T::WeightInfo::serve_settle_only();
        assert_eq!(Pallet::<T>::only_assignment(last.task), Some(last));
        assert_eq!(Pallet::<T>::weight_of_payment(most, last, before), most);
    }

    /// Four jurors of a sealed task that have copied their votes: as many as a dispute closes in one step.
    #[benchmark]
    fn serve_dispute() -> Result<(), BenchmarkError> {
        let (id, _) = verifying_task::<T>();
        Pallet::<T>::contest(id, false)?;
        let (first, jurors) = jury_that_voted::<T>(id)?;
        all_misplaced::<T>(id);
        let verdict = Verdict {
            vote: Vote::Root(opening(3).result_root),
            work: Some([9; 32]),
        };
        #[block]
        {
            for seat in first..first + 4 {
                Pallet::<T>::close_juror(id, seat, Some(verdict))?;
            }
        }
        assert!(jurors.iter().all(|id| Assignments::<T>::get(id)
            .is_some_and(|one| matches!(one.status, AssignmentStatus::Failed { .. }))));
        Ok(())
    }

    /// Four jurors of a sealed task that run it when its dispute ends. Their devices are freed.
    #[benchmark]
    fn serve_dispute_at_work() -> Result<(), BenchmarkError> {
        let (id, _) = verifying_task::<T>();
        Pallet::<T>::contest(id, false)?;
        let (first, jurors) = jury_at_work::<T>(id)?;
        all_misplaced::<T>(id);
        #[block]
        {
            for seat in first..first + 4 {
                Pallet::<T>::close_juror(id, seat, None)?;
            }
        }
        assert!(jurors.iter().all(|id| Assignments::<T>::get(id)
            .is_some_and(|one| matches!(one.status, AssignmentStatus::Cancelled { .. }))));
        Ok(())
    }

    /// The results are not audited, so all replicas may reveal. For several replicas the draw seldom decides so, and
    /// the other decision weighs less.
    #[benchmark]
    fn serve_audit(n: Linear<ALL, MOST>) {
        let all = all_committed::<T>(&requester::<T>(), n);
        let id = all[0].0.task;
        Audits::<T>::mutate(id, |audit| {
            audit.as_mut().expect("all have committed").rate = Default::default();
        });
        let anchor = Audits::<T>::get(id).expect("all have committed").anchor;
        T::BenchmarkHelper::bring_seed(anchor);
        owed::<T>();
        #[block]
        {
            Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Audit(id));
        }
        let state = Audits::<T>::get(id).map(|audit| audit.state);
        assert_eq!(state, Some(AuditState::NotDrawn));
    }

    #[benchmark]
    fn serve_unlock() {
        let (last, _) = all_settled::<T>(&requester::<T>(), MOST);
        on_from::<T>(T::RetrievalWindow::get());
        misplaced::<T>(last);
        let before = Pallet::<T>::notes_of(last);
        #[block]
        {
            Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Unlock(last));
        }
        let most = T::WeightInfo::serve_unlock();
        assert_eq!(Pallet::<T>::weight_of_unlock(last, before), most);
    }

    /// A public task that was neither audited nor contested.
    #[benchmark]
    fn serve_prune_plain(n: Linear<1, 3>) {
        let (last, _) = running::<T>(&requester::<T>(), n, expected());
        commit::<T>(last);
        Pallet::<T>::do_reveal_result(last, opening(3)).expect("it is the opening");
        make_public::<T>(last.task);
        on_from::<T>(T::RetrievalWindow::get());
        let ids: Vec<_> = task::<T>(last.task).assignments(last.task).collect();
        for id in ids {
            Envelopes::<T>::remove(id);
            Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Unlock(id));
        }
        let served;
        #[block]
        {
            served = Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Prune(last.task));
        }
        assert_eq!(served, Served::Plain);
        assert!(!Tasks::<T>::contains_key(last.task));
    }

    /// A sealed task whose results were audited and contested.
    #[benchmark]
    fn serve_prune(n: Linear<ALL, MOST>) {
        let (last, _) = all_settled::<T>(&requester::<T>(), n);
        on_from::<T>(T::RetrievalWindow::get());
        let ids: Vec<_> = task::<T>(last.task).assignments(last.task).collect();
        for id in ids {
            Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Unlock(id));
        }
        T::BenchmarkHelper::contested_before(last.task);
        let served;
        #[block]
        {
            served = Pallet::<T>::serve(Pallet::<T>::now(), Deadline::Prune(last.task));
        }
        assert_eq!(served, Served::Due);
        assert!(!Tasks::<T>::contains_key(last.task));
    }

    /// A part of an escrow. The rest stays held.
    #[benchmark]
    fn give_back() {
        let id = submitted::<T>(&requester::<T>());
        let mut queued = task::<T>(id);
        let half = queued.escrow / 2;
        let released;
        #[block]
        {
            released = Pallet::<T>::give_back(&mut queued, half);
        }
        assert!(half > 0 && released == half);
    }

    /// A compensation that is held again for the next attempt.
    #[benchmark]
    fn restore_escrow() {
        let id = submitted::<T>(&requester::<T>());
        let mut queued = task::<T>(id);
        let before = queued.escrow;
        let cost = Pallet::<T>::give_back(&mut queued, before / 2);
        queued.audits_paid = cost;
        Tasks::<T>::insert(id, queued);
        #[block]
        {
            <Pallet<T> as Contested<T::AccountId>>::restore_escrow(id, cost);
        }
        assert!(cost > 0 && task::<T>(id).escrow == before);
    }

    /// Counts the votes of jurors that were read before.
    #[benchmark]
    fn look_at_jurors(n: Linear<1, JURORS>) -> Result<(), BenchmarkError> {
        let id = unable_jurors::<T>(n)?;
        let voted;
        #[block]
        {
            voted = Pallet::<T>::voted(id, 0, Vote::Unable);
        }
        assert_eq!(voted, (n as usize, n as usize));
        Ok(())
    }

    impl_benchmark_test_suite!(
        Pallet,
        crate::mock::ExtBuilder::default().build_for_benchmarks(),
        crate::mock::Test
    );
}
