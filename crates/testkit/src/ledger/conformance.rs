//! The promises of `Ledger`, one function each. [`ledger_conformance!`](crate::ledger_conformance) makes a test of every one.

mod agents;
mod catalogue;
mod credentials;
mod events;
mod journal;
mod log;
mod resolutions;
mod sessions;

pub use agents::*;
pub use catalogue::*;
pub use credentials::*;
pub use events::*;
pub use journal::*;
pub use log::*;
pub use resolutions::*;
pub use sessions::*;

/// Makes a test of every promise. `$fixture` is an expression that makes a new, empty store.
#[macro_export]
macro_rules! ledger_conformance {
    ($fixture:expr) => {
        $crate::ledger_conformance! { $fixture;
            numbers_never_skip_or_repeat, declaring_again_changes_nothing, a_name_twice_in_one_group_is_one_thing,
            people_are_declared_and_updated, pages_of_people_and_versions, names_are_kept_as_given, names_for_numbers,
            tenants_are_isolated, events_are_recorded_in_order, mention_creates, a_session_follows_what_its_events_name,
            the_times_of_events_decide_whom_a_session_is_of, what_is_linked_anew_leaves_nothing_behind, aliases_hold_within_their_session, totals_are_those_of_the_events, only_own_events_are_revised, activity_and_start,
            every_group_is_a_record, the_journal_comes_in_pieces, trimming_forgets_old_records, everything_survives_reopening,
            a_patch_changes_only_what_it_says, shared_sessions_are_found, logs_and_threads, sessions_are_listed,
            tenants_are_made, keys_are_kept, keys_are_revoked, uses_of_keys_are_noted, the_two_newest_secrets_are_kept,
            the_pepper_stays, the_credentials_version_shows_changes,
            agents_are_created_once, a_mentioned_agent_is_described_later, patches_make_versions, archiving_is_dated,
            deleting_hides_and_frees_the_name, agents_are_listed, agents_are_found_by_prompt, changes_are_told_in_their_record,
            notices_wait_to_be_taken, settings_and_gaps_are_told_to_all, answers_are_kept, sessions_have_aliases, conversations_are_shown, domain_events_need_no_agent,
            the_last_resolution_told_counts, a_resolution_names_the_event_that_told_it, an_end_names_the_event_that_told_it,
            resolutions_are_taken_along,
        }

        #[test]
        fn equals_the_reference() {
            $crate::ledger::differential::run(|| $fixture);
        }
    };
    ($fixture:expr; $($promise:ident),+ $(,)?) => {
        $(
            #[test]
            fn $promise() {
                $crate::ledger::conformance::$promise(&$fixture);
            }
        )+
    };
}
