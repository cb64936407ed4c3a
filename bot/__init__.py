"""The service: channels, conversations, calls, campaigns, pages."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its second thread spins for longer than our products take
