import Records
import Support
import Testing
import ThreeParty

private let kinds: [Frame.Kind] = [
    .proposal, .conditionBits, .refusals, .lookupDeal, .completed, .abort, .countDeal, .countBits,
    .countBitsHash,
]

private func same(_ a: Frame, _ b: Frame) -> Bool {
    a.kind == b.kind && a.sender == b.sender && a.stream == b.stream && a.batch == b.batch && a.digest == b.digest
        && a.payload == b.payload
}

private func refusal(_ bytes: [UInt8]) -> FrameError? {
    do {
        _ = try Frame(decoding: bytes)
        return nil
    } catch { return error }
}

@Suite("A frame's bytes")
struct FrameDamageTests {
    private func random(_ random: inout SplitMix64) -> Frame {
        Frame(
            kind: kinds.randomElement(using: &random)!, sender: PartyID.allCases.randomElement(using: &random)!,
            stream: .scoring(.random(in: .min ... .max, using: &random)),
            batch: .random(in: .min ... .max, using: &random),
            digest: Digest32(random.bytes(32))!, payload: random.bytes(Int.random(in: 0...99, using: &random)))
    }

    @Test("stand in the documented places")
    func layout() {
        let frame = Frame(
            kind: .countDeal, sender: .one, stream: .scoring(0x0102_0304), batch: 0x0506_0708_090A_0B0C,
            digest: Digest32((0..<32).map { UInt8($0) + 100 })!, payload: [0xEE, 0xFF])
        #expect(
            frame.encoded == [3, 7, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] + (100..<132).map { UInt8($0) }
                + [0xEE, 0xFF])
        #expect(frame.header.count == Frame.headerBytes && frame.encoded.prefix(48) == frame.header[...])
        #expect(kinds.map(\.rawValue) == Array(1...9))
    }

    @Test("read back, whatever the frame", arguments: 1...10 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        for _ in 0..<50 {
            let frame = random(&generator)
            #expect(same(try Frame(decoding: frame.encoded), frame))
            #expect(same(try Frame(header: frame.header[...], payload: frame.payload), frame))
        }
    }

    @Test("cut off within the header are refused with their number, behind it a shorter payload")
    func cutOff() throws {
        var generator = SplitMix64(state: 1)
        let frame = random(&generator)
        let bytes = frame.encoded
        for length in 0..<48 { #expect(refusal(Array(bytes[..<length])) == .truncated(bytes: length)) }
        for length in 48...bytes.count {
            #expect(try Frame(decoding: Array(bytes[..<length])).payload == Array(frame.payload.prefix(length - 48)))
        }
    }

    @Test("with any value of a header's first bytes are refused by what is wrong, or mean another frame")
    func firstBytes() throws {
        let frame = Frame(
            kind: .refusals, sender: .two, stream: .scoring(5), batch: 6, digest: Digest32(of: [[1]]), payload: [1])
        for value in UInt8.min ... .max {
            var bytes = frame.encoded
            bytes[0] = value
            #expect(refusal(bytes) == (value == Frame.version ? nil : .version(value)))
            bytes[0] = Frame.version
            bytes[1] = value
            #expect(refusal(bytes) == ((1...12).contains(value) ? nil : .kind(value)))
            bytes[1] = 3
            bytes[2] = value
            #expect(refusal(bytes) == (value < 3 ? nil : .sender(value)))
        }
        // A version that isn't known says nothing of what follows.
        var bytes = frame.encoded
        (bytes[0], bytes[1], bytes[2]) = (9, 99, 99)
        #expect(refusal(bytes) == .version(9))
    }

    @Test("behind the first four each mean something", arguments: 4..<60)
    func everyByte(at: Int) throws {
        let frame = Frame(
            kind: .conditionBits, sender: .zero, stream: .scoring(1), batch: 2, digest: Digest32(of: [[3]]),
            payload: [UInt8](repeating: 7, count: 12))
        var bytes = frame.encoded
        bytes[at] ^= 0x80
        let changed = try Frame(decoding: bytes)
        #expect(!same(changed, frame) && changed.encoded == bytes)
    }

    @Test("of a header that is no header are refused")
    func headers() {
        let header = Frame(
            kind: .abort, sender: .zero, stream: .scoring(1), batch: 2, digest: .zero, payload: []
        ).header
        func refusal(_ header: ArraySlice<UInt8>) -> FrameError? {
            do {
                _ = try Frame(header: header, payload: [])
                return nil
            } catch { return error }
        }
        #expect(refusal(header[...]) == nil)
        #expect(refusal((header + [0])[...]) == .truncated(bytes: 49))
        #expect(refusal(([0] + header)[1...]) == .truncated(bytes: 48))
        #expect(refusal([]) == .truncated(bytes: 0))
    }
}
