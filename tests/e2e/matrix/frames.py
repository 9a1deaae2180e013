"""Frames of the reachability matrix, made and read byte by byte: every field is the sender's choice, as it is an intruder's."""
import socket
import struct

MAGIC = b'TRSR'
ARP, IPV4, IPV6, VLAN = 0x0806, 0x0800, 0x86DD, 0x8100
TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
# Unreachable and time exceeded; for IPv6 also too big (RFC 792, RFC 4443).
ERRORS = {(ICMP, 3), (ICMP, 11), (ICMP6, 1), (ICMP6, 2), (ICMP6, 3)}


def mac_bytes(text):
    return bytes.fromhex(text.replace(':', ''))


def ip_bytes(text):
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source, target, protocol, body, at, hops=64):
    """An IP packet; the checksum of its body is put at offset `at`."""
    sender, receiver = ip_bytes(source), ip_bytes(target)
    if len(sender) == 16:
        pseudo = sender + receiver + struct.pack('!IHBB', len(body), 0, 0, protocol)
    else:
        pseudo = b'' if protocol == ICMP else sender + receiver + struct.pack('!BBH', 0, protocol, len(body))
    body = body[:at] + struct.pack('!H', checksum(pseudo + body) or 0xFFFF) + body[at + 2:]
    if len(sender) == 16:
        return struct.pack('!IHBB', 0x60000000, len(body), protocol, hops) + sender + receiver + body
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(body), 0, 0x4000, hops, protocol, 0) + sender + receiver
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + body


def neighbour(kind, flags, number, option):
    """A message of neighbour discovery; receivers skip the option that carries the probe's number (RFC 4861, 4.6)."""
    return struct.pack('!BBHI', kind, 0, 0, flags) + option + struct.pack('!BB', 253, 2) + MAGIC + struct.pack('!I6x', number)


def body_of(probe):
    """Ethertype and payload of a probe."""
    kind, number, source, target = probe['kind'], probe['id'], probe.get('src', ''), probe.get('dst', '')
    mark = MAGIC + struct.pack('!I', number)
    own = mac_bytes(probe.get('claim', probe['smac']))
    if kind in ('arp', 'garp'):
        operation, asked = (1, bytes(6)) if kind == 'arp' else (2, b'\xff' * 6)
        head = struct.pack('!HHBBH', 1, IPV4, 6, 4, operation)
        return ARP, head + own + ip_bytes(source) + asked + ip_bytes(target) + mark + bytes(14)
    if kind == 'nd':
        body = neighbour(135, 0, number, ip_bytes(target) + b'\x01\x01' + own)
        group = 'ff02::1:ff' + target_tail(target)
        return IPV6, packet(source, group, ICMP6, body, 2, 255)
    if kind == 'na':
        return IPV6, packet(source, 'ff02::1', ICMP6, neighbour(136, 0x20000000, number, ip_bytes(target) + b'\x02\x01' + own), 2, 255)
    if kind == 'ra':
        return IPV6, packet(source, 'ff02::1', ICMP6, neighbour(134, 0x40000708, number, bytes(8) + b'\x01\x01' + own), 2, 255)
    ethertype = IPV6 if ':' in target else IPV4
    port = 20000 + number % 30000
    if kind == 'tcp':
        return ethertype, packet(source, target, TCP, struct.pack('!HHIIBBHHH', port, probe['port'], number, 0, 0x50, 2, 64240, 0, 0), 16)
    if kind == 'udp':
        return ethertype, packet(source, target, UDP, struct.pack('!HHHH', port, probe['port'], 17, 0) + mark + b'Q', 6)
    request, protocol = (128, ICMP6) if ethertype == IPV6 else (8, ICMP)
    body = struct.pack('!BBHHH', request, 0, 0, number & 0xFFFF, number >> 16) + mark
    return ethertype, packet(source, target, protocol, body, 2)


def target_tail(address):
    tail = ip_bytes(address)[-3:]
    return '%02x:%02x%02x' % (tail[0], tail[1], tail[2])


def frame_of(probe):
    """The whole frame; `tags` are its VLAN ids from the outside in."""
    ethertype, payload = body_of(probe)
    target = probe['dmac']
    if probe['kind'] == 'nd':
        target = '33:33:ff:' + ':'.join('%02x' % byte for byte in ip_bytes(probe['dst'])[-3:])
    head = mac_bytes(target) + mac_bytes(probe['smac'])
    for tag in probe.get('tags', ()):
        head += struct.pack('!HH', VLAN, tag)
    return (head + struct.pack('!H', ethertype) + payload).ljust(60, b'\0')


def read_frame(frame):
    """What a frame is to the matrix: ('arrived', number), ('answered', key, MAC) or None. An answer's key is a number, or who was asked for."""
    at = 12
    kind = struct.unpack('!H', frame[at:at + 2])[0]
    while kind == VLAN and len(frame) >= at + 6:
        at += 4
        kind = struct.unpack('!H', frame[at:at + 2])[0]
    data = frame[at + 2:]
    marked = marked_number(data)
    if kind == ARP and len(data) >= 28:
        is_answer = struct.unpack('!H', data[6:8])[0] == 2 and frame[:6] != b'\xff' * 6
        if marked is not None and not is_answer:
            return 'arrived', marked
        # The switch answers by turning the question round, with the mark that it carries.
        if is_answer:
            return 'answered', socket.inet_ntop(socket.AF_INET, data[14:18]), data[8:14].hex(':')
        return None
    if kind == IPV4 and len(data) >= 28:
        protocol, body = data[9], data[(data[0] & 15) * 4:]
    elif kind == IPV6 and len(data) >= 48:
        protocol, body = data[6], data[40:]
    else:
        return None
    return read_body(protocol, body, marked, frame[6:12].hex(':'))


def read_body(protocol, body, marked, mac):
    if protocol == TCP and len(body) >= 20:
        sequence, answered, flags = struct.unpack('!IIxB', body[4:14])
        if flags & 0x12 == 2:
            return 'arrived', sequence
        return ('answered', (answered - 1) & 0xFFFFFFFF, mac) if flags & 0x10 and flags & 0x06 else None
    if protocol == UDP and marked is not None:
        return ('answered', marked, mac) if body[16:17] == b'A' else ('arrived', marked)
    if (protocol, body[0]) in ERRORS:
        # Somebody on the way says that it went no further, and quotes it.
        return None
    if protocol in (ICMP, ICMP6) and body[0] in (0, 129) and marked is not None:
        return 'answered', marked, mac
    if protocol == ICMP6 and body[0] == 136 and marked is None and len(body) >= 24:
        return 'answered', socket.inet_ntop(socket.AF_INET6, body[8:24]), mac
    return None if marked is None else ('arrived', marked)


def marked_number(data):
    at = data.find(MAGIC)
    return struct.unpack('!I', data[at + 4:at + 8])[0] if 0 <= at <= len(data) - 8 else None
