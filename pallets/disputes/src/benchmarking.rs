//! Benchmarks: one for each call, and one for the step that decides a dispute.

use aicpw_primitives::traits::{Contested, JurorTerms};
use aicpw_protocol::{
    merkle::{root_from_proof, InclusionProof},
    trace::{NamedPart, OpenTrace, Path, MAX_HASHES, MAX_PATH},
    verdict::{DisputeState, Outcome, Vote},
    AssignmentId, Balance, ContentId, TaskId,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::traits::{
    fungible::{Inspect, Mutate, MutateHold},
    Get,
};
use frame_system::RawOrigin;

use crate::{closing::Sentence, *};

/// What the benchmarks need from the tasks pallet.
pub trait BenchmarkHelper<AccountId> {
    /// A task whose result this account, its requester, can dispute.
    fn verifying() -> (TaskId, AccountId);

    /// A settled assignment whose result can be fetched, and the requester of its task.
    fn settled() -> (AssignmentId, AccountId);

    /// Makes the data of a task public.
    fn make_public(task: TaskId);
}

/// Such a task. The account that can dispute it can pay for that.
fn verifying<T: Config>() -> (TaskId, T::AccountId) {
    let (task, who) = T::BenchmarkHelper::verifying();
    T::NativeBalance::set_balance(&who, Balance::MAX / 1_000_000);
    (task, who)
}

/// Opens a dispute in which the trace of the result is wanted. For other pallets' benchmarks.
pub fn ask_for_trace<T: Config>(task: TaskId) {
    let contest = T::Tasks::contest(task, false).expect("its window is open");
    let mut dispute = Pallet::<T>::begin(task, Pallet::<T>::terms(&contest), None);
    let until = Pallet::<T>::now() + T::TraceWindow::get();
    dispute.state = DisputeState::Opening { until };
    Disputes::<T>::insert(task, dispute);
    Narrowings::<T>::insert(task, Narrowing::default());
}

/// Opens a dispute in which the jury's work is wanted and jurors with this vote are right. For other pallets'
/// benchmarks.
pub fn ask_for_work<T: Config>(task: TaskId, vote: Vote) {
    let Vote::Root(root) = vote else { return };
    let terms = JurorTerms { pay: 0, lock: 0 };
    let mut dispute = Pallet::<T>::begin(task, terms, None);
    dispute.state = DisputeState::Showing {
        until: Pallet::<T>::now() + T::TraceWindow::get(),
        outcome: Outcome::Upheld { root },
    };
    Disputes::<T>::insert(task, dispute);
}

/// Stores a dispute that is over. For other pallets' benchmarks.
pub fn contested_before<T: Config>(task: TaskId) {
    let terms = JurorTerms { pay: 0, lock: 0 };
    let mut dispute = Pallet::<T>::begin(task, terms, None);
    dispute.state = DisputeState::Ended {
        outcome: Outcome::Unable,
        at: Pallet::<T>::now(),
    };
    Disputes::<T>::insert(task, dispute);
    Narrowings::<T>::insert(task, Narrowing::default());
}

fn cid() -> ContentId {
    let mut bytes = vec![1, 0x70, 0x12, 60];
    bytes.extend([7; 60]);
    ContentId::from_bytes(bytes).expect("as long as it says; qed")
}

/// The longest possible trace, and a part of it with the longest paths.
fn longest_trace() -> (OpenTrace, NamedPart) {
    let (hashes, before, claimed) = (MAX_HASHES, [1; 32], [2; 32]);
    let path = |sibling| {
        let mut path = vec![[3; 32]; MAX_PATH as usize];
        path[0] = sibling;
        path
    };
    let proof = InclusionProof {
        index: 1,
        leaves: u64::from(hashes),
        siblings: path(before),
    };
    let trace = OpenTrace {
        hashes,
        tree: root_from_proof(claimed, &proof).expect("the path has the right length"),
        result_root: [4; 32],
        file: cid(),
    };
    let named = NamedPart {
        number: 1,
        claimed: (claimed, Path::truncate_from(path(before))),
        from: Some((before, Path::truncate_from(path(claimed)), cid())),
    };
    (trace, named)
}

/// An account that can pay for a bond.
fn rich<T: Config>(name: &'static str, number: u32) -> T::AccountId {
    let who = account(name, number, 0);
    T::NativeBalance::set_balance(&who, Balance::MAX / 1_000_000);
    who
}

#[benchmarks]
mod benches {
    use super::*;

    #[benchmark]
    fn dispute() {
        let (task, who) = verifying::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(who), task);

        assert!(Disputes::<T>::contains_key(task));
    }

    #[benchmark]
    fn appeal() -> Result<(), BenchmarkError> {
        let (task, who) = verifying::<T>();
        Pallet::<T>::do_dispute(who.clone(), task)?;
        // Not `dispute`: that is a benchmark's name here.
        Disputes::<T>::mutate(task, |stored| {
            if let Some(stored) = stored {
                stored.state = DisputeState::Appealable {
                    until: Pallet::<T>::now() + 1,
                    outcome: Outcome::NoMajority,
                };
            }
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(who), task);

        assert!(Disputes::<T>::get(task).is_some_and(|stored| stored.round() == 1));
        Ok(())
    }

    #[benchmark]
    fn claim_unavailable() {
        let (assignment, who) = T::BenchmarkHelper::settled();
        T::NativeBalance::set_balance(&who, Balance::MAX / 1_000_000);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), assignment);

        assert!(Disputes::<T>::contains_key(assignment.task));
    }

    #[benchmark]
    fn dispute_part() {
        let (task, who) = verifying::<T>();
        T::BenchmarkHelper::make_public(task);

        #[extrinsic_call]
        _(RawOrigin::Signed(who), task);

        assert!(Disputes::<T>::contains_key(task));
    }

    #[benchmark]
    fn name_part() -> Result<(), BenchmarkError> {
        let (task, who) = verifying::<T>();
        T::BenchmarkHelper::make_public(task);
        Pallet::<T>::do_dispute_part(who.clone(), task)?;
        let (trace, named) = longest_trace();
        Pallet::<T>::do_trace_opened(task, trace)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(who), task, Some(named));

        assert!(Narrowings::<T>::get(task).is_some_and(|stored| stored.part.is_some()));
        Ok(())
    }

    /// All bonds are lost, and there are as many as possible. The requester was harmed, and two auditors have found
    /// that. The effect on the task itself is weighed by the pallet that keeps the task.
    #[benchmark]
    fn divide_pot() -> Result<(), BenchmarkError> {
        let (task, _) = T::BenchmarkHelper::verifying();
        let root = [4; 32];
        let outcome = Outcome::Upheld { root };
        let pay = T::NativeBalance::minimum_balance().max(1);
        let bond = |number| -> Result<Bond<T::AccountId>, BenchmarkError> {
            let (who, amount) = (rich::<T>("bond", number), pay.saturating_mul(10));
            T::NativeBalance::hold(&HoldReason::DisputeBond.into(), &who, amount)?;
            Ok(Bond { who, amount })
        };
        let terms = JurorTerms { pay, lock: pay };
        let mut begun = Pallet::<T>::begin(task, terms, Some(bond(0)?));
        for number in 0..u32::from(T::Policy::get().appeals) {
            begun
                .appeals
                .try_push((bond(1 + number)?, outcome))
                .map_err(|_| "a policy allows no more appeals than can be stored")?;
        }
        begun.state = DisputeState::Closing {
            outcome,
            seat: 0,
            lost: 0,
            right: 0,
        };
        Disputes::<T>::insert(task, begun);
        let finders: Vec<_> = (0..2).map(|number| rich::<T>("finder", number)).collect();
        let treasury = T::Treasury::get();
        T::NativeBalance::set_balance(&treasury, Balance::MAX / 1_000_000);
        let first = finders[0].clone();
        let before = T::NativeBalance::balance(&first);
        let sentence = Sentence {
            lost: 0,
            harmed: Some((rich::<T>("harmed", 0), pay)),
            finders,
            reward: pay.saturating_mul(2),
        };
        #[block]
        {
            let mut stored = Disputes::<T>::get(task).expect("it was begun");
            assert!(Pallet::<T>::is_step_due(task));
            let _ = Pallet::<T>::decided_root(task, &outcome, root);
            let _ = Pallet::<T>::about(task);
            Pallet::<T>::divide(task, &mut stored, sentence, (outcome, 0, 0));
            Disputes::<T>::insert(task, stored);
        }
        assert_eq!(T::NativeBalance::balance(&first), before + pay);
        assert!(Disputes::<T>::get(task)
            .is_some_and(|stored| matches!(stored.state, DisputeState::Paying { .. })));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
