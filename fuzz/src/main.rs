//! Plays inputs until one breaks an invariant.
//!
//! `aicpw-fuzz --executions 100000 --seed 7` makes inputs out of the corpus and plays them. An
//! input that breaks an invariant is written to a file; `aicpw-fuzz FILE…` plays files.

use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    path::{Path, PathBuf},
    process::ExitCode,
};

use aicpw_fuzz::{
    mutate::{mutate, Dice},
    Report,
};
use clap::Parser;

/// Drives the market of the real runtime with bytes, and checks its invariants after each step.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Inputs to play. Without any, new ones are made out of the corpus.
    files: Vec<PathBuf>,
    /// How many are made.
    #[arg(long, default_value_t = 10_000)]
    executions: u64,
    /// The same seed makes the same inputs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where they are made from.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))]
    corpus: PathBuf,
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn corpus(folder: &Path) -> Result<Vec<Vec<u8>>, String> {
    let cannot = |error| format!("cannot read the folder {}: {error}", folder.display());
    let mut files = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(cannot)?;
    files.sort_by_key(std::fs::DirEntry::path);
    files.iter().map(|file| read(&file.path())).collect()
}

fn play(cli: &Cli) -> Result<(), String> {
    let mut total = Report::default();
    let mut executions = 0;
    let inputs: Box<dyn Iterator<Item = Result<Vec<u8>, String>>> = if cli.files.is_empty() {
        let corpus = corpus(&cli.corpus)?;
        if corpus.is_empty() {
            return Err(format!("there is nothing in {}", cli.corpus.display()));
        }
        let mut dice = Dice::new(cli.seed);
        Box::new((0..cli.executions).map(move |_| Ok(mutate(&corpus, &mut dice))))
    } else {
        Box::new(cli.files.iter().map(|path| read(path)))
    };
    for input in inputs {
        let input = input?;
        let played = catch_unwind(AssertUnwindSafe(|| aicpw_fuzz::run(&input)));
        executions += 1;
        match played {
            Ok(report) => total.add(report),
            Err(_) => {
                let path = format!("broken-{}-{executions}.txt", cli.seed);
                std::fs::write(&path, &input)
                    .map_err(|error| format!("cannot write {path}: {error}"))?;
                return Err(format!(
                    "input {executions} broke the market; it is in {path}"
                ));
            }
        }
        if executions % 1_000 == 0 {
            println!("{}", said(executions, &total));
        }
    }
    println!("{}", said(executions, &total));
    Ok(())
}

fn said(executions: u64, total: &Report) -> String {
    format!(
        "{executions} executions, {} calls ({} accepted), {} blocks",
        total.calls, total.accepted, total.blocks
    )
}

fn main() -> ExitCode {
    match play(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aicpw-fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}
