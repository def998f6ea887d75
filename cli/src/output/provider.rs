//! Providers and devices for people.

use aicpw_protocol::{device::DeviceSpec, view::ProviderView};

use super::{
    json::{classes, rating_average},
    table::{pairs, short, table},
};
use crate::{account::Account, amount::Amount, peers, verify::show_hash};

/// A device's name.
pub fn name(spec: &DeviceSpec) -> String {
    String::from_utf8_lossy(&spec.name).into_owned()
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

/// A provider with its devices.
pub fn show(view: &ProviderView<Account>) -> String {
    let rating = rating_average(view.ratings)
        .map(|average| format!("{average:.1} of 5 ({} ratings)", view.ratings.0));
    let mut text = pairs(vec![
        ("Provider", Some(view.account.to_string())),
        ("State", Some(online(view))),
        ("Stake", Some(Amount(view.stake).with_unit())),
        ("Locked", Some(Amount(view.locked).with_unit())),
        (
            "Unbonding",
            (view.unbonding > 0).then(|| Amount(view.unbonding).with_unit()),
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
    if view.devices.is_empty() {
        return text + "no devices\n";
    }
    let rows = view
        .devices
        .iter()
        .map(|device| {
            let state = match (device.online, device.available, device.cools_until) {
                (false, _, _) => "offline".into(),
                (true, false, _) => "not offered".into(),
                (true, true, Some(block)) => format!("cools down until block {block}"),
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
    text += &table(&header, rows);
    text
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
    use crate::{commands::register::tests::provider, output::json::ProviderJson};

    #[test]
    fn a_provider_for_people() {
        let text = show(&provider([5; 32], &[3]));
        for part in [
            "State       online, last heartbeat in block 120\n",
            "Stake       1000 AICP\n",
            "Rating      4.5 of 5 (2 ratings)\n",
            "3   pthread   online   0.5       1 of 2       40   8000   int, fp32-strict\n",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }

    #[test]
    fn a_provider_for_programs() {
        let document = serde_json::to_value(ProviderJson::from(&provider([5; 32], &[3]))).unwrap();
        assert_eq!(document["stake"], "1000");
        assert_eq!(document["rating_average"], 4.5);
        assert_eq!(document["worker"], format!("0x{}", "05".repeat(32)));
        assert_eq!(
            document["devices"][0]["classes"],
            serde_json::json!(["int", "fp32-strict"])
        );
        assert_eq!(document["devices"][0]["ask"], "0.5");
    }
}
