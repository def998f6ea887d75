//! Lists of ids in their order: bitmap words of 128 ids, doubly linked.
//!
//! History order is the order of ids, and ids are handed out one after the other, so neighbours in a
//! list share a word: to add or to take costs one write, and now and then the links. A word that has
//! to be linked looks for its place over at most eight others from the end at which it belongs; past
//! them order is kept by words only as far as that.

use aicpw_protocol::TaskId;

use crate::{
    types::{Ends, List, Word},
    Config, ListEnds, Pallet, Swept, Turns, Words,
};

/// How many words an insertion looks at for its place, and whoever goes on behind a word that has gone.
pub(crate) const WALK: usize = 8;

/// At which end of a list an id is looked for its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// It is likely lower than the others.
    Head,
    /// It is likely higher than the others.
    Tail,
}

/// What has left a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// Nothing: the id was not in it.
    Nothing,
    /// The id, out of a word that stays.
    Id,
    /// The id, and with it its word; links have changed.
    Word,
}

/// The word that an id is in.
pub(crate) fn word_of(id: u64) -> u64 {
    id / 128
}

fn split(id: u64) -> (u64, u128) {
    (word_of(id), 1 << (id % 128))
}

fn lowest(word: u64, bits: u128) -> Option<u64> {
    (bits != 0).then(|| {
        word.saturating_mul(128)
            .saturating_add(u64::from(bits.trailing_zeros()))
    })
}

impl<T: Config> Pallet<T> {
    /// Puts the id into the list, if it is not in it.
    pub(crate) fn insert_into(list: List, id: u64, from: Side) {
        let (number, bit) = split(id);
        if let Some(mut word) = Words::<T>::get(list, number) {
            if word.bits & bit == 0 {
                word.bits |= bit;
                Words::<T>::insert(list, number, word);
            }
            return;
        }
        let Some(mut ends) = ListEnds::<T>::get(list) else {
            let word = Word {
                bits: bit,
                ..Word::default()
            };
            Words::<T>::insert(list, number, word);
            ListEnds::<T>::insert(
                list,
                Ends {
                    head: number,
                    tail: number,
                },
            );
            return;
        };
        let (prev, next) = Self::gap(list, &ends, number, from);
        Words::<T>::insert(
            list,
            number,
            Word {
                bits: bit,
                prev,
                next,
            },
        );
        match prev {
            Some(prev) => Self::change_word(list, prev, |word| word.next = Some(number)),
            None => ends.head = number,
        }
        match next {
            Some(next) => Self::change_word(list, next, |word| word.prev = Some(number)),
            None => ends.tail = number,
        }
        if prev.is_none() || next.is_none() {
            ListEnds::<T>::insert(list, ends);
        }
    }

    /// The words between which a new one goes.
    fn gap(list: List, ends: &Ends, number: u64, from: Side) -> (Option<u64>, Option<u64>) {
        let (mut prev, mut next) = match from {
            Side::Head => (None, Some(ends.head)),
            Side::Tail => (Some(ends.tail), None),
        };
        for _ in 0..WALK {
            match from {
                Side::Head => match next.filter(|next| *next < number) {
                    Some(passed) => {
                        prev = Some(passed);
                        next = Words::<T>::get(list, passed).and_then(|word| word.next);
                    }
                    None => break,
                },
                Side::Tail => match prev.filter(|prev| *prev > number) {
                    Some(passed) => {
                        next = Some(passed);
                        prev = Words::<T>::get(list, passed).and_then(|word| word.prev);
                    }
                    None => break,
                },
            }
        }
        (prev, next)
    }

    /// Takes the id out of the list. Returns whether it was in it.
    pub(crate) fn remove_from(list: List, id: u64) -> bool {
        Self::take_from(list, id) != Taken::Nothing
    }

    /// Takes the id out of the list, and says what that changed.
    pub(crate) fn take_from(list: List, id: u64) -> Taken {
        let (number, bit) = split(id);
        let Some(mut word) = Words::<T>::get(list, number).filter(|word| word.bits & bit != 0)
        else {
            return Taken::Nothing;
        };
        word.bits &= !bit;
        if word.bits != 0 {
            Words::<T>::insert(list, number, word);
            return Taken::Id;
        }
        Words::<T>::remove(list, number);
        Self::pass_turn(list, number, &word);
        if let Some(prev) = word.prev {
            Self::change_word(list, prev, |prev| prev.next = word.next);
        }
        if let Some(next) = word.next {
            Self::change_word(list, next, |next| next.prev = word.prev);
        }
        match (word.prev, word.next) {
            (None, None) => ListEnds::<T>::remove(list),
            (None, Some(head)) => ListEnds::<T>::mutate(list, |ends| {
                ends.iter_mut().for_each(|ends| ends.head = head);
            }),
            (Some(tail), None) => ListEnds::<T>::mutate(list, |ends| {
                ends.iter_mut().for_each(|ends| ends.tail = tail);
            }),
            (Some(_), Some(_)) => (),
        }
        Taken::Word
    }

    /// Whose turn it is in the list, if it was somebody's in this word, which has gone.
    fn pass_turn(list: List, number: u64, gone: &Word) {
        if list == List::Parked {
            // Kept is who had the last turn: now whoever is last in the word before.
            if Swept::<T>::get().is_some_and(|last| split(last.0).0 == number) {
                let last_in = |word: u64| TaskId(word.saturating_mul(128).saturating_add(127));
                Swept::<T>::set(gone.prev.map(last_in));
            }
            return;
        }
        if !list.is_served_in_turns() {
            return;
        }
        if Turns::<T>::get(list).is_some_and(|next| split(next).0 == number) {
            Turns::<T>::set(list, gone.next.map(|next| next.saturating_mul(128)));
        }
    }

    fn change_word(list: List, number: u64, change: impl FnOnce(&mut Word)) {
        Words::<T>::mutate(list, number, |word| {
            if let Some(word) = word {
                change(word);
            }
        });
    }

    /// Whether the id is in the list.
    pub(crate) fn is_in(list: List, id: u64) -> bool {
        let (number, bit) = split(id);
        Words::<T>::get(list, number).is_some_and(|word| word.bits & bit != 0)
    }

    /// The first id of the list.
    pub(crate) fn first_of(list: List) -> Option<u64> {
        let head = ListEnds::<T>::get(list)?.head;
        lowest(head, Words::<T>::get(list, head)?.bits)
    }

    /// The id after this one. If this one's word has left the list: none.
    pub(crate) fn after(list: List, id: u64) -> Option<u64> {
        let (number, bit) = split(id);
        // The bits above: all that are neither the bit nor below it.
        Self::first_among(list, number, !(bit | (bit - 1)))
    }

    /// The id after this one, also if this one's word has left the list. Its place is looked for from the head; past
    /// the words that this looks at, it is behind them.
    pub(crate) fn behind(list: List, id: u64) -> Option<u64> {
        let (number, _) = split(id);
        if Words::<T>::contains_key(list, number) {
            return Self::after(list, id);
        }
        let mut next = Some(ListEnds::<T>::get(list)?.head);
        for _ in 0..WALK {
            match next.filter(|next| *next < number) {
                Some(passed) => next = Words::<T>::get(list, passed).and_then(|word| word.next),
                None => break,
            }
        }
        let next = next?;
        lowest(next, Words::<T>::get(list, next)?.bits)
    }

    /// The id itself, if it is in the list, or the one after it. If its word has left the list: none.
    pub(crate) fn from_on(list: List, id: u64) -> Option<u64> {
        let (number, bit) = split(id);
        Self::first_among(list, number, !(bit - 1))
    }

    /// The first id of the list among these of a word and all of the next.
    fn first_among(list: List, number: u64, bits: u128) -> Option<u64> {
        let word = Words::<T>::get(list, number)?;
        if let Some(next) = lowest(number, word.bits & bits) {
            return Some(next);
        }
        let next = word.next?;
        lowest(next, Words::<T>::get(list, next)?.bits)
    }

    /// How many ids the list holds. Reads all its words: for people, not for blocks.
    pub fn length_of(list: List) -> u32 {
        Words::<T>::iter_prefix_values(list).fold(0, |sum: u32, word| {
            sum.saturating_add(word.bits.count_ones())
        })
    }
}
