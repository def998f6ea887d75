use super::{super::register::tests::provider, *};
use aicpw_protocol::{units::AICP, view::UnbondingView, Milliseconds};

const CLOCK: Clock = Clock {
    now: 1_000,
    is_paused: false,
    block_time: Milliseconds(250),
};

/// A provider with 1,000 AICP held, of which these parts unbond until these blocks.
fn unbonding(chunks: &[(Balance, BlockNumber)]) -> ProviderView<Account> {
    let unbondings: Vec<_> = chunks
        .iter()
        .map(|(aicp, available_at)| UnbondingView {
            amount: aicp * AICP,
            available_at: *available_at,
        })
        .collect();
    ProviderView {
        unbonding: unbondings.iter().map(|chunk| chunk.amount).sum(),
        unbondings,
        locked: 0,
        ..provider([5; 32], &[3])
    }
}

#[test]
fn shares() {
    assert_eq!("all".parse(), Ok(Share::All));
    assert_eq!("2".parse(), Ok(Share::Of(Amount(2 * AICP))));
    assert!("0".parse::<Share>().unwrap_err().contains("zero"));
    assert!("-1".parse::<Share>().unwrap_err().contains("amount"));
}

#[test]
fn only_what_is_active_can_be_unbonded() {
    let view = unbonding(&[(400, 2_000)]);
    assert_eq!(to_unbond(&view, Share::All).unwrap(), 600 * AICP);
    let all = Share::Of(Amount(600 * AICP));
    assert_eq!(to_unbond(&view, all).unwrap(), 600 * AICP);
    let error = to_unbond(&view, Share::Of(Amount(601 * AICP))).unwrap_err();
    assert!(error.message.contains("600 AICP"), "{error}");
    let error = to_unbond(&unbonding(&[(1_000, 2_000)]), Share::All).unwrap_err();
    assert!(error.to_string().contains("withdraw"), "{error}");
}

#[test]
fn a_stake_below_the_minimum_is_asked_about_once() {
    let view = unbonding(&[]);
    let warning = |view: &ProviderView<Account>, amount: Balance| {
        takes_off_the_market(view, amount * AICP, 100 * AICP)
    };
    assert_eq!(warning(&view, 900), None);
    let text = warning(&view, 901).unwrap();
    assert!(
        text.contains("99 AICP") && text.contains("100 AICP"),
        "{text}"
    );
    let off_already = unbonding(&[(950, 2_000)]);
    assert_eq!(warning(&off_already, 10), None);
    let without_devices = ProviderView {
        devices: vec![],
        ..view
    };
    assert_eq!(warning(&without_devices, 1_000), None);
    assert!(warning(&without_devices, 950).is_some());
}

#[test]
fn what_has_finished_can_be_withdrawn_if_it_is_not_locked() {
    let mut view = unbonding(&[(300, 1_000), (200, 1_001), (100, 2_000)]);
    assert_eq!(withdrawable(&view, 999), 0);
    assert_eq!(withdrawable(&view, 1_000), 300 * AICP);
    assert_eq!(withdrawable(&view, 1_001), 500 * AICP);
    view.locked = 900 * AICP;
    assert_eq!(withdrawable(&view, 1_001), 100 * AICP);
}

#[test]
fn a_paused_market_makes_nobody_wait_for_a_block() {
    let paused = Clock {
        is_paused: true,
        ..CLOCK
    };
    let text = nothing_to_withdraw(&unbonding(&[(300, 1_240)]), &paused).to_string();
    assert!(text.contains("60 s after the market goes on"), "{text}");
}

#[test]
fn nothing_to_withdraw_says_why_and_until_when() {
    let explain = |view| nothing_to_withdraw(&view, &CLOCK).to_string();
    let text = explain(unbonding(&[]));
    assert!(text.contains("provider unbond"), "{text}");
    let text = explain(unbonding(&[(300, 1_240), (200, 345_600 + 1_000)]));
    assert!(
        text.contains("300 AICP in about 60 s (block 1240)"),
        "{text}"
    );
    assert!(text.contains("200 AICP in about 24 h"), "{text}");
    let locked = ProviderView {
        locked: 1_000 * AICP,
        ..unbonding(&[(300, 900)])
    };
    let text = explain(locked);
    assert!(text.contains("locked"), "{text}");
}
