//! The two lines of the agenda.
//!
//! Each line has its own slots, pages and cursor, and is served in its own order. The patient line is served after the
//! prompt one. At the beginning of a block it gets what the prompt line leaves of the agenda's weight; at the end of
//! the block, half of what the prompt line leaves. Without this, a requester with thousands of match windows that end
//! in one block, for the price of as many submissions, would hold up everybody's deadlines, and matching.

use aicpw_protocol::BlockNumber;
use frame_support::BoundedVec;

use crate::{
    pallet::*,
    types::{Deadline, Slot},
};

/// A page of deadlines.
pub(crate) type Page<T> = BoundedVec<Deadline, <T as Config>::PageCapacity>;

/// The line in which a deadline stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Line {
    /// Deadlines that are served as soon as they are due: the steps of providers, auditors and jurors, settlements,
    /// audits and the steps of disputes.
    Prompt,
    /// Deadlines that cost the requester only time if they are served later: the end of the match window of a replica,
    /// and the removal of a final task.
    Patient,
}

impl Line {
    /// The deadlines of a block.
    pub fn slot<T: Config>(self, block: BlockNumber) -> Option<Slot<T::PageCapacity>> {
        match self {
            Self::Prompt => Agenda::<T>::get(block),
            Self::Patient => PatientAgenda::<T>::get(block),
        }
    }

    /// Stores the deadlines of a block.
    pub fn put_slot<T: Config>(self, block: BlockNumber, slot: Slot<T::PageCapacity>) {
        match self {
            Self::Prompt => Agenda::<T>::insert(block, slot),
            Self::Patient => PatientAgenda::<T>::insert(block, slot),
        }
    }

    /// Removes the slot of a block whose deadlines are all served.
    pub fn remove_slot<T: Config>(self, block: BlockNumber) {
        match self {
            Self::Prompt => Agenda::<T>::remove(block),
            Self::Patient => PatientAgenda::<T>::remove(block),
        }
    }

    /// Puts a page of a block aside.
    pub fn put_page<T: Config>(self, block: BlockNumber, number: u32, page: Page<T>) {
        match self {
            Self::Prompt => AgendaPages::<T>::insert(block, number, page),
            Self::Patient => PatientPages::<T>::insert(block, number, page),
        }
    }

    /// Takes a page of a block that was put aside.
    pub fn take_page<T: Config>(self, block: BlockNumber, number: u32) -> Page<T> {
        let page = match self {
            Self::Prompt => AgendaPages::<T>::take(block, number),
            Self::Patient => PatientPages::<T>::take(block, number),
        };
        page.unwrap_or_default()
    }
}
