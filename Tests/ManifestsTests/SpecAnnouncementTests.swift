import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("An announcement of the next feature spec")
struct SpecAnnouncementTests {
    /// Macros of the tests take copyable values alone.
    private final class Coordinator: Sendable { let key = SigningKey() }
    private let coordinator = Coordinator()
    private let spec: NextSpec

    init() throws {
        spec = try #require(NextSpec(id: 7, ownFeatures: [3, 0, 31], form: Digest32(of: [[1]])))
    }

    private func verified(
        _ wire: WireSpecAnnouncement, consortium: String = "c", partition: Int = 3
    ) throws(ActivationError) -> SpecAnnouncement {
        try SpecAnnouncement(
            verifying: wire, consortium: consortium, partition: partition, coordinator: coordinator.key.verifyingKey)
    }

    private func made(_ spec: NextSpec?, _ sequence: UInt64 = 7) -> WireSpecAnnouncement {
        try! SpecAnnouncement.make(
            spec, sequence: sequence, consortium: "c", partition: 3, coordinator: coordinator.key)
    }

    @Test("is read where the coordinator signed it, and says that there is none, too")
    func reads() throws {
        for announced in [spec, nil] {
            let wire = try #require(WireSpecAnnouncement(decoding: made(announced, .max).encoded))
            let read = try verified(wire)
            #expect(read.spec == announced && read.sequence == .max)
        }
        #expect(spec.bits == 34)
    }

    @Test("is nothing with anything in it changed, or from anyone else")
    func forged() throws {
        for change in [
            { $0.sequence = 8 }, { $0.featureSpec = 8 }, { $0.featureSpec = 0 }, { $0.ownFeatures = [3, 31] },
            { $0.ownFeatures[1] = 1 }, { $0.ownFeatures = [] }, { $0.ownFeatures[2] = 32 }, { $0.form[0] ^= 1 },
            { $0.form = Data() }, { $0.form.append(0) }, { $0.signature[0] ^= 1 }, { $0.signature = Data() },
            { $0.consortium = "d" }, { $0.consortium = "" }, { $0.partition = 0 },
        ] as [(inout WireSpecAnnouncement) -> Void] {
            var changed = made(spec)
            change(&changed)
            #expect((try? verified(changed)) == nil)
        }
        var none = made(nil)
        none.ownFeatures = [1]
        #expect(throws: ActivationError.malformed) { try verified(none) }
        let other = SigningKey().verifyingKey
        #expect(throws: ActivationError.badSignature) {
            try SpecAnnouncement(verifying: made(spec), consortium: "c", partition: 3, coordinator: other)
        }
    }

    @Test("counts in its consortium and its partition alone, and is refused by name elsewhere")
    func bound() throws {
        #expect(throws: ActivationError.otherConsortium) { try verified(made(spec), consortium: "d") }
        #expect(throws: ActivationError.otherPartition) { try verified(made(spec), partition: 4) }
    }

    @Test("is of a spec that has bits, as many as boxes may have")
    func bounds() {
        let form = Digest32(of: [[1]])
        #expect(NextSpec(id: 0, ownFeatures: [1], form: form) == nil)
        for features in [[], [0], [-1, 2], [32], Array(repeating: 31, count: 2115), Array(repeating: 1, count: 4097)] {
            #expect(NextSpec(id: 1, ownFeatures: features, form: form) == nil)
        }
        #expect(NextSpec(id: 1, ownFeatures: Array(repeating: 31, count: 2114), form: form) != nil)
    }
}
