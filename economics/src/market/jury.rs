//! Who sits on a jury, and what the jurors vote.

use aicpw_protocol::{
    verdict::{Outcome, Vote},
    Balance, Hash,
};

use super::Market;
use crate::{
    player::{Kind, Root, CONSPIRED, RIGHT},
    scenario::Friends,
    tally::Role,
};

/// The vote of a juror.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ballot {
    pub juror: usize,
    pub vote: Vote,
    /// Whether the juror knows the trace root: by work, from its coalition, or because there is nothing to know.
    pub knows_trace: bool,
}

/// What jurors know before they vote.
pub(super) struct Talk {
    /// The kind of the coalition that has a lie in this dispute.
    pub conspiracy: Option<Kind>,
    /// The revealed root, or the first one of several.
    pub revealed: Root,
    /// The root that the auditor found, if there was one.
    pub accusers: Option<Root>,
}

/// The vote for a root.
pub(super) fn vote_for(root: Root) -> Vote {
    Vote::Root(hash(root))
}

/// The root in the form that the protocol uses.
pub(super) fn hash(root: Root) -> Hash {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(root.to_le_bytes()) {
        *to = from;
    }
    hash
}

/// The root that a jury found to be the result, if it found one.
pub(super) fn found(outcome: &Outcome) -> Option<Root> {
    match outcome {
        Outcome::Upheld { root } | Outcome::Wrong { root } => Some(root_of(root)),
        _ => None,
    }
}

/// The root from which [`hash`] made this hash.
pub(super) fn root_of(hash: &Hash) -> Root {
    let bytes = hash.iter().take(size_of::<Root>());
    bytes
        .rev()
        .fold(0, |root: Root, byte| (root << 8) | Root::from(*byte))
}

impl Market<'_> {
    /// Draws a jury and takes its votes. It has fewer jurors if nobody is left who could take a seat.
    pub(super) fn hear(
        &mut self,
        id: usize,
        seats: u16,
        pay: Balance,
        talk: &Talk,
        before: Option<Outcome>,
        not: &mut Vec<usize>,
    ) -> Vec<Ballot> {
        let mut jury: Vec<usize> = Vec::with_capacity(seats.into());
        for _ in 0..seats {
            jury.extend(self.seat(id, pay, not));
        }
        // Everybody can see who was drawn.
        let is_friend = |kind: Kind| talk.conspiracy == Some(kind);
        let kinds = jury.iter().map(|juror| self.providers[*juror].kind);
        let friends = kinds.filter(|kind| is_friend(*kind)).count();
        let plot = self.plot(friends, jury.len(), before);
        let ballots = jury.into_iter().map(|juror| {
            let kind = self.providers[juror].kind;
            let (vote, knows_trace) = match plot {
                Some(vote) if is_friend(kind) => (vote, true),
                _ => self.vote(id, kind, talk),
            };
            Ballot {
                juror,
                vote,
                knows_trace,
            }
        });
        ballots.collect()
    }

    /// Draws a juror for a seat. If a juror is silent, another is drawn in its place, as often as the rules say.
    fn seat(&mut self, id: usize, pay: Balance, not: &mut Vec<usize>) -> Option<usize> {
        let lock = self.rules.dispute.juror_lock(pay);
        for _ in 0..self.rules.juror_attempts {
            let juror = self.draw(id, not, lock, pay)?;
            not.push(juror);
            let kind = self.providers[juror].kind;
            self.tally.began(kind, Role::Juror, pay);
            if !self.is_absent(kind) {
                return Some(juror);
            }
            let amount = self.rules.fault_slash.mul_ceil(lock);
            self.slash(juror, amount, self.treasury, Role::Juror);
            self.faulted(juror, pay);
        }
        None
    }

    /// What the friends of a lie vote if this many of a jury's votes are theirs; `None` if they had better earn their
    /// pay. `before` is the outcome of the previous jury.
    pub(super) fn plot(
        &self,
        friends: usize,
        votes: usize,
        before: Option<Outcome>,
    ) -> Option<Vote> {
        // A jury that is unable does not undo a verdict that was found before.
        let is_open = before.as_ref().and_then(found).is_none();
        match self.scenario.friends {
            // With half of the votes, the others have no majority.
            Friends::AreUnable if is_open => {
                (friends > 0 && 2 * friends >= votes).then_some(Vote::Unable)
            }
            Friends::AreUnable | Friends::Lie => {
                (2 * friends > votes).then_some(vote_for(CONSPIRED))
            }
        }
    }

    /// What a juror votes on its own, and whether it knows the trace root.
    fn vote(&mut self, id: usize, kind: Kind, talk: &Talk) -> (Vote, bool) {
        // The roots are public by now. The trace root is not, unless there is nothing to know.
        let knows_trace = !self.tasks[id].traced;
        let copied = match kind {
            Kind::Lazy | Kind::Rambling => return (vote_for(self.garbage()), false),
            Kind::Unable => return (Vote::Unable, false),
            Kind::Copying => talk.accusers.unwrap_or(talk.revealed),
            Kind::Trusting => talk.revealed,
            // If only one root is known, the other side of the coin is a root that nobody has.
            Kind::Guessing => match self.hits(50) {
                true => talk.revealed,
                false => talk.accusers.unwrap_or_else(|| self.garbage()),
            },
            _ => {
                let effort = self.tasks[id].effort();
                self.tally.worked(kind, Role::Juror, effort);
                self.tally.verification += effort;
                return (vote_for(RIGHT), true);
            }
        };
        (vote_for(copied), knows_trace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rules::Rules,
        scenario::{named, Scenario},
    };

    #[test]
    fn a_root_is_the_same_as_a_hash() {
        for root in [RIGHT, CONSPIRED, 255, 256, Root::MAX] {
            assert_eq!(root_of(&hash(root)), root);
        }
        assert_ne!(hash(256), hash(1));
    }

    const LIE: Option<Outcome> = Some(Outcome::Upheld { root: [1; 32] });

    /// Checks what the friends vote, given the friends, the votes and the previous outcome.
    #[track_caller]
    fn they_vote(friends: Friends, cases: &[(usize, usize, Option<Outcome>, Option<Vote>)]) {
        let rules = Rules::default();
        let scenario = Scenario {
            friends,
            ..named("colluding-33").expect("there is one")
        };
        let market = Market::new(&rules, scenario, 1, 1);
        for (of_them, votes, before, expected) in cases {
            let vote = market.plot(*of_them, *votes, *before);
            assert_eq!(vote, *expected, "{of_them} of {votes} after {before:?}");
        }
    }

    #[test]
    fn friends_of_a_lie_vote_for_it_where_they_are_the_majority() {
        let lie = Some(vote_for(CONSPIRED));
        let nothing = Some(Outcome::NoMajority);
        they_vote(
            Friends::Lie,
            &[
                (3, 5, None, lie),
                (2, 5, None, None),
                (2, 4, None, None),
                (6, 11, nothing, lie),
                (5, 10, nothing, None),
                (0, 0, None, None),
            ],
        );
    }

    #[test]
    fn or_say_that_they_are_unable_where_they_are_half_unless_there_is_a_verdict_to_be_undone() {
        let unable = Some(Vote::Unable);
        let nothing = Some(Outcome::Unable);
        they_vote(
            Friends::AreUnable,
            &[
                (3, 5, None, unable),
                (2, 5, None, None),
                (2, 4, None, unable),
                (5, 10, nothing, unable),
                (5, 11, nothing, None),
                (6, 11, LIE, Some(vote_for(CONSPIRED))),
                (5, 10, LIE, None),
                (0, 0, None, None),
            ],
        );
    }
}
