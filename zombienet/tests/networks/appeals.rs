//! An appeal on a network of real processes. A jury of the liar's friends finds a lie to be right, and eleven other
//! jurors, each with a node of its own, find out.

use std::{collections::BTreeMap, fs};

use aicpw_network_tests::{
    jobs::Count,
    market::{units, AICP, STAKE},
    Market,
};
use aicpw_protocol::device::Reputation;
use aicpw_runtime::{configs::parameters::MarketParameter, units::HOURS};
use futures::future::try_join_all;
use serde_json::Value;

use super::{
    disputes::verdict,
    liars::{
        add_liars, address, client, require_jury, root, set_parameter, submit_count, LIAR,
        REQUESTER,
    },
    wealth::{changes, require_standing, signed, wealth, POT, TREASURY},
};

/// The providers that compute the same lie: the fewest that are more than half of a jury of five.
const FRIENDS: [(&str, &str); 3] = [
    ("friend", "//Dave"),
    ("second-friend", "//Eve"),
    ("third-friend", "//Ferdie"),
];

/// The jurors of the appeal: as many as sit on it. The first uses the validator's node.
const JURORS: [(&str, &str); 11] = [
    ("alice", "//Alice//stash"),
    ("second", "//Bob//stash"),
    ("third", "//Charlie//stash"),
    ("fourth", "//Dave//stash"),
    ("fifth", "//Eve//stash"),
    ("sixth", "//Ferdie//stash"),
    ("seventh", POOR[0]),
    ("eighth", POOR[1]),
    ("ninth", POOR[2]),
    ("tenth", POOR[3]),
    ("eleventh", POOR[4]),
];

/// The jurors that own nothing in the genesis.
const POOR: [&str; 5] = ["//Seventh", "//Eighth", "//Ninth", "//Tenth", "//Eleventh"];

/// How many nodes register at a time. Each of them measures its device, and has some seconds for a conformance run.
const AT_ONCE: usize = 4;

/// The task, as the command line shows it.
async fn task(market: &Market) -> Value {
    let show = ["task", "show", "0"];
    market.json("alice", REQUESTER, &show).await.unwrap()
}

/// Returns the keys of all accounts that the appeal can bring or cost something, leaving out the validator with its
/// fees.
fn parties() -> impl Iterator<Item = &'static str> {
    let providers = FRIENDS.into_iter().chain(JURORS).chain([LIAR]);
    providers.map(|(_, suri)| suri).chain([REQUESTER])
}

/// Returns a market in which everybody lies.
async fn with_liars() -> Market {
    let mut market = Market::alone(&["--provider"]).await.unwrap();
    let nodes = FRIENDS.into_iter().chain([LIAR]).map(|(node, _)| node);
    add_liars(&mut market, nodes).await;
    let (liar, suri) = LIAR;
    let friends = FRIENDS.map(|(node, suri)| market.register(node, suri, "0.5", "1"));
    let registered = market.register(liar, suri, "0.3", "1");
    tokio::try_join!(registered, try_join_all(friends)).unwrap();
    market
}

/// Submits the task and returns what was submitted, with the lie revealed and its window open; `None` if the chain has
/// drawn it for an audit, as happens to one result in twelve. A friend has audited it then, and sits on no jury.
async fn doubtful(market: &Market) -> Option<Value> {
    let submitted = submit_count(market, "lie").await;
    let is_drawn = task(market).await["audit"]["state"] == "drawn";
    (!is_drawn).then(|| submitted.unwrap())
}

/// Gives the poor jurors what they need for their stake and its fees.
async fn endow(market: &Market) {
    for suri in POOR {
        let transfer = ["transfer", &address(suri), "2000"];
        market.json("alice", "//Alice", &transfer).await.unwrap();
    }
}

/// Ends the nodes of the liars, of which nothing more is expected, and starts those of the eleven jurors: fifteen at
/// the same time would be too many for two cores.
async fn replace_liars(market: &mut Market) {
    for (node, _) in FRIENDS.into_iter().chain([LIAR]) {
        market.node_mut(node).unwrap().kill().unwrap();
    }
    for some in JURORS.chunks(AT_ONCE) {
        for (node, _) in some {
            if *node != "alice" {
                market.join(node, &["--provider"]).await.unwrap();
            }
        }
        let registered = some
            .iter()
            .map(|(node, suri)| market.register(node, suri, "0.5", "1"));
        try_join_all(registered).await.unwrap();
    }
}

/// Runs eleven nodes at the same time, and no more than are needed. The fewest that can judge first have judged and are
/// gone before the nodes of the eleven are started, and the validator's node is also that of the requester and of a
/// juror.
#[tokio::test(flavor = "multi_thread")]
async fn eleven_find_that_a_lie_is_wrong_which_a_jury_of_the_liars_friends_found_right() {
    let (mut market, owned_at_first, submitted) = loop {
        let market = with_liars().await;
        let owned = wealth(&market, parties()).await[REQUESTER];
        if let Some(submitted) = doubtful(&market).await {
            break (market, owned, submitted);
        }
    };
    assert_eq!(submitted["state"], "verifying", "{submitted}");
    let output = Count::SHORT.output();
    let negative: Vec<u8> = output.iter().map(|byte| !byte).collect();
    let told = fs::read(market.path("lie").join("x.bin")).unwrap();
    assert_eq!(told, negative);
    let (right, wrong) = (root(&output), root(&negative));
    // An hour instead of five minutes, because ten nodes are started in this time.
    set_parameter(&market, MarketParameter::AppealWindow(HOURS)).await;
    endow(&market).await;

    let dispute = ["task", "dispute", "0", "--yes"];
    let disputed = market.json("alice", REQUESTER, &dispute).await.unwrap();
    let amount = |name: &str| units(&disputed["dispute"][name]).unwrap();
    let (pay, lock) = (amount("pay"), amount("lock"));
    assert_eq!((pay, lock), (AICP, 10 * AICP), "{disputed}");
    assert_eq!(amount("bond"), 5 * pay, "{disputed}");
    let found = verdict(&market, FRIENDS.len()).await;
    assert_eq!(found["outcome"], "upheld", "{found}");
    assert_eq!(found["root"], wrong, "{found}");
    assert_eq!(units(&found["appeal_bond"]).unwrap(), 11 * pay, "{found}");
    let best = client(&market).await.best().await.unwrap();
    let until = found["appeal_until"].as_u64().unwrap();
    assert!(until > u64::from(best + HOURS / 2), "{best}: {found}");
    let shown = task(&market).await;
    let lie = &shown["assignments"][0];
    assert_eq!(lie["result_root"], wrong, "{shown}");
    let of_lie = |name: &str| units(&lie[name]).unwrap();
    let locked = of_lie("collateral") + of_lie("fraud_bond");
    let cost = of_lie("audit_cost");
    assert!(cost > 0, "{shown}");

    replace_liars(&mut market).await;
    let before = wealth(&market, parties()).await;
    let appeal = ["task", "appeal", "0", "--yes", "--wait"];
    let ended = market.json("alice", REQUESTER, &appeal).await.unwrap();
    let dispute = &ended["dispute"];
    assert_eq!(dispute["state"], "ended", "{ended}");
    assert_eq!(dispute["outcome"], "wrong", "{ended}");
    assert_eq!(dispute["root"], right, "{ended}");
    assert_eq!(dispute["appeals"], 1, "{ended}");
    assert_eq!(dispute["jury"], 11, "{ended}");
    // The worker of one of the eleven has shown its work, which counts for all.
    assert!(dispute["work"].is_string(), "{ended}");
    let jurors = dispute["jurors"].as_array().unwrap().iter();
    let (last, first): (Vec<_>, Vec<_>) = jurors.partition(|one| one["last_jury"] == true);
    require_jury(&first, &FRIENDS, |one| {
        one["state"] == "failed" && one["fault"] == "wrong-result"
    });
    require_jury(&last, &JURORS, |one| {
        one["state"] == "settled" && one["result_root"] == right
    });
    // No provider is left that was not on the task.
    let is_refunded = |task: &Value| task["status"]["state"] == "refunded";
    let refunded = market.until_task(0, "refunded", is_refunded).await;
    let refunded = refunded.unwrap();
    assert_eq!(
        refunded["status"]["reason"], "match-window-ended",
        "{refunded}"
    );

    // The liars have lost what was locked for the task, and that pays the eleven. Both bonds are free again, and with
    // them came back what the requester had paid for the audit of the lie. The rest goes to the treasury.
    let after = wealth(&market, parties()).await;
    let fee = units(&ended["transaction_fee"]).unwrap();
    let lost = signed(locked) + 3 * signed(lock);
    let mut expected = BTreeMap::from([
        (REQUESTER, signed(cost) - signed(fee)),
        (LIAR.1, -signed(locked)),
        (TREASURY, lost - signed(cost) - 11 * signed(pay)),
        (POT, 0),
    ]);
    expected.extend(FRIENDS.map(|(_, suri)| (suri, -signed(lock))));
    expected.extend(JURORS.map(|(_, suri)| (suri, signed(pay))));
    assert_eq!(changes(&before, &after), expected, "{ended}");
    // The requester has paid only for its transactions and the submission.
    let fees = units(&submitted["submission_fee"]).unwrap()
        + units(&submitted["transaction_fee"]).unwrap()
        + units(&disputed["transaction_fee"]).unwrap()
        + fee;
    assert_eq!(after[REQUESTER] + fees, owned_at_first, "{submitted}");

    let gone = Reputation(0);
    require_standing(&market, LIAR.1, STAKE - locked, gone, 1).await;
    for (_, suri) in FRIENDS {
        require_standing(&market, suri, STAKE - lock, gone, 1).await;
    }
    for (_, suri) in JURORS {
        require_standing(&market, suri, STAKE, Reputation::START, 0).await;
    }
}
