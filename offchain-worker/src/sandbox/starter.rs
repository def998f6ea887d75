//! Starts processes from one thread, which lasts as long as this process.
//!
//! A child that asks the kernel to be killed with its parent (`PR_SET_PDEATHSIG`, as the executor does) is killed when
//! the *thread* that started it ends, and the threads of a tokio runtime come and go.

use std::io;
use std::sync::{mpsc, Mutex, PoisonError};
use std::thread;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

struct Order {
    command: Command,
    /// The runtime on which the child is waited for.
    runtime: Handle,
    /// If the receiver is gone, the child is dropped, which kills it if its command says so.
    started: oneshot::Sender<io::Result<Child>>,
}

static STARTER: Mutex<Option<mpsc::Sender<Order>>> = Mutex::new(None);

/// Starts a process from that thread.
///
/// # Errors
/// When the process or the thread cannot be started.
pub async fn start(command: Command) -> io::Result<Child> {
    let (started, answer) = oneshot::channel();
    let order = Order {
        command,
        runtime: Handle::current(),
        started,
    };
    let gone = || io::Error::other("the thread that starts processes has ended");
    starter()?.send(order).map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

fn starter() -> io::Result<mpsc::Sender<Order>> {
    let mut known = STARTER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(orders) = &*known {
        return Ok(orders.clone());
    }
    let (orders, taken) = mpsc::channel::<Order>();
    thread::Builder::new()
        .name("starts-processes".into())
        .spawn(move || {
            for mut order in taken {
                let _entered = order.runtime.enter();
                let _ = order.started.send(order.command.spawn());
            }
        })?;
    Ok(known.insert(orders).clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::process::Stdio;

    #[test]
    fn a_child_lives_on_when_the_thread_that_asked_for_it_ends() {
        let asking = thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap();
            let mut command = Command::new("setpriv");
            command
                .args(["--pdeathsig", "KILL", "sh", "-c"])
                .arg("echo up; read word; echo $word")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped());
            let mut child = runtime.block_on(start(command)).unwrap();
            let _entered = runtime.enter();
            let input = child.stdin.take().unwrap().into_owned_fd().unwrap();
            let output = child.stdout.take().unwrap().into_owned_fd().unwrap();
            let mut output = std::fs::File::from(output);
            // By now the child has asked to be killed with its parent.
            let mut up = [0; 3];
            output.read_exact(&mut up).unwrap();
            (std::fs::File::from(input), output)
        });
        let (mut input, mut output) = asking.join().unwrap();
        input.write_all(b"still here\n").unwrap();
        let mut said = String::new();
        output.read_to_string(&mut said).unwrap();
        assert_eq!(said, "still here\n");
    }

    #[tokio::test]
    async fn what_is_not_there_is_said() {
        let error = start(Command::new("/no/such/program")).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
