"""What is worked out waits for what is seen and heard."""

import os
import sys
import threading

import pytest

from emoviz import priority


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a niceness for each thread")
def test_a_thread_steps_back_with_those_it_starts_and_no_other() -> None:
    found: list[int] = []

    def look() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def work() -> None:
        priority.step_back()
        look()
        started = threading.Thread(target=look)
        started.start()
        started.join()

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [5, 5]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
