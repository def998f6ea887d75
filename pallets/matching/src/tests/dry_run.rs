//! Dry runs: what would happen to a task.

use aicpw_primitives::{api::DryRun, traits::DeviceOffers};
use aicpw_protocol::{device::Reputation, task::Unmatched, AskPrice, DeviceId, Gflops, TaskId};

use crate::{dry_run::DRY_RUN_BLOCKS, mock::*};

fn dry(change: impl FnOnce(&mut Task)) -> DryRun {
    let task = find_task(task(0, change)).unwrap();
    let demand = &task.demand;
    Matching::dry_run(
        demand.requester,
        demand.needs,
        demand.highest_ask,
        |ask, reputation| quote(&task, ask, reputation),
    )
}

#[test]
fn it_says_who_would_take_it() {
    run(|| {
        device(0, 30_000, |_| ());
        device(1, 20_000, |_| ());
        let expected = DryRun::Match {
            device: DeviceId(1),
            ask: AskPrice(20_000),
            price: 20,
            audit_cost: 0,
        };
        assert_eq!(dry(|_| ()), expected);
        assert_eq!(dry(|_| ()), expected, "and changes nothing");
        assert_eq!(matches(), []);
        assert_eq!(find_task(TaskId(0)).unwrap().parked, None);
    });
}

#[test]
fn it_says_what_audits_cost() {
    run(|| {
        device(0, 30_000, |offer| offer.reputation = Reputation(100));
        let audited = |highest| {
            dry(|task| {
                task.is_audited = true;
                task.demand.highest_ask = AskPrice(highest);
            })
        };
        let expected = DryRun::Match {
            device: DeviceId(0),
            ask: AskPrice(30_000),
            price: 30,
            audit_cost: 15,
        };
        assert_eq!(audited(45_000), expected);
        // The budget is enough for the price, but not for the audits.
        assert_eq!(audited(44_000), DryRun::Unmatched(Unmatched::Budget));
    });
}

#[test]
fn it_says_why_not() {
    run(|| {
        assert_eq!(dry(|_| ()), DryRun::Unmatched(Unmatched::NoDeviceOnline));
        device(0, 30_000, |_| ());
        let weak = dry(|task| task.demand.needs.gflops = Gflops(5_000));
        assert_eq!(weak, DryRun::Unmatched(Unmatched::Gflops));
    });
}

#[test]
fn it_repairs_nothing() {
    run(|| {
        device(0, 30_000, |_| ());
        goes_offline(0);
        assert_eq!(Devices::offer(DeviceId(0)), None);
        assert_eq!(dry(|_| ()), DryRun::Unmatched(Unmatched::Class));
        assert_eq!(Matching::devices_listed(), 1);
    });
}

#[test]
fn it_has_a_bound() {
    run(|| {
        let bound = MaxCandidates::get() * DRY_RUN_BLOCKS;
        for id in 0..u64::from(bound) + 10 {
            device(id, 1_000, |offer| offer.provider = 1);
        }
        take_offers();
        assert_eq!(dry(|_| ()), DryRun::Undecided);
        assert!(take_offers() <= bound);
    });
}
