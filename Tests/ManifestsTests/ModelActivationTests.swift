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
        try? verified(wire)
    }

    private func verified(
        _ wire: WireModelActivation, consortium: String = "c", partition: Int = 3
    ) throws(ActivationError) -> ModelActivation {
        try ModelActivation(
            verifying: wire, consortium: consortium, partition: partition, coordinator: coordinator.key.verifyingKey)
    }

    private func made(_ version: String, _ sequence: UInt64) -> WireModelActivation {
        try! ModelActivation.make(
            digest, version: version, sequence: sequence, consortium: "c", partition: 3, coordinator: coordinator.key)
    }

    @Test(
        "is read where the coordinator signed it",
        arguments: [("v1", 7), ("", 0), ("März 2026 – größer", UInt64.max)] as [(String, UInt64)])
    func reads(version: String, sequence: UInt64) throws {
        let wire = made(version, sequence)
        let activation = try #require(WireModelActivation(decoding: wire.encoded).flatMap(read))
        #expect(activation.model == digest && activation.version == version && activation.sequence == sequence)
    }

    @Test("is nothing with anything in it changed, or from anyone else")
    func forged() throws {
        let wire = made("v1", 7)
        for change in [
            { $0.sequence = 8 }, { $0.version = "v2" }, { $0.version = "" }, { $0.modelDigest[0] ^= 1 },
            { $0.modelDigest = Data() }, { $0.signature[0] ^= 1 }, { $0.signature = Data() },
            { $0.consortium = "d" }, { $0.consortium = "" }, { $0.partition = 0 },
        ] as [(inout WireModelActivation) -> Void] {
            var changed = wire
            change(&changed)
            #expect(read(changed) == nil)
        }
        let other = SigningKey().verifyingKey
        #expect(throws: ActivationError.badSignature) {
            try ModelActivation(verifying: wire, consortium: "c", partition: 3, coordinator: other)
        }
    }

    @Test("counts in its consortium and its partition alone, and is refused by name elsewhere")
    func bound() throws {
        let wire = made("v1", 7)
        #expect(try verified(wire).sequence == 7)
        #expect(throws: ActivationError.otherConsortium) { try verified(wire, consortium: "d") }
        #expect(throws: ActivationError.otherPartition) { try verified(wire, partition: 2) }
        #expect("\(ActivationError.otherConsortium)" == "the activation is of another consortium than the roster's")
        #expect("\(ActivationError.otherPartition)" == "the activation is for another partition")
        // Renamed to fit, it is not what was signed.
        for change in [{ $0.consortium = "d" }, { $0.partition = 2 }] as [(inout WireModelActivation) -> Void] {
            var renamed = wire
            change(&renamed)
            #expect(throws: ActivationError.badSignature) {
                try verified(renamed, consortium: renamed.consortium, partition: Int(renamed.partition))
            }
        }
    }

    /// Digest, sequence 258, partition 3, the version behind its length, and the consortium.
    private var signed: [UInt8] {
        digest.bytes + [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2] + Array("v1c".utf8)
    }

    private func wire(signed context: String) -> WireModelActivation {
        var wire = WireModelActivation()
        (wire.modelDigest, wire.sequence, wire.version) = (Data(digest.bytes), 258, "v1")
        (wire.consortium, wire.partition) = ("c", 3)
        wire.signature = Data(try! coordinator.key.sign(signed, context: context))
        return wire
    }

    @Test("is signed as all that it says, for activations and for nothing else")
    func layout() {
        #expect(read(wire(signed: "cordon/activation/v2"))?.sequence == 258)
        for context in ["cordon/model/v2", "cordon/token-rotation/v1", "cordon/activation/v1", ""] {
            #expect(read(wire(signed: context)) == nil, "\(context)")
        }
    }

    private func approval(
        _ name: String, of model: Digest32, key: SyncAuthor? = nil, consortium: String = "c"
    ) -> [UInt8] {
        let author = SyncAuthor.operator(SyncKeys.operatorID(name))
        return try! SyncStatement.approval(SyncApproval(model: model, after: 3))
            .record(by: author, consortium: consortium, key: SyncKeys.key(key ?? author))
    }

    @Test("brings operators' approvals along: those of its model by operators of the roster, each once")
    func approvals() throws {
        let operators = SyncKeys.terms().operators
        func approving(_ records: [[UInt8]]) throws -> [String] {
            let wire = try ModelActivation.make(
                digest, version: "v1", sequence: 7, consortium: "c", partition: 3, approvals: records,
                coordinator: coordinator.key)
            let read = try #require(WireModelActivation(decoding: wire.encoded))
            return try ModelActivation(
                verifying: read, consortium: "c", partition: 3, coordinator: coordinator.key.verifyingKey,
                operators: operators
            ).approving.map(\.name).sorted()
        }
        let (anna, bernd) = (approval("anna", of: digest), approval("bernd", of: digest))
        #expect(try approving([]) == [] && approving([anna]) == ["anna"])
        #expect(try approving([bernd, anna, anna]) == ["anna", "bernd"])
        let other = Digest32(of: [[2]])
        let strangers = [
            approval("anna", of: other), approval("dora", of: digest), approval("anna", of: digest, consortium: "d"),
            approval("anna", of: digest, key: .operator(SyncKeys.operatorID("bernd"))), [], [1, 2, 3],
            SyncKeys.record(try SyncVector.all()[2].statement, by: .party(.one), consortium: "c"),
        ]
        #expect(try approving(strangers) == [] && approving(strangers + [bernd]) == ["bernd"])
        // No more than 64 are looked at.
        let many = [[UInt8]](repeating: anna, count: 63)
        #expect(try approving(many + [bernd]) == ["anna", "bernd"] && approving(many + [[], bernd]) == ["anna"])
        // Without a roster's operators there are none.
        let wire = try ModelActivation.make(
            digest, version: "v1", sequence: 7, consortium: "c", partition: 3, approvals: [anna],
            coordinator: coordinator.key)
        #expect(try verified(wire).approving.isEmpty)
    }

    @Test("says nothing else by the same signature with its fields' borders moved")
    func borders() {
        var moved = wire(signed: "cordon/activation/v2")
        moved.modelDigest = Data(signed[..<33])
        moved.sequence = UInt64(bigEndianBytes: signed[33..<41])
        #expect(read(moved) == nil)
        moved = wire(signed: "cordon/activation/v2")
        (moved.version, moved.consortium) = ("v", "1c")
        #expect(throws: ActivationError.badSignature) { try verified(moved, consortium: "1c") }
        (moved.version, moved.consortium) = ("v1c", "")
        #expect(throws: ActivationError.badSignature) { try verified(moved, consortium: "") }
    }
}
