#[path = "../../tests/command_line/fake_node/market.rs"]
pub mod market;

use super::*;
use crate::commands::prepare::{tests as folders, Prepared};
use aicpw_protocol::{audit::AuditPolicy, units::AICP};
use clap::Parser;
use market::market;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    terms: TermsArgs,
}

fn terms(options: &str) -> Result<Terms> {
    let (_dir, path) = folders::folder(folders::MANIFEST);
    let prepared = Prepared::load(&path).unwrap();
    let line = format!("aicpw m.json {options}");
    let args = Line::try_parse_from(line.split_whitespace())
        .map_err(Error::usage)?
        .terms;
    Terms::new(&args, &prepared.manifest, &market(), &AuditPolicy::DEFAULT)
}

/// The error for these options, which must have a next step.
fn refused(options: &str) -> String {
    let error = terms(options).unwrap_err();
    let hint = error.hint.unwrap_or_default();
    assert!(hint.starts_with("nothing was sent; "), "{options}: {hint}");
    error.message
}

#[test]
fn defaults_that_are_told() {
    let terms = terms("--budget 2.5 --time-limit 120s").unwrap();
    assert_eq!(terms.needs.gflops, Gflops(1));
    assert_eq!(
        terms.needs.memory,
        Mebibytes(1),
        "the buffers' 16 bytes, rounded up"
    );
    assert_eq!(terms.match_window, Milliseconds(300_000));
    assert_eq!(
        terms.verification,
        Verification::Optimistic {
            window: Milliseconds(60_000)
        }
    );
    assert!(terms.notes[0].contains("--gflops"));
    let submission = terms.submission(
        "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
            .parse()
            .unwrap(),
        aicpw_protocol::task::Privacy::Public,
        Default::default(),
    );
    assert_eq!(submission.budget, 5 * AICP / 2);
    assert_eq!(submission.time_limit, Milliseconds(120_000));
}

#[test]
fn options_that_the_chain_would_refuse_are_named() {
    assert!(refused("--budget 2.5 --time-limit 0").contains("--time-limit"));
    let error = terms("--budget 2.5 --time-limit 0s").unwrap_err();
    assert!(error.hint.unwrap().contains("such as 120s"));
    assert!(refused("--budget 2.5 --time-limit 2d").contains("--time-limit: at most 1d"));
    assert!(refused("--budget 0.001 --time-limit 120s").contains("--budget: at least 0.01 AICP"));
    let message = refused("--budget 1 --time-limit 1h --gflops 100000");
    assert!(
        message.contains(
            "100000 GFLOPS for 1h cost that at the lowest ask there can be, audits included"
        ),
        "{message}"
    );
    let message = refused("--budget 1 --time-limit 60s --match-window 1s");
    assert!(
        message.contains("--match-window: must be between 10s and 1d"),
        "{message}"
    );
    let message = refused("--budget 1 --time-limit 60s --verify optimistic=1s");
    assert!(message.contains("--verify"), "{message}");
    let most = format!("--budget 1 --time-limit 1h --gflops {}", u64::MAX);
    assert!(refused(&most).contains("budget"), "{}", refused(&most));
}

/// Whatever the budget is too low for, the error names a sufficient one, which is then accepted.
#[test]
fn the_lowest_budget_is_named_whatever_decides_it() {
    let hour = "--time-limit 1h --gflops 100000";
    let root = "ab".repeat(32);
    // 100 TFLOPS-hours at the lowest ask of 0.1 AICP; audits add a little over 8 %, for each
    // replica.
    for (options, least, part) in [
        (
            format!("{hour} --verify expected=0x{root}"),
            10.0..10.000_001,
            "ask there can be",
        ),
        (
            format!("{hour} --verify optimistic=60s"),
            10.8..10.83,
            "audits included",
        ),
        (
            format!("{hour} --verify replicated=3/2"),
            32.4..32.49,
            "3 times",
        ),
        (
            "--time-limit 1s".into(),
            0.01..0.010_000_1,
            "the chain's lowest",
        ),
        // The device costs more than nothing, and less than the chain's lowest price.
        (
            "--time-limit 1h --gflops 90".into(),
            0.01..0.010_000_1,
            "the chain's lowest",
        ),
        (
            "--time-limit 1h --gflops 99".into(),
            0.0106..0.0108,
            "audits included",
        ),
    ] {
        let error = terms(&format!("--budget 0 {options}")).unwrap_err();
        assert!(error.message.contains(part), "{options}: {error}");
        let hint = error.hint.unwrap();
        assert!(hint.contains("give as much, and `aicpw dry-run`"), "{hint}");
        let named = error.message.strip_prefix("--budget: at least ").unwrap();
        let amount: Amount = named.split(' ').next().unwrap().parse().unwrap();
        let aicp = amount.0 as f64 / AICP as f64;
        assert!(least.contains(&aicp), "{options}: {aicp}");
        let taken = terms(&format!("--budget {amount} {options}")).unwrap();
        assert_eq!(taken.lowest_budget(), amount, "{options}");
        let less = Amount(amount.0 - 1);
        let error = terms(&format!("--budget {less} {options}")).unwrap_err();
        assert!(
            error.message.contains(&amount.with_unit()),
            "{options}: {error}"
        );
    }
}

#[test]
fn options_that_make_no_sense() {
    for options in [
        "--budget -1 --time-limit 60s",
        "--budget 1 --time-limit 60s --gflops 0",
        "--budget 1 --time-limit 60s --min-reputation 1001",
        "--budget 1",
        "--time-limit 60s",
        "--budget 340282366920938463464 --time-limit 60s",
    ] {
        assert!(terms(options).is_err(), "{options}");
    }
}

#[test]
fn memory_is_at_least_what_the_buffers_take() {
    assert!(refused("--budget 1 --time-limit 60s --memory 0").contains("take 1 MiB"));
    let terms = terms("--budget 1 --time-limit 60s --memory 2GiB").unwrap();
    assert_eq!(terms.needs.memory, Mebibytes(2_048));
}

/// What `submit` and `dry-run` show before they send anything.
#[test]
fn a_short_window_is_warned_of() {
    let warnings = |mode: &str| {
        let options = format!("--budget 1 --time-limit 60s --verify optimistic{mode}");
        terms(&options).unwrap().warnings
    };
    assert_eq!(warnings(""), Vec::<String>::new());
    assert_eq!(warnings("=60s"), Vec::<String>::new());
    let short = warnings("=59s").remove(0);
    assert!(short.contains("--verify optimistic=1m"), "{short}");
}

/// Regression: a millisecond was accepted without a warning.
#[test]
fn a_time_limit_in_which_no_job_begins_is_warned_of() {
    let warnings = |limit: &str, mode: &str| {
        let options = format!("--budget 1 --time-limit {limit} --verify optimistic{mode}");
        terms(&options).unwrap().warnings
    };
    for limit in ["1ms", "50ms", "1s", "1049ms"] {
        let short = warnings(limit, "");
        assert_eq!(short.len(), 1, "{short:?}");
        assert!(
            short[0].contains(" leaves no time to compute: the last 1s of it"),
            "{short:?}"
        );
    }
    assert_eq!(warnings("1050ms", ""), Vec::<String>::new());
    let both = warnings("1ms", "=59s");
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both[1].contains("--verify optimistic=1m"), "{both:?}");
}

#[test]
fn an_output_that_can_be_guessed_is_warned_of() {
    let root = "ab".repeat(32);
    let terms = terms(&format!(
        "--budget 1 --time-limit 60s --verify expected=0x{root}"
    ))
    .unwrap();
    // Sixteen bytes are enough.
    assert!(terms.warnings.is_empty());
}
