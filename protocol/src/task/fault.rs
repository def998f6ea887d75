//! Why an assignment failed, and whom that is held against.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

plain! {
    /// Why an assignment failed. Some are seen by the chain, some are reported by the worker.
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
        /// Worker: something of the provider's own failed: a broken disk, a device that is gone, the
        /// executor before it held anything of the requester's.
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

/// Whom a fault is held against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blame {
    /// A share of the collateral, reputation, and a cool-down.
    Provider,
    /// Everything that is locked: counts as a wrong result.
    WrongResult,
    /// Nobody at first: an independent provider tries. If it succeeds the first pays; if it
    /// reports the same, the requester does.
    Undecided,
    /// The task ends, and the requester pays the provider a base fee: no more than its price.
    Requester,
}

impl Fault {
    /// All of them. A new one comes last, so that numbers in the fuzz corpus stay what they are.
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

    /// The word for it, as the JSON views have it.
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

    /// Whether the device was too slow for what it promises.
    pub fn is_missed_deadline(self) -> bool {
        matches!(self, Self::NoCommit | Self::TimeLimit)
    }

    /// Whom this fault is held against.
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
        // Whatever a byte can stand for: a fault that is not in the list is found here too.
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
