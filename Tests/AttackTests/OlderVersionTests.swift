import Records
import Testing
import ThreeParty

/// Downgrade: a peer that speaks another version of the protocol than this party does.
@Suite("A peer of another version")
struct OlderVersionTests {
    @Test("a frame of any other version is refused, and the refusal names the version")
    func frames() throws {
        let frame = Frame(
            kind: .abort, sender: .one, stream: StreamID(protocol: LinkProtocol.scoring.id, number: 3), batch: 7,
            digest: Digest32(of: [[1]]), payload: [])
        #expect(try Frame(decoding: frame.encoded).batch == 7)
        for version in UInt8.min...UInt8.max where version != Frame.version {
            let error = #expect(throws: FrameError.version(version)) {
                try Frame(decoding: [version] + frame.encoded.dropFirst())
            }
            #expect(error?.description.contains("version \(version)") == true)
        }
    }
}
