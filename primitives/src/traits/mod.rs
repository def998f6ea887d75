//! The contracts between pallets, one file each.
//!
//! ```text
//!                 MatchQueue                   DeviceOffers
//!        tasks ───────────────► matching ────────────────────► provider-staking
//!          ▲  ◄─────────────────   │  ◄──────────────────────────   │
//!          │      TaskBoard        │         OrderBook              │
//!          └──────────────────── DevicePool, Reputations ───────────┘
//! ```
//!
//! `MarketSwitch` is asked by tasks and matching, and answered by market-clock. Whoever draws
//! providers at random asks `DrawRandomness` for a seed and `StakeDraw`, which provider-staking
//! answers, for the providers. Where replicas find no majority, tasks asks
//! `Escalation`, which disputes answers; disputes ends what it took over through `Contested`.

mod contested;
mod device_offers;
mod device_pool;
mod draw_randomness;
mod escalation;
mod market_switch;
mod match_queue;
mod order_book;
mod reputations;
mod stake_draw;
mod task_board;

pub use contested::{
    ClaimDecided, Claimed, ClosedJuror, Contest, Contested, Decided, JurorTerms, MAX_PARTIES,
};
pub use device_offers::{DeviceOffers, Offer};
pub use device_pool::{DevicePool, Locks, Notes, Penalty, Terms};
pub use draw_randomness::{DrawRandomness, DrawSeed};
pub use escalation::{Awaited, Escalation};
pub use market_switch::MarketSwitch;
pub use match_queue::{MatchQueue, QueueEnd};
pub use order_book::{Listing, OrderBook, Standing};
pub use reputations::Reputations;
pub use stake_draw::StakeDraw;
pub use task_board::{Assigned, Choice, Demand, TaskBoard};
