//! The tracks of referenda: what each may do, how long it takes, and how many votes it needs.

use alloc::borrow::Cow;

use pallet_referenda::{Curve, Track, TrackInfo, TracksInfo};
use sp_runtime::{str_array, FixedI64};

use super::origins::Origin;
use crate::{
    units::{DAYS, HOURS, MINUTES, UNIT},
    Balance, BlockNumber, OriginCaller, Origins,
};

/// Identifies a track. Only what clients read is encoded with it.
pub type TrackId = u16;

type Info = TrackInfo<Balance, BlockNumber>;

const fn percent(value: u128) -> FixedI64 {
    FixedI64::from_rational(value, 100)
}

/// Days of the decision period: two weeks on every track, so that a week's absence makes nobody miss one.
const DECISION_DAYS: u128 = 14;

/// The approval that a referendum needs if it can change everything: four fifths at first, half at the end.
const BROAD_APPROVAL: Curve =
    Curve::make_reciprocal(2, DECISION_DAYS, percent(80), percent(50), percent(100));
/// The support that it needs: half of all tokens at first, one in twenty at the end.
const BROAD_SUPPORT: Curve =
    Curve::make_linear(DECISION_DAYS, DECISION_DAYS, percent(5), percent(50));
/// The approval that a referendum needs if its track limits what it can do: a simple majority at the end as well.
const PLAIN_APPROVAL: Curve =
    Curve::make_linear(DECISION_DAYS, DECISION_DAYS, percent(50), percent(100));
/// The support that it needs, which falls to two in a hundred.
const PLAIN_SUPPORT: Curve =
    Curve::make_reciprocal(2, DECISION_DAYS, percent(20), percent(2), percent(50));
/// The approval that a call needs which the technical committee has looked at.
const WHITELISTED_APPROVAL: Curve =
    Curve::make_reciprocal(1, DECISION_DAYS, percent(80), percent(50), percent(100));
/// The support that it needs. This falls to one in twenty within a day, because the track is for what cannot wait.
const WHITELISTED_SUPPORT: Curve =
    Curve::make_reciprocal(1, DECISION_DAYS, percent(5), percent(1), percent(50));

/// How many referenda are decided at once on the tracks for what cannot wait and on those that end referenda. It is so
/// large that keeping all places taken is expensive, even with deposits that come back.
const MANY: u32 = 100;

/// All tracks, in the order of their ids, with the periods that they have on an ordinary chain.
pub const TRACKS: [(TrackId, Info); 6] = [
    (
        0,
        Info {
            name: str_array("root"),
            // With one at a time, anybody could keep all others waiting for two weeks, for a deposit that comes back.
            max_deciding: 5,
            decision_deposit: 1_000 * UNIT,
            prepare_period: 2 * HOURS,
            decision_period: DECISION_DAYS as BlockNumber * DAYS,
            confirm_period: DAYS,
            min_enactment_period: DAYS,
            min_approval: BROAD_APPROVAL,
            min_support: BROAD_SUPPORT,
        },
    ),
    (
        1,
        Info {
            name: str_array("whitelisted_caller"),
            max_deciding: MANY,
            decision_deposit: 100 * UNIT,
            prepare_period: 10 * MINUTES,
            decision_period: DECISION_DAYS as BlockNumber * DAYS,
            confirm_period: 10 * MINUTES,
            min_enactment_period: 10 * MINUTES,
            min_approval: WHITELISTED_APPROVAL,
            min_support: WHITELISTED_SUPPORT,
        },
    ),
    (
        10,
        Info {
            name: str_array("treasurer"),
            max_deciding: 5,
            decision_deposit: 100 * UNIT,
            prepare_period: 2 * HOURS,
            decision_period: DECISION_DAYS as BlockNumber * DAYS,
            confirm_period: DAYS,
            min_enactment_period: DAYS,
            min_approval: BROAD_APPROVAL,
            min_support: BROAD_SUPPORT,
        },
    ),
    (
        20,
        Info {
            name: str_array("market_parameters"),
            max_deciding: 5,
            decision_deposit: 100 * UNIT,
            prepare_period: 2 * HOURS,
            decision_period: DECISION_DAYS as BlockNumber * DAYS,
            confirm_period: 12 * HOURS,
            // Providers and requesters get a day's notice.
            min_enactment_period: DAYS,
            min_approval: PLAIN_APPROVAL,
            min_support: PLAIN_SUPPORT,
        },
    ),
    (
        30,
        Info {
            name: str_array("referendum_canceller"),
            max_deciding: MANY,
            decision_deposit: 100 * UNIT,
            prepare_period: 10 * MINUTES,
            decision_period: DECISION_DAYS as BlockNumber * DAYS,
            confirm_period: 3 * HOURS,
            min_enactment_period: 10 * MINUTES,
            min_approval: PLAIN_APPROVAL,
            min_support: PLAIN_SUPPORT,
        },
    ),
    (
        31,
        Info {
            name: str_array("referendum_killer"),
            max_deciding: MANY,
            decision_deposit: 500 * UNIT,
            prepare_period: 10 * MINUTES,
            decision_period: DECISION_DAYS as BlockNumber * DAYS,
            confirm_period: 3 * HOURS,
            min_enactment_period: 10 * MINUTES,
            min_approval: PLAIN_APPROVAL,
            min_support: PLAIN_SUPPORT,
        },
    ),
];

/// [`TRACKS`], at the pace of this chain.
pub struct Tracks;

impl TracksInfo<Balance, BlockNumber> for Tracks {
    type Id = TrackId;
    type RuntimeOrigin = OriginCaller;

    fn tracks() -> impl Iterator<Item = Cow<'static, Track<TrackId, Balance, BlockNumber>>> {
        TRACKS.into_iter().map(|(id, mut info)| {
            for period in [
                &mut info.prepare_period,
                &mut info.decision_period,
                &mut info.confirm_period,
                &mut info.min_enactment_period,
            ] {
                *period = Origins::lapsed(*period);
            }
            Cow::Owned(Track { id, info })
        })
    }

    fn track_for(origin: &OriginCaller) -> Result<TrackId, ()> {
        match origin {
            OriginCaller::system(frame_system::RawOrigin::Root) => Ok(0),
            OriginCaller::Origins(Origin::WhitelistedCaller) => Ok(1),
            OriginCaller::Origins(Origin::Treasurer) => Ok(10),
            OriginCaller::Origins(Origin::MarketParameters) => Ok(20),
            OriginCaller::Origins(Origin::ReferendumCanceller) => Ok(30),
            OriginCaller::Origins(Origin::ReferendumKiller) => Ok(31),
            _ => Err(()),
        }
    }
}
