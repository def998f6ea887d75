//! Validators: they are elected by stake, paid by the treasury, and slashed when they say two things at once.

use aicpw_runtime::{
    configs::{
        money::TreasuryAccount,
        parameters::ValidatorStream,
        validators::{ValidatorPot, BONDING_ERAS, CANDIDATES, SESSIONS_PER_ERA, SLASH_DEFER_ERAS},
    },
    presets::DEVELOPMENT_BOND,
    units::{EXISTENTIAL_DEPOSIT, MICRO, UNIT},
    AccountId, Address, Babe, Balance, Balances, Beefy, Block, Grandpa, Header, Historical,
    Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, Session, SessionKeys, Staking, System,
};
use codec::Encode;
use frame_support::traits::{
    fungible::{Inspect, Mutate},
    tokens::Preservation,
    KeyOwnerProofSystem,
};
use pallet_staking::{RewardDestination, ValidatorPrefs};
use serde_json::json;
use sp_consensus_babe::{
    digests::{PreDigest, SecondaryPlainPreDigest},
    runtime_decl_for_babe_api::BabeApiV2,
    Slot, BABE_ENGINE_ID,
};
use sp_core::{crypto::Pair, Hasher};
use sp_keyring::{
    Ed25519Keyring,
    Sr25519Keyring::{self, Alice, Bob, Charlie, Eve, Ferdie},
};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    generic::{Digest, DigestItem},
    traits::{BlakeTwo256, Header as _},
    DispatchError, Perbill, Percent,
};
use sp_session::MembershipProof;

use crate::{
    chain::{genesis, Chain},
    emergency::decide_fast,
};

/// The slash for one offender of four validators: three quarters squared.
pub const ONE_OF_FOUR: Perbill = Perbill::from_parts(562_500_000);

pub fn validators(chain: &mut Chain) -> Vec<AccountId> {
    chain.read(Session::validators)
}

pub fn bonded(chain: &mut Chain, who: Sr25519Keyring) -> Balance {
    let account = who.to_account_id();
    chain
        .read(|| pallet_staking::Ledger::<Runtime>::get(account))
        .map(|ledger| ledger.active)
        .unwrap_or_default()
}

fn end_sessions(chain: &mut Chain, count: u32) {
    for _ in 0..count {
        chain.end_session();
    }
}

#[test]
fn whoever_bonds_and_validates_is_elected() {
    let mut chain = Chain::local_testnet();
    chain.register(KeystoreExt::new(MemoryKeystore::new()));
    let eve = Eve.to_account_id();
    let bond = pallet_staking::Call::bond {
        value: 50_000 * UNIT,
        payee: RewardDestination::Stash,
    };
    chain.sign(Eve, bond).unwrap();
    let keys = chain.read(|| SessionKeys::generate(&eve.encode(), None));
    let set_keys = pallet_session::Call::set_keys {
        keys: keys.keys,
        proof: keys.proof.encode(),
    };
    chain.sign(Eve, set_keys).unwrap();
    let validate = pallet_staking::Call::validate {
        prefs: ValidatorPrefs {
            commission: Perbill::from_percent(5),
            blocked: false,
        },
    };
    chain.sign(Eve, validate).unwrap();

    assert!(!validators(&mut chain).contains(&eve));
    end_sessions(&mut chain, SESSIONS_PER_ERA + 2);
    let set = validators(&mut chain);
    assert!(set.contains(&eve) && set.len() == 5, "{set:?}");
    chain.read(|| {
        assert_eq!(Babe::authorities().len(), 5);
        assert_eq!(Grandpa::grandpa_authorities().len(), 5);
        assert_eq!(Beefy::validator_set().unwrap().len(), 5);
    });

    // Eve is no validator any more once she stops.
    chain.sign(Eve, pallet_staking::Call::chill {}).unwrap();
    end_sessions(&mut chain, SESSIONS_PER_ERA + 2);
    assert!(!validators(&mut chain).contains(&eve));
}

#[test]
fn nobody_validates_without_the_least_bond() {
    let mut chain = Chain::local_testnet();
    let bond = pallet_staking::Call::bond {
        value: 1_000 * UNIT,
        payee: RewardDestination::Stash,
    };
    chain.sign(Eve, bond).unwrap();
    let validate = pallet_staking::Call::validate {
        prefs: ValidatorPrefs::default(),
    };
    assert_eq!(
        chain.sign(Eve, validate),
        Err(pallet_staking::Error::<Runtime>::InsufficientBond.into())
    );
}

/// With one candidate more, the era would never end again, and nobody would be slashed.
#[test]
fn there_are_never_more_candidates_than_an_election_takes() {
    let mut chain = Chain::local_testnet();
    let mut stand = |index: u8| {
        chain.read(|| {
            let account = AccountId::new([index; 32]);
            Balances::mint_into(&account, 20_000 * UNIT).unwrap();
            let origin = || RuntimeOrigin::signed(account.clone());
            Staking::bond(origin(), 10_000 * UNIT, RewardDestination::Stash).unwrap();
            Staking::validate(origin(), ValidatorPrefs::default())
        })
    };
    let already = 4;
    for index in already..CANDIDATES as u8 {
        stand(index).unwrap();
    }
    assert_eq!(
        stand(CANDIDATES as u8),
        Err(pallet_staking::Error::<Runtime>::TooManyValidators.into())
    );
    end_sessions(&mut chain, SESSIONS_PER_ERA + 2);
    assert_eq!(era(&mut chain), 1);
}

#[test]
fn the_treasury_pays_and_nothing_is_minted() {
    let mut chain = Chain::local_testnet();
    let treasury: AccountId = TreasuryAccount::get();
    let give = pallet_balances::Call::transfer_keep_alive {
        dest: Address::Id(treasury.clone()),
        value: 10_000 * UNIT,
    };
    chain.sign(Charlie, give).unwrap();
    let issued = chain.read(Balances::total_issuance);
    let before = chain.balance(&treasury);
    end_sessions(&mut chain, SESSIONS_PER_ERA + 1);
    let pot: AccountId = ValidatorPot::get();
    let paid = chain.balance(&pot) - EXISTENTIAL_DEPOSIT;
    let spare = before - EXISTENTIAL_DEPOSIT;
    assert_eq!(paid, ValidatorStream::DEFAULT.mul_floor(spare));
    assert_eq!(before - chain.balance(&treasury), paid);

    let mut earned = 0;
    for validator in validators(&mut chain) {
        let before = chain.balance(&validator);
        let payout = pallet_staking::Call::payout_stakers {
            validator_stash: validator.clone(),
            era: 0,
        };
        // A validator that made no block has earned nothing.
        if chain.sign(Ferdie, payout).is_ok() {
            earned += chain.balance(&validator).saturating_sub(before);
        }
    }
    assert!(earned > paid * 99 / 100, "{earned} of {paid}");
    assert!(chain.balance(&pot) < paid / 100, "out of the pot");
    assert_eq!(chain.read(Balances::total_issuance), issued);
}

#[test]
fn what_the_pot_lacks_the_treasury_pays() {
    let mut chain = Chain::local_testnet();
    let (treasury, pot): (AccountId, AccountId) = (TreasuryAccount::get(), ValidatorPot::get());
    chain.read(|| Balances::mint_into(&treasury, 10_000 * UNIT).unwrap());
    end_sessions(&mut chain, SESSIONS_PER_ERA + 1);
    let (issued, before) = chain.read(|| {
        let paid = Balances::balance(&pot);
        Balances::transfer(
            &pot,
            &Ferdie.to_account_id(),
            paid,
            Preservation::Expendable,
        )
        .unwrap();
        let issued = Balances::total_issuance();
        let before = Balances::balance(&treasury);
        for validator in Session::validators() {
            let _ = Staking::payout_stakers(RuntimeOrigin::signed(pot.clone()), validator, 0);
        }
        (issued, before)
    });
    assert!(chain.balance(&treasury) < before - 90 * UNIT);
    assert_eq!(chain.read(Balances::total_issuance), issued);
}

#[test]
fn what_is_capped_goes_back_to_the_treasury() {
    let mut chain = Chain::local_testnet();
    let (treasury, pot): (AccountId, AccountId) = (TreasuryAccount::get(), ValidatorPot::get());
    let issued = chain.read(|| {
        Balances::mint_into(&treasury, 10_000 * UNIT).unwrap();
        pallet_staking::MaxStakedRewards::<Runtime>::put(Percent::from_percent(50));
        Balances::total_issuance()
    });
    let spare = chain.balance(&treasury) - EXISTENTIAL_DEPOSIT;
    end_sessions(&mut chain, SESSIONS_PER_ERA + 1);
    let kept = ValidatorStream::DEFAULT.mul_floor(spare) / 2;
    assert_eq!(chain.balance(&pot) - EXISTENTIAL_DEPOSIT, kept);
    assert_eq!(chain.balance(&treasury) - EXISTENTIAL_DEPOSIT, spare - kept);
    assert_eq!(chain.read(Balances::total_issuance), issued);
}

/// Returns the proof of two blocks of one validator in one slot.
fn babe_equivocation(
    chain: &mut Chain,
    offender: Sr25519Keyring,
) -> sp_consensus_babe::EquivocationProof<Header> {
    let slot = chain.read(Babe::current_slot);
    let index = chain.read(|| {
        let key = offender.public().into();
        Babe::authorities()
            .iter()
            .position(|(authority, _)| *authority == key)
            .unwrap()
    });
    let block = |seed: u8| {
        let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
            authority_index: index as u32,
            slot,
        });
        let digest = Digest {
            logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())],
        };
        let root = BlakeTwo256::hash(&[seed]);
        let mut header = Header::new(2, root, root, root, digest);
        let seal = offender.pair().sign(header.hash().as_ref());
        header
            .digest_mut()
            .push(DigestItem::Seal(BABE_ENGINE_ID, seal.encode()));
        header
    };
    sp_consensus_babe::EquivocationProof {
        offender: offender.public().into(),
        slot,
        first_header: block(1),
        second_header: block(2),
    }
}

pub fn era(chain: &mut Chain) -> u32 {
    chain.read(|| pallet_staking::ActiveEra::<Runtime>::get().unwrap().index)
}

pub fn run_to_era(chain: &mut Chain, until: u32) {
    while era(chain) < until {
        chain.end_session();
    }
}

pub fn expect_disabled(chain: &mut Chain, offender: Sr25519Keyring) {
    let account = offender.to_account_id();
    let index = validators(chain).iter().position(|one| *one == account);
    let disabled = chain.read(Session::disabled_validators);
    assert_eq!(
        disabled,
        [index.unwrap() as u32],
        "it makes no more blocks and votes no more"
    );
}

/// Whether the last block has a report of this validator.
fn was_reported(chain: &mut Chain, offender: Sr25519Keyring) -> bool {
    let account = offender.to_account_id();
    chain.read(|| {
        System::events().iter().any(|record| {
            matches!(
                &record.event,
                RuntimeEvent::Staking(pallet_staking::Event::SlashReported { validator, .. })
                    if *validator == account
            )
        })
    })
}

/// Asserts that an offence of the first era is slashed at the end of the time for which the stake is certain to be
/// there.
pub fn expect_slash(chain: &mut Chain, offender: Sr25519Keyring, share: Perbill) {
    assert!(was_reported(chain, offender));
    run_to_era(chain, SLASH_DEFER_ERAS);
    assert_eq!(bonded(chain, offender), DEVELOPMENT_BOND);

    let treasury: AccountId = TreasuryAccount::get();
    let before = chain.balance(&treasury);
    run_to_era(chain, BONDING_ERAS - 1);
    let slash = share * DEVELOPMENT_BOND;
    // An election counts stake in units that are coarser than the token's smallest.
    let left = bonded(chain, offender);
    assert!(left.abs_diff(DEVELOPMENT_BOND - slash) < MICRO, "{left}");
    // The reporter gets a part of it, and so does the era's stream to validators.
    let gained = chain.balance(&treasury) - before;
    assert!(gained > slash * 4 / 5 && gained < slash, "{gained}");
}

pub fn babe_report(chain: &mut Chain, offender: Sr25519Keyring) -> RuntimeCall {
    chain.block(Vec::new());
    let proof = babe_equivocation(chain, offender);
    let key_owner_proof = chain
        .read(|| Historical::prove((sp_consensus_babe::KEY_TYPE, proof.offender.clone())))
        .unwrap();
    babe_report_with(proof, key_owner_proof)
}

fn babe_report_with(
    proof: sp_consensus_babe::EquivocationProof<Header>,
    key_owner_proof: MembershipProof,
) -> RuntimeCall {
    pallet_babe::Call::report_equivocation {
        equivocation_proof: Box::new(proof),
        key_owner_proof,
    }
    .into()
}

/// Returns the proof that a node gets which saw two blocks of this validator in this slot, and asks at the last block.
fn babe_key_owner(
    chain: &mut Chain,
    slot: Slot,
    offender: Sr25519Keyring,
) -> Option<MembershipProof> {
    let key = offender.public().into();
    let proof =
        chain.read(|| <Runtime as BabeApiV2<Block>>::generate_key_ownership_proof(slot, key));
    proof?.decode()
}

/// Keeping the proof back gains nothing, except that nobody is disabled.
#[test]
fn what_is_reported_days_later_is_slashed_as_well() {
    let mut chain = Chain::local_testnet();
    let report = babe_report(&mut chain, Bob);
    run_to_era(&mut chain, SLASH_DEFER_ERAS - 1);
    chain.sign(Ferdie, report).unwrap();
    assert!(chain.read(Session::disabled_validators).is_empty());
    expect_slash(&mut chain, Bob, ONE_OF_FOUR);
}

/// Unbonding gains nothing either: the slash is applied before anybody can withdraw.
#[test]
fn stake_is_slashed_before_it_can_be_withdrawn() {
    let mut chain = Chain::local_testnet();
    let report = babe_report(&mut chain, Bob);
    chain.sign(Ferdie, report).unwrap();
    chain.sign(Bob, pallet_staking::Call::chill {}).unwrap();
    let unbond = pallet_staking::Call::unbond {
        value: DEVELOPMENT_BOND,
    };
    chain.sign(Bob, unbond).unwrap();
    run_to_era(&mut chain, BONDING_ERAS - 1);
    chain.read(|| {
        let bob = Bob.to_account_id();
        let ledger = pallet_staking::Ledger::<Runtime>::get(&bob).unwrap();
        assert!(ledger.total < DEVELOPMENT_BOND / 2, "{}", ledger.total);
        Staking::withdraw_unbonded(RuntimeOrigin::signed(bob.clone()), 1).unwrap();
        assert!(pallet_staking::Ledger::<Runtime>::contains_key(&bob));
    });
}

#[test]
fn two_blocks_in_one_slot_cost_stake() {
    let mut chain = Chain::local_testnet();
    let report = babe_report(&mut chain, Bob);
    chain.sign(Ferdie, report.clone()).unwrap();
    expect_disabled(&mut chain, Bob);
    expect_slash(&mut chain, Bob, ONE_OF_FOUR);
    assert_eq!(
        chain.sign(Ferdie, report),
        Err(pallet_babe::Error::<Runtime>::DuplicateOffenceReport.into()),
        "once"
    );
}

#[test]
fn the_owner_of_a_key_is_proven_for_slots_of_the_current_epoch() {
    let mut chain = Chain::local_testnet();
    let epoch = chain.read(Babe::current_epoch);
    let (first, next) = (*epoch.start_slot, *epoch.start_slot + epoch.duration);
    // A fork can begin before the chain does; the pallet counts that as the first epoch.
    for slot in [first - 1, first, next - 1] {
        assert!(babe_key_owner(&mut chain, slot.into(), Bob).is_some());
    }
    for slot in [next, u64::MAX] {
        assert_eq!(babe_key_owner(&mut chain, slot.into(), Bob), None);
    }
    chain.end_session();
    let proof = babe_key_owner(&mut chain, next.into(), Bob).unwrap();
    assert_eq!(proof.session, chain.read(Session::current_index));
    for slot in [first, next - 1, next + epoch.duration] {
        assert_eq!(babe_key_owner(&mut chain, slot.into(), Bob), None);
    }
}

/// A node asks at the two blocks' parent who owned the key, and at the best block if it gets no answer there. The
/// parent is in the session before.
#[test]
fn two_blocks_that_begin_a_session_cost_stake() {
    for empty_epochs in [0_u64, 3] {
        let mut chain = Chain::local_testnet();
        let epoch = chain.read(Babe::current_epoch);
        let begins = epoch.start_slot + epoch.duration * (empty_epochs + 1);
        assert_eq!(babe_key_owner(&mut chain, begins, Bob), None);
        let owner_before = babe_key_owner(&mut chain, epoch.start_slot, Bob).unwrap();

        chain.end_session_after(empty_epochs);
        let proof = babe_equivocation(&mut chain, Bob);
        assert_eq!(proof.slot, begins);
        let owner = babe_key_owner(&mut chain, begins, Bob).unwrap();
        assert_eq!(owner.session, owner_before.session + 1);

        let report = babe_report_with(proof.clone(), owner_before);
        assert_eq!(
            chain.sign(Ferdie, report),
            Err(pallet_babe::Error::<Runtime>::InvalidKeyOwnershipProof.into()),
            "what the parent must not answer"
        );
        let report = babe_report_with(proof, owner);
        chain.sign(Ferdie, report).unwrap();
        assert!(was_reported(&mut chain, Bob));
        expect_disabled(&mut chain, Bob);
    }
}

fn grandpa_report(chain: &mut Chain, offender: Ed25519Keyring) -> RuntimeCall {
    use finality_grandpa::{Equivocation, Message, Prevote};
    let (round, set) = (1, chain.read(Grandpa::current_set_id));
    let vote = |seed: u8| {
        let prevote = Prevote {
            target_hash: BlakeTwo256::hash(&[seed]),
            target_number: 1u32,
        };
        let message = Message::Prevote(prevote.clone());
        let payload = sp_consensus_grandpa::localized_payload(round, set, &message);
        (prevote, offender.pair().sign(&payload).into())
    };
    let identity: sp_consensus_grandpa::AuthorityId = offender.public().into();
    let equivocation = sp_consensus_grandpa::Equivocation::Prevote(Equivocation {
        round_number: round,
        identity: identity.clone(),
        first: vote(1),
        second: vote(2),
    });
    let key_owner_proof = chain
        .read(|| Historical::prove((sp_consensus_grandpa::KEY_TYPE, identity)))
        .unwrap();
    pallet_grandpa::Call::report_equivocation {
        equivocation_proof: Box::new(sp_consensus_grandpa::EquivocationProof::new(
            set,
            equivocation,
        )),
        key_owner_proof,
    }
    .into()
}

#[test]
fn two_votes_in_one_round_cost_stake() {
    let mut chain = Chain::local_testnet();
    let report = grandpa_report(&mut chain, Ed25519Keyring::Charlie);
    chain.sign(Ferdie, report).unwrap();
    expect_disabled(&mut chain, Charlie);
    expect_slash(&mut chain, Charlie, ONE_OF_FOUR);
}

/// A bug has caused Bob's slash; Charlie has deserved his. An era is one session, so that there are fewer sessions to
/// make.
#[test]
fn a_referendum_cancels_one_slash_and_the_other_is_applied() {
    let calendar = json!({ "calendar": { "sessionsPerEra": 1 } });
    let mut chain = Chain::starting_from(genesis("local_testnet", calendar));
    for report in [
        babe_report(&mut chain, Bob),
        grandpa_report(&mut chain, Ed25519Keyring::Charlie),
    ] {
        chain.sign(Ferdie, report).unwrap();
    }
    let due = era(&mut chain) + SLASH_DEFER_ERAS + 1;
    let pending = || {
        let slashes = pallet_staking::UnappliedSlashes::<Runtime>::get(due).into_iter();
        slashes.map(|slash| slash.validator).collect::<Vec<_>>()
    };
    let (bob, charlie) = (Bob.to_account_id(), Charlie.to_account_id());
    assert_eq!(chain.read(pending), [bob, charlie.clone()]);

    let cancel: RuntimeCall = pallet_staking::Call::cancel_deferred_slash {
        era: due,
        slash_indices: vec![0],
    }
    .into();
    assert_eq!(
        chain.sign(Bob, cancel.clone()),
        Err(DispatchError::BadOrigin)
    );
    decide_fast(&mut chain, cancel, || pending() == [charlie.clone()]);
    // Of four validators only one is disabled at a time. Charlie took the place of Bob, whose slash was cancelled.
    expect_disabled(&mut chain, Charlie);
    run_to_era(&mut chain, due - 1);
    assert_eq!(bonded(&mut chain, Charlie), DEVELOPMENT_BOND);
    assert!(chain.read(Session::disabled_validators).is_empty());

    run_to_era(&mut chain, due);
    assert_eq!(bonded(&mut chain, Bob), DEVELOPMENT_BOND);
    let left = bonded(&mut chain, Charlie);
    let expected = DEVELOPMENT_BOND - ONE_OF_FOUR * DEVELOPMENT_BOND;
    assert!(left.abs_diff(expected) < MICRO, "{left}");
}

#[test]
fn a_forged_report_slashes_nobody() {
    let mut chain = Chain::local_testnet();
    chain.block(Vec::new());
    let mut proof = babe_equivocation(&mut chain, Bob);
    // The second block is not signed by Bob.
    let seal = Alice.pair().sign(b"something else");
    proof.second_header.digest_mut().pop();
    proof
        .second_header
        .digest_mut()
        .push(DigestItem::Seal(BABE_ENGINE_ID, seal.encode()));
    let key_owner_proof = chain
        .read(|| Historical::prove((sp_consensus_babe::KEY_TYPE, proof.offender.clone())))
        .unwrap();
    let report = pallet_babe::Call::report_equivocation {
        equivocation_proof: Box::new(proof),
        key_owner_proof,
    };
    assert_eq!(
        chain.sign(Ferdie, report),
        Err(pallet_babe::Error::<Runtime>::InvalidEquivocationProof.into())
    );
    assert!(chain.read(Session::disabled_validators).is_empty());
}
