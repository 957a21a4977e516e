import Records
import Testing
import ThreeParty

@Suite("What parties say before any frame")
struct LinkHelloTests {
    private let own = LinkHello(roster: Digest32(of: [[1]]))

    @Test("is a mark, the version of the frames and the roster's digest")
    func layout() throws {
        #expect(own.encoded == Array("CRDN".utf8) + [Frame.version] + Digest32(of: [[1]]).bytes)
        #expect(own.encoded.count == LinkHello.byteCount)
        try own.check(LinkHello(roster: Digest32(of: [[1]])).encoded)
    }

    @Test("names what the peer has otherwise: the version first, then the roster")
    func differences() {
        let other = LinkHello(roster: Digest32(of: [[2]])).encoded
        var error = #expect(throws: LinkHelloError.self) { try own.check(other) }
        #expect(error?.description.contains("another roster") == true)
        for version in UInt8.min...UInt8.max where version != Frame.version {
            error = #expect(throws: LinkHelloError.otherVersion(version, own: Frame.version)) {
                try own.check(Array(other[..<4]) + [version] + other[5...])
            }
            #expect(error?.description.contains("version \(version)") == true)
        }
    }

    @Test("is none where another thing comes: a frame of a version without hello, or less than that")
    func none() {
        let frame = Frame(
            kind: .abort, sender: .one, stream: .scoring(0), batch: 1, digest: Digest32(of: [[1]]), payload: [])
        let bytes = [0, 0, 0, UInt8(frame.encoded.count)] + frame.encoded
        for wrong in [[], Array(bytes.prefix(LinkHello.byteCount)), Array(own.encoded.dropLast()), own.encoded + [0]] {
            #expect(throws: LinkHelloError.none) { try own.check(wrong) }
        }
    }
}
