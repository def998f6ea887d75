//! Who acts on the market, and what they can send: a few values of each kind, good and bad, so that a short input
//! reaches far.

use aicpw_protocol::{
    availability::NOT_FETCHED,
    commitment::{expected_root_hash, juror_trace_salt, trace_commitment, ResultOpening},
    device::{ClassSet, DeviceKind, DeviceSpec, Reputation},
    job::{Checkpoint, TraceRecord},
    merkle::result_root,
    task::{DeterminismClass, Engine, Needs, Privacy, Submission, Verification},
    trace::{End, NamedPart, TraceOpening},
    AssignmentId, Balance, ContentId, Gflops, Hash, Mebibytes, MegabitsPerSecond, Milliseconds,
};
use aicpw_runtime::{
    units::{MILLI, UNIT},
    AccountId,
};
use sp_core::{sr25519, Pair};
use sp_keyring::Sr25519Keyring::{
    self, Alice, AliceStash, Bob, BobStash, Charlie, CharlieStash, Dave, DaveStash, Eve, EveStash,
    Ferdie, FerdieStash,
};

use crate::input::Input;

/// The accounts that offer devices: enough for one that makes a result, four that judge it, and six that judge their
/// verdict.
pub const PROVIDERS: [Sr25519Keyring; 11] = [
    Bob,
    Dave,
    Eve,
    Alice,
    AliceStash,
    BobStash,
    CharlieStash,
    DaveStash,
    EveStash,
    FerdieStash,
    Ferdie,
];

/// The accounts that submit tasks. Two of them are providers too.
pub const REQUESTERS: [Sr25519Keyring; 3] = [Charlie, Ferdie, Bob];

/// The amounts that are used: nothing, below and at the limits, a usual one, everything, and more than there can be.
pub const AMOUNTS: [Balance; 6] = [0, 1, 10 * MILLI, UNIT, 150 * UNIT, Balance::MAX];

/// The worker key with this number.
pub fn worker(number: u8) -> sr25519::Pair {
    sr25519::Pair::from_seed(&[number; 32])
}

fn cid(seed: u8) -> ContentId {
    let bytes = [&[1, 0x55, 0x12, 32], &[seed; 32][..]].concat();
    ContentId::from_bytes(bytes).expect("a CIDv1 of a SHA-256")
}

/// How many different outputs workers can find.
pub const OUTPUTS: u8 = 3;

/// What a juror finds that runs the second part of a job: the state of a worker that computes the output 1, or 0.
pub const PART_OUTPUTS: [u8; 2] = [8, 9];

/// The salt of all traces.
const TRACE_SALT: Hash = [8; 32];

/// The opening that a worker reveals for this output.
pub fn opening(output: u8) -> ResultOpening {
    let of_part = PART_OUTPUTS.contains(&output);
    let root = match of_part {
        true => trace(PART_OUTPUTS[1] - output).checkpoints[1].0,
        false => result_root(&[output % OUTPUTS]),
    };
    ResultOpening {
        salt: [7; 32],
        result_root: root,
        trace_commitment: trace_commitment(&TRACE_SALT, &trace(output).root()),
        result: cid(9),
    }
}

/// What jurors find that have run nothing: the roots of outputs, without knowledge of their traces.
pub const COPIES: std::ops::Range<u8> = 5..8;

/// The root of the trace to which a juror commits together with this output.
pub fn work(output: u8) -> Hash {
    match COPIES.contains(&output) {
        true => [output; 32],
        false => trace(output).root(),
    }
}

/// The opening that a juror reveals for this output.
pub fn of_juror(account: &AccountId, assignment: AssignmentId, output: u8) -> ResultOpening {
    let salt = juror_trace_salt(account, assignment);
    ResultOpening {
        trace_commitment: trace_commitment(&salt, &work(output)),
        ..opening(output)
    }
}

/// How many different findings there are about a result that is claimed to be unavailable.
pub const FINDS: u8 = 3;

/// The opening that a fetcher of a claim reveals: that it could not fetch the result, or one digest or another.
pub fn fetched(found: u8) -> ResultOpening {
    let found = found % FINDS;
    ResultOpening {
        result_root: if found == 0 { NOT_FETCHED } else { [found; 32] },
        ..opening(0)
    }
}

/// The trace of a worker that computes this output.
pub fn trace(output: u8) -> TraceRecord {
    let output = output % OUTPUTS;
    TraceRecord {
        checkpoints: vec![Checkpoint([output; 32]), Checkpoint([100 + output; 32])],
        end: End {
            launches: 5,
            state_root: [output; 32],
            result_root: result_root(&[output]),
        },
    }
}

/// The opening of that trace.
pub fn trace_opening(output: u8) -> TraceOpening {
    TraceOpening::new(TRACE_SALT, &trace(output), cid(8)).expect("it is short")
}

/// A part of that trace.
pub fn named_part(output: u8, number: u8) -> Option<NamedPart> {
    let state = (number > 0).then(|| cid(7));
    NamedPart::new(&trace(output).hashes(), number.into(), state)
}

/// A device's spec.
pub fn spec(input: &mut Input<'_>) -> DeviceSpec {
    let class = input.number();
    DeviceSpec {
        classes: ClassSet {
            int: class % 4 != 3,
            fp32_strict: class.is_multiple_of(2),
            device: true,
        },
        gflops: Gflops([100, 10, 1_000, 0][usize::from(class % 4)]),
        ..usual_spec(input.number() % 8)
    }
}

/// A device that can do everything.
pub fn usual_spec(fingerprint: u8) -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: b"device".to_vec().try_into().expect("a short name"),
        fingerprint: [fingerprint; 32],
        classes: ClassSet {
            int: true,
            fp32_strict: true,
            device: true,
        },
        gflops: Gflops(100),
        memory: Mebibytes(4_096),
        bandwidth: MegabitsPerSecond(100),
    }
}

/// Reads a submission: one number each for how it is verified, what it needs, how long it may run, its budget, and how
/// long it waits.
pub fn submission(input: &mut Input<'_>) -> Submission {
    let expected = |output: &[u8]| Verification::Expected {
        root_hash: expected_root_hash(&result_root(output)),
    };
    let optimistic = |seconds: u64| Verification::Optimistic {
        window: Milliseconds(seconds * 1_000),
    };
    let modes = [
        expected(&[0]),
        optimistic(5),
        // A root that nobody computes.
        expected(b"nonsense"),
        optimistic(30),
        optimistic(0),
        Verification::Replicated {
            replicas: 3,
            quorum: 2,
        },
        Verification::Replicated {
            replicas: 2,
            quorum: 2,
        },
        // The other submissions are sealed.
        optimistic(5),
        expected(&[0]),
        Verification::Replicated {
            replicas: 2,
            quorum: 2,
        },
    ];
    const PUBLIC_MODES: usize = 7;
    let classes = [
        DeterminismClass::Int,
        DeterminismClass::Fp32Strict,
        DeterminismClass::Device,
    ];
    let mode = usize::from(input.number()) % modes.len();
    let privacy = match mode < PUBLIC_MODES {
        true => Privacy::Public,
        false => Privacy::Sealed {
            key_commitment: [3; 32],
        },
    };
    let need = input.number();
    let limits = [10_000, 1_000, 120_000, 0, u64::MAX];
    let windows = [20_000, 5_000, 45_000, 1];
    Submission {
        manifest: cid(1),
        needs: Needs {
            engine: Engine::OpenCl,
            class: classes[usize::from(need / 4) % 3],
            gflops: Gflops([10, 100, 1_000, 0][usize::from(need % 4)]),
            // Two of the second kind do not fit a device together.
            memory: Mebibytes(if need < 128 { 64 } else { 3_000 }),
            // More than any device here has. No digit has this bit set, so an input that is written with digits does
            // not need it.
            bandwidth: MegabitsPerSecond(if need & 64 == 0 { 0 } else { 1_000 }),
            min_reputation: Reputation(if need == 8 { 900 } else { 0 }),
        },
        time_limit: Milliseconds(input.one_of(&limits).expect("there are limits")),
        budget: input.one_of(&AMOUNTS).expect("there are amounts"),
        match_window: Milliseconds(input.one_of(&windows).expect("there are windows")),
        verification: modes[mode],
        privacy,
        peers: Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows how the corpus writes needs that no digit stands for.
    #[test]
    fn needs_have_a_byte_for_each() {
        let needs = |text: &str| submission(&mut Input::new(text.as_bytes())).needs;
        let of = |needs: &Needs| (needs.class, needs.memory, needs.bandwidth);
        let (little, much) = (Mebibytes(64), Mebibytes(3_000));
        let (none, fast) = (MegabitsPerSecond(0), MegabitsPerSecond(1_000));
        for need in 0..10 {
            let needs = needs(&format!("0{need}030"));
            assert_eq!((needs.memory, needs.bandwidth), (little, none));
        }
        let int = DeterminismClass::Int;
        assert_eq!(of(&needs("0H030")), (int, little, fast));
        let device = DeterminismClass::Device;
        assert_eq!(of(&needs("6,030")), (device, little, none));
        // Two bytes: the mode 200, which is mode 0, and the need 132.
        let wide = submission(&mut Input::new("\u{204}030".as_bytes()));
        assert_eq!(of(&wide.needs), (int, much, none));
        assert!(matches!(wide.verification, Verification::Expected { .. }));
        assert_eq!(wide.privacy, Privacy::Public);
    }
}
