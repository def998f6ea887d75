//! What a node says when it is told to end, and what it does when it is told again.
//!
//! The SDK waits for one signal and says nothing. Tasks and jobs end within a second of it. But then the database is
//! written to the disk, or deleted, which takes many seconds on a busy machine, and nobody listens for signals any
//! more. So a separate thread does.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use rustix::process::{getpid, kill_process, Signal};
use sc_cli::RunCmd;
use tokio::{
    runtime,
    signal::unix::{self, SignalKind},
};

/// A second signal that follows the first this soon counts as the same: Ctrl-C reaches all processes at a terminal, and
/// a process that has started the node also passes it on.
const SAME: Duration = Duration::from_secs(2);

/// Whether all data of a node is deleted when it ends, as with `--dev` without `--base-path`.
pub fn forgets(run: &RunCmd) -> bool {
    let shared = &run.shared_params;
    run.tmp || (shared.is_dev() && shared.base_path.is_none())
}

/// Says what is going on when the first signal comes, and ends the process at the next.
///
/// # Errors
/// If the system does not deliver signals, or the thread cannot be made.
pub fn follow_signals(forgets: bool) -> io::Result<()> {
    // The node's own runtime ends before the work that takes long.
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ends = runtime.block_on(async { Ends::listen() })?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || runtime.block_on(follow(ends, forgets)))?;
    Ok(())
}

async fn follow(mut ends: Ends, forgets: bool) {
    let how = ends.next().await;
    log::info!("{}", stopping(how, forgets));
    let since = Instant::now();
    loop {
        let how = ends.next().await;
        if since.elapsed() >= SAME {
            // At this level the log is written at once.
            log::error!("{how} once more: the process ends at once");
            break;
        }
    }
    crate::flush_log();
    // Nothing that runs at the end of a process is done then, such as deleting its folder. The database survives this,
    // and jobs and IPFS end with the node however it ends.
    let _ = kill_process(getpid(), Signal::KILL);
}

fn stopping(how: &str, forgets: bool) -> String {
    let what = match forgets {
        true => "this chain and all else that the node has are deleted, as it has no --base-path",
        false => "what is not on the disk yet is written",
    };
    format!("stopping: {how}; {what}. Another Ctrl-C or TERM ends it at once")
}

/// The signals that end a node.
struct Ends {
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

impl Ends {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "interrupted",
            _ = self.terminate.recv() => "told to end",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    #[test]
    fn data_is_deleted_where_nobody_has_said_where_to_keep_it() {
        let cases: [(&[&str], bool); 7] = [
            (&["--dev"], true),
            (&["--tmp"], true),
            (&["--dev", "--tmp"], true),
            (&["--dev", "--base-path", "/data"], false),
            (&["--base-path", "/data"], false),
            (&["--chain", "dev"], false),
            (&[], false),
        ];
        for (arguments, expected) in cases {
            let line = [&["aicpw-node"][..], arguments].concat();
            let cli = Cli::try_parse_from(line).unwrap();
            assert_eq!(forgets(&cli.node.run), expected, "{arguments:?}");
        }
    }

    #[test]
    fn it_says_what_becomes_of_the_data() {
        let said = stopping("interrupted", true);
        assert!(said.starts_with("stopping: interrupted; "), "{said}");
        assert!(said.contains("deleted"), "{said}");
        let said = stopping("told to end", false);
        assert!(said.starts_with("stopping: told to end; "), "{said}");
        assert!(!said.contains("deleted"), "{said}");
    }
}
