//! A benchmark of looking at the calls of a transaction.

use core::marker::PhantomData;

use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::v2::*;
use frame_system::Config;
use sp_runtime::traits::TransactionExtension;

use super::{content, ChargeInFairOrder};
use crate::RuntimeCall;

/// What the benchmark is of, where others have a pallet.
pub struct Pallet<T: Config>(PhantomData<T>);

/// Calls of which every second one carries the next: each of those is a list of its own.
fn calls(count: u32) -> RuntimeCall {
    let remark = || RuntimeCall::System(frame_system::Call::remark { remark: Vec::new() });
    let carrier = || {
        RuntimeCall::Utility(pallet_utility::Call::as_derivative {
            index: 0,
            call: Box::new(remark()),
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

    /// A transaction's calls are looked at for its weight, and again when it is validated. `c`: how many it carries.
    #[benchmark]
    fn look(c: Linear<0, 2_000>) {
        let call = calls(c);
        let extension = ChargeInFairOrder::with_tip(0);
        let weight;
        let seen;
        #[block]
        {
            weight = extension.weight(&call);
            seen = content(&call);
        }
        assert!(weight.ref_time() > 0);
        assert_eq!(seen.carried, c);
        assert!(seen.does_more && !seen.submits);
    }
}
