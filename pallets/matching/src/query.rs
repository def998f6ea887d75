//! The query of a search: the needs of a task as levels and ticks, and the exact comparison.

use aicpw_primitives::traits::{Listing, Locks, Offer, Terms};
use aicpw_protocol::{
    device::{are_equal_devices, Reputation},
    task::{Needs, Unmatched},
    AskPrice, Balance, DeviceId, Hash,
};
use alloc::{boxed::Box, vec::Vec};

use crate::{
    levels::{Levels, Place, Tick},
    types::{Listed, Phase},
};

/// Returns the terms of an assignment for an ask and a provider's reputation; `None` if the budget cannot
/// pay them.
pub type Quote<'a> = Box<dyn Fn(AskPrice, Reputation) -> Option<Terms> + 'a>;

/// What a search looks for.
pub struct Query<'a, AccountId> {
    requester: AccountId,
    excluded: Vec<AccountId>,
    needs: Needs,
    highest_ask: AskPrice,
    /// The fingerprint of the device that the task's next device must be equal to, if any.
    fingerprint: Option<Hash>,
    quote: Quote<'a>,
    /// The levels from which on a device may fit.
    floor: Levels,
    /// The levels from which on a device is sure to fit.
    sure: Levels,
    /// The tick of the highest ask.
    last: Tick,
    /// Whether every ask on that tick can be paid.
    last_is_sure: bool,
}

fn total(locks: Locks) -> Balance {
    locks.collateral.saturating_add(locks.fraud_bond)
}

impl<'a, AccountId: PartialEq> Query<'a, AccountId> {
    /// Creates a query for these needs. `quote` has to keep the contract of [`TaskBoard::terms`].
    ///
    /// [`TaskBoard::terms`]: aicpw_primitives::traits::TaskBoard::terms
    pub fn new(
        requester: AccountId,
        excluded: Vec<AccountId>,
        needs: Needs,
        highest_ask: AskPrice,
        quote: Quote<'a>,
    ) -> Self {
        let stake = |ask, reputation| quote(ask, reputation).map(|terms| total(terms.locks));
        let least = stake(AskPrice(0), Reputation::MAX).unwrap_or(0);
        let most = stake(highest_ask, Reputation::START).unwrap_or(Balance::MAX);
        let floor = Levels::floor_of(&needs, least);
        let mut sure = Levels::sure_of(&needs, most);
        // The budget may not be enough for the audits of a provider that is worse than a beginner.
        if quote(highest_ask, Reputation(0)).is_none() {
            sure.reputation = sure.reputation.max(Levels::BEGINNER);
        }
        let last = Tick::from(highest_ask);
        Self {
            requester,
            excluded,
            needs,
            highest_ask,
            fingerprint: None,
            quote,
            floor,
            sure,
            last,
            last_is_sure: last.ends_at(highest_ask),
        }
    }

    /// Restricts the query to devices equal to the one with this fingerprint, if there is one.
    pub fn only(mut self, fingerprint: Option<Hash>) -> Self {
        self.fingerprint = fingerprint;
        self
    }

    /// Whether the device must be equal to another.
    pub(crate) fn wants_equal(&self) -> bool {
        self.fingerprint.is_some()
    }

    /// Whether the provider must not get the task.
    pub(crate) fn excludes(&self, provider: &AccountId) -> bool {
        *provider == self.requester || self.excluded.contains(provider)
    }

    /// The highest ask that can be paid.
    pub(crate) fn highest_ask(&self) -> AskPrice {
        self.highest_ask
    }

    /// The levels from which on a device is sure to fit.
    pub(crate) fn sure(&self) -> &Levels {
        &self.sure
    }

    /// What the task needs.
    pub(crate) fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The levels from which on a device may fit.
    pub(crate) fn floor(&self) -> &Levels {
        &self.floor
    }

    /// The tick of the highest ask that can be paid.
    pub(crate) fn last(&self) -> Tick {
        self.last
    }

    /// The terms of an assignment to the device with this offer.
    pub(crate) fn terms(&self, offer: &Offer<AccountId>) -> Option<Terms> {
        (self.quote)(offer.ask, offer.reputation)
    }

    /// The first need, in the order of [`Unmatched`], that the offer does not meet.
    pub(crate) fn shortfall(&self, offer: &Offer<AccountId>) -> Option<Unmatched> {
        let spec = &offer.spec;
        if spec.engine != self.needs.engine || !spec.classes.contains(self.needs.class) {
            return Some(Unmatched::Class);
        }
        if self
            .fingerprint
            .is_some_and(|only| !are_equal_devices(&only, &spec.fingerprint))
        {
            return Some(Unmatched::SameDevice);
        }
        let listing = Listing {
            spec: spec.clone(),
            ask: offer.ask,
        };
        let measured = Listed::new(DeviceId::default(), &listing);
        match measured.shortfall(&self.needs, self.highest_ask) {
            Some(Unmatched::Budget) | None => (),
            measured => return measured,
        }
        if offer.reputation < self.needs.min_reputation {
            return Some(Unmatched::Reputation);
        }
        if offer.ask > self.highest_ask {
            return Some(Unmatched::Budget);
        }
        let Some(Terms { locks, .. }) = self.terms(offer) else {
            return Some(Unmatched::Budget);
        };
        if self.excludes(&offer.provider) {
            return Some(Unmatched::Independence);
        }
        if offer.free_stake < total(locks) {
            return Some(Unmatched::Stake);
        }
        (offer.free_slots == 0).then_some(Unmatched::Busy)
    }

    /// Whether the devices in this bucket are sure to fit, as far as levels can tell.
    pub(crate) fn is_sure(&self, place: Place) -> bool {
        Levels::from(place.cell()).dominates(&self.sure)
            && (place.tick() < self.last || place.tick() == self.last && self.last_is_sure)
    }

    /// The octaves in which the phase looks at a cell.
    pub(crate) fn octaves(&self, phase: Phase, cell_is_sure: bool) -> u128 {
        let last = self.last.octave();
        match (phase, cell_is_sure) {
            (Phase::Cheapest, _) | (Phase::Rest, false) | (Phase::Sure, true) => up_to(last),
            (Phase::Sure, false) => 0,
            (Phase::Rest, true) if self.last_is_sure => 0,
            (Phase::Rest, true) => 1 << last,
        }
    }

    /// The ticks of an octave in which the phase looks at a cell.
    pub(crate) fn ticks(&self, phase: Phase, cell_is_sure: bool, octave: u8) -> u128 {
        let (payable, sure) = if octave < self.last.octave() {
            (u128::MAX, u128::MAX)
        } else if octave > self.last.octave() {
            (0, 0)
        } else {
            let payable = up_to(self.last.step());
            let boundary = if self.last_is_sure {
                0
            } else {
                1 << self.last.step()
            };
            (payable, payable & !boundary)
        };
        match (phase, cell_is_sure) {
            (Phase::Cheapest, _) | (Phase::Rest, false) => payable,
            (Phase::Sure, true) => sure,
            (Phase::Sure, false) => 0,
            (Phase::Rest, true) => payable & !sure,
        }
    }
}

/// The bits from zero to `last`.
pub(crate) fn up_to(last: u8) -> u128 {
    u128::MAX >> (127 - last.min(127))
}

/// The bits from `first` on.
pub(crate) fn from_on(first: u8) -> u128 {
    u128::MAX << first.min(127)
}
