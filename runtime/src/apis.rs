//! The runtime APIs: what the node and its users can ask the runtime.

use aicpw_primitives::{traits::DevicePool, worker_key::WorkerId};
use aicpw_protocol::{
    mailbox,
    task::{Needs, Verification},
    verdict::DisputeView,
    view::{
        DeviceView, DryRun, HistoryHead, MarketCensus, MarketClock as MarketClockView,
        MarketParameters, ProviderView, ReputationView, TaskView,
    },
    AssignmentId, DeviceId, Milliseconds, TaskId,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    traits::Get,
    weights::Weight,
};
use pallet_grandpa::AuthorityId as GrandpaId;
use sp_api::impl_runtime_apis;
use sp_consensus_babe::AuthorityId as BabeId;
use sp_consensus_beefy::{
    ecdsa_crypto::{AuthorityId as BeefyId, AuthoritySignature as BeefySignature},
    mmr::{BeefyAuthoritySet, BeefyNextAuthoritySet},
    MmrHashing, MmrRootHash,
};
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_mmr_primitives as mmr;
use sp_runtime::{
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, ExtrinsicInclusionMode, OpaqueValue,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

use crate::{
    configs::{
        beefy::MmrLeaf, calendar::EpochLength, consensus::BABE_GENESIS_EPOCH_CONFIG, market,
        parameters,
    },
    presets, AccountId, AuthorityDiscovery, Babe, Balance, Beefy, BeefyMmrLeaf, Block, BlockNumber,
    Disputes, Executive, Grandpa, Historical, InherentDataExt, MarketClock, Matching, Mmr, Nonce,
    ProviderStaking, Runtime, RuntimeCall, RuntimeGenesisConfig, SessionKeys, Staking, System,
    Tasks, TransactionPayment, VERSION,
};

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block);
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl aicpw_primitives::api::TasksApi<Block, AccountId> for Runtime {
        fn task(id: TaskId) -> Option<TaskView<AccountId>> {
            Tasks::task_view(id)
        }

        fn tasks(
            requester: Option<AccountId>,
            before: Option<TaskId>,
            limit: u32,
        ) -> Vec<TaskId> {
            Tasks::tasks_view(requester, before, limit)
        }

        fn history_head() -> HistoryHead {
            Tasks::history_head()
        }

        fn market_parameters() -> MarketParameters {
            Tasks::market_parameters(market::HeartbeatPeriod::get(), parameters::MinStake::get())
        }

        fn market_clock() -> MarketClockView {
            MarketClockView { block: MarketClock::market_block(), is_paused: MarketClock::is_paused() }
        }

        fn dry_run(
            requester: AccountId,
            needs: Needs,
            budget: Balance,
            time_limit: Milliseconds,
            verification: Verification,
        ) -> DryRun {
            let share = budget / Balance::from(verification.replicas().max(1));
            let highest = Tasks::highest_ask(&needs, share, time_limit, &verification);
            Matching::dry_run(requester, needs, highest, |ask, reputation| {
                Tasks::quote(&needs, budget, time_limit, &verification, ask, reputation)
            })
        }
    }

    impl aicpw_primitives::api::ProvidersApi<Block, AccountId> for Runtime {
        fn provider(account: AccountId) -> Option<ProviderView<AccountId>> {
            ProviderStaking::provider_view(account)
        }

        fn providers(after: Option<AccountId>, limit: u32) -> Vec<AccountId> {
            ProviderStaking::providers_view(after, limit)
        }

        fn device(id: DeviceId) -> Option<DeviceView<AccountId>> {
            ProviderStaking::device_view(id)
        }

        fn provider_of_worker(worker: WorkerId) -> Option<AccountId> {
            ProviderStaking::provider_of_worker(worker)
        }

        fn reputation(account: AccountId) -> Option<ReputationView<AccountId>> {
            ProviderStaking::reputation_view(account, parameters::AuditRules::get())
        }
    }

    impl aicpw_primitives::api::WorkerApi<Block> for Runtime {
        fn orders(worker: WorkerId) -> mailbox::Orders {
            Tasks::orders(&worker)
        }

        fn locked(worker: WorkerId) -> Vec<AssignmentId> {
            let held = <ProviderStaking as DevicePool<AccountId>>::assignments_of(&worker);
            held.into_iter().map(|(assignment, _)| assignment).collect()
        }

        fn height() -> BlockNumber {
            System::block_number()
        }
    }

    impl aicpw_primitives::api::DisputesApi<Block, AccountId> for Runtime {
        fn dispute(task: TaskId) -> Option<DisputeView<AccountId>> {
            Disputes::dispute_view(task)
        }

        fn disputes(after: Option<TaskId>, limit: u32) -> Vec<TaskId> {
            Disputes::disputes_view(after, limit)
        }

        fn dispute_bond(task: TaskId) -> Option<Balance> {
            Disputes::dispute_bond(task)
        }

        fn claim_bond(assignment: AssignmentId) -> Option<Balance> {
            Disputes::claim_bond(assignment)
        }
    }

    impl aicpw_primitives::api::CensusApi<Block> for Runtime {
        fn census() -> MarketCensus {
            MarketCensus {
                submitted: Tasks::history_head().length,
                tasks: Tasks::task_census(),
                disputes: Disputes::dispute_census(),
                claims: Disputes::claim_census(),
                listed_devices: Matching::devices_listed(),
                live_providers: ProviderStaking::live_providers(),
            }
        }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(
            id: frame_support::view_functions::ViewFunctionId,
            input: Vec<u8>,
        ) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(
            block: <Block as BlockT>::LazyBlock,
            data: InherentData,
        ) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            tx: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, tx, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            if !crate::configs::system::is_in_another_form() {
                Executive::offchain_worker(header);
            }
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(
            owner: Vec<u8>,
            seed: Option<Vec<u8>>,
        ) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl sp_consensus_babe::BabeApi<Block> for Runtime {
        fn configuration() -> sp_consensus_babe::BabeConfiguration {
            let epoch_config = Babe::epoch_config().unwrap_or(BABE_GENESIS_EPOCH_CONFIG);
            sp_consensus_babe::BabeConfiguration {
                slot_duration: Babe::slot_duration(),
                epoch_length: EpochLength::get(),
                c: epoch_config.c,
                authorities: Babe::authorities().to_vec(),
                randomness: Babe::randomness(),
                allowed_slots: epoch_config.allowed_slots,
            }
        }

        fn current_epoch_start() -> sp_consensus_babe::Slot {
            Babe::current_epoch_start()
        }

        fn current_epoch() -> sp_consensus_babe::Epoch {
            Babe::current_epoch()
        }

        fn next_epoch() -> sp_consensus_babe::Epoch {
            Babe::next_epoch()
        }

        fn generate_key_ownership_proof(
            slot: sp_consensus_babe::Slot,
            authority_id: BabeId,
        ) -> Option<sp_consensus_babe::OpaqueKeyOwnershipProof> {
            // For two blocks in one slot the node asks for this proof at their parent, and at the best block only if it
            // got none there. If the two blocks are the first of their session, the parent is in the session before,
            // and a report with a proof for that session slashes nobody.
            if !is_in_current_epoch(slot) {
                return None;
            }
            prove_key_ownership(sp_consensus_babe::KEY_TYPE, authority_id)
                .map(sp_consensus_babe::OpaqueKeyOwnershipProof::new)
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation_proof: sp_consensus_babe::EquivocationProof<<Block as BlockT>::Header>,
            key_owner_proof: sp_consensus_babe::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Babe::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof.decode()?)
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> sp_consensus_grandpa::SetId {
            Grandpa::current_set_id()
        }

        fn generate_key_ownership_proof(
            _set_id: sp_consensus_grandpa::SetId,
            authority_id: GrandpaId,
        ) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
            prove_key_ownership(sp_consensus_grandpa::KEY_TYPE, authority_id)
                .map(sp_consensus_grandpa::OpaqueKeyOwnershipProof::new)
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation_proof: sp_consensus_grandpa::EquivocationProof<
                <Block as BlockT>::Hash,
                NumberFor<Block>,
            >,
            key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Grandpa::submit_unsigned_equivocation_report(
                equivocation_proof,
                key_owner_proof.decode()?,
            )
        }
    }

    impl sp_consensus_beefy::BeefyApi<Block, BeefyId> for Runtime {
        fn beefy_genesis() -> Option<BlockNumber> {
            pallet_beefy::GenesisBlock::<Runtime>::get()
        }

        fn validator_set() -> Option<sp_consensus_beefy::ValidatorSet<BeefyId>> {
            Beefy::validator_set()
        }

        fn submit_report_double_voting_unsigned_extrinsic(
            equivocation_proof: sp_consensus_beefy::DoubleVotingProof<
                BlockNumber,
                BeefyId,
                BeefySignature,
            >,
            key_owner_proof: sp_consensus_beefy::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Beefy::submit_unsigned_double_voting_report(
                equivocation_proof,
                key_owner_proof.decode()?,
            )
        }

        fn submit_report_fork_voting_unsigned_extrinsic(
            equivocation_proof: sp_consensus_beefy::ForkVotingProof<
                <Block as BlockT>::Header,
                BeefyId,
                OpaqueValue,
            >,
            key_owner_proof: sp_consensus_beefy::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Beefy::submit_unsigned_fork_voting_report(
                equivocation_proof.try_into()?,
                key_owner_proof.decode()?,
            )
        }

        fn submit_report_future_block_voting_unsigned_extrinsic(
            equivocation_proof: sp_consensus_beefy::FutureBlockVotingProof<BlockNumber, BeefyId>,
            key_owner_proof: sp_consensus_beefy::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Beefy::submit_unsigned_future_block_voting_report(
                equivocation_proof,
                key_owner_proof.decode()?,
            )
        }

        fn generate_key_ownership_proof(
            _set_id: sp_consensus_beefy::ValidatorSetId,
            authority_id: BeefyId,
        ) -> Option<sp_consensus_beefy::OpaqueKeyOwnershipProof> {
            prove_key_ownership(sp_consensus_beefy::KEY_TYPE, authority_id)
                .map(sp_consensus_beefy::OpaqueKeyOwnershipProof::new)
        }
    }

    impl pallet_beefy_mmr::BeefyMmrApi<Block, MmrRootHash> for Runtime {
        fn authority_set_proof() -> BeefyAuthoritySet<MmrRootHash> {
            BeefyMmrLeaf::authority_set_proof()
        }

        fn next_authority_set_proof() -> BeefyNextAuthoritySet<MmrRootHash> {
            BeefyMmrLeaf::next_authority_set_proof()
        }
    }

    impl mmr::MmrApi<Block, MmrRootHash, BlockNumber> for Runtime {
        fn mmr_root() -> Result<MmrRootHash, mmr::Error> {
            Ok(Mmr::mmr_root())
        }

        fn mmr_leaf_count() -> Result<mmr::LeafIndex, mmr::Error> {
            Ok(Mmr::mmr_leaves())
        }

        fn generate_proof(
            block_numbers: Vec<BlockNumber>,
            best_known_block_number: Option<BlockNumber>,
        ) -> Result<(Vec<mmr::EncodableOpaqueLeaf>, mmr::LeafProof<MmrRootHash>), mmr::Error> {
            let (leaves, proof) = Mmr::generate_proof(block_numbers, best_known_block_number)?;
            let leaves = leaves.iter().map(mmr::EncodableOpaqueLeaf::from_leaf).collect();
            Ok((leaves, proof))
        }

        fn generate_ancestry_proof(
            prev_block_number: BlockNumber,
            best_known_block_number: Option<BlockNumber>,
        ) -> Result<mmr::AncestryProof<MmrRootHash>, mmr::Error> {
            Mmr::generate_ancestry_proof(prev_block_number, best_known_block_number)
        }

        fn verify_proof(
            leaves: Vec<mmr::EncodableOpaqueLeaf>,
            proof: mmr::LeafProof<MmrRootHash>,
        ) -> Result<(), mmr::Error> {
            let leaves = leaves
                .into_iter()
                .map(|leaf| {
                    leaf.into_opaque_leaf().try_decode().ok_or(mmr::Error::Verify)
                })
                .collect::<Result<Vec<MmrLeaf>, mmr::Error>>()?;
            Mmr::verify_leaves(leaves, proof)
        }

        fn verify_proof_stateless(
            root: MmrRootHash,
            leaves: Vec<mmr::EncodableOpaqueLeaf>,
            proof: mmr::LeafProof<MmrRootHash>,
        ) -> Result<(), mmr::Error> {
            let leaves = leaves
                .into_iter()
                .map(|leaf| mmr::DataOrHash::Data(leaf.into_opaque_leaf()))
                .collect();
            pallet_mmr::verify_leaves_proof::<MmrHashing, _>(root, leaves, proof)
        }
    }

    impl sp_authority_discovery::AuthorityDiscoveryApi<Block> for Runtime {
        fn authorities() -> Vec<sp_authority_discovery::AuthorityId> {
            AuthorityDiscovery::authorities()
        }
    }

    impl pallet_staking_runtime_api::StakingApi<Block, Balance, AccountId> for Runtime {
        fn nominations_quota(balance: Balance) -> u32 {
            Staking::api_nominations_quota(balance)
        }

        fn eras_stakers_page_count(era: sp_staking::EraIndex, account: AccountId) -> sp_staking::Page {
            Staking::api_eras_stakers_page_count(era, account)
        }

        fn pending_rewards(era: sp_staking::EraIndex, account: AccountId) -> bool {
            Staking::api_pending_rewards(era, account)
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance>
        for Runtime
    {
        fn query_info(
            uxt: <Block as BlockT>::Extrinsic,
            len: u32,
        ) -> pallet_transaction_payment_rpc_runtime_api::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(uxt, len)
        }

        fn query_fee_details(
            uxt: <Block as BlockT>::Extrinsic,
            len: u32,
        ) -> pallet_transaction_payment::FeeDetails<Balance> {
            TransactionPayment::query_fee_details(uxt, len)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<
        Block,
        Balance,
        RuntimeCall,
    > for Runtime {
        fn query_call_info(
            call: RuntimeCall,
            len: u32,
        ) -> pallet_transaction_payment::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, len)
        }

        fn query_call_fee_details(
            call: RuntimeCall,
            len: u32,
        ) -> pallet_transaction_payment::FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, len)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            presets::read_own_addresses();
            build_state::<RuntimeGenesisConfig>(config)
        }

        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, presets::get_preset)
        }

        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            presets::preset_names()
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(extra: bool) -> (
            Vec<frame_benchmarking::BenchmarkList>,
            Vec<frame_support::traits::StorageInfo>,
        ) {
            use frame_benchmarking::{baseline::Pallet as BaselineBench, BenchmarkList};
            use frame_support::traits::StorageInfoTrait;
            use frame_system_benchmarking::{
                extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
            };

            use crate::{transactions::fair_order::benchmarking::Pallet as FairOrder, *};

            let mut list = Vec::<BenchmarkList>::new();
            list_benchmarks!(list, extra);
            (list, AllPalletsWithSystem::storage_info())
        }

        #[allow(non_local_definitions, reason = "nothing but benchmarks needs these traits")]
        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
            use frame_benchmarking::{baseline, baseline::Pallet as BaselineBench, BenchmarkBatch};
            use frame_support::traits::WhitelistedStorageKeys;
            use frame_system_benchmarking::{
                extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
            };

            use crate::{transactions::fair_order::benchmarking::Pallet as FairOrder, *};

            impl frame_system_benchmarking::Config for Runtime {}
            impl baseline::Config for Runtime {}

            let mut whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
            whitelist.extend(crate::configs::once::keys().into_iter().map(Into::into));
            let mut batches = Vec::<BenchmarkBatch>::new();
            let params = (&config, &whitelist);
            add_benchmarks!(params, batches);
            Ok(batches)
        }
    }

    #[cfg(feature = "try-runtime")]
    impl frame_try_runtime::TryRuntime<Block> for Runtime {
        fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
            // A failed check must stop the tool with a trace; there is no caller to tell.
            let weight = Executive::try_runtime_upgrade(checks).expect("runtime upgrade failed");
            (weight, crate::configs::system::RuntimeBlockWeights::get().max_block)
        }

        fn execute_block(
            block: <Block as BlockT>::LazyBlock,
            state_root_check: bool,
            signature_check: bool,
            select: frame_try_runtime::TryStateSelect,
        ) -> Weight {
            Executive::try_execute_block(block, state_root_check, signature_check, select)
                .expect("block execution failed")
        }
    }
}

/// Whether a slot is in the current epoch, by the rule with which the pallet checks a report: a slot before the chain's
/// first slot counts as the first epoch. In the state of the genesis there is no first slot yet, so a later block has
/// to be asked.
fn is_in_current_epoch(slot: sp_consensus_babe::Slot) -> bool {
    let epoch = slot
        .saturating_sub(Babe::genesis_slot())
        .checked_div(EpochLength::get());
    epoch == Some(Babe::epoch_index())
}

/// Proves that a key of the current session belongs to one of its validators.
fn prove_key_ownership(key_type: KeyTypeId, authority: impl Encode) -> Option<Vec<u8>> {
    use frame_support::traits::KeyOwnerProofSystem;
    Historical::prove((key_type, authority.encode())).map(|proof| proof.encode())
}
