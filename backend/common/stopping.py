"""Ending a process that has threads, when it is told to."""

import signal
import socket
import threading

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop(threading.Event):
    """Set by SIGTERM and SIGINT, however the process was when they came.

    A handler that sets an event is not enough. Python runs handlers in the main thread only, and the system may give a signal to
    another thread: after a process was frozen (a machine suspended, SIGSTOP) it often does. A main thread that waits for the
    event then never wakes, and the process stays. What the interpreter writes to the wakeup descriptor is written at once and
    by whichever thread was given the signal (`signal.set_wakeup_fd`).
    """

    def listen(self) -> "Stop":
        """Take the signals from now on; from the main thread only."""
        heard, told = socket.socketpair()
        told.setblocking(False)
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, _note)
        # Both ends are kept by the thread, or they would be closed under it.
        threading.Thread(target=self._watch, args=(heard, told), name="signals", daemon=True).start()
        return self

    def _watch(self, heard: socket.socket, _told: socket.socket) -> None:
        while not set(heard.recv(64)) & set(SIGNALS):
            pass
        self.set()


def _note(_number: int, _frame: object) -> None:
    """Only so that the signal does not end the process: the watching thread acts."""
