//! One file per call, and one per behaviour that other pallets rely on. The invariants are checked
//! after every test.

mod answer_challenge;
mod bond_extra;
mod challenge_hook;
mod conformance;
mod cool_down;
mod deregister_device;
mod deregister_provider;
mod device_pool;
mod draw;
mod draw_cost;
mod heartbeat;
mod migrations;
mod missed_deadlines;
mod offchain_worker;
mod properties;
mod register_device;
mod register_provider;
mod reputation;
mod request_challenge;
mod rotate_worker;
mod set_ask;
mod set_availability;
mod set_peers;
mod set_slots;
mod slash;
mod unbond;
mod update_spec;
mod views;
mod withdraw_unbonded;
mod worker_proof;
