"""Twilio's webhooks about a call that is put through to another phone: the receiver answers, takes it or not, and it ends."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bot.api.access import Svc
from bot.calls import transfer
from bot.channels.phone import ENDING_S, connect, twiml
from bot.channels.sms import signed_form
from bot.problems import Problem
from integrations.twilio import dial, voice
from integrations.twilio.errors import TwilioFormatError

router = APIRouter(prefix="/twilio/transfer", tags=["twilio"])


@router.post("/summary")
async def summary(request: Request, service: Svc) -> Response:
    """The receiver has answered: they hear what it is about, and are asked to press a key."""
    leg, _ = _key(await signed_form(request, service))
    return await _offer(request, service, leg)


@router.post("/accept")
async def accept(request: Request, service: Svc) -> Response:
    """The receiver pressed a key: one takes the call, any other repeats what it is about."""
    leg, digit = _key(await signed_form(request, service))
    if digit != dial.TAKE:
        return await _offer(request, service, leg)
    return twiml(dial.take_call() if await transfer.accept(service, _transfer(request)) else voice.hang_up())


@router.post("/ended")
async def ended(request: Request, service: Svc) -> Response:
    """It is over: so is the call, or the caller comes back to us."""
    form = await signed_form(request, service)
    try:
        report = dial.parse_dial(form)
    except TwilioFormatError as error:
        raise Problem(422, "twilio_form_invalid", str(error)) from error
    await service.calls.gone(report.sid, ENDING_S)
    back = await transfer.ended(service, _transfer(request), report)
    if back is None:
        service.calls.release(report.sid)
        return twiml(voice.hang_up())
    if not service.calls.reserve(back.call_id):
        return twiml(voice.busy(back.language, service.settings.company, sms=False))
    return twiml(connect(service, request, back.call_id, back.conversation_id))


async def _offer(request: Request, service: Svc, leg: str) -> Response:
    base = service.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    key = _transfer(request)
    told = await transfer.summary(service, key, leg)
    if told is None:  # nobody is there to be put through any more
        return twiml(voice.hang_up())
    return twiml(dial.offer(told, service.settings.language, f"{base}/twilio/transfer/accept?{request.url.query}"))


def _key(form: dict[str, str]) -> tuple[str, str]:
    try:
        return dial.parse_key(form)
    except TwilioFormatError as error:
        raise Problem(422, "twilio_form_invalid", str(error)) from error


def _transfer(request: Request) -> str:
    """Which transfer it is: our own key of it, in the address that Twilio signed."""
    given = request.query_params.get("transfer", "")
    return given if given.isprintable() else ""
