//! The invariants, in words.

use aicpw_protocol::{verdict::DisputeState, Balance};
use alloc::collections::BTreeMap;
use codec::Encode;
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

use crate::{
    types::Narrowing, Census, Claimed, Config, Disputes, HoldReason, Narrowings, Pallet, Shown,
    Steps,
};

impl<T: Config> Pallet<T> {
    /// Checks all invariants; the error says which one is broken.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut bonds = BTreeMap::<_, (T::AccountId, Balance)>::new();
        let mut open = 0u32;
        for dispute in Disputes::<T>::iter_values() {
            if !matches!(dispute.state, DisputeState::Ended { .. }) {
                open = open.saturating_add(1);
            }
            ensure!(
                dispute.opened_at <= Self::now(),
                "No dispute is from the future"
            );
            ensure!(
                dispute.first_seat <= dispute.jury_seat,
                "Juries follow each other"
            );
            for bond in dispute.bonds() {
                let entry = bonds
                    .entry(bond.who.encode())
                    .or_insert((bond.who.clone(), 0));
                if dispute.holds_bonds() {
                    entry.1 = entry.1.saturating_add(bond.amount);
                }
            }
        }
        for task in Claimed::<T>::iter_keys() {
            ensure!(
                Disputes::<T>::contains_key(task),
                "what was claimed has a dispute"
            );
        }
        ensure!(
            Census::<T>::get().open == open,
            "The census knows how many disputes are not over"
        );
        for (task, narrowing) in Narrowings::<T>::iter() {
            let Narrowing {
                trace,
                part,
                whole_from,
            } = narrowing;
            let dispute = Disputes::<T>::get(task).ok_or("What is narrowed is disputed")?;
            ensure!(
                part.as_ref()
                    .is_none_or(|part| trace.as_ref().is_some_and(|t| part.number < t.hashes)),
                "A part is of a trace that was opened"
            );
            ensure!(
                match dispute.state {
                    DisputeState::Opening { .. } => trace.is_none(),
                    DisputeState::Naming { .. } => trace.is_some() && part.is_none(),
                    _ => true,
                },
                "A trace is asked for once, and one part of it is named"
            );
            ensure!(
                whole_from.is_none_or(|seat| part.is_none() && seat >= dispute.first_seat),
                "What takes the place of the jury of a part runs the whole job"
            );
        }
        for task in Steps::<T>::iter_keys() {
            ensure!(
                Disputes::<T>::get(task).is_some_and(|dispute| matches!(
                    dispute.state,
                    DisputeState::Closing { .. } | DisputeState::Paying { .. }
                )),
                "Only what is judged goes on step by step"
            );
        }
        for task in Shown::<T>::iter_keys() {
            ensure!(
                Disputes::<T>::get(task).is_some_and(|dispute| matches!(
                    dispute.state,
                    DisputeState::Closing { .. }
                        | DisputeState::Paying { .. }
                        | DisputeState::Ended { .. }
                )),
                "Work is shown when all is decided"
            );
        }
        for (who, amount) in bonds.values() {
            ensure!(
                T::NativeBalance::balance_on_hold(&HoldReason::DisputeBond.into(), who) == *amount,
                "What is held for disputes are the bonds of those that are not decided"
            );
        }
        Ok(())
    }
}
