"""Listens and captures on one side of a packet proof, or sends on the other. Runs inside a network namespace of the proof.

  probe.py listen --seconds N --tcp 22,23    one JSON object: the connections accepted, the frames seen
  probe.py send ADDRESS PORT                 exit 0 if a TCP connection was made and answered, 1 if not
"""
import json
import selectors
import socket
import struct
import sys
import time

ETH_P_ALL = 3
ETH_P_IP, ETH_P_IPV6, ETH_P_ARP = 0x0800, 0x86DD, 0x0806


def frame_facts(frame):
    """Who sent a frame to whom, as far as the proofs ask."""
    kind = struct.unpack('!H', frame[12:14])[0]
    facts = {'mac': frame[6:12].hex(':'), 'kind': {ETH_P_IP: 'ipv4', ETH_P_IPV6: 'ipv6', ETH_P_ARP: 'arp'}.get(kind, hex(kind))}
    if kind == ETH_P_IP and len(frame) >= 34:
        head = (frame[14] & 15) * 4
        facts.update(source=socket.inet_ntop(socket.AF_INET, frame[26:30]), protocol=frame[23])
        transport = frame[14 + head:]
    elif kind == ETH_P_IPV6 and len(frame) >= 54:
        facts.update(source=socket.inet_ntop(socket.AF_INET6, frame[22:38]), protocol=frame[20])
        transport = frame[54:]
    else:
        return facts
    if facts['protocol'] in (6, 17) and len(transport) >= 4:
        facts['port'] = struct.unpack('!H', transport[2:4])[0]
    return facts


def listen(seconds, ports):
    selector = selectors.DefaultSelector()
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    selector.register(capture, selectors.EVENT_READ, 'capture')
    for port in ports:
        server = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        server.bind(('::', port))
        server.listen(16)
        selector.register(server, selectors.EVENT_READ, port)
    print('ready', flush=True)
    accepted, frames, end = [], [], time.monotonic() + seconds
    selector.register(sys.stdin, selectors.EVENT_READ, 'stop')
    while time.monotonic() < end:
        for key, _ in selector.select(end - time.monotonic()):
            if key.data == 'stop':
                end = time.monotonic() + 0.2  # what is still under way
                selector.unregister(sys.stdin)
            elif key.data == 'capture':
                frame, address = capture.recvfrom(2048)
                if address[2] != socket.PACKET_OUTGOING:
                    frames.append(frame_facts(frame))
            else:
                connection, address = key.fileobj.accept()
                accepted.append({'port': key.data, 'from': address[0].removeprefix('::ffff:')})
                connection.sendall(b'tresor')
                connection.close()
    print(json.dumps({'accepted': accepted, 'frames': frames}), flush=True)


def send(address, port):
    try:
        with socket.create_connection((address, port), timeout=1.5) as connection:
            connection.settimeout(1.5)
            return 0 if connection.recv(6) == b'tresor' else 1
    except OSError:
        return 1


if __name__ == '__main__':
    if sys.argv[1] == 'listen':
        listen(float(sys.argv[3]), [int(port) for port in sys.argv[5].split(',')])
    else:
        sys.exit(send(sys.argv[2], int(sys.argv[3])))
