//! Opening a trace, finding where two traces differ, and naming the part: for traces of any length.
#![allow(clippy::unwrap_used)]

use aicpw_protocol::{
    commitment::{trace_commitment, ResultOpening},
    job::{Checkpoint, TraceRecord},
    trace::{first_difference, trace_root, End, NamedPart, OpenTrace, TraceOpening},
    ContentId, Hash,
};
use proptest::prelude::*;

fn cid() -> ContentId {
    let mut bytes = vec![1, 0x55, 0x12, 32];
    bytes.extend([3; 32]);
    ContentId::from_bytes(bytes).unwrap()
}

const SALT: Hash = [8; 32];

/// The trace of an honest run, with wrong hashes from a number on.
fn trace(checkpoints: usize, wrong_from: Option<usize>) -> TraceRecord {
    let is_wrong = |number: usize| wrong_from.is_some_and(|from| number >= from);
    let hash = |number: usize| {
        let mut hash = [u8::from(is_wrong(number)); 32];
        hash[..8].copy_from_slice(&(number as u64).to_le_bytes());
        Checkpoint(hash)
    };
    TraceRecord {
        checkpoints: (0..checkpoints).map(hash).collect(),
        end: End {
            launches: checkpoints as u64 * 2 + 1,
            state_root: [4; 32],
            result_root: [u8::from(is_wrong(checkpoints)); 32],
        },
    }
}

fn revealed(trace: &TraceRecord) -> ResultOpening {
    ResultOpening {
        salt: [1; 32],
        result_root: trace.end.result_root,
        trace_commitment: trace_commitment(&SALT, &trace.root()),
        result: cid(),
    }
}

fn opened(trace: &TraceRecord) -> OpenTrace {
    let opening = TraceOpening::new(SALT, trace, cid()).unwrap();
    opening.open(&revealed(trace)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_first_difference_is_found_and_named(
        checkpoints in 0usize..400,
        other in 0usize..400,
        place in any::<prop::sample::Index>(),
    ) {
        let number = place.index(checkpoints + 1);
        let lie = trace(checkpoints, Some(number));
        let (theirs, truth) = (lie.hashes(), trace(checkpoints, None).hashes());
        prop_assert_eq!(first_difference(&theirs, &truth), Some(number));
        prop_assert_eq!(first_difference(&truth, &truth), None);

        let trace_of_lie = opened(&lie);
        let named = NamedPart::new(&theirs, number, (number > 0).then(cid)).unwrap();
        let part = named.check(&trace_of_lie).unwrap();
        prop_assert_eq!(part.claimed, theirs[number]);
        prop_assert_ne!(part.claimed, truth[number]);
        // Both traces agree at the start of the part.
        let from = part.from.map(|from| from.checkpoint);
        prop_assert_eq!(from, number.checked_sub(1).map(|before| truth[before]));

        // A longer or shorter run differs as well.
        let other = trace(other, None).hashes();
        if other.len() != theirs.len() {
            let number = first_difference(&theirs, &other).unwrap();
            prop_assert_eq!(theirs[..number].to_vec(), other[..number].to_vec());
        }
    }

    #[test]
    fn no_other_hash_place_or_trace_is_believed(
        checkpoints in 1usize..200,
        place in any::<prop::sample::Index>(),
        elsewhere in any::<prop::sample::Index>(),
    ) {
        let trace_of_it = trace(checkpoints, None);
        let hashes = trace_of_it.hashes();
        let open = opened(&trace_of_it);
        let number = place.index(hashes.len());
        let named = NamedPart::new(&hashes, number, (number > 0).then(cid)).unwrap();
        prop_assert!(named.check(&open).is_some());

        let mut other = named.clone();
        other.claimed.0[0] ^= 1;
        prop_assert_eq!(other.check(&open), None);
        let mut other = named.clone();
        other.number = elsewhere.index(hashes.len()) as u32;
        prop_assert_eq!(other.check(&open).is_some(), other.number as usize == number);
        let mut other = named.clone();
        other.from = match other.from {
            None => Some((hashes[0], named.claimed.1.clone(), cid())),
            Some(_) => None,
        };
        prop_assert_eq!(other.check(&open), None);
        let mut other = named.clone();
        if let Some((checkpoint, ..)) = &mut other.from {
            checkpoint[9] ^= 1;
            prop_assert_eq!(other.check(&open), None);
        }
        let longer = opened(&trace(checkpoints + 1, None));
        prop_assert_eq!(named.check(&longer), None);
        let lie = opened(&trace(checkpoints, Some(number)));
        prop_assert_eq!(named.check(&lie), None);
    }
}

#[test]
fn a_trace_opens_its_own_commitment_only_and_ends_in_its_result() {
    let honest = trace(5, None);
    let opening = TraceOpening::new(SALT, &honest, cid()).unwrap();
    let open = opening.open(&revealed(&honest)).unwrap();
    assert_eq!((open.hashes, open.result_root), (6, [0; 32]));

    // A right trace, next to a wrong result.
    let beside = ResultOpening {
        result_root: [1; 32],
        ..revealed(&honest)
    };
    assert_eq!(opening.open(&beside), None);
    let other = |change: fn(&mut TraceOpening)| {
        let mut other = opening.clone();
        change(&mut other);
        other.open(&revealed(&honest))
    };
    assert!(other(|_| ()).is_some());
    assert_eq!(other(|one| one.salt = [9; 32]), None);
    assert_eq!(other(|one| one.hashes = 5), None);
    assert_eq!(other(|one| one.hashes = 0), None);
    assert_eq!(other(|one| one.hashes = u32::MAX), None);
    assert_eq!(other(|one| one.launches = 0), None);
    assert_eq!(other(|one| one.state_root = [0; 32]), None);
    assert_eq!(other(|one| one.path = Default::default()), None);
    assert_eq!(opening.open(&revealed(&trace(5, Some(2)))), None);
}

#[test]
fn paths_are_short_however_long_the_trace() {
    for (checkpoints, path) in [(9, 4), (999, 10), (65_535, 16)] {
        let honest = trace(checkpoints, None);
        let hashes = honest.hashes();
        let middle = NamedPart::new(&hashes, checkpoints / 2, Some(cid())).unwrap();
        assert_eq!(middle.claimed.1.len(), path);
        assert!(middle.check(&opened(&honest)).is_some());
        assert_eq!(trace_root(hashes), honest.root());
    }
    let longer = trace(65_536, None);
    let opening = TraceOpening::new(SALT, &longer, cid());
    let opened = opening.and_then(|opening| opening.open(&revealed(&longer)));
    assert_eq!(opened, None, "longer than any job's");
    let hashes = trace(3, None).hashes();
    assert_eq!(NamedPart::new(&hashes, 4, Some(cid())), None, "beyond");
    assert_eq!(NamedPart::new(&hashes, 1, None), None, "without a state");
}
