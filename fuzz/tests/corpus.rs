//! Tests every input of the corpus, and a fixed number of inputs that are made from them with a
//! fixed seed. Prints how many those were.

#![allow(clippy::unwrap_used)]
// The test harness captures what `eprintln!` prints.
#![allow(clippy::explicit_write)]

use std::io::Write;

use aicpw_fuzz::{
    mutate::{mutate, Dice},
    run, Report,
};

/// How many inputs are made from the corpus.
const MADE: usize = 60;

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

/// Prints around the test harness, which captures what passing tests print.
fn say(what: &str, executions: usize, total: &Report) {
    writeln!(
        std::io::stderr(),
        "fuzz: {what}: {executions} executions, {} calls ({} accepted), {} blocks",
        total.calls,
        total.accepted,
        total.blocks
    )
    .unwrap();
}

#[test]
fn the_corpus_reaches_every_end_and_breaks_nothing() {
    let corpus = corpus();
    let mut total = Report::default();
    for (name, input) in &corpus {
        let report = run(input);
        assert!(report.accepted > 0, "{name} does nothing");
        total.add(report);
    }
    say("the corpus", corpus.len(), &total);
    for state in [
        "a device has another spec",
        "a device is missing",
        "a provider has addresses",
        "a provider has lost",
        "a requester has lost",
        "active",
        "audit: Drawn",
        "audit: NotDrawn",
        "auditor judged: right",
        "auditor judged: wrong",
        "cancelled",
        "cancelled assignment",
        "claim",
        "dispute appealable",
        "dispute closing",
        "dispute ended: available",
        "dispute ended: key withheld",
        "dispute ended: no majority, as before the chain's larger jury",
        "dispute ended: too few jurors",
        "dispute ended: unable",
        "dispute ended: unavailable",
        "dispute ended: too few jurors, in the place of a part's jury",
        "dispute ended: upheld",
        "dispute ended: upheld, otherwise than before an appeal",
        "dispute ended: upheld, otherwise than before the chain's larger jury",
        "dispute ended: upheld, about a part",
        "dispute ended: wrong",
        "dispute ended: wrong, about a part",
        "dispute ended: wrong, as before an appeal",
        "dispute judging",
        "dispute naming",
        "dispute opening",
        "dispute of the chain",
        "dispute paying",
        "dispute showing",
        "disputed",
        "failed: BadKey",
        "failed: BadManifest",
        "failed: BuildFailed",
        "failed: Crashed",
        "failed: InputUnavailable",
        "failed: NoKey",
        "failed: NoProgress",
        "failed: NoCommit",
        "failed: NoReveal",
        "failed: NoStart",
        "conformance: proven",
        "conformance: refuted",
        "failed: RunFailed",
        "failed: TimeLimit",
        "failed: WrongResult",
        "fetcher cancelled",
        "fetcher failed: NoCommit",
        "fetcher failed: NoStart",
        "fetcher failed: WrongResult",
        "fetcher settled",
        "hidden",
        "juror awaits the key",
        "juror cancelled",
        "juror failed: BuildFailed",
        "juror failed: InputUnavailable",
        "juror failed: NoKey",
        "juror failed: NoReveal",
        "juror failed: NoStart",
        "juror failed: WrongResult",
        "juror settled",
        "outputs are missing",
        "parked: Bandwidth",
        "parked: Budget",
        "parked: Busy",
        "parked: Class",
        "parked: Gflops",
        "parked: Independence",
        "parked: Memory",
        "parked: NoDeviceOnline",
        "parked: Reputation",
        "parked: SameDevice",
        "parked: Stake",
        "queued",
        "refunded: AttemptsExhausted",
        "refunded: FaultConfirmed",
        "refunded: MatchWindowEnded",
        "refunded: NoKey",
        "refunded: NoVerdict",
        "settled",
        "settled by a quorum",
        "verifying",
        "work shown",
    ] {
        assert!(
            total.seen.contains(state),
            "no input reaches `{state}`; they reach {:?}",
            total.seen
        );
    }
}

#[test]
fn what_is_made_out_of_it_breaks_nothing() {
    let corpus: Vec<_> = corpus().into_iter().map(|(_, input)| input).collect();
    let mut dice = Dice::new(20_260);
    let mut total = Report::default();
    for _ in 0..MADE {
        let input = mutate(&corpus, &mut dice);
        let played = std::panic::catch_unwind(|| run(&input));
        match played {
            Ok(report) => total.add(report),
            Err(_) => panic!(
                "this input breaks it: {:?}",
                String::from_utf8_lossy(&input)
            ),
        }
    }
    say("made out of it", MADE, &total);
    assert!(
        total.accepted > MADE as u64,
        "inputs that do nothing find nothing"
    );
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let corpus = [b"j004".to_vec(), b"n1".to_vec()];
    let made = || {
        let mut dice = Dice::new(3);
        (0..20)
            .map(|_| mutate(&corpus, &mut dice))
            .collect::<Vec<_>>()
    };
    assert_eq!(made(), made());
    assert_ne!(made()[0], made()[1]);
}
