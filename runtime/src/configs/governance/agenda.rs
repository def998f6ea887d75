//! The scheduler as referenda see it, in which nobody can crowd out what they may not lose.
//!
//! The SDK's referenda schedule three things, and go on if there was no room for one in the agenda of its block:
//!
//! - what was approved, which would never be made;
//! - that one fewer is decided on a track, which would keep a place of that track for ever: with as many of them as
//!   the track has places, nothing more could be decided there;
//! - alarms, at which a referendum is looked at again. A lost one is no harm, because the next vote brings another.
//!
//! Anybody can have alarms in any block to come: a referendum that is submitted has one two weeks later. So alarms have
//! a part of each agenda and no more, and what has no room is done in one of the next blocks.

use frame_support::traits::{
    schedule::{
        v3::{Anon, Named, TaskName},
        DispatchTime, Period, Priority,
    },
    Bounded, QueryPreimage,
};
use pallet_scheduler::{Agenda, TaskAddress};
use sp_runtime::DispatchError;

use crate::{
    units::SECONDS, BlockNumber, OriginCaller, Preimage, Runtime, RuntimeCall, Scheduler, System,
};

/// What the agenda of a block has room for.
pub const MAX_SCHEDULED: u32 = 512;

/// An alarm finds no room where so many things are scheduled. It is about a tenth of [`MAX_SCHEDULED`]: what else referenda
/// schedule takes votes of token holders, or follows from so many alarms at most.
pub const MOST_ALARMS: usize = 50;

/// How many blocks later than it was meant something is done at most. To look for room in so many is not weighed: each
/// that is full has taken [`MOST_ALARMS`] deposits.
const LATEST: BlockNumber = 10 * SECONDS;

type Hashing = <Runtime as frame_system::Config>::Hashing;
type Place = TaskAddress<BlockNumber>;

/// The scheduler, for referenda.
pub struct RoomForDecisions;

/// Whether nothing but that a referendum is looked at comes of it.
fn is_alarm(call: &Bounded<RuntimeCall, Hashing>) -> bool {
    matches!(
        Preimage::peek(call),
        Ok((
            RuntimeCall::Referenda(pallet_referenda::Call::nudge_referendum { .. }),
            _
        ))
    )
}

/// Whether the agenda of a block has room for an alarm. What was cancelled takes none.
fn has_room_for_alarm(block: BlockNumber) -> bool {
    Agenda::<Runtime>::get(block).iter().flatten().count() < MOST_ALARMS
}

/// Places something in the first block that has room for it.
fn in_first_room(
    when: DispatchTime<BlockNumber>,
    place: impl Fn(BlockNumber) -> Result<Place, DispatchError>,
) -> Result<Place, DispatchError> {
    let first = match when {
        DispatchTime::At(block) => block,
        // As the scheduler has it: what is due in this block has been done.
        DispatchTime::After(blocks) => System::block_number()
            .saturating_add(blocks)
            .saturating_add(1),
    };
    let mut placed = Err(DispatchError::Exhausted);
    for block in first..=first.saturating_add(LATEST) {
        placed = place(block);
        if placed != Err(DispatchError::Exhausted) {
            break;
        }
    }
    placed
}

impl Anon<BlockNumber, RuntimeCall, OriginCaller> for RoomForDecisions {
    type Address = Place;
    type Hasher = Hashing;

    fn schedule(
        when: DispatchTime<BlockNumber>,
        maybe_periodic: Option<Period<BlockNumber>>,
        priority: Priority,
        origin: OriginCaller,
        call: Bounded<RuntimeCall, Hashing>,
    ) -> Result<Place, DispatchError> {
        let is_alarm = is_alarm(&call);
        in_first_room(when, |block| {
            if is_alarm && !has_room_for_alarm(block) {
                return Err(DispatchError::Exhausted);
            }
            <Scheduler as Anon<BlockNumber, RuntimeCall, OriginCaller>>::schedule(
                DispatchTime::At(block),
                maybe_periodic,
                priority,
                origin.clone(),
                call.clone(),
            )
        })
    }

    fn cancel(address: Place) -> Result<(), DispatchError> {
        <Scheduler as Anon<BlockNumber, RuntimeCall, OriginCaller>>::cancel(address)
    }

    fn reschedule(address: Place, when: DispatchTime<BlockNumber>) -> Result<Place, DispatchError> {
        <Scheduler as Anon<BlockNumber, RuntimeCall, OriginCaller>>::reschedule(address, when)
    }

    fn next_dispatch_time(address: Place) -> Result<BlockNumber, DispatchError> {
        <Scheduler as Anon<BlockNumber, RuntimeCall, OriginCaller>>::next_dispatch_time(address)
    }
}

impl Named<BlockNumber, RuntimeCall, OriginCaller> for RoomForDecisions {
    type Address = Place;
    type Hasher = Hashing;

    fn schedule_named(
        id: TaskName,
        when: DispatchTime<BlockNumber>,
        maybe_periodic: Option<Period<BlockNumber>>,
        priority: Priority,
        origin: OriginCaller,
        call: Bounded<RuntimeCall, Hashing>,
    ) -> Result<Place, DispatchError> {
        in_first_room(when, |block| {
            <Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::schedule_named(
                id,
                DispatchTime::At(block),
                maybe_periodic,
                priority,
                origin.clone(),
                call.clone(),
            )
        })
    }

    fn cancel_named(id: TaskName) -> Result<(), DispatchError> {
        <Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::cancel_named(id)
    }

    fn reschedule_named(
        id: TaskName,
        when: DispatchTime<BlockNumber>,
    ) -> Result<Place, DispatchError> {
        <Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::reschedule_named(id, when)
    }

    fn next_dispatch_time(id: TaskName) -> Result<BlockNumber, DispatchError> {
        <Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::next_dispatch_time(id)
    }
}
