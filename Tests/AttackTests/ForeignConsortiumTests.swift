import Keys
import Manifests
import Records
import Support
import Testing
import ThreeParty

/// Objects of one consortium shown to another with the same people, and so the same keys: a trial beside the real one, say.
@Suite("An object of another consortium, or of another partition")
struct ForeignConsortiumTests {
    private static func signing() throws -> SigningKey {
        guard let key = SigningKey(bytes: [UInt8](repeating: 5, count: 32)) else { throw HPKEError.malformedKey }
        return key
    }

    private static func hpke(_ party: PartyID) throws -> HPKEPrivateKey {
        try HPKEPrivateKey(bytes: [UInt8](repeating: UInt8(party.rawValue) + 1, count: 32))
    }

    private static func parties() throws -> [PartyID: HPKEPublicKey] {
        var keys: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases { keys[party] = try hpke(party).publicKey }
        return keys
    }

    @Test("has no session in this one, though member, epoch and keys are the same", arguments: PartyID.allCases)
    func session(party: PartyID) throws {
        let (member, keys) = (try member("bank-a"), try Self.parties())
        let offer = try SessionOffer(
            consortium: "trial", member: member, epoch: 1, parties: keys, identity: Self.signing())
        let announcement = offer.announcement
        let members = [member: try Self.signing().verifyingKey]
        func accept(_ consortium: String) throws -> Session {
            try Session.accept(
                announcement, consortium: consortium, at: party, key: Self.hpke(party), members: members)
        }
        #expect(try accept("trial").member == member)
        let refusal = #expect(throws: SessionError.otherConsortium) { try accept("real") }
        #expect(refusal.map { "\($0)".contains("of another consortium") } == true)
    }

    @Test("is no model of this one, and activates none")
    func model() throws {
        let key = try Self.signing().verifyingKey
        let shape = try #require(ForestShape(bits: 8, trees: 1, depth: 1, ringBits: 16))
        var header = WireModelHeader()
        (header.schema, header.consortium, header.ringBits) = (ModelManifest.schema, "trial", 16)
        (header.bits, header.trees, header.depth, header.ownFeatures) = (8, 1, 1, [8])
        let (manifest, digest) = try ModelManifest.deal(
            header: header, shape: shape, selection: [1], leaves: [1, 0, 2, 0], parties: Self.parties(),
            coordinator: Self.signing(), random: { [UInt8](repeating: 7, count: 16) })
        #expect(try ModelManifest(verifying: manifest, consortium: "trial", coordinator: key).digest == digest)
        #expect(throws: ManifestError.otherConsortium) {
            try ModelManifest(verifying: manifest, consortium: "real", coordinator: key)
        }
        let activation = try ModelActivation.make(
            digest, version: "v1", sequence: 1, consortium: "trial", partition: 0, coordinator: Self.signing())
        #expect(
            try ModelActivation(verifying: activation, consortium: "trial", partition: 0, coordinator: key).model
                == digest)
        #expect(throws: ActivationError.otherConsortium) {
            try ModelActivation(verifying: activation, consortium: "real", partition: 0, coordinator: key)
        }
        // Copied into a partition where the coordinator left the old model in force.
        #expect(throws: ActivationError.otherPartition) {
            try ModelActivation(verifying: activation, consortium: "trial", partition: 1, coordinator: key)
        }
    }

    @Test("orders no rotation of this one's token key")
    func rotation() throws {
        let key = try Self.signing().verifyingKey
        let order = try RotationOrder.make(consortium: "trial", epoch: 2, attempt: 1, coordinator: Self.signing())
        #expect(RotationOrder(verifying: order, consortium: "trial", coordinator: key)?.epoch == 2)
        #expect(RotationOrder(verifying: order, consortium: "real", coordinator: key) == nil)
    }
}
