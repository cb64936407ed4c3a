"""The demo company Bryza: people, orders, appointments, jobs and questions with their answers."""

from bot.demo.load import load

__all__ = ["load"]
