"""The durable queue's jobs. They only name what must happen; the service that runs them is handed in by the worker.

procrastinate keeps them in PostgreSQL: a job is written in the same transaction as what it follows from, and a worker that dies leaves
it to be taken up again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import procrastinate

if TYPE_CHECKING:
    from bot.service import Service

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Where jobs are registered; workers open it on a database with ``with_connector``."""

MOST_RETRIES = 8
_PATIENTLY = procrastinate.RetryStrategy(max_attempts=MOST_RETRIES, exponential_wait=4)


def _service(context: procrastinate.JobContext) -> Service:
    service: Service = context.additional_context["service"]
    return service


@queue.task(name="deliver", retry=_PATIENTLY, pass_context=True)
async def deliver(context: procrastinate.JobContext, key: str) -> None:
    """Send one delivery; when the last try fails, say so in its row."""
    deliveries = _service(context).deliveries
    try:
        await deliveries.send(key)
    except Exception:
        if context.job.attempts >= MOST_RETRIES:
            await deliveries.give_up(key)
        raise


@queue.task(name="attempt", retry=_PATIENTLY, pass_context=True)
async def attempt(context: procrastinate.JobContext, attempt_id: int) -> None:
    """Try to reach one person of a campaign."""
    await _service(context).campaigns.attempt(attempt_id)


@queue.task(name="contact_again", retry=_PATIENTLY, pass_context=True)
async def contact_again(context: procrastinate.JobContext, conversation_id: str) -> None:
    """The time has come that the person named for being contacted again."""
    await _service(context).campaigns.contact_again(conversation_id)


@queue.periodic(cron="* * * * *")
@queue.task(name="take_up_stalled", queueing_lock="take_up_stalled", pass_context=True)
async def take_up_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died to the others."""
    manager: Any = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
