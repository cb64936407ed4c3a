"""End of turn measured on hesitating callers: `python -m benchmarks.end_of_turn` (see __main__)."""
