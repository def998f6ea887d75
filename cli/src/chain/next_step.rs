//! What to do when a call fails in a block. The commands check before they send; this covers what
//! changed between the check and the block, and what only the chain can know.

/// What a person should do next after this error of one of the market's pallets; `None` if the
/// error itself says everything. `TASK` stands for the task's number, see
/// [`crate::error::Error::about_task`].
pub fn next_step(pallet: &str, error: &str) -> Option<&'static str> {
    match pallet {
        "ProviderStaking" => provider_staking(error),
        "Tasks" => tasks(error),
        "Disputes" => disputes(error),
        _ => None,
    }
}

fn provider_staking(error: &str) -> Option<&'static str> {
    Some(match error {
        "AlreadyRegistered" => {
            "`aicpw provider status` shows it; devices are added with `register`"
        }
        "NotRegistered" => "`aicpw provider register` makes the account a provider",
        "StakeTooLow" => "give more with --stake; `aicpw provider register --dry-run` is free",
        "WorkerTaken" => {
            "the node works for another provider: that one deregisters or rotates its worker key, \
             or the node gets a new keystore"
        }
        "BadProof" => {
            "the node's agreement is valid for some seconds only: is the node synchronised? Then \
             try again"
        }
        "BadSealingKey" => "use the aicpw of the same release as the node",
        "EmptyPeerAddress" => "give whole multiaddresses with --set, or use --from-node",
        "ZeroAmount" => "give an amount above zero",
        "NotEnoughStake" => {
            "`aicpw provider status` shows the stake; `unbond all` takes what is \
                             active"
        }
        "TooManyUnbondings" => "`aicpw provider withdraw` makes room once the oldest has finished",
        "NothingToWithdraw" => "`aicpw provider withdraw` says when there will be something",
        "DevicesRemain" => "`aicpw provider devices remove all` first",
        "StakeRemains" => "`aicpw provider unbond all` and `aicpw provider withdraw` first",
        "UnknownDevice" | "NotOwner" => "`aicpw provider devices` lists those of the account",
        "TooManyDevices" => {
            "`aicpw provider devices remove` ends what is not used, or use another account for \
             this machine"
        }
        "DuplicateFingerprint" => {
            "the device is registered already; `aicpw provider devices update` renews its spec"
        }
        "NoComputingPower" | "NoMemory" | "NoDeterminismClass" | "BadDeviceName" => {
            "the node measured nothing usable: its log says what the driver answered; then try \
             again"
        }
        "BadSlots" => "a device has from 1 to 8 slots",
        "AskTooLow" => "ask more; `aicpw provider register --dry-run` names the lowest",
        "DeviceBusy" => "`aicpw provider devices pause` keeps new tasks away; try again when idle",
        "ChallengeOpen" => {
            "`aicpw provider devices` shows how far its conformance run is; after a wrong one the next \
             attempt has to be waited for"
        }
        "NoRuns" => "nothing has to be proven: governance has turned conformance runs off",
        "DeviceCoolsDown" => "`aicpw provider devices` shows until when; try again then",
        "DeviceNotForgiven" => {
            "it stays until a task that goes well has made up for its failures, or until all stake is \
             withdrawn: `aicpw provider devices pause` keeps tasks away"
        }
        "DeviceOccupied" => {
            "stake is locked for its last tasks until their results could be fetched: try again \
             in an hour"
        }
        _ => return None,
    })
}

fn tasks(error: &str) -> Option<&'static str> {
    Some(match error {
        "MarketPaused" => {
            "try again later: the node's method `aicpw_marketClock` says whether it goes on"
        }
        "NoComputingPower" => "--gflops is at least 1",
        "ReputationOutOfRange" => "--min-reputation is at most 1000",
        "ZeroTimeLimit" | "TimeLimitTooLong" => "choose another --time-limit",
        "BudgetTooLow" | "BudgetBelowLowestAsk" => {
            "raise --budget, or lower --gflops or --time-limit; `aicpw dry-run` is free"
        }
        "ReplicasOutOfRange" => "--verify replicated=N takes 2 to 5 replicas",
        "QuorumOutOfRange" => {
            "more than half of the replicas have to agree, and no more than all: --verify \
             replicated=3/2"
        }
        "MatchWindowOutOfRange" => "choose another --match-window",
        "OptimisticWindowOutOfRange" => "choose another window in --verify optimistic=…",
        "ModeNotSupported" => {
            "use --verify optimistic=60s, --verify replicated=3/2 or --verify expected=0x…"
        }
        "CannotPay" => "`aicpw account balance` shows what the account can spend",
        "UnknownTask" => "`aicpw task ls` shows those that are still readable",
        "NotRequester" => "give the requester's key with --suri or --key-file",
        "NotWaiting" => {
            "`aicpw task show TASK` says how far it is; a result can be accepted or rated"
        }
        "FaultUndecided" => {
            "another provider says whose fault it was, or the match window ends and the budget comes back; \
             `aicpw task watch TASK` waits for it"
        }
        "NotVerifying" => "`aicpw task show TASK` says whether it is settled already",
        "NotSettled" => "that is possible once the provider is paid; `aicpw task watch TASK` waits",
        "NothingDelivered" => "`aicpw task show TASK` says which assignments were paid",
        "RetrievalEnded" => "`aicpw dispute show TASK` says what a jury has found, if there was one",
        "TooManyClaims" => "what a jury could not decide twice stays as it is",
        "AlreadyClaimed" => "`aicpw dispute watch TASK` follows it",
        "AlreadyRated" => "a rating is given once and stays",
        "RatingOutOfRange" => "give 1 to 5",
        "NotAwaitingKey" => "`aicpw task show TASK` says whether its key was granted already",
        "KeyWindowEnded" => {
            "the task has ended; submit it again with --wait, or with `aicpw agent` running"
        }
        "TooManySeats" => {
            "it was disputed, or given to further providers, so often that there is no room for another \
             jury"
        }
        "BadManifestCid" | "EmptyPeerAddress" | "WrongRecipient" => {
            "use the aicpw of the same release as the node"
        }
        _ => return None,
    })
}

fn disputes(error: &str) -> Option<&'static str> {
    Some(match error {
        "AlreadyDisputed" => "`aicpw dispute watch TASK` follows it",
        "NotDisputed" => {
            "`aicpw task dispute TASK` opens one, while the window of the result is open"
        }
        "IsParty" => "who doubts the result does it with another account",
        "NotRequester" => "give the requester's key with --suri or --key-file",
        "NotAppealable" => "`aicpw dispute show TASK` says how far it is",
        "NoFurtherAppeal" => "what the last jury found stays; `aicpw dispute show TASK` says what",
        "SealedTask" => "dispute it without --part: a jury runs the whole job",
        "NotNaming" => "the jury runs the whole job; `aicpw dispute watch TASK` follows it",
        "NotChallenger" => "give the key of who disputes it with --suri or --key-file",
        "NotInTrace" => "use the aicpw of the same release as the node",
        "BondTooLarge" => "no account can have that much: the verdict stays as it is",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of each row of the table under a heading of a page.
    fn table<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
        let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
        rest.lines()
            .take_while(|line| !line.starts_with("## "))
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect()
    }

    /// A test of the runtime compares the pages with the runtime; this test compares the command
    /// line with the pages.
    #[test]
    fn every_error_of_a_signed_call_has_a_next_step() {
        for (pallet, page) in [
            (
                "ProviderStaking",
                include_str!("../../../docs/pallets/provider-staking.md"),
            ),
            ("Tasks", include_str!("../../../docs/pallets/tasks.md")),
            (
                "Disputes",
                include_str!("../../../docs/pallets/disputes.md"),
            ),
        ] {
            let calls = table(page, "Calls");
            let signed: Vec<_> = calls
                .iter()
                .filter(|row| row[2].contains("signed"))
                .collect();
            assert!(signed.len() > 1, "{pallet}: the table of calls");
            for row in signed {
                for error in row[3].split('`').skip(1).step_by(2) {
                    assert!(
                        next_step(pallet, error).is_some(),
                        "{}: {error} has no next step",
                        row[1]
                    );
                }
            }
        }
        assert_eq!(next_step("Balances", "VestingBalance"), None);
        let text = next_step("Tasks", "NotSettled").unwrap();
        assert!(text.contains("`aicpw task watch TASK`"), "{text}");
    }
}
