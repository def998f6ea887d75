//! What would become of a task, without submitting it.

use aicpw_primitives::{api::DryRun, traits::Terms};
use aicpw_protocol::{device::Reputation, task::Needs, AskPrice, Balance};
use alloc::{boxed::Box, vec::Vec};

use crate::{
    query::Query,
    search::{search, Bounds, Outcome},
    types::Progress,
    Config, Listings, Pallet,
};

/// A dry run looks as often as a search may in this many blocks.
pub const DRY_RUN_BLOCKS: u32 = 16;

impl<T: Config> Pallet<T> {
    /// Who would take such a task now. Changes nothing, and costs nothing on chain: for runtime APIs.
    ///
    /// `quote` is as [`TaskBoard::terms`](aicpw_primitives::traits::TaskBoard::terms). The answer is [`DryRun::Undecided`] if the candidates are more than
    /// [`DRY_RUN_BLOCKS`] × [`Config::MaxCandidates`].
    pub fn dry_run(
        requester: T::AccountId,
        needs: Needs,
        highest_ask: AskPrice,
        quote: impl Fn(AskPrice, Reputation) -> Option<Terms>,
    ) -> DryRun {
        let query = Query::new(requester, Vec::new(), needs, highest_ask, Box::new(quote));
        let [full, _] = Self::bounds(Listings::<T>::get().cells());
        let bounds = Bounds {
            looks: full.looks.saturating_mul(DRY_RUN_BLOCKS),
            cells: full.cells.saturating_mul(DRY_RUN_BLOCKS),
            // None are made.
            repairs: u32::MAX,
            ..full
        };
        let step = search::<T>(&query, 0, Progress::default(), bounds, |_, _| true);
        match step.outcome {
            Outcome::Accepted(device, offer) => {
                let terms = query.terms(&offer);
                DryRun::Match {
                    device,
                    ask: offer.ask,
                    // It fits, so it has a price.
                    price: terms.map_or(Balance::MAX, |terms| terms.price),
                    audit_cost: terms.map_or(Balance::MAX, |terms| terms.audit_cost),
                }
            }
            Outcome::Nothing => DryRun::Unmatched(Self::reason(&query, step.progress.best)),
            Outcome::Cut => DryRun::Undecided,
        }
    }
}
