//! The units of the runtime's numbers: money and time.

use crate::{Balance, BlockNumber};

/// Decimal places of $AICP, as on BSC.
pub const TOKEN_DECIMALS: u8 = 18;
/// The ticker of the native token.
pub const TOKEN_SYMBOL: &str = "AICP";
/// The prefix of addresses. It is in no list of known chains (those stop at 7391 below 8000).
pub const SS58_PREFIX: u16 = 7390;

/// One AICP.
pub const UNIT: Balance = 1_000_000_000_000_000_000;
/// A thousandth of an AICP.
pub const MILLI: Balance = UNIT / 1_000;
/// A millionth of an AICP.
pub const MICRO: Balance = MILLI / 1_000;

/// The smallest balance that keeps an account alive. It is below the fee of a transfer, so that
/// whoever can pay for a transfer can be paid one, and above zero, so that empty accounts leave the
/// state.
pub const EXISTENTIAL_DEPOSIT: Balance = 100 * MICRO;

/// Length of a BABE slot in milliseconds, and the expected time between blocks: secondary slots
/// fill every slot that has no primary claim.
pub const SLOT_MILLISECONDS: u64 = aicpw_protocol::units::BLOCK_TIME;

/// Length of a BABE epoch, and of a session, in slots, unless the genesis sets fewer: ten minutes.
///
/// Only primary slots feed an epoch's randomness, and one slot in fifty has a primary claim, so a
/// short epoch would be drawn from a handful of outputs. Never changes on a live chain.
pub const EPOCH_SLOTS: u64 = 2_400;

/// Blocks in a second.
pub const SECONDS: BlockNumber = (1_000 / SLOT_MILLISECONDS) as BlockNumber;
/// Blocks in a minute.
pub const MINUTES: BlockNumber = 60 * SECONDS;
/// Blocks in an hour.
pub const HOURS: BlockNumber = 60 * MINUTES;
/// Blocks in a day.
pub const DAYS: BlockNumber = 24 * HOURS;
