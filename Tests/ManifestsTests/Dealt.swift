import Foundation
import Keys
import Manifests
import Records
import Testing
import ThreeParty

/// A dealt model with everything that opens it.
struct Dealt {
    let shape: ForestShape
    let selection: [UInt8]
    let leaves: [UInt8]
    /// A scorecard's points, where the header has one.
    let card: [UInt8]?
    let wire: WireModelManifest
    let digest: Digest32
    let coordinator: VerifyingKey
    let coordinatorSeed = [UInt8](repeating: 5, count: 32)
    let keys: [PartyID: [UInt8]] = [
        .zero: [UInt8](repeating: 1, count: 32), .one: [UInt8](repeating: 2, count: 32),
        .two: [UInt8](repeating: 3, count: 32),
    ]

    init(ringBits: Int, change: (inout WireModelHeader) -> Void = { _ in }) throws {
        shape = try #require(ForestShape(bits: 21, trees: 3, depth: 2, ringBits: ringBits))
        selection = (0..<shape.selectionBytes).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 1) }
        leaves = (0..<shape.leafBytes).map { UInt8(truncatingIfNeeded: $0 &* 91 &+ 200) }
        var header = WireModelHeader()
        header.schema = 2
        header.consortium = "c"
        header.version = "v1"
        header.featureSpec = 0xFEDC_BA98_7654_3210
        header.bits = 21
        header.trees = 3
        header.depth = 2
        header.ringBits = UInt32(ringBits)
        header.fractionBits = 14
        var point = WireCalibrationPoint()
        point.score = -5
        point.probability = 0.25
        header.calibration = [point]
        change(&header)
        // One feature of all bits that are no counts', where nothing else is asked for.
        let counted = header.counts.features.reduce(0) { $0 + $1.edges.count }
        if header.ownFeatures.isEmpty { header.ownFeatures = [UInt32(clamping: Int(header.bits) - counted)] }
        let features = header.ownFeatures.map { Int($0) } + header.counts.features.map(\.edges.count)
        card =
            header.card
            ? (0..<CardShares.bytes(of: features)).map { UInt8(truncatingIfNeeded: $0 &* 53 &+ 99) } : nil
        guard let signing = SigningKey(bytes: coordinatorSeed) else { throw HPKEError.malformedKey }
        coordinator = signing.verifyingKey
        var parties: [PartyID: HPKEPublicKey] = [:]
        for (party, seed) in keys { parties[party] = try HPKEPrivateKey(bytes: seed).publicKey }
        let random = CountedBytes()
        (wire, digest) = try ModelManifest.deal(
            header: header, shape: shape, selection: selection, leaves: leaves, card: card, parties: parties,
            coordinator: signing, random: random.next)
    }

    func key(_ party: PartyID) throws -> HPKEPrivateKey { try HPKEPrivateKey(bytes: keys[party] ?? []) }

    func verified() throws -> ModelManifest {
        try ModelManifest(verifying: wire, consortium: "c", coordinator: coordinator)
    }

    /// The manifest changed, with the coordinator's own signature over the change.
    func resigned(_ change: (inout WireModelManifest) -> Void) throws -> ModelManifest {
        guard let signing = SigningKey(bytes: coordinatorSeed) else { throw HPKEError.malformedKey }
        var changed = wire
        change(&changed)
        let parts = [Array("cordon/model/v2".utf8), Array(changed.header)] + changed.boxes.map { Array($0) }
        changed.signature = Data(try signing.sign(Digest32(of: parts).bytes, context: "cordon/model/v2"))
        return try ModelManifest(verifying: changed, consortium: "c", coordinator: coordinator)
    }
}
