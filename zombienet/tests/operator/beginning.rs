//! How to begin a chain of one's own, as the page says.

use std::fs;
use std::io::Write;

use sc_chain_spec::json_merge;
use sp_io::hashing::blake2_256;

use super::*;

/// The page about how a chain begins.
const BEGINNING: &str = include_str!("../../../docs/chain-spec.md");

/// Returns the page's blocks of code that have this mark.
fn blocks(marked: &str) -> impl Iterator<Item = &'static str> + use<'_> {
    let blocks = BEGINNING.split("```").skip(1).step_by(2);
    blocks.filter_map(move |block| {
        let (mark, text) = block.split_once('\n')?;
        (mark == marked).then_some(text)
    })
}

/// Returns the page's commands of the node, each as one line.
fn commands() -> [String; 6] {
    let lines = blocks("").collect::<String>().replace("\\\n", " ");
    let lines = lines.lines().filter(|line| !line.trim().is_empty());
    let commands: Vec<_> = lines.map(str::to_owned).collect();
    commands.try_into().unwrap()
}

/// Runs commands of the page in a shell, in a folder. Returns what they print.
fn in_shell(words: &str, folder: &Path) -> String {
    // In a list, commands are indented.
    let words = format!("\n{words}").replace("\n   ", "\n");
    let mut shell = Command::new("sh");
    shell.args(["-euc", &words]).current_dir(folder);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{words}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns a command of the page that works in a folder, for another node and account than the
/// page's.
fn of_page(words: &str, folder: &Path, address: &str) -> Command {
    let base = folder.join("base").display().to_string();
    let instead = |word: &str| match word {
        "/var/lib/aicpw" => base.clone(),
        "ADDRESS" => address.to_owned(),
        word => word.to_owned(),
    };
    let mut words = words.split_whitespace();
    assert_eq!(words.next(), Some("aicpw-node"));
    let words: Vec<_> = words.map(instead).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let mut command = command(&words);
    command.current_dir(folder);
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_begins_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let [template, node_key, session_keys, raw, start, purge] = commands();
    let generated = json_of(&run(&["key", "generate", "--output-type", "json"]));
    let address = generated["ss58Address"].as_str().unwrap();
    let path = folder.path().to_owned();
    let said = |words: &str| {
        let output = of_page(words, &path, address).output().unwrap();
        assert!(output.status.success(), "{words}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };

    said(&template);
    let plain = path.join("network.plain.json");
    let read = || -> Value { serde_json::from_slice(&std::fs::read(&plain).unwrap()).unwrap() };
    let write = |spec: Value| std::fs::write(&plain, spec.to_string()).unwrap();
    let [name, genesis] = blocks("json").collect::<Vec<_>>().try_into().unwrap();
    let mut spec = read();
    json_merge(&mut spec, serde_json::from_str(name).unwrap());
    write(spec);

    said(&node_key);
    let keys = said(&session_keys);
    let mut genesis = genesis.replace("ADDRESS", address);
    for (stand_in, name) in [
        ("BABE", "babe"),
        ("GRANDPA", "grandpa"),
        ("DISCOVERY", "authority_discovery"),
        ("BEEFY", "beefy"),
    ] {
        let mut lines = keys.lines().filter_map(|line| line.split_once(' '));
        let (_, key) = lines.find(|(word, _)| *word == name).unwrap();
        genesis = genesis.replace(stand_in, key.trim());
    }
    let genesis: Value = serde_json::from_str(&genesis).unwrap();
    let mut spec = read();
    let patch = spec.pointer_mut("/genesis/runtimeGenesis/patch").unwrap();
    let balances = |genesis: &Value| genesis["balances"]["balances"].as_array().unwrap().clone();
    let pots = balances(patch);
    let pots = &pots[pots.len() - 3..];
    assert_eq!(&balances(&genesis)[1..], pots, "the pots of the page");
    json_merge(patch, genesis);
    write(spec);
    said(&raw);

    let mut node = Node::started(of_page(&start, &path, address), folder);
    node.word_after("made its first block since the start: ")
        .await;
    assert!(node.interrupt().await.success(), "{}", node.log());
    let compiled = path.join("base/chains/my_network/compiled");
    assert!(!files(&compiled).is_empty(), "what was compiled is kept");
    let mut purge = of_page(&purge, &path, address);
    let mut purge = purge.stdin(Stdio::piped()).spawn().unwrap();
    purge.stdin.take().unwrap().write_all(b"y\n").unwrap();
    assert!(purge.wait().unwrap().success());
    let chain = path.join("base/chains/my_network");
    assert!(!chain.join("paritydb/full").exists());
    assert_eq!(files(&chain.join("keystore")).len(), 4, "keys stay");
}

#[test]
fn a_chain_begins_with_the_runtime_that_is_put_into_its_specification() {
    if Command::new("python3").arg("--version").output().is_err() {
        let how = "on Debian it is in the package python3";
        return skipped::say("AICPW_PYTHON_REQUIRED", "there is no python3 here", how).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let [template, _, _, raw, ..] = commands();
    let [put_in, tell] = blocks("sh").collect::<Vec<_>>().try_into().unwrap();
    let page = |words: &str| {
        let output = of_page(words, path, ALICE).output().unwrap();
        assert!(output.status.success(), "{words}: {output:?}");
    };
    let plain = path.join("network.plain.json");
    let read = || -> Value { serde_json::from_slice(&fs::read(&plain).unwrap()).unwrap() };

    page(&template);
    let mut spec = read();
    let code = spec.pointer_mut("/genesis/runtimeGenesis/code").unwrap();
    // The program's own runtime, as if it had been published: any other may have another genesis.
    let published = std::mem::replace(code, "0x00".into());
    fs::write(&plain, spec.to_string()).unwrap();
    let digits = published.as_str().unwrap().trim_start_matches("0x");
    let runtime = hex::decode(digits).unwrap();
    fs::create_dir(path.join("target")).unwrap();
    fs::write(path.join("target/aicpw-runtime.wasm"), &runtime).unwrap();

    in_shell(put_in, path);
    assert!(
        read().pointer("/genesis/runtimeGenesis/code") == Some(&published),
        "the runtime is another"
    );
    page(&raw);
    let hash = hex::encode(blake2_256(&runtime));
    assert_eq!(in_shell(tell, path), format!("0x{hash}\n"));
}
