//! The scheduler as referenda use it, with room in each block for what must not be crowded out.
//!
//! The SDK's referenda schedule three kinds of things, and carry on if the agenda of the block has no room for one:
//!
//! - An approved call. Without room it would never be made.
//! - The call that counts one fewer referendum deciding on a track. Without room, one place of that track would stay
//!   taken for ever; once all places are lost like this, the track can decide nothing more.
//! - An alarm, at which a referendum is looked at again. A lost alarm does no harm, because the next vote sets another.
//!
//! Anybody can have alarms set in any future block, because each submitted referendum has one two weeks later. So
//! alarms may take only a part of each agenda, and what finds no room goes into one of the next blocks.

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

/// The most calls in the agenda of a block.
pub const MAX_SCHEDULED: u32 = 512;

/// The number of scheduled calls from which on an alarm finds no room in a block. It is about a tenth of
/// [`MAX_SCHEDULED`]: whatever else referenda schedule needs the votes of token holders, or follows from at most this
/// many alarms.
pub const MOST_ALARMS: usize = 50;

/// The most blocks by which something is done later than it was meant to be. The search through that many blocks is not
/// weighed: filling each of them has cost [`MOST_ALARMS`] deposits.
const LATEST: BlockNumber = 10 * SECONDS;

type Hashing = <Runtime as frame_system::Config>::Hashing;
type Place = TaskAddress<BlockNumber>;

/// The scheduler, for referenda.
pub struct RoomForDecisions;

/// Whether a call does nothing but have a referendum looked at again.
fn is_alarm(call: &Bounded<RuntimeCall, Hashing>) -> bool {
    matches!(
        Preimage::peek(call),
        Ok((
            RuntimeCall::Referenda(pallet_referenda::Call::nudge_referendum { .. }),
            _
        ))
    )
}

/// Whether the agenda of a block has room for an alarm. Cancelled entries take no room.
fn has_room_for_alarm(block: BlockNumber) -> bool {
    Agenda::<Runtime>::get(block).iter().flatten().count() < MOST_ALARMS
}

/// Places a call in the first block that has room for it.
fn in_first_room(
    when: DispatchTime<BlockNumber>,
    place: impl Fn(BlockNumber) -> Result<Place, DispatchError>,
) -> Result<Place, DispatchError> {
    let first = match when {
        DispatchTime::At(block) => block,
        // As the scheduler counts: the agenda of this block is done already.
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
