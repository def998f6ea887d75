//! The moves, each with a letter. The corpus uses the letters of the table below; any other byte also means one of
//! them.

use aicpw_primitives::traits::DrawRandomness as _;
use aicpw_protocol::{
    task::TaskStatus, view::AuditState, worker::Statement, AskPrice, Balance, DeviceId, TaskId,
};
use aicpw_runtime::{
    configs::parameters::MarketParameter, units::MILLI, DrawRandomness, MarketClock, Runtime, Tasks,
};
use pallet_market_clock::Call as Clock;
use pallet_provider_staking::{Call as Staking, Devices};
use pallet_tasks::{Audits, Call as Task};
use sp_core::{sr25519, Pair};
use sp_keyring::Sr25519Keyring;

use crate::{
    actors::{spec, submission, worker, AMOUNTS, PROVIDERS, REQUESTERS},
    chain::Chain,
    disputes,
    input::Input,
    providers,
    workers::{self, keys},
};

/// The longest jump over blocks.
const LONGEST_JUMP: u32 = 240;

/// The length of jumps once nobody acts any more. It must be fewer blocks than the agenda handles in one block, or the
/// agenda would never catch up with what is left in it.
const LAST_JUMPS: u32 = 100;

/// After how many such jumps every task and every dispute must have ended.
const PATIENCE: u32 = 240;

type Move = fn(&mut Chain, &mut Input<'_>);

/// The moves. A comment names the numbers that follow a letter.
const MOVES: &[(u8, Move)] = &[
    // requesters: who, and what `submission` takes; or which task
    (b's', submit),
    (b'c', |chain, input| {
        on_task(chain, input, |task| Task::cancel { task })
    }),
    (b'a', |chain, input| {
        on_task(chain, input, |task| Task::accept { task })
    }),
    (b'r', rate),
    (b'y', disputes::grant_key),
    (b'D', disputes::dispute),
    (b'A', disputes::appeal),
    (b'U', disputes::claim),
    (b'H', disputes::dispute_part),
    (b'N', disputes::name_part),
    // providers: who, …
    (b'j', join),
    (b'd', register_device),
    (b'x', |chain, input| {
        on_device(chain, input, |device, _| Staking::deregister_device {
            device,
        })
    }),
    (b'q', |chain, input| {
        on_device(chain, input, |device, number| Staking::set_ask {
            device,
            ask: AskPrice(u128::from(number) * 100 * MILLI),
        })
    }),
    (b'l', |chain, input| {
        on_device(chain, input, |device, slots| Staking::set_slots {
            device,
            slots,
        })
    }),
    (b'v', |chain, input| {
        on_device(chain, input, |device, number| Staking::set_availability {
            device,
            available: number.is_multiple_of(2),
        })
    }),
    (b'e', |chain, input| {
        on_stake(chain, input, |amount| Staking::bond_extra { amount })
    }),
    (b'u', |chain, input| {
        on_stake(chain, input, |amount| Staking::unbond { amount })
    }),
    (b'w', |chain, input| {
        on_stake(chain, input, |_| Staking::withdraw_unbonded {})
    }),
    (b'k', rotate),
    (b'L', |chain, input| {
        on_stake(chain, input, |_| Staking::deregister_provider {})
    }),
    // all of these providers: from which to which
    (b'G', disputes::gather),
    // workers: whose heartbeat; or which open assignment
    (b'b', workers::beat),
    (b'M', workers::beat_without_a_device),
    (b'B', disputes::beat_all),
    (b't', workers::start),
    (b'p', workers::progress),
    (b'm', workers::commit),
    (b'o', workers::reveal),
    (b'f', workers::fail),
    (b'T', disputes::open_traces),
    (b'W', disputes::show_work),
    (b'!', workers::forge),
    // conformance runs: whose device; what its worker answers
    (b'Q', |chain, input| {
        on_device(chain, input, |device, _| Staking::request_challenge {
            device,
        })
    }),
    (b'P', workers::answer),
    // all jurors: what they find
    (b'J', disputes::judge),
    (b'V', disputes::fetch),
    // time: how many blocks, or how many times thirty
    (b'n', |chain, input| {
        (0..input.number() % 16).for_each(|_| chain.go_on(1))
    }),
    (b'g', |chain, input| {
        chain.go_on((u32::from(input.number()) * 30).clamp(1, LONGEST_JUMP))
    }),
    // governance
    (b'z', toggle_pause),
    (b'C', |chain, input| {
        chain.govern(runs_of((input.number() % 2).into()))
    }),
    // providers again: who, how many addresses; or which device, and its spec
    (b'E', providers::set_peers),
    (b'S', providers::update_spec),
    // blocks again: how many times eight have no output for draws
    (b'R', |chain, input| {
        chain.leave_out_outputs(u32::from(input.number() % 10) * 8)
    }),
];

/// Any byte that is not one of the letters means one of this many first moves. It does not cover all moves, because
/// otherwise each new move would change what the existing inputs mean.
const OF_OTHER_BYTES: usize = 41;

/// Sets how many milliseconds a device's conformance run takes; with zero there are none.
pub fn runs_of(milliseconds: u64) -> pallet_market_parameters::Call<Runtime> {
    pallet_market_parameters::Call::set_parameter {
        parameter: MarketParameter::ConformanceRun(milliseconds),
    }
}

/// The letter of the move with this number, modulo the number of moves.
pub fn letter(number: usize) -> u8 {
    MOVES[number % MOVES.len()].0
}

/// Plays an input to its end, and then waits until everything has ended by itself.
pub fn play(chain: &mut Chain, input: &mut Input<'_>) {
    while let Some(byte) = input.byte() {
        let by_letter = MOVES.iter().find(|(letter, _)| *letter == byte);
        let (_, make) = by_letter.unwrap_or(&MOVES[usize::from(byte) % OF_OTHER_BYTES]);
        make(chain, input);
    }
    if MarketClock::is_paused() {
        chain.govern(Clock::resume {});
    }
    for _ in 0..PATIENCE {
        if all_ended() {
            return;
        }
        // A seed is only valid in one block: a longer jump would miss it.
        let draws = Audits::<Runtime>::iter_keys().any(is_undecided);
        chain.go_on(if draws {
            DrawRandomness::soonest()
        } else {
            LAST_JUMPS
        });
    }
    let open: Vec<_> = pallet_tasks::Tasks::<Runtime>::iter()
        .map(|(id, task)| (id, task.status))
        .collect();
    assert!(
        all_ended(),
        "some task or dispute does not end by itself: {open:?} {:?}",
        disputes::states()
    );
}

/// Whether the draw is still to come that decides if a task is audited.
pub(crate) fn is_undecided(id: TaskId) -> bool {
    Audits::<Runtime>::get(id).is_some_and(|audit| audit.state == AuditState::Undecided)
}

fn all_ended() -> bool {
    disputes::all_ended()
        && pallet_tasks::Tasks::<Runtime>::iter().all(|(_, task)| {
            matches!(
                task.status,
                TaskStatus::Settled { .. }
                    | TaskStatus::Cancelled { .. }
                    | TaskStatus::Refunded { .. }
            )
        })
}

/// Reads an account that submits, disputes or appeals.
pub fn requester(input: &mut Input<'_>) -> Sr25519Keyring {
    input.one_of(&REQUESTERS).expect("there are requesters")
}

/// Reads an account that offers devices, or could.
pub fn provider(input: &mut Input<'_>) -> Sr25519Keyring {
    input.one_of(&PROVIDERS).expect("there are providers")
}

fn submit(chain: &mut Chain, input: &mut Input<'_>) {
    let who = requester(input);
    let submission = submission(input);
    chain.sign(who, Task::submit { submission });
}

/// Reads a task id, which may be unknown.
pub fn some_task(input: &mut Input<'_>) -> TaskId {
    // One more than there are tasks, so that an unknown id is possible.
    let length = Tasks::history_head().length;
    TaskId(u64::from(input.number()) % (length + 1))
}

fn on_task(chain: &mut Chain, input: &mut Input<'_>, call: impl FnOnce(TaskId) -> Task<Runtime>) {
    let who = requester(input);
    let task = some_task(input);
    chain.sign(who, call(task));
}

fn rate(chain: &mut Chain, input: &mut Input<'_>) {
    let (who, task) = (requester(input), some_task(input));
    let stars = input.number();
    chain.sign(who, Task::rate { task, stars });
}

fn free_key(who: Sr25519Keyring, input: &mut Input<'_>) -> sr25519::Pair {
    let number = usize::from(input.number() % 4);
    keys(who).nth(number).expect("there are four")
}

fn join(chain: &mut Chain, input: &mut Input<'_>) {
    let who = provider(input);
    let key = free_key(who, input);
    let stake = input.one_of(&AMOUNTS).expect("there are amounts");
    register(chain, who, stake, &key);
}

/// Registers a provider.
pub fn register(chain: &mut Chain, who: Sr25519Keyring, stake: Balance, key: &sr25519::Pair) {
    let statement = Statement::Join {
        provider: who.to_account_id(),
    };
    let proof = chain.proof(key, &statement);
    chain.sign(
        who,
        Staking::register_provider {
            stake,
            worker: key.public().into(),
            sealing_key: [1; 32],
            peers: Default::default(),
            proof,
        },
    );
}

/// The first of a provider's worker keys.
pub fn first_key(who: Sr25519Keyring) -> sr25519::Pair {
    worker(who as u8 * 4)
}

fn rotate(chain: &mut Chain, input: &mut Input<'_>) {
    let who = provider(input);
    let key = free_key(who, input);
    let statement = Statement::Join {
        provider: who.to_account_id(),
    };
    let proof = chain.proof(&key, &statement);
    chain.sign(
        who,
        Staking::rotate_worker {
            worker: key.public().into(),
            sealing_key: [1; 32],
            proof,
        },
    );
}

fn register_device(chain: &mut Chain, input: &mut Input<'_>) {
    let who = provider(input);
    let spec = spec(input);
    let ask = AskPrice(u128::from(input.number()) * 100 * MILLI);
    let slots = input.number();
    chain.sign(who, Staking::register_device { spec, ask, slots });
}

/// Reads a device id, which may be unknown.
pub fn some_device(input: &mut Input<'_>) -> DeviceId {
    let mut devices: Vec<_> = Devices::<Runtime>::iter_keys().collect();
    devices.sort();
    input.one_of(&devices).unwrap_or_default()
}

fn on_device(
    chain: &mut Chain,
    input: &mut Input<'_>,
    call: impl FnOnce(DeviceId, u8) -> Staking<Runtime>,
) {
    let who = provider(input);
    let device = some_device(input);
    let number = input.number();
    chain.sign(who, call(device, number));
}

fn on_stake(chain: &mut Chain, input: &mut Input<'_>, call: impl FnOnce(u128) -> Staking<Runtime>) {
    let who = provider(input);
    let amount = input.one_of(&AMOUNTS).expect("there are amounts");
    chain.sign(who, call(amount));
}

fn toggle_pause(chain: &mut Chain, _: &mut Input<'_>) {
    if MarketClock::is_paused() {
        chain.govern(Clock::resume {});
    } else {
        chain.govern(Clock::pause {});
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_is_that_of_one_move() {
        let letters: std::collections::BTreeSet<_> =
            MOVES.iter().map(|(letter, _)| letter).collect();
        assert_eq!(letters.len(), MOVES.len());
        assert!(OF_OTHER_BYTES <= MOVES.len());
    }
}
