//! The stake-weighted draw: a sum tree over the providers that can be drawn.
//!
//! Each provider that is online with enough stake has a leaf, whose weight is its active stake. Nodes
//! have [`WIDTH`] children and stand on [`LEVELS`] levels. A node stores for each child the sum of the
//! weights below it. So a draw reads one node on each level, and a change of a weight writes one on each,
//! however many providers there are. Free leaves are chained, and are used again before new ones.
//!
//! Nothing scans for providers that fall silent. They stay in the tree until a draw meets them, or until
//! they come back.

use aicpw_primitives::traits::StakeDraw;
use aicpw_protocol::{draw::retry_ticket, Balance, DeviceId, Hash};
use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{defensive, traits::Get, weights::Weight};
use scale_info::TypeInfo;
use sp_core::U256;

use crate::{
    Config, DevicesOf, DrawLeafOf, DrawLeaves, DrawNodes, DrawTree, Ledgers, Pallet, WeightInfo,
    LOG_TARGET,
};

/// The number of children of a node.
pub const WIDTH: u32 = 64;

/// The number of levels of nodes above the leaves.
pub const LEVELS: u8 = 3;

/// The most providers that can be drawn at a time. A provider that comes when the tree is full cannot be
/// drawn until another provider has left the tree and its own stake or presence changes after that.
pub const CAPACITY: u32 = WIDTH.pow(LEVELS as u32);

/// The most providers that one draw meets. All of them, or all but the last, had fallen silent.
pub const DRAW_TRIES: u32 = 4;

/// The number of writes, shared with no other, to take a silent provider out of the tree: its leaf, and the number of
/// its leaf.
const LEAF_WRITES: u64 = 2;

/// The position of a node: its level, which is zero for the root, and its number on that level.
pub type NodeKey = (u8, u32);

/// The sum of the weights below each child of a node.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Node(pub [Balance; WIDTH as usize]);

impl Default for Node {
    fn default() -> Self {
        Self([0; WIDTH as usize])
    }
}

impl Node {
    /// The sum of the weights below the node.
    pub fn sum(&self) -> Balance {
        self.0
            .iter()
            .fold(0, |sum: Balance, child| sum.saturating_add(*child))
    }

    /// The child in which the point lies, and the position of the point in that child.
    fn child_at(&self, mut point: Balance) -> Option<(u32, Balance)> {
        for (child, sum) in (0u32..).zip(self.0) {
            if point < sum {
                return Some((child, point));
            }
            point -= sum;
        }
        None
    }
}

/// A leaf of the draw tree.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Leaf<AccountId> {
    /// The leaf of this provider.
    Provider(AccountId),
    /// A free leaf, with the next free leaf if there is one.
    Free(Option<u32>),
}

/// The leaves that have been used, and those that are free.
#[derive(Encode, Decode, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Leaves {
    /// How many leaves have ever been used. These have all numbers below this one.
    pub ever: u32,
    /// The first free leaf, if there is one.
    pub free: Option<u32>,
}

/// The node on this level above a leaf, and the child of that node under which the leaf is.
pub(crate) fn path(leaf: u32, level: u8) -> (NodeKey, usize) {
    let below = WIDTH.pow(u32::from(LEVELS.saturating_sub(level).saturating_sub(1)));
    let child = leaf / below;
    ((level, child / WIDTH), (child % WIDTH) as usize)
}

impl<T: Config> Pallet<T> {
    /// Updates the weight of the provider in the draw. The weight is its active stake, or zero if the
    /// provider is offline or has too little stake.
    pub(crate) fn weigh(provider: &T::AccountId) {
        let ledger = Ledgers::<T>::get(provider);
        let weight = if ledger.is_sufficient() && Self::is_online(provider) {
            ledger.active
        } else {
            0
        };
        match DrawLeafOf::<T>::get(provider) {
            None if weight == 0 => {}
            Some(leaf) if weight == 0 => Self::free_leaf(provider, leaf),
            Some(leaf) => Self::set_weight(leaf, weight),
            None => match Self::take_leaf(provider) {
                Some(leaf) => Self::set_weight(leaf, weight),
                None => log::warn!(
                    target: LOG_TARGET,
                    "{provider:?} cannot be drawn: {CAPACITY} providers can already",
                ),
            },
        }
    }

    fn set_weight(leaf: u32, weight: Balance) {
        let mut sum = weight;
        for level in (0..LEVELS).rev() {
            let (key, child) = path(leaf, level);
            let mut node = DrawNodes::<T>::get(key);
            if let Some(slot) = node.0.get_mut(child) {
                *slot = sum;
            }
            sum = node.sum();
            if sum == 0 {
                DrawNodes::<T>::remove(key);
            } else {
                DrawNodes::<T>::insert(key, node);
            }
        }
    }

    fn take_leaf(provider: &T::AccountId) -> Option<u32> {
        let mut leaves = DrawTree::<T>::get();
        let leaf = match leaves.free {
            Some(leaf) => {
                leaves.free = match DrawLeaves::<T>::get(leaf) {
                    Some(Leaf::Free(next)) => next,
                    _ => {
                        defensive!("a free leaf is free");
                        return None;
                    }
                };
                leaf
            }
            None if leaves.ever < CAPACITY => {
                let leaf = leaves.ever;
                leaves.ever = leaf.saturating_add(1);
                leaf
            }
            None => return None,
        };
        DrawTree::<T>::put(leaves);
        DrawLeaves::<T>::insert(leaf, Leaf::Provider(provider.clone()));
        DrawLeafOf::<T>::insert(provider, leaf);
        Some(leaf)
    }

    fn free_leaf(provider: &T::AccountId, leaf: u32) {
        Self::set_weight(leaf, 0);
        DrawLeafOf::<T>::remove(provider);
        DrawTree::<T>::mutate(|leaves| {
            DrawLeaves::<T>::insert(leaf, Leaf::Free(leaves.free));
            leaves.free = Some(leaf);
        });
    }

    /// The weight of a draw that frees this many leaves: that of a draw that frees the most, less the writes that it
    /// surely does not make.
    fn weight_with(freed: u32) -> Weight {
        // In the benchmark, the leaves share no node but the root.
        let nodes = u64::from(LEVELS.saturating_sub(1));
        let left = u64::from(DRAW_TRIES.saturating_sub(freed));
        let left = left.saturating_mul(LEAF_WRITES.saturating_add(nodes));
        let writes = if freed == 0 {
            // The root and the first free leaf are not written either.
            left.saturating_add(2)
        } else {
            left
        };
        <T as Config>::WeightInfo::draw().saturating_sub(T::DbWeight::get().writes(writes))
    }

    /// The leaf that the ticket draws.
    fn leaf_at(ticket: &Hash) -> Option<u32> {
        let mut node = DrawNodes::<T>::get((0, 0));
        let sum = node.sum();
        if sum == 0 {
            return None;
        }
        // The ticket is a fraction of the sum, with 128 bits: no leaf gains more than 2⁻¹²⁸ of the sum. If the
        // point were the remainder of a division, it would jump anywhere when the sum changes by one unit.
        // So somebody could try changes until the result suits. The fraction moves only as far as stake does.
        let fraction = U256::from_little_endian(ticket) >> 128;
        let mut point = (fraction.saturating_mul(U256::from(sum)) >> 128).low_u128();
        let mut leaf = 0u32;
        for level in 1..=LEVELS {
            let Some((child, rest)) = node.child_at(point) else {
                defensive!("a node's sums are those of its children");
                return None;
            };
            point = rest;
            leaf = leaf.saturating_mul(WIDTH).saturating_add(child);
            if level < LEVELS {
                node = DrawNodes::<T>::get((level, leaf));
            }
        }
        Some(leaf)
    }
}

impl<T: Config> StakeDraw<T::AccountId> for Pallet<T> {
    fn draw(ticket: &Hash) -> Option<T::AccountId> {
        Self::draw_weighed(ticket).0
    }

    fn draw_weighed(ticket: &Hash) -> (Option<T::AccountId>, Weight) {
        let mut ticket = *ticket;
        let mut freed = 0;
        let mut drawn = None;
        while freed < DRAW_TRIES {
            let Some(leaf) = Self::leaf_at(&ticket) else {
                break;
            };
            let Some(Leaf::Provider(provider)) = DrawLeaves::<T>::get(leaf) else {
                defensive!("a leaf with a weight has a provider");
                break;
            };
            // `MinStake` may have been raised since the provider's weight was set.
            if Self::is_online(&provider) && Ledgers::<T>::get(&provider).is_sufficient() {
                drawn = Some(provider);
                break;
            }
            Self::free_leaf(&provider, leaf);
            freed = freed.saturating_add(1);
            ticket = retry_ticket(&ticket);
        }
        (drawn, Self::weight_with(freed))
    }

    fn draw_weight() -> Weight {
        <T as Config>::WeightInfo::draw()
    }

    fn devices_of(provider: &T::AccountId) -> Vec<DeviceId> {
        DevicesOf::<T>::get(provider).into_inner()
    }
}
