"""The service as it runs in earnest: `voxtrail serve`, a process of its own that may be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import psycopg

from tests.house import KEY, address, become, listener


class Serving:
    """A `voxtrail serve` on a free port, with its own data directory and so its own PostgreSQL."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        with listener() as free:
            self.url, self._port = address(free), free.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ")}
        self._environment = {
            **kept, "PORT": str(self._port), "DATA_DIR": str(data_dir), "API_KEY": KEY, "VOXTRAIL_DEMO": "false", "VOXTRAIL_NLU_REPLICAS": "0",
            "VOXTRAIL_LOG_LEVEL": "DEBUG", **environment,
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=10, trust_env=False)

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        output = (self.data_dir / "output").open("ab")
        command = [str(Path(sys.executable).with_name("voxtrail")), "serve"]
        self.process = subprocess.Popen(command, env=self._environment, cwd=self.data_dir, stdout=output, stderr=output)
        output.close()
        await become(self.ready, 90)

    async def ready(self) -> bool:
        """Whether it says that it is; AssertionError with its last words when it has ended."""
        assert self.process is not None
        assert self.process.poll() is None, (self.data_dir / "output").read_text()[-2000:]
        try:
            return (await self.http.get("/readyz")).status_code == 200
        except httpx.HTTPError:
            return False

    async def kill(self) -> None:
        """End it with SIGKILL."""
        assert self.process is not None
        self.process.kill()
        await asyncio.to_thread(self.process.wait, 20)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it as a supervisor or Ctrl-C would; its exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        return await asyncio.to_thread(self.process.wait, 30)

    def postmaster(self) -> int:
        """The process id of its PostgreSQL."""
        return int((self.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    async def connect(self) -> psycopg.AsyncConnection:
        """A connection to its database."""
        return await psycopg.AsyncConnection.connect(f"postgresql://postgres:@/postgres?host={self.data_dir / 'postgres'}")

    async def close(self) -> None:
        """Leave nothing behind, whatever the tests did."""
        await self.http.aclose()
        if self.process is not None and self.process.poll() is None:
            await self.kill()
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            left = psutil.Process(self.postmaster())
            if left.name() == "postgres":  # and not whoever got the number after it
                left.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
                await become(self._ended, 30)

    async def _ended(self) -> bool:
        return not (self.data_dir / "postgres" / "postmaster.pid").exists()
