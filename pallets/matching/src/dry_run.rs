//! What would happen to a task if it were submitted now.

use aicpw_primitives::{api::DryRun, traits::Terms};
use aicpw_protocol::{device::Reputation, task::Needs, AskPrice, Balance};
use alloc::{boxed::Box, vec::Vec};

use crate::{
    query::Query,
    search::{search, Bounds, Outcome},
    types::Progress,
    Config, Listings, Pallet,
};

/// The number of blocks in which a search may make as many looks as a dry run.
pub const DRY_RUN_BLOCKS: u32 = 16;

impl<T: Config> Pallet<T> {
    /// The device that would get such a task now, or why none would. Changes nothing and is not charged, so it is
    /// for runtime APIs only.
    ///
    /// `quote` has to be as [`TaskBoard::terms`](aicpw_primitives::traits::TaskBoard::terms). Returns
    /// [`DryRun::Undecided`] if [`DRY_RUN_BLOCKS`] × [`Config::MaxCandidates`] looks are not enough.
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
            // A dry run makes no repairs.
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
                    // The device fits, so it has a price.
                    price: terms.map_or(Balance::MAX, |terms| terms.price),
                    audit_cost: terms.map_or(Balance::MAX, |terms| terms.audit_cost),
                }
            }
            Outcome::Nothing => DryRun::Unmatched(Self::reason(&query, step.progress.best)),
            Outcome::Cut => DryRun::Undecided,
        }
    }
}
