//! A wrong clock in place of the machine's, for a process and what it starts: libfaketime.

use std::path::PathBuf;
use std::{fs, io};

use crate::skipped;

/// Where the library is: in the folder `faketime`, here or one folder further down (Debian's folder for an
/// architecture).
const PLACES: [&str; 2] = ["/usr/lib", "/usr/lib64"];
const FOLDER: &str = "faketime";

/// The library for programs with several threads.
const LIBRARY: &str = "libfaketimeMT.so.1";

/// The library that makes clocks wrong.
#[derive(Debug, Clone)]
pub struct WrongClock(PathBuf);

impl WrongClock {
    /// Searches for the library; `None` if it is not installed.
    pub fn find() -> Option<Self> {
        let below = |place: &str| {
            let entries = fs::read_dir(place).into_iter().flatten().flatten();
            let folders = entries.map(|entry| entry.path());
            [PathBuf::from(place)].into_iter().chain(folders)
        };
        let mut libraries = PLACES
            .into_iter()
            .flat_map(below)
            .map(|folder| folder.join(FOLDER).join(LIBRARY));
        libraries.find(|library| library.is_file()).map(Self)
    }

    /// Returns the environment of a process whose clock is this many seconds ahead (or behind, if negative). Time
    /// passes at its usual rate, so what the process measures is right.
    pub fn ahead_by(&self, seconds: f64) -> Vec<(String, String)> {
        let variables = [
            ("LD_PRELOAD", self.0.display().to_string()),
            ("FAKETIME", format!("{seconds:+}s")),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            // A killed process would leave the shared memory behind.
            ("FAKETIME_DISABLE_SHM", "1".into()),
        ];
        variables
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }
}

/// Says that a test is skipped because the library is not there.
///
/// # Errors
/// When the message cannot be written.
///
/// # Panics
/// If `AICPW_FAKETIME_REQUIRED` is 1, as `scripts/test.sh` sets it where the library is installed.
pub fn skip() -> io::Result<()> {
    skipped::say(
        "AICPW_FAKETIME_REQUIRED",
        "there is no libfaketime here",
        "on Debian it is in the package libfaketime",
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    fn now(environment: Vec<(String, String)>) -> f64 {
        let said = Command::new("date")
            .arg("+%s.%N")
            .envs(environment)
            .output()
            .unwrap();
        String::from_utf8(said.stdout)
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    }

    #[test]
    fn a_process_has_the_clock_that_is_said() {
        let Some(clock) = WrongClock::find() else {
            return skip().unwrap();
        };
        for seconds in [-3_600.0, 3_600.5] {
            let real = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap()
                .as_secs_f64();
            let off = now(clock.ahead_by(seconds)) - real;
            // However long the process takes to start.
            assert!(
                off >= seconds - 0.001 && off < seconds + 1_800.0,
                "{seconds}: {off}"
            );
        }
    }
}
