//! Waits for a provider to open its trace. The wait ends whatever the provider and the chain do.

use aicpw_protocol::{
    trace::OpenTrace,
    verdict::{DisputeState, DisputeView},
    BlockNumber,
};

use crate::{
    account::Account,
    chain::read::Clock,
    error::{Error, Result},
};

/// For how many blocks the dispute may be missing because of a fork, and for how many blocks the chain may be late in
/// going on once the time to open the trace is over.
const GRACE: BlockNumber = 40;

/// Tracks whether a trace has been opened.
#[derive(Default)]
pub struct Opening {
    missing: BlockNumber,
}

impl Opening {
    /// The trace, once it is open, and the last block in which a part of it can be named. `dispute` is the dispute in a
    /// new block.
    ///
    /// # Errors
    /// The trace will not be opened any more.
    pub fn look(
        &mut self,
        dispute: Option<DisputeView<Account>>,
        clock: &Clock,
    ) -> Result<Option<(OpenTrace, BlockNumber)>> {
        let Some(dispute) = dispute else {
            self.missing = self.missing.saturating_add(1);
            return match self.missing > GRACE {
                true => Err(Error::other(format!(
                    "the dispute was in a block, and for {GRACE} blocks now the chain does not know it"
                ))),
                false => Ok(None),
            };
        };
        self.missing = 0;
        match (dispute.state, dispute.trace) {
            (DisputeState::Opening { until }, _) if clock.now <= until.saturating_add(GRACE) => {
                Ok(None)
            }
            (DisputeState::Opening { until }, _) => Err(Error::other(format!(
                "the provider had until block {until} to open its trace and has not, and the chain has not \
                 gone on by block {}",
                clock.now
            ))),
            (DisputeState::Naming { until }, Some(trace)) => Ok(Some((trace, until))),
            _ => Err(Error::other("the provider has not opened its trace")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chain::read::tests::CLOCK, life::tests::opening, output::dispute::tests::dispute};

    #[test]
    fn a_trace_is_waited_for_until_its_time_is_over() {
        let look = |state, trace| {
            let mut dispute = dispute(state);
            dispute.trace = trace;
            Opening::default().look(Some(dispute), &CLOCK)
        };
        // The clock is at block 100.
        assert_eq!(
            look(DisputeState::Opening { until: 60 }, None).unwrap(),
            None
        );
        let late = look(DisputeState::Opening { until: 59 }, None).unwrap_err();
        assert!(late.message.contains("until block 59"), "{late}");
        let trace = OpenTrace {
            tree: [1; 32],
            hashes: 3,
            result_root: [2; 32],
            file: opening().result,
        };
        let open = look(DisputeState::Naming { until: 200 }, Some(trace.clone())).unwrap();
        assert_eq!(open, Some((trace, 200)));
        assert!(look(DisputeState::Judging, None).is_err());
    }

    #[test]
    fn a_dispute_that_is_gone_is_not_waited_for_any_longer() {
        let mut waits = Opening::default();
        for _ in 0..GRACE {
            assert_eq!(waits.look(None, &CLOCK).unwrap(), None);
        }
        // The dispute is back: a fork had removed it.
        let back = dispute(DisputeState::Opening { until: 300 });
        assert_eq!(waits.look(Some(back), &CLOCK).unwrap(), None);
        for _ in 0..GRACE {
            assert_eq!(waits.look(None, &CLOCK).unwrap(), None);
        }
        let gone = waits.look(None, &CLOCK).unwrap_err();
        assert!(gone.message.contains("does not know it"), "{gone}");
    }
}
