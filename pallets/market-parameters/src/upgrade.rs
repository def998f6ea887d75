//! What an upgrade does to values that the new runtime does not allow.

use frame_support::{traits::Get, weights::Weight};

use crate::*;

impl<T: Config> Pallet<T> {
    /// Puts parameters back to their defaults until every value is in its range and all relations hold. Returns the
    /// weight.
    ///
    /// Without this, the chain would run on values that this runtime does not allow, and `set_parameter` would refuse
    /// every change that does not mend the relations by itself.
    ///
    /// There are at most [`MAX_PARAMETERS`] values, and each can be reset once. The weight is that of `set_parameter`
    /// for the first look at the values and the relations, and the same for each value that is reset: a reset checks
    /// all relations once more and emits an event, as `set_parameter` does.
    pub(crate) fn reset_refused() -> Weight {
        let mut changed = Changed::<T>::get();
        let stored = changed.len();
        let mut refused = Vec::new();
        changed.retain(|parameter| {
            let is_in_range = parameter.is_in_range();
            if !is_in_range {
                refused.push((parameter.clone(), "it is out of its range"));
            }
            // If the new release has this value as the default, it stays in force without being stored.
            is_in_range && !parameter.is_default()
        });
        if changed.len() < stored {
            Changed::<T>::put(&changed);
        }
        while let Err(reason) = T::Relations::check() {
            let Some(newest) = changed.pop() else {
                log::error!(target: LOG_TARGET, "the defaults contradict each other: {reason}");
                break;
            };
            Changed::<T>::put(&changed);
            refused.push((newest, reason));
        }

        let mut weight = T::DbWeight::get().reads(1);
        if changed.len() < stored {
            weight.saturating_accrue(T::DbWeight::get().writes(1));
        }
        weight.saturating_accrue(T::WeightInfo::set_parameter());
        for (parameter, reason) in refused {
            weight.saturating_accrue(T::WeightInfo::set_parameter());
            log::warn!(target: LOG_TARGET, "{parameter:?} goes back to its default: {reason}");
            Self::deposit_event(Event::ParameterReset { parameter });
        }
        weight
    }
}
