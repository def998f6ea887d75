//! `aicpw provider devices …` and `aicpw provider ask`.

use std::str::FromStr;

use aicpw_protocol::{
    device::{DeviceSpec, Slots},
    view::{ChallengeState, DeviceView, ProviderView},
    AskPrice, Balance, DeviceId,
};
use clap::Subcommand;

use super::{
    super::{confirm::Consent, Context},
    change::{read, Change},
};
use crate::{
    account::Account,
    amount::Amount,
    chain::{call::Call, next_step},
    error::{Error, Result},
    node_rpc::{LocalDevice, NodeRpc},
    output::{
        json::devices,
        provider::{by_number, name, table_of},
    },
    quantity::{count, whole},
};

/// `aicpw provider devices …`
#[derive(Subcommand, Debug)]
pub enum DevicesCommand {
    /// List the devices of the key's account
    ///
    /// A device gets tasks while its state is `online`: it is available, it did its conformance run, its
    /// provider's node sends heartbeats, and the active stake is at least the minimum.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider devices ls
  aicpw --key-file provider.key provider devices ls --json")]
    Ls,
    /// Set how many tasks a device runs at once
    ///
    /// Tasks that run are not affected. A device with two slots runs each task at about half its
    /// speed, so that time limits which fit alone may not fit then.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider devices set-slots 3 2
  aicpw --key-file provider.key provider devices set-slots all 1")]
    SetSlots {
        #[command(flatten)]
        chosen: Chosen,
        /// Tasks at once, from 1 to 8
        #[arg(allow_negative_numbers = true, value_parser = whole::<Slots>(1..=Slots::MAX.into()))]
        slots: Slots,
    },
    /// Take no new tasks on a device; those that run go on
    ///
    /// Locks and payments of what runs are not affected. `resume` offers the device again.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider devices pause 3
  aicpw --key-file provider.key provider devices pause all")]
    Pause(Chosen),
    /// Offer a device again after `pause`
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider devices resume 3
  aicpw --key-file provider.key provider devices resume all")]
    Resume(Chosen),
    /// Have the node measure a device anew, and tell the chain what came out
    ///
    /// Takes up to some minutes, in which nothing else should run there. Needed after another driver was
    /// installed (start the node again first): a device whose name is still the same keeps its
    /// number, and gets its new spec. Needed too where a device has less memory than before, or its node
    /// was started with a lower --bandwidth: a device with less than the chain knows gets no tasks. Another
    /// spec is proven with a conformance run before the next task. Runs on the node's own machine. A device
    /// that runs a task is refused: `pause` it and wait.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider devices update 3
  aicpw --key-file provider.key provider devices update all")]
    Update(Chosen),
    /// Have a device do its conformance run again, or at once if the next one is further away
    ///
    /// It gets no new tasks until the run is right, which takes some seconds. A device that runs a task is
    /// refused: `pause` it and wait.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider devices prove 3
  aicpw --key-file provider.key provider devices prove all")]
    Prove(Chosen),
    /// Remove a device for good
    ///
    /// It must run no task, and no stake may be locked for it: after its last task that takes as
    /// long as results can be fetched. One with failures or missed deadlines that it has not made up for stays
    /// until all stake is withdrawn. Registered again it has another number.
    #[command(after_long_help = "\
Examples:
  aicpw --key-file provider.key provider devices remove 3
  aicpw --key-file provider.key provider devices remove all --yes")]
    Remove {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        consent: Consent,
    },
}

/// What a command about devices takes first.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Chosen {
    /// Its number, as `devices ls` shows it, or `all`
    #[arg(allow_negative_numbers = true)]
    device: Which,
}

/// Which of the provider's devices to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// All of them.
    All,
    /// This one.
    One(DeviceId),
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            number => number
                .parse()
                .map(|id| Self::One(DeviceId(id)))
                .map_err(|_| {
                    format!(
                        "`{text}` is neither a device's number nor `all`; `aicpw provider devices` \
                         lists them"
                    )
                }),
        }
    }
}

/// Runs a devices command.
pub async fn run(context: &Context<'_>, command: DevicesCommand) -> Result<()> {
    match command {
        DevicesCommand::Ls => ls(context).await,
        DevicesCommand::SetSlots { chosen, slots } => {
            set_slots(context, chosen.device, slots).await
        }
        DevicesCommand::Pause(chosen) => set_available(context, chosen.device, false).await,
        DevicesCommand::Resume(chosen) => set_available(context, chosen.device, true).await,
        DevicesCommand::Update(chosen) => update(context, chosen.device).await,
        DevicesCommand::Prove(chosen) => prove(context, chosen.device).await,
        DevicesCommand::Remove { chosen, consent } => remove(context, chosen.device, consent).await,
    }
}

async fn ls(context: &Context<'_>) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.connect().await?;
    let view = read(&chain, signer.account).await?;
    let clock = chain.clock().await?;
    let min_stake = chain.market_parameters().await?.min_stake;
    let at_work = chain.at_work(&view.worker).await?;
    context.out.result(&devices(&view), |_| {
        let table = table_of(&view, &clock, min_stake);
        format!("{table}At work: {}\n", at_work.show())
    });
    Ok(())
}

/// At how many times the lowest ask an ask is so high that hardly any task pays it.
const TOO_DEAR: Balance = 1_000_000;

/// A warning about an ask that hardly any task pays, which is probably a typing error; `None` if it is not that high.
pub fn too_dear(ask: Amount, least: AskPrice) -> Option<String> {
    (ask.0 > least.0.saturating_mul(TOO_DEAR)).then(|| {
        format!(
            "an ask of {} per TFLOPS-hour is more than a million times the least on this chain, {}: hardly any task \
             pays that",
            ask.with_unit(),
            Amount(least.0).with_unit()
        )
    })
}

/// Asks for confirmation before such an ask is set.
///
/// # Errors
/// The person does not want that, or there is nobody to ask.
pub async fn confirm_ask(
    context: &Context<'_>,
    ask: Amount,
    least: AskPrice,
    consent: Consent,
) -> Result<()> {
    let Some(consequence) = too_dear(ask, least) else {
        return Ok(());
    };
    if consent.yes {
        context.out.warn(&consequence);
    }
    context.confirm(&consequence, consent).await
}

/// Sets the ask.
pub async fn ask(context: &Context<'_>, which: Which, ask: Amount, consent: Consent) -> Result<()> {
    let change = Change::begin(context).await?;
    let market = change.chain.market_parameters().await?;
    if ask.0 < market.min_ask.0 {
        return Err(Error::usage(format!(
            "PRICE: at least {} per TFLOPS-hour on this chain",
            Amount(market.min_ask.0).with_unit()
        ))
        .hint("nothing was sent"));
    }
    let chosen = chosen(&change.view, which)?;
    let calls = calls(&chosen, |device| {
        (device.ask.0 != ask.0).then(|| Call::set_ask(device.id, AskPrice(ask.0)))
    });
    if !calls.is_empty() {
        confirm_ask(context, ask, market.min_ask, consent).await?;
    }
    let subject = subject(&chosen);
    change
        .send(&calls, Amount(0), |_| {
            format!("{subject}: {} per TFLOPS-hour", ask.with_unit())
        })
        .await
}

async fn set_slots(context: &Context<'_>, which: Which, slots: Slots) -> Result<()> {
    let change = Change::begin(context).await?;
    let most: Slots = change.chain.constant("ProviderStaking", "MaxSlots").await?;
    if slots > most {
        return Err(
            Error::usage(format!("SLOTS: at most {most} on this chain")).hint("nothing was sent")
        );
    }
    let chosen = chosen(&change.view, which)?;
    let calls = calls(&chosen, |device| {
        (device.slots != slots).then(|| Call::set_slots(device.id, slots))
    });
    let subject = subject(&chosen);
    change
        .send(&calls, Amount(0), |_| {
            let tasks = count(slots.into(), "task");
            format!("{subject}: at most {tasks} at once")
        })
        .await
}

async fn set_available(context: &Context<'_>, which: Which, available: bool) -> Result<()> {
    let change = Change::begin(context).await?;
    let chosen = chosen(&change.view, which)?;
    let calls = calls(&chosen, |device| {
        (device.available != available).then(|| Call::set_availability(device.id, available))
    });
    let subject = subject(&chosen);
    change
        .send(&calls, Amount(0), |view| match available {
            true if view.online => format!("{subject}: offered"),
            true => format!("{subject}: offered as soon as the node sends heartbeats"),
            false => format!("{subject}: no new tasks; those that run go on"),
        })
        .await
}

async fn update(context: &Context<'_>, which: Which) -> Result<()> {
    let change = Change::begin(context).await?;
    let chosen = chosen(&change.view, which)?;
    for device in &chosen {
        idle(device)?;
        paused(device)?;
    }
    let node = NodeRpc::new(&change.chain);
    let waiting = context.out.wait("asking the node for its devices");
    let local = node.local_devices().await?;
    drop(waiting);
    let mut found = Vec::new();
    for device in &chosen {
        found.push(measured(&change.view, device, &local)?.fingerprint);
    }
    let mut calls = Vec::new();
    let mut failed = None;
    for (device, fingerprint) in chosen.iter().zip(&found) {
        let (id, name) = (device.id, name(&device.spec));
        let waiting = context.out.wait(format!("measuring device {id} ({name})"));
        let measured = match node.measure_device(fingerprint).await {
            Ok(measured) => measured,
            // Do not lose what was already measured.
            Err(error) if !calls.is_empty() => {
                failed = Some(error);
                break;
            }
            Err(error) => return Err(error),
        };
        drop(waiting);
        if measured.spec != device.spec {
            context.out.say(format!(
                "device {id} ({name}): {}",
                measured_text(&measured)
            ));
            calls.push(Call::update_spec(id, &measured.spec));
        }
    }
    let subject = subject(&chosen);
    change
        .send(&calls, Amount(0), |_| {
            format!("{subject}: registered as measured; no tasks before the conformance run")
        })
        .await?;
    failed.map_or(Ok(()), Err)
}

async fn prove(context: &Context<'_>, which: Which) -> Result<()> {
    let change = Change::begin(context).await?;
    let chosen = chosen(&change.view, which)?;
    for device in &chosen {
        idle(device)?;
    }
    // Leave devices alone that are already doing a conformance run.
    let calls = calls(&chosen, |device| {
        let is_open = device.challenge.is_some_and(|challenge| {
            matches!(
                challenge.state,
                ChallengeState::Drawing | ChallengeState::Open
            )
        });
        (!is_open).then(|| Call::request_challenge(device.id))
    });
    let subject = subject(&chosen);
    change
        .send(&calls, Amount(0), |_| {
            format!("{subject}: `aicpw provider devices` shows how far the conformance run is")
        })
        .await
}

async fn remove(context: &Context<'_>, which: Which, consent: Consent) -> Result<()> {
    let change = Change::begin(context).await?;
    let chosen = chosen(&change.view, which)?;
    let clock = change.chain.clock().await?;
    for device in &chosen {
        idle(device)?;
        if let Some(block) = device.cools_until {
            let when = clock.until(block);
            return Err(Error::usage(format!("device {} cools down", device.id))
                .hint(format!("nothing was sent; try again {when}")));
        }
    }
    if let Some(occupied) = occupied(&change.view, &chosen) {
        return Err(occupied);
    }
    let subject = subject(&chosen);
    context
        .confirm(&format!("{subject}: removed for good"), consent)
        .await?;
    let calls = calls(&chosen, |device| Some(Call::deregister_device(device.id)));
    change
        .send(&calls, Amount(0), |_| format!("{subject}: removed"))
        .await
}

/// The devices that `which` selects.
fn chosen(view: &ProviderView<Account>, which: Which) -> Result<Vec<&DeviceView<Account>>> {
    let found: Vec<_> = view
        .devices
        .iter()
        .filter(|device| which == Which::All || which == Which::One(device.id))
        .collect();
    match which {
        _ if !found.is_empty() => Ok(found),
        Which::All => Err(Error::usage(format!("{} has no devices", view.account))
            .hint("`aicpw provider register` registers those of the node")),
        Which::One(id) => {
            let what = Error::usage(format!("{} has no device {id}", view.account));
            Err(what.hint(match view.devices.is_empty() {
                true => "it has none; `aicpw provider register` registers those of the node".into(),
                false => {
                    let devices = by_number(view.devices.iter().map(|device| device.id));
                    format!("it has {devices}; nothing was sent")
                }
            }))
        }
    }
}

/// The calls for those devices that need one.
fn calls(
    chosen: &[&DeviceView<Account>],
    call: impl Fn(&DeviceView<Account>) -> Option<Call>,
) -> Vec<Call> {
    chosen.iter().filter_map(|device| call(device)).collect()
}

/// What a node has measured of a device, and what its operator says about it.
fn measured_text(device: &LocalDevice) -> String {
    let spec = &device.spec;
    let speed = device.memory_gigabytes_per_second;
    let speed = speed.map_or(String::new(), |speed| format!(" at {speed:.1} GB/s"));
    format!(
        "{} GFLOPS, {} MiB of memory{speed}, {} Mbit/s",
        spec.gflops, spec.memory, spec.bandwidth
    )
}

/// These devices as the subject of a sentence.
fn subject(chosen: &[&DeviceView<Account>]) -> String {
    let names = chosen.iter();
    by_number(names.map(|device| format!("{} ({})", device.id, name(&device.spec))))
}

/// Refuses unless the device is paused: while it is measured it can run no job, and if it were matched meanwhile, the
/// task would fail at the provider's cost.
fn paused(device: &DeviceView<Account>) -> Result<()> {
    if !device.available {
        return Ok(());
    }
    let id = device.id;
    Err(Error::usage(format!("device {id} is offered for tasks")).hint(format!(
        "nothing was sent; `aicpw provider devices pause {id}` first, and `aicpw provider devices resume {id}` \
         after it"
    )))
}

fn idle(device: &DeviceView<Account>) -> Result<()> {
    if device.used_slots == 0 {
        return Ok(());
    }
    let id = device.id;
    Err(Error::usage(format!(
        "device {id} runs {}",
        count(device.used_slots.into(), "task")
    ))
    .hint(format!(
        "nothing was sent; `aicpw provider devices pause {id}` keeps new ones away, and \
         `aicpw provider devices` shows when it is idle"
    )))
}

/// Why the chain would not remove these devices, as far as that can be seen: stake is locked for tasks of some device,
/// and no other device is left that these could be tasks of.
fn occupied(view: &ProviderView<Account>, chosen: &[&DeviceView<Account>]) -> Option<Error> {
    if view.locked == 0 || chosen.len() < view.devices.len() {
        return None;
    }
    let error = Error::other(format!(
        "{} of stake are locked for what {} did (ProviderStaking.DeviceOccupied)",
        Amount(view.locked).with_unit(),
        subject(chosen)
    ));
    Some(match next_step("ProviderStaking", "DeviceOccupied") {
        Some(step) => error.hint(format!("nothing was sent; {step}")),
        None => error,
    })
}

/// The last measurement of a registered device: that of the local device with its fingerprint. If a driver update has
/// changed the fingerprint, it is that of the only new device with its name.
fn measured<'a>(
    view: &ProviderView<Account>,
    device: &DeviceView<Account>,
    local: &'a [LocalDevice],
) -> Result<&'a DeviceSpec> {
    let same = |spec: &&DeviceSpec| spec.fingerprint == device.spec.fingerprint;
    let mut specs = local.iter().map(|local| &local.spec);
    if let Some(spec) = specs.clone().find(same) {
        return Ok(spec);
    }
    let is_other = |spec: &&DeviceSpec| {
        let mut others = view.devices.iter();
        others.any(|other| other.spec.fingerprint == spec.fingerprint)
    };
    let mut alike = specs
        .clone()
        .filter(|spec| spec.name == device.spec.name && !is_other(spec));
    match (alike.next(), alike.next()) {
        (Some(spec), None) => Ok(spec),
        (None, _) => {
            let there = specs.by_ref().map(name).collect::<Vec<_>>().join(", ");
            Err(Error::other(format!(
                "the node has no device {} (`{}`); it has: {there}",
                device.id,
                name(&device.spec)
            ))
            .hint(
                "is --url the provider's node? `aicpw provider devices remove` ends what is gone",
            ))
        }
        (Some(_), Some(_)) => Err(Error::other(format!(
            "several new devices of the node are called `{}`",
            name(&device.spec)
        ))
        .hint(
            "remove the old ones with `aicpw provider devices remove`, then \
             `aicpw provider register` the new ones",
        )),
    }
}

#[cfg(test)]
#[path = "devices_tests.rs"]
mod tests;
