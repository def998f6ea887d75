//! One file per call, and one for what is declared.

mod declared;
mod set_parameter;
