import Foundation
package import Keys
package import Model
package import Records
package import ThreeParty

/// Why a manifest is not to be used.
package enum ManifestError: Error, Sendable, Hashable {
    /// The header is no message, its order is no digest, or there are not six boxes.
    case malformed
    /// The header is of another schema than this version's.
    case schema(UInt32)
    /// The header names another consortium.
    case otherConsortium
    /// The coordinator did not sign these bytes.
    case badSignature
    /// The header names a shape, a scale, features, counts or steps that no model has.
    case shape
    /// The party's box does not open with its key.
    case notAuthentic
    /// The box holds no share, or a component has another length than the shape says.
    case components
    /// The boxes are sealed to an epoch's keys of which the party has none: the epoch is closed, as a rule.
    case keysGone(KeyEpoch)
}

/// A model in shares, checked: what is public of it, and one sealed box a party. Nothing here says that the model ever
/// existed in one place: a dealer and a secure trainer both end with this.
///
/// Anybody can read and verify one (`init(verifying:coordinator:)`); only a party can open its share, and one party's
/// share says nothing of the selection rows and leaves.
package struct ModelManifest: Sendable {
    /// The digest of header and boxes, by which activations and plans name the model.
    package let digest: Digest32
    /// The model's name for people.
    package let version: String
    /// The feature spec and bins that the model reads: the first eight bytes of their digest.
    package let featureSpec: UInt64
    /// The public shape, and with the rest of the header all that a party learns of the model.
    package let shape: ForestShape
    /// The consortium features whose bits the parties put behind a member's; nil where the model reads none of their
    /// counts.
    package let counts: CountFeatures?
    /// The number of thermometer bits of each feature that a member computes, in order: together `ownBits`.
    package let ownFeatures: [Int]
    /// The scale of scores, 0 to 30: a score is a whole number of 2^-fractionBits.
    package let fractionBits: Int
    /// The steps of the calibration as the header has them: scores in units of 2^-fractionBits, and the probability of
    /// fraud from each on. Their order is not checked here.
    package let calibration: [(score: Int64, probability: Double)]
    /// How scores are rounded to the calibration's steps before members get them; nil where members get them exactly.
    package let rounding: ScoreRounding?
    /// The digest of the order by which the three parties trained the model; nil for one that was dealt.
    package let order: Digest32?
    /// Whether shares hold the points of a scorecard, too.
    package let hasCard: Bool
    /// The epoch of the parties' keys that the boxes are sealed to; nil for the roster's.
    package let epoch: KeyEpoch?
    /// For each party the encapsulated key, of its key's suite, then the HPKE ciphertext of its share.
    let boxes: [[UInt8]]
    /// The header's bytes, which the boxes are bound to.
    let header: [UInt8]

    /// HPKE's info of the shares.
    static let info = Array("cordon/model/v2".utf8)
    /// What the coordinator's signature over the digest is for.
    static let context = "cordon/model/v2"
    /// The most steps that parties round scores to. Every step costs a comparison a transaction.
    package static let mostSteps = 1024
    /// The version of the header's layout.
    package static let schema: UInt32 = 2

    /// Checks a manifest: its form first, then whose it is, then the signature, then the shape that it names. The boxes stay
    /// closed.
    ///
    /// - Parameter consortium: its name in the roster, so that a model counts in no other.
    /// - Throws: `malformed`, `schema`, `otherConsortium`, `badSignature` or `shape`.
    package init(
        verifying wire: WireModelManifest, consortium: String, coordinator: VerifyingKey
    ) throws(ManifestError) {
        guard let header = WireModelHeader(decoding: Array(wire.header)), wire.boxes.count == 6,
            header.order.isEmpty || header.order.count == 32
        else { throw .malformed }
        guard header.schema == Self.schema else { throw .schema(header.schema) }
        guard header.consortium == consortium else { throw .otherConsortium }
        let digest = Self.digest(header: Array(wire.header), boxes: wire.boxes.map { Array($0) })
        guard coordinator.verifies(Array(wire.signature), over: digest.bytes, context: Self.context) else {
            throw .badSignature
        }
        guard header.fractionBits <= 30,
            let shape = ForestShape(
                bits: Int(header.bits), trees: Int(header.trees), depth: Int(header.depth),
                ringBits: Int(header.ringBits))
        else { throw .shape }
        counts = try header.hasCounts ? Self.counts(header.counts, of: shape) : nil
        ownFeatures = header.ownFeatures.map { Int($0) }
        guard ownFeatures.reduce(0, +) == shape.bits - (counts?.bits ?? 0) else { throw .shape }
        self.digest = digest
        self.shape = shape
        self.header = Array(wire.header)
        version = header.version
        featureSpec = header.featureSpec
        fractionBits = Int(header.fractionBits)
        calibration = header.calibration.map { ($0.score, $0.probability) }
        rounding = header.rounded ? try Self.rounding(header.calibration, of: shape) : nil
        order = Digest32(header.order)
        hasCard = header.card
        epoch = header.keyEpoch == 0 ? nil : KeyEpoch(header.keyEpoch)
        boxes = wire.boxes.map { Array($0) }
    }

    /// Thermometer bits that a member shares.
    package var ownBits: Int { shape.bits - (counts?.bits ?? 0) }

    /// The number of thermometer bits of each feature, a member's own ones first, then those of the counts.
    package var features: [Int] { ownFeatures + (counts?.features.map(\.edges.count) ?? []) }

    /// A threshold for each step of the calibration but the first.
    private static func rounding(
        _ calibration: [WireCalibrationPoint], of shape: ForestShape
    ) throws(ManifestError) -> ScoreRounding {
        let thresholds = calibration.dropFirst().map(\.score)
        guard !calibration.isEmpty, calibration.count <= mostSteps,
            let rounding = ScoreRounding(ringBits: shape.ringBits, thresholds: thresholds)
        else { throw .shape }
        return rounding
    }

    /// The counts of a header. They leave the member at least one bit of its own.
    private static func counts(
        _ wire: WireCountFeatures, of shape: ForestShape
    ) throws(ManifestError) -> CountFeatures {
        guard let counts = CountFeatures(wire), counts.bits < shape.bits else { throw .shape }
        return counts
    }

    /// The model's digest (`Digest32.init(of:)`): a label, the header's bytes, and the six boxes in order.
    static func digest(header: [UInt8], boxes: [[UInt8]]) -> Digest32 {
        Digest32(of: [Array("cordon/model/v2".utf8), header] + boxes)
    }

    /// Where the streams of a model's seeds begin: the first 16 bytes of its header's digest.
    static func counter(_ header: [UInt8]) -> UInt128 {
        UInt128(bigEndianBytes: Digest32(of: [Array("cordon/model/seeds/v2".utf8), header]).bytes[..<16])
    }
}

extension ManifestError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "the manifest is damaged, or has not six boxes"
        case .schema(let schema):
            "the manifest is of schema \(schema), and this version reads \(ModelManifest.schema): deal the model again"
        case .otherConsortium: "the manifest is of another consortium than the roster's"
        case .badSignature: "the coordinator of the roster did not sign the manifest"
        case .shape: "the manifest is of a shape that no model has"
        case .notAuthentic: "the party's box does not open with its key"
        case .components: "the party's box holds no share of the model's shape"
        case .keysGone(let epoch):
            "the boxes are sealed to keys of epoch \(epoch), and the party has none of it: deal the model again"
        }
    }
}
