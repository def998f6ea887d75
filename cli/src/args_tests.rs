use super::*;
use crate::output::documented::{section, spans, PAGE};
use clap::CommandFactory;
use std::path::{Path, PathBuf};

/// The global options with nothing set.
pub fn global() -> GlobalArgs {
    Args::try_parse_from(["aicpw", "provider", "ls"])
        .unwrap()
        .global
}

#[test]
fn the_definition_is_consistent() {
    Args::command().debug_assert();
}

#[test]
fn a_refusal_is_its_first_paragraph() {
    let message = |line: &str| {
        let error = Args::try_parse_from(line.split(' ')).unwrap_err();
        usage_error(&error).message
    };
    assert_eq!(
        message("aicpw provider stake 0"),
        "invalid value '0' for '<AMOUNT>': must be more than zero"
    );
    let missing = message("aicpw provider register");
    assert!(
        missing.contains("--stake <AICP>") && missing.contains("--ask <AICP>"),
        "{missing}"
    );
    assert!(!missing.contains("Usage"), "{missing}");
}

#[test]
fn global_options_go_anywhere() {
    let line = "aicpw task show 7 --json --url ws://10.0.0.1:9944 --suri //Bob";
    let args = Args::try_parse_from(line.split(' ')).unwrap();
    assert!(args.global.json);
    assert_eq!(args.global.url, "ws://10.0.0.1:9944");
    assert!(args.global.keys.suri.is_some());
}

/// Tasks and disputes are shown with the word `show`, so providers are too.
#[test]
fn a_provider_is_shown_by_status_and_by_show() {
    for word in ["status", "show"] {
        let line = format!("aicpw provider {word} --json");
        let args = Args::try_parse_from(line.split(' ')).unwrap();
        let is_same = matches!(
            args.command,
            Command::Provider(provider::ProviderCommand::Status { account: None })
        );
        assert!(is_same, "{word}");
    }
}

#[test]
fn what_only_makes_sense_while_waiting() {
    let line = "aicpw submit m.json --budget 1 --time-limit 600s --out result";
    assert!(Args::try_parse_from(line.split(' ')).is_err());
    let line = format!("{line} --wait --accept");
    let args = Args::try_parse_from(line.split(' ')).unwrap();
    assert!(matches!(args.command, Command::Submit(args) if args.wait && args.accept));
}

/// Regression: only an error message said that `--accept` needs `--out`.
#[test]
fn what_an_option_needs_is_in_its_text_and_in_the_page() {
    let command = Args::command();
    let submit = command.find_subcommand("submit").unwrap();
    let page = section("submit");
    for (option, needs) in [("out", &["--wait"][..]), ("accept", &["--wait", "--out"])] {
        let mut all = submit.get_arguments();
        let argument = all.find(|one| one.get_long() == Some(option)).unwrap();
        let help = argument.get_help().unwrap().to_string();
        let row = format!("| `--{option}");
        let row = page.lines().find(|line| line.starts_with(&row)).unwrap();
        for other in needs {
            assert!(help.contains(*other), "--{option}: {help}");
            let named = format!("`{other}`");
            assert!(row.contains(&named), "docs/cli.md: {row}");
        }
    }
    let line = "aicpw submit m.json --budget 1 --time-limit 600s --wait --accept";
    assert!(Args::try_parse_from(line.split(' ')).is_err());
}

/// The packaged unit calls this program with arguments that exist, and restarts it whatever ended it.
#[test]
fn the_unit_of_a_ledger_keeps_one() {
    let unit = include_str!("../../packaging/systemd/aicpw-ledger.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/"));
    let address = crate::account::Account([7; 32]).to_string();
    let line = start.unwrap().replace("${AICPW_LEDGER_ACCOUNT}", &address);
    let args = Args::try_parse_from(line.split(' ')).unwrap();
    assert!(matches!(args.command, Command::Account(_)));
    assert!(line.contains(" --follow"), "{line}");
    let state = unit
        .lines()
        .find_map(|line| line.strip_prefix("StateDirectory="));
    let out = format!("--out /var/lib/{}/", state.unwrap());
    assert!(line.contains(&out), "{line}");
    assert!(unit.lines().any(|line| line == "Restart=always"));
}

/// A command that does something, with the words that call it.
struct Leaf {
    path: Vec<String>,
    command: clap::Command,
}

fn leaves() -> Vec<Leaf> {
    fn collect(command: &clap::Command, path: &[String], into: &mut Vec<Leaf>) {
        if !path.is_empty() && !command.is_subcommand_required_set() {
            into.push(Leaf {
                path: path.to_vec(),
                command: command.clone(),
            });
        }
        for inner in command.get_subcommands() {
            let path = [path, &[inner.get_name().to_owned()]].concat();
            collect(inner, &path, into);
        }
    }
    let mut all = Vec::new();
    collect(&Args::command(), &[], &mut all);
    assert!(all.len() > 25, "{}", all.len());
    all
}

/// Fails unless the line can be parsed.
fn check(line: &str, from: &str) {
    // Quotes can be dropped: no example has a space in an argument.
    let words = line
        .split_whitespace()
        .map(|word| word.trim_matches(['\'', '"']));
    if let Err(error) = Args::try_parse_from(words) {
        use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
        let is_help = [DisplayHelp, DisplayVersion].contains(&error.kind());
        assert!(is_help, "{from}: `{line}`: {error}");
    }
}

#[test]
fn every_command_has_a_text_and_examples_that_work() {
    for Leaf { path, command } in leaves() {
        let path = path.join(" ");
        assert!(command.get_about().is_some(), "{path} has no text");
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string);
            let id = argument.get_id();
            assert!(
                help.is_some_and(|help| help.len() > 5),
                "{path}: {id} has no text"
            );
        }
        let after = command.get_after_long_help().map(ToString::to_string);
        let after = after.unwrap_or_default();
        // As a person reads the help text: nothing is wrapped, so that every example can be copied.
        let shown = command.clone().render_long_help().to_string();
        for line in after.lines() {
            assert!(shown.contains(line), "{path}: wrapped: {line}");
        }
        let joined = after.replace("\\\n", "");
        let examples: Vec<_> = joined
            .lines()
            .filter(|line| line.starts_with("  aicpw "))
            .collect();
        assert!(
            after.starts_with("Examples:\n") && !examples.is_empty(),
            "{path} has no examples (after_long_help)"
        );
        for example in examples {
            assert!(
                example.contains(&path),
                "{path}: `{example}` is of another command"
            );
            check(example.trim(), &path);
        }
    }
}

/// Regression: `--budget -1` was answered with "unexpected argument '-1' found".
#[test]
fn every_number_may_begin_with_a_hyphen_so_that_its_own_parser_answers() {
    let mut found = 0;
    for Leaf { path, command } in leaves() {
        for argument in command.get_arguments() {
            let names = argument.get_value_names().unwrap_or_default();
            let numbers =
                "AICP AMOUNT PRICE N N|all DEVICE SLOTS STARS SPAN SIZE ID TASK TASK|COMMITMENT";
            let numbers: Vec<_> = numbers.split(' ').collect();
            if names.iter().any(|name| numbers.contains(&name.as_str())) {
                let allows = argument.is_allow_negative_numbers_set()
                    || argument.is_allow_hyphen_values_set();
                assert!(allows, "{path:?}: {}", argument.get_id());
                found += 1;
            }
        }
    }
    assert!(found > 35, "only {found} were found");
}

/// Regression: the global options stood among the command's own options.
#[test]
fn what_all_commands_take_stands_apart() {
    let mut whole = Args::command();
    let of_all: Vec<_> = whole
        .get_arguments()
        .filter(|argument| argument.is_global_set())
        .filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
        .collect();
    assert!(of_all.len() > 5, "{of_all:?}");
    whole.build();
    let command = whole.find_subcommand_mut("dry-run").unwrap();
    let help = command.render_long_help().to_string();
    let (own, apart) = help.split_once("\nGeneral:\n").unwrap();
    let has = |text: &str, option: &str| {
        let mut lines = text.lines().map(str::trim_start);
        lines.any(|line| line.split(' ').next() == Some(option))
    };
    for option in of_all {
        assert!(
            has(apart, &option) && !has(own, &option),
            "{option}: {help}"
        );
    }
    assert!(has(own, "--budget") && has(own, "--verify"), "{help}");
    assert!(!has(apart, "--budget"), "{help}");
}

#[test]
fn every_command_and_option_is_in_the_page() {
    for Leaf { path, command } in leaves() {
        let text = section(&path[0]);
        let words = path[1..].join(" ");
        assert!(
            spans(&text).iter().any(|span| span.starts_with(&words)),
            "docs/cli.md: `{words}` is not in the section of {}",
            path[0]
        );
        for option in command.get_arguments().filter_map(|arg| arg.get_long()) {
            if [
                "help",
                "version",
                "url",
                "json",
                "suri",
                "key-file",
                "data-keys",
                "pins",
            ]
            .contains(&option)
            {
                continue;
            }
            // `dry-run` takes the options of `submit`, which are described there.
            let shared = if path[0] == "dry-run" {
                section("submit")
            } else {
                String::new()
            };
            let option = format!("--{option}");
            assert!(
                text.contains(&option) || shared.contains(&option),
                "docs/cli.md: {path:?} does not describe {option}"
            );
        }
    }
    assert!(PAGE.contains("`--url URL`") && PAGE.contains("`--json`"));
}

fn pages(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "md") {
            into.push(path);
        }
    }
}

#[test]
fn every_command_in_the_project_s_pages_can_be_typed() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = vec![top.join("README.md")];
    pages(&top.join("docs"), &mut all);
    pages(&top.join("examples"), &mut all);
    let mut found = 0;
    for page in all {
        let text = std::fs::read_to_string(&page).unwrap().replace("\\\n", " ");
        let mut in_code = false;
        for line in text.lines() {
            if line.starts_with("```") {
                in_code = !in_code;
            }
            let line = line.split(" #").next().unwrap_or(line).trim();
            let line = line.split([';', '|', '>']).next().unwrap_or(line);
            let is_picture = line.contains('─') || line.starts_with("aicpw (");
            if in_code && !is_picture && line.starts_with("aicpw ") {
                check(line, &page.display().to_string());
                found += 1;
            }
        }
    }
    assert!(found > 20, "only {found} commands were found");
}
