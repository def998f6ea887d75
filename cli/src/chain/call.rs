//! Calls, encoded from the types that the chain and this client share.
//!
//! The indices of the pallet and the call come from the metadata of the node's runtime. The
//! arguments are encoded here, and checked against the types in that metadata before anything is
//! signed. So a client never misunderstands a runtime that does not match it.

use aicpw_protocol::{
    device::{DeviceSpec, Slots},
    hashing::Hash,
    sealing::Envelope,
    task::{PeerAddresses, Submission},
    trace::NamedPart,
    AskPrice, AssignmentId, Balance, DeviceId, TaskId,
};
use codec::{Compact, Encode};
use subxt::{
    ext::{
        scale_decode::visitor::{decode_with_visitor, IgnoreVisitor},
        scale_encode::{self, EncodeAsFields, FieldIter},
        scale_type_resolver::TypeResolver,
    },
    transactions::Payload,
    utils::MultiAddress,
};

use crate::{account::Account, node_rpc::WorkerProof};

/// A call of the runtime.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    pallet: &'static str,
    name: &'static str,
    arguments: Arguments,
}

/// SCALE-encoded arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arguments(Vec<u8>);

impl Call {
    fn new(pallet: &'static str, name: &'static str, arguments: impl Encode) -> Self {
        Self {
            pallet,
            name,
            arguments: Arguments(arguments.encode()),
        }
    }

    /// Submits a task.
    pub fn submit(submission: &Submission) -> Self {
        Self::new("Tasks", "submit", submission)
    }

    /// Cancels a task that is not yet matched.
    pub fn cancel(task: TaskId) -> Self {
        Self::new("Tasks", "cancel", task)
    }

    /// Accepts a revealed result.
    pub fn accept(task: TaskId) -> Self {
        Self::new("Tasks", "accept", task)
    }

    /// Grants the data key of a sealed task to the provider of an assignment.
    pub fn grant_key(assignment: AssignmentId, envelope: &Envelope) -> Self {
        Self::new("Tasks", "grant_key", (assignment, envelope))
    }

    /// Rates a settled task.
    pub fn rate(task: TaskId, stars: u8) -> Self {
        Self::new("Tasks", "rate", (task, stars))
    }

    /// Disputes the result of a task.
    pub fn dispute(task: TaskId) -> Self {
        Self::new("Disputes", "dispute", task)
    }

    /// Claims that a result that was paid for cannot be fetched.
    pub fn claim_unavailable(assignment: AssignmentId) -> Self {
        Self::new("Disputes", "claim_unavailable", assignment)
    }

    /// Disputes one part of a task's result.
    pub fn dispute_part(task: TaskId) -> Self {
        Self::new("Disputes", "dispute_part", task)
    }

    /// Names the part of an open trace that a jury is to run; with `None` the jury runs the whole
    /// job.
    pub fn name_part(task: TaskId, part: Option<&NamedPart>) -> Self {
        Self::new("Disputes", "name_part", (task, part))
    }

    /// Appeals: asks for a larger jury.
    pub fn appeal(task: TaskId) -> Self {
        Self::new("Disputes", "appeal", task)
    }

    /// Registers a provider.
    pub fn register_provider(
        stake: Balance,
        worker: Hash,
        sealing_key: Hash,
        peers: &PeerAddresses,
        proof: &WorkerProof,
    ) -> Self {
        let arguments = (stake, worker, sealing_key, peers, proof);
        Self::new("ProviderStaking", "register_provider", arguments)
    }

    /// Deregisters the provider.
    pub fn deregister_provider() -> Self {
        Self::new("ProviderStaking", "deregister_provider", ())
    }

    /// Sets the addresses at which the provider's blobs can be fetched.
    pub fn set_peers(peers: &PeerAddresses) -> Self {
        Self::new("ProviderStaking", "set_peers", peers)
    }

    /// Adds to the provider's active stake.
    pub fn bond_extra(amount: Balance) -> Self {
        Self::new("ProviderStaking", "bond_extra", amount)
    }

    /// Starts unbonding part of the provider's active stake.
    pub fn unbond(amount: Balance) -> Self {
        Self::new("ProviderStaking", "unbond", amount)
    }

    /// Withdraws the stake that has finished unbonding.
    pub fn withdraw_unbonded() -> Self {
        Self::new("ProviderStaking", "withdraw_unbonded", ())
    }

    /// Replaces the provider's worker key.
    pub fn rotate_worker(worker: Hash, sealing_key: Hash, proof: &WorkerProof) -> Self {
        Self::new(
            "ProviderStaking",
            "rotate_worker",
            (worker, sealing_key, proof),
        )
    }

    /// Registers a device of the provider.
    pub fn register_device(spec: &DeviceSpec, ask: AskPrice, slots: Slots) -> Self {
        Self::new("ProviderStaking", "register_device", (spec, ask, slots))
    }

    /// Removes a device of the provider.
    pub fn deregister_device(device: DeviceId) -> Self {
        Self::new("ProviderStaking", "deregister_device", device)
    }

    /// Replaces a device's spec.
    pub fn update_spec(device: DeviceId, spec: &DeviceSpec) -> Self {
        Self::new("ProviderStaking", "update_spec", (device, spec))
    }

    /// Makes a device do its conformance run again.
    pub fn request_challenge(device: DeviceId) -> Self {
        Self::new("ProviderStaking", "request_challenge", device)
    }

    /// Sets how many jobs a device can run at once.
    pub fn set_slots(device: DeviceId, slots: Slots) -> Self {
        Self::new("ProviderStaking", "set_slots", (device, slots))
    }

    /// Sets a device's ask.
    pub fn set_ask(device: DeviceId, ask: AskPrice) -> Self {
        Self::new("ProviderStaking", "set_ask", (device, ask))
    }

    /// Makes a device available for new tasks, or unavailable.
    pub fn set_availability(device: DeviceId, available: bool) -> Self {
        Self::new("ProviderStaking", "set_availability", (device, available))
    }

    /// Transfers AICP; fails if that would end the sender's account.
    pub fn transfer(to: Account, amount: Balance) -> Self {
        let to = MultiAddress::<Account, ()>::Id(to);
        Self::new("Balances", "transfer_keep_alive", (to, Compact(amount)))
    }

    /// Combines several calls, each fully encoded, into one: either all of them take effect or
    /// none.
    pub fn batch_all(encoded: &[Vec<u8>]) -> Self {
        let mut arguments = Compact(encoded.len() as u32).encode();
        encoded.iter().for_each(|call| arguments.extend(call));
        Self {
            pallet: "Utility",
            name: "batch_all",
            arguments: Arguments(arguments),
        }
    }

    /// The call's name for people.
    pub fn title(&self) -> String {
        format!("{}.{}", self.pallet, self.name)
    }
}

impl Payload for Call {
    type CallData = Arguments;

    fn pallet_name(&self) -> &str {
        self.pallet
    }

    fn call_name(&self) -> &str {
        self.name
    }

    fn call_data(&self) -> &Arguments {
        &self.arguments
    }
}

impl EncodeAsFields for Arguments {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        fields: &mut dyn FieldIter<'_, R::TypeId>,
        types: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        let mut rest = &self.0[..];
        let refused = |why: String| scale_encode::Error::custom_string(why);
        for field in fields {
            let name = field.name.unwrap_or("?").to_owned();
            decode_with_visitor(&mut rest, field.id, types, IgnoreVisitor::<R>::new())
                .map_err(|error| refused(format!("argument `{name}` does not fit: {error}")))?;
        }
        if !rest.is_empty() {
            return Err(refused(format!(
                "{} bytes more than the arguments take",
                rest.len()
            )));
        }
        out.extend(&self.0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::tests::view;
    use aicpw_protocol::task::TaskStatus;
    use scale_info::{MetaType, PortableRegistry, Registry};
    use subxt::ext::scale_type_resolver::Field;

    /// Encodes a call's arguments for a runtime whose call takes these types.
    fn encode_for(call: &Call, types: Vec<MetaType>) -> Result<Vec<u8>, String> {
        let mut registry = Registry::new();
        let ids = registry.register_types(types);
        let registry = PortableRegistry::from(registry);
        let mut fields = ids.into_iter().map(|id| Field {
            name: Some("x"),
            id: id.id,
        });
        call.arguments
            .encode_as_fields(&mut fields, &registry)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn arguments_that_fit_go_as_they_are() {
        let submission = view(TaskStatus::Active, vec![]).submission;
        let call = Call::submit(&submission);
        let encoded = encode_for(&call, vec![MetaType::new::<Submission>()]).unwrap();
        assert_eq!(encoded, submission.encode());
        let rate = Call::rate(TaskId(7), 5);
        let types = vec![MetaType::new::<TaskId>(), MetaType::new::<u8>()];
        assert_eq!(encode_for(&rate, types).unwrap(), (7u64, 5u8).encode());
        let assignment = AssignmentId {
            task: TaskId(7),
            replica: 0,
            attempt: 1,
        };
        let envelope = Envelope {
            recipient: [1; 32],
            encapsulated: [2; 32],
            sealed_key: [3; 48],
        };
        let grant = Call::grant_key(assignment, &envelope);
        let types = vec![MetaType::new::<AssignmentId>(), MetaType::new::<Envelope>()];
        assert_eq!(
            encode_for(&grant, types).unwrap(),
            (assignment, envelope).encode()
        );
        let peers = PeerAddresses::default();
        let proof = WorkerProof {
            recent_block: 1,
            signature: [2; 64],
        };
        let call = Call::register_provider(3, [4; 32], [5; 32], &peers, &proof);
        let types = vec![
            MetaType::new::<Balance>(),
            MetaType::new::<[u8; 32]>(),
            MetaType::new::<[u8; 32]>(),
            MetaType::new::<PeerAddresses>(),
            MetaType::new::<(u32, [u8; 64])>(),
        ];
        assert!(encode_for(&call, types).is_ok());
    }

    #[test]
    fn arguments_of_another_runtime_are_refused() {
        let rate = Call::rate(TaskId(7), 5);
        let more = vec![
            MetaType::new::<TaskId>(),
            MetaType::new::<u8>(),
            MetaType::new::<u8>(),
        ];
        assert!(encode_for(&rate, more)
            .unwrap_err()
            .contains("argument `x`"));
        let fewer = vec![MetaType::new::<TaskId>()];
        assert!(encode_for(&rate, fewer)
            .unwrap_err()
            .contains("1 bytes more"));
    }

    #[test]
    fn a_batch_is_a_list_of_whole_calls() {
        let batch = Call::batch_all(&[vec![31, 0, 1], vec![31, 7]]);
        assert_eq!(batch.arguments.0, [8, 31, 0, 1, 31, 7]);
        assert_eq!(batch.title(), "Utility.batch_all");
    }
}
