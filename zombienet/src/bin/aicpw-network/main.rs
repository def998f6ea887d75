//! `make network`: a network of real processes on this machine, until Ctrl-C.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod page;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use aicpw_example_task::ended;
use aicpw_network_tests::{definition, Definition, Network};
use anyhow::{ensure, Context, Result};
use clap::Parser;
use tempfile::TempDir;
use tokio::signal::unix::{signal, Signal, SignalKind};

/// How often it is checked whether a node has ended by itself.
const LOOK: Duration = Duration::from_secs(1);

/// How long nodes may take to end their jobs and their IPFS in good order if their data is deleted next. What takes
/// longer is writing the data to the disk.
const END_TO_DELETE: Duration = Duration::from_secs(5);

/// How long nodes may take to end if their data is kept. A node that hangs is given up earlier.
const END_TO_KEEP: Duration = Duration::from_secs(3600);

/// How long the processes that a killed node leaves behind may take to end. Until then they can write into the folder.
const LEFT_BEHIND: Duration = Duration::from_secs(10);

/// The examples of this checkout.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");

/// Runs validators, providers and a requester's node on this machine, on ports that the system
/// chooses, and says where they are reached and what to try. Ctrl-C ends all of it.
#[derive(Debug, Parser)]
#[command(name = "aicpw-network", version)]
struct Arguments {
    /// Keep data and logs in this folder, which must be new or empty [default: a new one among the
    /// temporary files].
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// Do not delete data and logs at the end.
    #[arg(long)]
    keep: bool,

    /// Print one JSON document when the network is up; everything else goes to standard error.
    #[arg(long)]
    json: bool,

    /// What to start, instead of the usual network: a definition like zombienet/network.toml.
    #[arg(long, value_name = "FILE")]
    definition: Option<PathBuf>,

    /// Where the examples of the checkout are.
    #[arg(long, value_name = "FOLDER", default_value = EXAMPLES)]
    examples: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    ended::ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<()> {
    let definition = match &arguments.definition {
        None => Definition::parse(definition::NETWORK)?,
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
            Definition::parse(&text).with_context(|| file.display().to_string())?
        }
    };
    let examples = page::examples(&arguments.examples)?;
    let mut ends = Ends::listen()?;
    let folder = Folder::new(&arguments)?;
    eprintln!("data and logs are in {}", folder.path.display());

    let start = Network::start(&folder.path, &definition, |what| eprintln!("{what}"));
    let network = tokio::select! {
        network = start => network?,
        name = ends.next() => {
            eprintln!("{name}: ending what was started so far");
            return Ok(());
        }
    };
    let page = page::Page::of(&network, &folder.path, &examples)?;
    if arguments.json {
        println!("{}", serde_json::to_string(&page)?);
    } else {
        println!("{page}");
        println!("{}", folder.fate());
    }

    let name = watch(&network, &mut ends).await?;
    eprintln!("{name}: ending the nodes; another Ctrl-C kills them");
    tokio::select! {
        stopped = network.stop(folder.patience()) => stopped?,
        name = ends.next() => eprintln!("{name} again"),
    }
    eprintln!("all nodes have ended");
    folder.finish(&mut ends).await;
    Ok(())
}

/// Waits for a signal. Meanwhile prints which nodes have ended by themselves.
async fn watch(network: &Network, ends: &mut Ends) -> Result<&'static str> {
    let mut looks = tokio::time::interval(LOOK);
    let mut told = Vec::new();
    loop {
        tokio::select! {
            name = ends.next() => return Ok(name),
            _ = looks.tick() => {}
        }
        for (member, node) in network.members() {
            if let Some(status) = node.ended()?.filter(|_| !told.contains(&&member.name)) {
                let log = node.log_path();
                eprintln!("{} ended ({status}): see {}", member.name, log.display());
                told.push(&member.name);
            }
        }
    }
}

/// The signals that end the network.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    fn listen() -> Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "interrupted",
            _ = self.terminate.recv() => "told to end",
        }
    }
}

/// The folder in which the nodes keep everything. It is deleted when this is dropped, so also after an error, unless it
/// is kept.
struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    fn new(arguments: &Arguments) -> Result<Self> {
        let keep = arguments.keep;
        let Some(path) = &arguments.folder else {
            let path = TempDir::with_prefix("aicpw-network-").context("a temporary folder")?;
            let path = path.keep();
            return Ok(Self { path, keep });
        };
        let name = path.display();
        fs::create_dir_all(path).with_context(|| format!("making {name}"))?;
        let mut entries = fs::read_dir(path).with_context(|| format!("reading {name}"))?;
        ensure!(
            entries.next().is_none(),
            "{name} is not empty: delete it, or choose another --folder"
        );
        let path = fs::canonicalize(path).with_context(|| name.to_string())?;
        Ok(Self { path, keep })
    }

    fn patience(&self) -> Duration {
        match self.keep {
            true => END_TO_KEEP,
            false => END_TO_DELETE,
        }
    }

    /// Deletes the folder, unless it is kept. Another signal stops the deletion.
    async fn finish(self, ends: &mut Ends) {
        let path = self.path.clone();
        let deleted = tokio::task::spawn_blocking(move || drop(self));
        tokio::select! {
            _ = deleted => {}
            name = ends.next() => {
                eprintln!("{name} again: {} is left as it is", path.display());
                // The runtime would wait for the deletion.
                std::process::exit(1);
            }
        }
    }

    fn fate(&self) -> String {
        let path = self.path.display();
        if self.keep {
            format!("Ctrl-C ends all of it; data and logs stay in {path}.")
        } else {
            format!("Ctrl-C ends all of it and deletes {path} (--keep would not).")
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let path = self.path.display();
        if self.keep {
            eprintln!("data and logs are in {path}");
        } else {
            eprintln!("deleting {path}");
            if let Err(error) = delete(&self.path) {
                eprintln!("deleting {path}: {error}");
            }
        }
    }
}

/// Deletes a folder that others may still write into for a moment.
fn delete(folder: &Path) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        match fs::remove_dir_all(folder) {
            Err(error)
                if error.kind() == io::ErrorKind::DirectoryNotEmpty
                    && begun.elapsed() < LEFT_BEHIND =>
            {
                thread::sleep(Duration::from_millis(100));
            }
            deleted => return deleted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_deleted_though_somebody_writes_into_it_for_a_moment() {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("network");
        fs::create_dir(&folder).unwrap();
        let file = folder.join("file");
        let until = Instant::now() + Duration::from_millis(300);
        let writes = thread::spawn(move || {
            let mut is_there = true;
            while is_there && Instant::now() < until {
                is_there = fs::write(&file, "more").is_ok();
            }
        });
        delete(&folder).unwrap();
        writes.join().unwrap();
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_person_is_told_the_cause_and_no_backtrace() {
        let arguments = Arguments::parse_from(["aicpw-network", "--definition", "/nonexistent"]);
        let text = ended::text(&run(arguments).await.unwrap_err());
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "error: /nonexistent", "{text}");
        assert!(lines[1].starts_with("  because: "), "{text}");
        assert_eq!(lines.len(), 2, "{text}");
    }
}
