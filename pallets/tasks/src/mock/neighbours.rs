//! Mocks of the pallets next to this one, strict about their contracts.

use aicpw_primitives::{
    traits::{
        DeviceOffers, DevicePool, Locks, MatchQueue, Notes, Offer, Penalty, QueueEnd, Reputations,
        Standing,
    },
    worker_key::{verify, WorkerId, WorkerProof},
};
use aicpw_protocol::{
    device::Reputation, task::PeerAddresses, worker::Statement, AskPrice, AssignmentId, Balance,
    DeviceId, Gflops, Hash, Mebibytes, TaskId,
};
use frame_support::{
    assert_ok,
    traits::{fungible::Mutate, tokens::Preservation},
};
use sp_runtime::{DispatchError, DispatchResult};

use super::*;

/// What the reputation mock was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    Settled(AccountId, AccountId, Balance),
    Faulted(AccountId, Balance),
    Convicted(AccountId),
    Rated(AccountId, AccountId, u8, Balance),
}

#[derive(Clone, Debug)]
pub struct Device {
    pub provider: AccountId,
    pub ask: AskPrice,
    pub slots: u8,
    pub worker: WorkerId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupation {
    pub device: DeviceId,
    pub slot: bool,
    pub memory: Mebibytes,
    pub collateral: Balance,
    pub bond: Balance,
}

pub struct Pool;

impl DeviceOffers<AccountId> for Pool {
    fn offer(device: DeviceId) -> Option<Offer<AccountId>> {
        let found = Devices::get().get(&device).cloned()?;
        let occupied = Occupied::get();
        let running = occupied
            .values()
            .filter(|one| one.device == device && one.slot);
        let used = running.clone().count();
        let mut spec = spec();
        spec.memory.0 -= running.map(|one| one.memory.0).sum::<u64>();
        Some(Offer {
            provider: found.provider,
            spec,
            ask: found.ask,
            reputation: Reputation::START,
            free_stake: Balances::free_balance(found.provider),
            free_slots: found.slots.saturating_sub(used as u8),
        })
    }
}

impl DevicePool<AccountId> for Pool {
    fn occupy(
        device: DeviceId,
        id: AssignmentId,
        memory: Mebibytes,
        locks: Locks,
    ) -> DispatchResult {
        let offer = Self::offer(device).ok_or(DispatchError::Unavailable)?;
        if offer.free_slots == 0 || offer.spec.memory < memory {
            return Err(DispatchError::Exhausted);
        }
        <Balances as Mutate<AccountId>>::transfer(
            &offer.provider,
            &POOL,
            locks.collateral + locks.fraud_bond,
            Preservation::Preserve,
        )?;
        let occupation = Occupation {
            device,
            slot: true,
            memory,
            collateral: locks.collateral,
            bond: locks.fraud_bond,
        };
        let before = Occupied::mutate(|all| all.insert(id, occupation));
        assert!(before.is_none(), "{id} is occupied once");
        Ok(())
    }

    fn vacate(device: DeviceId, id: AssignmentId) {
        Occupied::mutate(|all| {
            let one = all.get_mut(&id).expect("vacated while occupied");
            assert_eq!(one.device, device);
            one.slot = false;
        });
    }

    fn release(device: DeviceId, id: AssignmentId) {
        let one = Occupied::mutate(|all| all.remove(&id)).expect("released once");
        assert_eq!(one.device, device);
        let provider = Devices::get()[&device].provider;
        assert_ok!(<Balances as Mutate<AccountId>>::transfer(
            &POOL,
            &provider,
            one.collateral + one.bond,
            Preservation::Expendable,
        ));
    }

    fn lower(device: DeviceId, id: AssignmentId, locks: Locks) {
        let freed = Occupied::mutate(|all| {
            let one = all.get_mut(&id).expect("lowered while occupied");
            assert_eq!(one.device, device);
            let before = one.collateral + one.bond;
            one.collateral = one.collateral.min(locks.collateral);
            one.bond = one.bond.min(locks.fraud_bond);
            before - one.collateral - one.bond
        });
        let provider = Devices::get()[&device].provider;
        assert_ok!(<Balances as Mutate<AccountId>>::transfer(
            &POOL,
            &provider,
            freed,
            Preservation::Expendable,
        ));
    }

    fn slash(
        device: DeviceId,
        id: AssignmentId,
        penalty: Penalty,
        beneficiary: &AccountId,
    ) -> Balance {
        let taken = Occupied::mutate(|all| {
            let one = all.get_mut(&id).expect("slashed while locked");
            assert_eq!(one.device, device);
            match penalty {
                Penalty::Fault => {
                    let taken = one.collateral * 2 / 5;
                    one.collateral -= taken;
                    taken
                }
                Penalty::Outvoted => core::mem::take(&mut one.collateral),
                Penalty::WrongResult => {
                    let taken = one.collateral + one.bond;
                    one.collateral = 0;
                    one.bond = 0;
                    taken
                }
            }
        });
        assert_ok!(<Balances as Mutate<AccountId>>::transfer(
            &POOL,
            beneficiary,
            taken,
            Preservation::Expendable,
        ));
        taken
    }

    fn cool_down(device: DeviceId) {
        CooledDown::mutate(|all| all.push(device));
    }

    fn cool_down_unblamed(device: DeviceId) {
        CooledDownUnblamed::mutate(|all| all.push(device));
    }

    fn missed_deadline(device: DeviceId) {
        MissedDeadlines::mutate(|all| all.push(device));
    }

    fn succeeded(device: DeviceId, _: Gflops) {
        CooledDown::mutate(|all| all.retain(|one| *one != device));
    }

    fn standing(_: DeviceId) -> Standing {
        if StandsStill::get() {
            return Standing::default();
        }
        let moves = Moves::get() + 1;
        Moves::set(moves);
        Standing {
            place: Some(moves),
            is_on_further_page: true,
            is_bucket_open: moves.is_multiple_of(2),
            is_fresh: moves.is_multiple_of(2),
        }
    }

    fn notes(_: DeviceId) -> Notes {
        if StandsStill::get() {
            return Notes::default();
        }
        let moves = Moves::get() + 1;
        Moves::set(moves);
        Notes {
            faults: ((moves % 2) as u8, 0),
            is_fresh: moves.is_multiple_of(2),
            is_relisted: moves.is_multiple_of(2),
        }
    }

    fn peers(_: DeviceId) -> PeerAddresses {
        PeerAddresses::truncate_from(vec![vec![9; 4].try_into().unwrap()])
    }

    fn sealing_key(device: DeviceId) -> Option<Hash> {
        let provider = Devices::get().get(&device)?.provider;
        Some(sealing_key(provider))
    }

    fn worker_of(provider: &AccountId) -> Option<WorkerId> {
        let devices = Devices::get();
        let mut of = devices.values().filter(|one| one.provider == *provider);
        of.next().map(|device| device.worker.clone())
    }

    fn assignments_of(worker: &WorkerId) -> Vec<(AssignmentId, DeviceId)> {
        let devices = Devices::get();
        Occupied::get()
            .into_iter()
            .filter(|(_, one)| devices[&one.device].worker == *worker)
            .map(|(id, one)| (id, one.device))
            .collect()
    }

    fn verify_worker(
        worker: &WorkerId,
        proof: &WorkerProof,
        statement: &Statement<AccountId>,
    ) -> bool {
        let recent = proof.recent_block;
        recent < now()
            && now() - recent <= RECENT_BLOCKS
            && verify(
                worker,
                proof,
                &hash_of(0).0,
                &System::block_hash(recent).0,
                statement,
            )
    }
}

pub struct ReputationMock;
impl Reputations<AccountId> for ReputationMock {
    fn of(_: &AccountId) -> Reputation {
        Reputation::START
    }
    fn settled(provider: &AccountId, requester: &AccountId, paid: Balance) {
        Told::mutate(|told| told.push(Note::Settled(*provider, *requester, paid)));
    }
    fn faulted(provider: &AccountId, at_stake: Balance) {
        Told::mutate(|told| told.push(Note::Faulted(*provider, at_stake)));
    }
    fn convicted(provider: &AccountId) {
        Told::mutate(|told| told.push(Note::Convicted(*provider)));
    }
    fn rated(provider: &AccountId, requester: &AccountId, rating: u8, paid: Balance) {
        Told::mutate(|told| told.push(Note::Rated(*provider, *requester, rating, paid)));
    }
}

pub struct QueueMock;
impl MatchQueue for QueueMock {
    fn enqueue(task: TaskId, end: QueueEnd) {
        Queue::mutate(|queue| {
            queue.retain(|one| *one != task);
            match end {
                QueueEnd::Back => queue.push(task),
                QueueEnd::Front => queue.insert(0, task),
            }
        });
    }
    fn forget(task: TaskId) {
        Queue::mutate(|queue| queue.retain(|one| *one != task));
    }
}
