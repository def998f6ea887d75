//! The program, as a person starts it.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aicpw-economics"))
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("it is text")
}

#[test]
fn json_is_the_same_for_the_same_seed() {
    let arguments = [
        "--json",
        "--tasks",
        "500",
        "--scenario",
        "lazy",
        "--seed",
        "5",
    ];
    let once = said(&run(&arguments));
    assert_eq!(once, said(&run(&arguments)));
    let value: serde_json::Value = serde_json::from_str(&once).expect("it is JSON");
    assert_eq!(value["seed"], 5);
    assert_eq!(value["scenarios"][0]["scenario"], "lazy");
    assert_eq!(value["scenarios"][0]["submitted"], 500);
}

#[test]
fn the_table_has_a_line_for_each_scenario() {
    let text = said(&run(&[
        "--tasks",
        "300",
        "--scenario",
        "honest",
        "--scenario",
        "sybil",
    ]));
    for name in ["honest", "sybil"] {
        assert!(text.lines().any(|line| line.starts_with(name)), "{text}");
    }
    assert!(!text.contains("griefing"), "{text}");
}

#[test]
fn it_says_from_where_on_lies_pay_if_everybody_or_if_nobody_appeals() {
    let arguments = ["--tasks", "300", "--scenario", "honest"];
    let text = said(&run(&arguments));
    assert!(
        text.contains("44.4 %") && text.contains("if everybody who is right"),
        "{text}"
    );
    let [tasks, few, scenario, honest] = arguments;
    let text = said(&run(&[tasks, few, scenario, honest, "--nobody-appeals"]));
    assert!(
        text.contains("36.0 %") && text.contains("if nobody who is right"),
        "{text}"
    );
}

#[test]
fn it_says_what_the_larger_jury_changes() {
    let arguments = ["--tasks", "300", "--scenario", "unable-33"];
    let text = said(&run(&arguments));
    assert!(text.contains("at 41.9 and 45.1 % if its friends"), "{text}");
    // With a third of the stake: three or more of five, and then half of eleven; and two or more of
    // four.
    let row = "33                    2.4         6.3                 20.5               14.3                 40.1";
    let words = |line: &str| {
        line.split_whitespace()
            .map(String::from)
            .collect::<Vec<_>>()
    };
    assert!(text.lines().any(|line| words(line) == words(row)), "{text}");
    let [tasks, few, scenario, unable] = arguments;
    let text = said(&run(&[tasks, few, scenario, unable, "--no-larger-jury"]));
    assert!(text.contains("at 36.0 and 44.5 % if its friends"), "{text}");
    let json = said(&run(&[
        tasks,
        few,
        scenario,
        unable,
        "--no-larger-jury",
        "--json",
    ]));
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(value["scenarios"][0]["calledUnasked"], 0);
}

#[test]
fn a_name_that_is_none_is_answered_with_those_that_are() {
    let output = run(&["--scenario", "greedy"]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("greedy") && said.contains("self-dealing"),
        "{said}"
    );
    assert!(!run(&["--tasks", "0"]).status.success());
}

#[test]
fn the_list_says_what_is_played() {
    let text = said(&run(&["--list"]));
    assert!(
        text.contains("colluding-33") && text.contains("33 % of the stake"),
        "{text}"
    );
}

#[test]
fn pictures_are_written_where_asked() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("pictures");
    said(&run(&[
        "--tasks",
        "300",
        "--scenario",
        "honest",
        "--plots",
        path.to_str().expect("it is text"),
    ]));
    assert!(path.join("deterrence.png").is_file());
}
