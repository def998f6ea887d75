//! The network for the voters of GRANDPA and BEEFY, with events that end late.
//!
//! The network's events end when its tasks end, which a voter treats as a grave error. When the process ends, that may
//! happen before the voter itself is stopped. So here the end of the events comes some time after the last event. If
//! the network fails while the node should live, it ends the node itself, because its tasks are essential.

use std::{pin::Pin, sync::Arc, time::Duration};

use aicpw_runtime::opaque::Block;
use async_trait::async_trait;
use futures::{future, stream, Stream, StreamExt};
use futures_timer::Delay;
use sc_network::{
    service::traits::{MessageSink, NotificationEvent, NotificationService},
    NetworkBlock, NetworkSyncForkRequest, PeerId, ProtocolName,
};
use sc_network_sync::{SyncEvent, SyncEventStream, SyncingService};
use sp_consensus::SyncOracle;
use sp_runtime::traits::{Block as BlockT, NumberFor};

use super::essential::GRACE;

type BlockHash = <Block as BlockT>::Hash;

/// Returns the stream with an end that comes some time later.
fn ends_late<S: Stream>(events: S, after: Duration) -> impl Stream<Item = S::Item> {
    // The time runs from the first poll of the end, not from now.
    let end = stream::once(async move { Delay::new(after).await });
    events.chain(end.filter_map(|()| future::ready(None)))
}

/// The syncing service, whose events end late.
#[derive(Clone)]
pub struct Syncing(pub Arc<SyncingService<Block>>);

impl SyncEventStream for Syncing {
    fn event_stream(&self, name: &'static str) -> Pin<Box<dyn Stream<Item = SyncEvent> + Send>> {
        Box::pin(ends_late(self.0.event_stream(name), GRACE))
    }
}

impl SyncOracle for Syncing {
    fn is_major_syncing(&self) -> bool {
        self.0.is_major_syncing()
    }

    fn is_offline(&self) -> bool {
        self.0.is_offline()
    }
}

impl NetworkSyncForkRequest<BlockHash, NumberFor<Block>> for Syncing {
    fn set_sync_fork_request(&self, peers: Vec<PeerId>, hash: BlockHash, number: NumberFor<Block>) {
        self.0.set_sync_fork_request(peers, hash, number);
    }
}

impl NetworkBlock<BlockHash, NumberFor<Block>> for Syncing {
    fn announce_block(&self, hash: BlockHash, data: Option<Vec<u8>>) {
        self.0.announce_block(hash, data);
    }

    fn new_best_block_imported(&self, hash: BlockHash, number: NumberFor<Block>) {
        self.0.new_best_block_imported(hash, number);
    }
}

/// A protocol's notifications, which end late.
#[derive(Debug)]
pub struct Notifications {
    inner: Box<dyn NotificationService>,
    grace: Duration,
    /// The timer that runs since the last event. It is kept here, because a caller that waits for an event polls anew
    /// each time.
    end: Option<Delay>,
}

impl Notifications {
    /// Wraps these notifications.
    pub fn of(inner: Box<dyn NotificationService>) -> Self {
        Self {
            inner,
            grace: GRACE,
            end: None,
        }
    }
}

#[async_trait]
impl NotificationService for Notifications {
    async fn open_substream(&mut self, peer: PeerId) -> Result<(), ()> {
        self.inner.open_substream(peer).await
    }

    async fn close_substream(&mut self, peer: PeerId) -> Result<(), ()> {
        self.inner.close_substream(peer).await
    }

    fn send_sync_notification(&mut self, peer: &PeerId, notification: Vec<u8>) {
        self.inner.send_sync_notification(peer, notification);
    }

    async fn send_async_notification(
        &mut self,
        peer: &PeerId,
        notification: Vec<u8>,
    ) -> Result<(), sc_network::error::Error> {
        self.inner.send_async_notification(peer, notification).await
    }

    async fn set_handshake(&mut self, handshake: Vec<u8>) -> Result<(), ()> {
        self.inner.set_handshake(handshake).await
    }

    fn try_set_handshake(&mut self, handshake: Vec<u8>) -> Result<(), ()> {
        self.inner.try_set_handshake(handshake)
    }

    async fn next_event(&mut self) -> Option<NotificationEvent> {
        if self.end.is_none() {
            if let Some(event) = self.inner.next_event().await {
                return Some(event);
            }
        }
        let grace = self.grace;
        self.end.get_or_insert_with(|| Delay::new(grace)).await;
        None
    }

    fn clone(&mut self) -> Result<Box<dyn NotificationService>, ()> {
        Ok(Box::new(Self::of(self.inner.clone()?)))
    }

    fn protocol(&self) -> &ProtocolName {
        self.inner.protocol()
    }

    fn message_sink(&self, peer: &PeerId) -> Option<Box<dyn MessageSink>> {
        self.inner.message_sink(peer)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use futures::FutureExt;
    use tokio::time::timeout;

    const LONG: Duration = Duration::from_secs(60);

    /// The notifications of a network that has ended.
    #[derive(Debug)]
    struct Ended(ProtocolName);

    #[async_trait]
    impl NotificationService for Ended {
        async fn open_substream(&mut self, _: PeerId) -> Result<(), ()> {
            Err(())
        }
        async fn close_substream(&mut self, _: PeerId) -> Result<(), ()> {
            Err(())
        }
        fn send_sync_notification(&mut self, _: &PeerId, _: Vec<u8>) {}
        async fn send_async_notification(
            &mut self,
            _: &PeerId,
            _: Vec<u8>,
        ) -> Result<(), sc_network::error::Error> {
            Err(sc_network::error::Error::ConnectionClosed)
        }
        async fn set_handshake(&mut self, _: Vec<u8>) -> Result<(), ()> {
            Err(())
        }
        fn try_set_handshake(&mut self, _: Vec<u8>) -> Result<(), ()> {
            Err(())
        }
        async fn next_event(&mut self) -> Option<NotificationEvent> {
            None
        }
        fn clone(&mut self) -> Result<Box<dyn NotificationService>, ()> {
            Err(())
        }
        fn protocol(&self) -> &ProtocolName {
            &self.0
        }
        fn message_sink(&self, _: &PeerId) -> Option<Box<dyn MessageSink>> {
            None
        }
    }

    #[tokio::test]
    async fn notifications_end_late_for_whoever_asks_again_and_again() {
        let ended = Ended("/test".into());
        let mut lasting = Notifications {
            grace: LONG * 60,
            ..Notifications::of(Box::new(ended))
        };
        assert!(lasting.next_event().now_or_never().is_none());
        assert!(lasting.next_event().now_or_never().is_none());
        // As if the time were over.
        lasting.end = Some(Delay::new(Duration::ZERO));
        assert!(timeout(LONG, lasting.next_event()).await.unwrap().is_none());
        assert!(timeout(LONG, lasting.next_event()).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_stream_ends_late() {
        let mut lasting = Box::pin(ends_late(stream::iter([1, 2]), LONG * 60));
        assert_eq!(lasting.next().await, Some(1));
        assert_eq!(lasting.next().await, Some(2));
        assert!(lasting.next().now_or_never().is_none());

        let short = ends_late(stream::iter([1, 2]), Duration::ZERO);
        let all = timeout(LONG, short.collect::<Vec<_>>()).await;
        assert_eq!(all.unwrap(), [1, 2]);
    }
}
