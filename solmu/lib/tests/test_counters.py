import subprocess
import sys
from pathlib import Path

from solmu.lib.counters import Counters

COUNT = """
import sys
from pathlib import Path
from solmu.lib.counters import Counters
Counters(Path(sys.argv[1]), 3).add({0: 2, 2: 5})
"""


def test_counters_add_up_over_processes_and_keep_what_ended_ones_counted(tmp_path: Path) -> None:
    counters = Counters(tmp_path, 3)
    counters.add({0: 1, 1: 1})
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT, str(tmp_path)], check=True)

    assert counters.totals() == [5, 1, 10]
    assert counters.totals() == [5, 1, 10]
    # Of the ended processes one file is left, beside our own and the lock.
    assert len(list(tmp_path.iterdir())) == 3


def test_counters_without_a_folder_count_for_the_process_alone(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    counters = Counters(blocked / "metrics", 2)
    counters.add({1: 4})

    assert counters.totals() == [0, 4]
