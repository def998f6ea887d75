//! Explains failures of the node and the chain to people.

use subxt::{
    error::{DispatchError, TokenError, TransactionEventsError},
    rpcs,
};

use super::next_step::next_step;
use crate::error::{Error, Kind};

/// The pool's error code for "could not verify the transaction".
const VERIFICATION_ERROR: i32 = 1002;
/// The pool's error code for "invalid transaction".
const INVALID_TRANSACTION: i32 = 1010;
/// The pool's error code for a transaction that it already has.
const ALREADY_IMPORTED: i32 = 1013;
/// The pool's error code for a transaction whose nonce is taken by another one in the pool that this one cannot
/// replace.
const TOO_LOW_PRIORITY: i32 = 1014;
/// How the pool says that it does not have the block to which a transaction is bound.
const ANCIENT: &str = "ancient birth block";
/// How a node says that it no longer has a block's state.
const DISCARDED: &str = "State already discarded";
/// The error code for "method not found", and for methods that are not offered to this caller.
const METHOD_NOT_FOUND: i32 = -32601;
/// The node's error code for content that nobody delivered in time.
const NODE_NOT_FOUND: i32 = 7_003;
/// The node's error code for a full disk or store.
const NODE_FULL: i32 = 7_005;
/// The node's error code for something that takes longer than one call may.
const NODE_NOT_YET: i32 = 7_010;

/// The error for a connection that ended.
pub fn connection_lost() -> Error {
    Error::new(Kind::Unreachable, "the connection to the node was lost")
        .hint("see whether the node still runs, then ask again: what was submitted is on chain")
}

/// The innermost cause of an error.
pub fn innermost<'a>(error: &'a (dyn std::error::Error + 'static)) -> &'a dyn std::error::Error {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}

/// Why a connection could not be made.
pub fn no_connection(error: &(dyn std::error::Error + 'static)) -> String {
    let cause = innermost(error).to_string();
    // Libraries put the operating system's words somewhere inside their own message.
    match cause {
        _ if cause.contains("Connection refused") => "nothing listens there".into(),
        _ if cause.contains("failed to lookup address") => {
            "there is no machine of that name".into()
        }
        _ if cause.contains("unreachable") => "there is no way to it".into(),
        _ => cause,
    }
}

/// The innermost cause of a failed request.
fn rpc_cause(error: &rpcs::Error) -> String {
    match error {
        rpcs::Error::Client(inner) => innermost(inner.as_ref()).to_string(),
        rpcs::Error::User(error) => user_message(error),
        error => error.to_string(),
    }
}

fn user_message(error: &rpcs::UserError) -> String {
    let data = error.data.as_ref().map(|data| {
        serde_json::from_str::<String>(data.get()).unwrap_or_else(|_| data.get().to_owned())
    });
    match data {
        Some(data) if !error.message.contains(&data) => format!("{}: {data}", error.message),
        _ => error.message.clone(),
    }
}

/// Explains a failed request.
pub fn rpc(error: &rpcs::Error) -> Error {
    match error {
        rpcs::Error::User(user) if matches!(user.code, INVALID_TRANSACTION | TOO_LOW_PRIORITY) => {
            invalid_transaction(user)
        }
        rpcs::Error::User(user) => Error::other(user_message(user)),
        rpcs::Error::Client(_) => {
            let error = Error::new(
                Kind::Unreachable,
                format!("the node does not answer: {}", rpc_cause(error)),
            );
            error.hint("see whether the node still runs")
        }
        error => Error::other(error),
    }
}

/// Explains a failed call of one of the node's own methods.
pub fn node_method(method: &str, error: &rpcs::Error) -> Error {
    let rpcs::Error::User(user) = error else {
        return rpc(error);
    };
    match user.code {
        METHOD_NOT_FOUND => Error::other(format!("the node does not offer {method}")).hint(
            "methods that use the node's storage and keys are offered on its own machine only: \
             use a node of your own there (--url ws://127.0.0.1:9944)",
        ),
        NODE_NOT_FOUND => Error::new(Kind::Timeout, user_message(user))
            .hint("is a node that has it running and reachable? `--peer` or a later try may help"),
        NODE_FULL => Error::other(user_message(user))
            .hint("make room on the node's disk, or raise its --ipfs-storage-max"),
        NODE_NOT_YET => Error::new(Kind::Timeout, user_message(user)),
        _ => Error::other(user_message(user)),
    }
}

/// Explains a failed runtime API call.
pub fn runtime_api(function: &str, error: &rpcs::Error) -> Error {
    match error {
        rpcs::Error::User(user) => {
            let message = user_message(user);
            if message.contains("not found") || message.contains("is not exported") {
                Error::other(format!("the chain has no {function}"))
                    .hint("is --url an AICPW node, of this release?")
            } else {
                Error::other(format!("{function}: {message}"))
            }
        }
        error => rpc(error),
    }
}

fn invalid_transaction(error: &rpcs::UserError) -> Error {
    let message = user_message(error);
    let (kind, hint) = if message.contains("pay some fees") {
        (
            Kind::InsufficientFunds,
            "the account cannot pay the fee; see `aicpw account balance`",
        )
    } else if is_of_taken_nonce(error) {
        (
            Kind::Error,
            "other transactions of this account, sent at the same time, came first each time; nothing was sent: try \
             again, with fewer commands at once",
        )
    } else if message.contains(ANCIENT) {
        (
            Kind::Error,
            "it was signed too long ago, or the node is behind the chain; try again",
        )
    } else if message.contains("bad signature") {
        (Kind::Error, "use the aicpw of the same release as the node")
    } else {
        (Kind::Error, "see the node's log for more")
    };
    Error::new(kind, format!("the node refused the transaction: {message}")).hint(hint)
}

/// Whether the pool says that another transaction of the account, in the pool or in a block, has the same nonce.
fn is_of_taken_nonce(error: &rpcs::UserError) -> bool {
    let message = user_message(error);
    match error.code {
        TOO_LOW_PRIORITY => true,
        INVALID_TRANSACTION => message.contains("outdated") || message.contains("Stale"),
        _ => false,
    }
}

/// The pool's answer to a transaction that it refuses; `None` if the error is not such an answer.
fn pool_answer(error: &subxt::error::ExtrinsicError) -> Option<&rpcs::UserError> {
    use subxt::error::{BackendError, ExtrinsicError, RpcError};

    match error {
        ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(RpcError::ClientError(
            rpcs::Error::User(user),
        ))) => Some(user),
        _ => None,
    }
}

/// Whether the pool has refused a transaction because another one of the same account has its nonce. If so, the pool
/// keeps nothing of the refused transaction.
pub fn is_nonce_taken(error: &subxt::error::ExtrinsicError) -> bool {
    pool_answer(error).is_some_and(is_of_taken_nonce)
}

/// Whether the pool already has exactly this transaction.
pub fn is_already_imported(error: &subxt::error::ExtrinsicError) -> bool {
    pool_answer(error).is_some_and(|user| user.code == ALREADY_IMPORTED)
}

/// Whether the pool is behind the newest blocks of the chain. Either it does not have the block to which the
/// transaction is bound, or it is still at a block whose state the node has dropped. The latter happens just after a
/// node that was away has caught up.
pub fn is_pool_behind(error: &subxt::error::ExtrinsicError) -> bool {
    pool_answer(error).is_some_and(|user| match user.code {
        INVALID_TRANSACTION => user_message(user).contains(ANCIENT),
        VERIFICATION_ERROR => user_message(user).contains(DISCARDED),
        _ => false,
    })
}

/// Whether a block or its state is gone, as it is for a block that was replaced by another.
pub fn is_block_discarded(error: &subxt::Error) -> bool {
    use subxt::error::TransactionEventsError;

    if let subxt::Error::TransactionEventsError(TransactionEventsError::BlockNotFound { .. }) =
        error
    {
        return true;
    }
    // The node reports it as an RPC error, which subxt wraps differently for each thing that it asks about a block.
    let first: &dyn std::error::Error = error;
    std::iter::successors(Some(first), |error| error.source())
        .any(|error| error.to_string().contains(DISCARDED))
}

/// Like [`is_block_discarded`], for an error of a read of such a state.
pub fn is_of_replaced_block(error: &Error) -> bool {
    error.message.contains(DISCARDED)
}

/// Explains any error of subxt.
pub fn subxt(error: subxt::Error) -> Error {
    use subxt::error::{BackendError, ExtrinsicError, RpcError, TransactionProgressError};

    fn backend(error: BackendError) -> Error {
        match error {
            BackendError::Rpc(RpcError::ClientError(error)) => rpc(&error),
            BackendError::Rpc(RpcError::SubscriptionDropped) => connection_lost(),
            error => Error::other(error),
        }
    }

    match error {
        subxt::Error::BackendError(error) => backend(error),
        subxt::Error::ExtrinsicError(ExtrinsicError::ErrorSubmittingTransaction(error)) => {
            backend(error)
        }
        subxt::Error::ExtrinsicError(
            error @ (ExtrinsicError::EncodeError(_)
            | ExtrinsicError::PalletNameNotFound(_)
            | ExtrinsicError::CallNameNotFound { .. }),
        ) => Error::other(format!(
            "this aicpw does not fit the node's runtime: {error}"
        ))
        .hint("use the aicpw of the same release as the node"),
        subxt::Error::TransactionProgressError(
            TransactionProgressError::CannotGetNextProgressUpdate(error),
        )
        | subxt::Error::TransactionEventsError(TransactionEventsError::CannotFetchBlockBody {
            error,
            ..
        }) => backend(error),
        subxt::Error::TransactionEventsError(TransactionEventsError::ExtrinsicFailed(error)) => {
            dispatch(error)
        }
        error => Error::other(error),
    }
}

/// Explains a transaction that is in a block, but failed there. Its network fee was charged nevertheless.
fn dispatch(error: DispatchError) -> Error {
    match &error {
        DispatchError::Module(module) => match module.details() {
            Ok(details) => {
                let docs = details.variant.docs.join(" ");
                let (pallet, name) = (details.pallet.name(), &details.variant.name[..]);
                let error = refused(Kind::Error, format!("{docs} ({pallet}.{name})"));
                match next_step(pallet, name) {
                    Some(step) => error.hint(step),
                    None => error,
                }
            }
            Err(_) => refused(Kind::Error, module),
        },
        DispatchError::Token(
            token @ (TokenError::FundsUnavailable
            | TokenError::OnlyProvider
            | TokenError::Frozen
            | TokenError::NotExpendable),
        ) => refused(Kind::InsufficientFunds, token).hint("see `aicpw account balance`"),
        // These do not depend on what the account owns.
        DispatchError::Token(token) => refused(Kind::Error, token),
        error => refused(Kind::Error, error),
    }
}

fn refused(kind: Kind, why: impl std::fmt::Display) -> Error {
    let why = why.to_string();
    let why = why.trim_end_matches('.');
    let text = format!("the chain refused it: {why}. The network's fee for it was spent");
    Error::new(kind, text)
}

#[cfg(test)]
pub(super) mod tests {
    use subxt::error::{BackendError, ExtrinsicError, RpcError};

    use super::*;

    /// The error of subxt for a transaction that the pool refuses.
    pub fn by_pool(code: i32, data: &str) -> ExtrinsicError {
        let data = serde_json::value::to_raw_value(data).unwrap();
        let user = rpcs::UserError {
            code,
            message: "Invalid Transaction".into(),
            data: Some(data),
        };
        let rpc = RpcError::ClientError(rpcs::Error::User(user));
        ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(rpc))
    }

    #[test]
    fn what_is_refused_in_a_block_has_cost_its_fee() {
        let failed =
            subxt::error::TransactionEventsError::ExtrinsicFailed(DispatchError::BadOrigin);
        let error = super::subxt(failed.into());
        assert!(
            error.message.starts_with("the chain refused it: "),
            "{error}"
        );
        let said = ". The network's fee for it was spent";
        assert!(error.message.ends_with(said), "{error}");
        let poor = refused(Kind::InsufficientFunds, "Too little.");
        assert_eq!(
            poor.message,
            format!("the chain refused it: Too little{said}")
        );
        assert_eq!(poor.kind, Kind::InsufficientFunds);
    }

    #[test]
    fn what_the_account_lacks_has_a_code_of_its_own() {
        let kind = |token| {
            let error = DispatchError::Token(token);
            let failed = subxt::error::TransactionEventsError::ExtrinsicFailed(error);
            super::subxt(failed.into()).kind
        };
        assert_eq!(kind(TokenError::FundsUnavailable), Kind::InsufficientFunds);
        assert_eq!(kind(TokenError::Frozen), Kind::InsufficientFunds);
        // It is the other account that would have too little.
        assert_eq!(kind(TokenError::BelowMinimum), Kind::Error);
    }

    #[test]
    fn a_block_that_was_replaced_is_told_from_one_that_cannot_be_read() {
        let said = |message: &str| {
            let user = rpcs::UserError {
                code: 4003,
                message: message.into(),
                data: None,
            };
            let rpc = RpcError::ClientError(rpcs::Error::User(user));
            ExtrinsicError::ErrorSubmittingTransaction(BackendError::Rpc(rpc)).into()
        };
        let discarded = "Client error: UnknownBlock: State already discarded for 0x1b9e…";
        assert!(is_block_discarded(&said(discarded)));
        assert!(!is_block_discarded(&said("Client error: Database")));
        let gone = subxt::error::TransactionEventsError::BlockNotFound {
            block_hash: [1; 32].into(),
        };
        assert!(is_block_discarded(&gone.into()));

        let read = |message: &str| {
            let user = rpcs::UserError {
                code: 4003,
                message: message.into(),
                data: None,
            };
            runtime_api("TasksApi_task", &rpcs::Error::User(user))
        };
        assert!(is_of_replaced_block(&read(discarded)));
        assert!(!is_of_replaced_block(&read("Client error: Database")));
    }

    #[test]
    fn a_nonce_that_another_has_is_told_from_what_no_nonce_helps() {
        let low = "The transaction has too low priority to replace another transaction already in the pool.";
        for (code, data) in [
            (TOO_LOW_PRIORITY, low),
            (INVALID_TRANSACTION, "Transaction is outdated"),
        ] {
            assert!(is_nonce_taken(&by_pool(code, data)), "{data}");
            let error = subxt(by_pool(code, data).into());
            assert!(error.message.contains(data), "{error}");
            let hint = error.hint.unwrap();
            assert!(hint.contains("nothing was sent: try again"), "{hint}");
        }
        for (code, data) in [
            (INVALID_TRANSACTION, "Inability to pay some fees"),
            (
                INVALID_TRANSACTION,
                "Transaction has an ancient birth block",
            ),
            (VERIFICATION_ERROR, "Transaction is outdated"),
        ] {
            assert!(!is_nonce_taken(&by_pool(code, data)), "{data}");
        }
    }

    /// Regression: a node that was lost during the wait for a block did not count as a lost connection.
    #[test]
    fn a_connection_that_is_lost_while_a_block_is_waited_for_is_one() {
        use subxt::error::TransactionProgressError;

        let dropped = || BackendError::Rpc(RpcError::SubscriptionDropped);
        let progress = TransactionProgressError::CannotGetNextProgressUpdate(dropped());
        assert_eq!(subxt(progress.into()).kind, Kind::Unreachable);
        let events = subxt::error::TransactionEventsError::CannotFetchBlockBody {
            block_hash: [1; 32].into(),
            error: dropped(),
        };
        assert_eq!(subxt(events.into()).kind, Kind::Unreachable);
    }

    #[test]
    fn a_pool_that_is_behind_is_told_from_one_that_refuses() {
        let ancient = "Transaction has an ancient birth block";
        assert!(is_pool_behind(&by_pool(INVALID_TRANSACTION, ancient)));
        assert!(!is_pool_behind(&by_pool(1011, ancient)));
        let discarded =
            "Runtime error: Api called for an unknown Block: State already discarded for";
        assert!(is_pool_behind(&by_pool(VERIFICATION_ERROR, discarded)));
        assert!(!is_pool_behind(&by_pool(VERIFICATION_ERROR, "Database")));
        let poor = "Inability to pay some fees";
        assert!(!is_pool_behind(&by_pool(INVALID_TRANSACTION, poor)));
        let error = subxt(by_pool(INVALID_TRANSACTION, ancient).into());
        assert!(error.message.contains(ancient), "{error}");
        assert!(error.hint.unwrap().contains("behind the chain"));
    }
}
