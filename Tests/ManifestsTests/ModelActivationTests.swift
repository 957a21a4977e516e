import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("A model activation")
struct ModelActivationTests {
    private let digest = Digest32(of: [[1]])
    /// Macros of the tests take copyable values alone.
    private final class Coordinator: Sendable { let key = SigningKey() }
    private let coordinator = Coordinator()

    private func read(_ wire: WireModelActivation) -> ModelActivation? {
        ModelActivation(verifying: wire, coordinator: coordinator.key.verifyingKey)
    }

    @Test(
        "is read where the coordinator signed it",
        arguments: [("v1", 7), ("", 0), ("März 2026 – größer", UInt64.max)] as [(String, UInt64)])
    func reads(version: String, sequence: UInt64) throws {
        let wire = ModelActivation.make(digest, version: version, sequence: sequence, coordinator: coordinator.key)
        let activation = try #require(WireModelActivation(decoding: wire.encoded).flatMap(read))
        #expect(activation.model == digest && activation.version == version && activation.sequence == sequence)
    }

    @Test("is nothing with anything in it changed, or from anyone else")
    func forged() throws {
        let wire = ModelActivation.make(digest, version: "v1", sequence: 7, coordinator: coordinator.key)
        for change in [
            { $0.sequence = 8 }, { $0.version = "v2" }, { $0.version = "" }, { $0.modelDigest[0] ^= 1 },
            { $0.modelDigest = Data() }, { $0.signature[0] ^= 1 }, { $0.signature = Data() },
        ] as [(inout WireModelActivation) -> Void] {
            var changed = wire
            change(&changed)
            #expect(read(changed) == nil)
        }
        #expect(ModelActivation(verifying: wire, coordinator: SigningKey().verifyingKey) == nil)
    }

    /// Two hundred and fifty-eight in eight bytes, behind a digest and before the version.
    private var signed: [UInt8] { digest.bytes + [0, 0, 0, 0, 0, 0, 1, 2] + Array("v1".utf8) }

    private func wire(signed context: String) -> WireModelActivation {
        var wire = WireModelActivation()
        (wire.modelDigest, wire.sequence, wire.version) = (Data(digest.bytes), 258, "v1")
        wire.signature = Data(coordinator.key.sign(signed, context: context))
        return wire
    }

    @Test("is signed as digest, sequence and version, for activations and for nothing else")
    func layout() {
        #expect(read(wire(signed: "cordon/activation/v1"))?.sequence == 258)
        for context in ["cordon/model/v1", "cordon/token-rotation/v1", "cordon/activation/v2", ""] {
            #expect(read(wire(signed: context)) == nil, "\(context)")
        }
    }

    @Test("says nothing else by the same signature with its fields' borders moved")
    func borders() {
        var moved = wire(signed: "cordon/activation/v1")
        moved.modelDigest = Data(signed[..<33])
        moved.sequence = UInt64(bigEndianBytes: signed[33..<41])
        moved.version = "1"
        #expect(read(moved) == nil)
        moved.modelDigest = Data(signed[..<31])
        moved.sequence = UInt64(bigEndianBytes: signed[31..<39])
        moved.version = "\u{2}v1"
        #expect(read(moved) == nil)
    }
}
