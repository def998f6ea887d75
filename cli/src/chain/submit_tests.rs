//! Tests what becomes of a transaction, depending on the pool's answers.

use std::cell::RefCell;

use super::*;
use crate::chain::explain::tests::by_pool;

const BEHIND: (i32, &str) = (1010, "Transaction has an ancient birth block");
const IMPORTED: (i32, &str) = (1013, "Any { .. }");
const OUTDATED: (i32, &str) = (1010, "Transaction is outdated");
const BANNED: (i32, &str) = (1012, "Transaction is temporarily banned");

/// Sends a transaction to a pool that gives these answers one after the other, and returns the outcome.
async fn sent(answers: &[(i32, &str)], is_in_block: bool) -> Result<Option<()>, Refused> {
    let answers = RefCell::new(answers.iter());
    let submit = async || -> Result<(), ExtrinsicError> {
        match answers.borrow_mut().next() {
            Some((code, data)) => Err(by_pool(*code, data)),
            None => Ok(()),
        }
    };
    let look = async || -> Result<bool> { Ok(is_in_block) };
    let end = send_until_known("Tasks.submit", submit, look).await;
    assert_eq!(answers.borrow().len(), 0, "it is sent until it is known");
    end
}

/// Regression: the transaction was reported as failed, and whoever sent it again paid twice.
#[tokio::test]
async fn what_a_pool_that_is_behind_has_kept_counts_as_sent() {
    for answers in [
        &[BEHIND, IMPORTED][..],
        &[BEHIND, BEHIND, IMPORTED],
        &[BEHIND, OUTDATED],
    ] {
        assert_eq!(sent(answers, true).await.unwrap(), None, "{answers:?}");
    }
}

/// The pool may report a transaction that it has dropped, and a nonce may be taken only on a fork.
#[tokio::test]
async fn what_is_in_no_block_is_sent_until_the_pool_takes_it() {
    for answers in [
        &[BEHIND][..],
        &[BEHIND, IMPORTED, BEHIND, IMPORTED],
        &[BEHIND, OUTDATED, OUTDATED],
    ] {
        assert_eq!(sent(answers, false).await.unwrap(), Some(()), "{answers:?}");
    }
}

#[tokio::test]
async fn what_another_has_sent_does_not_count_as_sent() {
    for (answer, is_taken) in [(IMPORTED, false), (OUTDATED, true)] {
        let refused = sent(&[answer], true).await.unwrap_err();
        assert_eq!(refused.is_taken, is_taken, "{answer:?}");
        let message = refused.error.message;
        assert!(message.starts_with("Tasks.submit: "), "{message}");
    }
}

/// The transaction may be somewhere all the same: it is not signed anew, and the sender is told how to find out.
#[tokio::test]
async fn what_is_refused_after_the_pool_was_behind_is_not_said_to_be_nowhere() {
    let refused = sent(&[BEHIND, BANNED], false).await.unwrap_err();
    assert!(!refused.is_taken);
    assert_eq!(refused.error.kind, Kind::Timeout);
    let refused = sent(&[BANNED], false).await.unwrap_err();
    assert_ne!(refused.error.kind, Kind::Timeout);
}
