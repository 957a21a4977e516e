#!/usr/bin/env python3
"""A proxy between Kafka clients and the test broker (noida-db 0.2.3), which mends one of that broker's answers.

Aborted transactions: an answer to a Fetch names them for a read_committed reader, each by its producer's id and its first
offset. The reader drops what that producer wrote from there on, until it meets the transaction's abort marker. Apache Kafka
names a transaction only where its marker lies at or behind the offset that the reader asks for. The test broker names every
one that the partition ever had. Of one that ended before that offset no marker comes any more, so the reader drops all that
the same producer has committed since.

The mend is to give such an entry a first offset that no record reaches. Beside that the proxy puts its own port where an
answer names the broker's, and offers no newer Fetch than version 11, whose layout it knows; the rest passes as it is. It finds markers
in the answer itself, as the test broker answers with all that a partition has from the offset on.

    kafka-proxy.py PORT      the broker's on 127.0.0.1; prints the port there that it listens on
"""
import asyncio
import struct
import sys

FETCH, METADATA, FIND_COORDINATOR, API_VERSIONS = 1, 3, 10, 18
FETCH_VERSION = 11
NEVER = 2**63 - 1


class Cursor:
    """A place in a message, whose numbers are big-endian."""

    def __init__(self, message, place):
        self.message, self.place = message, place

    def take(self, layout):
        values = struct.unpack_from(">" + layout, self.message, self.place)
        self.place += struct.calcsize(">" + layout)
        return values if len(values) > 1 else values[0]

    def text(self):
        start = self.place + 2
        self.place = start + max(0, self.take("h"))
        return bytes(self.message[start : self.place])

    def each(self):
        return range(max(0, self.take("i")))

    def skip_varint(self):
        while self.take("B") & 128:
            pass


def asked_offsets(request):
    """From which offset on a Fetch asks for each partition."""
    at = Cursor(request, 8)
    at.text()
    at.take("iiiibii")
    offsets = {}
    for _ in at.each():
        topic = at.text()
        for _ in at.each():
            partition, _, offset, _, _ = at.take("iiqqi")
            offsets[topic, partition] = offset
    return offsets


def first_markers(answer, place, end, offset):
    """The first marker of each producer at or behind an offset: where it is, and whether it aborts."""
    markers = {}
    while place + 61 <= end:
        base, length, attributes, producer = struct.unpack_from(">qi9xh20xq", answer, place)
        if attributes & 32 and base >= offset and producer not in markers:
            at = Cursor(answer, place + 61)
            at.skip_varint()  # the record's length
            at.take("b")
            for _ in range(3):  # time, offset, the key's length
                at.skip_varint()
            _, kind = at.take("hh")
            markers[producer] = (base, kind == 0)
        place += 12 + length
    return markers


def over(entries, offset, markers):
    """Where the entries of aborted transactions are that ended before an offset.

    A producer has one transaction at a time. So of those that began before the offset only its newest can reach behind it,
    and then the producer's first marker there ends that one.
    """
    newest = {}
    for _, producer, first in entries:
        if first < offset:
            newest[producer] = max(first, newest.get(producer, 0))
    for place, producer, first in entries:
        end, aborts = markers.get(producer, (0, False))
        ends_another = any(other == producer and offset <= begin < end for _, other, begin in entries)
        if first < offset and (first < newest[producer] or not aborts or ends_another):
            yield place


def mended_fetch(answer, offsets):
    """The answer to a Fetch, with the entries that Apache Kafka leaves out made ineffective."""
    at = Cursor(answer, 14)
    places = []
    for _ in at.each():
        topic = at.text()
        for _ in at.each():
            partition, *_ = at.take("ihqqq")
            entries = [(at.place, *at.take("qq")) for _ in at.each()]
            _, size = at.take("ii")
            offset, end = offsets.get((topic, partition), 0), at.place + max(0, size)
            if any(first < offset for _, _, first in entries):
                places += over(entries, offset, first_markers(answer, at.place, end, offset))
            at.place = end
    answer = bytearray(answer) if places else answer
    for place in places:
        struct.pack_into(">q", answer, place + 8, NEVER)
    return answer


def limited_versions(answer, version):
    """The list of what the broker knows, with no newer Fetch than the one known here."""
    answer = bytearray(answer)
    # Version 3 counts its entries in one byte and ends each with one; a version that the broker doesn't know gets the oldest.
    start, step = (7, 7) if version == 3 else (10, 6)
    for place in range(start, len(answer) - 5, step):
        if struct.unpack_from(">h", answer, place)[0] == FETCH:
            struct.pack_into(">h", answer, place + 4, FETCH_VERSION)
    return answer


async def pass_on(reader, writer, change):
    try:
        while True:
            size = await reader.readexactly(4)
            message = change(await reader.readexactly(struct.unpack(">i", size)[0]))
            writer.writelines((size, message))
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        pass
    finally:
        writer.close()  # which ends the other direction


async def main(port):
    async def serve(reader, writer):
        changes = {}  # what becomes of an answer, by the number that it has in common with its request

        def note(request):
            kind, version, number = struct.unpack_from(">hhi", request)
            if kind == FETCH and version == FETCH_VERSION:
                offsets = asked_offsets(request)
                changes[number] = lambda answer: mended_fetch(answer, offsets)
            elif kind == API_VERSIONS:
                changes[number] = lambda answer: limited_versions(answer, version)
            elif kind in (METADATA, FIND_COORDINATOR):
                changes[number] = lambda answer: answer.replace(theirs, ours)
            return request

        def change(answer):
            return changes.pop(struct.unpack_from(">i", answer)[0], bytes)(answer)

        try:
            answers, broker = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        except OSError:
            writer.close()
        else:
            await asyncio.gather(pass_on(reader, broker, note), pass_on(answers, writer, change))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
    own = server.sockets[0].getsockname()[1]
    theirs, ours = (b"127.0.0.1" + struct.pack(">i", each) for each in (port, own))
    print(own, flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
