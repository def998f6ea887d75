//! Why an assignment failed, and who is held responsible.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

plain! {
    /// Why an assignment failed. The chain sees some faults, and the worker reports others.
    enum Fault {
        /// Chain: the requester of a sealed task granted no data key within the key window.
        NoKey,
        /// Chain: no `start` within the start window.
        NoStart,
        /// Chain: no progress within the progress window.
        NoProgress,
        /// Chain: no commit before the deadline.
        NoCommit,
        /// Chain: no reveal after a commit; counts as a wrong result.
        NoReveal,
        /// Chain: the revealed root is proven wrong.
        WrongResult,
        /// Worker: something of the provider's own failed: a broken disk, a missing device, or the executor before it
        /// held anything of the requester's.
        Crashed,
        /// Worker: the granted key does not open the data.
        BadKey,
        /// Worker: program or input could not be fetched, has the wrong length, or does not fit into
        /// the provider's store.
        InputUnavailable,
        /// Worker: the manifest is not valid.
        BadManifest,
        /// Worker: the program does not compile.
        BuildFailed,
        /// Worker: the program's process ended by itself. It crashed, ran out of memory, was ended
        /// by the sandbox, left no usable result, or its device failed under it. Or the provider's
        /// store has no room for the result.
        RunFailed,
        /// Worker: the job needs longer than its time limit.
        TimeLimit,
    }
}

/// Who is held responsible for a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blame {
    /// The provider loses a share of the collateral and reputation, and the device cools down.
    Provider,
    /// The provider loses everything that is locked: the fault counts as a wrong result.
    WrongResult,
    /// Nobody at first: another, independent provider tries. If it succeeds, the first provider pays. If it reports the
    /// same fault, the requester pays.
    Undecided,
    /// The task ends, and the requester pays the provider a base fee, at most the provider's price.
    Requester,
}

impl Fault {
    /// All faults. A new one comes last, so that numbers in the fuzz corpus keep their meaning.
    pub const ALL: [Self; 13] = [
        Self::Crashed,
        Self::BadKey,
        Self::InputUnavailable,
        Self::BadManifest,
        Self::BuildFailed,
        Self::RunFailed,
        Self::TimeLimit,
        Self::NoStart,
        Self::NoProgress,
        Self::NoCommit,
        Self::NoReveal,
        Self::WrongResult,
        Self::NoKey,
    ];

    /// The fault's name, as the JSON views write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoKey => "no-key",
            Self::NoStart => "no-start",
            Self::NoProgress => "no-progress",
            Self::NoCommit => "no-commit",
            Self::NoReveal => "no-reveal",
            Self::WrongResult => "wrong-result",
            Self::Crashed => "crashed",
            Self::BadKey => "bad-key",
            Self::InputUnavailable => "input-unavailable",
            Self::BadManifest => "bad-manifest",
            Self::BuildFailed => "build-failed",
            Self::RunFailed => "run-failed",
            Self::TimeLimit => "time-limit",
        }
    }

    /// Whether the fault means that the device was too slow for what it promises.
    pub fn is_missed_deadline(self) -> bool {
        matches!(self, Self::NoCommit | Self::TimeLimit)
    }

    /// Who is held responsible for this fault.
    pub fn blame(self) -> Blame {
        match self {
            Self::NoStart | Self::NoProgress | Self::NoCommit | Self::Crashed => Blame::Provider,
            Self::NoReveal | Self::WrongResult => Blame::WrongResult,
            Self::NoKey => Blame::Requester,
            Self::BadKey
            | Self::InputUnavailable
            | Self::BadManifest
            | Self::BuildFailed
            | Self::RunFailed
            | Self::TimeLimit => Blame::Undecided,
        }
    }

    /// Whether a worker may report this fault with `fail`.
    pub fn is_reported_by_worker(self) -> bool {
        matches!(
            self,
            Self::Crashed
                | Self::BadKey
                | Self::InputUnavailable
                | Self::BadManifest
                | Self::BuildFailed
                | Self::RunFailed
                | Self::TimeLimit
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn the_list_of_faults_has_each_of_them_once() {
        // Tries every byte, so that a fault that is missing from the list is found too.
        let there_are = (0..=u8::MAX).filter_map(|byte| Fault::decode(&mut &[byte][..]).ok());
        let mut listed = Fault::ALL;
        listed.sort();
        assert_eq!(there_are.collect::<Vec<_>>(), listed);
    }

    #[test]
    fn faults_have_the_words_of_the_json_views() {
        for fault in Fault::ALL {
            assert_eq!(serde_json::to_value(fault).unwrap(), fault.name());
        }
    }
}
