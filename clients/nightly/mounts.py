"""File systems that can be cut off, fail or fill up. Linux, root."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# _IOR('X', 125, u32) of the kernel's ext4.h, and its flag for going down without writing the journal.
EXT4_IOC_SHUTDOWN = 2 << 30 | 4 << 16 | ord("X") << 8 | 125
NO_LOG_FLUSH = 2


def obstacle() -> str:
    """Why loop-mounted ext4 cannot be used here; empty if it can."""
    if os.geteuid() != 0:
        return "needs root to mount"
    with tempfile.TemporaryDirectory(prefix="flamekeeper-nightly-") as folder:
        try:
            with tmpfs(Path(folder) / "probe", "size=40m") as outer:
                image = Ext4Image(outer / "image", Path(folder) / "inner", 20)
                image.mount()
                image.cut()
                image.unmount()
        except (OSError, subprocess.CalledProcessError) as refused:
            detail = refused.stderr.strip() if isinstance(refused, subprocess.CalledProcessError) else refused
            return f"this machine does not let it loop-mount and shut down an ext4: {detail}"
    return ""


class Ext4Image:
    """An ext4 in a file, mounted or not. Its own tables are written out, so that later writes are its data's."""

    def __init__(self, image: Path, mount_point: Path, megabytes: int):
        self.image, self.folder = image, mount_point
        mount_point.mkdir(exist_ok=True)
        image.unlink(missing_ok=True)
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", str(image))

    def mount(self) -> None:
        run("mount", "-o", "loop", str(self.image), str(self.folder))

    def cut(self) -> None:
        """The power fails: whatever was not synced is gone, and every further write fails."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def unmount(self) -> None:
        unmount(self.folder)


@contextmanager
def tmpfs(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", options, "none", str(folder))
    try:
        yield folder
    finally:
        unmount(folder)


def resize(folder: Path, options: str) -> None:
    run("mount", "-o", f"remount,{options}", str(folder))


def used_bytes(folder: Path) -> int:
    about = os.statvfs(folder)
    return (about.f_blocks - about.f_bfree) * about.f_frsize


def used_inodes(folder: Path) -> int:
    about = os.statvfs(folder)
    return about.f_files - about.f_ffree


def unmount(folder: Path) -> None:
    """A process that was just killed may hold it a moment longer."""
    for attempt in range(100):
        done = subprocess.run(["umount", str(folder)], capture_output=True, text=True)
        if done.returncode == 0:
            return
        time.sleep(0.05)
    raise OSError(f"{folder}: cannot be unmounted: {done.stderr.strip()}")


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
