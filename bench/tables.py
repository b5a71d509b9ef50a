"""The tables that are filled, and their columns in the order in which rows are made."""

COLUMNS = {
    "patients": (
        "id version ref name social_name name_key birth_date sex cns mother_name mother_key record_number address"
        " neighbourhood municipality phone unit_id created_at created_by_id"
    ),
    "patient_names": "word patient_id",
    "cases": (
        "id version ref state specialty_id priority priority_reason unit_id requester_id filed_by_id holder_id"
        " escalated_by_id patient_id initials birth_date age_years complaint subjective objective vitals assessment"
        " plan available would_refer round created_at changed_at submitted_at clock_since service_seconds due_at"
        " ends_at first_opinion_at last_opinion_at concluded_at steps"
    ),
    "case_patients": (
        "case_id name social_name birth_date age_years sex cns record_number mother_name address neighbourhood"
        " municipality phone taken_at"
    ),
    "case_questions": "id case_id number round kind text",
    "case_problems": "case_id number system code title",
    "case_consents": "case_id given_by given_by_name how taken_by_id taken_at text_version revoked_why",
    "case_events": "id case_id number verb at by_id for_id source state round said data",
    "case_seen": "user_id case_id number",
    "opinions": (
        "id case_id round edition author_id specialty_id decision reasoning conduct red_flags when_to_refer sources"
        " given_at correction_why withdrawn_why"
    ),
    "opinion_answers": "opinion_id question_id text",
    "opinion_diagnoses": "opinion_id number system code title",
    "information_requests": "id case_id asked_by_id asked_at note closed_at",
    "information_items": "request_id number text answer why_not saved_at",
    "missing_items": "event_id field case_id note",
    "referrals": (
        "id ref case_id specialty_id priority justification diagnosis bring made_by_id made_at ended_at ended_by_id"
        " ended_how unseen_cause"
    ),
    "counter_referrals": (
        "referral_id case_id attended_on attended_by diagnosis opinion conduct returns return_when from_paper"
        " recorded_at recorded_by_id"
    ),
    "attachments": (
        "ref case_id key name content_type size sha256 kind caption inspection previewed_at added_at"
        " added_by_id withdrawn_why"
    ),
    "notices": "user_id kind subject by_id at seen_at",
    "outbox_messages": "kind key address payload created_at next_at attempts last_error done_at",
    "audit_heads": "stream length hash",
    "audit_events": "stream number at word user_id for_id subject address data hash",
}


def columns(table: str) -> tuple[str, ...]:
    """Return the columns of a table that is filled row by row."""
    return tuple(COLUMNS[table].split())
