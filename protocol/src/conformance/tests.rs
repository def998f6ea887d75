use super::*;
use crate::{
    device::{ClassSet, DeviceKind},
    task::Engine,
    Gflops, Mebibytes, MegabitsPerSecond,
};

fn spec(gflops: u64, fp32_strict: bool) -> DeviceSpec {
    DeviceSpec {
        kind: DeviceKind::Gpu,
        engine: Engine::OpenCl,
        name: BoundedVec::truncate_from(b"one".to_vec()),
        fingerprint: [1; 32],
        classes: ClassSet {
            int: true,
            fp32_strict,
            device: true,
        },
        gflops: Gflops(gflops),
        memory: Mebibytes(1),
        bandwidth: MegabitsPerSecond(1),
    }
}

/// A run of 40 and 45 segments: three leaves in each part.
fn run() -> Run {
    Run {
        seed: [7; 32],
        int: 40,
        fp32: 45,
    }
}

fn honest(run: &Run) -> Answer {
    run.answer(&run.outputs(Part::Int), &run.outputs(Part::Fp32))
}

#[test]
fn a_run_takes_a_device_of_the_declared_speed_as_long_as_it_is_to() {
    for gflops in [1, 50, 4_000] {
        for fp32_strict in [false, true] {
            let run = Run::new([1; 32], &spec(gflops, fp32_strict), Milliseconds(1_000));
            let operations = u64::from(run.int) * program::INT_OPERATIONS
                + u64::from(run.fp32) * program::FP32_OPERATIONS;
            let wanted = gflops * 1_000_000_000;
            assert!(operations <= wanted && operations * 1_000 > wanted * 999);
            assert_eq!(run.fp32 > 0, fp32_strict);
        }
    }
}

#[test]
fn no_run_is_empty_and_none_is_endless() {
    let none = Run::new([1; 32], &spec(1, true), Milliseconds(0));
    assert_eq!((none.int, none.fp32), (1, 1));
    let all = Run::new([1; 32], &spec(u64::MAX, true), Milliseconds(u64::MAX));
    assert_eq!((all.int, all.fp32), (MOST_SEGMENTS, MOST_SEGMENTS));
    let leaves = MOST_SEGMENTS.div_ceil(LEAF_OUTPUTS);
    assert_eq!(leaves, 1 << MOST_SIBLINGS);
}

#[test]
fn who_computed_everything_is_accepted() {
    for run in [
        run(),
        Run { fp32: 0, ..run() },
        Run {
            int: 1,
            fp32: 1,
            ..run()
        },
    ] {
        assert_eq!(verify(&run, &honest(&run)), Ok(()));
    }
}

#[test]
fn an_answer_is_for_its_seed_only() {
    let other = Run {
        seed: [8; 32],
        ..run()
    };
    assert!(verify(&other, &honest(&run())).is_err());
}

#[test]
fn who_left_out_half_of_it_is_not_accepted() {
    for left_out in [Part::Int, Part::Fp32] {
        let run = run();
        let outputs = |part| {
            let mut outputs = run.outputs(part);
            if part == left_out {
                let half = outputs.len() / 2;
                outputs[half..].fill(0);
            }
            outputs
        };
        let answer = run.answer(&outputs(Part::Int), &outputs(Part::Fp32));
        assert_eq!(verify(&run, &answer), Err(Wrong::Output(left_out)));
    }
}

#[test]
fn what_is_opened_is_what_the_root_was_made_of() {
    let run = run();
    let wrong = |change: fn(&mut Answer)| {
        let mut answer = honest(&run);
        change(&mut answer);
        verify(&run, &answer)
    };
    let not_opened = Err(Wrong::NotOpened);
    assert_eq!(wrong(|answer| answer.int.root[0] ^= 1), not_opened);
    assert_eq!(
        wrong(|answer| answer.int.openings[3].outputs[0] ^= 1),
        not_opened
    );
    assert_eq!(
        wrong(|answer| answer.int.openings[3].siblings[0][0] ^= 1),
        not_opened
    );
    assert_eq!(wrong(|answer| answer.fp32 = None), Err(Wrong::Shape));
    assert_eq!(
        wrong(|answer| {
            answer.int.openings.pop();
        }),
        Err(Wrong::Shape)
    );
}
