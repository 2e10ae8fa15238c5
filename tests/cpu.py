"""What this CPU has, as the kernel says. Tests ask here which of them must run, and never the code under test."""

import os
from pathlib import Path

import pytest

AVX2 = {"avx2", "bmi1", "bmi2", "f16c", "fma"}
AVX512 = AVX2 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
NEEDED = {"portable": set(), "avx2": AVX2, "avx512": AVX512, "bf16": AVX512 | {"avx512_bf16"}}
LEVELS = ("avx512", "avx2", "portable")
ASKED_FOR = os.environ.get("COULIS_SIMD", "best")  # the level to go back to after a test of another


def read_flags() -> set[str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((set(line.split(":", 1)[1].split()) for line in lines if line.startswith(("flags", "Features"))), set())


FLAGS = read_flags()


def has(name: str) -> bool:
    """name: a level of COULIS_SIMD, or bf16."""
    return NEEDED[name] <= FLAGS


def need(name: str) -> None:
    """Skips the test on a CPU without it. Where the CPU has it, coulis has no excuse."""
    if not has(name):
        pytest.skip(f"this CPU lacks {name}: {' '.join(sorted(NEEDED[name] - FLAGS))}")
    if name == "bf16" and ASKED_FOR not in ("best", "avx512"):
        pytest.skip(f"COULIS_SIMD={ASKED_FOR} takes away bf16")
