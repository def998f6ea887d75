//! The benchmark of looking at the calls of a transaction.

use core::marker::PhantomData;

use aicpw_protocol::{
    content::MAX_PEER_ADDRESS_BYTES,
    device::Reputation,
    task::{
        DeterminismClass, Engine, Needs, Privacy, Submission, Verification, MAX_PEER_ADDRESSES,
        REPLICAS,
    },
    ContentId, Gflops, Mebibytes, MegabitsPerSecond, Milliseconds,
};
use alloc::{boxed::Box, vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::BoundedVec;
use frame_system::Config;
use sp_runtime::traits::TransactionExtension;

use super::{content, ChargeInFairOrder};
use crate::{Runtime, RuntimeCall};

/// Stands for the benchmarked pallet, which other benchmarks have.
pub struct Pallet<T: Config>(PhantomData<T>);

/// Returns a submission whose fields are all looked at, because it is not refused.
fn submit() -> RuntimeCall {
    let mut manifest = vec![1, 0x70, 0x12, 60];
    manifest.extend([7; 60]);
    let address = BoundedVec::try_from(vec![4; MAX_PEER_ADDRESS_BYTES as usize])
        .expect("as long as it may be; qed");
    let all = *REPLICAS.end();
    let submission = Submission {
        manifest: ContentId::from_bytes(manifest).expect("as long as it says; qed"),
        needs: Needs {
            engine: Engine::OpenCl,
            class: DeterminismClass::Int,
            gflops: Gflops(1),
            memory: Mebibytes(1),
            bandwidth: MegabitsPerSecond(0),
            min_reputation: Reputation(0),
        },
        time_limit: Milliseconds(<Runtime as pallet_tasks::Config>::MaxTimeLimit::get()),
        budget: <Runtime as pallet_tasks::Config>::MinBudget::get().saturating_mul(1_000_000),
        match_window: Milliseconds(<Runtime as pallet_tasks::Config>::MaxMatchWindow::get()),
        verification: Verification::Replicated {
            replicas: all,
            quorum: all,
        },
        privacy: Privacy::Public,
        peers: vec![address; MAX_PEER_ADDRESSES as usize]
            .try_into()
            .expect("as many as there may be; qed"),
    };
    RuntimeCall::Tasks(pallet_tasks::Call::submit { submission })
}

/// Returns calls of which every second one carries the next, a submission. Each of these is a list of its own.
fn calls(count: u32) -> RuntimeCall {
    let remark = || RuntimeCall::System(frame_system::Call::remark { remark: Vec::new() });
    let carrier = || {
        RuntimeCall::Utility(pallet_utility::Call::as_derivative {
            index: 0,
            call: Box::new(submit()),
        })
    };
    let carriers = (0..count / 2).map(|_| carrier());
    let rest = (0..count % 2).map(|_| remark());
    RuntimeCall::Utility(pallet_utility::Call::batch {
        calls: carriers.chain(rest).collect(),
    })
}

#[benchmarks]
mod benches {
    use super::*;

    /// A transaction's calls are looked at for its weight, and again when it is validated, as are all its submissions.
    /// `c`: the number of carried calls.
    #[benchmark]
    fn look(c: Linear<0, 2_000>) {
        let call = calls(c);
        let extension = ChargeInFairOrder::with_tip(0);
        let weight;
        let seen;
        let refused;
        #[block]
        {
            weight = extension.weight(&call);
            seen = content(&call);
            refused = seen.is_refused();
        }
        assert!(weight.ref_time() > 0 && !refused);
        assert_eq!(seen.carried, c);
        assert_eq!(seen.submissions.len() as u32, c / 2);
    }
}
