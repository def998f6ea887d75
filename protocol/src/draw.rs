//! How randomness becomes a draw: what anyone needs to check who was drawn and why.
//!
//! A draw anchors at a block. The outputs of blocks after the anchor are mixed into one seed ([`mix`]). Each draw from
//! that seed has its own ticket ([`ticket`]).

use codec::Encode;

use crate::hashing::{hash_in, Hash};

const SEED: &str = "aicpw 2026 draw seed v1";
const TICKET: &str = "aicpw 2026 draw ticket v1";
const NEXT_TICKET: &str = "aicpw 2026 draw next ticket v1";
const RETRY_TICKET: &str = "aicpw 2026 draw retry ticket v1";

/// Mixes outputs into a seed. The outputs are in the order of their blocks, each with its author.
pub fn mix<Author: Encode>(outputs: &[(Author, Hash)]) -> Hash {
    hash_in(SEED, &outputs)
}

/// The ticket with this number that is drawn from a seed for a purpose. The purpose names what is drawn for, so that
/// two draws from one seed have nothing in common.
pub fn ticket(seed: &Hash, purpose: &impl Encode, number: u32) -> Hash {
    hash_in(TICKET, &(seed, purpose, number))
}

/// The ticket after this one, for a draw that has to be made again.
pub fn next_ticket(ticket: &Hash) -> Hash {
    hash_in(NEXT_TICKET, ticket)
}

/// The ticket that takes the place of this one within the same draw, because this one drew somebody who has fallen
/// silent. It is another than [`next_ticket`], which belongs to the next draw: otherwise, that draw would repeat this
/// one.
pub fn retry_ticket(ticket: &Hash) -> Hash {
    hash_in(RETRY_TICKET, ticket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    /// Values that other implementations must also compute.
    #[test]
    fn the_rules_stay_as_they_are() {
        let seed = mix(&[(1u64, [1; 32]), (2, [2; 32])]);
        let first = ticket(&seed, &("jury", 7u64), 0);
        let hex = |hash: &Hash| hex::encode(hash);
        assert_eq!(
            hex(&seed),
            "d4e91a4416b7255f949a22839696aa78e1a72269f2163566ba735c5db17f4e08"
        );
        assert_eq!(
            hex(&first),
            "2cb3abb2ffc179f2f1af26287e38915c23422ef2cdbe1f3541757ec255e3b9a3"
        );
        assert_eq!(
            hex(&next_ticket(&first)),
            "647cf8c720402107fad0337445d371cad6ff6216881b5f83954331ac2410c6d9"
        );
        assert_eq!(
            hex(&retry_ticket(&first)),
            "baf7d5d64b8d9f05c781b0df89113d64d325963fbea6d1254c3899ee9e601e07"
        );
    }

    #[test]
    fn whatever_differs_gives_another_ticket() {
        let seed = [3; 32];
        let tickets = [
            ticket(&seed, &1u64, 0),
            ticket(&seed, &1u64, 1),
            ticket(&seed, &2u64, 0),
            ticket(&[4; 32], &1u64, 0),
            next_ticket(&ticket(&seed, &1u64, 0)),
            retry_ticket(&ticket(&seed, &1u64, 0)),
            retry_ticket(&next_ticket(&ticket(&seed, &1u64, 0))),
            next_ticket(&retry_ticket(&ticket(&seed, &1u64, 0))),
        ];
        let different: BTreeSet<_> = tickets.iter().collect();
        assert_eq!(different.len(), tickets.len());
    }

    #[test]
    fn order_author_and_output_all_count() {
        let seeds = [
            mix(&[(1u64, [1; 32]), (2, [2; 32])]),
            mix(&[(2u64, [2; 32]), (1, [1; 32])]),
            mix(&[(1u64, [2; 32]), (2, [1; 32])]),
            mix(&[(1u64, [1; 32])]),
            mix::<u64>(&[]),
        ];
        assert_eq!(seeds.iter().collect::<BTreeSet<_>>().len(), seeds.len());
    }
}
