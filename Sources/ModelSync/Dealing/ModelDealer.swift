package import Keys
import Manifests
package import Model
package import Records
import ThreeParty

/// Shares a model in the clear to the parties. The dealer knows the model; a secure trainer's model never exists in one
/// place and enters the log by the same two records.
package struct ModelDealer {
    private let consortium: String
    private let parties: [PartyID: HPKEPublicKey]
    private let epoch: KeyEpoch?
    private let rounded: Bool
    private let random: () -> [UInt8]

    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// More bits, trees or depth than a party takes.
        case shape
        /// More steps of the calibration than parties round scores to.
        case steps(Int)
        case partyKeys

        package var description: String {
            switch self {
            case .shape:
                "the model is larger than the protocol takes (16,384 bits, 4,096 trees, depth 10)"
            case .steps(let steps):
                "the roster says that scores are rounded to the calibration's steps; there are \(steps), and parties round to "
                    + "\(ModelManifest.mostSteps)"
            case .partyKeys: "a party's HPKE key is missing"
            }
        }
    }

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - parties: their keys of one epoch.
    ///   - epoch: that; nil for the roster's.
    ///   - rounded: whether members get scores rounded to the calibration's steps.
    ///   - random: 16 fresh random bytes a call.
    package init(
        consortium: String, parties: [PartyID: HPKEPublicKey], epoch: KeyEpoch? = nil, rounded: Bool = false,
        random: @escaping () -> [UInt8]
    ) {
        self.consortium = consortium
        self.parties = parties
        self.epoch = epoch
        self.rounded = rounded
        self.random = random
    }

    /// The signed manifest with one sealed share a party, and the model's digest.
    ///
    /// - Throws: `Failure`, `SigningError`.
    package func deal(
        _ model: ClearModel, coordinator: borrowing SigningKey
    ) throws -> (manifest: WireModelManifest, digest: Digest32) {
        let forest = model.forest
        guard
            let shape = ForestShape(
                bits: forest.bits, trees: forest.trees.count, depth: forest.depth, ringBits: forest.ring.rawValue)
        else { throw Failure.shape }
        guard !rounded || model.calibration.points.count <= ModelManifest.mostSteps else {
            throw Failure.steps(model.calibration.points.count)
        }
        var header = WireModelHeader()
        header.schema = ModelManifest.schema
        header.consortium = consortium
        header.version = model.version
        header.featureSpec = model.binned.id
        header.bits = UInt32(shape.bits)
        header.trees = UInt32(shape.trees)
        header.depth = UInt32(shape.depth)
        header.ringBits = UInt32(shape.ringBits)
        header.fractionBits = UInt32(forest.fractionBits)
        header.calibration = model.calibration.points.map { point in
            var wire = WireCalibrationPoint()
            wire.score = point.score
            wire.probability = point.probability
            return wire
        }
        header.rounded = rounded
        header.keyEpoch = epoch?.number ?? 0
        if let counts = model.binned.counts { header.counts = counts.wire }
        header.card = model.card != nil
        header.ownFeatures = model.binned.edges.prefix(model.binned.spec.ownCount).map { UInt32($0.count) }
        do {
            return try ModelManifest.deal(
                header: header, shape: shape, selection: forest.selectionRows, leaves: forest.leafTable,
                card: model.card?.pointTable, parties: parties, coordinator: coordinator, random: random)
        } catch is HPKEError { throw Failure.partyKeys }
    }
}

extension Scorecard {
    /// Points by feature and bin as little-endian elements of Z_2^32, those of features without bits left out (`CardRule.bins`):
    /// they are the same for every transaction.
    package var pointTable: [UInt8] {
        UInt32.pack(points.filter { $0.count > 1 }.joined().map { UInt32(bitPattern: $0) })
    }
}

extension Forest {
    /// One packed row a condition with the one bit set that it asks for, as `ForestShape` lays them out.
    package var selectionRows: [UInt8] {
        let width = (bits + 7) / 8
        var rows = [UInt8](repeating: 0, count: trees.count * depth * width)
        for (row, bit) in trees.flatMap(\.conditions).enumerated() { rows[row * width + bit >> 3] |= 1 << (bit & 7) }
        return rows
    }

    /// The leaves of all trees as little-endian elements of the forest's ring.
    package var leafTable: [UInt8] {
        let leaves = trees.flatMap(\.leaves)
        return switch ring {
        case .z16: UInt16.pack(leaves.map { UInt16(truncatingIfNeeded: $0) })
        case .z32: UInt32.pack(leaves.map { UInt32(truncatingIfNeeded: $0) })
        }
    }
}
