//! What a jury finds, and the states of a dispute (design §6).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    availability::NOT_FETCHED,
    hashing::Hash,
    task::Role,
    trace::{DisputedPart, OpenTrace},
    units::{Balance, BlockNumber},
    AssignmentId, TaskId,
};

macro_rules! shared {
	($tag:literal, $(#[$doc:meta])* enum $name:ident { $($body:tt)* }) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq,
			Debug,
		)]
		#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
		#[cfg_attr(
			feature = "std",
			serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = $tag)
		)]
		pub enum $name { $($body)* }
	};
}

/// What a juror has found.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
)]
pub enum Vote {
    /// The juror's run has this result root.
    Root(Hash),
    /// The program cannot be run as its requester serves it.
    Unable,
}

/// The result of counting a jury's votes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// More than half of the votes agree, and more than half of the jury has voted.
    Majority(Vote),
    /// No vote has more than half.
    Divided,
    /// Half of the jury or less has voted.
    TooFew,
}

/// Counts the votes of a jury of this size.
pub fn count(votes: &[Vote], jury: u16) -> Count {
    let of = |vote: &Vote| votes.iter().filter(|other| *other == vote).count();
    if !is_majority(votes.len(), jury.into()) {
        return Count::TooFew;
    }
    votes
        .iter()
        .find(|vote| decides(of(vote), votes.len(), jury))
        .map_or(Count::Divided, |vote| Count::Majority(*vote))
}

/// Whether `same` equal votes out of `votes` decide for a jury of this size, by the rule of [`count`].
pub fn decides(same: usize, votes: usize, jury: u16) -> bool {
    is_majority(same, votes) && is_majority(votes, jury.into())
}

fn is_majority(part: usize, whole: usize) -> bool {
    part.saturating_mul(2) > whole
}

/// Whether a jury comes to nothing although two of its votes agree on a root. Either no vote has a majority, or most
/// jurors say that they were unable to run what those two could run. Without this rule, a few friends of a liar would
/// be enough to free it.
pub fn is_undecided(votes: &[Vote], outcome: &Outcome) -> bool {
    let is_nothing = matches!(outcome, Outcome::Unable | Outcome::NoMajority);
    is_nothing && two_agree(votes)
}

/// Whether a jury of this size has too few votes, although two of them agree on a root, because `withheld` jurors did
/// not open theirs. These jurors had committed to a vote, so nobody took their place. Without this rule, withholding a
/// vote would free a liar as well as voting for it does.
pub fn is_withheld(votes: &[Vote], withheld: usize, jury: u16) -> bool {
    let are_few = !is_majority(votes.len(), jury.into());
    let were_enough = is_majority(votes.len().saturating_add(withheld), jury.into());
    are_few && were_enough && two_agree(votes)
}

/// Whether two votes agree on a root. A program whose result differs in each run does not deserve a larger jury.
fn two_agree(votes: &[Vote]) -> bool {
    let agree = |vote: &Vote| votes.iter().filter(|other| *other == vote).count() > 1;
    let is_shared = |vote: &Vote| matches!(vote, Vote::Root(_)) && agree(vote);
    votes.iter().any(is_shared)
}

/// What jurors are judged against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The vote of the jurors that were right.
    pub vote: Vote,
    /// The trace root of the work, if the work was shown.
    pub work: Option<Hash>,
}

impl From<Vote> for Verdict {
    fn from(vote: Vote) -> Self {
        Self { vote, work: None }
    }
}

/// Whether a trace root is the work of the jurors that voted right: out of these `right` jurors, `shown` have committed
/// to it. That must be more than half of them, and more than half of a first jury.
pub fn is_work(shown: usize, right: usize, first_jury: u16) -> bool {
    shown.saturating_mul(2) > right && can_be_shown(shown, first_jury)
}

/// Whether this many jurors that voted right are enough to show their work.
pub fn can_be_shown(right: usize, first_jury: u16) -> bool {
    right.saturating_mul(2) > first_jury.into()
}

shared! {
    "outcome",
    /// How a dispute ends, or would end without an appeal.
    enum Outcome {
        /// The jury found a root that was revealed for the task. That root is the result.
        Upheld {
            /// The root.
            #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
            root: Hash,
        },
        /// The jury found a root that nobody had revealed. The provider was wrong.
        Wrong {
            /// The root.
            #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
            root: Hash,
        },
        /// The jury could not run the program as its requester serves it. The revealed results count.
        Unable,
        /// The requester of a sealed task did not grant the key to the jury. The revealed results count.
        KeyWithheld,
        /// The jury had no majority. The requester is refunded, and nobody is slashed.
        NoMajority,
        /// Too few jurors were found, or too few voted. The requester is refunded, and nobody is slashed.
        TooFewJurors,
        /// For an unavailable claim: the jury could fetch the result. The jury has it now, and serves it.
        Available {
            /// The digest that shows it: see [`crate::availability`].
            #[cfg_attr(feature = "std", serde(with = "crate::json::hash"))]
            digest: Hash,
        },
        /// For an unavailable claim: the jury could not fetch the result.
        Unavailable,
    }
}

shared! {
    "about",
    /// What a dispute is about.
    enum About {
        /// Whether a result is right.
        Result,
        /// Whether a result can be fetched: an unavailable claim.
        Availability {
            /// The assignment whose result it is.
            assignment: AssignmentId,
        },
    }
}

impl Outcome {
    /// The vote of a juror that was right; `None` if the outcome does not say who was right.
    pub fn verdict(&self) -> Option<Vote> {
        match self {
            Self::Upheld { root } | Self::Wrong { root } => Some(Vote::Root(*root)),
            Self::Unable => Some(Vote::Unable),
            Self::Available { digest } => Some(Vote::Root(*digest)),
            Self::Unavailable => Some(Vote::Root(NOT_FETCHED)),
            Self::KeyWithheld | Self::NoMajority | Self::TooFewJurors => None,
        }
    }

    /// Whether a larger jury may find something else. It may not if the jury had too few votes or no key. It may not
    /// decide again whether a result can be fetched either, because that can change with time.
    pub fn is_appealable(&self) -> bool {
        !matches!(
            self,
            Self::KeyWithheld | Self::TooFewJurors | Self::Available { .. } | Self::Unavailable
        )
    }

    /// The outcome that stands after a jury has come to this one and the jury before it to `before`.
    pub fn standing(self, before: Option<Self>) -> Self {
        match (self, before) {
            // Otherwise the losing side could call a jury that is so large that too few jurors are found.
            (Self::NoMajority | Self::TooFewJurors, Some(before)) => before,
            // Or a jury so large that not all jurors can be served in time. What a jury that could run the program
            // found stands.
            (Self::Unable, Some(before @ (Self::Wrong { .. } | Self::Upheld { .. }))) => before,
            _ => self,
        }
    }

    /// Whether the outcome is against the account that called the jury.
    pub fn is_against_challenger(&self) -> bool {
        matches!(
            self,
            Self::Upheld { .. } | Self::Unable | Self::KeyWithheld | Self::Available { .. }
        )
    }
}

shared! {
    "state",
    /// State of a dispute.
    enum DisputeState {
        /// A jury is drawn, works and votes. → `Appealable`, `Showing`, `Closing`.
        Judging,
        /// A jury has reached an outcome. → `Judging` (a larger jury was called), `Showing`, `Closing`.
        Appealable {
            /// Last block in which a larger jury can be called.
            until: BlockNumber,
            /// What the jury has found.
            outcome: Outcome,
        },
        /// The last jury is done. The jurors' locks are released or taken, a few in each block.
        /// → `Paying`.
        Closing {
            /// The outcome of the last jury.
            outcome: Outcome,
            /// The next seat to close.
            seat: u8,
            /// What jurors have lost.
            #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
            lost: Balance,
            /// How many jurors were right.
            right: u16,
        },
        /// The task is decided and the bonds are settled. The jurors are paid, a few in each block.
        /// → `Ended`.
        Paying {
            /// How the dispute ended.
            outcome: Outcome,
            /// The next seat to pay.
            seat: u8,
            /// What each juror that was right is paid.
            #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
            share: Balance,
        },
        /// Over. Final.
        Ended {
            /// How the dispute ended.
            outcome: Outcome,
            /// The block in which it ended.
            at: BlockNumber,
        },
        /// The requester wants only a part of the job judged, and the provider's worker is asked for its trace. →
        /// `Naming` (`open_trace`), `Judging` (of the whole job, if the time ends first).
        Opening {
            /// Last block in which the trace can be opened.
            until: BlockNumber,
        },
        /// The trace is open, and the challenger names the part. → `Judging` (of the part, after
        /// `name_part`; of the whole job, if the time ends first).
        Naming {
            /// Last block in which the part can be named.
            until: BlockNumber,
        },
        /// No appeal is possible any more, and the jurors are asked to show their work: the root of the trace of
        /// their run. → `Closing` (after `show_work`, or when the time ends).
        Showing {
            /// Last block in which the work can be shown.
            until: BlockNumber,
            /// The outcome of the last jury.
            outcome: Outcome,
        },
    }
}

/// A dispute, in the form that clients read.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "camelCase"))]
pub struct DisputeView<AccountId> {
    /// The task.
    pub task: TaskId,
    /// What the dispute is about.
    pub about: About,
    /// The account that called the first jury; `None` if the chain did, because replicas had no majority or an auditor
    /// found another root.
    pub challenger: Option<AccountId>,
    /// The challenger's bond.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub bond: Balance,
    /// The block in which the dispute was opened.
    pub opened_at: BlockNumber,
    /// How many larger juries were called so far: by an appeal, or by the chain where the first jury came to nothing.
    pub round: u8,
    /// Jurors in this round.
    pub jury: u16,
    /// The number of the first seat of this round's jury among the task's assignments
    /// ([`crate::AssignmentId::replica`]).
    pub first_seat: u8,
    /// What each juror that is right is paid.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub pay: Balance,
    /// What each juror has locked.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub lock: Balance,
    /// The bond of the next appeal; zero if there can be none any more.
    #[cfg_attr(feature = "std", serde(with = "crate::json::amount"))]
    pub appeal_bond: Balance,
    /// The state of the dispute.
    pub state: DisputeState,
    /// The disputed trace, if it was opened.
    pub trace: Option<OpenTrace>,
    /// The part of the job that the jury runs; `None` if it runs the whole job. With a part, the roots that the jury
    /// votes for, and the root of the outcome, are hashes of a trace.
    pub part: Option<DisputedPart>,
    /// The trace root of the jury's work, once it was shown.
    #[cfg_attr(feature = "std", serde(with = "crate::json::optional_hash"))]
    pub work: Option<Hash>,
}

impl<AccountId> DisputeView<AccountId> {
    /// The last block in which a larger jury can be called, and the outcome it would be called against; `None` if none
    /// can be called now.
    pub fn appealable(&self) -> Option<(BlockNumber, Outcome)> {
        match self.state {
            DisputeState::Appealable { until, outcome } if self.appeal_bond > 0 => {
                Some((until, outcome))
            }
            _ => None,
        }
    }

    /// Whether an account that has revealed this root for the task, to deliver it or to audit, loses by a verdict that
    /// can be appealed against now. If the jury ran a part and found it wrong, the provider of the result loses;
    /// nothing is known about auditors.
    pub fn is_against(&self, role: Role, root: &Hash) -> bool {
        let Some((_, outcome)) = self.appealable() else {
            return false;
        };
        match (outcome, role, &self.part) {
            (Outcome::Wrong { .. }, Role::Replica, Some(_)) => true,
            (
                Outcome::Upheld { root: found } | Outcome::Wrong { root: found },
                Role::Replica | Role::Auditor,
                None,
            ) => found != *root,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Vote::{Root, Unable};

    #[test]
    fn work_is_what_most_of_those_who_were_right_have_come_to() {
        // The first jury has five.
        assert!(is_work(5, 5, 5) && is_work(3, 5, 5) && is_work(3, 4, 5) && is_work(3, 3, 5));
        // At most half of those that were right, or most of them where most of the jury was wrong or silent.
        assert!(!is_work(2, 5, 5) && !is_work(2, 4, 5) && !is_work(2, 3, 5) && !is_work(2, 2, 5));
        assert!(!is_work(0, 0, 5));
        // A jury of an appeal, with two jurors of the first jury that were right.
        assert!(is_work(7, 13, 5) && !is_work(6, 13, 5));
    }

    const A: Vote = Root([1; 32]);
    const B: Vote = Root([2; 32]);

    #[test]
    fn more_than_half_of_those_who_voted_decide() {
        assert_eq!(count(&[A, A, A, A, A], 5), Count::Majority(A));
        assert_eq!(count(&[B, A, A, B, A], 5), Count::Majority(A));
        assert_eq!(count(&[B, A, A], 5), Count::Majority(A));
        assert_eq!(count(&[Unable, Unable, A], 5), Count::Majority(Unable));
        assert_eq!(count(&[A, A, B, B], 5), Count::Divided);
        assert_eq!(count(&[A, B, Unable], 5), Count::Divided);
    }

    #[test]
    fn half_of_a_jury_is_too_few() {
        assert_eq!(count(&[A, A], 5), Count::TooFew);
        assert_eq!(count(&[], 5), Count::TooFew);
        assert_eq!(count(&[A; 5], 11), Count::TooFew);
        assert_eq!(count(&[A; 6], 11), Count::Majority(A));
        assert_eq!(count(&[A; 2], 4), Count::TooFew);
    }

    #[test]
    fn a_jury_comes_to_what_is_counted() {
        for (votes, jury) in [
            (&[A, A, A][..], 5),
            (&[A, A, B, B], 5),
            (&[A; 5], 11),
            (&[Unable, A, Unable], 5),
            (&[], 0),
        ] {
            for vote in [A, B, Unable] {
                let same = votes.iter().filter(|other| **other == vote).count();
                let is_counted = count(votes, jury) == Count::Majority(vote);
                assert_eq!(decides(same, votes.len(), jury), is_counted, "{votes:?}");
            }
        }
    }

    /// The votes of a jury of five, and whether it is undecided.
    #[test]
    fn a_jury_is_undecided_that_comes_to_nothing_though_two_agree_on_a_root() {
        const C: Vote = Root([3; 32]);
        let (nothing, unable) = (Outcome::NoMajority, Outcome::Unable);
        let wrong = Outcome::Wrong { root: [1; 32] };
        for (votes, outcome, undecided) in [
            (&[A, A, B, B][..], nothing, true),
            (&[A, A, B, C, Unable], nothing, true),
            (&[A, A, Unable, Unable, Unable], unable, true),
            // Only one vote for a root, or two votes for different roots.
            (&[A, Unable, Unable, Unable, Unable], unable, false),
            (&[A, B, Unable, Unable, Unable], unable, false),
            (&[A, B, C, Unable], nothing, false),
            // The jury has come to an outcome, or is too small to.
            (&[A, A, A, Unable, Unable], wrong, false),
            (&[A, A], Outcome::TooFewJurors, false),
        ] {
            assert_eq!(is_undecided(votes, &outcome), undecided, "{votes:?}");
        }
    }

    #[test]
    fn votes_that_are_withheld_do_not_end_a_dispute() {
        for (votes, withheld, expected) in [
            (&[A, A][..], 3, true),
            (&[A, A], 1, true),
            // Nobody was found for the other seats.
            (&[A, A], 0, false),
            // No two agree.
            (&[A, B], 3, false),
            (&[A], 4, false),
            (&[Unable, Unable], 3, false),
            // There are enough votes without the withheld ones.
            (&[A, A, B], 2, false),
        ] {
            assert_eq!(is_withheld(votes, withheld, 5), expected, "{votes:?}");
        }
    }

    #[test]
    fn a_larger_jury_that_comes_to_nothing_leaves_it_at_what_was_before() {
        let root = [1; 32];
        let (wrong, upheld) = (Outcome::Wrong { root }, Outcome::Upheld { root });
        let (divided, few, unable) = (Outcome::NoMajority, Outcome::TooFewJurors, Outcome::Unable);
        for outcome in [wrong, upheld, divided, few, unable] {
            assert_eq!(outcome.standing(None), outcome, "a first jury");
            assert_eq!(divided.standing(Some(outcome)), outcome);
            assert_eq!(few.standing(Some(outcome)), outcome);
            assert_eq!(wrong.standing(Some(outcome)), wrong);
        }
        assert_eq!(unable.standing(Some(wrong)), wrong);
        assert_eq!(unable.standing(Some(upheld)), upheld);
        assert_eq!(unable.standing(Some(divided)), unable);
    }

    #[test]
    fn nobody_is_right_where_there_is_no_verdict() {
        let root = [1; 32];
        assert_eq!(Outcome::Upheld { root }.verdict(), Some(A));
        assert_eq!(Outcome::Wrong { root }.verdict(), Some(A));
        assert_eq!(Outcome::Unable.verdict(), Some(Unable));
        let digest = root;
        assert_eq!(Outcome::Available { digest }.verdict(), Some(A));
        assert_eq!(Outcome::Unavailable.verdict(), Some(Root(NOT_FETCHED)));
        for outcome in [
            Outcome::KeyWithheld,
            Outcome::NoMajority,
            Outcome::TooFewJurors,
        ] {
            assert_eq!(outcome.verdict(), None);
        }
    }

    fn judged(outcome: Outcome) -> DisputeView<u8> {
        DisputeView {
            task: TaskId(7),
            about: About::Result,
            challenger: Some(1),
            bond: 5,
            opened_at: 60,
            round: 0,
            jury: 5,
            first_seat: 1,
            pay: 1,
            lock: 10,
            appeal_bond: 11,
            state: DisputeState::Appealable {
                until: 340,
                outcome,
            },
            trace: None,
            part: None,
            work: None,
        }
    }

    #[test]
    fn a_verdict_is_against_whoever_has_revealed_another_root() {
        let (ours, other) = ([1; 32], [2; 32]);
        for outcome in [
            Outcome::Wrong { root: other },
            Outcome::Upheld { root: other },
        ] {
            let dispute = judged(outcome);
            assert_eq!(dispute.appealable(), Some((340, outcome)));
            for role in [Role::Replica, Role::Auditor] {
                assert!(dispute.is_against(role, &ours));
                assert!(!dispute.is_against(role, &other), "it is right");
            }
            assert!(!dispute.is_against(Role::Juror, &ours));
            assert!(!dispute.is_against(Role::Fetcher, &ours));
        }
        for outcome in [Outcome::Unable, Outcome::NoMajority] {
            assert!(!judged(outcome).is_against(Role::Replica, &ours));
        }
        let last = DisputeView {
            appeal_bond: 0,
            ..judged(Outcome::Wrong { root: other })
        };
        assert_eq!(last.appealable(), None);
        assert!(!last.is_against(Role::Replica, &ours));
        let again = DisputeView {
            state: DisputeState::Judging,
            ..judged(Outcome::Wrong { root: other })
        };
        assert!(!again.is_against(Role::Replica, &ours));
    }

    /// The roots of a verdict about a part are hashes of a trace, and not the root of any result.
    #[test]
    fn a_part_that_is_wrong_is_its_provider_s() {
        let root = [1; 32];
        let of_part = |outcome| DisputeView {
            part: Some(DisputedPart {
                number: 3,
                from: None,
                claimed: [4; 32],
            }),
            ..judged(outcome)
        };
        let wrong = of_part(Outcome::Wrong { root: [5; 32] });
        assert!(wrong.is_against(Role::Replica, &root));
        assert!(!wrong.is_against(Role::Auditor, &root));
        let upheld = of_part(Outcome::Upheld { root: [4; 32] });
        assert!(!upheld.is_against(Role::Replica, &root));
    }
}
