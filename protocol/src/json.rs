//! The JSON form of values whose Rust type alone would not give a good one: hashes are `0x` and
//! hexadecimal digits, amounts are decimal strings (JavaScript's numbers are exact up to 2⁵³),
//! texts are strings, and peer addresses are written as multiaddresses. For `#[serde(with = …)]`.

use alloc::{string::String, vec::Vec};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// A [`crate::Hash`] or another array of bytes as `0x…`.
pub mod hash {
    use super::*;

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("0x{}", hex::encode(bytes)))
    }

    /// Reads it, with or without `0x`.
    ///
    /// # Errors
    /// When it is not hexadecimal or has another length.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        d: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(d)?;
        let mut bytes = [0; N];
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(&text), &mut bytes)
            .map_err(|error| D::Error::custom(format!("{N} bytes in hexadecimal: {error}")))?;
        Ok(bytes)
    }
}

/// The same, or `null`.
pub mod optional_hash {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Shown(#[serde(with = "super::hash")] crate::Hash);

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(hash: &Option<crate::Hash>, s: S) -> Result<S::Ok, S::Error> {
        hash.map(Shown).serialize(s)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of [`hash::deserialize`].
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<crate::Hash>, D::Error> {
        Ok(Option::<Shown>::deserialize(d)?.map(|shown| shown.0))
    }
}

/// A [`crate::Balance`] as a decimal string, in the smallest unit.
pub mod amount {
    use super::*;

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(amount: &u128, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(amount)
    }

    /// Reads it: a string, or a number that is small enough for one.
    ///
    /// # Errors
    /// When it is neither.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u128, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u64),
            Text(String),
        }
        match Written::deserialize(d)? {
            Written::Number(number) => Ok(number.into()),
            Written::Text(text) => text
                .parse()
                .map_err(|error| D::Error::custom(format!("amount {text:?}: {error}"))),
        }
    }
}

/// Bytes that should be UTF-8; invalid bytes become `�`.
pub mod text {
    use super::*;
    use bounded_collections::{BoundedVec, ConstU32};

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&String::from_utf8_lossy(bytes))
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is too long.
    pub fn deserialize<'de, D: Deserializer<'de>, const MAX: u32>(
        d: D,
    ) -> Result<BoundedVec<u8, ConstU32<MAX>>, D::Error> {
        String::deserialize(d)?
            .into_bytes()
            .try_into()
            .map_err(|_| D::Error::custom(format!("longer than {MAX} bytes")))
    }
}

/// Binary multiaddresses as text; bytes that are no multiaddress as `0x…`.
pub mod peers {
    use super::*;
    use crate::task::PeerAddresses;
    use multiaddr::Multiaddr;

    /// Writes them.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(peers: &PeerAddresses, s: S) -> Result<S::Ok, S::Error> {
        let written = peers
            .iter()
            .map(|bytes| match Multiaddr::try_from(bytes.to_vec()) {
                Ok(address) => address.to_string(),
                Err(_) => format!("0x{}", hex::encode(bytes)),
            });
        written.collect::<Vec<_>>().serialize(s)
    }

    /// Reads them.
    ///
    /// # Errors
    /// When one is not an address, is too long, or there are too many.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<PeerAddresses, D::Error> {
        let mut peers = PeerAddresses::default();
        for text in Vec::<String>::deserialize(d)? {
            let wrong = |why: &str| D::Error::custom(format!("peer address {text:?}: {why}"));
            let bytes = match text.strip_prefix("0x") {
                Some(digits) => hex::decode(digits).map_err(|e| wrong(&e.to_string()))?,
                None => {
                    let address: Result<Multiaddr, _> = text.parse();
                    address.map_err(|e| wrong(&e.to_string()))?.to_vec()
                }
            };
            let address = bytes.try_into().map_err(|_| wrong("too long"))?;
            peers
                .try_push(address)
                .map_err(|_| wrong("there are too many"))?;
        }
        Ok(peers)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        commitment::ResultOpening,
        device::{ClassSet, DeviceKind, DeviceSpec},
        sealing::Envelope,
        task::{AssignmentStatus, Engine, Fault, Privacy, Role, TaskStatus},
        units::{AskPrice, Gflops, Mebibytes, MegabitsPerSecond},
        view::{AssignmentView, DeviceView},
        AssignmentId, ContentId, DeviceId, TaskId,
    };

    const PEER: &str =
        "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8";
    const CID: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    #[test]
    fn an_assignment_reads_well_and_comes_back() {
        let cid: ContentId = CID.parse().unwrap();
        let address: multiaddr::Multiaddr = PEER.parse().unwrap();
        let view = AssignmentView {
            id: AssignmentId {
                task: TaskId(7),
                replica: 0,
                attempt: 1,
            },
            role: Role::Replica,
            provider: "5F…",
            device: DeviceId(2),
            price: u128::MAX,
            audit_cost: u128::MAX,
            assigned_at: 3,
            collateral: 1,
            fraud_bond: 0,
            status: AssignmentStatus::Revealed {
                opening: ResultOpening {
                    salt: [1; 32],
                    result_root: [2; 32],
                    trace_commitment: [3; 32],
                    result: cid.clone(),
                },
                at: 9,
            },
            peers: vec![
                address.to_vec().try_into().unwrap(),
                vec![0xff, 0xff].try_into().unwrap(),
            ]
            .try_into()
            .unwrap(),
            envelope: Some(Envelope {
                recipient: [4; 32],
                encapsulated: [5; 32],
                sealed_key: [6; 48],
            }),
        };
        let json = serde_json::to_value(&view).unwrap();
        let envelope = &json["envelope"];
        assert_eq!(envelope["sealedKey"], format!("0x{}", "06".repeat(48)));
        assert_eq!(json["price"], u128::MAX.to_string());
        assert_eq!(json["auditCost"], u128::MAX.to_string());
        assert_eq!(json["fraudBond"], "0");
        assert_eq!(json["assignedAt"], 3);
        assert_eq!(json["role"], "replica");
        assert_eq!(json["status"]["state"], "revealed");
        let opening = &json["status"]["opening"];
        assert_eq!(opening["resultRoot"], format!("0x{}", "02".repeat(32)));
        assert_eq!(opening["result"], CID);
        assert_eq!(json["peers"], serde_json::json!([PEER, "0xffff"]));
        let text = json.to_string();
        assert_eq!(
            serde_json::from_str::<AssignmentView<&str>>(&text).unwrap(),
            view
        );
    }

    #[test]
    fn states_keep_their_fields() {
        let settled = TaskStatus::Settled { at: 4, paid: 5 };
        let failed = AssignmentStatus::Failed {
            fault: Fault::BuildFailed,
            at: 1,
            log: Some(CID.parse().unwrap()),
            message: b"no kernel \xff".to_vec().try_into().unwrap(),
        };
        let running = AssignmentStatus::Running {
            progress_by: 1,
            commit_by: 2,
            progress: Default::default(),
            reports: 0,
        };
        let json = serde_json::to_value(settled).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"state": "settled", "at": 4, "paid": "5"})
        );
        assert_eq!(serde_json::from_value::<TaskStatus>(json).unwrap(), settled);
        let json = serde_json::to_value(failed).unwrap();
        assert_eq!(json["message"], "no kernel \u{fffd}");
        assert_eq!(json["fault"], "build-failed");
        let sealed = Privacy::Sealed {
            key_commitment: [1; 32],
        };
        let json = serde_json::to_value(sealed).unwrap();
        let commitment = format!("0x{}", "01".repeat(32));
        assert_eq!(
            json,
            serde_json::json!({"sealed": {"keyCommitment": commitment}})
        );
        assert_eq!(serde_json::from_value::<Privacy>(json).unwrap(), sealed);
        assert_eq!(serde_json::to_value(Privacy::Public).unwrap(), "public");
        let json = serde_json::to_value(running).unwrap();
        assert_eq!(json["commitBy"], 2);
        assert_eq!(json["progress"]["stepsDone"], 0);
    }

    #[test]
    fn a_device_reads_well_and_comes_back() {
        let view = DeviceView {
            id: DeviceId(1),
            provider: 5u8,
            spec: DeviceSpec {
                kind: DeviceKind::Gpu,
                engine: Engine::OpenCl,
                name: b"Fast One".to_vec().try_into().unwrap(),
                fingerprint: [8; 32],
                classes: ClassSet {
                    int: true,
                    fp32_strict: true,
                    device: true,
                },
                gflops: Gflops(1),
                memory: Mebibytes(2),
                bandwidth: MegabitsPerSecond(3),
            },
            effective_gflops: Gflops(1),
            ask: AskPrice(1 << 100),
            slots: 1,
            used_slots: 0,
            available: true,
            online: false,
            cools_until: None,
            challenge: None,
        };
        let json = serde_json::to_value(&view).unwrap();
        assert_eq!(json["spec"]["name"], "Fast One");
        assert_eq!(json["spec"]["classes"]["fp32Strict"], true);
        assert_eq!(json["ask"], (1u128 << 100).to_string());
        assert_eq!(
            serde_json::from_value::<DeviceView<u8>>(json).unwrap(),
            view
        );
    }
}
