"""What the comparisons share: running a program, its time and memory, and how figures are printed.

Nothing but the standard library: a child's peak memory counts from that of the process that started it.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

MEBIBYTE = 2**20


def measure(command: list[str], environment: dict[str, str] | None = None) -> dict:
    """Runs a program that prints JSON; its own figures, and the whole process's wall time, CPU time and peak memory."""
    output, figures = run_process(command, environment)
    return json.loads(output) | figures


def run_process(command: list[str], environment: dict[str, str] | None = None,
                limit: float | None = None) -> tuple[bytes, dict]:
    """Runs a program, for at most so many seconds; what it prints, its wall time, CPU time and peak memory."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    killer = threading.Timer(limit or 0, process.kill)
    if limit:
        killer.start()
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.monotonic() - start
    killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        late = f" after {elapsed:.0f} s" if limit and elapsed >= limit else ""
        sys.exit(f"{' '.join(command)}: failed with status {process.returncode}{late}")
    return output, {
        "process_seconds": elapsed, "process_cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024}


def touch_memory() -> None:
    """Touches as much memory as the largest program will need, in a process of its own.

    A virtual machine is given memory when it first touches it, which takes seconds for a gigabyte; the first program
    would pay for all.
    """
    available = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()
                     if line.startswith("MemAvailable"))
    size = min(5 * 2**30, available * 1024 // 2)
    subprocess.run([sys.executable, "-c", f"memory = bytearray({size}); memory[::4096] = bytes(len(memory[::4096]))"],
                   check=True)


def one_thread(folder: Path) -> dict[str, str]:
    """An environment in which numerical libraries start no threads and write their files into a folder."""
    names = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA")
    return os.environ | {f"{name}_NUM_THREADS": "1" for name in names} | {
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1", "JAX_PLATFORMS": "cpu",
        "TVB_USER_HOME": str(folder), "MPLCONFIGDIR": str(folder)}


def busy_seconds() -> float:
    """Seconds in which the machine's processors have worked, for whomever."""
    user, nice, system, _, _, interrupts, soft_interrupts, *_ = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + interrupts + soft_interrupts) / os.sysconf("SC_CLK_TCK")


def other_load():
    """Starts to watch; a function from our own CPU time since to the share of the machine that others took."""
    busy, start = busy_seconds(), time.monotonic()
    return lambda own: max(0, busy_seconds() - busy - own) / (time.monotonic() - start) / os.cpu_count()


def spread(values: list[float], digits: int = 3) -> str:
    return f"{statistics.median(values):.{digits}f} [{min(values):.{digits}f}-{max(values):.{digits}f}]"


def machine() -> dict:
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown")
    return {"processor": model, "cores": os.cpu_count(), "system": platform.platform()}


def conditions(facts: dict) -> str:
    return f"{facts['processor']}, {facts['cores']} cores"
