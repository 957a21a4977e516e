import Records
import Testing
import ThreeParty

@Suite("Protocols over the links")
struct LinkProtocolTests {
    @Test("no label of randomness is used twice, in one protocol or in two, and none begins like another")
    func labels() {
        let all = LinkProtocol.all.flatMap(\.labels).map(\.text)
        #expect(Set(all).count == all.count)
        for (index, label) in all.enumerated() {
            #expect(!all[..<index].contains { $0.hasPrefix(label) || label.hasPrefix($0) }, "\(label)")
        }
    }

    @Test("protocols have ids of their own, and names for all their frames")
    func ids() {
        #expect(Set(LinkProtocol.all.map(\.id)).count == LinkProtocol.all.count)
        for spoken in LinkProtocol.all {
            #expect(Set(spoken.kinds.values).count == spoken.kinds.count, "\(spoken.name)")
        }
    }

    @Test("a frame of a protocol or of a kind that this version does not speak is refused")
    func unknown() throws {
        let frame = Frame(
            kind: .refusals, sender: .one, stream: .scoring(3), batch: 7, digest: .zero, payload: [1, 2])
        var bytes = frame.encoded
        let read = try Frame(decoding: bytes)
        #expect(read.stream == .scoring(3) && read.kind == .refusals && read.payload == [1, 2])
        bytes[3] = 200
        #expect(throws: FrameError.protocol(200)) { try Frame(decoding: bytes) }
        bytes[3] = 0
        for kind: UInt8 in [0, 13, 255] {
            bytes[1] = kind
            #expect(throws: FrameError.kind(kind)) { try Frame(decoding: bytes) }
        }
    }

    @Test("streams of two protocols with one number are two streams")
    func streams() throws {
        #expect(StreamID(protocol: 0, number: 1) != StreamID(protocol: 1, number: 1))
        let inbox = FrameInbox()
        let scoring = StreamID.scoring(1)
        let frame = Frame(kind: .abort, sender: .two, stream: scoring, batch: 1, digest: .zero, payload: [])
        #expect(inbox.deliver(frame))
        #expect(try inbox.receive(stream: StreamID(protocol: 1, number: 1), timeout: .zero) == nil)
        #expect(try inbox.receive(stream: scoring, timeout: .zero)?.batch == 1)
    }
}
