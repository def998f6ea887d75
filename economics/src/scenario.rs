//! Scenarios: which players meet.

use crate::player::Kind;

/// The providers of an ordinary market. Other players are added to these or replace some of them.
pub const PROVIDERS: usize = 200;
/// How many accounts submit tasks.
pub const REQUESTERS: usize = 200;

/// How the jurors of a coalition help its lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Friends {
    /// They vote for it if they are the majority of their jury.
    Lie,
    /// They say that they were unable to run the program if they are at least half of those who vote: then the others
    /// have no majority. To undo a verdict, they vote for the lie.
    AreUnable,
}

/// Who takes part, besides honest providers and requesters.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scenario {
    /// The name on the command line and in the tables.
    pub name: &'static str,
    /// A description in one sentence.
    pub about: &'static str,
    /// The kind of the players that are not honest.
    pub kind: Kind,
    /// Their share of the stake, in per cent. It is also their share of the providers, because stakes are spread alike.
    pub percent: u32,
    /// The share of rational cheats among the providers, in per cent. They give the other players something to do.
    pub rational_percent: u32,
    /// The share of tasks whose trace root can be known without work, in per cent: these have a single checkpoint that
    /// holds nothing but the published result.
    pub traceless_percent: u32,
    /// The share of requesters that dispute every right result, in per cent.
    pub griefing_percent: u32,
    /// A rational cheat tries again in one of this many assignments, whatever it believes.
    pub trial: u32,
    /// What a coalition's jurors do.
    pub friends: Friends,
}

const fn scenario(
    name: &'static str,
    about: &'static str,
    kind: Kind,
    percent: u32,
    rational_percent: u32,
) -> Scenario {
    Scenario {
        name,
        about,
        kind,
        percent,
        rational_percent,
        traceless_percent: 20,
        griefing_percent: 0,
        trial: 200,
        friends: Friends::Lie,
    }
}

/// All scenarios, in the order of the tables.
pub const SCENARIOS: [Scenario; 15] = [
    scenario(
        "honest",
        "everybody does the work; machines fail now and then",
        Kind::Honest,
        0,
        0,
    ),
    scenario(
        "rational",
        "every provider cheats when it expects more of it than of work",
        Kind::Rational,
        100,
        0,
    ),
    scenario(
        "lazy",
        "a tenth never works, neither as provider nor as auditor nor as juror",
        Kind::Lazy,
        10,
        0,
    ),
    scenario(
        "copying",
        "three tenths audit and judge by copying; the rest are rational cheats",
        Kind::Copying,
        30,
        70,
    ),
    Scenario {
        traceless_percent: 100,
        ..scenario(
            "copying-traceless",
            "the same, and every trace root can be known without work",
            Kind::Copying,
            30,
            70,
        )
    },
    scenario(
        "colluding-10",
        "one hand with 10 % of the stake cheats in every task",
        Kind::Colluding,
        10,
        0,
    ),
    scenario(
        "colluding-33",
        "one hand with 33 % of the stake cheats in every task",
        Kind::Colluding,
        33,
        0,
    ),
    scenario(
        "colluding-49",
        "one hand with 49 % of the stake cheats in every task",
        Kind::Colluding,
        49,
        0,
    ),
    Scenario {
        friends: Friends::AreUnable,
        ..scenario(
            "unable-33",
            "the same with 33 %, and its jurors say that they are unable where they are half of a jury",
            Kind::Colluding,
            33,
            0,
        )
    },
    scenario(
        "sybil",
        "one hand with 10 % of the stake in accounts of the least stake, with the lowest asks",
        Kind::Sybil,
        10,
        0,
    ),
    scenario(
        "undercutting",
        "a tenth asks less than half of the cheapest honest ask, and cheats wherever it can",
        Kind::Undercutting,
        10,
        0,
    ),
    scenario(
        "self-dealing",
        "a twentieth buys itself reputation, then cheats others",
        Kind::SelfDealing,
        5,
        0,
    ),
    Scenario {
        griefing_percent: 10,
        ..scenario(
            "griefing",
            "a tenth drops tasks and is silent on juries; its requesters dispute right results",
            Kind::Griefing,
            10,
            0,
        )
    },
    scenario(
        "robbing-33",
        "one hand with 33 % of the stake cries foul at honest results",
        Kind::Robbing,
        33,
        0,
    ),
    scenario(
        "robbing-49",
        "one hand with 49 % of the stake cries foul at honest results",
        Kind::Robbing,
        49,
        0,
    ),
];

/// The scenario of this name.
pub fn named(name: &str) -> Option<Scenario> {
    SCENARIOS.into_iter().find(|scenario| scenario.name == name)
}
