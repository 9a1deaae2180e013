"""What a guest's own software asks of its network. Runs inside a network namespace that stands where a machine would.

  guest.py dhcp DEVICE MAC        one JSON object: the options of the first offer by their numbers, or null where nobody offers
  guest.py ask ADDRESS            exit 0 if a DNS question to ADDRESS:53 was answered, 1 if not
  guest.py answer                 answers DNS questions on port 53 until its input closes
"""
import json
import os
import select
import socket
import struct
import sys
import time

QUESTION = struct.pack('!HHHHHH', 7, 0x0100, 1, 0, 0, 0) + b'\x06tresor\x07example\x00' + struct.pack('!HH', 1, 1)


def checksum(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def discover(mac, transaction):
    boot = struct.pack('!BBBBIHH4s4s4s4s', 1, 1, 6, 0, transaction, 0, 0x8000, *[bytes(4)] * 4) + mac + bytes(202)
    asked = bytes([1, 3, 6, 12, 15, 26, 121])
    boot += b'\x63\x82\x53\x63' + bytes([53, 1, 1, 55, len(asked)]) + asked + b'\xff'
    udp = struct.pack('!HHHH', 68, 67, 8 + len(boot), 0) + boot
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes(4), b'\xff' * 4)
    head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
    return b'\xff' * 6 + mac + b'\x08\x00' + head + udp


def options_of(boot):
    options, at = {}, 240
    while at < len(boot) and boot[at] != 255:
        if boot[at] == 0:
            at += 1
            continue
        options[boot[at]] = boot[at + 2:at + 2 + boot[at + 1]].hex()
        at += 2 + boot[at + 1]
    return options


def dhcp(device, mac_text):
    mac, transaction = bytes.fromhex(mac_text.replace(':', '')), int.from_bytes(os.urandom(4), 'big')
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    wire.bind((device, 0))
    for _ in range(3):
        wire.send(discover(mac, transaction))
        end = time.monotonic() + 1
        while select.select([wire], [], [], max(0, end - time.monotonic()))[0]:
            frame = wire.recv(2048)
            head = 14 + (frame[14] & 15) * 4
            if frame[23] == 17 and frame[head:head + 4] == struct.pack('!HH', 67, 68):
                boot = frame[head + 8:]
                if struct.unpack('!I', boot[4:8])[0] == transaction:
                    return options_of(boot)
    return None


def ask(address):
    asking = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
    asking.settimeout(0.7)
    for _ in range(2):
        try:
            asking.sendto(QUESTION, (address, 53))
            if asking.recv(512)[:2] == QUESTION[:2]:
                return 0
        except OSError:
            continue
    return 1


def answer():
    server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind(('::', 53))
    print('ready', flush=True)
    while True:
        ready, _, _ = select.select([server, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        question, whom = server.recvfrom(512)
        server.sendto(question[:2] + b'\x81\x80' + question[4:], whom)


if __name__ == '__main__':
    if sys.argv[1] == 'dhcp':
        print(json.dumps(dhcp(sys.argv[2], sys.argv[3])))
    elif sys.argv[1] == 'ask':
        sys.exit(ask(sys.argv[2]))
    else:
        answer()
