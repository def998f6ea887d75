//! The keys of the values that a view of a task is made of.

use aicpw_protocol::task::Submission;
use aicpw_runtime::{configs::market::keys_of_view, Runtime, Tasks};
use pallet_provider_staking::Providers;
use sp_keyring::Sr25519Keyring::{Bob, Charlie};

use crate::{
    chain::Chain,
    market::{ask, assignment, submission, submit, task, Provider, OPTIMISTIC, OUTPUT},
    sealed::{grant, sealed},
};

#[test]
fn nothing_else_changes_the_view_of_a_task_than_what_is_at_its_keys() {
    // The task, its audit, the assignment, the device and its provider.
    assert_eq!(met_by_the_view(submission(OPTIMISTIC), false), 5);
}

#[test]
fn the_key_of_a_sealed_task_is_at_its_keys_too() {
    assert_eq!(met_by_the_view(sealed(), true), 6);
}

/// Removes each value of the state, looks at the view, and puts the value back. Returns how many changed the view.
fn met_by_the_view(submission: Submission, is_sealed: bool) -> usize {
    let mut chain = Chain::development();
    let bob = Provider::join(&mut chain, Bob, ask(300));
    chain.read(|| {
        Providers::<Runtime>::mutate(bob.account(), |provider| {
            let peers = &mut provider.as_mut().unwrap().peers;
            let address = vec![4u8, 127, 0, 0, 1].try_into().unwrap();
            peers.try_push(address).unwrap();
        });
    });
    let id = submit(&mut chain, Charlie, submission);
    let assigned = if is_sealed {
        grant(&mut chain, id)
    } else {
        assignment(&mut chain, id)
    };
    bob.start(&mut chain, assigned);
    bob.commit(&mut chain, assigned, OUTPUT);
    let view = task(&mut chain, id);
    assert!(view.audit.is_some() && !view.assignments[0].peers.is_empty());
    let keys = keys_of_view(id, Some(&view));
    chain.read(|| {
        let (mut key, mut met) = (Vec::<u8>::new(), 0);
        while let Some(next) = sp_io::storage::next_key(&key) {
            let value = sp_io::storage::get(&next).unwrap();
            sp_io::storage::clear(&next);
            let has_changed = Tasks::task_view(id).as_ref() != Some(&view);
            sp_io::storage::set(&next, &value);
            assert!(!has_changed || keys.contains(&next), "{next:?}");
            met += usize::from(has_changed);
            key = next;
        }
        met
    })
}
