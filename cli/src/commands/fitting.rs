//! Counts how many different providers offer what a task needs.
//!
//! No provider gets a task twice, and the chain's dry run answers for the first replica only. So if a task wants
//! several replicas, or some providers have already had it, the remaining providers have to be counted.

use std::collections::{BTreeMap, BTreeSet};

use aicpw_protocol::{
    device::fingerprint,
    pricing,
    task::{DeterminismClass, Needs, Submission, TaskStatus, Unmatched, Verification},
    view::{DeviceView, ProviderView, TaskView},
    AskPrice, Balance, DeviceId, Milliseconds,
};

use crate::{account::Account, chain::Chain, error::Result, output::provider::active};

/// How many providers to look at, at most. If there are more, a task hardly lacks any.
const MOST: u32 = 1_000;

/// What a provider must offer to get a task, as far as it can be read. Which slots, memory and stake are free changes
/// all the time, and is not considered. A provider that does not offer this gets no replica as things are.
pub struct Wanted {
    needs: Needs,
    highest_ask: AskPrice,
    min_stake: Balance,
}

impl Wanted {
    /// What a task needs that is not submitted yet.
    pub fn new(
        needs: Needs,
        budget: Balance,
        time_limit: Milliseconds,
        verification: Verification,
        min_stake: Balance,
    ) -> Self {
        // Audits cost extra, and less for providers that are trusted more. A higher ask than this is never paid.
        let each = budget / Balance::from(verification.replicas().max(1));
        Self {
            needs,
            highest_ask: pricing::highest_ask(each, needs.gflops, time_limit),
            min_stake,
        }
    }

    /// What a submitted task needs.
    pub fn of(submission: &Submission, min_stake: Balance) -> Self {
        let Submission {
            needs,
            budget,
            time_limit,
            verification,
            ..
        } = submission;
        Self::new(*needs, *budget, *time_limit, *verification, min_stake)
    }

    fn is_offered_by(
        &self,
        provider: &ProviderView<Account>,
        device: &DeviceView<Account>,
    ) -> bool {
        let (needs, spec) = (&self.needs, &device.spec);
        device.online
            && device.available
            && device.challenge.is_none()
            && active(provider) >= self.min_stake
            && spec.engine == needs.engine
            && spec.classes.contains(needs.class)
            && device.effective_gflops >= needs.gflops
            && spec.memory >= needs.memory
            && spec.bandwidth >= needs.bandwidth
            && provider.reputation >= needs.min_reputation
            && device.ask <= self.highest_ask
    }

    /// How many of these providers offer what is needed, not counting those in `without`. In class `device` all
    /// providers of the task need devices that are equal to the first one's. So only providers with such a device
    /// count; if the first device is unknown, those with the kind of device that most have.
    fn count(
        &self,
        all: &[ProviderView<Account>],
        first: Option<DeviceId>,
        without: &[Account],
    ) -> usize {
        let mut by_device: BTreeMap<_, BTreeSet<Account>> = BTreeMap::new();
        for provider in all.iter().filter(|one| !without.contains(&one.account)) {
            let devices = provider.devices.iter();
            for device in devices.filter(|device| self.is_offered_by(provider, device)) {
                let is_one_of_a_kind = self.needs.class == DeterminismClass::Device;
                let kind = is_one_of_a_kind.then(|| fingerprint(&device.spec.fingerprint, 0));
                by_device.entry(kind).or_default().insert(provider.account);
            }
        }
        let first = all
            .iter()
            .flat_map(|provider| &provider.devices)
            .find(|device| Some(device.id) == first)
            .filter(|_| self.needs.class == DeterminismClass::Device);
        if let Some(first) = first {
            let kind = Some(fingerprint(&first.spec.fingerprint, 0));
            return by_device.get(&kind).map_or(0, BTreeSet::len);
        }
        by_device.values().map(BTreeSet::len).max().unwrap_or(0)
    }
}

/// How many providers offer what is needed, not counting those in `without`; `None` if there are too many to look at.
/// `first` is the device that has or would have the first replica, if known: in class `device` others have to be equal
/// to it.
pub async fn count(
    chain: &Chain,
    wanted: &Wanted,
    first: Option<DeviceId>,
    without: &[Account],
) -> Result<Option<usize>> {
    let all = chain.providers(MOST + 1).await?;
    let are_all = u32::try_from(all.len()).is_ok_and(|read| read <= MOST);
    Ok(are_all.then(|| wanted.count(&all, first, without)))
}

/// Whether a task is parked, and every provider that offers what it needs has already had it.
pub async fn is_nobody_left(chain: &Chain, view: &TaskView<Account>) -> Result<bool> {
    let TaskStatus::Parked { reason, .. } = view.status else {
        return Ok(false);
    };
    // The chain says that devices that have the task are busy, as it says of others: it looks no further at a device
    // without a free slot.
    let may_be = matches!(reason, Unmatched::Busy | Unmatched::Independence);
    if !may_be || view.assignments.is_empty() {
        return Ok(false);
    }
    let min_stake = chain.market_parameters().await?.min_stake;
    let wanted = Wanted::of(&view.submission, min_stake);
    let had_it = view.assignments.iter().map(|one| one.provider);
    let without: Vec<_> = had_it.chain([view.requester]).collect();
    Ok(count(chain, &wanted, None, &without).await? == Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::tests::view;
    use aicpw_protocol::{
        device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
        task::Engine,
        units::AICP,
        Gflops, Mebibytes, MegabitsPerSecond,
    };

    /// A provider with a device that fits the task of these tests.
    fn provider(account: u8) -> ProviderView<Account> {
        let account = Account([account; 32]);
        let spec = DeviceSpec {
            kind: DeviceKind::Gpu,
            engine: Engine::OpenCl,
            name: Default::default(),
            fingerprint: [7; 32],
            classes: ClassSet {
                int: true,
                fp32_strict: false,
                device: true,
            },
            gflops: Gflops(100),
            memory: Mebibytes(1_000),
            bandwidth: MegabitsPerSecond(10),
        };
        let device = DeviceView {
            id: DeviceId(account.0[0].into()),
            provider: account,
            effective_gflops: spec.gflops,
            spec,
            ask: AskPrice(AICP),
            slots: 1,
            used_slots: 1,
            available: true,
            online: true,
            cools_until: Some(9),
            challenge: None,
        };
        ProviderView {
            account,
            stake: 1_000 * AICP,
            unbonding: 0,
            unbondings: vec![],
            locked: 0,
            worker: [0; 32],
            sealing_key: [0; 32],
            peers: Default::default(),
            last_heartbeat: Some(1),
            online: true,
            reputation: Reputation(500),
            settled: 0,
            faults: 0,
            ratings: (0, 0),
            devices: vec![device],
        }
    }

    fn wanted(class: DeterminismClass) -> Wanted {
        let mut submission = view(TaskStatus::Active, vec![]).submission;
        submission.needs = Needs {
            class,
            gflops: Gflops(100),
            min_reputation: Reputation(500),
            ..submission.needs
        };
        // At an ask of 1 AICP, 100 GFLOPS for 120 s cost 1/300 AICP: each of three replicas can have twice that.
        submission.budget = AICP / 50;
        submission.verification = Verification::Replicated {
            replicas: 3,
            quorum: 2,
        };
        Wanted::of(&submission, 1_000 * AICP)
    }

    #[test]
    fn a_provider_counts_once_and_only_with_all_that_is_needed() {
        let wanted = wanted(DeterminismClass::Int);
        let two = |change: &dyn Fn(&mut ProviderView<Account>)| {
            let mut other = provider(2);
            change(&mut other);
            wanted.count(&[provider(1), other], None, &[])
        };
        // Being busy or cooling down is temporary, so it does not matter.
        assert_eq!(two(&|_| ()), 2);
        let device = |change: fn(&mut DeviceView<Account>)| {
            two(&|other: &mut ProviderView<Account>| change(&mut other.devices[0]))
        };
        for unfit in [
            two(&|other| other.reputation = Reputation(499)),
            two(&|other| other.unbonding = 1),
            two(&|other| other.devices.clear()),
            device(|one| one.online = false),
            device(|one| one.available = false),
            device(|one| one.effective_gflops = Gflops(99)),
            device(|one| one.spec.memory = Mebibytes(1)),
            device(|one| one.spec.classes.int = false),
            device(|one| one.ask = AskPrice(2 * AICP)),
        ] {
            assert_eq!(unfit, 1);
        }
        let mut with_two = provider(1);
        with_two.devices.extend(provider(1).devices);
        assert_eq!(wanted.count(&[with_two], None, &[]), 1);
        let all = [provider(1), provider(2), provider(3)];
        let without = [Account([1; 32]), Account([3; 32])];
        assert_eq!(wanted.count(&all, None, &without), 1);
        assert_eq!(wanted.count(&[], None, &[]), 0);
    }

    #[test]
    fn replicas_of_class_device_need_equal_devices() {
        let (mut second, mut other) = (provider(2), provider(3));
        // The second device of this provider's machine is equal to the first device of another machine.
        second.devices[0].spec.fingerprint = fingerprint(&[7; 32], 1);
        other.devices[0].spec.fingerprint = [8; 32];
        let all = [provider(1), second, other];
        let count = |class, first: Option<u64>, without: &[Account]| {
            wanted(class).count(&all, first.map(DeviceId), without)
        };
        assert_eq!(count(DeterminismClass::Int, None, &[]), 3);
        assert_eq!(count(DeterminismClass::Int, Some(3), &[]), 3);
        assert_eq!(count(DeterminismClass::Device, None, &[]), 2);
        // Once the device of the first replica is known, others have to be equal to it.
        for (first, equal) in [(1, 2), (2, 2), (3, 1)] {
            assert_eq!(count(DeterminismClass::Device, Some(first), &[]), equal);
        }
        let own = [Account([1; 32])];
        assert_eq!(count(DeterminismClass::Device, Some(2), &own), 1);
        // A provider that was found just now may have left.
        assert_eq!(count(DeterminismClass::Device, Some(4), &[]), 2);
    }
}
