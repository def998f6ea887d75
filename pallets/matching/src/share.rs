//! The bounds of a step in the weight that a block has left, and the check that the guaranteed share of each block
//! is enough for what matching promises.

use frame_support::{
    traits::Get,
    weights::{Weight, WeightMeter},
};

use crate::{
    cost::{drawing_limit, limit_of, look_weight, turn_weight, Size},
    parked::fresh_turn_weight,
    search::Bounds,
    Config, Pallet, WeightInfo,
};

/// The most repairs of the book that one step of a search causes.
pub const MAX_REPAIRS: u32 = 4;

/// The number of looks of the least step, which is made if there is too little weight for more. They are enough to
/// get past the bucket and the page in which a search resumes.
pub const LEAST_LOOKS: u32 = 4;

/// The number of cells that a step may go through beyond those that its first look may take.
pub const SPARE_CELLS: u32 = 8_192;

/// The number of distinct cells of a book for which the guaranteed share must be enough. Each cell is a kind of device
/// that differs from the others in some level.
pub const USUAL_CELLS: u32 = 1_024;

/// The most devices to which one step of a search tries to assign a task. A second try is needed only if an assignment
/// is refused although the check of the offer accepted it, which should not happen.
pub const MAX_TRIES: u32 = 2;

/// The number of tasks with a search for an auditor or a juror for which the guaranteed share must be enough, besides
/// one task with a draw.
pub const USUAL_JUDGED: u32 = 64;

impl<T: Config> Pallet<T> {
    /// The bounds of a full step, and those of the least step for when weight is short.
    pub(crate) fn bounds(cells_in_book: u32) -> [Bounds; 2] {
        let full = Bounds {
            looks: T::MaxCandidates::get(),
            repairs: MAX_REPAIRS,
            tries: MAX_TRIES,
            cells: cells_in_book.saturating_mul(3).saturating_add(SPARE_CELLS),
        };
        let least = Bounds {
            looks: LEAST_LOOKS,
            repairs: 1,
            tries: 1,
            ..full
        };
        [full, least]
    }

    /// The bounds of a step in the weight that is left; `None` if there is too little even for the least step.
    pub(crate) fn affordable(meter: &WeightMeter) -> Option<Bounds> {
        let book = Size::now::<T>();
        Self::bounds(book.cells)
            .into_iter()
            .find(|bounds| meter.can_consume(limit_of::<T>(*bounds, book)))
    }

    /// The most that the least step and the look at the lists weigh.
    pub(crate) fn step_limit() -> Weight {
        let book = Size::now::<T>();
        let [_, least] = Self::bounds(book.cells);
        limit_of::<T>(least, book).saturating_add(T::WeightInfo::service_base())
    }

    /// The most that a full step and the look at the lists weigh, in a book of this many cells.
    pub(crate) fn full_step_limit_with(cells: u32) -> Weight {
        let [full, _] = Self::bounds(cells);
        limit_of::<T>(full, Size::of(cells)).saturating_add(T::WeightInfo::service_base())
    }

    /// Checks that the guaranteed share is enough in a book of [`USUAL_CELLS`]. Serving gives a part of it to each kind
    /// of work; each part must be enough for one piece of that work, with some room.
    pub(crate) fn check_share(share: Weight) -> Result<(), &'static str> {
        let book = Size::of(USUAL_CELLS);
        let half = share.saturating_sub(T::WeightInfo::service_base()) / 2;
        let quarter = half / 2;
        let [_, least] = Self::bounds(USUAL_CELLS);
        let waiting = look_weight::<T>()
            .saturating_add(T::WeightInfo::begin_search())
            .saturating_mul(USUAL_JUDGED.into());
        let judging = turn_weight::<T>()
            .saturating_add(waiting)
            .saturating_add(drawing_limit::<T>(book).max(limit_of::<T>(least, book)));
        if judging.any_gt(half) {
            return Err(
                "Half of GuaranteedWeight must hold the draws for a task that waits to be judged",
            );
        }
        let visit = fresh_turn_weight::<T>().saturating_add(Self::visit_limit(book));
        if visit.any_gt(quarter) {
            return Err("A quarter of GuaranteedWeight must hold a visit to a fresh device");
        }
        if limit_of::<T>(least, book).any_gt(quarter) {
            return Err("A quarter of GuaranteedWeight must hold the least step of a search");
        }
        Ok(())
    }
}
