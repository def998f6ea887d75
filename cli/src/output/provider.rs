//! Shows providers and devices to people.

use std::fmt::Display;

use aicpw_protocol::{
    device::DeviceSpec,
    view::{ChallengeState, ChallengeView, DeviceView, ProviderView},
    Balance,
};

use super::{
    at_work::AtWork,
    json::{classes, rating_average},
    printable_name,
    score::Score,
    table::{pairs, short, table},
};
use crate::{
    account::Account, amount::Amount, chain::read::Clock, hash::show_hash, peers, quantity::count,
};

/// A device's name, made printable because its provider chose it.
pub fn name(spec: &DeviceSpec) -> String {
    printable_name(&String::from_utf8_lossy(&spec.name))
}

/// Devices by their ids, at least one: `device 0`, `devices 3, 4`. An id alone could be mistaken for the number of
/// devices.
pub fn by_number(numbers: impl IntoIterator<Item = impl Display>) -> String {
    let numbers: Vec<_> = numbers.into_iter().map(|one| one.to_string()).collect();
    match &numbers[..] {
        [only] => format!("device {only}"),
        several => format!("devices {}", several.join(", ")),
    }
}

/// The determinism classes that a device keeps.
pub fn class_names(spec: &DeviceSpec) -> String {
    let names: Vec<_> = classes(spec.classes)
        .into_iter()
        .filter_map(|class| Some(serde_json::to_value(class).ok()?.as_str()?.to_owned()))
        .collect();
    names.join(", ")
}

/// The stake that is not unbonding.
pub fn active(view: &ProviderView<Account>) -> Balance {
    view.stake.saturating_sub(view.unbonding)
}

/// How much stake the provider lacks to get tasks for its devices.
fn lacking(view: &ProviderView<Account>, min_stake: Balance) -> Balance {
    min_stake.saturating_sub(active(view))
}

fn state(view: &ProviderView<Account>, clock: &Clock, min_stake: Balance) -> String {
    let heard = match (view.online, view.last_heartbeat) {
        (true, Some(block)) => format!("online, last heartbeat {}", clock.since(block)),
        (false, Some(block)) => format!("offline, last heartbeat {}", clock.since(block)),
        (_, None) => "offline, no heartbeat yet".into(),
    };
    let stake = match lacking(view, min_stake) {
        0 => return heard,
        lacking => Amount(lacking),
    };
    format!(
        "gets no tasks: {} are staked and not unbonding, and the minimum is {}\n\
         `aicpw provider stake {stake}` makes up for it\n{heard}",
        Amount(active(view)).with_unit(),
        Amount(min_stake).with_unit()
    )
}

/// A provider with its devices. It needs a stake of `min_stake` to get tasks. `of_status` is what `status` adds.
pub fn show(
    view: &ProviderView<Account>,
    clock: &Clock,
    min_stake: Balance,
    of_status: Option<(AtWork, &Score)>,
) -> String {
    let rating = rating_average(view.ratings).map(|average| {
        let ratings = usize::try_from(view.ratings.0).unwrap_or(usize::MAX);
        format!("{average:.1} of 5 ({})", count(ratings, "rating"))
    });
    let (at_work, score) = of_status.unzip();
    let mut rows = vec![
        ("Provider", Some(view.account.to_string())),
        ("State", Some(state(view, clock, min_stake))),
        ("Stake", Some(Amount(view.stake).brief_with_unit())),
        ("Locked", Some(Amount(view.locked).brief_with_unit())),
        (
            "Free",
            Some(format!(
                "{} for new tasks",
                Amount(free(view)).brief_with_unit()
            )),
        ),
        (
            "Unbonding",
            (view.unbonding > 0).then(|| unbonding(view, clock)),
        ),
        ("Reputation", Some(format!("{} of 1000", view.reputation.0))),
    ];
    rows.extend(score.into_iter().flat_map(|score| score.rows(clock)));
    rows.extend([
        (
            "Tasks",
            Some(format!("{} settled, faults: {}", view.settled, view.faults)),
        ),
        ("At work", at_work.map(AtWork::show)),
        ("Rating", rating),
        ("Worker key", Some(show_hash(&view.worker))),
        (
            "Serves at",
            Some(peers::show_all(&view.peers).join(", ")).filter(|text| !text.is_empty()),
        ),
    ]);
    let mut text = pairs(rows);
    text += &table_of(view, clock, min_stake);
    text
}

/// The stake that new assignments can lock.
fn free(view: &ProviderView<Account>) -> Balance {
    active(view).saturating_sub(view.locked)
}

fn unbonding(view: &ProviderView<Account>, clock: &Clock) -> String {
    let chunks = view.unbondings.iter();
    chunks
        .map(|chunk| {
            let amount = Amount(chunk.amount).brief_with_unit();
            format!(
                "{amount}, can be withdrawn {}",
                clock.until(chunk.available_at)
            )
        })
        .collect::<Vec<_>>()
        .join("; ")
}

/// The devices of a provider as a table.
pub fn table_of(view: &ProviderView<Account>, clock: &Clock, min_stake: Balance) -> String {
    if view.devices.is_empty() {
        return "no devices\n".into();
    }
    let rows = view
        .devices
        .iter()
        .map(|device| {
            let state = match (device.challenge, device.cools_until) {
                _ if !view.online => "offline".into(),
                _ if !device.online => "not found as registered".into(),
                _ if !device.available => "paused".into(),
                (Some(challenge), _) => proving(&challenge, clock),
                _ if lacking(view, min_stake) > 0 => "needs stake".into(),
                (None, Some(block)) => format!("can be matched {}", clock.until(block)),
                (None, None) => "online".into(),
            };
            vec![
                device.id.to_string(),
                name(&device.spec),
                state,
                Amount(device.ask.0).brief(),
                format!("{} of {}", device.used_slots, device.slots),
                gflops(device),
                device.spec.memory.to_string(),
                class_names(&device.spec),
            ]
        })
        .collect();
    let header = [
        ">Device",
        "Name",
        "State",
        ">Ask",
        ">Slots used",
        ">GFLOPS",
        ">MiB",
        "Classes",
    ];
    table(&header, rows)
}

/// How far a device has come with its conformance challenge.
fn proving(challenge: &ChallengeView, clock: &Clock) -> String {
    let time = clock.span(challenge.blocks_left);
    match challenge.state {
        ChallengeState::Drawing => "conformance run: waits for its seed".into(),
        ChallengeState::Open => format!("conformance run: {time} left"),
        ChallengeState::NoAnswer => format!("no conformance run in time; again in {time}"),
        ChallengeState::WrongAnswer => format!("conformance run wrong; again in {time}"),
    }
}

/// The computing power that counts, and the measured one if that is more.
fn gflops(device: &DeviceView<Account>) -> String {
    let (effective, measured) = (device.effective_gflops, device.spec.gflops);
    if effective == measured {
        measured.to_string()
    } else {
        format!("{effective} of {measured}")
    }
}

/// Several providers as a table.
pub fn list(views: &[ProviderView<Account>], min_stake: Balance) -> String {
    if views.is_empty() {
        return "no providers".into();
    }
    let rows = views
        .iter()
        .map(|view| {
            vec![
                short(&view.account.to_string()),
                match (view.online, lacking(view, min_stake)) {
                    (false, _) => "offline".into(),
                    (true, 0) => "online".into(),
                    (true, _) => "needs stake".into(),
                },
                view.devices.len().to_string(),
                Amount(view.stake).brief(),
                view.reputation.0.to_string(),
                view.settled.to_string(),
                view.faults.to_string(),
                rating_average(view.ratings)
                    .map_or("–".into(), |average| format!("{average:.1}")),
            ]
        })
        .collect();
    let header = [
        "Provider",
        "State",
        ">Devices",
        ">Stake",
        ">Reputation",
        ">Settled",
        ">Faults",
        ">Rating",
    ];
    table(&header, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chain::read::tests::CLOCK, commands::provider::register::tests::provider,
        output::json::ProviderJson,
    };
    use aicpw_protocol::{units::AICP, view::UnbondingView};

    const MIN_STAKE: Balance = 100 * AICP;

    #[test]
    fn a_provider_for_people() {
        let mut view = provider([5; 32], &[3]);
        view.last_heartbeat = Some(88);
        let text = show(&view, &CLOCK, MIN_STAKE, None);
        for part in [
            "State       online, last heartbeat about 3 s ago (block 88)\n",
            "Stake       1000 AICP\n",
            "Free        998.5 AICP for new tasks\n",
            "Rating      4.5 of 5 (2 ratings)\n",
            "3   pthread   online   0.5       1 of 2       40   8000   int, fp32-strict\n",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert!(!text.contains("Unbonding"), "{text}");
        view.unbonding = 2 * AICP;
        view.unbondings = vec![UnbondingView {
            amount: 2 * AICP,
            available_at: 140,
        }];
        let part = "Unbonding   2 AICP, can be withdrawn in about 10 s (block 140)\n";
        assert!(show(&view, &CLOCK, MIN_STAKE, None).contains(part));
    }

    /// Regression: "it still has devices: 0", and "it has 0".
    #[test]
    fn a_number_is_not_how_many() {
        assert_eq!(by_number([0]), "device 0");
        assert_eq!(by_number([3, 4]), "devices 3, 4");
    }

    #[test]
    fn too_little_stake_is_said_with_what_to_do() {
        let mut view = provider([5; 32], &[3]);
        view.ratings = (1, 4);
        view.unbonding = 940 * AICP;
        let text = show(&view, &CLOCK, MIN_STAKE, None);
        for part in [
            "State       gets no tasks: 60 AICP are staked and not unbonding, and the minimum is 100 AICP\n",
            "`aicpw provider stake 40`",
            "4.0 of 5 (1 rating)\n",
            "3   pthread   needs stake ",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert!(list(&[view], MIN_STAKE).contains("needs stake"));
        let enough = provider([5; 32], &[3]);
        assert!(!list(&[enough], MIN_STAKE).contains("needs stake"));
    }

    #[test]
    fn the_name_of_a_device_cannot_command_the_terminal() {
        let mut view = provider([5; 32], &[3]);
        let name = b"gpu\x1b[2J\nonline".to_vec();
        view.devices[0].spec.name = name.try_into().unwrap();
        let text = show(&view, &CLOCK, MIN_STAKE, None);
        assert!(text.contains("gpu[2J online"), "{text}");
        assert!(!text.contains('\x1b'), "{text}");
    }

    #[test]
    fn the_state_of_a_device() {
        let state = |change: fn(&mut aicpw_protocol::view::DeviceView<Account>)| {
            let mut view = provider([5; 32], &[3]);
            change(&mut view.devices[0]);
            table_of(&view, &CLOCK, MIN_STAKE)
        };
        assert!(state(|device| device.available = false).contains("paused"));
        let slow = state(|device| device.effective_gflops = aicpw_protocol::Gflops(30));
        assert!(slow.contains(" 30 of 40 "), "{slow}");
        assert!(state(|device| device.online = false).contains("not found as registered"));
        let mut away = provider([5; 32], &[3]);
        away.online = false;
        away.devices[0].online = false;
        assert!(table_of(&away, &CLOCK, MIN_STAKE).contains(" offline "));
        let cooling = state(|device| device.cools_until = Some(180));
        assert!(
            cooling.contains("can be matched in about 20 s"),
            "{cooling}"
        );
        let challenged = |state| {
            let mut view = provider([5; 32], &[3]);
            view.devices[0].challenge = Some(ChallengeView {
                attempt: 1,
                state,
                blocks_left: 80,
            });
            table_of(&view, &CLOCK, MIN_STAKE)
        };
        for (state, text) in [
            (ChallengeState::Drawing, "waits for its seed"),
            (ChallengeState::Open, "20 s left"),
            (ChallengeState::NoAnswer, "in time; again in 20 s"),
            (ChallengeState::WrongAnswer, "wrong; again in 20 s"),
        ] {
            let shown = challenged(state);
            assert!(shown.contains(text), "{shown}");
        }
        let none = provider([5; 32], &[]);
        assert_eq!(table_of(&none, &CLOCK, MIN_STAKE), "no devices\n");
    }

    #[test]
    fn a_provider_for_programs() {
        let document = serde_json::to_value(ProviderJson::from(&provider([5; 32], &[3]))).unwrap();
        assert_eq!(document["stake"], "1000");
        assert_eq!(document["unbondings"], serde_json::json!([]));
        assert_eq!(document["rating_average"], 4.5);
        assert_eq!(document["worker"], format!("0x{}", "05".repeat(32)));
        assert_eq!(
            document["devices"][0]["classes"],
            serde_json::json!(["int", "fp32-strict"])
        );
        assert_eq!(document["devices"][0]["ask"], "0.5");
        let mut view = provider([5; 32], &[3]);
        view.unbondings = vec![UnbondingView {
            amount: 1,
            available_at: 1,
        }];
        view.devices[0].challenge = Some(ChallengeView {
            attempt: 0,
            state: ChallengeState::Open,
            blocks_left: 1,
        });
        crate::output::documented::check(&["Provider"], &ProviderJson::from(&view));
    }
}
