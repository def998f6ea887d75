//! A provider that really disappears after it was paid, on a network of real processes: a jury tries to fetch its
//! result.

use aicpw_network_tests::{
    jobs::Count,
    market::{units, STAKE},
    Market,
};
use aicpw_protocol::merkle::result_root;
use serde_json::Value;

/// Returns a market with a provider that is the cheapest, and three others: the fewest that are more than half of a
/// jury.
async fn with_jurors() -> Market {
    let mut market = Market::crowded(&["--provider"]).await.unwrap();
    for node in ["maker", "first", "second"] {
        market.add(node, &["--provider"]).await.unwrap();
    }
    let register = |node, suri, ask| market.register(node, suri, ask, "1");
    tokio::try_join!(
        register("maker", "//Bob", "0.3"),
        register("first", "//Dave", "0.5"),
        register("second", "//Ferdie", "0.5"),
        register("alice", "//Alice", "0.5"),
    )
    .unwrap();
    market
}

/// Has the maker paid for a task of Charlie's. Returns its assignment. Nobody fetches the result.
async fn paid(market: &Market, count: Count) -> Value {
    let id = market.submissions().await.unwrap();
    let manifest = count.write(&market.path(&format!("task-{id}"))).unwrap();
    let root = hex::encode(result_root(&count.output()));
    let verify = format!("expected=0x{root}");
    let submit = [
        "submit",
        manifest.to_str().unwrap(),
        "--budget",
        "1",
        "--time-limit",
        "60s",
        "--verify",
        &verify,
    ];
    // The files of the task stay served for as long as the node runs.
    market.json("alice", "//Charlie", &submit).await.unwrap();
    let is_paid = |task: &Value| task["status"]["state"] == "settled";
    market.until_task(id, "settled", is_paid).await.unwrap();
    let id = id.to_string();
    let show = ["task", "show", &id];
    let shown = market.json("alice", "//Charlie", &show).await.unwrap();
    assert_eq!(shown["assignments"][0]["state"], "settled", "{shown}");
    shown["assignments"][0].clone()
}

/// Claims that the result of a task is not there, and waits for the verdict.
async fn claim(market: &Market, id: &str) -> Value {
    let claim = ["task", "claim-unavailable", id, "--yes", "--wait"];
    let ended = market.json("alice", "//Charlie", &claim).await.unwrap();
    assert_eq!(ended["dispute"]["state"], "ended", "{ended}");
    assert_eq!(ended["dispute"]["about"], "availability", "{ended}");
    ended
}

/// Returns, for each juror that has revealed, whether it could fetch the result.
fn fetched(ended: &Value) -> Vec<bool> {
    let jurors = ended["dispute"]["jurors"].as_array().unwrap();
    let fetched = jurors.iter().filter_map(|juror| juror["fetched"].as_bool());
    fetched.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_with_a_paid_result_loses_its_collateral_and_the_requester_is_made_whole() {
    let mut market = with_jurors().await;

    // The maker serves its first result. Three jurors fetch it, so the claim is lost. They keep the result.
    paid(&market, Count::SHORT).await;
    let before = market.funds("//Charlie").await.unwrap();
    let ended = claim(&market, "0").await;
    assert_eq!(ended["dispute"]["outcome"], "available", "{ended}");
    assert_eq!(fetched(&ended), [true; 3], "{ended}");
    let bond = units(&ended["dispute"]["bond"]).unwrap();
    let fee = units(&ended["transaction_fee"]).unwrap();
    let after = market.funds("//Charlie").await.unwrap();
    assert_eq!(
        after.free + after.held + bond + fee,
        before.free + before.held
    );
    let bob = market.funds("//Bob").await.unwrap();
    let pay = units(&ended["dispute"]["pay"]).unwrap();
    assert_eq!(bond, 6 * pay);

    // The maker makes a second result, is paid, and disappears.
    let other = Count {
        rounds: 2_000,
        ..Count::SHORT
    };
    let second = paid(&market, other).await;
    market.node_mut("maker").unwrap().kill().unwrap();
    let before = market.funds("//Charlie").await.unwrap();
    let ended = claim(&market, "1").await;
    assert_eq!(ended["dispute"]["outcome"], "unavailable", "{ended}");
    assert_eq!(
        ended["dispute"]["assignment"], second["assignment"],
        "{ended}"
    );
    assert_eq!(fetched(&ended), [false; 3], "{ended}");

    let collateral = units(&second["collateral"]).unwrap();
    let price = units(&second["price"]).unwrap();
    assert!(
        price < collateral,
        "the least collateral of small tasks: {second}"
    );
    assert_eq!(market.stake("//Bob").await.unwrap(), STAKE - collateral);
    for suri in ["//Alice", "//Dave", "//Ferdie"] {
        assert_eq!(market.stake(suri).await.unwrap(), STAKE, "{suri}");
    }
    let fee = units(&ended["transaction_fee"]).unwrap();
    let after = market.funds("//Charlie").await.unwrap();
    assert_eq!(
        after.free + after.held + fee,
        before.free + before.held + price,
        "the price is back, and the bond is"
    );
    let left = market.funds("//Bob").await.unwrap();
    assert!(left.held < bob.held, "{bob:?} {left:?}");

    // The first result is still there without its maker, because those who have fetched it serve it.
    let out = market.path("result");
    let fetch = ["task", "fetch", "0", "--out", out.to_str().unwrap()];
    market.json("alice", "//Charlie", &fetch).await.unwrap();
    assert_eq!(
        std::fs::read(out.join("x.bin")).unwrap(),
        Count::SHORT.output()
    );

    let listed = market.json("alice", "//Charlie", &["dispute", "ls"]);
    let listed = listed.await.unwrap();
    let claims = listed.as_array().unwrap().iter();
    let claims = claims.filter(|one| one["about"] == "availability");
    assert_eq!(claims.count(), 2, "{listed}");
}
