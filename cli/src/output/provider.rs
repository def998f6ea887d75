//! Providers and devices for people.

use aicpw_protocol::{device::DeviceSpec, view::ProviderView, Balance, BlockNumber};

use super::{
    json::{classes, rating_average},
    printable_name,
    table::{pairs, short, table},
};
use crate::{account::Account, amount::Amount, chain::read::Clock, peers, verify::show_hash};

/// A device's name: its provider chose it.
pub fn name(spec: &DeviceSpec) -> String {
    printable_name(&String::from_utf8_lossy(&spec.name))
}

/// The classes that a device keeps.
pub fn class_names(spec: &DeviceSpec) -> String {
    let names: Vec<_> = classes(spec.classes)
        .into_iter()
        .filter_map(|class| Some(serde_json::to_value(class).ok()?.as_str()?.to_owned()))
        .collect();
    names.join(", ")
}

fn online(view: &ProviderView<Account>) -> String {
    match (view.online, view.last_heartbeat) {
        (true, Some(block)) => format!("online, last heartbeat in block {block}"),
        (false, Some(block)) => format!("offline since after block {block}"),
        (_, None) => "offline, no heartbeat yet".into(),
    }
}

/// A provider with its devices. With the clock it also says how long things still take.
pub fn show(view: &ProviderView<Account>, clock: Option<&Clock>) -> String {
    let rating = rating_average(view.ratings)
        .map(|average| format!("{average:.1} of 5 ({} ratings)", view.ratings.0));
    let mut text = pairs(vec![
        ("Provider", Some(view.account.to_string())),
        ("State", Some(online(view))),
        ("Stake", Some(Amount(view.stake).with_unit())),
        ("Locked", Some(Amount(view.locked).with_unit())),
        (
            "Free",
            Some(format!("{} for new tasks", Amount(free(view)).with_unit())),
        ),
        (
            "Unbonding",
            (view.unbonding > 0).then(|| unbonding(view, clock)),
        ),
        ("Reputation", Some(format!("{} of 1000", view.reputation.0))),
        (
            "Tasks",
            Some(format!("{} settled, faults: {}", view.settled, view.faults)),
        ),
        ("Rating", rating),
        ("Worker key", Some(show_hash(&view.worker))),
        (
            "Serves at",
            Some(peers::show_all(&view.peers).join(", ")).filter(|text| !text.is_empty()),
        ),
    ]);
    text += &table_of(view, clock);
    text
}

/// What new assignments can lock.
fn free(view: &ProviderView<Account>) -> Balance {
    view.stake
        .saturating_sub(view.unbonding)
        .saturating_sub(view.locked)
}

fn unbonding(view: &ProviderView<Account>, clock: Option<&Clock>) -> String {
    let chunks = view.unbondings.iter();
    chunks
        .map(|chunk| {
            let amount = Amount(chunk.amount).with_unit();
            format!(
                "{amount}, can be withdrawn {}",
                when(chunk.available_at, clock)
            )
        })
        .collect::<Vec<_>>()
        .join("; ")
}

fn when(block: BlockNumber, clock: Option<&Clock>) -> String {
    match clock {
        Some(clock) => clock.until(block),
        None => format!("from block {block} on"),
    }
}

/// The devices of a provider.
pub fn table_of(view: &ProviderView<Account>, clock: Option<&Clock>) -> String {
    if view.devices.is_empty() {
        return "no devices\n".into();
    }
    let rows = view
        .devices
        .iter()
        .map(|device| {
            let state = match (device.online, device.available, device.cools_until) {
                (false, _, _) => "offline".into(),
                (true, false, _) => "paused".into(),
                (true, true, Some(block)) => format!("can be matched {}", when(block, clock)),
                (true, true, None) => "online".into(),
            };
            vec![
                device.id.to_string(),
                name(&device.spec),
                state,
                Amount(device.ask.0).to_string(),
                format!("{} of {}", device.used_slots, device.slots),
                device.spec.gflops.to_string(),
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

/// Several providers.
pub fn list(views: &[ProviderView<Account>]) -> String {
    if views.is_empty() {
        return "no providers".into();
    }
    let rows = views
        .iter()
        .map(|view| {
            vec![
                short(&view.account.to_string()),
                if view.online { "online" } else { "offline" }.into(),
                view.devices.len().to_string(),
                Amount(view.stake).to_string(),
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
    use crate::{commands::provider::register::tests::provider, output::json::ProviderJson};
    use aicpw_protocol::{units::AICP, view::UnbondingView, Milliseconds};

    const CLOCK: Clock = Clock {
        now: 100,
        is_paused: false,
        block_time: Milliseconds(250),
    };

    #[test]
    fn a_provider_for_people() {
        let mut view = provider([5; 32], &[3]);
        let text = show(&view, None);
        for part in [
            "State       online, last heartbeat in block 120\n",
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
        let part = "Unbonding   2 AICP, can be withdrawn in about 10.0 s (block 140)\n";
        assert!(show(&view, Some(&CLOCK)).contains(part));
        assert!(show(&view, None).contains("from block 140 on"));
    }

    #[test]
    fn the_name_of_a_device_cannot_command_the_terminal() {
        let mut view = provider([5; 32], &[3]);
        let name = b"gpu\x1b[2J\nonline".to_vec();
        view.devices[0].spec.name = name.try_into().unwrap();
        let text = show(&view, None);
        assert!(text.contains("gpu[2J online"), "{text}");
        assert!(!text.contains('\x1b'), "{text}");
    }

    #[test]
    fn the_state_of_a_device() {
        let state = |change: fn(&mut aicpw_protocol::view::DeviceView<Account>)| {
            let mut view = provider([5; 32], &[3]);
            change(&mut view.devices[0]);
            table_of(&view, Some(&CLOCK))
        };
        assert!(state(|device| device.available = false).contains("paused"));
        assert!(state(|device| device.online = false).contains("offline"));
        let cooling = state(|device| device.cools_until = Some(180));
        assert!(
            cooling.contains("can be matched in about 20.0 s"),
            "{cooling}"
        );
        assert_eq!(table_of(&provider([5; 32], &[]), None), "no devices\n");
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
        crate::output::documented::check(&["Provider"], &ProviderJson::from(&view));
    }
}
