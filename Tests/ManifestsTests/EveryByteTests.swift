import Foundation
import Keys
import Manifests
import Records
import Testing
import ThreeParty

/// Each byte of what the coordinator signs, changed, left out or cut off: nothing of it may count as something else.
@Suite("A signed record with any byte changed")
struct EveryByteTests {
    private let coordinator = SyncKeys.key(.coordinator).verifyingKey

    /// - Parameter read: what a record says; nil where it does not count.
    private func check<Value: Equatable>(_ record: [UInt8], _ read: ([UInt8]) -> Value?) throws {
        let said = try #require(read(record))
        var (refused, same) = (0, 0)
        func take(_ changed: [UInt8], _ name: String) {
            guard let value = read(changed) else { return refused += 1 }
            same += 1
            #expect(value == said, "\(name)")
        }
        for place in record.indices {
            for bit in [0, 3, 7] as [UInt8] {
                var changed = record
                changed[place] ^= 1 << bit
                take(changed, "bit \(bit) of byte \(place)")
            }
            var shorter = record
            shorter.remove(at: place)
            take(shorter, "without byte \(place)")
            take(Array(record.prefix(place)), "cut at \(place)")
        }
        // Protobuf may write some of it in two ways; those bytes are few, and none of them says anything else.
        #expect(refused > 30 * same, "\(refused) refused, \(same) the same")
    }

    @Test("is no activation of a model")
    func activation() throws {
        let wire = try ModelActivation.make(
            digest(1), version: "v7", sequence: 300, consortium: "demo", partition: 2,
            coordinator: SyncKeys.key(.coordinator))
        try check(wire.encoded) { bytes in
            WireModelActivation(decoding: bytes).flatMap {
                try? ModelActivation(verifying: $0, consortium: "demo", partition: 2, coordinator: coordinator)
            }
        }
    }

    @Test("is no announcement of a spec, nor of none")
    func announcement() throws {
        let spec = NextSpec(id: 0x0102_0304_0506_0708, ownFeatures: [3, 31, 0, 7], form: digest(3))
        for said in [spec, nil] {
            let wire = try SpecAnnouncement.make(
                said, sequence: 5, consortium: "demo", partition: 1, coordinator: SyncKeys.key(.coordinator))
            try check(wire.encoded) { bytes in
                WireSpecAnnouncement(decoding: bytes).flatMap {
                    try? SpecAnnouncement(verifying: $0, consortium: "demo", partition: 1, coordinator: coordinator)
                }
            }
        }
    }

    @Test("neither begins nor ends an epoch")
    func epochs() throws {
        let keys = EpochPeople.terms(founding: 300).founding
        let begin = try EpochActivation.make(
            keys, consortium: "demo", partition: 3, coordinator: SyncKeys.key(.coordinator))
        try check(begin.encoded) { bytes in
            WireEpochActivation(decoding: bytes).flatMap {
                try? EpochActivation(verifying: $0, consortium: "demo", partition: 3, coordinator: coordinator)
            }
        }
        let end = try EpochClosing.make(keys, consortium: "demo", partition: 3, coordinator: SyncKeys.key(.coordinator))
        try check(end.encoded) { bytes in
            WireEpochClosing(decoding: bytes).flatMap {
                try? EpochClosing(verifying: $0, consortium: "demo", partition: 3, coordinator: coordinator)
            }
        }
    }

    @Test("orders no rotation")
    func rotation() throws {
        let wire = try RotationOrder.make(
            consortium: "demo", epoch: 700, attempt: 3, coordinator: SyncKeys.key(.coordinator))
        try check(wire.encoded) { bytes in
            WireTokenRotationOrder(decoding: bytes).flatMap {
                RotationOrder(verifying: $0, consortium: "demo", coordinator: coordinator)
            }
        }
    }

    @Test("is no model", arguments: [16, 32])
    func manifest(ring: Int) throws {
        let dealt = try Dealt(ringBits: ring) { $0.keyEpoch = 9 }
        try check(dealt.wire.encoded) { bytes in
            WireModelManifest(decoding: bytes).flatMap {
                try? ModelManifest(verifying: $0, consortium: "c", coordinator: dealt.coordinator).digest
            }
        }
    }

    @Test("has a sentence of its own for each way in which it does not count")
    func sentences() {
        let said = [
            "\(ManifestError.malformed)", "\(ManifestError.schema(3))", "\(ManifestError.otherConsortium)",
            "\(ManifestError.badSignature)", "\(ManifestError.shape)", "\(ManifestError.notAuthentic)",
            "\(ManifestError.components)", "\(ManifestError.keysGone(KeyEpoch(4)))", "\(ActivationError.malformed)",
            "\(ActivationError.otherConsortium)", "\(ActivationError.otherPartition)",
            "\(ActivationError.badSignature)",
            "\(EpochSwitchError.malformed)", "\(EpochSwitchError.otherConsortium)",
            "\(EpochSwitchError.otherPartition)",
            "\(EpochSwitchError.badSignature)",
        ]
        #expect(Set(said).count == said.count && said.allSatisfy { $0.hasPrefix("the ") && !$0.hasSuffix(".") })
        #expect(
            "\(ManifestError.schema(3))".contains("schema 3") && "\(ManifestError.keysGone(KeyEpoch(4)))".contains("4"))
    }
}
