//! The order of transactions in the pool. All priorities follow from one number, so that none of them can change
//! without the others.

use sp_runtime::transaction_validity::TransactionPriority;

/// The priority of the calls of jobs, and of heartbeats: a provider that is late with them loses stake. It is below the
/// maximum, which is left to what keeps consensus alive.
pub const WORKER: TransactionPriority = TransactionPriority::MAX / 2;

/// The priority of answers to conformance runs. They have a deadline too, but no stake depends on it.
pub const ANSWER: TransactionPriority = WORKER / 2;

/// The priority of calls that an account pays for and that have a deadline, such as a dispute, while they are due: an
/// account that is late with them loses what was locked for it.
pub const DUE: TransactionPriority = ANSWER / 2;

/// The highest priority of any other paid transaction, whatever its tip and its class. So nobody can buy the block in
/// which a provider or a requester has to speak.
pub const PAID: TransactionPriority = DUE / 2;

const _: () = assert!(PAID < DUE && DUE < ANSWER && ANSWER < WORKER);
