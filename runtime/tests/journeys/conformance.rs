//! A device proves what it declares, from the draw of its seed to the order book.

use aicpw_primitives::traits::DrawRandomness as _;
use aicpw_protocol::{
    conformance::{Part, Run},
    view::{ChallengeState, ChallengeView},
    worker::Statement,
    DeviceId, Milliseconds,
};
use aicpw_runtime::{
    configs::parameters::MarketParameter, units::UNIT, DrawRandomness, Matching, ProviderStaking,
};
use sp_keyring::Sr25519Keyring::Bob;

use crate::{chain::Chain, governance::set_as_root, market::Provider};

/// Returns a chain with conformance runs of a millisecond, which a test can compute.
fn with_a_short_run() -> Chain {
    let mut chain = Chain::development().with_outputs();
    set_as_root(&mut chain, MarketParameter::ConformanceRun(1)).unwrap();
    chain
}

fn challenge(chain: &mut Chain, device: DeviceId) -> Option<ChallengeView> {
    let view = chain.read(|| ProviderStaking::device_view(device)).unwrap();
    view.challenge
}

/// Returns the open run, as the device's node finds it in its mailbox.
fn open_run(chain: &mut Chain, device: DeviceId) -> Run {
    chain.read(|| ProviderStaking::open_run(device)).unwrap()
}

#[test]
fn a_device_is_matched_again_when_it_has_proven_itself() {
    let mut chain = with_a_short_run();
    let provider = Provider::join(&mut chain, Bob, UNIT);
    let device = provider.device(&mut chain);
    assert_eq!(chain.read(Matching::devices_listed), 1);

    let request = pallet_provider_staking::Call::request_challenge { device };
    chain.sign(Bob, request).unwrap();
    assert_eq!(chain.read(Matching::devices_listed), 0);
    for _ in 1..chain.read(DrawRandomness::soonest) {
        let found = challenge(&mut chain, device).unwrap();
        assert_eq!(found.state, ChallengeState::Drawing);
        chain.block(Vec::new());
    }
    let found = challenge(&mut chain, device).unwrap();
    assert_eq!((found.attempt, found.state), (0, ChallengeState::Open));

    let run = open_run(&mut chain, device);
    let spec = chain
        .read(|| ProviderStaking::device_view(device))
        .unwrap()
        .spec;
    assert_eq!(run, Run::new(run.seed, &spec, Milliseconds(1)));
    let answer = run.answer(&run.outputs(Part::Int), &run.outputs(Part::Fp32));
    let statement = Statement::Answer {
        device,
        run,
        answer: answer.hash(),
    };
    let proof = provider.prove(&mut chain, statement);
    chain.work(pallet_provider_staking::Call::answer_challenge {
        device,
        answer,
        proof,
    });
    assert_eq!(challenge(&mut chain, device), None);
    assert_eq!(chain.read(Matching::devices_listed), 1);
}

#[test]
fn who_does_not_answer_gets_another_seed_and_loses_nothing() {
    let mut chain = with_a_short_run();
    let provider = Provider::join(&mut chain, Bob, UNIT);
    let device = provider.device(&mut chain);
    let before = chain.balance(&provider.account());
    let request = pallet_provider_staking::Call::request_challenge { device };
    chain.sign(Bob, request).unwrap();
    let fee = before - chain.balance(&provider.account());

    let mut seeds = Vec::new();
    for attempt in 0..2 {
        while challenge(&mut chain, device).unwrap().state != ChallengeState::Open {
            chain.block(Vec::new());
        }
        assert_eq!(challenge(&mut chain, device).unwrap().attempt, attempt);
        seeds.push(open_run(&mut chain, device).seed);
        while challenge(&mut chain, device).unwrap().state == ChallengeState::Open {
            chain.block(Vec::new());
        }
        let missed = challenge(&mut chain, device).unwrap();
        assert_eq!(missed.state, ChallengeState::NoAnswer);
    }
    assert_ne!(seeds[0], seeds[1]);
    assert_eq!(chain.read(Matching::devices_listed), 0);
    assert_eq!(chain.balance(&provider.account()), before - fee);
    let view = chain.read(|| ProviderStaking::provider_view(provider.account()));
    assert_eq!(view.unwrap().faults, 0);
}
