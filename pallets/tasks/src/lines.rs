//! The two lines of the agenda.
//!
//! Each has its slots, pages and cursor, and keeps its own order. The patient one is served after the prompt one, with
//! what that leaves of the share at the begin of a block, and half of what it leaves at the end: else whoever has
//! thousands of match windows end in one block, for the price of as many submissions, holds up everybody's deadlines,
//! and matching.

use aicpw_protocol::BlockNumber;
use frame_support::BoundedVec;

use crate::{
    pallet::*,
    types::{Deadline, Slot},
};

/// A page of deadlines.
pub(crate) type Page<T> = BoundedVec<Deadline, <T as Config>::PageCapacity>;

/// In which line a deadline stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Line {
    /// What is served as soon as it is due: what providers, auditors and jurors have to do, settlements, audits and the
    /// steps of disputes.
    Prompt,
    /// What costs its requester nothing but time if it is served later: that nobody is found for a replica, and the removal
    /// of what is final.
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

    /// All deadlines of a block are served.
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
