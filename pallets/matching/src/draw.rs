//! The draw of a device for a task that leaves nobody the choice: by stake, never by price.
//!
//! A ticket draws a provider. If one of its devices fits it gets the task; if none does, the next ticket
//! follows from this one. All draws from one seed are made in one block, the first in which the seed is
//! known; how far the stakes that move in that block can move a draw is in the threat model. If they find
//! nobody, the task waits for the next seed; while it waits, a search through the book tells whether anybody fits at all.

use aicpw_primitives::traits::{DeviceOffers, Offer, StakeDraw, TaskBoard};
use aicpw_protocol::{draw::next_ticket, DeviceId, Hash};
use frame_support::weights::{Weight, WeightMeter};

use crate::{
    cost::{close_weight, equal_weight, redraw_weight, Size},
    query::Query,
    share::MAX_TRIES,
    Config, WeightInfo,
};

/// Most draws from one seed, if the block has weight for them. Where those that fit have a quarter of the
/// stake, ninety-nine seeds of a hundred find one of them.
pub const MAX_DRAWS: u32 = 16;

/// Draws for which there must be weight, at their dearest, to begin with them. Then there mostly is for all: a
/// draw that meets nobody who has fallen silent, and few devices, weighs a seventh of the dearest. To ask for
/// more would have a task passed over in full blocks, and its seed is gone after that.
pub const ENOUGH_DRAWS: u32 = 4;

/// How often a task is passed over because there is not weight for [`ENOUGH_DRAWS`], before it is content
/// with fewer.
pub const MAX_PASSED: u8 = 8;

/// Most devices of one provider that a draw looks at.
pub const DEVICES_PER_DRAW: u32 = 16;

/// What came of the draws from one seed.
pub(crate) struct Drawn<AccountId> {
    /// The device that got the task.
    pub found: Option<(DeviceId, Offer<AccountId>)>,
    /// Draws that were made.
    draws: u32,
    /// What they have weighed.
    weight: Weight,
    /// Offers that were read and did not fit.
    unfit: u32,
    /// Devices that fitted, accepted or not.
    tries: u32,
}

/// Makes [`MAX_DRAWS`], or fewer if a device fits before and is accepted, or if the dearest draw would weigh more than
/// those before it have left.
pub(crate) fn draw<T: Config>(
    query: &Query<'_, T::AccountId>,
    mut ticket: Hash,
    meter: &WeightMeter,
    book: Size,
    mut accept: impl FnMut(DeviceId, &Offer<T::AccountId>) -> bool,
) -> Drawn<T::AccountId> {
    let mut drawn = Drawn {
        found: None,
        draws: 0,
        weight: Weight::zero(),
        unfit: 0,
        tries: 0,
    };
    while drawn.draws < MAX_DRAWS && meter.can_consume(with_one_more::<T>(&drawn, book)) {
        drawn.draws = drawn.draws.saturating_add(1);
        let (provider, weight) = T::StakeDraw::draw_weighed(&ticket);
        drawn.weight = drawn.weight.saturating_add(weight);
        let provider = provider.filter(|one| !query.excludes(one));
        let devices = provider.map(|provider| T::StakeDraw::devices_of(&provider));
        let devices = devices.into_iter().flatten();
        for device in devices.take(DEVICES_PER_DRAW as usize) {
            let fitting = T::Devices::offer(device).filter(|one| query.shortfall(one).is_none());
            let Some(offer) = fitting else {
                drawn.unfit = drawn.unfit.saturating_add(1);
                continue;
            };
            drawn.tries = drawn.tries.saturating_add(1);
            if accept(device, &offer) {
                drawn.found = Some((device, offer));
                return drawn;
            }
            if drawn.tries >= MAX_TRIES {
                return drawn;
            }
        }
        ticket = next_ticket(&ticket);
    }
    drawn
}

/// What the draws for this have cost, without what follows a match.
pub(crate) fn weight_of<T: Config>(
    query: &Query<'_, T::AccountId>,
    drawn: &Drawn<T::AccountId>,
) -> Weight {
    cost::<T>(drawn.weight, drawn.unfit, drawn.tries)
        .saturating_add(equal_weight::<T>(query).saturating_mul(drawn.tries.into()))
}

/// What so many draws cost at most, with what follows them.
pub(crate) fn limit<T: Config>(draws: u32, book: Size) -> Weight {
    let weight = T::StakeDraw::draw_weight().saturating_mul(draws.into());
    most::<T>(weight, draws.saturating_mul(DEVICES_PER_DRAW), book)
}

/// What these draws, and one more, cost at most, with what follows them.
fn with_one_more<T: Config>(drawn: &Drawn<T::AccountId>, book: Size) -> Weight {
    let weight = drawn.weight.saturating_add(T::StakeDraw::draw_weight());
    most::<T>(weight, drawn.unfit.saturating_add(DEVICES_PER_DRAW), book)
}

/// What draws of this weight, and so many looks in vain, cost at most, with what follows them.
fn most<T: Config>(draws: Weight, unfit: u32, book: Size) -> Weight {
    cost::<T>(draws, unfit, MAX_TRIES)
        .saturating_add(T::Tasks::fingerprint_weight().saturating_mul(MAX_TRIES.into()))
        .saturating_add(close_weight::<T>(true, book))
        .saturating_add(redraw_weight::<T>().max(T::WeightInfo::enqueue_task()))
}

/// What it costs to find out whether there is a ticket.
pub(crate) fn base<T: Config>() -> Weight {
    T::WeightInfo::begin_search().saturating_add(T::Tasks::ticket_weight())
}

fn cost<T: Config>(draws: Weight, unfit: u32, tries: u32) -> Weight {
    base::<T>()
        .saturating_add(draws)
        .saturating_add(T::WeightInfo::look_at_offer().saturating_mul(unfit.into()))
        .saturating_add(T::WeightInfo::match_task().saturating_mul(tries.into()))
}
