"""What the emulators do otherwise than AWS: tests of the conformance suite that must fail on them, and why.

Such a test that passes is an error, so that what an emulator mends is noticed. `test[case]` is one case of a
test.
"""

MINISTACK_GAPS = {
    "test_only_numbers_are_added_to_and_only_lists_appended_to": (
        "MiniStack replaces a text by the list that list_append is to add to it; AWS refuses the update"
    ),
    "test_to_acknowledge_twice_is_no_fault": (
        "MiniStack calls the receipt of a deleted message invalid; AWS deletes what is gone without a word"
    ),
}

_ANY_LINK = "moto looks neither at the signature nor at the time of a link; AWS refuses it with 403"
_ANY_FORM = "moto looks neither at the signature nor at the policy of a form; AWS refuses it"
MOTO_GAPS = {
    "test_what_is_not_equal_is_not_as_expected[1-True]": "moto compares as Python does, to which True is 1",
    "test_what_is_not_equal_is_not_as_expected[0-False]": "moto compares as Python does, to which False is 0",
    "test_a_long_document_is_taken_whole": (
        "moto counts the bytes of its own notation: documents of 409,000 bytes are too long to it"
    ),
    "test_a_link_expires": _ANY_LINK,
    "test_a_link_is_for_one_object": _ANY_LINK,
    "test_a_link_cannot_be_made_longer": _ANY_LINK,
    "test_a_link_to_get_does_not_put": _ANY_LINK,
    "test_an_upload_link_may_say_the_content_type": _ANY_LINK,
    "test_an_upload_link_expires": _ANY_LINK,
    "test_a_form_may_say_the_content_type": _ANY_FORM,
    "test_a_form_expires": _ANY_FORM,
    "test_a_form_is_for_one_object": _ANY_FORM,
    "test_a_form_cannot_be_forged": _ANY_FORM,
    "test_a_form_takes_no_more_than_it_says": _ANY_FORM,
    "test_sequences_increase": "moto draws sequence numbers by lot; those of AWS increase",
    "test_a_lease_that_has_ended_cannot_be_used": (
        "moto deletes a message by the receipt of a lease that has ended, although another reader has it"
    ),
    "test_the_same_within_five_minutes_is_once": (
        "moto gives what was sent twice another id, and forgets it once the first was deleted"
    ),
    "test_the_same_content_is_once_if_the_queue_says_so": (
        "moto gives what was sent twice another id, and forgets it once the first was deleted"
    ),
}

# Nobody has run the suite on AWS yet.
AWS_GAPS: dict[str, str] = {}
