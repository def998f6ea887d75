//! The state with which a chain begins, made by the runtime of its specification.

use std::borrow::Cow;

use codec::{Decode, Encode};
use sc_chain_spec::{json_merge, ChainSpec};
use serde::Deserialize;
use serde_json::Value;
use sp_core::{
    storage::{well_known_keys::CODE, Storage},
    traits::{CallContext, CodeExecutor, FetchRuntimeCode, RuntimeCode},
    Bytes,
};
use sp_genesis_builder::PresetId;
use sp_io::hashing::blake2_256;
use sp_runtime::BuildStorage;
use sp_state_machine::BasicExternalities;

use super::executor::Executor;

/// Makes the state of a specification that is not in its raw form with the node's executor. The SDK would use one of
/// its own, which does not keep what it compiles: each start would compile the runtime for this alone.
pub struct GenesisState<'a> {
    pub spec: &'a dyn ChainSpec,
    pub executor: &'a Executor,
}

/// The part of a specification that this is about.
#[derive(Deserialize)]
struct Specification {
    genesis: Genesis,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Genesis {
    /// Missing in the raw form.
    runtime_genesis: Option<RuntimeGenesis>,
}

#[derive(Deserialize)]
struct RuntimeGenesis {
    code: Bytes,
    #[serde(flatten)]
    values: Values,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Values {
    /// All of them.
    Config(Value),
    /// Those that are not the runtime's defaults.
    Patch(Value),
}

impl BuildStorage for GenesisState<'_> {
    fn assimilate_storage(&self, storage: &mut Storage) -> Result<(), String> {
        let spec: Specification =
            serde_json::from_str(&self.spec.as_json(false)?).map_err(|error| error.to_string())?;
        // A raw specification was printed for nothing; nothing else says which form it has.
        let Some(RuntimeGenesis { code, values }) = spec.genesis.runtime_genesis else {
            return self.spec.assimilate_storage(storage);
        };
        let runtime = Runtime {
            code: &code,
            executor: self.executor,
        };
        let config = match values {
            Values::Config(config) => config,
            Values::Patch(patch) => {
                let mut config = runtime.default_config()?;
                json_merge(&mut config, patch);
                config
            }
        };
        runtime.state(&config)?.assimilate_storage(storage)?;
        storage.top.insert(CODE.to_vec(), code.0);
        Ok(())
    }
}

/// The runtime that makes the state.
struct Runtime<'a> {
    code: &'a [u8],
    executor: &'a Executor,
}

impl FetchRuntimeCode for Runtime<'_> {
    fn fetch_runtime_code(&self) -> Option<Cow<'_, [u8]>> {
        Some(self.code.into())
    }
}

impl Runtime<'_> {
    fn default_config(&self) -> Result<Value, String> {
        let nothing = &mut BasicExternalities::new_empty();
        let config: Option<Vec<u8>> =
            self.call(nothing, "GenesisBuilder_get_preset", &None::<PresetId>)?;
        let config = config.ok_or("the runtime has no default genesis")?;
        serde_json::from_slice(&config).map_err(|error| error.to_string())
    }

    fn state(&self, config: &Value) -> Result<Storage, String> {
        let mut state = BasicExternalities::new_empty();
        let values = format!("{config:#}");
        let built: sp_genesis_builder::Result = self.call(
            &mut state,
            "GenesisBuilder_build_state",
            &values.as_bytes().to_vec(),
        )?;
        built.map_err(|error| {
            let place = lines_of(&error, &values);
            format!("the runtime refuses this genesis: {error}{place}")
        })?;
        Ok(state.into_storages())
    }

    fn call<T: Decode>(
        &self,
        state: &mut BasicExternalities,
        function: &str,
        argument: &impl Encode,
    ) -> Result<T, String> {
        let code = RuntimeCode {
            code_fetcher: self,
            heap_pages: None,
            // By this the executor finds the runtime again when the chain has begun.
            hash: blake2_256(self.code).to_vec(),
        };
        let argument = argument.encode();
        let (answer, _) =
            self.executor
                .call(state, &code, function, &argument, CallContext::Offchain);
        let answer = answer.map_err(|error| format!("{function}: {error}"))?;
        T::decode(&mut &answer[..]).map_err(|error| format!("{function}: {error}"))
    }
}

/// Returns the line of the values at which an error of their JSON was noticed, with some lines around it, among which are
/// the field and the value. Nobody else has these lines: they are the runtime's defaults, with the specification's values
/// among them.
fn lines_of(error: &str, values: &str) -> String {
    const AROUND: usize = 5;
    let number = error
        .rsplit_once(" at line ")
        .and_then(|(_, rest)| rest.split(' ').next()?.parse::<usize>().ok());
    let Some(number) = number else {
        return String::new();
    };
    let before = number.saturating_sub(AROUND + 1);
    let lines = values.lines().take(number.saturating_add(AROUND));
    let lines = lines.skip(before);
    lines.map(|line| format!("\n    {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_lines_that_it_is_about() {
        let values = (1..=20).map(|n| format!("line {n}\n")).collect::<String>();
        let error = "invalid type: string, expected u128 at line 8 column 3";
        let expected: String = (3..=13).map(|n| format!("\n    line {n}")).collect();
        assert_eq!(lines_of(error, &values), expected);
        assert_eq!(lines_of("something else", &values), "");
        let only = lines_of("wrong at line 1 column 1", "only");
        assert_eq!(only, "\n    only");
        assert_eq!(lines_of("wrong at line 99 column 1", "only"), "");
    }
}
