//! Writes the log in a separate thread, as the SDK does with text. A thread that logs, such as the one that makes
//! blocks, does not wait for whoever reads the log. Lines without room are lost, and the log says so.

use std::{
    io,
    mem::take,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::Duration,
};

/// Most bytes that wait to be written.
const ROOM: usize = 4 << 20;

/// How long the end of the process waits for lines that are not written yet.
const LAST: Duration = Duration::from_secs(5);

/// The log writer of the process, if it has one.
static OF_PROCESS: OnceLock<LogWriter> = OnceLock::new();

/// Takes whole lines, each in one call.
#[derive(Clone)]
pub struct LogWriter(Arc<Lines>);

#[derive(Default)]
struct Lines {
    state: Mutex<State>,
    filled: Condvar,
    written: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// Lines that came after those, when there was no room.
    lost: u64,
    is_writing: bool,
}

impl State {
    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.lost == 0
    }
}

impl LogWriter {
    /// Returns the writer to the standard error. `say_lost` makes the line that says how many lines were lost.
    ///
    /// # Errors
    /// If the thread cannot be made.
    pub fn stderr(say_lost: fn(u64) -> String) -> io::Result<Self> {
        let writer = Self::start(io::stderr(), say_lost)?;
        Ok(OF_PROCESS.get_or_init(|| writer).clone())
    }

    fn start(to: impl io::Write + Send + 'static, say_lost: fn(u64) -> String) -> io::Result<Self> {
        let lines = Arc::new(Lines::default());
        let writer = Self(lines.clone());
        let write_out = move || lines.write_out(to, say_lost);
        thread::Builder::new()
            .name("log-writer".into())
            .spawn(write_out)?;
        Ok(writer)
    }

    /// Waits until everything is written, but no longer than `limit`.
    fn flush_for(&self, limit: Duration) {
        let lines = &self.0;
        let ended = lines
            .written
            .wait_timeout_while(lines.lock(), limit, |state| {
                state.is_writing || !state.is_empty()
            });
        drop(ended.unwrap_or_else(PoisonError::into_inner));
    }
}

/// Writes everything that was logged, before the process ends.
pub fn flush() {
    if let Some(writer) = OF_PROCESS.get() {
        writer.flush_for(LAST);
    }
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_out(&self, mut to: impl io::Write, say_lost: fn(u64) -> String) {
        loop {
            let filled = self
                .filled
                .wait_while(self.lock(), |state| state.is_empty());
            let mut state = filled.unwrap_or_else(PoisonError::into_inner);
            let (mut lines, lost) = (take(&mut state.waiting), take(&mut state.lost));
            state.is_writing = true;
            drop(state);
            if lost > 0 {
                lines.extend(say_lost(lost).into_bytes());
            }
            // If the log cannot be written, there is nowhere to report that.
            let _ = to.write_all(&lines).and_then(|()| to.flush());
            self.lock().is_writing = false;
            self.written.notify_all();
        }
    }
}

impl io::Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock();
        if state.lost > 0 || state.waiting.len().saturating_add(line.len()) > ROOM {
            state.lost += 1;
        } else {
            state.waiting.extend_from_slice(line);
        }
        drop(state);
        self.0.filled.notify_one();
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{io::Write, sync::mpsc};

    use super::*;

    /// A pipe whose reader takes nothing until the test lets it.
    struct Stalled {
        begun: mpsc::Sender<()>,
        go_on: mpsc::Receiver<()>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Stalled {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.begun.send(()).unwrap();
            // Once the test has dropped the other end, this takes everything.
            let _ = self.go_on.recv();
            self.written.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_reader_that_reads_nothing_and_what_is_lost_is_said() {
        let (begun, begins) = mpsc::channel();
        let (go_on, waits) = mpsc::channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let stalled = Stalled {
            begun,
            go_on: waits,
            written: written.clone(),
        };
        let mut writer = LogWriter::start(stalled, |lost| format!("{lost} lost\n")).unwrap();
        writer.write_all(b"first\n").unwrap();
        begins.recv().unwrap();
        // From here on the writing thread is held up.
        let line = [b'x'; 1 << 20];
        for _ in 0..6 {
            writer.write_all(&line).unwrap();
        }
        writer.write_all(b"short\n").unwrap();
        writer.flush_for(Duration::ZERO);
        assert!(written.lock().unwrap().is_empty());
        drop(go_on);
        writer.flush_for(Duration::from_secs(60));
        let written = written.lock().unwrap();
        assert_eq!(written.len(), 6 + ROOM + 7);
        assert!(written.starts_with(b"first\nxx"));
        assert!(written.ends_with(b"x3 lost\n"));
    }
}
