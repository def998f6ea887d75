//! Peers that go and come back.
#![allow(clippy::unwrap_used)]

mod support;

use support::{content, Daemon};

/// Regression: after a peer had been disconnected once, nothing was exchanged with it any more, in
/// either direction.
#[tokio::test]
async fn a_peer_that_comes_back_is_exchanged_with_again() {
    let stays = Daemon::start(&[]);
    let mut comes = Daemon::start(&[]);
    for round in 0..3 {
        comes.connect(&stays, "tcp").await;
        let (there, back) = (content(1000, 2 * round), content(1000, 2 * round + 1));
        let cid = stays.cid_of(there.clone(), &[]).await;
        assert!(comes.cat(&cid).await == there, "round {round}");
        let cid = comes.cid_of(back.clone(), &[]).await;
        assert!(stays.cat(&cid).await == back, "round {round}");
        let (_, dir) = comes.stop(|child| child.kill().unwrap());
        comes = Daemon::start_in(dir, &[]);
    }
}
