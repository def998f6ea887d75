//! The market's parameters, also for tests that need no node.

use aicpw_protocol::{units::AICP, view::MarketParameters, AskPrice};

pub fn market() -> MarketParameters {
    MarketParameters {
        block_time: 250,
        heartbeat_period: 40,
        submission_fee: AICP / 1_000,
        min_budget: AICP / 100,
        min_ask: AskPrice(AICP / 10),
        min_stake: 100 * AICP,
        protocol_fee_ppb: 20_000_000,
        max_attempts: 3,
        max_time_limit: 86_400_000,
        window_range: (10_000, 3_600_000),
        match_window_range: (10_000, 86_400_000),
        key_window: 240,
        start_window: 240,
        progress_window: 240,
        min_progress_interval: 8,
        max_progress_reports: 3_000,
        reveal_window: 240,
        retrieval_window: 400,
    }
}
