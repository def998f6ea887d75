//! kubo's error shape.

use crate::error::OpError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Serialize;

/// Failure of a command.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// The request is wrong; the message names the parameter.
    #[error("{0}")]
    BadRequest(String),
    /// No such command in this subset.
    #[error("{0} is not a command of this node")]
    UnknownCommand(String),
    /// The request was understood and could not be served.
    #[error(transparent)]
    Failed(#[from] OpError),
}

impl From<anyhow::Error> for RpcError {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(OpError::Internal(error))
    }
}

/// The body of an error answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    message: String,
    /// kubo's: 0 for an ordinary failure, 1 for a wrong request.
    code: u8,
    r#type: &'static str,
}

impl IntoResponse for RpcError {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, 1),
            Self::UnknownCommand(_) => (StatusCode::NOT_FOUND, 1),
            Self::Failed(_) => (StatusCode::INTERNAL_SERVER_ERROR, 0),
        };
        let body = Body {
            message: self.to_string(),
            code,
            r#type: "error",
        };
        (status, Json(body)).into_response()
    }
}
