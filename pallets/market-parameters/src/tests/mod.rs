//! One file per call, one for what is declared, and one for upgrades.

mod declared;
mod set_parameter;
mod upgrade;
