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
//! Tasks and matching ask `MarketSwitch`, which market-clock implements. A pallet that draws providers at random asks
//! `DrawRandomness` for a seed, and `StakeDraw`, which provider-staking implements, for the providers. If replicas have
//! no majority, tasks asks `Escalation`, which disputes implements. Disputes ends the tasks that it took over through
//! `Contested`, which tasks implements.

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
