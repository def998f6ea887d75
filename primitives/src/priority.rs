//! Who goes first in the transaction pool. All of it follows from one number, so that no part can move
//! without the others.

use sp_runtime::transaction_validity::TransactionPriority;

/// Of the calls of jobs, and of heartbeats: whoever is late with them loses stake. Below the top, which is
/// left to what keeps consensus alive.
pub const WORKER: TransactionPriority = TransactionPriority::MAX / 2;

/// Of answers to conformance runs, which have a deadline as well and no stake on it.
pub const ANSWER: TransactionPriority = WORKER / 2;

/// Of the calls that an account pays for and has a deadline for, such as a dispute, while they are due: whoever is late with
/// them loses what was locked for it.
pub const DUE: TransactionPriority = ANSWER / 2;

/// The most that any other transaction has which is paid for, whatever its tip and its class: nobody buys the block
/// in which a provider or a requester has to speak.
pub const PAID: TransactionPriority = DUE / 2;

const _: () = assert!(PAID < DUE && DUE < ANSWER && ANSWER < WORKER);
