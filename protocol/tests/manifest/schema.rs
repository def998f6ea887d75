//! The published JSON Schema.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use super::common::base;

const SCHEMA: &str = include_str!("../../../docs/schema/aicpw.task.v1.schema.json");

struct Published {
    schemas: Schemas,
    index: SchemaIndex,
}

thread_local! {
    static PUBLISHED: Published = {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        let at = "file:///aicpw.task.v1.schema.json";
        compiler.add_resource(at, serde_json::from_str(SCHEMA).unwrap()).unwrap();
        let index = compiler.compile(at, &mut schemas).unwrap();
        Published { schemas, index }
    };
}

fn problem(manifest: &Value) -> Option<String> {
    PUBLISHED.with(|published| {
        let result = published.schemas.validate(manifest, published.index);
        result.err().map(|error| format!("{error:#}"))
    })
}

#[track_caller]
pub fn assert_accepts(manifest: &Value) {
    if let Some(problem) = problem(manifest) {
        panic!("the schema refuses what the parser takes: {problem}\n{manifest:#}");
    }
}

#[track_caller]
pub fn assert_refuses(manifest: &Value) {
    assert!(
        problem(manifest).is_some(),
        "the schema accepts what is wrong by its shape: {manifest:#}"
    );
}

#[test]
fn it_is_a_schema_that_tells_good_from_bad() {
    assert_accepts(&base());
    assert_refuses(&Value::Null);
    assert_refuses(&serde_json::json!({}));
}
