//! Ordered lists of ids, stored as doubly linked bitmap words of 128 ids each.
//!
//! History order is the order of ids, and ids are handed out one after the other, so neighbours in a
//! list share a word. To add or remove an id costs one write, and now and then the links. The place of
//! a new word is looked for from the end at which the word is expected, past at most eight others. If its
//! place is further on, the word is linked where the walk stops, so that the words are then not quite
//! in order.

use aicpw_protocol::TaskId;

use crate::{
    types::{Ends, List, Word},
    Config, ListEnds, Pallet, Swept, TicketTurn, Turns, Words,
};

/// The most words that are looked at to find the place of a new word, or of a word that has left the list.
pub(crate) const WALK: usize = 8;

/// The end of a list from which the place of an id is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// The first word. The id is likely lower than the others.
    Head,
    /// The last word. The id is likely higher than the others.
    Tail,
}

/// What a removal took out of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// Nothing, because the id was not in the list.
    Nothing,
    /// The id. Its word stays, with other ids.
    Id,
    /// The id and its word. The links of the list have changed.
    Word,
}

/// The number of the word that an id belongs to.
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
    /// Puts the id into the list. Does nothing if it is there already.
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

    /// The words between which a new word has to be linked.
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

    /// Takes the id out of the list. Returns what has left the list.
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

    /// Passes the turn on if an id of this word, which has left the list, had it.
    fn pass_turn(list: List, number: u64, gone: &Word) {
        if list == List::Parked {
            // `Swept` is the task that had the last turn. It becomes the last number of the word before.
            if Swept::<T>::get().is_some_and(|last| split(last.0).0 == number) {
                let last_in = |word: u64| TaskId(word.saturating_mul(128).saturating_add(127));
                Swept::<T>::set(gone.prev.map(last_in));
            }
            return;
        }
        if !list.is_served_in_turns() {
            return;
        }
        let had_turn = |turn: Option<u64>| turn.is_some_and(|next| split(next).0 == number);
        let next = gone.next.map(|next| next.saturating_mul(128));
        if had_turn(Turns::<T>::get(list)) {
            Turns::<T>::set(list, next);
        }
        if list == List::Slow && had_turn(TicketTurn::<T>::get()) {
            TicketTurn::<T>::set(next);
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

    /// The id of the list after this one. `None` if there is none, or if this one's word has left the list.
    pub(crate) fn after(list: List, id: u64) -> Option<u64> {
        let (number, bit) = split(id);
        // All bits above the bit of this id.
        Self::first_among(list, number, !(bit | (bit - 1)))
    }

    /// The id of the list after this one, even if this one's word has left the list. Then its place is looked for from
    /// the head. If the walk ends before that place, the result is the first id where the walk stops.
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

    /// The id itself if it is in the list, or else the id after it. `None` if there is none, or if its word has left
    /// the list.
    pub(crate) fn from_on(list: List, id: u64) -> Option<u64> {
        let (number, bit) = split(id);
        Self::first_among(list, number, !(bit - 1))
    }

    /// The first id of the list among these bits of a word, or else the first id of the next word.
    fn first_among(list: List, number: u64, bits: u128) -> Option<u64> {
        let word = Words::<T>::get(list, number)?;
        if let Some(next) = lowest(number, word.bits & bits) {
            return Some(next);
        }
        let next = word.next?;
        lowest(next, Words::<T>::get(list, next)?.bits)
    }

    /// The number of ids in the list. Reads all its words, so it is for people who ask, not for blocks.
    pub fn length_of(list: List) -> u32 {
        Words::<T>::iter_prefix_values(list).fold(0, |sum: u32, word| {
            sum.saturating_add(word.bits.count_ones())
        })
    }
}
