//! `aicpw provider register`: turns the devices of a node's machine into a provider that is online.

use std::time::Duration;

use aicpw_protocol::{
    device::Slots,
    task::PeerAddresses,
    view::{MarketParameters, ProviderView},
    AskPrice, Milliseconds,
};
use serde::Serialize;

use super::{
    super::{
        addresses::{AddressArgs, Named},
        Context,
    },
    change::{sign_all, ChangedJson, Paid},
    devices::{confirm_ask, too_dear},
    worker,
};
use crate::{
    account::Account,
    amount::Amount,
    chain::{call::Call, submit::Inclusion, Chain},
    error::{Error, Kind, Result},
    hash::show_hash,
    keys::Signer,
    node_rpc::{LocalDevice, NodeRpc, WorkerKeys},
    output::{
        json::classes,
        provider::{by_number, class_names, name, show},
        table::table,
    },
    quantity::{parse_span, show_elapsed, whole},
};

/// How long registering waits for the first heartbeat and the conformance runs.
const ONLINE_TIMEOUT: Milliseconds = Milliseconds(120_000);

/// What `provider register` takes.
#[derive(clap::Args, Debug)]
pub struct RegisterArgs {
    /// AICP that are held as stake; for an account that is a provider already, its stake stays
    #[arg(long, value_name = "AICP", allow_negative_numbers = true)]
    pub stake: Amount,

    /// Price of each device, in AICP per TFLOPS-hour
    #[arg(long, value_name = "AICP", allow_negative_numbers = true)]
    pub ask: Amount,

    /// Jobs that each device runs at once
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = whole::<Slots>(1..=Slots::MAX.into()))]
    pub slots: Slots,

    /// Which of the node's devices: its number as shown by --dry-run, or `all`
    #[arg(
        long,
        value_name = "N|all",
        default_value = "all",
        allow_negative_numbers = true
    )]
    pub device: DeviceChoice,

    /// Only show what would be done
    #[arg(long)]
    pub dry_run: bool,

    /// How long to wait until the devices are online; 0 does not wait [default: 2m]
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true, value_parser = parse_span)]
    pub timeout: Option<Milliseconds>,

    #[command(flatten)]
    pub address: AddressArgs,
}

/// Which of the node's devices to register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeviceChoice {
    /// All of them.
    All,
    /// The one at this position.
    One(usize),
}

impl std::str::FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            number => number
                .parse()
                .map(Self::One)
                .map_err(|_| format!("`{text}` is neither a number nor `all`")),
        }
    }
}

/// What has to be sent.
struct Plan {
    /// Whether the account is not a provider yet.
    new_provider: bool,
    /// The devices to register, with their positions at the node.
    devices: Vec<(usize, LocalDevice)>,
    /// How many devices are already registered.
    known: usize,
}

impl Plan {
    fn new(
        provider: Option<&ProviderView<Account>>,
        keys: &WorkerKeys,
        local: &[LocalDevice],
        choice: DeviceChoice,
    ) -> Result<Self> {
        let all = local.iter().cloned().enumerate();
        let chosen: Vec<_> = match choice {
            DeviceChoice::All => all.collect(),
            DeviceChoice::One(index) if index < local.len() => {
                all.filter(|(number, _)| *number == index).collect()
            }
            DeviceChoice::One(_) if local.is_empty() => Vec::new(),
            DeviceChoice::One(index) => {
                let what = format!("--device: the node has no device {index}");
                let there = by_number(0..local.len());
                return Err(Error::usage(what).hint(format!("it has {there}; nothing was sent")));
            }
        };
        if chosen.is_empty() {
            return Err(Error::other("the node has no device that can be registered").hint(
                "an OpenCL driver must be installed there (`clinfo` lists devices), and the node \
                 must run with --provider",
            ));
        }
        let number = chosen.len();
        let is_known = |device: &LocalDevice| {
            provider.is_some_and(|provider| {
                provider
                    .devices
                    .iter()
                    .any(|known| known.spec.fingerprint == device.spec.fingerprint)
            })
        };
        let devices: Vec<_> = chosen
            .into_iter()
            .filter(|(_, device)| !is_known(device))
            .collect();
        if let Some(other) = provider.filter(|provider| provider.worker != keys.worker) {
            return Err(Error::other(format!(
                "another node works for {}: its worker key is {}, this node's is {}",
                other.account,
                show_hash(&other.worker),
                show_hash(&keys.worker)
            ))
            .hint(
                "a provider has one node at a time; `aicpw provider rotate-worker` makes it this \
                 one, or use another account for this machine",
            ));
        }
        Ok(Self {
            new_provider: provider.is_none(),
            known: number - devices.len(),
            devices,
        })
    }

    fn is_empty(&self) -> bool {
        !self.new_provider && self.devices.is_empty()
    }
}

#[derive(Serialize)]
struct RegisteredJson {
    registered_devices: usize,
    #[serde(flatten)]
    changed: ChangedJson,
}

#[derive(Serialize)]
struct PlanJson {
    provider: Account,
    new_provider: bool,
    worker: String,
    stake: Option<Amount>,
    ask: Amount,
    slots: Slots,
    devices: Vec<DeviceSpecJson>,
}

#[derive(Serialize)]
struct DeviceSpecJson {
    number: usize,
    name: String,
    kind: aicpw_protocol::device::DeviceKind,
    classes: Vec<aicpw_protocol::task::DeterminismClass>,
    gflops: u64,
    memory_mib: u64,
    memory_gigabytes_per_second: Option<f64>,
    bandwidth_mbps: u32,
    fingerprint: String,
    deviations: Vec<String>,
}

/// Registers the provider and its devices.
pub async fn run(context: &Context<'_>, args: &RegisterArgs) -> Result<()> {
    let out = context.out;
    let signer = context.signer()?;
    let chain = context.connect_to_send().await?;
    let node = NodeRpc::new(&chain);
    let market = chain.market_parameters().await?;
    let provider = chain.provider(signer.account, None).await?;
    check_terms(args, provider.as_ref(), &market)?;
    let waiting = out.wait("asking the node for its devices");
    let local = node.local_devices().await?;
    let keys = node.worker_keys(signer.account).await?;
    drop(waiting);
    let plan = Plan::new(provider.as_ref(), &keys, &local, args.device)?;
    if plan.new_provider {
        worker::check_free(&chain, &keys.worker, signer.account).await?;
    }
    let named = match plan.new_provider {
        true => Some(Named::of_node(&chain, &node, args.address.allow_private_ip).await?),
        false => None,
    };
    // Devices that are already registered keep their ask.
    let sets_ask = !plan.devices.is_empty();
    if args.dry_run {
        if let Some(named) = &named {
            named.warn(out);
        }
        if let Some(warning) = too_dear(args.ask, market.min_ask).filter(|_| sets_ask) {
            out.warn(warning);
        }
        let document = plan_json(&plan, &signer, &keys, args);
        out.result(&document, |_| show_plan(&plan, &signer, &keys, args));
        return Ok(());
    }
    if sets_ask {
        confirm_ask(context, args.ask, market.min_ask, args.address.consent).await?;
    }
    let peers = match &named {
        Some(named) => {
            named.confirm(context, args.address.consent).await?;
            named.addresses().clone()
        }
        None => PeerAddresses::default(),
    };
    // The transaction that is announced is the one that is paid for.
    let paid = if plan.is_empty() {
        None
    } else {
        Some(sign(&chain, &signer, &keys, &peers, &plan, args).await?)
    };
    out.say(show_plan(&plan, &signer, &keys, args));
    let sent = match paid {
        Some(paid) => Some(paid.send(&chain).await?),
        None => None,
    };
    if let Some(sent) = &sent {
        out.say(registered(sent));
    }
    let timeout = args.timeout.unwrap_or(ONLINE_TIMEOUT);
    let view = wait_until_online(context, &chain, &signer, &local, timeout).await?;
    let document = RegisteredJson {
        registered_devices: plan.devices.len(),
        changed: ChangedJson::new(Some(&view), sent.as_ref()),
    };
    let clock = chain.clock().await?;
    out.result(&document, |_| show(&view, &clock, market.min_stake, None));
    Ok(())
}

/// Checks that the chain would accept the stake and the ask.
fn check_terms(
    args: &RegisterArgs,
    provider: Option<&ProviderView<Account>>,
    market: &MarketParameters,
) -> Result<()> {
    if provider.is_none() && args.stake.0 < market.min_stake {
        return Err(Error::usage(format!(
            "--stake: at least {} on this chain",
            Amount(market.min_stake).with_unit()
        ))
        .hint("nothing was sent"));
    }
    if args.ask.0 < market.min_ask.0 {
        return Err(Error::usage(format!(
            "--ask: at least {} per TFLOPS-hour on this chain",
            Amount(market.min_ask.0).with_unit()
        ))
        .hint("nothing was sent"));
    }
    Ok(())
}

/// Signs the calls of the plan. A new provider is reached at `peers`.
async fn sign(
    chain: &Chain,
    signer: &Signer,
    keys: &WorkerKeys,
    peers: &PeerAddresses,
    plan: &Plan,
    args: &RegisterArgs,
) -> Result<Paid> {
    let mut calls = Vec::new();
    if plan.new_provider {
        calls.push(Call::register_provider(
            args.stake.0,
            keys.worker,
            keys.sealing_key,
            peers,
            &keys.proof,
        ));
    }
    let ask = AskPrice(args.ask.0);
    calls.extend(
        plan.devices
            .iter()
            .map(|(_, device)| Call::register_device(&device.spec, ask, args.slots)),
    );
    let stake = if plan.new_provider { args.stake.0 } else { 0 };
    sign_all(chain, signer, &calls, stake).await
}

/// Whether those of the provider's devices that are at this node can be matched, as far as the node can bring that
/// about.
fn is_ready(view: &ProviderView<Account>, local: &[LocalDevice]) -> bool {
    let is_local = |fingerprint| {
        let mut local = local.iter();
        local.any(|local| local.spec.fingerprint == fingerprint)
    };
    let mut devices = view.devices.iter();
    view.online
        && devices.all(|device| device.challenge.is_none() || !is_local(device.spec.fingerprint))
}

/// Waits for the first heartbeat and the conformance runs, which make the devices available for tasks.
async fn wait_until_online(
    context: &Context<'_>,
    chain: &Chain,
    signer: &Signer,
    local: &[LocalDevice],
    timeout: Milliseconds,
) -> Result<ProviderView<Account>> {
    let online = async {
        let mut heads = chain.best_heads().await?;
        let _waiting = context
            .out
            .wait("waiting for the first heartbeat and the conformance runs");
        loop {
            let view = chain.provider(signer.account, None).await?;
            if let Some(view) = view.filter(|view| is_ready(view, local) || timeout.0 == 0) {
                return Ok(view);
            }
            heads.next().await?;
        }
    };
    // Even without waiting, the node must have time to answer.
    let limit = Duration::from_millis(timeout.0.max(10_000));
    tokio::time::timeout(limit, online)
        .await
        .unwrap_or_else(|_| {
            Err(Error::new(
                Kind::Timeout,
                format!(
                    "registered, but not all devices are online after {}",
                    show_elapsed(limit)
                ),
            )
            .hint(
                "the node must run with --provider, have the worker key, and do the conformance \
                 runs of its devices; its log says what is missing. `aicpw provider status` shows \
                 when they are online",
            ))
        })
}

/// The message once it is done.
fn registered(sent: &Inclusion) -> String {
    let fee = sent.fee_paid().map_or(String::new(), |fee| {
        format!(" for a network fee of {}", Amount(fee).with_unit())
    });
    format!("registered{fee} (final in block {})", sent.height)
}

fn show_plan(plan: &Plan, signer: &Signer, keys: &WorkerKeys, args: &RegisterArgs) -> String {
    let mut text = if plan.new_provider {
        let becomes = if args.dry_run {
            "would become"
        } else {
            "becomes"
        };
        format!(
            "{} {becomes} a provider with a stake of {} and the worker key {}\n",
            signer.account,
            args.stake.with_unit(),
            show_hash(&keys.worker)
        )
    } else {
        format!(
            "{} is a provider already; its stake and the asks of its devices stay as they are \
             (`aicpw provider stake`, `aicpw provider ask`)\n",
            signer.account
        )
    };
    if plan.known > 0 {
        text += &known_already(plan.known);
    }
    if !plan.devices.is_empty() {
        text += &format!(
            "devices to register, at {} per TFLOPS-hour:\n",
            args.ask.with_unit()
        );
        let rows = plan
            .devices
            .iter()
            .map(|(index, device)| {
                let spec = &device.spec;
                let speed = device.memory_gigabytes_per_second;
                vec![
                    index.to_string(),
                    name(spec),
                    spec.gflops.to_string(),
                    spec.memory.to_string(),
                    speed.map_or("-".into(), |speed| format!("{speed:.1}")),
                    spec.bandwidth.to_string(),
                    class_names(spec),
                    args.slots.to_string(),
                ]
            })
            .collect();
        text += &table(
            &[
                ">No", "Name", ">GFLOPS", ">MiB", ">GB/s", ">Mbit/s", "Classes", ">Slots",
            ],
            rows,
        );
    }
    if args.dry_run {
        text += "a dry run: nothing was sent\n";
    }
    text
}

fn known_already(devices: usize) -> String {
    let are = match devices {
        1 => "is",
        _ => "are",
    };
    format!("{devices} of the node's devices {are} registered already\n")
}

fn plan_json(plan: &Plan, signer: &Signer, keys: &WorkerKeys, args: &RegisterArgs) -> PlanJson {
    PlanJson {
        provider: signer.account,
        new_provider: plan.new_provider,
        worker: show_hash(&keys.worker),
        stake: plan.new_provider.then_some(args.stake),
        ask: args.ask,
        slots: args.slots,
        devices: plan
            .devices
            .iter()
            .map(|(number, device)| device_json(*number, device))
            .collect(),
    }
}

fn device_json(number: usize, device: &LocalDevice) -> DeviceSpecJson {
    let spec = &device.spec;
    DeviceSpecJson {
        number,
        deviations: device.deviations.clone(),
        name: name(spec),
        kind: spec.kind,
        classes: classes(spec.classes),
        gflops: spec.gflops.0,
        memory_mib: spec.memory.0,
        memory_gigabytes_per_second: device.memory_gigabytes_per_second,
        bandwidth_mbps: spec.bandwidth.0,
        fingerprint: show_hash(&spec.fingerprint),
    }
}

#[cfg(test)]
#[path = "register_tests.rs"]
pub(crate) mod tests;
