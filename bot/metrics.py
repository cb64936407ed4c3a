"""Prometheus metrics. ``docs/metrics.md`` documents each; a test compares the two."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0)

TURNS = Counter("voxtrail_turns", "Turns taken, by channel and whether the message was understood.", ["channel", "understood"])
TURN_SECONDS = Histogram("voxtrail_turn_seconds", "Seconds from message to recorded answer, by channel.", ["channel"], buckets=_SECONDS)
NLU_SECONDS = Histogram("voxtrail_nlu_seconds", "Seconds the NLU server took for a sentence.", buckets=_SECONDS)
NLU_READY = Gauge("voxtrail_nlu_replicas_ready", "NLU servers that answer.")
ESCALATIONS = Counter("voxtrail_escalations", "Conversations handed to people, by reason.", ["reason"])
WAITING = Gauge("voxtrail_waiting", "Conversations that wait for a person, by language.", ["language"])
ANSWERED = Counter(
    "voxtrail_answered", "Conversations that a person took, by channel and whether within the service level.", ["channel", "within"]
)
LATE = Counter("voxtrail_late", "Conversations that waited longer than the service level allows, by channel.", ["channel"])
LEVEL = Gauge("voxtrail_service_level", "Share of the last hour's conversations that were answered within the service level.")
OFFERS = Counter("voxtrail_offers", "Offers of a conversation to an agent, by result.", ["result"])
LOST = Counter("voxtrail_connections_lost", "Conversations of agents whose desk was gone, by how it ended.", ["result"])
DELIVERIES = Counter("voxtrail_deliveries", "Outgoing messages, by channel and result.", ["channel", "result"])
TRANSFERS = Counter("voxtrail_transfers", "Calls put through to another phone, by how it ended.", ["result"])
REFUSED = Counter("voxtrail_requests_refused", "Requests refused, by stable error code.", ["code"])
CALLS = Gauge("voxtrail_calls", "Calls in progress, by channel.", ["channel"])
ON_CALLS = Gauge("voxtrail_people_on_calls", "People of ours on calls, by what they do there.", ["mode"])
CALLS_ENDED = Counter("voxtrail_calls_ended", "Calls that ended, by channel and reason.", ["channel", "reason"])
CALLS_REFUSED = Counter("voxtrail_calls_refused", "Calls not taken, by reason.", ["reason"])
CALL_PARTS = Histogram(
    "voxtrail_call_part_seconds",
    "Seconds of a call's parts: endpoint (end of speech to end of turn), transcription, reply, synthesis (a clause), tone, "
    "first_audio (all).",
    ["part"],
    buckets=_SECONDS,
)

MOOD = Histogram(
    "voxtrail_mood_frustration", "Frustration (0..1) after each judged message.", buckets=(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9)
)
MOOD_LEVELS = Counter("voxtrail_mood_levels", "Times a mood rose to a level (1: the bot changes its way, 2: it hands over).", ["level"])
TONE = Counter("voxtrail_tone_utterances", "Utterances by why their tone has no score; empty where it has one.", ["unscored"])

ALL = (
    TURNS, TURN_SECONDS, NLU_SECONDS, NLU_READY, ESCALATIONS, WAITING, ANSWERED, LATE, LEVEL, OFFERS, LOST, DELIVERIES, TRANSFERS, REFUSED,
    CALLS, ON_CALLS, CALLS_ENDED, CALLS_REFUSED, CALL_PARTS, MOOD, MOOD_LEVELS, TONE,
)  # fmt: skip
