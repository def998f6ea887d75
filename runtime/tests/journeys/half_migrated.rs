//! A migration has failed. Nobody knows which of the market's state is in which form, so nobody touches it.

use aicpw_protocol::{
    task::{AssignmentStatus, TaskStatus},
    TaskId,
};
use aicpw_runtime::{
    configs::{market::HeartbeatPeriod, parameters::RevealWindow, system::is_half_migrated},
    units::UNIT,
    MarketClock, ProviderStaking, Runtime, RuntimeCall,
};
use frame_support::{
    migrations::{MigrationStatusHandler, SteppedMigration},
    weights::WeightMeter,
};
use pallet_market_clock::{Call as Clock, Error};
use pallet_provider_staking::migrations::{v1, ToVersion2};
use pallet_tasks::types::Refusal;
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie};
use sp_runtime::transaction_validity::InvalidTransaction;

use crate::{
    chain::Chain,
    emergency::{committee, fail_a_migration, filtered},
    market::{
        ask, assignment, expecting_output, submission, submit, task, Provider, OPTIMISTIC, OUTPUT,
    },
};

/// Returns everything that is stored under the names of the market's pallets.
fn stored(chain: &mut Chain) -> Vec<(Vec<u8>, Vec<u8>)> {
    chain.read(|| {
        let mut found = Vec::new();
        for pallet in ["ProviderStaking", "Tasks", "Disputes", "Matching"] {
            let prefix = sp_io::hashing::twox_128(pallet.as_bytes());
            let mut last = prefix.to_vec();
            while let Some(key) = sp_io::storage::next_key(&last) {
                if !key.starts_with(&prefix) {
                    break;
                }
                let value = sp_io::storage::get(&key).unwrap().to_vec();
                found.push((key.clone(), value));
                last = key;
            }
        }
        found
    })
}

/// Calls each of which would be taken if the state could be read.
fn calls_of_people(verifying: TaskId, waiting: TaskId) -> [(Sr25519Keyring, RuntimeCall); 5] {
    use pallet_provider_staking::Call as Staking;
    use pallet_tasks::Call as Tasks;
    let dispute = pallet_disputes::Call::dispute { task: verifying };
    [
        (Charlie, Tasks::cancel { task: waiting }.into()),
        (Charlie, Tasks::accept { task: verifying }.into()),
        (Charlie, dispute.into()),
        (Bob, Staking::unbond { amount: UNIT }.into()),
        (Bob, Staking::bond_extra { amount: UNIT }.into()),
    ]
}

/// Regression: the calls that go on in the safe mode were taken, and all calls were once the committee had ended it.
#[test]
fn nobody_touches_a_market_that_is_half_migrated() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    // The next heartbeat is due.
    chain.skip(HeartbeatPeriod::get());
    let verifying = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let first = assignment(&mut chain, verifying);
    bob.run(&mut chain, first, OUTPUT);
    let id = submit(&mut chain, Charlie, submission(expecting_output()));
    let on = assignment(&mut chain, id);
    // Waits, because the only device is busy.
    let waiting = submit(&mut chain, Charlie, submission(OPTIMISTIC));

    chain.read(v1::restore::<Runtime>);
    fail_a_migration(&mut chain);
    let before = stored(&mut chain);
    for is_stopped in [true, false] {
        if !is_stopped {
            committee(&mut chain, pallet_safe_mode::Call::force_exit {}).unwrap();
        }
        assert!(chain.read(is_half_migrated));
        let start = bob.start_call(&mut chain, on);
        let beat = bob.beat_call(&mut chain);
        let transactions = vec![chain.authorised(start), chain.authorised(beat)];
        for transaction in &transactions {
            assert!(chain.validity(transaction.clone()).is_err(), "the pool");
        }
        let refused = vec![
            Err(InvalidTransaction::Custom(Refusal::Migrating as u8).into()),
            Err(InvalidTransaction::Call.into()),
        ];
        assert_eq!(chain.try_block(transactions), refused);

        for (who, call) in calls_of_people(verifying, waiting) {
            let nested = pallet_utility::Call::<Runtime>::batch_all {
                calls: vec![call.clone()],
            };
            assert_eq!(chain.sign(who, call), filtered());
            assert_eq!(chain.sign(who, nested), filtered());
        }
        assert_eq!(stored(&mut chain), before);
    }

    // One way for governance to mend it: running the migration once more.
    chain.read(|| {
        let stepped = ToVersion2::<Runtime>::step(None, &mut WeightMeter::new());
        assert_eq!(stepped, Ok(None));
    });
    bob.beat(&mut chain);
    bob.start(&mut chain, on);
    assert!(matches!(
        task(&mut chain, id).assignments[0].status,
        AssignmentStatus::Running { .. }
    ));
    for (who, call) in calls_of_people(verifying, waiting) {
        // A requester that has accepted a result cannot dispute it.
        let is_late = matches!(call, RuntimeCall::Disputes(_));
        assert_eq!(chain.sign(who, call).is_err(), is_late);
    }
}

/// Regression: the committee could resume the clock, and once the state was mended every deadline that had passed was
/// served. A provider that had committed to a result, and could not open it, lost everything that it had locked.
#[test]
fn nobody_has_the_clock_go_on_before_the_state_is_mended() {
    type Handler = <Runtime as pallet_migrations::Config>::MigrationStatusHandler;
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let stake = |chain: &mut Chain| {
        let view = chain.read(|| ProviderStaking::provider_view(bob.account()));
        view.unwrap().stake
    };
    let id = submit(&mut chain, Charlie, submission(expecting_output()));
    let on = assignment(&mut chain, id);
    bob.start(&mut chain, on);
    bob.commit(&mut chain, on, OUTPUT);
    let before = stake(&mut chain);

    chain.read(|| {
        Handler::started();
        v1::restore::<Runtime>();
    });
    fail_a_migration(&mut chain);
    committee(&mut chain, pallet_safe_mode::Call::force_exit {}).unwrap();
    let stood = chain.read(MarketClock::market_block);
    let refused = committee(&mut chain, Clock::resume {});
    assert_eq!(refused, Err(Error::<Runtime>::Migrating.into()));
    chain.skip(RevealWindow::DEFAULT + 1);
    assert_eq!(chain.read(MarketClock::market_block), stood);

    chain.read(|| {
        let stepped = ToVersion2::<Runtime>::step(None, &mut WeightMeter::new());
        assert_eq!(stepped, Ok(None));
    });
    committee(&mut chain, Clock::resume {}).unwrap();
    bob.reveal(&mut chain, on, OUTPUT);
    assert!(matches!(
        task(&mut chain, id).status,
        TaskStatus::Settled { .. }
    ));
    assert_eq!(stake(&mut chain), before);
}
