//! Which players meet.

use crate::player::Kind;

/// Providers of an ordinary market; the others come on top or take their places.
pub const PROVIDERS: usize = 200;
/// Accounts that submit tasks.
pub const REQUESTERS: usize = 200;

/// What the jurors of a coalition do for its lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Friends {
    /// They vote for it where they are the majority of their jury.
    Lie,
    /// They say that they were unable to run the program where they are half of those who vote, or more: then the
    /// others have no majority. Where a verdict has to be undone they vote for the lie.
    AreUnable,
}

/// Who is there, beside honest providers and requesters.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scenario {
    /// For the command line and the tables.
    pub name: &'static str,
    /// In one sentence.
    pub about: &'static str,
    /// The players that are not honest.
    pub kind: Kind,
    /// Their share of the stake, in per cent; of the providers, as stakes are spread alike.
    pub percent: u32,
    /// Rational cheats as well, in per cent of the providers: they give the others something to do.
    pub rational_percent: u32,
    /// Tasks of which one can know the trace root without work, in per cent: a single checkpoint that
    /// holds nothing but the published result.
    pub traceless_percent: u32,
    /// Requesters that dispute every right result, in per cent.
    pub griefing_percent: u32,
    /// A rational cheat tries again in one assignment of so many, whatever it believes.
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
