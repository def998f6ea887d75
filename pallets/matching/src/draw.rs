//! The draw of a device for a task whose further devices nobody may choose: by stake, never by price.
//!
//! A ticket draws a provider. If one of the provider's devices fits, that device gets the task. If none fits, the
//! next ticket is derived from this one. All draws from one seed are made in one block, the first in which the seed
//! is known. The threat model says how far stakes that move in that block can influence a draw. If the draws find
//! nobody, the task waits for the next seed. While it waits, a search through the book tells whether any device fits.

use aicpw_primitives::traits::{DeviceOffers, Offer, StakeDraw, TaskBoard};
use aicpw_protocol::{draw::next_ticket, DeviceId, Hash};
use frame_support::weights::{Weight, WeightMeter};

use crate::{
    cost::{close_weight, equal_weight, redraw_weight, Size},
    query::Query,
    share::MAX_TRIES,
    Config, WeightInfo,
};

/// The most draws from one seed, if the block has weight for them. If the providers that fit have a quarter
/// of the stake, 99 of 100 seeds find one of them.
pub const MAX_DRAWS: u32 = 16;

/// The number of draws, each at its dearest, for which there must be weight before the draws begin. Then there is
/// usually weight for all of them: a draw that meets few devices and no provider that has fallen silent weighs a
/// seventh of the dearest. If more were demanded, tasks would be passed over in full blocks, and their seeds would
/// be gone.
pub const ENOUGH_DRAWS: u32 = 4;

/// How often a task is passed over because there is no weight for [`ENOUGH_DRAWS`]. After that, fewer draws are
/// made for it.
pub const MAX_PASSED: u8 = 8;

/// The most devices of one provider that a draw looks at.
pub const DEVICES_PER_DRAW: u32 = 16;

/// The result of the draws from one seed.
pub(crate) struct Drawn<AccountId> {
    /// The device that got the task.
    pub found: Option<(DeviceId, Offer<AccountId>)>,
    /// The number of draws that were made.
    draws: u32,
    /// The weight of these draws.
    weight: Weight,
    /// The number of offers that were read and did not fit.
    unfit: u32,
    /// The number of devices that fitted, accepted or not.
    tries: u32,
}

/// Draws until a device fits and is accepted, but at most [`MAX_DRAWS`] times. Stops earlier if the weight that is left
/// is not enough for a further draw at its dearest, or after [`MAX_TRIES`] devices that fitted were refused.
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

/// The weight of these draws, without what follows a match.
pub(crate) fn weight_of<T: Config>(
    query: &Query<'_, T::AccountId>,
    drawn: &Drawn<T::AccountId>,
) -> Weight {
    cost::<T>(drawn.weight, drawn.unfit, drawn.tries)
        .saturating_add(equal_weight::<T>(query).saturating_mul(drawn.tries.into()))
}

/// The most that this many draws weigh, including what follows them.
pub(crate) fn limit<T: Config>(draws: u32, book: Size) -> Weight {
    let weight = T::StakeDraw::draw_weight().saturating_mul(draws.into());
    most::<T>(weight, draws.saturating_mul(DEVICES_PER_DRAW), book)
}

/// The most that these draws and one more weigh, including what follows them.
fn with_one_more<T: Config>(drawn: &Drawn<T::AccountId>, book: Size) -> Weight {
    let weight = drawn.weight.saturating_add(T::StakeDraw::draw_weight());
    most::<T>(weight, drawn.unfit.saturating_add(DEVICES_PER_DRAW), book)
}

/// The most that draws of this weight with this many looks in vain weigh, including what follows them.
fn most<T: Config>(draws: Weight, unfit: u32, book: Size) -> Weight {
    cost::<T>(draws, unfit, MAX_TRIES)
        .saturating_add(T::Tasks::fingerprint_weight().saturating_mul(MAX_TRIES.into()))
        .saturating_add(close_weight::<T>(true, book))
        .saturating_add(redraw_weight::<T>().max(T::WeightInfo::enqueue_task()))
}

/// The weight of finding out whether the ticket of a task is known.
pub(crate) fn base<T: Config>() -> Weight {
    T::WeightInfo::begin_search().saturating_add(T::Tasks::ticket_weight())
}

fn cost<T: Config>(draws: Weight, unfit: u32, tries: u32) -> Weight {
    base::<T>()
        .saturating_add(draws)
        .saturating_add(T::WeightInfo::look_at_offer().saturating_mul(unfit.into()))
        .saturating_add(T::WeightInfo::match_task().saturating_mul(tries.into()))
}
