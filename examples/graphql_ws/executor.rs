//! Executes operations. This is a stand-in for a GraphQL library such as `async-graphql`: it knows the four fields below, without a
//! schema, arguments but for one, or selections inside of a field, and answers everything else with an error.
//!
//! ```graphql
//! type Query { hello: String!  time: Float! }
//! type Subscription { countdown(from: Int!): Int!  ticks: Int! }
//! ```

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::document::{self, Argument, Field, Kind, Operation};

/// What is to be executed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    query: String,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
}

/// A result of an operation: the values of its fields.
#[derive(Serialize)]
pub(crate) struct Response {
    data: Map<String, Value>,
}

/// Why an operation is not executed.
#[derive(Debug, Serialize)]
pub(crate) struct GraphqlError {
    message: String,
}

/// Begins an operation: the stream of a query has one element.
///
/// # Errors
/// Everything that keeps the operation from being executed.
pub(crate) fn execute(request: &Request) -> Result<BoxStream<'static, Response>, Vec<GraphqlError>> {
    let operation = document::parse(&request.query).map_err(|message| vec![GraphqlError { message }])?;
    if let Some(name) = &request.operation_name
        && operation.name != Some(name)
    {
        return Err(vec![error(format!("Unknown operation named \"{name}\"."))]);
    }
    match operation.kind {
        Kind::Mutation => Err(vec![error("Schema is not configured to execute mutation operation.")]),
        Kind::Query => query(&operation),
        Kind::Subscription => subscribe(&operation, request.variables.as_ref()).map_err(|error| vec![error]),
    }
}

fn query(operation: &Operation<'_>) -> Result<BoxStream<'static, Response>, Vec<GraphqlError>> {
    let (mut data, mut errors) = (Map::new(), Vec::new());
    for field in &operation.fields {
        let value = match field.name {
            "hello" => json!("Hello, world!"),
            "time" => json!(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()),
            name => {
                errors.push(error(format!("Cannot query field \"{name}\" on type \"Query\".")));
                continue;
            }
        };
        match no_arguments(field, &[], "Query") {
            Ok(()) => drop(data.insert(field.name.to_owned(), value)),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(stream::iter([Response { data }]).boxed()) } else { Err(errors) }
}

fn subscribe(
    operation: &Operation<'_>,
    variables: Option<&Map<String, Value>>,
) -> Result<BoxStream<'static, Response>, GraphqlError> {
    let [field] = &operation.fields[..] else {
        return Err(error("Subscription must select only one top level field."));
    };
    match field.name {
        "countdown" => {
            no_arguments(field, &["from"], "Subscription")?;
            let from = integer(field, "from", operation, variables)?;
            Ok(values("countdown", (0..=from).rev()))
        }
        "ticks" => {
            no_arguments(field, &[], "Subscription")?;
            Ok(values("ticks", 0..))
        }
        name => Err(error(format!("Cannot query field \"{name}\" on type \"Subscription\"."))),
    }
}

/// One response for each number, at [`PACE`].
fn values(field: &'static str, numbers: impl Iterator<Item = i32> + Send + 'static) -> BoxStream<'static, Response> {
    let numbers = stream::iter(numbers).then(|number| async move {
        sleep(PACE).await;
        number
    });
    numbers.map(|number| Response { data: Map::from_iter([(field.to_owned(), json!(number))]) }).boxed()
}

/// Checks that a field has no arguments but these.
fn no_arguments(field: &Field<'_>, known: &[&str], of: &str) -> Result<(), GraphqlError> {
    match field.arguments.iter().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(error(format!("Unknown argument \"{name}\" on field \"{of}.{}\".", field.name))),
        None => Ok(()),
    }
}

/// The value of an argument that must be there, written out or as a variable.
fn integer(
    field: &Field<'_>,
    name: &str,
    operation: &Operation<'_>,
    variables: Option<&Map<String, Value>>,
) -> Result<i32, GraphqlError> {
    let required = || error(format!("Argument \"{name}\" of type \"Int!\" is required on field \"{}\".", field.name));
    let (_, argument) = field.arguments.iter().find(|(argument, _)| *argument == name).ok_or_else(required)?;
    let value = match argument {
        Argument::Integer(value) => json!(value),
        Argument::Variable(variable) => {
            if !operation.variables.contains(variable) {
                return Err(error(format!("Variable \"${variable}\" is not defined.")));
            }
            let value = variables.and_then(|variables| variables.get(*variable));
            value.cloned().ok_or_else(|| error(format!("Variable \"${variable}\" was not provided.")))?
        }
    };
    let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
    number.ok_or_else(|| error(format!("Int cannot represent {value}.")))
}

fn error(message: impl Into<String>) -> GraphqlError {
    GraphqlError { message: message.into() }
}

/// From one number to the next.
const PACE: Duration = Duration::from_millis(20);
