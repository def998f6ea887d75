use super::{
    super::register::tests::{provider, spec},
    *,
};
use crate::error::Kind;
use aicpw_protocol::{units::AICP, Gflops};

fn local(spec: DeviceSpec) -> LocalDevice {
    LocalDevice {
        spec,
        memory_gigabytes_per_second: Some(12.34),
        deviations: vec![],
    }
}

fn named(fingerprint: u8, name: &str) -> DeviceSpec {
    DeviceSpec {
        name: name.as_bytes().to_vec().try_into().unwrap(),
        ..spec(fingerprint)
    }
}

#[test]
fn devices_by_number_or_all() {
    let view = provider([5; 32], &[3, 4]);
    let ids = |which: &str| {
        let chosen = chosen(&view, which.parse().unwrap()).unwrap();
        chosen.iter().map(|device| device.id.0).collect::<Vec<_>>()
    };
    assert_eq!(ids("all"), [3, 4]);
    assert_eq!(ids("4"), [4]);
    assert!("gpu".parse::<Which>().unwrap_err().contains("`all`"));
    let error = chosen(&view, Which::One(DeviceId(9))).unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert!(error.to_string().contains("it has devices 3, 4"), "{error}");
    let none = provider([5; 32], &[]);
    for which in [Which::All, Which::One(DeviceId(9))] {
        let error = chosen(&none, which).unwrap_err();
        assert!(error.to_string().contains("provider register"), "{error}");
    }
}

#[test]
fn only_what_differs_is_sent() {
    let mut view = provider([5; 32], &[3, 4]);
    view.devices[1].available = false;
    let chosen = chosen(&view, Which::All).unwrap();
    let pause = calls(&chosen, |device| {
        device
            .available
            .then(|| Call::set_availability(device.id, false))
    });
    assert_eq!(pause, [Call::set_availability(DeviceId(3), false)]);
    assert_eq!(subject(&chosen), "devices 3 (pthread), 4 (pthread)");
    assert_eq!(subject(&chosen[..1]), "device 3 (pthread)");
}

#[test]
fn an_ask_that_hardly_any_task_pays_is_asked_about() {
    let least = AskPrice(AICP / 1_000);
    let asked = |aicp: u128| too_dear(Amount(aicp * AICP), least);
    assert_eq!(asked(1_000), None);
    let text = asked(1_001).unwrap();
    for part in ["an ask of 1001 AICP", "the least on this chain, 0.001 AICP"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // No ask can be more than a million times this one.
    assert_eq!(too_dear(Amount(u128::MAX), AskPrice(u128::MAX)), None);
}

#[test]
fn a_device_with_a_task_is_left_alone() {
    let view = provider([5; 32], &[3]);
    let error = idle(&view.devices[0]).unwrap_err();
    assert!(error.to_string().contains("devices pause 3"), "{error}");
    let mut device = view.devices[0].clone();
    device.used_slots = 0;
    assert!(idle(&device).is_ok());
}

#[test]
fn a_device_is_found_again_after_a_change_of_the_driver() {
    let mut view = provider([5; 32], &[3, 4]);
    view.devices[1].spec = named(4, "second");
    let faster = DeviceSpec {
        gflops: Gflops(90),
        ..spec(3)
    };
    let find = |device: usize, local: &[LocalDevice]| {
        measured(&view, &view.devices[device], local)
            .map(|spec| spec.fingerprint[0])
            .map_err(|error| error.to_string())
    };
    assert_eq!(find(0, &[local(named(4, "second")), local(faster)]), Ok(3));
    // Another driver, and so another fingerprint; the name is the same.
    let renewed = [local(named(9, "second")), local(spec(3))];
    assert_eq!(find(1, &renewed), Ok(9));
    assert_eq!(find(0, &renewed), Ok(3));
    // A registered device is never taken for another one.
    assert!(find(1, &[local(spec(3))])
        .unwrap_err()
        .contains("no device 4"));
    let twins = [local(named(8, "second")), local(named(9, "second"))];
    assert!(find(1, &twins).unwrap_err().contains("several"));
}

#[test]
fn what_stake_is_locked_for_is_not_removed() {
    let mut view = provider([5; 32], &[3, 4]);
    view.locked = 2 * AICP;
    let all = chosen(&view, Which::All).unwrap();
    let error = occupied(&view, &all).unwrap().to_string();
    for part in [
        "2 AICP of stake",
        "DeviceOccupied",
        "nothing was sent; ",
        "try again",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    // The tasks may be those of the other device.
    let one = chosen(&view, Which::One(DeviceId(3))).unwrap();
    assert!(occupied(&view, &one).is_none());
    let mut free = view.clone();
    free.locked = 0;
    let all = chosen(&free, Which::All).unwrap();
    assert!(occupied(&free, &all).is_none());
}

#[test]
fn what_was_measured_is_said_with_its_units() {
    let device = local(spec(3));
    let text = measured_text(&device);
    assert_eq!(
        text,
        "40 GFLOPS, 8000 MiB of memory at 12.3 GB/s, 100 Mbit/s"
    );
    let unsaid = LocalDevice {
        memory_gigabytes_per_second: None,
        ..device
    };
    assert_eq!(
        measured_text(&unsaid),
        "40 GFLOPS, 8000 MiB of memory, 100 Mbit/s"
    );
}
