//! The market is paused and resumed: nobody loses time by it.

use aicpw_protocol::task::{AssignmentStatus, Fault, TaskStatus};
use aicpw_runtime::{
    configs::{market::HeartbeatPeriod, parameters::StartWindow},
    MarketClock, ProviderStaking, Runtime, RuntimeCall, RuntimeOrigin, System,
};
use frame_support::migrations::MigrationStatusHandler;
use pallet_market_clock::{Error, TheClock};
use pallet_migrations::{Cursor, MigrationCursor};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};

use crate::{
    chain::Chain,
    market::{
        ask, assignment, expecting_output, submission, submit, task, Provider, OPTIMISTIC, OUTPUT,
    },
};

fn as_root(chain: &mut Chain, call: impl Into<RuntimeCall>) {
    let call = Box::new(call.into());
    chain.sign(Alice, pallet_sudo::Call::sudo { call }).unwrap();
}

#[test]
fn deadlines_freeze() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let id = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let AssignmentStatus::Assigned { start_by } = task(&mut chain, id).assignments[0].status else {
        panic!("not assigned");
    };
    as_root(&mut chain, pallet_market_clock::Call::pause {});
    let paused_at = chain.read(MarketClock::market_block);
    assert!(paused_at < start_by);

    // Long enough for a missed start window, and for the devices to be offline.
    let until = chain.height() + StartWindow::DEFAULT.max(5 * HeartbeatPeriod::get()) + 10;
    chain.run_to(until);
    assert_eq!(chain.read(MarketClock::market_block), paused_at);
    assert_eq!(
        task(&mut chain, id).assignments[0].status,
        AssignmentStatus::Assigned { start_by }
    );
    assert!(chain.read(|| ProviderStaking::is_online(&bob.account())));

    as_root(&mut chain, pallet_market_clock::Call::resume {});
    let left = start_by - chain.read(MarketClock::market_block);
    let last = chain.height() + left;
    chain.run_to(last);
    assert_eq!(
        task(&mut chain, id).assignments[0].status,
        AssignmentStatus::Assigned { start_by },
        "the last block counts"
    );
    chain.run_to(last + 1);
    assert!(matches!(
        task(&mut chain, id).assignments[0].status,
        AssignmentStatus::Failed {
            fault: Fault::NoStart,
            ..
        }
    ));
}

#[test]
fn nothing_begins_and_what_runs_can_end() {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    let running = submit(&mut chain, Charlie, submission(expecting_output()));
    let on = assignment(&mut chain, running);
    let waiting = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    as_root(&mut chain, pallet_market_clock::Call::pause {});

    let refused = chain.sign(
        Charlie,
        pallet_tasks::Call::submit {
            submission: submission(OPTIMISTIC),
        },
    );
    assert_eq!(
        refused,
        Err(pallet_tasks::Error::<Runtime>::MarketPaused.into())
    );
    bob.run(&mut chain, on, OUTPUT);
    assert!(matches!(
        task(&mut chain, running).status,
        TaskStatus::Settled { .. }
    ));
    // The device is free, and the other task still waits.
    chain.run_to(chain.height() + 3);
    assert!(matches!(
        task(&mut chain, waiting).status,
        TaskStatus::Queued { .. } | TaskStatus::Parked { .. }
    ));

    as_root(&mut chain, pallet_market_clock::Call::resume {});
    chain.run_to(chain.height() + 3);
    assert_eq!(task(&mut chain, waiting).status, TaskStatus::Active);
}

/// What is due in the block of an upgrade has a form that the release cannot read before it is migrated. The migration
/// here takes no step; `release.rs` has one that does.
#[test]
fn hooks_leave_alone_what_is_being_migrated() {
    type Handler = <Runtime as pallet_migrations::Config>::MigrationStatusHandler;
    let mut chain = Chain::development();
    Provider::join(&mut chain, Bob, ask(300));
    let late = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let waiting = submit(&mut chain, Charlie, submission(OPTIMISTIC));
    let AssignmentStatus::Assigned { start_by } = task(&mut chain, late).assignments[0].status
    else {
        panic!("not assigned");
    };
    let left = start_by - chain.read(MarketClock::market_block);
    chain.run_to(chain.height() + left);

    // The next block would end the assignment, and is the block of the upgrade.
    let upgrade = chain.height() + 1;
    chain.read(|| {
        System::set_block_number(upgrade);
        Cursor::<Runtime>::put(MigrationCursor::Stuck);
        Handler::started();
        System::set_block_number(upgrade - 1);
    });
    let before = (task(&mut chain, late), task(&mut chain, waiting));
    chain.run_to(upgrade + 3);
    chain.read(|| {
        // A decision from before the upgrade can be carried out now, and is too early.
        let refused = MarketClock::resume(RuntimeOrigin::root());
        assert_eq!(refused, Err(Error::<Runtime>::Migrating.into()));
        // Acts as if nothing had paused the market, because hooks check for migrations themselves.
        TheClock::<Runtime>::kill();
    });
    chain.run_to(upgrade + 6);
    let now = (task(&mut chain, late), task(&mut chain, waiting));
    assert_eq!(now, before, "nothing was served or matched");

    chain.read(Cursor::<Runtime>::kill);
    chain.run_to(upgrade + 10);
    assert!(matches!(
        task(&mut chain, late).assignments[0].status,
        AssignmentStatus::Failed {
            fault: Fault::NoStart,
            ..
        }
    ));
}
