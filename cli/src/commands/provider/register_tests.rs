use super::*;
use crate::{chain::submit::Event, node_rpc::WorkerProof};
use aicpw_protocol::{
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
    task::Engine,
    units::AICP,
    view::{DeviceView, ProviderView},
    DeviceId, Gflops, Mebibytes, MegabitsPerSecond,
};
use codec::Encode;

fn local(fingerprint: u8) -> LocalDevice {
    LocalDevice {
        spec: spec(fingerprint),
        memory_gigabytes_per_second: Some(12.34),
        deviations: vec![],
    }
}

pub fn spec(fingerprint: u8) -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Cpu,
        engine: Engine::OpenCl,
        name: b"pthread".to_vec().try_into().unwrap(),
        fingerprint: [fingerprint; 32],
        classes: ClassSet {
            int: true,
            fp32_strict: true,
            device: false,
        },
        gflops: Gflops(40),
        memory: Mebibytes(8_000),
        bandwidth: MegabitsPerSecond(100),
    }
}

fn keys() -> WorkerKeys {
    WorkerKeys {
        worker: [5; 32],
        sealing_key: [6; 32],
        proof: WorkerProof {
            recent_block: 1,
            signature: [7; 64],
        },
    }
}

pub fn provider(worker: [u8; 32], fingerprints: &[u8]) -> ProviderView<Account> {
    let device = |fingerprint: &u8| DeviceView {
        id: DeviceId(u64::from(*fingerprint)),
        provider: Account([1; 32]),
        spec: spec(*fingerprint),
        ask: AskPrice(500_000_000_000_000_000),
        slots: 2,
        used_slots: 1,
        available: true,
        online: true,
        effective_gflops: Gflops(40),
        cools_until: None,
        challenge: None,
    };
    ProviderView {
        account: Account([1; 32]),
        stake: 1_000_000_000_000_000_000_000,
        unbonding: 0,
        unbondings: vec![],
        locked: 1_500_000_000_000_000_000,
        worker,
        sealing_key: [6; 32],
        peers: Default::default(),
        last_heartbeat: Some(120),
        online: true,
        reputation: Reputation(510),
        settled: 3,
        faults: 1,
        ratings: (2, 9),
        devices: fingerprints.iter().map(device).collect(),
    }
}

#[test]
fn only_what_is_missing_is_registered() {
    let local = [local(1), local(2)];
    let plan = Plan::new(None, &keys(), &local, DeviceChoice::All).unwrap();
    assert!(plan.new_provider && plan.devices.len() == 2);
    let known = provider([5; 32], &[1]);
    let plan = Plan::new(Some(&known), &keys(), &local, DeviceChoice::All).unwrap();
    assert!(!plan.new_provider);
    assert_eq!((plan.devices.len(), plan.known), (1, 1));
    let plan = Plan::new(Some(&known), &keys(), &local, DeviceChoice::One(0)).unwrap();
    assert!(plan.is_empty());
}

#[test]
fn a_provider_of_another_node_is_not_taken_over_in_passing() {
    let other_key = provider([9; 32], &[1, 2]);
    let error = Plan::new(Some(&other_key), &keys(), &[local(1)], DeviceChoice::All)
        .err()
        .unwrap();
    assert!(error.to_string().contains("rotate-worker"), "{error}");
}

#[test]
fn a_device_that_is_not_there() {
    let error = Plan::new(None, &keys(), &[local(1)], DeviceChoice::One(1))
        .err()
        .unwrap();
    assert!(error.message.ends_with("no device 1"), "{error}");
    let hint = error.hint.unwrap();
    assert!(hint.starts_with("it has device 0; "), "{hint}");
    for choice in [DeviceChoice::All, DeviceChoice::One(1)] {
        let error = Plan::new(None, &keys(), &[], choice).err().unwrap();
        assert!(error.to_string().contains("clinfo"), "{error}");
    }
    assert_eq!("all".parse(), Ok(DeviceChoice::All));
    assert_eq!("1".parse(), Ok(DeviceChoice::One(1)));
    assert!("gpu".parse::<DeviceChoice>().is_err());
}

#[test]
fn one_device_is_not_several() {
    let one = "1 of the node's devices is registered already\n";
    assert_eq!(known_already(1), one);
    assert!(known_already(2).starts_with("2 of the node's devices are "));
}

#[test]
fn the_number_is_that_of_the_node() {
    let known = provider([5; 32], &[1]);
    let plan = Plan::new(
        Some(&known),
        &keys(),
        &[local(1), local(2)],
        DeviceChoice::All,
    )
    .unwrap();
    assert_eq!(plan.devices[0].0, 1);
}

fn args(dry_run: bool) -> RegisterArgs {
    RegisterArgs {
        stake: Amount(1),
        ask: Amount(1),
        slots: 1,
        device: DeviceChoice::All,
        dry_run,
        timeout: None,
        address: AddressArgs {
            allow_private_ip: false,
            consent: crate::commands::confirm::Consent { yes: false },
        },
    }
}

fn signer() -> Signer {
    let keys = crate::keys::KeyArgs {
        suri: Some("//Bob".into()),
        key_file: None,
    };
    keys.signer().unwrap()
}

/// Regression: both messages were the same.
#[test]
fn a_dry_run_is_told_from_what_is_done() {
    let plan = Plan::new(None, &keys(), &[local(1)], DeviceChoice::All).unwrap();
    let said = |dry_run| show_plan(&plan, &signer(), &keys(), &args(dry_run));
    let dry = said(true);
    assert!(dry.contains(" would become a provider with "), "{dry}");
    assert!(dry.ends_with("\na dry run: nothing was sent\n"), "{dry}");
    let done = said(false);
    assert!(done.contains(" becomes a provider with "), "{done}");
    assert!(!done.contains("dry run"), "{done}");
}

#[test]
fn who_has_registered_is_told_so_and_for_what_fee() {
    let mut sent = Inclusion {
        block: Default::default(),
        height: 77,
        transaction: Default::default(),
        events: vec![],
        after: Default::default(),
    };
    assert_eq!(registered(&sent), "registered (final in block 77)");
    sent.events.push(Event {
        pallet: "TransactionPayment".into(),
        name: "TransactionFeePaid".into(),
        fields: ([1u8; 32], AICP / 2, 0u128).encode(),
    });
    assert_eq!(
        registered(&sent),
        "registered for a network fee of 0.5 AICP (final in block 77)"
    );
}

#[test]
fn the_documents_are_documented() {
    let local = [LocalDevice {
        deviations: vec!["fp32-strict: exp differs".into()],
        ..local(1)
    }];
    let plan = Plan::new(None, &keys(), &local, DeviceChoice::All).unwrap();
    let document = plan_json(&plan, &signer(), &keys(), &args(true));
    let speed = document.devices[0].memory_gigabytes_per_second;
    assert_eq!(speed, Some(12.34));
    let text = show_plan(&plan, &signer(), &keys(), &args(false));
    let columns = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let lines: Vec<_> = text.lines().map(columns).collect();
    let [.., head, _, row] = lines.as_slice() else {
        panic!("{text}");
    };
    assert_eq!(
        head.join(" "),
        "No Name GFLOPS MiB GB/s Mbit/s Classes Slots"
    );
    assert_eq!(
        row.join(" "),
        "0 pthread 40 8000 12.3 100 int, fp32-strict 1"
    );
    crate::output::documented::check(&["Registration"], &document);
    let document = RegisteredJson {
        registered_devices: 1,
        changed: ChangedJson::new(None, None),
    };
    let sections = ["Registration", "Provider change", "Transaction"];
    crate::output::documented::check(&sections, &document);
}
