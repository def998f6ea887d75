//! Tests of the questions that a person is asked at a terminal.

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::OwnedFd,
    process::{Child, Stdio},
};

use rustix::pty::{ioctl_tiocgptpeer, openpt, unlockpt, OpenptFlags};

use super::{fake_node::disputes, *};

/// Returns a new terminal: the person's side of it, and the program's.
fn terminal() -> (File, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let person = openpt(flags).unwrap();
    unlockpt(&person).unwrap();
    let program = ioctl_tiocgptpeer(&person, flags).unwrap();
    (File::from(person), program)
}

/// Runs `aicpw` with its standard output at a terminal. Returns what is printed there, up to these words, or up to the
/// end if they do not come.
pub fn printed_at_terminal(node: &FakeNode, arguments: &[&str], words: &str) -> String {
    let (mut person, program) = terminal();
    let mut aicpw = node.aicpw(arguments);
    aicpw
        .stdin(Stdio::null())
        .stdout(program)
        .stderr(Stdio::null());
    let mut child = aicpw.spawn().unwrap();
    // Or the terminal would stay open after the program has ended.
    drop(aicpw);
    let printed = hear(&mut person, words);
    assert_eq!(code(&mut child), Some(0), "{printed}");
    printed
}

/// Starts `aicpw` at a terminal, and returns the person's side of the terminal.
fn start_at_terminal(node: &FakeNode, arguments: &[&str]) -> (Child, File) {
    let (person, program) = terminal();
    let mut aicpw = node.aicpw(arguments);
    aicpw
        .stdin(program.try_clone().unwrap())
        .stdout(Stdio::null())
        .stderr(program);
    (aicpw.spawn().unwrap(), person)
}

/// Reads what is printed at the terminal, up to these words, or up to the end if they do not come.
fn hear(terminal: &mut File, words: &str) -> String {
    let (mut heard, mut piece) = (Vec::<u8>::new(), [0_u8; 1_024]);
    loop {
        let said = String::from_utf8_lossy(&heard).into_owned();
        if said.contains(words) {
            return said;
        }
        // Once the program has ended, reading fails.
        match terminal.read(&mut piece) {
            Ok(bytes @ 1..) => heard.extend(&piece[..bytes]),
            _ => return said,
        }
    }
}

/// The exit code of a program that has to end by itself.
fn code(aicpw: &mut Child) -> Option<i32> {
    let late = Instant::now() + HANGS_AFTER;
    loop {
        if let Some(status) = aicpw.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() >= late {
            aicpw.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Regression: only Enter ended the program, because the question held standard error, where the reason had to be
/// printed.
#[test]
fn a_signal_ends_a_question_at_once_and_nothing_was_sent() {
    let node = FakeNode::start();
    let open = disputes::OPEN.to_string();
    for (signal, how) in [("-INT", "interrupted"), ("-TERM", "told to end")] {
        for arguments in [
            &["provider", "unbond", "650"][..],
            &["task", "dispute", &open],
        ] {
            let (mut aicpw, mut terminal) = start_at_terminal(&node, arguments);
            let asked = hear(&mut terminal, "Go on? [y/N] ");
            assert!(asked.ends_with("Go on? [y/N] "), "{arguments:?}: {asked}");
            let sent = Command::new("kill")
                .args([signal, &aicpw.id().to_string()])
                .status();
            assert!(sent.unwrap().success());
            assert_eq!(code(&mut aicpw), Some(1), "{arguments:?}");
            let said = hear(&mut terminal, "nothing was sent");
            assert!(
                said.contains(&format!("error: {how}")) && said.contains("nothing was sent"),
                "{arguments:?}: {said}"
            );
        }
    }
    assert_eq!(node.transactions(), 0);
}

#[test]
fn who_only_types_enter_has_not_agreed() {
    let node = FakeNode::start();
    let unbond = ["provider", "unbond", "650"];
    let (mut aicpw, mut terminal) = start_at_terminal(&node, &unbond);
    hear(&mut terminal, "Go on? [y/N] ");
    terminal.write_all(b"\n").unwrap();
    assert_eq!(code(&mut aicpw), Some(2));
    let said = hear(&mut terminal, "nothing was sent");
    assert!(said.contains("error: not confirmed"), "{said}");
    assert_eq!(node.transactions(), 0);
}
