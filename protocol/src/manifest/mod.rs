//! The manifest `aicpw.task/v1`.
