//! What transactions cost.

use aicpw_primitives::worker_key::WorkerProof;
use aicpw_protocol::{
    commitment::ResultOpening,
    task::{Fault, Progress},
    trace::TraceOpening,
    AssignmentId, Milliseconds, TaskId,
};
use aicpw_runtime::{
    configs::{money::WEIGHT_FEE, parameters::SubmissionFee, system::RuntimeBlockWeights},
    units::{EXISTENTIAL_DEPOSIT, MICRO, MILLI, UNIT},
    Address, Balance, ProviderStaking, Runtime, RuntimeCall, RuntimeOrigin, Signature,
    TransactionPayment, UncheckedExtrinsic,
};
use codec::Encode;
use frame_support::{
    dispatch::{DispatchClass, Pays},
    traits::GetStorageVersion,
    weights::Weight,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_matching::WeightInfo as _;
use pallet_tasks::WeightInfo;
use sp_core::sr25519;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{traits::Dispatchable, DispatchError};

/// The fee of a call that Alice signs.
fn fee_of(call: impl Into<RuntimeCall>) -> Balance {
    let extrinsic = UncheckedExtrinsic::new_signed(
        call.into(),
        Address::Id(Alice.to_account_id()),
        Signature::Sr25519(sr25519::Signature::from_raw([0; 64])),
        <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension(),
    );
    let length = extrinsic.encoded_size() as u32;
    TestExternalities::default()
        .execute_with(|| TransactionPayment::query_info(extrinsic, length).partial_fee)
}

fn fee_of_a_transfer() -> Balance {
    fee_of(pallet_balances::Call::transfer_keep_alive {
        dest: Address::Id(Bob.to_account_id()),
        value: UNIT,
    })
}

#[test]
fn a_transfer_costs_less_than_a_thousandth_of_an_aicp() {
    let fee = fee_of_a_transfer();
    assert!(
        (700 * MICRO..900 * MICRO).contains(&fee),
        "{} millionths",
        fee / MICRO
    );
}

/// The submission fee pays, at a signer's price of weight, for everything that workers do for free.
#[test]
fn the_fee_for_a_submission_covers_what_is_free_for_workers() {
    type Weights = <Runtime as pallet_tasks::Config>::WeightInfo;
    let transaction = RuntimeBlockWeights::get()
        .get(DispatchClass::Operational)
        .base_extrinsic;
    let price = |weight: Weight| Balance::from(weight.ref_time()) * WEIGHT_FEE;
    let minute = Milliseconds(60_000);
    let (life, hour) = TestExternalities::default().execute_with(|| {
        let fee = pallet_tasks::Pallet::<Runtime>::submission_fee;
        (SubmissionFee::get(), fee(Milliseconds(60 * minute.0), 1))
    });

    let report = transaction + Weights::authorize_report_progress() + Weights::report_progress();
    let reported = hour - life;
    assert!(price(report) * 204 <= reported, "204 reports in an hour");

    let calls = [
        Weights::authorize_start() + Weights::start(),
        Weights::authorize_commit_result() + Weights::commit_alone(),
        Weights::authorize_reveal_result() + Weights::reveal_only(),
    ];
    // A match whose search looks at one device, and leaves the device's bucket without an open one.
    type Steps = <Runtime as pallet_matching::Config>::WeightInfo;
    let search = Steps::leave_list()
        + Steps::begin_search()
        + Steps::read_node() * 2
        + Steps::look_at_page()
        + Steps::look_at_offer();
    let matched = search + Steps::match_task() + Steps::close_bucket();
    // The ends of the match window, the start window, the run and the time to reveal, none of which was missed.
    let kept = Weights::serve_stale() * 4;
    let agenda = kept + Weights::serve_unlock() + Weights::serve_prune(1);
    let free = calls
        .into_iter()
        .fold(agenda + matched, |sum, call| sum + transaction + call);
    assert!(price(free) <= life, "{} of {life}", price(free));
}

#[test]
fn whoever_is_paid_a_fee_can_hold_it() {
    assert!(fee_of_a_transfer() > EXISTENTIAL_DEPOSIT);
}

/// A worker call is free because nobody signs it. If a signed one were free too, anybody could fill blocks with them:
/// they fail, but they get into a block.
#[test]
fn a_signed_worker_call_fails_and_pays() {
    let assignment = AssignmentId {
        task: TaskId(0),
        replica: 0,
        attempt: 0,
    };
    let proof = WorkerProof {
        recent_block: 0,
        signature: sr25519::Signature::from_raw([0; 64]),
    };
    let opening = ResultOpening {
        salt: [0; 32],
        result_root: [0; 32],
        trace_commitment: [0; 32],
        result: "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
            .parse()
            .unwrap(),
    };
    let calls: [RuntimeCall; 8] = [
        pallet_provider_staking::Call::heartbeat {
            provider: Alice.to_account_id(),
            period: 0,
            proof: proof.clone(),
        }
        .into(),
        pallet_tasks::Call::start {
            assignment,
            proof: proof.clone(),
        }
        .into(),
        pallet_tasks::Call::report_progress {
            assignment,
            progress: Progress::default(),
            proof: proof.clone(),
        }
        .into(),
        pallet_tasks::Call::commit_result {
            assignment,
            commitment: [0; 32],
            proof: proof.clone(),
        }
        .into(),
        pallet_tasks::Call::reveal_result {
            assignment,
            opening,
            proof: proof.clone(),
        }
        .into(),
        pallet_tasks::Call::open_trace {
            assignment,
            opening: TraceOpening {
                salt: [0; 32],
                hashes: 1,
                launches: 0,
                state_root: [0; 32],
                path: Default::default(),
                file: "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
                    .parse()
                    .unwrap(),
            },
            proof: proof.clone(),
        }
        .into(),
        pallet_tasks::Call::show_work {
            assignment,
            trace_root: [0; 32],
            proof: proof.clone(),
        }
        .into(),
        pallet_tasks::Call::fail {
            assignment,
            fault: Fault::Crashed,
            log: None,
            message: Default::default(),
            proof,
        }
        .into(),
    ];
    for call in calls {
        let origin = RuntimeOrigin::signed(Alice.to_account_id());
        TestExternalities::default().execute_with(|| {
            // As in a state that has this release's form.
            ProviderStaking::in_code_storage_version().put::<ProviderStaking>();
            let failure = call.clone().dispatch(origin).unwrap_err();
            assert_eq!(failure.error, DispatchError::BadOrigin, "{call:?}");
            assert_eq!(failure.post_info.pays_fee, Pays::Yes, "{call:?}");
        });
        assert!(fee_of(call.clone()) > MILLI / 10, "{call:?}");
    }
}
