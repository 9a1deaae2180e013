"""Sends all probes of the reachability matrix and tells which arrived where and which were answered.

Reads one JSON object from stdin: `ends` (name, namespace, device, tcp, udp: ports on which each listens), `probes` (id, at: the sender,
and what frames.py makes of the rest), `rounds`, `rate` (frames a second, all senders together). Writes one JSON object to stdout:
`arrived` (number: ends), `answered` (number: MAC of who answered), `macs` (end: senders of all frames seen there), `alive` (end:
ports that answered inside of their own namespace), `sent` (end: frames). One process with sockets in all namespaces: a socket
stays in the namespace in which it was made.
"""
import ctypes
import errno
import json
import os
import select
import socket
import sys
import time

from frames import frame_of, read_frame

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
TAIL_SECONDS = 0.7
ARPHRD_NONE = 0xFFFE


def enter(namespace):
    with open('/run/netns/' + namespace) as handle:
        if LIBC.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), 'setns ' + namespace)


class End:
    """A device in a namespace, with listeners, seen and sent frames."""

    def __init__(self, spec):
        self.name = spec['name']
        enter(spec['namespace'])
        self.raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.raw.bind((spec['device'], 0))
        self.raw.setblocking(False)
        # The device of a tunnel carries packets alone: frames are sent without their head there, and get one when they are read.
        self.is_bare = self.raw.getsockname()[3] == ARPHRD_NONE
        self.streams, self.datagrams = {}, {}
        for port in spec['tcp']:
            self.streams[port] = self.listener(socket.SOCK_STREAM, port)
            self.streams[port].listen(512)
        for port in spec['udp']:
            self.datagrams[port] = self.listener(socket.SOCK_DGRAM, port)
        self.alive = [f'{port}/tcp' for port in spec['tcp'] if self.answers(port)]
        self.macs, self.sent, self.waiting = set(), 0, {}

    def send(self, frame):
        try:
            self.raw.send(frame[14:] if self.is_bare else frame)
        except OSError as error:
            # A tunnel's queue that is full loses a packet, as any wire: the next round sends it again.
            if not self.is_bare or error.errno not in (errno.ENOBUFS, errno.EAGAIN):
                raise
            return
        self.sent += 1

    def framed(self, packet):
        return bytes(12) + (b'\x86\xdd' if packet[0] >> 4 == 6 else b'\x08\x00') + packet if self.is_bare else packet

    @staticmethod
    def listener(kind, port):
        listener = socket.socket(socket.AF_INET6, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(('::', port))
        listener.setblocking(False)
        return listener

    def answers(self, port):
        """True if the listener takes a connection from its own namespace."""
        with socket.create_connection(('127.0.0.1', port), timeout=1):
            taken, _ = self.streams[port].accept()
            taken.close()
            return True


class Matrix:
    def __init__(self, spec):
        home = os.open('/proc/self/ns/net', os.O_RDONLY)
        self.ends = [End(end) for end in spec['ends']]
        LIBC.setns(home, CLONE_NEWNET)
        self.by_name = {end.name: end for end in self.ends}
        self.rate, self.rounds = spec['rate'], spec['rounds']
        self.probes = [(probe['id'], self.by_name[probe['at']], frame_of(probe)) for probe in spec['probes']]
        for probe in spec['probes']:
            if probe['kind'] in ('arp', 'nd'):
                self.by_name[probe['at']].waiting.setdefault(probe['dst'], []).append(probe['id'])
        self.arrived, self.answered = {}, {}
        self.poll = select.epoll()
        self.handlers = {}
        for end in self.ends:
            self.watch(end.raw, self.seen, end)
            for stream in end.streams.values():
                self.watch(stream, self.accept, end)
            for datagram in end.datagrams.values():
                self.watch(datagram, self.echo, end)

    def watch(self, handle, handler, end):
        self.poll.register(handle.fileno(), select.EPOLLIN)
        self.handlers[handle.fileno()] = (handler, handle, end)

    def seen(self, handle, end):
        for _ in range(256):
            try:
                frame, address = handle.recvfrom(2048)
            except BlockingIOError:
                return
            if address[2] == socket.PACKET_OUTGOING or len(frame) < 14:
                continue
            frame = end.framed(frame)
            end.macs.add(frame[6:12].hex(':'))
            found = read_frame(frame)
            if found is None:
                continue
            if found[0] == 'arrived':
                self.arrived.setdefault(found[1], set()).add(end.name)
                continue
            numbers = [found[1]] if isinstance(found[1], int) else end.waiting.get(found[1], [])
            for number in numbers:
                self.answered.setdefault(number, found[2])

    @staticmethod
    def accept(handle, _end):
        try:
            handle.accept()[0].close()
        except OSError:
            pass

    @staticmethod
    def echo(handle, _end):
        try:
            data, address = handle.recvfrom(2048)
            handle.sendto(data[:8] + b'A', address)
        except OSError:
            pass

    def serve(self, until):
        while True:
            left = until - time.monotonic()
            for number, _ in self.poll.poll(max(left, 0), 64):
                handler, handle, end = self.handlers[number]
                handler(handle, end)
            if left <= 0:
                return

    def run(self):
        step = max(1, self.rate // 200)
        for _ in range(self.rounds):
            due = [probe for probe in self.probes if probe[0] not in self.answered]
            for start in range(0, len(due), step):
                for _number, end, frame in due[start:start + step]:
                    end.send(frame)
                self.serve(time.monotonic() + 0.005)
            self.serve(time.monotonic() + TAIL_SECONDS)
        return {
            'arrived': {number: sorted(names) for number, names in self.arrived.items()},
            'answered': self.answered,
            'macs': {end.name: sorted(end.macs) for end in self.ends},
            'alive': {end.name: end.alive for end in self.ends},
            'sent': {end.name: end.sent for end in self.ends},
        }


if __name__ == '__main__':
    print(json.dumps(Matrix(json.load(sys.stdin)).run()))
