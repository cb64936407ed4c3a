"""The durable queue's jobs. They only name what must happen; the service that runs them is handed in by the worker.

procrastinate keeps them in PostgreSQL: a job is written in the same transaction as what it follows from, and a worker that dies leaves
it to be taken up again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import procrastinate

if TYPE_CHECKING:
    from bot.outreach.deliveries import Deliveries
    from bot.service import Service

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Where jobs are registered; workers open it on a database with ``with_connector``."""

BEFORE_NEW_ONES = 10
"""Priority of what belongs to a call in progress: it does not wait behind the thousands that a campaign begins with."""
WATCH = timedelta(minutes=10)
"""How long after its last try a call is given up whose end nobody has reported."""
MOST_RETRIES = 8
MOST_TRANSFERS = 4
_PATIENTLY = procrastinate.RetryStrategy(max_attempts=MOST_RETRIES, exponential_wait=4)
_AT_ONCE = procrastinate.RetryStrategy(max_attempts=MOST_TRANSFERS, wait=2)
"""For what somebody on the line waits for."""


def _service(context: procrastinate.JobContext) -> Service:
    service: Service = context.additional_context["service"]
    return service


@queue.task(name="deliver", retry=_PATIENTLY, pass_context=True)
async def deliver(context: procrastinate.JobContext, key: str) -> None:
    """Send one delivery; when the last try fails, say so in its row."""
    await _send(_service(context).deliveries, context, key)


@queue.task(name="call", retry=_PATIENTLY, pass_context=True)
async def call(context: procrastinate.JobContext, key: str) -> None:
    """Place one call; when the last try fails, say so in its row."""
    await _send(_service(context).phoning, context, key)


async def _send(deliveries: Deliveries, context: procrastinate.JobContext, key: str) -> None:
    try:
        await deliveries.send(key)
    except Exception:
        if context.job.attempts >= MOST_RETRIES:
            await deliveries.give_up(key)
        raise


@queue.task(name="call_watch", retry=_PATIENTLY, pass_context=True)
async def call_watch(context: procrastinate.JobContext, key: str) -> None:
    """Look whether a call has come to an end that nobody told us."""
    await _service(context).phoning.watch(key)


@queue.task(name="hang_up", retry=_PATIENTLY, pass_context=True)
async def hang_up(context: procrastinate.JobContext, call_id: str) -> None:
    """End a call that a machine has taken."""
    await _service(context).phoning.hang_up(call_id)


@queue.task(name="transfer", retry=_AT_ONCE, pass_context=True)
async def transfer(context: procrastinate.JobContext, key: str, seq: int) -> None:
    """Put one call through to another phone; when the last try fails, say so to who is on the line."""
    from bot.calls import transfer as transfers

    try:
        await transfers.begin(_service(context), key, seq)
    except Exception:
        if context.job.attempts >= MOST_TRANSFERS:
            await transfers.give_up(_service(context), key)
        raise


@queue.task(name="transfer_watch", retry=_PATIENTLY, pass_context=True)
async def transfer_watch(context: procrastinate.JobContext, key: str) -> None:
    """Look whether a call that was put through has come to an end that nobody told us."""
    from bot.calls import transfer as transfers

    await transfers.watch(_service(context), key)


@queue.task(name="attempt", retry=_PATIENTLY, pass_context=True)
async def attempt(context: procrastinate.JobContext, attempt_id: int) -> None:
    """Try to reach one person of a campaign."""
    await _service(context).campaigns.attempt(attempt_id)


@queue.task(name="contact_again", retry=_PATIENTLY, pass_context=True)
async def contact_again(context: procrastinate.JobContext, conversation_id: str, tries: int = 0, asked: bool = False) -> None:
    """The time has come for being in touch again: the person named it (``asked``), or ``tries`` calls were not answered."""
    await _service(context).campaigns.contact_again(conversation_id, tries, asked=asked)


@queue.periodic(cron="* * * * *")
@queue.task(name="take_up_stalled", queueing_lock="take_up_stalled", pass_context=True)
async def take_up_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died to the others."""
    manager: Any = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


@queue.periodic(cron="23 * * * *")
@queue.task(name="forget_files", queueing_lock="forget_files", pass_context=True)
async def forget_files(context: procrastinate.JobContext, timestamp: int) -> None:
    """Let go of the files that nobody has sent."""
    from bot.escalation import attachments

    service = _service(context)
    async with service.database.transaction() as session:
        await attachments.forget_unsent(session, service.clock.now())
