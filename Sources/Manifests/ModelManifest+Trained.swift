import Foundation
package import Keys
package import Records
package import ThreeParty

// A manifest of a model that exists in the clear nowhere: each party seals its own share to itself, and the coordinator puts the
// three boxes together.
extension ModelManifest {
    /// How a scorecard is fitted beside a forest that is trained on rows of this model's form; nil where no feature has a bit.
    package var cardRule: CardRule? { CardRule(features: features) }

    /// The header of a model that the parties trained on rows of another model's form.
    ///
    /// - Parameters:
    ///   - order: the digest of the order to train.
    ///   - form: the manifest by whose features and counts rows were read.
    ///   - calibration: its steps, ascending by score, in units of 2^-`fraction`.
    ///   - rounded: whether members get the calibration's steps of scores.
    ///   - card: whether a scorecard was trained with it.
    ///   - epoch: of the parties' keys that its boxes are sealed to; nil for the roster's.
    package static func header(
        version: String, consortium: String, order: Digest32, form: ModelManifest, shape: ForestShape, fraction: Int,
        calibration: [(score: Int64, probability: Double)], rounded: Bool, card: Bool = false,
        epoch: KeyEpoch? = nil
    ) -> WireModelHeader {
        var header = WireModelHeader()
        header.schema = schema
        header.consortium = consortium
        header.version = version
        header.order = Data(order.bytes)
        header.featureSpec = form.featureSpec
        header.bits = UInt32(shape.bits)
        header.trees = UInt32(shape.trees)
        header.depth = UInt32(shape.depth)
        header.ringBits = UInt32(shape.ringBits)
        header.fractionBits = UInt32(fraction)
        header.calibration = calibration.map { step in
            var wire = WireCalibrationPoint()
            wire.score = step.score
            wire.probability = step.probability
            return wire
        }
        header.rounded = rounded
        header.card = card
        header.keyEpoch = epoch?.number ?? 0
        if let counts = form.counts { header.counts = counts.wire }
        header.ownFeatures = form.ownFeatures.map { UInt32($0) }
        return header
    }

    /// A party's box under a header: its share, sealed to its own key. Components travel whole.
    ///
    /// - Parameters:
    ///   - card: its components of the scorecard, where the header has one.
    ///   - header: the encoded header, of a model of these components' shape that names its order.
    ///   - key: the party's.
    package static func seal(
        _ components: borrowing ModelComponents, card: CardShares? = nil, of party: PartyID, header: [UInt8],
        to key: HPKEPublicKey
    ) throws(HPKEError) -> (encapsulated: [UInt8], box: [UInt8]) {
        var share = WireModelShare()
        share.selectionFirst = Data(components.selectionFirst)
        share.selectionSecond = Data(components.selectionSecond)
        share.leavesFirst = Data(components.leavesFirst)
        share.leavesSecond = Data(components.leavesSecond)
        if let card {
            share.cardFirst = Data(card.first)
            share.cardSecond = Data(card.second)
        }
        let sealed = try key.seal(share.encoded, info: info, associated: header + [UInt8(party.rawValue)])
        return (sealed.encapsulated, sealed.ciphertext)
    }

    /// Signs three parties' boxes under one header.
    ///
    /// - Parameter boxes: of parties 0, 1 and 2, as each sealed its own.
    package static func make(
        header: [UInt8], boxes: [(encapsulated: [UInt8], box: [UInt8])], coordinator: borrowing SigningKey
    ) throws(SigningError) -> (manifest: WireModelManifest, digest: Digest32) {
        precondition(boxes.count == PartyID.allCases.count)
        var manifest = WireModelManifest()
        manifest.header = Data(header)
        let flat = boxes.flatMap { [$0.encapsulated, $0.box] }
        manifest.boxes = flat.map { Data($0) }
        let digest = digest(header: header, boxes: flat)
        manifest.signature = Data(try coordinator.sign(digest.bytes, context: context))
        return (manifest, digest)
    }

    /// Whether a party's box is this one.
    package func isBox(of party: PartyID, encapsulated: [UInt8], box: [UInt8]) -> Bool {
        boxes[party.rawValue * 2] == encapsulated && boxes[party.rawValue * 2 + 1] == box
    }
}
